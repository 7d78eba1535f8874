/* json.c - values and types as JSON text, XML types as markup.  Open containers stand on a stack
 * of bounded depth. */
#include "yoke/src/read.h"

#include <math.h>

#include "yoke/src/js.h"

void yoke__json_string(buf *out, bytes s)
{
    buf_put_u8(out, '"');
    for (size_t i = 0; i < s.len_bytes; i++) {
        uint8_t c = s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_put_u8(out, '\\');
            buf_put_u8(out, c);
        } else if (c == '\n') {
            buf_put_str(out, "\\n");
        } else if (c < 0x20) {
            buf_put_fmt(out, "\\u%04x", (unsigned)c);
        } else {
            buf_put_u8(out, c);
        }
    }
    buf_put_u8(out, '"');
}

static void put_number(buf *out, double number)
{
    if (isfinite(number))
        yoke__js_number(out, number);
    else
        buf_put_str(out, "null");
}

static void put_base64(buf *out, yoke_bytes data)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    buf_put_u8(out, '"');
    for (size_t i = 0; i < data.len_bytes; i += 3) {
        size_t n = data.len_bytes - i < 3 ? data.len_bytes - i : 3;
        uint32_t v = (uint32_t)data.ptr[i] << 16;
        v |= n > 1 ? (uint32_t)data.ptr[i + 1] << 8 : 0;
        v |= n > 2 ? data.ptr[i + 2] : 0;
        buf_put_u8(out, (uint8_t)digit[v >> 18]);
        buf_put_u8(out, (uint8_t)digit[v >> 12 & 63]);
        buf_put_u8(out, (uint8_t)(n > 1 ? digit[v >> 6 & 63] : '='));
        buf_put_u8(out, (uint8_t)(n > 2 ? digit[v & 63] : '='));
    }
    buf_put_u8(out, '"');
}

static void put_scalar(buf *out, const yoke_value *v)
{
    switch (v->tag) {
    case YOKE_VALUE_FALSE:
        buf_put_str(out, "false");
        break;
    case YOKE_VALUE_TRUE:
        buf_put_str(out, "true");
        break;
    case YOKE_VALUE_INT:
        buf_put_fmt(out, "%lld", (long long)v->integer);
        break;
    case YOKE_VALUE_DOUBLE:
        put_number(out, v->number);
        break;
    case YOKE_VALUE_BIGINT:
        buf_put_fmt(out, "\"%lld\"", (long long)v->integer);
        break;
    case YOKE_VALUE_STRING:
    case YOKE_VALUE_DOC:
        yoke__json_string(out, bytes_of(v->data.ptr, v->data.len_bytes));
        break;
    case YOKE_VALUE_BINARY:
        put_base64(out, v->data);
        break;
    case YOKE_VALUE_JSON:
        if (bytes_equal(bytes_of(v->data.ptr, v->data.len_bytes), bytes_of("undefined", 9)))
            buf_put_str(out, "null");
        else
            buf_put(out, v->data.ptr, v->data.len_bytes);
        break;
    case YOKE_VALUE_UNDEFINED:
    case YOKE_VALUE_NULL:
    case YOKE_VALUE_ANY:
    case YOKE_VALUE_TYPE:
        buf_put_str(out, "null");
        break;
    }
}

/* An open container: an "any" with `left` entries at `rest`, or a type at a block or entry. */
typedef struct level {
    yoke_bytes rest;
    uint64_t left;
    uint32_t block;
    uint32_t element; /* of the block, and where its content has it */
    size_t offset;
    uint32_t entry;
    bool is_any;
    bool object;
    bool started;
} level;

typedef struct writer {
    const yoke_doc *doc;
    buf *out;
    buf levels;
    size_t nesting;
} writer;

static yoke_err push(writer *w, level l)
{
    size_t depth = w->levels.len_bytes / sizeof l;
    if (depth >= w->nesting)
        return YOKE_ELIMIT_NESTING;
    buf_put_u8(w->out, l.object ? '{' : '[');
    buf_put(&w->levels, &l, sizeof l);
    return yoke__err(w->levels.err);
}

static yoke_err put_text(writer *w, yoke_type type)
{
    buf text;
    base_alloc a = *w->out->alloc;
    buf_init(&text, &a, UINT32_MAX);
    yoke_err err = YOKE_OK;
    if (yoke__ty(w->doc, type)->kind != YOKE_KIND_TEXT) {
        err = yoke__xml_write(w->doc, type, &text);
    } else {
        for (uint32_t i = yoke__ty(w->doc, type)->start; i != 0; i = yoke__blk(w->doc, i)->next) {
            const yoke__block *b = yoke__blk(w->doc, i);
            if (yoke__visible(b) > 0 && b->ref == YOKE__STRING)
                yoke__write_text(&text, w->doc, b, 0, b->len);
        }
        err = yoke__err(text.err);
    }
    if (err == YOKE_OK)
        yoke__json_string(w->out, buf_view(&text));
    buf_deinit(&text);
    return err;
}

static yoke_err open_type(writer *w, yoke_type type)
{
    const yoke__type_rec *t = yoke__ty(w->doc, type);
    switch ((yoke_kind)t->kind) {
    case YOKE_KIND_ARRAY:
    case YOKE_KIND_UNKNOWN:
        return push(w, (level){.block = t->start});
    case YOKE_KIND_MAP:
    case YOKE_KIND_XML_HOOK:
        return push(w, (level){.entry = t->first_entry, .object = true});
    case YOKE_KIND_TEXT:
    case YOKE_KIND_XML_ELEMENT:
    case YOKE_KIND_XML_FRAGMENT:
    case YOKE_KIND_XML_TEXT:
        break;
    }
    return put_text(w, type);
}

static yoke_err put_value(writer *w, const yoke_value *v)
{
    if (v->tag == YOKE_VALUE_TYPE)
        return open_type(w, v->type);
    if (v->tag != YOKE_VALUE_ANY) {
        put_scalar(w->out, v);
        return YOKE_OK;
    }
    yoke_bytes rest = v->data;
    yoke_any token;
    if (yoke_any_next(&rest, &token) != YOKE_OK)
        return YOKE_EMALFORMED;
    if (token.tag == YOKE_ANY_VALUE) {
        put_scalar(w->out, &token.value);
        return YOKE_OK;
    }
    return push(w, (level){.is_any = true,
                           .rest = rest,
                           .left = token.count,
                           .object = token.tag == YOKE_ANY_OBJECT});
}

static void put_comma(writer *w, level *l)
{
    if (l->started)
        buf_put_u8(w->out, ',');
    l->started = true;
}

static void put_key(writer *w, bytes key)
{
    yoke__json_string(w->out, key);
    buf_put_u8(w->out, ':');
}

/* The next entry of an "any" container.  False: it is done. */
static bool next_any(writer *w, level *l, yoke_value *v, yoke_err *err)
{
    yoke_bytes key;
    if (l->left == 0)
        return false;
    l->left--;
    put_comma(w, l);
    if (l->object) {
        *err = yoke_any_key(&l->rest, &key);
        if (*err != YOKE_OK)
            return false;
        put_key(w, bytes_of(key.ptr, key.len_bytes));
    }
    yoke_bytes rest = l->rest;
    yoke_any token;
    *err = yoke_any_next(&rest, &token);
    *v = token.value;
    if (token.tag != YOKE_ANY_VALUE) {
        /* Its bytes are stepped over here; the level below reads them. */
        reader in = reader_of(bytes_of(l->rest.ptr, l->rest.len_bytes));
        *err = yoke__any_skip(&in, YOKE__NESTING_MAX);
        v->tag = YOKE_VALUE_ANY;
        v->data = (yoke_bytes){l->rest.ptr, l->rest.len_bytes - reader_left(&in)};
        rest = (yoke_bytes){in.pos, reader_left(&in)};
    }
    l->rest = rest;
    return *err == YOKE_OK;
}

static bool next_entry(writer *w, level *l, yoke_value *v)
{
    for (; l->entry != 0; l->entry = yoke__en(w->doc, l->entry)->next) {
        const yoke__entry *e = yoke__en(w->doc, l->entry);
        const yoke__block *b = yoke__blk(w->doc, e->last);
        if (e->last == 0 || (b->flags & YOKE__F_DELETED))
            continue;
        put_comma(w, l);
        put_key(w, yoke__name(w->doc, e->key_at, e->key_len));
        *v = yoke__block_value(w->doc, b, b->len - 1);
        l->entry = e->next;
        return true;
    }
    return false;
}

static bool next_element(writer *w, level *l, yoke_value *v)
{
    while (l->block != 0) {
        const yoke__block *b = yoke__blk(w->doc, l->block);
        uint32_t len = b->ref == YOKE__STRING && yoke__visible(b) > 0 ? 1 : yoke__visible(b);
        if (l->element < len) {
            put_comma(w, l);
            *v = yoke__next_value(w->doc, b, l->element++, &l->offset);
            return true;
        }
        l->block = b->next;
        l->element = 0;
        l->offset = 0;
    }
    return false;
}

static yoke_err write_value(writer *w, const yoke_value *value)
{
    yoke_err err = put_value(w, value);
    while (err == YOKE_OK && w->levels.len_bytes > 0) {
        level *l = (level *)(void *)(w->levels.ptr + w->levels.len_bytes - sizeof *l);
        yoke_value v = {.tag = YOKE_VALUE_NULL};
        bool more = l->is_any   ? next_any(w, l, &v, &err)
                    : l->object ? next_entry(w, l, &v)
                                : next_element(w, l, &v);
        if (err != YOKE_OK)
            return err;
        if (more) {
            err = put_value(w, &v);
            continue;
        }
        buf_put_u8(w->out, l->object ? '}' : ']');
        w->levels.len_bytes -= sizeof *l;
    }
    return err == YOKE_OK ? yoke__err(w->out->err) : err;
}

yoke_err yoke_value_json(const yoke_doc *doc, const yoke_value *value, yoke_blob *out)
{
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    /* Types and values each as deep as they may be, and an empty container at the end, which what
     * reads them lets pass for it holds nothing. */
    writer w = {.doc = doc, .out = &b, .nesting = 2 * doc->limits.nesting + 1};
    buf_init(&w.levels, &a, UINT32_MAX);
    yoke_err err = write_value(&w, value);
    buf_deinit(&w.levels);
    yoke_err copied = yoke__blob_from(out, &b);
    if (err != YOKE_OK)
        out->len_bytes = 0;
    return err != YOKE_OK ? err : copied;
}
