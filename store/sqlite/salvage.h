/* salvage.h - what can be read of a damaged room.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_SALVAGE_H
#define STORE_SQLITE_SALVAGE_H

#include "store/sqlite/call.h"

int sqlite_salvage(store_reader *base, const char *id, store_loaded *out, store_damage *damage);

#endif
