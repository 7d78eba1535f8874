/* plan.c - what an update will do, worked out from clocks alone before anything is changed.
 *
 *   sections   9: a b c d    7: k l m      b needs k, m needs b,
 *   plan       9: a   7: k l   9: b c   7: m   9: d waits     and d clock 5 of 8, which is not
 * there
 *
 * Sections are walked as Yjs walks them: from the highest id down, and where a struct needs a
 * clock that another section brings, that section goes first.  Where that one is under way already,
 * the section is blocked until the clock is planned.  Only what is blocked at the end waits, counts
 * against the limits and is copied. */
#include "yoke/src/apply.h"

static bool section_before(const section *a, const section *b, const incoming *in)
{
    if (a->id != b->id)
        return a->id > b->id;
    return in->s[a->begin].clock < in->s[b->begin].clock;
}

static void sift_section(const incoming *in, size_t i, size_t n)
{
    section *sec = in->sec;
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && section_before(&sec[sec[child].order], &sec[sec[child + 1].order], in))
            child++;
        if (!section_before(&sec[sec[i].order], &sec[sec[child].order], in))
            return;
        uint32_t t = sec[i].order;
        sec[i].order = sec[child].order;
        sec[child].order = t;
    }
}

/* Order the sections and find the groups.  Yjs writes them in order; anything else is sorted. */
void yoke__sections_group(incoming *in)
{
    section *sec = in->sec;
    size_t n = in->sections;
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        sec[i].order = (uint32_t)i;
        sorted = sorted && (i == 0 || section_before(&sec[i - 1], &sec[i], in));
    }
    for (size_t i = sorted ? 0 : n / 2; i-- > 0;)
        sift_section(in, i, n);
    for (size_t end = sorted ? 0 : n; end-- > 1;) {
        uint32_t t = sec[0].order;
        sec[0].order = sec[end].order;
        sec[end].order = t;
        sift_section(in, 0, end);
    }
    uint32_t group = 0;
    for (uint32_t i = 0; i < n; i++) {
        section *c = &sec[sec[i].order];
        if (c->id != sec[sec[group].order].id)
            group = i;
        c->group = group;
        c->next = group;
        c->waiters = YOKE__NONE;
        c->client = yoke__client_find(in->doc, c->id);
        c->state = c->client == YOKE__NONE ? 0 : yoke__cl(in->doc, c->client)->state;
    }
}

/* The place in the order of the first section that comes after (id, clock). */
static size_t section_after(const incoming *in, yoke_id id)
{
    size_t lo = 0;
    size_t hi = in->sections;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const section *c = &in->sec[in->sec[mid].order];
        if (c->id > id.client || (c->id == id.client && in->s[c->begin].clock <= id.clock))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The struct of the update that has `id`.  Of a client with several sections, which Yjs does not
 * write, only the one is looked in that begins last before it. */
const yoke__struct *yoke__incoming_at(const incoming *in, yoke_id id)
{
    size_t after = section_after(in, id);
    if (after == 0)
        return NULL;
    const section *c = &in->sec[in->sec[after - 1].order];
    if (c->id != id.client)
        return NULL;
    size_t lo = c->begin;
    size_t hi = c->end;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (in->s[mid].clock + in->s[mid].len <= id.clock)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->end && in->s[lo].clock <= id.clock ? &in->s[lo] : NULL;
}

static section *leader(const incoming *in, const section *c)
{
    return &in->sec[in->sec[c->group].order];
}

/* The group of a client in this update, or NULL. */
static section *group_of(const incoming *in, uint64_t id)
{
    size_t after = section_after(in, (yoke_id){id, UINT64_MAX});
    if (after == 0 || in->sec[in->sec[after - 1].order].id != id)
        return NULL;
    return leader(in, &in->sec[in->sec[after - 1].order]);
}

uint64_t yoke__planned_state(const incoming *in, uint64_t id)
{
    const section *g = group_of(in, id);
    return g != NULL ? g->state : yoke__state_of(in->doc, id);
}

static bool lacks(const incoming *in, const yoke__struct *s, yoke_id id)
{
    return id.client != s->client && id.clock >= yoke__planned_state(in, id.client);
}

/* As yoke__missing_dep, in the states that are planned. */
static bool missing(const incoming *in, const yoke__struct *s, uint64_t state, yoke_id *dep)
{
    bool cut = s->clock < state;
    bool bare = !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT));
    if (s->clock > state)
        *dep = (yoke_id){s->client, s->clock - 1};
    else if (s->ref == YOKE__GC)
        return false;
    else if ((s->info & YOKE__INFO_ORIGIN) && !cut && lacks(in, s, s->origin))
        *dep = s->origin;
    else if ((s->info & YOKE__INFO_RIGHT) && lacks(in, s, s->right))
        *dep = s->right;
    else if (bare && !cut && !s->parent_is_root && lacks(in, s, s->parent))
        *dep = s->parent;
    else
        return false;
    return true;
}

/* The first section of `id` that is not used up; what is used up is passed over once. */
static uint32_t section_of(const incoming *in, uint64_t id)
{
    section *g = group_of(in, id);
    if (g == NULL)
        return YOKE__NONE;
    for (; g->next < in->sections; g->next++) {
        uint32_t k = in->sec[g->next].order;
        if (in->sec[k].id != id)
            return YOKE__NONE;
        if (in->sec[k].at < in->sec[k].end)
            return k;
    }
    return YOKE__NONE;
}

static yoke_err plan_step(incoming *in, uint32_t k, uint32_t from, bool park)
{
    yoke_doc *doc = in->doc;
    if (from == in->sec[k].at)
        return YOKE_OK;
    if (!yoke__vec_reserve(doc, &in->plan, 1, sizeof(step)))
        return doc->fault;
    *YOKE__AT(in->plan, step, in->plan.n++) = (step){k, from, in->sec[k].at, park};
    return YOKE_OK;
}

/* ------------------------------------------------------------- sections that need each other */

static uint32_t meld(section *sec, uint32_t a, uint32_t b)
{
    if (a == YOKE__NONE || b == YOKE__NONE)
        return a == YOKE__NONE ? b : a;
    uint32_t top = sec[b].wait_clock < sec[a].wait_clock ? b : a;
    uint32_t other = top == a ? b : a;
    sec[other].sibling = sec[top].child;
    sec[top].child = other;
    return top;
}

/* The heap without its top: the children are melded in pairs, then the pairs. */
static uint32_t without_top(section *sec, uint32_t top)
{
    uint32_t pairs = YOKE__NONE;
    uint32_t rest = YOKE__NONE;
    for (uint32_t a = sec[top].child, b, next; a != YOKE__NONE; a = next) {
        b = sec[a].sibling;
        next = b != YOKE__NONE ? sec[b].sibling : YOKE__NONE;
        uint32_t pair = meld(sec, a, b);
        sec[pair].sibling = pairs;
        pairs = pair;
    }
    for (uint32_t next; pairs != YOKE__NONE; pairs = next) {
        next = sec[pairs].sibling;
        rest = meld(sec, rest, pairs);
    }
    return rest;
}

/* Until the clock is planned; for good when the update does not bring its client. */
static void block(incoming *in, section *c, yoke_id dep)
{
    section *g = group_of(in, dep.client);
    c->blocked = true;
    c->wait_clock = dep.clock;
    c->child = c->sibling = YOKE__NONE;
    if (g != NULL)
        g->waiters = meld(in->sec, g->waiters, (uint32_t)(c - in->sec));
}

/* Those whose clock is planned now are looked at again. */
static void unblock(incoming *in, section *g)
{
    section *sec = in->sec;
    while (g->waiters != YOKE__NONE && sec[g->waiters].wait_clock < g->state) {
        uint32_t k = g->waiters;
        g->waiters = without_top(sec, k);
        sec[k].blocked = false;
        if (sec[k].ready)
            continue;
        sec[k].ready = true;
        sec[k].ready_next = in->ready;
        in->ready = k;
    }
}

/* Plan a section until it ends or lacks something.  True: `*dep` is lacking. */
static bool plan_section(incoming *in, section *c, yoke_id *dep)
{
    section *g = leader(in, c);
    bool lacking = false;
    for (; c->at < c->end && !lacking; c->at += !lacking) {
        const yoke__struct *s = &in->s[c->at];
        if (s->ref == YOKE__SKIP || s->clock + s->len <= g->state)
            continue;
        lacking = missing(in, s, g->state, dep);
        if (lacking)
            continue;
        g->state = s->clock + s->len;
        in->advances = true;
    }
    unblock(in, g);
    return lacking;
}

/* What is blocked for good waits. */
static yoke_err plan_rest(incoming *in, uint32_t k)
{
    section *c = &in->sec[k];
    uint32_t from = c->at;
    uint64_t state = leader(in, c)->state;
    size_t before = in->park_n;
    for (; c->at < c->end; c->at++) {
        const yoke__struct *s = &in->s[c->at];
        bool again = c->client != YOKE__NONE && yoke__is_parked(in->doc, c->client, s);
        if (again || !yoke__waits(s, state))
            continue;
        in->park_n++;
        in->park_refs += 3;
    }
    if (in->park_n == before)
        return YOKE_OK; /* all of it waits already */
    in->park_bytes += yoke__wire_at(in, c->end) - in->s[from].wire_at;
    return plan_step(in, k, from, true);
}

/* One that waits in `q` covers all of [from, end). */
static bool waits_already(incoming *in, const yoke__queue *q, uint64_t from, uint64_t end)
{
    for (uint32_t i = 0; i < q->n && in->looks < YOKE__LOOKS_MAX; i++, in->looks++)
        if (q->item[i].clock <= from && end <= q->item[i].clock + q->item[i].len)
            return true;
    return false;
}

bool yoke__delete_waits(incoming *in, const yoke__range *d, uint64_t state)
{
    uint32_t client = yoke__client_find(in->doc, d->client);
    uint64_t from = d->clock > state ? d->clock : state;
    return client != YOKE__NONE &&
           waits_already(in, &yoke__waiting_of(yoke__cl(in->doc, client))->deletes, from,
                         d->clock + d->len);
}

static yoke_err plan_from(incoming *in, uint32_t k)
{
    if (in->sec[k].blocked)
        return YOKE_OK;
    in->sec[k].busy = true;
    while (k != YOKE__NONE) {
        section *c = &in->sec[k];
        yoke_id dep = {0, 0};
        uint32_t from = c->at;
        bool lacking = plan_section(in, c, &dep);
        yoke_err err = plan_step(in, k, from, false);
        if (err != YOKE_OK)
            return err;
        uint32_t other = lacking ? section_of(in, dep.client) : YOKE__NONE;
        if (other != YOKE__NONE && !in->sec[other].busy && !in->sec[other].blocked) {
            in->sec[other].busy = true;
            in->sec[other].back = k;
            k = other;
            continue;
        }
        if (lacking)
            block(in, c, dep);
        c->busy = false;
        k = c->back;
        c->back = YOKE__NONE;
    }
    return YOKE_OK;
}

static yoke_err plan_all(incoming *in)
{
    yoke_err err = YOKE_OK;
    in->ready = YOKE__NONE;
    for (uint32_t k = 0; k < in->sections && err == YOKE_OK; k++) {
        err = plan_from(in, k);
        while (in->ready != YOKE__NONE && err == YOKE_OK) {
            section *c = &in->sec[in->ready];
            in->ready = c->ready_next;
            c->ready = false;
            err = plan_from(in, (uint32_t)(c - in->sec));
        }
    }
    for (uint32_t k = 0; k < in->sections && err == YOKE_OK; k++)
        err = plan_rest(in, k);
    return err;
}

yoke_err yoke__plan(incoming *in)
{
    yoke_doc *doc = in->doc;
    yoke_err err = plan_all(in);
    if (err != YOKE_OK)
        return err;
    uint64_t client = 0;
    uint64_t state = 0;
    size_t fresh = in->park_n;
    for (size_t i = 0; i < in->ranges.n; i++) {
        const yoke__range *d = YOKE__AT(in->ranges, yoke__range, i);
        if (i == 0 || d->client != client)
            state = yoke__planned_state(in, client = d->client);
        if (d->clock + d->len <= state)
            continue;
        in->park_ranges++;
        fresh += !yoke__delete_waits(in, d, state);
    }
    /* Whatever waits already stays, also when the limits are lower now. */
    size_t waiting = doc->parked_n + doc->parked_dels;
    bool full = fresh > 0 && fresh + waiting > doc->limits.pending_structs;
    if (full ||
        (in->park_bytes > 0 && in->park_bytes + doc->parked_bytes > doc->limits.pending_bytes))
        return YOKE_ELIMIT_PENDING;
    return YOKE_OK;
}
