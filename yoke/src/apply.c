/* apply.c - one update of a peer: read wholly, judged, planned (plan.c), everything reserved, then
 * integrated as planned. */
#include "yoke/src/apply.h"

#include "yoke/src/event.h"
#include "yoke/src/same.h"

/* Fewer structs are joined one by one. */
#define JOINS_LAST_FROM 64

yoke_err yoke__limit_clock(const yoke__struct *s)
{
    return s->clock + s->len >= UINT32_MAX ? YOKE_ELIMIT_CLOCK : YOKE_OK;
}

/* Pass one: decode into the scratch and find the sections. */
static yoke_err read_structs(incoming *in, yoke__update_reader *r)
{
    yoke_doc *doc = in->doc;
    bool more = true;
    for (;;) {
        if (!yoke__vec_reserve(doc, &in->structs, 1, sizeof(yoke__struct)))
            return doc->fault;
        yoke__struct *s = YOKE__AT(in->structs, yoke__struct, in->structs.n);
        bool fresh = r->structs_left == 0;
        yoke_err err = yoke__update_next(r, s, &more);
        if (err != YOKE_OK)
            return err;
        if (!more)
            break;
        in->structs.n++;
        if (fresh) {
            /* The count was checked against the bytes; a cap keeps a lie from costing much. */
            size_t follow = r->structs_left < 65536 ? (size_t)r->structs_left : 65536;
            if (!yoke__vec_reserve(doc, &in->structs, follow, sizeof(yoke__struct)) ||
                !yoke__vec_reserve(doc, &in->section_list, 1, sizeof(section)))
                return doc->fault;
            *YOKE__AT(in->section_list, section, in->section_list.n++) =
                (section){.id = r->client,
                          .client = YOKE__NONE,
                          .begin = (uint32_t)in->structs.n - 1,
                          .at = (uint32_t)in->structs.n - 1,
                          .back = YOKE__NONE};
        }
        YOKE__AT(in->section_list, section, in->section_list.n - 1)->end = (uint32_t)in->structs.n;
    }
    in->s = in->structs.ptr;
    in->n = in->structs.n;
    in->sec = in->section_list.ptr;
    in->sections = in->section_list.n;
    return YOKE_OK;
}

/* YOKE_ECONFLICT when `s` says something else than what is known about the clocks before `state`.
 */
static yoke_err compare(yoke_doc *doc, uint32_t client, const yoke__struct *s, uint64_t state)
{
    uint64_t end = s->clock + s->len < state ? s->clock + s->len : state;
    for (uint64_t at = s->clock; at < end;) {
        const yoke__block *b = yoke__blk(doc, yoke__block_at(doc, client, (uint32_t)at));
        bool same;
        yoke_err err = yoke__same(doc, b, s, &same);
        if (err != YOKE_OK || !same)
            return err != YOKE_OK ? err : YOKE_ECONFLICT;
        at = (uint64_t)b->clock + b->len;
    }
    return YOKE_OK;
}

/* A parent that is there and holds no children makes the update malformed; a collected one does
 * not. */
bool yoke__bad_parent(const incoming *in, const yoke__struct *s)
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

/* Its own block, a cut at each neighbour, and its content, with which a short run may move. */
void yoke__need_struct(yoke__need *need, const yoke__struct *s)
{
    bool origin = s->info & YOKE__INFO_ORIGIN;
    bool right = s->info & YOKE__INFO_RIGHT;
    need->blocks += 1u + (origin ? 1 : 0) + (right ? 1 : 0);
    need->heap_bytes += s->content.len_bytes + (origin ? YOKE__MOVE_BYTES_MAX : 0);
    bool sub = s->info & YOKE__INFO_SUB;
    bool plain = !origin && !right && !sub && s->parent_is_root && s->ref != YOKE__DELETED;
    need->dels += plain ? 0 : 2; /* itself, and the map entry before it */
    if (s->ref == YOKE__TYPE) {
        need->types++;
        need->name_bytes += s->content.len_bytes;
    }
    if (s->ref == YOKE__GC || origin || right)
        return;
    need->name_bytes += s->parent_sub.len_bytes;
    need->entries += sub ? 1 : 0;
    if (s->parent_is_root) {
        need->types++;
        need->entries++;
        need->name_bytes += s->parent_name.len_bytes;
    }
}

/* What the struct may cost, and whether it may be at all. */
static yoke_err judge(incoming *in, const yoke__struct *s, uint32_t client, uint64_t state)
{
    bool bare = !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT));
    if (s->ref == YOKE__SKIP)
        return YOKE_OK;
    yoke_err err = s->clock < state ? compare(in->doc, client, s, state) : YOKE_OK;
    if (err != YOKE_OK)
        return err;
    if (s->clock + s->len <= state) {
        in->result.known += s->len;
        return YOKE_OK;
    }
    if (s->clock < state)
        in->result.known += state - s->clock;
    if (s->ref != YOKE__GC && bare && !s->parent_is_root && yoke__bad_parent(in, s))
        return YOKE_EMALFORMED;
    in->fresh++;
    in->nested += s->ref == YOKE__TYPE ? 1 : 0;
    yoke__need_struct(&in->need, s);
    return yoke__limit_clock(s);
}

/* A state that was encoded holds no two structs that could be one, unless what goes between them
 * comes later in it: such a state is cheaper to join at its end than to join and split on the way.
 * A log of many updates is mostly such pairs. */
static bool could_be_one(const yoke__struct *l, const yoke__struct *r)
{
    return l->ref == r->ref && (r->info & YOKE__INFO_ORIGIN) && r->origin.client == r->client &&
           r->origin.clock + 1 == r->clock && !((l->info ^ r->info) & YOKE__INFO_RIGHT) &&
           l->right.client == r->right.client && l->right.clock == r->right.clock;
}

static yoke_err judge_all(incoming *in)
{
    size_t pairs = 0;
    yoke__sections_group(in);
    for (size_t k = 0; k < in->sections; k++) {
        const section *c = &in->sec[k];
        in->need.clients += c->client == YOKE__NONE ? 1 : 0;
        for (uint32_t i = c->at; i < c->end; i++) {
            yoke_err err = judge(in, &in->s[i], c->client, c->state);
            if (err != YOKE_OK)
                return err;
            pairs += i > c->begin && could_be_one(&in->s[i - 1], &in->s[i]);
        }
    }
    in->joins_last = in->n >= JOINS_LAST_FROM && pairs < in->n / 2;
    return YOKE_OK;
}

/* Runs of what lives in a range: each may be a range of the event by itself.  Counting ends when
 * all blocks may as well be reserved for. */
void yoke__count_range(incoming *in, const yoke__range *d)
{
    const yoke_doc *doc = in->doc;
    uint32_t client = yoke__client_find(doc, d->client);
    uint64_t state = client == YOKE__NONE ? 0 : yoke__cl(doc, client)->state;
    uint64_t end = d->clock + d->len < state ? d->clock + d->len : state;
    for (uint64_t at = d->clock; at < end && in->live < doc->blocks.n; in->live++) {
        const yoke__block *b = yoke__blk(doc, yoke__block_at(doc, client, (uint32_t)at));
        at = (uint64_t)b->clock + b->len;
    }
}

static yoke_err read_deletes(incoming *in, yoke__update_reader *r)
{
    yoke_doc *doc = in->doc;
    bool more = true;
    in->structs_end = (size_t)(r->in.pos - r->start);
    for (;;) {
        if (!yoke__vec_reserve(doc, &in->ranges, 1, sizeof(yoke__range)))
            return doc->fault;
        yoke__range *d = YOKE__AT(in->ranges, yoke__range, in->ranges.n);
        yoke_err err = yoke__update_next_delete(r, d, &more);
        if (err != YOKE_OK || !more)
            return err;
        in->ranges.n++;
        yoke__count_range(in, d);
        /* As with structs: the count was checked against the bytes. */
        size_t follow = r->structs_left < 65536 ? (size_t)r->structs_left : 65536;
        if (!yoke__vec_reserve(doc, &in->ranges, follow, sizeof(yoke__range)))
            return doc->fault;
    }
}

/* ------------------------------------------------------------------------------ reserving */

/* The clients that a struct may wait for. */
static bool name_clients(yoke_doc *doc, const yoke__struct *s)
{
    bool bare = !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT));
    bool room = true;
    if (s->info & YOKE__INFO_ORIGIN)
        room = yoke__waiting_make(doc, yoke__client_make(doc, s->origin.client));
    if (s->info & YOKE__INFO_RIGHT)
        room = yoke__waiting_make(doc, yoke__client_make(doc, s->right.client)) && room;
    if (s->ref != YOKE__GC && bare && !s->parent_is_root)
        room = yoke__waiting_make(doc, yoke__client_make(doc, s->parent.client));
    return room;
}

/* Room in one queue for all that comes to it; asked again it has nothing to do. */
static bool reserve_queue(yoke_doc *doc, yoke__client *c, bool deletes)
{
    yoke__waiting *w = c->waiting;
    uint32_t more = w->coming;
    w->coming = 0;
    if (more == 0)
        return true;
    return deletes ? yoke__queue_reserve(doc, &w->deletes, more)
                   : yoke__parked_reserve(doc, w, more);
}

static yoke_err reserve_parked(incoming *in)
{
    yoke_doc *doc = in->doc;
    bool room = true;
    for (size_t i = 0; i < in->plan.n && room; i++) {
        const step *p = YOKE__AT(in->plan, step, i);
        uint32_t client = in->sec[p->section].client;
        if (!p->park)
            continue;
        room = yoke__waiting_make(doc, client);
        for (uint32_t k = p->from; room && k < p->to; k++)
            room = name_clients(doc, &in->s[k]);
        if (room)
            yoke__cl(doc, client)->waiting->coming += p->to - p->from;
    }
    for (size_t i = 0; i < in->plan.n; i++) {
        const step *p = YOKE__AT(in->plan, step, i);
        yoke__client *c = yoke__cl(doc, in->sec[p->section].client);
        if (p->park && c->waiting != NULL)
            room = reserve_queue(doc, c, false) && room;
    }
    return room ? YOKE_OK : doc->fault;
}

static yoke_err reserve_ranges(incoming *in)
{
    yoke_doc *doc = in->doc;
    bool room = true;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < in->ranges.n; i++) {
            const yoke__range *d = YOKE__AT(in->ranges, yoke__range, i);
            if (d->clock + d->len <= yoke__planned_state(in, d->client))
                continue;
            yoke__client *c = yoke__cl(doc, yoke__client_make(doc, d->client));
            if (!yoke__waiting_make(doc, (uint32_t)(c - yoke__cl(doc, 0))))
                room = false;
            else if (pass == 0)
                c->waiting->coming++;
            else
                room = reserve_queue(doc, c, true) && room;
        }
    }
    return room ? YOKE_OK : doc->fault;
}

/* Room in the waiting queues, and for the bytes of what waits. */
static yoke_err reserve_parking(incoming *in)
{
    yoke_doc *doc = in->doc;
    yoke_err err = in->park_ranges > 0 ? reserve_ranges(in) : YOKE_OK;
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

/* Deletes that local edits have made ready: unlike what an update wakes they may name blocks that
 * are there already. */
static void count_ready(incoming *in)
{
    const yoke_doc *doc = in->doc;
    for (uint32_t i = doc->ready; i != YOKE__NONE;) {
        const yoke__client *c = yoke__cl(doc, i);
        const yoke__queue *deletes = &c->waiting->deletes;
        for (uint32_t k = 0; k < deletes->n; k++) {
            const yoke__parked *p = &deletes->item[k];
            yoke__count_range(in, &(yoke__range){c->id, p->clock, p->len});
        }
        i = c->waiting->ready_next;
    }
}

static yoke_err reserve_all(incoming *in)
{
    yoke_doc *doc = in->doc;
    yoke__need *need = &in->need;
    /* What waits can wake only when some client's state moves, or has moved by local edits. */
    bool wakes = in->advances || doc->ready != YOKE__NONE;
    size_t waiting = wakes ? doc->parked_n + doc->parked_dels : 0;
    size_t waiting_bytes = wakes ? doc->parked_bytes : 0;
    count_ready(in);
    need->blocks += 2 * in->ranges.n + 3 * waiting;
    need->heap_bytes += waiting_bytes + YOKE__MOVE_BYTES_MAX * waiting;
    need->clients += in->park_ranges + in->park_refs;
    if (waiting > 0) {
        need->types += 2 * waiting;
        need->entries += 2 * waiting;
        need->name_bytes += waiting_bytes;
    }
    /* Of what is there what the ranges name and what stands in types; of what is new, all. */
    need->dels += in->live + doc->nested + need->blocks + 2 * waiting;
    if (yoke__blocks_live(doc) + in->fresh + doc->parked_n > doc->limits.structs)
        return YOKE_ELIMIT_STRUCTS;
    yoke_err err = yoke__reserve(doc, need);
    if (err != YOKE_OK)
        return err;
    for (size_t k = 0; k < in->sections; k++)
        in->sec[k].client = yoke__client_make(doc, in->sec[k].id);
    err = reserve_parking(in);
    if (err == YOKE_OK)
        err = yoke__emit_reserve(doc, 2 * in->update.len_bytes + 64 * need->blocks +
                                          2 * waiting_bytes + 24 * need->dels);
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
        if (!yoke__waits(s, yoke__cl(in->doc, client)->state) ||
            yoke__is_parked(in->doc, client, s))
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
    for (size_t i = 0; i < in->plan.n; i++) {
        const step *p = YOKE__AT(in->plan, step, i);
        if (p->park)
            park(in, p);
        else
            integrate(in, p);
    }
}

/* Returns the units that were deleted and lived; what has to wait is parked. */
uint64_t yoke__run_range(incoming *in, const yoke__range *d)
{
    yoke_doc *doc = in->doc;
    uint64_t before = doc->txn_deleted;
    uint32_t client = yoke__client_find(doc, d->client);
    uint64_t state = client == YOKE__NONE ? 0 : yoke__cl(doc, client)->state;
    uint64_t end = d->clock + d->len;
    if (d->clock < state) {
        uint64_t stop = end < state ? end : state;
        yoke__delete_range(doc, client, (uint32_t)d->clock, (uint32_t)(stop - d->clock));
        yoke__bury(doc);
    }
    if (end > state) {
        uint64_t from = d->clock > state ? d->clock : state;
        if (!yoke__delete_waits(in, d, state))
            yoke__park_delete(doc, client, from, end - from);
    }
    return doc->txn_deleted - before;
}

static void run_deletes(incoming *in)
{
    for (size_t i = 0; i < in->ranges.n; i++) {
        const yoke__range *d = YOKE__AT(in->ranges, yoke__range, i);
        if (yoke__run_range(in, d) != d->len)
            in->result.exact = false;
    }
}

static void trim(yoke_doc *doc)
{
    if (doc->parked_n + doc->parked_dels > 0)
        return;
    yoke__vec_trim(doc, &doc->blocks, sizeof(yoke__block));
    yoke__vec_trim(doc, &doc->nodes, sizeof(yoke__node));
    yoke__vec_trim(doc, &doc->heap, 1);
}

static void drop_scratch(incoming *in)
{
    yoke__vec_free(in->doc, &in->structs, sizeof(yoke__struct));
    yoke__vec_free(in->doc, &in->section_list, sizeof(section));
    yoke__vec_free(in->doc, &in->ranges, sizeof(yoke__range));
    yoke__vec_free(in->doc, &in->plan, sizeof(step));
}

static void join_client(yoke_doc *doc, const yoke__client *c)
{
    unsigned slot;
    if (c->index == 0)
        return;
    uint32_t ni = yoke__index_leaf(doc, c->index, c->before > 0 ? c->before - 1 : 0, &slot);
    for (;;) {
        const yoke__node *n = yoke__nd(doc, ni);
        uint32_t b = n->ref[slot];
        if (b == c->tail)
            return;
        bool inside = slot + 1u < n->n;
        uint32_t next = inside ? n->ref[slot + 1] : yoke__block_after(doc, b);
        if (yoke__merge(doc, b, next))
            continue;
        if (inside)
            slot++;
        else
            ni = yoke__index_leaf(doc, c->index, yoke__blk(doc, next)->clock, &slot);
    }
}

/* Join what the transaction brought and what it stands beside. */
static void join_touched(yoke_doc *doc)
{
    doc->joins_last = false;
    for (uint32_t i = doc->touched; i != YOKE__NONE; i = yoke__cl(doc, i)->touched)
        join_client(doc, yoke__cl(doc, i));
}

uint64_t yoke__clocks_gained(const yoke_doc *doc)
{
    uint64_t n = 0;
    for (uint32_t i = doc->touched; i != YOKE__NONE; i = yoke__cl(doc, i)->touched)
        n += yoke__cl(doc, i)->state - yoke__cl(doc, i)->before;
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
        err = yoke__plan(in);
    if (err == YOKE_OK)
        err = yoke__nesting_judge(in);
    if (err == YOKE_OK)
        err = reserve_all(in);
    if (err != YOKE_OK)
        return err;
    bool waiting = doc->parked_n + doc->parked_dels > 0;
    in->result.exact = true;
    in->looks = 0;
    yoke__txn_start(doc, false, origin);
    doc->joins_last = in->joins_last;
    run_plan(in);
    run_deletes(in);
    if (waiting || in->result.parked > 0)
        yoke__wake_all(doc);
    if (doc->joins_last)
        join_touched(doc);
    in->result.exact = in->result.exact && !waiting && in->result.parked == 0;
    in->result.integrated = yoke__clocks_gained(doc);
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
    bool done = false;
    yoke_err err = yoke__apply_one(&in, origin, &done);
    if (err == YOKE_OK && !done) {
        err = apply(&in, origin);
        drop_scratch(&in);
    }
    if (err == YOKE_OK && out != NULL)
        *out = in.result;
    return err;
}
