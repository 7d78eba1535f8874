/* update_diff.c - what can be said of an update without a document: its ranges, its state vector,
 * and the part of it that a state vector does not cover.
 *
 * Source: yjs 13.6.33, parseUpdateMeta, encodeStateVectorFromUpdate, diffUpdate.
 */
#include "yoke/src/spans.h"

#include <assert.h>

/* Of a surveyed update.  With `gaps`, a section is one range; without, each stretch between its
 * Skips is. */
static yoke_err each_range(yoke_bytes update, const yoke__facts *facts, bool gaps,
                           yoke_range_fn *visit, void *ctx)
{
    yoke__update_reader r;
    yoke_err err = yoke__update_open(&r, bytes_of(update.ptr, update.len_bytes), facts->nesting);
    bool open = false;
    uint64_t client = 0, from = 0, to = 0;
    for (uint64_t i = 0; err == YOKE_OK && i < facts->structs; i++) {
        bool at_section = r.structs_left == 0, more;
        yoke__struct s;
        err = yoke__update_next(&r, &s, &more);
        if (err != YOKE_OK)
            return err;
        bool in_gap = !gaps && s.ref == YOKE__SKIP;
        if (open && (at_section || in_gap) && !visit(ctx, client, from, to))
            return YOKE_OK;
        if (at_section || in_gap || !open) {
            client = s.client;
            from = s.clock;
        }
        open = !in_gap;
        to = s.clock + s.len;
    }
    if (err == YOKE_OK && open)
        (void)visit(ctx, client, from, to);
    return err;
}

yoke_err yoke_update_visit(yoke_bytes update, const yoke_limits *limits, yoke_range_fn *visit,
                           void *ctx)
{
    yoke__facts facts;
    yoke_err err = yoke__update_survey(update, limits, &facts);
    return err == YOKE_OK ? each_range(update, &facts, true, visit, ctx) : err;
}

yoke_err yoke_update_visit_stretches(yoke_bytes update, const yoke_limits *limits,
                                     yoke_range_fn *visit, void *ctx)
{
    yoke__facts facts;
    yoke_err err = yoke__update_survey(update, limits, &facts);
    return err == YOKE_OK ? each_range(update, &facts, false, visit, ctx) : err;
}

/* ---- state vector ---- */

static bool collect_stretch(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    yoke__spans_add(ctx, (yoke__span){client, from, from, to});
    return true;
}

yoke_err yoke_update_state_vector(yoke_bytes update, const yoke_limits *limits, yoke_blob *blob)
{
    base_alloc alloc;
    buf out;
    yoke__blob_begin(blob, &alloc, &out);
    yoke__spans known = {0};
    yoke__facts facts;
    yoke_err err = yoke__update_survey(update, limits, &facts);
    if (err == YOKE_OK)
        err = yoke__spans_init(&known, &alloc, facts.structs);
    if (err == YOKE_OK)
        err = each_range(update, &facts, false, collect_stretch, &known);
    if (err == YOKE_OK) {
        yoke__spans_sort(&known);
        yoke__spans_join(&known);
        uint64_t clients = 0;
        for (size_t i = 0; i < known.count; i++)
            clients += known.ptr[i].from == 0;
        buf_put_varuint(&out, clients);
        for (size_t i = 0; i < known.count; i++) {
            if (known.ptr[i].from != 0)
                continue;
            buf_put_varuint(&out, known.ptr[i].client);
            buf_put_varuint(&out, known.ptr[i].to);
        }
    }
    yoke__spans_deinit(&known);
    return yoke__blob_finish(blob, &out, err);
}

/* ---- diff ---- */

/* The entries of a state vector, clients descending; of two entries for one client the later one
 * counts, as in a JavaScript map. */
static yoke_err read_state_vector(bytes sv, const base_alloc *alloc, yoke__spans *out)
{
    yoke__state_reader r;
    *out = (yoke__spans){0};
    if (sv.len_bytes == 0)
        return YOKE_OK;
    yoke_err err = yoke__state_open(&r, sv);
    if (err == YOKE_OK)
        err = yoke__spans_init(out, alloc, r.left);
    bool more = true;
    while (err == YOKE_OK && more) {
        yoke_id state;
        err = yoke__state_next(&r, &state, &more);
        if (err == YOKE_OK && more)
            yoke__spans_add(out, (yoke__span){state.client, out->count, 0, state.clock});
    }
    if (err == YOKE_OK)
        yoke__spans_sort(out);
    return err;
}

static uint64_t state_of(const yoke__spans *sv, uint64_t client)
{
    size_t low = 0, high = sv->count;
    while (low < high) { /* the first entry of a client below this one */
        size_t middle = low + (high - low) / 2;
        if (sv->ptr[middle].client >= client)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && sv->ptr[low - 1].client == client ? sv->ptr[low - 1].to : 0;
}

/* The sections that are written.  Their number of structs stands before them, so each is gathered
 * in `part` first. */
typedef struct differ {
    buf part;
    buf out;
    uint64_t part_structs;
    uint64_t part_client;
    uint64_t part_clock;
    uint64_t sections;
    yoke_err write_err; /* the first failure of a part that was cleared since */
} differ;

static void end_part(differ *d)
{
    if (d->part_structs == 0)
        return;
    d->sections++;
    buf_put_varuint(&d->out, d->part_structs);
    buf_put_varuint(&d->out, d->part_client);
    buf_put_varuint(&d->out, d->part_clock);
    buf_put_bytes(&d->out, buf_view(&d->part));
    if (d->write_err == YOKE_OK)
        d->write_err = yoke__buf_err(&d->part);
    buf_clear(&d->part);
    d->part_structs = 0;
}

/* Nothing begins with a Skip, and only the first struct is cut. */
static void diff_struct(differ *d, yoke__struct *s, uint64_t known)
{
    uint64_t cut = 0;
    if (d->part_structs == 0) {
        if (s->ref == YOKE__SKIP || s->clock + s->len <= known)
            return;
        cut = known > s->clock ? known - s->clock : 0;
        d->part_client = s->client;
        d->part_clock = s->clock + cut;
    }
    d->part_structs++;
    yoke__struct_forget_copied_key(s);
    yoke__struct_write(&d->part, s, cut);
}

static yoke_err diff_structs(differ *d, yoke_bytes update, const yoke__facts *facts,
                             const yoke__spans *sv)
{
    yoke__update_reader r;
    uint64_t known = 0;
    yoke_err err = yoke__update_open(&r, bytes_of(update.ptr, update.len_bytes), facts->nesting);
    for (uint64_t i = 0; err == YOKE_OK && i < facts->structs; i++) {
        bool at_section = r.structs_left == 0, more;
        yoke__struct s;
        err = yoke__update_next(&r, &s, &more);
        if (err != YOKE_OK)
            break;
        if (at_section) {
            end_part(d);
            known = state_of(sv, s.client);
        }
        diff_struct(d, &s, known);
    }
    end_part(d);
    if (err == YOKE_OK)
        err = d->write_err;
    return err == YOKE_OK ? yoke__buf_err(&d->out) : err;
}

yoke_err yoke_update_diff(yoke_bytes update, yoke_bytes sv_bytes, const yoke_limits *limits,
                          yoke_blob *blob)
{
    base_alloc alloc;
    buf out;
    differ d = {0};
    yoke__spans sv = {0}, deletes = {0};
    yoke__facts facts;
    yoke__blob_begin(blob, &alloc, &out);
    buf_init(&d.part, &alloc, SIZE_MAX / 4);
    buf_init(&d.out, &alloc, SIZE_MAX / 4);
    yoke_err err = yoke__update_survey(update, limits, &facts);
    if (err == YOKE_OK)
        err = read_state_vector(bytes_of(sv_bytes.ptr, sv_bytes.len_bytes), &alloc, &sv);
    if (err == YOKE_OK)
        err = yoke__spans_init(&deletes, &alloc, facts.delete_ranges);
    if (err == YOKE_OK)
        err = diff_structs(&d, update, &facts, &sv);
    if (err == YOKE_OK) {
        yoke__spans_add_deletes(&deletes, &facts, YOKE__ORDER_PLACE);
        yoke__spans_sort(&deletes);
        buf_put_varuint(&out, d.sections);
        buf_put_bytes(&out, buf_view(&d.out));
        yoke__spans_put_deletes(&deletes, &out);
    }
    yoke__spans_deinit(&sv);
    yoke__spans_deinit(&deletes);
    buf_deinit(&d.part);
    buf_deinit(&d.out);
    return yoke__blob_finish(blob, &out, err);
}
