/* exchange.h - one HTTP request and its one reply, possibly given later.
 *
 * A handler gets an exchange and must see to it that it is answered exactly once, now or later:
 * whole, by one exchange_reply_* call, or in pieces, by exchange_begin, any number of exchange_put,
 * and exchange_end or exchange_abort.  The connection may be gone by then; the reply is dropped.
 * Only the loop thread that the request came on may touch an exchange: not even its headers may be
 * read on another.
 *
 * A reply in pieces holds no more than the handler puts: it puts a piece, waits for
 * events->drained, puts the next.  A handler that does something costly for its answer hears of a
 * client that hangs up by events->gone.
 */
#ifndef SERVER_HTTP_EXCHANGE_H
#define SERVER_HTTP_EXCHANGE_H

#include "auth/role.h"
#include "base/buf.h"
#include "server/app/limits.h"
#include "server/net/address.h"
#include "server/net/conn.h"

#include <jansson.h>

typedef struct exchange exchange;

typedef enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_PUT,
    METHOD_OTHER,
} method;

typedef struct header {
    uint32_t name_at, name_bytes; /* offsets into exchange.head */
    uint32_t value_at, value_bytes;
} header;

/* What a handler hears of, on the loop of the exchange; each may be NULL. */
typedef struct exchange_events {
    /* The client is gone: what is done for it may be stopped.  The exchange is still to be
     * answered, now or later. */
    void (*gone)(exchange *x);
    /* All that was put so far is written, so that another piece may be put; may be told more than
     * once. */
    void (*drained)(exchange *x);
} exchange_events;

/* Who a request is from; filled once by who.c, before it is answered. */
typedef struct who {
    address client; /* whom limits of addresses are put to */
    role role;      /* in every room, until the room's record says more: that of a guest */
} who;

/* What an exchange asks of the HTTP connection that it came on; given by http_conn.c. */
typedef struct exchange_ops {
    /* The reply is queued, `x` is about to be freed. */
    void (*replied)(exchange *x);
} exchange_ops;

struct exchange {
    loop *loop;
    conn *conn; /* NULL: gone */
    const exchange_ops *ops;
    const exchange_events *events; /* NULL: the handler wants to hear of nothing */
    void *ctx;                     /* the handler's */
    uint64_t put_ms;               /* the last piece was put then */
    bool begun;                    /* the head of a reply in pieces is queued */
    bool chunked;
    bool bodiless; /* nobody wants a body: HEAD */
    bool broken;   /* a piece is missing */
    int status;    /* of a reply in pieces */
    method method;
    bool keep_alive;
    bool upgrade;
    unsigned http_minor;

    buf head; /* target, then names and values, each ended by NUL */
    uint32_t target_bytes;
    header *headers; /* see exchange_new_header */
    size_t header_count;
    buf body;
    who who;

    char path[512];  /* of the target, percent-decoded, no query */
    char param[160]; /* what stood for {id} in the route */
    buf reply_headers;
};

/* exchange_new - of a request that begins on `c`; without a connection the reply goes nowhere.
 * exchange_free - of one that was never answered; NULL is let pass. */
exchange *exchange_new(loop *l, conn *c, const exchange_ops *ops, size_t head_bytes_max,
                       size_t body_bytes_max);
void exchange_free(exchange *x);

/* exchange_new_header - a zeroed one behind the others, of which there are fewer than
 * LIMIT_HEADER_COUNT.  NULL: no memory. */
header *exchange_new_header(exchange *x);

/* exchange_header - the value of the first header of that name (lower case), or NULL. */
const char *exchange_header(const exchange *x, const char *name);

/* exchange_bearer - the token of "Authorization: Bearer ...", or NULL. */
const char *exchange_bearer(const exchange *x);

/* exchange_add_header - to the reply.  exchange_set_header - the only one of that name: those that
 * were added before are taken back (CORS for everybody takes the place of CORS for one origin). */
void exchange_add_header(exchange *x, const char *name, const char *value);
void exchange_set_header(exchange *x, const char *name, const char *value);

/* exchange_reply_* - answer and free the exchange.
 *   static  `body` lives as long as the process
 *   copy    `body` is copied
 *   heap    takes the block, which was malloc'ed
 *   json    takes the reference
 *   error   {"detail": "..."}
 *   empty   no body */
void exchange_reply_static(exchange *x, int status, const char *type, bytes body);
void exchange_reply_copy(exchange *x, int status, const char *type, bytes body);
void exchange_reply_heap(exchange *x, int status, const char *type, void *block, size_t len_bytes);
void exchange_reply_json(exchange *x, int status, json_t *json);
void exchange_reply_error(exchange *x, int status, const char *detail);
void exchange_reply_empty(exchange *x, int status);

/* exchange_watch - hear of these from now on; `events` is static.  The handler finds `ctx` again in
 * x->ctx. */
void exchange_watch(exchange *x, const exchange_events *events, void *ctx);

/* exchange_begin - queue the head of a reply whose length is not known: chunked, to HTTP/1.0 ended
 * by the end of the connection.  exchange_put - queue a copy of one piece; exchange_put_heap - take
 * a malloc'ed block.  All: false when nothing more is to be put, because the client is gone or
 * asked for the head only; end it then. exchange_end - that was all; frees the exchange.
 * exchange_abort - it cannot go on: the connection is reset, so that nobody takes what there is for
 * all; frees the exchange. */
bool exchange_begin(exchange *x, int status, const char *type);
bool exchange_put(exchange *x, bytes piece);
bool exchange_put_heap(exchange *x, void *block, size_t len_bytes);
void exchange_end(exchange *x);
void exchange_abort(exchange *x);

#endif
