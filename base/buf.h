/* buf.h - a growing byte buffer with a ceiling.
 *
 * Errors latch: after the first failed append every further append fails with the same code and the
 * content stays what it was before that append, so a writer may append many parts and look once.
 *
 *   struct buf b;
 *   buf_init(&b, alloc, 64 * 1024);
 *   buf_put_u8(&b, 1);
 *   buf_put_varuint(&b, n);
 *   int err = buf_err(&b);      // BASE_OK, BASE_ELIMIT or BASE_ENOMEM
 *   buf_deinit(&b);
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"

typedef struct buf {
    uint8_t *ptr;
    size_t len_bytes;
    size_t cap_bytes;
    size_t max_bytes; /* the ceiling */
    int err;
    const base_alloc *alloc;
} buf;

/* buf_init - no memory is taken yet.  `alloc` is borrowed for the life of the buffer. */
void buf_init(buf *b, const base_alloc *alloc, size_t max_bytes);
void buf_deinit(buf *b);

/* buf_clear - forget content and error, keep the memory. */
void buf_clear(buf *b);

/* buf_reserve - make room for `more_bytes` further bytes, so that appends up to it cannot fail. */
int buf_reserve(buf *b, size_t more_bytes);

/* buf_put_* - append.  Amortised O(bytes). */
void buf_put(buf *b, const void *ptr, size_t len_bytes);
void buf_put_bytes(buf *b, bytes s);
void buf_put_str(buf *b, const char *s);
void buf_put_u8(buf *b, uint8_t v);
void buf_put_varuint(buf *b, uint64_t v); /* lib0: little-endian base 128 */
void buf_put_varstring(buf *b, bytes s);  /* varUint byte length, then the bytes */
void buf_put_fmt(buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline bytes buf_view(const buf *b)
{
    return (bytes){b->ptr, b->len_bytes};
}

static inline int buf_err(const buf *b)
{
    return b->err;
}

/* buf_detach - hand the memory (of `*cap_bytes`, for release) to the caller; the buffer is empty
 * afterwards and may be used again. */
uint8_t *buf_detach(buf *b, size_t *len_bytes, size_t *cap_bytes);

#endif
