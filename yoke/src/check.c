/* check.c - every invariant of a document, for tests. */
#include "yoke/src/doc.h"

#define CHECK(condition, sentence)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return sentence;                                                                       \
    } while (0)

static const char *check_node(const yoke_doc *doc, uint32_t ni)
{
    /* From a leaf up: sums and parents agree. */
    while (ni != 0) {
        const yoke__node *n = yoke__nd(doc, ni);
        uint32_t sum = 0;
        for (unsigned i = 0; i < n->n; i++)
            sum += n->sum[i];
        if (n->parent == 0)
            return NULL;
        const yoke__node *p = yoke__nd(doc, n->parent);
        unsigned slot = 0;
        while (slot < p->n && p->ref[slot] != ni)
            slot++;
        CHECK(slot < p->n, "a node is not in its parent");
        CHECK(p->sum[slot] == sum, "a position sum is wrong");
        CHECK(p->level == n->level + 1, "levels do not rise by one");
        ni = n->parent;
    }
    return NULL;
}

static const char *check_slot(const yoke_doc *doc, uint32_t b, uint32_t weight)
{
    const yoke__node *n = yoke__nd(doc, yoke__blk(doc, b)->leaf);
    unsigned slot = 0;
    while (slot < n->n && n->ref[slot] != b)
        slot++;
    CHECK(n->level == 0 && slot < n->n, "a block is not in its leaf");
    CHECK(n->sum[slot] == weight, "a block's weight is wrong");
    return check_node(doc, yoke__blk(doc, b)->leaf);
}

/* A block where it should be in its client's index, each node of the way included. */
static const char *check_index(const yoke_doc *doc, uint32_t root, uint32_t b)
{
    uint32_t clock = yoke__blk(doc, b)->clock;
    for (uint32_t ni = root;;) {
        const yoke__node *n = yoke__nd(doc, ni);
        unsigned slot = 0;
        CHECK(n->n > 0 && n->n <= YOKE__FANOUT, "a node of an index is empty");
        for (unsigned i = 0; i < YOKE__FANOUT; i++) {
            CHECK(i < n->n || n->clock[i] == UINT32_MAX, "an unused slot holds a clock");
            CHECK(i == 0 || i >= n->n || n->clock[i - 1] < n->clock[i], "an index is not sorted");
            slot = i < n->n && n->clock[i] <= clock ? i : slot;
        }
        CHECK(n->clock[slot] <= clock, "an index does not know a clock");
        if (n->level == 0) {
            CHECK(n->ref[slot] == b && n->clock[slot] == clock, "an index has another block");
            return NULL;
        }
        CHECK(yoke__nd(doc, n->ref[slot])->clock[0] == n->clock[slot],
              "a node of an index begins elsewhere than its parent says");
        CHECK(yoke__nd(doc, n->ref[slot])->level + 1 == n->level, "levels do not rise by one");
        ni = n->ref[slot];
    }
}

static const char *check_client(const yoke_doc *doc, uint32_t client, size_t *blocks)
{
    const yoke__client *c = yoke__cl(doc, client);
    uint32_t clock = 0;
    const char *wrong;
    CHECK((c->tail == 0) == (c->state == 0), "a client without blocks has a state");
    for (uint32_t b; clock < c->state; clock += yoke__blk(doc, b)->len) {
        b = yoke__block_at(doc, client, clock);
        const yoke__block *p = yoke__blk(doc, b);
        CHECK(b != 0 && p->client == client && p->clock == clock && p->len > 0,
              "the blocks of a client do not follow each other");
        CHECK(c->index != 0 || b == c->tail, "blocks without an index");
        if (c->index != 0 && (wrong = check_index(doc, c->index, b)) != NULL)
            return wrong;
        CHECK(yoke__block_after(doc, b) ==
                  (b == c->tail ? 0 : yoke__block_at(doc, client, clock + p->len)),
              "the block after is not the next");
        ++*blocks;
    }
    CHECK(clock == c->state, "the state is not the end of the last block");
    return NULL;
}

static const char *check_block(const yoke_doc *doc, uint32_t type, uint32_t b, uint32_t prev)
{
    const yoke__block *p = yoke__blk(doc, b);
    CHECK(p->parent == type, "a block is in a list of another type");
    CHECK(p->prev == prev, "prev is not what next came from");
    CHECK(p->ref != YOKE__GC, "a collected run is in a list");
    CHECK(!(p->flags & (YOKE__F_SEEN | YOKE__F_CONFLICT)), "a mark of a conflict scan is left");
    CHECK(p->ref != YOKE__DELETED || (p->flags & YOKE__F_DELETED), "a tombstone lives");
    CHECK(p->ref == YOKE__TYPE || (size_t)p->at + p->size <= doc->heap.n,
          "content lies outside of the heap");
    CHECK(p->ref != YOKE__STRING || !(p->flags & YOKE__F_ASCII) || p->size == p->len,
          "an ASCII run has other bytes than units");
    return NULL;
}

static const char *check_type(const yoke_doc *doc, uint32_t type, size_t *listed)
{
    const yoke__type_rec *t = yoke__ty(doc, type);
    uint32_t len = 0;
    uint32_t blocks = 0;
    uint32_t prev = 0;
    const char *wrong;
    for (uint32_t b = t->start; b != 0; b = yoke__blk(doc, b)->next) {
        const yoke__block *p = yoke__blk(doc, b);
        if ((wrong = check_block(doc, type, b, prev)) != NULL)
            return wrong;
        CHECK(p->sub == 0, "a map entry is in the list");
        CHECK((t->tree != 0) == (p->leaf != 0), "a listed block is not in the tree");
        if (t->tree != 0) {
            if ((wrong = check_slot(doc, b, yoke__visible(p))) != NULL)
                return wrong;
            CHECK(yoke__tree_start(doc, b) == len, "the tree has another order");
        }
        len += yoke__visible(p);
        blocks++;
        prev = b;
    }
    CHECK(len == t->len, "the length of a type is wrong");
    CHECK(blocks == t->blocks, "the number of blocks of a type is wrong");
    *listed += blocks;
    for (uint32_t e = t->first_entry; e != 0; e = yoke__en(doc, e)->next) {
        uint32_t next = 0;
        for (uint32_t b = yoke__en(doc, e)->last; b != 0; b = yoke__blk(doc, b)->prev) {
            const yoke__block *p = yoke__blk(doc, b);
            CHECK(p->sub == e && p->next == next && p->parent == type, "a map chain is broken");
            CHECK(next == 0 || (p->flags & YOKE__F_DELETED), "an old map entry lives");
            next = b;
            ++*listed;
        }
    }
    return NULL;
}

const char *yoke_doc_check(const yoke_doc *doc)
{
    size_t blocks = 0;
    size_t listed = 0;
    size_t gc = 0;
    size_t nested = 0;
    const char *wrong;
    yoke__tree_settle(doc);
    for (uint32_t i = 0; i < doc->clients.n; i++)
        if ((wrong = check_client(doc, i, &blocks)) != NULL)
            return wrong;
    for (uint32_t i = 1; i < doc->types.n; i++) {
        size_t before = listed;
        if ((wrong = check_type(doc, i, &listed)) != NULL)
            return wrong;
        nested += yoke__ty(doc, i)->item != 0 ? listed - before : 0;
    }
    CHECK(nested == doc->nested, "the number of blocks in nested types is wrong");
    for (uint32_t i = 1; i < doc->blocks.n; i++)
        gc += yoke__blk(doc, i)->len > 0 && yoke__blk(doc, i)->ref == YOKE__GC ? 1 : 0;
    CHECK(blocks == yoke__blocks_live(doc), "a block belongs to no client");
    CHECK(listed + gc == blocks, "a block is in no list");
    CHECK(doc->heap_dead <= doc->heap.n, "more of the heap is dead than there is");
    if (doc->cur_type != 0 && yoke__ty(doc, doc->cur_type)->tree != 0)
        CHECK(yoke__tree_start(doc, doc->cur_block) == doc->cur_at, "the cursor is somewhere else");
    return NULL;
}
