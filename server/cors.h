/* cors.h - which other web sites may call, and how they are told (Fetch standard, CORS protocol).
 */
#ifndef SERVER_CORS_H
#define SERVER_CORS_H

#include "server/exchange.h"

/* cors_origin_allowed - may a page of `origin` talk to a server reached as `host`?  Same origin
 * always; else http.cors_origins must name it exactly, or be "*".  "null" is never allowed. */
bool cors_origin_allowed(const config *c, const char *origin, const char *host);

/* cors_add_headers - to the reply, when the request has an Origin that is allowed. */
void cors_add_headers(exchange *x);

/* cors_preflight - answer OPTIONS with the methods of the path ("GET, POST"). */
void cors_preflight(exchange *x, const char *methods);

#endif
