/* clock.h - virtual time and what is to happen in it.
 *
 * Events of one moment happen in the order in which they were asked for, so a run depends on
 * nothing but its plan.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS INT64_C(1000)
#define SECOND INT64_C(1000000)

typedef enum event_kind {
    EVENT_HAPPENING,    /* who: index in the plan */
    EVENT_CONNECT,      /* who: link; a client's connection reaches the server */
    EVENT_OPENED,       /* who: link; the client hears that it is open */
    EVENT_ARRIVE_UP,    /* who: link, arg: bytes for the server */
    EVENT_ARRIVE_DOWN,  /* who: link, arg: bytes for the client */
    EVENT_CLOSED_UP,    /* who: link; the server hears that it is closed */
    EVENT_CLOSED_DOWN,  /* who: link; the client does */
    EVENT_CLIENT_TIMER, /* who: client, life; arg: client_timer */
    EVENT_TICK,         /* life: process; once a second */
    EVENT_STORE_WORK,   /* life: process; the store thread wakes */
    EVENT_STORE_DONE,   /* life: process; the call it makes returns */
    EVENT_STORE_POST,   /* life: process; the loop hears of it */
    EVENT_DRAIN_POLL,   /* life: process */
    EVENT_BOOT,         /* life: process that ended; the next one starts */
    EVENT_FAULT_ENDS,   /* arg: happening_kind */
    EVENT_RESUME,       /* who: link, life: process; it may be read again */
    EVENT_KINDS,
} event_kind;

typedef struct event {
    int64_t at_us;
    uint64_t serial;
    event_kind kind;
    uint32_t who;
    uint32_t life; /* of `who` or of the process; an event of an earlier life is void */
    uint64_t arg;
} event;

typedef struct sim_clock {
    int64_t now_us;
    uint64_t serial;
    event *heap;
    size_t count;
    size_t cap;
} sim_clock;

void clock_deinit(sim_clock *c);

/* clock_at - let `e` happen at e->at_us, never before now.  clock_next - the next one, to whose
 * time the clock moves; false: nothing is left. */
void clock_at(sim_clock *c, event e);
bool clock_next(sim_clock *c, event *out);

const char *event_name(event_kind kind);

#endif
