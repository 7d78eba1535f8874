#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

#include <string.h>

static void distances(void **state)
{
    (void)state;
    static const char *const words[] = {"port", "host", "threads"};
    assert_int_equal(nearest_distance("port", "prot"), 1);
    assert_int_equal(nearest_distance("", "abc"), 3);
    assert_int_equal(nearest_distance("kitten", "sitting"), 3);
    assert_string_equal(nearest_word("thread", words, 3), "threads");
    assert_null(nearest_word("zzzzzz", words, 3));
}

static void long_words_are_far_away(void **state)
{
    (void)state;
    char longest[64], longer[65];
    memset(longest, 'a', sizeof longest);
    memset(longer, 'a', sizeof longer);
    longest[63] = longer[64] = '\0';
    assert_int_equal(nearest_distance(longest, longest), 0);
    assert_int_equal(nearest_distance(longest, longer), 63);
    const char *words[] = {longer};
    assert_null(nearest_word(longest, words, 1));
    assert_null(nearest_word("port", words, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),
        cmocka_unit_test(long_words_are_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
