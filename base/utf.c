#include "base/utf.h"

#define ASCII_HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static bool is_continuation(uint8_t b)
{
    return (b & 0xc0) == 0x80;
}

/* Length in bytes of the well-formed multi-byte sequence at `p`, 0 when there is none.
 * The ranges are those of table 3-7 of the Unicode standard. */
static size_t sequence_len(const uint8_t *p, const uint8_t *end)
{
    size_t left = (size_t)(end - p);
    uint8_t b = p[0];
    if (b >= 0xc2 && b <= 0xdf)
        return left >= 2 && is_continuation(p[1]) ? 2 : 0;
    if (b >= 0xe0 && b <= 0xef) {
        if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2]))
            return 0;
        if ((b == 0xe0 && p[1] < 0xa0) || (b == 0xed && p[1] > 0x9f))
            return 0;
        return 3;
    }
    if (b >= 0xf0 && b <= 0xf4) {
        if (left < 4 || !is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3]))
            return 0;
        if ((b == 0xf0 && p[1] < 0x90) || (b == 0xf4 && p[1] > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

int utf_measure(bytes s, size_t *len_utf16)
{
    if (s.len_bytes == 0) {
        *len_utf16 = 0;
        return BASE_OK;
    }
    const uint8_t *p = s.ptr;
    const uint8_t *end = p + s.len_bytes;
    size_t units = 0;
    while (p < end) {
        if (end - p >= 8 && (load64(p) & ASCII_HIGH_BITS) == 0) {
            p += 8;
            units += 8;
        } else if (*p < 0x80) {
            p++;
            units++;
        } else {
            size_t n = sequence_len(p, end);
            if (n == 0)
                return BASE_EMALFORMED;
            p += n;
            units += n == 4 ? 2 : 1;
        }
    }
    *len_utf16 = units;
    return BASE_OK;
}

bool utf_is_ascii(bytes s)
{
    size_t i = 0;
    for (; i + 8 <= s.len_bytes; i += 8)
        if ((load64(s.ptr + i) & ASCII_HIGH_BITS) != 0)
            return false;
    for (; i < s.len_bytes; i++)
        if (s.ptr[i] >= 0x80)
            return false;
    return true;
}

size_t utf_offset(bytes s, size_t at_utf16, bool *inside_pair)
{
    size_t at = 0;
    size_t units = 0;
    *inside_pair = false;
    while (units < at_utf16 && at < s.len_bytes) {
        uint8_t b = s.ptr[at];
        if (b < 0x80) {
            at++;
            units++;
        } else if (b < 0xf0) {
            at += b < 0xe0 ? 2 : 3;
            units++;
        } else if (units + 1 == at_utf16) {
            *inside_pair = true;
            break;
        } else {
            at += 4;
            units += 2;
        }
    }
    return at;
}

static size_t put_code_point(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

size_t utf_from_utf16(const uint16_t *units, size_t len_utf16, uint8_t *out)
{
    size_t at = 0;
    for (size_t i = 0; i < len_utf16; i++) {
        uint32_t c = units[i];
        if (c >= 0xd800 && c <= 0xdfff) {
            bool pair = c <= 0xdbff && i + 1 < len_utf16 && units[i + 1] >= 0xdc00 &&
                        units[i + 1] <= 0xdfff;
            c = pair ? 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00u) : 0xfffd;
        }
        at += put_code_point(out + at, c);
    }
    return at;
}

size_t utf_to_utf16(bytes s, uint16_t *out)
{
    size_t units = 0;
    for (size_t at = 0; at < s.len_bytes;) {
        const uint8_t *p = s.ptr + at;
        if (p[0] < 0x80) {
            out[units++] = p[0];
            at += 1;
        } else if (p[0] < 0xe0) {
            out[units++] = (uint16_t)((p[0] & 0x1f) << 6 | (p[1] & 0x3f));
            at += 2;
        } else if (p[0] < 0xf0) {
            out[units++] = (uint16_t)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
            at += 3;
        } else {
            uint32_t c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
                         (uint32_t)(p[2] & 0x3f) << 6 | (uint32_t)(p[3] & 0x3f);
            c -= 0x10000;
            out[units++] = (uint16_t)(0xd800 + (c >> 10));
            out[units++] = (uint16_t)(0xdc00 + (c & 0x3ff));
            at += 4;
        }
    }
    return units;
}
