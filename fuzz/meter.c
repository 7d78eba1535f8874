#include "fuzz/meter.h"

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void count(meter *m, size_t more_bytes, size_t less_bytes)
{
    m->held_bytes = m->held_bytes + more_bytes - less_bytes;
    if (m->held_bytes > m->peak_bytes)
        m->peak_bytes = m->held_bytes;
}

static void *metered_alloc(void *ctx, size_t size_bytes)
{
    void *ptr = malloc(size_bytes);
    if (ptr != NULL)
        count(ctx, size_bytes, 0);
    return ptr;
}

static void *metered_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    void *moved = realloc(ptr, new_bytes);
    if (moved != NULL)
        count(ctx, new_bytes, old_bytes);
    return moved;
}

static void metered_release(void *ctx, void *ptr, size_t size_bytes)
{
    count(ctx, 0, size_bytes);
    free(ptr);
}

void meter_init(meter *m)
{
    *m = (meter){.alloc = {m, metered_alloc, metered_resize, metered_release}};
}

void meter_end(const meter *m, size_t most_bytes)
{
    fuzz_demand(m->held_bytes == 0, "all memory came back, at the size it was taken");
    if (m->peak_bytes > most_bytes)
        fprintf(stderr, "%zu bytes were held, %zu may be\n", m->peak_bytes, most_bytes);
    fuzz_demand(m->peak_bytes <= most_bytes, "memory is bounded");
}
