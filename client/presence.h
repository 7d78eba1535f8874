/* presence.h - who is here, as one of them knows it: the awareness states that the others tell, and
 * the clock of the own one.
 *
 * Rules: an entry counts when its clock is newer, or the same and it takes a state away.  Who was
 * not heard of for 30 s is gone; the own state is told anew every 15 s.  Nobody takes the own state
 * away: it is told again under a newer clock.
 *
 * Source: y-protocols 1.0.7, awareness.js.
 */
#ifndef CLIENT_PRESENCE_H
#define CLIENT_PRESENCE_H

#include "base/buf.h"

#define PRESENCE_RENEW_US (15 * INT64_C(1000000))
#define PRESENCE_OUTDATED_US (30 * INT64_C(1000000))
#define PRESENCE_STATES_MAX 4096     /* clients that are kept; the server takes far fewer */
#define PRESENCE_BYTES_MAX (1 << 24) /* of all their states */

typedef struct presence_entry {
    uint64_t client;
    uint64_t clock;
    int64_t heard_us;
    bool present;  /* has a state */
    uint8_t *json; /* of others that are present; well-formed if the server's word is good */
    size_t json_bytes;
} presence_entry;

typedef struct presence {
    const base_alloc *alloc;
    uint64_t own; /* client id; entries[0] is of it */
    presence_entry *entries;
    size_t count, cap;
    size_t json_bytes; /* of all */
} presence;

/* presence_init - of the client id `own`, with a state.  Returns BASE_ENOMEM.  `alloc` is borrowed.
 * presence_deinit - also of one that was never initialised but is all zero. */
BASE_MUST_CHECK int presence_init(presence *p, const base_alloc *alloc, uint64_t own,
                                  int64_t now_us);
void presence_deinit(presence *p);

/* presence_renew - the own state is told anew, under a newer clock.  presence_withdraw - likewise,
 * that there is none. */
void presence_renew(presence *p, int64_t now_us);
void presence_withdraw(presence *p, int64_t now_us);

/* presence_clock - of the own state.  presence_put - append the own entry as an awareness update;
 * `json` is the state, unless it was withdrawn. */
uint64_t presence_clock(const presence *p);
void presence_put(const presence *p, bytes json, buf *out);

/* presence_apply - what the server tells.  `*answer`: somebody took the own state away; its clock
 * is newer now, tell it again.  Returns BASE_EMALFORMED, BASE_ELIMIT (too many clients, or states)
 * or BASE_ENOMEM: nothing has changed.  O(bytes + entries told * entries known). */
BASE_MUST_CHECK int presence_apply(presence *p, bytes update, int64_t now_us, bool *answer);

/* presence_alone - the connection is gone, so are the others.  presence_tick - drop who was silent
 * for 30 s; true: the own state is due to be renewed. */
void presence_alone(presence *p);
bool presence_tick(presence *p, int64_t now_us);

/* presence_has - is that client present?  presence_count - how many are, the own one too. */
bool presence_has(const presence *p, uint64_t client);
size_t presence_count(const presence *p);

/* presence_state - what the client shows; empty: nothing, or it is the own one. */
bytes presence_state(const presence *p, uint64_t client);

#endif
