/* schema.h - the shape of the tables.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_SCHEMA_H
#define STORE_SQLITE_SCHEMA_H

#include "store/sqlite/call.h"

/* sqlite_schema_check - ours and not newer than this program?  `version` 0: empty.
 * sqlite_schema_migrate - the steps that are missing. */
BASE_MUST_CHECK int sqlite_schema_check(sqlite_store *s, int *version);
BASE_MUST_CHECK int sqlite_schema_migrate(sqlite_store *s);
int sqlite_schema_version(void);

#endif
