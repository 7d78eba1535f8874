#include "server/net/loop.h"

#include "base/hash.h"

#include <string.h>

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

static void on_turn(uv_check_t *check)
{
    loop *l = check->data;
    l->hooks->turn(l);
}

static void on_second(uv_timer_t *timer)
{
    loop *l = timer->data;
    l->hooks->second(l);
}

bool loop_init(loop *l, app *a, size_t index, const loop_hooks *hooks)
{
    memset(l, 0, sizeof *l);
    l->app = a;
    l->index = index;
    l->hooks = hooks;
    l->listen_fd = -1;
    if (uv_loop_init(&l->uv) != 0 || uv_mutex_init(&l->mailbox_lock) != 0)
        return false;
    l->wake.data = l->flush.data = l->tick.data = l->resume.data = l->hurry.data = l;
    return uv_async_init(&l->uv, &l->wake, on_wake) == 0 && uv_check_init(&l->uv, &l->flush) == 0 &&
           uv_timer_init(&l->uv, &l->resume) == 0 && uv_timer_init(&l->uv, &l->hurry) == 0 &&
           uv_check_start(&l->flush, on_turn) == 0 && uv_timer_init(&l->uv, &l->tick) == 0 &&
           uv_timer_start(&l->tick, on_second, TICK_MS, TICK_MS) == 0;
}

loop *loop_owner(const app *a, const char *room_id)
{
    /* The low bits choose the place in the thread's table of rooms; the high ones the thread. */
    return &a->loops[(hash_text(room_id) >> 16) % a->loop_count];
}

void loop_run(loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_mutex_lock(&l->mailbox_lock);
    l->stopped = true;
    uv_mutex_unlock(&l->mailbox_lock);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_close(loop *l)
{
    uv_walk(&l->uv, close_handle, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
}

void loop_deinit(loop *l)
{
    uv_mutex_destroy(&l->mailbox_lock);
}

void loop_stop(loop *l)
{
    uv_stop(&l->uv);
}
