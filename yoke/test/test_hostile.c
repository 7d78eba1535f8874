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

/* One "x" of `client` at `clock`, written after (client, clock) `of`. */
static void put_after(writer *w, uint64_t client, uint64_t clock, uint64_t of, uint64_t of_clock)
{
    put(w, 1);
    put(w, client);
    put(w, clock);
    w->ptr[w->len++] = 0x84; /* a string with an origin */
    put(w, of);
    put(w, of_clock);
    put(w, 1);
    put(w, 'x');
}

static void put_first(writer *w, uint64_t client, uint64_t clock)
{
    put(w, 1);
    put(w, client);
    put(w, clock);
    put(w, 4);
    put(w, 1);
    put(w, 1);
    put(w, 't');
    put(w, 1);
    put(w, 'x');
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
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){w.ptr, w.len}, 0, NULL), YOKE_ELIMIT_PENDING);
    yoke_doc_free(doc);
    free(w.ptr);
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
        cmocka_unit_test(sections_that_wait_on_each_other_wait),
        cmocka_unit_test(a_chain_of_sections_is_no_waiting),
        cmocka_unit_test(one_client_in_many_sections_backwards),
        cmocka_unit_test(deletes_of_many_unknown_clients),
        cmocka_unit_test(deletes_of_what_comes_along_do_not_wait),
        cmocka_unit_test(a_run_of_many_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
