/* Every ceiling of yoke_limits: what is over it is refused with its own error and changes nothing,
 * what is just under it goes in. */
#include "yoke/test/helpers.h"

#include <stdlib.h>

typedef struct writer {
    uint8_t *ptr;
    size_t len;
} writer;

static writer writer_new(size_t size)
{
    writer w = {malloc(size), 0};
    assert_non_null(w.ptr);
    return w;
}

static void put(writer *w, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        w->ptr[w->len++] = (uint8_t)(v | 128);
    w->ptr[w->len++] = (uint8_t)v;
}

static yoke_doc *limited(yoke_limits limits)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.client_id = 1;
    options.limits = limits;
    must(yoke_doc_new(&options, &doc));
    return doc;
}

static yoke_err apply(yoke_doc *doc, const writer *w)
{
    yoke_blob before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    must(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &before));
    yoke_err err = yoke_doc_apply(doc, (yoke_bytes){w->ptr, w->len}, 0, NULL);
    must(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &after));
    assert_null(yoke_doc_check(doc));
    if (err != YOKE_OK) {
        assert_int_equal(before.len_bytes, after.len_bytes);
        assert_memory_equal(before.ptr, after.ptr, before.len_bytes);
    }
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    return err;
}

/* ---- types in types ---- */

/* `levels` arrays, each in the one before, the first in root "a"; by client 7 from clock 0. */
static writer nested_arrays(size_t levels)
{
    writer w = writer_new(levels * 24 + 64);
    put(&w, 1);
    put(&w, levels);
    put(&w, 7);
    put(&w, 0);
    for (size_t i = 0; i < levels; i++) {
        put(&w, 7);
        put(&w, i == 0 ? 1 : 0);
        put(&w, i == 0 ? 1 : 7);
        put(&w, i == 0 ? 'a' : i - 1);
        put(&w, 0);
    }
    put(&w, 0);
    return w;
}

/* A type of `client` at clock 0, in the item (7, `parent`) or after the item (7, `after`). */
static writer one_type(uint64_t client, bool beside, uint64_t clock)
{
    writer w = writer_new(64);
    put(&w, 1);
    put(&w, 1);
    put(&w, client);
    put(&w, 0);
    w.ptr[w.len++] = beside ? 0x87 : 7;
    if (!beside)
        put(&w, 0);
    put(&w, 7);
    put(&w, clock);
    put(&w, 1);
    put(&w, 0);
    return w;
}

static void assert_readable(yoke_doc *doc, bool readable)
{
    yoke_type root;
    yoke_blob out = YOKE_BLOB_INIT;
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &root));
    const yoke_value value = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_ARRAY, .type = root};
    assert_int_equal(yoke_value_json(doc, &value, &out), readable ? YOKE_OK : YOKE_ELIMIT_NESTING);
    yoke_blob_free(&out);
}

static void types_of_one_update_are_counted(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 5});
    writer fits = nested_arrays(4), deep = nested_arrays(5), far = nested_arrays(100000);
    assert_int_equal(apply(doc, &deep), YOKE_ELIMIT_NESTING);
    assert_int_equal(apply(doc, &far), YOKE_ELIMIT_NESTING);
    assert_int_equal(apply(doc, &fits), YOKE_OK);
    assert_int_equal(apply(doc, &deep), YOKE_ELIMIT_NESTING);
    assert_readable(doc, true);
    yoke_doc_free(doc);
    free(fits.ptr);
    free(deep.ptr);
    free(far.ptr);
}

static void types_of_several_updates_are_counted(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 4});
    writer three = nested_arrays(3), below = one_type(8, false, 2), beside = one_type(9, true, 2),
           above = one_type(10, false, 1);
    must(apply(doc, &three));
    assert_int_equal(apply(doc, &below), YOKE_ELIMIT_NESTING);
    must(apply(doc, &beside)); /* the level of its neighbour, which it gets from it */
    must(apply(doc, &above));
    writer under = one_type(11, false, 0);
    under.ptr[6] = 9; /* in what was put beside */
    assert_int_equal(apply(doc, &under), YOKE_ELIMIT_NESTING);
    yoke_doc_free(doc);
    free(three.ptr);
    free(below.ptr);
    free(beside.ptr);
    free(above.ptr);
    free(under.ptr);
}

static void a_type_in_a_collected_one_is_on_no_level(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 4});
    writer three = nested_arrays(3), below = one_type(8, false, 2);
    yoke_type root;
    must(apply(doc, &three));
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &root));
    must(yoke_array_delete(doc, root, 0, 1));
    must(apply(doc, &below));
    yoke_doc_free(doc);
    free(three.ptr);
    free(below.ptr);
}

static void local_types_are_counted(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 3});
    yoke_type type;
    yoke_value array = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_ARRAY}, got;
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &type));
    for (int level = 2; level <= 3; level++) {
        must(yoke_array_insert(doc, type, 0, &array, 1));
        must(yoke_array_get(doc, type, 0, &got));
        type = got.type;
    }
    uint64_t version = yoke_doc_stats(doc).version;
    assert_int_equal(yoke_array_insert(doc, type, 0, &array, 1), YOKE_ELIMIT_NESTING);
    assert_int_equal(yoke_map_set(doc, type, YOKE_STR("k"), &array), YOKE_ELIMIT_NESTING);
    assert_int_equal(yoke_doc_stats(doc).version, version);
    assert_readable(doc, true);
    yoke_doc_free(doc);
}

/* A type that waits can be judged only when its base has come; then it is forgotten, and refused
 * when it comes again. */
static void a_type_that_waited_is_forgotten(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 4});
    writer three = nested_arrays(3), below = one_type(8, false, 2), fine = one_type(9, false, 1);
    must(apply(doc, &below));
    must(apply(doc, &fine));
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 2);
    must(apply(doc, &three));
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 0);
    assert_int_equal(yoke_doc_stats(doc).pending_bytes, 0);
    assert_int_equal(yoke_doc_state(doc, 8), 0);
    assert_int_equal(yoke_doc_state(doc, 9), 1);
    assert_int_equal(apply(doc, &below), YOKE_ELIMIT_NESTING);
    assert_readable(doc, true);
    yoke_doc_free(doc);
    free(three.ptr);
    free(below.ptr);
    free(fine.ptr);
}

/* Clocks said twice in one update with other parents must not hide a level. */
static void what_is_said_twice_hides_no_level(void **state)
{
    (void)state;
    static const uint8_t twice[] = {3, 3, 7, 0, 7, 1, 1,   'a', 0, 7,
                                    0, 7, 0, 0, 7, 0, 7,   1,   0, /* three levels by 7 */
                                    1, 7, 2, 7, 1, 1, 'b', 0,      /* its last again, in a root */
                                    1, 6, 0, 7, 0, 7, 2,   0,      /* one more in that */
                                    0};
    const writer w = {(uint8_t *)(uintptr_t)twice, sizeof twice};
    yoke_doc *doc = limited((yoke_limits){.nesting = 4});
    assert_int_equal(apply(doc, &w), YOKE_ELIMIT_NESTING);
    yoke_doc_free(doc);
}

/* ---- values in values ---- */

static writer nested_value(size_t levels, bool json)
{
    writer w = writer_new(2 * levels + 64);
    static const uint8_t head[] = {1, 1, 7, 0};
    memcpy(w.ptr, head, sizeof head);
    w.len = sizeof head;
    put(&w, json ? 5 : 8);
    put(&w, 1);
    put(&w, 1);
    put(&w, 'a');
    put(&w, json ? 2 * levels : 1);
    for (size_t i = 0; json && i < 2 * levels; i++)
        put(&w, i < levels ? '[' : ']');
    for (size_t i = 0; !json && i < levels; i++) {
        put(&w, 117);
        w.ptr[w.len - 1] = 117;
        put(&w, i + 1 < levels ? 1 : 0);
    }
    put(&w, 0);
    return w;
}

/* A value as deep as one may be, in a type as deep as one may be: what went in comes out. */
static void the_deepest_is_readable(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 3});
    writer types = nested_arrays(2);
    must(apply(doc, &types));
    yoke_type type;
    yoke_value got;
    const yoke_value deep = {.tag = YOKE_VALUE_ANY,
                             .data = YOKE_STR("\x75\x01\x75\x01\x75\x01\x75\x00")};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &type));
    for (int level = 2; level <= 3; level++) {
        must(yoke_array_get(doc, type, 0, &got));
        type = got.type;
    }
    must(yoke_array_insert(doc, type, 0, &(yoke_value){deep.tag, .data = {deep.data.ptr, 8}}, 1));
    assert_readable(doc, true);
    yoke_doc_free(doc);
    free(types.ptr);
}

static void values_are_counted(void **state)
{
    (void)state;
    for (int json = 0; json < 2; json++) {
        /* An empty array of an any holds nothing open, so one more is allowed there. */
        yoke_doc *doc = limited((yoke_limits){.nesting = 5});
        writer fits = nested_value(json ? 5 : 6, json == 1), deep = nested_value(7, json == 1);
        assert_int_equal(apply(doc, &deep), YOKE_ELIMIT_NESTING);
        must(apply(doc, &fits));
        assert_readable(doc, true);
        yoke_doc_free(doc);
        free(fits.ptr);
        free(deep.ptr);
    }
    yoke_doc *doc = limited((yoke_limits){.nesting = 2});
    yoke_type root;
    const yoke_value deep = {.tag = YOKE_VALUE_ANY,
                             .data = YOKE_STR("\x75\x01\x75\x01\x75\x01\x7e")};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &root));
    assert_int_equal(yoke_array_insert(doc, root, 0, &deep, 1), YOKE_ELIMIT_NESTING);
    assert_int_equal(yoke_doc_stats(doc).version, 0);
    yoke_doc_free(doc);
}

/* ---- sizes ---- */

static const uint8_t early[] = {1, 1, 7, 9, 0x84, 7, 8, 1, 'b', 0};

static writer long_text(uint64_t client, size_t units)
{
    writer w = writer_new(units + 64);
    put(&w, 1);
    put(&w, 1);
    put(&w, client);
    put(&w, 0);
    put(&w, 4);
    put(&w, 1);
    put(&w, 1);
    put(&w, 't');
    put(&w, units);
    memset(w.ptr + w.len, 'x', units);
    w.len += units;
    put(&w, 0);
    return w;
}

static void update_bytes(void **state)
{
    (void)state;
    writer w = long_text(7, 100);
    yoke_doc *doc = limited((yoke_limits){.update_bytes = w.len - 1});
    yoke_limits limits = {.update_bytes = w.len - 1};
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes update = {w.ptr, w.len};
    assert_int_equal(apply(doc, &w), YOKE_ELIMIT_UPDATE);
    assert_int_equal(yoke_update_check(update, &limits), YOKE_ELIMIT_UPDATE);
    assert_int_equal(yoke_update_diff(update, YOKE_NONE, &limits, &out), YOKE_ELIMIT_UPDATE);
    assert_int_equal(yoke_update_state_vector(update, &limits, &out), YOKE_ELIMIT_UPDATE);
    assert_int_equal(yoke_update_visit(update, &limits, NULL, NULL), YOKE_ELIMIT_UPDATE);
    assert_int_equal(yoke_update_merge(&update, 1, &limits, &out), YOKE_ELIMIT_UPDATE);
    limits.update_bytes++;
    must(yoke_update_check(update, &limits));
    yoke_doc_free(doc);
    yoke_blob_free(&out);
    free(w.ptr);
}

static void structs(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.structs = 4});
    yoke_err err = YOKE_OK;
    uint64_t client = 2;
    for (; err == YOKE_OK && client < 20; client++) {
        writer w = long_text(client, 1);
        err = apply(doc, &w);
        free(w.ptr);
    }
    assert_int_equal(err, YOKE_ELIMIT_STRUCTS);
    assert_int_equal(yoke_doc_stats(doc).blocks, 4);
    yoke_doc_free(doc);
}

static void structs_of_local_edits(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.structs = 8});
    yoke_value many[9];
    yoke_type array;
    for (size_t i = 0; i < 9; i++)
        many[i] = (yoke_value){.tag = YOKE_VALUE_BINARY, .data = YOKE_STR("b")};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    assert_int_equal(yoke_array_insert(doc, array, 0, many, 9), YOKE_ELIMIT_STRUCTS);
    must(yoke_array_insert(doc, array, 0, many, 5));
    /* Early by the blocks that an edit may split, but never late. */
    yoke_err err = YOKE_OK;
    for (int i = 0; err == YOKE_OK && i < 9; i++)
        err = yoke_array_insert(doc, array, 0, many, 1);
    assert_int_equal(err, YOKE_ELIMIT_STRUCTS);
    assert_in_range(yoke_doc_stats(doc).blocks, 5, 8);
    yoke_doc_free(doc);
}

static void pending(void **state)
{
    (void)state;
    uint8_t later[sizeof early];
    memcpy(later, early, sizeof early);
    later[3] = 19; /* its clock */
    writer w = {(uint8_t *)(uintptr_t)early, sizeof early}, other = {later, sizeof later};
    yoke_doc *by_bytes = limited((yoke_limits){.pending_bytes = 4});
    yoke_doc *by_count = limited((yoke_limits){.pending_structs = 1});
    assert_int_equal(apply(by_bytes, &w), YOKE_ELIMIT_PENDING);
    must(apply(by_count, &w));
    must(apply(by_count, &w)); /* it waits already */
    assert_int_equal(apply(by_count, &other), YOKE_ELIMIT_PENDING);
    yoke_doc_drop_pending(by_count);
    assert_int_equal(yoke_doc_stats(by_count).pending_structs, 0);
    must(apply(by_count, &w));
    yoke_doc_free(by_bytes);
    yoke_doc_free(by_count);
}

/* `turns` units by 9 and as many by 8, each typed after the other's last; then one of 8 after
 * something that only `other` has. */
static writer in_turns(size_t turns, bool other)
{
    writer w = writer_new(32 * turns + 64);
    put(&w, 2);
    for (uint64_t client = 9; client >= 8; client--) {
        put(&w, turns + (client == 8 && other));
        put(&w, client);
        put(&w, 0);
        for (size_t i = 0; i < turns; i++) {
            bool first = client == 9 && i == 0;
            w.ptr[w.len++] = first ? 4 : 0x84;
            put(&w, first ? 1 : 17 - client); /* in a root ... */
            put(&w, first ? 1 : client == 9 ? i - 1 : i);
            if (first)
                put(&w, 't'); /* ... of this name */
            put(&w, 1);
            put(&w, client == 9 ? 'a' : 'b');
        }
    }
    if (other) {
        static const uint8_t after_6[] = {0x84, 6, 0, 1, 'c'};
        memcpy(w.ptr + w.len, after_6, sizeof after_6);
        w.len += sizeof after_6;
    }
    put(&w, 0);
    return w;
}

/* Two who typed in turns: neither's part can go in before the other's, but nothing waits at the
 * end. */
static void what_comes_along_does_not_wait(void **state)
{
    (void)state;
    enum { TURNS = 2000 };
    yoke_doc *doc = limited((yoke_limits){.pending_structs = 1, .pending_bytes = 8});
    writer w = in_turns(TURNS, false), more = in_turns(TURNS + 1, true);
    yoke_apply_result r;
    must(yoke_doc_apply(doc, (yoke_bytes){w.ptr, w.len}, 0, &r));
    assert_int_equal(r.parked, 0);
    assert_int_equal(r.integrated, 2 * TURNS);
    assert_true(r.exact);
    must(yoke_doc_apply(doc, (yoke_bytes){more.ptr, more.len}, 0, &r));
    assert_int_equal(r.parked, 1);
    assert_int_equal(r.integrated, 2);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 1);
    assert_null(yoke_doc_check(doc));
    yoke_type text;
    yoke_blob out = YOKE_BLOB_INIT;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    must(yoke_text_utf8(doc, text, 0, 2 * TURNS + 2, &out));
    assert_int_equal(out.len_bytes, 2 * TURNS + 2);
    for (size_t i = 0; i < out.len_bytes; i++)
        assert_int_equal(out.ptr[i], i % 2 == 0 ? 'a' : 'b');
    yoke_blob_free(&out);
    yoke_doc_free(doc);
    free(w.ptr);
    free(more.ptr);
}

enum { WRITERS = 6, UNITS = 8, ABSENT = WRITERS, START };

/* What a unit is typed after: one of any writer, of one who does not come, or the text's start. */
typedef struct after {
    uint64_t by;
    uint64_t clock;
} after;

static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

/* Mostly near the unit's own clock, so that many can go in. */
static after draw_after(uint64_t *seed, uint64_t self, uint64_t clock)
{
    uint64_t other = draw(seed, 200) == 0 ? ABSENT : draw(seed, WRITERS);
    uint64_t back = draw(seed, 16) == 0 ? 0 : 1 + draw(seed, 2); /* 0: they may need each other */
    if (clock == 0 && other != ABSENT)
        return (after){START, 0};
    if (other == self)
        return (after){self, clock - 1};
    return (after){other, clock > back ? clock - back : 0};
}

/* How many of the units are left when nothing more can go in, found by trying all again and again.
 */
static uint64_t left_over(after of[WRITERS][UNITS])
{
    uint64_t known[START + 1] = {[START] = 1};
    uint64_t left = (uint64_t)WRITERS * UNITS;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < WRITERS; i++) {
            while (known[i] < UNITS && of[i][known[i]].clock < known[of[i][known[i]].by]) {
                known[i]++;
                left--;
                moved = true;
            }
        }
    }
    return left;
}

/* What the plan parks is exactly what waits in the end, in any tangle of writers. */
static void what_is_parked_is_what_waits(void **state)
{
    (void)state;
    uint64_t seen_none = 0, seen_some = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        uint64_t random = seed;
        after of[WRITERS][UNITS];
        writer w = writer_new(1024);
        put(&w, WRITERS);
        for (size_t i = 0; i < WRITERS; i++) {
            put(&w, UNITS);
            put(&w, 20 - i);
            put(&w, 0);
            for (size_t k = 0; k < UNITS; k++) {
                of[i][k] = draw_after(&random, i, k);
                bool root = of[i][k].by == START;
                w.ptr[w.len++] = root ? 4 : 0x84;
                put(&w, root ? 1 : 20 - of[i][k].by);
                put(&w, root ? 1 : of[i][k].clock);
                if (root)
                    put(&w, 't');
                put(&w, 1);
                put(&w, 'x');
            }
        }
        put(&w, 0);
        yoke_doc *doc = limited((yoke_limits){.pending_structs = 1000});
        yoke_apply_result r;
        must(yoke_doc_apply(doc, (yoke_bytes){w.ptr, w.len}, 0, &r));
        assert_int_equal(r.parked, left_over(of));
        assert_int_equal(yoke_doc_stats(doc).pending_structs, r.parked);
        assert_int_equal(r.integrated, (uint64_t)WRITERS * UNITS - r.parked);
        assert_null(yoke_doc_check(doc));
        seen_none += r.parked == 0;
        seen_some += r.parked > 0;
        yoke_doc_free(doc);
        free(w.ptr);
    }
    assert_true(seen_none > 300 && seen_some > 300);
}

static void doc_bytes(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.doc_bytes = 64 * 1024});
    writer small = long_text(7, 100), large = long_text(8, 64 * 1024);
    yoke_type text;
    must(apply(doc, &small));
    assert_int_equal(apply(doc, &large), YOKE_ELIMIT_DOC);
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    assert_int_equal(yoke_text_insert(doc, text, 0, (yoke_bytes){large.ptr + 16, 64 * 1024 - 64}),
                     YOKE_ELIMIT_DOC);
    must(yoke_text_insert(doc, text, 0, YOKE_STR("fits")));
    assert_int_equal(yoke_type_len(doc, text), 104);
    assert_true(yoke_doc_stats(doc).memory_bytes <= 64 * 1024 + 4096);
    yoke_doc_free(doc);
    free(small.ptr);
    free(large.ptr);
}

static void clocks(void **state)
{
    (void)state;
    yoke_doc *doc = limited((yoke_limits){.nesting = 0});
    writer w = writer_new(64);
    put(&w, 1);
    put(&w, 1);
    put(&w, 7);
    put(&w, 0);
    put(&w, 0); /* a collected run of 2^32 - 1 clocks */
    put(&w, UINT32_MAX);
    put(&w, 0);
    assert_int_equal(apply(doc, &w), YOKE_ELIMIT_CLOCK);
    w.len = 5;
    put(&w, UINT32_MAX - 1);
    put(&w, 0);
    must(apply(doc, &w));
    assert_int_equal(yoke_doc_state(doc, 7), UINT32_MAX - 1);
    must(yoke_doc_set_client_id(doc, 7));
    yoke_type text;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("x")), YOKE_ELIMIT_CLOCK);
    const yoke_value null = {.tag = YOKE_VALUE_NULL};
    assert_int_equal(yoke_map_set(doc, text, YOKE_STR("k"), &null), YOKE_ELIMIT_CLOCK);
    yoke_doc_free(doc);
    free(w.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_of_one_update_are_counted),
        cmocka_unit_test(types_of_several_updates_are_counted),
        cmocka_unit_test(a_type_in_a_collected_one_is_on_no_level),
        cmocka_unit_test(local_types_are_counted),
        cmocka_unit_test(a_type_that_waited_is_forgotten),
        cmocka_unit_test(what_is_said_twice_hides_no_level),
        cmocka_unit_test(values_are_counted),
        cmocka_unit_test(the_deepest_is_readable),
        cmocka_unit_test(update_bytes),
        cmocka_unit_test(structs),
        cmocka_unit_test(structs_of_local_edits),
        cmocka_unit_test(pending),
        cmocka_unit_test(what_comes_along_does_not_wait),
        cmocka_unit_test(what_is_parked_is_what_waits),
        cmocka_unit_test(doc_bytes),
        cmocka_unit_test(clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
