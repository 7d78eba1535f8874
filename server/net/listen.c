#include "server/net/listen.h"

#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/net/address_book.h"
#include "server/net/conn.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_PAUSE_MS 100

static int open_one(const struct addrinfo *ai, int backlog, bool shared)
{
    int one = 1;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || (shared && listen(fd, backlog) != 0)) {
        int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage addr;
    socklen_t n = sizeof addr;
    char port[16];
    if (getsockname(fd, (struct sockaddr *)&addr, &n) != 0 ||
        getnameinfo((struct sockaddr *)&addr, n, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return -1;
    return (int)strtol(port, NULL, 10);
}

static struct addrinfo *resolve(const char *host, int port)
{
    char text[16];
    snprintf(text, sizeof text, "%d", port);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    return getaddrinfo(host, text, &hints, &found) == 0 ? found : NULL;
}

static int open_resolved(struct addrinfo *ai, const config *c, int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fds[i] = open_one(ai, (int)c->backlog, true);
        if (fds[i] < 0) {
            int err = fds[i];
            while (i > 0)
                close(fds[--i]);
            return err;
        }
    }
    return 0;
}

int listen_open(const config *c, int *fds, size_t count, int *port)
{
    struct addrinfo *ai = resolve(c->host, (int)c->port);
    if (ai == NULL)
        return -EADDRNOTAVAIL;
    /* Without SO_REUSEPORT this fails when somebody listens there already. */
    int probe = open_one(ai, 1, false);
    int err = probe < 0 ? probe : 0;
    if (err == 0) {
        *port = port_of(probe);
        close(probe);
        freeaddrinfo(ai);
        ai = resolve(c->host, *port);
        err = ai == NULL ? -EADDRNOTAVAIL : open_resolved(ai, c, fds, count);
    }
    if (ai != NULL)
        freeaddrinfo(ai);
    return err;
}

static void listen_events(uv_poll_t *poll, int status, int events);

static void on_accept_again(uv_timer_t *timer)
{
    loop *l = timer->data;
    if (l->listen_fd >= 0)
        uv_poll_start(&l->listener, UV_READABLE, listen_events);
}

/* No file is left, or none but the reserve: existing connections live on, new ones wait in the
 * backlog.  One log line for each time this begins, however long it lasts. */
static void pause_accepting(loop *l, const char *reason)
{
    if (!l->accept_paused) {
        log_event(LOG_WARN, "accept paused", LOG_STR("reason", reason),
                  LOG_INT("sockets", address_book_sockets(l->app->addresses)));
        metric_add(&l->metrics.accept_pauses_total, 1);
        metric_set(&l->metrics.accept_paused, 1);
    }
    l->accept_paused = true;
    uv_poll_stop(&l->listener);
    uv_timer_start(&l->accept_again, on_accept_again, ACCEPT_PAUSE_MS, 0);
}

static void accepting(loop *l)
{
    if (!l->accept_paused)
        return;
    l->accept_paused = false;
    metric_set(&l->metrics.accept_paused, 0);
    log_event(LOG_INFO, "accept goes on",
              LOG_INT("sockets", address_book_sockets(l->app->addresses)));
}

static void refuse(loop *l, int fd)
{
    static const char reply[] =
        "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 10\r\n"
        "Content-Length: 70\r\nContent-Type: application/json\r\n\r\n"
        "{\"detail\":\"limit sockets_per_address: too many connections from here\"}";
    send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
    metrics_refused(&l->metrics, "sockets_per_address");
}

static void take(loop *l, int fd, const struct sockaddr_storage *addr)
{
    int one = 1;
    app *a = l->app;
    int unacked_ms = (int)a->limits.unacked_ms;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
    address from = address_of(addr);
    peer p = {.key = address_key(from), .proxy = address_set_has(a->proxies, from)};
    /* A proxy's sockets are many people's: they are counted when one of them opens a WebSocket. */
    p.counted = !p.proxy && address_book_add(a->addresses, &p.key, loop_now_ms(l));
    if (!p.proxy && !p.counted) {
        refuse(l, fd);
        return;
    }
    address_book_open(a->addresses);
    if (!l->hooks->accepted(l, fd, &p)) {
        conn_forget_peer(a, &p);
        close(fd);
    }
}

static void listen_events(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    loop *l = poll->data;
    for (int i = 0; i < LIMIT_ACCEPT_BATCH && l->listen_fd >= 0; i++) {
        struct sockaddr_storage addr = {0};
        socklen_t n = sizeof addr;
        if (address_book_full(l->app->addresses)) {
            pause_accepting(l, "limit sockets: as many as may be open");
            return;
        }
        int fd = accept4(l->listen_fd, (struct sockaddr *)&addr, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            accepting(l);
            take(l, fd, &addr);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(l, strerror(errno));
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

bool listen_start(loop *l, int listen_fd)
{
    l->listen_fd = listen_fd;
    l->listener.data = l->accept_again.data = l;
    return uv_timer_init(&l->uv, &l->accept_again) == 0 &&
           uv_poll_init(&l->uv, &l->listener, l->listen_fd) == 0 &&
           uv_poll_start(&l->listener, UV_READABLE, listen_events) == 0;
}

void listen_stop(loop *l)
{
    l->draining = true;
    if (l->listen_fd < 0)
        return;
    /* The handle goes before its file: closed later it would speak of a number that by then is the
     * socket of another thread. */
    uv_close((uv_handle_t *)&l->listener, NULL);
    close(l->listen_fd);
    l->listen_fd = -1;
}
