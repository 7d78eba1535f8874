/* outq.h - what waits to be written on one socket, as slices of shared frames.
 *
 *   items: [first .. first+count) of a ring; the first may be partly written (`sent_bytes`)
 *
 * Nothing is copied: a slice keeps a reference to its frame, or owns a heap block, or points to
 * memory that lives as long as the process (static files).  An empty queue owns no memory: most
 * connections are idle, and a ring kept for the next frame would be their largest part.
 */
#ifndef HOST_OUTQ_H
#define HOST_OUTQ_H

#include "wire/frame.h"

#include <sys/uio.h>

typedef struct outq_item {
    bytes view;
    frame *frame; /* or NULL */
    void *heap;   /* or NULL; freed when written */
    uint64_t key; /* see outq_put_newest; 0: none */
} outq_item;

typedef struct outq {
    outq_item *ring;
    size_t sent_bytes;   /* of the first item */
    size_t queued_bytes; /* not yet written, all items */
    uint32_t cap;        /* a power of two, or 0 */
    uint32_t first;
    uint32_t count;
} outq;

/* outq_deinit - drop all.  The zeroed struct is the empty queue. */
void outq_deinit(outq *q);

/* outq_put - append.  false: no memory; then frame and heap block were not taken. */
bool outq_put_frame(outq *q, frame *f); /* takes a new reference */
bool outq_put_heap(outq *q, void *block, size_t len_bytes);
bool outq_put_static(outq *q, bytes view);

/* outq_put_newest - like outq_put_frame, but takes the place of an unwritten frame of the same key,
 * when there is one among the last OUTQ_SEARCH items: of a cursor only the last position matters.
 * O(OUTQ_SEARCH), however long the queue of a slow reader is. */
#define OUTQ_SEARCH 512
bool outq_put_newest(outq *q, frame *f, uint64_t key);

/* outq_drop_unsent - forget all, but for a first item that is partly written. */
void outq_drop_unsent(outq *q);

/* outq_held_bytes - what the queue keeps in memory; shared frames count for each queue. */
size_t outq_held_bytes(const outq *q);

/* outq_peek - the next slices to write, at most `max`.  outq_wrote - `n` bytes of them are out. */
size_t outq_peek(const outq *q, struct iovec *out, size_t max);
void outq_wrote(outq *q, size_t n);

#endif
