/* Content that comes again under known clocks: the same value in another form is taken, another
 * value is a conflict. */
#include <stdio.h>
#include <stdlib.h>

#include "yoke/test/helpers.h"

#define JSON "02"
#define ANY "08"
#define EMBED "05"
#define FORMAT "06"
#define TYPE "07"
#define BINARY "03"
#define DOC "09"

typedef struct pair {
    const char *what;
    const char *ref; /* hex, as are the bodies */
    const char *one;
    const char *other;
} pair;

static const pair same[] = {
    {"keys in another order", ANY, "01 76 02 0161 7d01 0162 7d02", "01 76 02 0162 7d02 0161 7d01"},
    {"keys in another order, inside", ANY,
     "01 75 02 7d05 76 02 0161 76 02 0178 7f 0179 7e 0162 7d02",
     "01 75 02 7d05 76 02 0162 7d02 0161 76 02 0179 7e 0178 7f"},
    {"of a key that comes twice the last counts", ANY, "01 76 02 0161 7d01 0161 7d02",
     "01 76 01 0161 7d02"},
    {"an undefined key is no key", ANY, "01 76 02 0161 7f 0162 7d02", "01 76 01 0162 7d02"},
    {"an empty object", ANY, "01 7600", "01 76 01 0161 7f"},
    {"0 and -0", ANY, "01 7d00", "01 7d40"},
    {"an integer as float32", ANY, "01 7d05", "01 7c40a00000"},
    {"an integer as float64", ANY, "01 7d05", "01 7b4014000000000000"},
    {"2^40 as an integer and as a float", ANY, "01 7d808080808040", "01 7c53800000"},
    {"a bigint that is a small number", ANY, "01 7a0000000000000005", "01 7d05"},
    {"a NaN with other bits", ANY, "01 7b7ff8000000000000", "01 7b7ff8000000000001"},
    {"a NaN as float32", ANY, "01 7b7ff8000000000000", "01 7c7fc00000"},
    {"several elements", ANY, "02 7d01 7d02", "02 7b3ff0000000000000 7d02"},
    {"an embed with its keys in another order", EMBED, "0d 7b2261223a312c2262223a327d",
     "0d 7b2262223a322c2261223a317d"},
    {"an embed with spaces and another form of the number", EMBED, "07 7b2261223a317d",
     "0c 7b20226122203a20312e307d"},
    {"an embed with an escaped letter", EMBED, "04 22c3a922", "08 225c753030653922"},
    {"an embed with an escaped pair", EMBED, "06 22f09f988022", "0e 225c75643833645c756465303022"},
    {"an embed with an exponent", EMBED, "05 3130303030", "03 316534"},
    {"an embed's decimal, wrong in its last place", EMBED,
     "12 302e39393533393833303836313631333135", "12 302e39393533393833303836313631333137"},
    {"a format's value in another order", FORMAT, "0162 0d 7b2261223a312c2262223a327d",
     "0162 0d 7b2262223a322c2261223a317d"},
    {"an old JSON element", JSON, "02 0d 7b2261223a312c2262223a327d 0131",
     "02 0d 7b2262223a322c2261223a317d 03312e30"},
    {"a document with other options", DOC, "026964 7600", "026964 76 01 026763 78"},
};

static const pair different[] = {
    {"a value under a key", ANY, "01 76 02 0161 7d01 0162 7d02", "01 76 02 0162 7d02 0161 7d03"},
    {"values changed places", ANY, "01 76 02 0161 7d01 0162 7d02", "01 76 02 0161 7d02 0162 7d01"},
    {"a key more", ANY, "01 76 01 0161 7d01", "01 76 02 0161 7d01 0162 7d02"},
    {"null is not undefined", ANY, "01 76 01 0161 7e", "01 7600"},
    {"elements of an array in another order", ANY, "01 75 02 7d01 7d02", "01 75 02 7d02 7d01"},
    {"an array is no object", ANY, "01 7500", "01 7600"},
    {"an array in an array", ANY, "01 75 02 7500 7d01", "01 75 01 75 01 7d01"},
    {"a number is no string", ANY, "01 7d05", "01 77 0135"},
    {"a string is no buffer", ANY, "01 77 0135", "01 74 0135"},
    {"true and false", ANY, "01 78", "01 79"},
    {"false and 0", ANY, "01 79", "01 7d00"},
    {"a bigint beyond all numbers and its neighbour", ANY, "01 7a7fffffffffffffff",
     "01 7a7ffffffffffffffe"},
    {"floats that differ in a bit", ANY, "01 7b3ff0000000000000", "01 7b3ff0000000000001"},
    {"the second element", ANY, "02 7d01 7d02", "02 7d01 7d03"},
    {"an embed's value", EMBED, "07 7b2261223a317d", "07 7b2261223a327d"},
    {"an embed's decimal", EMBED, "03 302e31", "06 302e31303031"},
    {"an embed's large integer", EMBED, "10 39303037313939323534373430393931",
     "10 39303037313939323534373430393930"},
    {"an embed's string and number", EMBED, "01 31", "03 223122"},
    {"an embed's word and string", EMBED, "04 74727565", "06 227472756522"},
    {"a format's key", FORMAT, "0162 0131", "0163 0131"},
    {"a format's value", FORMAT, "0162 0131", "0162 0132"},
    {"an old JSON element", JSON, "02 0131 0132", "02 0131 0133"},
    {"old undefined and null", JSON, "02 09 756e646566696e6564 0131", "02 04 6e756c6c 0131"},
    {"a binary", BINARY, "020102", "020103"},
    {"the kind of a type", TYPE, "00", "01"},
    {"the name of an element", TYPE, "03 0161", "03 0162"},
    {"the name of a hook", TYPE, "05 0161", "05 0162"},
    {"a document's guid", DOC, "026964 7600", "026965 7600"},
    {"another content", EMBED, "0131", NULL},
};

/* One struct of client 7 at clock 0 in the root "t", without a delete set. */
static yoke_bytes update_of(const char *ref, const char *body, uint8_t *out)
{
    char hex[512];
    size_t n = 0;
    char spaced[512];
    (void)snprintf(spaced, sizeof spaced, "01010700%s010174%s00", ref, body);
    for (const char *p = spaced; *p != '\0'; p++)
        if (*p != ' ')
            hex[n++] = *p;
    hex[n] = '\0';
    return from_hex(hex, out);
}

static void check(const pair *p, yoke_err want)
{
    uint8_t one[256];
    uint8_t other[256];
    yoke_bytes first = update_of(p->ref, p->one, one);
    yoke_bytes second =
        p->other != NULL ? update_of(p->ref, p->other, other) : update_of(BINARY, "0131", other);
    for (int turn = 0; turn < 2; turn++) {
        yoke_doc *doc = new_doc(false);
        yoke_blob before = YOKE_BLOB_INIT;
        yoke_blob after = YOKE_BLOB_INIT;
        must(yoke_doc_apply(doc, turn == 0 ? first : second, 0, NULL));
        must(yoke_doc_encode(doc, YOKE_NONE, 0, &before));
        yoke_err err = yoke_doc_apply(doc, turn == 0 ? second : first, 0, NULL);
        if (err != want)
            print_error("%s: %s\n", p->what, yoke_err_name(err));
        assert_int_equal(err, want);
        must(yoke_doc_encode(doc, YOKE_NONE, 0, &after));
        assert_int_equal(before.len_bytes, after.len_bytes);
        assert_memory_equal(before.ptr, after.ptr, before.len_bytes);
        assert_null(yoke_doc_check(doc));
        yoke_blob_free(&before);
        yoke_blob_free(&after);
        yoke_doc_free(doc);
    }
}

static void another_form_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        check(&same[i], YOKE_OK);
}

static void another_value_is_a_conflict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        check(&different[i], YOKE_ECONFLICT);
}

/* Of what both have: the known part of a run, compared from where it overlaps. */
static void runs_are_compared_where_they_overlap(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    uint8_t bytes[128];
    must(yoke_doc_apply(doc, update_of(ANY, "02 7d01 76 02 0161 7d01 0162 7d02", bytes), 0, NULL));
    /* From clock 1 on, an element more. */
    must(yoke_doc_apply(doc, from_hex("0101070188070002760201627d0201617d017d0900", bytes), 0,
                        NULL));
    assert_int_equal(
        yoke_doc_apply(doc, from_hex("0101070188070002760201627d0201617d027d0900", bytes), 0, NULL),
        YOKE_ECONFLICT);
    assert_null(yoke_doc_check(doc));
    yoke_doc_free(doc);
}

static void what_was_deleted_agrees_with_everything(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    uint8_t bytes[128];
    must(yoke_doc_apply(doc, update_of(ANY, "01 7d01", bytes), 0, NULL));
    must(yoke_doc_apply(doc, from_hex("000107010001", bytes), 0, NULL));
    must(yoke_doc_apply(doc, update_of(ANY, "01 7d02", bytes), 0, NULL));
    yoke_doc_free(doc);
}

/* 20,000 keys backwards: no more than sorting them. */
static void many_keys_in_another_order(void **state)
{
    (void)state;
    enum { KEYS = 20000, BYTES = 16 + KEYS * 9 };
    uint8_t *forth = malloc(BYTES);
    uint8_t *back = malloc(BYTES);
    yoke_doc *doc = new_doc(false);
    assert_non_null(forth);
    assert_non_null(back);
    static const uint8_t head[] = {1, 1, 7, 0, 8, 1, 1, 't', 1, 118, 0xa0, 0x9c, 1};
    memcpy(forth, head, sizeof head);
    memcpy(back, head, sizeof head);
    size_t n = sizeof head;
    for (int i = 0; i < KEYS; i++, n += 9) {
        char text[16];
        (void)snprintf(text, sizeof text, "\6k%05d}\1", i);
        memcpy(forth + n, text, 9);
        (void)snprintf(text, sizeof text, "\6k%05d}\1", KEYS - 1 - i);
        memcpy(back + n, text, 9);
    }
    forth[n] = back[n] = 0;
    must(yoke_doc_apply(doc, (yoke_bytes){forth, n + 1}, 0, NULL));
    must(yoke_doc_apply(doc, (yoke_bytes){back, n + 1}, 0, NULL));
    back[n - 1] = 2;
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){back, n + 1}, 0, NULL), YOKE_ECONFLICT);
    yoke_doc_free(doc);
    free(forth);
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_form_is_the_same),
        cmocka_unit_test(another_value_is_a_conflict),
        cmocka_unit_test(runs_are_compared_where_they_overlap),
        cmocka_unit_test(what_was_deleted_agrees_with_everything),
        cmocka_unit_test(many_keys_in_another_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
