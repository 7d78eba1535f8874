/* Relative positions: their bytes, and where they are after edits. */
#include "yoke/test/helpers.h"

static void bytes_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"00070300", "0101740a", "02070041"};
    static const char *const bad[] = {
        "",     "03",     "0007",     "00",         "01",
        "0101", "0101ff", "00070380", "0007030000", "0007038f808080808001"};
    yoke_relpos pos;
    yoke_blob out = YOKE_BLOB_INIT;
    uint8_t bytes[32];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        yoke_bytes in = from_hex(good[i], bytes);
        must(yoke_relpos_decode(in, &pos));
        assert_int_equal(pos.tag, i);
        must(yoke_relpos_encode(&pos, &out));
        assert_int_equal(out.len_bytes, in.len_bytes);
        assert_memory_equal(out.ptr, in.ptr, in.len_bytes);
    }
    assert_int_equal(pos.assoc, -1);
    must(yoke_relpos_decode(from_hex("000703", bytes), &pos));
    assert_int_equal(pos.assoc, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(yoke_relpos_decode(from_hex(bad[i], bytes), &pos), YOKE_EMALFORMED);
    yoke_blob_free(&out);
}

static void expect(yoke_doc *doc, const yoke_relpos *pos, yoke_type type, uint64_t at)
{
    yoke_type got;
    uint64_t where;
    must(yoke_relpos_resolve(doc, pos, &got, &where));
    assert_int_equal(got, type);
    assert_int_equal(where, at);
}

static void places_stay(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type array, gone;
    uint64_t where;
    yoke_relpos pos[6];
    yoke_value v = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    must(yoke_array_insert(doc, array, 0, &v, 1));
    must(yoke_array_get(doc, array, 0, &v));
    must(yoke_text_insert(doc, v.type, 0, YOKE_STR("abcd")));
    must(yoke_relpos_at(doc, v.type, 2, 0, &pos[0]));
    must(yoke_relpos_at(doc, v.type, 2, -1, &pos[1]));
    must(yoke_relpos_at(doc, v.type, 4, 0, &pos[2]));
    must(yoke_relpos_at(doc, v.type, 0, -1, &pos[3]));
    must(yoke_relpos_at(doc, array, 1, 0, &pos[4]));
    assert_int_equal(pos[2].tag, YOKE_RELPOS_TYPE);
    assert_int_equal(pos[4].tag, YOKE_RELPOS_ROOT);
    assert_int_equal(yoke_relpos_at(doc, v.type, 5, 0, &pos[5]), YOKE_ERANGE);
    assert_int_equal(yoke_relpos_at(doc, 0, 0, 0, &pos[5]), YOKE_EKIND);
    must(yoke_text_insert(doc, v.type, 2, YOKE_STR("XY")));
    must(yoke_text_insert(doc, v.type, 0, YOKE_STR("_")));
    expect(doc, &pos[0], v.type, 5);
    expect(doc, &pos[1], v.type, 3);
    expect(doc, &pos[2], v.type, 7);
    expect(doc, &pos[3], v.type, 0);
    expect(doc, &pos[4], array, 1);
    must(yoke_text_delete(doc, v.type, 4, 2));
    expect(doc, &pos[0], v.type, 4);
    must(yoke_array_delete(doc, array, 0, 1));
    assert_int_equal(yoke_relpos_resolve(doc, &pos[0], &gone, &where), YOKE_ENOTFOUND);
    assert_int_equal(yoke_relpos_at(doc, v.type, 0, 0, &pos[5]), YOKE_EGONE);
    yoke_relpos unknown = {.tag = YOKE_RELPOS_ITEM, .id = {99, 0}};
    assert_int_equal(yoke_relpos_resolve(doc, &unknown, &gone, &where), YOKE_ENOTFOUND);
    unknown = (yoke_relpos){.tag = YOKE_RELPOS_ROOT, .name = YOKE_STR("none")};
    assert_int_equal(yoke_relpos_resolve(doc, &unknown, &gone, &where), YOKE_ENOTFOUND);
    unknown = (yoke_relpos){.tag = YOKE_RELPOS_TYPE, .id = {1, 900}};
    assert_int_equal(yoke_relpos_resolve(doc, &unknown, &gone, &where), YOKE_ENOTFOUND);
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_checked),
        cmocka_unit_test(places_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
