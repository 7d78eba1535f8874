/* text.c - reading and editing the text of a type. */
#include "yoke/src/doc.h"

#include "base/utf.h"

#define TEXTS (1u << YOKE_KIND_TEXT | 1u << YOKE_KIND_XML_TEXT | 1u << YOKE_KIND_UNKNOWN)

static void insert_text(yoke_doc *doc, uint32_t type, uint32_t at, bytes utf8, uint32_t units)
{
    uint32_t start;
    uint32_t left = yoke__cut(doc, type, at, &start);
    /* As Yjs does in texts: over the tombstones that follow. */
    uint32_t right = left != 0 ? yoke__blk(doc, left)->next : yoke__ty(doc, type)->start;
    while (right != 0 && (yoke__blk(doc, right)->flags & YOKE__F_DELETED)) {
        left = right;
        right = yoke__blk(doc, right)->next;
    }
    const yoke__block *r = yoke__blk(doc, right);
    bool ascii = units == utf8.len_bytes;
    yoke__neighbour next = {right, YOKE__NONE, 0};
    if (right != 0)
        next = (yoke__neighbour){right, r->client, r->clock};
    if (ascii && yoke__extend(doc, doc->me, left, &next, utf8))
        return;
    yoke__struct s = {.client = doc->client_id,
                      .clock = yoke__cl(doc, doc->me)->state,
                      .len = units,
                      .ref = YOKE__STRING,
                      .ascii = ascii,
                      .content = utf8};
    yoke__spot spot = {.type = type, .left = left, .right = right};
    uint32_t b = yoke__integrate_at(doc, &s, &spot);
    if (at == 0) {
        doc->cur_type = type;
        doc->cur_block = b;
        doc->cur_at = 0;
    }
}

yoke_err yoke_text_insert(yoke_doc *doc, yoke_type text, uint64_t at_utf16, yoke_bytes utf8)
{
    size_t units;
    yoke_err err = yoke__type_usable(doc, text, TEXTS);
    if (err != YOKE_OK)
        return err;
    bytes s = bytes_of(utf8.ptr, utf8.len_bytes);
    if (utf_measure(s, &units) != BASE_OK)
        return YOKE_EUTF8;
    if (at_utf16 > yoke__ty(doc, text)->len)
        return YOKE_ERANGE;
    if (units == 0)
        return YOKE_OK;
    if (units > UINT32_MAX / 2 ||
        (doc->me != YOKE__NONE && yoke__cl(doc, doc->me)->state + (uint64_t)units >= UINT32_MAX))
        return YOKE_ELIMIT_CLOCK;
    yoke__need need = {.blocks = 1, .heap_bytes = s.len_bytes};
    if (yoke__ty(doc, text)->blocks > 0) {
        need.blocks = 2; /* its own, and a cut */
        need.heap_bytes += YOKE__MOVE_BYTES_MAX;
    }
    err = yoke__local_reserve(doc, need, s.len_bytes);
    if (err != YOKE_OK)
        return err;
    yoke__local_start(doc);
    insert_text(doc, text, (uint32_t)at_utf16, s, (uint32_t)units);
    yoke__local_end(doc);
    return YOKE_OK;
}

yoke_err yoke_text_delete(yoke_doc *doc, yoke_type text, uint64_t at_utf16, uint64_t len_utf16)
{
    yoke_err err = yoke__type_usable(doc, text, TEXTS);
    return err == YOKE_OK ? yoke__delete_units(doc, text, at_utf16, len_utf16) : err;
}

yoke_err yoke_text_utf8(const yoke_doc *doc, yoke_type text, uint64_t at_utf16, uint64_t len_utf16,
                        yoke_blob *out)
{
    out->len_bytes = 0;
    yoke_err err = yoke__type_usable(doc, text, TEXTS);
    if (err != YOKE_OK)
        return err;
    uint64_t have = yoke__ty(doc, text)->len;
    if (at_utf16 > have || (len_utf16 != UINT64_MAX && len_utf16 > have - at_utf16))
        return YOKE_ERANGE;
    uint32_t at = (uint32_t)at_utf16;
    uint32_t end = len_utf16 == UINT64_MAX ? (uint32_t)have : (uint32_t)(at_utf16 + len_utf16);
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    uint32_t start = 0;
    uint32_t i = at < end ? yoke__seek(doc, text, at, &start) : 0;
    for (; i != 0 && start < end; i = yoke__blk(doc, i)->next) {
        const yoke__block *p = yoke__blk(doc, i);
        uint32_t len = yoke__visible(p);
        if (len > 0 && p->ref == YOKE__STRING)
            yoke__write_text(&b, doc, p, at > start ? at - start : 0,
                             end - start < len ? end - start : len);
        start += len;
    }
    return yoke__blob_from(out, &b);
}

yoke_err yoke_text_utf16(const yoke_doc *doc, yoke_type text, uint64_t at_utf16, uint64_t len_utf16,
                         yoke_blob *out)
{
    yoke_blob utf8 = {.alloc = out->alloc};
    out->len_bytes = 0;
    yoke_err err = yoke_text_utf8(doc, text, at_utf16, len_utf16, &utf8);
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    if (err == YOKE_OK && buf_reserve(&b, 2 * utf8.len_bytes + 2) == BASE_OK)
        b.len_bytes =
            2 * utf_to_utf16(bytes_of(utf8.ptr, utf8.len_bytes), (uint16_t *)(void *)b.ptr);
    yoke_blob_free(&utf8);
    yoke_err copied = yoke__blob_from(out, &b);
    return err != YOKE_OK ? err : copied;
}

uint64_t yoke_text_len_bytes(const yoke_doc *doc, yoke_type text)
{
    uint64_t n = 0;
    if (yoke__type_usable(doc, text, TEXTS) != YOKE_OK)
        return 0;
    for (uint32_t i = yoke__ty(doc, text)->start; i != 0; i = yoke__blk(doc, i)->next) {
        const yoke__block *p = yoke__blk(doc, i);
        if (!(p->flags & YOKE__F_DELETED) && p->ref == YOKE__STRING)
            n += yoke__text_bytes(doc, p, 0, p->len);
    }
    return n;
}
