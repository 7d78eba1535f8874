/* room_record.h - making a new room's record. */
#ifndef SERVER_ROOM_RECORD_H
#define SERVER_ROOM_RECORD_H

#include "server/app/config.h"
#include "store/store.h"

#define ROOM_RECORD_DAY_MS (INT64_C(24) * 3600 * 1000)

/* room_record_keep_ms - how long a room that says nothing is kept; 0: for ever. */
static inline int64_t room_record_keep_ms(const config *c)
{
    return c->expire_ms > 0 ? c->expire_ms : c->expire_days * ROOM_RECORD_DAY_MS;
}

/* room_record_init - a Python room without an owner, named like its id, with a fresh epoch. */
void room_record_init(store_room *record, const char *id, int64_t now_ms, int64_t keep_ms);

/* room_record_used_every_ms - how long a use that was written stands for the later ones: an hour,
 * or a quarter of the room's life without use. */
int64_t room_record_used_every_ms(const store_room *record);

/* room_name_valid - may a room be called so by whoever joins first?  Well-formed UTF-8, 1 to 128
 * bytes, no control characters. */
bool room_name_valid(const char *name);

#endif
