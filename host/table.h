/* table.h - the rooms of a host by id, and what is under way for each.  Private to host/. */
#ifndef HOST_TABLE_H
#define HOST_TABLE_H

#include "host/batch.h"
#include "host/metrics.h"
#include "host/port.h"
#include "room/room.h"

#define DOOMED_MAX 256

typedef struct room_waiter {
    struct room_waiter *next;
    room_host_fn *fn;
    void *ctx;
} room_waiter;

/* A room and what is under way for it.  The store's answers point here, so it outlives its room
 * until they are in. */
typedef struct hosted {
    struct hosted *bucket_next;
    room_host *host;
    room *room;
    room_waiter *waiting;
    size_t in_store;    /* rows and jobs on their way */
    size_t in_batch;    /* rows of the batch that is being reported; else 0 */
    int64_t used_at_ms; /* the last use that was written */
    int64_t used_every_ms;
    bool loading;
    bool load_lost;     /* there was no memory to ask for it: the next tick tells the room */
    bool snapshot_lost; /* likewise */
    bool may_create;
    bool removed; /* out of the table */
    bool hurried; /* in the list of rooms that are ticked soon */
    struct hosted *hurried_next;
} hosted;

typedef struct session_slot {
    uint64_t session; /* 0: free */
    host_member *member;
    union {
        hosted *at;
        uint32_t next_free;
    };
} session_slot;

typedef enum drain_stage {
    DRAIN_NOT,
    DRAIN_COMMITTING, /* what was read is on its way to the store */
    DRAIN_CLOSING,
} drain_stage;

struct room_host {
    host_port port;
    loop *home;
    const limits *limits;
    metrics *metrics;
    const base_alloc *alloc;
    const base_alloc *room_alloc;
    int64_t keep_ms;
    bool create_on_join;
    drain_stage draining;
    room_sink sink;
    hosted **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    session_slot *slots;
    size_t slot_count;
    uint32_t free_slot;
    uint64_t session_counter;
    hosted *hurried;                 /* rooms that are ticked soon */
    store_batch *batch;              /* rows of this turn */
    uint64_t heard;                  /* store_batch.report, the newest */
    room_stats retired;              /* counters of rooms that are gone */
    struct quarantined *quarantined; /* rooms out of service */
    store_job barrier;               /* of draining */
    uint64_t doomed[DOOMED_MAX];
    size_t doomed_count;
};

#define host_log(h, level, event, ...)                                                             \
    do {                                                                                           \
        const log_field log_fields_[] = {__VA_ARGS__};                                             \
        (h)->port.log((h)->port.ctx, level, event, log_fields_,                                    \
                      sizeof log_fields_ / sizeof log_fields_[0]);                                 \
    } while (0)

/* host_new_job - zeroed memory that begins with a store_job whose answer comes to the host's loop;
 * NULL: no memory. */
void *host_new_job(room_host *h, size_t size_bytes, void (*write)(store *, store_job *),
                   void (*done)(loop *, store_job *));

static inline int64_t host_now_ms(const room_host *h)
{
    return h->port.now_ms(h->port.ctx);
}

/* host_new_zeroed - memory of zeros; NULL: there is none. */
void *host_new_zeroed(const base_alloc *alloc, size_t size_bytes);

/* hosted_find - of a room that is in the table, else NULL.  hosted_get - or a new one, ABSENT;
 * NULL: no memory. */
hosted *hosted_find(room_host *h, const char *id);
hosted *hosted_get(room_host *h, const char *id);

/* hosted_remove - out of the table.  hosted_maybe_free - if the room is ABSENT and nobody waits for
 * it, out of the table; and away when nothing is under way for it. */
void hosted_remove(hosted *at);
void hosted_maybe_free(hosted *at);

/* hosted_answer_waiting - of room_host_with: it is loaded, or why not. */
void hosted_answer_waiting(hosted *at, int err);

/* hosted_hurry - something in the room waits for less than a second: tick it soon. */
void hosted_hurry(hosted *at);

#endif
