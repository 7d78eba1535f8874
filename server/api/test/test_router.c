#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/api/router.h"

#include <string.h>

static void paths_match(void **state)
{
    (void)state;
    char param[160];
    assert_true(router_match("/rooms", "/rooms", param));
    assert_true(router_match("/rooms", "/rooms/", param));
    assert_false(router_match("/rooms", "/rooms//", param));
    assert_true(router_match("/rooms/{id}", "/rooms/a-b", param));
    assert_string_equal(param, "a-b");
    assert_true(router_match("/rooms/{id}/code", "/rooms/x/code/", param));
    assert_false(router_match("/rooms/{id}", "/rooms/x/code", param));
    assert_false(router_match("/rooms/{id}", "/rooms/", param));
    assert_true(router_match("/ws/{id...}", "/ws/a/b c", param));
    assert_string_equal(param, "a/b c");
}

static void paths_decode(void **state)
{
    (void)state;
    char out[32];
    assert_true(router_decode_path("/a%20b?x=%00", out, sizeof out));
    assert_string_equal(out, "/a b");
    assert_false(router_decode_path("/%00", out, sizeof out));
    assert_false(router_decode_path("/%4", out, sizeof out));
    assert_false(router_decode_path("/%zz", out, sizeof out));
    assert_false(router_decode_path("*", out, sizeof out));
    assert_false(router_decode_path("/0123456789012345678901234567890123", out, sizeof out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match),
        cmocka_unit_test(paths_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
