/* integrate.c - one struct finds its place: YATA as in Item.integrate of yjs 13.6.33.
 *
 * Everything it needs is reserved before; nothing here can fail. */
#include "yoke/src/doc.h"

#include "base/utf.h"

/* In a conflict scan every so many blocks of one gap are marked, for the next one to start at. */
#define MARK_EVERY 8

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
        const yoke__block *next = yoke__blk(doc, yoke__blk(doc, at.left)->next);
        if (at.left != 0 && next->client == at.rc && next->clock == at.rk && next->len > 0) {
            at.right = yoke__blk(doc, at.left)->next;
        } else {
            at.right = yoke__clean_start(doc, at.rc, at.rk);
            /* A hostile right origin may lie inside what `left` was. */
            if (at.oc != YOKE__NONE)
                at.left = yoke__block_at(doc, at.oc, at.ok);
        }
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

static uint32_t first_of(const yoke_doc *doc, const place *at)
{
    if (at->left != 0)
        return yoke__blk(doc, at->left)->next;
    if (at->sub == 0)
        return yoke__ty(doc, at->parent)->start;
    uint32_t o = yoke__en(doc, at->sub)->last;
    while (o != 0 && yoke__blk(doc, o)->prev != 0)
        o = yoke__blk(doc, o)->prev;
    return o;
}

/* Take a mark off the blocks from `first` up to, without, `end`. */
static void unmark(yoke_doc *doc, uint32_t first, uint32_t end, uint8_t mark)
{
    for (uint32_t o = first; o != end; o = yoke__blk(doc, o)->next)
        yoke__blk(doc, o)->flags &= (uint8_t)~mark;
}

static bool same_origin(const yoke__block *b, const place *at)
{
    return b->oc == at->oc && (b->oc == YOKE__NONE || b->ok == at->ok);
}

static bool same_right(const yoke__block *b, const place *at)
{
    return b->rc == at->rc && (b->rc == YOKE__NONE || b->rk == at->rk);
}

/* A number for the gap between two origins. */
static uint64_t gap_of(const yoke_doc *doc, const place *at)
{
    uint64_t h = yoke__hash(doc, (uint64_t)at->parent << 32 | at->sub);
    h = yoke__hash(doc, h ^ ((uint64_t)at->oc << 32 | (at->oc != YOKE__NONE ? at->ok : 0)));
    return yoke__hash(doc, h ^ ((uint64_t)at->rc << 32 | (at->rc != YOKE__NONE ? at->rk : 0)));
}

/* The marked block that the scan would pass last, or 0. */
static uint32_t marked(const yoke_doc *doc, const place *at, uint64_t id)
{
    if (doc->marks == NULL || yoke__ty(doc, at->parent)->crossed)
        return 0;
    const yoke__mark *m = yoke__mark_before(doc, gap_of(doc, at), id);
    uint32_t b = m != NULL ? yoke__block_at(doc, m->client, m->clock) : 0;
    const yoke__block *p = yoke__blk(doc, b);
    bool fits = b != 0 && p->ref != YOKE__GC && p->clock == m->clock && p->parent == at->parent &&
                p->sub == at->sub && same_origin(p, at) && same_right(p, at);
    return fits ? b : 0;
}

static bool holds(const yoke_doc *doc, uint32_t i, uint32_t client, uint32_t clock)
{
    const yoke__block *b = yoke__blk(doc, i);
    return b->client == client && clock - b->clock < b->len;
}

/* The block of its origin, when the scan has seen that; or 0.  Mostly it is the one before, or
 * `near`. */
static uint32_t seen_origin(const yoke_doc *doc, const yoke__block *b, uint32_t near)
{
    uint32_t origin = 0;
    if (b->oc == YOKE__NONE)
        return 0;
    if (holds(doc, near, b->oc, b->ok))
        origin = near;
    else if (holds(doc, b->prev, b->oc, b->ok))
        origin = b->prev;
    else
        origin = yoke__block_at(doc, b->oc, b->ok);
    return yoke__blk(doc, origin)->flags & YOKE__F_SEEN ? origin : 0;
}

/* The scan among concurrent inserts.  Blocks that were seen are marked, and those seen since the
 * left neighbour last moved are in conflict. */
static uint32_t resolve(yoke_doc *doc, const place *at, uint64_t id)
{
    uint32_t start = marked(doc, at, id);
    uint32_t left = start != 0 ? start : at->left;
    uint32_t first = start != 0 ? start : first_of(doc, at);
    uint32_t o = first;
    uint32_t near = 0; /* the last that was typed after something between the origins */
    unsigned passed = 0;
    if (start != 0) {
        yoke__blk(doc, start)->flags |= YOKE__F_SEEN;
        o = yoke__blk(doc, start)->next;
    }
    uint32_t conflict = o; /* the first that is in conflict */
    while (o != 0 && o != at->right) {
        yoke__block *b = yoke__blk(doc, o);
        bool moves = false;
        b->flags |= YOKE__F_SEEN | YOKE__F_CONFLICT;
        if (same_origin(b, at)) {
            moves = yoke__cl(doc, b->client)->id < id;
            if (!moves && same_right(b, at))
                break;
            if (moves && same_right(b, at) && ++passed % MARK_EVERY == 0)
                yoke__mark_put(doc, gap_of(doc, at), o);
        } else {
            uint32_t origin = seen_origin(doc, b, near);
            if (origin == 0)
                break;
            near = o;
            moves = !(yoke__blk(doc, origin)->flags & YOKE__F_CONFLICT);
        }
        if (moves) {
            left = o;
            unmark(doc, conflict, b->next, YOKE__F_CONFLICT);
            conflict = b->next;
        }
        o = b->next;
    }
    const yoke__block *end = yoke__blk(doc, o);
    if (o != 0 && o == at->right && !same_origin(end, at) && seen_origin(doc, end, near) != 0)
        yoke__ty(doc, at->parent)->crossed = true;
    unmark(doc, first, o != 0 && o != at->right ? end->next : o, YOKE__F_SEEN | YOKE__F_CONFLICT);
    return left;
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

bool yoke__extend(yoke_doc *doc, uint32_t client, uint32_t left, const yoke__neighbour *right,
                  bytes ascii)
{
    yoke__block *l = yoke__blk(doc, left);
    yoke__client *c = yoke__cl(doc, client);
    if (left == 0 || c->tail != left || l->ref != YOKE__STRING || l->next != right->block ||
        (l->flags & (YOKE__F_DELETED | YOKE__F_TAIL)) || l->sub != 0 || l->rc != right->client ||
        (l->rc != YOKE__NONE && l->rk != right->clock))
        return false;
    if (l->at + l->size != doc->heap.n) {
        if (l->size > YOKE__MOVE_BYTES_MAX)
            return false;
        doc->heap_dead += l->size;
        l->at = yoke__heap_put(doc, yoke__content(doc, l));
    }
    (void)yoke__heap_put(doc, ascii);
    uint32_t len = (uint32_t)ascii.len_bytes;
    l->size += len;
    l->len += len;
    c->state += len;
    yoke__ty(doc, l->parent)->len += len;
    if (l->leaf != 0)
        yoke__tree_add(doc, left, len);
    yoke__touch_type(doc, l->parent);
    return true;
}

/* Does the struct continue the block on its left word for word? */
static bool extend(yoke_doc *doc, const yoke__struct *s, uint32_t client, const place *at)
{
    const yoke__block *l = yoke__blk(doc, at->left);
    return s->ref == YOKE__STRING && s->ascii && at->oc == client && at->sub == 0 &&
           l->clock + l->len == (uint32_t)s->clock &&
           yoke__extend(doc, client, at->left, &(yoke__neighbour){at->right, at->rc, at->rk},
                        s->content);
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
    if (!doc->joins_last)
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
        yoke__note_deleted(doc, client, b->clock, b->len);
    }
    yoke__client_push(doc, i);
    yoke__list_link(doc, i, at->left);
    yoke__touch_type(doc, at->parent);
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
        at.left = resolve(doc, &at, s->client);
    } else if (offset == 0 && !doc->joins_last && extend(doc, s, client, &at)) {
        return true;
    }
    uint32_t i = put_block(doc, s, client, offset, &at);
    if (yoke__blk(doc, i)->ref != YOKE__TYPE && !doc->joins_last)
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
    return put_block(doc, s, doc->me, 0, &at);
}
