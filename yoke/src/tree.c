/* tree.c - position -> block: a B+ tree over the blocks of one list, each with its visible units.
 *
 *   inner  sum 40 | 25 | 31          find 52: 52 >= 40, so 12 into the second
 *   leaf   a:40     b:10 c:15  d:31  12 >= 10, so 2 into c
 *
 * It is made when a position is first asked for, and then kept.  A node that loses its last entry
 * goes, unless the whole tree is empty then.  Slots past `n` hold 0, so a reference is found
 * without looking at `n`.  The nodes of index.c come from here too. */
#include "yoke/src/doc.h"

#include <assert.h>

uint32_t yoke__node_new(yoke_doc *doc)
{
    uint32_t i = doc->nodes_free;
    if (i != 0) {
        doc->nodes_free = yoke__nd(doc, i)->parent;
        doc->nodes_free_n--;
    } else {
        assert(doc->nodes.n < doc->nodes.cap); /* reserved */
        i = ++doc->nodes.n;
    }
    yoke__node *n = yoke__nd(doc, i);
    memset(n, 0, sizeof *n);
    return i;
}

void yoke__node_free(yoke_doc *doc, uint32_t i)
{
    if (doc->hint_leaf == i)
        doc->hint_leaf = 0;
    yoke__nd(doc, i)->parent = doc->nodes_free;
    doc->nodes_free = i;
    doc->nodes_free_n++;
}

size_t yoke__nodes_spare(const yoke_doc *doc)
{
    return doc->nodes.cap - doc->nodes.n + doc->nodes_free_n;
}

static inline unsigned slot_of(const yoke__node *n, uint32_t ref)
{
    /* Most changes are at the end; otherwise all slots at once, which compilers make vectors of. */
    if (n->ref[n->n - 1] == ref)
        return n->n - 1u;
    uint32_t slot = 0;
    for (uint32_t i = 0; i < YOKE__FANOUT; i++)
        slot += n->ref[i] == ref ? i : 0;
    return slot;
}

static void own(yoke_doc *doc, const yoke__node *n, uint32_t ni, unsigned slot)
{
    if (n->level == 0)
        yoke__blk(doc, n->ref[slot])->leaf = ni;
    else
        yoke__nd(doc, n->ref[slot])->parent = ni;
}

static void add_above(yoke_doc *doc, uint32_t ni, uint32_t delta)
{
    for (uint32_t up = yoke__nd(doc, ni)->parent; up != 0;) {
        yoke__node *p = yoke__nd(doc, up);
        p->sum[slot_of(p, ni)] += delta;
        ni = up;
        up = p->parent;
    }
}

static void put_at(yoke_doc *doc, uint32_t ni, unsigned slot, uint32_t ref, uint32_t w)
{
    yoke__node *n = yoke__nd(doc, ni);
    size_t tail = n->n - slot;
    memmove(n->ref + slot + 1, n->ref + slot, tail * sizeof n->ref[0]);
    memmove(n->sum + slot + 1, n->sum + slot, tail * sizeof n->sum[0]);
    n->ref[slot] = ref;
    n->sum[slot] = w;
    n->n++;
    own(doc, n, ni, slot);
}

static uint32_t total(const yoke__node *n)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < n->n; i++)
        sum += n->sum[i];
    return sum;
}

/* Split a full node before `slot` goes in, and put it in.  At the end of the list the full node is
 * left as it is, for only there will the new one fill.  Returns the new right node. */
static uint32_t split_put(yoke_doc *doc, uint32_t ni, unsigned slot, bool end, uint32_t ref,
                          uint32_t w)
{
    uint32_t ri = yoke__node_new(doc);
    yoke__node *n = yoke__nd(doc, ni);
    yoke__node *r = yoke__nd(doc, ri);
    unsigned half = end ? YOKE__FANOUT : YOKE__FANOUT / 2;
    r->level = n->level;
    r->n = (uint16_t)(YOKE__FANOUT - half);
    memcpy(r->ref, n->ref + half, r->n * sizeof r->ref[0]);
    memcpy(r->sum, n->sum + half, r->n * sizeof r->sum[0]);
    memset(n->ref + half, 0, (YOKE__FANOUT - half) * sizeof n->ref[0]);
    n->n = (uint16_t)half;
    for (unsigned i = 0; i < r->n; i++)
        own(doc, r, ri, i);
    if (slot > half || end)
        put_at(doc, ri, slot - half, ref, w);
    else
        put_at(doc, ni, slot, ref, w);
    return ri;
}

/* Put a block of weight `w`, which is in the list, into a leaf; the whole tree grows by `more`. */
static void insert(yoke_doc *doc, uint32_t *root, uint32_t ni, unsigned slot, uint32_t b,
                   uint32_t w, uint32_t more)
{
    bool end = yoke__blk(doc, b)->next == 0;
    uint32_t ref = b;
    while (yoke__nd(doc, ni)->n == YOKE__FANOUT) {
        uint32_t ri = split_put(doc, ni, slot, end, ref, w);
        yoke__node *n = yoke__nd(doc, ni);
        uint32_t up = n->parent;
        if (up == 0) {
            up = yoke__node_new(doc);
            yoke__nd(doc, up)->level = (uint16_t)(n->level + 1);
            put_at(doc, up, 0, ni, total(n));
            put_at(doc, up, 1, ri, total(yoke__nd(doc, ri)));
            *root = up;
            if (doc->height < yoke__nd(doc, up)->level + 1u)
                doc->height = (uint8_t)(yoke__nd(doc, up)->level + 1);
            return;
        }
        yoke__node *p = yoke__nd(doc, up);
        slot = slot_of(p, ni);
        p->sum[slot++] = total(n);
        ref = ri;
        w = total(yoke__nd(doc, ri));
        ni = up;
    }
    put_at(doc, ni, slot, ref, w);
    if (more != 0)
        add_above(doc, ni, more);
}

void yoke__tree_after(yoke_doc *doc, uint32_t type, uint32_t prev, uint32_t b)
{
    yoke__type_rec *t = yoke__ty(doc, type);
    uint32_t ni;
    unsigned slot = 0;
    yoke__tree_settle(doc);
    if (prev != 0) {
        ni = yoke__blk(doc, prev)->leaf;
        slot = slot_of(yoke__nd(doc, ni), prev) + 1;
    } else {
        for (ni = t->tree; yoke__nd(doc, ni)->level > 0;)
            ni = yoke__nd(doc, ni)->ref[0];
    }
    uint32_t weight = yoke__visible(yoke__blk(doc, b));
    insert(doc, &t->tree, ni, slot, b, weight, weight);
}

void yoke__tree_split(yoke_doc *doc, uint32_t type, uint32_t l, uint32_t r)
{
    yoke__type_rec *t = yoke__ty(doc, type);
    yoke__tree_settle(doc);
    uint32_t ni = yoke__blk(doc, l)->leaf;
    yoke__node *n = yoke__nd(doc, ni);
    unsigned slot = slot_of(n, l);
    uint32_t weight = yoke__visible(yoke__blk(doc, r));
    n->sum[slot] -= weight;
    insert(doc, &t->tree, ni, slot + 1, r, weight, 0);
}

static void add(yoke_doc *doc, uint32_t b, uint32_t delta)
{
    uint32_t ni = yoke__blk(doc, b)->leaf;
    yoke__node *n = yoke__nd(doc, ni);
    n->sum[slot_of(n, b)] += delta;
    add_above(doc, ni, delta);
}

void yoke__tree_settle(const yoke_doc *view)
{
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view; /* nothing changes that can be seen */
    uint32_t b = doc->lag_block;
    doc->lag_block = 0;
    if (b != 0 && doc->lag != 0)
        add(doc, b, doc->lag);
}

void yoke__tree_add(yoke_doc *doc, uint32_t b, uint32_t delta)
{
    /* Typing grows one block many times: the tree hears of it when it is asked. */
    if (doc->lag_block != b) {
        yoke__tree_settle(doc);
        doc->lag_block = b;
        doc->lag = 0;
    }
    doc->lag += delta;
}

static void take_out(yoke__node *n, unsigned slot)
{
    size_t tail = n->n - slot - 1u;
    memmove(n->ref + slot, n->ref + slot + 1, tail * sizeof n->ref[0]);
    memmove(n->sum + slot, n->sum + slot + 1, tail * sizeof n->sum[0]);
    n->n--;
    n->ref[n->n] = 0;
}

/* An empty node weighs nothing, but walks would pass it. */
static void drop_empty(yoke_doc *doc, uint32_t leaf)
{
    uint32_t up = yoke__nd(doc, leaf)->parent;
    while (up != 0 && yoke__nd(doc, up)->n == 1)
        up = yoke__nd(doc, up)->parent;
    if (up == 0)
        return;
    uint32_t ni = leaf;
    while (yoke__nd(doc, ni)->parent != up) {
        uint32_t parent = yoke__nd(doc, ni)->parent;
        yoke__node_free(doc, ni);
        ni = parent;
    }
    take_out(yoke__nd(doc, up), slot_of(yoke__nd(doc, up), ni));
    yoke__node_free(doc, ni);
}

void yoke__tree_join(yoke_doc *doc, uint32_t l, uint32_t r)
{
    yoke__tree_settle(doc);
    uint32_t li = yoke__blk(doc, l)->leaf;
    uint32_t ri = yoke__blk(doc, r)->leaf;
    yoke__node *n = yoke__nd(doc, ri);
    unsigned slot = slot_of(n, r);
    uint32_t weight = n->sum[slot];
    take_out(n, slot);
    if (li == ri) {
        n->sum[slot_of(n, l)] += weight;
    } else if (weight != 0) {
        add_above(doc, ri, 0u - weight);
        add(doc, l, weight);
    }
    yoke__blk(doc, r)->leaf = 0;
    if (n->n == 0)
        drop_empty(doc, ri);
}

uint32_t yoke__tree_find(const yoke_doc *doc, uint32_t root, uint32_t at, uint32_t *offset)
{
    for (uint32_t ni = root;;) {
        const yoke__node *n = yoke__nd(doc, ni);
        unsigned i = 0;
        /* Eight at once while they all lie before it. */
        for (; i + 8u <= n->n; i += 8) {
            uint32_t eight = 0;
            for (unsigned k = i; k < i + 8; k++)
                eight += n->sum[k];
            if (at < eight)
                break;
            at -= eight;
        }
        while (i < n->n && at >= n->sum[i])
            at -= n->sum[i++];
        if (i == n->n)
            return 0;
        if (n->level == 0) {
            *offset = at;
            return n->ref[i];
        }
        ni = n->ref[i];
    }
}

uint32_t yoke__tree_start(const yoke_doc *doc, uint32_t b)
{
    uint32_t sum = 0;
    uint32_t ref = b;
    yoke__tree_settle(doc);
    for (uint32_t ni = yoke__blk(doc, b)->leaf; ni != 0;) {
        const yoke__node *n = yoke__nd(doc, ni);
        for (unsigned i = 0; n->ref[i] != ref; i++)
            sum += n->sum[i];
        ref = ni;
        ni = n->parent;
    }
    return sum;
}

void yoke__tree_free(yoke_doc *doc, uint32_t type)
{
    /* Down to a leaf, back up by the parent; `n` counts what is left to do. */
    uint32_t root = yoke__ty(doc, type)->tree;
    uint32_t ni = root;
    yoke__tree_settle(doc);
    while (ni != 0) {
        yoke__node *n = yoke__nd(doc, ni);
        if (n->level > 0 && n->n > 0) {
            ni = n->ref[--n->n];
            continue;
        }
        if (n->level == 0)
            for (unsigned i = 0; i < n->n; i++)
                yoke__blk(doc, n->ref[i])->leaf = 0;
        uint32_t up = ni == root ? 0 : n->parent;
        yoke__node_free(doc, ni);
        ni = up;
    }
    doc->trees -= root != 0 ? 1 : 0;
    yoke__ty(doc, type)->tree = 0;
}

/* The nodes of one level as they are made, chained by `parent`, which they do not have yet. */
typedef struct level {
    uint32_t first;
    uint32_t last;
    uint16_t level;
} level;

static void append(yoke_doc *doc, level *l, uint32_t ref, uint32_t weight)
{
    if (l->last == 0 || yoke__nd(doc, l->last)->n == YOKE__FANOUT) {
        uint32_t ni = yoke__node_new(doc);
        yoke__nd(doc, ni)->level = l->level;
        if (l->last != 0)
            yoke__nd(doc, l->last)->parent = ni;
        else
            l->first = ni;
        l->last = ni;
    }
    put_at(doc, l->last, yoke__nd(doc, l->last)->n, ref, weight);
}

void yoke__tree_build(const yoke_doc *view, uint32_t type)
{
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view; /* nothing changes that can be seen */
    yoke__type_rec *t = yoke__ty(doc, type);
    if (t->tree != 0 || t->dead || t->blocks <= YOKE__TREE_FROM)
        return;
    /* What is spare now may be reserved for a change that has begun. */
    size_t nodes = t->blocks / (YOKE__FANOUT - 2) + 16;
    if (!yoke__vec_reserve(doc, &doc->nodes, doc->nodes.cap - doc->nodes.n + nodes,
                           sizeof(yoke__node)))
        return; /* the list is searched from its start meanwhile */
    level l = {0, 0, 0};
    for (uint32_t b = t->start; b != 0; b = yoke__blk(doc, b)->next)
        append(doc, &l, b, yoke__visible(yoke__blk(doc, b)));
    while (l.first != l.last) {
        level up = {0, 0, (uint16_t)(l.level + 1)};
        for (uint32_t ni = l.first, next; ni != 0; ni = next) {
            next = yoke__nd(doc, ni)->parent;
            append(doc, &up, ni, total(yoke__nd(doc, ni)));
        }
        l = up;
    }
    t->tree = l.first;
    doc->trees++;
    if (doc->height < l.level + 1u)
        doc->height = (uint8_t)(l.level + 1);
}
