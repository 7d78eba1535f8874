/* run_apply.c - vectors that apply updates, and those that make them from local edits. */
#include "vectors.h"

#define DIFF_FIELD_CHARS 64

static const json_t *get(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static bool vector_gc(const vector *v)
{
    return !json_is_false(get(v->json, "gc"));
}

static void check_invariants(vector *v, const char *field, const yoke_doc *doc)
{
    const char *broken = yoke_doc_check(doc);
    if (broken != NULL)
        check_fail(v, field, "invariant broken: %s", broken);
}

/* The document after the first `count` updates, or NULL when one of them was refused. */
static yoke_doc *doc_after(vector *v, const json_t *updates, size_t count)
{
    yoke_doc *doc = doc_new(vector_gc(v), 2147483641);
    for (size_t i = 0; i < count; i++) {
        yoke_err err = doc_apply_hex(doc, json_array_get(updates, i));
        if (err != YOKE_OK) {
            check_fail(v, "updates", "update %zu: %s", i, yoke_err_name(err));
            yoke_doc_free(doc);
            return NULL;
        }
    }
    return doc;
}

static void check_full(vector *v, const char *field, yoke_doc *doc, const json_t *want_hex,
                       bool canonical, const json_t *roots)
{
    yoke_blob want = hex_decode(want_hex);
    yoke_blob got = YOKE_BLOB_INIT;
    doc_full(doc, &got);
    if (canonical)
        check_update(v, field, yoke_blob_view(&got), yoke_blob_view(&want));
    else
        check_equivalent(v, field, vector_gc(v), yoke_blob_view(&got), yoke_blob_view(&want),
                         roots);
    yoke_blob_free(&got);
    free(want.ptr);
}

static void check_sv_bytes(vector *v, yoke_doc *doc, const json_t *want_hex)
{
    yoke_blob want = hex_decode(want_hex);
    yoke_blob got = YOKE_BLOB_INIT;
    if (check_ok(v, "expect.svBytes", yoke_doc_state_vector(doc, &got)))
        check_bytes(v, "expect.svBytes", yoke_blob_view(&got), yoke_blob_view(&want));
    yoke_blob_free(&got);
    free(want.ptr);
}

/* Does the state that yjs expects lack clocks that the document has, while yjs holds structs back?
 * That is the defect which yjs-stuck shows: then its state is right once its own bytes are applied
 * to an empty document, and that is what ours must equal. */
static bool held_back(const yoke_doc *doc, const json_t *sv, const json_t *pending)
{
    if (!json_is_true(get(pending, "structs")))
        return false;
    bool more = false;
    size_t i;
    const json_t *pair;
    json_array_foreach(sv, i, pair)
    {
        uint64_t state = yoke_doc_state(doc, json_uint(json_array_get(pair, 0)));
        if (state < json_uint(json_array_get(pair, 1)))
            return false;
        more = more || state > json_uint(json_array_get(pair, 1));
    }
    return more || yoke_doc_stats(doc).clients > json_array_size(sv);
}

static void check_checkpoint(vector *v, const json_t *updates, const json_t *point)
{
    size_t after = (size_t)json_uint(get(point, "after"));
    yoke_doc *doc = doc_after(v, updates, after);
    if (doc == NULL)
        return;
    char field[DIFF_FIELD_CHARS];
    field_name(field, sizeof field, "checkpoints[after %zu]", after);
    const json_t *equivalent = get(point, "fullEquivalent");
    if (equivalent != NULL && held_back(doc, get(point, "sv"), get(point, "pending"))) {
        check_full(v, field, doc, equivalent, false, NULL);
    } else {
        check_json(v, field, doc_state_json(doc), get(point, "sv"));
        check_pending(v, field, doc, get(point, "pending"));
        if (get(point, "full") != NULL) {
            const char *canonical = json_text(get(get(v->json, "expect"), "canonical"));
            bool exact = vector_gc(v) || strcmp(canonical, "any-order") == 0;
            check_full(v, field, doc, get(point, "full"), exact, get(point, "roots"));
        } else {
            check_full(v, field, doc, equivalent, false, NULL);
        }
        doc_check_roots(v, field, doc, get(point, "roots"));
    }
    check_invariants(v, field, doc);
    yoke_doc_free(doc);
}

/* An update against a state vector applies to nobody we have, so where its bytes are not canonical
 * it is completed by the full state and the documents are compared. */
static bool check_diff_equivalent(vector *v, const char *field, yoke_bytes got, yoke_bytes want,
                                  yoke_bytes full)
{
    yoke_doc *a = doc_new(true, 1), *b = doc_new(true, 1);
    yoke_blob a_full = YOKE_BLOB_INIT, b_full = YOKE_BLOB_INIT;
    bool good = check_ok(v, field, yoke_doc_apply(a, got, 0, NULL)) &&
                check_ok(v, field, yoke_doc_apply(b, want, 0, NULL)) &&
                check_ok(v, field, yoke_doc_apply(a, full, 0, NULL)) &&
                check_ok(v, field, yoke_doc_apply(b, full, 0, NULL)) &&
                check_bytes(v, field, doc_full(a, &a_full), doc_full(b, &b_full));
    yoke_blob_free(&a_full);
    yoke_blob_free(&b_full);
    yoke_doc_free(a);
    yoke_doc_free(b);
    return good;
}

static void check_diff(vector *v, yoke_doc *doc, size_t i, const json_t *diff, bool canonical)
{
    char field[DIFF_FIELD_CHARS];
    yoke_blob sv = hex_decode(get(diff, "sv"));
    yoke_blob full = hex_decode(get(get(v->json, "expect"), "full"));
    yoke_blob want = hex_decode(get(diff, "update"));
    yoke_blob want_of_full = hex_decode(get(diff, "diffUpdateOfFull"));
    yoke_blob got = YOKE_BLOB_INIT;

    field_name(field, sizeof field, "diffs[%zu].update", i);
    yoke_err err = yoke_doc_encode(doc, yoke_blob_view(&sv), YOKE_ENCODE_PENDING, &got);
    if (check_ok(v, field, err)) {
        if (canonical)
            check_update(v, field, yoke_blob_view(&got), yoke_blob_view(&want));
        else
            check_diff_equivalent(v, field, yoke_blob_view(&got), yoke_blob_view(&want),
                                  yoke_blob_view(&full));
    }
    field_name(field, sizeof field, "diffs[%zu].diffUpdateOfFull", i);
    err = yoke_update_diff(yoke_blob_view(&full), yoke_blob_view(&sv), NULL, &got);
    if (check_ok(v, field, err))
        check_bytes(v, field, yoke_blob_view(&got), yoke_blob_view(&want_of_full));
    yoke_blob_free(&got);
    free(sv.ptr);
    free(full.ptr);
    free(want.ptr);
    free(want_of_full.ptr);
}

static void check_after_dropped(vector *v, yoke_doc *doc)
{
    const json_t *want = get(get(v->json, "expect"), "afterDropped");
    if (!check_ok(v, "dropped", doc_apply_hex(doc, get(v->json, "dropped"))))
        return;
    check_json(v, "afterDropped.sv", doc_state_json(doc), get(want, "sv"));
    check_true(v, "afterDropped", yoke_doc_stats(doc).pending_structs == 0,
               "something waits though all has come");
    check_full(v, "afterDropped.full", doc, get(want, "full"), true, NULL);
    doc_check_roots(v, "afterDropped", doc, get(want, "roots"));
    check_invariants(v, "afterDropped", doc);
}

void run_apply(vector *v)
{
    const json_t *updates = get(v->json, "updates");
    const json_t *expect = get(v->json, "expect");
    bool canonical = strcmp(json_text(get(expect, "canonical")), "any-order") == 0;
    yoke_doc *doc = doc_after(v, updates, json_array_size(updates));
    if (doc == NULL)
        return;
    if (held_back(doc, get(expect, "sv"), get(expect, "pending"))) {
        check_full(v, "expect.full", doc, get(expect, "full"), false, NULL);
    } else {
        check_json(v, "expect.sv", doc_state_json(doc), get(expect, "sv"));
        check_sv_bytes(v, doc, get(expect, "svBytes"));
        check_pending(v, "expect.pending", doc, get(expect, "pending"));
        check_full(v, "expect.full", doc, get(expect, "full"), canonical, get(expect, "roots"));
        doc_check_roots(v, "expect", doc, get(expect, "roots"));
        check_full(v, "expect.full after reading", doc, get(expect, "full"), canonical, NULL);
    }
    check_invariants(v, "expect", doc);

    size_t i;
    const json_t *entry;
    json_array_foreach(get(v->json, "diffs"), i, entry)
    {
        check_diff(v, doc, i, entry, canonical);
    }
    json_array_foreach(get(v->json, "checkpoints"), i, entry)
    {
        check_checkpoint(v, updates, entry);
    }
    if (get(v->json, "dropped") != NULL)
        check_after_dropped(v, doc);
    yoke_doc_free(doc);
}

/* ---- local edits ---- */

typedef struct emitted {
    yoke_blob last;
    unsigned count;
} emitted;

static void keep_update(void *ctx, const yoke_event *event)
{
    emitted *e = ctx;
    e->count++;
    e->last.len_bytes = event->update.len_bytes;
    e->last.ptr = must_alloc(e->last.ptr, event->update.len_bytes);
    memcpy(e->last.ptr, event->update.ptr, event->update.len_bytes);
}

static yoke_err local_op(yoke_doc *doc, yoke_type text, const json_t *op)
{
    uint64_t at = json_uint(json_array_get(op, 1));
    const json_t *what = json_array_get(op, 2);
    if (json_is_string(what)) {
        yoke_bytes utf8 = {(const uint8_t *)json_string_value(what), json_string_length(what)};
        return yoke_text_insert(doc, text, at, utf8);
    }
    return yoke_text_delete(doc, text, at, json_uint(what));
}

static void check_emitted(vector *v, size_t i, const emitted *e, const json_t *want_hex)
{
    char field[DIFF_FIELD_CHARS];
    field_name(field, sizeof field, "updates[%zu]", i);
    yoke_blob want = hex_decode(want_hex);
    if (check_number(v, field, e->count, 1))
        check_bytes(v, field, yoke_blob_view(&e->last), yoke_blob_view(&want));
    free(want.ptr);
}

static void run_ops(vector *v, yoke_doc *doc, yoke_type text, emitted *e)
{
    const json_t *ops = get(v->json, "ops");
    const json_t *updates = get(v->json, "updates");
    bool together = json_array_size(updates) == 1 && json_array_size(ops) > 1;
    if (together)
        check_ok(v, "begin", yoke_txn_begin(doc, 0));
    size_t i;
    const json_t *op;
    json_array_foreach(ops, i, op)
    {
        if (!together)
            e->count = 0;
        if (!check_ok(v, "ops", local_op(doc, text, op)))
            return;
        if (!together)
            check_emitted(v, i, e, json_array_get(updates, i));
        if (v->failures > 5)
            return;
    }
    if (together) {
        check_ok(v, "commit", yoke_txn_commit(doc));
        check_emitted(v, 0, e, json_array_get(updates, 0));
    }
}

void run_local_text(vector *v)
{
    const json_t *expect = get(v->json, "expect");
    yoke_doc *doc = doc_new(vector_gc(v), json_uint(get(v->json, "client")));
    yoke_type text;
    emitted e = {YOKE_BLOB_INIT, 0};
    yoke_observer observer = {&e, keep_update, NULL};
    const char *initial = json_string_value(get(v->json, "initial"));
    bool ready = check_ok(v, "root", yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    if (ready && initial != NULL)
        ready = check_ok(v, "initial", yoke_text_insert(doc, text, 0, YOKE_STR(initial)));
    ready = ready && check_ok(v, "observe", yoke_doc_observe(doc, &observer));
    if (ready) {
        run_ops(v, doc, text, &e);
        doc_check_roots(v, "expect", doc, get(expect, "roots"));
        check_json(v, "expect.sv", doc_state_json(doc), get(expect, "sv"));
        check_full(v, "expect.full", doc, get(expect, "full"), true, NULL);
        check_invariants(v, "expect", doc);
    }
    free(e.last.ptr);
    yoke_doc_free(doc);
}
