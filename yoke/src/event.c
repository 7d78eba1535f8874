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

void yoke__emit(yoke_doc *doc, const bytes *exact)
{
    if (doc->observer.on_update == NULL)
        return;
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
