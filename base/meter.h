/* meter.h - a token bucket in one number: how fast something may go on, and how far ahead.
 *
 *   static const rate presence = {20, 1000, 5};       // 20 in 1,000 ms, 5 at once
 *   if (!meter_take(&m, presence, 1, now_ms)) ...     // too fast: nothing was taken
 *   wait_ms = meter_charge(&m, presence, n, now_ms);  // taken in any case; stop for so long
 *
 * The number is the time at which the bucket will be full again (the generic cell rate algorithm),
 * so a meter that was never used is zero, an idle one needs no tick, and 8 bytes are all it costs.
 * The clock is the caller's and must not run backwards.
 */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rate {
    uint64_t count;     /* in each period; 0: no limit */
    uint64_t period_ms; /* at most a minute */
    uint64_t burst;     /* how many may come at once, below 2^31 */
} rate;

typedef struct meter {
    uint64_t full_at_ns;
} meter;

static inline uint64_t meter_step_ns(rate r)
{
    return r.period_ms * 1000000 / r.count;
}

static inline uint64_t meter_from_ns(const meter *m, uint64_t now_ms)
{
    uint64_t now_ns = now_ms * 1000000;
    return m->full_at_ns > now_ns ? m->full_at_ns : now_ns;
}

/* meter_wait_ms - until one more may be taken, rounded up; 0: now. */
static inline uint64_t meter_wait_ms(const meter *m, rate r, uint64_t now_ms)
{
    if (r.count == 0)
        return 0;
    uint64_t step_ns = meter_step_ns(r);
    uint64_t until_ns = meter_from_ns(m, now_ms) + step_ns;
    uint64_t may_ns = now_ms * 1000000 + step_ns * r.burst;
    return until_ns > may_ns ? (until_ns - may_ns + 999999) / 1000000 : 0;
}

/* meter_charge - take `n` (below 2^31) in any case; returns how long to stop until the debt is
 * paid, 0 when there is none. */
static inline uint64_t meter_charge(meter *m, rate r, uint64_t n, uint64_t now_ms)
{
    if (r.count == 0)
        return 0;
    m->full_at_ns = meter_from_ns(m, now_ms) + n * meter_step_ns(r);
    uint64_t may_ns = now_ms * 1000000 + meter_step_ns(r) * r.burst;
    return m->full_at_ns > may_ns ? (m->full_at_ns - may_ns + 999999) / 1000000 : 0;
}

/* meter_take - take `n`, or nothing and return false. */
static inline bool meter_take(meter *m, rate r, uint64_t n, uint64_t now_ms)
{
    meter after = *m;
    if (meter_charge(&after, r, n, now_ms) > 0)
        return false;
    *m = after;
    return true;
}

/* meter_ahead_ms - by how long the taker is ahead of its rate; 0 when the bucket is full. */
static inline uint64_t meter_ahead_ms(const meter *m, uint64_t now_ms)
{
    return (meter_from_ns(m, now_ms) - now_ms * 1000000) / 1000000;
}

#endif
