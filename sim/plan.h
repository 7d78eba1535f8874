/* plan.h - all that happens in one run, drawn from a seed before it starts.
 *
 * A plan is a world (clients, limits, kinds of faults) and a list of happenings, each with its time
 * and its own salt for whatever it has to choose.  Nothing else in a run is random, so seed and the
 * kept happenings replay it exactly, and a failure is shrunk by leaving happenings out.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "room/limits.h"
#include "sim/random.h"

#include <stdio.h>

#define PLAN_CLIENTS_MAX 32
#define PLAN_ROOMS_MAX 2

typedef enum client_kind {
    CLIENT_TANDEM,  /* as our page: acks, local copy, "saved" */
    CLIENT_STOCK,   /* as y-websocket: no acks, watchdog */
    CLIENT_VIEWER,  /* as our page, may only look */
    CLIENT_FORGER,  /* knows the protocol and breaks it */
    CLIENT_FLOODER, /* sends as fast as it can */
    CLIENT_DEAF,    /* never reads */
    CLIENT_KINDS,
} client_kind;

/* X(kind, name, needs) - `needs` is the kind of fault that must be on in this world. */
#define HAPPENINGS(X)                                                                              \
    X(ARRIVE, "opens the page", 0)                                                                 \
    X(EDIT, "edits", 0)                                                                            \
    X(CURSOR, "moves the cursor", 0)                                                               \
    X(CUT, "loses the connection", FAULT_NETWORK)                                                  \
    X(PAUSE, "stops reading for a while", FAULT_SLOW_READER)                                       \
    X(NET_SLOW, "the network is slow", FAULT_NETWORK)                                              \
    X(RELOAD, "reloads the page", FAULT_RELOAD)                                                    \
    X(RELOAD_EMPTY, "reloads the page, local copy lost", FAULT_RELOAD)                             \
    X(CLOSE_TAB, "closes the page, opens it later", FAULT_RELOAD)                                  \
    X(KILL, "the process is killed", FAULT_CRASH)                                                  \
    X(POWER, "the power goes", FAULT_POWER)                                                        \
    X(CRASH_AT, "the process is killed at a point of the store", FAULT_CRASH)                      \
    X(POWER_AT, "the power goes at a point of the store", FAULT_POWER)                             \
    X(DRAIN, "the process is asked to stop", FAULT_DRAIN)                                          \
    X(DISK_FULL, "the disk is full", FAULT_DISK)                                                   \
    X(DISK_BUSY, "the file is locked", FAULT_DISK)                                                 \
    X(DISK_SLOW, "the disk is slow", FAULT_DISK)                                                   \
    X(DISK_FAILS, "the disk fails", FAULT_DISK)                                                    \
    X(MEMORY_SHORT, "memory is short", FAULT_MEMORY)                                               \
    X(HOSTILE, "does something hostile", 0)                                                        \
    X(ROLE, "gets another role", FAULT_ROLE)                                                       \
    X(RENAME, "a room is renamed", 0)                                                              \
    X(RESTORE, "a room is restored with a new epoch", FAULT_RESTORE)                               \
    X(DELETE, "a room is deleted", FAULT_DELETE)                                                   \
    X(UNWRITABLE, "a room cannot be written", FAULT_ROOM)                                          \
    X(DAMAGED, "a room cannot be read", FAULT_ROOM)

typedef enum happening_kind {
#define PLAN_ENUM_(name, text, needs) HAPPEN_##name,
    HAPPENINGS(PLAN_ENUM_)
#undef PLAN_ENUM_
        HAPPENINGS_COUNT,
} happening_kind;

enum {
    FAULT_NETWORK = 1 << 0,
    FAULT_SLOW_READER = 1 << 1,
    FAULT_RELOAD = 1 << 2,
    FAULT_CRASH = 1 << 3,
    FAULT_POWER = 1 << 4,
    FAULT_DRAIN = 1 << 5,
    FAULT_DISK = 1 << 6,
    FAULT_MEMORY = 1 << 7,
    FAULT_ROLE = 1 << 8,
    FAULT_RESTORE = 1 << 9,
    FAULT_DELETE = 1 << 10,
    FAULT_HOSTILE = 1 << 11, /* clients of the hostile kinds are there */
    FAULT_BITS_DRAWN = 12,
    FAULT_ROOM = 1 << 12,  /* what is stored of a room is damaged */
    FAULT_RATES = 1 << 13, /* small rates: people are slowed, too */
    FAULT_BITS = 14,
};

typedef struct happening {
    happening_kind kind;
    int64_t at_us;
    uint32_t who;  /* client, or room */
    uint64_t salt; /* of its own choices */
    bool left_out;
} happening;

/* How an edit can be found in the document again, beside asking the engine. */
typedef enum plan_tags {
    TAGS_NONE,
    TAGS_MAP,  /* each edit sets a key of its own in the root map "tags"; nobody deletes keys */
    TAGS_TEXT, /* nobody deletes text, so every tag stands in it */
    TAGS_KINDS,
} plan_tags;

typedef struct plan_client {
    client_kind kind;
    uint32_t room;
    int64_t latency_us;
    size_t window_bytes; /* what the network keeps for it */
} plan_client;

typedef struct plan {
    uint64_t seed;
    unsigned faults;
    bool sqlite;     /* the store: SQLite on the simulated disk, or the one in memory */
    bool may_create; /* a join makes the room; else it is there at the start */
    plan_tags tags;
    limits limits;
    uint32_t room_count;
    uint32_t client_count;
    plan_client clients[PLAN_CLIENTS_MAX];
    int64_t active_us;     /* happenings stop then */
    int64_t commit_us;     /* of a commit on a healthy disk, at most */
    happening *happenings; /* by time */
    size_t count;
} plan;

void plan_init(plan *p, uint64_t seed);
void plan_deinit(plan *p);

const char *happening_name(happening_kind kind);
bool happening_has_client(happening_kind kind);
const char *client_kind_name(client_kind kind);

/* plan_print - the world, and the happenings that are kept. */
void plan_print(const plan *p, FILE *out);

#endif
