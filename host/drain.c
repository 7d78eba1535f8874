/* Leaving without loss: host.h, room_host_drain. */
#include "base/crash_point.h"
#include "host/host.h"
#include "host/member.h"
#include "host/sessions.h"
#include "host/table.h"

/* What was read so far will be acknowledged before they are closed. */
static void stop_reading(room_host *h)
{
    for (size_t i = 0; i < h->slot_count; i++) {
        host_member *m = h->slots[i].session != 0 ? h->slots[i].member : NULL;
        if (m == NULL || m->pace.closing_ms != 0)
            continue;
        m->stopped = true;
        h->port.stop(m);
    }
}

static void close_rooms(room_host *h)
{
    for (size_t i = 0; i < h->bucket_count; i++) {
        for (hosted *at = h->buckets[i], *next; at != NULL; at = next) {
            next = at->bucket_next;
            room_close_all(at->room, WS_CLOSE_RESTART, "the server restarts", host_now_ms(h));
            hosted_maybe_free(at);
        }
    }
}

static void nothing(store *s, store_job *job)
{
    (void)s;
    (void)job;
}

/* The job comes back behind every commit that was queued before it. */
static void on_committed(loop *l, store_job *job)
{
    room_host *h = (room_host *)(void *)((char *)job - offsetof(room_host, barrier));
    (void)l;
    h->draining = DRAIN_CLOSING;
    CRASH_POINT("drain.committed");
    close_rooms(h);
    CRASH_POINT("drain.closed");
}

void room_host_drain(room_host *h)
{
    h->draining = DRAIN_COMMITTING;
    stop_reading(h);
    room_host_flush(h);
    h->barrier = (store_job){.home = h->home, .write = nothing, .done = on_committed};
    h->port.submit(h->port.ctx, &h->barrier);
}

bool room_host_drained(room_host *h, size_t sockets)
{
    if (h->draining != DRAIN_CLOSING)
        return false;
    if (sockets == 0 && h->count == 0)
        return true;
    close_rooms(h); /* again: a request may have opened a room meanwhile */
    return false;
}

bool room_host_is_draining(const room_host *h)
{
    return h->draining != DRAIN_NOT;
}
