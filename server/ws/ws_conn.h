/* ws_conn.h - a connection that speaks WebSocket, a member of one room. */
#ifndef SERVER_WS_WS_CONN_H
#define SERVER_WS_WS_CONN_H

#include "host/member.h"
#include "server/net/conn.h"

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
    bool known;      /* the same at every visit */
    role role;       /* in the room */
    char room_id[STORE_ID_BYTES_MAX + 1];
    bool known_bad; /* the name cannot be a room: close with 4404 */
} ws_handover;

/* ws_conn_adopt - loop_msg.run of a handover: answer 101, join, read on. */
void ws_conn_adopt(loop *l, loop_msg *msg);

/* ws_conn_play - the part of a host's port that is about sockets. */
void ws_conn_play(host_port *port);

#endif
