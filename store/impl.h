/* impl.h - what the implementations of a store share.  Private to store/. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include "base/buf.h"
#include "store/store.h"

/* The calls of store.h.  Arguments were checked by dispatch.c.
 *
 * begin and end stand around each reading call, lock and unlock around each writing one: so a call
 * sees one moment, and a store whose memory is shared keeps others out.  They may be NULL; after a
 * begin that fails there is no end. */
typedef struct store_reader_ops {
    void (*close)(store_reader *r); /* of what store_reader_open gave */
    int (*begin)(store_reader *r);
    void (*end)(store_reader *r);
    int (*room_get)(store_reader *r, const char *id, store_room *out);
    int (*load)(store_reader *r, const char *id, store_loaded *out);
    int (*authors)(store_reader *r, const char *id, store_author_fn *visit, void *ctx);
    int (*chat_read)(store_reader *r, const char *id, uint64_t before_n, size_t max,
                     store_chat_fn *visit, void *ctx);
    int (*versions)(store_reader *r, const char *id, store_version_fn *visit, void *ctx);
    int (*expired)(store_reader *r, int64_t now_ms, store_id *out, size_t max, size_t *count);
    int (*rooms)(store_reader *r, const char *after, store_id *out, size_t max, size_t *count);
    int (*history)(store_reader *r, const char *id, const store_history_query *query,
                   store_page *out);
    int (*salvage)(store_reader *r, const char *id, store_loaded *out, store_damage *damage);
    int (*ping)(store_reader *r);
} store_reader_ops;

typedef struct store_ops {
    void (*close)(store *s);
    int (*reader_open)(store *s, store_reader **out);
    void (*lock)(store *s);
    void (*unlock)(store *s);
    int (*room_create)(store *s, const store_room *room, bytes first_update);
    int (*room_patch)(store *s, const char *id, const store_patch *patch);
    int (*room_delete)(store *s, const char *id);
    int (*room_used)(store *s, const char *id, int64_t at_ms);
    int (*append)(store *s, store_row *rows, size_t count);
    int (*snapshot_put)(store *s, const char *id, const store_snapshot *snapshot);
    int (*author_put)(store *s, const char *id, const store_author *author);
    int (*chat_add)(store *s, const char *id, store_chat *said, uint64_t keep);
    int (*version_add)(store *s, const char *id, store_version *version, uint64_t max);
    int (*upkeep)(store *s, const store_upkeep_options *options, store_upkept *out);
    int (*stats_get)(store *s, store_stats *out);
} store_ops;

/* First member of each reader. */
struct store_reader {
    const store_reader_ops *ops;
    const base_alloc *alloc;
    bool failed;
};

/* First member of each store; its own reader comes first, so that both are at one address. */
struct store {
    store_reader reader;
    const store_ops *ops;
    bool wants_upkeep;
};

/* What a store_loaded or a store_page keeps alive. */
typedef struct loaded_memory {
    buf data;
    buf rows;
} loaded_memory;

#endif
