/* Updates made to cost more than they are worth.  What is checked are counts; a scan over all
 * sections for each of them would take hours, and the test's time is limited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "yoke/yoke.h"

#define MANY 200000u

typedef struct writer {
    uint8_t *ptr;
    size_t len;
} writer;

static writer writer_new(void)
{
    writer w = {malloc((size_t)MANY * 40 + 64), 0};
    assert_non_null(w.ptr);
    return w;
}

static void put(writer *w, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        w->ptr[w->len++] = (uint8_t)(v | 128);
    w->ptr[w->len++] = (uint8_t)v;
}

static void put_head(writer *w, uint64_t client, uint64_t clock, uint64_t structs)
{
    put(w, structs);
    put(w, client);
    put(w, clock);
}

/* The next struct of a section: one "x", written after (of, of_clock) ... */
static void put_x_after(writer *w, uint64_t of, uint64_t of_clock)
{
    w->ptr[w->len++] = 0x84; /* a string with an origin */
    put(w, of);
    put(w, of_clock);
    put(w, 1);
    put(w, 'x');
}

/* ... or at the start of the text. */
static void put_x_first(writer *w)
{
    put(w, 4);
    put(w, 1);
    put(w, 1);
    put(w, 't');
    put(w, 1);
    put(w, 'x');
}

/* A section of one struct. */
static void put_after(writer *w, uint64_t client, uint64_t clock, uint64_t of, uint64_t of_clock)
{
    put_head(w, client, clock, 1);
    put_x_after(w, of, of_clock);
}

static void put_first(writer *w, uint64_t client, uint64_t clock)
{
    put_head(w, client, clock, 1);
    put_x_first(w);
}

static yoke_doc *new_doc(size_t pending)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.limits.pending_structs = pending;
    options.limits.pending_bytes = (size_t)64 << 20;
    assert_int_equal(yoke_doc_new(&options, &doc), YOKE_OK);
    return doc;
}

static yoke_apply_result apply(yoke_doc *doc, const writer *w)
{
    yoke_apply_result r;
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){w->ptr, w->len}, 0, &r), YOKE_OK);
    return r;
}

static void sections_that_wait_on_each_other_wait(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(MANY);
    writer w = writer_new();
    put(&w, MANY);
    for (uint64_t id = MANY; id > 0; id--)
        put_after(&w, id, 0, id == 1 ? MANY : id - 1, 0);
    put(&w, 0);
    yoke_apply_result r = apply(doc, &w);
    assert_int_equal(r.parked, MANY);
    assert_int_equal(r.integrated, 0);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, MANY);
    yoke_doc_free(doc);
    free(w.ptr);
}

/* Each needs the next, the last needs nothing: all go in, and nothing counts as waiting. */
static void a_chain_of_sections_is_no_waiting(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(1);
    writer w = writer_new();
    put(&w, MANY);
    for (uint64_t id = MANY; id > 1; id--)
        put_after(&w, id, 0, id - 1, 0);
    put_first(&w, 1, 0);
    put(&w, 0);
    yoke_apply_result r = apply(doc, &w);
    assert_int_equal(r.parked, 0);
    assert_int_equal(r.integrated, MANY);
    yoke_doc_free(doc);
    free(w.ptr);
}

/* One writer, whose every unit needs a writer of its own, and as many sections that are blocked for
 * one of its units each: all of them may not be looked at for every unit. */
static void blocked_sections_go_on_one_by_one(void **state)
{
    (void)state;
    enum { SOME = MANY / 2, ONE = 3 * MANY, NEEDED = MANY };
    yoke_doc *doc = new_doc(1);
    writer w = writer_new();
    put(&w, 2 * SOME + 2);
    put_head(&w, ONE, 0, SOME + 2);
    put_x_first(&w);
    put_x_after(&w, 1, SOME - 1); /* client 1 goes first, and what that needs */
    for (uint64_t i = 0; i < SOME; i++)
        put_x_after(&w, NEEDED + i, 0);
    for (uint64_t i = SOME; i-- > 0;)
        put_first(&w, NEEDED + i, 0);
    for (uint64_t i = SOME; i-- > 0;) {
        put_head(&w, 2 + i, 0, 2);
        put_x_first(&w);
        put_x_after(&w, ONE, 2 + i);
    }
    put_head(&w, 1, 0, SOME);
    for (uint64_t i = 0; i < SOME; i++)
        put_x_after(&w, 2 + i, 0);
    put(&w, 0);
    yoke_apply_result r = apply(doc, &w);
    assert_int_equal(r.parked, 0);
    assert_int_equal(r.integrated, 5 * SOME + 2);
    yoke_doc_free(doc);
    free(w.ptr);
}

static void one_client_in_many_sections_backwards(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(MANY);
    writer w = writer_new();
    put(&w, MANY + 1);
    put_after(&w, 9, 0, 7, MANY - 1);
    for (uint64_t clock = MANY; clock-- > 1;)
        put_after(&w, 7, clock, 7, clock - 1);
    put_first(&w, 7, 0);
    put(&w, 0);
    yoke_apply_result r = apply(doc, &w);
    assert_int_equal(r.integrated, MANY + 1);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 0);
    yoke_doc_free(doc);
    free(w.ptr);
}

static void deletes_of_many_unknown_clients(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(MANY);
    writer w = writer_new();
    put(&w, 0);
    put(&w, MANY);
    for (uint64_t id = MANY; id > 0; id--) {
        put(&w, id);
        put(&w, 1);
        put(&w, 5);
        put(&w, 1);
    }
    (void)apply(doc, &w);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, MANY);
    assert_true(yoke_doc_stats(doc).memory_bytes < (size_t)MANY * 1024);
    /* The same again is nothing new; one more is one too many. */
    (void)apply(doc, &w);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, MANY);
    static const uint8_t one_more[] = {0, 1, 9, 1, 7, 1};
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one_more, sizeof one_more}, 0, NULL),
                     YOKE_ELIMIT_PENDING);
    yoke_doc_free(doc);
    free(w.ptr);
}

/* Peers send what waits along with all that they know, each time they come back. */
static void what_waits_already_does_not_wait_twice(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(6);
    writer w = writer_new();
    put(&w, 3);
    put_after(&w, 9, 5, 8, 1);
    put_after(&w, 7, 3, 8, 1);
    put_after(&w, 7, 9, 8, 1);
    put(&w, 1); /* and deletes 8: 3..4, 10 */
    put(&w, 8);
    put(&w, 2);
    put(&w, 3);
    put(&w, 2);
    put(&w, 10);
    put(&w, 1);
    assert_int_equal(apply(doc, &w).parked, 3);
    yoke_stats before = yoke_doc_stats(doc);
    assert_int_equal(before.pending_structs, 5);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(apply(doc, &w).parked, 0);
        yoke_blob all = YOKE_BLOB_INIT;
        assert_int_equal(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &all), YOKE_OK);
        assert_int_equal(yoke_doc_apply(doc, yoke_blob_view(&all), 0, NULL), YOKE_OK);
        yoke_blob_free(&all);
        assert_int_equal(yoke_doc_stats(doc).pending_structs, before.pending_structs);
        assert_int_equal(yoke_doc_stats(doc).pending_bytes, before.pending_bytes);
    }
    yoke_doc_free(doc);
    free(w.ptr);
}

static yoke_doc *doc_with_two_waiting(size_t pending)
{
    yoke_doc *doc = new_doc(pending);
    writer w = writer_new();
    put(&w, 2);
    put_after(&w, 9, 5, 8, 1);
    put_after(&w, 7, 3, 8, 1);
    put(&w, 0);
    (void)apply(doc, &w);
    free(w.ptr);
    return doc;
}

/* The limit is of structs and ranges together, as it is reported. */
static void structs_and_ranges_share_the_limit(void **state)
{
    (void)state;
    yoke_doc *doc = doc_with_two_waiting(3);
    static const uint8_t one[] = {0, 1, 6, 1, 1, 1}, two[] = {0, 1, 5, 1, 1, 1};
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one, sizeof one}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){two, sizeof two}, 0, NULL),
                     YOKE_ELIMIT_PENDING);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 3);
    yoke_doc_free(doc);
}

/* Lowered ceilings take nothing away and let nothing more in. */
static void ceilings_can_be_lowered_below_what_is_there(void **state)
{
    (void)state;
    yoke_doc *doc = doc_with_two_waiting(10);
    yoke_doc_set_limits(doc, &(yoke_limits){.pending_structs = 1, .pending_bytes = 1});
    static const uint8_t one[] = {0, 1, 6, 1, 1, 1};
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one, sizeof one}, 0, NULL),
                     YOKE_ELIMIT_PENDING);
    yoke_type type;
    yoke_doc_set_limits(doc, &(yoke_limits){.doc_bytes = 1});
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &type), YOKE_ELIMIT_DOC);
    assert_int_equal(yoke_doc_stats(doc).pending_structs, 2);
    yoke_doc_set_limits(doc, &(yoke_limits){.pending_structs = 3});
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){one, sizeof one}, 0, NULL), YOKE_OK);
    yoke_doc_free(doc);
}

/* What the update itself brings is deleted at once, however many ranges name it. */
static void deletes_of_what_comes_along_do_not_wait(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(1);
    writer w = writer_new();
    put(&w, 1);
    put(&w, 1);
    put(&w, 7);
    put(&w, 0);
    put(&w, 4);
    put(&w, 1);
    put(&w, 1);
    put(&w, 't');
    put(&w, 2 * MANY);
    for (size_t i = 0; i < 2 * MANY; i++)
        put(&w, 'x');
    put(&w, 1);
    put(&w, 7);
    put(&w, MANY);
    for (size_t i = 0; i < MANY; i++) {
        put(&w, 2 * i);
        put(&w, 1);
    }
    yoke_apply_result r = apply(doc, &w);
    assert_int_equal(r.deleted, MANY);
    yoke_doc_free(doc);
    free(w.ptr);
}

/* A client that connects again sends again what waits. */
static void what_waits_is_not_parked_twice(void **state)
{
    (void)state;
    enum { TIMES = 20, WAITING = 30 };
    yoke_doc *doc = new_doc(WAITING);
    writer w = writer_new();
    put(&w, 1);
    put(&w, WAITING);
    put(&w, 7);
    put(&w, 1);
    for (uint64_t clock = 1; clock <= WAITING; clock++) {
        w.ptr[w.len++] = 0x84; /* a string with an origin */
        put(&w, clock % 2 == 0 ? 9 : 7);
        put(&w, clock % 2 == 0 ? clock : clock - 1);
        put(&w, 1);
        put(&w, 'x');
    }
    put(&w, 0);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){w.ptr, w.len}, 0, NULL), YOKE_OK);
    size_t bytes = yoke_doc_stats(doc).pending_bytes;
    size_t memory = yoke_doc_stats(doc).memory_bytes;
    for (int i = 0; i < TIMES; i++) {
        yoke_apply_result r;
        assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){w.ptr, w.len}, 0, &r), YOKE_OK);
        assert_int_equal(r.parked, 0);
    }
    assert_int_equal(yoke_doc_stats(doc).pending_structs, WAITING);
    assert_int_equal(yoke_doc_stats(doc).pending_bytes, bytes);
    assert_int_equal(yoke_doc_stats(doc).memory_bytes, memory);
    yoke_doc_free(doc);
    free(w.ptr);
}

static bool count_value(void *ctx, const yoke_value *value)
{
    *(uint64_t *)ctx += value->tag == YOKE_VALUE_INT || value->tag == YOKE_VALUE_JSON ? 1 : 0;
    return true;
}

static void count_steps(void *ctx, const yoke_event *event)
{
    *(uint64_t *)ctx += event->step_count;
}

/* All elements of an array in one run: reading them must not begin at its start for each. */
static void a_run_of_many_elements(void **state)
{
    (void)state;
    for (int json = 0; json < 2; json++) {
        yoke_doc *doc = new_doc(1);
        writer w = writer_new();
        uint64_t steps = 0, values = 0;
        const yoke_observer observer = {&steps, NULL, count_steps};
        yoke_type array;
        yoke_blob out = YOKE_BLOB_INIT;
        put(&w, 1);
        put(&w, 1);
        put(&w, 7);
        put(&w, 0);
        put(&w, json ? 2 : 8);
        put(&w, 1);
        put(&w, 1);
        put(&w, 'a');
        put(&w, MANY);
        for (size_t i = 0; i < MANY; i++) {
            put(&w, json ? 1 : 125);
            put(&w, json ? '7' : 7);
        }
        put(&w, 0);
        assert_int_equal(yoke_doc_observe(doc, &observer), YOKE_OK);
        (void)apply(doc, &w);
        assert_int_equal(steps, MANY);
        assert_int_equal(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array), YOKE_OK);
        assert_int_equal(yoke_array_visit(doc, array, count_value, &values), YOKE_OK);
        assert_int_equal(values, MANY);
        const yoke_value value = {.tag = YOKE_VALUE_TYPE, .type = array};
        assert_int_equal(yoke_value_json(doc, &value, &out), YOKE_OK);
        assert_int_equal(out.len_bytes, 2 * MANY + 1);
        yoke_blob_free(&out);
        yoke_doc_free(doc);
        free(w.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_is_not_parked_twice),
        cmocka_unit_test(sections_that_wait_on_each_other_wait),
        cmocka_unit_test(a_chain_of_sections_is_no_waiting),
        cmocka_unit_test(blocked_sections_go_on_one_by_one),
        cmocka_unit_test(one_client_in_many_sections_backwards),
        cmocka_unit_test(deletes_of_many_unknown_clients),
        cmocka_unit_test(deletes_of_what_comes_along_do_not_wait),
        cmocka_unit_test(what_waits_already_does_not_wait_twice),
        cmocka_unit_test(structs_and_ranges_share_the_limit),
        cmocka_unit_test(ceilings_can_be_lowered_below_what_is_there),
        cmocka_unit_test(a_run_of_many_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
