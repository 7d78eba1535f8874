#include "server/store/store_thread.h"

#include <stdlib.h>

#define BATCH_BYTES_MAX (UINT64_C(1) << 30)

store_batch *store_batch_new(loop *home)
{
    store_batch *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->home = home;
    buf_init(&b->updates, base_alloc_libc(), BATCH_BYTES_MAX);
    return b;
}

static bool grow(store_batch *b)
{
    size_t cap = b->cap == 0 ? 32 : b->cap * 2;
    store_row *rows = realloc(b->rows, cap * sizeof *rows);
    if (rows == NULL)
        return false;
    b->rows = rows;
    void **owners = realloc(b->owners, cap * sizeof *owners);
    if (owners == NULL)
        return false;
    b->owners = owners;
    b->cap = cap;
    return true;
}

bool store_batch_add(store_batch *b, const store_row *row, void *owner)
{
    if (b->count == b->cap && !grow(b))
        return false;
    buf_put_bytes(&b->updates, row->update);
    if (buf_err(&b->updates) != BASE_OK)
        return false;
    if (b->count == 0)
        b->begun_us = uv_hrtime() / 1000;
    b->rows[b->count] = *row;
    b->owners[b->count++] = owner;
    return true;
}

void store_batch_free(store_batch *b)
{
    if (b == NULL)
        return;
    buf_deinit(&b->updates);
    free(b->rows);
    free(b->owners);
    free(b);
}
