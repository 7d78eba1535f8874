/* integrate.c - one struct finds its place: YATA as in Item.integrate of yjs 13.6.33.
 *
 * Everything it needs is reserved before; nothing here can fail. */
#include "yoke/src/doc.h"

#include "base/utf.h"

/* A run that would otherwise be moved to the end of the heap to grow is moved when it is this
 * short; a longer one is left and a new block begun. */
#define MOVE_BYTES_MAX 64u

typedef struct place {
    uint32_t left;
    uint32_t right;
    uint32_t parent;
    uint32_t sub;
    uint32_t oc, ok, rc, rk;
    bool gc;
} place;

static void parent_of(yoke_doc *doc, const yoke__struct *s, place *at)
{
    if (s->parent_is_root) {
        at->parent = yoke__root_make(doc, s->parent_name);
    } else {
        uint32_t client = yoke__client_find(doc, s->parent.client);
        const yoke__block *b =
            yoke__blk(doc, yoke__block_at(doc, client, (uint32_t)s->parent.clock));
        if (b->ref == YOKE__TYPE)
            at->parent = b->at;
        else
            at->gc = true;
    }
    if (!at->gc && (s->info & YOKE__INFO_SUB))
        at->sub = yoke__entry_make(doc, at->parent, s->parent_sub);
}

/* Neighbours and parent.  Splits what stands across the origins. */
static place find_place(yoke_doc *doc, const yoke__struct *s, uint32_t client, uint32_t offset)
{
    place at = {.oc = YOKE__NONE, .rc = YOKE__NONE};
    if (offset > 0) {
        at.oc = client;
        at.ok = (uint32_t)s->clock + offset - 1;
    } else if (s->info & YOKE__INFO_ORIGIN) {
        at.oc = s->origin.client == s->client ? client : yoke__client_find(doc, s->origin.client);
        at.ok = (uint32_t)s->origin.clock;
    }
    if (at.oc != YOKE__NONE)
        at.left = yoke__clean_end(doc, at.oc, at.ok);
    if (s->info & YOKE__INFO_RIGHT) {
        at.rc = s->right.client == s->client ? client : yoke__client_find(doc, s->right.client);
        at.rk = (uint32_t)s->right.clock;
        at.right = yoke__clean_start(doc, at.rc, at.rk);
        /* A hostile right origin may lie inside what `left` was. */
        if (at.oc != YOKE__NONE)
            at.left = yoke__block_at(doc, at.oc, at.ok);
    }
    const yoke__block *l = yoke__blk(doc, at.left);
    const yoke__block *r = yoke__blk(doc, at.right);
    if ((at.left != 0 && l->ref == YOKE__GC) || (at.right != 0 && r->ref == YOKE__GC)) {
        at.gc = true;
    } else if (at.left != 0 || at.right != 0) {
        at.parent = at.left != 0 ? l->parent : r->parent;
        at.sub = at.left != 0 ? l->sub : r->sub;
    } else {
        parent_of(doc, s, &at);
    }
    return at;
}

/* The scan among concurrent inserts.  Blocks seen get rising stamps: seen at all is above `start`,
 * seen since the last move of `left` is above `moved`. */
static uint32_t resolve(yoke_doc *doc, const place *at, uint64_t id)
{
    uint32_t left = at->left;
    uint32_t o;
    if (left != 0) {
        o = yoke__blk(doc, left)->next;
    } else if (at->sub == 0) {
        o = yoke__ty(doc, at->parent)->start;
    } else {
        o = yoke__en(doc, at->sub)->last;
        while (o != 0 && yoke__blk(doc, o)->prev != 0)
            o = yoke__blk(doc, o)->prev;
    }
    uint32_t start = doc->stamp;
    uint32_t moved = start;
    while (o != 0 && o != at->right) {
        yoke__block *b = yoke__blk(doc, o);
        b->stamp = ++doc->stamp;
        if (b->oc == at->oc && (b->oc == YOKE__NONE || b->ok == at->ok)) {
            if (yoke__cl(doc, b->client)->id < id) {
                left = o;
                moved = doc->stamp;
            } else if (b->rc == at->rc && (b->rc == YOKE__NONE || b->rk == at->rk)) {
                break;
            }
        } else if (b->oc != YOKE__NONE) {
            uint32_t origin = yoke__block_at(doc, b->oc, b->ok);
            uint32_t seen = yoke__blk(doc, origin)->stamp;
            if (seen <= start)
                break;
            if (seen <= moved) {
                left = o;
                moved = doc->stamp;
            }
        } else {
            break;
        }
        o = b->next;
    }
    return left;
}

static void fresh_stamps(yoke_doc *doc)
{
    /* A scan stamps no more than all blocks. */
    if (doc->stamp < UINT32_MAX - doc->blocks_used)
        return;
    for (uint32_t i = 1; i < doc->blocks_used; i++)
        yoke__blk(doc, i)->stamp = 0;
    doc->stamp = 0;
}

static void put_content(yoke_doc *doc, yoke__block *b, const yoke__struct *s, uint32_t offset,
                        uint32_t index)
{
    bytes c = s->content;
    b->ref = s->ref;
    b->flags = 0;
    if (s->ref == YOKE__STRING) {
        b->flags = s->ascii ? YOKE__F_ASCII : 0;
        if (s->ascii) {
            c = bytes_of(c.ptr + offset, c.len_bytes - offset);
        } else if (offset > 0) {
            bool inside;
            size_t cut = utf_offset(c, offset, &inside);
            cut += inside ? 4 : 0;
            c = bytes_of(c.ptr + cut, c.len_bytes - cut);
            if (inside)
                b->flags |= YOKE__F_LEAD;
            else if (utf_is_ascii(c))
                b->flags |= YOKE__F_ASCII;
        }
    } else if (s->ref == YOKE__TYPE) {
        bytes name = {NULL, 0};
        if (c.len_bytes > 1) {
            reader in = reader_of(bytes_of(c.ptr + 1, c.len_bytes - 1));
            (void)!reader_varbytes(&in, &name);
        }
        b->at = yoke__type_make(doc, s->type_ref, name);
        b->size = 0;
        yoke__ty(doc, b->at)->item = index;
        return;
    } else if (offset > 0 && c.len_bytes > 0) {
        size_t cut = yoke__elements_offset(c, s->ref, offset);
        c = bytes_of(c.ptr + cut, c.len_bytes - cut);
    }
    b->at = yoke__heap_put(doc, c);
    b->size = (uint32_t)c.len_bytes;
}

/* The struct continues the block on its left word for word: let that grow. */
static bool extend(yoke_doc *doc, const yoke__struct *s, uint32_t client, const place *at)
{
    if (at->left == 0 || at->oc != client || at->sub != 0 || s->ref != YOKE__STRING || !s->ascii)
        return false;
    yoke__block *l = yoke__blk(doc, at->left);
    yoke__client *c = yoke__cl(doc, client);
    if (c->tail != at->left || l->ref != YOKE__STRING || l->clock + l->len != (uint32_t)s->clock ||
        (l->flags & (YOKE__F_DELETED | YOKE__F_TAIL)) || l->next != at->right || l->rc != at->rc ||
        (l->rc != YOKE__NONE && l->rk != at->rk))
        return false;
    if (l->at + l->size != doc->heap.n) {
        if (l->size > MOVE_BYTES_MAX)
            return false;
        doc->heap_dead += l->size;
        l->at = yoke__heap_put(doc, yoke__content(doc, l));
    }
    (void)yoke__heap_put(doc, s->content);
    uint32_t len = (uint32_t)s->len;
    l->size += len;
    l->len += len;
    c->state += len;
    yoke__type_rec *t = yoke__ty(doc, l->parent);
    t->len += len;
    if (l->leaf[YOKE__POS] != 0)
        yoke__tree_add(doc, YOKE__POS, at->left, len);
    yoke__want_tree(doc, l->parent);
    return true;
}

static void integrate_gc(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len)
{
    uint32_t i = yoke__block_new(doc);
    *yoke__blk(doc, i) = (yoke__block){.client = client,
                                       .clock = clock,
                                       .len = len,
                                       .oc = YOKE__NONE,
                                       .rc = YOKE__NONE,
                                       .ref = YOKE__GC,
                                       .flags = YOKE__F_DELETED};
    yoke__client_push(doc, i);
    yoke__merge_around(doc, i);
}

/* After linking: a map shows its last entry, what stands in a deleted type is deleted. */
static void settle(yoke_doc *doc, uint32_t i, uint32_t left)
{
    const yoke__block *b = yoke__blk(doc, i);
    const yoke__type_rec *t = yoke__ty(doc, b->parent);
    if (b->sub != 0) {
        if (b->next == 0 && left != 0)
            yoke__delete_block(doc, left);
        if (b->next != 0)
            yoke__delete_block(doc, i);
    }
    if (t->item != 0 && (yoke__blk(doc, t->item)->flags & YOKE__F_DELETED))
        yoke__delete_block(doc, i);
    if (doc->dying != 0)
        yoke__bury(doc);
}

static uint32_t put_block(yoke_doc *doc, const yoke__struct *s, uint32_t client, uint32_t offset,
                          const place *at)
{
    uint32_t i = yoke__block_new(doc);
    yoke__block *b = yoke__blk(doc, i);
    *b = (yoke__block){.client = client,
                       .clock = (uint32_t)s->clock + offset,
                       .len = (uint32_t)s->len - offset,
                       .oc = at->oc,
                       .ok = at->ok,
                       .rc = at->rc,
                       .rk = at->rk,
                       .parent = at->parent,
                       .sub = at->sub};
    put_content(doc, b, s, offset, i);
    if (s->ref == YOKE__DELETED) {
        b->flags |= YOKE__F_DELETED;
        yoke__note_deleted(doc, b);
    }
    yoke__client_push(doc, i);
    yoke__list_link(doc, i, at->left);
    yoke__want_tree(doc, at->parent);
    if (at->sub == 0)
        yoke__ty(doc, at->parent)->len += yoke__visible(b);
    if (s->ref == YOKE__FORMAT)
        yoke__ty(doc, at->parent)->formatted = true;
    settle(doc, i, at->left);
    return i;
}

bool yoke__integrate(yoke_doc *doc, const yoke__struct *s, uint32_t client, uint32_t offset)
{
    yoke__touch_client(doc, client);
    doc->cur_type = 0;
    place at = {.gc = true};
    if (s->ref != YOKE__GC)
        at = find_place(doc, s, client, offset);
    if (at.gc) {
        integrate_gc(doc, client, (uint32_t)s->clock + offset, (uint32_t)s->len - offset);
        return s->ref == YOKE__GC;
    }
    /* Nothing to scan when the neighbours it was written between still are. */
    uint32_t first = at.left != 0 ? yoke__blk(doc, at.left)->next : yoke__ty(doc, at.parent)->start;
    if (first != at.right || (at.left == 0 && at.sub != 0)) {
        fresh_stamps(doc);
        at.left = resolve(doc, &at, s->client);
    } else if (offset == 0 && extend(doc, s, client, &at)) {
        return true;
    }
    uint32_t i = put_block(doc, s, client, offset, &at);
    if (yoke__blk(doc, i)->ref != YOKE__TYPE)
        yoke__merge_around(doc, i);
    return true;
}

uint32_t yoke__integrate_at(yoke_doc *doc, const yoke__struct *s, const yoke__spot *spot)
{
    place at = {.left = spot->left,
                .right = spot->right,
                .parent = spot->type,
                .sub = spot->sub,
                .oc = YOKE__NONE,
                .rc = YOKE__NONE};
    if (at.left != 0) {
        const yoke__block *l = yoke__blk(doc, at.left);
        at.oc = l->client;
        at.ok = l->clock + l->len - 1;
    }
    if (at.right != 0) {
        const yoke__block *r = yoke__blk(doc, at.right);
        at.rc = r->client;
        at.rk = r->clock;
    }
    if (extend(doc, s, doc->me, &at))
        return at.left;
    return put_block(doc, s, doc->me, 0, &at);
}
