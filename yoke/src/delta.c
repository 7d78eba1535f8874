/* delta.c - a text as inserts with attributes, as Y.Text.toDelta gives it; lines. */
#include "yoke/src/js.h"
#include "yoke/src/read.h"

typedef struct delta_walk {
    const yoke_doc *doc;
    yoke_delta_fn *visit;
    void *ctx;
    base_alloc alloc;
    buf attributes; /* yoke_attribute[] */
    buf text;
    uint64_t units;
} delta_walk;

static bool emit(delta_walk *w, const yoke_value *embed)
{
    yoke_delta step = {.tag = YOKE_DELTA_INSERT,
                       .len_utf16 = embed != NULL ? 1 : w->units,
                       .text = {w->text.ptr, w->text.len_bytes},
                       .embed = embed,
                       .attributes = (const yoke_attribute *)(const void *)w->attributes.ptr,
                       .attribute_count = w->attributes.len_bytes / sizeof(yoke_attribute)};
    return w->visit(w->ctx, &step);
}

static bool flush(delta_walk *w)
{
    bool more = w->units == 0 || emit(w, NULL);
    w->units = 0;
    buf_clear(&w->text);
    return more;
}

static void format(delta_walk *w, const yoke__block *b)
{
    reader in = reader_of(yoke__content(w->doc, b));
    bytes key = {NULL, 0};
    bytes json = {NULL, 0};
    (void)!reader_varbytes(&in, &key);
    (void)!reader_varbytes(&in, &json);
    bool null = bytes_equal(yoke__json_trim(json), bytes_of("null", 4));
    yoke_attribute *at = (yoke_attribute *)(void *)w->attributes.ptr;
    size_t n = w->attributes.len_bytes / sizeof *at;
    for (size_t i = 0; i < n; i++) {
        if (!bytes_equal(bytes_of(at[i].key.ptr, at[i].key.len_bytes), key))
            continue;
        at[i].value_json = (yoke_bytes){json.ptr, json.len_bytes};
        if (null) {
            memmove(at + i, at + i + 1, (n - i - 1) * sizeof *at);
            w->attributes.len_bytes -= sizeof *at;
        }
        return;
    }
    yoke_attribute a = {{key.ptr, key.len_bytes}, {json.ptr, json.len_bytes}};
    if (!null)
        buf_put(&w->attributes, &a, sizeof a);
}

static bool step_block(delta_walk *w, const yoke__block *b)
{
    if (b->flags & YOKE__F_DELETED)
        return true;
    if (b->ref == YOKE__STRING) {
        yoke__write_text(&w->text, w->doc, b, 0, b->len);
        w->units += b->len;
        return true;
    }
    if (b->ref != YOKE__FORMAT && b->ref != YOKE__EMBED && b->ref != YOKE__TYPE)
        return true;
    if (!flush(w))
        return false;
    if (b->ref == YOKE__FORMAT) {
        format(w, b);
        return true;
    }
    yoke_value v = yoke__block_value(w->doc, b, 0);
    return emit(w, &v);
}

yoke_err yoke_text_delta(const yoke_doc *doc, yoke_type text, yoke_delta_fn *visit, void *ctx)
{
    yoke_err err = yoke__type_usable(doc, text, YOKE__KINDS_TEXT);
    if (err != YOKE_OK)
        return err;
    delta_walk w = {.doc = doc, .visit = visit, .ctx = ctx, .alloc = doc->alloc};
    buf_init(&w.attributes, &w.alloc, UINT32_MAX);
    buf_init(&w.text, &w.alloc, UINT32_MAX);
    bool more = true;
    for (uint32_t i = yoke__ty(doc, text)->start; i != 0 && more; i = yoke__blk(doc, i)->next) {
        more = step_block(&w, yoke__blk(doc, i));
        if (w.attributes.err != BASE_OK || w.text.err != BASE_OK) {
            err = YOKE_ENOMEM;
            break;
        }
    }
    if (err == YOKE_OK && more)
        (void)flush(&w);
    buf_deinit(&w.attributes);
    buf_deinit(&w.text);
    return err;
}

uint64_t yoke_text_line_count(const yoke_doc *doc, yoke_type text)
{
    uint64_t n = 1;
    if (yoke__type_usable(doc, text, YOKE__KINDS_TEXT) != YOKE_OK)
        return 0;
    for (uint32_t i = yoke__ty(doc, text)->start; i != 0; i = yoke__blk(doc, i)->next) {
        const yoke__block *b = yoke__blk(doc, i);
        bytes c = yoke__content(doc, b);
        if ((b->flags & YOKE__F_DELETED) || b->ref != YOKE__STRING)
            continue;
        for (size_t k = 0; k < c.len_bytes; k++)
            n += c.ptr[k] == '\n' ? 1 : 0;
    }
    return n;
}

/* Units of UTF-8 that may begin or end inside of nothing. */
static uint64_t units_of(bytes s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.len_bytes; i++)
        n += (s.ptr[i] & 0xc0) != 0x80 ? (s.ptr[i] >= 0xf0 ? 2 : 1) : 0;
    return n;
}

/* Where line `line` starts, counted in units; false: there is none. */
static bool line_start(const yoke_doc *doc, yoke_type text, uint64_t line, uint64_t *at)
{
    uint64_t units = 0;
    *at = 0;
    for (uint32_t i = yoke__ty(doc, text)->start; i != 0 && line > 0; i = yoke__blk(doc, i)->next) {
        const yoke__block *b = yoke__blk(doc, i);
        bytes c = yoke__content(doc, b);
        const uint8_t *p = c.ptr;
        size_t left = yoke__visible(b) > 0 && b->ref == YOKE__STRING ? c.len_bytes : 0;
        while (left > 0 && line > 0 && (p = memchr(p, '\n', left)) != NULL) {
            p++;
            left = c.len_bytes - (size_t)(p - c.ptr);
            if (--line == 0)
                *at = units + (b->flags & YOKE__F_LEAD ? 1 : 0) +
                      units_of(bytes_of(c.ptr, (size_t)(p - c.ptr)));
        }
        units += yoke__visible(b);
    }
    return line == 0;
}

yoke_err yoke_text_line(const yoke_doc *doc, yoke_type text, uint64_t line, uint64_t *at_utf16,
                        yoke_blob *out)
{
    uint64_t from;
    uint64_t to;
    out->len_bytes = 0;
    yoke_err err = yoke__type_usable(doc, text, YOKE__KINDS_TEXT);
    if (err != YOKE_OK)
        return err;
    if (!line_start(doc, text, line, &from))
        return YOKE_ERANGE;
    to = yoke_type_len(doc, text);
    uint64_t next;
    if (line_start(doc, text, line + 1, &next))
        to = next - 1;
    *at_utf16 = from;
    return yoke_text_utf8(doc, text, from, to - from, out);
}
