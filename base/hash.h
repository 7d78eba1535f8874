/* hash.h - a quick hash of a short text (FNV-1a, 32 bits): spreads names over tables and threads.
 * Not for names that an enemy may choose to collide where that would cost more than a longer chain.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

static inline uint32_t hash_text(const char *text)
{
    uint32_t x = 2166136261u;
    for (; *text != '\0'; text++)
        x = (x ^ (uint8_t)*text) * 16777619u;
    return x;
}

#endif
