/* meter.h - an allocator for fuzz targets that counts: what is held, the most that ever was, and
 * whether everything came back. */
#ifndef FUZZ_METER_H
#define FUZZ_METER_H

#include "base/alloc.h"

typedef struct meter {
    base_alloc alloc; /* hand this down */
    size_t held_bytes;
    size_t peak_bytes;
} meter;

void meter_init(meter *m);

/* meter_end - everything was given back, and no more than `most_bytes` was ever held. */
void meter_end(const meter *m, size_t most_bytes);

#endif
