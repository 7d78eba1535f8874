/* tools.h - what is done with a database beside the server that has it, or after it. */
#ifndef STORE_SQLITE_TOOLS_H
#define STORE_SQLITE_TOOLS_H

#include "store/store.h"

/* store_sqlite_open_reader - an existing file, for reading; a server may have it meanwhile.  All
 * reads see the moment of the opening, and keep the write-ahead log from being emptied, so do not
 * hold it for long.  Close it with store_reader_close.  The database is not changed. Returns
 * STORE_EVERSION (not ours, newer, or of an older schema: `tandem serve` migrates it),
 * STORE_ECORRUPT, STORE_EBUSY, STORE_EIO, BASE_ENOMEM.
 */
BASE_MUST_CHECK int store_sqlite_open_reader(const char *path, const base_alloc *alloc,
                                             store_reader **out);

/* store_sqlite_verify - SQLite's own look at pages, indexes and references; one call of `fault` for
 * each sentence about what is wrong, at most 100.  Reads the whole file.
 * Returns what kept it from looking. */
typedef void store_fault_fn(void *ctx, const char *sentence);
BASE_MUST_CHECK int store_sqlite_verify(store_reader *reader, store_fault_fn *fault, void *ctx);

/* store_sqlite_copy - a whole, compact and flushed copy of one moment of `from`, also while a
 * server has it.  Files of older schemas are copied as they are.  `to` must not exist; after an
 * error it may be there in part. Returns STORE_EVERSION, STORE_ECORRUPT (a page of `from` cannot be
 * read), STORE_EEXISTS (`to`), STORE_EFULL, STORE_EBUSY, STORE_EIO, BASE_ENOMEM. */
BASE_MUST_CHECK int store_sqlite_copy(const char *from, const char *to, const base_alloc *alloc);

/* store_sqlite_renew_epochs - every room gets the next STORE_EPOCH_BYTES of `random`, in one
 * transaction, so that no browser merges an old local copy into it. */
typedef void store_random_fn(void *ptr, size_t len_bytes);
BASE_MUST_CHECK int store_sqlite_renew_epochs(store *s, store_random_fn *random, uint64_t *rooms);

#endif
