/* load.c - a room as a whole: record, snapshot, and the rows of the log behind it. */
#include "store/sqlite/load.h"

#include "base/crash_point.h"
#include "store/sqlite/log.h"
#include "store/sqlite/rooms.h"

int sqlite_load(store_reader *base, const char *id, store_loaded *out)
{
    sqlite_store *s = sqlite_reading(base);
    store_room room;
    store_damage damage;
    sqlite3_int64 key = 0;
    load_builder b;
    int err = sqlite_room_read(s, id, &room, &key);
    if (err != BASE_OK)
        return err;
    load_builder_init(&b, base->alloc);
    err = sqlite_read_snapshot(s, key, &b, &damage);
    CRASH_POINT("load.snapshot");
    if (err == BASE_OK)
        err = sqlite_read_log(s, key, b.snapshot_seq, load_builder_take, &b, &damage);
    if (err == BASE_OK)
        err = load_builder_finish(&b, &room, out);
    load_builder_deinit(&b);
    return err;
}
