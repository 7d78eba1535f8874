/* space.c - pages of the file that nothing is in. */
#include "store/sqlite/space.h"

/* Free pages that stay for the next rows: giving back and taking again costs twice. */
#define SPARE_PAGES 256
#define SPARE_SHARE 16

_Static_assert(STORE_VACUUM_PAGES_MAX == 128, "the number in VACUUM");

#define STATEMENTS(X)                                                                              \
    X(VACUUM, "PRAGMA incremental_vacuum(128)")                                                    \
    X(FREE_PAGES, "PRAGMA freelist_count")                                                         \
    X(PAGES, "PRAGMA page_count")                                                                  \
    X(SHRINKS, "PRAGMA auto_vacuum")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_space_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_SPACE][at];
}

int sqlite_vacuum(sqlite_store *s, store_upkept *out)
{
    sqlite3_int64 all = 0, before = 0, after = 0, shrinks = 0;
    int err = sqlite_read_number(statement(s, Q_FREE_PAGES), &before);
    if (err == BASE_OK)
        err = sqlite_read_number(statement(s, Q_PAGES), &all);
    if (err == BASE_OK)
        err = sqlite_read_number(statement(s, Q_SHRINKS), &shrinks);
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
        err = sqlite_read_number(statement(s, Q_FREE_PAGES), &after);
    if (err == BASE_OK && after < before)
        *out = (store_upkept){.work = STORE_WORK_VACUUM, .count = (uint64_t)(before - after)};
    return err;
}

int sqlite_stats_get(store *base, store_stats *out)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_int64 pages = 0, free_pages = 0, shrinks = 0;
    int err = sqlite_read_number(statement(s, Q_PAGES), &pages);
    if (err == BASE_OK)
        err = sqlite_read_number(statement(s, Q_FREE_PAGES), &free_pages);
    if (err == BASE_OK)
        err = sqlite_read_number(statement(s, Q_SHRINKS), &shrinks);
    out->file_bytes = (uint64_t)pages * (uint64_t)s->page_bytes;
    out->free_bytes = (uint64_t)free_pages * (uint64_t)s->page_bytes;
    out->wal_bytes = (uint64_t)s->wal_pages * (uint64_t)(s->page_bytes + 24);
    out->shrinks = shrinks == 2;
    return err;
}
