/* random.h - the simulator's own random numbers: small, seeded, the same on every machine.
 *
 * Whatever happens in a run is drawn from streams that are derived from the seed and from what is
 * asked about (a connection's number, a happening's salt), never from one common stream: taking a
 * happening out of a plan then leaves the luck of all others as it was, so failures can be shrunk.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rng {
    uint64_t state;
} rng;

/* rng_hash - one number out of two (the finaliser of SplitMix64). */
static inline uint64_t rng_hash(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ (b * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x632BE59BD9B4E019));
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline rng rng_of(uint64_t seed, uint64_t subject)
{
    return (rng){rng_hash(seed, subject)};
}

static inline uint64_t rng_next(rng *r)
{
    r->state += UINT64_C(0x9E3779B97F4A7C15);
    return rng_hash(r->state, 0);
}

/* rng_below - 0..n-1; 0 when n is 0. */
static inline uint64_t rng_below(rng *r, uint64_t n)
{
    return n == 0 ? 0 : rng_next(r) % n;
}

/* rng_between - from..to, both included. */
static inline int64_t rng_between(rng *r, int64_t from, int64_t to)
{
    return from + (int64_t)rng_below(r, (uint64_t)(to - from) + 1);
}

static inline bool rng_percent(rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

/* rng_scale - from..to, evenly by order of magnitude: waits and sizes that matter are both small
 * and large. */
static inline int64_t rng_scale(rng *r, int64_t from, int64_t to)
{
    int64_t top = from;
    while (top < to && rng_percent(r, 66))
        top = 2 * top + 1;
    return rng_between(r, from, top < to ? top : to);
}

#endif
