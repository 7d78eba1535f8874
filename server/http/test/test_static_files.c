#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/static_files.h"

#include <string.h>

static void encodings(void **state)
{
    (void)state;
    static_file f = {.body = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}, {NULL, 0}}};
    assert_int_equal(static_files_encoding(&f, NULL), STATIC_IDENTITY);
    assert_int_equal(static_files_encoding(&f, "br, gzip"), STATIC_GZIP);
    f.body[STATIC_BROTLI] = f.body[STATIC_GZIP];
    assert_int_equal(static_files_encoding(&f, "gzip, deflate, br"), STATIC_BROTLI);
    assert_int_equal(static_files_encoding(&f, "gzip;q=1.0, br;q=0"), STATIC_GZIP);
    assert_int_equal(static_files_encoding(&f, "*;q=0.5"), STATIC_BROTLI);
    assert_int_equal(static_files_encoding(&f, "identity"), STATIC_IDENTITY);
    assert_string_equal(static_files_type("/a.woff2"), "font/woff2");
    assert_string_equal(static_files_type("/a"), "application/octet-stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
