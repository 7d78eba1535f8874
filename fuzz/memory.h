/* memory.h - an allocator for fuzz targets that counts: what is held, the most that ever was, and
 * whether everything came back. */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include "base/alloc.h"

typedef struct fuzz_memory {
    base_alloc alloc; /* hand this down */
    size_t held_bytes;
    size_t peak_bytes;
} fuzz_memory;

void fuzz_memory_init(fuzz_memory *m);

/* fuzz_memory_end - everything was given back, and no more than `most_bytes` was ever held. */
void fuzz_memory_end(const fuzz_memory *m, size_t most_bytes);

#endif
