/* quarantine.h - what can be read of a damaged room is written to files beside the database, for
 * its people (host/quarantine.h says when).
 *
 *   DATA-quarantine/ROOM-EPOCH.update   the longest good prefix as one Yjs update
 *   DATA-quarantine/ROOM-EPOCH.txt      the text of its files
 */
#ifndef SERVER_STORE_QUARANTINE_H
#define SERVER_STORE_QUARANTINE_H

#include "host/quarantine.h"
#include "server/net/loop.h"

/* quarantine_save - on the room's loop: write the files, off the loop.  Takes `d`. */
void quarantine_save(loop *l, damaged_room *d);

#endif
