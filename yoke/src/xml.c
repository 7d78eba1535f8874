/* xml.c - XML types as the markup that Yjs' toString gives.
 *
 * Open elements stand on a stack of bounded depth.  Names and values are not escaped, as in Yjs;
 * the names of elements are made lower-case in ASCII only. */
#include "yoke/src/js.h"
#include "yoke/src/read.h"

typedef struct open {
    yoke_type type;
    uint32_t block; /* next child */
    buf formats;    /* of a text: the formats in force, format[] by key */
} open;

typedef struct format {
    bytes key;
    bytes json;
} format;

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

static bytes key_of(const yoke_doc *doc, uint32_t e)
{
    return yoke__name(doc, yoke__en(doc, e)->key_at, yoke__en(doc, e)->key_len);
}

static bool shown(const yoke_doc *doc, uint32_t e)
{
    uint32_t last = yoke__en(doc, e)->last;
    return last != 0 && !(yoke__blk(doc, last)->flags & YOKE__F_DELETED);
}

static void put_attribute(const yoke_doc *doc, uint32_t e, buf *out)
{
    const yoke__block *b = yoke__blk(doc, yoke__en(doc, e)->last);
    yoke_value v = yoke__block_value(doc, b, b->len - 1);
    buf_put_u8(out, ' ');
    buf_put_bytes(out, key_of(doc, e));
    buf_put_str(out, "=\"");
    yoke__js_value(out, &v);
    buf_put_u8(out, '"');
}

static yoke_err put_attributes(const yoke_doc *doc, yoke_type type, buf *out)
{
    buf entries;
    buf_init(&entries, out->alloc, UINT32_MAX);
    for (uint32_t e = yoke__ty(doc, type)->first_entry; e != 0; e = yoke__en(doc, e)->next) {
        yoke__keyed k = {.key = key_of(doc, e), .number = e};
        if (shown(doc, e))
            buf_put(&entries, &k, sizeof k);
    }
    yoke__keyed *v = (yoke__keyed *)(void *)entries.ptr;
    size_t n = entries.len_bytes / sizeof *v;
    yoke_err err = yoke__err(buf_err(&entries));
    if (err == YOKE_OK && n > 0) {
        yoke__js_sort(v, n);
        for (size_t i = 0; i < n; i++)
            put_attribute(doc, v[i].number, out);
    }
    buf_deinit(&entries);
    return err;
}

static bool is_marked(const yoke_doc *doc, yoke_type type)
{
    uint8_t kind = yoke__ty(doc, type)->kind;
    return kind == YOKE_KIND_XML_TEXT || kind == YOKE_KIND_UNKNOWN;
}

static yoke_err open_type(const yoke_doc *doc, yoke_type type, size_t nesting, buf *stack, buf *out)
{
    if (stack->len_bytes / sizeof(open) >= nesting)
        return YOKE_ELIMIT_NESTING;
    const yoke__type_rec *t = yoke__ty(doc, type);
    yoke_err err = YOKE_OK;
    if (t->kind == YOKE_KIND_XML_ELEMENT) {
        buf_put_u8(out, '<');
        put_name(doc, type, out);
        err = put_attributes(doc, type, out);
        buf_put_u8(out, '>');
    }
    open o = {.type = type, .block = t->start};
    if (t->kind == YOKE_KIND_XML_HOOK || t->kind == YOKE_KIND_MAP || t->kind == YOKE_KIND_ARRAY) {
        buf_put_str(out, "[object Object]");
        o.block = 0;
    }
    buf_init(&o.formats, out->alloc, UINT32_MAX);
    buf_put(stack, &o, sizeof o);
    return err == YOKE_OK ? yoke__err(stack->err) : err;
}

static void put_format(const yoke_doc *doc, const yoke__block *b, buf *formats)
{
    reader in = reader_of(yoke__content(doc, b));
    format f = {{NULL, 0}, {NULL, 0}};
    (void)!reader_varbytes(&in, &f.key);
    (void)!reader_varbytes(&in, &f.json);
    bool set = !bytes_equal(yoke__json_trim(f.json), bytes_of("null", 4));
    size_t n = formats->len_bytes / sizeof f;
    size_t i = 0;
    format *v = (format *)(void *)formats->ptr;
    while (i < n && yoke__js_compare(v[i].key, f.key) < 0)
        i++;
    bool had = i < n && bytes_equal(v[i].key, f.key);
    if (had && set) {
        v[i].json = f.json;
    } else if (had) {
        memmove(v + i, v + i + 1, (n - i - 1) * sizeof f);
        formats->len_bytes -= sizeof f;
    } else if (set) {
        buf_put(formats, &f, sizeof f);
        v = (format *)(void *)formats->ptr;
        if (formats->err != BASE_OK)
            return;
        memmove(v + i + 1, v + i, (n - i) * sizeof f);
        v[i] = f;
    }
}

static yoke_err put_tags(const buf *formats, buf *out)
{
    const format *v = (const format *)(const void *)formats->ptr;
    size_t n = formats->len_bytes / sizeof *v;
    yoke_err err = YOKE_OK;
    for (size_t i = 0; i < n && err == YOKE_OK; i++) {
        buf_put_u8(out, '<');
        buf_put_bytes(out, v[i].key);
        err = yoke__js_attributes(out, v[i].json);
        buf_put_u8(out, '>');
    }
    return err;
}

static void put_end_tags(const buf *formats, buf *out)
{
    const format *v = (const format *)(const void *)formats->ptr;
    for (size_t n = formats->len_bytes / sizeof *v; n-- > 0;) {
        buf_put_str(out, "</");
        buf_put_bytes(out, v[n].key);
        buf_put_u8(out, '>');
    }
}

/* Blocks that a delta has no operation for: they do not end a run of text either. */
static bool silent(const yoke__block *b)
{
    return (b->flags & YOKE__F_DELETED) || (b->ref != YOKE__STRING && b->ref != YOKE__EMBED &&
                                            b->ref != YOKE__FORMAT && b->ref != YOKE__TYPE);
}

/* A run of text and what continues it. */
static void put_run(const yoke_doc *doc, open *o, const yoke__block *b, buf *out)
{
    yoke__write_text(out, doc, b, 0, b->len);
    for (; o->block != 0; o->block = b->next) {
        b = yoke__blk(doc, o->block);
        if (silent(b))
            continue;
        if (b->ref != YOKE__STRING)
            return;
        yoke__write_text(out, doc, b, 0, b->len);
    }
}

static void put_elements(const yoke_doc *doc, const yoke__block *b, buf *out)
{
    size_t offset = 0;
    if (b->ref == YOKE__STRING)
        yoke__write_text(out, doc, b, 0, b->len);
    else
        for (uint32_t i = 0; i < yoke__visible(b); i++) {
            yoke_value v = yoke__next_value(doc, b, i, &offset);
            yoke__js_value(out, &v);
        }
}

/* One child of an XML text: what a delta has as one operation stands in the tags of its formats. */
static yoke_err put_marked(const yoke_doc *doc, open *o, const yoke__block *b, size_t nesting,
                           buf *stack, buf *out)
{
    if (b->ref == YOKE__FORMAT) {
        put_format(doc, b, &o->formats);
        return yoke__err(o->formats.err);
    }
    if (silent(b))
        return YOKE_OK;
    yoke_err err = put_tags(&o->formats, out);
    if (err != YOKE_OK)
        return err;
    if (b->ref == YOKE__TYPE)
        return open_type(doc, b->at, nesting, stack, out); /* the tags end when it does */
    if (b->ref == YOKE__STRING)
        put_run(doc, o, b, out);
    else
        put_elements(doc, b, out);
    put_end_tags(&o->formats, out);
    return YOKE_OK;
}

static yoke_err put_child(const yoke_doc *doc, open *o, size_t nesting, buf *stack, buf *out)
{
    const yoke__block *b = yoke__blk(doc, o->block);
    o->block = b->next;
    if (b->flags & YOKE__F_DELETED)
        return YOKE_OK;
    if (is_marked(doc, o->type))
        return put_marked(doc, o, b, nesting, stack, out);
    bool text = yoke__ty(doc, o->type)->kind == YOKE_KIND_TEXT;
    if (b->ref == YOKE__TYPE && !text)
        return open_type(doc, b->at, nesting, stack, out);
    if (b->ref == YOKE__STRING || !text)
        put_elements(doc, b, out);
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
        if (stack.len_bytes > 0)
            put_end_tags(&o[-1].formats, out);
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
