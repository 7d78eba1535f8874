/* alloc.h - the allocator that is handed down to everything that needs memory.
 *
 * Sizes come back on release, so an arena or a counting allocator needs no headers of its own.
 * No function may be NULL.  `base_alloc_libc()` is malloc and friends.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

typedef struct base_alloc {
    void *ctx;
    void *(*alloc)(void *ctx, size_t size_bytes);
    void *(*resize)(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes);
    void (*release)(void *ctx, void *ptr, size_t size_bytes);
} base_alloc;

/* base_alloc_libc - the process's heap.  Never NULL, valid for ever, safe from every thread. */
const base_alloc *base_alloc_libc(void);

/* base_alloc_get / resize / put - the calls above with the context filled in.  `base_alloc_put`
 * takes NULL. */
void *base_alloc_get(const base_alloc *a, size_t size_bytes);
void *base_alloc_resize(const base_alloc *a, void *ptr, size_t old_bytes, size_t new_bytes);
void base_alloc_put(const base_alloc *a, void *ptr, size_t size_bytes);

#endif
