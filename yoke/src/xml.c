/* xml.c - XML types as the markup that Yjs' toString gives.
 *
 * Open elements stand on a stack of bounded depth.  Names and values are not escaped, as in Yjs. */
#include "yoke/src/read.h"

typedef struct open {
    yoke_type type;
    uint32_t block; /* next child */
    buf formats;    /* of a text: keys of the formats in force, yoke_bytes[] sorted */
} open;

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static void put_name(const yoke_doc *doc, yoke_type type, buf *out)
{
    yoke_bytes name = yoke_type_name(doc, type);
    for (size_t i = 0; i < name.len_bytes; i++)
        buf_put_u8(out, lower(name.ptr[i]));
}

static int compare(bytes a, bytes b)
{
    size_t n = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
    int c = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);
    return c != 0 ? c : a.len_bytes < b.len_bytes ? -1 : a.len_bytes > b.len_bytes;
}

static bytes key_of(const yoke_doc *doc, uint32_t e)
{
    return yoke__name(doc, yoke__en(doc, e)->key_at, yoke__en(doc, e)->key_len);
}

static bool shown(const yoke_doc *doc, uint32_t e)
{
    uint32_t last = yoke__en(doc, e)->last;
    return last != 0 && !(yoke__blk(doc, last)->flags & YOKE__F_DELETED);
}

static yoke_err put_attribute(const yoke_doc *doc, uint32_t e, buf *out)
{
    const yoke__block *b = yoke__blk(doc, yoke__en(doc, e)->last);
    yoke_value v = yoke__block_value(doc, b, b->len - 1);
    buf_put_u8(out, ' ');
    buf_put_bytes(out, key_of(doc, e));
    buf_put_str(out, "=\"");
    yoke_err err = YOKE_OK;
    if (v.tag == YOKE_VALUE_STRING) {
        buf_put(out, v.data.ptr, v.data.len_bytes);
    } else if (v.tag == YOKE_VALUE_TYPE) {
        buf_put_str(out, "[object Object]");
    } else {
        yoke_blob json = YOKE_BLOB_INIT;
        json.alloc = (const yoke_allocator *)(const void *)out->alloc;
        err = yoke_value_json(doc, &v, &json);
        buf_put(out, json.ptr, json.len_bytes);
        yoke_blob_free(&json);
    }
    buf_put_u8(out, '"');
    return err;
}

/* Attributes by key; there are few, so the next is looked for each time. */
static yoke_err put_attributes(const yoke_doc *doc, yoke_type type, buf *out)
{
    uint32_t last = 0;
    for (;;) {
        uint32_t next = 0;
        for (uint32_t e = yoke__ty(doc, type)->first_entry; e != 0; e = yoke__en(doc, e)->next)
            if (shown(doc, e) && (last == 0 || compare(key_of(doc, e), key_of(doc, last)) > 0) &&
                (next == 0 || compare(key_of(doc, e), key_of(doc, next)) < 0))
                next = e;
        if (next == 0)
            return YOKE_OK;
        yoke_err err = put_attribute(doc, next, out);
        if (err != YOKE_OK)
            return err;
        last = next;
    }
}

static yoke_err open_type(const yoke_doc *doc, yoke_type type, size_t nesting, buf *stack, buf *out)
{
    if (stack->len_bytes / sizeof(open) >= nesting)
        return YOKE_ELIMIT_NESTING;
    const yoke__type_rec *t = yoke__ty(doc, type);
    yoke_err err = YOKE_OK;
    if (t->kind == YOKE_KIND_XML_HOOK || t->kind == YOKE_KIND_MAP || t->kind == YOKE_KIND_ARRAY) {
        buf_put_str(out, "[object Object]");
        return YOKE_OK;
    }
    if (t->kind == YOKE_KIND_XML_ELEMENT) {
        buf_put_u8(out, '<');
        put_name(doc, type, out);
        err = put_attributes(doc, type, out);
        buf_put_u8(out, '>');
    }
    open o = {.type = type, .block = t->start};
    buf_init(&o.formats, out->alloc, UINT32_MAX);
    buf_put(stack, &o, sizeof o);
    return err == YOKE_OK ? yoke__err(stack->err) : err;
}

static void put_format(const yoke_doc *doc, const yoke__block *b, buf *formats)
{
    reader in = reader_of(yoke__content(doc, b));
    bytes key = {NULL, 0};
    bytes json = {NULL, 0};
    (void)!reader_varbytes(&in, &key);
    (void)!reader_varbytes(&in, &json);
    bool set = !bytes_equal(json, bytes_of("null", 4));
    size_t n = formats->len_bytes / sizeof key;
    size_t i = 0;
    bytes *v = (bytes *)(void *)formats->ptr;
    while (i < n && compare(v[i], key) < 0)
        i++;
    bool had = i < n && compare(v[i], key) == 0;
    if (had == set)
        return;
    if (had) {
        memmove(v + i, v + i + 1, (n - i - 1) * sizeof key);
        formats->len_bytes -= sizeof key;
        return;
    }
    buf_put(formats, &key, sizeof key);
    v = (bytes *)(void *)formats->ptr;
    if (formats->err != BASE_OK)
        return;
    memmove(v + i + 1, v + i, (n - i) * sizeof key);
    v[i] = key;
}

static void put_tags(const buf *formats, const char *begin, buf *out)
{
    const bytes *v = (const bytes *)(const void *)formats->ptr;
    size_t n = formats->len_bytes / sizeof *v;
    for (size_t i = 0; i < n; i++) {
        buf_put_str(out, begin);
        buf_put_bytes(out, begin[1] == '/' ? v[n - 1 - i] : v[i]);
        buf_put_u8(out, '>');
    }
}

/* One child.  A run of text stands in the tags of its formats. */
static yoke_err put_child(const yoke_doc *doc, open *o, size_t nesting, buf *stack, buf *out)
{
    const yoke__block *b = yoke__blk(doc, o->block);
    o->block = b->next;
    if (b->flags & YOKE__F_DELETED)
        return YOKE_OK;
    if (b->ref == YOKE__TYPE)
        return open_type(doc, b->at, nesting, stack, out);
    if (b->ref == YOKE__FORMAT) {
        put_format(doc, b, &o->formats);
        return yoke__err(o->formats.err);
    }
    if (b->ref != YOKE__STRING && b->ref != YOKE__EMBED)
        return YOKE_OK;
    put_tags(&o->formats, "<", out);
    if (b->ref == YOKE__EMBED)
        buf_put_str(out, "[object Object]");
    while (b->ref == YOKE__STRING) {
        if (!(b->flags & YOKE__F_DELETED))
            yoke__write_text(out, doc, b, 0, b->len);
        while (o->block != 0 && (yoke__blk(doc, o->block)->flags & YOKE__F_DELETED))
            o->block = yoke__blk(doc, o->block)->next;
        if (o->block == 0 || yoke__blk(doc, o->block)->ref != YOKE__STRING)
            break;
        b = yoke__blk(doc, o->block);
        o->block = b->next;
    }
    put_tags(&o->formats, "</", out);
    return YOKE_OK;
}

yoke_err yoke__xml_write(const yoke_doc *doc, yoke_type xml, buf *out)
{
    buf stack;
    size_t nesting = doc->limits.nesting;
    buf_init(&stack, out->alloc, UINT32_MAX);
    yoke_err err = open_type(doc, xml, nesting, &stack, out);
    while (stack.len_bytes > 0) {
        open *o = (open *)(void *)(stack.ptr + stack.len_bytes - sizeof *o);
        if (err == YOKE_OK && o->block != 0) {
            err = put_child(doc, o, nesting, &stack, out);
            continue;
        }
        if (yoke__ty(doc, o->type)->kind == YOKE_KIND_XML_ELEMENT) {
            buf_put_str(out, "</");
            put_name(doc, o->type, out);
            buf_put_u8(out, '>');
        }
        buf_deinit(&o->formats);
        stack.len_bytes -= sizeof *o;
    }
    buf_deinit(&stack);
    return err == YOKE_OK ? yoke__err(out->err) : err;
}

#define MARKUP                                                                                     \
    (YOKE__KIND_BIT(YOKE_KIND_XML_ELEMENT) | YOKE__KIND_BIT(YOKE_KIND_XML_FRAGMENT) |              \
     YOKE__KIND_BIT(YOKE_KIND_XML_HOOK) | YOKE__KINDS_TEXT)

yoke_err yoke_xml_markup(const yoke_doc *doc, yoke_type xml, yoke_blob *out)
{
    out->len_bytes = 0;
    yoke_err err = yoke__type_usable(doc, xml, MARKUP);
    if (err != YOKE_OK)
        return err;
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    err = yoke__xml_write(doc, xml, &b);
    yoke_err copied = yoke__blob_from(out, &b);
    if (err != YOKE_OK)
        out->len_bytes = 0;
    return err != YOKE_OK ? err : copied;
}
