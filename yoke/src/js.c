/* js.c - values as JavaScript's String() writes them. */
#include "yoke/src/js.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf.h"
#include "yoke/src/read.h"
#include "yoke/src/sort.h"

/* Of significant digits that a double may need. */
#define DIGITS_MAX 17

static const char object_text[] = "[object Object]";

/* The fewest digits that read back as `number` (finite, not 0), and the place of the point. */
static size_t shortest(double number, char digit[DIGITS_MAX], int *point)
{
    char text[DIGITS_MAX + 16];
    int precision = 0;
    do
        (void)snprintf(text, sizeof text, "%.*e", precision, number);
    while (strtod(text, NULL) != number && ++precision < DIGITS_MAX);
    size_t n = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p >= '0' &&
            *p <= '9') /* not the sign, nor the point, whatever the locale has for it */
            digit[n++] = *p;
    *point = 1 + (int)strtol(p + 1, NULL, 10);
    return n;
}

static void put_zeros(buf *out, int n)
{
    for (; n > 0; n--)
        buf_put_u8(out, '0');
}

void yoke__js_number(buf *out, double number)
{
    char digit[DIGITS_MAX] = {0};
    int point;
    if (isnan(number)) {
        buf_put_str(out, "NaN");
        return;
    }
    if (number < 0)
        buf_put_u8(out, '-');
    if (isinf(number) || number == 0) {
        buf_put_str(out, number == 0 ? "0" : "Infinity");
        return;
    }
    size_t n = shortest(number, digit, &point);
    int k = (int)n;
    if (point > 21 || point < -5) {
        buf_put_u8(out, (uint8_t)digit[0]);
        if (k > 1)
            buf_put_u8(out, '.');
        buf_put(out, digit + 1, n - 1);
        buf_put_fmt(out, "e%+d", point - 1);
    } else if (point <= 0) {
        buf_put_str(out, "0.");
        put_zeros(out, -point);
        buf_put(out, digit, n);
    } else {
        size_t whole = (size_t)(point < k ? point : k);
        buf_put(out, digit, whole);
        put_zeros(out, point - k);
        if (k > point)
            buf_put_u8(out, '.');
        buf_put(out, digit + whole, n - whole);
    }
}

bytes yoke__json_trim(bytes json)
{
    while (json.len_bytes > 0 && strchr(" \n\r\t", *json.ptr) != NULL)
        json = bytes_of(json.ptr + 1, json.len_bytes - 1);
    while (json.len_bytes > 0 && strchr(" \n\r\t", json.ptr[json.len_bytes - 1]) != NULL)
        json.len_bytes--;
    return json;
}

static uint16_t hex4(const uint8_t *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return (uint16_t)v;
}

/* A run of \uXXXX at `*p`: pairs of surrogates may be written so, one half after the other. */
static void put_escaped_units(buf *out, const uint8_t **p, const uint8_t *end)
{
    uint8_t utf8[6];
    uint16_t unit[2] = {hex4(*p + 2), 0};
    size_t n = 1;
    *p += 6;
    if (unit[0] >> 10 == 0xd800 >> 10 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' &&
        hex4(*p + 2) >> 10 == 0xdc00 >> 10) {
        unit[n++] = hex4(*p + 2);
        *p += 6;
    }
    buf_put(out, utf8, utf_from_utf16(unit, n, utf8));
}

/* A JSON string without its quotes and escapes. */
static void put_unquoted(buf *out, bytes quoted)
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    const uint8_t *p = quoted.ptr + 1;
    const uint8_t *end = quoted.ptr + quoted.len_bytes - 1;
    while (p < end) {
        const uint8_t *plain = p;
        while (p < end && *p != '\\')
            p++;
        buf_put(out, plain, (size_t)(p - plain));
        if (p < end && p[1] == 'u') {
            put_escaped_units(out, &p, end);
        } else if (p < end) {
            const char *known = strchr(from, p[1]);
            buf_put_u8(out, (uint8_t)(known != NULL ? to[known - from] : p[1]));
            p += 2;
        }
    }
}

const uint8_t *yoke__json_token_end(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *start = p++;
    if (*start == '"') {
        while (*p != '"')
            p += *p == '\\' ? 2 : 1;
        return p + 1;
    }
    if (strchr("{}[],: \n\r\t", *start) == NULL)
        while (p < end && strchr("{}[],: \n\r\t", *p) == NULL)
            p++;
    return p;
}

/* The end of the value at `p`. */
static const uint8_t *value_end(const uint8_t *p, const uint8_t *end)
{
    size_t depth = 0;
    do {
        depth += *p == '{' || *p == '[' ? 1u : 0u;
        depth -= *p == '}' || *p == ']' ? 1u : 0u;
        p = yoke__json_token_end(p, end);
    } while (depth > 0);
    return p;
}

/* The point is taken out and the exponent moved, so that strtod reads the same in every locale. */
bool yoke__json_number(bytes text, double *out)
{
    char copy[96];
    size_t n = 0;
    long exponent = 0;
    bool point = false;
    const uint8_t *p = text.ptr;
    const uint8_t *end = text.ptr + text.len_bytes;
    if (text.len_bytes > 64)
        return false;
    for (; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.')
            point = true;
        else
            copy[n++] = (char)*p;
        exponent -= point && *p != '.' ? 1 : 0;
    }
    if (p < end) {
        char tail[65] = "";
        memcpy(tail, p + 1, (size_t)(end - p - 1));
        long written = strtol(tail, NULL, 10);
        exponent += written > 9999 ? 9999 : written < -9999 ? -9999 : written;
    }
    (void)snprintf(copy + n, sizeof copy - n, "e%ld", exponent);
    *out = strtod(copy, NULL);
    return true;
}

/* A JSON number as JavaScript would write it.  What no double is written as stays as it came. */
static void put_number_text(buf *out, bytes text)
{
    double number;
    if (yoke__json_number(text, &number))
        yoke__js_number(out, number);
    else
        buf_put_bytes(out, text);
}

void yoke__js_scalar(buf *out, bytes token)
{
    if (token.ptr[0] == '"')
        put_unquoted(out, token);
    else if (token.ptr[0] == '-' || (token.ptr[0] >= '0' && token.ptr[0] <= '9'))
        put_number_text(out, token);
    else
        buf_put_bytes(out, token);
}

/* Nested arrays are joined by commas too, so brackets are left out and commas stay. */
void yoke__js_json(buf *out, bytes json)
{
    json = yoke__json_trim(json);
    const uint8_t *end = json.ptr + json.len_bytes;
    bool in_array = json.len_bytes > 0 && json.ptr[0] == '[';
    for (const uint8_t *p = json.ptr; p < end;) {
        const uint8_t *next = *p == '{' ? value_end(p, end) : yoke__json_token_end(p, end);
        if (*p == '{')
            buf_put_str(out, object_text);
        else if (*p == ',')
            buf_put_u8(out, ',');
        else if (strchr("[] \n\r\t", *p) == NULL && !(in_array && *p == 'n'))
            yoke__js_scalar(out, bytes_of(p, (size_t)(next - p)));
        p = next;
    }
}

static void put_any(buf *out, yoke_bytes any)
{
    /* Entries left of each open array; objects are stepped over whole. */
    uint64_t left[YOKE__NESTING_MAX];
    size_t depth = 0;
    bool first = true;
    do {
        yoke_bytes rest = any;
        yoke_any token;
        if (depth > 0 && !first)
            buf_put_u8(out, ',');
        first = false;
        if (yoke_any_next(&rest, &token) != YOKE_OK)
            return;
        if (depth > 0)
            left[depth - 1]--;
        if (token.tag == YOKE_ANY_OBJECT) {
            reader in = reader_of(bytes_of(any.ptr, any.len_bytes));
            (void)!yoke__any_skip(&in, YOKE__NESTING_MAX);
            rest = (yoke_bytes){in.pos, reader_left(&in)};
            buf_put_str(out, object_text);
        } else if (token.tag == YOKE_ANY_ARRAY && token.count > 0) {
            left[depth++] = token.count;
            first = true;
        } else if (token.tag == YOKE_ANY_VALUE &&
                   !(depth > 0 && (token.value.tag == YOKE_VALUE_NULL ||
                                   token.value.tag == YOKE_VALUE_UNDEFINED))) {
            yoke__js_value(out, &token.value);
        }
        any = rest;
        while (depth > 0 && left[depth - 1] == 0)
            depth--;
    } while (depth > 0);
}

void yoke__js_value(buf *out, const yoke_value *v)
{
    switch (v->tag) {
    case YOKE_VALUE_UNDEFINED:
        buf_put_str(out, "undefined");
        break;
    case YOKE_VALUE_NULL:
        buf_put_str(out, "null");
        break;
    case YOKE_VALUE_FALSE:
        buf_put_str(out, "false");
        break;
    case YOKE_VALUE_TRUE:
        buf_put_str(out, "true");
        break;
    case YOKE_VALUE_INT:
    case YOKE_VALUE_BIGINT:
        buf_put_fmt(out, "%lld", (long long)v->integer);
        break;
    case YOKE_VALUE_DOUBLE:
        yoke__js_number(out, v->number);
        break;
    case YOKE_VALUE_STRING:
        buf_put(out, v->data.ptr, v->data.len_bytes);
        break;
    case YOKE_VALUE_BINARY:
        for (size_t i = 0; i < v->data.len_bytes; i++)
            buf_put_fmt(out, i > 0 ? ",%u" : "%u", (unsigned)v->data.ptr[i]);
        break;
    case YOKE_VALUE_ANY:
        put_any(out, v->data);
        break;
    case YOKE_VALUE_JSON:
        yoke__js_json(out, bytes_of(v->data.ptr, v->data.len_bytes));
        break;
    case YOKE_VALUE_TYPE:
    case YOKE_VALUE_DOC:
        buf_put_str(out, object_text);
        break;
    }
}

/* A byte as it counts in the order of UTF-16: what needs a pair stands before U+E000 and above. */
static unsigned weight(uint8_t byte)
{
    return byte >= 0xf0 ? byte - 2u : byte >= 0xee ? byte + 0x10u : byte;
}

int yoke__js_compare(bytes a, bytes b)
{
    size_t n = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
    for (size_t i = 0; i < n; i++)
        if (a.ptr[i] != b.ptr[i])
            return weight(a.ptr[i]) < weight(b.ptr[i]) ? -1 : 1;
    return a.len_bytes < b.len_bytes ? -1 : a.len_bytes > b.len_bytes;
}

static bool keyed_before(const void *left, const void *right)
{
    const yoke__keyed *a = left;
    const yoke__keyed *b = right;
    int order = yoke__js_compare(a->key, b->key);
    return order != 0 ? order < 0 : a->number < b->number;
}

void yoke__js_sort(yoke__keyed *v, size_t n)
{
    yoke__sort(v, n, sizeof *v, keyed_before);
}

/* ------------------------------------------------------------------------------ attributes */

static void put_attribute(buf *out, bytes key, bytes value_json)
{
    buf_put_u8(out, ' ');
    buf_put_bytes(out, key);
    buf_put_str(out, "=\"");
    yoke__js_json(out, value_json);
    buf_put_u8(out, '"');
}

/* The next of the indices 0..n-1 in the order of their text: 0 1 10 11 2 ... */
static size_t next_index(size_t i, size_t n)
{
    if (i > 0 && i * 10 < n)
        return i * 10;
    while (i > 0 && (i % 10 == 9 || i + 1 >= n))
        i /= 10;
    return i + 1;
}

static void put_index_attribute(buf *out, size_t i, bytes value_json)
{
    char key[24];
    int n = snprintf(key, sizeof key, "%zu", i);
    put_attribute(out, bytes_of(key, (size_t)n), value_json);
}

static yoke_err string_attributes(buf *out, bytes quoted)
{
    buf text;
    buf units;
    size_t n = 0;
    buf_init(&text, out->alloc, UINT32_MAX);
    buf_init(&units, out->alloc, UINT32_MAX);
    put_unquoted(&text, quoted);
    int err = buf_err(&text);
    if (err == BASE_OK && text.len_bytes > 0 && utf_measure(buf_view(&text), &n) == BASE_OK)
        err = buf_reserve(&units, n * sizeof(uint16_t));
    if (err == BASE_OK && n > 0) {
        uint16_t *unit = (uint16_t *)(void *)units.ptr;
        (void)utf_to_utf16(buf_view(&text), unit);
        for (size_t i = 0, k = 0; k < n; i = next_index(i, n), k++) {
            uint8_t utf8[3];
            size_t len = utf_from_utf16(&unit[i], 1, utf8);
            buf_put_fmt(out, " %zu=\"", i);
            buf_put(out, utf8, len);
            buf_put_u8(out, '"');
        }
    }
    buf_deinit(&text);
    buf_deinit(&units);
    return yoke__err(err);
}

/* The entries of an array or object, keys of the latter unquoted into `keys`. */
static void read_entries(bytes json, buf *entries, buf *keys)
{
    const uint8_t *end = json.ptr + json.len_bytes - 1;
    bool object = json.ptr[0] == '{';
    uint32_t number = 0;
    for (const uint8_t *p = json.ptr + 1; p < end;) {
        if (strchr(", \n\r\t", *p) != NULL) {
            p++;
            continue;
        }
        yoke__keyed e = {.number = number++};
        if (object) {
            const uint8_t *key = p;
            size_t from = keys->len_bytes;
            p = yoke__json_token_end(p, end);
            put_unquoted(keys, bytes_of(key, (size_t)(p - key)));
            e.key.len_bytes = keys->len_bytes - from;
            p = (const uint8_t *)memchr(p, ':', (size_t)(end - p)) + 1;
            while (strchr(" \n\r\t", *p) != NULL)
                p++;
        }
        const uint8_t *stop = value_end(p, end);
        e.value = bytes_of(p, (size_t)(stop - p));
        buf_put(entries, &e, sizeof e);
        p = stop;
    }
}

static void put_entries(buf *out, bool object, yoke__keyed *v, size_t n, const uint8_t *keys)
{
    if (!object) {
        for (size_t i = 0, k = 0; k < n; i = next_index(i, n), k++)
            put_index_attribute(out, i, v[i].value);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        v[i].key.ptr = keys;
        keys += v[i].key.len_bytes;
    }
    yoke__js_sort(v, n);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n ||
            yoke__js_compare(v[i].key, v[i + 1].key) != 0) /* the last of a key holds */
            put_attribute(out, v[i].key, v[i].value);
}

yoke_err yoke__js_attributes(buf *out, bytes json)
{
    buf entries;
    buf keys;
    json = yoke__json_trim(json);
    if (json.ptr[0] == '"')
        return string_attributes(out, json);
    if (json.ptr[0] != '{' && json.ptr[0] != '[')
        return YOKE_OK;
    buf_init(&entries, out->alloc, UINT32_MAX);
    buf_init(&keys, out->alloc, UINT32_MAX);
    read_entries(json, &entries, &keys);
    int err = buf_err(&entries) != BASE_OK ? buf_err(&entries) : buf_err(&keys);
    size_t n = entries.len_bytes / sizeof(yoke__keyed);
    if (err == BASE_OK && n > 0)
        put_entries(out, json.ptr[0] == '{', (yoke__keyed *)(void *)entries.ptr, n, keys.ptr);
    buf_deinit(&entries);
    buf_deinit(&keys);
    return yoke__err(err);
}

/* ------------------------------------------------------------------------------ equality */

/* Objects with more entries than this that are not the same bytes are taken for different. */
#define SAME_ENTRIES_MAX 64

static bool is_container(bytes json)
{
    return json.ptr[0] == '{' || json.ptr[0] == '[';
}

static bool is_empty(bytes container)
{
    return yoke__json_trim(bytes_of(container.ptr + 1, container.len_bytes - 2)).len_bytes == 0;
}

static bool is_nested(bytes json)
{
    for (const uint8_t *p = json.ptr + 1, *end = json.ptr + json.len_bytes; p < end;) {
        if (*p == '{' || *p == '[')
            return true;
        p = yoke__json_token_end(p, end);
    }
    return false;
}

/* The next `"key":value` of an object as one slice of JSON; white space is not looked for. */
static bool next_member(bytes *rest, bytes *member)
{
    const uint8_t *end = rest->ptr + rest->len_bytes;
    if (rest->len_bytes < 2)
        return false;
    const uint8_t *p = yoke__json_token_end(rest->ptr + 1, end);
    if (p >= end || *p != ':')
        return false;
    p = yoke__json_token_end(p + 1, end);
    *member = bytes_of(rest->ptr + 1, (size_t)(p - rest->ptr - 1));
    *rest = bytes_of(p, (size_t)(end - p));
    return true;
}

static bool has_member(bytes object, bytes member)
{
    bytes other;
    while (next_member(&object, &other))
        if (bytes_equal(other, member))
            return true;
    return false;
}

bool yoke__js_same(bytes a, bytes b)
{
    a = yoke__json_trim(a);
    b = yoke__json_trim(b);
    if (!is_container(a) || !is_container(b) || is_nested(a))
        return !is_container(a) && bytes_equal(a, b);
    if (bytes_equal(a, b) || (is_empty(a) && is_empty(b)))
        return true;
    if (a.len_bytes != b.len_bytes)
        return false;
    bytes rest = a;
    bytes member;
    size_t n = 0;
    while (a.ptr[0] == '{' && b.ptr[0] == '{' && next_member(&rest, &member))
        if (++n > SAME_ENTRIES_MAX || !has_member(b, member))
            return false;
    return n > 0;
}
