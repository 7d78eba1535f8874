/* open.c - the store in one SQLite file: opening it, the table of calls.
 *
 * WAL with synchronous = FULL: COMMIT returns when the log is flushed; NORMAL may lose the last
 * commits with the power.  One server at a time: two on one file would number one room's rows
 * twice. The lock for that is a file of its own, so that other processes can read meanwhile
 * (backup).
 */
#include "store/sqlite/open.h"

#include "base/crash_point.h"
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/compact.h"
#include "store/sqlite/crash.h"
#include "store/sqlite/history.h"
#include "store/sqlite/load.h"
#include "store/sqlite/log.h"
#include "store/sqlite/people.h"
#include "store/sqlite/rooms.h"
#include "store/sqlite/salvage.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/space.h"
#include "store/sqlite/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* An older file, up to here, is rewritten once when it is opened so that it can shrink; a larger
 * one by backup and restore, for it would keep the server from starting. */
#define REWRITE_PAGES_MAX 16384

static const sqlite_statements *const nouns[NOUN_COUNT] = {
    [NOUN_CALL] = &sqlite_call_statements,     [NOUN_ROOMS] = &sqlite_room_statements,
    [NOUN_LOG] = &sqlite_log_statements,       [NOUN_HISTORY] = &sqlite_history_statements,
    [NOUN_PEOPLE] = &sqlite_people_statements, [NOUN_COMPACT] = &sqlite_compact_statements,
    [NOUN_UPKEEP] = &sqlite_upkeep_statements, [NOUN_SPACE] = &sqlite_space_statements,
};

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
    uint8_t *chunk = base_alloc_get(s->base.reader.alloc, CHUNK_BYTES);
    if (chunk == NULL)
        return BASE_ENOMEM;
    for (sqlite3_int64 at = 0; at < size && rc == SQLITE_OK; at += CHUNK_BYTES) {
        int len = (int)(size - at < CHUNK_BYTES ? size - at : CHUNK_BYTES);
        rc = log->pMethods->xRead(log, chunk, len, at);
        if (rc == SQLITE_OK)
            rc = log->pMethods->xWrite(log, chunk, len, at);
    }
    base_alloc_put(s->base.reader.alloc, chunk, CHUNK_BYTES);
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
    s->path = sqlite3_db_filename(s->db, "main");
    s->vfs = sqlite3_vfs_find(options->vfs)->zName;
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
        sqlite_checkpoint_init(s);
    return err;
}

static void close_store(store *base)
{
    sqlite_close(sqlite_self(base));
}

static void close_reader(store_reader *base)
{
    sqlite_close(sqlite_reading(base));
}

static int open_reader(store *base, store_reader **out);

static const store_reader_ops reader_ops = {
    .close = close_reader,
    .begin = sqlite_moment_begin,
    .end = sqlite_moment_end,
    .room_get = sqlite_room_get,
    .load = sqlite_load,
    .authors = sqlite_authors,
    .chat_read = sqlite_chat_read,
    .versions = sqlite_versions,
    .expired = sqlite_expired,
    .rooms = sqlite_rooms,
    .history = sqlite_history,
    .salvage = sqlite_salvage,
    .ping = sqlite_ping,
};

static const store_ops ops = {
    .close = close_store,
    .reader_open = open_reader,
    .room_create = sqlite_room_create,
    .room_patch = sqlite_room_patch,
    .room_delete = sqlite_room_delete,
    .room_used = sqlite_room_used,
    .append = sqlite_append,
    .snapshot_put = sqlite_snapshot_put,
    .author_put = sqlite_author_put,
    .chat_add = sqlite_chat_add,
    .version_add = sqlite_version_add,
    .upkeep = sqlite_upkeep,
    .stats_get = sqlite_stats_get,
};

int store_sqlite_open_with(const store_sqlite_options *options, const base_alloc *alloc,
                           store **out)
{
    sqlite_store *s = base_alloc_get(alloc, sizeof *s);
    if (s == NULL)
        return BASE_ENOMEM;
    *s = (sqlite_store){.base = {.reader = {&reader_ops, alloc, false}, .ops = &ops},
                        .nouns = nouns,
                        .lock_fd = -1};
    int err = open_file(s, options);
    if (err != BASE_OK) {
        sqlite_close(s);
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

/* ------------------------------------------------------------------------------- readers --- */

sqlite_store *sqlite_reader_new(const base_alloc *alloc)
{
    static const sqlite_statements *const reading[NOUN_COUNT] = {
        [NOUN_CALL] = &sqlite_call_statements,     [NOUN_ROOMS] = &sqlite_room_statements,
        [NOUN_LOG] = &sqlite_log_statements,       [NOUN_HISTORY] = &sqlite_history_statements,
        [NOUN_PEOPLE] = &sqlite_people_statements,
    };
    sqlite_store *s = base_alloc_get(alloc, sizeof *s);
    if (s != NULL)
        *s = (sqlite_store){
            .base = {.reader = {&reader_ops, alloc, false}}, .nouns = reading, .lock_fd = -1};
    return s;
}

/* The connection writes nothing: neither rows, nor the log into the file when it is closed. */
static int open_beside(sqlite_store *s, const sqlite_store *of)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(of->path, &s->db, flags, of->vfs);
    if (rc != SQLITE_OK)
        return sqlite_err(rc);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, SQLITE_RETRY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    s->moments = true;
    /* Rooms are seldom read twice; what is kept are the upper pages of the trees. */
    int err = sqlite_exec(s, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                             "PRAGMA cache_size = -256");
    return err == BASE_OK ? sqlite_prepare(s) : err;
}

static int open_reader(store *base, store_reader **out)
{
    const sqlite_store *of = sqlite_self(base);
    if (of->path[0] == '\0')
        return STORE_ENOWAL;
    sqlite_store *s = sqlite_reader_new(base->reader.alloc);
    if (s == NULL)
        return BASE_ENOMEM;
    int err = open_beside(s, of);
    if (err != BASE_OK) {
        sqlite_close(s);
        return err;
    }
    *out = &s->base.reader;
    return BASE_OK;
}
