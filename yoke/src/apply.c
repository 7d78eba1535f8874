/* apply.c - one update of a peer: read wholly, judged, planned (plan.c), everything reserved, then
 * integrated as planned. */
#include "yoke/src/apply.h"

#include <assert.h>

#include "base/utf.h"
#include "yoke/src/event.h"

static yoke_err limit_clock(const yoke__struct *s)
{
    return s->clock + s->len >= UINT32_MAX ? YOKE_ELIMIT_CLOCK : YOKE_OK;
}

/* Pass one: decode into the scratch and find the sections. */
static yoke_err read_structs(incoming *in, yoke__update_reader *r)
{
    yoke_doc *doc = in->doc;
    bool more = true;
    doc->scratch.n = 0;
    for (;;) {
        if (!yoke__vec_reserve(doc, &doc->scratch, 1, sizeof(yoke__struct)))
            return doc->fault;
        yoke__struct *s = YOKE__AT(doc->scratch, yoke__struct, doc->scratch.n);
        bool fresh = r->structs_left == 0;
        yoke_err err = yoke__update_next(r, s, &more);
        if (err != YOKE_OK)
            return err;
        if (!more)
            break;
        doc->scratch.n++;
        if (fresh) {
            /* The count was checked against the bytes; a cap keeps a lie from costing much. */
            size_t follow = r->structs_left < 65536 ? (size_t)r->structs_left : 65536;
            if (!yoke__vec_reserve(doc, &doc->scratch, follow, sizeof(yoke__struct)) ||
                !yoke__vec_reserve(doc, &doc->sections, 1, sizeof(section)))
                return doc->fault;
            *YOKE__AT(doc->sections, section, doc->sections.n++) =
                (section){.id = r->client,
                          .client = YOKE__NONE,
                          .begin = (uint32_t)doc->scratch.n - 1,
                          .at = (uint32_t)doc->scratch.n - 1,
                          .back = YOKE__NONE};
        }
        YOKE__AT(doc->sections, section, doc->sections.n - 1)->end = (uint32_t)doc->scratch.n;
    }
    in->s = doc->scratch.ptr;
    in->n = doc->scratch.n;
    in->sec = doc->sections.ptr;
    in->sections = doc->sections.n;
    return YOKE_OK;
}

static bool same_text(bytes a, bytes b)
{
    /* A split pair reads as U+FFFD on one side only, and is 2 units where the pair is. */
    size_t i = 0;
    size_t k = 0;
    assert(a.ptr != NULL && b.ptr != NULL); /* a string is never empty */
    while (i < a.len_bytes && k < b.len_bytes) {
        bool fa = a.len_bytes - i >= 3 && memcmp(a.ptr + i, "\xef\xbf\xbd", 3) == 0;
        bool fb = b.len_bytes - k >= 3 && memcmp(b.ptr + k, "\xef\xbf\xbd", 3) == 0;
        if (fa != fb)
            return true; /* cannot be told from here on */
        if (a.ptr[i] != b.ptr[k])
            return false;
        i++;
        k++;
    }
    return true;
}

/* Does `s` say something else than block `b` about the units both have? */
static bool differs(const yoke_doc *doc, const yoke__block *b, const yoke__struct *s)
{
    if ((b->flags & YOKE__F_DELETED) || s->ref <= YOKE__DELETED || b->ref == YOKE__FORMAT ||
        s->ref == YOKE__FORMAT)
        return false;
    if (b->ref != s->ref)
        return true;
    uint64_t from = b->clock > s->clock ? b->clock : s->clock;
    bytes mine = yoke__content(doc, b);
    bytes its = s->content;
    if (s->ref == YOKE__STRING) {
        if (b->flags & (YOKE__F_LEAD | YOKE__F_TAIL))
            return false;
        bool inside;
        size_t i = utf_offset(mine, (size_t)(from - b->clock), &inside);
        if (inside)
            return false;
        size_t k = utf_offset(its, (size_t)(from - s->clock), &inside);
        return !inside && !same_text(bytes_of(mine.ptr + i, mine.len_bytes - i),
                                     bytes_of(its.ptr + k, its.len_bytes - k));
    }
    if (s->ref == YOKE__ANY || s->ref == YOKE__JSON) {
        size_t i = yoke__elements_offset(mine, b->ref, from - b->clock);
        size_t k = yoke__elements_offset(its, s->ref, from - s->clock);
        size_t n = mine.len_bytes - i;
        n = its.len_bytes - k < n ? its.len_bytes - k : n;
        assert(mine.ptr != NULL && its.ptr != NULL); /* an element has a byte */
        return memcmp(mine.ptr + i, its.ptr + k, n) != 0;
    }
    if (s->ref == YOKE__TYPE)
        return yoke__ty(doc, b->at)->type_ref != s->type_ref;
    if (s->ref == YOKE__DOC)
        return false;
    return !bytes_equal(mine, its);
}

static bool conflicts(const yoke_doc *doc, uint32_t client, const yoke__struct *s, uint64_t state)
{
    uint64_t end = s->clock + s->len < state ? s->clock + s->len : state;
    for (uint64_t at = s->clock; at < end;) {
        const yoke__block *b = yoke__blk(doc, yoke__block_at(doc, client, (uint32_t)at));
        if (differs(doc, b, s))
            return true;
        at = (uint64_t)b->clock + b->len;
    }
    return false;
}

/* A parent that is there and holds no children makes the update malformed; a collected one does
 * not. */
static bool bad_parent(const incoming *in, const yoke__struct *s)
{
    uint32_t c = yoke__client_find(in->doc, s->parent.client);
    if (c != YOKE__NONE && s->parent.clock < yoke__cl(in->doc, c)->state) {
        const yoke__block *b =
            yoke__blk(in->doc, yoke__block_at(in->doc, c, (uint32_t)s->parent.clock));
        return b->ref > YOKE__DELETED && b->ref != YOKE__TYPE;
    }
    const yoke__struct *p = yoke__incoming_at(in, s->parent);
    return p != NULL && p->ref > YOKE__DELETED && p->ref != YOKE__TYPE && p->ref != YOKE__SKIP;
}

/* What the struct may cost, and whether it may be at all. */
static yoke_err judge(incoming *in, const yoke__struct *s, uint32_t client, uint64_t state)
{
    yoke__need *need = &in->need;
    if (s->clock < state && s->ref != YOKE__SKIP && conflicts(in->doc, client, s, state))
        return YOKE_ECONFLICT;
    if (s->ref == YOKE__SKIP)
        return YOKE_OK;
    if (s->clock + s->len <= state) {
        in->result.known += s->len;
        return YOKE_OK;
    }
    if (s->clock < state)
        in->result.known += state - s->clock;
    need->blocks += 3;
    need->heap_bytes += s->content.len_bytes + 64;
    if (s->ref == YOKE__TYPE) {
        in->nested++;
        need->types++;
        need->name_bytes += s->content.len_bytes;
    }
    if (s->ref == YOKE__GC || (s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT)))
        return limit_clock(s);
    need->name_bytes += s->parent_sub.len_bytes;
    need->entries++;
    if (s->parent_is_root) {
        need->types++;
        need->entries++;
        need->name_bytes += s->parent_name.len_bytes;
    } else if (bad_parent(in, s)) {
        return YOKE_EMALFORMED;
    }
    return limit_clock(s);
}

static yoke_err judge_all(incoming *in)
{
    yoke__sections_group(in);
    for (size_t k = 0; k < in->sections; k++) {
        const section *c = &in->sec[k];
        for (uint32_t i = c->at; i < c->end; i++) {
            yoke_err err = judge(in, &in->s[i], c->client, c->state);
            if (err != YOKE_OK)
                return err;
        }
    }
    return YOKE_OK;
}

static yoke_err read_deletes(incoming *in, yoke__update_reader *r)
{
    yoke__range d;
    bool more = true;
    yoke__update_reader again = *r;
    in->deletes = r->in;
    for (;;) {
        yoke_err err = yoke__update_next_delete(&again, &d, &more);
        if (err != YOKE_OK)
            return err;
        if (!more)
            return YOKE_OK;
        in->ranges++;
    }
}

/* ------------------------------------------------------------------------------ reserving */

static void name_clients(yoke_doc *doc, const yoke__struct *s)
{
    bool bare = !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT));
    if (s->info & YOKE__INFO_ORIGIN)
        (void)yoke__client_make(doc, s->origin.client);
    if (s->info & YOKE__INFO_RIGHT)
        (void)yoke__client_make(doc, s->right.client);
    if (s->ref != YOKE__GC && bare && !s->parent_is_root)
        (void)yoke__client_make(doc, s->parent.client);
}

/* Room in one queue for all that comes to it; asked again it has nothing to do. */
static bool reserve_queue(yoke_doc *doc, yoke__client *c, bool deletes)
{
    uint32_t more = c->coming;
    c->coming = 0;
    return more == 0 || yoke__queue_reserve(doc, deletes ? &c->deletes : &c->parked, more);
}

static yoke_err reserve_parked(incoming *in)
{
    yoke_doc *doc = in->doc;
    bool room = true;
    for (size_t i = 0; i < doc->plan.n; i++) {
        const step *p = YOKE__AT(doc->plan, step, i);
        for (uint32_t k = p->from; p->park && k < p->to; k++)
            name_clients(doc, &in->s[k]);
        if (p->park)
            yoke__cl(doc, in->sec[p->section].client)->coming += p->to - p->from;
    }
    for (size_t i = 0; i < doc->plan.n; i++) {
        const step *p = YOKE__AT(doc->plan, step, i);
        if (p->park)
            room = reserve_queue(doc, yoke__cl(doc, in->sec[p->section].client), false) && room;
    }
    return room ? YOKE_OK : doc->fault;
}

static yoke_err reserve_ranges(incoming *in, const yoke__update_reader *deletes)
{
    yoke_doc *doc = in->doc;
    bool room = true;
    for (int pass = 0; pass < 2; pass++) {
        yoke__update_reader r = *deletes;
        yoke__range d;
        bool more = true;
        while (yoke__update_next_delete(&r, &d, &more) == YOKE_OK && more) {
            if (d.clock + d.len <= yoke__planned_state(in, d.client))
                continue;
            yoke__client *c = yoke__cl(doc, yoke__client_make(doc, d.client));
            if (pass == 0)
                c->coming++;
            else
                room = reserve_queue(doc, c, true) && room;
        }
    }
    return room ? YOKE_OK : doc->fault;
}

/* Room in the waiting queues, and for the bytes of what waits. */
static yoke_err reserve_parking(incoming *in, const yoke__update_reader *deletes)
{
    yoke_doc *doc = in->doc;
    yoke_err err = in->park_ranges > 0 ? reserve_ranges(in, deletes) : YOKE_OK;
    if (err == YOKE_OK && in->park_n > 0)
        err = reserve_parked(in);
    if (err != YOKE_OK || in->park_n == 0)
        return err;
    size_t size = in->park_bytes;
    in->segment = yoke__get(doc, sizeof *in->segment + size);
    if (in->segment == NULL)
        return doc->fault;
    *in->segment = (yoke__segment){.size_bytes = size, .uses = 1};
    doc->parked_bytes += size;
    return YOKE_OK;
}

static void segment_release(incoming *in)
{
    yoke__segment *s = in->segment;
    if (s != NULL && --s->uses == 0) {
        in->doc->parked_bytes -= s->size_bytes;
        yoke__put(in->doc, s, sizeof *s + s->size_bytes);
    }
    in->segment = NULL;
}

static yoke_err reserve_all(incoming *in, yoke__update_reader deletes)
{
    yoke_doc *doc = in->doc;
    yoke__need *need = &in->need;
    size_t waiting = doc->parked_n + doc->parked_dels;
    need->blocks += 2 * in->ranges + 3 * waiting;
    need->heap_bytes += doc->parked_bytes + 64 * waiting;
    need->clients = in->sections + in->park_ranges + in->park_refs;
    size_t blocks = doc->blocks_used - doc->blocks_free_n;
    bool nested = need->types > 0 || doc->types.n > 1;
    need->dels = need->blocks + (nested ? blocks : in->ranges);
    if (waiting > 0) {
        need->types += 2 * waiting;
        need->entries += 2 * waiting;
        need->name_bytes += doc->parked_bytes;
    }
    if (blocks - 1 + need->blocks / 3 > doc->limits.structs) /* block 0 is none */
        return YOKE_ELIMIT_STRUCTS;
    yoke_err err = yoke__reserve(doc, need);
    if (err != YOKE_OK)
        return err;
    for (size_t k = 0; k < in->sections; k++)
        in->sec[k].client = yoke__client_make(doc, in->sec[k].id);
    err = reserve_parking(in, &deletes);
    if (err == YOKE_OK)
        err = yoke__emit_reserve(doc, 2 * in->update.len_bytes + 64 * need->blocks +
                                          2 * doc->parked_bytes + 24 * need->dels);
    if (err != YOKE_OK)
        segment_release(in);
    return err;
}

/* ------------------------------------------------------------------------------ running */

static void park(incoming *in, const step *p)
{
    uint32_t client = in->sec[p->section].client;
    size_t begin = in->s[p->from].wire_at;
    size_t size = yoke__wire_at(in, p->to) - begin;
    memcpy(in->segment->data + in->copied, in->update.ptr + begin, size);
    for (uint32_t i = p->from; i < p->to; i++) {
        const yoke__struct *s = &in->s[i];
        if (!yoke__waits(s, yoke__cl(in->doc, client)->state))
            continue;
        in->segment->uses++;
        in->result.parked++;
        yoke__park(in->doc, client,
                   (yoke__parked){.clock = s->clock,
                                  .len = s->len,
                                  .segment = in->segment,
                                  .at = (uint32_t)(in->copied + s->wire_at - begin)});
    }
    in->copied += size;
}

static void integrate(incoming *in, const step *p)
{
    yoke_doc *doc = in->doc;
    uint32_t client = in->sec[p->section].client;
    for (uint32_t i = p->from; i < p->to; i++) {
        const yoke__struct *s = &in->s[i];
        uint64_t state = yoke__cl(doc, client)->state;
        if (s->ref == YOKE__SKIP || s->clock + s->len <= state) {
            in->result.exact = in->result.exact && s->ref == YOKE__SKIP;
            continue;
        }
        if (s->clock < state)
            in->result.exact = false;
        (void)yoke__integrate(doc, s, client, (uint32_t)(state - s->clock));
        if (doc->parked_n + doc->parked_dels > 0)
            yoke__advanced(doc, client);
    }
}

static void run_plan(incoming *in)
{
    for (size_t i = 0; i < in->doc->plan.n; i++) {
        const step *p = YOKE__AT(in->doc->plan, step, i);
        if (p->park)
            park(in, p);
        else
            integrate(in, p);
    }
}

static void run_deletes(incoming *in, yoke__update_reader r)
{
    yoke_doc *doc = in->doc;
    yoke__range d;
    bool more = true;
    uint64_t asked = 0;
    uint64_t before = doc->txn_deleted;
    while (yoke__update_next_delete(&r, &d, &more) == YOKE_OK && more) {
        uint32_t client = yoke__client_find(doc, d.client);
        uint64_t state = client == YOKE__NONE ? 0 : yoke__cl(doc, client)->state;
        uint64_t end = d.clock + d.len;
        asked += d.len;
        if (d.clock < state) {
            uint64_t stop = end < state ? end : state;
            yoke__delete_range(doc, client, (uint32_t)d.clock, (uint32_t)(stop - d.clock));
            yoke__bury(doc);
        }
        if (end > state) {
            uint64_t from = d.clock > state ? d.clock : state;
            if (!yoke__delete_waits(in, &d, state))
                yoke__park_delete(doc, client, from, end - from);
            in->result.exact = false;
        }
    }
    if (doc->txn_deleted - before != asked)
        in->result.exact = false;
}

static void trim(yoke_doc *doc)
{
    if (doc->parked_n + doc->parked_dels > 0)
        return;
    while (doc->block_chunks.n * YOKE__BLOCKS_PER_CHUNK >=
           (size_t)doc->blocks_used + 3 * YOKE__BLOCKS_PER_CHUNK)
        yoke__put(doc, ((void **)doc->block_chunks.ptr)[--doc->block_chunks.n],
                  YOKE__BLOCKS_PER_CHUNK * sizeof(yoke__block));
    while (doc->node_chunks.n * YOKE__NODES_PER_CHUNK >=
           (size_t)doc->nodes_used + 8 * YOKE__NODES_PER_CHUNK)
        yoke__put(doc, ((void **)doc->node_chunks.ptr)[--doc->node_chunks.n],
                  YOKE__NODES_PER_CHUNK * sizeof(yoke__node));
    yoke__heap_trim(doc);
}

void yoke__incoming_free(yoke_doc *doc)
{
    yoke__vec_free(doc, &doc->scratch, sizeof(yoke__struct));
    yoke__vec_free(doc, &doc->sections, sizeof(section));
    yoke__vec_free(doc, &doc->plan, sizeof(step));
}

static void drop_scratch(yoke_doc *doc)
{
    if (doc->scratch.cap > 64)
        yoke__vec_free(doc, &doc->scratch, sizeof(yoke__struct));
    if (doc->sections.cap > 64)
        yoke__vec_free(doc, &doc->sections, sizeof(section));
    if (doc->plan.cap > 64)
        yoke__vec_free(doc, &doc->plan, sizeof(step));
    doc->scratch.n = doc->sections.n = doc->plan.n = 0;
}

static uint64_t clocks_gained(const yoke_doc *doc)
{
    uint64_t n = 0;
    for (size_t i = 0; i < doc->touched.n; i++) {
        const yoke__client *c = yoke__cl(doc, *YOKE__AT(doc->touched, uint32_t, i));
        n += c->state - c->before;
    }
    return n;
}

static yoke_err apply(incoming *in, uint64_t origin)
{
    yoke_doc *doc = in->doc;
    yoke__update_reader r;
    yoke_err err = yoke__update_open(&r, in->update, doc->limits.nesting);
    if (err == YOKE_OK)
        err = read_structs(in, &r);
    if (err == YOKE_OK)
        err = read_deletes(in, &r);
    if (err == YOKE_OK)
        err = judge_all(in);
    if (err == YOKE_OK)
        err = yoke__plan(in, r);
    if (err == YOKE_OK)
        err = yoke__nesting_judge(in);
    if (err == YOKE_OK)
        err = reserve_all(in, r);
    if (err != YOKE_OK)
        return err;
    bool waiting = doc->parked_n + doc->parked_dels > 0;
    in->result.exact = true;
    in->looks = 0;
    yoke__txn_start(doc, false, origin);
    run_plan(in);
    run_deletes(in, r);
    if (waiting || in->result.parked > 0)
        yoke__wake_all(doc);
    in->result.exact = in->result.exact && !waiting && in->result.parked == 0;
    in->result.integrated = clocks_gained(doc);
    in->result.deleted = doc->txn_deleted;
    segment_release(in);
    yoke__txn_finish(doc, in->result.exact ? &in->update : NULL);
    trim(doc);
    return YOKE_OK;
}

yoke_err yoke_doc_apply(yoke_doc *doc, yoke_bytes update, uint64_t origin, yoke_apply_result *out)
{
    incoming in = {.doc = doc, .update = bytes_of(update.ptr, update.len_bytes)};
    if (out != NULL)
        *out = (yoke_apply_result){0};
    if (doc->in_txn)
        return YOKE_ESTATE;
    if (update.len_bytes > doc->limits.update_bytes)
        return YOKE_ELIMIT_UPDATE;
    yoke_err err = apply(&in, origin);
    drop_scratch(doc);
    if (err == YOKE_OK && out != NULL)
        *out = in.result;
    return err;
}
