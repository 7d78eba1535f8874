/* Names of rooms and the output queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/outq.h"
#include "host/record.h"
#include "wire/ws.h"

#include <string.h>

static void room_names(void **state)
{
    (void)state;
    char long_name[130];
    memset(long_name, 'x', sizeof long_name);
    long_name[129] = '\0';
    assert_true(room_name_valid("my room/1"));
    assert_true(room_name_valid("\xc3\xa4"));
    assert_false(room_name_valid("\xc3"));
    assert_false(room_name_valid(""));
    assert_false(room_name_valid("a\nb"));
    assert_false(room_name_valid(long_name));
    long_name[128] = '\0';
    assert_true(room_name_valid(long_name));
}

static frame *new_frame(const char *payload)
{
    frame *f = frame_new(base_alloc_libc(), WS_OP_BINARY, bytes_of("", 0), bytes_of_str(payload));
    assert_non_null(f);
    return f;
}

static void queue_replaces_only_what_waits(void **state)
{
    (void)state;
    outq q = {0};
    struct iovec out[4];
    frame *a = new_frame("one"), *b = new_frame("three"), *c = new_frame("cc");
    assert_true(outq_put_newest(&q, a, 7));
    assert_true(outq_put_frame(&q, c));
    assert_true(outq_put_newest(&q, b, 7));
    assert_int_equal(q.count, 2);
    assert_int_equal(q.queued_bytes, b->len_bytes + c->len_bytes);
    outq_wrote(&q, 1); /* partly on the wire: it must stay */
    assert_true(outq_put_newest(&q, a, 7));
    assert_int_equal(q.count, 3);
    assert_int_equal(outq_peek(&q, out, 4), 3);
    assert_int_equal(out[0].iov_len, b->len_bytes - 1);
    outq_wrote(&q, b->len_bytes - 1 + c->len_bytes);
    assert_int_equal(q.count, 1);
    outq_wrote(&q, a->len_bytes);
    assert_int_equal(q.queued_bytes, 0);
    assert_null(q.ring); /* an idle connection's queue owns nothing */
    for (int i = 0; i < 100; i++)
        assert_true(outq_put_frame(&q, a));
    outq_deinit(&q);
    assert_int_equal(a->refs, 1);
    frame_unref(a);
    frame_unref(b);
    frame_unref(c);
}

static void a_long_queue_costs_no_search(void **state)
{
    (void)state;
    outq q = {0};
    frame *a = new_frame("old"), *b = new_frame("edit"), *c = new_frame("new");
    assert_true(outq_put_newest(&q, a, 7));
    for (int i = 0; i < OUTQ_SEARCH - 1; i++)
        assert_true(outq_put_frame(&q, b));
    assert_true(outq_put_newest(&q, c, 7)); /* found at the far end */
    assert_int_equal(a->refs, 1);
    assert_true(outq_put_frame(&q, b));
    assert_true(outq_put_newest(&q, a, 7)); /* too far back: both go out, the newer later */
    assert_int_equal(q.count, OUTQ_SEARCH + 2);
    outq_deinit(&q);
    frame_unref(a);
    frame_unref(b);
    frame_unref(c);
}

static void a_queue_is_dropped(void **state)
{
    (void)state;
    outq q = {0};
    frame *a = new_frame("one"), *b = new_frame("three");
    assert_true(outq_put_frame(&q, a) && outq_put_frame(&q, b));
    assert_true(outq_held_bytes(&q) > a->len_bytes + b->len_bytes);
    outq_wrote(&q,
               2); /* a frame that is begun must be ended, or the close frame is not understood */
    outq_drop_unsent(&q);
    assert_int_equal(q.count, 1);
    assert_int_equal(q.queued_bytes, a->len_bytes - 2);
    assert_int_equal(b->refs, 1);
    outq_wrote(&q, a->len_bytes - 2);
    assert_true(outq_put_frame(&q, b));
    outq_drop_unsent(&q);
    assert_int_equal(q.count, 0);
    assert_int_equal(outq_held_bytes(&q), 0);
    outq_drop_unsent(&q);
    outq_deinit(&q);
    assert_int_equal(a->refs, 1);
    assert_int_equal(b->refs, 1);
    frame_unref(a);
    frame_unref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_queue_costs_no_search),
        cmocka_unit_test(a_queue_is_dropped),
        cmocka_unit_test(room_names),
        cmocka_unit_test(queue_replaces_only_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
