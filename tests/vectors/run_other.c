/* run_other.c - vectors of merging, relative positions, snapshots and malformed input. */
#include "vectors.h"

static const json_t *get(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

/* ---- merge ---- */

static bool note_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    json_t *meta = ctx;
    json_array_append_new(json_object_get(meta, "from"),
                          json_pack("[f,f]", (double)client, (double)from));
    json_array_append_new(json_object_get(meta, "to"),
                          json_pack("[f,f]", (double)client, (double)to));
    return true;
}

static void check_merged(vector *v, yoke_bytes merged)
{
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_blob want = hex_decode(get(v->json, "svFromUpdate"));
    if (check_ok(v, "svFromUpdate", yoke_update_state_vector(merged, NULL, &out)))
        check_bytes(v, "svFromUpdate", yoke_blob_view(&out), yoke_blob_view(&want));
    free(want.ptr);

    json_t *meta = json_pack("{s:[],s:[]}", "from", "to");
    check_ok(v, "meta", yoke_update_visit(merged, NULL, note_range, meta));
    check_json(v, "meta", meta, get(v->json, "meta"));

    yoke_blob sv = hex_decode(get(v->json, "diffSv"));
    want = hex_decode(get(v->json, "diffUpdate"));
    if (check_ok(v, "diffUpdate", yoke_update_diff(merged, yoke_blob_view(&sv), NULL, &out)))
        check_bytes(v, "diffUpdate", yoke_blob_view(&out), yoke_blob_view(&want));
    free(want.ptr);
    free(sv.ptr);
    yoke_blob_free(&out);

    const json_t *applied = get(v->json, "applied");
    yoke_doc *doc = doc_new(true, 1);
    if (check_ok(v, "applied", yoke_doc_apply(doc, merged, 0, NULL))) {
        check_json(v, "applied.sv", doc_state_json(doc), get(applied, "sv"));
        check_pending(v, "applied.pending", doc, get(applied, "pending"));
        doc_check_roots(v, "applied", doc, get(applied, "roots"));
    }
    yoke_doc_free(doc);
}

void run_merge(vector *v)
{
    const json_t *inputs = get(v->json, "inputs");
    size_t count = json_array_size(inputs);
    yoke_blob *blobs = must_alloc(NULL, count * sizeof *blobs);
    yoke_bytes *views = must_alloc(NULL, count * sizeof *views);
    for (size_t i = 0; i < count; i++) {
        blobs[i] = hex_decode(json_array_get(inputs, i));
        views[i] = yoke_blob_view(&blobs[i]);
    }
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_blob want = hex_decode(get(v->json, "merged"));
    if (check_ok(v, "merged", yoke_update_merge(views, count, NULL, &out)))
        check_bytes(v, "merged", yoke_blob_view(&out), yoke_blob_view(&want));
    check_merged(v, yoke_blob_view(&want));
    yoke_blob_free(&out);
    free(want.ptr);
    for (size_t i = 0; i < count; i++)
        free(blobs[i].ptr);
    free(blobs);
    free(views);
}

/* ---- relative positions ---- */

static bool same_id(const json_t *want, yoke_id got)
{
    return json_uint(get(want, "client")) == got.client &&
           json_uint(get(want, "clock")) == got.clock;
}

/* The JSON names the root beside an item; the bytes carry only the item. */
static void check_position_json(vector *v, const char *field, const yoke_relpos *pos,
                                const json_t *want)
{
    if (get(want, "item") != NULL && !json_is_null(get(want, "item")))
        check_true(v, field, pos->tag == YOKE_RELPOS_ITEM && same_id(get(want, "item"), pos->id),
                   "the item differs");
    else if (get(want, "tname") != NULL && !json_is_null(get(want, "tname")))
        check_true(v, field,
                   pos->tag == YOKE_RELPOS_ROOT &&
                       pos->name.len_bytes == json_string_length(get(want, "tname")) &&
                       memcmp(pos->name.ptr, json_text(get(want, "tname")), pos->name.len_bytes) ==
                           0,
                   "the root differs");
    else
        check_true(v, field, pos->tag == YOKE_RELPOS_TYPE && same_id(get(want, "type"), pos->id),
                   "the type differs");
    check_number(v, field, pos->assoc, json_number_value(get(want, "assoc")));
}

static void check_resolved(vector *v, const char *field, const yoke_doc *doc, yoke_type text,
                           const yoke_relpos *pos, const json_t *want)
{
    yoke_type type;
    uint64_t at;
    yoke_err err = yoke_relpos_resolve(doc, pos, &type, &at);
    if (json_is_null(want)) {
        check_true(v, field, err == YOKE_ENOTFOUND, "resolves though Yjs finds no place");
        return;
    }
    if (!check_ok(v, field, err))
        return;
    check_true(v, field, type == text, "another type");
    check_number(v, field, (double)at, json_number_value(want));
}

static void check_position(vector *v, size_t i, const json_t *p, const yoke_doc *a,
                           yoke_type text_a, const yoke_doc *b, yoke_type text_b)
{
    char field[48];
    field_name(field, sizeof field, "positions[%zu]", i);
    yoke_blob want = hex_decode(get(p, "encoded"));
    yoke_blob got = YOKE_BLOB_INIT;
    yoke_relpos made, read;
    int assoc = (int)json_number_value(get(p, "assoc"));
    uint64_t index = json_uint(get(p, "index"));
    if (check_ok(v, field, yoke_relpos_at(a, text_a, index, assoc, &made)) &&
        check_ok(v, field, yoke_relpos_encode(&made, &got))) {
        check_bytes(v, field, yoke_blob_view(&got), yoke_blob_view(&want));
        check_position_json(v, field, &made, get(p, "json"));
    }
    if (check_ok(v, field, yoke_relpos_decode(yoke_blob_view(&want), &read))) {
        check_position_json(v, field, &read, get(p, "json"));
        check_resolved(v, field, a, text_a, &read, get(p, "atA"));
        check_resolved(v, field, b, text_b, &read, get(p, "atB"));
    }
    yoke_blob_free(&got);
    free(want.ptr);
}

static void check_text(vector *v, const char *field, const yoke_doc *doc, yoke_type text,
                       const json_t *want)
{
    yoke_blob got = YOKE_BLOB_INIT;
    yoke_err err = yoke_text_utf8(doc, text, 0, UINT64_MAX, &got);
    if (check_ok(v, field, err))
        check_json(v, field, string_json(yoke_blob_view(&got)), want);
    yoke_blob_free(&got);
}

void run_relpos(vector *v)
{
    const json_t *updates = get(v->json, "updates");
    size_t after = (size_t)json_uint(get(v->json, "nA"));
    yoke_doc *a = doc_new(true, 1), *b = doc_new(true, 1);
    yoke_type text_a, text_b;
    bool good = true;
    for (size_t i = 0; i < json_array_size(updates); i++) {
        if (i < after)
            good &= check_ok(v, "updates", doc_apply_hex(a, json_array_get(updates, i)));
        good &= check_ok(v, "updates", doc_apply_hex(b, json_array_get(updates, i)));
    }
    good = good && check_ok(v, "root", yoke_doc_root(a, YOKE_STR("t"), YOKE_KIND_TEXT, &text_a)) &&
           check_ok(v, "root", yoke_doc_root(b, YOKE_STR("t"), YOKE_KIND_TEXT, &text_b));
    if (good) {
        check_text(v, "textA", a, text_a, get(v->json, "textA"));
        check_text(v, "textB", b, text_b, get(v->json, "textB"));
        size_t i;
        const json_t *p;
        json_array_foreach(get(v->json, "positions"), i, p)
        {
            check_position(v, i, p, a, text_a, b, text_b);
        }
    }
    yoke_doc_free(a);
    yoke_doc_free(b);
}

/* ---- snapshots ---- */

static void check_snapshot_now(vector *v, const yoke_doc *doc, const json_t *snapshot)
{
    yoke_blob want = hex_decode(get(snapshot, "v1"));
    yoke_blob got = YOKE_BLOB_INIT;
    if (check_ok(v, "v1", yoke_snapshot_encode(doc, &got)))
        check_bytes(v, "v1", yoke_blob_view(&got), yoke_blob_view(&want));
    yoke_blob_free(&got);
    free(want.ptr);
}

static void check_snapshot_later(vector *v, yoke_doc *doc, yoke_type text, const json_t *snapshot)
{
    yoke_blob v1 = hex_decode(get(snapshot, "v1"));
    yoke_blob want = hex_decode(get(snapshot, "restoredUpdate"));
    yoke_blob got = YOKE_BLOB_INIT;
    if (check_ok(v, "text", yoke_snapshot_text(doc, yoke_blob_view(&v1), text, &got)))
        check_json(v, "text", string_json(yoke_blob_view(&got)), get(snapshot, "text"));
    if (check_ok(v, "restored", yoke_snapshot_update(doc, yoke_blob_view(&v1), &got))) {
        check_equivalent(v, "restoredUpdate", false, yoke_blob_view(&got), yoke_blob_view(&want),
                         NULL);
        yoke_doc *restored = doc_new(false, 1);
        yoke_type root;
        if (check_ok(v, "restored", yoke_doc_apply(restored, yoke_blob_view(&got), 0, NULL)) &&
            check_ok(v, "restored", yoke_doc_root(restored, YOKE_STR("t"), YOKE_KIND_TEXT, &root)))
            check_text(v, "restored text", restored, root, get(snapshot, "text"));
        yoke_doc_free(restored);
    }
    yoke_blob_free(&got);
    free(want.ptr);
    free(v1.ptr);
}

void run_snapshot(vector *v)
{
    const json_t *updates = get(v->json, "updates");
    const json_t *snapshots = get(v->json, "snapshots");
    yoke_doc *doc = doc_new(json_is_true(get(v->json, "gc")), 9);
    const json_t *s;
    size_t k;
    for (size_t i = 0; i < json_array_size(updates); i++) {
        check_ok(v, "updates", doc_apply_hex(doc, json_array_get(updates, i)));
        json_array_foreach(snapshots, k, s)
        {
            if (json_uint(get(s, "after")) == i + 1)
                check_snapshot_now(v, doc, s);
        }
    }
    yoke_type text;
    if (check_ok(v, "root", yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text))) {
        json_array_foreach(snapshots, k, s)
        {
            check_snapshot_later(v, doc, text, s);
        }
    }
    yoke_blob want = hex_decode(get(v->json, "full"));
    yoke_blob got = YOKE_BLOB_INIT;
    check_equivalent(v, "full", false, doc_full(doc, &got), yoke_blob_view(&want), NULL);
    yoke_blob_free(&got);
    free(want.ptr);
    yoke_doc_free(doc);
}

/* ---- malformed ---- */

/* Apply to a document with content; a refused update must leave it as it was. */
static yoke_err apply_unharmed(vector *v, yoke_doc *doc, yoke_bytes update)
{
    yoke_blob before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    doc_full(doc, &before);
    yoke_err err = yoke_doc_apply(doc, update, 0, NULL);
    doc_full(doc, &after);
    if (err != YOKE_OK)
        check_bytes(v, "document after the error", yoke_blob_view(&after), yoke_blob_view(&before));
    const char *broken = yoke_doc_check(doc);
    if (broken != NULL)
        check_fail(v, "invariant", "%s", broken);
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    return err;
}

void run_malformed(vector *v)
{
    yoke_blob update = hex_decode(get(v->json, "update"));
    yoke_bytes view = yoke_blob_view(&update);
    bool yjs_throws = strcmp(json_text(get(v->json, "yjs")), "throws") == 0;
    yoke_doc *empty = doc_new(true, 1), *full = doc_new(true, 77);
    yoke_type text;
    bool ready = check_ok(v, "root", yoke_doc_root(full, YOKE_STR("t"), YOKE_KIND_TEXT, &text)) &&
                 check_ok(v, "insert", yoke_text_insert(full, text, 0, YOKE_STR("content")));
    yoke_err checked = yoke_update_check(view, NULL);
    yoke_err applied = apply_unharmed(v, empty, view);
    if (yjs_throws)
        check_true(v, "yjs", applied != YOKE_OK, "accepted, though Yjs throws");
    if (checked != YOKE_OK)
        check_true(v, "check", applied != YOKE_OK, "refused by check but applied");
    if (ready)
        (void)apply_unharmed(v, full, view);
    yoke_doc_free(empty);
    yoke_doc_free(full);
    free(update.ptr);
}
