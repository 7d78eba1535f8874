/* spans.h - what the calls without a document share: a first pass over an update that validates it
 * and counts, and the sorting and joining of clock ranges. */
#ifndef YOKE_SPANS_H
#define YOKE_SPANS_H

#include "base/buf.h"
#include "yoke/src/decode.h"

/* What a first pass learned of an update that is well-formed. */
typedef struct yoke__facts {
    size_t nesting;
    uint64_t structs;
    uint64_t stretches; /* runs of sections whose clients descend */
    uint64_t delete_ranges;
    yoke__update_reader deletes; /* stands before the delete set */
} yoke__facts;

YOKE_MUST_CHECK yoke_err yoke__update_survey(yoke_bytes update, const yoke_limits *limits,
                                             yoke__facts *out);

/* yoke__struct_forget_copied_key - the flag of a map key stays only where the key itself stands: an
 * item with an origin copies its key when it is integrated, and Yjs, which did not integrate it,
 * writes it without the flag. */
static inline void yoke__struct_forget_copied_key(yoke__struct *s)
{
    if (s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT))
        s->info &= (uint8_t)~YOKE__INFO_SUB;
}

typedef struct yoke__span {
    uint64_t client;
    uint64_t key; /* what ranges of one client are ordered by */
    uint64_t from;
    uint64_t to;
} yoke__span;

typedef struct yoke__spans {
    yoke__span *ptr;
    size_t count;
    size_t cap;
    const base_alloc *alloc;
} yoke__spans;

YOKE_MUST_CHECK yoke_err yoke__spans_init(yoke__spans *r, const base_alloc *alloc, uint64_t cap);
void yoke__spans_deinit(yoke__spans *r);

/* yoke__spans_add - there must be room. */
void yoke__spans_add(yoke__spans *r, yoke__span range);

/* yoke__spans_sort - clients descending, keys ascending.  O(n log n), in place, no memory. */
void yoke__spans_sort(yoke__spans *r);

/* yoke__spans_join - of sorted ranges with key = from: touching and overlapping ones become one. */
void yoke__spans_join(yoke__spans *r);

/* yoke__spans_add_deletes - the ranges of a surveyed delete set; the key is the clock, or the place
 * in the set. */
typedef enum yoke__order { YOKE__ORDER_CLOCK, YOKE__ORDER_PLACE } yoke__order;
void yoke__spans_add_deletes(yoke__spans *r, const yoke__facts *facts, yoke__order order);

/* yoke__spans_put_deletes - write sorted ranges as a delete set. */
void yoke__spans_put_deletes(const yoke__spans *r, buf *out);

/* yoke__blob_begin / finish - a buf that writes into the caller's blob, reusing its memory.  After
 * an error the blob is empty. */
void yoke__blob_begin(yoke_blob *blob, base_alloc *alloc, buf *out);
yoke_err yoke__blob_finish(yoke_blob *blob, buf *out, yoke_err err);

/* yoke__buf_err - the engine's name for a buffer's failure. */
yoke_err yoke__buf_err(const buf *b);

#endif
