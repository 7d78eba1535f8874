/* relpos.c - places that stay with their text (yjs RelativePosition.js), and snapshots. */
#include "yoke/src/read.h"

#include "base/utf.h"

static void at_type(const yoke_doc *doc, yoke_type type, yoke_relpos *out)
{
    const yoke__type_rec *t = yoke__ty(doc, type);
    if (t->item == 0) {
        out->tag = YOKE_RELPOS_ROOT;
        out->name = yoke_type_name(doc, type);
    } else {
        const yoke__block *b = yoke__blk(doc, t->item);
        out->tag = YOKE_RELPOS_TYPE;
        out->id = (yoke_id){yoke__cl(doc, b->client)->id, b->clock};
    }
}

yoke_err yoke_relpos_at(const yoke_doc *doc, yoke_type type, uint64_t at, int assoc,
                        yoke_relpos *out)
{
    yoke_err err = yoke__type_usable(doc, type, YOKE__KINDS_ALL);
    if (err != YOKE_OK)
        return err;
    uint32_t len = yoke__ty(doc, type)->len;
    if (at > len)
        return YOKE_ERANGE;
    *out = (yoke_relpos){.assoc = assoc};
    if ((assoc < 0 && at == 0) || (assoc >= 0 && at == len)) {
        at_type(doc, type, out);
        return YOKE_OK;
    }
    uint32_t start;
    uint32_t unit = (uint32_t)at - (assoc < 0 ? 1 : 0);
    const yoke__block *b = yoke__blk(doc, yoke__seek(doc, type, unit, &start));
    out->tag = YOKE_RELPOS_ITEM;
    out->id = (yoke_id){yoke__cl(doc, b->client)->id, b->clock + (unit - start)};
    return YOKE_OK;
}

static uint32_t block_of(const yoke_doc *doc, yoke_id id)
{
    uint32_t client = yoke__client_find(doc, id.client);
    if (client == YOKE__NONE || id.clock >= yoke__cl(doc, client)->state)
        return 0;
    return yoke__block_at(doc, client, (uint32_t)id.clock);
}

static yoke_err resolve_item(const yoke_doc *doc, const yoke_relpos *pos, yoke_type *type,
                             uint64_t *at)
{
    uint32_t i = block_of(doc, pos->id);
    const yoke__block *b = yoke__blk(doc, i);
    if (i == 0 || b->ref == YOKE__GC)
        return YOKE_ENOTFOUND;
    const yoke__type_rec *t = yoke__ty(doc, b->parent);
    *type = b->parent;
    *at = 0;
    if (t->item != 0 && (yoke__blk(doc, t->item)->flags & YOKE__F_DELETED))
        return YOKE_OK;
    uint32_t inside = (uint32_t)pos->id.clock - b->clock;
    if (yoke__visible(b) > 0)
        *at = inside + (pos->assoc >= 0 ? 0 : 1);
    yoke__tree_build(doc, b->parent);
    if (b->leaf != 0) {
        *at += yoke__tree_start(doc, i);
        return YOKE_OK;
    }
    for (uint32_t k = b->prev; k != 0; k = yoke__blk(doc, k)->prev)
        *at += yoke__visible(yoke__blk(doc, k));
    return YOKE_OK;
}

yoke_err yoke_relpos_resolve(const yoke_doc *doc, const yoke_relpos *pos, yoke_type *type,
                             uint64_t *at)
{
    if (pos->tag == YOKE_RELPOS_ITEM)
        return resolve_item(doc, pos, type, at);
    if (pos->tag == YOKE_RELPOS_ROOT) {
        uint32_t e = yoke__entry_find(doc, 0, bytes_of(pos->name.ptr, pos->name.len_bytes));
        *type = e != 0 ? yoke__en(doc, e)->last : 0;
    } else {
        uint32_t i = block_of(doc, pos->id);
        const yoke__block *b = yoke__blk(doc, i);
        *type = i != 0 && b->ref == YOKE__TYPE ? b->at : 0;
    }
    if (*type == 0)
        return YOKE_ENOTFOUND;
    *at = pos->assoc >= 0 ? yoke__ty(doc, *type)->len : 0;
    return YOKE_OK;
}

yoke_err yoke_relpos_encode(const yoke_relpos *pos, yoke_blob *out)
{
    base_alloc a;
    buf b;
    uint8_t tmp[VARINT_BYTES_MAX];
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    if (pos->tag == YOKE_RELPOS_ROOT) {
        buf_put_u8(&b, 1);
        buf_put_varstring(&b, bytes_of(pos->name.ptr, pos->name.len_bytes));
    } else {
        buf_put_u8(&b, pos->tag == YOKE_RELPOS_ITEM ? 0 : 2);
        buf_put_varuint(&b, pos->id.client);
        buf_put_varuint(&b, pos->id.clock);
    }
    uint64_t magnitude = pos->assoc < 0 ? 0 - (uint64_t)(int64_t)pos->assoc : (uint64_t)pos->assoc;
    buf_put(&b, tmp, varint_write(tmp, pos->assoc < 0, magnitude));
    return yoke__blob_from(out, &b);
}

yoke_err yoke_relpos_decode(yoke_bytes in, yoke_relpos *out)
{
    reader r = reader_of(bytes_of(in.ptr, in.len_bytes));
    uint64_t tag;
    size_t units;
    bytes name;
    bool negative;
    uint64_t magnitude;
    *out = (yoke_relpos){.tag = YOKE_RELPOS_ITEM};
    if (reader_varuint(&r, &tag) != BASE_OK || tag > 2)
        return YOKE_EMALFORMED;
    if (tag == 1) {
        if (reader_varbytes(&r, &name) != BASE_OK || utf_measure(name, &units) != BASE_OK)
            return YOKE_EMALFORMED;
        out->tag = YOKE_RELPOS_ROOT;
        out->name = (yoke_bytes){name.ptr, name.len_bytes};
    } else {
        out->tag = tag == 0 ? YOKE_RELPOS_ITEM : YOKE_RELPOS_TYPE;
        if (reader_varuint(&r, &out->id.client) != BASE_OK ||
            reader_varuint(&r, &out->id.clock) != BASE_OK)
            return YOKE_EMALFORMED;
    }
    if (reader_left(&r) == 0)
        return YOKE_OK;
    if (reader_varint(&r, &negative, &magnitude) != BASE_OK || magnitude > INT32_MAX ||
        reader_left(&r) > 0)
        return YOKE_EMALFORMED;
    out->assoc = negative ? -(int)magnitude : (int)magnitude;
    return YOKE_OK;
}
