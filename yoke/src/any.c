/* any.c - reading lib0 values token by token, and writing them. */
#include "yoke/src/read.h"

#include "base/utf.h"

static uint64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static void put_number(yoke_value *v, double number)
{
    v->tag = YOKE_VALUE_DOUBLE;
    v->number = number;
}

static int read_integer(reader *in, yoke_value *v)
{
    bool negative;
    uint64_t n;
    int err = reader_varint(in, &negative, &n);
    if (err != BASE_OK)
        return err;
    v->tag = YOKE_VALUE_INT;
    v->integer = negative ? -(int64_t)n : (int64_t)n;
    if (negative && n == 0)
        put_number(v, -0.0);
    return BASE_OK;
}

static int read_fixed(reader *in, uint8_t tag, yoke_value *v)
{
    bytes s;
    size_t n = tag == 124 ? 4 : 8;
    int err = reader_bytes(in, n, &s);
    if (err != BASE_OK)
        return err;
    uint64_t bits = big_endian(s.ptr, n);
    if (tag == 124) {
        uint32_t narrow = (uint32_t)bits;
        float f;
        memcpy(&f, &narrow, sizeof f);
        put_number(v, (double)f);
    } else if (tag == 123) {
        double d;
        memcpy(&d, &bits, sizeof d);
        put_number(v, d);
    } else {
        v->tag = YOKE_VALUE_BIGINT;
        memcpy(&v->integer, &bits, sizeof bits);
    }
    return BASE_OK;
}

static int read_slice(reader *in, uint8_t tag, yoke_value *v)
{
    bytes s;
    size_t units;
    int err = reader_varbytes(in, &s);
    if (err == BASE_OK && tag == 119)
        err = utf_measure(s, &units);
    v->tag = tag == 119 ? YOKE_VALUE_STRING : YOKE_VALUE_BINARY;
    if (err == BASE_OK)
        v->data = (yoke_bytes){s.ptr, s.len_bytes};
    return err;
}

static int read_token(reader *in, yoke_any *out)
{
    uint8_t tag;
    if (reader_u8(in, &tag) != BASE_OK)
        return BASE_EMALFORMED;
    out->tag = tag == 118 ? YOKE_ANY_OBJECT : tag == 117 ? YOKE_ANY_ARRAY : YOKE_ANY_VALUE;
    switch (tag) {
    case 127:
        out->value.tag = YOKE_VALUE_UNDEFINED;
        return BASE_OK;
    case 126:
        out->value.tag = YOKE_VALUE_NULL;
        return BASE_OK;
    case 121:
        out->value.tag = YOKE_VALUE_FALSE;
        return BASE_OK;
    case 120:
        out->value.tag = YOKE_VALUE_TRUE;
        return BASE_OK;
    case 125:
        return read_integer(in, &out->value);
    case 124:
    case 123:
    case 122:
        return read_fixed(in, tag, &out->value);
    case 119:
    case 116:
        return read_slice(in, tag, &out->value);
    case 118:
    case 117:
        if (reader_varuint(in, &out->count) != BASE_OK || out->count > reader_left(in))
            return BASE_EMALFORMED;
        return BASE_OK;
    default:
        return BASE_EMALFORMED;
    }
}

yoke_err yoke_any_next(yoke_bytes *rest, yoke_any *out)
{
    reader in = reader_of(bytes_of(rest->ptr, rest->len_bytes));
    *out = (yoke_any){.tag = YOKE_ANY_VALUE};
    if (read_token(&in, out) != BASE_OK)
        return YOKE_EMALFORMED;
    *rest = (yoke_bytes){in.pos, reader_left(&in)};
    return YOKE_OK;
}

yoke_err yoke_any_key(yoke_bytes *rest, yoke_bytes *key)
{
    reader in = reader_of(bytes_of(rest->ptr, rest->len_bytes));
    bytes s;
    size_t units;
    if (reader_varbytes(&in, &s) != BASE_OK || utf_measure(s, &units) != BASE_OK)
        return YOKE_EMALFORMED;
    *key = (yoke_bytes){s.ptr, s.len_bytes};
    *rest = (yoke_bytes){in.pos, reader_left(&in)};
    return YOKE_OK;
}

yoke_value yoke__any_value(bytes any)
{
    yoke_bytes rest = {any.ptr, any.len_bytes};
    yoke_any token;
    if (yoke_any_next(&rest, &token) == YOKE_OK && token.tag == YOKE_ANY_VALUE)
        return token.value;
    return (yoke_value){.tag = YOKE_VALUE_ANY, .data = {any.ptr, any.len_bytes}};
}

static void write_big_endian(buf *out, uint64_t bits, unsigned n)
{
    while (n-- > 0)
        buf_put_u8(out, (uint8_t)(bits >> 8 * n));
}

void yoke__any_number(buf *out, double number)
{
    uint8_t tmp[VARINT_BYTES_MAX];
    double magnitude = number < 0 ? -number : number;
    if (magnitude <= 2147483647.0 && (double)(uint32_t)magnitude == magnitude) {
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        buf_put_u8(out, 125);
        buf_put(out, tmp, varint_write(tmp, bits >> 63 != 0, (uint64_t)magnitude));
        return;
    }
    float narrow = magnitude <= 3.4028234663852886e38 || number - number != 0 ? (float)number : 0;
    uint64_t bits = 0;
    if ((double)narrow == number) {
        uint32_t bits32;
        memcpy(&bits32, &narrow, sizeof bits32);
        buf_put_u8(out, 124);
        write_big_endian(out, bits32, 4);
        return;
    }
    memcpy(&bits, &number, sizeof bits);
    buf_put_u8(out, 123);
    write_big_endian(out, bits, 8);
}

static yoke_err write_any_string(buf *out, yoke_bytes data)
{
    size_t units;
    bytes s = bytes_of(data.ptr, data.len_bytes);
    if (utf_measure(s, &units) != BASE_OK)
        return YOKE_EUTF8;
    buf_put_u8(out, 119);
    buf_put_varstring(out, s);
    return YOKE_OK;
}

yoke_err yoke__any_write(buf *out, const yoke_value *v, size_t nesting)
{
    reader in = reader_of(bytes_of(v->data.ptr, v->data.len_bytes));
    yoke_err err = YOKE_OK;
    switch (v->tag) {
    case YOKE_VALUE_UNDEFINED:
        buf_put_u8(out, 127);
        break;
    case YOKE_VALUE_NULL:
        buf_put_u8(out, 126);
        break;
    case YOKE_VALUE_FALSE:
        buf_put_u8(out, 121);
        break;
    case YOKE_VALUE_TRUE:
        buf_put_u8(out, 120);
        break;
    case YOKE_VALUE_INT:
        yoke__any_number(out, (double)v->integer);
        break;
    case YOKE_VALUE_DOUBLE:
        yoke__any_number(out, v->number);
        break;
    case YOKE_VALUE_BIGINT:
        buf_put_u8(out, 122);
        write_big_endian(out, (uint64_t)v->integer, 8);
        break;
    case YOKE_VALUE_STRING:
        return write_any_string(out, v->data);
    case YOKE_VALUE_ANY:
        err = yoke__any_skip(&in, nesting);
        if (err == YOKE_OK && reader_left(&in) > 0)
            err = YOKE_EMALFORMED;
        buf_put(out, v->data.ptr, v->data.len_bytes);
        break;
    case YOKE_VALUE_BINARY:
    case YOKE_VALUE_JSON:
    case YOKE_VALUE_TYPE:
    case YOKE_VALUE_DOC:
        return YOKE_EKIND;
    }
    return err;
}
