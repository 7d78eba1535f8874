/* Replies: whole, and in pieces with a client that sets the pace. */
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

#define PIECE_BYTES 65536u
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static struct {
    exchange *last;
    size_t pieces_left;
    size_t pieces_put;
    bool gone;
    bool wanted; /* what exchange_begin said */
    char piece[PIECE_BYTES];
} made;

static void put_next(exchange *x)
{
    if (made.pieces_left == 0) {
        made.last = NULL;
        exchange_end(x);
        return;
    }
    made.pieces_left--;
    made.pieces_put++;
    assert_true(exchange_put(x, bytes_of(made.piece, sizeof made.piece)));
}

static void on_gone(exchange *x)
{
    made.gone = true;
    made.last = NULL;
    assert_false(exchange_put(x, bytes_of_str("more")));
    exchange_end(x);
}

static const exchange_events large = {.gone = on_gone, .drained = put_next};
static const exchange_events quiet = {.gone = on_gone};

static void whole(exchange *x, const char *target)
{
    if (strcmp(target, "/json") == 0) {
        exchange_add_header(x, "X-Own", "no");
        exchange_add_header(x, "X-Own-Not", "other");
        exchange_add_header(x, "x-own", "neither");
        exchange_set_header(x, "X-Own", "yes");
        exchange_reply_json(x, 201, json_pack("{s:i}", "a", 1));
    } else if (strcmp(target, "/error") == 0) {
        exchange_reply_error(x, 404, "not \"here\"");
    } else if (strcmp(target, "/empty") == 0) {
        exchange_reply_empty(x, 204);
    } else if (strcmp(target, "/heap") == 0) {
        exchange_reply_heap(x, 200, "text/plain", strdup("heap"), 4);
    } else {
        const char *token = exchange_bearer(x), *own = exchange_header(x, "x-own");
        char text[64];
        snprintf(text, sizeof text, "%s|%s", token != NULL ? token : "-", own != NULL ? own : "-");
        exchange_reply_copy(x, 200, "text/plain", bytes_of_str(text));
    }
}

static void answer(exchange *x)
{
    const char *target = (const char *)x->head.ptr;
    made.last = x;
    if (strcmp(target, "/three") == 0) {
        made.last = NULL;
        made.wanted = exchange_begin(x, 200, "text/plain");
        exchange_put(x, bytes_of_str("one,"));
        exchange_put(x, bytes_of_str(""));
        exchange_put(x, bytes_of_str("two,"));
        exchange_put_heap(x, strdup("three"), 5);
        exchange_end(x);
    } else if (strcmp(target, "/large") == 0) {
        exchange_watch(x, &large, NULL);
        if (exchange_begin(x, 200, "text/plain"))
            put_next(x);
        else
            exchange_end(x);
    } else if (strcmp(target, "/begun") == 0) {
        exchange_watch(x, &quiet, NULL);
        exchange_begin(x, 200, "text/plain");
        exchange_put(x, bytes_of_str("begun"));
    } else {
        made.last = NULL;
        whole(x, target);
    }
}

static int start(void **state)
{
    memset(&made, 0, sizeof made);
    memset(made.piece, 'p', sizeof made.piece);
    *state = loopback_new(answer);
    return 0;
}

static int stop(void **state)
{
    loopback_free(*state);
    return 0;
}

/* ---------------------------------------------------------------------------------- whole --- */

static void expect(loopback *lb, const char *request, const char *wanted)
{
    char *heard = loopback_ask(lb, request);
    assert_string_equal(heard, wanted);
    free(heard);
}

static void whole_replies(void **state)
{
    loopback *lb = *state;
    expect(lb, GET("/json"),
           "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 7\r\n"
           "X-Content-Type-Options: nosniff\r\nX-Own-Not: other\r\nX-Own: yes\r\n\r\n{\"a\":1}");
    expect(lb, GET("/error"),
           "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 25\r\n"
           "X-Content-Type-Options: nosniff\r\n\r\n{\"detail\":\"not \\\"here\\\"\"}");
    expect(lb, GET("/empty"), "HTTP/1.1 204 No Content\r\nX-Content-Type-Options: nosniff\r\n\r\n");
    expect(lb, GET("/heap"),
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
           "X-Content-Type-Options: nosniff\r\n\r\nheap");
    expect(lb, "HEAD /heap HTTP/1.1\r\nHost: a\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
           "X-Content-Type-Options: nosniff\r\n\r\n");
    expect(lb, "GET /heap HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
           "X-Content-Type-Options: nosniff\r\nConnection: keep-alive\r\n\r\nheap");
}

static void headers_are_found_by_any_case(void **state)
{
    char *heard = loopback_ask(*state, "GET /x HTTP/1.1\r\nHOST: a\r\nX-OWN: one\r\nx-own: two\r\n"
                                       "authorization: bearer   tok\r\n\r\n");
    assert_non_null(strstr(heard, "\r\n\r\ntok|one"));
    free(heard);
    heard = loopback_ask(*state, GET("/x"));
    assert_non_null(strstr(heard, "\r\n\r\n-|-"));
    free(heard);
}

/* ------------------------------------------------------------------------------ in pieces --- */

#define HEAD_CHUNKED                                                                               \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"                \
    "X-Content-Type-Options: nosniff\r\n"

static void pieces_are_chunks_and_the_connection_lives_on(void **state)
{
    loopback *lb = *state;
    bool ended;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/three") GET("/x"));
    char *heard = loopback_hear(lb, fd, &ended);
    static const char wanted[] =
        HEAD_CHUNKED "\r\n4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n";
    assert_memory_equal(heard, wanted, sizeof wanted - 1);
    assert_non_null(strstr(heard, "\r\n\r\n-|-"));
    assert_false(ended);
    assert_true(made.wanted);
    free(heard);
    close(fd);
}

static void who_asks_for_the_head_gets_it(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, "HEAD /three HTTP/1.1\r\nHost: a\r\n\r\n");
    char *heard = loopback_hear(lb, fd, NULL);
    assert_string_equal(heard, HEAD_CHUNKED "\r\n");
    assert_false(made.wanted);
    free(heard);
    loopback_say(lb, fd, GET("/x"));
    heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(heard, "-|-"));
    free(heard);
    close(fd);
}

static void http_1_0_reads_to_the_end(void **state)
{
    loopback *lb = *state;
    bool ended;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, "GET /three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    char *heard = loopback_hear(lb, fd, &ended);
    assert_string_equal(heard, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                               "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
                               "one,two,three");
    assert_true(ended);
    free(heard);
    close(fd);
}

static size_t queued_bytes(const loopback *lb)
{
    return lb->loop.conns != NULL ? outq_held_bytes(&lb->loop.conns->out) : 0;
}

/* 64 MiB for a peer that reads now and then: never more than a piece waits here. */
static void the_client_sets_the_pace(void **state)
{
    loopback *lb = *state;
    char got[100000];
    size_t total = 0, most = 0;
    made.pieces_left = 1024;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/large"));
    size_t put = made.pieces_put;
    for (int i = 0; i < 10; i++)
        loopback_turn(lb);
    assert_int_equal(made.pieces_put, put); /* nothing is read, nothing more is made */
    assert_in_range(put, 1, 64);
    for (ssize_t n; made.last != NULL || (n = recv(fd, got, sizeof got, MSG_PEEK)) > 0;) {
        n = recv(fd, got, sizeof got, 0);
        total += n > 0 ? (size_t)n : 0;
        loopback_turn(lb);
        most = queued_bytes(lb) > most ? queued_bytes(lb) : most;
    }
    assert_int_equal(made.pieces_put, 1024);
    assert_in_range(total, (size_t)1024 * PIECE_BYTES, (size_t)1025 * PIECE_BYTES);
    assert_in_range(most, 1, 2 * PIECE_BYTES);
    close(fd);
}

static void who_hangs_up_midway_is_noticed(void **state)
{
    loopback *lb = *state;
    made.pieces_left = SIZE_MAX;
    int fd = loopback_connect_tcp(lb);
    loopback_say(lb, fd, GET("/large"));
    while (made.pieces_put == 0)
        loopback_turn(lb);
    close(fd); /* with bytes unread: a reset */
    assert_true(loopback_until(lb, &made.gone));
    assert_int_equal(loopback_count(lb), 0);
}

static void a_reader_that_stands_still_is_given_up_one_that_drips_is_not(void **state)
{
    loopback *lb = *state;
    char got[1 << 18];
    made.pieces_left = SIZE_MAX;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/large"));
    for (int i = 0; i < 4; i++) {
        loopback_pass(lb, LIMIT_HTTP_WRITE_MS - 1000);
        assert_int_equal(loopback_count(lb), 1);
        while (recv(fd, got, sizeof got, 0) > 0)
            continue;
        loopback_turn(lb);
    }
    loopback_pass(lb, LIMIT_HTTP_WRITE_MS + 1000);
    assert_int_equal(loopback_count(lb), 0);
    assert_true(made.gone);
    close(fd);
}

static void a_producer_that_falls_silent_is_given_up(void **state)
{
    loopback *lb = *state;
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, GET("/begun"));
    loopback_pass(lb, LIMIT_REQUEST_WAIT_MS - 1000);
    assert_int_equal(loopback_count(lb), 1);
    loopback_turn(lb);
    assert_true(exchange_put(made.last, bytes_of_str("still there")));
    loopback_turn(lb);
    loopback_pass(lb, LIMIT_REQUEST_WAIT_MS + 1000);
    assert_int_equal(loopback_count(lb), 0);
    assert_true(made.gone);
    close(fd);
}

/* Over TCP, where a reset can be told from an end. */
static void what_is_broken_off_does_not_look_whole(void **state)
{
    loopback *lb = *state;
    char got[1024];
    int fd = loopback_connect_tcp(lb);
    loopback_say(lb, fd, "GET /begun HTTP/1.0\r\n\r\n");
    while (made.last == NULL)
        loopback_turn(lb);
    while (recv(fd, got, sizeof got, 0) <= 0)
        loopback_turn(lb);
    exchange_abort(made.last);
    loopback_turn(lb);
    ssize_t n = recv(fd, got, sizeof got, 0);
    assert_int_equal(n, -1); /* 0 would be a proper end */
    assert_false(made.gone); /* it was the handler's own doing */
    assert_int_equal(loopback_count(lb), 0);
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(whole_replies),
        CASE(headers_are_found_by_any_case),
        CASE(pieces_are_chunks_and_the_connection_lives_on),
        CASE(who_asks_for_the_head_gets_it),
        CASE(http_1_0_reads_to_the_end),
        CASE(the_client_sets_the_pace),
        CASE(who_hangs_up_midway_is_noticed),
        CASE(a_reader_that_stands_still_is_given_up_one_that_drips_is_not),
        CASE(a_producer_that_falls_silent_is_given_up),
        CASE(what_is_broken_off_does_not_look_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
