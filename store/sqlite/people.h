/* people.h - authors, chat and named versions.  Private to store/sqlite/. */
#ifndef STORE_SQLITE_PEOPLE_H
#define STORE_SQLITE_PEOPLE_H

#include "store/sqlite/call.h"

extern const sqlite_statements sqlite_people_statements;

int sqlite_author_put(store *base, const char *id, const store_author *author);
int sqlite_authors(store_reader *base, const char *id, store_author_fn *visit, void *ctx);
int sqlite_chat_add(store *base, const char *id, store_chat *said, uint64_t keep);
int sqlite_chat_read(store_reader *base, const char *id, uint64_t before_n, size_t max,
                     store_chat_fn *visit, void *ctx);
int sqlite_version_add(store *base, const char *id, store_version *version, uint64_t max);
int sqlite_versions(store_reader *base, const char *id, store_version_fn *visit, void *ctx);

#endif
