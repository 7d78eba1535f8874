/* room_host_internal.h - shared by room_host.c (table, sessions) and room_sink.c (what rooms ask
 * for). */
#ifndef SERVER_ROOM_HOST_INTERNAL_H
#define SERVER_ROOM_HOST_INTERNAL_H

#include "server/room_host.h"
#include "server/store/store_thread.h"

/* session = counter, then the slot in the table */
#define SESSION_SLOT_BITS 20
#define SESSION_SLOT_MASK ((UINT64_C(1) << SESSION_SLOT_BITS) - 1)
#define NO_SLOT UINT32_MAX
#define DOOMED_MAX 256

typedef struct room_waiter {
    struct room_waiter *next;
    room_host_fn *fn;
    void *ctx;
} room_waiter;

/* A room and what is under way for it.  The store thread's answers point here, so it outlives its
 * room until they are in. */
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
    ws_conn *wc;
    union {
        hosted *at;
        uint32_t next_free;
    };
} session_slot;

struct room_host {
    loop *loop;
    room_sink sink;
    hosted **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    session_slot *slots;
    size_t slot_count;
    uint32_t free_slot;
    uint64_t session_counter;
    hosted *hurried; /* rooms that are ticked soon */
    int64_t clock_offset_ms;
    store_batch *batch; /* rows of this turn */
    room_stats retired; /* counters of rooms that are gone */
    uint64_t doomed[DOOMED_MAX];
    size_t doomed_count;
};

/* room_host_forget - free the session's slot; the room knows it no more. */
void room_host_forget(room_host *h, uint64_t session);
ws_conn *room_host_conn(const room_host *h, uint64_t session);
/* room_host_hosted - of a room that is in the table. */
hosted *room_host_hosted(room_host *h, const char *id);
void hosted_maybe_free(hosted *at);
void hosted_answer_waiting(hosted *at, int err);
void room_host_sink_init(room_host *h);

/* room_people.c: of the sink */
void room_host_store_author(void *ctx, room *r, const store_author *author);
bool room_host_store_chat(void *ctx, room *r, uint64_t session, const store_chat *said);

void room_host_post_batch(room_host *h);
void room_host_note_use(hosted *at, int64_t now_ms);

#endif
