/* index.c - clock -> block: a B+ tree over the blocks of one client by their first clocks.
 *
 *   inner  0 | 40 | 65               find 52: the last that is not above it, so the second
 *   leaf   40:a  50:b  62:c          and there b
 *
 * A block may grow or shrink at its end without the index; only where blocks begin is kept.  Nodes
 * have no parents: every change walks down from the root and remembers its way.  Unused slots hold
 * the greatest number, so all slots of a node are compared at once.  The leaf that was looked at
 * last is looked at first. */
#include "yoke/src/doc.h"

/* Nodes are at least half full when they split, so this is far above what 2^32 blocks need. */
#define HEIGHT_MAX 16

/* Nodes from the leaf (0) up, and the slot taken in each. */
typedef struct way {
    uint32_t node[HEIGHT_MAX];
    uint8_t slot[HEIGHT_MAX];
    unsigned height;
} way;

/* The last entry that does not begin after `clock`; the first when all do. */
static inline unsigned slot_for(const yoke__node *n, uint32_t clock)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < YOKE__FANOUT; i++)
        count += n->clock[i] <= clock;
    return count > 0 ? count - 1 : 0;
}

uint32_t yoke__index_leaf(const yoke_doc *doc, uint32_t root, uint32_t clock, unsigned *slot)
{
    for (uint32_t ni = root;;) {
        const yoke__node *n = yoke__nd(doc, ni);
        *slot = slot_for(n, clock);
        if (n->level == 0)
            return ni;
        ni = n->ref[*slot];
    }
}

uint32_t yoke__index_find(const yoke_doc *view, uint32_t client, uint32_t clock)
{
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view; /* only the hint moves */
    unsigned slot;
    if (doc->hint_leaf != 0) {
        const yoke__node *n = yoke__nd(doc, doc->hint_leaf);
        uint32_t b = n->ref[slot_for(n, clock)];
        const yoke__block *p = yoke__blk(doc, b);
        if (p->client == client && clock - p->clock < p->len)
            return b;
    }
    doc->hint_leaf = yoke__index_leaf(doc, yoke__cl(doc, client)->index, clock, &slot);
    return yoke__nd(doc, doc->hint_leaf)->ref[slot];
}

static void walk_down(const yoke_doc *doc, uint32_t root, uint32_t clock, way *w)
{
    uint32_t ni = root;
    w->height = yoke__nd(doc, root)->level + 1u;
    for (unsigned level = w->height; level-- > 0;) {
        const yoke__node *n = yoke__nd(doc, ni);
        w->node[level] = ni;
        w->slot[level] = (uint8_t)slot_for(n, clock);
        ni = n->ref[w->slot[level]];
    }
}

static uint32_t new_node(yoke_doc *doc, unsigned level)
{
    uint32_t ni = yoke__node_new(doc);
    yoke__node *n = yoke__nd(doc, ni);
    n->level = (uint16_t)level;
    memset(n->clock, 0xff, sizeof n->clock);
    if (doc->height < level + 1)
        doc->height = (uint8_t)(level + 1);
    return ni;
}

static void put_at(yoke__node *n, unsigned slot, uint32_t ref, uint32_t clock)
{
    size_t tail = n->n - slot;
    memmove(n->ref + slot + 1, n->ref + slot, tail * sizeof n->ref[0]);
    memmove(n->clock + slot + 1, n->clock + slot, tail * sizeof n->clock[0]);
    n->ref[slot] = ref;
    n->clock[slot] = clock;
    n->n++;
}

/* Split a full node before `slot` and put the entry in.  At the end of the whole index the full
 * node is left as it is, for only there will the new one fill.  Returns the new right node. */
static uint32_t split_put(yoke_doc *doc, uint32_t ni, unsigned slot, bool end, uint32_t ref,
                          uint32_t clock)
{
    uint32_t ri = new_node(doc, yoke__nd(doc, ni)->level);
    yoke__node *n = yoke__nd(doc, ni);
    yoke__node *r = yoke__nd(doc, ri);
    unsigned half = end ? YOKE__FANOUT : YOKE__FANOUT / 2;
    r->n = (uint16_t)(YOKE__FANOUT - half);
    memcpy(r->ref, n->ref + half, r->n * sizeof r->ref[0]);
    memcpy(r->clock, n->clock + half, r->n * sizeof r->clock[0]);
    memset(n->clock + half, 0xff, r->n * sizeof n->clock[0]);
    n->n = (uint16_t)half;
    if (slot > half || end)
        put_at(r, slot - half, ref, clock);
    else
        put_at(n, slot, ref, clock);
    return ri;
}

/* The first clock of a node on the way changed: what stands above it tells. */
static void tell_above(yoke_doc *doc, const way *w, unsigned level)
{
    for (; level + 1 < w->height; level++) {
        uint32_t first = yoke__nd(doc, w->node[level])->clock[0];
        yoke__nd(doc, w->node[level + 1])->clock[w->slot[level + 1]] = first;
        if (w->slot[level + 1] > 0)
            return;
    }
}

/* The last leaf when `clock` comes after all that is there, or 0. */
static uint32_t end_leaf(const yoke_doc *doc, uint32_t root, uint32_t clock)
{
    uint32_t ni = root;
    const yoke__node *n = yoke__nd(doc, ni);
    for (; n->level > 0; n = yoke__nd(doc, ni))
        ni = n->ref[n->n - 1];
    return n->clock[n->n - 1] < clock ? ni : 0;
}

void yoke__index_put(yoke_doc *doc, uint32_t *root, uint32_t clock, uint32_t b)
{
    way w = {.height = 0};
    uint32_t ref = b;
    if (*root == 0) {
        *root = new_node(doc, 0);
        put_at(yoke__nd(doc, *root), 0, b, clock);
        return;
    }
    uint32_t end = end_leaf(doc, *root, clock);
    if (end != 0 && yoke__nd(doc, end)->n < YOKE__FANOUT) {
        put_at(yoke__nd(doc, end), yoke__nd(doc, end)->n, b, clock);
        return;
    }
    walk_down(doc, *root, clock, &w);
    for (unsigned level = 0; level < w.height; level++) {
        yoke__node *n = yoke__nd(doc, w.node[level]);
        /* The block of clock 0 is always there, so nothing goes before a slot 0. */
        unsigned slot = w.slot[level] + 1u;
        if (n->n < YOKE__FANOUT) {
            put_at(n, slot, ref, clock);
            return;
        }
        ref = split_put(doc, w.node[level], slot, end != 0, ref, clock);
        clock = yoke__nd(doc, ref)->clock[0];
    }
    uint32_t top = new_node(doc, w.height);
    put_at(yoke__nd(doc, top), 0, *root, yoke__nd(doc, *root)->clock[0]);
    put_at(yoke__nd(doc, top), 1, ref, clock);
    *root = top;
}

void yoke__index_move(yoke_doc *doc, uint32_t root, uint32_t b, uint32_t from, uint32_t to)
{
    way w = {.height = 0};
    if (doc->hint_leaf != 0) {
        yoke__node *n = yoke__nd(doc, doc->hint_leaf);
        unsigned slot = slot_for(n, from);
        if (slot > 0 && n->ref[slot] == b) {
            n->clock[slot] = to;
            return;
        }
    }
    walk_down(doc, root, from, &w);
    doc->hint_leaf = w.node[0];
    yoke__nd(doc, w.node[0])->clock[w.slot[0]] = to;
    if (w.slot[0] == 0)
        tell_above(doc, &w, 0);
}

void yoke__index_take(yoke_doc *doc, uint32_t root, uint32_t clock)
{
    way w = {.height = 0};
    walk_down(doc, root, clock, &w);
    for (unsigned level = 0; level < w.height; level++) {
        yoke__node *n = yoke__nd(doc, w.node[level]);
        unsigned slot = w.slot[level];
        size_t tail = n->n - slot - 1u;
        memmove(n->ref + slot, n->ref + slot + 1, tail * sizeof n->ref[0]);
        memmove(n->clock + slot, n->clock + slot + 1, tail * sizeof n->clock[0]);
        n->clock[--n->n] = UINT32_MAX;
        if (n->n > 0) {
            if (slot == 0)
                tell_above(doc, &w, level);
            return;
        }
        /* The block of clock 0 is never taken, so the root keeps an entry. */
        yoke__node_free(doc, w.node[level]);
    }
}
