#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/role.h"

/* The table once more, as people would say it: a change must be made in both places. */
static void who_may_what(void **state)
{
    (void)state;
    static const char *const said[ROLE_COUNT] = {
        /*                 read  write  say  mark  manage */
        [ROLE_NONE] = "-----",
        [ROLE_VIEWER] = "r-s--",
        [ROLE_EDITOR] = "rwsm-",
        [ROLE_OWNER] = "rwsmM",
    };
    for (role r = ROLE_NONE; r < ROLE_COUNT; r++) {
        for (act a = ACT_READ; a < ACT_COUNT; a++)
            assert_int_equal(role_may(r, a), said[r][a] != '-');
    }
}

static void more_of_a_role_is_never_less(void **state)
{
    (void)state;
    for (role r = ROLE_VIEWER; r < ROLE_COUNT; r++) {
        for (act a = ACT_READ; a < ACT_COUNT; a++)
            assert_true(role_may(r, a) || !role_may(r - 1, a));
    }
}

static void what_was_zeroed_may_nothing(void **state)
{
    (void)state;
    role r = (role)0;
    for (act a = ACT_READ; a < ACT_COUNT; a++)
        assert_false(role_may(r, a));
}

static void names_are_those_of_the_wire(void **state)
{
    (void)state;
    assert_string_equal(role_name(ROLE_VIEWER), "viewer");
    assert_string_equal(role_name(ROLE_EDITOR), "editor");
    assert_string_equal(role_name(ROLE_OWNER), "owner");
    assert_string_equal(role_name(ROLE_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_what),
        cmocka_unit_test(more_of_a_role_is_never_less),
        cmocka_unit_test(what_was_zeroed_may_nothing),
        cmocka_unit_test(names_are_those_of_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
