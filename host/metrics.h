/* metrics.h - counters of one thread, readable by all.
 *
 * Only the owning thread writes, so a relaxed load and store is enough; a reader may see a value of
 * a moment ago.
 */
#ifndef HOST_METRICS_H
#define HOST_METRICS_H

#include "base/buf.h"
#include "room/limits.h"

#include <stdatomic.h>

typedef _Atomic uint64_t metric;

static inline void metric_set(metric *m, uint64_t v)
{
    atomic_store_explicit(m, v, memory_order_relaxed);
}

static inline uint64_t metric_get(const metric *m)
{
    return atomic_load_explicit(m, memory_order_relaxed);
}

static inline void metric_add(metric *m, uint64_t v)
{
    metric_set(m, metric_get(m) + v);
}

static inline void metric_sub(metric *m, uint64_t v)
{
    metric_set(m, metric_get(m) - v);
}

/* Time from 50 us doubling to 1.6 s, and above. */
#define HISTOGRAM_BUCKETS 16

typedef struct histogram {
    metric buckets[HISTOGRAM_BUCKETS + 1];
    metric sum_us;
} histogram;

void histogram_add(histogram *h, uint64_t us, uint64_t times);

/* histogram_put - append in Prometheus' text form, summed over `count` histograms. */
void histogram_put(buf *out, const char *name, const char *help, const histogram *const *all,
                   size_t count);

/* Why something was refused: the name of a limit, or one of a few other reasons. */
#define REFUSALS_OTHER(X)                                                                          \
    X(role)                                                                                        \
    X(client_id_lease)                                                                             \
    X(client_id_conflict) X(malformed) X(origin) X(content_type) X(no_memory) X(other)

enum refusal {
#define REFUSAL_OF_LIMIT_(name, value, unit, reason) REFUSED_##name,
#define REFUSAL_OTHER_(name) REFUSED_##name,
    LIMITS(REFUSAL_OF_LIMIT_) REFUSALS_OTHER(REFUSAL_OTHER_) REFUSAL_COUNT
#undef REFUSAL_OF_LIMIT_
#undef REFUSAL_OTHER_
};

extern const char *const refusal_names[REFUSAL_COUNT];

typedef struct metrics {
    metric http_connections;
    metric ws_connections;
    metric http_requests_total;
    metric http_errors_total; /* replies of 400 and above */
    metric ws_messages_in_total;
    metric ws_closed_slow_total;
    metric accept_pauses_total;
    metric accept_paused; /* 1: this thread accepts nothing at the moment */
    metric paused_sockets;
    metric input_pauses_total;
    metric sockets_bytes;
    metric quarantined_rooms;
    metric bytes_in_total;
    metric bytes_out_total;
    metric queue_bytes;
    /* sums over the rooms of the thread, refreshed once a second */
    metric rooms;
    metric members;
    metric updates_in_total;
    metric updates_refused_total;
    metric deliveries_total;
    metric acks_total;
    metric awareness_held_total;
    metric unstored_bytes;
    metric pending_structs;
    metric pending_bytes;
    metric engine_bytes;
    histogram ack; /* update received to update durable */
    metric refused[REFUSAL_COUNT];
} metrics;

/* metrics_refused - something was refused; `why` is a name of refusal_names, else "other". */
void metrics_refused(metrics *m, const char *why);

#endif
