/* record.h - making a new room's record. */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include "store/store.h"

/* room_record_init - a Python room without an owner, named like its id.  Its epoch is the
 * caller's to draw. */
void room_record_init(store_room *record, const char *id, int64_t now_ms, int64_t keep_ms);

/* room_record_used_every_ms - how long a use that was written stands for the later ones: an hour,
 * or a quarter of the room's life without use. */
int64_t room_record_used_every_ms(const store_room *record);

/* room_name_valid - may a room be called so by whoever joins first?  Well-formed UTF-8, 1 to 128
 * bytes, no control characters. */
bool room_name_valid(const char *name);

#endif
