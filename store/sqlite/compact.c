/* compact.c - exactly the rows that a snapshot holds leave the log and become history. */
#include "store/sqlite/compact.h"

#include "base/crash_point.h"
#include "store/load_builder.h"
#include "store/sqlite/history.h"
#include "store/sqlite/log.h"

#define STATEMENTS(X)                                                                              \
    X(TO_COMPACT, "SELECT room, id, history_seq, upto_seq"                                         \
                  " FROM snapshots INDEXED BY snapshots_to_compact JOIN rooms ON key = room"       \
                  " WHERE history_seq < upto_seq AND room > ?1 ORDER BY room LIMIT 1")             \
    X(COMPACTED, "UPDATE snapshots SET history_seq = ?2 WHERE room = ?1")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_compact_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_COMPACT][at];
}

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
    err = sqlite_log_drop(s, c->key, last);
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
    store_page rows = {.alloc = s->base.reader.alloc};
    load_builder_init(&g.b, s->base.reader.alloc);
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

int sqlite_compact(sqlite_store *s, store_upkept *out)
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
