/* Values: tokens of a lib0 "any", JSON of each tag, and which JSON an update may carry. */
#include "yoke/test/helpers.h"

/* An update with one embed, whose JSON is `json`, in the root text "t". */
static yoke_err embed(const char *json, size_t nesting)
{
    uint8_t update[256] = {1, 1, 7, 0, 5, 1, 1, 't'};
    size_t n = strlen(json);
    yoke_limits limits = {.nesting = nesting};
    assert_true(n < 128);
    update[8] = (uint8_t)n;
    memcpy(update + 9, json, n + 1);
    return yoke_update_check((yoke_bytes){update, n + 10}, &limits);
}

static void json_is_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"1",
                                       "-0",
                                       "0.5",
                                       "1e9",
                                       "1E+2",
                                       "2e-3",
                                       "true",
                                       "false",
                                       "null",
                                       "\"\"",
                                       "\"a\\n\\u00aF\"",
                                       "[]",
                                       "{}",
                                       " [ 1 , 2 ] ",
                                       "{\"a\":1}",
                                       "{ \"a\" : [ {} , \"\\\\\" ] , \"b\":null}\r\n\t"};
    static const char *const bad[] = {"",
                                      " ",
                                      "-",
                                      "1.",
                                      "1e",
                                      "1e+",
                                      "tru",
                                      "nul",
                                      "fals",
                                      "truE",
                                      "nulL",
                                      "falsE",
                                      "\"",
                                      "\"\\",
                                      "\"\\u",
                                      "\"\\x\"",
                                      "x",
                                      "\"\n\"",
                                      "[",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "{",
                                      "{\"a",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":1",
                                      "{\"a\":1,}",
                                      "{1:2}",
                                      "[1}",
                                      "{\"a\":1]",
                                      "1 2",
                                      "[] []",
                                      "\"\\u00g0\"",
                                      "{\"a\" 1}",
                                      "\"\\u00/0\"",
                                      "\"\\u00:0\"",
                                      "\"\\u00`0\"",
                                      "\"\\u00@0\""};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(embed(good[i], 0), YOKE_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(embed(bad[i], 0), YOKE_EMALFORMED);
    assert_int_equal(embed("[[[]]]", 3), YOKE_OK);
    assert_int_equal(embed("[[[[]]]]", 3), YOKE_ELIMIT_NESTING);
    assert_int_equal(embed("{\"a\":{\"b\":{}}}", 2), YOKE_ELIMIT_NESTING);
}

typedef struct any_case {
    const char *hex;
    const char *json; /* NULL: malformed */
} any_case;

static const any_case anys[] = {
    {"7f", "null"},
    {"7e", "null"},
    {"79", "false"},
    {"78", "true"},
    {"7d05", "5"},
    {"7d45", "-5"},
    {"7d40", "0"},
    {"7c3f000000", "0.5"},
    {"7b3ff8000000000000", "1.5"},
    {"7b7ff8000000000000", "null"},
    {"7b3fb999999999999a", "0.1"},
    {"7afffffffffffffffb", "\"-5\""},
    {"7704610a2201", "\"a\\n\\\"\\u0001\""},
    {"77025c7a", "\"\\\\z\""},
    {"7400", "\"\""},
    {"740101", "\"AQ==\""},
    {"74020102", "\"AQI=\""},
    {"7403010203", "\"AQID\""},
    {"7500", "[]"},
    {"7600", "{}"},
    {"75027d0175017e", "[1,[null]]"},
    {"76020161760101627901637d02", "{\"a\":{\"b\":false},\"c\":2}"},
    {"7c3f", NULL},
    {"7b3f", NULL},
    {"7a", NULL},
    {"7d", NULL},
    {"77", NULL},
    {"7701ff", NULL},
    {"7405", NULL},
    {"75", NULL},
    {"7502", NULL},
    {"7601", NULL},
    {"760101ff7e", NULL},
    {"01", NULL},
    {"", NULL},
};

static void anys_are_written_as_json(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_blob json = YOKE_BLOB_INIT;
    for (size_t i = 0; i < sizeof anys / sizeof *anys; i++) {
        uint8_t bytes[64];
        yoke_value v = {.tag = YOKE_VALUE_ANY, .data = from_hex(anys[i].hex, bytes)};
        yoke_err err = yoke_value_json(doc, &v, &json);
        if (anys[i].json == NULL) {
            assert_int_equal(err, YOKE_EMALFORMED);
            assert_int_equal(json.len_bytes, 0);
        } else {
            must(err);
            assert_bytes(yoke_blob_view(&json), anys[i].json);
        }
    }
    yoke_blob_free(&json);
    yoke_doc_free(doc);
}

static void wrong_anys_are_not_inserted(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type array;
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    for (size_t i = 0; i < sizeof anys / sizeof *anys; i++) {
        uint8_t bytes[64];
        yoke_value v = {.tag = YOKE_VALUE_ANY, .data = from_hex(anys[i].hex, bytes)};
        uint64_t len = yoke_type_len(doc, array);
        assert_int_equal(yoke_array_insert(doc, array, 0, &v, 1),
                         anys[i].json == NULL ? YOKE_EMALFORMED : YOKE_OK);
        assert_int_equal(yoke_type_len(doc, array), len + (anys[i].json != NULL ? 1 : 0));
    }
    static const yoke_tag tags[] = {YOKE_VALUE_JSON, YOKE_VALUE_TYPE};
    for (size_t i = 0; i < 2; i++) {
        yoke_value v = {.tag = tags[i], .kind = YOKE_KIND_XML_HOOK};
        assert_int_equal(yoke_array_insert(doc, array, 0, &v, 1), YOKE_EKIND);
    }
    yoke_value bad = {.tag = YOKE_VALUE_STRING, .data = YOKE_STR("\xff")};
    assert_int_equal(yoke_array_insert(doc, array, 0, &bad, 1), YOKE_EUTF8);
    bad.tag = YOKE_VALUE_DOC;
    assert_int_equal(yoke_array_insert(doc, array, 0, &bad, 1), YOKE_EUTF8);
    assert_null(yoke_doc_check(doc));
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_checked),
        cmocka_unit_test(anys_are_written_as_json),
        cmocka_unit_test(wrong_anys_are_not_inserted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
