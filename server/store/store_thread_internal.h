/* store_thread_internal.h - shared by store_thread.c (queue, commits) and upkeep.c. */
#ifndef SERVER_STORE_STORE_THREAD_INTERNAL_H
#define SERVER_STORE_STORE_THREAD_INTERNAL_H

#include "host/commit.h"
#include "server/store/reserve.h"
#include "server/store/store_thread.h"

struct store_thread {
    app *app;
    store *store;
    store_stall_fn *on_stall;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t changed;
    /* guarded by the lock */
    store_job *jobs_first, *jobs_last;
    commit_queue batches;
    bool tidy; /* store_thread_tidy was called */
    bool stopping;
    /* of the thread alone */
    commit commit;
    uint64_t told_stall_ns;
    uint64_t last_upkeep_ns;
    bool upkeep_due;
    bool checkpoint_wanted;
    bool told_wal;
    store_reserve reserve;
    histogram commits;
    store_metrics metrics;
};

/* upkeep.c */
void store_upkeep_begin(store_thread *t); /* a round: looks at the reserve, then steps are due */
void store_upkeep_step(store_thread *t);

/* store_thread.c */
_Noreturn void store_thread_fail(int err);

#endif
