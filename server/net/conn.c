#include "server/net/conn.h"

#include "base/crash_point.h"
#include "server/app/limits.h"
#include "server/net/address_book.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Tells the loop's set what this socket waits for now.  One that is not read still hears that its
 * peer has ended (FIN, told once) or is gone (reset: EPOLLERR is always told).  false: there is no
 * memory for it in the kernel. */
static bool watch(conn *c)
{
    uint32_t ended = c->ended ? 0u : EPOLLRDHUP;
    uint32_t events = EPOLLERR | (c->no_input ? ended : EPOLLIN) | (c->full ? EPOLLOUT : 0u);
    if (c->closed || events == c->watched)
        return true;
    struct epoll_event event = {.events = events, .data.ptr = c};
    int op = c->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(c->loop->sockets_fd, op, c->fd, &event) != 0)
        return false;
    c->watched = events;
    return true;
}

static void watch_again(conn *c)
{
    if (!watch(c))
        conn_close_after_writing(c);
}

bool conn_init(conn *c, loop *l, int fd, const conn_ops *ops, const peer *from)
{
    c->loop = l;
    c->fd = fd;
    if (!watch(c))
        return false;
    c->ops = ops;
    c->peer = *from;
    c->recv_bytes = LIMIT_RECV_BYTES;
    c->next = l->conns;
    if (c->next != NULL)
        c->next->prev = c;
    l->conns = c;
    return true;
}

/* ------------------------------------------------------------------------------- closing --- */

static void unlist(conn *c)
{
    loop *l = c->loop;
    if (!c->listed)
        return;
    if (c->paused_prev != NULL)
        c->paused_prev->paused_next = c->paused_next;
    else if (l->paused == c)
        l->paused = c->paused_next;
    else
        l->resuming = c->paused_next;
    if (c->paused_next != NULL)
        c->paused_next->paused_prev = c->paused_prev;
    c->paused_prev = c->paused_next = NULL;
    c->listed = false;
    metric_add(&l->metrics.paused_sockets, (uint64_t)-1);
}

static void detach(conn *c)
{
    loop *l = c->loop;
    c->closed = true;
    unlist(c);
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        l->conns = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    outq_deinit(&c->out);
    c->ops->gone(c);
    if (c->watched != 0)
        epoll_ctl(l->sockets_fd, EPOLL_CTL_DEL, c->fd, NULL);
    /* Events of this turn, and its list of dirty ones, may still point here: the end of the turn
     * frees it. */
    c->next = l->gone;
    l->gone = c;
}

static void free_gone(loop *l)
{
    for (conn *c = l->gone, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    l->gone = NULL;
}

int conn_release_fd(conn *c)
{
    int fd = c->fd;
    detach(c);
    return fd;
}

void conn_close(conn *c)
{
    if (c->closed)
        return;
    peer from = c->peer;
    int fd = conn_release_fd(c);
    conn_forget_peer(c->loop->app, &from);
    close(fd);
}

void conn_reset(conn *c)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (!c->closed)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    conn_close(c);
}

void conn_forget_peer(app *a, const peer *from)
{
    if (from->counted)
        address_book_remove(a->addresses, &from->key);
    address_book_close(a->addresses);
}

void conn_close_after_writing(conn *c)
{
    c->close_out = true;
    if (!c->closed && !c->dirty) {
        c->dirty = true;
        c->dirty_next = c->loop->dirty;
        c->loop->dirty = c;
    }
}

void conn_close_all(loop *l)
{
    while (l->conns != NULL)
        conn_close(l->conns);
    l->dirty = NULL;
    free_gone(l);
}

/* ------------------------------------------------------------------------------- sending --- */

static void queued(conn *c, bool ok)
{
    if (!ok) {
        /* The peer resyncs when it comes back; the process lives. */
        c->close_out = true;
        outq_deinit(&c->out);
    }
    if (c->dirty || (c->full && ok))
        return;
    c->dirty = true;
    c->dirty_next = c->loop->dirty;
    c->loop->dirty = c;
}

void conn_send_frame(conn *c, frame *f)
{
    if (!c->closed && !c->close_out)
        queued(c, outq_put_frame(&c->out, f));
}

void conn_send_newest(conn *c, frame *f, uint64_t key)
{
    /* While the socket takes everything there is nothing older to replace. */
    if (!c->closed && !c->close_out)
        queued(c, outq_put_newest(&c->out, f, key));
}

void conn_send_heap(conn *c, void *block, size_t len_bytes)
{
    if (c->closed) {
        free(block);
        return;
    }
    /* Without memory the connection closes: what follows would not be understood. */
    bool ok = block != NULL && outq_put_heap(&c->out, block, len_bytes);
    if (!ok)
        free(block);
    queued(c, ok);
}

void conn_send_copy(conn *c, const void *ptr, size_t len_bytes)
{
    void *block = malloc(len_bytes + (len_bytes == 0));
    if (block != NULL && len_bytes > 0)
        memcpy(block, ptr, len_bytes);
    conn_send_heap(c, block, len_bytes);
}

void conn_send_static(conn *c, bytes view)
{
    if (!c->closed)
        queued(c, outq_put_static(&c->out, view));
}

/* Writes what the socket takes.  false: the connection was closed. */
static bool write_some(conn *c)
{
    while (c->out.count > 0) {
        struct iovec slices[LIMIT_SEND_FRAMES];
        size_t n = outq_peek(&c->out, slices, LIMIT_SEND_FRAMES);
        struct msghdr msg = {.msg_iov = slices, .msg_iovlen = n};
        size_t offered = 0;
        for (size_t i = 0; i < n; i++)
            offered += slices[i].iov_len;
        ssize_t sent = sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            conn_close(c);
            return false;
        }
        if (sent > 0) {
            c->progress_ms = loop_now_ms(c->loop);
            outq_wrote(&c->out, (size_t)sent);
            metric_add(&c->loop->metrics.bytes_out_total, (uint64_t)sent);
        }
        if (sent < 0 || (size_t)sent < offered)
            return true;
    }
    return true;
}

static void part(conn *c)
{
    if (c->parting_ms != 0)
        return;
    c->parting_ms = loop_now_ms(c->loop) + LIMIT_CLOSE_MS;
    shutdown(c->fd, SHUT_WR);
    conn_resume_input(c);
}

static void flush_one(conn *c)
{
    if (c->closed || !write_some(c))
        return;
    bool full = c->out.count > 0;
    if (full != c->full) {
        c->full = full;
        if (full)
            c->progress_ms = loop_now_ms(c->loop);
        watch_again(c);
    }
    if (full)
        return;
    if (c->close_out) {
        part(c);
        return;
    }
    c->ops->drained(c);
}

void conn_flush_dirty(loop *l)
{
    while (l->dirty != NULL) {
        CRASH_POINT("flush.next");
        conn *c = l->dirty;
        l->dirty = c->dirty_next;
        c->dirty = false;
        flush_one(c);
    }
    free_gone(l);
}

/* ------------------------------------------------------------------------------- reading --- */

static void read_some(conn *c)
{
    loop *l = c->loop;
    ssize_t n = recv(c->fd, l->recv_buf, c->recv_bytes, MSG_DONTWAIT);
    if (n > 0) {
        metric_add(&l->metrics.bytes_in_total, (uint64_t)n);
        if (c->parting_ms == 0)
            c->ops->input(c, l->recv_buf, (size_t)n);
    } else if (n == 0) {
        c->ended = true;
        if (c->parting_ms != 0 || c->ops->ended == NULL || !c->ops->ended(c))
            conn_close(c);
    } else if (errno != EAGAIN && errno != EINTR) {
        conn_close(c);
    }
}

/* The peer has ended its side while it is not read; what it sent before is still to be read. */
static void ended_unread(conn *c)
{
    c->ended = true;
    watch_again(c);
    if (c->ops->ended != NULL)
        (void)c->ops->ended(c);
}

static void on_events(conn *c, uint32_t events)
{
    if (c->closed)
        return;
    if ((events & EPOLLERR) != 0 || ((events & EPOLLHUP) != 0 && c->no_input)) {
        conn_close(c);
        return;
    }
    if ((events & (EPOLLOUT | EPOLLHUP)) != 0 && c->full)
        flush_one(c);
    if (c->closed)
        return;
    if (c->no_input) {
        if ((events & EPOLLRDHUP) != 0 && !c->ended)
            ended_unread(c);
        return;
    }
    if ((events & (EPOLLIN | EPOLLHUP)) == 0)
        return;
    loop *l = c->loop;
    if (!c->busy) {
        read_some(c);
    } else if (l->busy_us < LIMIT_BUSY_TURN_US) {
        uint64_t start_us = uv_hrtime() / 1000;
        read_some(c);
        l->busy_us += uv_hrtime() / 1000 - start_us;
    }
}

static void on_sockets(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct epoll_event ready[LIMIT_TURN_EVENTS];
    loop *l = poll->data;
    int n = epoll_wait(l->sockets_fd, ready, LIMIT_TURN_EVENTS, 0);
    for (int i = 0; i < n; i++)
        on_events(ready[i].data.ptr, ready[i].events);
}

bool conn_loop_init(loop *l)
{
    l->sockets_fd = epoll_create1(EPOLL_CLOEXEC);
    l->sockets.data = l;
    l->recv_buf = malloc(LIMIT_RECV_BYTES);
    return l->recv_buf != NULL && l->sockets_fd >= 0 &&
           uv_poll_init(&l->uv, &l->sockets, l->sockets_fd) == 0 &&
           uv_poll_start(&l->sockets, UV_READABLE, on_sockets) == 0;
}

void conn_loop_deinit(loop *l)
{
    close(l->sockets_fd);
    free(l->recv_buf);
}

void conn_pause_input(conn *c)
{
    if (c->no_input)
        return;
    c->no_input = true;
    watch_again(c);
}

void conn_resume_input(conn *c)
{
    if (!c->no_input)
        return;
    c->no_input = false;
    watch_again(c);
}

/* -------------------------------------------------------------------------------- pausing --- */

/* May this paused connection be read again?  It is in no list. */
static void look_again(conn *c, uint64_t now_ms)
{
    if (now_ms < c->paused_ms) {
        conn_pause_for(c, c->paused_ms - now_ms);
        return;
    }
    c->paused_ms = 0;
    if (c->ops->resumed != NULL)
        c->ops->resumed(c);
    if (!c->closed && c->paused_ms == 0)
        conn_resume_input(c);
}

static void on_resume(uv_timer_t *timer)
{
    loop *l = timer->data;
    uint64_t now_ms = loop_now_ms(l);
    l->resuming = l->paused;
    l->paused = NULL;
    for (conn *c; (c = l->resuming) != NULL;) {
        unlist(c);
        look_again(c, now_ms);
    }
    if (l->paused == NULL)
        uv_timer_stop(timer);
}

void conn_pause_for(conn *c, uint64_t ms)
{
    loop *l = c->loop;
    if (c->closed)
        return;
    conn_pause_input(c);
    c->paused_ms = loop_now_ms(l) + ms + (ms == 0);
    if (c->listed)
        return;
    c->listed = true;
    metric_add(&l->metrics.paused_sockets, 1);
    c->paused_next = l->paused;
    if (l->paused != NULL)
        l->paused->paused_prev = c;
    l->paused = c;
    if (!uv_is_active((uv_handle_t *)&l->resume))
        uv_timer_start(&l->resume, on_resume, LIMIT_RESUME_MS, LIMIT_RESUME_MS);
}

void conn_drop_queue(conn *c)
{
    outq_drop_unsent(&c->out);
}

/* -------------------------------------------------------------------------------- the loop --- */

/* All sockets of this loop together hold more than their share: those that hold much go. */
static void shed_all(loop *l)
{
    for (conn *c = l->conns, *next; c != NULL; c = next) {
        next = c->next;
        c->ops->shed(c);
    }
}

void conn_tick_all(loop *l)
{
    uint64_t now_ms = loop_now_ms(l), queued_bytes = 0, held_bytes = 0;
    for (conn *c = l->conns, *next; c != NULL; c = next) {
        next = c->next;
        queued_bytes += c->out.queued_bytes;
        held_bytes += c->ops->held_bytes(c);
        if (c->parting_ms == 0)
            c->ops->tick(c, now_ms);
        else if (now_ms > c->parting_ms)
            conn_close(c);
    }
    metric_set(&l->metrics.queue_bytes, queued_bytes);
    metric_set(&l->metrics.sockets_bytes, held_bytes);
    if (held_bytes > l->app->limits.sockets_bytes / l->app->loop_count)
        shed_all(l);
}
