/* space.h - free pages of the file.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_SPACE_H
#define STORE_SQLITE_SPACE_H

#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_space_statements;

/* sqlite_vacuum - one step: give some back; `out` stays as it is when there are few. */
BASE_MUST_CHECK int sqlite_vacuum(sqlite_store *s, store_upkept *out);
int sqlite_stats_get(store *base, store_stats *out);

#endif
