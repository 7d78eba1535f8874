/* scarce.h - an allocator whose n-th request fails, once, and that knows what is still held. */
#ifndef CLIENT_TEST_SCARCE_H
#define CLIENT_TEST_SCARCE_H

#include "base/alloc.h"

typedef struct scarce {
    base_alloc alloc;
    size_t until; /* requests that are served before one fails; SIZE_MAX: all */
    size_t requests, held_bytes;
} scarce;

static inline bool scarce_fails(scarce *s)
{
    s->requests++;
    return s->until != SIZE_MAX && s->until-- == 0;
}

static void *scarce_get(void *ctx, size_t size_bytes)
{
    scarce *s = ctx;
    void *ptr = scarce_fails(s) ? NULL : base_alloc_get(base_alloc_libc(), size_bytes);
    s->held_bytes += ptr != NULL ? size_bytes : 0;
    return ptr;
}

static void *scarce_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    scarce *s = ctx;
    void *moved =
        scarce_fails(s) ? NULL : base_alloc_resize(base_alloc_libc(), ptr, old_bytes, new_bytes);
    if (moved != NULL)
        s->held_bytes += new_bytes - old_bytes;
    return moved;
}

static void scarce_put(void *ctx, void *ptr, size_t size_bytes)
{
    scarce *s = ctx;
    if (ptr != NULL)
        s->held_bytes -= size_bytes;
    base_alloc_put(base_alloc_libc(), ptr, size_bytes);
}

static inline void scarce_init(scarce *s, size_t until)
{
    *s = (scarce){.alloc = {s, scarce_get, scarce_resize, scarce_put}, .until = until};
}

#endif
