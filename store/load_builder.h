/* load_builder.h - gathers what a load or a page of history gives.  Private to store/. */
#ifndef STORE_LOAD_BUILDER_H
#define STORE_LOAD_BUILDER_H

#include "base/buf.h"
#include "store/store.h"

/* All bytes in one block, all rows in another. */
typedef struct load_builder {
    const base_alloc *alloc;
    buf data;
    buf rows;
    size_t snapshot_bytes;
    uint64_t snapshot_seq;
} load_builder;

void load_builder_init(load_builder *b, const base_alloc *alloc);
void load_builder_deinit(load_builder *b);

/* Snapshot first, then rows in order.  Errors latch in the buffers. */
void load_builder_snapshot(load_builder *b, uint64_t upto_seq, bytes state);
void load_builder_row(load_builder *b, const store_row *row);
bool load_builder_take(void *builder, const store_row *row); /* the same as a visitor; true */
size_t load_builder_row_count(const load_builder *b);

/* load_builder_takes - does the page have room for one more row of that size? */
bool load_builder_takes(const load_builder *b, const store_history_query *query, size_t len_bytes);

/* load_builder_finish - moves all of it into `out`.  BASE_ENOMEM, or STORE_ECORRUPT when a row is
 * missing in the sequence. */
BASE_MUST_CHECK int load_builder_finish(load_builder *b, const store_room *room, store_loaded *out);

/* load_builder_page - the same for rows of history, which may begin at any row. */
BASE_MUST_CHECK int load_builder_page(load_builder *b, bool more, store_page *out);

#endif
