/* doc.h - how a document lies in memory.  Private to yoke/src.
 *
 *   type --start--> block <-> block <-> block          the list, tombstones included
 *     |               |  leaf[POS]
 *     '--tree--> node -> node: sums of visible units   position -> block
 *
 *   client --tree--> node -> node: sums of lengths     clock -> block
 *          --tail--> its last block                    (no tree while there is one block)
 *
 * A block is a run of one client: contiguous clocks, one kind of content, one deleted flag.  Blocks
 * and nodes are named by number and never move.  Content bytes stand in one heap, which is
 * compacted when most of it is dead.  The position tree may be dropped at any time (it is rebuilt
 * when there is memory); the clock tree may not, its nodes are reserved before a change begins.
 */
#ifndef YOKE_DOC_H
#define YOKE_DOC_H

#include "yoke/src/decode.h"

#define YOKE__NONE UINT32_MAX
#define YOKE__FANOUT 32u
#define YOKE__BLOCKS_PER_CHUNK 256u
#define YOKE__NODES_PER_CHUNK 32u
/* A list of fewer blocks is searched from its start. */
#define YOKE__TREE_FROM 32u

enum { YOKE__POS, YOKE__IDX };

enum {
    YOKE__F_DELETED = 1,
    YOKE__F_ASCII = 2, /* STRING: a unit is a byte */
    YOKE__F_LEAD = 4,  /* STRING: U+FFFD before the bytes, half of a split pair */
    YOKE__F_TAIL = 8,  /* STRING: U+FFFD after the bytes */
};

typedef struct yoke__block {
    uint32_t next;
    uint32_t prev;
    uint32_t leaf[2];
    uint32_t client;
    uint32_t clock;
    uint32_t len;
    uint32_t oc; /* origin: client index or YOKE__NONE, clock */
    uint32_t ok;
    uint32_t rc; /* right origin */
    uint32_t rk;
    uint32_t parent; /* type */
    uint32_t sub;    /* map entry, 0 for a list */
    uint32_t at;     /* content: bytes in the heap; of a TYPE: number of the type */
    uint32_t size;
    uint32_t stamp; /* when the conflict scan saw it last */
    uint8_t ref;
    uint8_t flags;
} yoke__block;

typedef struct yoke__node {
    uint32_t parent;
    uint16_t n;
    uint16_t level;
    uint32_t ref[YOKE__FANOUT]; /* blocks on level 0, else nodes */
    uint32_t sum[YOKE__FANOUT];
} yoke__node;

typedef struct yoke__type_rec {
    uint32_t item; /* block that holds it; 0: a root */
    uint32_t start;
    uint32_t tree;
    uint32_t blocks;
    uint32_t len;
    uint32_t first_entry;
    uint32_t last_entry;
    uint32_t name_at;
    uint32_t name_len;
    uint32_t entry;     /* of a root: its name's entry */
    uint32_t next_work; /* the next type that dies */
    uint8_t kind;
    uint8_t type_ref;
    bool dead;
    bool touched;
    bool formatted; /* a text that ever had a format in its list */
} yoke__type_rec;

/* A key of a type's map, or (type 0) the name of a root, whose `last` is the type then. */
typedef struct yoke__entry {
    uint32_t type;
    uint32_t key_at;
    uint32_t key_len;
    uint32_t last;
    uint32_t next;
    uint32_t hash;
    uint32_t chain;
} yoke__entry;

/* Bytes that parked structs are read from; lives as long as one of them waits. */
typedef struct yoke__segment {
    size_t size_bytes;
    size_t uses;
    uint8_t data[];
} yoke__segment;

typedef struct yoke__parked {
    uint64_t clock;
    uint64_t len;
    yoke__segment *segment; /* NULL: a delete range */
    uint32_t at;
    uint32_t seq;
} yoke__parked;

/* A binary heap by clock. */
typedef struct yoke__queue {
    yoke__parked *item;
    uint32_t n;
    uint32_t cap;
} yoke__queue;

typedef struct yoke__client {
    uint64_t id;
    uint64_t wait_clock;
    yoke__queue parked;
    yoke__queue deletes;
    uint32_t state;
    uint32_t tail;
    uint32_t tail_weight; /* what the tree believes the tail's length to be */
    uint32_t tree;
    uint32_t chain;
    uint32_t before;  /* state when the transaction began */
    uint32_t txn;     /* number of the last transaction that touched it */
    uint32_t wait_on; /* client index waited for, or NONE */
    uint32_t wait_next;
    uint32_t wait_prev;
    uint32_t waiters;
    uint32_t ready_next;
    uint32_t coming; /* what an update is about to park here */
    bool ready;
} yoke__client;

typedef struct yoke__drange {
    uint32_t client;
    uint32_t clock;
    uint32_t len;
} yoke__drange;

/* A format that the running transaction deleted: its content, of which the block kept nothing. */
typedef struct yoke__gone {
    uint32_t client;
    uint32_t clock;
    uint32_t at;
    uint32_t size;
} yoke__gone;

typedef struct yoke__vec {
    void *ptr;
    size_t n;
    size_t cap;
} yoke__vec;

struct yoke_doc {
    base_alloc alloc;
    yoke_limits limits;
    size_t memory_bytes;
    yoke_err fault; /* why the last allocation failed */
    bool gc;
    uint64_t client_id;
    uint32_t me; /* client index of client_id, or NONE */
    uint64_t version;

    yoke__vec block_chunks;
    uint32_t blocks_used; /* numbers below are in use or on the free list */
    uint32_t blocks_free;
    uint32_t blocks_free_n;
    yoke__vec node_chunks;
    uint32_t nodes_used;
    uint32_t nodes_free;
    uint32_t nodes_free_n;

    yoke__vec types;   /* yoke__type_rec, 0 unused */
    yoke__vec entries; /* yoke__entry, 0 unused */
    yoke__vec entry_hash;
    yoke__vec clients;
    yoke__vec client_hash;
    yoke__vec order; /* client indices, ids descending */
    bool order_stale;
    yoke__vec names;
    yoke__vec heap;
    size_t heap_dead;

    uint32_t stamp;
    uint32_t lag_block; /* whose weight the position tree does not know yet, and by how much */
    uint32_t lag;
    uint32_t cur_type; /* cursor: block and the position where it starts; type 0: none */
    uint32_t cur_block;
    uint32_t cur_at;

    uint32_t txn; /* number of the running or last transaction */
    bool in_txn;
    bool txn_open; /* by yoke_txn_begin */
    bool txn_local;
    uint64_t origin;
    yoke__vec touched; /* client indices */
    yoke__vec dels;    /* yoke__drange */
    uint64_t txn_deleted;
    uint32_t dying;
    yoke__vec touched_types;
    yoke__vec gone; /* yoke__gone, only while deltas are observed */
    bool gone_lost; /* there was no memory for one of them */
    yoke_observer observer;
    buf event;
    size_t event_bound;

    yoke__vec scratch;
    yoke__vec sections;
    yoke__vec plan;
    size_t parked_n;
    size_t parked_dels;
    size_t parked_bytes;
    uint32_t park_seq;
    uint32_t ready;

    buf cache;
    uint64_t cache_version;
    bool cache_full;
};

/* ------------------------------------------------------------------ memory (doc.c) */
void *yoke__get(yoke_doc *doc, size_t size);
void yoke__put(yoke_doc *doc, void *ptr, size_t size);
bool yoke__vec_grow(yoke_doc *doc, yoke__vec *v, size_t more, size_t size);
void yoke__vec_free(yoke_doc *doc, yoke__vec *v, size_t size);

static inline bool yoke__vec_reserve(yoke_doc *doc, yoke__vec *v, size_t more, size_t size)
{
    return more <= v->cap - v->n || yoke__vec_grow(doc, v, more, size);
}

#define YOKE__AT(vec, type, i) (&((type *)(vec).ptr)[i])

static inline yoke__block *yoke__blk(const yoke_doc *doc, uint32_t i)
{
    return &((yoke__block **)
                 doc->block_chunks.ptr)[i / YOKE__BLOCKS_PER_CHUNK][i % YOKE__BLOCKS_PER_CHUNK];
}
static inline yoke__node *yoke__nd(const yoke_doc *doc, uint32_t i)
{
    return &(
        (yoke__node **)doc->node_chunks.ptr)[i / YOKE__NODES_PER_CHUNK][i % YOKE__NODES_PER_CHUNK];
}
static inline yoke__client *yoke__cl(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->clients, yoke__client, i);
}
static inline yoke__type_rec *yoke__ty(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->types, yoke__type_rec, i);
}
static inline yoke__entry *yoke__en(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->entries, yoke__entry, i);
}
static inline bytes yoke__name(const yoke_doc *doc, uint32_t at, uint32_t len)
{
    return bytes_of((const uint8_t *)doc->names.ptr + at, len);
}
static inline bytes yoke__content(const yoke_doc *doc, const yoke__block *b)
{
    return b->size == 0 ? (bytes){NULL, 0}
                        : bytes_of((const uint8_t *)doc->heap.ptr + b->at, b->size);
}
static inline bool yoke__counts(const yoke__block *b)
{
    return !(b->flags & YOKE__F_DELETED) && b->ref != YOKE__FORMAT;
}
static inline uint32_t yoke__visible(const yoke__block *b)
{
    return yoke__counts(b) ? b->len : 0;
}

/* What a change may need at most. */
typedef struct yoke__need {
    size_t blocks;
    size_t types;
    size_t entries;
    size_t name_bytes;
    size_t heap_bytes;
    size_t clients;
    size_t dels;
} yoke__need;
YOKE_MUST_CHECK yoke_err yoke__reserve(yoke_doc *doc, const yoke__need *need);

uint32_t yoke__client_find(const yoke_doc *doc, uint64_t id);
uint32_t yoke__client_make(yoke_doc *doc, uint64_t id);  /* reserved */
const uint32_t *yoke__client_order(const yoke_doc *doc); /* NULL: no memory */
uint32_t yoke__entry_find(const yoke_doc *doc, uint32_t type, bytes key);
uint32_t yoke__entry_make(yoke_doc *doc, uint32_t type, bytes key); /* reserved; finds too */
uint32_t yoke__root_make(yoke_doc *doc, bytes name);                /* reserved; finds too */
uint32_t yoke__type_make(yoke_doc *doc, uint8_t type_ref, bytes name);
uint32_t yoke__heap_put(yoke_doc *doc, bytes content); /* reserved */
void yoke__heap_compact(yoke_doc *doc);
void yoke__heap_trim(yoke_doc *doc);

/* ------------------------------------------------------------------ trees (tree.c) */
uint32_t yoke__node_new(yoke_doc *doc);
void yoke__tree_after(yoke_doc *doc, int which, uint32_t *root, uint32_t prev, uint32_t b,
                      uint32_t weight);
void yoke__tree_add(yoke_doc *doc, int which, uint32_t b, uint32_t delta);
void yoke__tree_remove(yoke_doc *doc, int which, uint32_t b);
void yoke__tree_settle(const yoke_doc *doc); /* let the position tree know all */
uint32_t yoke__tree_find(const yoke_doc *doc, uint32_t root, uint32_t at, uint32_t *offset);
uint32_t yoke__tree_start(const yoke_doc *doc, int which, uint32_t b);
void yoke__tree_free(yoke_doc *doc, int which, uint32_t root);
size_t yoke__tree_height(const yoke_doc *doc, uint32_t root);

/* ------------------------------------------------------------------ blocks (block.c) */
uint32_t yoke__block_new(yoke_doc *doc);
void yoke__block_free(yoke_doc *doc, uint32_t b);
uint32_t yoke__block_at(const yoke_doc *doc, uint32_t client, uint32_t clock);
uint32_t yoke__block_after(const yoke_doc *doc, uint32_t b); /* next clocks, same client */
uint32_t yoke__clean_end(yoke_doc *doc, uint32_t client, uint32_t clock);
uint32_t yoke__clean_start(yoke_doc *doc, uint32_t client, uint32_t clock);
uint32_t yoke__split(yoke_doc *doc, uint32_t b, uint32_t at);
void yoke__list_link(yoke_doc *doc, uint32_t b, uint32_t left);
void yoke__client_push(yoke_doc *doc, uint32_t b);
bool yoke__can_merge(const yoke_doc *doc, const yoke__block *l, const yoke__block *r, uint32_t ri);
void yoke__merge_around(yoke_doc *doc, uint32_t b);
void yoke__delete_block(yoke_doc *doc, uint32_t b);
void yoke__delete_range(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len);
void yoke__bury(yoke_doc *doc);
void yoke__note_deleted(yoke_doc *doc, const yoke__block *p);
void yoke__note_format(yoke_doc *doc, const yoke__block *p); /* event.c */

/* ------------------------------------------------------------------ integration, transactions */
bool yoke__integrate(yoke_doc *doc, const yoke__struct *s, uint32_t client, uint32_t offset);

/* Where a local edit goes: between neighbours, which are known. */
typedef struct yoke__spot {
    uint32_t type;
    uint32_t sub;
    uint32_t left;
    uint32_t right;
} yoke__spot;
uint32_t yoke__integrate_at(yoke_doc *doc, const yoke__struct *s, const yoke__spot *spot);
void yoke__txn_start(yoke_doc *doc, bool local, uint64_t origin);
void yoke__txn_finish(yoke_doc *doc, const bytes *exact);
void yoke__touch_client(yoke_doc *doc, uint32_t client);
void yoke__trees_build(yoke_doc *doc);
void yoke__incoming_free(yoke_doc *doc); /* apply.c */
void yoke__want_tree(yoke_doc *doc, uint32_t type);

/* ------------------------------------------------------------------ pending (pending.c) */
bool yoke__missing_dep(const yoke_doc *doc, const yoke__struct *s, uint32_t client, uint64_t clock,
                       yoke_id *dep);
void yoke__queue_push(yoke__queue *q, yoke__parked p);
yoke__parked yoke__queue_pop(yoke__queue *q);
bool yoke__queue_reserve(yoke_doc *doc, yoke__queue *q, size_t more);
void yoke__park(yoke_doc *doc, uint32_t client, yoke__parked p);
void yoke__park_delete(yoke_doc *doc, uint32_t client, uint64_t clock, uint64_t len);
void yoke__advanced(yoke_doc *doc, uint32_t client);
void yoke__examine(yoke_doc *doc, uint32_t client);
void yoke__wake_all(yoke_doc *doc);
void yoke__pending_free(yoke_doc *doc);

/* ------------------------------------------------------------------ nesting (nesting.c) */
size_t yoke__type_level(const yoke_doc *doc, uint32_t type, size_t most);
bool yoke__too_deep(const yoke_doc *doc, const yoke__struct *s, uint32_t client);

/* ------------------------------------------------------------------ encoding (encode.c) */
void yoke__encode_txn(const yoke_doc *doc, buf *out);
size_t yoke__dels_of(const yoke_doc *doc, uint32_t client, const yoke__drange **first);
void yoke__write_text(buf *out, const yoke_doc *doc, const yoke__block *b, uint32_t from,
                      uint32_t to);
size_t yoke__text_bytes(const yoke_doc *doc, const yoke__block *b, uint32_t from, uint32_t to);
yoke_err yoke__blob_from(yoke_blob *blob, buf *b);
void yoke__buf_over(buf *b, base_alloc *a, yoke_blob *blob);

/* ------------------------------------------------------------------ local edits (local.c) */
YOKE_MUST_CHECK yoke_err yoke__type_usable(const yoke_doc *doc, yoke_type type, uint32_t kinds);
uint32_t yoke__seek(const yoke_doc *doc, uint32_t type, uint32_t at, uint32_t *start);
uint32_t yoke__cut(yoke_doc *doc, uint32_t type, uint32_t at, uint32_t *start);
YOKE_MUST_CHECK yoke_err yoke__local_reserve(yoke_doc *doc, yoke__need need, size_t event_bytes);
void yoke__local_start(yoke_doc *doc);
void yoke__local_end(yoke_doc *doc);
YOKE_MUST_CHECK yoke_err yoke__delete_units(yoke_doc *doc, yoke_type type, uint64_t at,
                                            uint64_t len);

static inline yoke_err yoke__err(int base)
{
    return base == BASE_OK ? YOKE_OK : base == BASE_ENOMEM ? YOKE_ENOMEM : YOKE_ELIMIT_DOC;
}

#endif
