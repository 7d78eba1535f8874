/* clock.c - see clock.h.  A binary heap by time, then by order of asking. */
#include "sim/clock.h"

#include <assert.h>
#include <stdlib.h>

static bool before(const event *a, const event *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->serial < b->serial;
}

void clock_deinit(sim_clock *c)
{
    free(c->heap);
    *c = (sim_clock){0};
}

void clock_at(sim_clock *c, event e)
{
    if (c->count == c->cap) {
        c->cap = c->cap == 0 ? 256 : 2 * c->cap;
        c->heap = realloc(c->heap, c->cap * sizeof *c->heap);
        if (c->heap == NULL)
            abort();
    }
    e.serial = c->serial++;
    if (e.at_us < c->now_us)
        e.at_us = c->now_us;
    size_t i = c->count++;
    for (; i > 0 && before(&e, &c->heap[(i - 1) / 2]); i = (i - 1) / 2)
        c->heap[i] = c->heap[(i - 1) / 2];
    c->heap[i] = e;
}

bool clock_next(sim_clock *c, event *out)
{
    if (c->count == 0)
        return false;
    *out = c->heap[0];
    assert(out->at_us >= c->now_us);
    c->now_us = out->at_us;
    event last = c->heap[--c->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->count; i = child) {
        if (child + 1 < c->count && before(&c->heap[child + 1], &c->heap[child]))
            child++;
        if (!before(&c->heap[child], &last))
            break;
        c->heap[i] = c->heap[child];
    }
    c->heap[i] = last;
    return true;
}

const char *event_name(event_kind kind)
{
    static const char *const names[EVENT_KINDS] = {
        [EVENT_HAPPENING] = "happening",
        [EVENT_CONNECT] = "connect",
        [EVENT_OPENED] = "opened",
        [EVENT_ARRIVE_UP] = "to server",
        [EVENT_ARRIVE_DOWN] = "to client",
        [EVENT_CLOSED_UP] = "server hears close",
        [EVENT_CLOSED_DOWN] = "client hears close",
        [EVENT_CLIENT_TIMER] = "client timer",
        [EVENT_TICK] = "tick",
        [EVENT_STORE_WORK] = "store works",
        [EVENT_STORE_DONE] = "store done",
        [EVENT_STORE_POST] = "store posts",
        [EVENT_DRAIN_POLL] = "drain poll",
        [EVENT_BOOT] = "boot",
        [EVENT_FAULT_ENDS] = "fault ends",
        [EVENT_RESUME] = "resume",
    };
    return names[kind];
}
