#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/cors.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
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

static void answer(exchange *x)
{
    if (x->method == METHOD_OPTIONS)
        cors_preflight(x, "GET, OPTIONS");
    else
        exchange_reply_empty(x, 204);
}

static char *ask(loopback *lb, const char *verb, const char *headers)
{
    char request[512];
    snprintf(request, sizeof request, "%s / HTTP/1.1\r\nHost: a\r\n%s\r\n", verb, headers);
    return loopback_ask(lb, request);
}

static loopback *new_with_origins(const char *list)
{
    loopback *lb = loopback_new(answer);
    config_error err;
    char *flags[] = {"--cors-origins", (char *)(uintptr_t)list};
    assert_true(config_load_flags(&lb->app.config, 2, flags, &err));
    return lb;
}

static void those_who_are_named_may_read(void **state)
{
    (void)state;
    loopback *lb = new_with_origins("https://b.example");
    char *heard = ask(lb, "GET", "Origin: https://b.example\r\n");
    assert_non_null(strstr(heard, "\r\nAccess-Control-Allow-Origin: https://b.example\r\n"));
    assert_non_null(strstr(heard, "\r\nVary: Origin\r\n"));
    const char *exposed = strstr(heard, "\r\nAccess-Control-Expose-Headers: ");
    assert_non_null(exposed);
    assert_non_null(strstr(exposed, "ETag"));
    assert_non_null(strstr(exposed, "Tandem-More")); /* or nobody else could read a long history */
    free(heard);
    static const char *const others[] = {"", "Origin: https://c.example\r\n", "Origin: null\r\n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        heard = ask(lb, "GET", others[i]);
        assert_null(strstr(heard, "Access-Control-Allow-Origin"));
        assert_non_null(strstr(heard, "\r\nVary: Origin\r\n")); /* caches must not mix them up */
        free(heard);
    }
    loopback_free(lb);
}

static void a_refused_request_says_so_to_those_who_may_read(void **state)
{
    (void)state;
    loopback *lb = new_with_origins("https://b.example");
    char *heard = ask(lb, "POST", "Origin: https://b.example\r\nContent-Length: x\r\n");
    assert_memory_equal(heard, "HTTP/1.1 400 ", 13);
    free(heard);
    heard = ask(lb, "POST", "Origin: https://b.example\r\nContent-Length: 999999999\r\n");
    assert_memory_equal(heard, "HTTP/1.1 413 ", 13);
    assert_non_null(strstr(heard, "\r\nAccess-Control-Allow-Origin: https://b.example\r\n"));
    free(heard);
    loopback_free(lb);
}

static void preflights(void **state)
{
    (void)state;
    loopback *lb = new_with_origins("https://b.example");
    char *heard =
        ask(lb, "OPTIONS", "Origin: https://b.example\r\nAccess-Control-Request-Method: GET\r\n");
    assert_memory_equal(heard, "HTTP/1.1 204 ", 13);
    assert_non_null(strstr(heard, "\r\nAccess-Control-Allow-Methods: GET, OPTIONS\r\n"));
    free(heard);
    heard =
        ask(lb, "OPTIONS", "Origin: https://c.example\r\nAccess-Control-Request-Method: GET\r\n");
    assert_memory_equal(heard, "HTTP/1.1 403 ", 13);
    free(heard);
    heard = ask(lb, "OPTIONS", "");
    assert_memory_equal(heard, "HTTP/1.1 204 ", 13);
    assert_non_null(strstr(heard, "\r\nAllow: GET, OPTIONS\r\n"));
    assert_null(strstr(heard, "Access-Control"));
    free(heard);
    loopback_free(lb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins),
        cmocka_unit_test(origins_are_exact),
        cmocka_unit_test(writes_of_other_sites_are_refused),
        cmocka_unit_test(those_who_are_named_may_read),
        cmocka_unit_test(a_refused_request_says_so_to_those_who_may_read),
        cmocka_unit_test(preflights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
