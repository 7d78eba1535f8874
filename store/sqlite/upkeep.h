/* upkeep.h - one bounded step of what a file needs.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_UPKEEP_H
#define STORE_SQLITE_UPKEEP_H

#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_upkeep_statements;

int sqlite_upkeep(store *base, const store_upkeep_options *options, store_upkept *out);

#endif
