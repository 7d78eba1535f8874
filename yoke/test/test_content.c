/* Content as updates bring it: known in part, legacy JSON, and every way to be malformed. */
#include "yoke/test/helpers.h"

static void assert_state(yoke_doc *doc, const char *hex)
{
    uint8_t bytes[512];
    yoke_blob full = YOKE_BLOB_INIT;
    yoke_bytes want = from_hex(hex, bytes);
    must(yoke_doc_encode(doc, YOKE_NONE, 0, &full));
    assert_int_equal(full.len_bytes, want.len_bytes);
    assert_memory_equal(full.ptr, want.ptr, want.len_bytes);
    assert_null(yoke_doc_check(doc));
    yoke_blob_free(&full);
}

/* The state after `first`, of which `then` knows more; both states are those of yjs. */
static void assert_both(const char *first, const char *then, const char *state)
{
    yoke_doc *doc = new_doc(false);
    apply_hex(doc, first);
    apply_hex(doc, then);
    assert_state(doc, state);
    yoke_doc_free(doc);
}

static void structs_known_in_part_are_cut(void **state)
{
    (void)state;
    /* Inside a pair of surrogates, of which half is known; between others; before ASCII. */
    assert_both("01010700040101740461efbfbd00", "01010700040101740661f09f98806200",
                "01010700040101740861efbfbdefbfbd6200");
    assert_both("0101070004010174026162"
                "00",
                "0101070004010174086162c3a9f09f988000", "0101070004010174086162c3a9f09f988000");
    assert_both("010107000401017403c3a96100", "010107000401017407c3a9616263646500",
                "010107000401017407c3a9616263646500");
    assert_both("0101070008010161017d0100", "0101070008010161037d01770178760000",
                "0101070008010161037d01770178760000");
    assert_both("010107000201016101013100",
                "010107000201016104013109756e646566696e6564097b2261223a5b315d7d0322732200",
                "010107000201016104013109756e646566696e6564097b2261223a5b315d7d0322732200");
}

/* 1, undefined, {"a":[1]}, "s" as old Yjs wrote them. */
static const char legacy[] =
    "010107000201016104013109756e646566696e6564097b2261223a5b315d7d0322732200";

static void legacy_json_is_carried(void **state)
{
    (void)state;
    uint8_t bytes[128], sv[8];
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_type array;
    assert_both(legacy, "000107010101",
                "01030700020101610101318107000182070102097b2261223a5b315d7d032273220107010101");
    assert_both(
        legacy, "01010800c807010702017d0500",
        "02010800c807010702017d050207000201016102013109756e646566696e656482070102097b2261223a"
        "5b315d7d0322732200");
    yoke_doc *doc = new_doc(false);
    apply_hex(doc, legacy);
    must(yoke_doc_encode(doc, from_hex("010703", sv), 0, &out));
    assert_int_equal(out.len_bytes, 13);
    assert_memory_equal(out.ptr, from_hex("01010703820702010322732200", bytes).ptr, 13);
    must(yoke_update_diff(from_hex(legacy, bytes), from_hex("010702", sv), NULL, &out));
    assert_int_equal(out.len_bytes, 23);
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    yoke_value value;
    must(yoke_array_get(doc, array, 2, &value));
    assert_int_equal(value.tag, YOKE_VALUE_JSON);
    assert_bytes(value.data, "{\"a\":[1]}");
    value = (yoke_value){.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_ARRAY, .type = array};
    must(yoke_value_json(doc, &value, &out));
    assert_bytes(yoke_blob_view(&out), "[1,null,{\"a\":[1]},\"s\"]");
    must(yoke_array_delete(doc, array, 1, 1));
    must(yoke_value_json(doc, &value, &out));
    assert_bytes(yoke_blob_view(&out), "[1,{\"a\":[1]},\"s\"]");
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

/* A root that is read without a kind being named is a list of what is in it. */
static void a_root_without_a_kind_is_a_list(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type root;
    yoke_blob out = YOKE_BLOB_INIT;
    apply_hex(doc, "010407000401017802616287070101880702017d0184070303636465010701"
                   "0401");
    must(yoke_doc_root(doc, YOKE_STR("x"), YOKE_KIND_UNKNOWN, &root));
    const yoke_value value = {.tag = YOKE_VALUE_TYPE, .type = root};
    must(yoke_value_json(doc, &value, &out));
    assert_bytes(yoke_blob_view(&out), "[\"ab\",{},1,\"de\"]");
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

static const char *const malformed[] = {
    "",
    "00", /* no delete set */
    "0000"
    "00", /* something behind the end */
    "05", /* more sections than bytes */
    "0105070000"
    "0100",                       /* more structs than bytes */
    "01ffffffffffffffff7f0700",   /* a count above 2^53 */
    "010107",                     /* no clock */
    "0101ffffffffffffffff7f0000", /* a client above 2^53 */
    "01010700",                   /* no struct */
    "010107000000"
    "00",                   /* a collected run of nothing */
    "0101070000",           /* ... without a length */
    "01010700010101740000", /* a tombstone of nothing */
    "010107000101017400",   /* ... and nothing behind */
    "0101070004010174"
    "0000", /* an empty text */
    "0101070004010174"
    "01ff00", /* text that is not UTF-8 */
    "0101070004010174"
    "05616200",               /* ... or shorter than it says */
    "01010700080101610000",   /* no elements */
    "0101070008010161057e00", /* fewer than it says */
    "01010700020101610000",
    "0101070002010161020131"
    "00",
    "010107000201016101027b7b00", /* JSON that is none */
    "010107000201016101"
    "01ff00",
    "010107000301016105616200", /* a binary shorter than it says */
    "0101070005010174"
    "0131"
    "31", /* an embed, and no delete set */
    "010107000601017401"
    "62", /* a format without a value */
    "0101070006010174"
    "01ff0131"
    "00",
    "010107000701016107"
    "00", /* a type that is none */
    "010107000701016103"
    "05", /* an element without a name */
    "0101070009010161"
    "0167", /* a subdocument without options */
    "0101070009010161"
    "01ff760000",
    "01010700"
    "0b"
    "010161017e00", /* content that is none */
    "01010700"
    "04"
    "0201740161"
    "00", /* a parent that is neither root nor item */
    "01010700"
    "04"
    "01"
    "01ff"
    "016100",
    "01010700"
    "04"
    "000700016100", /* in itself */
    "01010700"
    "04"
    "000705016100", /* in its own future */
    "01010700"
    "84"
    "0700"
    "016100", /* after itself */
    "01010700"
    "44"
    "0709"
    "016100", /* before its own future */
    "01010700"
    "24"
    "010174"
    "01ff"
    "016100", /* a key that is not UTF-8 */
    "01010700"
    "24"
    "010174", /* ... or missing */
    "01010700"
    "84"
    "07", /* half an origin */
    "01010700"
    "44", /* no right origin */
    "01010700"
    "04"
    "00"
    "07",         /* half a parent */
    "0001",       /* a client of deletes without ranges */
    "0001070101", /* half a range */
    "000107010001"
    "05",
    "00010705"
    "0101", /* more ranges than bytes */
    "00010701"
    "ffffffffffffff0f"
    "02", /* a range that ends above 2^53 */
    "0101"
    "07"
    "ffffffffffffff0f"
    "0005"
    "00", /* a struct that does */
};

static void malformed_updates_are_refused(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    apply_hex(doc, legacy);
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        uint8_t bytes[64];
        yoke_blob out = YOKE_BLOB_INIT;
        yoke_bytes update = from_hex(malformed[i], bytes);
        assert_int_equal(yoke_update_check(update, NULL), YOKE_EMALFORMED);
        assert_int_equal(yoke_doc_apply(doc, update, 0, NULL), YOKE_EMALFORMED);
        assert_int_equal(yoke_update_merge(&update, 1, NULL, &out), YOKE_EMALFORMED);
        assert_int_equal(yoke_update_diff(update, YOKE_NONE, NULL, &out), YOKE_EMALFORMED);
        assert_int_equal(yoke_update_state_vector(update, NULL, &out), YOKE_EMALFORMED);
        assert_int_equal(out.len_bytes, 0);
        yoke_blob_free(&out);
    }
    assert_state(doc, legacy);
    /* Empty ranges say nothing, and are no fault. */
    apply_hex(doc, "000107020100"
                   "0500");
    assert_state(doc, legacy);
    yoke_doc_free(doc);
}

static void malformed_state_vectors_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"05", "0107",
                                      "010701"
                                      "00",
                                      "01ffffffffffffffff7f01"};
    yoke_doc *doc = new_doc(false);
    yoke_blob out = YOKE_BLOB_INIT;
    apply_hex(doc, legacy);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t bytes[32];
        assert_int_equal(yoke_doc_encode(doc, from_hex(bad[i], bytes), 0, &out), YOKE_EMALFORMED);
        assert_int_equal(out.len_bytes, 0);
    }
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

/* The kept full state: equal to one made anew, at every version. */
static void a_kept_state_is_that_of_now(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type text;
    yoke_bytes view;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    for (unsigned i = 0; i < 5; i++) {
        yoke_blob full = YOKE_BLOB_INIT;
        for (unsigned twice = 0; twice < 2; twice++) {
            must(yoke_doc_encode_cached(doc, &view));
            must(yoke_doc_encode(doc, YOKE_NONE, 0, &full));
            assert_int_equal(view.len_bytes, full.len_bytes);
            assert_memory_equal(view.ptr, full.ptr, full.len_bytes);
        }
        yoke_blob_free(&full);
        if (i == 2)
            yoke_doc_drop_cache(doc);
        must(yoke_text_insert(doc, text, 0, YOKE_STR("more ")));
    }
    yoke_doc_free(doc);
}

/* Halves of a surrogate pair have a length but no bytes. */
static void torn_pairs_outlive_a_compaction(void **state)
{
    (void)state;
    static uint8_t many[40000];
    memset(many, 'x', sizeof many);
    yoke_doc *doc = new_doc(false);
    uint32_t text;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    must(yoke_text_insert(doc, text, 0, (yoke_bytes){many, sizeof many}));
    must(yoke_text_insert(doc, text, sizeof many, YOKE_STR("\xf0\x9f\x98\x80")));
    must(yoke_text_insert(doc, text, sizeof many + 1, YOKE_STR("between")));
    must(yoke_text_delete(doc, text, 0, sizeof many));
    assert_null(yoke_doc_check(doc));
    yoke_blob got = YOKE_BLOB_INIT;
    must(yoke_text_utf8(doc, text, 0, 9, &got));
    assert_bytes((yoke_bytes){got.ptr, got.len_bytes}, "\xef\xbf\xbd"
                                                       "between"
                                                       "\xef\xbf\xbd");
    yoke_blob_free(&got);
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_known_in_part_are_cut),
        cmocka_unit_test(legacy_json_is_carried),
        cmocka_unit_test(a_root_without_a_kind_is_a_list),
        cmocka_unit_test(malformed_updates_are_refused),
        cmocka_unit_test(malformed_state_vectors_are_refused),
        cmocka_unit_test(a_kept_state_is_that_of_now),
        cmocka_unit_test(torn_pairs_outlive_a_compaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
