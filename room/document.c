/* document.c - the engine behind a room. */
#include "room/document.h"

#include "room/inner.h"

/* The server's own id: it never writes into a live document, so no peer can meet it. */
#define SERVER_CLIENT_ID 0

#define MAIN_FILE "main"

static int store_err(yoke_err err)
{
    return err == YOKE_OK ? BASE_OK : err == YOKE_ENOMEM ? BASE_ENOMEM : STORE_ECORRUPT;
}

/* What members may make of a document.  Not of what is stored already: it was within the limits
 * once, but read back in other pieces it may need more for a moment, or the limits were lowered. */
static yoke_limits member_limits(const limits *l)
{
    return (yoke_limits){
        .structs = (size_t)l->document_structs,
        .nesting = (size_t)l->nesting,
        .pending_bytes = (size_t)l->pending_bytes,
        .pending_structs = (size_t)l->pending_structs,
        .doc_bytes = (size_t)l->document_bytes,
        /* A stored snapshot may be larger than what a member may send, which edit.c checks. */
        .update_bytes = (size_t)l->document_bytes,
    };
}

int room_document_new(const limits *l, const yoke_allocator *alloc, yoke_doc **out)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = SERVER_CLIENT_ID;
    options.limits = (yoke_limits){.update_bytes = SIZE_MAX / 4,
                                   .structs = UINT32_MAX,
                                   .nesting = (size_t)l->nesting,
                                   .pending_bytes = SIZE_MAX / 4,
                                   .pending_structs = UINT32_MAX,
                                   .doc_bytes = SIZE_MAX / 4};
    options.alloc = alloc;
    yoke_err err = yoke_doc_new(&options, out);
    if (err != YOKE_OK)
        *out = NULL;
    return store_err(err);
}

int room_document_replay(yoke_doc *doc, const store_loaded *loaded, size_t *applied, yoke_err *why)
{
    yoke_err err = YOKE_OK;
    size_t count = 0;
    if (loaded->snapshot.len_bytes > 0) {
        err = yoke_doc_apply(doc, to_yoke(loaded->snapshot), 0, NULL);
        count += err == YOKE_OK;
    }
    for (size_t i = 0; i < loaded->row_count && err == YOKE_OK; i++) {
        err = yoke_doc_apply(doc, to_yoke(loaded->rows[i].update), loaded->rows[i].author, NULL);
        count += err == YOKE_OK;
    }
    if (applied != NULL)
        *applied = count;
    *why = err;
    return store_err(err);
}

int room__document_load(room *r, const store_loaded *loaded)
{
    yoke_err why = YOKE_OK;
    yoke_limits own = member_limits(r->limits);
    int err = room_document_new(r->limits, &r->engine_alloc, &r->doc);
    if (err == BASE_OK)
        err = room_document_replay(r->doc, loaded, NULL, &why);
    if (err != BASE_OK) {
        if (r->doc != NULL)
            room__log(r, ROOM_LOG_ERROR, "stored_update_refused", yoke_err_name(why), 0);
        room__document_drop(r);
    } else {
        yoke_doc_set_limits(r->doc, &own);
    }
    return err;
}

void room__document_drop(room *r)
{
    yoke_doc_free(r->doc);
    r->doc = NULL;
    room__keepers_forget(r);
}

/* Ask for a snapshot when the log tail is longer than `rows_min`, or than the limit in bytes.  A
 * large document may have a longer tail, in proportion, so that writing it whole stays a bounded
 * share of the work for each update.  What waits for missing parts is in it too: its rows will not
 * be read again. */
void room__snapshot(room *r, uint64_t rows_min, int64_t now_ms)
{
    uint64_t share = 1 + r->state_bytes / r->limits->compact_bytes;
    bool wanted =
        r->tail_rows > rows_min * share || r->tail_bytes > r->limits->compact_bytes * share;
    if (r->doc == NULL || !wanted || r->snapshot_in_flight || now_ms < r->snapshot_not_before_ms)
        return;
    yoke_blob state = YOKE_BLOB_INIT;
    state.alloc = &r->engine_alloc;
    yoke_err err = yoke_doc_encode(r->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &state);
    if (err == YOKE_OK) {
        r->snapshot_in_flight = true;
        r->snapshot_rows = r->tail_rows;
        r->snapshot_bytes = r->tail_bytes;
        r->state_bytes = yoke_blob_view(&state).len_bytes;
        r->sink->snapshot(r->sink->ctx, r, r->last_seq, from_yoke(yoke_blob_view(&state)));
    } else {
        room__log(r, ROOM_LOG_WARN, "snapshot_failed", yoke_err_name(err), 0);
        r->snapshot_not_before_ms = now_ms + SNAPSHOT_RETRY_MS;
    }
    yoke_blob_free(&state);
}

/* Appends what a call of the engine gave, or says why not. */
static int take_blob(yoke_blob *blob, yoke_err err, buf *out)
{
    if (err == YOKE_OK)
        buf_put_bytes(out, from_yoke(yoke_blob_view(blob)));
    yoke_blob_free(blob);
    return err == YOKE_OK ? buf_err(out) : BASE_ENOMEM;
}

int room_document_state(const yoke_doc *doc, const yoke_allocator *alloc, buf *out)
{
    yoke_blob state = YOKE_BLOB_INIT;
    state.alloc = alloc;
    yoke_err err = yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &state);
    return take_blob(&state, err, out);
}

int room_document_text(yoke_doc *doc, const yoke_allocator *alloc, bytes file_id, buf *out)
{
    char name[5 + ROOM_FILE_ID_BYTES_MAX] = "file:";
    if (file_id.len_bytes > ROOM_FILE_ID_BYTES_MAX)
        return STORE_ENOTFOUND;
    memcpy(name + 5, file_id.ptr, file_id.len_bytes);
    yoke_type text;
    yoke_err err = yoke_doc_root(doc, (yoke_bytes){(const uint8_t *)name, 5 + file_id.len_bytes},
                                 YOKE_KIND_TEXT, &text);
    if (err == YOKE_ENOMEM || err == YOKE_ELIMIT_DOC)
        return BASE_ENOMEM;
    if (err != YOKE_OK)
        return STORE_ENOTFOUND;
    yoke_blob utf8 = YOKE_BLOB_INIT;
    utf8.alloc = alloc;
    err = yoke_text_utf8(doc, text, 0, UINT64_MAX, &utf8);
    return take_blob(&utf8, err, out);
}

/* -------------------------------------------------------------------------------- files --- */

typedef struct file_list {
    const yoke_doc *doc;
    const limits *limits;
    room_file_fn *visit;
    void *ctx;
    uint64_t count;
} file_list;

/* One value of a lib0 any, with all that is in it. */
static yoke_err read_any(yoke_bytes *rest, yoke_any *out, unsigned depth)
{
    yoke_err err = depth == 0 ? YOKE_ELIMIT_NESTING : yoke_any_next(rest, out);
    if (err != YOKE_OK || out->tag == YOKE_ANY_VALUE)
        return err;
    for (uint64_t i = 0; i < out->count && err == YOKE_OK; i++) {
        yoke_bytes key;
        yoke_any inner;
        if (out->tag == YOKE_ANY_OBJECT)
            err = yoke_any_key(rest, &key);
        if (err == YOKE_OK)
            err = read_any(rest, &inner, depth - 1);
    }
    return err;
}

static void take(const file_list *list, bytes *to, const yoke_value *value)
{
    if (value->tag == YOKE_VALUE_STRING && value->data.len_bytes > 0 &&
        value->data.len_bytes <= list->limits->file_name_bytes)
        *to = from_yoke(value->data);
}

/* The members of a plain object that are known here. */
static void read_object(const file_list *list, yoke_bytes rest, room_file *file)
{
    yoke_any any;
    if (yoke_any_next(&rest, &any) != YOKE_OK || any.tag != YOKE_ANY_OBJECT)
        return;
    for (uint64_t left = any.count; left > 0; left--) {
        yoke_bytes key;
        yoke_any value;
        if (yoke_any_key(&rest, &key) != YOKE_OK ||
            read_any(&rest, &value, (unsigned)list->limits->nesting + 1) != YOKE_OK)
            return;
        if (value.tag != YOKE_ANY_VALUE)
            continue;
        if (bytes_equal(from_yoke(key), bytes_of_str("name")))
            take(list, &file->name, &value.value);
        else if (bytes_equal(from_yoke(key), bytes_of_str("language")))
            take(list, &file->language, &value.value);
    }
}

static bool list_file(void *ctx, yoke_bytes key, const yoke_value *value)
{
    file_list *list = ctx;
    const yoke_doc *doc = list->doc;
    room_file file = {.id = from_yoke(key), .name = from_yoke(key)};
    yoke_value text;
    bool is_file = value->tag == YOKE_VALUE_ANY || value->tag == YOKE_VALUE_TYPE;
    if (!is_file || key.len_bytes == 0 || key.len_bytes > list->limits->file_name_bytes ||
        list->count++ >= (size_t)list->limits->files)
        return true;
    if (value->tag == YOKE_VALUE_ANY) {
        read_object(list, value->data, &file);
    } else {
        if (yoke_map_get(doc, value->type, YOKE_STR("name"), &text) == YOKE_OK)
            take(list, &file.name, &text);
        if (yoke_map_get(doc, value->type, YOKE_STR("language"), &text) == YOKE_OK)
            take(list, &file.language, &text);
    }
    list->visit(list->ctx, &file);
    return true;
}

int room_document_files(yoke_doc *doc, const limits *l, room_file_fn *visit, void *ctx,
                        size_t *total)
{
    file_list list = {.doc = doc, .limits = l, .visit = visit, .ctx = ctx};
    yoke_type files;
    yoke_err err = yoke_doc_root(doc, YOKE_STR("files"), YOKE_KIND_MAP, &files);
    if (err == YOKE_OK)
        err = yoke_map_visit(doc, files, list_file, &list);
    if (total != NULL)
        *total = list.count;
    /* A room of another application may use the name for something else. */
    return err == YOKE_ENOMEM || err == YOKE_ELIMIT_DOC ? BASE_ENOMEM : BASE_OK;
}

int room_files(room *r, room_file_fn *visit, void *ctx, size_t *total)
{
    if (r->doc == NULL)
        return STORE_ENOTFOUND;
    return room_document_files(r->doc, r->limits, visit, ctx, total);
}

/* ----------------------------------------------------------------------------- the code --- */

/* As the page sorts names, by what most are made of: case does not count, and the underscore comes
 * before the other signs. */
static uint8_t name_rank(uint8_t c)
{
    return (uint8_t)(c == '_' ? '!' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int name_order(bytes a, bytes b)
{
    for (size_t i = 0; i < a.len_bytes && i < b.len_bytes; i++)
        if (name_rank(a.ptr[i]) != name_rank(b.ptr[i]))
            return name_rank(a.ptr[i]) < name_rank(b.ptr[i]) ? -1 : 1;
    return (a.len_bytes > b.len_bytes) - (a.len_bytes < b.len_bytes);
}

typedef struct first_file {
    bytes id; /* empty: there is none yet */
    bytes name;
} first_file;

static void keep_first(void *ctx, const room_file *file)
{
    first_file *first = ctx;
    if (bytes_equal(first->id, bytes_of_str(MAIN_FILE)) ||
        file->id.len_bytes > ROOM_FILE_ID_BYTES_MAX) /* when the limit was raised: it has no text */
        return;
    int order = name_order(file->name, first->name);
    if (order == 0)
        order = name_order(file->id, first->id);
    if (first->id.len_bytes == 0 || order < 0 || bytes_equal(file->id, bytes_of_str(MAIN_FILE)))
        *first = (first_file){file->id, file->name};
}

int room_document_code(yoke_doc *doc, const limits *l, const yoke_allocator *alloc, buf *out)
{
    first_file first = {.id = bytes_of_str("")};
    int err = room_document_files(doc, l, keep_first, &first, NULL);
    if (err != BASE_OK)
        return err;
    if (first.id.len_bytes == 0)
        first.id = bytes_of_str(MAIN_FILE);
    return room_document_text(doc, alloc, first.id, out);
}

int room_code(room *r, buf *out)
{
    if (r->doc == NULL)
        return STORE_ENOTFOUND;
    return room_document_code(r->doc, r->limits, &r->engine_alloc, out);
}
