/* Lines, errors and the small questions, which no vector asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yoke/yoke.h"

static void must(yoke_err err)
{
    assert_int_equal(err, YOKE_OK);
}

static yoke_doc *new_doc(void)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.client_id = 1;
    must(yoke_doc_new(&options, &doc));
    return doc;
}

static void lines_are_found(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc();
    yoke_type text;
    yoke_blob line = YOKE_BLOB_INIT;
    uint64_t at;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    assert_int_equal(yoke_text_line_count(doc, text), 1);
    must(yoke_text_insert(doc, text, 0, YOKE_STR("one\n\xf0\x9f\x98\x80 two\n\nend")));
    must(yoke_text_insert(doc, text, 1, YOKE_STR("N")));
    assert_int_equal(yoke_text_line_count(doc, text), 4);
    static const char *const lines[] = {"oNne", "\xf0\x9f\x98\x80 two", "", "end"};
    static const uint64_t starts[] = {0, 5, 12, 13};
    for (uint64_t i = 0; i < 4; i++) {
        must(yoke_text_line(doc, text, i, &at, &line));
        assert_int_equal(at, starts[i]);
        assert_int_equal(line.len_bytes, strlen(lines[i]));
        if (line.len_bytes > 0)
            assert_memory_equal(line.ptr, lines[i], line.len_bytes);
    }
    assert_int_equal(yoke_text_line(doc, text, 4, &at, &line), YOKE_ERANGE);
    yoke_blob_free(&line);
    yoke_doc_free(doc);
}

static void wrong_calls_are_named(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc();
    yoke_type text, map, again;
    yoke_value value = {.tag = YOKE_VALUE_NULL};
    yoke_bytes name;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    must(yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &map));
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_MAP, &again), YOKE_EKIND);
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("\xff"), YOKE_KIND_MAP, &again), YOKE_EUTF8);
    assert_int_equal(yoke_doc_root_at(doc, 2, &name, &again), YOKE_ENOTFOUND);
    must(yoke_doc_root_at(doc, 1, &name, &again));
    assert_int_equal(again, map);
    assert_int_equal(yoke_text_insert(doc, text, 1, YOKE_STR("x")), YOKE_ERANGE);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("\xc3")), YOKE_EUTF8);
    assert_int_equal(yoke_text_insert(doc, map, 0, YOKE_STR("x")), YOKE_EKIND);
    assert_int_equal(yoke_text_delete(doc, text, 0, 1), YOKE_ERANGE);
    assert_int_equal(yoke_map_get(doc, map, YOKE_STR("k"), &value), YOKE_ENOTFOUND);
    assert_int_equal(yoke_map_delete(doc, map, YOKE_STR("k")), YOKE_ENOTFOUND);
    assert_int_equal(yoke_array_get(doc, text, 0, &value), YOKE_ERANGE);
    assert_int_equal(yoke_txn_commit(doc), YOKE_ESTATE);
    must(yoke_txn_begin(doc, 0));
    assert_int_equal(yoke_txn_begin(doc, 0), YOKE_ESTATE);
    assert_int_equal(yoke_doc_set_client_id(doc, 4), YOKE_ESTATE);
    assert_int_equal(yoke_doc_apply(doc, YOKE_NONE, 0, NULL), YOKE_ESTATE);
    must(yoke_txn_commit(doc));
    assert_int_equal(yoke_doc_set_client_id(doc, UINT64_C(1) << 53), YOKE_ERANGE);
    yoke_doc_free(doc);
    yoke_doc_free(NULL);
}

static void a_deleted_type_is_gone(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc();
    yoke_type map;
    yoke_value value = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    must(yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &map));
    must(yoke_map_set(doc, map, YOKE_STR("k"), &value));
    must(yoke_map_get(doc, map, YOKE_STR("k"), &value));
    assert_true(yoke_type_alive(doc, value.type));
    assert_int_equal(yoke_type_kind(doc, value.type), YOKE_KIND_TEXT);
    must(yoke_text_insert(doc, value.type, 0, YOKE_STR("inside")));
    must(yoke_map_delete(doc, map, YOKE_STR("k")));
    assert_false(yoke_type_alive(doc, value.type));
    assert_int_equal(yoke_type_len(doc, value.type), 0);
    assert_int_equal(yoke_text_insert(doc, value.type, 0, YOKE_STR("x")), YOKE_EGONE);
    assert_null(yoke_doc_check(doc));
    yoke_doc_free(doc);
}

static void every_error_has_a_name_and_a_sentence(void **state)
{
    (void)state;
#define CHECK(name, number, text)                                                                  \
    assert_string_equal(yoke_err_name(name), #name);                                               \
    assert_string_equal(yoke_err_text(name), text);
    YOKE_ERRORS(CHECK)
#undef CHECK
    assert_non_null(yoke_err_name(YOKE_OK));
    assert_non_null(yoke_err_text((yoke_err)-999));
    assert_non_null(yoke_err_name((yoke_err)-999));
    assert_string_equal(yoke_version(), YOKE_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found),
        cmocka_unit_test(wrong_calls_are_named),
        cmocka_unit_test(a_deleted_type_is_gone),
        cmocka_unit_test(every_error_has_a_name_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
