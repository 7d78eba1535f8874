/* store_sqlite.c - the store in one SQLite file: opening it, transactions, the table of calls.
 *
 * WAL with synchronous = FULL: COMMIT returns when the log is flushed; NORMAL may lose the last
 * commits with the power.  One server at a time: two on one file would number one room's rows
 * twice. The lock for that is a file of its own, so that other processes can read meanwhile
 * (backup).
 */
#include "base/crash_point.h"
#include "store/crash_sqlite.h"
#include "store/sqlite_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define RETRY_MS 2000
#define RETRY_STEP_MS 10
/* An older file, up to here, is rewritten once when it is opened so that it can shrink; a larger
 * one by backup and restore, for it would keep the server from starting. */
#define REWRITE_PAGES_MAX 16384

#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(PING, "SELECT count(*) FROM (SELECT 1 FROM rooms LIMIT 1)")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

static const sqlite_statements transaction_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_TRANSACTION][at];
}

static const sqlite_statements *const nouns[NOUN_COUNT] = {
    [NOUN_TRANSACTION] = &transaction_statements, [NOUN_ROOMS] = &sqlite_room_statements,
    [NOUN_LOG] = &sqlite_log_statements,          [NOUN_HISTORY] = &sqlite_history_statements,
    [NOUN_UPKEEP] = &sqlite_upkeep_statements,    [NOUN_PEOPLE] = &sqlite_people_statements,
};

/* A write that the system refused for want of space has changed nothing that counts: unlike a
 * failed flush it may be tried again. */
static bool no_space(int rc)
{
    if (rc == SQLITE_IOERR_SHMSIZE)
        return true;
    return rc == SQLITE_IOERR_WRITE && (errno == EDQUOT || errno == EFBIG || errno == ENOSPC);
}

int sqlite_err(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return BASE_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_EBUSY;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
        return STORE_EFULL;
    case SQLITE_CORRUPT:
        return STORE_ECORRUPT;
    case SQLITE_NOTADB:
        return STORE_EVERSION;
    case SQLITE_NOMEM:
        return BASE_ENOMEM;
    case SQLITE_CONSTRAINT:
        return STORE_EEXISTS;
    default:
        break;
    }
    switch (rc) {
    case SQLITE_IOERR_READ: /* of what is read, and of nothing else, the disk lost something */
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
        return STORE_ECORRUPT;
    default:
        return no_space(rc) ? STORE_EFULL : STORE_EIO;
    }
}

/* Step once and make the statement ready again; for statements without results. */
int sqlite_run(sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return sqlite_err(rc);
}

int sqlite_begin(sqlite_store *s)
{
    int err = sqlite_run(statement(s, Q_BEGIN));
    for (int waited_ms = 0; err == STORE_EBUSY && waited_ms < RETRY_MS;
         waited_ms += RETRY_STEP_MS) {
        sqlite3_sleep(RETRY_STEP_MS);
        err = sqlite_run(statement(s, Q_BEGIN));
    }
    return err;
}

/* Commit when all went well, else roll back; a commit that fails leaves nothing behind either. */
int sqlite_end(sqlite_store *s, int err)
{
    CRASH_POINT("commit.before");
    if (err == BASE_OK)
        err = sqlite_run(statement(s, Q_COMMIT));
    CRASH_POINT("commit.after");
    if (err != BASE_OK && !sqlite3_get_autocommit(s->db)) {
        sqlite3_step(statement(s, Q_ROLLBACK));
        sqlite3_reset(statement(s, Q_ROLLBACK));
    }
    return err;
}

void sqlite_bind_str(sqlite3_stmt *q, int at, const char *text)
{
    sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC);
}

void sqlite_bind_bytes(sqlite3_stmt *q, int at, bytes s)
{
    sqlite3_bind_blob64(q, at, s.len_bytes > 0 ? (const void *)s.ptr : "", s.len_bytes,
                        SQLITE_STATIC);
}

bytes sqlite_bytes(sqlite3_stmt *q, int at)
{
    const void *ptr = sqlite3_column_blob(q, at);
    return bytes_of(ptr, (size_t)sqlite3_column_bytes(q, at));
}

bool sqlite_copy_text(sqlite3_stmt *q, int at, char *out, size_t cap)
{
    const unsigned char *text = sqlite3_column_text(q, at);
    if (text == NULL)
        return false;
    return snprintf(out, cap, "%s", (const char *)text) < (int)cap;
}

static int sqlite_ping(store *base)
{
    sqlite3_stmt *q = statement(sqlite_self(base), Q_PING);
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    return sqlite_err(rc);
}

void sqlite_close(store *base)
{
    sqlite_store *s = sqlite_self(base);
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        sqlite3_stmt **q = s->prepared[i];
        for (size_t k = 0; q != NULL && k < nouns[i]->count; k++)
            sqlite3_finalize(q[k]);
        base_alloc_put(base->alloc, q, nouns[i]->count * sizeof(sqlite3_stmt *));
    }
    sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    base_alloc_put(base->alloc, s, sizeof *s);
}

int sqlite_exec(sqlite_store *s, const char *sql)
{
    return sqlite_err(sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

int sqlite_prepare(sqlite_store *s)
{
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        sqlite3_stmt **q = base_alloc_get(s->base.alloc, nouns[i]->count * sizeof(sqlite3_stmt *));
        if (q == NULL)
            return BASE_ENOMEM;
        memset(q, 0, nouns[i]->count * sizeof(sqlite3_stmt *));
        s->prepared[i] = q;
        for (size_t k = 0; k < nouns[i]->count; k++) {
            int rc = sqlite3_prepare_v3(s->db, nouns[i]->sql[k], -1, SQLITE_PREPARE_PERSISTENT,
                                        &q[k], NULL);
            if (rc != SQLITE_OK)
                return sqlite_err(rc);
        }
    }
    return BASE_OK;
}

static int take_lock(sqlite_store *s, const char *path)
{
    char name[4096];
    if (snprintf(name, sizeof name, "%s-lock", path) >= (int)sizeof name)
        return STORE_EIO;
    s->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return STORE_EIO;
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? STORE_EBUSY : STORE_EIO;
    return BASE_OK;
}

/* Files that were made before space was given back learn it by being rewritten. */
static int make_shrinkable(sqlite_store *s)
{
    int mode = 0, pages = 0;
    int err = sqlite_read_int(s, "PRAGMA auto_vacuum", &mode);
    if (err == BASE_OK)
        err = sqlite_read_int(s, "PRAGMA page_count", &pages);
    if (err != BASE_OK || mode == 2 || pages > REWRITE_PAGES_MAX)
        return err;
    err = sqlite_exec(s, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
    return err == STORE_EFULL ? BASE_OK : err; /* store_stats.shrinks tells */
}

static bool is_in_memory(const store_sqlite_options *options)
{
    return options->vfs == NULL && strcmp(options->path, ":memory:") == 0;
}

/* SQLite's answer is the mode that it has now: where there can be no write-ahead log it keeps a
 * rollback journal and calls that no error. */
static int use_wal(sqlite_store *s, const char *expected)
{
    sqlite3_stmt *q;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1, &q, NULL);
    if (rc != SQLITE_OK)
        return sqlite_err(rc);
    rc = sqlite3_step(q);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
    bool has_wal = mode != NULL && strcmp(mode, expected) == 0;
    sqlite3_finalize(q);
    int err = sqlite_err(rc);
    return err == BASE_OK && !has_wal ? STORE_ENOWAL : err;
}

/* A log that is found may have been written and never flushed, by a process that died in between;
 * and after a flush that failed the kernel takes pages for clean that never reached the disk.  The
 * rows in it are told as saved to those who send them again, so all of it is written once more,
 * byte for byte, and flushed before anything is believed.  Nobody else writes: the lock is held. */
static int make_log_durable(sqlite_store *s)
{
    enum { CHUNK_BYTES = 1 << 16 };
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc == SQLITE_OK && log != NULL && log->pMethods != NULL)
        rc = log->pMethods->xFileSize(log, &size);
    if (rc != SQLITE_OK || size == 0)
        return sqlite_err(rc);
    uint8_t *chunk = base_alloc_get(s->base.alloc, CHUNK_BYTES);
    if (chunk == NULL)
        return BASE_ENOMEM;
    for (sqlite3_int64 at = 0; at < size && rc == SQLITE_OK; at += CHUNK_BYTES) {
        int len = (int)(size - at < CHUNK_BYTES ? size - at : CHUNK_BYTES);
        rc = log->pMethods->xRead(log, chunk, len, at);
        if (rc == SQLITE_OK)
            rc = log->pMethods->xWrite(log, chunk, len, at);
    }
    base_alloc_put(s->base.alloc, chunk, CHUNK_BYTES);
    if (rc == SQLITE_OK)
        rc = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
    return sqlite_err(rc);
}

static int open_file(sqlite_store *s, const store_sqlite_options *options)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool private = options->vfs != NULL || is_in_memory(options);
    int err = private ? BASE_OK : take_lock(s, options->path);
    if (err != BASE_OK)
        return err;
    int rc = sqlite3_open_v2(options->path, &s->db, flags, options->vfs);
    if (rc != SQLITE_OK)
        return sqlite_err(rc);
    crash_sqlite_watch();
    CRASH_POINT("open.file");
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, 0);
    /* Looked at before anything is written, so that a file that is not ours stays as it is. */
    int version = 0;
    err = sqlite_schema_check(s, &version);
    if (err == BASE_OK && version == 0)
        err = sqlite_exec(s, "PRAGMA auto_vacuum = INCREMENTAL");
    if (err == BASE_OK)
        err = use_wal(s, is_in_memory(options) ? "memory" : "wal");
    if (err == BASE_OK)
        err = sqlite_exec(s, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                             " PRAGMA journal_size_limit = 67108864;"
                             "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    if (err == BASE_OK && !is_in_memory(options))
        err = make_log_durable(s);
    CRASH_POINT("open.wal");
    if (err == BASE_OK)
        err = sqlite_schema_migrate(s);
    CRASH_POINT("open.schema");
    if (err == BASE_OK)
        err = make_shrinkable(s);
    if (err == BASE_OK)
        err = sqlite_read_int(s, "PRAGMA page_size", &s->page_bytes);
    if (err == BASE_OK && options->bytes_max > 0) {
        char sql[64];
        snprintf(sql, sizeof sql, "PRAGMA max_page_count = %llu",
                 (unsigned long long)(options->bytes_max / (uint64_t)s->page_bytes));
        err = sqlite_exec(s, sql);
    }
    if (err == BASE_OK)
        err = sqlite_prepare(s);
    if (err == BASE_OK)
        sqlite_upkeep_init(s);
    return err;
}

const store_ops sqlite_ops = {
    .close = sqlite_close,
    .room_create = sqlite_room_create,
    .room_get = sqlite_room_get,
    .room_patch = sqlite_room_patch,
    .room_delete = sqlite_room_delete,
    .room_used = sqlite_room_used,
    .load = sqlite_load,
    .append = sqlite_append,
    .snapshot_put = sqlite_snapshot_put,
    .author_put = sqlite_author_put,
    .authors = sqlite_authors,
    .chat_add = sqlite_chat_add,
    .chat_read = sqlite_chat_read,
    .version_add = sqlite_version_add,
    .versions = sqlite_versions,
    .expired = sqlite_expired,
    .rooms = sqlite_rooms,
    .ping = sqlite_ping,
    .history = sqlite_history,
    .salvage = sqlite_salvage,
    .upkeep = sqlite_upkeep,
    .stats_get = sqlite_stats_get,
};

int store_sqlite_open_with(const store_sqlite_options *options, const base_alloc *alloc,
                           store **out)
{
    sqlite_store *s = base_alloc_get(alloc, sizeof *s);
    if (s == NULL)
        return BASE_ENOMEM;
    *s = (sqlite_store){.base = {.ops = &sqlite_ops, .alloc = alloc}, .lock_fd = -1};
    int err = open_file(s, options);
    if (err != BASE_OK) {
        sqlite_close(&s->base);
        return err;
    }
    *out = &s->base;
    return BASE_OK;
}

int store_sqlite_open(const char *path, const base_alloc *alloc, store **out)
{
    store_sqlite_options options = {.path = path};
    return store_sqlite_open_with(&options, alloc, out);
}
