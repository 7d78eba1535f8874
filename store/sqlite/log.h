/* log.h - rows and snapshots: written, and read one by one.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

#include "store/load_builder.h"
#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_log_statements;

/* The readers verify; STORE_ECORRUPT comes with `damage`, and what was read before is good.  A row
 * is borrowed for the call; sqlite_read_log ends when `take` says false. */
typedef bool sqlite_row_fn(void *ctx, const store_row *row);
BASE_MUST_CHECK int sqlite_read_snapshot(sqlite_store *s, sqlite3_int64 key, load_builder *b,
                                         store_damage *damage);
BASE_MUST_CHECK int sqlite_read_log(sqlite_store *s, sqlite3_int64 key, uint64_t after_seq,
                                    sqlite_row_fn *take, void *ctx, store_damage *damage);

/* Inside a transaction. */
BASE_MUST_CHECK int sqlite_append_row(sqlite_store *s, store_row *row);
BASE_MUST_CHECK int sqlite_log_drop(sqlite_store *s, sqlite3_int64 key, sqlite3_int64 upto_seq);

int sqlite_append(store *base, store_row *rows, size_t count);
int sqlite_snapshot_put(store *base, const char *id, const store_snapshot *snapshot);

#endif
