#include "host/metrics.h"

#define FIRST_BUCKET_US 50

const char *const refusal_names[REFUSAL_COUNT] = {
#define NAME_OF_LIMIT_(name, value, unit, reason) #name,
#define NAME_OTHER_(name) #name,
    LIMITS(NAME_OF_LIMIT_) REFUSALS_OTHER(NAME_OTHER_)
#undef NAME_OF_LIMIT_
#undef NAME_OTHER_
};

void metrics_refused(metrics *m, const char *why)
{
    size_t i = 0;
    while (i < REFUSED_other && strcmp(refusal_names[i], why) != 0)
        i++;
    metric_add(&m->refused[i], 1);
}

void histogram_add(histogram *h, uint64_t us, uint64_t times)
{
    size_t i = 0;
    for (uint64_t edge = FIRST_BUCKET_US; i < HISTOGRAM_BUCKETS && us > edge; edge *= 2)
        i++;
    metric_add(&h->buckets[i], times);
    metric_add(&h->sum_us, us * times);
}

void histogram_put(buf *out, const char *name, const char *help, const histogram *const *all,
                   size_t count)
{
    uint64_t total = 0, sum_us = 0, edge_us = FIRST_BUCKET_US;
    buf_put_fmt(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
    for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
        for (size_t k = 0; k < count; k++)
            total += metric_get(&all[k]->buckets[i]);
        if (i < HISTOGRAM_BUCKETS)
            buf_put_fmt(out, "%s_bucket{le=\"%.5f\"} %llu\n", name, (double)edge_us / 1e6,
                        (unsigned long long)total);
        edge_us *= 2;
    }
    for (size_t k = 0; k < count; k++)
        sum_us += metric_get(&all[k]->sum_us);
    buf_put_fmt(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.6f\n%s_count %llu\n", name,
                (unsigned long long)total, name, (double)sum_us / 1e6, name,
                (unsigned long long)total);
}
