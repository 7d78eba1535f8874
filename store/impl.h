/* impl.h - what the implementations of a store share.  Private to store/. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include "base/buf.h"
#include "store/store.h"

/* The calls of store.h.  Arguments were checked by dispatch.c. */
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

/* What a store_loaded or a store_page keeps alive. */
typedef struct loaded_memory {
    buf data;
    buf rows;
} loaded_memory;

#endif
