/* One socket on one loop: reading with pauses, queueing, ending, and what all of them may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/app/limits.h"
#include "server/net/address_book.h"
#include "server/net/conn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    app app;
    loop loop;
    conn *conn;
    size_t got_bytes;
    int peer;
    size_t drained, resumed, gone, shed, ended, ticks;
    size_t held_bytes;
    bool keep_ended;
} f;

static void on_input(conn *c, uint8_t *ptr, size_t n)
{
    (void)c;
    (void)ptr;
    f.got_bytes += n;
}

static bool on_ended(conn *c)
{
    f.ended++;
    if (f.keep_ended)
        conn_close_after_writing(c);
    return f.keep_ended;
}

static void on_resumed(conn *c)
{
    (void)c;
    f.resumed++;
}

static void on_drained(conn *c)
{
    (void)c;
    f.drained++;
}

static void on_tick(conn *c, uint64_t now_ms)
{
    (void)c;
    (void)now_ms;
    f.ticks++;
}

static size_t held(const conn *c)
{
    (void)c;
    return f.held_bytes;
}

static void on_shed(conn *c)
{
    f.shed++;
    conn_close(c);
}

static void on_gone(conn *c)
{
    (void)c;
    f.gone++;
}

static const conn_ops ops = {.input = on_input,
                             .ended = on_ended,
                             .resumed = on_resumed,
                             .drained = on_drained,
                             .tick = on_tick,
                             .held_bytes = held,
                             .shed = on_shed,
                             .gone = on_gone};

static void on_turn(loop *l)
{
    l->busy_us = 0;
    conn_flush_dirty(l);
}

static const loop_hooks hooks = {.turn = on_turn, .second = conn_tick_all};

static void turn(void)
{
    for (int i = 0; i < 6; i++) {
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
        on_turn(&f.loop);
    }
}

static int start(void **state)
{
    int fds[2];
    peer from = {.counted = true};
    (void)state;
    memset(&f, 0, sizeof f);
    limits_init(&f.app.limits);
    f.app.addresses = address_book_new(&f.app.limits, 0);
    f.app.loops = &f.loop;
    f.app.loop_count = 1;
    f.conn = calloc(1, sizeof *f.conn);
    if (f.app.addresses == NULL || f.conn == NULL || !loop_init(&f.loop, &f.app, 0, &hooks) ||
        !conn_loop_init(&f.loop) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) != 0)
        return -1;
    address_book_open(f.app.addresses);
    assert_true(address_book_add(f.app.addresses, &from.key, 0));
    assert_true(conn_init(f.conn, &f.loop, fds[0], &ops, &from));
    f.peer = fds[1];
    return 0;
}

static int stop(void **state)
{
    (void)state;
    conn_close_all(&f.loop);
    assert_int_equal(f.gone, 1);
    assert_int_equal(address_book_sockets(f.app.addresses),
                     0); /* its peer is not counted any more */
    loop_close(&f.loop);
    conn_loop_deinit(&f.loop);
    loop_deinit(&f.loop);
    address_book_free(f.app.addresses);
    close(f.peer);
    return 0;
}

static void say(const char *text)
{
    assert_int_equal(send(f.peer, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads all that is there; returns how much, and whether the server ended its side. */
static size_t hear(bool *ended)
{
    char got[65536];
    size_t total = 0;
    ssize_t n;
    while ((n = recv(f.peer, got, sizeof got, 0)) > 0) {
        total += (size_t)n;
        turn();
    }
    if (ended != NULL)
        *ended = n == 0;
    return total;
}

static void all_of_one_turn_is_one_write(void **state)
{
    (void)state;
    char got[16];
    conn *c = f.conn;
    conn_send_static(c, bytes_of_str("one"));
    conn_send_copy(c, "two", 3);
    conn_send_heap(c, strdup("three"), 5);
    assert_int_equal(recv(f.peer, got, sizeof got, 0), -1); /* not before the end of the turn */
    turn();
    assert_int_equal(recv(f.peer, got, sizeof got, 0), 11);
    assert_memory_equal(got, "onetwothree", 11);
    assert_true(f.drained > 0);
}

static void a_paused_one_is_not_read_and_reads_on(void **state)
{
    (void)state;
    conn *c = f.conn;
    conn_pause_input(c);
    say("a");
    turn();
    assert_int_equal(f.got_bytes, 0);
    conn_resume_input(c);
    turn();
    assert_int_equal(f.got_bytes, 1);
    conn_pause_for(c, 1);
    assert_int_equal(metric_get(&f.loop.metrics.paused_sockets), 1);
    say("b");
    while (f.got_bytes < 2)
        turn();
    assert_int_equal(f.resumed, 1);
    assert_int_equal(metric_get(&f.loop.metrics.paused_sockets), 0);
}

static void what_was_sent_before_the_end_is_still_read(void **state)
{
    (void)state;
    conn *c = f.conn;
    conn_pause_input(c);
    say("last words");
    shutdown(f.peer, SHUT_WR);
    turn();
    assert_int_equal(f.ended, 1); /* told once, although it is not read */
    turn();
    assert_int_equal(f.ended, 1);
    assert_int_equal(f.gone, 0);
    conn_resume_input(c);
    turn();
    assert_int_equal(f.got_bytes, 10);
    assert_int_equal(f.gone, 1); /* nobody wanted to keep it */
}

static void a_peer_that_is_gone_is_noticed_while_it_is_not_read(void **state)
{
    (void)state;
    conn_pause_input(f.conn);
    turn();
    close(f.peer);
    turn();
    assert_int_equal(f.gone, 1);
    f.peer = dup(STDERR_FILENO);
}

static void who_has_ended_may_still_get_all(void **state)
{
    (void)state;
    enum { BYTES = 4 << 20 };
    bool ended;
    char *block = calloc(1, BYTES);
    assert_non_null(block);
    f.keep_ended = true;
    conn_send_heap(f.conn, block, BYTES);
    turn();
    assert_true(f.conn->full);
    shutdown(f.peer, SHUT_WR);
    turn();
    assert_int_equal(f.gone, 0);
    assert_int_equal(hear(&ended), BYTES);
    assert_true(ended);
    turn();
    assert_int_equal(f.gone, 1);
}

static void last_words_come_before_the_end(void **state)
{
    (void)state;
    bool ended;
    conn *c = f.conn;
    say("not read any more");
    conn_send_static(c, bytes_of_str("bye"));
    conn_close_after_writing(c);
    turn();
    assert_int_equal(f.gone, 0); /* it waits for the peer, which would lose the last words */
    assert_int_equal(hear(&ended), 3);
    assert_true(ended);
    shutdown(f.peer, SHUT_WR);
    turn();
    assert_int_equal(f.gone, 1);
}

static void a_dropped_queue_is_not_sent(void **state)
{
    (void)state;
    conn *c = f.conn;
    conn_send_static(c, bytes_of_str("forget me"));
    conn_drop_queue(c);
    turn();
    assert_int_equal(hear(NULL), 0);
}

static void together_they_hold_no_more_than_they_may(void **state)
{
    (void)state;
    f.held_bytes = f.app.limits.sockets_bytes;
    conn_tick_all(&f.loop);
    assert_int_equal(f.shed, 0);
    assert_int_equal(metric_get(&f.loop.metrics.sockets_bytes), f.held_bytes);
    f.held_bytes++;
    conn_tick_all(&f.loop);
    assert_int_equal(f.shed, 1);
    assert_int_equal(f.ticks, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(all_of_one_turn_is_one_write),
        CASE(a_paused_one_is_not_read_and_reads_on),
        CASE(what_was_sent_before_the_end_is_still_read),
        CASE(a_peer_that_is_gone_is_noticed_while_it_is_not_read),
        CASE(who_has_ended_may_still_get_all),
        CASE(last_words_come_before_the_end),
        CASE(a_dropped_queue_is_not_sent),
        CASE(together_they_hold_no_more_than_they_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
