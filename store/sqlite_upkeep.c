/* sqlite_upkeep.c - what is done between commits, one small transaction at a time.
 *
 * Checkpoints are made here and not inside COMMIT, so that acknowledgements are out before one
 * begins.
 */
#include "base/crash_point.h"
#include "store/sqlite_store.h"

/* Free pages that stay for the next rows: giving back and taking again costs twice. */
#define SPARE_PAGES 256
#define SPARE_SHARE 16

#define STATEMENTS(X)                                                                              \
    X(DELETED, "SELECT key FROM rooms WHERE id BETWEEN char(1) AND char(2) LIMIT 1")               \
    X(LOG_SIZES, "SELECT seq, length(bytes) FROM log WHERE room = ?1 ORDER BY seq LIMIT ?2")       \
    X(LOG_DROP, "DELETE FROM log WHERE room = ?1 AND seq <= ?2")                                   \
    X(SEGMENT_SIZES, "SELECT last_seq, length(bytes) FROM segments WHERE room = ?1"                \
                     " ORDER BY last_seq LIMIT ?2")                                                \
    X(SEGMENTS_DROP, "DELETE FROM segments WHERE room = ?1 AND last_seq <= ?2")                    \
    X(ROOM_DROP, "DELETE FROM rooms WHERE key = ?1")                                               \
    X(TO_COMPACT, "SELECT room, id, history_seq, upto_seq"                                         \
                  " FROM snapshots INDEXED BY snapshots_to_compact JOIN rooms ON key = room"       \
                  " WHERE history_seq < upto_seq AND room > ?1 ORDER BY room LIMIT 1")             \
    X(COMPACTED, "UPDATE snapshots SET history_seq = ?2 WHERE room = ?1")                          \
    X(OLD, "SELECT room, last_seq FROM segments AS s WHERE last_at_ms < ?1 AND last_seq ="         \
           " (SELECT min(last_seq) FROM segments WHERE room = s.room)"                             \
           " ORDER BY last_at_ms LIMIT 1")                                                         \
    X(VACUUM, "PRAGMA incremental_vacuum(128)")                                                    \
    X(FREE_PAGES, "PRAGMA freelist_count")                                                         \
    X(PAGES, "PRAGMA page_count")                                                                  \
    X(SHRINKS, "PRAGMA auto_vacuum")

_Static_assert(STORE_VACUUM_PAGES_MAX == 128, "the number in VACUUM");

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_upkeep_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_UPKEEP][at];
}

/* One number; without a row `*out` stays. */
static int read_number(sqlite3_stmt *q, sqlite3_int64 *out)
{
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return sqlite_err(rc);
}

/* -------------------------------------------------------------------------- checkpoints ------ */

/* A reader may keep pages in the write-ahead log; then there is no use in trying again before it
 * has grown. */
static bool checkpoint_due(const sqlite_store *s, bool wanted)
{
    int least = s->wal_tried_pages + (wanted ? 1 : STORE_CHECKPOINT_PAGES);
    return s->wal_pages >= least;
}

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    sqlite_store *s = arg;
    (void)db;
    (void)name;
    s->wal_pages = pages;
    s->base.wants_upkeep |= checkpoint_due(s, false);
    return SQLITE_OK;
}

void sqlite_upkeep_init(sqlite_store *s)
{
    sqlite3_wal_hook(s->db, on_commit, s);
}

static int checkpoint(sqlite_store *s, store_upkept *out)
{
    int all = 0, done = 0;
    CRASH_POINT("checkpoint.before");
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &done);
    *out = (store_upkept){.work = STORE_WORK_CHECKPOINT, .count = (uint64_t)(done > 0 ? done : 0)};
    CRASH_POINT("checkpoint.after");
    s->wal_tried_pages = all;
    if (rc == SQLITE_OK && all == done)
        s->wal_pages = s->wal_tried_pages = 0;
    return rc == SQLITE_BUSY ? BASE_OK : sqlite_err(rc);
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

static int drop_rows(sqlite_store *s, int sizes, int drop, sqlite3_int64 key, size_t *rows_left,
                     size_t *bytes_left)
{
    sqlite3_int64 upto;
    int err = measure(statement(s, sizes), key, rows_left, bytes_left, &upto);
    if (err != BASE_OK || upto == 0)
        return err;
    sqlite3_stmt *q = statement(s, drop);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, upto);
    return sqlite_run(q);
}

/* The record goes when nothing else is left; it takes the snapshot along. */
static int remove_some(sqlite_store *s, sqlite3_int64 key, store_upkept *out)
{
    size_t rows_left = STORE_REMOVE_ROWS_MAX, bytes_left = STORE_REMOVE_BYTES_MAX;
    int err = drop_rows(s, Q_LOG_SIZES, Q_LOG_DROP, key, &rows_left, &bytes_left);
    if (err == BASE_OK && rows_left > 0 && bytes_left > 0)
        err = drop_rows(s, Q_SEGMENT_SIZES, Q_SEGMENTS_DROP, key, &rows_left, &bytes_left);
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
    int err = read_number(statement(s, Q_DELETED), &key);
    if (err != BASE_OK || key == 0)
        return err;
    err = sqlite_begin(s);
    return err == BASE_OK ? sqlite_end(s, remove_some(s, key, out)) : err;
}

/* ----------------------------------------------------------------------------- compaction ---- */

typedef struct candidate {
    sqlite3_int64 key;
    store_id id;
    uint64_t history_seq;
    uint64_t upto_seq;
} candidate;

static bool known_damaged(const sqlite_store *s, sqlite3_int64 key)
{
    for (size_t i = 0; i < s->damaged_count; i++) {
        if (s->damaged[i] == key)
            return true;
    }
    return false;
}

/* The next room behind the one before, in turn, so that a room that is written all the time does
 * not keep the others waiting.  key 0: there is none. */
static int next_candidate(sqlite_store *s, candidate *out)
{
    sqlite3_stmt *q = statement(s, Q_TO_COMPACT);
    sqlite3_int64 from = s->compacted_key;
    *out = (candidate){.key = 0};
    for (bool around = false;;) {
        sqlite3_bind_int64(q, 1, from);
        int rc = sqlite3_step(q);
        if (rc == SQLITE_ROW) {
            from = sqlite3_column_int64(q, 0);
            if (!known_damaged(s, from) &&
                sqlite_copy_text(q, 1, out->id.text, sizeof out->id.text)) {
                out->key = from;
                out->history_seq = (uint64_t)sqlite3_column_int64(q, 2);
                out->upto_seq = (uint64_t)sqlite3_column_int64(q, 3);
            }
        }
        sqlite3_reset(q);
        if (out->key != 0 || (rc != SQLITE_ROW && (around || rc != SQLITE_DONE)))
            return sqlite_err(rc);
        if (rc == SQLITE_DONE) {
            around = true;
            from = 0;
        }
    }
}

typedef struct gathering {
    load_builder b;
    uint64_t upto_seq;
    size_t bytes_left;
} gathering;

static bool gather_row(void *ctx, const store_row *row)
{
    gathering *g = ctx;
    size_t count = load_builder_row_count(&g->b);
    if (row->seq > g->upto_seq || (count > 0 && row->update.len_bytes > g->bytes_left))
        return false;
    load_builder_row(&g->b, row);
    g->bytes_left -= row->update.len_bytes < g->bytes_left ? row->update.len_bytes : g->bytes_left;
    return row->seq < g->upto_seq && count + 1 < STORE_COMPACT_ROWS_MAX && g->bytes_left > 0;
}

static int move_rows(sqlite_store *s, const candidate *c, const store_page *rows)
{
    sqlite3_int64 last = (sqlite3_int64)rows->rows[rows->row_count - 1].seq;
    CRASH_POINT("compact.gathered");
    int err = sqlite_segment_put(s, c->key, rows->rows, rows->row_count);
    CRASH_POINT("compact.packed");
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(statement(s, Q_LOG_DROP), 1, c->key);
    sqlite3_bind_int64(statement(s, Q_LOG_DROP), 2, last);
    err = sqlite_run(statement(s, Q_LOG_DROP));
    CRASH_POINT("compact.dropped");
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(statement(s, Q_COMPACTED), 1, c->key);
    sqlite3_bind_int64(statement(s, Q_COMPACTED), 2, last);
    return sqlite_run(statement(s, Q_COMPACTED));
}

/* The rows are read, packed and taken away in one transaction: exactly those that were read go. */
static int compact_room(sqlite_store *s, const candidate *c, uint64_t *count)
{
    gathering g = {.upto_seq = c->upto_seq, .bytes_left = STORE_COMPACT_BYTES_MAX};
    store_damage damage;
    store_page rows = {.alloc = s->base.alloc};
    load_builder_init(&g.b, s->base.alloc);
    int err = sqlite_read_log(s, c->key, c->history_seq, gather_row, &g, &damage);
    /* Rows before a damaged one can still go. */
    if (err == BASE_OK || (err == STORE_ECORRUPT && load_builder_row_count(&g.b) > 0))
        err = load_builder_page(&g.b, false, &rows);
    load_builder_deinit(&g.b);
    if (err == BASE_OK && rows.row_count == 0)
        err = STORE_ECORRUPT;
    if (err == BASE_OK)
        err = move_rows(s, c, &rows);
    *count = rows.row_count;
    store_page_free(&rows);
    return err;
}

static int compact(sqlite_store *s, store_upkept *out)
{
    candidate c;
    int err = next_candidate(s, &c);
    if (err != BASE_OK || c.key == 0)
        return err;
    err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    *out = (store_upkept){.work = STORE_WORK_COMPACT, .room = c.id};
    err = sqlite_end(s, compact_room(s, &c, &out->count));
    CRASH_POINT("compact.committed");
    if (err == STORE_ECORRUPT) {
        out->damaged = true;
        out->count = 0;
        if (s->damaged_count < SQLITE_DAMAGED_MAX)
            s->damaged[s->damaged_count++] = c.key;
        err = BASE_OK;
    }
    if (err == BASE_OK)
        s->compacted_key = c.key;
    return err;
}

/* ------------------------------------------------------------------------ age and space ------ */

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

static int vacuum(sqlite_store *s, store_upkept *out)
{
    sqlite3_int64 all = 0, before = 0, after = 0, shrinks = 0;
    int err = read_number(statement(s, Q_FREE_PAGES), &before);
    if (err == BASE_OK)
        err = read_number(statement(s, Q_PAGES), &all);
    if (err == BASE_OK)
        err = read_number(statement(s, Q_SHRINKS), &shrinks);
    if (err != BASE_OK || shrinks == 0 || before <= SPARE_PAGES + all / SPARE_SHARE)
        return err;
    err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    /* Each step of the statement frees one page. */
    sqlite3_stmt *q = statement(s, Q_VACUUM);
    int rc = SQLITE_ROW;
    for (int i = 0; i <= STORE_VACUUM_PAGES_MAX && rc == SQLITE_ROW; i++)
        rc = sqlite3_step(q);
    sqlite3_reset(q);
    err = sqlite_end(s, sqlite_err(rc));
    if (err == BASE_OK)
        err = read_number(statement(s, Q_FREE_PAGES), &after);
    if (err == BASE_OK && after < before)
        *out = (store_upkept){.work = STORE_WORK_VACUUM, .count = (uint64_t)(before - after)};
    return err;
}

int sqlite_upkeep(store *base, const store_upkeep_options *options, store_upkept *out)
{
    sqlite_store *s = sqlite_self(base);
    if (checkpoint_due(s, false))
        return checkpoint(s, out);
    int err = remove_deleted(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = compact(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = prune(s, options->drop_before_ms, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE)
        err = vacuum(s, out);
    if (err == BASE_OK && out->work == STORE_WORK_NONE && checkpoint_due(s, options->checkpoint))
        err = checkpoint(s, out);
    return err;
}

int sqlite_stats_get(store *base, store_stats *out)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_int64 pages = 0, free_pages = 0, shrinks = 0;
    int err = read_number(statement(s, Q_PAGES), &pages);
    if (err == BASE_OK)
        err = read_number(statement(s, Q_FREE_PAGES), &free_pages);
    if (err == BASE_OK)
        err = read_number(statement(s, Q_SHRINKS), &shrinks);
    out->file_bytes = (uint64_t)pages * (uint64_t)s->page_bytes;
    out->free_bytes = (uint64_t)free_pages * (uint64_t)s->page_bytes;
    out->wal_bytes = (uint64_t)s->wal_pages * (uint64_t)(s->page_bytes + 24);
    out->shrinks = shrinks == 2;
    return err;
}
