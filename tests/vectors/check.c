/* check.c - checks that print what failed, and the small readers that they need. */
#include "vectors.h"

#include <stdarg.h>

enum { SHOWN_CHARS = 120 };

void *must_alloc(void *ptr, size_t size_bytes)
{
    void *out = realloc(ptr, size_bytes > 0 ? size_bytes : 1);
    if (out == NULL) {
        fputs("yoke-vectors: out of memory\n", stderr);
        exit(3);
    }
    return out;
}

const char *field_name(char *out, size_t out_bytes, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(out, out_bytes, fmt, args);
    va_end(args);
    return out;
}

bool check_fail(vector *v, const char *field, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    printf("FAIL %s: %s: ", v->id, field);
    vprintf(fmt, args);
    putchar('\n');
    va_end(args);
    v->failures++;
    return false;
}

bool check_ok(vector *v, const char *field, yoke_err err)
{
    return err == YOKE_OK || check_fail(v, field, "%s", yoke_err_name(err));
}

bool check_true(vector *v, const char *field, bool holds, const char *sentence)
{
    return holds || check_fail(v, field, "%s", sentence);
}

/* Where two texts part, with a little before it, shortened unless everything is asked for. */
static void show_difference(const vector *v, const char *got, const char *want)
{
    size_t at = 0;
    while (got[at] != '\0' && got[at] == want[at])
        at++;
    size_t from = v->verbose || at < 16 ? 0 : at - 16;
    int shown = v->verbose ? -1 : SHOWN_CHARS;
    printf("  first difference at character %zu\n  got      %s%.*s\n  expected %s%.*s\n", at,
           from > 0 ? "..." : "", shown, got + from, from > 0 ? "..." : "", shown, want + from);
}

bool check_bytes(vector *v, const char *field, yoke_bytes got, yoke_bytes want)
{
    if (got.len_bytes == want.len_bytes &&
        (got.len_bytes == 0 || memcmp(got.ptr, want.ptr, got.len_bytes) == 0))
        return true;
    check_fail(v, field, "%zu bytes, expected %zu others", got.len_bytes, want.len_bytes);
    char *a = hex_encode(got);
    char *b = hex_encode(want);
    show_difference(v, a, b);
    free(a);
    free(b);
    return false;
}

bool check_json(vector *v, const char *field, json_t *got_steal, const json_t *want)
{
    if (got_steal == NULL)
        return check_fail(v, field, "cannot be read");
    bool same = json_equal(got_steal, want) == 1;
    if (!same) {
        char *a = json_dumps(got_steal, JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_COMPACT);
        char *b = json_dumps(want, JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_COMPACT);
        check_fail(v, field, "other value");
        show_difference(v, a != NULL ? a : "(?)", b != NULL ? b : "(missing)");
        free(a);
        free(b);
    }
    json_decref(got_steal);
    return same;
}

bool check_number(vector *v, const char *field, double got, double want)
{
    return (got >= want && got <= want) ||
           check_fail(v, field, "got %.17g, expected %.17g", got, want);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

yoke_blob hex_decode(const json_t *hex)
{
    const char *s = json_string_value(hex);
    yoke_blob out = YOKE_BLOB_INIT;
    size_t chars = s != NULL ? strlen(s) : 0;
    out.cap_bytes = chars / 2 + 1;
    out.ptr = must_alloc(NULL, out.cap_bytes);
    for (size_t i = 0; i + 1 < chars; i += 2) {
        int high = nibble(s[i]), low = nibble(s[i + 1]);
        if (high < 0 || low < 0)
            break;
        out.ptr[out.len_bytes++] = (uint8_t)(high * 16 + low);
    }
    return out;
}

char *hex_encode(yoke_bytes in)
{
    static const char digits[] = "0123456789abcdef";
    char *out = must_alloc(NULL, in.len_bytes * 2 + 1);
    for (size_t i = 0; i < in.len_bytes; i++) {
        out[2 * i] = digits[in.ptr[i] >> 4];
        out[2 * i + 1] = digits[in.ptr[i] & 15];
    }
    out[2 * in.len_bytes] = '\0';
    return out;
}

bool read_u8(yoke_bytes *rest, uint8_t *out)
{
    if (rest->len_bytes == 0)
        return false;
    *out = *rest->ptr++;
    rest->len_bytes--;
    return true;
}

bool read_varuint(yoke_bytes *rest, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 56; shift += 7) {
        uint8_t byte;
        if (!read_u8(rest, &byte))
            return false;
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

bool read_varbytes(yoke_bytes *rest, yoke_bytes *out)
{
    uint64_t len_bytes;
    if (!read_varuint(rest, &len_bytes) || len_bytes > rest->len_bytes)
        return false;
    *out = (yoke_bytes){rest->ptr, (size_t)len_bytes};
    rest->ptr += len_bytes;
    rest->len_bytes -= (size_t)len_bytes;
    return true;
}

const char *json_text(const json_t *string)
{
    return json_is_string(string) ? json_string_value(string) : "";
}

uint64_t json_uint(const json_t *number)
{
    return (uint64_t)json_number_value(number);
}

/* Escapes are rewritten in place, all to the same length.  A backslash escapes one character, so
 * an escaped backslash before a 'u' is stepped over as a pair. */
json_t *parse_line(char *line, json_error_t *error)
{
    for (char *p = line; *p != '\0'; p++) {
        if (*p != '\\' || p[1] == '\0')
            continue;
        p++;
        if (strncmp(p, "u0000", 5) == 0)
            memcpy(p, "uf8ff", 5);
    }
    return json_loads(line, JSON_DECODE_INT_AS_REAL, error);
}

json_t *string_json(yoke_bytes utf8)
{
    char *copy = must_alloc(NULL, utf8.len_bytes * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < utf8.len_bytes; i++) {
        if (utf8.ptr[i] == 0) {
            memcpy(copy + n, "\xef\xa3\xbf", 3);
            n += 3;
        } else {
            copy[n++] = (char)utf8.ptr[i];
        }
    }
    json_t *out = json_stringn(copy, n);
    free(copy);
    return out;
}
