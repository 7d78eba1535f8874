/* server.c - life of the simulated process.  See server.h. */
#include "sim/server.h"

#include "host/limits.h"
#include "host/quarantine.h"
#include "room/seed.h"
#include "sim/client.h"
#include "sim/ledger.h"
#include "sim/store_faults.h"

#include <stdlib.h>

#define DRAIN_POLL_US (20 * MS)
#define AUTHOR_LINK_BITS 20

void room_id_of(uint32_t number, char out[ROOM_ID_BYTES])
{
    snprintf(out, ROOM_ID_BYTES, "r%u", number % 1000);
}

uint32_t room_number_of(const char *id)
{
    return (uint32_t)strtoul(id + 1, NULL, 10);
}

int64_t server_now_ms(const server *s)
{
    return world_wall_ms(s->w);
}

void server_later(server *s, event_kind kind, uint32_t who, int64_t in_us)
{
    clock_at(
        &s->w->clock,
        (event){.at_us = s->w->clock.now_us + in_us, .kind = kind, .who = who, .life = s->life});
}

/* -------------------------------------------------------------------------------- the port --- */

static int64_t play_now_ms(void *ctx)
{
    return server_now_ms(ctx);
}

/* Work takes no time here, so no read is ever too much of it. */
static uint64_t play_now_us(void *ctx)
{
    return (uint64_t)((server *)ctx)->w->clock.now_us;
}

static void play_epoch(void *ctx, const char *id, uint8_t out[STORE_EPOCH_BYTES])
{
    store_room record;
    ledger_record(((server *)ctx)->w, room_number_of(id), &record);
    memcpy(out, record.epoch, STORE_EPOCH_BYTES);
}

static void hurry_later(server *s)
{
    s->hurry_due = true;
    clock_at(&s->w->clock, (event){.at_us = s->w->clock.now_us + LIMIT_HURRY_MS * MS,
                                   .kind = EVENT_TICK,
                                   .life = s->life,
                                   .arg = 1});
}

static void play_hurry(void *ctx, bool on)
{
    server *s = ctx;
    s->hurried = on;
    if (on && !s->hurry_due)
        hurry_later(s);
}

static void play_keep_damaged(void *ctx, damaged_room *d)
{
    server *s = ctx;
    uint32_t number = room_number_of(d->loaded.room.id);
    s->w->counts[COUNT_KEPT]++;
    if (s->kept[number] && s->host_heap.failed == 0)
        law_broken(s->w, "a damaged room is written down once", "room %u", number);
    s->kept[number] = true;
    damaged_free(d);
}

static bool is_of(const log_field *f, const char *key, const char *text)
{
    return strcmp(f->key, key) == 0 && f->text != NULL && strcmp(f->text, text) == 0;
}

static void play_log(void *ctx, log_level level, const char *what, const log_field *fields,
                     size_t count)
{
    server *s = ctx;
    char line[200] = "";
    (void)level;
    s->w->counts[COUNT_REFUSED] += strcmp(what, "update_refused") == 0;
    s->w->counts[COUNT_SLOW] += strcmp(what, "slow reader closed") == 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(line);
        if (is_of(&fields[i], "limit", "unstored_bytes") && strcmp(what, "socket slowed") == 0)
            s->w->counts[COUNT_BACKLOGS]++;
        if (fields[i].text != NULL)
            snprintf(line + n, sizeof line - n, " %s %s", fields[i].key, fields[i].text);
        else
            snprintf(line + n, sizeof line - n, " %s %lld", fields[i].key,
                     (long long)fields[i].number);
    }
    world_note(s->w, "  log: %s,%s", what, line);
}

static void play_fail(void *ctx, const char *why)
{
    (void)why; /* it was logged */
    ((server *)ctx)->must_die = true;
}

static void start_host(server *s)
{
    host_port port = {.ctx = s,
                      .keep_damaged = play_keep_damaged,
                      .hurry = play_hurry,
                      .now_ms = play_now_ms,
                      .now_us = play_now_us,
                      .epoch = play_epoch,
                      .log = play_log,
                      .fail = play_fail};
    host_options options = {.home = s,
                            .port = &port,
                            .limits = &s->limits,
                            .metrics = &s->metrics,
                            .alloc = &s->host_heap.alloc,
                            .room_alloc = &s->heap.alloc,
                            .create_on_join = s->w->plan->may_create};
    conn_play(&port);
    store_play(&port);
    memset(&s->metrics, 0, sizeof s->metrics);
    s->host = room_host_new(&options);
    if (s->host == NULL)
        abort();
}

/* ------------------------------------------------------------------------------ the process --- */

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
    heap_init(&s->host_heap, w->plan->seed + 1);
    heap_init(&s->safe_heap, 0);
    watch_begin(s);
    store_faults_begin(s);
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
    heap_wipe(&s->safe_heap);
    watch_end();
    store_faults_begin(NULL);
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
    s->draining = s->must_die = s->hurried = s->hurry_due = false;
    s->author_counter = 0;
    start_host(s);
    memset(w->forged, 0, sizeof w->forged);
    memset(s->kept, 0, sizeof s->kept);
    memset(s->found_damaged, 0, sizeof s->found_damaged);
    world_note(w, "the process is up (life %u)", s->life);
    for (uint32_t i = 0; i < w->plan->room_count; i++)
        ledger_check(w, i);
    s->thread.upkeep_wanted = true; /* what a crash interrupted is still to be done */
    server_later(s, EVENT_STORE_WORK, 0, SECOND);
    server_later(s, EVENT_TICK, 0, SECOND);
}

static room *loaded_room(server *s, uint32_t number)
{
    char id[ROOM_ID_BYTES];
    room_id_of(number, id);
    room *r = s->up ? room_host_find(s->host, id) : NULL;
    return r != NULL && room_loaded(r) ? r : NULL;
}

void server_probe(server *s, uint32_t number, buf *out)
{
    char id[ROOM_ID_BYTES];
    room_id_of(number, id);
    if (loaded_room(s, number) == NULL)
        return;
    conn *c = conn_new(s, NULL);
    c->probe = out;
    room_host_join(s->host, &c->member, id,
                   &(room_join){.role = ROLE_VIEWER, .name = "somebody new"});
    c->probe = NULL;
    conn_gone(c);
    conn_free(c);
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
static void forget_process(server *s)
{
    for (conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        conn_free(c);
    }
    s->conns = NULL;
    s->host = NULL;
    watch_forget(s);
    heap_wipe(&s->heap);
    heap_wipe(&s->host_heap);
    s->up = s->draining = false;
    s->disk_full = s->disk_busy = false;
    s->disk_slow_until_us = 0;
    s->crash_in_calls = 0;
    s->heap.fail_one_in = s->host_heap.fail_one_in = 0;
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
    net_server_dead(w, power);
    server_store_close(s, true);
    disk_crash(&w->disk, power);
    forget_process(s);
    clock_at(&w->clock,
             (event){.at_us = w->clock.now_us + down_us, .kind = EVENT_BOOT, .life = s->life});
}

/* A room that is in memory is not read, so often the process starts anew to find the damage. */
void server_spoil(server *s, uint32_t number, bool reads, rng *luck)
{
    int64_t until_us =
        s->w->clock.now_us + rng_scale(luck, reads ? 300 * MS : 10 * MS, 10 * SECOND);
    s->w->spoiled[number] = true;
    *(reads ? &s->damaged_until_us[number] : &s->unwritable_until_us[number]) = until_us;
    if (reads && rng_percent(luck, 50))
        server_kill(s, false, 50 * MS, "the process is dead");
}

void server_drain(server *s)
{
    if (!s->up || s->draining)
        return;
    world_note(s->w, "SIGTERM: the process drains");
    s->w->counts[COUNT_DRAINS]++;
    s->draining = true;
    for (conn *c = s->conns; c != NULL; c = c->next)
        c->seen.drain_row = c->seen.own_row;
    s->drain_deadline_us = s->w->clock.now_us + LIMIT_SHUTDOWN_MS * MS;
    room_host_drain(s->host);
    server_later(s, EVENT_DRAIN_POLL, 0, DRAIN_POLL_US);
}

/* An orderly end gives every byte back, but for answers that nobody hears any more. */
static void end(server *s)
{
    world *w = s->w;
    bool idle = store_is_idle(s);
    for (conn *c = s->conns; c != NULL; c = c->next)
        conn_gone(c);
    conns_sweep(s);
    room_host_flush(s->host);
    idle = idle && store_is_idle(s);
    server_store_close(s, false);
    room_host_free(s->host); /* rows borrow from its rooms until now */
    world_note(w, "the process ends");
    size_t blocks = s->heap.live_blocks + s->host_heap.live_blocks;
    if (idle && blocks != 0)
        law_broken(w, "no memory leaks", "%zu blocks, %zu bytes at exit", blocks,
                   s->heap.live_bytes + s->host_heap.live_bytes);
    if (s->heap.wrong_size || s->host_heap.wrong_size)
        law_broken(w, "sizes come back right", "a block was freed with another size");
    forget_process(s);
    clock_at(&w->clock,
             (event){.at_us = w->clock.now_us + 300 * MS, .kind = EVENT_BOOT, .life = s->life});
}

static void poll_drain(server *s)
{
    size_t sockets = (size_t)metric_get(&s->metrics.ws_connections);
    bool late = s->w->clock.now_us >= s->drain_deadline_us;
    bool drained = room_host_drained(s->host, sockets);
    server_turn_ends(s);
    if (!s->up)
        return;
    if (drained && s->watched != NULL)
        law_broken(s->w, "a drain waits for its rooms", "room %u", s->watched->number);
    if (late || drained)
        end(s);
    else
        server_later(s, EVENT_DRAIN_POLL, 0, DRAIN_POLL_US);
}

void server_on_connect(server *s, link *l)
{
    world *w = s->w;
    char id[ROOM_ID_BYTES];
    if (!s->up || s->draining) {
        net_refuse(w, l);
        return;
    }
    w->counts[COUNT_JOINS]++;
    conn *c = conn_new(s, l);
    net_accept(w, l, c);
    /* Each connection is an author of its own, so that a row tells whose frame it was. */
    uint64_t author = ++s->author_counter << AUTHOR_LINK_BITS | (l->number & 0xFFFFF);
    room_join join;
    client_joins(&w->clients[l->client], author, &join);
    c->seen.author = author;
    c->seen.role = join.role;
    c->seen.tandem_v1 = join.tandem_v1;
    room_id_of(w->plan->clients[l->client].room, id);
    room_host_join(s->host, &c->member, id, &join);
    server_turn_ends(s);
}

static void tick(server *s, bool soon)
{
    if (soon) {
        s->hurry_due = false;
        if (s->hurried)
            room_host_hurry(s->host);
        if (s->hurried)
            hurry_later(s);
    } else {
        for (conn *c = s->conns; c != NULL; c = c->next)
            conn_tick(c);
        room_host_tick(s->host);
        server_later(s, EVENT_TICK, 0, SECOND);
    }
    server_turn_ends(s);
}

static void check_kept(server *s)
{
    size_t kept = 0;
    for (uint32_t i = 0; i < s->w->plan->room_count; i++) {
        if (s->found_damaged[i] && !s->kept[i] && s->host_heap.failed == 0 &&
            s->w->disk.fail_in == 0)
            law_broken(s->w, "what can be read of a damaged room is kept", "room %u", i);
        s->found_damaged[i] = false;
        kept += s->kept[i];
    }
    if (metric_get(&s->metrics.quarantined_rooms) != kept && s->host_heap.failed == 0)
        law_broken(s->w, "as many are in quarantine as are damaged", "%llu, not %zu",
                   (unsigned long long)metric_get(&s->metrics.quarantined_rooms), kept);
}

/* What the loop does before it sleeps. */
void server_turn_ends(server *s)
{
    room_host_flush(s->host);
    if (s->must_die) {
        server_kill(s, false, SECOND, "no memory for a row, the process stops itself");
        return;
    }
    check_kept(s);
    for (conn *c = s->conns; c != NULL; c = c->next) {
        watch_turn(c);
        conn_flush(c);
    }
    conns_sweep(s);
    if (s->heap.wrong_size || s->host_heap.wrong_size)
        law_broken(s->w, "sizes come back right", "a block was freed with another size");
}

static void resume(server *s, uint32_t number)
{
    link *l = net_link(s->w, number);
    if (!l->server_open)
        return;
    conn_resume(l->conn);
    server_turn_ends(s);
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
    case EVENT_RESUME:
        resume(s, e->who);
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

bool server_is_calm(const server *s)
{
    bool calm = s->up;
    for (const watched *at = s->watched; at != NULL && calm; at = at->next)
        calm = at->discarded || !room_tick_soon(at->room);
    for (const conn *c = s->conns; c != NULL && calm; c = c->next)
        calm = !conn_has_unread(c);
    return calm;
}

bool server_is_empty(const server *s, char *out, size_t cap)
{
    bool rooms = s->watched != NULL;
    snprintf(out, cap, "%s%s%s", rooms ? "a room stays, " : "",
             s->conns != NULL ? "a connection stays, " : "",
             store_is_idle(s) ? "" : "the store works");
    return !rooms && s->conns == NULL && store_is_idle(s);
}

/* ------------------------------------------------------------------ what is asked over HTTP --- */

typedef struct room_job {
    store_job job; /* first */
    server *server;
    char id[ROOM_ID_BYTES];
    bool removes;
    int err;
} room_job;

static void room_job_write(store *s, store_job *job)
{
    room_job *j = (room_job *)job;
    store_patch patch = {.set_name = true, .name = "A new name"};
    j->err = j->removes ? store_room_delete(s, j->id) : store_room_patch(s, j->id, &patch);
}

static void room_job_done(loop *s, store_job *job)
{
    room_job *j = (room_job *)job;
    room *r = room_host_find(s->host, j->id);
    if (j->err == BASE_OK && j->removes)
        room_host_discard(s->host, j->id);
    else if (j->err == BASE_OK && r != NULL)
        room_renamed(r, "A new name");
    base_alloc_put(&s->safe_heap.alloc, j, sizeof *j);
}

static void submit_room_job(server *s, uint32_t number, bool removes)
{
    room_job *j = base_alloc_get(&s->safe_heap.alloc, sizeof *j);
    *j = (room_job){{.home = s, .write = room_job_write, .done = room_job_done}, s, "", removes, 0};
    room_id_of(number, j->id);
    j->job.room = j->id;
    store_submit(s, &j->job);
}

void server_rename(server *s, uint32_t number)
{
    submit_room_job(s, number, false);
}

void server_delete(server *s, uint32_t number)
{
    ledger_void(s->w, number);
    submit_room_job(s, number, true);
}

void server_set_role(server *s, uint32_t who, role now)
{
    char id[ROOM_ID_BYTES];
    room_id_of(s->w->plan->clients[who].room, id);
    room *r = s->up ? room_host_find(s->host, id) : NULL;
    for (conn *c = s->conns; c != NULL && r != NULL; c = c->next) {
        if (c->link->client != who || c->member.session == 0)
            continue;
        c->seen.role = now;
        room_set_role(r, c->member.session, now);
    }
    if (s->up)
        server_turn_ends(s);
}
