/* What the store thread does when nobody waits for it: steps of store_upkeep, and what /metrics
 * shows of them. */
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/store/store_thread_internal.h"

static void read_stats(store_thread *t)
{
    store_stats stats;
    store_metrics *m = &t->metrics;
    if (store_stats_get(t->store, &stats) != BASE_OK)
        return; /* a store that failed is noticed by the next call; these are only gauges */
    metric_set(&m->file_bytes, stats.file_bytes);
    metric_set(&m->free_bytes, stats.free_bytes);
    metric_set(&m->wal_bytes, stats.wal_bytes);
    bool long_wal = stats.wal_bytes >= LIMIT_WAL_ALARM_BYTES;
    if (long_wal && !t->told_wal)
        log_event(LOG_WARN, "the write-ahead log is long: does another process read the database?",
                  LOG_INT("bytes", stats.wal_bytes));
    t->told_wal = long_wal;
}

static void count(store_thread *t, const store_upkept *done)
{
    store_metrics *m = &t->metrics;
    switch (done->work) {
    case STORE_WORK_CHECKPOINT:
        metric_add(&m->checkpoints_total, 1);
        break;
    case STORE_WORK_COMPACT:
        metric_add(&m->compactions_total, done->count > 0);
        metric_add(&m->compacted_rows_total, done->count);
        break;
    case STORE_WORK_PRUNE:
        metric_add(&m->pruned_segments_total, done->count);
        break;
    case STORE_WORK_VACUUM:
        metric_add(&m->freed_pages_total, done->count);
        break;
    case STORE_WORK_REMOVE:
    case STORE_WORK_NONE:
        break;
    }
    if (done->damaged)
        log_event(LOG_ERROR, "rows cannot become history: run tandem check",
                  LOG_STR("room", done->room.text));
}

void store_upkeep_begin(store_thread *t)
{
    store_reserve_keep(&t->reserve);
    t->upkeep_due = true;
    t->checkpoint_wanted = true;
}

void store_upkeep_step(store_thread *t)
{
    int64_t days = t->app->config.history_days;
    store_upkeep_options options = {
        .drop_before_ms = days > 0 ? wall_time_now_ms() - days * CONFIG_DAY_MS : INT64_MIN,
        .checkpoint = t->checkpoint_wanted,
    };
    store_upkept done;
    t->last_upkeep_ns = uv_hrtime();
    int err = store_upkeep(t->store, &options, &done);
    if (err == STORE_EIO)
        store_thread_fail(err);
    if (err != BASE_OK)
        log_event(LOG_WARN, "upkeep has to wait", LOG_STR("reason", store_err_text(err)));
    else
        count(t, &done);
    t->upkeep_due = err == BASE_OK && done.work != STORE_WORK_NONE;
    if (t->upkeep_due)
        histogram_add(&t->metrics.upkeep, (uv_hrtime() - t->last_upkeep_ns) / 1000, 1);
    else
        t->checkpoint_wanted = false;
    if (!t->upkeep_due || done.work == STORE_WORK_CHECKPOINT)
        read_stats(t);
}
