/* One HTTP connection: how requests are read, in which order they are answered, what is refused,
 * and what becomes of a client that hangs up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/app/limits.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define BIG_BYTES (8u << 20)

static struct {
    exchange *waiting[4];
    size_t waiting_count;
    size_t answered;
    bool gone;
    char *big;
} seen;

static void on_gone(exchange *x)
{
    assert_null(x->conn);
    seen.gone = true;
}

static const exchange_events events = {.gone = on_gone};

/* /wait is answered by the test, later; /big is large; everything else is told what it asked. */
static void answer(exchange *x)
{
    const char *target = (const char *)x->head.ptr;
    seen.answered++;
    if (strcmp(target, "/wait") == 0) {
        exchange_watch(x, &events, NULL);
        seen.waiting[seen.waiting_count++] = x;
    } else if (strcmp(target, "/big") == 0) {
        exchange_reply_static(x, 200, "text/plain", bytes_of(seen.big, BIG_BYTES));
    } else {
        char text[128];
        snprintf(text, sizeof text, "%s %.*s", target, (int)x->body.len_bytes,
                 x->body.len_bytes > 0 ? (const char *)x->body.ptr : "");
        exchange_reply_copy(x, 200, "text/plain", bytes_of_str(text));
    }
}

static int start(void **state)
{
    memset(&seen, 0, sizeof seen);
    seen.big = malloc(BIG_BYTES);
    if (seen.big == NULL)
        return -1;
    memset(seen.big, 'b', BIG_BYTES);
    *state = loopback_new(answer);
    return 0;
}

static int stop(void **state)
{
    loopback_free(*state);
    free(seen.big);
    return 0;
}

static void answer_waiting(size_t i, const char *text)
{
    exchange_reply_copy(seen.waiting[i], 200, "text/plain", bytes_of_str(text));
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part)) != NULL) {
        n++;
        text += strlen(part);
    }
    return n;
}

static void hang_up(int fd, bool reset)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (reset)
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(fd);
}

/* ------------------------------------------------------------------------------- requests --- */

static void one_after_the_other(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    for (int i = 0; i < 3; i++) {
        bool ended;
        loopback_say(lb, fd, GET("/a"));
        char *heard = loopback_hear(lb, fd, &ended);
        assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
        assert_non_null(strstr(heard, "\r\n\r\n/a "));
        assert_false(ended);
        free(heard);
    }
    close(fd);
    loopback_turn(lb);
    assert_int_equal(loopback_count(lb), 0);
}

static void byte_by_byte(void **state)
{
    loopback *lb = *state;
    static const char request[] =
        "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" GET("/c");
    int fd = loopback_connect(lb, NULL);
    for (size_t i = 0; i + 1 < sizeof request; i++)
        loopback_say(lb, fd, (const char[]){request[i], '\0'});
    char *heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(heard, "/b body"));
    assert_non_null(strstr(strstr(heard, "/b body"), "/c "));
    free(heard);
    close(fd);
}

static void pipelined_ones_wait_for_the_first(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/wait") GET("/second") GET("/wait") GET("/fourth"));
    char *heard = loopback_hear(lb, fd, NULL);
    assert_string_equal(heard, "");
    assert_int_equal(seen.answered, 1);
    free(heard);
    answer_waiting(0, "first");
    heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(strstr(heard, "first"), "/second"));
    assert_null(strstr(heard, "/fourth"));
    free(heard);
    answer_waiting(1, "third");
    heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(strstr(heard, "third"), "/fourth"));
    free(heard);
    close(fd);
}

static void who_asks_for_it_hears_continue(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd,
                 "POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                 "Content-Length: 2\r\n\r\n");
    char *heard = loopback_hear(lb, fd, NULL);
    assert_string_equal(heard, "HTTP/1.1 100 Continue\r\n\r\n");
    free(heard);
    loopback_say(lb, fd, "ok");
    heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(heard, "/b ok"));
    free(heard);
    close(fd);
}

static void a_server_that_leaves_keeps_nobody(void **state)
{
    loopback *lb = *state;
    bool ended;
    int fd = loopback_connect(lb, NULL);
    lb->loop.draining = true;
    loopback_say(lb, fd, GET("/a"));
    char *heard = loopback_hear(lb, fd, &ended);
    assert_non_null(strstr(heard, "Connection: close"));
    assert_true(ended);
    free(heard);
    close(fd);
}

/* --------------------------------------------------------------------------------- limits --- */

static void expect_refusal(loopback *lb, const char *request, int status)
{
    bool ended;
    char wanted[16];
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, request);
    char *heard = loopback_hear(lb, fd, &ended);
    snprintf(wanted, sizeof wanted, "HTTP/1.1 %d ", status);
    assert_memory_equal(heard, wanted, strlen(wanted));
    assert_int_equal(count_of(heard, "HTTP/1.1 "), 1);
    assert_true(ended);
    free(heard);
    close(fd);
}

static void what_is_no_request_is_refused(void **state)
{
    loopback *lb = *state;
    expect_refusal(lb, "hello\r\n\r\n", 400);
    expect_refusal(lb, "GET / HTTP/1.1\r\n\r\n", 400); /* no Host */
    expect_refusal(lb, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400);
    expect_refusal(lb, "GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400);
    assert_int_equal(seen.answered, 0);
}

static void what_is_too_large_is_refused(void **state)
{
    loopback *lb = *state;
    char head[4096], name[1101];
    lb->app.limits.header_bytes = 1024;
    lb->app.limits.body_bytes = 8;
    expect_refusal(lb, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789", 413);
    expect_refusal(lb,
                   "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "9\r\n123456789\r\n0\r\n\r\n",
                   413);
    memset(name, 'x', 1100);
    name[1100] = '\0';
    snprintf(head, sizeof head, "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", name);
    expect_refusal(lb, head, 431);
    lb->app.limits.header_bytes = 16384;
    size_t n = (size_t)snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < LIMIT_HEADER_COUNT; i++)
        n += (size_t)snprintf(head + n, sizeof head - n, "A: b\r\n");
    snprintf(head + n, sizeof head - n, "\r\n");
    expect_refusal(lb, head, 431);
    assert_int_equal(seen.answered, 0);
}

static void what_takes_too_long_is_given_up(void **state)
{
    loopback *lb = *state;
    const limits *max = &lb->app.limits;
    int idle = loopback_connect(lb, NULL);
    loopback_pass(lb, max->idle_http_ms + 1);
    loopback_turn(lb);
    assert_int_equal(loopback_count(lb), 0);
    close(idle);
    int slow = loopback_connect(lb, NULL);
    loopback_say(lb, slow, "GET / HTTP/1.1\r\nHo");
    loopback_pass(lb, max->header_ms + 1);
    char *heard = loopback_hear(lb, slow, NULL);
    assert_non_null(strstr(heard, " 408 "));
    free(heard);
    close(slow);
    slow = loopback_connect(lb, NULL);
    loopback_say(lb, slow, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1");
    loopback_pass(lb, max->body_ms + 1);
    heard = loopback_hear(lb, slow, NULL);
    assert_non_null(strstr(heard, " 408 "));
    free(heard);
    close(slow);
}

static void an_answer_that_does_not_come_is_given_up(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/wait"));
    loopback_pass(lb, LIMIT_REQUEST_WAIT_MS + 1);
    loopback_turn(lb);
    assert_int_equal(loopback_count(lb), 0);
    assert_true(seen.gone);
    answer_waiting(0, "too late"); /* goes nowhere, and is freed */
    close(fd);
}

/* ------------------------------------------------------------------------------ hanging up --- */

static void expect_gone_at_once(loopback *lb, bool reset)
{
    int fd = loopback_connect_tcp(lb);
    loopback_say(lb, fd, GET("/wait"));
    while (seen.waiting_count == 0)
        loopback_turn(lb);
    assert_false(seen.gone);
    hang_up(fd, reset);
    assert_true(loopback_until(lb, &seen.gone));
    assert_int_equal(loopback_count(lb), 0);
    answer_waiting(0, "nobody hears it");
}

static void a_waiting_client_that_closes_is_noticed(void **state)
{
    expect_gone_at_once(*state, false);
}

static void a_waiting_client_that_resets_is_noticed(void **state)
{
    expect_gone_at_once(*state, true);
}

static void who_only_has_said_all_gets_the_answer(void **state)
{
    loopback *lb = *state;
    bool ended;
    int fd = loopback_connect_tcp(lb);
    loopback_say(lb, fd, GET("/wait") GET("/second"));
    while (seen.waiting_count == 0)
        loopback_turn(lb);
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 50; i++) {
        loopback_turn(lb);
        usleep(1000);
    }
    assert_false(seen.gone);
    answer_waiting(0, "first");
    char *heard = loopback_hear(lb, fd, &ended);
    /* The interim answer that asked whether it is still there, once, then both answers. */
    assert_memory_equal(heard, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 42);
    assert_int_equal(count_of(heard, " 100 "), 1);
    assert_non_null(strstr(strstr(heard, "first"), "/second"));
    assert_true(ended);
    free(heard);
    close(fd);
}

static void http_1_0_hears_nothing_but_its_answer(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect_tcp(lb);
    loopback_say(lb, fd, "GET /wait HTTP/1.0\r\n\r\n");
    while (seen.waiting_count == 0)
        loopback_turn(lb);
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 50; i++) {
        loopback_turn(lb);
        usleep(1000);
    }
    answer_waiting(0, "first");
    char *heard = loopback_hear(lb, fd, NULL);
    assert_memory_equal(heard, "HTTP/1.1 200 OK\r\n", 17);
    free(heard);
    close(fd);
}

/* It reads slowly and has ended its side before the large answer is out. */
static void a_large_answer_comes_whole_to_a_half_closed_client(void **state)
{
    loopback *lb = *state;
    bool ended;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/big"));
    shutdown(fd, SHUT_WR);
    loopback_turn(lb);
    char *heard = loopback_hear(lb, fd, &ended);
    const char *body = strstr(heard, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(strlen(body + 4), BIG_BYTES);
    assert_true(ended);
    free(heard);
    close(fd);
    loopback_turn(lb);
    assert_int_equal(loopback_count(lb), 0);
}

static void half_a_request_and_an_end_is_nothing(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, "GET / HTTP/1.1\r\nHo");
    shutdown(fd, SHUT_WR);
    loopback_turn(lb);
    assert_int_equal(loopback_count(lb), 0);
    assert_int_equal(seen.answered, 0);
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_after_the_other),
        CASE(byte_by_byte),
        CASE(pipelined_ones_wait_for_the_first),
        CASE(who_asks_for_it_hears_continue),
        CASE(a_server_that_leaves_keeps_nobody),
        CASE(what_is_no_request_is_refused),
        CASE(what_is_too_large_is_refused),
        CASE(what_takes_too_long_is_given_up),
        CASE(an_answer_that_does_not_come_is_given_up),
        CASE(a_waiting_client_that_closes_is_noticed),
        CASE(a_waiting_client_that_resets_is_noticed),
        CASE(who_only_has_said_all_gets_the_answer),
        CASE(http_1_0_hears_nothing_but_its_answer),
        CASE(a_large_answer_comes_whole_to_a_half_closed_client),
        CASE(half_a_request_and_an_end_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
