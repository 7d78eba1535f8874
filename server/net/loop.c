#include "server/net/loop.h"

#include "server/app/limits.h"
#include "server/net/conn.h"
#include "server/net/listen.h"
#include "server/room_host.h"
#include "server/store/quarantine.h"

#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 1000

uint64_t loop_now_ms(const loop *l)
{
    return uv_now(&l->uv);
}

void loop_post(loop *l, loop_msg *msg)
{
    msg->next = NULL;
    uv_mutex_lock(&l->mailbox_lock);
    bool was_empty = l->mailbox_first == NULL;
    if (was_empty)
        l->mailbox_first = msg;
    else
        l->mailbox_last->next = msg;
    l->mailbox_last = msg;
    if (was_empty && !l->stopped)
        uv_async_send(&l->wake);
    uv_mutex_unlock(&l->mailbox_lock);
}

static void on_wake(uv_async_t *wake)
{
    loop *l = wake->data;
    uv_mutex_lock(&l->mailbox_lock);
    loop_msg *msg = l->mailbox_first;
    l->mailbox_first = NULL;
    uv_mutex_unlock(&l->mailbox_lock);
    while (msg != NULL) {
        loop_msg *next = msg->next;
        msg->run(l, msg);
        msg = next;
    }
}

static void on_flush(uv_check_t *check)
{
    loop *l = check->data;
    l->busy_us = 0;
    room_host_flush(l->rooms);
    conn_flush_dirty(l);
}

static void on_tick(uv_timer_t *timer)
{
    loop *l = timer->data;
    conn_tick_all(l);
    room_host_tick(l->rooms);
}

bool loop_init(loop *l, app *a, size_t index, int listen_fd)
{
    memset(l, 0, sizeof *l);
    l->app = a;
    l->index = index;
    l->listen_fd = listen_fd;
    l->recv_buf = malloc(LIMIT_RECV_BYTES);
    l->rooms = room_host_new(l);
    if (l->recv_buf == NULL || l->rooms == NULL || uv_loop_init(&l->uv) != 0 ||
        uv_mutex_init(&l->mailbox_lock) != 0)
        return false;
    l->wake.data = l->flush.data = l->tick.data = l->resume.data = l->hurry.data = l;
    return uv_async_init(&l->uv, &l->wake, on_wake) == 0 && uv_check_init(&l->uv, &l->flush) == 0 &&
           uv_timer_init(&l->uv, &l->resume) == 0 && uv_timer_init(&l->uv, &l->hurry) == 0 &&
           uv_check_start(&l->flush, on_flush) == 0 && uv_timer_init(&l->uv, &l->tick) == 0 &&
           uv_timer_start(&l->tick, on_tick, TICK_MS, TICK_MS) == 0 && conn_loop_init(l) &&
           listen_start(l);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_run(void *loop_arg)
{
    loop *l = loop_arg;
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_mutex_lock(&l->mailbox_lock);
    l->stopped = true;
    uv_mutex_unlock(&l->mailbox_lock);
    /* Stopped: everything that is still open goes, so that a leak checker sees what was lost. */
    conn_close_all(l);
    room_host_free(l->rooms);
    quarantine_forget_all(l);
    uv_walk(&l->uv, close_handle, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
    close(l->sockets_fd);
    free(l->recv_buf);
}

void loop_deinit(loop *l)
{
    uv_mutex_destroy(&l->mailbox_lock);
}

void loop_stop_listening(loop *l)
{
    l->draining = true;
    if (l->listen_fd < 0)
        return;
    uv_poll_stop(&l->listener);
    close(l->listen_fd);
    l->listen_fd = -1;
}

void loop_stop(loop *l)
{
    uv_stop(&l->uv);
}
