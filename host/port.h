/* port.h - what the rooms of one thread need of the world outside: sockets, a store, a clock.
 *
 * The host has no I/O.  Whoever runs it hands in these functions: server/ plays them with libuv,
 * sockets and the store thread, sim/ with a false network, disk and clock, the unit tests by hand.
 */
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include "base/log.h"
#include "room/room.h"
#include "wire/frame.h"

typedef struct loop loop; /* the thread that a host lives on; the host only hands it through */
typedef struct room_host room_host;       /* its rooms: host/host.h */
typedef struct host_member host_member;   /* one WebSocket connection: host/member.h */
typedef struct store_batch store_batch;   /* rows of one turn: host/batch.h */
typedef struct damaged_room damaged_room; /* what can be read of one: host/quarantine.h */

/* What room_host_with answers: the room, or NULL and why not. */
typedef void room_host_fn(void *ctx, room *r, int err);

/* Embedded in whatever is sent to a loop; `run` is called on its thread and owns the message. */
typedef struct loop_msg {
    struct loop_msg *next;
    void (*run)(loop *l, struct loop_msg *msg);
} loop_msg;

/* A call of the store.  Embedded in what the job carries.  It says what it does:
 *
 *   read    beside what is written, and sees all that was appended and submitted for `room` before
 *           (no room: for any).  true: that was all; false: `write` goes on with it
 *   write   behind all that was submitted to be written before, and all that was appended before
 *           for `room` (no room: for any)
 *
 * then `done` on the loop `home`, and owns the job; without a home `done` follows where the store
 * was called.  `room` is borrowed until then. */
typedef struct store_job {
    loop_msg msg;
    struct store_job *next;
    loop *home;
    const char *room; /* whose it is; NULL: of no one room */
    bool (*read)(store_reader *r, struct store_job *job);
    void (*write)(store *s, struct store_job *job);
    void (*done)(loop *l, struct store_job *job);
    uint64_t after_batches, after_writes; /* host/order.h */
} store_job;

/* No member may be NULL.  None of them calls back into the host. */
typedef struct host_port {
    void *ctx;

    /* ---- the socket of a member.  One that has ended takes everything and does nothing.
     *
     * send            queue the frame; it is lent, whoever keeps it takes a reference
     * send_newest     the same; it may replace a waiting frame of that key (never 0)
     *   Both return the bytes that the queue then holds in memory.
     * send_control    queue a whole control frame; it is copied
     * queued_bytes    what the queue holds in memory
     * drop_queue      forget what waits, but for a frame that is partly on the wire
     * pause           read nothing for `ms`, then call host_member_resumed
     * stop            read nothing more before host_port.closing
     * closing         our close frame was queued: read on, for the peer's; `reason` may be NULL
     * end             close the socket when all is written; hang_up: at once */
    size_t (*send)(host_member *m, frame *f);
    size_t (*send_newest)(host_member *m, frame *f, uint64_t key);
    void (*send_control)(host_member *m, bytes whole);
    size_t (*queued_bytes)(const host_member *m);
    void (*drop_queue)(host_member *m);
    void (*pause)(host_member *m, uint64_t ms);
    void (*stop)(host_member *m);
    void (*closing)(host_member *m, unsigned code, const char *reason);
    void (*end)(host_member *m);
    void (*hang_up)(host_member *m);

    /* ---- the store.  What is appended and submitted to be written reaches it in the order of the
     * calls, and answers come in that order, too.  A read is answered behind every write that it
     * saw.
     *
     * append   commit the rows, then call batch->done on the loop
     * submit   as store_job says */
    void (*append)(void *ctx, store_batch *batch);
    void (*submit)(void *ctx, store_job *job);

    /* keep_damaged - a room is out of service: write down what can be read of it.  Takes `d`. */
    void (*keep_damaged)(void *ctx, damaged_room *d);

    /* hurry - call room_host_hurry every LIMIT_HURRY_MS, or no longer. */
    void (*hurry)(void *ctx, bool on);

    /* now_ms   milliseconds since 1970 that never run backwards
     * now_us   for durations
     * epoch    the random name of a new room's history */
    int64_t (*now_ms)(void *ctx);
    uint64_t (*now_us)(void *ctx);
    void (*epoch)(void *ctx, const char *room_id, uint8_t out[STORE_EPOCH_BYTES]);

    /* log - called on the loop and where the store is called.
     * fail - there is no memory for what must not be lost: the process has to end before anything
     * else is answered. */
    log_fn *log;
    void (*fail)(void *ctx, const char *why);
} host_port;

#endif
