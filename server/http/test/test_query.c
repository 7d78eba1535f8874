#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/query.h"

#include <string.h>

static void queries(void **state)
{
    (void)state;
    char out[8];
    assert_true(query_get("/ws/x?token=1&name=A%2Bd+a", "name", out, sizeof out));
    assert_string_equal(out, "A+d a");
    assert_false(query_get("/ws/x?names=a", "name", out, sizeof out));
    assert_false(query_get("/ws/x?name=%ff%fe", "name", out, sizeof out));
    assert_true(query_get("/?name=abcdef%C3%A4", "name", out, sizeof out));
    assert_string_equal(out, "abcdef");
}

static void only_the_whole_key_counts(void **state)
{
    (void)state;
    char out[16];
    assert_false(query_get("/name=a", "name", out, sizeof out));
    assert_false(query_get("/?first_name=a", "name", out, sizeof out));
    assert_false(query_get("/?name", "name", out, sizeof out));
    assert_false(query_get("/?name=", "name", out, sizeof out));
    assert_true(query_get("/?a=1&name=b&name=c", "name", out, sizeof out));
    assert_string_equal(out, "b");
    assert_true(query_get("/?name=a%26b#name=c", "name", out, sizeof out));
    assert_string_equal(out, "a&b");
    assert_false(query_get("/?name=a%00b", "name", out, sizeof out)); /* it would be cut */
    assert_string_equal(out, "");
    assert_true(query_get("/?name=%4", "name", out, sizeof out)); /* no escape: as it stands */
    assert_string_equal(out, "%4");
}

static void numbers_are_numbers(void **state)
{
    (void)state;
    uint64_t n = 7;
    assert_true(query_number("/", "n", 1, 9, &n));
    assert_int_equal(n, 7);
    assert_true(query_number("/?n=9", "n", 1, 9, &n));
    assert_int_equal(n, 9);
    static const char *const bad[] = {"/?n=0",
                                      "/?n=10",
                                      "/?n=-1",
                                      "/?n=1.5",
                                      "/?n=+1x",
                                      "/?n=0x1",
                                      "/?n=18446744073709551616",
                                      "/?n=99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(query_number(bad[i], "n", 1, 9, &n));
    assert_int_equal(n, 9);
    assert_true(query_number("/?n=9223372036854775807", "n", 0, INT64_MAX, &n));
    assert_true(n == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries),
        cmocka_unit_test(only_the_whole_key_counts),
        cmocka_unit_test(numbers_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
