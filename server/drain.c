#include "server/drain.h"

#include "base/crash_point.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/net/listen.h"
#include "server/room_host.h"
#include "server/store/store_thread.h"
#include "server/ws/ws_conn.h"

#include <stdlib.h>

#define POLL_MS 20

typedef struct drain {
    loop_msg msg;  /* first */
    store_job job; /* comes back behind every commit that was queued before it */
    uv_timer_t timer;
    uint64_t deadline_ms;
    bool closed_all;
} drain;

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_poll(uv_timer_t *timer)
{
    drain *d = timer->data;
    loop *l = timer->loop->data;
    bool late = uv_now(&l->uv) >= d->deadline_ms;
    if (!d->closed_all && !late)
        return;
    if (!late && (metric_get(&l->metrics.ws_connections) > 0 || room_host_count(l->rooms) > 0)) {
        room_host_drain(l->rooms); /* again: a request may have opened a room meanwhile */
        return;
    }
    if (late)
        log_event(LOG_WARN, "shutdown did not wait for all",
                  LOG_INT("sockets", metric_get(&l->metrics.ws_connections)),
                  LOG_INT("rooms", room_host_count(l->rooms)));
    loop_stop(l);
    uv_close((uv_handle_t *)timer, on_timer_closed);
}

static void nothing(store *s, store_job *job)
{
    (void)s;
    (void)job;
}

static void on_committed(loop *l, store_job *job)
{
    drain *d = (drain *)(void *)((char *)job - offsetof(drain, job));
    d->closed_all = true;
    CRASH_POINT("drain.committed");
    room_host_drain(l->rooms);
    CRASH_POINT("drain.closed");
}

static void on_drain(loop *l, loop_msg *msg)
{
    drain *d = (drain *)msg;
    CRASH_POINT("drain.begun");
    listen_stop(l);
    ws_conn_stop_all(l);
    room_host_flush(l->rooms);
    d->deadline_ms = uv_now(&l->uv) + LIMIT_SHUTDOWN_MS;
    l->uv.data = l;
    d->timer.data = d;
    uv_timer_init(&l->uv, &d->timer);
    uv_timer_start(&d->timer, on_poll, POLL_MS, POLL_MS);
    d->job.home = l;
    d->job.work = nothing;
    d->job.done = on_committed;
    store_thread_submit(l->app->store, &d->job);
}

void drain_begin(app *a)
{
    for (size_t i = 0; i < a->loop_count; i++) {
        drain *d = calloc(1, sizeof *d);
        if (d == NULL)
            abort();
        d->msg.run = on_drain;
        loop_post(&a->loops[i], &d->msg);
    }
}
