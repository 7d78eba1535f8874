/* world.c - the run of one plan.  See world.h.
 *
 *   active    happenings, at their times
 *   quiet     faults have stopped and the hostile are gone: all honest clients are saved within a
 *             minute, equal, and see exactly each other
 *   leaving   everybody goes home: rooms go, memory is back, the process ends in order
 *   after     the disk holds what was promised and what all had seen
 */
#include "sim/world.h"

#include "base/varint.h"

#include "sim/client.h"
#include "sim/ledger.h"
#include "sim/server.h"

#include <stdarg.h>
#include <stdlib.h>

#define SAVED_WITHIN_US (60 * SECOND)
#define PRESENT_WITHIN_US (100 * SECOND)
#define GONE_WITHIN_US (150 * SECOND)
#define EVENTS_MAX 20000000

void law_broken(world *w, const char *law, const char *fmt, ...)
{
    if (law_is_broken(w))
        return;
    va_list args;
    va_start(args, fmt);
    snprintf(w->law, sizeof w->law, "%s", law);
    vsnprintf(w->detail, sizeof w->detail, fmt, args);
    va_end(args);
    world_note(w, "BROKEN: %s: %s", w->law, w->detail);
}

void world_note(world *w, const char *fmt, ...)
{
    if (w->trace == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    fprintf(w->trace, "%12.6f  ", (double)w->clock.now_us / 1e6);
    vfprintf(w->trace, fmt, args);
    fprintf(w->trace, "\n");
    va_end(args);
}

void world_mix(world *w, uint64_t a, uint64_t b)
{
    w->hash = rng_hash(w->hash ^ a, b);
}

void world_mix_bytes(world *w, bytes s)
{
    uint64_t x = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len_bytes; i++)
        x = (x ^ s.ptr[i]) * UINT64_C(0x100000001b3);
    world_mix(w, x, s.len_bytes);
}

int64_t world_wall_ms(const world *w)
{
    return INT64_C(1700000000000) + w->clock.now_us / MS;
}

/* ------------------------------------------------------------------------------ happenings --- */

static void fault_for(world *w, happening_kind kind, int64_t us)
{
    clock_at(&w->clock, (event){.at_us = w->clock.now_us + us,
                                .kind = EVENT_FAULT_ENDS,
                                .life = w->server->life,
                                .arg = kind});
}

static void happen(world *w, const happening *h)
{
    server *s = w->server;
    rng luck = {h->salt};
    if (happening_has_client(h->kind)) {
        world_note(w, "client %u (%s) %s", h->who, client_kind_name(w->plan->clients[h->who].kind),
                   happening_name(h->kind));
        client_happens(&w->clients[h->who], h);
        return;
    }
    world_note(w, "%s", happening_name(h->kind));
    if (h->kind == HAPPEN_NET_SLOW)
        w->net_slow_until_us = w->clock.now_us + rng_scale(&luck, SECOND, 20 * SECOND);
    if (!s->up)
        return;
    switch (h->kind) {
    case HAPPEN_KILL:
    case HAPPEN_POWER:
        server_kill(s, h->kind == HAPPEN_POWER, rng_scale(&luck, 50 * MS, 8 * SECOND),
                    "the process is dead");
        break;
    case HAPPEN_CRASH_AT:
    case HAPPEN_POWER_AT:
        s->crash_in_calls = 1 + (unsigned)rng_below(&luck, 6);
        s->crash_power = h->kind == HAPPEN_POWER_AT;
        break;
    case HAPPEN_DRAIN:
        server_drain(s);
        break;
    case HAPPEN_DISK_FULL:
        s->disk_full = true;
        fault_for(w, h->kind, rng_scale(&luck, 100 * MS, 15 * SECOND));
        break;
    case HAPPEN_DISK_BUSY:
        s->disk_busy = true;
        fault_for(w, h->kind, rng_scale(&luck, 100 * MS, 6 * SECOND));
        break;
    case HAPPEN_DISK_SLOW:
        s->disk_slow_until_us = w->clock.now_us + rng_scale(&luck, 100 * MS, 15 * SECOND);
        break;
    case HAPPEN_DISK_FAILS:
        w->disk.fail_in = 2 + (unsigned)rng_below(&luck, 12);
        break;
    case HAPPEN_MEMORY_SHORT:
        s->heap.fail_one_in = (unsigned)rng_scale(&luck, 3, 300);
        s->host_heap.fail_one_in = 10 * s->heap.fail_one_in;
        fault_for(w, h->kind, rng_scale(&luck, 200 * MS, 10 * SECOND));
        break;
    case HAPPEN_UNWRITABLE:
    case HAPPEN_DAMAGED:
        server_spoil(s, h->who, h->kind == HAPPEN_DAMAGED, &luck);
        break;
    case HAPPEN_RENAME:
        server_rename(s, h->who);
        break;
    case HAPPEN_DELETE:
        server_delete(s, h->who);
        break;
    case HAPPEN_RESTORE:
        if (!ledger_is_void(w, h->who)) {
            w->restore_room = (int)h->who;
            server_kill(s, false, SECOND, "the process is stopped to restore a room");
        }
        break;
    default:
        break;
    }
}

static void fault_ends(world *w, const event *e)
{
    server *s = w->server;
    if (!s->up || e->life != s->life)
        return;
    switch ((happening_kind)e->arg) {
    case HAPPEN_DISK_FULL:
        s->disk_full = false;
        break;
    case HAPPEN_DISK_BUSY:
        s->disk_busy = false;
        break;
    case HAPPEN_MEMORY_SHORT:
        s->heap.fail_one_in = s->host_heap.fail_one_in = 0;
        break;
    case HAPPEN_CRASH_AT:
    case HAPPEN_POWER_AT:
        if (!w->quiet)
            server_kill(s, s->crash_power, 300 * MS, "the process is dead, at this point");
        break;
    default:
        break;
    }
}

/* -------------------------------------------------------------------------------- dispatch --- */

static void arrive_up(world *w, link *l, size_t n)
{
    uint8_t *ptr = malloc(n > 0 ? n : 1);
    if (ptr == NULL)
        abort();
    n = net_take(&l->up, n, ptr);
    if (n > 0 && l->server_open && w->server->up) {
        conn_input(l->conn, ptr, n);
        server_turn_ends(w->server);
    }
    free(ptr);
}

static void arrive_down(world *w, link *l, size_t n)
{
    if (n > l->down.left_bytes)
        n = (size_t)l->down.left_bytes;
    l->down.arrived_bytes += n;
    client_on_bytes(&w->clients[l->client], l->number);
    if (l->server_open && w->server->up && !l->cut) {
        conn_flush(l->conn);
        conns_sweep(w->server);
    }
}

static void boot(world *w, uint32_t life)
{
    server *s = w->server;
    if (s->up || s->life != life || w->over)
        return;
    if (w->restore_room >= 0) {
        server_restore(s, (uint32_t)w->restore_room);
        w->restore_room = -1;
    }
    server_boot(s);
}

static void dispatch(world *w, const event *e)
{
    world_mix(w, (uint64_t)e->at_us, (uint64_t)e->kind << 56 ^ (uint64_t)e->who << 32 ^ e->arg);
    switch (e->kind) {
    case EVENT_HAPPENING:
        happen(w, &w->plan->happenings[e->who]);
        break;
    case EVENT_CONNECT:
        if (net_link(w, e->who)->client_open)
            server_on_connect(w->server, net_link(w, e->who));
        break;
    case EVENT_OPENED:
        client_on_opened(&w->clients[net_link(w, e->who)->client], e->who);
        break;
    case EVENT_ARRIVE_UP:
        arrive_up(w, net_link(w, e->who), (size_t)e->arg);
        break;
    case EVENT_ARRIVE_DOWN:
        arrive_down(w, net_link(w, e->who), (size_t)e->arg);
        break;
    case EVENT_CLOSED_UP:
        if (net_link(w, e->who)->server_open && w->server->up) {
            conn_hung_up(net_link(w, e->who)->conn);
            server_turn_ends(w->server);
        }
        break;
    case EVENT_CLOSED_DOWN:
        client_on_closed(&w->clients[net_link(w, e->who)->client], e->who);
        break;
    case EVENT_CLIENT_TIMER:
        client_on_timer(&w->clients[e->who], e->life, e->arg);
        break;
    case EVENT_BOOT:
        boot(w, e->life);
        break;
    case EVENT_FAULT_ENDS:
        fault_ends(w, e);
        break;
    default:
        server_on_event(w->server, e);
        break;
    }
}

/* run_until - play until the time, or until a law is broken. */
static void run_until(world *w, int64_t until_us)
{
    event e;
    while (!law_is_broken(w) && w->clock.count > 0 && w->clock.heap[0].at_us <= until_us &&
           clock_next(&w->clock, &e)) {
        dispatch(w, &e);
        if (++w->events > EVENTS_MAX)
            law_broken(w, "a run ends", "%llu events", (unsigned long long)w->events);
    }
    if (!law_is_broken(w) && w->clock.now_us < until_us)
        w->clock.now_us = until_us;
}

/* ---------------------------------------------------------------------------------- phases --- */

/* A page that must be loaded anew before replicas can be equal: a forger spoke for it; or it heard
 * a forger, the process died before the commit, and the owner of the id came back with other
 * content; or it may only look, and saw what a process took with it, and its author too.  A room
 * that could not be written is given up like by a process that dies. */
static bool is_lost(const world *w, const client *c)
{
    return c->here &&
           (c->claimed || c->misled ||
            (c->role == ROLE_VIEWER && (w->counts[COUNT_KILLS] > 0 || w->spoiled[c->plan->room])));
}

static void become_quiet(world *w)
{
    server *s = w->server;
    world_note(w, "faults stop");
    w->quiet = true;
    w->net_slow_until_us = 0;
    s->disk_full = s->disk_busy = false;
    memset(s->unwritable_until_us, 0, sizeof s->unwritable_until_us);
    memset(s->damaged_until_us, 0, sizeof s->damaged_until_us);
    s->disk_slow_until_us = 0;
    s->crash_in_calls = 0;
    w->disk.fail_in = 0;
    s->heap.fail_one_in = s->host_heap.fail_one_in = 0;
    for (uint32_t i = 0; i < w->plan->client_count; i++) {
        client *c = &w->clients[i];
        if (client_is_honest(c) && !c->here && c->id_count > 0)
            client_arrive(c); /* tabs that are to be opened again, now */
        if (!client_is_honest(c)) {
            client_leave(c, i % 2 == 0);
            c->gone = true;
        } else if (is_lost(w, c)) {
            happening anew = {.kind = HAPPEN_RELOAD_EMPTY, .who = i};
            client_happens(c, &anew);
        } else if (c->dialled) {
            net_link(w, c->link)->paused = false;
            client_on_bytes(c, c->link);
        }
    }
}

static bool all_saved(world *w, char *who, size_t cap)
{
    for (uint32_t i = 0; i < w->plan->client_count; i++) {
        const client *c = &w->clients[i];
        if (!client_counts(c) || client_is_saved(c))
            continue;
        snprintf(who, cap, "client %u (%s): %s%s%s%llu of %llu frames are acked, %zu edits are not",
                 i, client_kind_name(c->plan->kind), c->open ? "" : "not connected, ",
                 c->synced ? "" : "not synced, ", c->session.loose ? "edits not sent, " : "",
                 (unsigned long long)c->session.acked, (unsigned long long)c->session.frames,
                 c->tag_count);
        return false;
    }
    return true;
}

static void encode(const yoke_doc *doc, yoke_blob *out)
{
    if (yoke_doc_encode(doc, YOKE_NONE, 0, out) != YOKE_OK)
        abort();
}

static bool same_bytes(const yoke_blob *a, const yoke_blob *b)
{
    return bytes_equal(bytes_of(a->ptr, a->len_bytes), bytes_of(b->ptr, b->len_bytes));
}

/* The state that all counted clients of a room share, in `out`; false: they differ. */
static bool room_state_of(world *w, uint32_t number, yoke_blob *out, char *who, size_t cap)
{
    int first = -1;
    yoke_blob other = YOKE_BLOB_INIT;
    bool equal = true;
    for (uint32_t i = 0; i < w->plan->client_count && equal; i++) {
        const client *c = &w->clients[i];
        if (!client_counts(c) || c->plan->room != number)
            continue;
        const char *fault = yoke_doc_check(c->doc);
        if (fault != NULL)
            law_broken(w, "yoke_doc_check", "client %u: %s", i, fault);
        encode(c->doc, first < 0 ? out : &other);
        equal = first < 0 || same_bytes(out, &other);
        if (!equal)
            snprintf(who, cap, "room %u: clients %d and %u, %zu and %zu bytes", number, first, i,
                     out->len_bytes, other.len_bytes);
        first = first < 0 ? (int)i : first;
    }
    yoke_blob_free(&other);
    return equal;
}

/* What the disk holds of a room, as the clients encode it. */
static int stored_state_of(world *w, uint32_t number, yoke_blob *out)
{
    store_loaded loaded;
    int err = server_peek(w->server, number, &loaded);
    if (err != BASE_OK)
        return err;
    yoke_doc *doc = client_doc_of(&loaded);
    if (doc != NULL)
        encode(doc, out);
    err = doc != NULL ? BASE_OK : STORE_ECORRUPT;
    yoke_doc_free(doc);
    store_loaded_free(&loaded);
    return err;
}

/* Nothing of before is under way, or held back in a room. */
static bool is_calm(const world *w)
{
    return server_is_calm(w->server) && net_is_calm(w);
}

static bool all_equal(world *w, char *who, size_t cap)
{
    bool equal = is_calm(w);
    snprintf(who, cap, "the process is down, or what was said before is under way");
    for (uint32_t number = 0; number < w->plan->room_count && equal; number++) {
        yoke_blob state = YOKE_BLOB_INIT, stored = YOKE_BLOB_INIT;
        equal = room_state_of(w, number, &state, who, cap);
        if (equal && state.len_bytes > 0 && !ledger_is_void(w, number)) {
            equal = stored_state_of(w, number, &stored) == BASE_OK && same_bytes(&stored, &state);
            snprintf(who, cap, "room %u: the disk holds %zu bytes, the clients %zu", number,
                     stored.len_bytes, state.len_bytes);
        }
        yoke_blob_free(&state);
        yoke_blob_free(&stored);
    }
    return equal;
}

/* Everybody sees exactly those who are connected. */
static bool all_present(world *w, char *who, size_t cap)
{
    for (uint32_t i = 0; i < w->plan->client_count; i++) {
        const client *c = &w->clients[i];
        if (!client_counts(c))
            continue;
        size_t count = 0;
        for (uint32_t k = 0; k < w->plan->client_count; k++) {
            const client *other = &w->clients[k];
            if (!client_counts(other) || other->plan->room != c->plan->room)
                continue;
            count++;
            if (!presence_has(&c->presence, other->id)) {
                snprintf(who, cap, "client %u does not see client %u", i, k);
                return false;
            }
        }
        if (presence_count(&c->presence) != count) {
            snprintf(who, cap, "client %u sees %zu, there are %zu", i, presence_count(&c->presence),
                     count);
            return false;
        }
    }
    return true;
}

/* What the server itself believes, which it tells to whoever comes. */
static bool newcomer_sees(world *w, char *who, size_t cap)
{
    bool good = w->server->up;
    for (uint32_t number = 0; number < w->plan->room_count && good; number++) {
        buf update;
        presence seen;
        bool answer;
        size_t count = 0;
        if (presence_init(&seen, base_alloc_libc(), VARINT_VALUE_MAX, 0) != BASE_OK)
            abort();
        presence_withdraw(&seen, 0); /* it only looks */
        buf_init(&update, base_alloc_libc(), SIZE_MAX / 4);
        server_probe(w->server, number, &update);
        if (update.len_bytes > 0)
            good = presence_apply(&seen, buf_view(&update), w->clock.now_us, &answer) == BASE_OK;
        for (uint32_t i = 0; i < w->plan->client_count && good; i++) {
            const client *c = &w->clients[i];
            if (!client_counts(c) || c->plan->room != number)
                continue;
            count++;
            good = presence_has(&seen, c->id);
        }
        good = good && presence_count(&seen) == count;
        if (!good)
            snprintf(who, cap, "room %u: told of %zu, there are %zu or more", number,
                     presence_count(&seen), count);
        presence_deinit(&seen);
        buf_deinit(&update);
    }
    return good;
}

static void wait_for(world *w, const char *law, int64_t within_us,
                     bool (*done)(world *, char *, size_t))
{
    char who[200] = "";
    int64_t until_us = w->clock.now_us + within_us;
    while (!law_is_broken(w) && !done(w, who, sizeof who)) {
        if (w->clock.now_us >= until_us)
            law_broken(w, law, "%s", who);
        else
            run_until(w, w->clock.now_us + SECOND);
    }
}

static bool all_gone(world *w, char *who, size_t cap)
{
    server *s = w->server;
    if (!s->up) {
        snprintf(who, cap, "the process is down");
        return false;
    }
    return server_is_empty(s, who, cap);
}

static bool is_down(world *w, char *who, size_t cap)
{
    snprintf(who, cap, "it is still up");
    return !w->server->up;
}

static void leave_and_end(world *w)
{
    server *s = w->server;
    w->leaving = true;
    world_note(w, "everybody leaves");
    for (uint32_t i = 0; i < w->plan->client_count; i++) {
        w->clients[i].gone = true;
        client_leave(&w->clients[i], i % 3 != 0);
    }
    wait_for(w, "rooms and connections go", GONE_WITHIN_US, all_gone);
    if (!law_is_broken(w) && s->heap.live_blocks != 0)
        law_broken(w, "no memory leaks", "%zu blocks, %zu bytes without rooms", s->heap.live_blocks,
                   s->heap.live_bytes);
    w->over = true;
    server_drain(s);
    wait_for(w, "the process ends", 10 * SECOND, is_down);
}

/* After the end, from the disk alone. */
static void check_disk(world *w, uint32_t number, const yoke_blob *seen)
{
    ledger_check(w, number);
    if (law_is_broken(w) || ledger_is_void(w, number) || seen->len_bytes == 0)
        return;
    yoke_blob stored = YOKE_BLOB_INIT;
    int err = stored_state_of(w, number, &stored);
    if (err != BASE_OK)
        law_broken(w, "stored rooms load", "room %u: %s", number, store_err_text(err));
    else if (!same_bytes(&stored, seen))
        law_broken(w, "the disk holds what everybody sees", "room %u: %zu bytes, seen were %zu",
                   number, stored.len_bytes, seen->len_bytes);
    yoke_blob_free(&stored);
}

static void play(world *w)
{
    yoke_blob seen[PLAN_ROOMS_MAX] = {YOKE_BLOB_INIT};
    char who[200];
    run_until(w, w->plan->active_us);
    if (!law_is_broken(w))
        become_quiet(w);
    wait_for(w, "all are saved within a minute", SAVED_WITHIN_US, all_saved);
    wait_for(w, "all replicas are equal", PRESENT_WITHIN_US, all_equal);
    wait_for(w, "everybody sees who is there", PRESENT_WITHIN_US, all_present);
    wait_for(w, "a newcomer sees who is there", PRESENT_WITHIN_US, newcomer_sees);
    for (uint32_t number = 0; number < w->plan->room_count && !law_is_broken(w); number++)
        if (!room_state_of(w, number, &seen[number], who, sizeof who))
            law_broken(w, "all replicas are equal", "%s", who);
    if (!law_is_broken(w))
        leave_and_end(w);
    for (uint32_t number = 0; number < w->plan->room_count; number++) {
        if (!law_is_broken(w))
            check_disk(w, number, &seen[number]);
        yoke_blob_free(&seen[number]);
    }
}

bool world_run(const plan *p, FILE *trace, world_result *out)
{
    world *w = calloc(1, sizeof *w);
    if (w == NULL)
        abort();
    *w = (world){.plan = p, .hash = p->seed, .trace = trace, .restore_room = -1};
    disk_init(&w->disk, p->seed);
    if (p->sqlite)
        disk_vfs_install(&w->disk);
    w->ledger = ledger_new();
    w->clients = calloc(p->client_count, sizeof *w->clients);
    if (w->clients == NULL)
        abort();
    for (uint32_t i = 0; i < p->client_count; i++)
        client_init(&w->clients[i], w, i);
    w->server = server_new(w);
    for (size_t i = 0; i < p->count; i++)
        if (!p->happenings[i].left_out)
            clock_at(&w->clock, (event){.at_us = p->happenings[i].at_us,
                                        .kind = EVENT_HAPPENING,
                                        .who = (uint32_t)i});
    server_boot(w->server);
    play(w);
    *out = (world_result){
        .hash = w->hash, .events = w->events, .simulated_s = (double)w->clock.now_us / 1e6};
    w->counts[COUNT_PROMISES] = ledger_count(w);
    w->counts[COUNT_NO_MEMORY] = w->server->heap.failed + w->server->host_heap.failed;
    memcpy(out->counts, w->counts, sizeof out->counts);
    memcpy(out->law, w->law, sizeof out->law);
    memcpy(out->detail, w->detail, sizeof out->detail);
    server_free(w->server);
    for (uint32_t i = 0; i < p->client_count; i++)
        client_deinit(&w->clients[i]);
    free(w->clients);
    ledger_free(w->ledger);
    net_deinit(w);
    clock_deinit(&w->clock);
    if (p->sqlite)
        disk_vfs_remove();
    disk_deinit(&w->disk);
    free(w);
    return out->law[0] == '\0';
}
