/* people.h - authors, chat and versions of one room of the memory store.  Private to store/.
 */
#ifndef STORE_MEMORY_PEOPLE_H
#define STORE_MEMORY_PEOPLE_H

#include "base/buf.h"
#include "store/store.h"

typedef struct memory_people {
    const base_alloc *alloc;
    buf authors, chat, versions; /* of kept_note, in order */
    uint64_t chat_last;
} memory_people;

void memory_people_init(memory_people *p, const base_alloc *alloc);
void memory_people_deinit(memory_people *p);

/* As the calls of store.h; `last_seq` is the number of the room's last row. */
BASE_MUST_CHECK int memory_author_put(memory_people *p, const store_author *author);
void memory_authors(const memory_people *p, store_author_fn *visit, void *ctx);
BASE_MUST_CHECK int memory_chat_add(memory_people *p, store_chat *said, uint64_t keep);
void memory_chat_read(const memory_people *p, uint64_t before_n, size_t max, store_chat_fn *visit,
                      void *ctx);
BASE_MUST_CHECK int memory_version_add(memory_people *p, store_version *version, uint64_t max,
                                       uint64_t last_seq);
void memory_versions(const memory_people *p, store_version_fn *visit, void *ctx);

#endif
