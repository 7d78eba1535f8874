/* call.h - a connection to the SQLite file: its statements, transactions, what SQLite's codes mean.
 * Private to store/sqlite/.  Beside it, upwards:
 *
 *   schema              migrations: the shape of the tables, step by step
 *   log                 rows and snapshots
 *   rooms, people       records of rooms; authors, chat, named versions
 *   load, history       a room as a whole; segments, and reading history
 *   salvage             what can be read of a damaged room
 *   checkpoint, compact, space, upkeep        the keeping of the file, in small steps
 *   open, tools         a server's store; what is done beside a server
 *
 * Each noun keeps its own SQL: a table of statements in its file, named in `sqlite_noun` and in the
 * list of open.c, and prepared once when the store is opened.  A new noun is a file beside these, a
 * step in schema.c, calls in store.h, dispatch.c and impl.h, the same in store/memory/, and tests
 * in store/test/test_store_contract.c.
 */
#ifndef STORE_SQLITE_CALL_H
#define STORE_SQLITE_CALL_H

#include "store/impl.h"
#include "store/store.h"

#include <sqlite3.h>

typedef enum sqlite_noun {
    NOUN_CALL,
    NOUN_ROOMS,
    NOUN_LOG,
    NOUN_HISTORY,
    NOUN_PEOPLE,
    NOUN_COMPACT,
    NOUN_UPKEEP,
    NOUN_SPACE,
    NOUN_COUNT,
} sqlite_noun;

/* A file lists its SQL as STATEMENTS(X): X(NAME, "SQL") ... and gets Q_NAME as index. */
#define SQLITE_STATEMENT_ENUM(name, sql) Q_##name,
#define SQLITE_STATEMENT_SQL(name, sql) sql,

typedef struct sqlite_statements {
    const char *const *sql;
    size_t count;
} sqlite_statements;

extern const sqlite_statements sqlite_call_statements;

#define SQLITE_RETRY_MS 2000 /* how long a call waits for another process, or connection */

/* Rooms whose rows cannot become history are passed over; more than this many are looked at again.
 */
#define SQLITE_DAMAGED_MAX 64

/* A connection: the one that writes, or one of a reader; the latter is known by its first member
 * alone, and `base.ops` is NULL. */
typedef struct sqlite_store {
    store base;
    sqlite3 *db;
    const sqlite_statements *const *nouns; /* by sqlite_noun; NULL: this one has none of them */
    sqlite3_stmt **prepared[NOUN_COUNT];
    const char *path; /* of the open file, as SQLite knows it; "": in memory */
    const char *vfs;
    int lock_fd;  /* -1: none */
    bool moments; /* others write meanwhile: each call reads within a transaction */
    int page_bytes;
    int wal_pages;               /* of the write-ahead log, not yet in the file */
    int wal_tried_pages;         /* of them, looked at by a checkpoint that could not finish */
    sqlite3_int64 compacted_key; /* the last room that was looked at */
    sqlite3_int64 damaged[SQLITE_DAMAGED_MAX];
    size_t damaged_count;
} sqlite_store;

static inline sqlite_store *sqlite_self(store *s)
{
    return (sqlite_store *)(void *)s;
}

static inline sqlite_store *sqlite_reading(store_reader *r)
{
    return (sqlite_store *)(void *)r;
}

/* sqlite_prepare - all statements of `nouns`; a reader has none that change rows.
 * sqlite_close - as store_close; whatever is open. */
BASE_MUST_CHECK int sqlite_prepare(sqlite_store *s);
void sqlite_close(sqlite_store *s);
int sqlite_ping(store_reader *base);

/* sqlite_err - a store_err for what SQLite says. */
BASE_MUST_CHECK int sqlite_err(int rc);

/* sqlite_run - step once and make the statement ready again; for statements without results.
 * sqlite_exec - any SQL.  sqlite_read_number - the one number of a statement that was bound;
 * without a row `*out` stays.  sqlite_read_int - the one number of any SQL. */
BASE_MUST_CHECK int sqlite_run(sqlite3_stmt *q);
BASE_MUST_CHECK int sqlite_exec(sqlite_store *s, const char *sql);
BASE_MUST_CHECK int sqlite_read_number(sqlite3_stmt *q, sqlite3_int64 *out);
BASE_MUST_CHECK int sqlite_read_int(sqlite_store *s, const char *sql, int *out);

/* sqlite_begin - a transaction that writes.  sqlite_end - commits when all went well, else rolls
 * back; a commit that fails leaves nothing behind either. */
BASE_MUST_CHECK int sqlite_begin(sqlite_store *s);
BASE_MUST_CHECK int sqlite_end(sqlite_store *s, int err);

/* Of store_reader_ops.  A moment begins with the first statement that reads. */
int sqlite_moment_begin(store_reader *base);
void sqlite_moment_end(store_reader *base);

/* Texts and bytes are borrowed until the statement is reset. */
void sqlite_bind_str(sqlite3_stmt *q, int at, const char *text);
void sqlite_bind_bytes(sqlite3_stmt *q, int at, bytes s);
bytes sqlite_bytes(sqlite3_stmt *q, int at);
bool sqlite_copy_text(sqlite3_stmt *q, int at, char *out, size_t cap);

#endif
