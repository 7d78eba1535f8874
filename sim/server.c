/* server.c - life of the simulated process, its rooms, and what rooms ask for.  See server.h. */
#include "sim/server.h"

#include "room/seed.h"
#include "sim/client.h"
#include "sim/ledger.h"
#include "store/memory/memory.h"
#include "wire/sync.h"

#include <stdlib.h>

#define DRAIN_US (4 * SECOND)
#define DRAIN_POLL_US (20 * MS)
#define TICK_SOON_US (50 * MS)
#define SESSION_SLOT_BITS 20

void room_id_of(uint32_t number, char out[ROOM_ID_BYTES])
{
    snprintf(out, ROOM_ID_BYTES, "r%u", number % 1000);
}

int64_t server_now_ms(const server *s)
{
    return world_wall_ms(s->w);
}

/* ---------------------------------------------------------------------------------- rooms --- */

hosted *server_hosted(server *s, uint32_t number)
{
    hosted *at = s->rooms;
    while (at != NULL && (at->removed || at->number != number))
        at = at->next;
    return at;
}

static hosted *hosted_get(server *s, uint32_t number)
{
    hosted *at = server_hosted(s, number);
    if (at != NULL)
        return at;
    char id[ROOM_ID_BYTES];
    room_id_of(number, id);
    room_options options = {id, &s->limits, &s->sink, &s->heap.alloc};
    room *r = room_new(&options);
    if (r == NULL)
        return NULL;
    at = calloc(1, sizeof *at);
    if (at == NULL)
        abort();
    *at = (hosted){.next = s->rooms, .server = s, .number = number, .room = r};
    s->rooms = at;
    return at;
}

void hosted_maybe_free(hosted *at)
{
    server *s = at->server;
    if (room_state(at->room) == ROOM_ABSENT && !at->loading)
        at->removed = true;
    if (!at->removed || at->in_store > 0)
        return;
    world_note(s->w, "room %u leaves memory", at->number);
    hosted **place = &s->rooms;
    while (*place != at)
        place = &(*place)->next;
    *place = at->next;
    room_free(at->room);
    free(at);
}

void hosted_check(hosted *at)
{
    world *w = at->server->w;
    const char *fault = room_check(at->room);
    if (fault != NULL)
        law_broken(w, "room_check", "room %u: %s", at->number, fault);
    room_stats stats = room_stats_get(at->room);
    const limits *max = &at->server->limits;
    if (stats.members > max->room_members)
        law_broken(w, "limit room_members", "%llu", (unsigned long long)stats.members);
    if (stats.pending_structs > max->pending_structs)
        law_broken(w, "limit pending_structs", "%llu", (unsigned long long)stats.pending_structs);
    if (stats.pending_bytes > max->pending_bytes)
        law_broken(w, "limit pending_bytes", "%llu", (unsigned long long)stats.pending_bytes);
    if (stats.unstored_bytes > max->unstored_bytes + max->update_bytes)
        law_broken(w, "limit unstored_bytes", "%llu", (unsigned long long)stats.unstored_bytes);
    if (!room_loaded(at->room) && at->appended_seq != 0) {
        if (!at->discarded && at->appended_seq != at->durable_seq)
            law_broken(w, "a room goes only when all of it is stored",
                       "room %u: row %llu of %llu is stored", at->number,
                       (unsigned long long)at->durable_seq, (unsigned long long)at->appended_seq);
        at->appended_seq = 0;
    }
}

/* ----------------------------------------------------------------------- what rooms ask for --- */

static void sink_send_coalescible(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    server *s = ctx;
    conn *c = conn_by_session(s, session);
    sync_msg msg;
    if (s->probe != NULL && session == SESSION_PROBE &&
        sync_decode(frame_payload(f), &msg) == BASE_OK && msg.tag == SYNC_AWARENESS)
        buf_put_bytes(s->probe, msg.body);
    if (c == NULL)
        return;
    conn_check_ack(c, f);
    conn_send(c, f, key);
}

static void sink_send(void *ctx, uint64_t session, frame *f)
{
    sink_send_coalescible(ctx, session, f, 0);
}

static void sink_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    conn *c = conn_by_session(ctx, session);
    if (c == NULL)
        return;
    conn_close(c, code, reason);
    c->session = 0;
    c->at = NULL;
}

store_job *server_new_job(server *s, job_kind kind, hosted *at, uint32_t number)
{
    store_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        abort();
    job->kind = kind;
    job->at = at;
    job->at_ms = server_now_ms(s);
    room_id_of(number, job->id);
    return job;
}

static hosted *hosted_of(server *s, const room *r)
{
    hosted *at = s->rooms;
    while (at->room != r)
        at = at->next;
    return at;
}

static void sink_load(void *ctx, room *r)
{
    server *s = ctx;
    hosted *at = hosted_of(s, r);
    store_job *job = server_new_job(s, JOB_LOAD, at, at->number);
    job->create = s->w->plan->may_create;
    at->loading = true;
    store_submit(s, job);
}

static uint8_t *copy_of(bytes b)
{
    uint8_t *ptr = malloc(b.len_bytes > 0 ? b.len_bytes : 1);
    if (ptr == NULL)
        abort();
    if (b.len_bytes > 0)
        memcpy(ptr, b.ptr, b.len_bytes);
    return ptr;
}

static void sink_append(void *ctx, room *r, const room_row *row)
{
    server *s = ctx;
    hosted *at = hosted_of(s, r);
    if (row->seq != at->appended_seq + 1)
        law_broken(s->w, "rows have no gaps", "room %u: %llu after %llu", at->number,
                   (unsigned long long)row->seq, (unsigned long long)at->appended_seq);
    at->appended_seq = row->seq;
    at->in_store++;
    conn *from = conn_by_session(s, row->author);
    if (from != NULL)
        from->own_row = row->seq;
    row_list *batch = &s->batch;
    if (batch->count == batch->cap) {
        batch->cap = batch->cap == 0 ? 16 : 2 * batch->cap;
        batch->rows = realloc(batch->rows, batch->cap * sizeof *batch->rows);
        if (batch->rows == NULL)
            abort();
    }
    store_row kept = {.room_id =
                          (const char *)copy_of(bytes_of(room_id(r), strlen(room_id(r)) + 1)),
                      .seq = row->seq,
                      .author = row->author,
                      .at_ms = row->at_ms,
                      .update = bytes_of(copy_of(row->update), row->update.len_bytes)};
    batch->rows[batch->count++] = (kept_row){kept, at};
}

static void sink_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    server *s = ctx;
    hosted *at = hosted_of(s, r);
    store_job *job = server_new_job(s, JOB_SNAPSHOT, at, at->number);
    job->upto_seq = upto_seq;
    job->state = copy_of(state);
    job->state_bytes = state.len_bytes;
    store_hand_over(s); /* the snapshot must find its rows in the store */
    store_submit(s, job);
}

static void sink_author(void *ctx, room *r, const store_author *author)
{
    server *s = ctx;
    hosted *at = hosted_of(s, r);
    store_job *job = server_new_job(s, JOB_AUTHOR, at, at->number);
    job->upto_seq = author->author;
    store_submit(s, job);
}

static bool sink_chat(void *ctx, room *r, uint64_t session, const store_chat *said)
{
    server *s = ctx;
    hosted *at = hosted_of(s, r);
    (void)said;
    store_job *job = server_new_job(s, JOB_CHAT, at, at->number);
    job->upto_seq = session;
    store_submit(s, job);
    return true;
}

static void sink_log(void *ctx, const room *r, const room_log *entry)
{
    server *s = ctx;
    s->w->counts[COUNT_REFUSED] += strcmp(entry->event, "update_refused") == 0;
    world_note(s->w, "  log of %s: %s %s, session %llu", room_id(r), entry->event,
               entry->detail != NULL ? entry->detail : "", (unsigned long long)entry->session);
}

/* ------------------------------------------------------------------------------ the process --- */

static void later(server *s, event_kind kind, int64_t in_us)
{
    clock_at(&s->w->clock,
             (event){.at_us = s->w->clock.now_us + in_us, .kind = kind, .life = s->life});
}

static void make_room(server *s, uint32_t number)
{
    store_room record;
    ledger_record(s->w, number, &record);
    buf update;
    buf_init(&update, base_alloc_libc(), 1 << 20);
    room_seed seed = {bytes_of_str("seed\r\n"), bytes_of_str("main.py"), bytes_of_str("python")};
    int err = room_seed_update(&seed, base_alloc_libc(), &update);
    if (err == BASE_OK)
        err = store_room_create(s->store, &record, buf_view(&update));
    buf_deinit(&update);
    if (err != BASE_OK)
        law_broken(s->w, "rooms can be made", "room %u: %s", number, store_err_text(err));
}

server *server_new(world *w)
{
    server *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->w = w;
    s->limits = w->plan->limits;
    heap_init(&s->heap, w->plan->seed);
    s->sink = (room_sink){.ctx = s,
                          .send = sink_send,
                          .send_coalescible = sink_send_coalescible,
                          .close = sink_close,
                          .load = sink_load,
                          .append = sink_append,
                          .author = sink_author,
                          .chat = sink_chat,
                          .snapshot = sink_snapshot,
                          .log = sink_log};
    if (!w->plan->sqlite && store_memory_open(base_alloc_libc(), &s->store) != BASE_OK)
        abort();
    if (server_store_open(s) != BASE_OK)
        abort();
    for (uint32_t i = 0; i < w->plan->room_count && !w->plan->may_create; i++)
        make_room(s, i);
    server_store_close(s, false);
    return s;
}

void server_free(server *s)
{
    if (s->up)
        server_kill(s, false, 0, "the run is over");
    if (s->store != NULL)
        store_close(s->store);
    free(s);
}

/* Each promise of an earlier life is kept by what the disk holds. */
void server_boot(server *s)
{
    world *w = s->w;
    s->life++;
    w->disk.fail_in = 0; /* on a disk that fails it would end at once, until one start succeeds */
    int err = server_store_open(s);
    if (err != BASE_OK) {
        law_broken(w, "the store opens after a crash", "%s", store_err_text(err));
        return;
    }
    s->up = true;
    s->draining = s->drained_all = s->tick_soon = false;
    s->session_counter = 0;
    memset(w->forged, 0, sizeof w->forged);
    world_note(w, "the process is up (life %u)", s->life);
    for (uint32_t i = 0; i < w->plan->room_count; i++)
        ledger_check(w, i);
    s->thread.upkeep_wanted = true; /* what a crash interrupted is still to be done */
    later(s, EVENT_STORE_WORK, SECOND);
    later(s, EVENT_TICK, SECOND);
}

void server_probe(server *s, uint32_t number, buf *out)
{
    hosted *at = s->up ? server_hosted(s, number) : NULL;
    room_join join = {.role = ROLE_VIEWER, .name = "somebody new"};
    if (at == NULL || !room_loaded(at->room))
        return;
    s->probe = out;
    if (room_on_join(at->room, SESSION_PROBE, &join, server_now_ms(s)) == BASE_OK) {
        s->probe = NULL;
        room_on_leave(at->room, SESSION_PROBE, server_now_ms(s));
    }
    s->probe = NULL;
    hosted_check(at);
    server_turn_ends(s);
}

int server_peek(server *s, uint32_t number, store_loaded *out)
{
    char id[ROOM_ID_BYTES];
    room_id_of(number, id);
    bool open = s->store != NULL;
    int err = open ? BASE_OK : server_store_open(s);
    if (err == BASE_OK)
        err = store_load(store_reads(s->store), id, out);
    if (!open)
        server_store_close(s, false);
    return err;
}

void server_restore(server *s, uint32_t number)
{
    char id[ROOM_ID_BYTES];
    room_id_of(number, id);
    if (server_store_open(s) != BASE_OK)
        return; /* the next boot says so */
    int err = store_room_delete(s->store, id);
    if (err == BASE_OK) {
        ledger_forget(s->w, number);
        make_room(s, number);
    }
    server_store_close(s, false);
}

/* All that the process held is gone; what the system and the disk hold, is not. */
static void let_go(server *s)
{
    for (conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        free(c->out);
        free(c->frame_rows);
        free(c);
    }
    s->conns = NULL;
    for (hosted *at = s->rooms, *next; at != NULL; at = next) {
        next = at->next;
        free(at);
    }
    s->rooms = NULL;
    row_list_free(&s->batch);
    s->up = false;
    s->disk_full = s->disk_busy = false;
    s->disk_slow_until_us = 0;
    s->draining = s->drained_all = false;
    s->crash_in_calls = 0;
    s->heap.fail_one_in = 0;
    s->life++;
}

void server_kill(server *s, bool power, int64_t down_us, const char *why)
{
    world *w = s->w;
    if (!s->up)
        return;
    world_note(w, "%s", why);
    w->counts[COUNT_KILLS]++;
    w->counts[COUNT_MID_CALL] += s->thread.busy;
    w->counts[COUNT_POWER_CUTS] += power;
    for (uint32_t i = 0; i < w->plan->client_count; i++)
        w->clients[i].misled |= w->forged[w->plan->clients[i].room];
    heap_wipe(&s->heap);
    net_server_dead(w, power);
    server_store_close(s, true);
    disk_crash(&w->disk, power);
    let_go(s);
    clock_at(&w->clock,
             (event){.at_us = w->clock.now_us + down_us, .kind = EVENT_BOOT, .life = s->life});
}

void server_drain(server *s)
{
    if (!s->up || s->draining)
        return;
    world_note(s->w, "SIGTERM: the process drains");
    s->w->counts[COUNT_DRAINS]++;
    s->draining = true;
    store_hand_over(s);
    s->drain_deadline_us = s->w->clock.now_us + DRAIN_US;
    store_submit(s, server_new_job(s, JOB_BARRIER, NULL, 0));
    later(s, EVENT_DRAIN_POLL, DRAIN_POLL_US);
}

/* An orderly end gives every byte back. */
static void end(server *s)
{
    world *w = s->w;
    for (conn *c = s->conns; c != NULL; c = c->next)
        conn_gone(c);
    conns_sweep(s);
    store_hand_over(s);
    for (hosted *at = s->rooms; at != NULL; at = at->next)
        room_free(at->room);
    server_store_close(s, false);
    let_go(s);
    world_note(w, "the process ends");
    if (s->heap.live_blocks != 0)
        law_broken(w, "no memory leaks", "%zu blocks, %zu bytes at exit", s->heap.live_blocks,
                   s->heap.live_bytes);
    if (s->heap.wrong_size)
        law_broken(w, "sizes come back right", "a block was freed with another size");
    clock_at(&w->clock,
             (event){.at_us = w->clock.now_us + 300 * MS, .kind = EVENT_BOOT, .life = s->life});
}

static void tick_rooms(server *s)
{
    for (hosted *at = s->rooms, *next; at != NULL; at = next) {
        next = at->next;
        if (room_state(at->room) != ROOM_ABSENT)
            room_tick(at->room, server_now_ms(s));
        hosted_check(at);
        hosted_maybe_free(at);
    }
}

static void poll_drain(server *s)
{
    bool late = s->w->clock.now_us >= s->drain_deadline_us;
    if (s->drained_all && !late)
        tick_rooms(s);
    server_turn_ends(s);
    if (late || (s->drained_all && s->conns == NULL && s->rooms == NULL))
        end(s);
    else
        later(s, EVENT_DRAIN_POLL, DRAIN_POLL_US);
}

void server_on_connect(server *s, link *l)
{
    world *w = s->w;
    uint32_t number = w->plan->clients[l->client].room;
    if (!s->up || s->draining) {
        net_refuse(w, l);
        return;
    }
    w->counts[COUNT_JOINS]++;
    conn *c = conn_new(s, l);
    net_accept(w, l, c);
    uint64_t session = ++s->session_counter << SESSION_SLOT_BITS | (l->number & 0xFFFFF);
    room_join join;
    /* Each connection is an author of its own, so that a row tells whose frame it was. */
    client_joins(&w->clients[l->client], session, &join);
    c->role = join.role;
    c->tandem_v1 = join.tandem_v1;
    hosted *at = hosted_get(s, number);
    int err = BASE_ENOMEM;
    if (at != NULL) {
        c->session = session;
        c->at = at;
        err = room_on_join(at->room, c->session, &join, server_now_ms(s));
    }
    if (err != BASE_OK) {
        c->session = 0;
        c->at = NULL;
        conn_close(c, WS_CLOSE_TRY_LATER, err == BASE_ELIMIT ? "room_members" : "no memory");
    }
    if (at != NULL) {
        hosted_check(at);
        hosted_maybe_free(at);
    }
    server_turn_ends(s);
}

static void tick(server *s, bool soon)
{
    for (conn *c = s->conns; c != NULL && !soon; c = c->next)
        conn_tick(c);
    s->tick_soon = s->tick_soon && !soon;
    tick_rooms(s);
    server_turn_ends(s);
    if (!soon)
        later(s, EVENT_TICK, SECOND);
}

/* What the loop does before it sleeps. */
void server_turn_ends(server *s)
{
    conn_doom_slow(s);
    store_hand_over(s);
    for (conn *c = s->conns; c != NULL; c = c->next) {
        size_t bound = (size_t)s->limits.queue_hard_bytes + c->big_bytes;
        if (c->closing_us == 0 && c->queued_bytes > bound)
            law_broken(s->w, "limit queue_hard_bytes", "client %u: %zu bytes", c->link->client,
                       c->queued_bytes);
        conn_flush(c);
    }
    conns_sweep(s);
    for (const hosted *at = s->rooms; at != NULL && !s->tick_soon; at = at->next) {
        s->tick_soon = !at->removed && room_tick_soon(at->room);
        if (s->tick_soon)
            clock_at(&s->w->clock, (event){.at_us = s->w->clock.now_us + TICK_SOON_US,
                                           .kind = EVENT_TICK,
                                           .life = s->life,
                                           .arg = 1});
    }
    if (s->heap.wrong_size)
        law_broken(s->w, "sizes come back right", "a block was freed with another size");
}

void server_on_event(server *s, const event *e)
{
    if (e->life != s->life || !s->up)
        return;
    switch (e->kind) {
    case EVENT_TICK:
        tick(s, e->arg != 0);
        break;
    case EVENT_DRAIN_POLL:
        poll_drain(s);
        break;
    case EVENT_STORE_WORK:
    case EVENT_STORE_DONE:
    case EVENT_STORE_POST:
        store_on_event(s, e);
        break;
    default:
        break;
    }
}

void server_rename(server *s, uint32_t number)
{
    store_job *job = server_new_job(s, JOB_RENAME, NULL, number);
    job->upto_seq = number;
    store_submit(s, job);
}

void server_delete(server *s, uint32_t number)
{
    ledger_void(s->w, number);
    store_job *job = server_new_job(s, JOB_DELETE, NULL, number);
    job->upto_seq = number;
    store_submit(s, job);
}

void server_set_role(server *s, uint32_t who, role now)
{
    for (conn *c = s->conns; c != NULL; c = c->next) {
        if (c->link->client != who || c->session == 0)
            continue;
        c->role = now;
        room_set_role(c->at->room, c->session, now);
        hosted_check(c->at);
    }
    server_turn_ends(s);
}
