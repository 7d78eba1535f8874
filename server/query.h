/* query.h - one value of a request target's query string. */
#ifndef SERVER_QUERY_H
#define SERVER_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* query_get - percent-decode the value of `key` into `out`, ended by NUL, cut at a character's
 * start when it is too long.  false: not there, or not UTF-8; then `out` is empty. */
bool query_get(const char *target, const char *key, char *out, size_t out_bytes);

#endif
