/* memory.h - a store that ends with the process: for tests, the simulator and `--memory`. */
#ifndef STORE_MEMORY_MEMORY_H
#define STORE_MEMORY_MEMORY_H

#include "store/store.h"

/* store_memory_open - empty.  Returns BASE_ENOMEM. */
BASE_MUST_CHECK int store_memory_open(const base_alloc *alloc, store **out);

#endif
