/* store_thread_internal.h - shared by store_thread.c (queue, commits), readers.c and upkeep.c. */
#ifndef SERVER_STORE_STORE_THREAD_INTERNAL_H
#define SERVER_STORE_STORE_THREAD_INTERNAL_H

#include "host/commit.h"
#include "host/order.h"
#include "server/app/limits.h"
#include "server/store/reserve.h"
#include "server/store/store_thread.h"

typedef struct store_readers {
    struct store_reader_thread {
        store_thread *of;
        store_reader *reader;
        uv_thread_t thread;
    } threads[LIMIT_STORE_READERS];
    size_t count;
} store_readers;

struct store_thread {
    app *app;
    store *store;
    store_stall_fn *on_stall;
    uv_thread_t thread;
    store_readers readers;
    uv_mutex_t lock;
    uv_cond_t changed;
    uv_cond_t readable; /* a read may begin, or the readers have to leave */
    /* guarded by the lock */
    store_job *jobs_first, *jobs_last; /* for the thread that writes */
    commit_queue batches;
    order order;
    bool read_apart;      /* there are readers, and they stay */
    bool readers_leaving; /* when nothing is left to read */
    bool tidy;            /* store_thread_tidy was called */
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

/* readers.c: as many as the store can have; and their end, when all is read. */
void store_readers_start(store_thread *t);
void store_readers_stop(store_thread *t);

/* store_thread.c: how a job ends; what only the thread that writes can go on with. */
void store_thread_done(store_job *job);
void store_thread_go_on(store_thread *t, store_job *job);
_Noreturn void store_thread_fail(int err);

#endif
