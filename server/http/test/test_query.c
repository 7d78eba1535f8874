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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
