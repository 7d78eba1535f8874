#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf.h"

static void counts_units(void **state)
{
    (void)state;
    size_t units;
    assert_int_equal(utf_measure(bytes_of_str("ascii only text"), &units), BASE_OK);
    assert_int_equal(units, 15);
    assert_int_equal(utf_measure(bytes_of_str("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80"), &units),
                     BASE_OK);
    assert_int_equal(units, 4);
    assert_int_equal(utf_measure(bytes_of(NULL, 0), &units), BASE_OK);
    assert_int_equal(units, 0);
}

static void refuses_what_is_not_utf8(void **state)
{
    (void)state;
    const char *bad[] = {"\x80",         "\xc0\xaf",         "\xc3",     "\xe0\x80\x80",
                         "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe6\xbc", "12345678\xff"};
    size_t units;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(utf_measure(bytes_of_str(bad[i]), &units), BASE_EMALFORMED);
}

static void finds_offsets(void **state)
{
    (void)state;
    bytes s = bytes_of_str("a\xc3\xa9\xf0\x9f\x98\x80z");
    bool inside;
    assert_int_equal(utf_offset(s, 1, &inside), 1);
    assert_int_equal(utf_offset(s, 2, &inside), 3);
    assert_false(inside);
    assert_int_equal(utf_offset(s, 3, &inside), 3);
    assert_true(inside);
    assert_int_equal(utf_offset(s, 4, &inside), 7);
    assert_false(inside);
}

static void utf16_round_trips_and_repairs(void **state)
{
    (void)state;
    const uint16_t units[] = {'a', 0xe9, 0x6f22, 0xd83d, 0xde00};
    uint8_t out[15];
    size_t n = utf_from_utf16(units, 5, out);
    uint16_t back[5];
    assert_int_equal(utf_to_utf16(bytes_of(out, n), back), 5);
    assert_memory_equal(back, units, sizeof units);
    const uint16_t lone[] = {0xde00, 0xd83d};
    n = utf_from_utf16(lone, 2, out);
    assert_memory_equal(out, "\xef\xbf\xbd\xef\xbf\xbd", 6);
    assert_int_equal(n, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_units),
        cmocka_unit_test(refuses_what_is_not_utf8),
        cmocka_unit_test(finds_offsets),
        cmocka_unit_test(utf16_round_trips_and_repairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
