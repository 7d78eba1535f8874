/* cors.h - which other web sites may call, and how they are told (Fetch standard, CORS protocol).
 */
#ifndef SERVER_HTTP_CORS_H
#define SERVER_HTTP_CORS_H

#include "server/http/exchange.h"

/* cors_origin_allowed - may a page of `origin` talk to a server reached as `host`?  Its own origin
 * may: one of http.origins, or when that is empty any with this host and port; the default port of
 * its scheme may be left out or not.  Of others
 * http.cors_origins must name it exactly, or be "*".  "null" is never allowed. */
bool cors_origin_allowed(const config *c, const char *origin, const char *host);

/* cors_write_allowed - may this request change something?  A browser says where it comes from: in
 * Origin, and when it sends none, in Sec-Fetch-Site (`site`).  Who sends neither is no browser, and
 * has nothing of its user's to abuse. */
bool cors_write_allowed(const config *c, const char *origin, const char *host, const char *site);

/* cors_refuse - answers 403 to a request whose origin is not allowed, and counts it.  The log gets
 * both names once, and the setting that would allow it. */
void cors_refuse(exchange *x);

/* cors_add_headers - to the reply, when the request has an Origin that is allowed. */
void cors_add_headers(exchange *x);

/* cors_preflight - answer OPTIONS with the methods of the path ("GET, POST"). */
void cors_preflight(exchange *x, const char *methods);

#endif
