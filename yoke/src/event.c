/* event.c - the update of a transaction, and what it did to each list as a delta. */
#include "yoke/src/event.h"

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

void yoke__note_format(yoke_doc *doc, const yoke__block *p)
{
    if (!yoke__vec_reserve(doc, &doc->gone, 1, sizeof(yoke__gone))) {
        doc->gone_lost = true; /* deltas of texts with formats are without steps then */
        return;
    }
    *YOKE__AT(doc->gone, yoke__gone, doc->gone.n++) =
        (yoke__gone){p->client, p->clock, p->at, p->size};
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

/* A type that this transaction made is part of what its parent's delta inserts. */
static bool is_new(const yoke_doc *doc, const yoke__type_rec *t)
{
    const yoke__block *b = yoke__blk(doc, t->item);
    return t->item != 0 && b->clock >= yoke__old_end(doc, b->client);
}

static void emit_deltas(yoke_doc *doc)
{
    yoke__delta_maker m;
    yoke__delta_init(&m, doc);
    for (size_t i = 0; i < doc->touched_types.n; i++) {
        uint32_t type = *YOKE__AT(doc->touched_types, uint32_t, i);
        const yoke__type_rec *t = yoke__ty(doc, type);
        if (t->dead || is_new(doc, t))
            continue;
        yoke_event event = {.origin = doc->origin, .local = doc->txn_local, .type = type};
        bool whole = yoke__delta_of(&m, type, &event.steps, &event.step_count);
        if (!whole || event.step_count > 0)
            doc->observer.on_delta(doc->observer.ctx, &event);
    }
    yoke__delta_deinit(&m);
    if (doc->gone.cap > 4096)
        yoke__vec_free(doc, &doc->gone, sizeof(yoke__gone));
}

void yoke__emit(yoke_doc *doc, const bytes *exact)
{
    if (doc->observer.on_update != NULL)
        emit_update(doc, exact);
    if (doc->observer.on_delta != NULL)
        emit_deltas(doc);
}
