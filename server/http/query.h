/* query.h - one value of a request target's query string. */
#ifndef SERVER_HTTP_QUERY_H
#define SERVER_HTTP_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* query_get - percent-decode the value of `key` into `out`, ended by NUL, cut at a character's
 * start when it is too long.  false: not there, or not UTF-8; then `out` is empty. */
bool query_get(const char *target, const char *key, char *out, size_t out_bytes);

/* query_number - a decimal number between `min` and `max`; `*out` stays as it is when the key is
 * not there.  false: there, but no such number. */
bool query_number(const char *target, const char *key, uint64_t min, uint64_t max, uint64_t *out);

#endif
