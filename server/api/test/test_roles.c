/* The gate before rooms: what a role does not allow is refused before the room is looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/api/router.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
#include <string.h>

static role asking;

static void answer(exchange *x)
{
    x->who.role = asking;
    router_dispatch(x);
}

static int status_of(loopback *lb, const char *verb, const char *path, const char *body)
{
    char request[512];
    snprintf(request, sizeof request,
             "%s %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             verb, path, strlen(body), body);
    char *heard = loopback_ask(lb, request);
    int status = strlen(heard) > 12 ? (int)strtol(heard + 9, NULL, 10) : 0;
    free(heard);
    return status;
}

static void nobody_reads_anything(void **state)
{
    (void)state;
    static const char *const paths[] = {"/rooms/r", "/rooms/r/code", "/rooms/r/chat",
                                        "/rooms/r/history", "/rooms/r/history/rows"};
    loopback *lb = loopback_new(answer);
    asking = ROLE_NONE;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(status_of(lb, "GET", paths[i], ""), 403);
    assert_int_equal(status_of(lb, "DELETE", "/rooms/r", ""), 403);
    assert_int_equal(status_of(lb, "PATCH", "/rooms/r", "{\"name\":\"b\"}"), 403);
    assert_int_equal(status_of(lb, "POST", "/rooms/r/chat", "{\"name\":\"a\",\"text\":\"b\"}"),
                     403);
    loopback_free(lb);
}

static void viewers_give_no_names(void **state)
{
    (void)state;
    loopback *lb = loopback_new(answer);
    asking = ROLE_VIEWER;
    assert_int_equal(status_of(lb, "POST", "/rooms/r/versions", "{\"name\":\"first\"}"), 403);
    loopback_free(lb);
}

static void nobody_opens_a_socket(void **state)
{
    (void)state;
    loopback *lb = loopback_new(answer);
    asking = ROLE_NONE;
    char *heard = loopback_ask(
        lb, "GET /ws/r HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
    assert_non_null(strstr(heard, " 403 "));
    free(heard);
    loopback_free(lb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_reads_anything),
        cmocka_unit_test(viewers_give_no_names),
        cmocka_unit_test(nobody_opens_a_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
