/* block.c - the store of blocks: finding by clock, splitting, joining, deleting. */
#include "yoke/src/doc.h"

#include <assert.h>

#include "base/utf.h"

uint32_t yoke__block_new(yoke_doc *doc)
{
    uint32_t i = doc->blocks_free;
    if (i != 0) {
        doc->blocks_free = yoke__blk(doc, i)->next;
        doc->blocks_free_n--;
    } else {
        assert(doc->blocks.n < doc->blocks.cap); /* reserved */
        i = doc->blocks.n++;
    }
    return i;
}

void yoke__block_free(yoke_doc *doc, uint32_t b)
{
    yoke__block *p = yoke__blk(doc, b);
    *p = (yoke__block){.next = doc->blocks_free};
    doc->blocks_free = b;
    doc->blocks_free_n++;
    if (doc->cur_block == b)
        doc->cur_type = 0;
}

uint32_t yoke__block_at(const yoke_doc *doc, uint32_t client, uint32_t clock)
{
    const yoke__client *c = yoke__cl(doc, client);
    if (clock >= c->state)
        return 0;
    if (clock >= yoke__blk(doc, c->tail)->clock)
        return c->tail;
    return yoke__index_find(doc, client, clock);
}

uint32_t yoke__block_after(const yoke_doc *doc, uint32_t b)
{
    const yoke__block *p = yoke__blk(doc, b);
    return yoke__block_at(doc, p->client, p->clock + p->len);
}

/* An only block is not in the index. */
static void index_add(yoke_doc *doc, yoke__client *c, uint32_t b)
{
    if (c->index == 0)
        yoke__index_put(doc, &c->index, yoke__blk(doc, c->tail)->clock, c->tail);
    yoke__index_put(doc, &c->index, yoke__blk(doc, b)->clock, b);
}

void yoke__client_push(yoke_doc *doc, uint32_t b)
{
    const yoke__block *p = yoke__blk(doc, b);
    yoke__client *c = yoke__cl(doc, p->client);
    if (c->tail != 0)
        index_add(doc, c, b);
    c->tail = b;
    c->state = p->clock + p->len;
}

/* Into the list: right of `left`, or in front. */
static void link_after(yoke_doc *doc, uint32_t b, uint32_t left)
{
    yoke__block *p = yoke__blk(doc, b);
    yoke__type_rec *t = yoke__ty(doc, p->parent);
    uint32_t right;
    if (left != 0) {
        right = yoke__blk(doc, left)->next;
        yoke__blk(doc, left)->next = b;
    } else if (p->sub == 0) {
        right = t->start;
        t->start = b;
    } else {
        right = yoke__en(doc, p->sub)->last;
        while (right != 0 && yoke__blk(doc, right)->prev != 0)
            right = yoke__blk(doc, right)->prev;
    }
    p->prev = left;
    p->next = right;
    p->leaf = 0;
    if (right != 0)
        yoke__blk(doc, right)->prev = b;
    if (p->sub == 0)
        t->blocks++;
    else if (right == 0)
        yoke__en(doc, p->sub)->last = b;
    doc->nested += t->item != 0 ? 1 : 0;
}

/* Is there a position tree that can take another block?  It is given up when nodes are short. */
static bool positioned(yoke_doc *doc, uint32_t type)
{
    uint32_t root = yoke__ty(doc, type)->tree;
    if (root == 0)
        return false;
    if (yoke__nodes_spare(doc) >= yoke__nd(doc, root)->level + 2u)
        return true;
    yoke__tree_free(doc, type);
    return false;
}

void yoke__list_link(yoke_doc *doc, uint32_t b, uint32_t left)
{
    const yoke__block *p = yoke__blk(doc, b);
    link_after(doc, b, left);
    if (p->sub == 0 && positioned(doc, p->parent))
        yoke__tree_after(doc, p->parent, left, b);
}

static void split_text(const yoke_doc *doc, yoke__block *l, yoke__block *r, uint32_t at)
{
    if (l->flags & YOKE__F_ASCII) {
        r->at = l->at + at;
        r->size = l->size - at;
        l->size = at;
        return;
    }
    uint32_t lead = l->flags & YOKE__F_LEAD ? 1 : 0;
    bool inside = false;
    size_t cut = at <= lead ? 0 : utf_offset(yoke__content(doc, l), at - lead, &inside);
    r->flags = (uint8_t)(l->flags & ~YOKE__F_LEAD);
    l->flags = (uint8_t)(l->flags & ~YOKE__F_TAIL);
    size_t skip = inside ? 4 : 0;
    r->at = (uint32_t)(l->at + cut + skip);
    r->size = (uint32_t)(l->size - cut - skip);
    l->size = (uint32_t)cut;
    if (inside) {
        l->flags |= YOKE__F_TAIL;
        r->flags |= YOKE__F_LEAD;
    }
    if (!(l->flags & (YOKE__F_LEAD | YOKE__F_TAIL)) && utf_is_ascii(yoke__content(doc, l)))
        l->flags |= YOKE__F_ASCII;
    if (!(r->flags & (YOKE__F_LEAD | YOKE__F_TAIL)) && utf_is_ascii(yoke__content(doc, r)))
        r->flags |= YOKE__F_ASCII;
}

static void split_content(yoke_doc *doc, yoke__block *l, yoke__block *r, uint32_t at)
{
    if (l->ref == YOKE__STRING) {
        uint32_t had = l->size;
        split_text(doc, l, r, at);
        doc->heap_dead += had - l->size - r->size;
    } else if (l->ref == YOKE__ANY || l->ref == YOKE__JSON) {
        uint32_t cut = (uint32_t)yoke__elements_offset(yoke__content(doc, l), l->ref, at);
        r->at = l->at + cut;
        r->size = l->size - cut;
        l->size = cut;
    }
}

uint32_t yoke__split(yoke_doc *doc, uint32_t b, uint32_t at)
{
    uint32_t ri = yoke__block_new(doc);
    yoke__block *l = yoke__blk(doc, b);
    yoke__block *r = yoke__blk(doc, ri);
    yoke__client *c = yoke__cl(doc, l->client);
    *r = *l;
    r->clock += at;
    r->len -= at;
    r->oc = l->client;
    r->ok = r->clock - 1;
    split_content(doc, l, r, at);
    l->len = at;
    index_add(doc, c, ri);
    if (c->tail == b)
        c->tail = ri;
    if (l->ref == YOKE__GC)
        return ri;
    link_after(doc, ri, b);
    if (l->leaf != 0 && positioned(doc, l->parent))
        yoke__tree_split(doc, l->parent, b, ri);
    return ri;
}

uint32_t yoke__clean_end(yoke_doc *doc, uint32_t client, uint32_t clock)
{
    uint32_t b = yoke__block_at(doc, client, clock);
    yoke__block *p = yoke__blk(doc, b);
    if (p->ref != YOKE__GC && clock != p->clock + p->len - 1)
        (void)yoke__split(doc, b, clock - p->clock + 1);
    return b;
}

uint32_t yoke__clean_start(yoke_doc *doc, uint32_t client, uint32_t clock)
{
    uint32_t b = yoke__block_at(doc, client, clock);
    yoke__block *p = yoke__blk(doc, b);
    if (p->ref != YOKE__GC && clock != p->clock)
        return yoke__split(doc, b, clock - p->clock);
    return b;
}

/* Does `r` stand where typing on after `l` would have put it? */
static bool continues(const yoke__block *l, const yoke__block *r, uint32_t ri)
{
    return l->next == ri && l->client == r->client && l->clock + l->len == r->clock &&
           r->oc == l->client && r->ok == r->clock - 1 && l->rc == r->rc &&
           (l->rc == YOKE__NONE || l->rk == r->rk);
}

/* Yjs' predicate, without the content's place in memory. */
bool yoke__can_merge(const yoke__block *l, const yoke__block *r, uint32_t ri)
{
    if (l->ref != r->ref)
        return false;
    if (l->ref == YOKE__GC)
        return l->client == r->client && l->clock + l->len == r->clock;
    if (!continues(l, r, ri) || ((l->flags ^ r->flags) & YOKE__F_DELETED))
        return false;
    return l->ref == YOKE__DELETED || l->ref == YOKE__STRING || l->ref == YOKE__ANY ||
           l->ref == YOKE__JSON;
}

static bool joins_in_heap(const yoke__block *l, const yoke__block *r)
{
    if (l->ref == YOKE__DELETED || l->ref == YOKE__GC)
        return true;
    if ((l->flags & YOKE__F_TAIL) || (r->flags & YOKE__F_LEAD))
        return false;
    return l->at + l->size == r->at;
}

/* Take `ri`, which follows `li` in clocks and list, into `li`. */
bool yoke__merge(yoke_doc *doc, uint32_t li, uint32_t ri)
{
    yoke__block *l = yoke__blk(doc, li);
    yoke__block *r = yoke__blk(doc, ri);
    if (!yoke__can_merge(l, r, ri) || !joins_in_heap(l, r))
        return false;
    yoke__client *c = yoke__cl(doc, l->client);
    yoke__index_take(doc, c->index, r->clock);
    if (c->tail == ri)
        c->tail = li;
    if (l->ref != YOKE__GC) {
        if (l->leaf != 0)
            yoke__tree_join(doc, li, ri);
        l->next = r->next;
        if (r->next != 0)
            yoke__blk(doc, r->next)->prev = li;
        if (r->sub == 0)
            yoke__ty(doc, r->parent)->blocks--;
        else if (yoke__en(doc, r->sub)->last == ri)
            yoke__en(doc, r->sub)->last = li;
        doc->nested -= yoke__ty(doc, r->parent)->item != 0 ? 1 : 0;
    }
    l->size += r->size;
    l->len += r->len;
    l->flags = (uint8_t)((l->flags & r->flags & YOKE__F_ASCII) | (l->flags & YOKE__F_DELETED) |
                         (l->flags & YOKE__F_LEAD) | (r->flags & YOKE__F_TAIL));
    yoke__block_free(doc, ri);
    return true;
}

void yoke__merge_around(yoke_doc *doc, uint32_t b)
{
    const yoke__block *p = yoke__blk(doc, b);
    uint32_t next = p->ref == YOKE__GC ? yoke__block_after(doc, b) : p->next;
    if (next != 0)
        (void)yoke__merge(doc, b, next);
    p = yoke__blk(doc, b);
    uint32_t prev = p->prev;
    if (p->ref == YOKE__GC && p->clock > 0)
        prev = yoke__block_at(doc, p->client, p->clock - 1);
    if (prev != 0)
        (void)yoke__merge(doc, prev, b);
}

/* Drop the content of a deleted block: a tombstone remains. */
static void collect(yoke_doc *doc, yoke__block *p)
{
    if (p->ref != YOKE__TYPE)
        doc->heap_dead += p->size;
    p->ref = YOKE__DELETED;
    p->flags = YOKE__F_DELETED;
    p->at = p->size = 0;
}

void yoke__note_deleted(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len)
{
    doc->txn_deleted += len;
    yoke__drange *last =
        doc->dels.n > 0 ? YOKE__AT(doc->dels, yoke__drange, doc->dels.n - 1) : NULL;
    if (last != NULL && last->client == client) {
        if (last->clock + last->len == clock) {
            last->len += len;
            return;
        }
        if (clock + len == last->clock) {
            last->clock = clock;
            last->len += len;
            return;
        }
    }
    assert(doc->dels.n < doc->dels.cap && doc->dels.ptr != NULL); /* reserved */
    *YOKE__AT(doc->dels, yoke__drange, doc->dels.n++) = (yoke__drange){client, clock, len};
}

void yoke__delete_block(yoke_doc *doc, uint32_t b)
{
    yoke__block *p = yoke__blk(doc, b);
    if (p->flags & YOKE__F_DELETED)
        return;
    uint32_t visible = yoke__visible(p);
    p->flags |= YOKE__F_DELETED;
    if (p->sub == 0 && visible > 0) {
        yoke__ty(doc, p->parent)->len -= visible;
        if (p->leaf != 0)
            yoke__tree_add(doc, b, 0u - visible);
    }
    if (p->sub == 0 && doc->cur_type == p->parent)
        doc->cur_type = 0;
    yoke__touch_type(doc, p->parent);
    yoke__note_deleted(doc, p->client, p->clock, p->len);
    if (p->ref == YOKE__FORMAT && doc->observer.on_delta != NULL)
        yoke__note_format(doc, p);
    if (p->ref == YOKE__TYPE) {
        yoke__type_rec *t = yoke__ty(doc, p->at);
        t->dead = true;
        t->next_work = doc->dying;
        doc->dying = p->at;
    }
    if (doc->gc)
        collect(doc, p);
}

/* A child of a collected type: only its clocks remain. */
static void to_gc(yoke_doc *doc, uint32_t b)
{
    yoke__block *p = yoke__blk(doc, b);
    if (p->ref != YOKE__TYPE)
        doc->heap_dead += p->size;
    doc->nested--;
    p->ref = YOKE__GC;
    p->flags = YOKE__F_DELETED;
    p->next = p->prev = p->parent = p->sub = p->at = p->size = 0;
    p->oc = p->rc = YOKE__NONE;
    p->ok = p->rk = 0;
    p->leaf = 0;
}

static void bury_list(yoke_doc *doc, uint32_t first)
{
    for (uint32_t b = first, next; b != 0; b = next) {
        next = yoke__blk(doc, b)->next;
        yoke__delete_block(doc, b);
        if (doc->gc)
            to_gc(doc, b);
    }
}

static void bury_type(yoke_doc *doc, uint32_t type)
{
    yoke__type_rec *t = yoke__ty(doc, type);
    if (doc->gc)
        yoke__tree_free(doc, type);
    bury_list(doc, t->start);
    for (uint32_t e = t->first_entry; e != 0; e = yoke__en(doc, e)->next) {
        uint32_t b = yoke__en(doc, e)->last;
        while (b != 0 && yoke__blk(doc, b)->prev != 0)
            b = yoke__blk(doc, b)->prev;
        bury_list(doc, b);
        if (doc->gc)
            yoke__en(doc, e)->last = 0;
    }
    if (doc->gc)
        t->start = t->blocks = t->len = 0;
}

void yoke__bury(yoke_doc *doc)
{
    while (doc->dying != 0) {
        uint32_t type = doc->dying;
        doc->dying = yoke__ty(doc, type)->next_work;
        bury_type(doc, type);
    }
}

/* Text at the edge of a run, deleted where the run's own tombstone begins or ends: only the border
 * between them moves.  That is backspace and the delete key, pressed again and again. */
static bool move_border(yoke_doc *doc, uint32_t b, uint32_t from, uint32_t to)
{
    yoke__block *p = yoke__blk(doc, b);
    uint32_t n = to - from;
    if (!doc->gc || p->ref != YOKE__STRING || !(p->flags & YOKE__F_ASCII) || p->sub != 0 ||
        n == p->len)
        return false;
    uint32_t index = yoke__cl(doc, p->client)->index;
    uint32_t ti = to == p->len ? p->next : from == 0 ? p->prev : 0;
    yoke__block *t = yoke__blk(doc, ti);
    if (ti == 0 || t->ref != YOKE__DELETED)
        return false;
    if (ti == p->next) {
        if (!continues(p, t, ti))
            return false;
        yoke__index_move(doc, index, ti, t->clock, t->clock - n);
        t->clock -= n;
        t->ok -= n;
    } else {
        if (!continues(t, p, b))
            return false;
        yoke__index_move(doc, index, b, p->clock, p->clock + n);
        p->clock += n;
        p->ok += n;
        p->at += n;
    }
    t->len += n;
    p->len -= n;
    p->size -= n;
    doc->heap_dead += n;
    yoke__ty(doc, p->parent)->len -= n;
    if (p->leaf != 0)
        yoke__tree_add(doc, b, 0u - n);
    if (doc->cur_type == p->parent && doc->cur_block != b)
        doc->cur_type = 0;
    yoke__touch_type(doc, p->parent);
    yoke__note_deleted(doc, p->client, from == 0 ? p->clock - n : t->clock, n);
    return true;
}

void yoke__delete_part(yoke_doc *doc, uint32_t b, uint32_t from, uint32_t to)
{
    if (move_border(doc, b, from, to))
        return;
    if (from > 0)
        b = yoke__split(doc, b, from);
    if (to - from < yoke__blk(doc, b)->len)
        (void)yoke__split(doc, b, to - from);
    yoke__delete_block(doc, b);
    yoke__merge_around(doc, b);
}

void yoke__delete_range(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len)
{
    uint32_t end = clock + len;
    uint32_t b = yoke__block_at(doc, client, clock);
    while (b != 0 && clock < end) {
        const yoke__block *p = yoke__blk(doc, b);
        uint32_t first = p->clock;
        uint32_t stop = first + p->len;
        if (!(p->flags & YOKE__F_DELETED))
            yoke__delete_part(doc, b, clock - first, (stop < end ? stop : end) - first);
        clock = stop;
        b = clock < end ? yoke__block_at(doc, client, clock) : 0;
    }
}
