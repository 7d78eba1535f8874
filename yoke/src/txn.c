/* txn.c - transactions: what was touched, and the events at the end. */
#include "yoke/src/doc.h"

#include "yoke/src/event.h"

/* Room for more ranges than a usual transaction deletes is given back. */
#define DELS_KEPT 16

void yoke__txn_start(yoke_doc *doc, bool local, uint64_t origin)
{
    doc->txn++;
    doc->in_txn = true;
    doc->txn_local = local;
    doc->origin = origin;
    doc->txn_deleted = 0;
    doc->touched = YOKE__NONE;
    doc->dels.n = 0;
    doc->gone.n = 0;
    doc->gone_lost = false;
    doc->event_bound = 0;
}

static void forget_types(yoke_doc *doc)
{
    for (size_t i = 0; i < doc->touched_types.n; i++)
        yoke__ty(doc, *YOKE__AT(doc->touched_types, uint32_t, i))->touched = false;
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
    doc->dels.n = (uint32_t)kept;
}

void yoke__txn_finish(yoke_doc *doc, const bytes *exact)
{
    bool changed = doc->dels.n > 0;
    for (uint32_t i = doc->touched; i != YOKE__NONE && !changed; i = yoke__cl(doc, i)->touched)
        changed = yoke__cl(doc, i)->state != yoke__cl(doc, i)->before;
    if (changed)
        doc->version++;
    if (changed && (doc->observer.on_update != NULL || doc->observer.on_delta != NULL)) {
        if (doc->dels.n > 1)
            tidy_dels(doc);
        yoke__emit(doc, exact);
    }
    forget_types(doc);
    yoke__heap_compact(doc);
    if (doc->dels.cap > DELS_KEPT)
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
