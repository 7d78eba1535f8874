/* pending.c - structs and deletes that came before what they need.
 *
 *   client 7 --parked--> heap by clock: 12, 15, 40     waits for (9, 33)
 *   client 9 --waiters-> 7, 4                          looked at when 9 moves
 *
 * Only the first parked struct of a client is looked at, and it waits for exactly one clock of one
 * client, so no wait is ever missed and nothing is tried in vain.  Parked structs are not decoded:
 * they are read again from a copy of the update they came in. */
#include "yoke/src/doc.h"

static bool lower(const yoke__parked *a, const yoke__parked *b)
{
    return a->clock != b->clock ? a->clock < b->clock : a->seq < b->seq;
}

bool yoke__queue_reserve(yoke_doc *doc, yoke__queue *q, size_t more)
{
    yoke__vec v = {q->item, q->n, q->cap};
    if (!yoke__vec_reserve(doc, &v, more, sizeof *q->item))
        return false;
    q->item = v.ptr;
    q->cap = (uint32_t)v.cap;
    return true;
}

void yoke__queue_push(yoke__queue *q, yoke__parked p)
{
    uint32_t i = q->n++;
    while (i > 0 && lower(&p, &q->item[(i - 1) / 2])) {
        q->item[i] = q->item[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    q->item[i] = p;
}

yoke__parked yoke__queue_pop(yoke__queue *q)
{
    yoke__parked top = q->item[0];
    yoke__parked p = q->item[--q->n];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < q->n; i = child) {
        if (child + 1 < q->n && lower(&q->item[child + 1], &q->item[child]))
            child++;
        if (!lower(&q->item[child], &p))
            break;
        q->item[i] = q->item[child];
    }
    q->item[i] = p;
    return top;
}

bool yoke__waiting_make(yoke_doc *doc, uint32_t client)
{
    yoke__client *c = yoke__cl(doc, client);
    if (c->waiting != NULL)
        return true;
    c->waiting = yoke__get(doc, sizeof *c->waiting);
    if (c->waiting == NULL)
        return false;
    *c->waiting = (yoke__waiting){.wait_on = YOKE__NONE,
                                  .wait_next = YOKE__NONE,
                                  .wait_prev = YOKE__NONE,
                                  .waiters = YOKE__NONE,
                                  .ready_next = YOKE__NONE};
    return true;
}

static yoke__waiting *waiting(const yoke_doc *doc, uint32_t client)
{
    return yoke__cl(doc, client)->waiting;
}

/* ------------------------------------------------------------------------------ what came twice */

/* One that waits, by its clock; of those with one clock the longest.  `len` 0: a free slot. */
typedef struct again {
    uint64_t clock;
    uint64_t len;
} again;

static again *again_slot(const yoke_doc *doc, const yoke__vec *table, uint64_t clock)
{
    size_t mask = table->cap - 1u;
    size_t i = (size_t)yoke__hash(doc, clock) & mask;
    while (YOKE__AT(*table, again, i)->len != 0 && YOKE__AT(*table, again, i)->clock != clock)
        i = (i + 1) & mask;
    return YOKE__AT(*table, again, i);
}

static void again_put(const yoke_doc *doc, yoke__vec *table, const yoke__parked *p)
{
    again *a = again_slot(doc, table, p->clock);
    if (a->len == 0)
        table->n++;
    *a = (again){p->clock, p->len > a->len ? p->len : a->len};
}

bool yoke__is_parked(const yoke_doc *doc, uint32_t client, const yoke__struct *s)
{
    const yoke__waiting *w = yoke__waiting_of(yoke__cl(doc, client));
    return w->parked.n > 0 && again_slot(doc, &w->again, s->clock)->len >= s->len;
}

/* Room for `more` in the queue and in the table, which is at most half full and then made anew from
 * what waits still. */
bool yoke__parked_reserve(yoke_doc *doc, yoke__waiting *w, size_t more)
{
    if (!yoke__queue_reserve(doc, &w->parked, more))
        return false;
    if (2 * (w->again.n + more) <= w->again.cap)
        return true;
    yoke__vec table = {NULL, 0, 0};
    size_t cap = 8;
    while (cap < 4 * (w->parked.n + more))
        cap *= 2;
    if (!yoke__vec_reserve(doc, &table, cap, sizeof(again)))
        return false;
    memset(table.ptr, 0, cap * sizeof(again));
    for (uint32_t i = 0; i < w->parked.n; i++)
        again_put(doc, &table, &w->parked.item[i]);
    yoke__vec_free(doc, &w->again, sizeof(again));
    w->again = table;
    return true;
}

/* ------------------------------------------------------------------------------ waiting */

static void segment_drop(yoke_doc *doc, yoke__segment *s)
{
    if (--s->uses == 0) {
        doc->parked_bytes -= s->size_bytes;
        yoke__put(doc, s, sizeof *s + s->size_bytes);
    }
}

static bool lacks(const yoke_doc *doc, yoke_id id, const yoke__struct *s)
{
    if (id.client == s->client)
        return false; /* its own past, by the order of clocks */
    uint32_t c = yoke__client_find(doc, id.client);
    return c == YOKE__NONE || id.clock >= yoke__cl(doc, c)->state;
}

/* What `s` at `clock` waits for, if anything. */
bool yoke__missing_dep(const yoke_doc *doc, const yoke__struct *s, uint32_t client, uint64_t clock,
                       yoke_id *dep)
{
    const yoke__client *c = yoke__cl(doc, client);
    if (clock > c->state) {
        *dep = (yoke_id){c->id, clock - 1};
        return true;
    }
    bool cut = clock < c->state; /* its origin is then its own client's */
    bool bare = !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT));
    if (s->ref == YOKE__GC)
        return false;
    if ((s->info & YOKE__INFO_ORIGIN) && !cut && lacks(doc, s->origin, s))
        *dep = s->origin;
    else if ((s->info & YOKE__INFO_RIGHT) && lacks(doc, s->right, s))
        *dep = s->right;
    else if (bare && !cut && !s->parent_is_root && lacks(doc, s->parent, s))
        *dep = s->parent;
    else
        return false;
    return true;
}

static void unlink_wait(yoke_doc *doc, uint32_t client)
{
    yoke__waiting *c = waiting(doc, client);
    if (c->wait_on == YOKE__NONE)
        return;
    if (c->wait_prev != YOKE__NONE)
        waiting(doc, c->wait_prev)->wait_next = c->wait_next;
    else
        waiting(doc, c->wait_on)->waiters = c->wait_next;
    if (c->wait_next != YOKE__NONE)
        waiting(doc, c->wait_next)->wait_prev = c->wait_prev;
    c->wait_on = c->wait_next = c->wait_prev = YOKE__NONE;
}

static void wait_for(yoke_doc *doc, uint32_t client, yoke_id dep)
{
    unlink_wait(doc, client);
    uint32_t on = yoke__client_find(doc, dep.client);
    yoke__waiting *c = waiting(doc, client);
    yoke__waiting *d = waiting(doc, on);
    c->wait_on = on;
    c->wait_clock = dep.clock;
    c->wait_next = d->waiters;
    if (d->waiters != YOKE__NONE)
        waiting(doc, d->waiters)->wait_prev = client;
    d->waiters = client;
}

static void make_ready(yoke_doc *doc, uint32_t client)
{
    yoke__waiting *c = waiting(doc, client);
    if (c->ready)
        return;
    c->ready = true;
    c->ready_next = doc->ready;
    doc->ready = client;
}

void yoke__park(yoke_doc *doc, uint32_t client, yoke__parked p)
{
    yoke__waiting *w = waiting(doc, client);
    p.seq = doc->park_seq++;
    again_put(doc, &w->again, &p);
    yoke__queue_push(&w->parked, p);
    doc->parked_n++;
    make_ready(doc, client);
}

void yoke__park_delete(yoke_doc *doc, uint32_t client, uint64_t clock, uint64_t len)
{
    yoke__queue_push(&waiting(doc, client)->deletes,
                     (yoke__parked){.clock = clock, .len = len, .seq = doc->park_seq++});
    doc->parked_dels++;
}

void yoke__advanced(yoke_doc *doc, uint32_t client)
{
    const yoke__waiting *c = waiting(doc, client);
    if (c == NULL)
        return;
    if (c->parked.n > 0 || c->deletes.n > 0)
        make_ready(doc, client);
    for (uint32_t w = c->waiters, next; w != YOKE__NONE; w = next) {
        next = waiting(doc, w)->wait_next;
        if (waiting(doc, w)->wait_clock < yoke__cl(doc, client)->state) {
            unlink_wait(doc, w);
            make_ready(doc, w);
        }
    }
}

/* The table may name what was taken out, as that is known then; not what was thrown away. */
static void forget_again(yoke__waiting *w)
{
    memset(w->again.ptr, 0, w->again.cap * sizeof(again));
    w->again.n = 0;
}

static void pop_parked(yoke_doc *doc, yoke__queue *parked)
{
    yoke__parked done = yoke__queue_pop(parked);
    segment_drop(doc, done.segment);
    doc->parked_n--;
}

static void run_structs(yoke_doc *doc, uint32_t client)
{
    yoke__queue *parked = &waiting(doc, client)->parked;
    unlink_wait(doc, client);
    while (parked->n > 0) {
        const yoke__client *c = yoke__cl(doc, client);
        const yoke__parked *p = &parked->item[0];
        yoke__struct s;
        yoke_id dep;
        reader in = reader_of(bytes_of(p->segment->data + p->at, p->segment->size_bytes - p->at));
        bool known = p->clock + p->len <= c->state;
        if (!known && yoke__struct_read(&in, c->id, p->clock, YOKE__NESTING_MAX, &s) == YOKE_OK) {
            if (yoke__missing_dep(doc, &s, client, p->clock, &dep)) {
                wait_for(doc, client, dep);
                return;
            }
            if (yoke__too_deep(doc, &s, client)) {
                /* Only now that its base is there can it be told.  The peer sends it again after a
                 * sync, and is refused then. */
                while (parked->n > 0)
                    pop_parked(doc, parked);
                forget_again(waiting(doc, client));
                return;
            }
            (void)yoke__integrate(doc, &s, client, (uint32_t)(c->state - p->clock));
            yoke__advanced(doc, client);
        }
        pop_parked(doc, parked);
    }
}

static void run_deletes(yoke_doc *doc, uint32_t client)
{
    yoke__queue *deletes = &waiting(doc, client)->deletes;
    uint32_t state = yoke__cl(doc, client)->state;
    while (deletes->n > 0 && deletes->item[0].clock < state) {
        yoke__parked p = yoke__queue_pop(deletes);
        uint64_t end = p.clock + p.len;
        uint64_t stop = end < state ? end : state;
        doc->parked_dels--;
        yoke__touch_client(doc, client);
        yoke__delete_range(doc, client, (uint32_t)p.clock, (uint32_t)(stop - p.clock));
        yoke__bury(doc);
        if (end > stop)
            yoke__park_delete(doc, client, stop, end - stop);
    }
}

void yoke__wake_all(yoke_doc *doc)
{
    while (doc->ready != YOKE__NONE) {
        uint32_t client = doc->ready;
        yoke__waiting *c = waiting(doc, client);
        doc->ready = c->ready_next;
        c->ready = false;
        run_structs(doc, client);
        run_deletes(doc, client);
    }
}

void yoke__pending_free(yoke_doc *doc)
{
    for (uint32_t i = 0; i < doc->clients.n; i++) {
        yoke__waiting *c = waiting(doc, i);
        if (c == NULL)
            continue;
        for (uint32_t k = 0; k < c->parked.n; k++)
            segment_drop(doc, c->parked.item[k].segment);
        yoke__put(doc, c->parked.item, c->parked.cap * sizeof *c->parked.item);
        yoke__put(doc, c->deletes.item, c->deletes.cap * sizeof *c->deletes.item);
        yoke__vec_free(doc, &c->again, sizeof(again));
        yoke__put(doc, c, sizeof *c);
        yoke__cl(doc, i)->waiting = NULL;
    }
    doc->parked_n = doc->parked_dels = 0;
    doc->ready = YOKE__NONE;
}

void yoke_doc_drop_pending(yoke_doc *doc)
{
    yoke__pending_free(doc);
}

/* The clock up to which a client is waited for; 0: it is not. */
static uint64_t missing_of(const yoke_doc *doc, const yoke__waiting *c)
{
    uint64_t need = 0;
    for (uint32_t w = c->waiters; w != YOKE__NONE; w = waiting(doc, w)->wait_next)
        if (waiting(doc, w)->wait_clock + 1 > need)
            need = waiting(doc, w)->wait_clock + 1;
    for (uint32_t k = 0; k < c->deletes.n; k++)
        if (c->deletes.item[k].clock + c->deletes.item[k].len > need)
            need = c->deletes.item[k].clock + c->deletes.item[k].len;
    return need;
}

yoke_err yoke_doc_missing(const yoke_doc *doc, yoke_blob *out)
{
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    const uint32_t *order = yoke__client_order(doc);
    if (order == NULL)
        return doc->fault;
    uint64_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            buf_put_varuint(&b, n);
        for (size_t i = 0; i < doc->clients.n; i++) {
            const yoke__client *c = yoke__cl(doc, order[i]);
            uint64_t need = missing_of(doc, yoke__waiting_of(c));
            if (need <= c->state)
                continue;
            if (pass == 0) {
                n++;
            } else {
                buf_put_varuint(&b, c->id);
                buf_put_varuint(&b, need);
            }
        }
    }
    return yoke__blob_from(out, &b);
}
