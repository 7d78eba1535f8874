/* history.c - segments of history, and reading it: segments first, then the log. */
#include "store/sqlite/history.h"

#include "store/crc32c.h"
#include "store/segment.h"
#include "store/sqlite/log.h"
#include "store/sqlite/rooms.h"

#define STATEMENTS(X)                                                                              \
    X(PUT, "INSERT INTO segments (room, first_seq, last_seq, first_at_ms, last_at_ms, raw_bytes,"  \
           " crc32c, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                              \
    X(START, "SELECT first_seq FROM segments WHERE room = ?1 AND last_seq > ?2"                    \
             " AND last_at_ms >= ?3 ORDER BY last_seq LIMIT 1")                                    \
    X(READ, "SELECT first_seq, last_seq, raw_bytes, crc32c, bytes FROM segments"                   \
            " WHERE room = ?1 AND last_seq > ?2 ORDER BY last_seq")                                \
    X(END, "SELECT max(coalesce((SELECT max(last_seq) FROM segments WHERE room = ?1), 0),"         \
           " coalesce((SELECT history_seq FROM snapshots WHERE room = ?1), 0))")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_history_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_HISTORY][at];
}

int sqlite_segment_put(sqlite_store *s, sqlite3_int64 key, const store_row *rows, size_t count)
{
    buf packed;
    uint64_t raw_bytes;
    buf_init(&packed, s->base.reader.alloc, SIZE_MAX / 4);
    int err = segment_pack(rows, count, s->base.reader.alloc, &packed, &raw_bytes);
    if (err == BASE_OK) {
        int64_t first_ms = rows[0].at_ms, last_ms = rows[0].at_ms;
        for (size_t i = 1; i < count; i++) {
            first_ms = rows[i].at_ms < first_ms ? rows[i].at_ms : first_ms;
            last_ms = rows[i].at_ms > last_ms ? rows[i].at_ms : last_ms;
        }
        sqlite3_stmt *q = statement(s, Q_PUT);
        sqlite3_bind_int64(q, 1, key);
        sqlite3_bind_int64(q, 2, (sqlite3_int64)rows[0].seq);
        sqlite3_bind_int64(q, 3, (sqlite3_int64)rows[count - 1].seq);
        sqlite3_bind_int64(q, 4, first_ms);
        sqlite3_bind_int64(q, 5, last_ms);
        sqlite3_bind_int64(q, 6, (sqlite3_int64)raw_bytes);
        sqlite3_bind_int64(q, 7, crc32c(buf_view(&packed)));
        sqlite_bind_bytes(q, 8, buf_view(&packed));
        err = sqlite_run(q);
    }
    buf_deinit(&packed);
    return err;
}

/* What a reader of history has so far. */
typedef struct page {
    const store_history_query *query;
    load_builder *b;
    uint64_t last_seq; /* of the last row that was looked at; 0: none */
    bool full;         /* there was one more row than fits */
} page;

static bool take_row(void *ctx, const store_row *row)
{
    page *p = ctx;
    bool begun = load_builder_row_count(p->b) > 0;
    p->last_seq = row->seq;
    if (row->seq <= p->query->after_seq || (!begun && row->at_ms < p->query->from_ms))
        return true;
    p->full = !load_builder_takes(p->b, p->query, row->update.len_bytes);
    if (!p->full)
        load_builder_row(p->b, row);
    return !p->full;
}

static int take_segment(sqlite3_stmt *q, page *p, store_damage *damage)
{
    segment packed;
    uint64_t first_seq = (uint64_t)sqlite3_column_int64(q, 0);
    uint64_t last_seq = (uint64_t)sqlite3_column_int64(q, 1);
    bytes state = sqlite_bytes(q, 4);
    if (p->last_seq != 0 && first_seq != p->last_seq + 1) {
        *damage = (store_damage){"missing row", p->last_seq + 1};
        return STORE_ECORRUPT;
    }
    int err = STORE_ECORRUPT;
    if (crc32c(state) == (uint64_t)sqlite3_column_int64(q, 3))
        err = segment_unpack(state, (uint64_t)sqlite3_column_int64(q, 2), first_seq, last_seq,
                             p->b->alloc, &packed);
    if (err == STORE_ECORRUPT)
        *damage = (store_damage){"segment", first_seq};
    if (err != BASE_OK)
        return err;
    for (size_t i = 0; i < packed.row_count && !p->full; i++)
        (void)take_row(p, &packed.rows[i]);
    segment_deinit(&packed);
    return BASE_OK;
}

static int read_segments(sqlite_store *s, sqlite3_int64 key, uint64_t after_seq, page *p,
                         store_damage *damage)
{
    sqlite3_stmt *q = statement(s, Q_READ);
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)after_seq);
    int err = BASE_OK;
    while (err == BASE_OK && !p->full) {
        int rc = sqlite3_step(q);
        if (rc == SQLITE_DONE)
            break;
        err = sqlite_err(rc);
        if (err == BASE_OK)
            err = take_segment(q, p, damage);
        else if (err == STORE_ECORRUPT)
            *damage = (store_damage){"segment", p->last_seq + 1};
    }
    sqlite3_reset(q);
    return err;
}

/* One number of a query that was bound; without a row `*out` stays. */
static int read_number(sqlite3_stmt *q, uint64_t *out)
{
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return sqlite_err(rc);
}

/* Segments that ended before `from_ms` are not unpacked. */
static int find_start(sqlite_store *s, sqlite3_int64 key, const store_history_query *query,
                      uint64_t *after_seq)
{
    sqlite3_stmt *q = statement(s, Q_START);
    uint64_t first = 0;
    *after_seq = query->after_seq;
    if (query->from_ms == INT64_MIN)
        return BASE_OK;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)query->after_seq);
    sqlite3_bind_int64(q, 3, query->from_ms);
    int err = read_number(q, &first);
    if (first == 0) { /* none of them */
        q = statement(s, Q_END);
        sqlite3_bind_int64(q, 1, key);
        if (err == BASE_OK)
            err = read_number(q, &first);
        first++;
    }
    if (first > *after_seq)
        *after_seq = first - 1;
    return err;
}

int sqlite_read_history(sqlite_store *s, sqlite3_int64 key, const store_history_query *query,
                        load_builder *b, bool *more, store_damage *damage)
{
    page p = {.query = query, .b = b};
    uint64_t after_seq, log_seq = 0;
    int err = find_start(s, key, query, &after_seq);
    if (err == BASE_OK)
        err = read_segments(s, key, after_seq, &p, damage);
    if (err == BASE_OK && !p.full) {
        sqlite3_stmt *q = statement(s, Q_END);
        sqlite3_bind_int64(q, 1, key);
        err = read_number(q, &log_seq);
        if (err == BASE_OK && log_seq < after_seq)
            log_seq = after_seq;
        if (err == BASE_OK)
            err = sqlite_read_log(s, key, log_seq, take_row, &p, damage);
    }
    *more = p.full;
    return err;
}

int sqlite_history(store_reader *base, const char *id, const store_history_query *query,
                   store_page *out)
{
    sqlite_store *s = sqlite_reading(base);
    store_room room;
    store_damage damage;
    sqlite3_int64 key = 0;
    load_builder b;
    bool more = false;
    int err = sqlite_room_read(s, id, &room, &key);
    if (err != BASE_OK)
        return err;
    load_builder_init(&b, base->alloc);
    err = sqlite_read_history(s, key, query, &b, &more, &damage);
    if (err == BASE_OK)
        err = load_builder_page(&b, more, out);
    load_builder_deinit(&b);
    return err;
}
