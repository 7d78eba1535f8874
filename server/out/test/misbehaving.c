/* misbehaving.c - see misbehaving.h. */
#include "server/out/test/misbehaving.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct visit {
    misbehaving *server;
    int fd;
} visit;

static bool say(int fd, const char *text)
{
    size_t n = strlen(text);
    return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void wait_for_end(int fd)
{
    char byte[256];
    while (recv(fd, byte, sizeof byte, 0) > 0)
        continue;
}

static void reset(int fd)
{
    struct linger now = {1, 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void drip(int fd)
{
    bool open = say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000 && open; i++) {
        open = say(fd, "x");
        (void)sleep(1);
    }
}

static void send_much(visit *v, bool chunked)
{
    static char zeros[65536];
    char head[96];
    bool open =
        chunked ? say(v->fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") : false;
    if (!chunked) {
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
                 (unsigned long long)GIGA);
        open = say(v->fd, head);
    }
    for (uint64_t left = GIGA; open && left > 0;) {
        size_t n = left < sizeof zeros ? (size_t)left : sizeof zeros;
        if (chunked) {
            snprintf(head, sizeof head, "%zx\r\n", n);
            open = say(v->fd, head);
        }
        ssize_t sent = open ? send(v->fd, zeros, n, MSG_NOSIGNAL) : -1;
        open = sent > 0 && (!chunked || ((size_t)sent == n && say(v->fd, "\r\n")));
        left -= sent > 0 ? (uint64_t)sent : 0;
        v->server->sent_bytes += sent > 0 ? (uint64_t)sent : 0;
    }
}

static void send_heads(int fd)
{
    bool open = say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100000 && open; i++)
        open = say(fd, "X-Header: and again and again and again and again and again\r\n");
}

static void echo(int fd, const char *request)
{
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(request));
    if (say(fd, head))
        (void)say(fd, request);
}

static bool redirect(int fd, const char *to)
{
    char answer[256];
    snprintf(answer, sizeof answer,
             "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", to);
    return say(fd, answer);
}

/* false: the connection ends. */
static bool answer(visit *v, const char *path, const char *request)
{
    int fd = v->fd;
    if (strcmp(path, "/ok") == 0)
        return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    if (strcmp(path, "/empty") == 0)
        return say(fd, "HTTP/1.1 204 No Content\r\n\r\n");
    if (strcmp(path, "/loop") == 0)
        return redirect(fd, "/loop");
    if (strcmp(path, "/redirect") == 0)
        return redirect(fd, v->server->target);
    if (strcmp(path, "/echo") == 0)
        echo(fd, request);
    else if (strcmp(path, "/stall") == 0 &&
             say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhel"))
        wait_for_end(fd);
    else if (strcmp(path, "/silent") == 0)
        wait_for_end(fd);
    else if (strcmp(path, "/drip") == 0)
        drip(fd);
    else if (strcmp(path, "/reset") == 0)
        reset(fd);
    else if (strcmp(path, "/reset-midway") == 0 &&
             say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhel"))
        reset(fd);
    else if (strcmp(path, "/giga") == 0 || strcmp(path, "/endless") == 0)
        send_much(v, strcmp(path, "/endless") == 0);
    else if (strcmp(path, "/early") == 0)
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    else if (strcmp(path, "/longer") == 0)
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and much more");
    else if (strcmp(path, "/heads") == 0)
        send_heads(fd);
    else
        (void)say(fd, "SSH-2.0-garbage\r\n\r\n");
    return false;
}

/* The next request with its body, as text; false: there is none. */
static bool read_request(int fd, char *out, size_t cap)
{
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(fd, out + n, cap - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        out[n] = '\0';
        const char *end = strstr(out, "\r\n\r\n"), *length = strstr(out, "Content-Length: ");
        size_t body = length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0;
        if (end != NULL && n >= (size_t)(end + 4 - out) + body)
            return true;
    }
}

static void *serve(void *arg)
{
    visit *v = arg;
    char request[8192], path[128];
    bool open = true;
    v->server->open++;
    while (open && read_request(v->fd, request, sizeof request)) {
        v->server->served++;
        open = sscanf(request, "%*s %127s", path) == 1 && answer(v, path, request);
    }
    close(v->fd);
    v->server->open--;
    free(v);
    return NULL;
}

static void *accept_all(void *arg)
{
    misbehaving *m = arg;
    pthread_t thread;
    for (int fd; (fd = accept(m->listener, NULL, NULL)) >= 0;) {
        visit *v = malloc(sizeof *v);
        if (v == NULL)
            abort();
        *v = (visit){m, fd};
        if (pthread_create(&thread, NULL, serve, v) != 0)
            abort();
        pthread_detach(thread);
    }
    return NULL;
}

misbehaving *misbehaving_start(void)
{
    static misbehaving servers[4];
    static int count;
    misbehaving *m = &servers[count++];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_t thread;
    m->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (m->listener < 0 || bind(m->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(m->listener, 128) != 0 ||
        getsockname(m->listener, (struct sockaddr *)&at, &size) != 0 ||
        pthread_create(&thread, NULL, accept_all, m) != 0)
        abort();
    pthread_detach(thread);
    m->port = ntohs(at.sin_port);
    return m;
}
