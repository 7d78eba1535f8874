/* rooms.c - records of rooms.
 *
 * A deleted room is one whose id is the character U+0001 and its key: no room can be called so, no
 * reader finds it, and upkeep.c takes it apart.
 */
#include "store/sqlite/rooms.h"

#include "base/crash_point.h"
#include "store/sqlite/log.h"

#define STATEMENTS(X)                                                                              \
    X(CREATE, "INSERT INTO rooms (id, name, language, epoch, owner_key_hash, created_at_ms,"       \
              " used_at_ms, keep_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                     \
    X(GET, "SELECT key, id, name, language, epoch, owner_key_hash, created_at_ms, used_at_ms,"     \
           " keep_ms FROM rooms WHERE id = ?1")                                                    \
    X(SET_NAME, "UPDATE rooms SET name = ?2 WHERE id = ?1")                                        \
    X(SET_KEEP, "UPDATE rooms SET keep_ms = ?2 WHERE id = ?1")                                     \
    X(SET_USED, "UPDATE rooms SET used_at_ms = max(used_at_ms, ?2) WHERE id = ?1")                 \
    X(DELETE, "UPDATE rooms SET id = char(1) || key, keep_ms = 0 WHERE id = ?1")                   \
    X(EXPIRED, "SELECT id FROM rooms WHERE keep_ms > 0 AND used_at_ms + keep_ms < ?1"              \
               " ORDER BY used_at_ms + keep_ms LIMIT ?2")                                          \
    X(LIST, "SELECT id FROM rooms WHERE id > ?1 AND id NOT BETWEEN char(1) AND char(2)"            \
            " ORDER BY id LIMIT ?2")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_room_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_ROOMS][at];
}

/* An UPDATE or DELETE of one room as a transaction of its own. */
static int change_room(sqlite_store *s, sqlite3_stmt *q)
{
    int err = sqlite_begin(s);
    if (err != BASE_OK) {
        sqlite3_clear_bindings(q);
        return err;
    }
    err = sqlite_run(q);
    CRASH_POINT("change.statement");
    if (err == BASE_OK && sqlite3_changes(s->db) == 0)
        err = STORE_ENOTFOUND;
    return sqlite_end(s, err);
}

int sqlite_room_create(store *base, const store_room *room, bytes first_update)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_stmt *q = statement(s, Q_CREATE);
    int err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    sqlite_bind_str(q, 1, room->id);
    sqlite_bind_str(q, 2, room->name);
    sqlite_bind_str(q, 3, room->language);
    sqlite_bind_bytes(q, 4, bytes_of(room->epoch, sizeof room->epoch));
    if (room->has_owner_key)
        sqlite_bind_bytes(q, 5, bytes_of(room->owner_key_hash, sizeof room->owner_key_hash));
    sqlite3_bind_int64(q, 6, room->created_at_ms);
    sqlite3_bind_int64(q, 7, room->used_at_ms);
    sqlite3_bind_int64(q, 8, room->keep_ms);
    err = sqlite_run(q);
    CRASH_POINT("create.record");
    if (err == BASE_OK && first_update.len_bytes > 0) {
        store_row row = {
            .room_id = room->id, .seq = 1, .at_ms = room->created_at_ms, .update = first_update};
        err = sqlite_append_row(s, &row);
    }
    return sqlite_end(s, err);
}

int sqlite_room_read(sqlite_store *s, const char *id, store_room *out, sqlite3_int64 *key)
{
    sqlite3_stmt *q = statement(s, Q_GET);
    sqlite_bind_str(q, 1, id);
    int rc = sqlite3_step(q);
    int err = rc == SQLITE_DONE ? STORE_ENOTFOUND : sqlite_err(rc);
    if (rc == SQLITE_ROW) {
        store_room room = {.id = ""};
        bytes epoch = sqlite_bytes(q, 4), hash = sqlite_bytes(q, 5);
        *key = sqlite3_column_int64(q, 0);
        room.has_owner_key = hash.len_bytes > 0;
        room.created_at_ms = sqlite3_column_int64(q, 6);
        room.used_at_ms = sqlite3_column_int64(q, 7);
        room.keep_ms = sqlite3_column_int64(q, 8);
        if (!sqlite_copy_text(q, 1, room.id, sizeof room.id) ||
            !sqlite_copy_text(q, 2, room.name, sizeof room.name) ||
            !sqlite_copy_text(q, 3, room.language, sizeof room.language) ||
            epoch.len_bytes != sizeof room.epoch ||
            (room.has_owner_key && hash.len_bytes != sizeof room.owner_key_hash)) {
            err = STORE_ECORRUPT;
        } else {
            memcpy(room.epoch, epoch.ptr, sizeof room.epoch);
            if (room.has_owner_key)
                memcpy(room.owner_key_hash, hash.ptr, sizeof room.owner_key_hash);
            *out = room;
        }
    }
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return err;
}

int sqlite_room_get(store_reader *base, const char *id, store_room *out)
{
    sqlite3_int64 key = 0;
    return sqlite_room_read(sqlite_reading(base), id, out, &key);
}

int sqlite_room_patch(store *base, const char *id, const store_patch *patch)
{
    sqlite_store *s = sqlite_self(base);
    store_room room;
    sqlite3_int64 key = 0;
    int err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    err = sqlite_room_read(s, id, &room, &key);
    if (err == BASE_OK && patch->set_name) {
        sqlite_bind_str(statement(s, Q_SET_NAME), 1, id);
        sqlite_bind_str(statement(s, Q_SET_NAME), 2, patch->name);
        err = sqlite_run(statement(s, Q_SET_NAME));
    }
    if (err == BASE_OK && patch->set_keep_ms) {
        sqlite_bind_str(statement(s, Q_SET_KEEP), 1, id);
        sqlite3_bind_int64(statement(s, Q_SET_KEEP), 2, patch->keep_ms);
        err = sqlite_run(statement(s, Q_SET_KEEP));
    }
    return sqlite_end(s, err);
}

int sqlite_room_delete(store *base, const char *id)
{
    sqlite_store *s = sqlite_self(base);
    sqlite_bind_str(statement(s, Q_DELETE), 1, id);
    return change_room(s, statement(s, Q_DELETE));
}

int sqlite_room_used(store *base, const char *id, int64_t at_ms)
{
    sqlite_store *s = sqlite_self(base);
    sqlite_bind_str(statement(s, Q_SET_USED), 1, id);
    sqlite3_bind_int64(statement(s, Q_SET_USED), 2, at_ms);
    return change_room(s, statement(s, Q_SET_USED));
}

/* Ids, as many as fit, of a query that was bound. */
static int read_ids(sqlite3_stmt *q, store_id *out, size_t max, size_t *count)
{
    int rc;
    *count = 0;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW && *count < max)
        if (sqlite_copy_text(q, 0, out[*count].text, sizeof out->text))
            ++*count;
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return sqlite_err(rc);
}

int sqlite_expired(store_reader *base, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    sqlite3_stmt *q = statement(sqlite_reading(base), Q_EXPIRED);
    sqlite3_bind_int64(q, 1, now_ms);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)max);
    return read_ids(q, out, max, count);
}

int sqlite_rooms(store_reader *base, const char *after, store_id *out, size_t max, size_t *count)
{
    sqlite3_stmt *q = statement(sqlite_reading(base), Q_LIST);
    sqlite_bind_str(q, 1, after);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)max);
    return read_ids(q, out, max, count);
}
