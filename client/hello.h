/* hello.h - the first event of a tandem.v1 connection: which history the server keeps, who one is
 * there, what it takes.  room/room.h lists its members. */
#ifndef CLIENT_HELLO_H
#define CLIENT_HELLO_H

#include "base/bytes.h"
#include "base/err.h"

#define CLIENT_EPOCH_CHARS 32

/* What is borrowed lies in the event. */
typedef struct client_hello {
    char epoch[CLIENT_EPOCH_CHARS + 1]; /* identity of the history: lower-case hex digits */
    bytes role;                         /* "viewer", "editor", "owner"; empty: not said */
    uint64_t session;                   /* this connection among the members; 0: not said */
    bytes name;                         /* how the others see it: a JSON string, or empty */
    bytes room_name;                    /* likewise */
    bytes limits;                       /* a JSON object, or empty */
} client_hello;

/* client_event_is - is `json` an event {"type": type}?  It need not have been checked. */
bool client_event_is(bytes json, const char *type);

/* client_hello_decode - Returns BASE_EMALFORMED when it is no JSON object or names no epoch.
 * O(bytes), no memory. */
BASE_MUST_CHECK int client_hello_decode(bytes json, client_hello *out);

/* client_hello_limit - the limit `name`, for what the caller wants to keep within; `otherwise` when
 * this server does not announce it. */
uint64_t client_hello_limit(const client_hello *hello, const char *name, uint64_t otherwise);

#endif
