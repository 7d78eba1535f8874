#include "server/room_host.h"

#include "base/hash.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/room_host_internal.h"
#include "server/ws/ws_conn.h"

#include <stdlib.h>

int64_t room_host_now_ms(const room_host *h)
{
    return h->clock_offset_ms + (int64_t)uv_now(&h->loop->uv);
}

/* ------------------------------------------------------------------------------- the table --- */

static hosted **place_of(room_host *h, const char *id)
{
    hosted **at = &h->buckets[hash_text(id) & (h->bucket_count - 1)];
    while (*at != NULL && strcmp(room_id((*at)->room), id) != 0)
        at = &(*at)->bucket_next;
    return at;
}

hosted *room_host_hosted(room_host *h, const char *id)
{
    return *place_of(h, id);
}

static void grow_table(room_host *h)
{
    size_t count = h->bucket_count * 2;
    hosted **buckets = calloc(count, sizeof *buckets);
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
    free(h->buckets);
    h->buckets = buckets;
    h->bucket_count = count;
}

static hosted *hosted_get(room_host *h, const char *id)
{
    hosted **at = place_of(h, id);
    if (*at != NULL)
        return *at;
    hosted *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    room_options options = {id, &h->loop->app->limits, &h->sink, base_alloc_libc()};
    n->room = room_new(&options);
    if (n->room == NULL) {
        free(n);
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

static void hosted_remove(hosted *gone)
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

static void on_hurry(uv_timer_t *timer)
{
    room_host *h = ((loop *)timer->data)->rooms;
    int64_t now_ms = room_host_now_ms(h);
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
        uv_timer_stop(timer);
}

/* Something in the room waits for less than a second. */
static void hurry(hosted *at)
{
    room_host *h = at->host;
    at->hurried = true;
    at->hurried_next = h->hurried;
    h->hurried = at;
    uv_timer_t *timer = &h->loop->hurry;
    if (!uv_is_active((uv_handle_t *)timer))
        uv_timer_start(timer, on_hurry, LIMIT_HURRY_MS, LIMIT_HURRY_MS);
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
        free(at);
    }
}

/* -------------------------------------------------------------------------------- sessions --- */

ws_conn *room_host_conn(const room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    return slot < h->slot_count && h->slots[slot].session == session ? h->slots[slot].wc : NULL;
}

static uint64_t session_new(room_host *h, ws_conn *wc, hosted *at)
{
    if (h->free_slot == NO_SLOT) {
        size_t count = h->slot_count == 0 ? 64 : h->slot_count + h->slot_count / 2;
        if (count > SESSION_SLOT_MASK)
            return 0;
        session_slot *slots = realloc(h->slots, count * sizeof *slots);
        if (slots == NULL)
            return 0;
        for (size_t i = h->slot_count; i < count; i++)
            slots[i] = (session_slot){.next_free = i + 1 < count ? (uint32_t)(i + 1) : NO_SLOT};
        h->free_slot = (uint32_t)h->slot_count;
        h->slots = slots;
        h->slot_count = count;
    }
    uint32_t slot = h->free_slot;
    h->free_slot = h->slots[slot].next_free;
    uint64_t session = (++h->session_counter << SESSION_SLOT_BITS) | slot;
    h->slots[slot] = (session_slot){.session = session, .wc = wc, .at = at};
    return session;
}

void room_host_forget(room_host *h, uint64_t session)
{
    uint32_t slot = (uint32_t)(session & SESSION_SLOT_MASK);
    if (slot >= h->slot_count || h->slots[slot].session != session)
        return;
    h->slots[slot] = (session_slot){.next_free = h->free_slot};
    h->free_slot = slot;
}

uint64_t room_host_join(room_host *h, ws_conn *wc, const char *id, const room_join *join)
{
    hosted *at = hosted_get(h, id);
    uint64_t session = at != NULL ? session_new(h, wc, at) : 0;
    if (session == 0) {
        ws_conn_close(wc, WS_CLOSE_TRY_LATER, "the server is out of memory");
        return 0;
    }
    at->may_create = h->loop->app->config.create_on_join;
    ws_conn_set_session(wc, session);
    int err = room_on_join(at->room, session, join, room_host_now_ms(h));
    if (err == BASE_OK)
        return session;
    room_host_forget(h, session);
    ws_conn_set_session(wc, 0);
    metrics_refused(&h->loop->metrics, err == BASE_ELIMIT ? "room_members" : "no_memory");
    ws_conn_close(wc, WS_CLOSE_TRY_LATER,
                  err == BASE_ELIMIT ? "limit room_members: the room is full"
                                     : "the server is out of memory");
    hosted_maybe_free(at);
    return 0;
}

/* Where the session is; NULL: in no room, as session 0 is. */
static hosted *hosted_of(const room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    bool known = session != 0 && slot < h->slot_count && h->slots[slot].session == session;
    return known ? h->slots[slot].at : NULL;
}

bool room_host_backlogged(const room_host *h, uint64_t session)
{
    const hosted *at = hosted_of(h, session);
    return at != NULL && room_backlogged(at->room);
}

void room_host_notice(room_host *h, uint64_t session, const char *code, const char *message)
{
    const hosted *at = hosted_of(h, session);
    if (at != NULL)
        room_notice(at->room, session, code, message);
}

void room_host_message(room_host *h, uint64_t session, bytes message)
{
    hosted *at = hosted_of(h, session);
    if (at == NULL)
        return;
    room_on_message(at->room, session, message, room_host_now_ms(h));
    if (!at->hurried && room_tick_soon(at->room))
        hurry(at);
}

void room_host_leave(room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    if (slot >= h->slot_count || h->slots[slot].session != session)
        return;
    hosted *at = h->slots[slot].at;
    room_host_forget(h, session);
    room_on_leave(at->room, session, room_host_now_ms(h));
}

/* ------------------------------------------------------------------------------- waiting --- */

void hosted_answer_waiting(hosted *at, int err)
{
    room_waiter *w = at->waiting;
    at->waiting = NULL;
    for (room_waiter *next; w != NULL; w = next) {
        next = w->next;
        w->fn(w->ctx, err == BASE_OK ? at->room : NULL, err);
        free(w);
    }
}

void room_host_with(room_host *h, const char *id, room_host_fn *fn, void *ctx)
{
    hosted *at = hosted_get(h, id);
    if (at != NULL && room_loaded(at->room)) {
        fn(ctx, at->room, BASE_OK);
        return;
    }
    room_waiter *w = at != NULL ? malloc(sizeof *w) : NULL;
    if (w == NULL) {
        fn(ctx, NULL, BASE_ENOMEM);
        return;
    }
    *w = (room_waiter){at->waiting, fn, ctx};
    at->waiting = w;
    room_open(at->room, room_host_now_ms(h));
}

room *room_host_find(room_host *h, const char *id)
{
    hosted *at = *place_of(h, id);
    return at != NULL ? at->room : NULL;
}

bool room_host_spare(room_host *h, const char *id)
{
    hosted *at = *place_of(h, id);
    if (at == NULL || (!at->loading && room_member_count(at->room) == 0))
        return false;
    room_host_note_use(at, room_host_now_ms(h));
    return true;
}

void room_host_discard(room_host *h, const char *id)
{
    hosted *at = *place_of(h, id);
    if (at == NULL)
        return;
    room_discard(at->room);
    hosted_remove(at); /* also while it loads: a later room of that name is another one */
    hosted_maybe_free(at);
}

/* -------------------------------------------------------------------------------- the loop --- */

bool room_host_doom(room_host *h, ws_conn *wc)
{
    uint64_t session = ws_conn_session(wc);
    if (h->doomed_count == DOOMED_MAX || session == 0)
        return false;
    h->doomed[h->doomed_count++] = session;
    return true;
}

void room_host_flush(room_host *h)
{
    for (size_t i = 0; i < h->doomed_count; i++) {
        ws_conn *wc = room_host_conn(h, h->doomed[i]);
        if (wc == NULL)
            continue;
        ws_conn_close_slow(wc, "queue_hard_bytes");
    }
    h->doomed_count = 0;
    room_host_post_batch(h);
}

static void publish(room_host *h, const room_stats *sum)
{
    metrics *m = &h->loop->metrics;
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
    int64_t now_ms = room_host_now_ms(h);
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            tell_lost(at, now_ms);
            if (room_state(at->room) != ROOM_ABSENT)
                room_tick(at->room, now_ms);
            sum_stats(&sum, at->room);
            if (room_loaded(at->room) && room_member_count(at->room) > 0 &&
                now_ms - at->used_at_ms > at->used_every_ms)
                room_host_note_use(at, now_ms);
            hosted_maybe_free(at);
        }
    }
    publish(h, &sum);
}

void room_host_stalled(loop *l, int err)
{
    room_host *h = l->rooms;
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i]; at != NULL; at = at->bucket_next) {
            if (at->in_store > 0)
                room_on_store_stalled(at->room, err, room_host_now_ms(h));
        }
    }
}

void room_host_drain(room_host *h)
{
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            room_close_all(at->room, WS_CLOSE_RESTART, "the server restarts", room_host_now_ms(h));
            hosted_maybe_free(at);
        }
    }
}

size_t room_host_count(const room_host *h)
{
    return h->count;
}

room_host *room_host_new(loop *l)
{
    room_host *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->loop = l;
    h->bucket_count = 64;
    h->buckets = calloc(h->bucket_count, sizeof *h->buckets);
    h->free_slot = NO_SLOT;
    h->clock_offset_ms = wall_time_now_ms() - (int64_t)(uv_hrtime() / 1000000);
    room_host_sink_init(h);
    if (h->buckets == NULL) {
        free(h);
        return NULL;
    }
    return h;
}

void room_host_free(room_host *h)
{
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            hosted_answer_waiting(at, BASE_ENOMEM);
            room_free(at->room);
            free(at);
        }
    }
    store_batch_free(h->batch);
    free(h->buckets);
    free(h->slots);
    free(h);
}
