/* rooms.h - records of rooms.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_ROOMS_H
#define STORE_SQLITE_ROOMS_H

#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_room_statements;

/* sqlite_room_read - also gives the key by which the other tables know the room. */
BASE_MUST_CHECK int sqlite_room_read(sqlite_store *s, const char *id, store_room *out,
                                     sqlite3_int64 *key);

int sqlite_room_create(store *base, const store_room *room, bytes first_update);
int sqlite_room_get(store_reader *base, const char *id, store_room *out);
int sqlite_room_patch(store *base, const char *id, const store_patch *patch);
int sqlite_room_delete(store *base, const char *id);
int sqlite_room_used(store *base, const char *id, int64_t at_ms);
int sqlite_expired(store_reader *base, int64_t now_ms, store_id *out, size_t max, size_t *count);
int sqlite_rooms(store_reader *base, const char *after, store_id *out, size_t max, size_t *count);

#endif
