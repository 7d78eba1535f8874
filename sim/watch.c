/* watch.c - see watch.h.  `__real_x` is the function x, `__wrap_x` what its callers get. */
#include "sim/watch.h"

#include "host/limits.h"
#include "sim/client.h"
#include "sim/server.h"
#include "sim/wrap.h"
#include "store/store.h"
#include "wire/sync.h"

#include <assert.h>
#include <stdlib.h>

/* The linker's names. */
// NOLINTBEGIN(bugprone-reserved-identifier)

/* Wrapped functions have no argument to find it by; there is one world at a time. */
static server *watching;

void watch_begin(server *s)
{
    watching = s;
}

void watch_end(void)
{
    watching = NULL;
}

void watch_forget(server *s)
{
    for (watched *at = s->watched, *next; at != NULL; at = next) {
        next = at->next;
        free(at);
    }
    s->watched = NULL;
}

/* --------------------------------------------------------------------------------- rooms --- */

static watched *watched_of(const room *r)
{
    server *s = watching;
    for (watched *at = s->watched; at != NULL; at = at->next)
        if (at->room == r)
            return at;
    watched *at = calloc(1, sizeof *at);
    if (at == NULL)
        abort();
    *at = (watched){.next = s->watched, .room = r, .number = room_number_of(room_id(r))};
    s->watched = at;
    return at;
}

/* Rows borrow the id of their room, so its address tells which one it is. */
static watched *watched_by_id(const char *id)
{
    watched *at = watching->watched;
    while (at != NULL && room_id(at->room) != id)
        at = at->next;
    return at;
}

static void check_limits(world *w, const room *r)
{
    room_stats stats = room_stats_get(r);
    const limits *max = &watching->limits;
    if (stats.members > max->room_members)
        law_broken(w, "limit room_members", "%llu", (unsigned long long)stats.members);
    if (stats.pending_structs > max->pending_structs)
        law_broken(w, "limit pending_structs", "%llu", (unsigned long long)stats.pending_structs);
    if (stats.pending_bytes > max->pending_bytes)
        law_broken(w, "limit pending_bytes", "%llu", (unsigned long long)stats.pending_bytes);
    if (stats.unstored_bytes > max->unstored_bytes + max->update_bytes)
        law_broken(w, "limit unstored_bytes", "%llu", (unsigned long long)stats.unstored_bytes);
}

/* Rooms call themselves, too: laws are looked at when the outermost call is over. */
static unsigned depth;

/* After each call of a room. */
static void check(const room *r)
{
    if (--depth > 0)
        return;
    world *w = watching->w;
    watched *at = watched_of(r);
    const char *fault = room_check(r);
    if (fault != NULL)
        law_broken(w, "room_check", "room %u: %s", at->number, fault);
    check_limits(w, r);
    if (room_loaded(r) || at->appended_seq == 0)
        return;
    if (!at->discarded && at->appended_seq != at->durable_seq)
        law_broken(w, "a room goes only when all of it is stored",
                   "room %u: row %llu of %llu is stored", at->number,
                   (unsigned long long)at->durable_seq, (unsigned long long)at->appended_seq);
    at->appended_seq = 0;
}

WRAPPED(void, room_free, room *r)
{
    server *s = watching;
    for (watched **place = r != NULL ? &s->watched : NULL; place != NULL && *place != NULL;) {
        watched *at = *place;
        if (at->room != r) {
            place = &at->next;
            continue;
        }
        for (conn *c = s->conns; c != NULL; c = c->next)
            if (c->seen.at == at)
                c->seen.at = NULL;
        *place = at->next;
        world_note(s->w, "room %u leaves memory", at->number);
        free(at);
    }
    __real_room_free(r);
}

WRAPPED(int, room_on_join, room *r, uint64_t session, const room_join *join, int64_t now_ms)
{
    conn *c = conn_by_session(watching, session);
    if (c != NULL)
        c->seen.at = watched_of(r);
    depth++;
    int err = __real_room_on_join(r, session, join, now_ms);
    check(r);
    return err;
}

WRAPPED(void, room_on_leave, room *r, uint64_t session, int64_t now_ms)
{
    depth++;
    __real_room_on_leave(r, session, now_ms);
    check(r);
}

WRAPPED(void, room_tick, room *r, int64_t now_ms)
{
    depth++;
    __real_room_tick(r, now_ms);
    check(r);
}

WRAPPED(void, room_close_all, room *r, unsigned code, const char *reason, int64_t now_ms)
{
    depth++;
    __real_room_close_all(r, code, reason, now_ms);
    check(r);
}

WRAPPED(void, room_set_role, room *r, uint64_t session, role now)
{
    depth++;
    __real_room_set_role(r, session, now);
    check(r);
}

WRAPPED(void, room_discard, room *r)
{
    watched_of(r)->discarded = true;
    depth++;
    __real_room_discard(r);
    check(r);
}

/* ------------------------------------------------------------------- what the store answers --- */

WRAPPED(int, room_on_loaded, room *r, const store_loaded *loaded, int64_t now_ms)
{
    server *s = watching;
    watched *at = watched_of(r);
    s->w->counts[COUNT_LOADS]++;
    at->appended_seq = at->passed_seq = at->durable_seq = loaded->last_seq;
    depth++;
    int err = __real_room_on_loaded(r, loaded, now_ms);
    if (err == BASE_OK)
        s->kept[at->number] = false; /* if it is damaged again, it is to be kept again */
    if (err != BASE_OK && err != BASE_ENOMEM)
        law_broken(s->w, "stored rooms load", "room %u: %s", at->number, store_err_text(err));
    check(r);
    return err;
}

WRAPPED(void, room_on_load_failed, room *r, int err, int64_t now_ms)
{
    server *s = watching;
    uint32_t number = watched_of(r)->number;
    bool expected = err == STORE_ENOTFOUND || err == STORE_EBUSY || err == STORE_EFULL ||
                    err == BASE_ENOMEM || s->w->disk.fail_in > 0 ||
                    (err == STORE_ECORRUPT && s->w->spoiled[number]);
    if (!expected)
        law_broken(s->w, "stored rooms load", "room %u: %s", number, store_err_text(err));
    depth++;
    s->found_damaged[number] = err == STORE_ECORRUPT;
    __real_room_on_load_failed(r, err, now_ms);
    check(r);
}

WRAPPED(void, room_on_stored, room *r, uint64_t upto_seq, int64_t now_ms)
{
    depth++;
    __real_room_on_stored(r, upto_seq, now_ms);
    check(r);
}

WRAPPED(void, room_on_store_stalled, room *r, int err, int64_t now_ms)
{
    depth++;
    __real_room_on_store_stalled(r, err, now_ms);
    check(r);
}

/* What was told of such a room and not stored may stay on a page that only looks, or heard it from
 * a forger. */
WRAPPED(void, room_on_store_failed, room *r, int err)
{
    world *w = watching->w;
    watched *at = watched_of(r);
    w->counts[COUNT_GIVEN_UP]++;
    if (!w->spoiled[at->number])
        law_broken(w, "only what cannot be written is given up", "room %u: %s", at->number,
                   store_err_text(err));
    for (uint32_t i = 0; i < w->plan->client_count; i++)
        if (w->plan->clients[i].room == at->number)
            w->clients[i].misled |= w->forged[at->number];
    at->discarded = true;
    depth++;
    __real_room_on_store_failed(r, err);
    check(r);
}

WRAPPED(void, room_on_snapshot_done, room *r, uint64_t upto_seq, int err, int64_t now_ms)
{
    watching->w->counts[COUNT_SNAPSHOTS] += err == BASE_OK;
    depth++;
    __real_room_on_snapshot_done(r, upto_seq, err, now_ms);
    check(r);
}

/* ------------------------------------------------------------------------- what members say --- */

/* The newest row that an ack of the last frame promises.  What others said and this frame let go
 * may have made newer ones: those are not its own. */
static uint64_t last_frame_row(const conduct *of)
{
    return of->own_row > of->row_before ? of->own_row : of->row_before;
}

static void note_frame(conduct *of, uint64_t row)
{
    if (of->frame_count == of->frame_cap) {
        of->frame_cap = of->frame_cap == 0 ? 16 : 2 * of->frame_cap;
        of->frame_rows = realloc(of->frame_rows, of->frame_cap * sizeof *of->frame_rows);
        if (of->frame_rows == NULL)
            abort();
    }
    of->frame_rows[of->frame_count++] = row;
}

static bool is_sync_frame(bytes message)
{
    sync_msg msg;
    return sync_decode(message, &msg) == BASE_OK &&
           (msg.tag == SYNC_STEP2 || msg.tag == SYNC_UPDATE);
}

/* How much may have come since the connection was opened: a rate may be ahead by two seconds. */
static uint64_t allowed(uint64_t per_second, const world *w, const conduct *of)
{
    return per_second * (3 + (uint64_t)((w->clock.now_us - of->opened_us) / SECOND));
}

/* Before a member's message is looked at: those before it have been paid for. */
static void check_pace(conn *c, bytes message)
{
    server *s = watching;
    world *w = s->w;
    conduct *of = &c->seen;
    const limits *max = &s->limits;
    uint32_t who = c->link->client;
    if (max->frames_per_second > 0 && of->messages > allowed(max->frames_per_second, w, of))
        law_broken(w, "limit frames_per_second", "client %u: %llu messages", who,
                   (unsigned long long)of->messages);
    if (max->bytes_per_second > 0 && of->message_bytes > allowed(max->bytes_per_second, w, of))
        law_broken(w, "limit bytes_per_second", "client %u: %llu bytes", who,
                   (unsigned long long)of->message_bytes);
    of->messages++;
    of->message_bytes += message.len_bytes;
    if (of->backlog_us != 0 && w->clock.now_us < of->backlog_us + LIMIT_BACKLOG_MS * MS)
        law_broken(w, "writers wait while much is not stored", "client %u", who);
    if (s->draining)
        law_broken(w, "nothing is read after SIGTERM", "client %u", who);
}

void __real_room_on_message(room *r, uint64_t session, bytes message, int64_t now_ms);
static void on_message(conn *c, room *r, bytes message, int64_t now_ms)
{
    world *w = watching->w;
    conduct *of = &c->seen;
    uint64_t session = c->member.session;
    uint64_t before = room_stats_get(r).last_seq;
    bool counts = is_sync_frame(message);
    bool held = room_tick_soon(r); /* what others said may be let go by any message */
    of->row_before = before;
    if (counts)
        note_frame(of, 0);
    __real_room_on_message(r, session, message, now_ms);
    uint64_t after = room_stats_get(r).last_seq;
    if (counts && room_loaded(r))
        of->frame_rows[of->frame_count - 1] = last_frame_row(of);
    if (of->role == ROLE_VIEWER && !held && before != after && room_loaded(r))
        law_broken(w, "viewers change nothing", "row %llu came of a viewer's message",
                   (unsigned long long)after);
    of->backlog_us = room_backlogged(r) ? w->clock.now_us : 0;
}

void __wrap_room_on_message(room *r, uint64_t session, bytes message, int64_t now_ms);
void __wrap_room_on_message(room *r, uint64_t session, bytes message, int64_t now_ms)
{
    conn *c = depth == 0 ? conn_by_session(watching, session) : NULL;
    depth++;
    if (c != NULL) {
        check_pace(c, message);
        on_message(c, r, message, now_ms);
    } else {
        __real_room_on_message(r, session, message, now_ms);
    }
    check(r);
}

/* ---------------------------------------------------------------------------------- rows --- */

WRAPPED(bool, store_batch_add, store_batch *b, const store_row *row, void *owner)
{
    world *w = watching->w;
    watched *at = watched_by_id(row->room_id);
    assert(at != NULL);
    /* A process that has to end for a row it could not keep goes on to the end of its turn here. */
    if (row->seq != at->appended_seq + 1 && !watching->must_die)
        law_broken(w, "rows have no gaps", "room %u: %llu after %llu", at->number,
                   (unsigned long long)row->seq, (unsigned long long)at->appended_seq);
    at->appended_seq = row->seq;
    conn *from = conn_by_author(watching, row->author);
    if (from != NULL)
        from->seen.own_row = row->seq;
    return __real_store_batch_add(b, row, owner);
}

void watch_rows_passed(const store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        watched *at = watched_by_id(rows[i].room_id);
        if (at == NULL || rows[i].gone || rows[i].seq <= at->passed_seq)
            continue;
        if (rows[i].seq != at->passed_seq + 1)
            law_broken(watching->w, "rows are stored without gaps", "room %u: %llu after %llu",
                       at->number, (unsigned long long)rows[i].seq,
                       (unsigned long long)at->passed_seq);
        at->passed_seq = rows[i].seq;
    }
}

void watch_call_done(server *s)
{
    for (watched *at = s->watched; at != NULL; at = at->next)
        at->durable_seq = at->passed_seq;
}

/* ---------------------------------------------------------------------------- connections --- */

/* An ack may cover only frames whose rows the disk holds. */
void watch_frame(const conn *c, const frame *f)
{
    const conduct *of = &c->seen;
    world *w = c->server->w;
    sync_msg msg;
    if (sync_decode(frame_payload(f), &msg) != BASE_OK || msg.tag != SYNC_ACK)
        return;
    if (msg.count == 0 || msg.count > of->frame_count) {
        law_broken(w, "acks count frames", "ack %llu of %zu frames", (unsigned long long)msg.count,
                   of->frame_count);
        return;
    }
    uint64_t row = of->frame_rows[msg.count - 1];
    if (row == 0 && msg.count == of->frame_count) /* it is being worked on */
        row = last_frame_row(of);
    if (of->at != NULL && row > of->at->durable_seq)
        law_broken(w, "acks are durable", "client %u: frame %llu is row %llu, the disk holds %llu",
                   c->link->client, (unsigned long long)msg.count, (unsigned long long)row,
                   (unsigned long long)of->at->durable_seq);
}

/* A reader may have a first sync waiting that is larger than the limits. */
static size_t may_wait(const conn *c, uint64_t limit_bytes)
{
    return (size_t)limit_bytes + c->member.pace.big_bytes;
}

void watch_turn(const conn *c)
{
    size_t held_bytes = outq_held_bytes(&c->out);
    if (!c->closed && c->member.pace.closing_ms == 0 &&
        held_bytes > may_wait(c, c->server->limits.queue_hard_bytes))
        law_broken(c->server->w, "limit queue_hard_bytes", "client %u: %zu bytes", c->link->client,
                   held_bytes);
}

void watch_tick(conn *c)
{
    world *w = c->server->w;
    const limits *max = &c->server->limits;
    if (c->closed || c->member.pace.closing_ms != 0 ||
        outq_held_bytes(&c->out) <= may_wait(c, max->queue_soft_bytes)) {
        c->seen.behind_us = 0;
        return;
    }
    if (c->seen.behind_us == 0)
        c->seen.behind_us = w->clock.now_us;
    if (w->clock.now_us - c->seen.behind_us > (int64_t)max->queue_soft_ms * MS + 2 * SECOND)
        law_broken(w, "limit queue_soft_ms", "client %u", c->link->client);
}

/* Whoever was read before SIGTERM is not told to go before it is stored, if it can be. */
void watch_closing(const conn *c, unsigned code)
{
    const server *s = c->server;
    const conduct *of = &c->seen;
    if (code != WS_CLOSE_RESTART || of->at == NULL || s->thread.commit.stalled)
        return;
    if (of->drain_row > of->at->durable_seq)
        law_broken(s->w, "a drain waits for what was read",
                   "client %u: row %llu, the disk holds %llu", c->link->client,
                   (unsigned long long)of->drain_row, (unsigned long long)of->at->durable_seq);
}
// NOLINTEND(bugprone-reserved-identifier)
