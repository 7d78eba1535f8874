/* call.c - see call.h. */
#include "store/sqlite/call.h"

#include "base/crash_point.h"

#include <errno.h>
#include <unistd.h>

#define RETRY_STEP_MS 10

#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(MOMENT, "BEGIN")                                                                             \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(PING, "SELECT count(*) FROM (SELECT 1 FROM rooms LIMIT 1)")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_call_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_CALL][at];
}

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

/* One number; without a row `*out` stays. */
int sqlite_read_number(sqlite3_stmt *q, sqlite3_int64 *out)
{
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return sqlite_err(rc);
}

int sqlite_begin(sqlite_store *s)
{
    int err = sqlite_run(statement(s, Q_BEGIN));
    for (int waited_ms = 0; err == STORE_EBUSY && waited_ms < SQLITE_RETRY_MS;
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

int sqlite_moment_begin(store_reader *base)
{
    sqlite_store *s = sqlite_reading(base);
    return s->moments ? sqlite_run(statement(s, Q_MOMENT)) : BASE_OK;
}

/* Nothing was written, so how it ends makes no difference. */
void sqlite_moment_end(store_reader *base)
{
    sqlite_store *s = sqlite_reading(base);
    if (s->moments && !sqlite3_get_autocommit(s->db))
        (void)!sqlite_run(statement(s, Q_ROLLBACK));
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

int sqlite_ping(store_reader *base)
{
    sqlite3_stmt *q = statement(sqlite_reading(base), Q_PING);
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    return sqlite_err(rc);
}

int sqlite_exec(sqlite_store *s, const char *sql)
{
    return sqlite_err(sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

int sqlite_read_int(sqlite_store *s, const char *sql, int *out)
{
    sqlite3_stmt *q;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (rc != SQLITE_OK)
        return sqlite_err(rc);
    rc = sqlite3_step(q);
    *out = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return sqlite_err(rc);
}

static bool changes_rows(const char *sql)
{
    return strncmp(sql, "INSERT", 6) == 0 || strncmp(sql, "UPDATE", 6) == 0 ||
           strncmp(sql, "DELETE", 6) == 0;
}

int sqlite_prepare(sqlite_store *s)
{
    bool reader = s->base.ops == NULL;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        if (s->nouns[i] == NULL)
            continue;
        sqlite3_stmt **q =
            base_alloc_get(s->base.reader.alloc, s->nouns[i]->count * sizeof(sqlite3_stmt *));
        if (q == NULL)
            return BASE_ENOMEM;
        memset(q, 0, s->nouns[i]->count * sizeof(sqlite3_stmt *));
        s->prepared[i] = q;
        for (size_t k = 0; k < s->nouns[i]->count; k++) {
            if (reader && changes_rows(s->nouns[i]->sql[k]))
                continue;
            int rc = sqlite3_prepare_v3(s->db, s->nouns[i]->sql[k], -1, SQLITE_PREPARE_PERSISTENT,
                                        &q[k], NULL);
            if (rc != SQLITE_OK)
                return sqlite_err(rc);
        }
    }
    return BASE_OK;
}

void sqlite_close(sqlite_store *s)
{
    const base_alloc *alloc = s->base.reader.alloc;
    for (size_t i = 0; i < NOUN_COUNT; i++) {
        sqlite3_stmt **q = s->prepared[i];
        for (size_t k = 0; q != NULL && k < s->nouns[i]->count; k++)
            sqlite3_finalize(q[k]);
        if (q != NULL)
            base_alloc_put(alloc, q, s->nouns[i]->count * sizeof(sqlite3_stmt *));
    }
    sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    base_alloc_put(alloc, s, sizeof *s);
}
