/* open.h - a store in one SQLite file.
 *
 * The file PATH-lock is held (flock) while the store is open, so that no second server writes into
 * it; other processes may read (store/sqlite/tools.h).
 */
#ifndef STORE_SQLITE_OPEN_H
#define STORE_SQLITE_OPEN_H

#include "store/store.h"

/* store_sqlite_open - open or create the file; migrates an older schema first.  WAL, synchronous =
 * FULL.  ":memory:" has neither log nor lock.
 * Returns STORE_EVERSION, STORE_ECORRUPT, STORE_EBUSY, STORE_EFULL, STORE_EIO, STORE_ENOWAL (not
 * every file system can share memory between processes), BASE_ENOMEM. */
BASE_MUST_CHECK int store_sqlite_open(const char *path, const base_alloc *alloc, store **out);

/* store_sqlite_open_with - the same with more to say.  A VFS of another name than the system's has
 * no lock file: it is private to the process. */
typedef struct store_sqlite_options {
    const char *path;
    const char *vfs;    /* NULL: the system's */
    uint64_t bytes_max; /* of the database file; past it calls return STORE_EFULL.  0: no limit */
} store_sqlite_options;

BASE_MUST_CHECK int store_sqlite_open_with(const store_sqlite_options *options,
                                           const base_alloc *alloc, store **out);

/* sqlite_reader_new - a reader without a file yet; for store/sqlite/tools.c. */
struct sqlite_store *sqlite_reader_new(const base_alloc *alloc);

#endif
