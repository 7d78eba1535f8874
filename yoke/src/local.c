/* local.c - what all local edits share: finding the place, reserving, deleting. */
#include "yoke/src/doc.h"

#include "yoke/src/event.h"

/* Steps from the cursor before the tree is asked. */
#define NEAR_STEPS 6

yoke_err yoke__type_usable(const yoke_doc *doc, yoke_type type, uint32_t kinds)
{
    if (type == 0 || type >= doc->types.n)
        return YOKE_EKIND;
    const yoke__type_rec *t = yoke__ty(doc, type);
    if (!(kinds >> t->kind & 1))
        return YOKE_EKIND;
    return t->dead ? YOKE_EGONE : YOKE_OK;
}

/* The block that holds visible unit `at` (which exists) and where it starts. */
uint32_t yoke__seek(const yoke_doc *view, uint32_t type, uint32_t at, uint32_t *start)
{
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view; /* only the cursor moves */
    const yoke__type_rec *t = yoke__ty(doc, type);
    bool walks = t->tree == 0 && t->blocks <= YOKE__TREE_FROM;
    uint32_t b = t->start;
    uint32_t from = 0;
    if (doc->cur_type == type) {
        if (at - doc->cur_at < yoke__visible(yoke__blk(doc, doc->cur_block))) {
            *start = doc->cur_at;
            return doc->cur_block;
        }
        b = doc->cur_block;
        from = doc->cur_at;
        for (int i = 0; i < NEAR_STEPS && b != 0 && from > at; i++) {
            b = yoke__blk(doc, b)->prev;
            from -= b != 0 ? yoke__visible(yoke__blk(doc, b)) : 0;
        }
    }
    for (int i = 0; b != 0 && from <= at && (i < NEAR_STEPS || walks); i++) {
        uint32_t len = yoke__visible(yoke__blk(doc, b));
        if (at - from < len)
            goto found;
        from += len;
        b = yoke__blk(doc, b)->next;
    }
    yoke__tree_build(doc, type);
    if (t->tree != 0) {
        uint32_t offset;
        yoke__tree_settle(doc);
        b = yoke__tree_find(doc, t->tree, at, &offset);
        from = at - offset;
    } else {
        from = 0;
        for (b = t->start; at - from >= yoke__visible(yoke__blk(doc, b));) {
            from += yoke__visible(yoke__blk(doc, b));
            b = yoke__blk(doc, b)->next;
        }
    }
found:
    doc->cur_type = type;
    doc->cur_block = b;
    doc->cur_at = from;
    *start = from;
    return b;
}

yoke_err yoke__local_reserve(yoke_doc *doc, yoke__need need, size_t event_bytes)
{
    if (yoke__is_observed(doc))
        return YOKE_ESTATE;
    need.clients = doc->me == YOKE__NONE ? 1 : 0;
    if (yoke__blocks_live(doc) + need.blocks > doc->limits.structs)
        return YOKE_ELIMIT_STRUCTS;
    yoke_err err = yoke__reserve(doc, &need);
    if (err != YOKE_OK)
        return err;
    if (doc->me == YOKE__NONE)
        doc->me = yoke__client_make(doc, doc->client_id);
    return yoke__emit_reserve(doc, event_bytes + 256);
}

void yoke__local_start(yoke_doc *doc)
{
    if (!doc->txn_open)
        yoke__txn_start(doc, true, 0);
    yoke__touch_client(doc, doc->me);
}

/* What waited for this edit goes on with the next update that is applied, as in Yjs: what a person
 * types is not deleted under the hands. */
void yoke__local_end(yoke_doc *doc)
{
    if (doc->parked_n + doc->parked_dels > 0)
        yoke__advanced(doc, doc->me);
    if (!doc->txn_open)
        yoke__txn_finish(doc, NULL);
}

yoke_err yoke_txn_commit(yoke_doc *doc)
{
    if (!doc->txn_open)
        return YOKE_ESTATE;
    doc->txn_open = false;
    yoke__txn_finish(doc, NULL);
    return YOKE_OK;
}

/* Make the list end a block before visible unit `at`; returns the block on its left, 0 at the
 * start. */
uint32_t yoke__cut(yoke_doc *doc, uint32_t type, uint32_t at, uint32_t *start)
{
    *start = 0;
    if (at == 0)
        return 0;
    uint32_t b = yoke__seek(doc, type, at - 1, start);
    if (at - *start < yoke__blk(doc, b)->len)
        (void)yoke__split(doc, b, at - *start);
    return b;
}

static void delete_visible(yoke_doc *doc, uint32_t type, uint32_t at, uint32_t len)
{
    uint32_t start;
    while (len > 0) {
        uint32_t b = yoke__seek(doc, type, at, &start);
        const yoke__block *p = yoke__blk(doc, b);
        uint32_t from = at - start;
        uint32_t n = p->len - from < len ? p->len - from : len;
        uint32_t prev = p->prev;
        yoke__delete_part(doc, b, from, from + n);
        yoke__bury(doc);
        len -= n;
        if (from == 0) {
            if (prev == 0)
                continue;
            b = prev;
            start -= yoke__visible(yoke__blk(doc, prev));
        }
        doc->cur_type = type;
        doc->cur_block = b;
        doc->cur_at = start;
    }
}

/* Blocks that stand at least partly in the range: each may be deleted on its own; and with a type
 * among them all that stands in types. */
static size_t blocks_in(const yoke_doc *doc, uint32_t type, uint32_t at, uint32_t len)
{
    uint32_t start;
    size_t n = 0;
    for (uint32_t b = yoke__seek(doc, type, at, &start); b != 0 && start < at + len; n++) {
        start += yoke__visible(yoke__blk(doc, b));
        b = yoke__blk(doc, b)->next;
    }
    return n + doc->nested;
}

yoke_err yoke__delete_units(yoke_doc *doc, yoke_type type, uint64_t at, uint64_t len)
{
    uint32_t have = yoke__ty(doc, type)->len;
    if (at > have || len > have - at)
        return YOKE_ERANGE;
    if (len == 0)
        return YOKE_OK;
    size_t n = blocks_in(doc, type, (uint32_t)at, (uint32_t)len);
    yoke_err err = yoke__local_reserve(doc, (yoke__need){.blocks = 2, .dels = n + 2}, 48 * (n + 2));
    if (err != YOKE_OK)
        return err;
    yoke__local_start(doc);
    delete_visible(doc, type, (uint32_t)at, (uint32_t)len);
    yoke__local_end(doc);
    return YOKE_OK;
}
