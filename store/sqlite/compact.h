/* compact.h - rows that a snapshot holds become a segment of history.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_COMPACT_H
#define STORE_SQLITE_COMPACT_H

#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_compact_statements;

/* sqlite_compact - one step; `out` stays as it is when nothing is to be done. */
BASE_MUST_CHECK int sqlite_compact(sqlite_store *s, store_upkept *out);

#endif
