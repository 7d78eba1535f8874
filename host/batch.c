#include "host/batch.h"

#define BATCH_BYTES_MAX (UINT64_C(1) << 30)

store_batch *store_batch_new(const base_alloc *alloc, loop *home)
{
    store_batch *b = base_alloc_get(alloc, sizeof *b);
    if (b == NULL)
        return NULL;
    *b = (store_batch){.home = home, .alloc = alloc};
    buf_init(&b->updates, alloc, BATCH_BYTES_MAX);
    return b;
}

static bool grow(store_batch *b)
{
    size_t cap = b->cap == 0 ? 32 : b->cap * 2;
    store_row *rows = base_alloc_get(b->alloc, cap * sizeof *rows);
    void **owners = base_alloc_get(b->alloc, cap * sizeof *owners);
    if (rows == NULL || owners == NULL) {
        base_alloc_put(b->alloc, rows, cap * sizeof *rows);
        base_alloc_put(b->alloc, owners, cap * sizeof *owners);
        return false;
    }
    if (b->count > 0) {
        memcpy(rows, b->rows, b->count * sizeof *rows);
        memcpy(owners, b->owners, b->count * sizeof *owners);
    }
    base_alloc_put(b->alloc, b->rows, b->cap * sizeof *b->rows);
    base_alloc_put(b->alloc, b->owners, b->cap * sizeof *b->owners);
    b->rows = rows;
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
    b->rows[b->count] = *row;
    b->owners[b->count++] = owner;
    return true;
}

void store_batch_free(store_batch *b)
{
    if (b == NULL)
        return;
    buf_deinit(&b->updates);
    base_alloc_put(b->alloc, b->rows, b->cap * sizeof *b->rows);
    base_alloc_put(b->alloc, b->owners, b->cap * sizeof *b->owners);
    base_alloc_put(b->alloc, b, sizeof *b);
}
