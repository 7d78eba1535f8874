/* segment.h - a run of log rows, packed: a segment of history.  Private to store/.
 *
 *   packed = zstd frame of
 *     varUint row count
 *     author of each row, 8 bytes little-endian
 *     at_ms of each row minus that of the row before it (the first: minus 0), 8 bytes, two's
 * complement length of each update, varUint the updates
 *
 * Like beside like is what makes it small: the numbers hardly change from row to row.  The number
 * of the first row and a checksum of the packed bytes are kept beside the segment.
 */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "base/buf.h"
#include "store/store.h"

/* segment_pack - rows that follow each other, at least one.  `raw_bytes` is the size before
 * packing. Returns BASE_ENOMEM. */
BASE_MUST_CHECK int segment_pack(const store_row *rows, size_t count, const base_alloc *alloc,
                                 buf *packed, uint64_t *raw_bytes);

typedef struct segment {
    store_row *rows; /* room_id is NULL; updates point into `raw` */
    size_t row_count;
    buf raw;
    buf row_memory;
} segment;

/* segment_unpack - any bytes may come in.  Returns BASE_ENOMEM; STORE_ECORRUPT when it is not a
 * segment of exactly the rows first_seq..last_seq and raw_bytes. */
BASE_MUST_CHECK int segment_unpack(bytes packed, uint64_t raw_bytes, uint64_t first_seq,
                                   uint64_t last_seq, const base_alloc *alloc, segment *out);
void segment_deinit(segment *s);

#endif
