/* txn.c - transactions: what was touched, and the events at the end. */
#include "yoke/src/doc.h"

#include "yoke/src/event.h"

void yoke__txn_start(yoke_doc *doc, bool local, uint64_t origin)
{
    doc->txn++;
    doc->in_txn = true;
    doc->txn_local = local;
    doc->origin = origin;
    doc->txn_deleted = 0;
    doc->touched.n = 0;
    doc->dels.n = 0;
    doc->gone.n = 0;
    doc->gone_lost = false;
    doc->event_bound = 0;
}

void yoke__touch_client(yoke_doc *doc, uint32_t client)
{
    yoke__client *c = yoke__cl(doc, client);
    if (c->txn == doc->txn)
        return;
    c->txn = doc->txn;
    c->before = c->state;
    *YOKE__AT(doc->touched, uint32_t, doc->touched.n++) = client;
}

/* A type that changed; at the end of the transaction it gets a tree if it has grown long. */
void yoke__want_tree(yoke_doc *doc, uint32_t type)
{
    yoke__type_rec *t = yoke__ty(doc, type);
    if (t->touched)
        return;
    t->touched = true;
    *YOKE__AT(doc->touched_types, uint32_t, doc->touched_types.n++) = type;
}

static void build(yoke_doc *doc, yoke__type_rec *t)
{
    size_t nodes = t->blocks / (YOKE__FANOUT - 2) + 8;
    while (doc->node_chunks.n * YOKE__NODES_PER_CHUNK + doc->nodes_free_n <
           nodes + doc->nodes_used) {
        if (!yoke__vec_reserve(doc, &doc->node_chunks, 1, sizeof(void *)))
            return; /* the list is searched from its start meanwhile */
        void *chunk = yoke__get(doc, YOKE__NODES_PER_CHUNK * sizeof(yoke__node));
        if (chunk == NULL)
            return;
        ((void **)doc->node_chunks.ptr)[doc->node_chunks.n++] = chunk;
    }
    uint32_t prev = 0;
    for (uint32_t b = t->start; b != 0; b = yoke__blk(doc, b)->next) {
        yoke__tree_after(doc, YOKE__POS, &t->tree, prev, b, yoke__visible(yoke__blk(doc, b)));
        prev = b;
    }
}

void yoke__trees_build(yoke_doc *doc)
{
    for (size_t i = 0; i < doc->touched_types.n; i++) {
        yoke__type_rec *t = yoke__ty(doc, *YOKE__AT(doc->touched_types, uint32_t, i));
        t->touched = false;
        if (t->tree == 0 && !(t->dead && doc->gc) && t->blocks > YOKE__TREE_FROM)
            build(doc, t);
    }
    doc->touched_types.n = 0;
}

static bool before(const yoke__drange *a, const yoke__drange *b)
{
    return a->client != b->client ? a->client < b->client : a->clock < b->clock;
}

static void sift(yoke__drange *v, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(&v[child], &v[child + 1]))
            child++;
        if (!before(&v[i], &v[child]))
            return;
        yoke__drange t = v[i];
        v[i] = v[child];
        v[child] = t;
    }
}

/* By client, then clock, neighbours joined. */
static void tidy_dels(yoke_doc *doc)
{
    yoke__drange *v = doc->dels.ptr;
    size_t n = doc->dels.n;
    for (size_t i = n / 2; i-- > 0;)
        sift(v, i, n);
    for (size_t end = n; end-- > 1;) {
        yoke__drange t = v[0];
        v[0] = v[end];
        v[end] = t;
        sift(v, 0, end);
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && v[kept - 1].client == v[i].client &&
            v[kept - 1].clock + v[kept - 1].len == v[i].clock)
            v[kept - 1].len += v[i].len;
        else
            v[kept++] = v[i];
    }
    doc->dels.n = kept;
}

void yoke__txn_finish(yoke_doc *doc, const bytes *exact)
{
    bool changed = doc->dels.n > 0;
    for (size_t i = 0; i < doc->touched.n && !changed; i++) {
        const yoke__client *c = yoke__cl(doc, *YOKE__AT(doc->touched, uint32_t, i));
        changed = c->state != c->before;
    }
    if (changed)
        doc->version++;
    if (changed && (doc->observer.on_update != NULL || doc->observer.on_delta != NULL)) {
        if (doc->dels.n > 1)
            tidy_dels(doc);
        yoke__emit(doc, exact);
    }
    yoke__trees_build(doc);
    yoke__heap_compact(doc);
    if (doc->dels.cap > 4096)
        yoke__vec_free(doc, &doc->dels, sizeof(yoke__drange));
    doc->in_txn = false;
}

yoke_err yoke_txn_begin(yoke_doc *doc, uint64_t origin)
{
    if (doc->in_txn)
        return YOKE_ESTATE;
    yoke__txn_start(doc, true, origin);
    doc->txn_open = true;
    return YOKE_OK;
}
