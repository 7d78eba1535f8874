/* json.c - see json.h.  Source: RFC 8259. */
#include "wire/json.h"

#include "base/utf.h"

static void skip_space(reader *r)
{
    while (r->pos < r->end &&
           (*r->pos == ' ' || *r->pos == '\t' || *r->pos == '\n' || *r->pos == '\r'))
        r->pos++;
}

static bool take(reader *r, uint8_t c)
{
    if (r->pos == r->end || *r->pos != c)
        return false;
    r->pos++;
    return true;
}

static bool take_word(reader *r, const char *word)
{
    size_t n = strlen(word);
    if (reader_left(r) < n || memcmp(r->pos, word, n) != 0)
        return false;
    r->pos += n;
    return true;
}

static bool take_digits(reader *r)
{
    const uint8_t *start = r->pos;
    while (r->pos < r->end && *r->pos >= '0' && *r->pos <= '9')
        r->pos++;
    return r->pos > start;
}

static bool take_number(reader *r)
{
    take(r, '-');
    if (!take(r, '0') && !take_digits(r))
        return false;
    if (take(r, '.') && !take_digits(r))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            take(r, '-');
        return take_digits(r);
    }
    return true;
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool take_escape(reader *r)
{
    if (r->pos == r->end)
        return false;
    uint8_t c = *r->pos++;
    if (c != 'u')
        return c != 0 && strchr("\"\\/bfnrt", c) != NULL;
    for (int i = 0; i < 4; i++)
        if (r->pos == r->end || !is_hex(*r->pos++))
            return false;
    return true;
}

/* `*text` is what stands between the quotes, escapes as they are. */
static bool take_string(reader *r, bytes *text)
{
    if (!take(r, '"'))
        return false;
    const uint8_t *start = r->pos;
    while (r->pos < r->end && *r->pos != '"') {
        uint8_t c = *r->pos++;
        if (c < 0x20 || (c == '\\' && !take_escape(r)))
            return false;
    }
    *text = (bytes){start, (size_t)(r->pos - start)};
    size_t units;
    return take(r, '"') && utf_measure(*text, &units) == BASE_OK;
}

static bool take_key(reader *r)
{
    bytes key;
    skip_space(r);
    if (!take_string(r, &key))
        return false;
    skip_space(r);
    return take(r, ':');
}

/* A scalar, or the opening of a container that is not empty (then `*opened` is its bracket). */
static bool take_value_start(reader *r, uint8_t *opened)
{
    bytes text;
    *opened = 0;
    skip_space(r);
    if (r->pos == r->end)
        return false;
    switch (*r->pos) {
    case '"':
        return take_string(r, &text);
    case 't':
        return take_word(r, "true");
    case 'f':
        return take_word(r, "false");
    case 'n':
        return take_word(r, "null");
    case '{':
    case '[': {
        uint8_t open = *r->pos++;
        skip_space(r);
        if (!take(r, open == '{' ? '}' : ']'))
            *opened = open;
        return true;
    }
    default:
        return take_number(r);
    }
}

int json_skip(reader *r)
{
    reader at = *r;
    uint64_t objects = 0; /* bit d: the container at depth d is an object */
    unsigned depth = 0;
    for (;;) {
        uint8_t opened;
        if (!take_value_start(&at, &opened))
            return BASE_EMALFORMED;
        if (opened != 0) {
            if (++depth > JSON_DEPTH_MAX)
                return BASE_EMALFORMED;
            objects =
                opened == '{' ? objects | UINT64_C(1) << depth : objects & ~(UINT64_C(1) << depth);
            if (opened == '{' && !take_key(&at))
                return BASE_EMALFORMED;
            continue;
        }
        /* A value is complete: close what ends here, or go on to the next entry. */
        for (skip_space(&at); depth > 0; skip_space(&at)) {
            bool object = (objects >> depth & 1u) != 0;
            if (take(&at, ',')) {
                if (object && !take_key(&at))
                    return BASE_EMALFORMED;
                break;
            }
            if (!take(&at, object ? '}' : ']'))
                return BASE_EMALFORMED;
            depth--;
        }
        if (depth == 0) {
            *r = at;
            return BASE_OK;
        }
    }
}

int json_check_object(bytes s)
{
    reader r = reader_of(s);
    skip_space(&r);
    if (r.pos == r.end || *r.pos != '{' || json_skip(&r) != BASE_OK || reader_left(&r) > 0)
        return BASE_EMALFORMED;
    return BASE_OK;
}

void json_put_string(buf *out, bytes s)
{
    size_t from = 0;
    buf_put_u8(out, '"');
    for (size_t i = 0; i < s.len_bytes; i++) {
        uint8_t c = s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(out, s.ptr + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_put_fmt(out, "\\%c", c);
        else
            buf_put_fmt(out, "\\u%04x", c);
    }
    if (from < s.len_bytes)
        buf_put(out, s.ptr + from, s.len_bytes - from);
    buf_put_u8(out, '"');
}

/* Walks the members of a checked object.  `r` stands behind the opening brace or a member. */
static bool next_member(reader *r, bytes *name, bytes *value)
{
    take(r, ',');
    skip_space(r);
    if (!take_string(r, name))
        return false;
    skip_space(r);
    take(r, ':');
    skip_space(r);
    const uint8_t *start = r->pos;
    if (json_skip(r) != BASE_OK)
        return false;
    const uint8_t *end = r->pos;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n' || end[-1] == '\r'))
        end--;
    *value = (bytes){start, (size_t)(end - start)};
    return true;
}

bool json_member(bytes object, const char *key, bytes *value)
{
    reader r = reader_of(object);
    bytes name, at;
    bool found = false;
    skip_space(&r);
    take(&r, '{');
    while (next_member(&r, &name, &at)) {
        if (bytes_equal(name, bytes_of_str(key))) {
            *value = at;
            found = true;
        }
    }
    return found;
}

static uint16_t read_hex4(reader *r)
{
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = *r->pos++;
        unsigned digit = c <= '9' ? c - (unsigned)'0' : (c | 0x20u) - (unsigned)'a' + 10;
        unit = unit << 4 | digit;
    }
    return (uint16_t)unit;
}

/* Behind "\\u": one unit, or two when a surrogate pair is spelled out. */
static void put_units(buf *out, reader *r)
{
    uint16_t units[2] = {read_hex4(r), 0};
    uint8_t utf8[6];
    size_t count = 1;
    bool high = units[0] >= 0xD800 && units[0] <= 0xDBFF;
    if (high && reader_left(r) >= 6 && r->pos[0] == '\\' && r->pos[1] == 'u') {
        reader low = {r->pos + 2, r->end};
        units[1] = read_hex4(&low);
        if (units[1] >= 0xDC00 && units[1] <= 0xDFFF) {
            *r = low;
            count = 2;
        }
    }
    buf_put(out, utf8, utf_from_utf16(units, count, utf8));
}

int json_put_text(buf *out, bytes value)
{
    reader r = reader_of(value);
    bytes text;
    if (!take_string(&r, &text) || reader_left(&r) > 0)
        return BASE_EMALFORMED;
    r = reader_of(text);
    while (r.pos < r.end) {
        const uint8_t *start = r.pos;
        while (r.pos < r.end && *r.pos != '\\')
            r.pos++;
        buf_put(out, start, (size_t)(r.pos - start));
        if (r.pos == r.end)
            break;
        uint8_t c = r.pos[1];
        r.pos += 2;
        if (c == 'u') {
            put_units(out, &r);
        } else {
            static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
            const char *control = strchr(from, c);
            buf_put_u8(out, control != NULL ? (uint8_t)to[control - from] : c);
        }
    }
    return buf_err(out);
}

void json_put_without(buf *out, bytes object, const char *key, size_t *count)
{
    reader r = reader_of(object);
    bytes name, value;
    *count = 0;
    buf_put_u8(out, '{');
    skip_space(&r);
    take(&r, '{');
    while (next_member(&r, &name, &value)) {
        if (bytes_equal(name, bytes_of_str(key)))
            continue;
        if ((*count)++ > 0)
            buf_put_u8(out, ',');
        /* The name's opening quote stands just before it. */
        buf_put(out, name.ptr - 1, (size_t)(value.ptr + value.len_bytes - name.ptr + 1));
    }
}
