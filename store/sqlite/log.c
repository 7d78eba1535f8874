/* log.c - the log of updates and the snapshots before it. */
#include "store/sqlite/log.h"

#include "base/crash_point.h"
#include "store/crc32c.h"

#define STATEMENTS(X)                                                                              \
    X(APPEND, "INSERT INTO log (room, seq, author, at_ms, crc32c, bytes)"                          \
              " SELECT key, ?2, ?3, ?4, ?5, ?6 FROM rooms WHERE id = ?1")                          \
    X(TAIL, "SELECT seq, author, at_ms, crc32c, bytes FROM log WHERE room = ?1 AND seq > ?2"       \
            " ORDER BY seq")                                                                       \
    X(DROP, "DELETE FROM log WHERE room = ?1 AND seq <= ?2")                                       \
    X(SNAPSHOT_GET, "SELECT upto_seq, crc32c, bytes, history_seq,"                                 \
                    " (SELECT max(seq) FROM log WHERE log.room = ?1)"                              \
                    " FROM snapshots WHERE room = ?1")                                             \
    X(KNOWN, "SELECT key, coalesce((SELECT upto_seq FROM snapshots WHERE room = key), 0),"         \
             " coalesce((SELECT max(seq) FROM log WHERE room = key), 0) FROM rooms WHERE id = ?1") \
    X(SNAPSHOT_PUT, "INSERT INTO snapshots (room, upto_seq, at_ms, crc32c, bytes)"                 \
                    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (room) DO UPDATE SET"                \
                    " upto_seq = excluded.upto_seq, at_ms = excluded.at_ms,"                       \
                    " crc32c = excluded.crc32c, bytes = excluded.bytes")

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
    CRASH_POINT("append.row");
    return err;
}

int sqlite_read_snapshot(sqlite_store *s, sqlite3_int64 key, load_builder *b, store_damage *damage)
{
    sqlite3_stmt *q = statement(s, Q_SNAPSHOT_GET);
    sqlite3_bind_int64(q, 1, key);
    int rc = sqlite3_step(q);
    int err = sqlite_err(rc);
    if (rc == SQLITE_ROW) {
        bytes state = sqlite_bytes(q, 2);
        sqlite3_int64 upto_seq = sqlite3_column_int64(q, 0);
        /* The log reaches at least as far as the snapshot, until its rows are history. */
        sqlite3_int64 reached = sqlite3_column_int64(q, 3), last = sqlite3_column_int64(q, 4);
        if (sqlite3_column_type(q, 4) != SQLITE_NULL)
            reached = last < upto_seq ? -1 : upto_seq;
        if (crc32c(state) != (uint64_t)sqlite3_column_int64(q, 1) || reached != upto_seq)
            err = STORE_ECORRUPT;
        else
            load_builder_snapshot(b, (uint64_t)upto_seq, state);
    }
    sqlite3_reset(q);
    if (err == STORE_ECORRUPT)
        *damage = (store_damage){"snapshot", 0};
    return err;
}

/* The row the statement stands on, if it is `next_seq` and whole. */
static int check_row(sqlite3_stmt *q, uint64_t next_seq, store_row *row, store_damage *damage)
{
    *row = (store_row){.seq = (uint64_t)sqlite3_column_int64(q, 0),
                       .author = (uint64_t)sqlite3_column_int64(q, 1),
                       .at_ms = sqlite3_column_int64(q, 2),
                       .update = sqlite_bytes(q, 4)};
    const char *what = NULL;
    if (row->seq != next_seq)
        what = "missing row";
    else if (crc32c(row->update) != (uint64_t)sqlite3_column_int64(q, 3))
        what = "log row";
    if (what == NULL)
        return BASE_OK;
    *damage = (store_damage){what, next_seq};
    return STORE_ECORRUPT;
}

int sqlite_read_log(sqlite_store *s, sqlite3_int64 key, uint64_t after_seq, sqlite_row_fn *take,
                    void *ctx, store_damage *damage)
{
    sqlite3_stmt *q = statement(s, Q_TAIL);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)after_seq);
    int err = BASE_OK;
    for (bool more = true; more && err == BASE_OK;) {
        int rc = sqlite3_step(q);
        if (rc == SQLITE_DONE)
            break;
        store_row row;
        err = sqlite_err(rc);
        if (err == STORE_ECORRUPT)
            *damage = (store_damage){"log row", after_seq + 1};
        else if (err == BASE_OK)
            err = check_row(q, after_seq + 1, &row, damage);
        if (err == BASE_OK)
            more = take(ctx, &row);
        after_seq++;
    }
    sqlite3_reset(q);
    return err;
}

int sqlite_log_drop(sqlite_store *s, sqlite3_int64 key, sqlite3_int64 upto_seq)
{
    sqlite3_stmt *q = statement(s, Q_DROP);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, upto_seq);
    return sqlite_run(q);
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
    sqlite3_stmt *q = statement(s, Q_KNOWN);
    sqlite_bind_str(q, 1, id);
    int rc = sqlite3_step(q);
    sqlite3_int64 key = sqlite3_column_int64(q, 0), known = sqlite3_column_int64(q, 1),
                  last = sqlite3_column_int64(q, 2);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    if (rc == SQLITE_DONE)
        return STORE_ENOTFOUND;
    if (rc != SQLITE_ROW)
        return sqlite_err(rc);
    if ((uint64_t)known > snapshot->upto_seq)
        return STORE_EEXISTS;
    if (snapshot->upto_seq > (uint64_t)(last > known ? last : known))
        return STORE_EBUSY;
    q = statement(s, Q_SNAPSHOT_PUT);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)snapshot->upto_seq);
    sqlite3_bind_int64(q, 3, snapshot->at_ms);
    sqlite3_bind_int64(q, 4, crc32c(snapshot->state));
    sqlite_bind_bytes(q, 5, snapshot->state);
    CRASH_POINT("snapshot.before");
    int err = sqlite_run(q);
    CRASH_POINT("snapshot.replaced");
    return err;
}

int sqlite_snapshot_put(store *base, const char *id, const store_snapshot *snapshot)
{
    sqlite_store *s = sqlite_self(base);
    int err = sqlite_begin(s);
    return err != BASE_OK ? err : sqlite_end(s, put_snapshot(s, id, snapshot));
}
