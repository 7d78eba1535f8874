/* impl.h - what the implementations of a store share.  Private to store/. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include "base/buf.h"
#include "store/store.h"

/* The calls of store.h.  Arguments were checked by store.c. */
typedef struct store_ops {
    void (*close)(store *s);
    int (*room_create)(store *s, const store_room *room, bytes first_update);
    int (*room_get)(store *s, const char *id, store_room *out);
    int (*room_patch)(store *s, const char *id, const store_patch *patch);
    int (*room_delete)(store *s, const char *id);
    int (*room_used)(store *s, const char *id, int64_t at_ms);
    int (*load)(store *s, const char *id, store_loaded *out);
    int (*append)(store *s, store_row *rows, size_t count);
    int (*snapshot_put)(store *s, const char *id, const store_snapshot *snapshot);
    int (*author_put)(store *s, const char *id, const store_author *author);
    int (*authors)(store *s, const char *id, store_author_fn *visit, void *ctx);
    int (*chat_add)(store *s, const char *id, store_chat *said, uint64_t keep);
    int (*chat_read)(store *s, const char *id, uint64_t before_n, size_t max, store_chat_fn *visit,
                     void *ctx);
    int (*version_add)(store *s, const char *id, store_version *version, uint64_t max);
    int (*versions)(store *s, const char *id, store_version_fn *visit, void *ctx);
    int (*expired)(store *s, int64_t now_ms, store_id *out, size_t max, size_t *count);
    int (*rooms)(store *s, const char *after, store_id *out, size_t max, size_t *count);
    int (*ping)(store *s);
    int (*history)(store *s, const char *id, const store_history_query *query, store_page *out);
    int (*salvage)(store *s, const char *id, store_loaded *out, store_damage *damage);
    int (*upkeep)(store *s, const store_upkeep_options *options, store_upkept *out);
    int (*stats_get)(store *s, store_stats *out);
} store_ops;

/* First member of each implementation. */
struct store {
    const store_ops *ops;
    const base_alloc *alloc;
    bool failed;
    bool wants_upkeep;
};

/* Gathers a store_loaded or a store_page: all bytes in one block, all rows in another. */
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
size_t load_builder_row_count(const load_builder *b);

/* load_builder_takes - does the page have room for one more row of that size? */
bool load_builder_takes(const load_builder *b, const store_history_query *query, size_t len_bytes);

/* load_builder_finish - moves all of it into `out`.  BASE_ENOMEM, or STORE_ECORRUPT when a row is
 * missing in the sequence. */
BASE_MUST_CHECK int load_builder_finish(load_builder *b, const store_room *room, store_loaded *out);

/* load_builder_page - the same for rows of history, which may begin at any row. */
BASE_MUST_CHECK int load_builder_page(load_builder *b, bool more, store_page *out);

/* crc32c - Castagnoli, as SSE 4.2, iSCSI and ext4 compute it. */
uint32_t crc32c(bytes s);

#endif
