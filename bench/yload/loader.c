/* loader.c - threads of connections, and the phases that they go through together. */
#include "yload.h"

#include <errno.h>
#include <math.h>
#include <sys/epoll.h>
#include <unistd.h>

#define INPUT_BYTES (1 << 20)
#define LONGEST_WAIT_NS (5 * (int64_t)NS_PER_MS)

loader loaders[THREADS_MAX];
uint64_t first_id;
static _Atomic int current, arrived; /* phase, and the threads that are in it */
static counter interval_ns;          /* between two characters of a thread */
static counter dropped_ns;

uint64_t lot(loader *l)
{
    l->luck ^= l->luck << 13;
    l->luck ^= l->luck >> 7;
    return l->luck ^= l->luck << 17;
}

void loader_init(loader *l, int first_room, int room_count, int clients, int writers)
{
    *l = (loader){.epoll = epoll_create1(EPOLL_CLOEXEC),
                  .first_room = first_room,
                  .room_count = room_count,
                  .conn_count = room_count * clients,
                  .writer_count = room_count * writers,
                  .seen_phase = -1,
                  .luck = (first_id + (uint64_t)first_room + 1) * 2654435761u};
    l->conns = must_alloc(sizeof *l->conns * (size_t)l->conn_count);
    l->writers = must_alloc(sizeof *l->writers * (size_t)l->writer_count);
    l->order = must_alloc(sizeof *l->order * (size_t)l->writer_count);
    l->input = must_alloc(INPUT_BYTES);
    buf_init(&l->frame, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&l->message, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&l->update, base_alloc_libc(), SIZE_MAX / 4);
    /* Neighbours in time are in different rooms. */
    for (int k = 0; k < l->conn_count; k++) {
        conn *c = &l->conns[k];
        conn_init(c, l, (uint32_t)(first_room + k % room_count), (uint32_t)(k / room_count));
        if ((int)c->index >= writers)
            continue;
        c->writer = &l->writers[((int)c->room - first_room) * writers + (int)c->index];
        *c->writer = (writer){.conn = c,
                              .due_ns = must_alloc(sizeof(uint64_t) * (size_t)opt.ring),
                              .aware_due_ns = must_alloc(sizeof(uint64_t) * (size_t)opt.ring)};
    }
    for (uint32_t k = 0; k < (uint32_t)l->writer_count; k++) {
        uint32_t other = (uint32_t)(lot(l) % (k + 1));
        l->order[k] = l->order[other];
        l->order[other] = k;
    }
}

void loader_deinit(loader *l)
{
    for (int i = 0; i < l->conn_count; i++)
        conn_deinit(&l->conns[i]);
    for (int i = 0; i < l->writer_count; i++) {
        free(l->writers[i].due_ns);
        free(l->writers[i].aware_due_ns);
    }
    buf_deinit(&l->frame);
    buf_deinit(&l->message);
    buf_deinit(&l->update);
    free(l->conns);
    free(l->writers);
    free(l->order);
    free(l->input);
    close(l->epoll);
}

void loader_turn(loader *l, int64_t wait_ns)
{
    struct epoll_event ready[512];
    struct timespec wait = {wait_ns / (int64_t)NS_PER_S, wait_ns % (int64_t)NS_PER_S};
    int n = epoll_pwait2(l->epoll, ready, 512, &wait, NULL);
    if (n < 0 && errno != EINTR)
        die("epoll: %s", strerror(errno));
    for (int i = 0; i < n; i++)
        conn_ready(ready[i].data.ptr, ready[i].events);
}

/* ---------------------------------------------------------------------------------- phases --- */

static void begin(loader *l, int p)
{
    if (p == PHASE_STORM)
        l->dropped_ns = counted(&dropped_ns);
    for (int i = 0; i < l->conn_count && (p == PHASE_STORM || p == PHASE_CLOSE); i++)
        conn_close(&l->conns[i]);
    if (p == PHASE_STORM || p == PHASE_CONNECT)
        l->next_dial = 0;
    for (int i = 0; i < l->conn_count && p == PHASE_ANCHOR; i++)
        if (l->conns[i].index == 0 && l->conns[i].state == CONN_SYNCED && !l->conns[i].anchored)
            conn_anchor(&l->conns[i]);
    if (p == PHASE_TYPE)
        l->next_due_ns = now_ns() + lot(l) % NS_PER_MS;
    l->seen_phase = p;
    atomic_fetch_add(&arrived, 1);
}

static void dial_some(loader *l)
{
    while (l->next_dial < l->conn_count && l->dialling < opt.inflight) {
        conn *c = &l->conns[l->next_dial++];
        if (c->state == CONN_CLOSED)
            conn_dial(c);
    }
}

static void type_next(loader *l, uint64_t due_ns)
{
    conn_type(l->writers[l->order[l->next_writer]].conn, due_ns);
    if (++l->next_writer == (uint32_t)l->writer_count)
        l->next_writer = 0;
}

/* Closed loop: at most `window` messages are under way to each client. */
static void type_flood(loader *l)
{
    const counter *n = l->stats.n;
    uint64_t window = (uint64_t)opt.window * (uint64_t)l->conn_count,
             others = (uint64_t)opt.clients - 1;
    for (int i = 0; i < 256 && counted(&n[N_OPS]) * others <
                                   counted(&n[N_DELIVERED]) + counted(&n[N_FORGOTTEN]) + window;
         i++)
        type_next(l, now_ns());
}

/* Open loop: by the clock, whatever the server does.  Returns the time to the next character. */
static int64_t type_on_time(loader *l)
{
    uint64_t now = now_ns();
    for (int i = 0; i < 64 && l->next_due_ns <= now; i++) {
        hist_add(&l->stats.h[H_LAG], now - l->next_due_ns);
        type_next(l, l->next_due_ns);
        double factor = 1;
        if (opt.poisson) {
            factor = -log(((double)(lot(l) >> 11) + 1) / 9007199254740993.0);
            factor = factor > 8 ? 8 : factor;
        }
        l->next_due_ns += (uint64_t)((double)counted(&interval_ns) * factor);
        now = now_ns();
    }
    return l->next_due_ns > now ? (int64_t)(l->next_due_ns - now) : 0;
}

static void *loader_main(void *arg)
{
    loader *l = arg;
    for (;;) {
        int p = atomic_load(&current);
        int64_t wait_ns = LONGEST_WAIT_NS;
        if (p != l->seen_phase)
            begin(l, p);
        if (p == PHASE_EXIT)
            return NULL;
        if (p == PHASE_CONNECT || p == PHASE_STORM)
            dial_some(l);
        if (p == PHASE_FLOOD && l->writer_count > 0) {
            type_flood(l);
            wait_ns = (int64_t)NS_PER_MS;
        }
        if (p == PHASE_TYPE && l->writer_count > 0)
            wait_ns = type_on_time(l);
        loader_turn(l, wait_ns < LONGEST_WAIT_NS ? wait_ns : LONGEST_WAIT_NS);
    }
}

/* --------------------------------------------------------------------------------- control --- */

void loaders_start(void)
{
    for (int i = 0; i < opt.threads; i++) {
        int first = opt.rooms * i / opt.threads, behind = opt.rooms * (i + 1) / opt.threads;
        loader_init(&loaders[i], first, behind - first, opt.clients, opt.writers);
        if (pthread_create(&loaders[i].thread, NULL, loader_main, &loaders[i]) != 0)
            die("no thread");
    }
}

void loaders_enter(phase p)
{
    atomic_store(&arrived, 0);
    atomic_store(&current, p);
    while (atomic_load(&arrived) < opt.threads)
        nap(0.0005);
}

void loaders_rate(double per_second)
{
    atomic_store(&interval_ns, (uint64_t)(1e9 * opt.threads / per_second));
}

void loaders_storm(uint64_t at_ns)
{
    atomic_store(&dropped_ns, at_ns);
    loaders_enter(PHASE_STORM);
}

void loaders_stop(void)
{
    loaders_enter(PHASE_CLOSE);
    loaders_enter(PHASE_EXIT);
    for (int i = 0; i < opt.threads; i++)
        pthread_join(loaders[i].thread, NULL);
}

uint64_t loaders_sum(int n)
{
    uint64_t sum = 0;
    for (int i = 0; i < opt.threads; i++)
        sum += counted(&loaders[i].stats.n[n]);
    return sum;
}

uint64_t loaders_synced(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < opt.threads; i++)
        sum += counted(&loaders[i].synced);
    return sum;
}

/* Frames of mode ack that wait for their word. */
uint64_t loaders_unacked(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < opt.threads; i++)
        sum += counted(&loaders[i].stats.n[N_FRAMES]) - counted(&loaders[i].stats.h[H_ACK].n);
    return sum;
}

void loaders_snapshot(stats *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < opt.threads; i++)
        stats_add(out, &loaders[i].stats);
}
