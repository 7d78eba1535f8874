#include "server/http/test/loopback.h"

#include "server/http/http_conn.h"
#include "server/net/address_book.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void give_up(const char *why)
{
    fprintf(stderr, "loopback: %s\n", why);
    abort();
}

static void on_turn(loop *l)
{
    l->busy_us = 0;
    conn_flush_dirty(l);
}

static const loop_hooks hooks = {
    .turn = on_turn, .second = conn_tick_all, .accepted = http_conn_open};

loopback *loopback_new(void (*answer)(exchange *x))
{
    loopback *lb = calloc(1, sizeof *lb);
    if (lb == NULL)
        give_up("no memory");
    config_init(&lb->app.config);
    limits_init(&lb->app.limits);
    lb->app.config.limits = lb->app.limits;
    lb->app.addresses = address_book_new(&lb->app.limits, 0);
    lb->app.loops = &lb->loop;
    lb->app.loop_count = 1;
    lb->app.answer = answer;
    if (lb->app.addresses == NULL || !loop_init(&lb->loop, &lb->app, 0, &hooks) ||
        !conn_loop_init(&lb->loop))
        give_up("no loop");
    return lb;
}

void loopback_free(loopback *lb)
{
    conn_close_all(&lb->loop);
    loop_close(&lb->loop);
    conn_loop_deinit(&lb->loop);
    loop_deinit(&lb->loop);
    address_book_free(lb->app.addresses);
    config_deinit(&lb->app.config);
    free(lb);
}

int loopback_connect(loopback *lb, const peer *from)
{
    static const peer nobody = {.counted = false};
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0 ||
        !http_conn_open(&lb->loop, fds[0], from != NULL ? from : &nobody))
        give_up("no connection");
    address_book_open(lb->app.addresses);
    return fds[1];
}

int loopback_connect_tcp(loopback *lb)
{
    static const peer nobody = {.counted = false};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || ours < 0 || bind(listener, (struct sockaddr *)&at, n) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&at, &n) != 0 ||
        connect(ours, (struct sockaddr *)&at, n) != 0)
        give_up("no TCP");
    int theirs = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    close(listener);
    if (theirs < 0 || fcntl(ours, F_SETFL, O_NONBLOCK) != 0 ||
        !http_conn_open(&lb->loop, theirs, &nobody))
        give_up("no connection");
    address_book_open(lb->app.addresses);
    return ours;
}

bool loopback_until(loopback *lb, const bool *flag)
{
    uint64_t end_ns = uv_hrtime() + UINT64_C(5000000000);
    while (!*flag && uv_hrtime() < end_ns) {
        loopback_turn(lb);
        if (!*flag)
            usleep(1000);
    }
    return *flag;
}

void loopback_turn(loopback *lb)
{
    /* What one turn writes another may read, and what it reads be answered in a third. */
    for (int i = 0; i < 8; i++) {
        uv_run(&lb->loop.uv, UV_RUN_NOWAIT);
        on_turn(&lb->loop);
    }
}

void loopback_say(loopback *lb, int fd, const char *text)
{
    for (size_t at = 0, n = strlen(text); at < n;) {
        ssize_t sent = send(fd, text + at, n - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return; /* the server has hung up */
        at += sent > 0 ? (size_t)sent : 0;
        loopback_turn(lb);
    }
}

char *loopback_hear(loopback *lb, int fd, bool *ended)
{
    buf out;
    char got[65536];
    bool end = false;
    buf_init(&out, base_alloc_libc(), SIZE_MAX / 4);
    for (int quiet = 0; quiet < 2 && !end;) {
        loopback_turn(lb);
        ssize_t n = recv(fd, got, sizeof got, 0);
        if (n > 0)
            buf_put(&out, got, (size_t)n);
        quiet = n > 0 ? 0 : quiet + 1;
        end = n == 0 || (n < 0 && errno != EAGAIN);
    }
    if (ended != NULL)
        *ended = end;
    buf_put_u8(&out, 0);
    size_t len_bytes, cap_bytes;
    char *text = (char *)buf_detach(&out, &len_bytes, &cap_bytes);
    if (text == NULL)
        give_up("no memory");
    return text;
}

char *loopback_ask(loopback *lb, const char *request)
{
    int fd = loopback_connect(lb, NULL);
    loopback_say(lb, fd, request);
    char *heard = loopback_hear(lb, fd, NULL);
    close(fd);
    loopback_turn(lb);
    return heard;
}

void loopback_pass(loopback *lb, uint64_t ms)
{
    uv_update_time(&lb->loop.uv);
    lb->loop.uv.time += ms; /* until the loop turns and looks at the clock again */
    conn_tick_all(&lb->loop);
    on_turn(&lb->loop);
}

size_t loopback_count(const loopback *lb)
{
    size_t count = 0;
    for (const conn *c = lb->loop.conns; c != NULL; c = c->next)
        count++;
    return count;
}
