/* store_thread.h - the threads that call the store: one that writes, some that read beside it.
 *
 * Updates come in batches, one for each loop turn; all that wait go into one transaction, and
 * while it runs the next ones gather.  Jobs that write are done in their order, each behind the
 * updates of its room that were queued before it.  A long row of jobs does not keep updates
 * waiting: between two of them what is due is committed.  When there is nothing to do, or once in a
 * while, the thread does one step of upkeep.
 *
 * A job that reads is done by a reader (readers.c), as soon as what was submitted for its room
 * before it is written (host/order.h).  So a storm of joins waits for no commit, and no commit for
 * them.  A store that can have no readers is read by the thread that writes.
 *
 * When rows are committed, and what happens when they cannot be, is host/commit.h.  A commit that
 * has to wait is told to all loops; STORE_EIO ends the process with STORE_THREAD_EXIT_CODE, for a
 * failed flush must never be tried again: the restart reads what the disk really holds.  A reader
 * flushes nothing: when it meets STORE_EIO, whoever asked is told, and the process goes on.
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

/* store_thread_stop - do all that is queued, close the store, end the threads. */
void store_thread_stop(store_thread *t);

/* From any thread.  store_thread_tidy: look at age, space and checkpoints once, when there is time.
 */
void store_thread_submit(store_thread *t, store_job *job);
void store_thread_append(store_thread *t, store_batch *batch);
void store_thread_tidy(store_thread *t);

/* store_thread_commits - time of each commit; store_thread_metrics - the rest; for /metrics. */
typedef struct store_metrics {
    metric stalled; /* 1: a commit waits for space or for a lock */
    metric reads_total;
    metric reads_waiting;
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
