/* sqlite_store.h - what the files of the SQLite store share.  Private to store/.
 *
 *   store_sqlite.c      opening, transactions, the table of calls
 *   sqlite_schema.c     migrations: the shape of the tables, step by step
 *   sqlite_rooms.c      records of rooms
 *   sqlite_log.c        rows and snapshots; loading
 *   sqlite_history.c    segments, and reading history
 *   sqlite_upkeep.c     compaction, clean-up, space, checkpoints
 *   sqlite_tools.c      what is done beside a server: reading, checking, copying
 *   sqlite_people.c     authors, chat, named versions
 *
 * Each noun keeps its own SQL: a table of statements in its file, named in `sqlite_noun` and
 * in the list of store_sqlite.c, and prepared once when the store is opened.  A new noun is a file
 * sqlite_NOUN.c beside these, a step in sqlite_schema.c, calls in store.h, store.c and impl.h, the
 * same in store_memory.c, and tests in test/test_store_contract.c.
 */
#ifndef STORE_SQLITE_STORE_H
#define STORE_SQLITE_STORE_H

#include "store/impl.h"
#include "store/store.h"

#include <sqlite3.h>

typedef enum sqlite_noun {
    NOUN_TRANSACTION,
    NOUN_ROOMS,
    NOUN_LOG,
    NOUN_HISTORY,
    NOUN_UPKEEP,
    NOUN_PEOPLE,
    NOUN_COUNT,
} sqlite_noun;

/* A file lists its SQL as STATEMENTS(X): X(NAME, "SQL") ... and gets Q_NAME as index. */
#define SQLITE_STATEMENT_ENUM(name, sql) Q_##name,
#define SQLITE_STATEMENT_SQL(name, sql) sql,

typedef struct sqlite_statements {
    const char *const *sql;
    size_t count;
} sqlite_statements;

extern const sqlite_statements sqlite_room_statements;
extern const sqlite_statements sqlite_log_statements;
extern const sqlite_statements sqlite_history_statements;
extern const sqlite_statements sqlite_upkeep_statements;

/* Rooms whose rows cannot become history are passed over; more than this many are looked at again.
 */
#define SQLITE_DAMAGED_MAX 64
extern const sqlite_statements sqlite_people_statements;

typedef struct sqlite_store {
    store base;
    sqlite3 *db;
    sqlite3_stmt **prepared[NOUN_COUNT];
    int lock_fd; /* -1: none */
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

/* store_sqlite.c.  sqlite_run steps once and makes the statement ready again.  sqlite_end commits
 * when all went well, else rolls back; a commit that fails leaves nothing behind either. */
BASE_MUST_CHECK int sqlite_err(int rc);
BASE_MUST_CHECK int sqlite_run(sqlite3_stmt *q);
BASE_MUST_CHECK int sqlite_exec(sqlite_store *s, const char *sql);
BASE_MUST_CHECK int sqlite_read_int(sqlite_store *s, const char *sql, int *out);
BASE_MUST_CHECK int sqlite_begin(sqlite_store *s);
BASE_MUST_CHECK int sqlite_end(sqlite_store *s, int err);
void sqlite_bind_str(sqlite3_stmt *q, int at, const char *text);
void sqlite_bind_bytes(sqlite3_stmt *q, int at, bytes s);
bytes sqlite_bytes(sqlite3_stmt *q, int at);
bool sqlite_copy_text(sqlite3_stmt *q, int at, char *out, size_t cap);

/* sqlite_schema.c: ours and not newer than this program?  Then the steps that are missing. */
BASE_MUST_CHECK int sqlite_schema_check(sqlite_store *s, int *version);
BASE_MUST_CHECK int sqlite_schema_migrate(sqlite_store *s);
int sqlite_schema_version(void);

/* sqlite_rooms.c.  sqlite_room_read also gives the key by which the other tables know the room. */
int sqlite_room_create(store *base, const store_room *room, bytes first_update);
BASE_MUST_CHECK int sqlite_room_read(sqlite_store *s, const char *id, store_room *out,
                                     sqlite3_int64 *key);
int sqlite_room_get(store *base, const char *id, store_room *out);
int sqlite_room_patch(store *base, const char *id, const store_patch *patch);
int sqlite_room_delete(store *base, const char *id);
int sqlite_room_used(store *base, const char *id, int64_t at_ms);
int sqlite_expired(store *base, int64_t now_ms, store_id *out, size_t max, size_t *count);
int sqlite_rooms(store *base, const char *after, store_id *out, size_t max, size_t *count);

/* sqlite_log.c.  The readers verify; STORE_ECORRUPT comes with `damage`, and what was read before
 * is good.  A row is borrowed for the call; sqlite_read_log ends when `take` says false. */
typedef bool sqlite_row_fn(void *ctx, const store_row *row);
BASE_MUST_CHECK int sqlite_append_row(sqlite_store *s, store_row *row);
BASE_MUST_CHECK int sqlite_read_snapshot(sqlite_store *s, sqlite3_int64 key, load_builder *b,
                                         store_damage *damage);
BASE_MUST_CHECK int sqlite_read_log(sqlite_store *s, sqlite3_int64 key, uint64_t after_seq,
                                    sqlite_row_fn *take, void *ctx, store_damage *damage);
int sqlite_append(store *base, store_row *rows, size_t count);
int sqlite_snapshot_put(store *base, const char *id, const store_snapshot *snapshot);
int sqlite_load(store *base, const char *id, store_loaded *out);
int sqlite_salvage(store *base, const char *id, store_loaded *out, store_damage *damage);

/* sqlite_history.c */
BASE_MUST_CHECK int sqlite_segment_put(sqlite_store *s, sqlite3_int64 key, const store_row *rows,
                                       size_t count);
BASE_MUST_CHECK int sqlite_read_history(sqlite_store *s, sqlite3_int64 key,
                                        const store_history_query *query, load_builder *b,
                                        bool *more, store_damage *damage);
int sqlite_history(store *base, const char *id, const store_history_query *query, store_page *out);

/* sqlite_upkeep.c.  sqlite_upkeep_init takes checkpoints over from SQLite. */
void sqlite_upkeep_init(sqlite_store *s);
int sqlite_upkeep(store *base, const store_upkeep_options *options, store_upkept *out);
int sqlite_stats_get(store *base, store_stats *out);

/* Shared by all ways to open a file. */
extern const store_ops sqlite_ops;
BASE_MUST_CHECK int sqlite_prepare(sqlite_store *s);
void sqlite_close(store *base);

/* sqlite_people.c */
int sqlite_author_put(store *base, const char *id, const store_author *author);
int sqlite_authors(store *base, const char *id, store_author_fn *visit, void *ctx);
int sqlite_chat_add(store *base, const char *id, store_chat *said, uint64_t keep);
int sqlite_chat_read(store *base, const char *id, uint64_t before_n, size_t max,
                     store_chat_fn *visit, void *ctx);
int sqlite_version_add(store *base, const char *id, store_version *version, uint64_t max);
int sqlite_versions(store *base, const char *id, store_version_fn *visit, void *ctx);

#endif
