#include "server/drain.h"

#include "base/crash_point.h"
#include "host/host.h"
#include "host/limits.h"
#include "server/app/log.h"
#include "server/net/listen.h"

#include <stdlib.h>

#define POLL_MS 20

typedef struct drain {
    loop_msg msg; /* first */
    uv_timer_t timer;
    uint64_t deadline_ms;
} drain;

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_poll(uv_timer_t *timer)
{
    drain *d = timer->data;
    loop *l = timer->loop->data;
    uint64_t sockets = metric_get(&l->metrics.ws_connections);
    bool late = loop_now_ms(l) >= d->deadline_ms;
    if (!room_host_drained(l->rooms, (size_t)sockets) && !late)
        return;
    if (late)
        log_event(LOG_WARN, "shutdown did not wait for all", LOG_INT("sockets", sockets),
                  LOG_INT("rooms", room_host_count(l->rooms)));
    loop_stop(l);
    uv_close((uv_handle_t *)timer, on_timer_closed);
}

static void on_drain(loop *l, loop_msg *msg)
{
    drain *d = (drain *)msg;
    CRASH_POINT("drain.begun");
    listen_stop(l);
    d->deadline_ms = loop_now_ms(l) + LIMIT_SHUTDOWN_MS;
    l->uv.data = l;
    d->timer.data = d;
    uv_timer_init(&l->uv, &d->timer);
    uv_timer_start(&d->timer, on_poll, POLL_MS, POLL_MS);
    room_host_drain(l->rooms);
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
