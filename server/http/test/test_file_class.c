#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/file_class.h"

#include <string.h>

static const char *header_of(const char *path, const char *name)
{
    for (const file_header *h = file_class_of(path)->headers; h->name != NULL; h++) {
        if (strcmp(h->name, name) == 0)
            return h->value;
    }
    return NULL;
}

static void each_path_has_its_class(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *cache_control;
    } said[] = {
        {"/index.html", "page", "no-cache"},
        {"/docs/index.html", "page", "no-cache"},
        {"/assets/index-Xy12AbCd.html", "page", "no-cache"}, /* a page is never kept unasked */
        {"/sw.js", "worker", "no-cache"},
        {"/assets/index-Xy12-bCd.js", "asset", "public, max-age=31536000, immutable"},
        {"/assets/editor-________.css", "asset", "public, max-age=31536000, immutable"},
        {"/assets/sw.js", "file", "no-cache"},
        {"/assets/logo.svg", "file", "no-cache"},
        {"/index-Xy12AbCd.js", "file", "no-cache"},
        {"/assets/-Xy12AbCd.js", "file", "no-cache"},
        {"/favicon.svg", "file", "no-cache"},
        {"/noend", "file", "no-cache"},
        {"", "file", "no-cache"},
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const file_class *c = file_class_of(said[i].path);
        assert_string_equal(c->name, said[i].name);
        assert_string_equal(c->cache_control, said[i].cache_control);
    }
}

static void what_runs_in_our_origin_is_framed_by_nobody(void **state)
{
    (void)state;
    static const char *const paths[] = {"/index.html", "/sw.js", "/assets/a-Xy12AbCd.js", "/x"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *csp = header_of(paths[i], "Content-Security-Policy");
        assert_non_null(csp);
        assert_non_null(strstr(csp, "frame-ancestors 'none'"));
        assert_non_null(strstr(csp, "script-src 'self' 'wasm-unsafe-eval';"));
        assert_string_equal(header_of(paths[i], "X-Frame-Options"), "DENY");
        assert_string_equal(header_of(paths[i], "Cross-Origin-Resource-Policy"), "same-origin");
        assert_null(header_of(paths[i], "Access-Control-Allow-Origin"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_has_its_class),
        cmocka_unit_test(what_runs_in_our_origin_is_framed_by_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
