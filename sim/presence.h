/* presence.h - awareness as a client keeps it.  Source: y-protocols 1.0.7, awareness.js. */
#ifndef SIM_PRESENCE_H
#define SIM_PRESENCE_H

#include "base/buf.h"

#define PRESENCE_RENEW_US (15 * INT64_C(1000000))
#define PRESENCE_OUTDATED_US (30 * INT64_C(1000000))

typedef struct presence_entry {
    uint64_t client;
    uint64_t clock;
    int64_t heard_us;
    bool present; /* has a state */
} presence_entry;

typedef struct presence {
    uint64_t own; /* client id */
    presence_entry *entries;
    size_t count, cap;
} presence;

void presence_init(presence *p, uint64_t own, int64_t now_us);
void presence_deinit(presence *p);

/* presence_set - the own state anew, with a newer clock; absent: it is taken back. */
void presence_set(presence *p, bool present, int64_t now_us);

/* presence_put - append the own entry as an awareness update. */
void presence_put(const presence *p, buf *out);

/* presence_apply - what the server tells.  False: malformed.  `*answer`: somebody took the own
 * state away, tell it again. */
bool presence_apply(presence *p, bytes update, int64_t now_us, bool *answer);

/* presence_alone - the connection is gone, so are the others.  presence_tick - drop who was silent
 * for 30 s; true: the own state is due to be renewed. */
void presence_alone(presence *p);
bool presence_tick(presence *p, int64_t now_us);

bool presence_has(const presence *p, uint64_t client);
size_t presence_count(const presence *p);

#endif
