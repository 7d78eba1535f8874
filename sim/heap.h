/* heap.h - the memory of the simulated process: counted, checked, failing on demand, and gone at
 * once when the process dies.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include "base/alloc.h"
#include "sim/random.h"

struct heap_block;

typedef struct heap {
    base_alloc alloc;
    struct heap_block *first;
    size_t live_blocks;
    size_t live_bytes;
    size_t peak_bytes;
    uint64_t calls;
    unsigned fail_one_in; /* 0: never */
    uint64_t failed;
    bool wrong_size; /* a size that came back was not the one given out */
    rng luck;
} heap;

/* heap_init - empty; `h` must not move afterwards.  heap_wipe - the process is dead: all its memory
 * is free again, whoever held it. */
void heap_init(heap *h, uint64_t seed);
void heap_wipe(heap *h);

#endif
