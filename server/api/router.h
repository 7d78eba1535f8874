/* router.h - the table of paths, and what is common to all of them: 404, 405 with Allow, OPTIONS,
 * HEAD, a final slash that may be there or not. */
#ifndef SERVER_API_ROUTER_H
#define SERVER_API_ROUTER_H

#include "server/http/exchange.h"

/* router_dispatch - answer the request, now or later.  Owns `x` from here on. */
void router_dispatch(exchange *x);

/* router_match - does `path` fit `pattern` ("/rooms/{id}/code")?  `param` (160 bytes) gets what
 * stands for {id}: one path segment, or with {id...} all that is left.  For tests. */
bool router_match(const char *pattern, const char *path, char *param);

/* router_decode_path - percent-decode the path of a request target; the query is left out.  false:
 * a broken escape, a NUL, or too long. */
bool router_decode_path(const char *target, char *out, size_t out_bytes);

#endif
