/* Arrays, snapshots and updates at their edges: what is refused changes nothing. */
#include "yoke/test/helpers.h"

static bool stop(void *ctx, const yoke_value *v)
{
    (void)v;
    return --*(int *)ctx > 0;
}

static bool stop_entry(void *ctx, yoke_bytes key, const yoke_value *v)
{
    (void)key;
    return stop(ctx, v);
}

static void lists_have_edges(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type a, m;
    yoke_blob before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    yoke_value v[] = {{.tag = YOKE_VALUE_INT, .integer = 1},
                      {.tag = YOKE_VALUE_BINARY, .data = YOKE_STR("xy")},
                      {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_ARRAY},
                      {.tag = YOKE_VALUE_DOC, .data = YOKE_STR("guid")}};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &a));
    must(yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &m));
    must(yoke_array_insert(doc, a, 0, v, 4));
    must(yoke_array_insert(doc, a, 1, v, 0));
    must(yoke_array_delete(doc, a, 4, 0));
    must(yoke_map_set(doc, m, YOKE_STR("k"), &v[0]));
    must(yoke_map_set(doc, m, YOKE_STR("l"), &v[3]));
    must(yoke_doc_encode(doc, YOKE_NONE, 0, &before));
    yoke_value got;
    must(yoke_array_get(doc, a, 3, &got));
    assert_int_equal(got.tag, YOKE_VALUE_DOC);
    assert_bytes(got.data, "guid");
    assert_int_equal(yoke_array_get(doc, a, 4, &got), YOKE_ERANGE);
    assert_int_equal(yoke_array_get(doc, m, 0, &got), YOKE_EKIND);
    assert_int_equal(yoke_array_insert(doc, a, 5, v, 1), YOKE_ERANGE);
    assert_int_equal(yoke_array_insert(doc, m, 0, v, 1), YOKE_EKIND);
    assert_int_equal(yoke_array_delete(doc, a, 3, 2), YOKE_ERANGE);
    assert_int_equal(yoke_array_delete(doc, a, 5, 0), YOKE_ERANGE);
    assert_int_equal(yoke_array_delete(doc, m, 0, 0), YOKE_EKIND);
    assert_int_equal(yoke_map_get(doc, 0, YOKE_STR("k"), &got), YOKE_EKIND);
    assert_int_equal(yoke_map_set(doc, 99, YOKE_STR("k"), v), YOKE_EKIND);
    assert_int_equal(yoke_map_set(doc, m, YOKE_STR("\xff"), v), YOKE_EUTF8);
    assert_int_equal(yoke_map_delete(doc, 0, YOKE_STR("k")), YOKE_EKIND);
    int n = 2;
    must(yoke_array_visit(doc, a, stop, &n));
    assert_int_equal(n, 0);
    n = 1;
    must(yoke_map_visit(doc, m, stop_entry, &n));
    assert_int_equal(n, 0);
    assert_int_equal(yoke_array_visit(doc, m, stop, &n), YOKE_EKIND);
    assert_int_equal(yoke_map_visit(doc, 0, stop_entry, &n), YOKE_EKIND);
    assert_int_equal(yoke_type_kind(doc, 99), YOKE_KIND_UNKNOWN);
    assert_false(yoke_type_alive(doc, 0));
    assert_int_equal(yoke_type_len(doc, 99), 0);
    assert_int_equal(yoke_type_name(doc, 0).len_bytes, 0);
    /* Every beginning of an update is refused. */
    for (size_t k = 0; k < before.len_bytes; k++) {
        yoke_bytes part = {before.ptr, k};
        assert_int_equal(yoke_update_check(part, NULL), YOKE_EMALFORMED);
        assert_int_equal(yoke_doc_apply(doc, part, 0, NULL), YOKE_EMALFORMED);
    }
    must(yoke_doc_encode(doc, YOKE_NONE, 0, &after));
    assert_int_equal(after.len_bytes, before.len_bytes);
    assert_memory_equal(after.ptr, before.ptr, before.len_bytes);
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    yoke_doc_free(doc);
}

static void snapshots_are_checked(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(true);
    yoke_doc *collects = new_doc(false);
    yoke_type t, other;
    yoke_blob snap = YOKE_BLOB_INIT, out = YOKE_BLOB_INIT;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &t));
    must(yoke_doc_root(collects, YOKE_STR("t"), YOKE_KIND_TEXT, &other));
    must(yoke_text_insert(doc, t, 0, YOKE_STR("hello")));
    must(yoke_text_delete(doc, t, 1, 1));
    must(yoke_text_delete(doc, t, 2, 1));
    must(yoke_snapshot_encode(doc, &snap));
    must(yoke_text_delete(doc, t, 0, 3));
    must(yoke_snapshot_text(doc, yoke_blob_view(&snap), t, &out));
    assert_bytes(yoke_blob_view(&out), "hlo");
    must(yoke_snapshot_update(doc, yoke_blob_view(&snap), &out));
    must(yoke_doc_apply(collects, yoke_blob_view(&out), 0, NULL));
    must(yoke_text_utf8(collects, other, 0, UINT64_MAX, &out));
    assert_bytes(yoke_blob_view(&out), "hlo");
    for (size_t k = 0; k < snap.len_bytes; k++) {
        yoke_bytes part = {snap.ptr, k};
        assert_int_equal(yoke_snapshot_text(doc, part, t, &out), YOKE_EMALFORMED);
        assert_int_equal(yoke_snapshot_update(doc, part, &out), YOKE_EMALFORMED);
    }
    static const uint8_t future[] = {0, 1, 1, 99};
    yoke_bytes ahead = {future, sizeof future};
    assert_int_equal(yoke_snapshot_text(doc, ahead, t, &out), YOKE_ENOTFOUND);
    assert_int_equal(yoke_snapshot_text(doc, ahead, 0, &out), YOKE_EKIND);
    assert_int_equal(yoke_snapshot_text(collects, ahead, other, &out), YOKE_ESTATE);
    yoke_blob_free(&snap);
    yoke_blob_free(&out);
    yoke_doc_free(doc);
    yoke_doc_free(collects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_have_edges),
        cmocka_unit_test(snapshots_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
