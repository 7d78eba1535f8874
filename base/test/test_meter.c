#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/meter.h"

static const rate twenty = {20, 1000, 5};

static void a_burst_and_then_the_rate(void **state)
{
    (void)state;
    meter m = {0};
    size_t taken = 0;
    for (int i = 0; i < 100; i++)
        taken += meter_take(&m, twenty, 1, 5000);
    assert_int_equal(taken, 5);
    for (uint64_t now_ms = 5001; now_ms <= 15000; now_ms++)
        taken += meter_take(&m, twenty, 1, now_ms);
    assert_int_equal(taken, 5 + 200);
    assert_true(meter_take(&m, twenty, 5, 99000)); /* it fills up again, and no further */
    assert_false(meter_take(&m, twenty, 1, 99000));
}

static void waiting_as_told_is_enough(void **state)
{
    (void)state;
    meter m = {0};
    uint64_t now_ms = 1000;
    for (int i = 0; i < 1000; i++) {
        uint64_t wait_ms = meter_wait_ms(&m, twenty, now_ms);
        if (wait_ms > 0)
            assert_false(meter_take(&m, twenty, 1, now_ms + wait_ms - 1));
        now_ms += wait_ms;
        assert_int_equal(meter_wait_ms(&m, twenty, now_ms), 0);
        assert_true(meter_take(&m, twenty, 1, now_ms));
    }
    assert_int_equal(now_ms, 1000 + (1000 - 5) * 50);
}

static void a_debt_is_paid_in_time(void **state)
{
    (void)state;
    meter m = {0};
    const rate bytes = {1 << 22, 1000, 1 << 23};
    assert_int_equal(meter_charge(&m, bytes, 1 << 20, 7), 0);
    uint64_t wait_ms =
        meter_charge(&m, bytes, 1 << 24, 7); /* one message may be larger than that */
    assert_in_range(wait_ms, 2240, 2260);
    assert_true(meter_charge(&m, bytes, 1, 7 + wait_ms - 1) > 0);
    assert_int_equal(meter_charge(&m, bytes, 1, 7 + wait_ms + 1), 0);
    assert_true(meter_ahead_ms(&m, 7 + wait_ms) > 1900);
    assert_int_equal(meter_ahead_ms(&m, 100000), 0);
}

static void nothing_is_no_limit(void **state)
{
    (void)state;
    meter m = {0};
    const rate none = {0, 1000, 0};
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(meter_charge(&m, none, INT32_MAX, 1), 0);
        assert_true(meter_take(&m, none, 1, 1));
        assert_int_equal(meter_wait_ms(&m, none, 1), 0);
    }
    assert_int_equal(meter_ahead_ms(&m, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_and_then_the_rate),
        cmocka_unit_test(waiting_as_told_is_enough),
        cmocka_unit_test(a_debt_is_paid_in_time),
        cmocka_unit_test(nothing_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
