/* How fast a connection may go, and what is due when it is silent or behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/limits.h"
#include "host/pace.h"

#define T0 UINT64_C(1700000000000)

static limits max;
static pace p;

static int start(void **state)
{
    (void)state;
    limits_init(&max);
    max.frames_per_second = 10;
    max.bytes_per_second = 1000;
    pace_init(&p, T0);
    return 0;
}

static pace_due due(size_t held_bytes, bool paused, uint64_t now_ms)
{
    return pace_tick(&p, &max, &(pace_seen){held_bytes, paused, held_bytes > 0}, now_ms);
}

static void a_rate_may_be_ahead_by_two_seconds(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_null(pace_charge(&p, &max, 1, 1, T0).limit);
    assert_true(pace_is_ahead(&p, T0));
    pace_stop stop = pace_charge(&p, &max, 1, 1, T0);
    assert_string_equal(stop.limit, "frames_per_second");
    assert_int_equal(stop.ms, 100);
    assert_null(pace_charge(&p, &max, 1, 1, T0 + 300).limit);
    assert_false(pace_is_ahead(&p, T0 + 10000));
}

static void bytes_are_counted_apart(void **state)
{
    (void)state;
    assert_null(pace_charge(&p, &max, 1, 2000, T0).limit);
    pace_stop stop = pace_charge(&p, &max, 0, 500, T0);
    assert_string_equal(stop.limit, "bytes_per_second");
    assert_int_equal(stop.ms, 500);
    max.bytes_per_second = max.frames_per_second = 0; /* no limit */
    pace_init(&p, T0);
    assert_null(pace_charge(&p, &max, 1000, 1000000, T0).limit);
}

static void much_work_is_followed_by_a_rest(void **state)
{
    (void)state;
    assert_int_equal(pace_rest_ms(LIMIT_SLOW_INPUT_US - 1), 0);
    assert_int_equal(pace_rest_ms(100000), 400);
    assert_int_equal(pace_rest_ms(UINT64_C(1) << 40), LIMIT_REST_MS);
}

static void a_notice_is_given_once_a_minute(void **state)
{
    (void)state;
    assert_true(pace_may_notice(&p, T0));
    assert_false(pace_may_notice(&p, T0 + LIMIT_NOTICE_MS - 1));
    assert_true(pace_may_notice(&p, T0 + LIMIT_NOTICE_MS));
}

static void who_says_nothing_is_pinged_and_then_dead(void **state)
{
    (void)state;
    p.spoke = true;
    assert_int_equal(due(0, false, T0 + max.ping_ms), PACE_NOTHING);
    assert_int_equal(due(0, false, T0 + max.ping_ms + 1), PACE_PING);
    assert_int_equal(due(0, false, T0 + max.ping_ms + 2), PACE_NOTHING); /* it is under way */
    assert_int_equal(due(1, false, T0 + 2 * max.ping_ms + 2), PACE_NOTHING);
    assert_int_equal(due(0, true, T0 + max.dead_ms + 1),
                     PACE_PING); /* it is we who do not listen */
    assert_int_equal(due(0, false, T0 + max.dead_ms + 1), PACE_DEAD);
    pace_resumed(&p, T0 + max.dead_ms + 1);
    assert_int_equal(due(0, false, T0 + max.dead_ms + 2), PACE_NOTHING);
}

static void a_first_frame_and_the_end_of_a_message_have_their_time(void **state)
{
    (void)state;
    assert_int_equal(due(0, false, T0 + max.first_frame_ms + 1), PACE_SILENT);
    p.spoke = true;
    pace_read(&p, true, T0 + 1);
    pace_heard(&p, T0 + max.message_ms);
    pace_read(&p, true, T0 + max.message_ms);
    assert_int_equal(due(0, false, T0 + max.message_ms + 1), PACE_NOTHING);
    assert_int_equal(due(0, false, T0 + max.message_ms + 2), PACE_STUCK);
    pace_read(&p, false, T0 + max.message_ms + 2);
    assert_int_equal(due(0, false, T0 + max.message_ms + 3), PACE_NOTHING);
}

static void a_slow_reader_has_a_while(void **state)
{
    (void)state;
    size_t much = (size_t)max.queue_soft_bytes + 1;
    p.spoke = true;
    for (uint64_t ms = 0; ms <= max.queue_soft_ms; ms += 1000) {
        pace_heard(&p, T0 + ms);
        assert_int_equal(due(much, false, T0 + ms), PACE_NOTHING);
    }
    pace_heard(&p, T0 + max.queue_soft_ms + 1);
    assert_int_equal(due(much, false, T0 + max.queue_soft_ms + 1), PACE_SLOW);
    assert_int_equal(due(1, false, T0 + max.queue_soft_ms + 2), PACE_NOTHING);
    assert_int_equal(due(much, false, T0 + max.queue_soft_ms + 3), PACE_NOTHING); /* from anew */
}

static void a_large_document_may_wait_as_long_as_it_flows(void **state)
{
    (void)state;
    size_t large = (size_t)max.queue_hard_bytes + 10 * (size_t)max.queue_soft_bytes;
    assert_true(pace_over_hard(&p, &max, large, T0));
    pace_queued(&p, &max, large, T0);
    assert_false(pace_over_hard(&p, &max, large, T0));
    assert_false(pace_over_hard(&p, &max, large + 1, T0));
    assert_true(pace_over_hard(&p, &max, 2 * large, T0));
    /* after a while at the pace of the soft limit it is due */
    assert_true(pace_over_hard(&p, &max, large, T0 + 100 * max.queue_soft_ms));
    pace_drained(&p);
    assert_true(pace_over_hard(&p, &max, large, T0));
    assert_false(pace_over_hard(&p, &max, (size_t)max.queue_hard_bytes, T0));
}

static void a_close_is_waited_for(void **state)
{
    (void)state;
    pace_closing(&p, T0);
    assert_int_equal(due(0, false, T0 + LIMIT_CLOSE_MS), PACE_NOTHING);
    assert_int_equal(due(0, false, T0 + LIMIT_CLOSE_MS + 2), PACE_OVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_rate_may_be_ahead_by_two_seconds, start),
        cmocka_unit_test_setup(bytes_are_counted_apart, start),
        cmocka_unit_test_setup(much_work_is_followed_by_a_rest, start),
        cmocka_unit_test_setup(a_notice_is_given_once_a_minute, start),
        cmocka_unit_test_setup(who_says_nothing_is_pinged_and_then_dead, start),
        cmocka_unit_test_setup(a_first_frame_and_the_end_of_a_message_have_their_time, start),
        cmocka_unit_test_setup(a_slow_reader_has_a_while, start),
        cmocka_unit_test_setup(a_large_document_may_wait_as_long_as_it_flows, start),
        cmocka_unit_test_setup(a_close_is_waited_for, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
