/* document.c - the engine behind a room. */
#include "room/inner.h"

/* The server's own id: it never writes into a live document, so no peer can meet it. */
#define SERVER_CLIENT_ID 0

static yoke_options engine_options(const room *r)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = SERVER_CLIENT_ID;
    options.limits.structs = (size_t)r->limits->document_structs;
    options.limits.nesting = (size_t)r->limits->nesting;
    options.limits.pending_bytes = (size_t)r->limits->pending_bytes;
    options.limits.pending_structs = (size_t)r->limits->pending_structs;
    options.limits.doc_bytes = (size_t)r->limits->document_bytes;
    /* A stored snapshot may be larger than what a member may send, which edit.c checks. */
    options.limits.update_bytes = (size_t)r->limits->document_bytes;
    options.alloc = &r->engine_alloc;
    return options;
}

static int store_err(yoke_err err)
{
    return err == YOKE_OK ? BASE_OK : err == YOKE_ENOMEM ? BASE_ENOMEM : STORE_ECORRUPT;
}

int room__document_load(room *r, const store_loaded *loaded)
{
    yoke_options options = engine_options(r);
    yoke_err err = yoke_doc_new(&options, &r->doc);
    if (err != YOKE_OK) {
        r->doc = NULL;
        return store_err(err);
    }
    if (loaded->snapshot.len_bytes > 0)
        err = yoke_doc_apply(r->doc, to_yoke(loaded->snapshot), 0, NULL);
    for (size_t i = 0; i < loaded->row_count && err == YOKE_OK; i++)
        err = yoke_doc_apply(r->doc, to_yoke(loaded->rows[i].update), loaded->rows[i].author, NULL);
    if (err != YOKE_OK) {
        room__log(r, ROOM_LOG_ERROR, "stored_update_refused", yoke_err_name(err), 0);
        room__document_drop(r);
    }
    return store_err(err);
}

void room__document_drop(room *r)
{
    yoke_doc_free(r->doc);
    r->doc = NULL;
}

/* Ask for a snapshot when the log tail is longer than `rows_min`, or than the limit in bytes.  What
 * waits for missing parts is in it too: its rows will not be read again. */
void room__snapshot(room *r, uint64_t rows_min, int64_t now_ms)
{
    bool wanted = r->tail_rows > rows_min || r->tail_bytes > r->limits->compact_bytes;
    if (r->doc == NULL || !wanted || r->snapshot_in_flight || now_ms < r->snapshot_not_before_ms)
        return;
    yoke_blob state = YOKE_BLOB_INIT;
    state.alloc = &r->engine_alloc;
    yoke_err err = yoke_doc_encode(r->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &state);
    if (err == YOKE_OK) {
        r->snapshot_in_flight = true;
        r->snapshot_rows = r->tail_rows;
        r->snapshot_bytes = r->tail_bytes;
        r->sink->snapshot(r->sink->ctx, r, r->last_seq, from_yoke(yoke_blob_view(&state)));
    } else {
        room__log(r, ROOM_LOG_WARN, "snapshot_failed", yoke_err_name(err), 0);
        r->snapshot_not_before_ms = now_ms + 10000;
    }
    yoke_blob_free(&state);
}

int room_text(room *r, const char *file_id, buf *out)
{
    char name[256];
    if (r->doc == NULL || snprintf(name, sizeof name, "file:%s", file_id) >= (int)sizeof name)
        return STORE_ENOTFOUND;
    yoke_type text;
    yoke_err err = yoke_doc_root(r->doc, YOKE_STR(name), YOKE_KIND_TEXT, &text);
    if (err == YOKE_ENOMEM || err == YOKE_ELIMIT_DOC)
        return BASE_ENOMEM;
    if (err != YOKE_OK)
        return STORE_ENOTFOUND;
    yoke_blob utf8 = YOKE_BLOB_INIT;
    utf8.alloc = &r->engine_alloc;
    err = yoke_text_utf8(r->doc, text, 0, UINT64_MAX, &utf8);
    if (err == YOKE_OK)
        buf_put_bytes(out, from_yoke(yoke_blob_view(&utf8)));
    yoke_blob_free(&utf8);
    return err == YOKE_OK ? buf_err(out) : BASE_ENOMEM;
}
