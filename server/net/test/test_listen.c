/* Listening sockets, and who is let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/net/address_book.h"
#include "server/net/conn.h"
#include "server/net/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    app app;
    loop loop;
    address_set proxies;
    size_t taken;
    peer last;
    bool refuse;
} f;

static void on_turn(loop *l)
{
    (void)l;
}

static bool on_accepted(loop *l, int fd, const peer *from)
{
    (void)l;
    if (f.refuse)
        return false;
    f.taken++;
    f.last = *from;
    close(fd);
    return true;
}

static const loop_hooks hooks = {.turn = on_turn, .second = on_turn, .accepted = on_accepted};

static int start(void **state)
{
    int fd;
    (void)state;
    memset(&f, 0, sizeof f);
    config_init(&f.app.config);
    f.app.config.port = 0;
    limits_init(&f.app.limits);
    f.app.limits.sockets_per_address = 2;
    f.app.addresses = address_book_new(&f.app.limits, 4);
    f.app.proxies = &f.proxies;
    f.app.loops = &f.loop;
    f.app.loop_count = 1;
    return f.app.addresses == NULL || listen_open(&f.app.config, &fd, 1, &f.app.port) != 0 ||
                   !loop_init(&f.loop, &f.app, 0, &hooks) || !listen_start(&f.loop, fd)
               ? -1
               : 0;
}

static int stop(void **state)
{
    (void)state;
    listen_stop(&f.loop);
    loop_close(&f.loop);
    loop_deinit(&f.loop);
    address_book_free(f.app.addresses);
    address_set_deinit(&f.proxies);
    config_deinit(&f.app.config);
    return 0;
}

static int come(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)f.app.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    for (int i = 0; i < 4; i++)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    return fd;
}

static void a_free_port_is_found_and_then_taken(void **state)
{
    (void)state;
    config again = f.app.config;
    int fds[2], port = 0;
    assert_in_range(f.app.port, 1, 65535);
    again.port = f.app.port;
    assert_int_equal(listen_open(&again, fds, 1, &port), -EADDRINUSE);
    again.host = (char *)(uintptr_t) "no.such.host.invalid";
    assert_int_equal(listen_open(&again, fds, 1, &port), -EADDRNOTAVAIL);
    again.host = f.app.config.host;
    again.port = 0;
    assert_int_equal(listen_open(&again, fds, 2, &port), 0); /* one for each thread */
    close(fds[0]);
    close(fds[1]);
}

static void an_address_has_as_many_as_it_may(void **state)
{
    (void)state;
    int fds[3];
    char got[256];
    for (size_t i = 0; i < 3; i++)
        fds[i] = come();
    assert_int_equal(f.taken, 2);
    assert_true(f.last.counted);
    ssize_t n = recv(fds[2], got, sizeof got, 0);
    assert_true(n > 13);
    assert_memory_equal(got, "HTTP/1.1 429 ", 13);
    /* The announced length is the real one. */
    const char *body = memmem(got, (size_t)n, "\r\n\r\n", 4);
    assert_non_null(body);
    assert_int_equal(got + n - (body + 4), 70);
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
}

static void a_proxys_sockets_are_those_of_many(void **state)
{
    (void)state;
    int fds[4];
    assert_null(address_set_parse(&f.proxies, "127.0.0.0/8"));
    for (size_t i = 0; i < 4; i++)
        fds[i] = come();
    assert_int_equal(f.taken, 4);
    assert_true(f.last.proxy);
    assert_false(f.last.counted);
    for (size_t i = 0; i < 4; i++)
        close(fds[i]);
}

static void a_full_process_lets_nobody_in_until_there_is_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++)
        address_book_open(f.app.addresses);
    int fd = come();
    assert_int_equal(f.taken, 0);
    assert_true(f.loop.accept_paused);
    address_book_close(f.app.addresses);
    address_book_close(f.app.addresses);
    while (f.taken == 0)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    assert_false(f.loop.accept_paused);
    close(fd);
}

static void who_cannot_be_taken_is_not_counted(void **state)
{
    (void)state;
    f.refuse = true;
    close(come());
    assert_int_equal(address_book_sockets(f.app.addresses), 0);
}

static void nobody_comes_when_it_has_stopped(void **state)
{
    (void)state;
    listen_stop(&f.loop);
    assert_true(f.loop.draining);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)f.app.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), -1);
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_free_port_is_found_and_then_taken),
        CASE(an_address_has_as_many_as_it_may),
        CASE(a_proxys_sockets_are_those_of_many),
        CASE(a_full_process_lets_nobody_in_until_there_is_room),
        CASE(who_cannot_be_taken_is_not_counted),
        CASE(nobody_comes_when_it_has_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
