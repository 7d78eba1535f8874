/* Any bytes on an HTTP connection, over a real socket pair and the real http_conn.c, up to
 * what answers, which stands here: however the bytes are cut, the same requests arrive and are
 * answered.
 */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"

#include "server/http/exchange.h"
#include "server/http/http_conn.h"
#include "server/net/address_book.h"
#include "server/net/conn.h"

#include <sys/socket.h>
#include <unistd.h>

enum { TURNS_MAX = 4000 };

static struct {
    app app;
    loop loop;
    buf *seen;
} world;

static const char *text_at(const exchange *x, uint32_t at, uint32_t n)
{
    fuzz_demand((size_t)at + n < x->head.len_bytes, "a header is inside the head");
    const char *text = (const char *)x->head.ptr + at;
    fuzz_demand(strlen(text) == n, "and ends with NUL, and holds none");
    return text;
}

static void echo(exchange *x)
{
    buf_put_fmt(world.seen, "%d %d %s|", (int)x->method, (int)x->http_minor,
                text_at(x, 0, x->target_bytes));
    fuzz_demand(x->header_count <= LIMIT_HEADER_COUNT, "headers are counted");
    for (size_t i = 0; i < x->header_count; i++) {
        const header *h = &x->headers[i];
        buf_put_fmt(world.seen, "%s=%s|", text_at(x, h->name_at, h->name_bytes),
                    text_at(x, h->value_at, h->value_bytes));
    }
    fuzz_demand(x->body.len_bytes <= world.app.limits.body_bytes, "a body keeps its limit");
    buf_put_varstring(world.seen, buf_view(&x->body));
    (void)exchange_bearer(x);
    exchange_reply_error(x, 404, "Not Found");
}

static void make_world(void)
{
    if (world.loop.app != NULL)
        return;
    config_init(&world.app.config);
    limits_init(&world.app.limits);
    world.app.limits.header_bytes = 1024;
    world.app.limits.body_bytes = 1024;
    world.app.config.limits = world.app.limits;
    world.app.loop_count = 1;
    world.app.addresses = address_book_new(&world.app.limits, 0);
    world.loop.app = &world.app;
    world.app.answer = echo;
    fuzz_demand(world.app.addresses != NULL && uv_loop_init(&world.loop.uv) == 0 &&
                    conn_loop_init(&world.loop),
                "there is a loop");
}

/* Turns the loop until it has nothing to do; gathers what is answered. */
static void turn(int fd, buf *answer)
{
    uint8_t got[4096];
    for (int i = 0, quiet = 0; quiet < 2; i++) {
        fuzz_demand(i < TURNS_MAX, "it comes to rest");
        uv_run(&world.loop.uv, UV_RUN_NOWAIT);
        conn_flush_dirty(&world.loop);
        ssize_t n = recv(fd, got, sizeof got, MSG_DONTWAIT);
        if (n > 0)
            buf_put(answer, got, (size_t)n);
        quiet = n > 0 ? 0 : quiet + 1;
    }
}

static void talk(bytes in, size_t step, buf *seen, buf *answer)
{
    int fds[2];
    const peer from = {.counted = false};
    world.seen = seen;
    fuzz_demand(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0, "two sockets");
    fuzz_demand(http_conn_open(&world.loop, fds[0], &from), "a connection");
    for (size_t at = 0; at < in.len_bytes; at += step) {
        size_t n = in.len_bytes - at < step ? in.len_bytes - at : step;
        if (send(fds[1], in.ptr + at, n, MSG_NOSIGNAL) != (ssize_t)n)
            break; /* refused and hung up */
        turn(fds[1], answer);
    }
    turn(fds[1], answer);
    close(fds[1]);
    conn_close_all(&world.loop);
    uv_run(&world.loop.uv, UV_RUN_NOWAIT);
    uv_run(&world.loop.uv, UV_RUN_NOWAIT);
    fuzz_demand(buf_err(seen) == BASE_OK && buf_err(answer) == BASE_OK, "it fits");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    size_t steps[] = {4096, 1u + input_u8(&in), 1};
    buf seen[2], answer[2];
    make_world();
    if (input_rest(&in).len_bytes > 4096)
        return 0;
    for (size_t i = 0; i < 2; i++) {
        buf_init(&seen[i], base_alloc_libc(), 1 << 24);
        buf_init(&answer[i], base_alloc_libc(), 1 << 24);
    }
    talk(input_rest(&in), steps[0], &seen[0], &answer[0]);
    for (size_t i = 1; i < sizeof steps / sizeof *steps; i++) {
        buf_clear(&seen[1]);
        buf_clear(&answer[1]);
        talk(input_rest(&in), steps[i], &seen[1], &answer[1]);
        fuzz_demand(bytes_equal(buf_view(&seen[0]), buf_view(&seen[1])), "the same requests");
        fuzz_demand(bytes_equal(buf_view(&answer[0]), buf_view(&answer[1])), "the same answers");
    }
    for (size_t i = 0; i < 2; i++) {
        buf_deinit(&seen[i]);
        buf_deinit(&answer[i]);
    }
    return 0;
}
