/* exchange.h - one HTTP request and its one reply, possibly given later.
 *
 * A handler gets an exchange and must see to it that exactly one exchange_reply_* call follows, now
 * or later.  The connection may be gone by then; the reply is dropped.  Only the loop thread that
 * the request came on may touch an exchange: not even its headers may be read on another.
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

/* exchange_add_header - to the reply. */
void exchange_add_header(exchange *x, const char *name, const char *value);

/* exchange_reply_* - answer and free the exchange.
 *   static  `body` lives as long as the process
 *   copy    `body` is copied
 *   json    takes the reference
 *   error   {"detail": "..."}
 *   empty   no body */
void exchange_reply_static(exchange *x, int status, const char *type, bytes body);
void exchange_reply_copy(exchange *x, int status, const char *type, bytes body);
void exchange_reply_json(exchange *x, int status, json_t *json);
void exchange_reply_error(exchange *x, int status, const char *detail);
void exchange_reply_empty(exchange *x, int status);

#endif
