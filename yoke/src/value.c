/* value.c - validating lib0 "any" values and JSON texts without recursion.
 *
 * Both walkers keep one entry per open container: how many values it still wants (any), or whether
 * it is an object (JSON).  Depth is bounded by the caller's limit and by the arrays here. */
#include "yoke/src/decode.h"

#include "base/utf.h"

static yoke_err skip_text(reader *in)
{
    bytes s;
    size_t units;
    if (reader_varbytes(in, &s) != BASE_OK)
        return YOKE_EMALFORMED;
    return utf_measure(s, &units) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
}

/* One token.  `*wants` gets the entries that follow, `*object` whether each has a key. */
static yoke_err any_token(reader *in, uint64_t *wants, bool *object)
{
    uint8_t tag;
    bool negative;
    uint64_t n;
    bytes skipped;
    *wants = 0;
    *object = false;
    if (reader_u8(in, &tag) != BASE_OK)
        return YOKE_EMALFORMED;
    int err = BASE_OK;
    switch (tag) {
    case 127:
    case 126:
    case 121:
    case 120:
        break;
    case 125:
        err = reader_varint(in, &negative, &n);
        break;
    case 124:
        err = reader_bytes(in, 4, &skipped);
        break;
    case 123:
    case 122:
        err = reader_bytes(in, 8, &skipped);
        break;
    case 119:
        return skip_text(in);
    case 118:
    case 117:
        *object = tag == 118;
        err = reader_varuint(in, wants);
        /* An entry takes a byte at least, in an object two. */
        if (err == BASE_OK && *wants > reader_left(in) / (*object ? 2 : 1))
            err = BASE_EMALFORMED;
        break;
    case 116:
        err = reader_varbytes(in, &skipped);
        break;
    default:
        err = BASE_EMALFORMED;
    }
    return err == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
}

yoke_err yoke__any_skip(reader *in, size_t nesting)
{
    /* Entries still wanted by each open container; the lowest bit says whether they have keys. */
    uint64_t open[YOKE__NESTING_MAX];
    size_t depth = 0;
    uint64_t wants;
    bool object;
    if (nesting > YOKE__NESTING_MAX)
        nesting = YOKE__NESTING_MAX;
    for (;;) {
        yoke_err err = any_token(in, &wants, &object);
        if (err != YOKE_OK)
            return err;
        if (wants > 0) {
            if (depth == nesting)
                return YOKE_ELIMIT_NESTING;
            open[depth++] = wants << 1 | (object ? 1 : 0);
        }
        while (depth > 0 && open[depth - 1] >> 1 == 0)
            depth--;
        if (depth == 0)
            return YOKE_OK;
        if ((open[depth - 1] & 1) && (err = skip_text(in)) != YOKE_OK)
            return err;
        open[depth - 1] -= 2;
    }
}

static void json_space(reader *in)
{
    while (in->pos < in->end &&
           (*in->pos == ' ' || *in->pos == '\n' || *in->pos == '\r' || *in->pos == '\t'))
        in->pos++;
}

static bool json_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool json_string(reader *in)
{
    if (in->pos == in->end || *in->pos++ != '"')
        return false;
    while (in->pos < in->end) {
        uint8_t c = *in->pos++;
        if (c == '"')
            return true;
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (in->pos == in->end)
            return false;
        c = *in->pos++;
        if (c == 'u') {
            if (reader_left(in) < 4)
                return false;
            for (int i = 0; i < 4; i++)
                if (!json_hex(*in->pos++))
                    return false;
        } else if (c == 0 || strchr("\"\\/bfnrt", c) == NULL) {
            return false;
        }
    }
    return false;
}

static bool json_digits(reader *in)
{
    const uint8_t *start = in->pos;
    while (in->pos < in->end && *in->pos >= '0' && *in->pos <= '9')
        in->pos++;
    return in->pos > start;
}

static bool json_number(reader *in)
{
    if (in->pos < in->end && *in->pos == '-')
        in->pos++;
    if (in->pos < in->end && *in->pos == '0')
        in->pos++;
    else if (!json_digits(in))
        return false;
    if (in->pos < in->end && *in->pos == '.') {
        in->pos++;
        if (!json_digits(in))
            return false;
    }
    if (in->pos < in->end && (*in->pos | 0x20) == 'e') {
        in->pos++;
        if (in->pos < in->end && (*in->pos == '+' || *in->pos == '-'))
            in->pos++;
        return json_digits(in);
    }
    return true;
}

static bool json_word(reader *in, const char *word)
{
    size_t n = strlen(word);
    if (reader_left(in) < n || memcmp(in->pos, word, n) != 0)
        return false;
    in->pos += n;
    return true;
}

static bool json_scalar(reader *in)
{
    switch (*in->pos) {
    case '"':
        return json_string(in);
    case 't':
        return json_word(in, "true");
    case 'f':
        return json_word(in, "false");
    case 'n':
        return json_word(in, "null");
    default:
        return json_number(in);
    }
}

static bool json_key(reader *in)
{
    json_space(in);
    if (!json_string(in))
        return false;
    json_space(in);
    return in->pos < in->end && *in->pos++ == ':';
}

/* After a value: close what ends here and step over a comma.  False: malformed. */
static bool json_after(reader *in, const bool *object, size_t *depth)
{
    for (;;) {
        json_space(in);
        if (*depth == 0)
            return true;
        if (in->pos == in->end)
            return false;
        uint8_t c = *in->pos++;
        if (c == ',')
            return !object[*depth - 1] || json_key(in);
        if (c != (object[*depth - 1] ? '}' : ']'))
            return false;
        --*depth;
    }
}

yoke_err yoke__json_check(bytes s, size_t nesting)
{
    bool object[YOKE__NESTING_MAX];
    size_t depth = 0;
    reader in = reader_of(s);
    if (nesting > YOKE__NESTING_MAX)
        nesting = YOKE__NESTING_MAX;
    do {
        json_space(&in);
        if (in.pos == in.end)
            return YOKE_EMALFORMED;
        uint8_t c = *in.pos;
        if (c == '{' || c == '[') {
            in.pos++;
            if (depth == nesting)
                return YOKE_ELIMIT_NESTING;
            object[depth++] = c == '{';
            json_space(&in);
            bool empty = in.pos < in.end && *in.pos == (c == '{' ? '}' : ']');
            if (!empty && c == '{' && !json_key(&in))
                return YOKE_EMALFORMED;
            if (!empty)
                continue;
        } else if (!json_scalar(&in)) {
            return YOKE_EMALFORMED;
        }
        if (!json_after(&in, object, &depth))
            return YOKE_EMALFORMED;
    } while (depth > 0);
    return in.pos == in.end ? YOKE_OK : YOKE_EMALFORMED;
}

size_t yoke__elements_offset(bytes run, uint8_t ref, uint64_t at)
{
    reader in = reader_of(run);
    bytes skipped;
    for (uint64_t i = 0; i < at; i++) {
        if (ref == YOKE__ANY) {
            if (yoke__any_skip(&in, YOKE__NESTING_MAX) != YOKE_OK)
                break;
        } else if (reader_varbytes(&in, &skipped) != BASE_OK) {
            break;
        }
    }
    return run.len_bytes - reader_left(&in);
}
