#include "store/sqlite/salvage.h"

#include "store/sqlite/history.h"
#include "store/sqlite/log.h"
#include "store/sqlite/rooms.h"

/* The snapshot and the good rows behind it; without a good snapshot, history from its beginning. */
int sqlite_salvage(store_reader *base, const char *id, store_loaded *out, store_damage *damage)
{
    sqlite_store *s = sqlite_reading(base);
    const store_history_query all = {0, INT64_MIN, SIZE_MAX, SIZE_MAX};
    store_room room;
    store_damage second = {NULL, 0};
    sqlite3_int64 key = 0;
    load_builder b;
    bool more;
    int err = sqlite_room_read(s, id, &room, &key);
    if (err == STORE_ECORRUPT)
        *damage = (store_damage){"record", 0};
    if (err != BASE_OK)
        return err;
    load_builder_init(&b, base->alloc);
    err = sqlite_read_snapshot(s, key, &b, damage);
    if (err == BASE_OK)
        err = sqlite_read_log(s, key, b.snapshot_seq, load_builder_take, &b, damage);
    else if (err == STORE_ECORRUPT)
        err = sqlite_read_history(s, key, &all, &b, &more, &second);
    if (err == BASE_OK || err == STORE_ECORRUPT)
        err = load_builder_finish(&b, &room, out);
    load_builder_deinit(&b);
    return err;
}
