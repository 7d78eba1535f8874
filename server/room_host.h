/* room_host.h - the rooms of one loop thread, and what they ask for: sending, loading, storing.
 *
 * The rooms are state machines (room/room.h); this is the side that has sockets and a store.  All
 * calls are made on the loop's thread.
 *
 *   ws_conn -> room_host_join -> room_on_join -> sink.load -> store thread -> room_on_loaded
 *   ws_conn -> room_host_message -> room_on_message -> sink.send -> ws_conn
 *                                                   -> sink.append -> batch -> store thread
 *                                                                  -> room_on_stored -> acks
 */
#ifndef SERVER_ROOM_HOST_H
#define SERVER_ROOM_HOST_H

#include "room/room.h"
#include "server/net/loop.h"

typedef struct ws_conn ws_conn;

room_host *room_host_new(loop *l);
void room_host_free(room_host *h);

/* room_host_now_ms - the rooms' clock: milliseconds since 1970 that never run backwards. */
int64_t room_host_now_ms(const room_host *h);

/* room_host_join - put the connection into the room, loading it first; a refusal closes the
 * connection.  Returns the session, 0 when it was refused. */
uint64_t room_host_join(room_host *h, ws_conn *wc, const char *room_id, const room_join *join);
void room_host_message(room_host *h, uint64_t session, bytes message);
void room_host_leave(room_host *h, uint64_t session);

/* room_host_backlogged - has the session's room so much to store that its writers should wait? */
bool room_host_backlogged(const room_host *h, uint64_t session);

/* room_host_notice - tell one tandem.v1 member something; the texts are static. */
void room_host_notice(room_host *h, uint64_t session, const char *code, const char *message);

/* room_host_with - call `fn` with the loaded room, at once or when it is in; or with NULL and why
 * not (STORE_ENOTFOUND ...).  The room must not be kept. */
typedef void room_host_fn(void *ctx, room *r, int err);
void room_host_with(room_host *h, const char *room_id, room_host_fn *fn, void *ctx);

/* room_host_find - the room if it is in memory, else NULL. */
room *room_host_find(room_host *h, const char *room_id);

/* room_host_spare - is the room in use, so that it must not expire?  Then its use is noted too. */
bool room_host_spare(room_host *h, const char *room_id);

/* room_host_discard - the room was deleted from the store. */
void room_host_discard(room_host *h, const char *room_id);

/* For the loop: at the end of a turn; once a second; when a commit has to wait; for shutdown. */
void room_host_flush(room_host *h);
void room_host_tick(room_host *h);
void room_host_stalled(loop *l, int err);
void room_host_drain(room_host *h);
size_t room_host_count(const room_host *h);

/* room_host_doom - close a reader that is too slow, at the end of the turn.  false: not noted. */
bool room_host_doom(room_host *h, ws_conn *wc);

#endif
