/* quarantine.h - a room whose stored bytes are not what was written: it alone is out of service.
 *
 * What can be read of it is handed to host_port.keep_damaged, once for each room in the life of the
 * host.  The stored room is left as it is; every join tries to load it again, so a repaired one
 * works.
 */
#ifndef HOST_QUARANTINE_H
#define HOST_QUARANTINE_H

#include "host/port.h"

struct damaged_room {
    store_loaded loaded; /* the longest run of good rows, or what the engine refuses in part */
    store_damage damage;
    const base_alloc *alloc;
};

/* A room that is out of service; the host's list of them. */
typedef struct quarantined {
    struct quarantined *next;
    store_id id;
} quarantined;

/* damaged_read - where the store is called: what store_salvage can read; `*err` says why not.
 * damaged_of - takes what was loaded but cannot be applied; `loaded` is empty afterwards.
 * Both: NULL, nothing, or no memory. */
damaged_room *damaged_read(const base_alloc *alloc, store_reader *r, const char *id, int *err);
damaged_room *damaged_of(const base_alloc *alloc, store_loaded *loaded);
void damaged_free(damaged_room *d); /* NULL is allowed */

/* quarantine_put - the room is out of service; takes `d`.  quarantine_lift - it could be loaded.
 * quarantine_holds - then there is no use in reading it once more. */
void quarantine_put(room_host *h, damaged_room *d);
void quarantine_lift(room_host *h, const char *id);
bool quarantine_holds(const room_host *h, const char *id);
void quarantine_forget_all(room_host *h);

#endif
