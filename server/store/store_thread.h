/* store_thread.h - the one thread that calls the store.
 *
 * Updates come in batches, one for each loop turn; all that wait go into one transaction, and while
 * it runs the next ones gather.  Everything else (load, create, read ...) is a job.  When the
 * thread turns to its queue it commits the updates first and then runs the jobs in order, so a job
 * sees every update that was queued before it.  A long row of jobs does not keep updates waiting:
 * between two of them what is due is committed.  When there is nothing to do, or once in a while,
 * it does one step of upkeep.
 *
 * When rows are committed, and what happens when they cannot be, is host/commit.h.  A commit that
 * has to wait is told to all loops; STORE_EIO ends the process with STORE_THREAD_EXIT_CODE, for a
 * failed flush must never be tried again: the restart reads what the disk really holds.
 */
#ifndef SERVER_STORE_STORE_THREAD_H
#define SERVER_STORE_STORE_THREAD_H

#include "host/batch.h"
#include "server/net/loop.h"

#define STORE_THREAD_EXIT_CODE 74 /* EX_IOERR */

/* store_thread_start - takes the store; `on_stall` is run on every loop when a commit has to wait
 * (`err` is a store_err).  NULL: no memory or no thread. */
typedef void store_stall_fn(loop *l, int err);
store_thread *store_thread_start(app *a, store *s, store_stall_fn *on_stall);

/* store_thread_stop - do all that is queued, close the store, end the thread. */
void store_thread_stop(store_thread *t);

/* From any thread.  store_thread_tidy: look at age, space and checkpoints once, when there is time.
 */
void store_thread_submit(store_thread *t, store_job *job);
void store_thread_append(store_thread *t, store_batch *batch);
void store_thread_tidy(store_thread *t);

/* store_thread_commits - time of each commit; store_thread_metrics - the rest; for /metrics.  Only
 * the store thread writes them. */
typedef struct store_metrics {
    metric stalled; /* 1: a commit waits for space or for a lock */
    metric file_bytes;
    metric free_bytes;
    metric wal_bytes;
    metric swept_rooms_total;
    metric compactions_total; /* segments made */
    metric compacted_rows_total;
    metric pruned_segments_total;
    metric freed_pages_total;
    metric checkpoints_total;
    metric reserve_released_total;
    histogram upkeep; /* time of one step */
} store_metrics;

const histogram *store_thread_commits(const store_thread *t);
store_metrics *store_thread_metrics(store_thread *t);

#endif
