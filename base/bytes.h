/* bytes.h - a borrowed slice of bytes, passed by value in place of pointer and length. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct bytes {
    const uint8_t *ptr; /* may be NULL when len_bytes is 0 */
    size_t len_bytes;
} bytes;

static inline bytes bytes_of(const void *ptr, size_t len_bytes)
{
    return (bytes){(const uint8_t *)ptr, len_bytes};
}

static inline bytes bytes_of_str(const char *s)
{
    return (bytes){(const uint8_t *)s, strlen(s)};
}

static inline bool bytes_equal(bytes a, bytes b)
{
    return a.len_bytes == b.len_bytes &&
           (a.len_bytes == 0 || memcmp(a.ptr, b.ptr, a.len_bytes) == 0);
}

#endif
