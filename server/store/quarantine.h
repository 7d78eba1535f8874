/* quarantine.h - a room whose stored bytes are not what was written: it alone is out of service,
 * and what can be read of it is written to files beside the database, for its people.
 *
 *   DATA-quarantine/ROOM-EPOCH.update   the longest good prefix as one Yjs update
 *   DATA-quarantine/ROOM-EPOCH.txt      the text of its files
 *
 * The stored room is left as it is; every join tries to load it again, so a repaired one works.
 */
#ifndef SERVER_STORE_QUARANTINE_H
#define SERVER_STORE_QUARANTINE_H

#include "server/net/loop.h"
#include "store/store.h"

typedef struct quarantine quarantine;

/* quarantine_read - on the store thread: what store_salvage can read.  NULL: nothing, or no memory.
 * quarantine_of - takes what was loaded but cannot be applied; `loaded` is empty afterwards. */
quarantine *quarantine_read(store *s, const char *id);
quarantine *quarantine_of(store_loaded *loaded);

/* quarantine_save - on the room's loop: write the files, off the loop, once for each room in the
 * life of the process.  Takes `q`.  quarantine_lift - the room could be loaded. */
void quarantine_save(loop *l, quarantine *q);
void quarantine_lift(loop *l, const char *id);
bool quarantine_holds(loop *l, const char *id); /* then there is no use in reading it once more */
void quarantine_forget_all(loop *l);

#endif
