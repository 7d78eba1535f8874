/* order.h - what a job of the store has to wait for.
 *
 * Jobs that write are done in their order; rows may be committed later, when more of them wait, but
 * before a job of their room (or of no one room) that was submitted behind them.
 *
 * Reads are done beside what is written, and wait for it only where they have to: a read sees all
 * that was appended and submitted for its room before it.  What is stalled is not waited for (it is
 * tried again, and reading goes on), and what is submitted later may be seen or not.
 *
 *   jobs that write are done in their order, each batch with or before the jobs behind it; so two
 *   numbers say how far the store is, and two say how far a room needs it to be
 *
 * Rooms are known by a hash: two that share it wait for each other's writes, nothing worse.  No
 * threads: whoever has readers fills and empties this under a lock of its own.
 */
#ifndef HOST_ORDER_H
#define HOST_ORDER_H

#include "host/batch.h"

#define ORDER_SLOTS 1024

/* Counted from the first batch and the first job that writes. */
typedef struct order_point {
    uint64_t batches, writes;
} order_point;

typedef struct job_list {
    store_job *first, *last;
} job_list;

typedef struct order {
    order_point submitted;
    order_point done;              /* of batches: tried */
    order_point last[ORDER_SLOTS]; /* the newest of the rooms of that hash */
    uint64_t last_of_any;          /* the newest job that writes and names no room */
    job_list ready, blocked;       /* reads */
    size_t read_count;             /* in both */
} order;

void order_init(order *o); /* all zero is the same */

/* What is written, when it is submitted. */
void order_append(order *o, const store_batch *batch);
void order_write(order *o, store_job *job);

/* order_wants_rows - has the job to wait for rows that were not tried yet?  By whoever commits. */
bool order_wants_rows(const order *o, const store_job *job);

/* order_read - a job that reads, in its order with the former. */
void order_read(order *o, store_job *job);

/* order_tried - all batches up to that number were committed, or have to be tried again.
 * order_written - one more job is done, and its answer is on its way: so what a read of the same
 * room finds comes behind it.
 * Both: how many reads may begin now that might not before. */
size_t order_tried(order *o, uint64_t batches);
size_t order_written(order *o);

/* order_take - the next read that may begin, NULL: none.  The longest waiting comes first. */
store_job *order_take(order *o);

#endif
