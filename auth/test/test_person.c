#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/person.h"

static uint64_t author(const char *secret, const char *room)
{
    return person_author(bytes_of_str(secret), bytes_of_str(room));
}

static void one_person_is_one_author_in_a_room(void **state)
{
    (void)state;
    assert_true(author("secret", "room") == author("secret", "room"));
    assert_true(author("secret", "room") != author("secret", "other"));
    assert_true(author("secret", "room") != author("Secret", "room"));
    assert_true(author("ab", "c") != author("a", "bc"));
    assert_true(author("", "") > 0);
    for (char c = 'a'; c <= 'z'; c++)
        assert_true(author(&(char[2]){c}[0], "room") < UINT64_C(1) << 53);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_person_is_one_author_in_a_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
