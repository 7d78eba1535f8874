/* event_delta.c - what a transaction did to one list.
 *
 * The changes are known from the clocks that the transaction brought and the ranges it deleted; the
 * position tree says where each stands, and the delta is what lies between them.  Lists without a
 * tree are short and are walked; so are texts with formats (event_format.c), for which attributes
 * are in force at a place depends on all that stands before it. */
#include "yoke/src/event.h"

#include "yoke/src/read.h"
#include "yoke/src/sort.h"

void yoke__delta_init(yoke__delta_maker *m, yoke_doc *doc)
{
    *m = (yoke__delta_maker){.doc = doc};
    buf *all[] = {&m->changes, &m->steps, &m->text, &m->values, &m->attributes, &m->out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_init(all[i], &doc->alloc, UINT32_MAX);
}

void yoke__delta_deinit(yoke__delta_maker *m)
{
    buf *all[] = {&m->changes, &m->steps, &m->text, &m->values, &m->attributes, &m->out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_deinit(all[i]);
}

uint32_t yoke__old_end(const yoke_doc *doc, uint32_t client)
{
    const yoke__client *c = yoke__cl(doc, client);
    return c->txn == doc->txn ? c->before : c->state;
}

/* The number of the first deleted range that holds (client, clock) or comes after it. */
size_t yoke__dels_from(const yoke_doc *doc, uint32_t client, uint32_t clock)
{
    const yoke__drange *v = doc->dels.ptr;
    size_t lo = 0;
    for (size_t hi = doc->dels.n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].client < client ||
            (v[mid].client == client && v[mid].clock + v[mid].len <= clock))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* ------------------------------------------------------------------------------ steps */

yoke__step *yoke__delta_step(yoke__delta_maker *m, yoke_delta_tag tag, uint64_t len)
{
    size_t n = m->steps.len_bytes / sizeof(yoke__step);
    yoke__step *last = n > 0 ? (yoke__step *)(void *)m->steps.ptr + n - 1 : NULL;
    if (m->open && last != NULL && last->tag == tag) {
        last->len += len;
        return NULL;
    }
    yoke__step step = {.tag = tag, .len = len, .text_at = m->text.len_bytes, .value = SIZE_MAX};
    buf_put(&m->steps, &step, sizeof step);
    m->open = true;
    return buf_err(&m->steps) == BASE_OK ? (yoke__step *)(void *)m->steps.ptr + n : NULL;
}

/* Units of a block that are new.  Text joins the text before it, values have a step each. */
void yoke__delta_insert(yoke__delta_maker *m, const yoke__block *b, uint32_t from, uint32_t to)
{
    if (b->ref == YOKE__STRING) {
        (void)yoke__delta_step(m, YOKE_DELTA_INSERT, to - from);
        yoke__write_text(&m->text, m->doc, b, from, to);
        return;
    }
    size_t offset = b->ref == YOKE__ANY || b->ref == YOKE__JSON
                        ? yoke__elements_offset(yoke__content(m->doc, b), b->ref, from)
                        : 0;
    for (uint32_t i = from; i < to; i++) {
        yoke_value v = yoke__next_value(m->doc, b, i, &offset);
        m->open = false;
        yoke__step *step = yoke__delta_step(m, YOKE_DELTA_INSERT, 1);
        if (step != NULL)
            step->value = m->values.len_bytes / sizeof v;
        buf_put(&m->values, &v, sizeof v);
        m->open = false;
    }
}

/* ------------------------------------------------------------------------------ changes */

/* Is the delta of this list made from the changes alone?  A list that has grown long gets its
 * position tree now, which its later events use. */
static bool by_index(const yoke_doc *doc, uint32_t type)
{
    const yoke__type_rec *t = yoke__ty(doc, type);
    if (t->dead || t->formatted)
        return false;
    yoke__tree_build(doc, type);
    return t->tree != 0;
}

static void note(yoke__delta_maker *m, uint32_t b, uint32_t from, uint32_t to, bool inserted)
{
    const yoke__block *p = yoke__blk(m->doc, b);
    if (p->ref == YOKE__GC || p->sub != 0 || from >= to || !by_index(m->doc, p->parent))
        return;
    yoke__change c = {.type = p->parent, .block = b, .from = from, .to = to, .inserted = inserted};
    c.at = yoke__tree_start(m->doc, b) + (inserted ? from : 0);
    buf_put(&m->changes, &c, sizeof c);
}

static void note_inserts(yoke__delta_maker *m, uint32_t client)
{
    const yoke__client *c = yoke__cl(m->doc, client);
    uint32_t clock = c->before;
    for (uint32_t b; clock < c->state;
         clock = yoke__blk(m->doc, b)->clock + yoke__blk(m->doc, b)->len) {
        b = yoke__block_at(m->doc, client, clock);
        const yoke__block *p = yoke__blk(m->doc, b);
        if (yoke__counts(p))
            note(m, b, clock - p->clock, p->len, true);
    }
}

static void note_deletes(yoke__delta_maker *m, const yoke__drange *d)
{
    uint32_t end = d->clock + d->len;
    uint32_t old_end = yoke__old_end(m->doc, d->client);
    end = end < old_end ? end : old_end;
    for (uint32_t clock = d->clock; clock < end;) {
        uint32_t b = yoke__block_at(m->doc, d->client, clock);
        const yoke__block *p = yoke__blk(m->doc, b);
        uint32_t stop = p->clock + p->len < end ? p->clock + p->len : end;
        note(m, b, clock - p->clock, stop - p->clock, false);
        clock = stop;
    }
}

/* At one place what was deleted stands before what is there: visible units move the place on. */
static bool change_before(const void *left, const void *right)
{
    const yoke__change *a = left;
    const yoke__change *b = right;
    if (a->type != b->type)
        return a->type < b->type;
    if (a->at != b->at)
        return a->at < b->at;
    return !a->inserted && b->inserted;
}

static void note_all(yoke__delta_maker *m)
{
    const yoke_doc *doc = m->doc;
    m->noted = true;
    for (uint32_t c = doc->touched; c != YOKE__NONE; c = yoke__cl(doc, c)->touched)
        note_inserts(m, c);
    for (size_t i = 0; i < doc->dels.n; i++)
        note_deletes(m, YOKE__AT(doc->dels, yoke__drange, i));
    if (m->changes.len_bytes > 0)
        yoke__sort(m->changes.ptr, m->changes.len_bytes / sizeof(yoke__change),
                   sizeof(yoke__change), change_before);
}

static void from_changes(yoke__delta_maker *m, uint32_t type)
{
    if (!m->noted)
        note_all(m);
    const yoke__change *v = (const yoke__change *)(const void *)m->changes.ptr;
    size_t n = m->changes.len_bytes / sizeof *v;
    size_t i = 0;
    for (size_t hi = n; i < hi;) {
        size_t mid = i + (hi - i) / 2;
        if (v[mid].type < type)
            i = mid + 1;
        else
            hi = mid;
    }
    uint32_t at = 0;
    for (; i < n && v[i].type == type; i++) {
        uint32_t len = v[i].to - v[i].from;
        if (v[i].at > at)
            (void)yoke__delta_step(m, YOKE_DELTA_RETAIN, v[i].at - at);
        at = v[i].at;
        if (v[i].inserted) {
            yoke__delta_insert(m, yoke__blk(m->doc, v[i].block), v[i].from, v[i].to);
            at += len;
        } else {
            (void)yoke__delta_step(m, YOKE_DELTA_DELETE, len);
        }
    }
}

/* ------------------------------------------------------------------------------ walking */

static void add_deleted(yoke__delta_maker *m, const yoke__block *b, uint32_t old_end)
{
    uint32_t end = b->clock + b->len < old_end ? b->clock + b->len : old_end;
    for (size_t i = yoke__dels_from(m->doc, b->client, b->clock); i < m->doc->dels.n; i++) {
        const yoke__drange *d = YOKE__AT(m->doc->dels, yoke__drange, i);
        if (d->client != b->client || d->clock >= end)
            return;
        uint32_t from = d->clock > b->clock ? d->clock : b->clock;
        uint32_t to = d->clock + d->len < end ? d->clock + d->len : end;
        if (from < to)
            (void)yoke__delta_step(m, YOKE_DELTA_DELETE, to - from);
    }
}

static void from_list(yoke__delta_maker *m, uint32_t type)
{
    for (uint32_t i = yoke__ty(m->doc, type)->start; i != 0; i = yoke__blk(m->doc, i)->next) {
        const yoke__block *b = yoke__blk(m->doc, i);
        uint32_t old_end = yoke__old_end(m->doc, b->client);
        uint32_t kept = old_end <= b->clock ? 0 : old_end - b->clock;
        if (b->flags & YOKE__F_DELETED) {
            add_deleted(m, b, old_end);
            continue;
        }
        if (kept > 0)
            (void)yoke__delta_step(m, YOKE_DELTA_RETAIN, kept < b->len ? kept : b->len);
        if (kept < b->len)
            yoke__delta_insert(m, b, kept, b->len);
    }
}

/* ------------------------------------------------------------------------------ the result */

static void put_steps(yoke__delta_maker *m)
{
    const yoke__step *v = (const yoke__step *)(const void *)m->steps.ptr;
    size_t n = m->steps.len_bytes / sizeof *v;
    while (n > 0 && v[n - 1].tag == YOKE_DELTA_RETAIN && v[n - 1].attributes == 0)
        n--;
    for (size_t i = 0; i < n; i++) {
        const yoke__step *s = &v[i];
        bool insert = s->tag == YOKE_DELTA_INSERT;
        yoke_delta d = {.tag = s->tag, .len_utf16 = s->len, .attribute_count = s->attributes};
        if (insert && s->value != SIZE_MAX) {
            d.embed = (const yoke_value *)(const void *)m->values.ptr + s->value;
        } else if (insert) {
            size_t end = i + 1 < n ? v[i + 1].text_at : m->text.len_bytes;
            d.text = (yoke_bytes){m->text.ptr + s->text_at, end - s->text_at};
        }
        if (s->attributes > 0)
            d.attributes = (const yoke_attribute *)(const void *)m->attributes.ptr + s->attribute;
        buf_put(&m->out, &d, sizeof d);
    }
}

bool yoke__delta_of(yoke__delta_maker *m, uint32_t type, const yoke_delta **steps, size_t *count)
{
    const yoke__type_rec *t = yoke__ty(m->doc, type);
    buf_clear(&m->steps);
    buf_clear(&m->text);
    buf_clear(&m->values);
    buf_clear(&m->attributes);
    buf_clear(&m->out);
    m->open = false;
    if (t->formatted)
        yoke__delta_formatted(m, type);
    else if (by_index(m->doc, type))
        from_changes(m, type);
    else
        from_list(m, type);
    bool whole = m->changes.err == BASE_OK && m->steps.err == BASE_OK && m->text.err == BASE_OK &&
                 m->values.err == BASE_OK && m->attributes.err == BASE_OK &&
                 !(t->formatted && m->doc->gone_lost);
    if (whole)
        put_steps(m);
    whole = whole && m->out.err == BASE_OK;
    *steps = whole ? (const yoke_delta *)(const void *)m->out.ptr : NULL;
    *count = whole ? m->out.len_bytes / sizeof(yoke_delta) : 0;
    return whole;
}
