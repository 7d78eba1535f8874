/* host.h - the rooms of one loop thread, and what they ask for: sending, loading, storing.
 *
 * The rooms are state machines (room/room.h); this is the side that has members and a store, still
 * without I/O: all of that is behind host/port.h.  All calls are made on the loop's thread.
 *
 *   room_host_join -> room_on_join -> sink.load -> host_port.submit -> room_on_loaded
 *   host_member_input -> room_on_message -> sink.send -> host_port.send
 *                                        -> sink.append -> batch -> host_port.append
 *                                                       -> room_on_stored -> acks
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "host/metrics.h"
#include "host/port.h"
#include "room/room.h"

typedef struct host_options {
    loop *home;                   /* where answers of the store go */
    const host_port *port;        /* copied */
    const limits *limits;         /* borrowed for the life of the host, as all below */
    metrics *metrics;             /* of this thread */
    const base_alloc *alloc;      /* safe from where the store is called, too */
    const base_alloc *room_alloc; /* of rooms, frames and messages in pieces */
    bool create_on_join;          /* a WebSocket to a room that is not there makes it */
    int64_t keep_ms;              /* such a room expires so long after its last use; 0: never */
} host_options;

/* room_host_new - NULL: no memory.  room_host_free - members and waiters were told nothing. */
room_host *room_host_new(const host_options *options);
void room_host_free(room_host *h);

/* room_host_now_ms - the rooms' clock: milliseconds since 1970 that never run backwards. */
int64_t room_host_now_ms(const room_host *h);

/* room_host_join - put the member into the room, loading it first; a refusal closes the member.
 * Returns the session, 0 when it was refused. */
uint64_t room_host_join(room_host *h, host_member *m, const char *room_id, const room_join *join);

/* room_host_with - call `fn` with the loaded room, at once or when it is in; or with NULL and why
 * not (STORE_ENOTFOUND ...).  The room must not be kept. */
void room_host_with(room_host *h, const char *room_id, room_host_fn *fn, void *ctx);

/* room_host_find - the room if it is in memory, else NULL. */
room *room_host_find(room_host *h, const char *room_id);

/* room_host_spare - is the room in use, so that it must not expire?  Then its use is noted too. */
bool room_host_spare(room_host *h, const char *room_id);

/* room_host_discard - the room was deleted from the store. */
void room_host_discard(room_host *h, const char *room_id);

/* For the loop.
 * room_host_flush   at the end of each turn, before sockets are written
 * room_host_tick    once a second
 * room_host_hurry   every LIMIT_HURRY_MS while host_port.hurry asked for it
 * room_host_stalled when a commit has to wait, and why */
void room_host_flush(room_host *h);
void room_host_tick(room_host *h);
void room_host_hurry(room_host *h);
void room_host_stalled(room_host *h, int err);
size_t room_host_count(const room_host *h); /* rooms in memory */

/* room_host_drain - leave without loss: stop reading, have all stored that was read, send the last
 * acks, then close every member with 1012.  Call it once, then room_host_drained every few
 * milliseconds, which says whether all are gone; `sockets` is how many are still open.
 * room_host_is_draining - nobody may join any more. */
void room_host_drain(room_host *h);
bool room_host_drained(room_host *h, size_t sockets);
bool room_host_is_draining(const room_host *h);

#endif
