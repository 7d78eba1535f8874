/* conn.h - one socket on one loop: reading, queueing, writing once per turn, closing.
 *
 * What the bytes mean is the business of its `ops`: http_conn.c or ws_conn.c, which embed this
 * struct as their first member.  We poll for readability unless it is paused, for writability only
 * while the socket is full, for the peer's end always.  A loop's sockets are one epoll set, and the
 * set is one handle of libuv: a handle for each would be a third of what an idle connection costs.
 *
 * A turn of the loop reads little from each socket, and spends at most BUSY_TURN_US on those that
 * are marked busy: the others are served first, and what the busy ones sent waits in the kernel,
 * whose window stops them.
 */
#ifndef SERVER_NET_CONN_H
#define SERVER_NET_CONN_H

#include "host/outq.h"
#include "server/net/address.h"
#include "server/net/loop.h"

typedef struct conn_ops {
    /* Bytes arrived; they may be overwritten and are gone after the call. */
    void (*input)(conn *c, uint8_t *ptr, size_t len_bytes);
    /* The peer has ended its side (FIN), which may mean that it is gone or only that it has said
     * all. true: it still gets something, keep it open.  false, or NULL: close.  It is told too
     * while the conn is not read; the answer does not matter then. */
    bool (*ended)(conn *c);
    /* The pause of conn_pause_for is over; reading is still stopped.  NULL: just read on. */
    void (*resumed)(conn *c);
    /* Everything queued is written. */
    void (*drained)(conn *c);
    /* Once a second. */
    void (*tick)(conn *c, uint64_t now_ms);
    /* Memory for bytes that are on their way, in or out. */
    size_t (*held_bytes)(const conn *c);
    /* All sockets together hold more than sockets_bytes: close if this one holds much. */
    void (*shed)(conn *c);
    /* The socket is closed; release all but the conn's own memory. */
    void (*gone)(conn *c);
} conn_ops;

/* Whom the limits of addresses are put to. */
typedef struct peer {
    address key;
    bool counted; /* among the sockets of the address */
    bool proxy;   /* a trusted one: the client is in X-Forwarded-For */
} peer;

struct conn {
    loop *loop;
    const conn_ops *ops;
    conn *prev, *next;
    conn *dirty_next;
    conn *paused_prev, *paused_next;
    outq out;
    uint64_t progress_ms; /* the socket took bytes then, or became full */
    uint64_t paused_ms;   /* not read until then; 0: read */
    uint64_t parting_ms;  /* our side is ended; what comes until then is thrown away; 0: not */
    int fd;
    uint32_t watched;    /* what the loop's set was told to wait for */
    uint32_t recv_bytes; /* how much to read in one turn */
    bool dirty;
    bool full;      /* waits for writability */
    bool no_input;  /* reading is stopped */
    bool close_out; /* close when all is written */
    bool closed;
    bool busy;   /* sends so much that others go first */
    bool listed; /* in the loop's list of paused ones */
    bool ended;  /* the peer has ended its side */
    peer peer;
};

/* conn_init - start reading.  `c` was allocated with malloc; it is freed some time after
 * conn_close.  false: the socket is still the caller's. */
bool conn_init(conn *c, loop *l, int fd, const conn_ops *ops, const peer *from);

/* conn_send_* - queue for the end of this turn.  Out of memory closes the connection. */
void conn_send_frame(conn *c, frame *f);
void conn_send_newest(conn *c, frame *f, uint64_t key);
void conn_send_heap(conn *c, void *block, size_t len_bytes);
void conn_send_copy(conn *c, const void *ptr, size_t len_bytes);
void conn_send_static(conn *c, bytes view);

/* conn_pause_input / conn_resume_input - stop reading and go on. */
void conn_pause_input(conn *c);
void conn_resume_input(conn *c);

/* conn_pause_for - stop reading for a while: the peer is faster than it may be, and TCP tells it.
 * Then ops->resumed decides, which may pause again. */
void conn_pause_for(conn *c, uint64_t ms);

/* conn_drop_queue - forget what is not yet written, but for a piece that is partly on the wire. */
void conn_drop_queue(conn *c);

/* conn_close_after_writing - end our side when all is written, then throw away what comes until the
 * peer ends its own, LIMIT_CLOSE_MS at most: a socket that is closed with bytes unread is reset,
 * and the peer would lose our last words.  conn_close - at once.  conn_reset - at once, and so that
 * the peer cannot take it for a proper end. */
void conn_close_after_writing(conn *c);
void conn_close(conn *c);
void conn_reset(conn *c);

/* conn_release_fd - take the socket out of this loop to hand it to another; the conn is gone. */
int conn_release_fd(conn *c);

/* conn_forget_peer - a socket of this peer is closed that has no conn. */
void conn_forget_peer(app *a, const peer *from);

/* For the loop's thread.  conn_loop_init - false: no memory, or no set of sockets can be made.
 * conn_loop_deinit - when the loop is closed. */
bool conn_loop_init(loop *l);
void conn_loop_deinit(loop *l);
void conn_flush_dirty(loop *l);
void conn_tick_all(loop *l);
void conn_close_all(loop *l);

#endif
