/* member.h - one WebSocket connection without its socket: frames, pace, the close handshake.
 *
 * Bytes that came are handed in, what is to be sent goes out by host_port.  A member is embedded in
 * the connection that has the socket.  All calls are made on the loop's thread.
 *
 *   init -> room_host_join -> input, resumed, drained, tick ... -> gone
 */
#ifndef HOST_MEMBER_H
#define HOST_MEMBER_H

#include "host/pace.h"
#include "host/port.h"
#include "wire/ws.h"

struct host_member {
    uint64_t session; /* 0: in no room */
    pace pace;
    ws_decoder decoder;
    uint8_t *rest; /* bytes that were read before a pause and are not looked at yet */
    size_t rest_bytes;
    bool paused;  /* not read until host_member_resumed */
    bool stopped; /* nothing more is read before the close */
    bool doomed;  /* to be closed at the end of the turn */
    bool busy;    /* sends so much that others go first */
    bool closed;  /* kept by the port: the socket has ended */
};

/* host_member_init - in no room yet.  host_member_gone - the socket is closed: leave the room,
 * release all. */
void host_member_init(room_host *h, host_member *m);
void host_member_gone(room_host *h, host_member *m);

/* host_member_input - bytes came; they are overwritten.
 * host_member_resumed - the pause is over.
 * host_member_drained - all that was queued is written.
 * host_member_tick - once a second. */
void host_member_input(room_host *h, host_member *m, uint8_t *ptr, size_t len_bytes);
void host_member_resumed(room_host *h, host_member *m);
void host_member_drained(host_member *m);
void host_member_tick(room_host *h, host_member *m);

/* host_member_close - queue a close frame; the socket ends when the peer has answered, or
 * LIMIT_CLOSE_MS later.  `reason` may be NULL. */
void host_member_close(room_host *h, host_member *m, unsigned code, const char *reason);

/* host_member_close_slow - it reads too slowly: leave the room, forget what is queued, close with
 * 1013.  `limit` is the name of the limit, static. */
void host_member_close_slow(room_host *h, host_member *m, const char *limit);

/* host_member_send* - for rooms: what is too much for a slow reader dooms it. */
void host_member_send(room_host *h, host_member *m, frame *f);
void host_member_send_newest(room_host *h, host_member *m, frame *f, uint64_t key);

/* host_member_shed - all sockets together hold too much: close it if it holds much. */
void host_member_shed(room_host *h, host_member *m);

/* host_member_held_bytes - memory for bytes that are on their way, in or out. */
size_t host_member_held_bytes(const room_host *h, const host_member *m);

/* host_member_wants - payload bytes of the frame being read that are still to come. */
static inline uint64_t host_member_wants(const host_member *m)
{
    return ws_decoder_wants(&m->decoder);
}

#endif
