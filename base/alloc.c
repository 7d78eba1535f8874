#include "base/alloc.h"

#include <stdlib.h>

static void *libc_alloc(void *ctx, size_t size_bytes)
{
    (void)ctx;
    return malloc(size_bytes);
}

static void *libc_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    (void)ctx;
    (void)old_bytes;
    return realloc(ptr, new_bytes);
}

static void libc_release(void *ctx, void *ptr, size_t size_bytes)
{
    (void)ctx;
    (void)size_bytes;
    free(ptr);
}

const base_alloc *base_alloc_libc(void)
{
    static const base_alloc libc = {NULL, libc_alloc, libc_resize, libc_release};
    return &libc;
}

void *base_alloc_get(const base_alloc *a, size_t size_bytes)
{
    return a->alloc(a->ctx, size_bytes);
}

void *base_alloc_resize(const base_alloc *a, void *ptr, size_t old_bytes, size_t new_bytes)
{
    return a->resize(a->ctx, ptr, old_bytes, new_bytes);
}

void base_alloc_put(const base_alloc *a, void *ptr, size_t size_bytes)
{
    if (ptr != NULL)
        a->release(a->ctx, ptr, size_bytes);
}
