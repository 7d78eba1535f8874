/* varint.h - lib0's variable-length integers, and a bounds-checked reader over untrusted bytes.
 *
 * varUint: little-endian base 128, the high bit says that more follows.  Values end at 2^53-1, what
 * a JavaScript number holds; longer or larger ones are malformed, never wrapped.
 * varInt: in the first byte bit 7 = more, bit 6 = sign, 6 data bits; then 7 bits a byte.
 *
 * Source: lib0 0.2.120, encoding.js and decoding.js.
 */
#ifndef BASE_VARINT_H
#define BASE_VARINT_H

#include "base/bytes.h"
#include "base/err.h"

#define VARINT_BYTES_MAX 10
#define VARINT_VALUE_MAX ((UINT64_C(1) << 53) - 1)

/* varuint_write - at most VARINT_BYTES_MAX bytes into `out`; returns how many. */
static inline size_t varuint_write(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    out[n++] = (uint8_t)v;
    return n;
}

/* varuint_size - how many bytes varuint_write would write. */
static inline size_t varuint_size(uint64_t v)
{
    size_t n = 1;
    while (v >= 0x80) {
        v >>= 7;
        n++;
    }
    return n;
}

/* varint_write - signed form.  `negative` is a flag of its own, because -0 exists on the wire. */
size_t varint_write(uint8_t *out, bool negative, uint64_t magnitude);

/* A cursor over borrowed bytes.  A read that fails returns BASE_EMALFORMED and does not move it. */
typedef struct reader {
    const uint8_t *pos;
    const uint8_t *end;
} reader;

static inline reader reader_of(bytes s)
{
    /* An empty slice may carry NULL, on which pointer arithmetic is undefined. */
    static const uint8_t nothing[1];
    const uint8_t *p = s.ptr != NULL ? s.ptr : nothing;
    return (reader){p, p + s.len_bytes};
}

static inline size_t reader_left(const reader *r)
{
    return (size_t)(r->end - r->pos);
}

int reader_varuint_slow(reader *r, uint64_t *out);

static inline BASE_MUST_CHECK int reader_varuint(reader *r, uint64_t *out)
{
    if (r->pos < r->end && *r->pos < 0x80) {
        *out = *r->pos++;
        return BASE_OK;
    }
    return reader_varuint_slow(r, out);
}

static inline BASE_MUST_CHECK int reader_u8(reader *r, uint8_t *out)
{
    if (r->pos == r->end)
        return BASE_EMALFORMED;
    *out = *r->pos++;
    return BASE_OK;
}

BASE_MUST_CHECK int reader_varint(reader *r, bool *negative, uint64_t *magnitude);

/* reader_bytes - a view of the next `len_bytes` bytes. */
static inline BASE_MUST_CHECK int reader_bytes(reader *r, uint64_t len_bytes, bytes *out)
{
    if (len_bytes > reader_left(r))
        return BASE_EMALFORMED;
    *out = (bytes){r->pos, (size_t)len_bytes};
    r->pos += len_bytes;
    return BASE_OK;
}

/* reader_varbytes - varUint length, then a view of that many bytes (varBuffer and varString). */
static inline BASE_MUST_CHECK int reader_varbytes(reader *r, bytes *out)
{
    const uint8_t *start = r->pos;
    uint64_t len_bytes;
    int err = reader_varuint(r, &len_bytes);
    if (err == BASE_OK)
        err = reader_bytes(r, len_bytes, out);
    if (err != BASE_OK)
        r->pos = start;
    return err;
}

#endif
