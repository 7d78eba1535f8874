#include "store/sqlite/tools.h"

#include "store/sqlite/call.h"
#include "store/sqlite/open.h"
#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAULTS_MAX 100

static bool has_wal(const char *path)
{
    char name[4096];
    struct stat st;
    snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &st) == 0 && st.st_size > 0;
}

/* An existing file that is ours, without statements yet. */
static int open_existing(const char *path, const base_alloc *alloc, sqlite_store **out,
                         int *version)
{
    sqlite_store *s = sqlite_reader_new(alloc);
    if (s == NULL)
        return BASE_ENOMEM;
    int rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    int err = sqlite_err(rc);
    if (err == BASE_OK) {
        sqlite3_extended_result_codes(s->db, 1);
        sqlite3_busy_timeout(s->db, 2000);
        /* What a killed server left in its write-ahead log is for the next server to take over. */
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)has_wal(path), NULL);
        err = sqlite_schema_check(s, version);
    }
    if (err == BASE_OK && *version == 0)
        err = STORE_EVERSION; /* an empty file */
    if (err != BASE_OK) {
        sqlite_close(s);
        return err;
    }
    *out = s;
    return BASE_OK;
}

int store_sqlite_open_reader(const char *path, const base_alloc *alloc, store_reader **out)
{
    sqlite_store *s;
    int version = 0, rooms = 0;
    int err = open_existing(path, alloc, &s, &version);
    if (err != BASE_OK)
        return err;
    if (version != sqlite_schema_version())
        err = STORE_EVERSION;
    if (err == BASE_OK)
        err = sqlite_exec(s, "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;"
                             "PRAGMA cell_size_check = ON; BEGIN");
    if (err == BASE_OK)
        err = sqlite_read_int(s, "SELECT count(*) FROM rooms", &rooms); /* the moment begins */
    if (err == BASE_OK)
        err = sqlite_read_int(s, "PRAGMA page_size", &s->page_bytes);
    if (err == BASE_OK)
        err = sqlite_prepare(s);
    if (err != BASE_OK) {
        sqlite_close(s);
        return err;
    }
    *out = &s->base.reader;
    return BASE_OK;
}

typedef struct fault_list {
    store_fault_fn *fault;
    void *ctx;
} fault_list;

static int on_line(void *arg, int columns, char **values, char **names)
{
    fault_list *list = arg;
    (void)names;
    if (columns > 0 && values[0] != NULL && strcmp(values[0], "ok") != 0)
        list->fault(list->ctx, values[0]);
    return 0;
}

static int on_reference(void *arg, int columns, char **values, char **names)
{
    fault_list *list = arg;
    char text[160];
    (void)names;
    (void)columns;
    snprintf(text, sizeof text, "a row of table %.100s belongs to no room",
             values[0] != NULL ? values[0] : "?");
    list->fault(list->ctx, text);
    return 0;
}

_Static_assert(FAULTS_MAX == 100, "the number in the pragma");

int store_sqlite_verify(store_reader *reader, store_fault_fn *fault, void *ctx)
{
    sqlite_store *s = sqlite_reading(reader);
    fault_list list = {fault, ctx};
    int rc = sqlite3_exec(s->db, "PRAGMA integrity_check(100)", on_line, &list, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(s->db, "PRAGMA foreign_key_check", on_reference, &list, NULL);
    return sqlite_err(rc);
}

static int flush_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return STORE_EIO;
    int err = fsync(fd) == 0 ? BASE_OK : STORE_EIO;
    close(fd);
    return err;
}

int store_sqlite_copy(const char *from, const char *to, const base_alloc *alloc)
{
    sqlite_store *s;
    sqlite3_stmt *q;
    int version = 0;
    if (access(to, F_OK) == 0)
        return STORE_EEXISTS;
    int err = open_existing(from, alloc, &s, &version);
    if (err != BASE_OK)
        return err;
    err = sqlite_exec(s, "PRAGMA cell_size_check = ON; PRAGMA auto_vacuum = INCREMENTAL");
    if (err == BASE_OK) {
        int rc = sqlite3_prepare_v2(s->db, "VACUUM INTO ?1", -1, &q, NULL);
        if (rc == SQLITE_OK) {
            sqlite_bind_str(q, 1, to);
            (void)sqlite3_step(q);
            rc = sqlite3_finalize(q);
        }
        err = sqlite_err(rc);
    }
    sqlite_close(s);
    return err == BASE_OK ? flush_file(to) : err;
}

static int renew_epochs(sqlite_store *s, store_random_fn *random, uint64_t *rooms)
{
    sqlite3_stmt *list = NULL, *set = NULL;
    int rc = sqlite3_prepare_v2(s->db, "SELECT key FROM rooms", -1, &list, NULL);
    if (rc == SQLITE_OK)
        rc =
            sqlite3_prepare_v2(s->db, "UPDATE rooms SET epoch = ?2 WHERE key = ?1", -1, &set, NULL);
    int err = sqlite_err(rc);
    for (*rooms = 0; err == BASE_OK && (rc = sqlite3_step(list)) == SQLITE_ROW; ++*rooms) {
        uint8_t epoch[STORE_EPOCH_BYTES];
        random(epoch, sizeof epoch);
        sqlite3_bind_int64(set, 1, sqlite3_column_int64(list, 0));
        sqlite_bind_bytes(set, 2, bytes_of(epoch, sizeof epoch));
        err = sqlite_run(set);
    }
    if (err == BASE_OK)
        err = sqlite_err(rc);
    sqlite3_finalize(list);
    sqlite3_finalize(set);
    return err;
}

int store_sqlite_renew_epochs(store *base, store_random_fn *random, uint64_t *rooms)
{
    sqlite_store *s = sqlite_self(base);
    int err = sqlite_begin(s);
    return err == BASE_OK ? sqlite_end(s, renew_epochs(s, random, rooms)) : err;
}
