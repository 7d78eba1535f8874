/* list.c - arrays and maps: reading them, and local edits of both. */
#include "yoke/src/read.h"

#include "base/utf.h"

#define LISTS (YOKE__KIND_BIT(YOKE_KIND_ARRAY) | YOKE__KIND_BIT(YOKE_KIND_UNKNOWN))
#define READABLE_LISTS                                                                             \
    (LISTS | YOKE__KIND_BIT(YOKE_KIND_XML_ELEMENT) | YOKE__KIND_BIT(YOKE_KIND_XML_FRAGMENT) |      \
     YOKE__KINDS_TEXT)

static yoke_bytes slice(bytes s)
{
    return (yoke_bytes){s.ptr, s.len_bytes};
}

static yoke_value subdocument(bytes c)
{
    yoke_value v = {.tag = YOKE_VALUE_DOC};
    reader in = reader_of(c);
    bytes guid = {NULL, 0};
    (void)!reader_varbytes(&in, &guid);
    v.data = slice(guid);
    v.opts = (yoke_bytes){in.pos, reader_left(&in)};
    return v;
}

/* The element of a run of ANY or JSON that begins at `*offset`, which moves behind it. */
static yoke_value element_at(bytes run, uint8_t ref, size_t *offset)
{
    bytes rest = bytes_of(run.ptr + *offset, run.len_bytes - *offset);
    size_t size = yoke__elements_offset(rest, ref, 1);
    *offset += size;
    if (ref == YOKE__ANY)
        return yoke__any_value(bytes_of(rest.ptr, size));
    reader in = reader_of(rest);
    bytes json = {NULL, 0};
    (void)!reader_varbytes(&in, &json);
    return (yoke_value){.tag = YOKE_VALUE_JSON, .data = slice(json)};
}

yoke_value yoke__next_value(const yoke_doc *doc, const yoke__block *b, uint32_t at, size_t *offset)
{
    if (b->ref != YOKE__ANY && b->ref != YOKE__JSON)
        return yoke__block_value(doc, b, at);
    return element_at(yoke__content(doc, b), b->ref, offset);
}

yoke_value yoke__block_value(const yoke_doc *doc, const yoke__block *b, uint32_t at)
{
    bytes c = yoke__content(doc, b);
    yoke_value v = {.tag = YOKE_VALUE_UNDEFINED};
    bytes inner = {NULL, 0};
    reader in = reader_of(c);
    switch (b->ref) {
    case YOKE__TYPE:
        v.tag = YOKE_VALUE_TYPE;
        v.type = b->at;
        v.kind = (yoke_kind)yoke__ty(doc, b->at)->kind;
        return v;
    case YOKE__ANY:
    case YOKE__JSON: {
        size_t from = yoke__elements_offset(c, b->ref, at);
        return element_at(c, b->ref, &from);
    }
    case YOKE__EMBED:
        (void)!reader_varbytes(&in, &inner);
        v.tag = YOKE_VALUE_JSON;
        v.data = slice(inner);
        return v;
    case YOKE__BINARY:
        (void)!reader_varbytes(&in, &inner);
        v.tag = YOKE_VALUE_BINARY;
        v.data = slice(inner);
        return v;
    case YOKE__DOC:
        return subdocument(c);
    case YOKE__STRING:
        v.tag = YOKE_VALUE_STRING;
        v.data = slice(c);
        return v;
    default:
        return v;
    }
}

yoke_err yoke_array_get(const yoke_doc *doc, yoke_type array, uint64_t at, yoke_value *out)
{
    yoke_err err = yoke__type_usable(doc, array, READABLE_LISTS);
    if (err != YOKE_OK)
        return err;
    if (at >= yoke__ty(doc, array)->len)
        return YOKE_ERANGE;
    uint32_t start;
    uint32_t b = yoke__seek(doc, array, (uint32_t)at, &start);
    *out = yoke__block_value(doc, yoke__blk(doc, b), (uint32_t)at - start);
    return YOKE_OK;
}

static bool visit_block(const yoke_doc *doc, const yoke__block *b, yoke_value_fn *visit, void *ctx)
{
    uint32_t len = b->ref == YOKE__STRING ? 1 : b->len;
    size_t offset = 0;
    for (uint32_t i = 0; i < len; i++) {
        yoke_value v = yoke__next_value(doc, b, i, &offset);
        if (!visit(ctx, &v))
            return false;
    }
    return true;
}

yoke_err yoke_array_visit(const yoke_doc *doc, yoke_type array, yoke_value_fn *visit, void *ctx)
{
    yoke_err err = yoke__type_usable(doc, array, READABLE_LISTS);
    if (err != YOKE_OK)
        return err;
    for (uint32_t i = yoke__ty(doc, array)->start; i != 0; i = yoke__blk(doc, i)->next) {
        const yoke__block *b = yoke__blk(doc, i);
        if (yoke__visible(b) > 0 && !visit_block(doc, b, visit, ctx))
            break;
    }
    return YOKE_OK;
}

static const yoke__block *live_entry(const yoke_doc *doc, uint32_t e)
{
    uint32_t last = e != 0 ? yoke__en(doc, e)->last : 0;
    const yoke__block *b = yoke__blk(doc, last);
    return last == 0 || (b->flags & YOKE__F_DELETED) ? NULL : b;
}

yoke_err yoke_map_get(const yoke_doc *doc, yoke_type map, yoke_bytes key, yoke_value *out)
{
    yoke_err err = yoke__type_usable(doc, map, YOKE__KINDS_ALL);
    if (err != YOKE_OK)
        return err;
    const yoke__block *b =
        live_entry(doc, yoke__entry_find(doc, map, bytes_of(key.ptr, key.len_bytes)));
    if (b == NULL)
        return YOKE_ENOTFOUND;
    *out = yoke__block_value(doc, b, b->len - 1);
    return YOKE_OK;
}

yoke_err yoke_map_visit(const yoke_doc *doc, yoke_type map, yoke_entry_fn *visit, void *ctx)
{
    yoke_err err = yoke__type_usable(doc, map, YOKE__KINDS_ALL);
    if (err != YOKE_OK)
        return err;
    for (uint32_t e = yoke__ty(doc, map)->first_entry; e != 0; e = yoke__en(doc, e)->next) {
        const yoke__block *b = live_entry(doc, e);
        if (b == NULL)
            continue;
        yoke_value v = yoke__block_value(doc, b, b->len - 1);
        if (!visit(ctx, slice(yoke__name(doc, yoke__en(doc, e)->key_at, yoke__en(doc, e)->key_len)),
                   &v))
            break;
    }
    return YOKE_OK;
}

/* ------------------------------------------------------------------------------ local edits */

/* One item to be: what stands in the staging buffer from `at` on. */
typedef struct piece {
    size_t at;
    size_t size;
    uint32_t len;
    uint8_t ref;
    uint8_t type_ref;
} piece;

static yoke_err stage_type(buf *staged, const yoke_value *v, piece *p)
{
    switch (v->kind) {
    case YOKE_KIND_ARRAY:
        p->type_ref = YOKE__TYPE_ARRAY;
        break;
    case YOKE_KIND_MAP:
        p->type_ref = YOKE__TYPE_MAP;
        break;
    case YOKE_KIND_TEXT:
        p->type_ref = YOKE__TYPE_TEXT;
        break;
    case YOKE_KIND_UNKNOWN:
    case YOKE_KIND_XML_ELEMENT:
    case YOKE_KIND_XML_FRAGMENT:
    case YOKE_KIND_XML_HOOK:
    case YOKE_KIND_XML_TEXT:
        return YOKE_EKIND;
    }
    buf_put_u8(staged, p->type_ref);
    return YOKE_OK;
}

static yoke_err stage_doc(buf *staged, const yoke_value *v, size_t nesting)
{
    size_t units;
    bytes guid = bytes_of(v->data.ptr, v->data.len_bytes);
    if (utf_measure(guid, &units) != BASE_OK)
        return YOKE_EUTF8;
    buf_put_varstring(staged, guid);
    if (v->opts.len_bytes == 0) {
        buf_put(staged, "\x76\x00", 2);
        return YOKE_OK;
    }
    return yoke__any_write(staged, &(yoke_value){.tag = YOKE_VALUE_ANY, .data = v->opts}, nesting);
}

/* One value that is to stand in `type`. */
static yoke_err stage(const yoke_doc *doc, uint32_t type, buf *staged, const yoke_value *v,
                      piece *p)
{
    size_t nesting = doc->limits.nesting;
    *p = (piece){.at = staged->len_bytes, .len = 1};
    yoke_err err = YOKE_OK;
    if (v->tag == YOKE_VALUE_BINARY) {
        p->ref = YOKE__BINARY;
        buf_put_varstring(staged, bytes_of(v->data.ptr, v->data.len_bytes));
    } else if (v->tag == YOKE_VALUE_TYPE) {
        p->ref = YOKE__TYPE;
        err = yoke__type_level(doc, type, nesting) < nesting ? stage_type(staged, v, p)
                                                             : YOKE_ELIMIT_NESTING;
    } else if (v->tag == YOKE_VALUE_DOC) {
        p->ref = YOKE__DOC;
        err = stage_doc(staged, v, nesting);
    } else {
        p->ref = YOKE__ANY;
        err = yoke__any_write(staged, v, nesting);
    }
    p->size = staged->len_bytes - p->at;
    return err == YOKE_OK ? yoke__err(staged->err) : err;
}

static yoke_err stage_all(yoke_doc *doc, uint32_t type, buf *staged, yoke__vec *pieces,
                          const yoke_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        piece p;
        yoke_err err = stage(doc, type, staged, &values[i], &p);
        if (err != YOKE_OK)
            return err;
        piece *last = pieces->n > 0 ? YOKE__AT(*pieces, piece, pieces->n - 1) : NULL;
        if (last != NULL && last->ref == YOKE__ANY && p.ref == YOKE__ANY) {
            last->len++;
            last->size += p.size;
            continue;
        }
        if (!yoke__vec_reserve(doc, pieces, 1, sizeof p))
            return doc->fault;
        *YOKE__AT(*pieces, piece, pieces->n++) = p;
    }
    return YOKE_OK;
}

static uint32_t put_pieces(yoke_doc *doc, const buf *staged, const yoke__vec *pieces,
                           yoke__spot spot)
{
    for (size_t i = 0; i < pieces->n; i++) {
        const piece *p = YOKE__AT(*pieces, piece, i);
        yoke__struct s = {.client = doc->client_id,
                          .clock = yoke__cl(doc, doc->me)->state,
                          .len = p->len,
                          .ref = p->ref,
                          .type_ref = p->type_ref,
                          .content = bytes_of(staged->ptr + p->at, p->size)};
        spot.left = yoke__integrate_at(doc, &s, &spot);
    }
    return spot.left;
}

static yoke_err insert_pieces(yoke_doc *doc, uint32_t type, uint32_t at, const buf *staged,
                              const yoke__vec *pieces, size_t count)
{
    if (yoke_doc_state(doc, doc->client_id) + count >= UINT32_MAX)
        return YOKE_ELIMIT_CLOCK;
    yoke_err err = yoke__local_reserve(
        doc,
        (yoke__need){.blocks = pieces->n + 1, .types = pieces->n, .heap_bytes = staged->len_bytes},
        staged->len_bytes + 64 * pieces->n);
    if (err != YOKE_OK)
        return err;
    yoke__local_start(doc);
    uint32_t start;
    yoke__spot spot = {.type = type, .left = yoke__cut(doc, type, at, &start)};
    spot.right = spot.left != 0 ? yoke__blk(doc, spot.left)->next : yoke__ty(doc, type)->start;
    uint32_t last = put_pieces(doc, staged, pieces, spot);
    doc->cur_type = 0;
    if (pieces->n > 0 && yoke__blk(doc, last)->ref != YOKE__TYPE)
        yoke__merge_around(doc, last);
    yoke__local_end(doc);
    return YOKE_OK;
}

yoke_err yoke_array_insert(yoke_doc *doc, yoke_type array, uint64_t at, const yoke_value *values,
                           size_t count)
{
    yoke_err err = yoke__type_usable(doc, array, LISTS);
    if (err != YOKE_OK)
        return err;
    if (at > yoke__ty(doc, array)->len)
        return YOKE_ERANGE;
    if (count == 0)
        return YOKE_OK;
    buf staged;
    yoke__vec pieces = {NULL, 0, 0};
    buf_init(&staged, &doc->alloc, doc->limits.doc_bytes);
    err = stage_all(doc, array, &staged, &pieces, values, count);
    if (err == YOKE_OK)
        err = insert_pieces(doc, array, (uint32_t)at, &staged, &pieces, count);
    buf_deinit(&staged);
    yoke__vec_free(doc, &pieces, sizeof(piece));
    return err;
}

yoke_err yoke_array_delete(yoke_doc *doc, yoke_type array, uint64_t at, uint64_t count)
{
    yoke_err err = yoke__type_usable(doc, array, LISTS);
    return err == YOKE_OK ? yoke__delete_units(doc, array, at, count) : err;
}

static size_t map_dels(const yoke_doc *doc)
{
    return doc->nested + 2;
}

yoke_err yoke_map_set(yoke_doc *doc, yoke_type map, yoke_bytes key, const yoke_value *value)
{
    size_t units;
    piece p;
    bytes k = bytes_of(key.ptr, key.len_bytes);
    yoke_err err = yoke__type_usable(doc, map, YOKE__KINDS_ALL);
    if (err != YOKE_OK)
        return err;
    if (utf_measure(k, &units) != BASE_OK)
        return YOKE_EUTF8;
    if (yoke_doc_state(doc, doc->client_id) + 1 >= UINT32_MAX)
        return YOKE_ELIMIT_CLOCK;
    buf staged;
    buf_init(&staged, &doc->alloc, doc->limits.doc_bytes);
    err = stage(doc, map, &staged, value, &p);
    size_t dels = map_dels(doc);
    if (err == YOKE_OK)
        err = yoke__local_reserve(doc,
                                  (yoke__need){.blocks = 1,
                                               .types = 1,
                                               .entries = 1,
                                               .name_bytes = k.len_bytes + 1,
                                               .dels = dels,
                                               .heap_bytes = staged.len_bytes},
                                  staged.len_bytes + 2 * k.len_bytes + 24 * dels);
    if (err == YOKE_OK) {
        yoke__local_start(doc);
        uint32_t e = yoke__entry_make(doc, map, k);
        yoke__vec one = {&p, 1, 1};
        uint32_t b =
            put_pieces(doc, &staged, &one,
                       (yoke__spot){.type = map, .sub = e, .left = yoke__en(doc, e)->last});
        uint32_t before = yoke__blk(doc, b)->prev;
        if (before != 0)
            yoke__merge_around(doc, before);
        yoke__local_end(doc);
    }
    buf_deinit(&staged);
    return err;
}

yoke_err yoke_map_delete(yoke_doc *doc, yoke_type map, yoke_bytes key)
{
    yoke_err err = yoke__type_usable(doc, map, YOKE__KINDS_ALL);
    if (err != YOKE_OK)
        return err;
    uint32_t e = yoke__entry_find(doc, map, bytes_of(key.ptr, key.len_bytes));
    if (live_entry(doc, e) == NULL)
        return YOKE_ENOTFOUND;
    size_t dels = map_dels(doc);
    err = yoke__local_reserve(doc, (yoke__need){.dels = dels}, 24 * dels);
    if (err != YOKE_OK)
        return err;
    yoke__local_start(doc);
    uint32_t b = yoke__en(doc, e)->last;
    yoke__delete_block(doc, b);
    yoke__bury(doc);
    yoke__merge_around(doc, b);
    yoke__local_end(doc);
    return YOKE_OK;
}
