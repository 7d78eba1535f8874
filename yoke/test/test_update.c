/* The calls on updates that need no document, where the vectors do not reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yoke/yoke.h"

#define UPDATE(...)                                                                                \
    ((yoke_bytes){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

/* "a" by client 1 at clock 0 of root t; "b" and "c" by client 2 at 0 and at 4. */
#define A_OF_1 1, 1, 0, 4, 1, 1, 't', 1, 'a'
#define B_OF_2 1, 2, 0, 4, 1, 1, 't', 1, 'b'
#define C_OF_2 1, 2, 4, 0x84, 2, 3, 1, 'c'

static void assert_bytes(const yoke_blob *got, yoke_bytes want)
{
    assert_int_equal(got->len_bytes, want.len_bytes);
    assert_memory_equal(got->ptr, want.ptr, want.len_bytes);
}

static void clients_in_rising_order_lose_nothing(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes inputs[] = {UPDATE(2, A_OF_1, B_OF_2, 0), UPDATE(1, C_OF_2, 0)};
    assert_int_equal(yoke_update_merge(inputs, 2, NULL, &out), YOKE_OK);
    assert_bytes(&out,
                 UPDATE(2, 3, 2, 0, 4, 1, 1, 't', 1, 'b', 10, 3, 0x84, 2, 3, 1, 'c', A_OF_1, 0));
    assert_int_equal(yoke_update_state_vector(inputs[0], NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(2, 2, 1, 1, 1));
    yoke_blob_free(&out);
}

static void nothing_merged_is_the_empty_update(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    assert_int_equal(yoke_update_merge(NULL, 0, NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(0, 0));
    const yoke_bytes empty[] = {UPDATE(0, 0), UPDATE(0, 0)};
    assert_int_equal(yoke_update_merge(empty, 2, NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(0, 0));
    yoke_blob_free(&out);
}

static void collected_runs_join_at_the_seam(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes runs[] = {UPDATE(1, 1, 5, 0, 0, 3, 0), UPDATE(1, 1, 5, 2, 0, 4, 0)};
    assert_int_equal(yoke_update_merge(runs, 2, NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(1, 1, 5, 0, 0, 6, 0));
    yoke_blob_free(&out);
}

static void an_overlap_is_cut_inside_a_pair(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes inputs[] = {
        UPDATE(1, 1, 5, 0, 4, 1, 1, 't', 3, 0xef, 0xbf, 0xbd, 0),
        UPDATE(1, 1, 5, 0, 4, 1, 1, 't', 5, 0xf0, 0x9f, 0x98, 0x80, 'x', 0)};
    assert_int_equal(yoke_update_merge(inputs, 2, NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(1, 2, 5, 0, 4, 1, 1, 't', 3, 0xef, 0xbf, 0xbd, 0x84, 5, 0, 4, 0xef,
                              0xbf, 0xbd, 'x', 0));
    yoke_blob_free(&out);
}

static void deletes_are_sorted_and_joined(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes inputs[] = {UPDATE(0, 2, 1, 1, 4, 2, 9, 1, 0, 1),
                                 UPDATE(0, 1, 1, 2, 6, 1, 0, 2)};
    assert_int_equal(yoke_update_merge(inputs, 2, NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(0, 2, 9, 1, 0, 1, 1, 2, 0, 2, 4, 3));
    yoke_blob_free(&out);
}

static void malformed_input_leaves_the_output_empty(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_bytes inputs[] = {UPDATE(0, 0), UPDATE(1, 1, 5, 0, 4)};
    assert_int_equal(yoke_update_merge(inputs, 2, NULL, &out), YOKE_EMALFORMED);
    assert_int_equal(out.len_bytes, 0);
    assert_int_equal(yoke_update_diff(inputs[0], UPDATE(1, 5), NULL, &out), YOKE_EMALFORMED);
    assert_int_equal(yoke_update_diff(inputs[1], YOKE_NONE, NULL, &out), YOKE_EMALFORMED);
    assert_int_equal(yoke_update_state_vector(inputs[1], NULL, &out), YOKE_EMALFORMED);
    assert_int_equal(yoke_update_visit(inputs[1], NULL, NULL, NULL), YOKE_EMALFORMED);
    yoke_limits limits = {.update_bytes = 1};
    assert_int_equal(yoke_update_merge(inputs, 1, &limits, &out), YOKE_ELIMIT_UPDATE);
    assert_int_equal(out.len_bytes, 0);
    yoke_blob_free(&out);
}

static void a_diff_starts_behind_skips_and_takes_the_last_entry(void **state)
{
    (void)state;
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_bytes update = UPDATE(1, 3, 2, 0, 4, 1, 1, 't', 1, 'b', 10, 3, 0x84, 2, 3, 2, 'c', 'd', 0);
    assert_int_equal(yoke_update_diff(update, UPDATE(1, 2, 1), NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(1, 1, 2, 4, 0x84, 2, 3, 2, 'c', 'd', 0));
    assert_int_equal(yoke_update_diff(update, UPDATE(2, 2, 1, 2, 5), NULL, &out), YOKE_OK);
    assert_bytes(&out, UPDATE(1, 1, 2, 5, 0x84, 2, 4, 1, 'd', 0));
    yoke_blob_free(&out);
}

typedef struct ranges {
    unsigned seen, wanted;
    uint64_t to;
} ranges;

static bool take_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    ranges *r = ctx;
    (void)client;
    (void)from;
    r->to = to;
    return ++r->seen < r->wanted;
}

static void a_visit_stops_when_it_is_told(void **state)
{
    (void)state;
    yoke_bytes update = UPDATE(3, 0, 7, 0, B_OF_2, A_OF_1, 0);
    ranges one = {0, 1, 0}, all = {0, 9, 0};
    assert_int_equal(yoke_update_visit(update, NULL, take_range, &one), YOKE_OK);
    assert_int_equal(one.seen, 1);
    assert_int_equal(yoke_update_visit(update, NULL, take_range, &all), YOKE_OK);
    assert_int_equal(all.seen, 2);
    assert_int_equal(all.to, 1);
}

static bool sum_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    ranges *r = ctx;
    assert_int_equal(client, 3);
    r->seen++;
    r->to += to - from;
    return true;
}

/* A collected clock, a Skip of two, a collected clock: a range of four, or two stretches of one. */
static void stretches_leave_out_the_gaps(void **state)
{
    (void)state;
    yoke_bytes update = UPDATE(1, 3, 3, 0, 0, 1, 10, 2, 0, 1, 0);
    ranges whole = {0, 9, 0}, parts = {0, 9, 0};
    assert_int_equal(yoke_update_visit(update, NULL, sum_range, &whole), YOKE_OK);
    assert_int_equal(whole.seen, 1);
    assert_int_equal(whole.to, 4);
    assert_int_equal(yoke_update_visit_stretches(update, NULL, sum_range, &parts), YOKE_OK);
    assert_int_equal(parts.seen, 2);
    assert_int_equal(parts.to, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_in_rising_order_lose_nothing),
        cmocka_unit_test(nothing_merged_is_the_empty_update),
        cmocka_unit_test(collected_runs_join_at_the_seam),
        cmocka_unit_test(an_overlap_is_cut_inside_a_pair),
        cmocka_unit_test(deletes_are_sorted_and_joined),
        cmocka_unit_test(malformed_input_leaves_the_output_empty),
        cmocka_unit_test(a_diff_starts_behind_skips_and_takes_the_last_entry),
        cmocka_unit_test(a_visit_stops_when_it_is_told),
        cmocka_unit_test(stretches_leave_out_the_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
