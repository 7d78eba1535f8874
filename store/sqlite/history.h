/* history.h - segments, and reading history.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_HISTORY_H
#define STORE_SQLITE_HISTORY_H

#include "store/load_builder.h"
#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_history_statements;

/* sqlite_segment_put - inside a transaction. */
BASE_MUST_CHECK int sqlite_segment_put(sqlite_store *s, sqlite3_int64 key, const store_row *rows,
                                       size_t count);
BASE_MUST_CHECK int sqlite_read_history(sqlite_store *s, sqlite3_int64 key,
                                        const store_history_query *query, load_builder *b,
                                        bool *more, store_damage *damage);

int sqlite_history(store_reader *base, const char *id, const store_history_query *query,
                   store_page *out);

#endif
