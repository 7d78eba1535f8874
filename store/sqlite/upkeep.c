/* upkeep.c - what is done between commits, one small transaction at a time: which step is next, and
 * the removal of what was deleted or is too old.
 */
#include "store/sqlite/upkeep.h"

#include "base/crash_point.h"
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/compact.h"
#include "store/sqlite/log.h"
#include "store/sqlite/space.h"

#define STATEMENTS(X)                                                                              \
    X(DELETED, "SELECT key FROM rooms WHERE id BETWEEN char(1) AND char(2) LIMIT 1")               \
    X(LOG_SIZES, "SELECT seq, length(bytes) FROM log WHERE room = ?1 ORDER BY seq LIMIT ?2")       \
    X(SEGMENT_SIZES, "SELECT last_seq, length(bytes) FROM segments WHERE room = ?1"                \
                     " ORDER BY last_seq LIMIT ?2")                                                \
    X(SEGMENTS_DROP, "DELETE FROM segments WHERE room = ?1 AND last_seq <= ?2")                    \
    X(ROOM_DROP, "DELETE FROM rooms WHERE key = ?1")                                               \
    X(OLD, "SELECT room, last_seq FROM segments AS s WHERE last_at_ms < ?1 AND last_seq ="         \
           " (SELECT min(last_seq) FROM segments WHERE room = s.room)"                             \
           " ORDER BY last_at_ms LIMIT 1")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_upkeep_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_UPKEEP][at];
}

/* --------------------------------------------------------------------------- deleted rooms --- */

/* How far a step may go in a list of (seq, size): the last seq that fits, 0 when the list is empty.
 */
static int measure(sqlite3_stmt *q, sqlite3_int64 key, size_t *rows_left, size_t *bytes_left,
                   sqlite3_int64 *upto)
{
    int rc = SQLITE_DONE;
    *upto = 0;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)*rows_left);
    while (*rows_left > 0 && *bytes_left > 0 && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        size_t len_bytes = (size_t)sqlite3_column_int64(q, 1);
        *upto = sqlite3_column_int64(q, 0);
        *bytes_left -= len_bytes < *bytes_left ? len_bytes : *bytes_left;
        --*rows_left;
    }
    sqlite3_reset(q);
    return sqlite_err(rc);
}

static int drop_segments(sqlite_store *s, sqlite3_int64 key, sqlite3_int64 upto_seq)
{
    sqlite3_stmt *q = statement(s, Q_SEGMENTS_DROP);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, upto_seq);
    return sqlite_run(q);
}

/* The record goes when nothing else is left; it takes the snapshot along. */
static int remove_some(sqlite_store *s, sqlite3_int64 key, store_upkept *out)
{
    size_t rows_left = STORE_REMOVE_ROWS_MAX, bytes_left = STORE_REMOVE_BYTES_MAX;
    sqlite3_int64 upto;
    int err = measure(statement(s, Q_LOG_SIZES), key, &rows_left, &bytes_left, &upto);
    if (err == BASE_OK && upto != 0)
        err = sqlite_log_drop(s, key, upto);
    if (err == BASE_OK && rows_left > 0 && bytes_left > 0) {
        err = measure(statement(s, Q_SEGMENT_SIZES), key, &rows_left, &bytes_left, &upto);
        if (err == BASE_OK && upto != 0)
            err = drop_segments(s, key, upto);
    }
    CRASH_POINT("remove.rows");
    if (err == BASE_OK && rows_left > 0 && bytes_left > 0) {
        sqlite3_bind_int64(statement(s, Q_ROOM_DROP), 1, key);
        err = sqlite_run(statement(s, Q_ROOM_DROP));
    }
    *out = (store_upkept){.work = STORE_WORK_REMOVE, .count = STORE_REMOVE_ROWS_MAX - rows_left};
    return err;
}

static int remove_deleted(sqlite_store *s, store_upkept *out)
{
    sqlite3_int64 key = 0;
    int err = sqlite_read_number(statement(s, Q_DELETED), &key);
    if (err != BASE_OK || key == 0)
        return err;
    err = sqlite_begin(s);
    return err == BASE_OK ? sqlite_end(s, remove_some(s, key, out)) : err;
}

/* ------------------------------------------------------------------------ age ---------------- */

/* A segment goes only when it is its room's first, so that history has no hole. */
static int prune_some(sqlite_store *s, int64_t before_ms, uint64_t *count)
{
    sqlite3_stmt *q = statement(s, Q_OLD), *drop = statement(s, Q_SEGMENTS_DROP);
    int err = BASE_OK;
    for (*count = 0; err == BASE_OK && *count < STORE_PRUNE_SEGMENTS_MAX; ++*count) {
        sqlite3_bind_int64(q, 1, before_ms);
        int rc = sqlite3_step(q);
        if (rc == SQLITE_ROW) {
            sqlite3_bind_int64(drop, 1, sqlite3_column_int64(q, 0));
            sqlite3_bind_int64(drop, 2, sqlite3_column_int64(q, 1));
        }
        sqlite3_reset(q);
        if (rc != SQLITE_ROW)
            return sqlite_err(rc);
        err = sqlite_run(drop);
    }
    return err;
}

static int prune(sqlite_store *s, int64_t before_ms, store_upkept *out)
{
    uint64_t count = 0;
    if (before_ms == INT64_MIN)
        return BASE_OK;
    int err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    err = sqlite_end(s, prune_some(s, before_ms, &count));
    if (count > 0)
        *out = (store_upkept){.work = STORE_WORK_PRUNE, .count = count};
    return err;
}

int sqlite_upkeep(store *base, const store_upkeep_options *options, store_upkept *out)
{
    sqlite_store *s = sqlite_self(base);
    if (sqlite_checkpoint_due(s, false))
        return sqlite_checkpoint(s, out);
    int err = remove_deleted(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = sqlite_compact(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = prune(s, options->drop_before_ms, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = sqlite_vacuum(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE &&
        sqlite_checkpoint_due(s, options->checkpoint))
        err = sqlite_checkpoint(s, out);
    return err;
}
