#include "server/listen.h"

#include "server/http_conn.h"
#include "server/limits.h"
#include "server/log.h"

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

/* No file is left: existing connections live on, new ones wait in the backlog. */
static void pause_accepting(loop *l, int err)
{
    log_event(LOG_WARN, "accept paused", LOG_STR("reason", strerror(err)));
    uv_poll_stop(&l->listener);
    uv_timer_start(&l->accept_again, on_accept_again, ACCEPT_PAUSE_MS, 0);
}

static void refuse(loop *l, int fd)
{
    static const char reply[] = "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n"
                                "Content-Length: 32\r\nContent-Type: application/json\r\n\r\n"
                                "{\"detail\":\"sockets_per_address\"}";
    send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
    metric_add(&l->metrics.refused_connections_total, 1);
}

static void take(loop *l, int fd, const struct sockaddr_storage *addr)
{
    int one = 1;
    int dead_ms = (int)l->app->limits.dead_ms;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
    address_key key = address_key_of(addr);
    if (!address_count_add(l->app->addresses, &key)) {
        refuse(l, fd);
        return;
    }
    if (!http_conn_open(l, fd, &key)) {
        address_count_remove(l->app->addresses, &key);
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
        int fd = accept4(l->listen_fd, (struct sockaddr *)&addr, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(l, fd, &addr);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(l, errno);
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

bool listen_start(loop *l)
{
    l->listener.data = l->accept_again.data = l;
    return uv_timer_init(&l->uv, &l->accept_again) == 0 &&
           uv_poll_init(&l->uv, &l->listener, l->listen_fd) == 0 &&
           uv_poll_start(&l->listener, UV_READABLE, listen_events) == 0;
}
