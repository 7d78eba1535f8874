/* world.h - one run: the clock, the network, the disk, one server process at a time, and clients.
 *
 * Everything below is driven by world_run, which takes events off the clock one by one; between any
 * two of them the process may die.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/bytes.h"
#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/plan.h"

#include <stdio.h>

/* What a run has seen; the sum over many runs shows that faults do happen. */
#define COUNTS(X)                                                                                  \
    X(JOINS, "connections accepted")                                                               \
    X(PROMISES, "frames and edits told to be saved")                                               \
    X(COMMITS, "commits")                                                                          \
    X(SNAPSHOTS, "snapshots stored")                                                               \
    X(LOADS, "rooms loaded")                                                                       \
    X(KILLS, "process deaths")                                                                     \
    X(MID_CALL, "of them within a call of the store")                                              \
    X(POWER_CUTS, "of them with unflushed writes lost")                                            \
    X(DRAINS, "orderly stops")                                                                     \
    X(STALLS, "commits that had to wait for the disk")                                             \
    X(CUTS, "connections cut")                                                                     \
    X(SLOW, "readers closed for being slow")                                                       \
    X(DEAD, "peers found dead")                                                                    \
    X(REFUSED, "writes refused")                                                                   \
    X(BLAMED, "connections closed for what they sent")                                             \
    X(NO_MEMORY, "allocations failed")                                                             \
    X(PAUSES, "pauses of a socket's reading")                                                      \
    X(BACKLOGS, "notices that much is not stored")                                                 \
    X(GIVEN_UP, "rooms given up, for they could not be written")                                   \
    X(KEPT, "damaged rooms written down")

typedef enum count_kind {
#define COUNT_ENUM_(name, text) COUNT_##name,
    COUNTS(COUNT_ENUM_)
#undef COUNT_ENUM_
        COUNT_KINDS,
} count_kind;

struct loop;
struct client;
struct link;
struct ledger;

typedef struct world {
    const plan *plan;
    sim_clock clock;
    disk disk;
    struct link **links; /* by number; never reused */
    size_t link_count;
    struct loop *server;
    struct client *clients; /* plan->client_count */
    struct ledger *ledger;  /* what was promised */
    int64_t net_slow_until_us;
    bool forged[PLAN_ROOMS_MAX];  /* in this life of the process a forger spoke for another */
    bool spoiled[PLAN_ROOMS_MAX]; /* once it could not be written or read */
    bool quiet;                   /* happenings are over, faults have stopped */
    bool leaving;                 /* at rest: everybody goes home */
    bool over;                    /* the process is not started again */
    int restore_room;             /* while the process is down; -1: none */
    uint64_t hash;                /* of everything that happened, in order */
    uint64_t events;
    uint64_t counts[COUNT_KINDS];
    FILE *trace;  /* or NULL */
    char law[64]; /* that was broken; empty: none */
    char detail[400];
} world;

/* world_run - play the plan to its end.  False: a law was broken; `law` and `detail` say which. */
typedef struct world_result {
    uint64_t hash;
    uint64_t events;
    double simulated_s;
    uint64_t counts[COUNT_KINDS];
    char law[64];
    char detail[400];
} world_result;
bool world_run(const plan *p, FILE *trace, world_result *out);

/* law_broken - note the first law that does not hold; the run ends after this event. */
void law_broken(world *w, const char *law, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool law_is_broken(const world *w)
{
    return w->law[0] != '\0';
}

/* world_note - a line of the trace.  world_mix - make numbers part of the run's hash. */
void world_note(world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void world_mix(world *w, uint64_t a, uint64_t b);
void world_mix_bytes(world *w, bytes s);

int64_t world_wall_ms(const world *w); /* milliseconds since 1970 */

#endif
