#include "host/table.h"

#include "base/hash.h"

void *host_new_zeroed(const base_alloc *alloc, size_t size_bytes)
{
    void *ptr = base_alloc_get(alloc, size_bytes);
    if (ptr != NULL)
        memset(ptr, 0, size_bytes);
    return ptr;
}

void *host_new_job(room_host *h, size_t size_bytes, void (*write)(store *, store_job *),
                   void (*done)(loop *, store_job *))
{
    store_job *job = host_new_zeroed(h->alloc, size_bytes);
    if (job != NULL)
        *job = (store_job){.home = h->home, .write = write, .done = done};
    return job;
}

/* The link that points to the room, or to the end of its chain. */
static hosted **place_of(room_host *h, const char *id)
{
    hosted **at = &h->buckets[hash_text(id) & (h->bucket_count - 1)];
    while (*at != NULL && strcmp(room_id((*at)->room), id) != 0)
        at = &(*at)->bucket_next;
    return at;
}

hosted *hosted_find(room_host *h, const char *id)
{
    return *place_of(h, id);
}

static void grow_table(room_host *h)
{
    size_t count = h->bucket_count * 2;
    hosted **buckets = host_new_zeroed(h->alloc, count * sizeof(hosted *));
    if (buckets == NULL)
        return; /* longer chains, nothing worse */
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            hosted **to = &buckets[hash_text(room_id(at->room)) & (count - 1)];
            at->bucket_next = *to;
            *to = at;
        }
    }
    base_alloc_put(h->alloc, h->buckets, h->bucket_count * sizeof(hosted *));
    h->buckets = buckets;
    h->bucket_count = count;
}

hosted *hosted_get(room_host *h, const char *id)
{
    hosted **at = place_of(h, id);
    if (*at != NULL)
        return *at;
    hosted *n = host_new_zeroed(h->alloc, sizeof *n);
    if (n == NULL)
        return NULL;
    room_options options = {id, h->limits, &h->sink, h->room_alloc};
    n->room = room_new(&options);
    if (n->room == NULL) {
        base_alloc_put(h->alloc, n, sizeof *n);
        return NULL;
    }
    n->host = h;
    *at = n;
    if (++h->count > h->bucket_count)
        grow_table(h);
    return n;
}

static void add_retired(room_host *h, const room_stats *s)
{
    h->retired.updates_in += s->updates_in;
    h->retired.updates_refused += s->updates_refused;
    h->retired.deliveries += s->deliveries;
    h->retired.acks += s->acks;
    h->retired.awareness_held += s->awareness_held;
}

void hosted_remove(hosted *gone)
{
    room_host *h = gone->host;
    hosted **at = &h->buckets[hash_text(room_id(gone->room)) & (h->bucket_count - 1)];
    while (*at != gone)
        at = &(*at)->bucket_next;
    *at = gone->bucket_next;
    h->count--;
    room_stats s = room_stats_get(gone->room);
    add_retired(h, &s);
    gone->removed = true;
}

/* Something in the room waits for less than a second. */
void hosted_hurry(hosted *at)
{
    room_host *h = at->host;
    bool first = h->hurried == NULL;
    at->hurried = true;
    at->hurried_next = h->hurried;
    h->hurried = at;
    if (first)
        h->port.hurry(h->port.ctx, true);
}

static void forget_hurried(const hosted *gone)
{
    hosted **at = &gone->host->hurried;
    while (gone->hurried && *at != gone)
        at = &(*at)->hurried_next;
    if (gone->hurried)
        *at = gone->hurried_next;
}

void hosted_maybe_free(hosted *at)
{
    if (!at->removed && room_state(at->room) == ROOM_ABSENT && !at->loading && at->waiting == NULL)
        hosted_remove(at);
    if (at->removed && at->in_store == 0) {
        forget_hurried(at);
        room_free(at->room);
        base_alloc_put(at->host->alloc, at, sizeof *at);
    }
}

void hosted_answer_waiting(hosted *at, int err)
{
    room_waiter *w = at->waiting;
    at->waiting = NULL;
    for (room_waiter *next; w != NULL; w = next) {
        next = w->next;
        w->fn(w->ctx, err == BASE_OK ? at->room : NULL, err);
        base_alloc_put(at->host->alloc, w, sizeof *w);
    }
}
