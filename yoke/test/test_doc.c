#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yoke/yoke.h"

static yoke_doc *doc_of(uint64_t client)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = client;
    yoke_doc *doc = NULL;
    assert_int_equal(yoke_doc_new(&options, &doc), YOKE_OK);
    return doc;
}

static yoke_type root(yoke_doc *doc, yoke_kind kind)
{
    yoke_type type = YOKE_TYPE_NONE;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("t"), kind, &type), YOKE_OK);
    return type;
}

static void assert_text(yoke_doc *doc, yoke_type text, const char *want)
{
    yoke_blob out = YOKE_BLOB_INIT;
    assert_int_equal(yoke_text_utf8(doc, text, 0, UINT64_MAX, &out), YOKE_OK);
    assert_int_equal(out.len_bytes, strlen(want));
    if (out.len_bytes > 0)
        assert_memory_equal(out.ptr, want, out.len_bytes);
    yoke_blob_free(&out);
    assert_null(yoke_doc_check(doc));
}

typedef struct log {
    yoke_bytes last;
    uint8_t bytes[256];
    char delta[128];
} log;

static void keep_update(void *ctx, const yoke_event *event)
{
    log *l = ctx;
    assert_true(event->update.len_bytes <= sizeof l->bytes);
    memcpy(l->bytes, event->update.ptr, event->update.len_bytes);
    l->last = (yoke_bytes){l->bytes, event->update.len_bytes};
}

static void keep_delta(void *ctx, const yoke_event *event)
{
    log *l = ctx;
    size_t at = 0;
    for (size_t i = 0; i < event->step_count; i++) {
        const yoke_delta *s = &event->steps[i];
        at += (size_t)snprintf(l->delta + at, sizeof l->delta - at, "%c%u%.*s ", "rid"[s->tag],
                               (unsigned)s -> len_utf16, (int)s -> text.len_bytes,
                               s->text.ptr != NULL ? (const char *)s->text.ptr : "");
    }
}

static void observers_get_updates_and_deltas(void **state)
{
    (void)state;
    log l = {{0, 0}, {0}, ""};
    yoke_doc *a = doc_of(1);
    yoke_doc *b = doc_of(2);
    yoke_type ta = root(a, YOKE_KIND_TEXT);
    yoke_type tb = root(b, YOKE_KIND_TEXT);
    const yoke_observer observer = {&l, keep_update, keep_delta};
    assert_int_equal(yoke_doc_observe(a, &observer), YOKE_OK);
    assert_int_equal(yoke_text_insert(a, ta, 0, YOKE_STR("hello")), YOKE_OK);
    assert_string_equal(l.delta, "i5hello ");
    assert_int_equal(yoke_doc_apply(b, l.last, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_txn_begin(a, 5), YOKE_OK);
    assert_int_equal(yoke_txn_begin(a, 5), YOKE_ESTATE);
    assert_int_equal(yoke_text_delete(a, ta, 1, 2), YOKE_OK);
    assert_int_equal(yoke_text_insert(a, ta, 3, YOKE_STR("!")), YOKE_OK);
    assert_int_equal(yoke_txn_commit(a), YOKE_OK);
    assert_string_equal(l.delta, "r1 d2 r2 i1! ");
    assert_int_equal(yoke_doc_apply(b, l.last, 0, NULL), YOKE_OK);
    assert_text(a, ta, "hlo!");
    assert_text(b, tb, "hlo!");
    yoke_doc_free(a);
    yoke_doc_free(b);
}

static void what_waits_is_named_and_woken(void **state)
{
    (void)state;
    static const uint8_t first[] = {1, 1, 7, 0, 4, 1, 1, 't', 1, 'a', 0};
    static const uint8_t second[] = {1, 1, 7, 1, 0x84, 7, 0, 1, 'b', 0};
    static const uint8_t missing[] = {1, 7, 1};
    yoke_doc *doc = doc_of(1);
    yoke_apply_result r;
    yoke_blob out = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){second, sizeof second}, 0, &r), YOKE_OK);
    assert_int_equal(r.parked, 1);
    assert_false(r.exact);
    assert_int_equal(yoke_doc_missing(doc, &out), YOKE_OK);
    assert_int_equal(out.len_bytes, sizeof missing);
    assert_memory_equal(out.ptr, missing, sizeof missing);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){first, sizeof first}, 0, &r), YOKE_OK);
    assert_int_equal(r.integrated, 2);
    assert_text(doc, root(doc, YOKE_KIND_TEXT), "ab");
    assert_int_equal(yoke_doc_stats(doc).pending_bytes, 0);
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

/* As in Yjs, what waits for local clocks is tried again with the next update, whatever is in it. */
static void what_waits_for_local_edits_is_woken_by_the_next_update(void **state)
{
    (void)state;
    static const uint8_t deletes[] = {0, 1, 9, 1, 1, 3}; /* 9: 1..3 */
    static const uint8_t after_b[] = {1, 1, 7, 0, 0x84, 9, 1, 1, 'x', 0};
    static const uint8_t nothing[] = {0, 0}, missing[] = {1, 9, 4};
    yoke_doc *doc = doc_of(9);
    yoke_type text = root(doc, YOKE_KIND_TEXT);
    yoke_apply_result r;
    yoke_blob out = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){deletes, sizeof deletes}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){after_b, sizeof after_b}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("abc")), YOKE_OK);
    assert_text(doc, text, "abc");
    assert_int_equal(yoke_doc_missing(doc, &out), YOKE_OK);
    assert_int_equal(out.len_bytes, sizeof missing);
    assert_memory_equal(out.ptr, missing, sizeof missing);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){nothing, sizeof nothing}, 0, &r), YOKE_OK);
    assert_text(doc, text, "ax");
    assert_int_equal(r.integrated, 1);
    assert_int_equal(r.deleted, 2);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 1); /* 9: 3 */
    assert_int_equal(yoke_text_insert(doc, text, 2, YOKE_STR("de")), YOKE_OK);
    assert_text(doc, text, "axde");
    assert_int_equal(yoke_doc_missing(doc, &out), YOKE_OK);
    assert_int_equal(out.len_bytes, 1);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){nothing, sizeof nothing}, 0, NULL), YOKE_OK);
    assert_text(doc, text, "axe");
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 0);
    assert_null(yoke_doc_check(doc));
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

static void what_is_dropped_is_not_woken(void **state)
{
    (void)state;
    static const uint8_t deletes[] = {0, 1, 9, 1, 1, 3}, nothing[] = {0, 0};
    yoke_doc *doc = doc_of(9);
    yoke_type text = root(doc, YOKE_KIND_TEXT);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){deletes, sizeof deletes}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("abc")), YOKE_OK);
    yoke_doc_drop_pending(doc);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){nothing, sizeof nothing}, 0, NULL), YOKE_OK);
    assert_text(doc, text, "abc");
    yoke_doc_free(doc);
}

static void two_writers_of_one_id_are_told(void **state)
{
    (void)state;
    static const uint8_t one[] = {1, 1, 7, 0, 4, 1, 1, 't', 1, 'a', 0};
    static const uint8_t other[] = {1, 1, 7, 0, 4, 1, 1, 't', 1, 'b', 0};
    yoke_doc *doc = doc_of(1);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one, sizeof one}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one, sizeof one}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){other, sizeof other}, 0, NULL),
                     YOKE_ECONFLICT);
    assert_text(doc, root(doc, YOKE_KIND_TEXT), "a");
    yoke_doc_free(doc);
}

static void nested_types_die_with_their_parent(void **state)
{
    (void)state;
    yoke_doc *doc = doc_of(1);
    yoke_type map = root(doc, YOKE_KIND_MAP);
    yoke_value fresh = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_ARRAY};
    yoke_value number = {.tag = YOKE_VALUE_INT, .integer = 42};
    yoke_value got;
    yoke_blob json = YOKE_BLOB_INIT;
    assert_int_equal(yoke_map_set(doc, map, YOKE_STR("k"), &fresh), YOKE_OK);
    assert_int_equal(yoke_map_get(doc, map, YOKE_STR("k"), &got), YOKE_OK);
    assert_int_equal(yoke_array_insert(doc, got.type, 0, &number, 1), YOKE_OK);
    yoke_value whole = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_MAP, .type = map};
    assert_int_equal(yoke_value_json(doc, &whole, &json), YOKE_OK);
    assert_int_equal(json.len_bytes, 10);
    assert_memory_equal(json.ptr, "{\"k\":[42]}", 10);
    assert_int_equal(yoke_map_delete(doc, map, YOKE_STR("k")), YOKE_OK);
    assert_false(yoke_type_alive(doc, got.type));
    assert_int_equal(yoke_array_insert(doc, got.type, 0, &number, 1), YOKE_EGONE);
    assert_null(yoke_doc_check(doc));
    yoke_blob_free(&json);
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(observers_get_updates_and_deltas),
        cmocka_unit_test(what_waits_is_named_and_woken),
        cmocka_unit_test(what_waits_for_local_edits_is_woken_by_the_next_update),
        cmocka_unit_test(what_is_dropped_is_not_woken),
        cmocka_unit_test(two_writers_of_one_id_are_told),
        cmocka_unit_test(nested_types_die_with_their_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
