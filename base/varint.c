#include "base/varint.h"

size_t varint_write(uint8_t *out, bool negative, uint64_t magnitude)
{
    size_t n = 0;
    uint8_t sign = negative ? 0x40 : 0;
    uint8_t more = magnitude > 0x3f ? 0x80 : 0;
    out[n++] = (uint8_t)(more | sign | (magnitude & 0x3f));
    magnitude >>= 6;
    if (more)
        n += varuint_write(out + n, magnitude);
    return n;
}

int reader_varuint_slow(reader *r, uint64_t *out)
{
    uint64_t v = 0;
    unsigned shift = 0;
    for (const uint8_t *p = r->pos; p < r->end && shift < 56; p++, shift += 7) {
        v |= (uint64_t)(*p & 0x7f) << shift;
        if (*p < 0x80) {
            if (v > VARINT_VALUE_MAX)
                return BASE_EMALFORMED;
            r->pos = p + 1;
            *out = v;
            return BASE_OK;
        }
    }
    return BASE_EMALFORMED;
}

int reader_varint(reader *r, bool *negative, uint64_t *magnitude)
{
    if (r->pos == r->end)
        return BASE_EMALFORMED;
    uint8_t first = *r->pos;
    uint64_t v = first & 0x3f;
    const uint8_t *start = r->pos++;
    if (first & 0x80) {
        uint64_t rest;
        if (reader_varuint(r, &rest) != BASE_OK || rest > (VARINT_VALUE_MAX >> 6)) {
            r->pos = start;
            return BASE_EMALFORMED;
        }
        v |= rest << 6;
    }
    *negative = (first & 0x40) != 0;
    *magnitude = v;
    return BASE_OK;
}
