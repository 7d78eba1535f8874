/* event_format.c - the delta of a text with formats, as YTextEvent.delta of yjs 13.6.33 gives it.
 *
 * Yjs deletes formats that its walk finds to say nothing; a replica that only reads leaves them. */
#include "yoke/src/event.h"

#include "yoke/src/js.h"
#include "yoke/src/sort.h"

typedef struct format_walk {
    yoke__delta_maker *m;
    buf current; /* yoke_attribute[]: in force here now */
    buf old;     /* ... and before the transaction, null too */
    buf changed; /* what the transaction does to the attributes of what is kept */
} format_walk;

static bytes plain(yoke_bytes s)
{
    return bytes_of(s.ptr, s.len_bytes);
}

static yoke_attribute *find(const buf *set, yoke_bytes key)
{
    yoke_attribute *v = (yoke_attribute *)(void *)set->ptr;
    for (size_t n = set->len_bytes / sizeof *v; n-- > 0;)
        if (bytes_equal(plain(v[n].key), plain(key)))
            return &v[n];
    return NULL;
}

static void put(buf *set, const yoke_attribute *a)
{
    yoke_attribute *had = find(set, a->key);
    if (had != NULL)
        had->value_json = a->value_json;
    else
        buf_put(set, a, sizeof *a);
}

static void drop(buf *set, yoke_bytes key)
{
    yoke_attribute *had = find(set, key);
    if (had == NULL)
        return;
    const uint8_t *after = (const uint8_t *)(had + 1);
    memmove(had, after, (size_t)(set->ptr + set->len_bytes - after));
    set->len_bytes -= sizeof *had;
}

static bool is_null(yoke_bytes json)
{
    return bytes_equal(yoke__json_trim(plain(json)), bytes_of("null", 4));
}

static yoke_bytes value_in(const buf *set, yoke_bytes key)
{
    const yoke_attribute *a = find(set, key);
    return a != NULL ? a->value_json : (yoke_bytes){(const uint8_t *)"null", 4};
}

static bool same(yoke_bytes a, yoke_bytes b)
{
    return yoke__js_same(plain(a), plain(b));
}

/* The last step ends here if it is one of `tag`. */
static void close_step(format_walk *w, yoke_delta_tag tag)
{
    const buf *steps = &w->m->steps;
    if (steps->len_bytes >= sizeof(yoke__step) &&
        ((const yoke__step *)(const void *)(steps->ptr + steps->len_bytes))[-1].tag == tag)
        w->m->open = false;
}

static void update_current(format_walk *w, const yoke_attribute *a)
{
    close_step(w, YOKE_DELTA_INSERT);
    if (is_null(a->value_json))
        drop(&w->current, a->key);
    else
        put(&w->current, a);
}

static void format_added(format_walk *w, const yoke_attribute *a)
{
    if (same(value_in(&w->current, a->key), a->value_json)) {
        if (is_null(a->value_json))
            update_current(w, a);
        return; /* it says what was so already */
    }
    close_step(w, YOKE_DELTA_RETAIN);
    if (same(a->value_json, value_in(&w->old, a->key)))
        drop(&w->changed, a->key);
    else
        put(&w->changed, a);
    update_current(w, a);
}

static void format_deleted(format_walk *w, const yoke_attribute *a)
{
    put(&w->old, a);
    yoke_attribute now = {a->key, value_in(&w->current, a->key)};
    if (same(now.value_json, a->value_json))
        return;
    close_step(w, YOKE_DELTA_RETAIN);
    put(&w->changed, &now);
}

static void format_kept(format_walk *w, const yoke_attribute *a)
{
    put(&w->old, a);
    const yoke_attribute *change = find(&w->changed, a->key);
    if (change != NULL && same(change->value_json, a->value_json) && !is_null(change->value_json))
        return; /* it says what was so already */
    if (change != NULL && !same(change->value_json, a->value_json)) {
        close_step(w, YOKE_DELTA_RETAIN);
        if (is_null(a->value_json))
            drop(&w->changed, a->key);
        else
            put(&w->changed, a);
    }
    update_current(w, a);
}

static yoke_attribute attribute_at(const yoke_doc *doc, uint32_t at, uint32_t size)
{
    reader in = reader_of(bytes_of((const uint8_t *)doc->heap.ptr + at, size));
    bytes key = {NULL, 0};
    bytes json = {NULL, 0};
    (void)!reader_varbytes(&in, &key);
    (void)!reader_varbytes(&in, &json);
    return (yoke_attribute){{key.ptr, key.len_bytes}, {json.ptr, json.len_bytes}};
}

/* A step that begins here has the attributes of `set`. */
static void begin_step(format_walk *w, yoke_delta_tag tag, uint64_t len, const buf *set)
{
    yoke__step *step = yoke__delta_step(w->m, tag, len);
    if (step == NULL)
        return;
    step->attribute = w->m->attributes.len_bytes / sizeof(yoke_attribute);
    step->attributes = set->len_bytes / sizeof(yoke_attribute);
    buf_put(&w->m->attributes, set->ptr, set->len_bytes);
}

static void add_new(format_walk *w, const yoke__block *b, uint32_t from)
{
    yoke__delta_maker *m = w->m;
    if (b->ref == YOKE__STRING)
        begin_step(w, YOKE_DELTA_INSERT, 0, &w->current);
    size_t n = m->steps.len_bytes / sizeof(yoke__step);
    yoke__delta_insert(m, b, from, b->len);
    yoke__step *step = (yoke__step *)(void *)m->steps.ptr;
    size_t end = m->steps.err == BASE_OK ? m->steps.len_bytes / sizeof *step : 0;
    for (; n < end; n++) { /* values have a step each */
        step[n].attribute = m->attributes.len_bytes / sizeof(yoke_attribute);
        step[n].attributes = w->current.len_bytes / sizeof(yoke_attribute);
        buf_put(&m->attributes, w->current.ptr, w->current.len_bytes);
    }
}

static void add_live(format_walk *w, const yoke__block *b, uint32_t old_end)
{
    uint32_t kept = old_end <= b->clock ? 0 : old_end - b->clock;
    if (b->ref == YOKE__FORMAT) {
        yoke_attribute a = attribute_at(w->m->doc, b->at, b->size);
        if (kept == 0)
            format_added(w, &a);
        else
            format_kept(w, &a);
        return;
    }
    if (kept > 0)
        begin_step(w, YOKE_DELTA_RETAIN, kept < b->len ? kept : b->len, &w->changed);
    if (kept < b->len)
        add_new(w, b, kept);
}

static bool gone_before(const void *left, const void *right)
{
    const yoke__gone *a = left;
    const yoke__gone *b = right;
    return a->client != b->client ? a->client < b->client : a->clock < b->clock;
}

/* The number of the first deleted format of `client` from `clock` on. */
static size_t gone_from(const yoke_doc *doc, uint32_t client, uint32_t clock)
{
    const yoke__gone *v = doc->gone.ptr;
    const yoke__gone key = {.client = client, .clock = clock};
    size_t lo = 0;
    for (size_t hi = doc->gone.n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        if (gone_before(&v[mid], &key))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Clocks [from, to) of a tombstone: units, and formats among them. */
static void add_deleted_part(format_walk *w, uint32_t client, uint32_t from, uint32_t to)
{
    const yoke_doc *doc = w->m->doc;
    for (size_t i = gone_from(doc, client, from); from < to; i++) {
        const yoke__gone *g = i < doc->gone.n ? YOKE__AT(doc->gone, yoke__gone, i) : NULL;
        bool format = g != NULL && g->client == client && g->clock < to;
        uint32_t stop = format ? g->clock : to;
        if (from < stop)
            (void)yoke__delta_step(w->m, YOKE_DELTA_DELETE, stop - from);
        from = stop;
        if (format) {
            yoke_attribute a = attribute_at(doc, g->at, g->size);
            format_deleted(w, &a);
            from++;
        }
    }
}

static void add_deleted(format_walk *w, const yoke__block *b, uint32_t old_end)
{
    const yoke_doc *doc = w->m->doc;
    uint32_t end = b->clock + b->len < old_end ? b->clock + b->len : old_end;
    for (size_t i = yoke__dels_from(doc, b->client, b->clock); i < doc->dels.n; i++) {
        const yoke__drange *d = YOKE__AT(doc->dels, yoke__drange, i);
        if (d->client != b->client || d->clock >= end)
            return;
        uint32_t from = d->clock > b->clock ? d->clock : b->clock;
        uint32_t to = d->clock + d->len < end ? d->clock + d->len : end;
        if (from < to)
            add_deleted_part(w, b->client, from, to);
    }
}

void yoke__delta_formatted(yoke__delta_maker *m, uint32_t type)
{
    yoke_doc *doc = m->doc;
    format_walk w = {.m = m};
    buf_init(&w.current, &doc->alloc, UINT32_MAX);
    buf_init(&w.old, &doc->alloc, UINT32_MAX);
    buf_init(&w.changed, &doc->alloc, UINT32_MAX);
    yoke__sort(doc->gone.ptr, doc->gone.n, sizeof(yoke__gone), gone_before);
    for (uint32_t i = yoke__ty(doc, type)->start; i != 0; i = yoke__blk(doc, i)->next) {
        const yoke__block *b = yoke__blk(doc, i);
        uint32_t old_end = yoke__old_end(doc, b->client);
        if (b->flags & YOKE__F_DELETED)
            add_deleted(&w, b, old_end);
        else
            add_live(&w, b, old_end);
    }
    if (w.current.err != BASE_OK || w.old.err != BASE_OK || w.changed.err != BASE_OK)
        m->attributes.err = BASE_ENOMEM;
    buf_deinit(&w.current);
    buf_deinit(&w.old);
    buf_deinit(&w.changed);
}
