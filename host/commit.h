/* commit.h - when rows are committed, and what happens when they cannot be.
 *
 * Batches come in turn by turn; all that wait go into one transaction, and while it runs the next
 * ones gather.  A busy server so makes few, large transactions; an idle one commits at once.
 *
 *   BASE_OK                                 each batch is reported, in order
 *   STORE_EBUSY, STORE_EFULL, BASE_ENOMEM   nothing is lost: the rows wait, and are tried again
 *   STORE_ECORRUPT, STORE_EEXISTS           of one room: the others are committed room by room,
 *                                           and its rows, also those that come before its loop has
 *                                           heard, are reported as `gone`
 *   STORE_EIO                               the caller ends the process
 *
 * No threads: whoever calls the store has one `commit`, and a `commit_queue` that others fill under
 * a lock of the caller's.  Times are nanoseconds of a clock that never runs backwards.
 */
#ifndef HOST_COMMIT_H
#define HOST_COMMIT_H

#include "host/batch.h"

typedef struct commit_queue {
    store_batch *first, *last;
    size_t len_bytes; /* of the updates */
} commit_queue;

/* commit_queue_put - append.  true: whoever commits has to be woken. */
bool commit_queue_put(commit_queue *q, store_batch *batch);

typedef enum commit_fate { COMMIT_OPEN, COMMIT_STORED, COMMIT_REFUSED } commit_fate;

typedef struct commit_note {
    const loop *home;
    const void *owner;
    commit_fate fate; /* some rooms may be stored when a try fails */
} commit_note;

/* Of this owner a row was refused.  Later ones would leave a gap in the log, so they are refused
 * too, until its loop has heard and sends no more. */
typedef struct commit_refusal {
    const loop *home;
    const void *owner;
    uint64_t number; /* of the report that tells it */
} commit_refusal;

typedef struct commit {
    const base_alloc *alloc;
    store_batch *waiting; /* taken from the queue, not reported yet */
    bool stalled;         /* the last try failed */
    bool by_room;         /* one of these rooms cannot be written */
    int refusal;          /* why */
    commit_refusal *refused;
    size_t refused_count, refused_cap;
    uint64_t reports;   /* with refusals */
    uint64_t tried_ns;  /* when it began */
    store_row *rows;    /* all that wait, with their final addresses */
    commit_note *notes; /* of each row */
    size_t known;       /* rows that an earlier try has seen */
    size_t cap;
} commit;

void commit_init(commit *c, const base_alloc *alloc);
/* commit_deinit - what waits is dropped: nobody was told that it is stored. */
void commit_deinit(commit *c);

/* commit_wait_ns - how long until what waits, here and in the queue, is to be committed; 0: now. */
#define COMMIT_NEVER UINT64_MAX
uint64_t commit_wait_ns(const commit *c, const commit_queue *q, uint64_t now_ns);

/* commit_take - all of the queue waits here now. */
void commit_take(commit *c, commit_queue *q);

/* What a commit tells, within the call. */
typedef struct commit_ops {
    void *ctx;
    void (*report)(void *ctx, store_batch *batch); /* takes it; `err` and rows[i].gone are set */
    bool (*make_space)(void *ctx);                 /* the disk is full: was space given? */
    void (*refused)(void *ctx, const char *room_id, int err); /* this room cannot be written */
} commit_ops;

/* commit_run - try to commit what waits.  Returns BASE_OK, also when nothing waits; else nothing
 * was reported, and `stalled` is set. */
int commit_run(commit *c, store *s, const commit_ops *ops, uint64_t now_ns);

#endif
