/* When a read may begin: behind what was submitted for its room, and behind nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/order.h"

static order o;

static int start(void **state)
{
    (void)state;
    order_init(&o);
    return 0;
}

static void append(const char *id, const char *second)
{
    store_batch *b = store_batch_new(base_alloc_libc(), NULL);
    assert_non_null(b);
    store_row rows[] = {{.room_id = id, .seq = 1}, {.room_id = second, .seq = 1}};
    assert_true(store_batch_add(b, &rows[0], NULL));
    assert_true(store_batch_add(b, &rows[1], NULL));
    order_append(&o, b);
    store_batch_free(b);
}

static store_job write_of(const char *id)
{
    store_job job = {.room = id};
    order_write(&o, &job);
    return job;
}

static store_job read_of(const char *id)
{
    return (store_job){.room = id};
}

static void nothing_written_is_waited_for_by_nobody(void **state)
{
    (void)state;
    store_job a = read_of("a"), any = read_of(NULL);
    assert_null(order_take(&o));
    order_read(&o, &a);
    order_read(&o, &any);
    assert_int_equal(o.read_count, 2);
    assert_ptr_equal(order_take(&o), &a);
    assert_ptr_equal(order_take(&o), &any);
    assert_null(order_take(&o));
    assert_int_equal(o.read_count, 0);
}

static void a_read_waits_for_rows_of_its_room(void **state)
{
    (void)state;
    store_job a = read_of("a"), b = read_of("b"), c = read_of("c");
    append("x", "y");
    append("a", "b");
    order_read(&o, &a);
    order_read(&o, &b);
    order_read(&o, &c);
    assert_ptr_equal(order_take(&o), &c);
    assert_null(order_take(&o));
    assert_int_equal(order_tried(&o, 1), 0);
    assert_null(order_take(&o));
    assert_int_equal(order_tried(&o, 2), 2);
    assert_ptr_equal(order_take(&o), &a);
    assert_ptr_equal(order_take(&o), &b);
}

static void a_read_waits_for_jobs_of_its_room(void **state)
{
    (void)state;
    store_job a = read_of("a"), b = read_of("b"), again = read_of("a");
    (void)write_of("b");
    (void)write_of("a");
    order_read(&o, &a);
    order_read(&o, &b);
    (void)write_of("a"); /* later than the reads: not waited for */
    assert_null(order_take(&o));
    assert_int_equal(order_written(&o), 1);
    assert_ptr_equal(order_take(&o), &b);
    assert_int_equal(order_written(&o), 1);
    assert_ptr_equal(order_take(&o), &a);
    order_read(&o, &again);
    assert_null(order_take(&o));
    assert_int_equal(order_written(&o), 1);
    assert_ptr_equal(order_take(&o), &again);
}

static void both_kinds_are_waited_for(void **state)
{
    (void)state;
    store_job a = read_of("a");
    append("a", "b");
    (void)write_of("a");
    order_read(&o, &a);
    assert_int_equal(order_written(&o), 0);
    assert_null(order_take(&o));
    assert_int_equal(order_tried(&o, 1), 1);
    assert_ptr_equal(order_take(&o), &a);
}

/* A job that names no room may be about any, and a read that names none is about all. */
static void who_names_no_room_means_all(void **state)
{
    (void)state;
    store_job a = read_of("a"), any = read_of(NULL);
    (void)write_of(NULL);
    order_read(&o, &a);
    assert_null(order_take(&o));
    assert_int_equal(order_written(&o), 1);
    assert_ptr_equal(order_take(&o), &a);
    append("b", "c");
    (void)write_of("d");
    order_read(&o, &any);
    assert_int_equal(order_tried(&o, 1), 0);
    assert_null(order_take(&o));
    assert_int_equal(order_written(&o), 1);
    assert_ptr_equal(order_take(&o), &any);
}

/* Rows of other rooms may go on gathering. */
static void a_write_wants_the_rows_of_its_room(void **state)
{
    (void)state;
    append("a", "a");
    store_job own = write_of("a"), other = write_of("b"), any = write_of(NULL);
    assert_true(order_wants_rows(&o, &own));
    assert_false(order_wants_rows(&o, &other));
    assert_true(order_wants_rows(&o, &any));
    append("b", "b");
    assert_false(order_wants_rows(&o, &other)); /* they came later */
    (void)order_tried(&o, 1);
    assert_false(order_wants_rows(&o, &own));
    assert_false(order_wants_rows(&o, &any));
}

/* Whatever is written in between, the reads of one room begin in their order. */
static void reads_of_a_room_keep_their_order(void **state)
{
    (void)state;
    store_job reads[20];
    for (size_t i = 0; i < 20; i++) {
        reads[i] = read_of("a");
        if (i % 3 == 0)
            append("a", "b");
        if (i % 5 == 0)
            (void)write_of("a");
        order_read(&o, &reads[i]);
    }
    size_t next = 0;
    for (uint64_t i = 0; i < 7; i++) {
        if (i < 4)
            (void)order_written(&o);
        (void)order_tried(&o, i + 1);
        for (store_job *job; (job = order_take(&o)) != NULL; next++)
            assert_ptr_equal(job, &reads[next]);
    }
    assert_int_equal(next, 20);
}

#define CASE(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_written_is_waited_for_by_nobody),
        CASE(a_read_waits_for_rows_of_its_room),
        CASE(a_read_waits_for_jobs_of_its_room),
        CASE(both_kinds_are_waited_for),
        CASE(who_names_no_room_means_all),
        CASE(a_write_wants_the_rows_of_its_room),
        CASE(reads_of_a_room_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
