/* event.c - the update of a transaction, and what it did to each list as a delta. */
#include "yoke/src/event.h"

#include <assert.h>

#include "yoke/src/read.h"

yoke_err yoke__emit_reserve(yoke_doc *doc, size_t more_bytes)
{
    if (doc->observer.on_update == NULL)
        return YOKE_OK;
    if (!doc->in_txn)
        doc->event_bound = 0;
    buf_clear(&doc->event);
    int err = buf_reserve(&doc->event, doc->event_bound + more_bytes + 64);
    if (err == BASE_OK && doc->in_txn)
        doc->event_bound += more_bytes;
    return yoke__err(err);
}

/* Steps as they grow.  Text and values move while they do, so steps carry offsets until the end:
 * `text.ptr` stays NULL, `attribute_count` is where the text or the value stands. */
typedef struct delta_maker {
    const yoke_doc *doc;
    buf steps;  /* yoke_delta[] */
    buf text;   /* UTF-8 of all inserts */
    buf values; /* yoke_value[] */
    bool is_text;
} delta_maker;

static void add_step(delta_maker *m, yoke_delta_tag tag, uint32_t len)
{
    size_t n = m->steps.len_bytes / sizeof(yoke_delta);
    yoke_delta *last = n > 0 ? (yoke_delta *)(void *)m->steps.ptr + n - 1 : NULL;
    if (last != NULL && last->tag == tag && tag != YOKE_DELTA_INSERT) {
        last->len_utf16 += len;
        return;
    }
    yoke_delta step = {.tag = tag, .len_utf16 = len};
    buf_put(&m->steps, &step, sizeof step);
}

static void add_values(delta_maker *m, const yoke__block *b, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        yoke_value v = yoke__block_value(m->doc, b, i);
        yoke_delta step = {.tag = YOKE_DELTA_INSERT,
                           .len_utf16 = 1,
                           .text = {NULL, SIZE_MAX},
                           .attribute_count = m->values.len_bytes / sizeof v};
        buf_put(&m->values, &v, sizeof v);
        buf_put(&m->steps, &step, sizeof step);
    }
}

static void add_text(delta_maker *m, const yoke__block *b, uint32_t from, uint32_t to)
{
    size_t at = m->text.len_bytes;
    yoke__write_text(&m->text, m->doc, b, from, to);
    size_t n = m->steps.len_bytes / sizeof(yoke_delta);
    yoke_delta *last = n > 0 ? (yoke_delta *)(void *)m->steps.ptr + n - 1 : NULL;
    if (last != NULL && last->tag == YOKE_DELTA_INSERT && last->text.len_bytes != SIZE_MAX) {
        last->len_utf16 += to - from;
        last->text.len_bytes = m->text.len_bytes - last->attribute_count;
        return;
    }
    yoke_delta step = {.tag = YOKE_DELTA_INSERT,
                       .len_utf16 = to - from,
                       .text = {NULL, m->text.len_bytes - at},
                       .attribute_count = at};
    buf_put(&m->steps, &step, sizeof step);
}

/* The part of a tombstone that this transaction deleted and that was there before it. */
static void add_deleted(delta_maker *m, const yoke__block *b, uint32_t old_end)
{
    const yoke__drange *d;
    size_t n = yoke__dels_of(m->doc, b->client, &d);
    uint32_t end = b->clock + b->len < old_end ? b->clock + b->len : old_end;
    size_t lo = 0;
    for (size_t hi = n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        if (d[mid].clock + d[mid].len <= b->clock)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < n && d[lo].clock < end; lo++) {
        uint32_t from = d[lo].clock > b->clock ? d[lo].clock : b->clock;
        uint32_t to = d[lo].clock + d[lo].len < end ? d[lo].clock + d[lo].len : end;
        if (from < to)
            add_step(m, YOKE_DELTA_DELETE, to - from);
    }
}

static void add_block(delta_maker *m, const yoke__block *b)
{
    const yoke__client *c = yoke__cl(m->doc, b->client);
    uint32_t old_end = c->txn == m->doc->txn ? c->before : c->state;
    if (b->ref == YOKE__FORMAT)
        return;
    if (b->flags & YOKE__F_DELETED) {
        add_deleted(m, b, old_end);
        return;
    }
    uint32_t kept = old_end <= b->clock ? 0 : old_end - b->clock;
    if (kept > b->len)
        kept = b->len;
    if (kept > 0)
        add_step(m, YOKE_DELTA_RETAIN, kept);
    if (kept < b->len && b->ref == YOKE__STRING)
        add_text(m, b, kept, b->len);
    else
        add_values(m, b, kept, b->len);
}

static void point(delta_maker *m, size_t n)
{
    yoke_delta *step = (yoke_delta *)(void *)m->steps.ptr;
    assert(step != NULL || n == 0);
    for (size_t i = 0; i < n; i++) {
        if (step[i].tag != YOKE_DELTA_INSERT)
            continue;
        if (step[i].text.len_bytes == SIZE_MAX) {
            step[i].embed =
                (const yoke_value *)(const void *)m->values.ptr + step[i].attribute_count;
            step[i].text = (yoke_bytes){NULL, 0};
        } else {
            step[i].text.ptr = m->text.ptr + step[i].attribute_count;
        }
        step[i].attribute_count = 0;
    }
}

static void emit_delta(yoke_doc *doc, uint32_t type)
{
    delta_maker m = {.doc = doc};
    buf_init(&m.steps, &doc->alloc, UINT32_MAX);
    buf_init(&m.text, &doc->alloc, UINT32_MAX);
    buf_init(&m.values, &doc->alloc, UINT32_MAX);
    for (uint32_t i = yoke__ty(doc, type)->start; i != 0; i = yoke__blk(doc, i)->next)
        add_block(&m, yoke__blk(doc, i));
    size_t n = m.steps.len_bytes / sizeof(yoke_delta);
    const yoke_delta *last = n > 0 ? (const yoke_delta *)(const void *)m.steps.ptr + n - 1 : NULL;
    if (last != NULL && last->tag == YOKE_DELTA_RETAIN)
        n--;
    bool whole = m.steps.err == BASE_OK && m.text.err == BASE_OK && m.values.err == BASE_OK;
    if (whole)
        point(&m, n);
    yoke_event event = {.origin = doc->origin,
                        .local = doc->txn_local,
                        .type = type,
                        .steps = whole ? (const yoke_delta *)(const void *)m.steps.ptr : NULL,
                        .step_count = whole ? n : 0};
    if (n > 0 || !whole)
        doc->observer.on_delta(doc->observer.ctx, &event);
    buf_deinit(&m.steps);
    buf_deinit(&m.text);
    buf_deinit(&m.values);
}

static void emit_update(yoke_doc *doc, const bytes *exact)
{
    yoke_event event = {.origin = doc->origin, .local = doc->txn_local};
    if (exact != NULL) {
        event.update = (yoke_bytes){exact->ptr, exact->len_bytes};
    } else {
        buf_clear(&doc->event);
        yoke__encode_txn(doc, &doc->event);
        event.update = (yoke_bytes){doc->event.ptr, doc->event.len_bytes};
    }
    doc->observer.on_update(doc->observer.ctx, &event);
}

void yoke__emit(yoke_doc *doc, const bytes *exact)
{
    if (doc->observer.on_update != NULL)
        emit_update(doc, exact);
    if (doc->observer.on_delta == NULL)
        return;
    for (size_t i = 0; i < doc->touched_types.n; i++) {
        uint32_t type = *YOKE__AT(doc->touched_types, uint32_t, i);
        if (!yoke__ty(doc, type)->dead)
            emit_delta(doc, type);
    }
}
