/* marks.c - where a conflict scan may start.
 *
 *   gap after "a", before "b":   a  3 5 8 . . 61 . . 97 . . b       ids that wrote there at once
 *   marked every few:                     ^    ^     ^              a scan for 70 starts at 61
 *
 * What has the same origin and the same right origin stands in the order of client ids, so a scan
 * passes every one with a smaller id and moves its left neighbour there: it may as well start at
 * the greatest of them.  That holds where what was typed after something stands together behind
 * it, which integrate.c watches.  Marks are hints: one that is missing costs time, one that is
 * stale is found to be so.  They are kept in a treap, ordered by gap and id, with priorities that
 * a writer does not know. */
#include "yoke/src/doc.h"

static yoke__mark *mark(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->marks->list, yoke__mark, i - 1);
}

static bool is_before(const yoke__mark *m, uint64_t gap, uint64_t id)
{
    return m->gap != gap ? m->gap < gap : m->id < id;
}

const yoke__mark *yoke__mark_before(const yoke_doc *doc, uint64_t gap, uint64_t id)
{
    const yoke__mark *best = NULL;
    for (uint32_t i = doc->marks != NULL ? doc->marks->root : 0; i != 0;) {
        const yoke__mark *m = mark(doc, i);
        bool before = is_before(m, gap, id);
        best = before ? m : best;
        i = before ? m->right : m->left;
    }
    return best != NULL && best->gap == gap ? best : NULL;
}

static bool is_marked(const yoke_doc *doc, uint64_t gap, uint64_t id)
{
    const yoke__mark *m = yoke__mark_before(doc, gap, id + 1);
    return m != NULL && m->id == id;
}

static uint64_t priority(const yoke_doc *doc, const yoke__mark *m)
{
    return yoke__hash(doc, m->gap ^ m->id);
}

void yoke__mark_put(yoke_doc *doc, uint64_t gap, uint32_t b)
{
    const yoke__block *p = yoke__blk(doc, b);
    yoke__mark m = {
        .gap = gap, .id = yoke__cl(doc, p->client)->id, .client = p->client, .clock = p->clock};
    if (doc->marks == NULL) {
        doc->marks = yoke__get(doc, sizeof *doc->marks);
        if (doc->marks == NULL)
            return;
        *doc->marks = (yoke__marks){.root = 0};
    }
    if (is_marked(doc, gap, m.id) || !yoke__vec_reserve(doc, &doc->marks->list, 1, sizeof m))
        return;
    uint32_t i = (uint32_t)++doc->marks->list.n;
    uint32_t *link = &doc->marks->root;
    while (*link != 0 && priority(doc, mark(doc, *link)) >= priority(doc, &m)) {
        yoke__mark *at = mark(doc, *link);
        link = is_before(at, gap, m.id) ? &at->right : &at->left;
    }
    uint32_t below = *link;
    *link = i;
    *mark(doc, i) = m;
    uint32_t *smaller = &mark(doc, i)->left;
    uint32_t *greater = &mark(doc, i)->right;
    while (below != 0) {
        uint32_t **side = is_before(mark(doc, below), gap, m.id) ? &smaller : &greater;
        **side = below;
        *side = side == &smaller ? &mark(doc, below)->right : &mark(doc, below)->left;
        below = **side;
    }
    *smaller = *greater = 0;
}

void yoke__marks_free(yoke_doc *doc)
{
    if (doc->marks == NULL)
        return;
    yoke__vec_free(doc, &doc->marks->list, sizeof(yoke__mark));
    yoke__put(doc, doc->marks, sizeof *doc->marks);
    doc->marks = NULL;
}
