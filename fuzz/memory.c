#include "fuzz/memory.h"

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void count(fuzz_memory *m, size_t more_bytes, size_t less_bytes)
{
    m->held_bytes = m->held_bytes + more_bytes - less_bytes;
    if (m->held_bytes > m->peak_bytes)
        m->peak_bytes = m->held_bytes;
}

static void *counted_alloc(void *ctx, size_t size_bytes)
{
    void *ptr = malloc(size_bytes);
    if (ptr != NULL)
        count(ctx, size_bytes, 0);
    return ptr;
}

static void *counted_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    void *moved = realloc(ptr, new_bytes);
    if (moved != NULL)
        count(ctx, new_bytes, old_bytes);
    return moved;
}

static void counted_release(void *ctx, void *ptr, size_t size_bytes)
{
    count(ctx, 0, size_bytes);
    free(ptr);
}

void fuzz_memory_init(fuzz_memory *m)
{
    *m = (fuzz_memory){.alloc = {m, counted_alloc, counted_resize, counted_release}};
}

void fuzz_memory_end(const fuzz_memory *m, size_t most_bytes)
{
    fuzz_demand(m->held_bytes == 0, "all memory came back, at the size it was taken");
    if (m->peak_bytes > most_bytes)
        fprintf(stderr, "%zu bytes were held, %zu may be\n", m->peak_bytes, most_bytes);
    fuzz_demand(m->peak_bytes <= most_bytes, "memory is bounded");
}
