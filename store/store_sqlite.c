/* store_sqlite.c - the store in one SQLite file.
 *
 * WAL with synchronous = FULL: COMMIT returns when the log is flushed; NORMAL may lose the last
 * commits with the power.  The file is locked exclusively, because two servers on one file would
 * number one room's rows twice.  Schema versions are steps in `migrations`; user_version counts
 * those done, application_id says that the file is ours.
 */
#include "base/crash_point.h"
#include "store/crash_sqlite.h"
#include "store/impl.h"
#include "store/store.h"

#include <sqlite3.h>

#define APPLICATION_ID 0x546E646D /* "Tndm" */
#define RETRY_MS 2000
#define RETRY_STEP_MS 10

static const char *const migrations[] = {
    "CREATE TABLE rooms ("
    " key INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL,"
    " language TEXT NOT NULL,"
    " epoch BLOB NOT NULL,"
    " owner_key_hash BLOB,"
    " created_at_ms INTEGER NOT NULL,"
    " used_at_ms INTEGER NOT NULL,"
    " keep_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX rooms_by_expiry ON rooms (used_at_ms + keep_ms) WHERE keep_ms > 0;"
    "CREATE TABLE log ("
    " room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,"
    " seq INTEGER NOT NULL,"
    " author INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " crc32c INTEGER NOT NULL,"
    " bytes BLOB NOT NULL,"
    " PRIMARY KEY (room, seq)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE snapshots ("
    " room INTEGER PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,"
    " upto_seq INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " crc32c INTEGER NOT NULL,"
    " bytes BLOB NOT NULL"
    ") STRICT;",
};

#define SCHEMA_VERSION ((int)(sizeof migrations / sizeof *migrations))

#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(CREATE, "INSERT INTO rooms (id, name, language, epoch, owner_key_hash, created_at_ms,"       \
              " used_at_ms, keep_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                     \
    X(GET, "SELECT key, id, name, language, epoch, owner_key_hash, created_at_ms, used_at_ms,"     \
           " keep_ms FROM rooms WHERE id = ?1")                                                    \
    X(SET_NAME, "UPDATE rooms SET name = ?2 WHERE id = ?1")                                        \
    X(SET_KEEP, "UPDATE rooms SET keep_ms = ?2 WHERE id = ?1")                                     \
    X(SET_USED, "UPDATE rooms SET used_at_ms = max(used_at_ms, ?2) WHERE id = ?1")                 \
    X(DELETE, "DELETE FROM rooms WHERE id = ?1")                                                   \
    X(APPEND, "INSERT INTO log (room, seq, author, at_ms, crc32c, bytes)"                          \
              " SELECT key, ?2, ?3, ?4, ?5, ?6 FROM rooms WHERE id = ?1")                          \
    X(TAIL, "SELECT seq, author, at_ms, crc32c, bytes FROM log WHERE room = ?1 AND seq > ?2"       \
            " ORDER BY seq")                                                                       \
    X(SNAPSHOT_GET, "SELECT upto_seq, crc32c, bytes FROM snapshots WHERE room = ?1")               \
    X(SNAPSHOT_SEQ, "SELECT key, coalesce((SELECT upto_seq FROM snapshots WHERE room = key), 0)"   \
                    " FROM rooms WHERE id = ?1")                                                   \
    X(SNAPSHOT_PUT, "INSERT OR REPLACE INTO snapshots (room, upto_seq, at_ms, crc32c, bytes)"      \
                    " VALUES (?1, ?2, ?3, ?4, ?5)")                                                \
    X(EXPIRED, "SELECT id FROM rooms WHERE keep_ms > 0 AND used_at_ms + keep_ms < ?1"              \
               " ORDER BY used_at_ms + keep_ms LIMIT ?2")                                          \
    X(PING, "SELECT count(*) FROM (SELECT 1 FROM rooms LIMIT 1)")

enum {
#define STATEMENT_ENUM_(name, sql) Q_##name,
    STATEMENTS(STATEMENT_ENUM_)
#undef STATEMENT_ENUM_
        Q_COUNT,
};

typedef struct sqlite_store {
    store base;
    sqlite3 *db;
    sqlite3_stmt *q[Q_COUNT];
} sqlite_store;

static sqlite_store *self(store *s)
{
    return (sqlite_store *)(void *)s;
}

static int err_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return BASE_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_EBUSY;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
        return STORE_EFULL;
    case SQLITE_CORRUPT:
        return STORE_ECORRUPT;
    case SQLITE_NOTADB:
        return STORE_EVERSION;
    case SQLITE_NOMEM:
        return BASE_ENOMEM;
    case SQLITE_CONSTRAINT:
        return STORE_EEXISTS;
    default:
        return STORE_EIO;
    }
}

/* Step once and make the statement ready again; for statements without results. */
static int run(sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return err_of(rc);
}

static int begin(sqlite_store *s)
{
    int err = run(s->q[Q_BEGIN]);
    for (int waited_ms = 0; err == STORE_EBUSY && waited_ms < RETRY_MS;
         waited_ms += RETRY_STEP_MS) {
        sqlite3_sleep(RETRY_STEP_MS);
        err = run(s->q[Q_BEGIN]);
    }
    return err;
}

/* Commit when all went well, else roll back; a commit that fails leaves nothing behind either. */
static int end(sqlite_store *s, int err)
{
    CRASH_POINT("commit.before");
    if (err == BASE_OK)
        err = run(s->q[Q_COMMIT]);
    CRASH_POINT("commit.after");
    if (err != BASE_OK && !sqlite3_get_autocommit(s->db))
        (void)run(s->q[Q_ROLLBACK]);
    return err;
}

static void bind_text(sqlite3_stmt *q, int at, const char *text)
{
    sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC);
}

static void bind_blob(sqlite3_stmt *q, int at, bytes s)
{
    sqlite3_bind_blob64(q, at, s.len_bytes > 0 ? (const void *)s.ptr : "", s.len_bytes,
                        SQLITE_STATIC);
}

static bytes column_blob(sqlite3_stmt *q, int at)
{
    const void *ptr = sqlite3_column_blob(q, at);
    return bytes_of(ptr, (size_t)sqlite3_column_bytes(q, at));
}

/* An UPDATE or DELETE of one room as a transaction of its own. */
static int change_room(sqlite_store *s, sqlite3_stmt *q)
{
    int err = begin(s);
    if (err != BASE_OK) {
        sqlite3_clear_bindings(q);
        return err;
    }
    err = run(q);
    CRASH_POINT("change.statement");
    if (err == BASE_OK && sqlite3_changes(s->db) == 0)
        err = STORE_ENOTFOUND;
    return end(s, err);
}

static int append_row(sqlite_store *s, store_row *row)
{
    sqlite3_stmt *q = s->q[Q_APPEND];
    bind_text(q, 1, row->room_id);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)row->seq);
    sqlite3_bind_int64(q, 3, (sqlite3_int64)row->author);
    sqlite3_bind_int64(q, 4, row->at_ms);
    sqlite3_bind_int64(q, 5, crc32c(row->update));
    bind_blob(q, 6, row->update);
    int err = run(q);
    row->gone = err == BASE_OK && sqlite3_changes(s->db) == 0;
    CRASH_POINT("append.row");
    return err;
}

static int sqlite_room_create(store *base, const store_room *room, bytes first_update)
{
    sqlite_store *s = self(base);
    sqlite3_stmt *q = s->q[Q_CREATE];
    int err = begin(s);
    if (err != BASE_OK)
        return err;
    bind_text(q, 1, room->id);
    bind_text(q, 2, room->name);
    bind_text(q, 3, room->language);
    bind_blob(q, 4, bytes_of(room->epoch, sizeof room->epoch));
    if (room->has_owner_key)
        bind_blob(q, 5, bytes_of(room->owner_key_hash, sizeof room->owner_key_hash));
    sqlite3_bind_int64(q, 6, room->created_at_ms);
    sqlite3_bind_int64(q, 7, room->used_at_ms);
    sqlite3_bind_int64(q, 8, room->keep_ms);
    err = run(q);
    CRASH_POINT("create.record");
    if (err == BASE_OK && first_update.len_bytes > 0) {
        store_row row = {
            .room_id = room->id, .seq = 1, .at_ms = room->created_at_ms, .update = first_update};
        err = append_row(s, &row);
    }
    return end(s, err);
}

static bool copy_text(sqlite3_stmt *q, int at, char *out, size_t cap)
{
    const unsigned char *text = sqlite3_column_text(q, at);
    if (text == NULL)
        return false;
    return snprintf(out, cap, "%s", (const char *)text) < (int)cap;
}

/* The record of `id` and its key. */
static int read_room(sqlite_store *s, const char *id, store_room *out, sqlite3_int64 *key)
{
    sqlite3_stmt *q = s->q[Q_GET];
    bind_text(q, 1, id);
    int rc = sqlite3_step(q);
    int err = rc == SQLITE_DONE ? STORE_ENOTFOUND : err_of(rc);
    if (rc == SQLITE_ROW) {
        store_room room = {.id = ""};
        bytes epoch = column_blob(q, 4), hash = column_blob(q, 5);
        *key = sqlite3_column_int64(q, 0);
        room.has_owner_key = hash.len_bytes > 0;
        room.created_at_ms = sqlite3_column_int64(q, 6);
        room.used_at_ms = sqlite3_column_int64(q, 7);
        room.keep_ms = sqlite3_column_int64(q, 8);
        if (!copy_text(q, 1, room.id, sizeof room.id) ||
            !copy_text(q, 2, room.name, sizeof room.name) ||
            !copy_text(q, 3, room.language, sizeof room.language) ||
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

static int sqlite_room_get(store *base, const char *id, store_room *out)
{
    sqlite3_int64 key = 0;
    return read_room(self(base), id, out, &key);
}

static int sqlite_room_patch(store *base, const char *id, const store_patch *patch)
{
    sqlite_store *s = self(base);
    store_room room;
    sqlite3_int64 key = 0;
    int err = begin(s);
    if (err != BASE_OK)
        return err;
    err = read_room(s, id, &room, &key);
    if (err == BASE_OK && patch->set_name) {
        bind_text(s->q[Q_SET_NAME], 1, id);
        bind_text(s->q[Q_SET_NAME], 2, patch->name);
        err = run(s->q[Q_SET_NAME]);
    }
    if (err == BASE_OK && patch->set_keep_ms) {
        bind_text(s->q[Q_SET_KEEP], 1, id);
        sqlite3_bind_int64(s->q[Q_SET_KEEP], 2, patch->keep_ms);
        err = run(s->q[Q_SET_KEEP]);
    }
    return end(s, err);
}

static int sqlite_room_delete(store *base, const char *id)
{
    sqlite_store *s = self(base);
    bind_text(s->q[Q_DELETE], 1, id);
    return change_room(s, s->q[Q_DELETE]);
}

static int sqlite_room_used(store *base, const char *id, int64_t at_ms)
{
    sqlite_store *s = self(base);
    bind_text(s->q[Q_SET_USED], 1, id);
    sqlite3_bind_int64(s->q[Q_SET_USED], 2, at_ms);
    return change_room(s, s->q[Q_SET_USED]);
}

static int load_snapshot(sqlite_store *s, sqlite3_int64 key, load_builder *b)
{
    sqlite3_stmt *q = s->q[Q_SNAPSHOT_GET];
    sqlite3_bind_int64(q, 1, key);
    int rc = sqlite3_step(q);
    int err = err_of(rc);
    if (rc == SQLITE_ROW) {
        bytes state = column_blob(q, 2);
        if (crc32c(state) != (uint64_t)sqlite3_column_int64(q, 1))
            err = STORE_ECORRUPT;
        else
            load_builder_snapshot(b, (uint64_t)sqlite3_column_int64(q, 0), state);
    }
    sqlite3_reset(q);
    return err;
}

static int load_tail(sqlite_store *s, sqlite3_int64 key, load_builder *b)
{
    sqlite3_stmt *q = s->q[Q_TAIL];
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)b->snapshot_seq);
    int rc;
    int err = BASE_OK;
    while (err == BASE_OK && (rc = sqlite3_step(q)) != SQLITE_DONE) {
        err = err_of(rc);
        if (err != BASE_OK)
            break;
        store_row row = {.seq = (uint64_t)sqlite3_column_int64(q, 0),
                         .author = (uint64_t)sqlite3_column_int64(q, 1),
                         .at_ms = sqlite3_column_int64(q, 2),
                         .update = column_blob(q, 4)};
        if (crc32c(row.update) != (uint64_t)sqlite3_column_int64(q, 3))
            err = STORE_ECORRUPT;
        else
            load_builder_row(b, &row);
    }
    sqlite3_reset(q);
    return err;
}

static int sqlite_load(store *base, const char *id, store_loaded *out)
{
    sqlite_store *s = self(base);
    store_room room;
    sqlite3_int64 key = 0;
    load_builder b;
    int err = read_room(s, id, &room, &key);
    if (err != BASE_OK)
        return err;
    load_builder_init(&b, base->alloc);
    err = load_snapshot(s, key, &b);
    CRASH_POINT("load.snapshot");
    if (err == BASE_OK)
        err = load_tail(s, key, &b);
    if (err == BASE_OK)
        err = load_builder_finish(&b, &room, out);
    load_builder_deinit(&b);
    return err;
}

static int sqlite_append(store *base, store_row *rows, size_t count)
{
    sqlite_store *s = self(base);
    if (count == 0)
        return BASE_OK;
    int err = begin(s);
    if (err != BASE_OK)
        return err;
    for (size_t i = 0; i < count && err == BASE_OK; i++)
        err = append_row(s, &rows[i]);
    return end(s, err);
}

static int put_snapshot(sqlite_store *s, const char *id, const store_snapshot *snapshot)
{
    sqlite3_stmt *q = s->q[Q_SNAPSHOT_SEQ];
    bind_text(q, 1, id);
    int rc = sqlite3_step(q);
    sqlite3_int64 key = sqlite3_column_int64(q, 0), known = sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    if (rc == SQLITE_DONE)
        return STORE_ENOTFOUND;
    if (rc != SQLITE_ROW)
        return err_of(rc);
    if ((uint64_t)known > snapshot->upto_seq)
        return STORE_EEXISTS;
    q = s->q[Q_SNAPSHOT_PUT];
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)snapshot->upto_seq);
    sqlite3_bind_int64(q, 3, snapshot->at_ms);
    sqlite3_bind_int64(q, 4, crc32c(snapshot->state));
    bind_blob(q, 5, snapshot->state);
    CRASH_POINT("snapshot.before");
    int err = run(q);
    CRASH_POINT("snapshot.replaced");
    return err;
}

static int sqlite_snapshot_put(store *base, const char *id, const store_snapshot *snapshot)
{
    sqlite_store *s = self(base);
    int err = begin(s);
    return err != BASE_OK ? err : end(s, put_snapshot(s, id, snapshot));
}

static int sqlite_expired(store *base, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    sqlite3_stmt *q = self(base)->q[Q_EXPIRED];
    sqlite3_bind_int64(q, 1, now_ms);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)max);
    int rc;
    *count = 0;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW && *count < max)
        if (copy_text(q, 0, out[*count].text, sizeof out->text))
            ++*count;
    sqlite3_reset(q);
    return err_of(rc);
}

static int sqlite_ping(store *base)
{
    sqlite3_stmt *q = self(base)->q[Q_PING];
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    return err_of(rc);
}

static void sqlite_close(store *base)
{
    sqlite_store *s = self(base);
    for (size_t i = 0; i < Q_COUNT; i++)
        sqlite3_finalize(s->q[i]);
    sqlite3_close(s->db);
    base_alloc_put(base->alloc, s, sizeof *s);
}

static int exec(sqlite_store *s, const char *sql)
{
    return err_of(sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

static int read_pragma(sqlite_store *s, const char *sql, int *out)
{
    sqlite3_stmt *q;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (rc != SQLITE_OK)
        return err_of(rc);
    rc = sqlite3_step(q);
    *out = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return err_of(rc);
}

/* Ours and not newer than this program?  `*version` is how many migrations it has seen. */
static int check_version(sqlite_store *s, int *version)
{
    int id = 0, tables = 0;
    int err = read_pragma(s, "PRAGMA application_id", &id);
    if (err == BASE_OK)
        err = read_pragma(s, "PRAGMA user_version", version);
    if (err == BASE_OK)
        err = read_pragma(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (err != BASE_OK)
        return err;
    bool fresh = id == 0 && *version == 0 && tables == 0;
    if (!fresh && (id != APPLICATION_ID || *version > SCHEMA_VERSION || *version < 1))
        return STORE_EVERSION;
    return BASE_OK;
}

static int migrate(sqlite_store *s)
{
    int version = 0;
    int err = exec(s, "BEGIN IMMEDIATE");
    if (err != BASE_OK)
        return err;
    err = check_version(s, &version);
    bool work = version < SCHEMA_VERSION;
    for (; err == BASE_OK && version < SCHEMA_VERSION; version++)
        err = exec(s, migrations[version]);
    CRASH_POINT("open.migrated");
    if (err == BASE_OK && work) {
        char sql[96];
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 APPLICATION_ID, SCHEMA_VERSION);
        err = exec(s, sql);
    }
    if (err == BASE_OK)
        err = exec(s, "COMMIT");
    if (err != BASE_OK && !sqlite3_get_autocommit(s->db))
        (void)exec(s, "ROLLBACK");
    return err;
}

static int prepare(sqlite_store *s)
{
    static const char *const sql[] = {
#define STATEMENT_SQL_(name, sql) sql,
        STATEMENTS(STATEMENT_SQL_)
#undef STATEMENT_SQL_
    };
    for (size_t i = 0; i < Q_COUNT; i++) {
        int rc = sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->q[i], NULL);
        if (rc != SQLITE_OK)
            return err_of(rc);
    }
    return BASE_OK;
}

static int open_file(sqlite_store *s, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
    int version = 0;
    if (rc != SQLITE_OK)
        return err_of(rc);
    crash_sqlite_watch();
    CRASH_POINT("open.file");
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, 0);
    /* Looked at before anything is written, so that a file that is not ours stays as it is. */
    int err = exec(s, "PRAGMA locking_mode = EXCLUSIVE");
    if (err == BASE_OK)
        err = check_version(s, &version);
    if (err == BASE_OK)
        err = exec(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;"
                      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    CRASH_POINT("open.wal");
    if (err == BASE_OK)
        err = migrate(s);
    return err == BASE_OK ? prepare(s) : err;
}

int store_sqlite_open(const char *path, const base_alloc *alloc, store **out)
{
    static const store_ops ops = {
        .close = sqlite_close,
        .room_create = sqlite_room_create,
        .room_get = sqlite_room_get,
        .room_patch = sqlite_room_patch,
        .room_delete = sqlite_room_delete,
        .room_used = sqlite_room_used,
        .load = sqlite_load,
        .append = sqlite_append,
        .snapshot_put = sqlite_snapshot_put,
        .expired = sqlite_expired,
        .ping = sqlite_ping,
    };
    sqlite_store *s = base_alloc_get(alloc, sizeof *s);
    if (s == NULL)
        return BASE_ENOMEM;
    *s = (sqlite_store){.base = {&ops, alloc}};
    int err = open_file(s, path);
    if (err != BASE_OK) {
        sqlite_close(&s->base);
        return err;
    }
    *out = &s->base;
    return BASE_OK;
}
