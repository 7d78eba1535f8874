#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/ws/ws_upgrade.h"

#include <string.h>

static void header_tokens(void **state)
{
    (void)state;
    assert_true(ws_header_has("keep-alive, Upgrade", "upgrade"));
    assert_true(ws_header_has("tandem.v1", "tandem.v1"));
    assert_false(ws_header_has("tandem.v10", "tandem.v1"));
    assert_false(ws_header_has(NULL, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
