/* blob.c - the caller's output blob as a buffer, and back. */
#include "yoke/src/encode.h"

void yoke__buf_over(buf *b, base_alloc *a, yoke_blob *blob)
{
    *a = *base_alloc_libc();
    if (blob->alloc != NULL)
        *a = (base_alloc){blob->alloc->ctx, blob->alloc->alloc, blob->alloc->resize,
                          blob->alloc->release};
    buf_init(b, a, UINT32_MAX);
    b->ptr = blob->ptr;
    b->cap_bytes = blob->cap_bytes;
}

yoke_err yoke__blob_from(yoke_blob *blob, buf *b)
{
    blob->ptr = b->ptr;
    blob->cap_bytes = b->cap_bytes;
    blob->len_bytes = b->err == BASE_OK ? b->len_bytes : 0;
    return yoke__err(b->err);
}

void yoke_blob_free(yoke_blob *blob)
{
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, blob);
    buf_deinit(&b);
    *blob = (yoke_blob){.alloc = blob->alloc};
}
