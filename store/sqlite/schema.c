/* schema.c - the shape of the tables.  Each entry of `migrations` is one step, done once and
 * in order; a released step is never changed, what is new becomes the next one.  user_version
 * counts the steps a file has seen, application_id says that it is ours.
 */
#include "store/sqlite/schema.h"

#include "base/crash_point.h"

#define APPLICATION_ID 0x546E646D /* "Tndm" */

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
    /* Rows of the log with seq <= history_seq are in segments. */
    "ALTER TABLE snapshots ADD COLUMN history_seq INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX snapshots_to_compact ON snapshots (room) WHERE history_seq < upto_seq;"
    "CREATE TABLE segments ("
    " room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,"
    " first_seq INTEGER NOT NULL,"
    " last_seq INTEGER NOT NULL,"
    " first_at_ms INTEGER NOT NULL,"
    " last_at_ms INTEGER NOT NULL,"
    " raw_bytes INTEGER NOT NULL,"
    " crc32c INTEGER NOT NULL,"
    " bytes BLOB NOT NULL,"
    " PRIMARY KEY (room, last_seq)"
    ") STRICT;"
    "CREATE INDEX segments_by_age ON segments (last_at_ms);",

    "CREATE TABLE authors ("
    " room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,"
    " author INTEGER NOT NULL,"
    " color_index INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " PRIMARY KEY (room, author)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE chat ("
    " room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,"
    " n INTEGER NOT NULL,"
    " author INTEGER NOT NULL,"
    " color_index INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " ref TEXT NOT NULL,"
    " PRIMARY KEY (room, n)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX chat_by_ref ON chat (room, author, ref) WHERE ref <> '';"
    "CREATE TABLE versions ("
    " room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,"
    " n INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " author INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " PRIMARY KEY (room, n)"
    ") STRICT, WITHOUT ROWID;",
};

#define SCHEMA_VERSION ((int)(sizeof migrations / sizeof *migrations))

int sqlite_schema_version(void)
{
    return SCHEMA_VERSION;
}

int sqlite_schema_check(sqlite_store *s, int *version)
{
    int id = 0, tables = 0;
    int err = sqlite_read_int(s, "PRAGMA application_id", &id);
    if (err == BASE_OK)
        err = sqlite_read_int(s, "PRAGMA user_version", version);
    if (err == BASE_OK)
        err = sqlite_read_int(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (err != BASE_OK)
        return err;
    bool fresh = id == 0 && *version == 0 && tables == 0;
    if (!fresh && (id != APPLICATION_ID || *version > SCHEMA_VERSION || *version < 1))
        return STORE_EVERSION;
    return BASE_OK;
}

int sqlite_schema_migrate(sqlite_store *s)
{
    int version = 0;
    int err = sqlite_exec(s, "BEGIN IMMEDIATE");
    if (err != BASE_OK)
        return err;
    err = sqlite_schema_check(s, &version);
    bool work = version < SCHEMA_VERSION;
    for (; err == BASE_OK && version < SCHEMA_VERSION; version++)
        err = sqlite_exec(s, migrations[version]);
    CRASH_POINT("open.migrated");
    if (err == BASE_OK && work) {
        char sql[96];
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 APPLICATION_ID, SCHEMA_VERSION);
        err = sqlite_exec(s, sql);
    }
    if (err == BASE_OK)
        err = sqlite_exec(s, "COMMIT");
    if (err != BASE_OK && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return err;
}
