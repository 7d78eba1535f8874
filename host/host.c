#include "host/host.h"

#include "host/member.h"
#include "host/quarantine.h"
#include "host/sessions.h"
#include "host/sink.h"

int64_t room_host_now_ms(const room_host *h)
{
    return host_now_ms(h);
}

uint64_t room_host_join(room_host *h, host_member *m, const char *id, const room_join *join)
{
    hosted *at = hosted_get(h, id);
    m->session = at != NULL ? session_new(h, m, at) : 0;
    int err = BASE_ENOMEM;
    if (m->session != 0) {
        at->may_create = h->create_on_join;
        err = room_on_join(at->room, m->session, join, host_now_ms(h));
    }
    if (err == BASE_OK)
        return m->session;
    session_forget(h, m->session);
    m->session = 0;
    metrics_refused(h->metrics, err == BASE_ELIMIT ? "room_members" : "no_memory");
    host_member_close(h, m, WS_CLOSE_TRY_LATER,
                      err == BASE_ELIMIT ? "limit room_members: the room is full"
                                         : "the server is out of memory");
    if (at != NULL)
        hosted_maybe_free(at);
    return 0;
}

void room_host_with(room_host *h, const char *id, room_host_fn *fn, void *ctx)
{
    hosted *at = hosted_get(h, id);
    if (at != NULL && room_loaded(at->room)) {
        fn(ctx, at->room, BASE_OK);
        return;
    }
    room_waiter *w = at != NULL ? base_alloc_get(h->alloc, sizeof *w) : NULL;
    if (w == NULL) {
        fn(ctx, NULL, BASE_ENOMEM);
        return;
    }
    *w = (room_waiter){at->waiting, fn, ctx};
    at->waiting = w;
    room_open(at->room, host_now_ms(h));
}

room *room_host_find(room_host *h, const char *id)
{
    hosted *at = hosted_find(h, id);
    return at != NULL ? at->room : NULL;
}

bool room_host_spare(room_host *h, const char *id)
{
    hosted *at = hosted_find(h, id);
    if (at == NULL || (!at->loading && room_member_count(at->room) == 0))
        return false;
    sink_note_use(at, host_now_ms(h));
    return true;
}

void room_host_discard(room_host *h, const char *id)
{
    hosted *at = hosted_find(h, id);
    if (at == NULL)
        return;
    room_discard(at->room);
    hosted_remove(at); /* also while it loads: a later room of that name is another one */
    hosted_maybe_free(at);
}

/* -------------------------------------------------------------------------------- the loop --- */

void room_host_flush(room_host *h)
{
    /* That one leaves is told to the others, and may be too much for the next. */
    for (size_t i = 0; i < h->doomed_count; i++) {
        host_member *m = session_member(h, h->doomed[i]);
        if (m != NULL)
            host_member_close_slow(h, m, "queue_hard_bytes");
    }
    h->doomed_count = 0;
    sink_post_batch(h);
}

static void publish(room_host *h, const room_stats *sum)
{
    metrics *m = h->metrics;
    metric_set(&m->rooms, h->count);
    metric_set(&m->members, sum->members);
    metric_set(&m->updates_in_total, h->retired.updates_in + sum->updates_in);
    metric_set(&m->updates_refused_total, h->retired.updates_refused + sum->updates_refused);
    metric_set(&m->deliveries_total, h->retired.deliveries + sum->deliveries);
    metric_set(&m->acks_total, h->retired.acks + sum->acks);
    metric_set(&m->awareness_held_total, h->retired.awareness_held + sum->awareness_held);
    metric_set(&m->unstored_bytes, sum->unstored_bytes);
    metric_set(&m->pending_structs, sum->pending_structs);
    metric_set(&m->pending_bytes, sum->pending_bytes);
    metric_set(&m->engine_bytes, sum->engine_bytes);
}

static void sum_stats(room_stats *sum, const room *r)
{
    room_stats s = room_stats_get(r);
    sum->members += s.members;
    sum->updates_in += s.updates_in;
    sum->updates_refused += s.updates_refused;
    sum->deliveries += s.deliveries;
    sum->acks += s.acks;
    sum->awareness_held += s.awareness_held;
    sum->unstored_bytes += s.unstored_bytes;
    sum->pending_structs += s.pending_structs;
    sum->pending_bytes += s.pending_bytes;
    sum->engine_bytes += s.engine_bytes;
}

/* What a room asked for when there was no memory to pass it on, and may not be told within its
 * call. */
static void tell_lost(hosted *at, int64_t now_ms)
{
    if (at->snapshot_lost) {
        at->snapshot_lost = false;
        room_on_snapshot_done(at->room, 0, BASE_ENOMEM, now_ms);
    }
    if (at->load_lost) {
        at->load_lost = false;
        room_on_load_failed(at->room, BASE_ENOMEM, now_ms);
        hosted_answer_waiting(at, BASE_ENOMEM);
    }
}

void room_host_tick(room_host *h)
{
    room_stats sum = {0};
    int64_t now_ms = host_now_ms(h);
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            tell_lost(at, now_ms);
            if (room_state(at->room) != ROOM_ABSENT)
                room_tick(at->room, now_ms);
            sum_stats(&sum, at->room);
            if (room_loaded(at->room) && room_member_count(at->room) > 0 &&
                now_ms - at->used_at_ms > at->used_every_ms)
                sink_note_use(at, now_ms);
            hosted_maybe_free(at);
        }
    }
    publish(h, &sum);
}

void room_host_hurry(room_host *h)
{
    int64_t now_ms = host_now_ms(h);
    hosted **at = &h->hurried;
    while (*at != NULL) {
        hosted *one = *at;
        room_tick(one->room, now_ms);
        if (room_tick_soon(one->room)) {
            at = &one->hurried_next;
            continue;
        }
        *at = one->hurried_next;
        one->hurried = false;
    }
    if (h->hurried == NULL)
        h->port.hurry(h->port.ctx, false);
}

void room_host_stalled(room_host *h, int err)
{
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i]; at != NULL; at = at->bucket_next) {
            if (at->in_store > 0)
                room_on_store_stalled(at->room, err, host_now_ms(h));
        }
    }
}

size_t room_host_count(const room_host *h)
{
    return h->count;
}

room_host *room_host_new(const host_options *o)
{
    room_host *h = host_new_zeroed(o->alloc, sizeof *h);
    if (h == NULL)
        return NULL;
    h->port = *o->port;
    h->home = o->home;
    h->limits = o->limits;
    h->metrics = o->metrics;
    h->alloc = o->alloc;
    h->room_alloc = o->room_alloc;
    h->create_on_join = o->create_on_join;
    h->keep_ms = o->keep_ms;
    h->bucket_count = 64;
    h->buckets = host_new_zeroed(h->alloc, h->bucket_count * sizeof(hosted *));
    h->free_slot = NO_SLOT;
    h->sink = sink_of(h);
    if (h->buckets == NULL) {
        base_alloc_put(o->alloc, h, sizeof *h);
        return NULL;
    }
    return h;
}

void room_host_free(room_host *h)
{
    const base_alloc *alloc = h->alloc;
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            hosted_answer_waiting(at, BASE_ENOMEM);
            room_free(at->room);
            base_alloc_put(alloc, at, sizeof *at);
        }
    }
    store_batch_free(h->batch);
    quarantine_forget_all(h);
    base_alloc_put(alloc, h->buckets, h->bucket_count * sizeof(hosted *));
    base_alloc_put(alloc, h->slots, h->slot_count * sizeof *h->slots);
    base_alloc_put(alloc, h, sizeof *h);
}
