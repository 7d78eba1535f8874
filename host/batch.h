/* batch.h - the rows of one turn of a loop, on their way into one transaction. */
#ifndef HOST_BATCH_H
#define HOST_BATCH_H

#include "base/buf.h"
#include "host/port.h"

/* `owners[i]` is what row i belongs to, one address for one life of a room in memory.  Until the
 * batch is gathered for its transaction the updates lie one after the other in `updates`, and
 * rows[i].update.ptr means nothing. */
struct store_batch {
    loop_msg msg;
    struct store_batch *next;
    loop *home;
    store_row *rows;
    void **owners;
    size_t count;
    size_t cap;
    buf updates;       /* bytes of all rows, one after the other */
    uint64_t begun_us; /* of the first row */
    int err;           /* when it is done: not 0 when rows marked `gone` could not be written */
    uint64_t report;   /* then: the number of that report; 0: none is gone */
    uint64_t heard;    /* the newest such report that its sender knew when it began */
    void (*done)(loop *l, struct store_batch *batch);
    const base_alloc *alloc;
};

/* store_batch_new - empty; NULL: no memory.  Free with store_batch_free.
 * store_batch_add - copy one row; false: no memory, and the batch is as it was.  The room's id is
 * borrowed until the batch is done. */
store_batch *store_batch_new(const base_alloc *alloc, loop *home);
bool store_batch_add(store_batch *b, const store_row *row, void *owner);
void store_batch_free(store_batch *b); /* NULL is allowed */

#endif
