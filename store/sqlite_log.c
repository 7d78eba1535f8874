/* sqlite_log.c - the log of updates and the snapshots before it. */
#include "store/sqlite_store.h"

#define STATEMENTS(X)                                                                              \
    X(APPEND, "INSERT INTO log (room, seq, author, at_ms, crc32c, bytes)"                          \
              " SELECT key, ?2, ?3, ?4, ?5, ?6 FROM rooms WHERE id = ?1")                          \
    X(TAIL, "SELECT seq, author, at_ms, crc32c, bytes FROM log WHERE room = ?1 AND seq > ?2"       \
            " ORDER BY seq")                                                                       \
    X(SNAPSHOT_GET, "SELECT upto_seq, crc32c, bytes FROM snapshots WHERE room = ?1")               \
    X(SNAPSHOT_SEQ, "SELECT key, coalesce((SELECT upto_seq FROM snapshots WHERE room = key), 0)"   \
                    " FROM rooms WHERE id = ?1")                                                   \
    X(SNAPSHOT_PUT, "INSERT OR REPLACE INTO snapshots (room, upto_seq, at_ms, crc32c, bytes)"      \
                    " VALUES (?1, ?2, ?3, ?4, ?5)")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_log_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_LOG][at];
}

int sqlite_append_row(sqlite_store *s, store_row *row)
{
    sqlite3_stmt *q = statement(s, Q_APPEND);
    sqlite_bind_str(q, 1, row->room_id);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)row->seq);
    sqlite3_bind_int64(q, 3, (sqlite3_int64)row->author);
    sqlite3_bind_int64(q, 4, row->at_ms);
    sqlite3_bind_int64(q, 5, crc32c(row->update));
    sqlite_bind_bytes(q, 6, row->update);
    int err = sqlite_run(q);
    row->gone = err == BASE_OK && sqlite3_changes(s->db) == 0;
    return err;
}

static int load_snapshot(sqlite_store *s, sqlite3_int64 key, load_builder *b)
{
    sqlite3_stmt *q = statement(s, Q_SNAPSHOT_GET);
    sqlite3_bind_int64(q, 1, key);
    int rc = sqlite3_step(q);
    int err = sqlite_err(rc);
    if (rc == SQLITE_ROW) {
        bytes state = sqlite_bytes(q, 2);
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
    sqlite3_stmt *q = statement(s, Q_TAIL);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)b->snapshot_seq);
    int rc;
    int err = BASE_OK;
    while (err == BASE_OK && (rc = sqlite3_step(q)) != SQLITE_DONE) {
        err = sqlite_err(rc);
        if (err != BASE_OK)
            break;
        store_row row = {.seq = (uint64_t)sqlite3_column_int64(q, 0),
                         .author = (uint64_t)sqlite3_column_int64(q, 1),
                         .at_ms = sqlite3_column_int64(q, 2),
                         .update = sqlite_bytes(q, 4)};
        if (crc32c(row.update) != (uint64_t)sqlite3_column_int64(q, 3))
            err = STORE_ECORRUPT;
        else
            load_builder_row(b, &row);
    }
    sqlite3_reset(q);
    return err;
}

int sqlite_load(store *base, const char *id, store_loaded *out)
{
    sqlite_store *s = sqlite_self(base);
    store_room room;
    sqlite3_int64 key = 0;
    load_builder b;
    int err = sqlite_room_read(s, id, &room, &key);
    if (err != BASE_OK)
        return err;
    load_builder_init(&b, base->alloc);
    err = load_snapshot(s, key, &b);
    if (err == BASE_OK)
        err = load_tail(s, key, &b);
    if (err == BASE_OK)
        err = load_builder_finish(&b, &room, out);
    load_builder_deinit(&b);
    return err;
}

int sqlite_append(store *base, store_row *rows, size_t count)
{
    sqlite_store *s = sqlite_self(base);
    if (count == 0)
        return BASE_OK;
    int err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    for (size_t i = 0; i < count && err == BASE_OK; i++)
        err = sqlite_append_row(s, &rows[i]);
    return sqlite_end(s, err);
}

static int put_snapshot(sqlite_store *s, const char *id, const store_snapshot *snapshot)
{
    sqlite3_stmt *q = statement(s, Q_SNAPSHOT_SEQ);
    sqlite_bind_str(q, 1, id);
    int rc = sqlite3_step(q);
    sqlite3_int64 key = sqlite3_column_int64(q, 0), known = sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    if (rc == SQLITE_DONE)
        return STORE_ENOTFOUND;
    if (rc != SQLITE_ROW)
        return sqlite_err(rc);
    if ((uint64_t)known > snapshot->upto_seq)
        return STORE_EEXISTS;
    q = statement(s, Q_SNAPSHOT_PUT);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)snapshot->upto_seq);
    sqlite3_bind_int64(q, 3, snapshot->at_ms);
    sqlite3_bind_int64(q, 4, crc32c(snapshot->state));
    sqlite_bind_bytes(q, 5, snapshot->state);
    return sqlite_run(q);
}

int sqlite_snapshot_put(store *base, const char *id, const store_snapshot *snapshot)
{
    sqlite_store *s = sqlite_self(base);
    int err = sqlite_begin(s);
    return err != BASE_OK ? err : sqlite_end(s, put_snapshot(s, id, snapshot));
}
