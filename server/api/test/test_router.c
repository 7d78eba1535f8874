#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/api/router.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
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

static void expect(loopback *lb, const char *request, int status, const char *part)
{
    char wanted[16];
    char *heard = loopback_ask(lb, request);
    snprintf(wanted, sizeof wanted, "HTTP/1.1 %d ", status);
    assert_memory_equal(heard, wanted, strlen(wanted));
    if (part != NULL)
        assert_non_null(strstr(heard, part));
    free(heard);
}

static void what_is_not_there_and_what_is_not_allowed(void **state)
{
    (void)state;
    loopback *lb = loopback_new(router_dispatch);
    expect(lb, "GET /rooms/a/b/c HTTP/1.1\r\nHost: a\r\n\r\n", 404, "Not Found");
    expect(lb, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 404, NULL);
    expect(lb, "PUT /rooms/a HTTP/1.1\r\nHost: a\r\n\r\n", 405,
           "\r\nAllow: GET, HEAD, PATCH, DELETE, OPTIONS\r\n");
    expect(lb, "GET /rooms HTTP/1.1\r\nHost: a\r\n\r\n", 405, "\r\nAllow: POST, OPTIONS\r\n");
    expect(lb, "OPTIONS /rooms/a/chat HTTP/1.1\r\nHost: a\r\n\r\n", 204,
           "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n");
    expect(lb, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    loopback_free(lb);
}

static void pages_of_others_change_nothing(void **state)
{
    (void)state;
    loopback *lb = loopback_new(router_dispatch);
    expect(lb, "POST /rooms HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\nContent-Length: 0\r\n\r\n",
           403, "this origin is not the host that was called");
    expect(lb, "DELETE /rooms/a HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\n\r\n", 403,
           NULL);
    expect(lb, "GET /healthz HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n", 200, NULL);
    loopback_free(lb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match),
        cmocka_unit_test(paths_decode),
        cmocka_unit_test(what_is_not_there_and_what_is_not_allowed),
        cmocka_unit_test(pages_of_others_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
