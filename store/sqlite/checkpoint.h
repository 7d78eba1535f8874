/* checkpoint.h - when the write-ahead log goes into the file.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_CHECKPOINT_H
#define STORE_SQLITE_CHECKPOINT_H

#include "store/sqlite/call.h"

/* sqlite_checkpoint_init - takes checkpoints over from SQLite. */
void sqlite_checkpoint_init(sqlite_store *s);

/* sqlite_checkpoint_due - is there a use in one?  `wanted`: also when the log is short. */
bool sqlite_checkpoint_due(const sqlite_store *s, bool wanted);
BASE_MUST_CHECK int sqlite_checkpoint(sqlite_store *s, store_upkept *out);

#endif
