/* update_merge.c - one update that says what many say, without a document.
 *
 * Every update is a source of structs in order of (client descending, clock ascending); the sources
 * stand in a heap by their next struct.  One struct is held back before it is written, so that a
 * gap behind it becomes a Skip and a later struct that overlaps it is cut.
 *
 *   source A   [0..4)[4..9)                held [4..9)
 *   source B         [6........12)         -> cut to [9..12)
 *   source C                       [15..   -> Skip [12..15) before it
 *
 * An update whose clients do not descend (Yjs writes none) is taken apart into several sources, so
 * nothing of it is lost.
 *
 * The bytes are those of Yjs' mergeUpdates, which depend on the order of sources whose next structs
 * start at one clock: `stamp` keeps the order that a stable sort, repeated after every step, gives.
 * Only where a collected run and an item start at one clock Yjs' comparison contradicts itself, and
 * its order depends on how often it sorted; here the item comes first, for it says more.
 *
 * Source: yjs 13.6.33, mergeUpdatesV2.
 */
#include "yoke/src/spans.h"

#include <assert.h>

typedef struct source {
    yoke__update_reader in;
    uint64_t structs_left; /* not yet read, in all sections of the source */
    yoke__struct next;     /* len 0: exhausted */
    int64_t stamp;
} source;

typedef struct merger {
    source *sources;
    size_t count;
    size_t cap;
    size_t *heap; /* indices of sources that have a struct, the first to take on top */
    size_t heap_count;
    int64_t stamp_least;
    base_alloc alloc;

    bool holding;
    yoke__struct held;
    uint64_t held_cut; /* units cut off in front, not in `held.len` any more */
    uint64_t grown;    /* clocks that later collected runs added to a held one */

    buf section;
    buf sections;
    uint64_t section_structs;
    uint64_t section_client;
    uint64_t section_clock;
    uint64_t section_count;
    yoke_err write_err; /* the first failure of a section that was cleared since */
} merger;

/* ---- sources ---- */

/* advance - to the next struct that is not a Skip. */
static yoke_err advance(source *s)
{
    yoke_err err = YOKE_OK;
    do {
        bool more;
        s->next.len = 0;
        if (s->structs_left == 0)
            return YOKE_OK;
        s->structs_left--;
        err = yoke__update_next(&s->in, &s->next, &more);
    } while (err == YOKE_OK && s->next.ref == YOKE__SKIP);
    yoke__struct_forget_copied_key(&s->next);
    return err;
}

static bool takes_precedence(const merger *m, size_t a, size_t b)
{
    const source *x = &m->sources[a], *y = &m->sources[b];
    if (x->next.client != y->next.client)
        return x->next.client > y->next.client;
    if (x->next.clock != y->next.clock)
        return x->next.clock < y->next.clock;
    bool x_gc = x->next.ref == YOKE__GC, y_gc = y->next.ref == YOKE__GC;
    return x_gc == y_gc ? x->stamp < y->stamp : y_gc;
}

static void sift_down(merger *m, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= m->heap_count)
            return;
        if (child + 1 < m->heap_count && takes_precedence(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!takes_precedence(m, m->heap[child], m->heap[at]))
            return;
        size_t t = m->heap[at];
        m->heap[at] = m->heap[child];
        m->heap[child] = t;
        at = child;
    }
}

/* resettle - the source on top has moved: it is exhausted, or goes where it belongs, before those
 * that it is equal to. */
static void resettle(merger *m)
{
    source *top = &m->sources[m->heap[0]];
    if (top->next.len == 0)
        m->heap[0] = m->heap[--m->heap_count];
    else
        top->stamp = --m->stamp_least;
    sift_down(m, 0);
}

/* add_sources - one for every stretch of sections with descending clients. */
static yoke_err add_sources(merger *m, yoke_bytes update, const yoke__facts *facts)
{
    yoke__update_reader scan;
    yoke_err err = yoke__update_open(&scan, bytes_of(update.ptr, update.len_bytes), facts->nesting);
    source *open = NULL;
    uint64_t client_before = 0;
    for (uint64_t i = 0; err == YOKE_OK && i < facts->structs; i++) {
        yoke__update_reader here = scan;
        yoke__struct s;
        bool more;
        err = yoke__update_next(&scan, &s, &more);
        if (err != YOKE_OK)
            return err;
        if (here.structs_left == 0 && (open == NULL || s.client >= client_before)) {
            assert(m->count < m->cap);
            open = &m->sources[m->count];
            *open = (source){.in = here, .stamp = (int64_t)m->count};
            m->count++;
        }
        assert(open != NULL); /* a struct stands in a section */
        open->structs_left++;
        client_before = s.client;
    }
    return err;
}

static yoke_err fill_heap(merger *m)
{
    for (size_t i = 0; i < m->count; i++) {
        yoke_err err = advance(&m->sources[i]);
        if (err != YOKE_OK)
            return err;
        if (m->sources[i].next.len > 0)
            m->heap[m->heap_count++] = i;
    }
    for (size_t i = m->heap_count / 2; i-- > 0;)
        sift_down(m, i);
    return YOKE_OK;
}

/* ---- writing ---- */

static void end_section(merger *m)
{
    if (m->section_structs == 0)
        return;
    m->section_count++;
    buf_put_varuint(&m->sections, m->section_structs);
    buf_put_varuint(&m->sections, m->section_client);
    buf_put_varuint(&m->sections, m->section_clock);
    buf_put_bytes(&m->sections, buf_view(&m->section));
    if (m->write_err == YOKE_OK)
        m->write_err = yoke__buf_err(&m->section);
    buf_clear(&m->section);
    m->section_structs = 0;
}

static void begin_struct(merger *m, uint64_t client, uint64_t clock)
{
    if (m->section_structs > 0 && m->section_client != client)
        end_section(m);
    if (m->section_structs++ == 0) {
        m->section_client = client;
        m->section_clock = clock;
    }
}

static uint64_t held_end(const merger *m)
{
    return m->held.clock + m->held.len + m->grown;
}

static void hold(merger *m, const yoke__struct *s, uint64_t cut)
{
    m->holding = true;
    m->held = *s;
    m->held_cut = cut;
    m->grown = 0;
}

static void write_held(merger *m)
{
    begin_struct(m, m->held.client, m->held.clock + m->held_cut);
    if (m->grown > 0) {
        buf_put_u8(&m->section, YOKE__GC);
        buf_put_varuint(&m->section, m->held.len - m->held_cut + m->grown);
    } else {
        yoke__struct_write(&m->section, &m->held, m->held_cut);
    }
}

static void write_skip(merger *m, uint64_t client, uint64_t clock, uint64_t len)
{
    begin_struct(m, client, clock);
    buf_put_u8(&m->section, YOKE__SKIP);
    buf_put_varuint(&m->section, len);
}

/* take_run - the structs that follow on the held one without a gap come from the same source. */
static yoke_err take_run(merger *m, source *s)
{
    yoke_err err = YOKE_OK;
    while (err == YOKE_OK && s->next.len > 0 && s->next.client == m->held.client &&
           s->next.clock == held_end(m)) {
        write_held(m);
        hold(m, &s->next, 0);
        err = advance(s);
    }
    return err;
}

/* step - take the next struct of the source on top. */
static yoke_err step(merger *m)
{
    source *s = &m->sources[m->heap[0]];
    uint64_t client = s->next.client;
    yoke_err err = YOKE_OK;
    if (m->holding && client == m->held.client) {
        bool moved = false;
        while (s->next.len > 0 && s->next.client == client &&
               s->next.clock + s->next.len <= held_end(m)) {
            err = advance(s);
            if (err != YOKE_OK)
                return err;
            moved = true;
        }
        if (s->next.len == 0 || s->next.client != client || (moved && s->next.clock > held_end(m)))
            return YOKE_OK; /* another source may come first now */
        uint64_t end = held_end(m);
        uint64_t cut = end > s->next.clock ? end - s->next.clock : 0;
        bool both_gc = m->held.ref == YOKE__GC && s->next.ref == YOKE__GC;
        if (both_gc && s->next.clock <= end) {
            m->grown += s->next.len - cut;
            return YOKE_OK;
        }
        write_held(m);
        if (s->next.clock > end)
            write_skip(m, client, end, s->next.clock - end);
        hold(m, &s->next, cut);
    } else {
        if (m->holding)
            write_held(m);
        hold(m, &s->next, 0);
    }
    err = advance(s);
    return err == YOKE_OK ? take_run(m, s) : err;
}

static yoke_err merge_structs(merger *m)
{
    yoke_err err = fill_heap(m);
    while (err == YOKE_OK && m->heap_count > 0) {
        err = step(m);
        resettle(m);
    }
    if (m->holding)
        write_held(m);
    end_section(m);
    if (err == YOKE_OK)
        err = m->write_err;
    return err == YOKE_OK ? yoke__buf_err(&m->sections) : err;
}

/* ---- the whole ---- */

static yoke_err merger_init(merger *m, uint64_t sources)
{
    if (sources > SIZE_MAX / sizeof *m->sources)
        return YOKE_ENOMEM;
    m->cap = (size_t)sources;
    if (m->cap == 0)
        return YOKE_OK;
    m->sources = base_alloc_get(&m->alloc, m->cap * sizeof *m->sources);
    m->heap = base_alloc_get(&m->alloc, m->cap * sizeof *m->heap);
    return m->sources != NULL && m->heap != NULL ? YOKE_OK : YOKE_ENOMEM;
}

static void merger_deinit(merger *m)
{
    base_alloc_put(&m->alloc, m->sources, m->cap * sizeof *m->sources);
    base_alloc_put(&m->alloc, m->heap, m->cap * sizeof *m->heap);
    buf_deinit(&m->section);
    buf_deinit(&m->sections);
}

/* survey_all - validate every input, and make room for what they hold. */
static yoke_err survey_all(merger *m, const yoke_bytes *updates, size_t count,
                           const yoke_limits *limits, yoke__spans *deletes)
{
    uint64_t stretches = 0, delete_ranges = 0;
    for (size_t i = 0; i < count; i++) {
        yoke__facts facts;
        yoke_err err = yoke__update_survey(updates[i], limits, &facts);
        if (err != YOKE_OK)
            return err;
        stretches += facts.stretches;
        delete_ranges += facts.delete_ranges;
    }
    yoke_err err = merger_init(m, stretches);
    return err == YOKE_OK ? yoke__spans_init(deletes, &m->alloc, delete_ranges) : err;
}

static yoke_err merge_all(merger *m, const yoke_bytes *updates, size_t count,
                          const yoke_limits *limits, buf *out)
{
    yoke__spans deletes = {0};
    yoke_err err = survey_all(m, updates, count, limits, &deletes);
    for (size_t i = 0; i < count && err == YOKE_OK; i++) {
        yoke__facts facts;
        err = yoke__update_survey(updates[i], limits, &facts);
        if (err == YOKE_OK)
            err = add_sources(m, updates[i], &facts);
        if (err == YOKE_OK)
            yoke__spans_add_deletes(&deletes, &facts, YOKE__ORDER_CLOCK);
    }
    if (err == YOKE_OK)
        err = merge_structs(m);
    if (err == YOKE_OK) {
        yoke__spans_sort(&deletes);
        yoke__spans_join(&deletes);
        buf_put_varuint(out, m->section_count);
        buf_put_bytes(out, buf_view(&m->sections));
        yoke__spans_put_deletes(&deletes, out);
    }
    yoke__spans_deinit(&deletes);
    return err;
}

yoke_err yoke_update_merge(const yoke_bytes *updates, size_t count, const yoke_limits *limits,
                           yoke_blob *blob)
{
    merger m = {0};
    buf out;
    yoke_err err;
    yoke__blob_begin(blob, &m.alloc, &out);
    buf_init(&m.section, &m.alloc, SIZE_MAX / 4);
    buf_init(&m.sections, &m.alloc, SIZE_MAX / 4);
    if (count == 1) { /* Yjs gives a single update back as it came */
        yoke__facts facts;
        err = yoke__update_survey(updates[0], limits, &facts);
        if (err == YOKE_OK)
            buf_put(&out, updates[0].ptr, updates[0].len_bytes);
    } else {
        err = merge_all(&m, updates, count, limits, &out);
    }
    merger_deinit(&m);
    return yoke__blob_finish(blob, &out, err);
}
