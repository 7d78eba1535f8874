/* load.h - a room as a whole.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_LOAD_H
#define STORE_SQLITE_LOAD_H

#include "store/sqlite/call.h"

int sqlite_load(store_reader *base, const char *id, store_loaded *out);

#endif
