/* heap.c - see heap.h. */
#include "sim/heap.h"

#include <stdlib.h>

typedef struct heap_block {
    struct heap_block *next, *prev;
    size_t size_bytes;
    size_t unused; /* keeps what follows aligned as malloc aligns */
} heap_block;

static bool fails(heap *h)
{
    h->calls++;
    if (h->fail_one_in == 0 || rng_below(&h->luck, h->fail_one_in) != 0)
        return false;
    h->failed++;
    return true;
}

static void *get(void *ctx, size_t size_bytes)
{
    heap *h = ctx;
    if (fails(h))
        return NULL;
    heap_block *b = malloc(sizeof *b + size_bytes);
    if (b == NULL)
        abort();
    *b = (heap_block){h->first, NULL, size_bytes, 0};
    if (h->first != NULL)
        h->first->prev = b;
    h->first = b;
    h->live_blocks++;
    h->live_bytes += size_bytes;
    if (h->live_bytes > h->peak_bytes)
        h->peak_bytes = h->live_bytes;
    return b + 1;
}

static void put(void *ctx, void *ptr, size_t size_bytes)
{
    heap *h = ctx;
    if (ptr == NULL)
        return;
    heap_block *b = (heap_block *)ptr - 1;
    h->wrong_size = h->wrong_size || b->size_bytes != size_bytes;
    if (b->prev != NULL)
        b->prev->next = b->next;
    else
        h->first = b->next;
    if (b->next != NULL)
        b->next->prev = b->prev;
    h->live_blocks--;
    h->live_bytes -= b->size_bytes;
    free(b);
}

/* Always moves, so that whoever keeps the old address is found out. */
static void *resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    void *fresh = get(ctx, new_bytes);
    if (fresh == NULL || ptr == NULL)
        return fresh;
    memcpy(fresh, ptr, old_bytes < new_bytes ? old_bytes : new_bytes);
    put(ctx, ptr, old_bytes);
    return fresh;
}

void heap_init(heap *h, uint64_t seed)
{
    *h = (heap){.alloc = {h, get, resize, put}, .luck = rng_of(seed, 0x68656170)};
}

void heap_wipe(heap *h)
{
    for (heap_block *b = h->first, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    h->first = NULL;
    h->live_blocks = h->live_bytes = 0;
}
