/* ws_conn.h - a connection that speaks WebSocket, a member of one room. */
#ifndef SERVER_WS_WS_CONN_H
#define SERVER_WS_WS_CONN_H

#include "server/net/conn.h"
#include "server/room_host.h"
#include "wire/ws.h"

/* What the thread that read the upgrade request hands to the one that owns the room. */
typedef struct ws_handover {
    loop_msg msg; /* first */
    int fd;
    peer peer;
    uint8_t *rest; /* bytes read behind the request; may be NULL */
    size_t rest_bytes;
    bool tandem_v1;
    char accept[WS_ACCEPT_CHARS + 1];
    char name[65];
    uint64_t author; /* of the room's history */
    char room_id[STORE_ID_BYTES_MAX + 1];
    bool known_bad; /* the name cannot be a room: close with 4404 */
} ws_handover;

/* ws_conn_adopt - loop_msg.run of a handover: answer 101, join, read on. */
void ws_conn_adopt(loop *l, loop_msg *msg);

void ws_conn_send(ws_conn *wc, frame *f);
void ws_conn_send_newest(ws_conn *wc, frame *f, uint64_t key);

/* ws_conn_close_slow - the peer reads too slowly: leave the room, forget what is queued, close with
 * 1013.  `limit` is the name of the limit, static. */
void ws_conn_close_slow(ws_conn *wc, const char *limit);

/* ws_conn_stop_all - stop reading from every WebSocket of the loop: what was read so far will be
 * acknowledged before they are closed. */
void ws_conn_stop_all(loop *l);

/* ws_conn_close - send what is queued and a close frame, wait for the peer's, then close the
 * socket. */
void ws_conn_close(ws_conn *wc, unsigned code, const char *reason);

uint64_t ws_conn_session(const ws_conn *wc);
void ws_conn_set_session(ws_conn *wc, uint64_t session);

#endif
