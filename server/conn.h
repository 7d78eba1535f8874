/* conn.h - one socket on one loop: reading, queueing, writing once per turn, closing.
 *
 * What the bytes mean is the business of its `ops`: http_conn.c or ws_conn.c, which embed this
 * struct as their first member.  We poll for readability always, for writability only while the
 * socket is full.
 */
#ifndef SERVER_CONN_H
#define SERVER_CONN_H

#include "server/loop.h"
#include "server/outq.h"

typedef struct conn_ops {
    /* Bytes arrived; they may be overwritten and are gone after the call. */
    void (*input)(conn *c, uint8_t *ptr, size_t len_bytes);
    /* Everything queued is written. */
    void (*drained)(conn *c);
    /* Once a second. */
    void (*tick)(conn *c, uint64_t now_ms);
    /* The socket is closed; release all but the conn's own memory. */
    void (*gone)(conn *c);
} conn_ops;

struct conn {
    uv_poll_t poll;
    loop *loop;
    const conn_ops *ops;
    conn *prev, *next;
    conn *dirty_next;
    outq out;
    uint64_t soft_since_ms; /* over the soft limit since then; 0: not */
    int fd;
    bool dirty;
    bool full;           /* waits for writability */
    bool no_input;       /* reading is stopped */
    bool close_out;      /* close when all is written */
    uint64_t parting_ms; /* our side was ended then, what still comes is thrown away; 0: not */
    bool closed;
    address_key address;
};

/* conn_init - start polling.  `c` was allocated with malloc; it is freed some time after
 * conn_close.  false: the socket is still the caller's. */
bool conn_init(conn *c, loop *l, int fd, const conn_ops *ops, const address_key *address);

/* conn_send_* - queue for the end of this turn.  Out of memory closes the connection. */
void conn_send_frame(conn *c, frame *f);
void conn_send_newest(conn *c, frame *f, uint64_t key);
void conn_send_heap(conn *c, void *block, size_t len_bytes);
void conn_send_copy(conn *c, const void *ptr, size_t len_bytes);
void conn_send_static(conn *c, bytes view);

/* conn_pause_input / conn_resume_input - stop reading and go on. */
void conn_pause_input(conn *c);
void conn_resume_input(conn *c);

/* conn_close_after_writing - end our side when all is written, then throw away what comes until the
 * peer ends its own, LIMIT_CLOSE_MS at most: a socket that is closed with bytes unread is reset,
 * and the peer would lose our last words.  conn_close - at once. */
void conn_close_after_writing(conn *c);
void conn_close(conn *c);

/* conn_release_fd - take the socket out of this loop to hand it to another; the conn is gone. */
int conn_release_fd(conn *c);

/* For the loop. */
void conn_flush_dirty(loop *l);
void conn_tick_all(loop *l);
void conn_close_all(loop *l);

#endif
