#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/cors.h"

#include <string.h>

static void origins(void **state)
{
    (void)state;
    config c;
    config_init(&c);
    assert_true(cors_origin_allowed(&c, "https://a.example", "a.example"));
    assert_true(cors_origin_allowed(&c, "http://a:8000", "a:8000"));
    assert_false(cors_origin_allowed(&c, "http://a:8000", "a:8001"));
    /* Some proxies name the default port. */
    assert_true(cors_origin_allowed(&c, "https://a.example", "a.example:443"));
    assert_true(cors_origin_allowed(&c, "http://a.example", "A.example:80"));
    assert_true(cors_origin_allowed(&c, "http://[::1]:8000", "[::1]:8000"));
    assert_true(cors_origin_allowed(&c, "http://[::1]", "[::1]:80"));
    assert_false(cors_origin_allowed(&c, "https://a.example", "a.example:80"));
    assert_false(cors_origin_allowed(&c, "https://a.example:444", "a.example:443"));
    assert_false(cors_origin_allowed(&c, "https://a.example:444", "a.example"));
    assert_false(cors_origin_allowed(&c, "http://[::1]", "[::1]:81"));
    assert_false(cors_origin_allowed(&c, "http://", ""));
    assert_false(cors_origin_allowed(&c, "http://:80", ""));
    assert_false(cors_origin_allowed(&c, "http://a.example.evil", "a.example"));
    assert_false(cors_origin_allowed(&c, "http://evila.example", "a.example"));
    assert_false(cors_origin_allowed(&c, "http://user@a.example", "a.example"));
    assert_false(cors_origin_allowed(&c, "null", "null"));
    char *flags[] = {"--cors-origins", "https://b.example,https://c.example"};
    config_error err;
    assert_true(config_load_flags(&c, 2, flags, &err));
    assert_true(cors_origin_allowed(&c, "https://c.example", "a"));
    assert_false(cors_origin_allowed(&c, "https://c.example:1", "a"));
    config_deinit(&c);
}

/* Every way to look like the page's own origin without being it. */
static void origins_are_exact(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    char *flags[] = {"--origins", "https://a.example"};
    assert_true(config_load_flags(&c, 2, flags, &err));
    assert_true(cors_origin_allowed(&c, "https://a.example", "other.example"));
    static const char *const bad[] = {"https://a.example.evil.example",
                                      "https://evila.example",
                                      "https://a.example:8443",
                                      "https://a.example:443",
                                      "http://a.example",
                                      "HTTPS://A.EXAMPLE",
                                      "https://A.example",
                                      "https://a.example/",
                                      "https://user@a.example",
                                      "https://a.example@evil.example",
                                      "https://a.example.",
                                      "null",
                                      "",
                                      "https://",
                                      "https://a.example https://evil.example",
                                      "https://a.example,https://evil.example",
                                      "file://",
                                      "https://a.example#",
                                      "*"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cors_origin_allowed(&c, bad[i], "a.example"));
    config_deinit(&c);
    /* What an operator may write of the same origin. */
    static char *const written[] = {"https://a.example:443", "https://a.example/",
                                    "http://b, https://a.example:443/"};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        char *given[] = {"--origins", written[i]};
        config_init(&c);
        assert_true(config_load_flags(&c, 2, given, &err));
        assert_true(cors_origin_allowed(&c, "https://a.example", "other.example"));
        assert_false(cors_origin_allowed(&c, "http://a.example", "other.example"));
        config_deinit(&c);
    }
}

static void writes_of_other_sites_are_refused(void **state)
{
    (void)state;
    config c;
    config_init(&c);
    assert_true(cors_write_allowed(&c, "https://a", "a", "same-origin"));
    assert_false(cors_write_allowed(&c, "https://b", "a", "same-origin"));
    assert_false(cors_write_allowed(&c, "null", "a", NULL));
    assert_false(cors_write_allowed(&c, NULL, "a", "cross-site"));
    assert_false(cors_write_allowed(&c, NULL, "a", "same-site"));
    assert_true(cors_write_allowed(&c, NULL, "a", "same-origin"));
    assert_true(cors_write_allowed(&c, NULL, "a", "none"));
    assert_true(cors_write_allowed(&c, NULL, "a", NULL)); /* no browser */
    c.check_origin = false;
    assert_true(cors_write_allowed(&c, "https://b", "a", "cross-site"));
    config_deinit(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins),
        cmocka_unit_test(origins_are_exact),
        cmocka_unit_test(writes_of_other_sites_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
