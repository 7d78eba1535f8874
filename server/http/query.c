#include "server/http/query.h"

#include "base/utf.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t decode(const char *at, char *out, size_t out_bytes)
{
    size_t n = 0;
    for (; *at != '\0' && *at != '&' && *at != '#' && n + 1 < out_bytes; at++) {
        char c = *at == '+' ? ' ' : *at;
        int high = *at == '%' ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;
        if (low >= 0) {
            c = (char)(high * 16 + low);
            at += 2;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return n;
}

bool query_get(const char *target, const char *key, char *out, size_t out_bytes)
{
    size_t key_bytes = strlen(key), units;
    const char *at = strchr(target, '?');
    out[0] = '\0';
    while (at != NULL && !(strncmp(at + 1, key, key_bytes) == 0 && at[1 + key_bytes] == '='))
        at = strchr(at + 1, '&');
    if (at == NULL)
        return false;
    size_t n = decode(at + 2 + key_bytes, out, out_bytes);
    /* A cut may have split the last character. */
    for (int i = 0; i < 4 && n > 0 && utf_measure(bytes_of(out, n), &units) != BASE_OK; i++)
        out[--n] = '\0';
    if (utf_measure(bytes_of(out, n), &units) == BASE_OK && strlen(out) == n)
        return n > 0;
    out[0] = '\0';
    return false;
}

bool query_number(const char *target, const char *key, uint64_t min, uint64_t max, uint64_t *out)
{
    char text[21]; /* one digit more than any number has */
    uint64_t n = 0;
    if (!query_get(target, key, text, sizeof text))
        return true;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || n > (UINT64_MAX - 9) / 10)
            return false;
        n = n * 10 + (uint64_t)(*c - '0');
    }
    if (n < min || n > max)
        return false;
    *out = n;
    return true;
}
