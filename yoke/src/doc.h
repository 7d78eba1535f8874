/* doc.h - how a document lies in memory.  Private to yoke/src.
 *
 *   type --start--> block <-> block <-> block          the list, tombstones included
 *     |               |  leaf
 *     '--tree--> node -> node: sums of visible units   position -> block   (made when first asked)
 *
 *   client --index--> node -> node: first clocks       clock -> block
 *          --tail---> its last block                   (no index while there is one block)
 *
 * A block is a run of one client: contiguous clocks, one kind of content, one deleted flag.  Blocks
 * and nodes are named by number; they may move when room is reserved, never during a change.
 * Content bytes stand in one heap, which is compacted when most of it is dead.  The position tree
 * may be dropped at any time (it is made again when there is memory); the index may not, its nodes
 * are reserved before a change begins.
 */
#ifndef YOKE_DOC_H
#define YOKE_DOC_H

#include "yoke/src/decode.h"

#define YOKE__NONE UINT32_MAX
#define YOKE__FANOUT 32u
/* A run that would otherwise be moved to the end of the heap to grow is moved when it is this
 * short; a longer one is left and a new block begun. */
#define YOKE__MOVE_BYTES_MAX 64u
/* A list of fewer blocks is searched from its start. */
#define YOKE__TREE_FROM 32u

enum {
    YOKE__F_DELETED = 1,
    YOKE__F_ASCII = 2, /* STRING: a unit is a byte */
    YOKE__F_LEAD = 4,  /* STRING: U+FFFD before the bytes, half of a split pair */
    YOKE__F_TAIL = 8,  /* STRING: U+FFFD after the bytes */
    /* During a conflict scan only: it was seen; it was seen since the left neighbour last moved. */
    YOKE__F_SEEN = 16,
    YOKE__F_CONFLICT = 32,
};

typedef struct yoke__block {
    uint32_t next;
    uint32_t prev;
    uint32_t leaf; /* node of the position tree, when there is one */
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
    uint8_t ref;
    uint8_t flags;
} yoke__block;

typedef struct yoke__node {
    uint32_t parent; /* of the position tree; the index has none */
    uint16_t n;
    uint16_t level;
    uint32_t ref[YOKE__FANOUT]; /* blocks on level 0, else nodes */
    union {
        uint32_t sum[YOKE__FANOUT];   /* position tree: visible units below */
        uint32_t clock[YOKE__FANOUT]; /* index: the first clock below */
    };
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
    bool crossed;   /* something was put between a unit and what was typed after it */
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

typedef struct yoke__vec {
    void *ptr;
    uint32_t n;
    uint32_t cap;
} yoke__vec;

/* A binary heap by clock. */
typedef struct yoke__queue {
    yoke__parked *item;
    uint32_t n;
    uint32_t cap;
} yoke__queue;

/* What waits of a client, and for it.  A client that waits has one, and the one it waits for. */
typedef struct yoke__waiting {
    uint64_t wait_clock;
    yoke__queue parked;
    yoke__queue deletes;
    yoke__vec again;  /* hash table of lengths by clock: what is parked, not to be parked twice */
    uint32_t wait_on; /* client index waited for, or NONE */
    uint32_t wait_next;
    uint32_t wait_prev;
    uint32_t waiters;
    uint32_t ready_next;
    uint32_t coming; /* what an update is about to park here */
    bool ready;
} yoke__waiting;

typedef struct yoke__client {
    uint64_t id;
    yoke__waiting *waiting; /* NULL until something waits */
    uint32_t state;
    uint32_t tail;
    uint32_t index;
    uint32_t chain;
    uint32_t before;  /* state when the transaction began */
    uint32_t txn;     /* number of the last transaction that touched it */
    uint32_t touched; /* the next client that it touched */
} yoke__client;

typedef struct yoke__drange {
    uint32_t client;
    uint32_t clock;
    uint32_t len;
} yoke__drange;

/* The full state as it was encoded last. */
typedef struct yoke__cache {
    buf state;
    uint64_t version;
    bool full;
} yoke__cache;

/* A format that the running transaction deleted: its content, of which the block kept nothing. */
typedef struct yoke__gone {
    uint32_t client;
    uint32_t clock;
    uint32_t at;
    uint32_t size;
} yoke__gone;

/* A block by its first unit, among those that were written into one gap (marks.c). */
typedef struct yoke__mark {
    uint64_t gap;
    uint64_t id; /* of the client */
    uint32_t client;
    uint32_t clock;
    uint32_t left;
    uint32_t right;
} yoke__mark;

typedef struct yoke__marks {
    yoke__vec list; /* yoke__mark, the first is number 1 */
    uint32_t root;
} yoke__marks;

struct yoke_doc {
    base_alloc alloc;
    yoke_limits limits;
    size_t memory_bytes;
    yoke_err fault; /* why the last allocation failed */
    bool gc;
    bool order_stale;
    bool in_txn;
    bool txn_open; /* by yoke_txn_begin */
    bool txn_local;
    bool gone_lost;  /* there was no memory for one of `gone` */
    bool joins_last; /* during an update: its blocks are joined at its end */
    uint8_t height;  /* no tree or index is higher, nor ever was */
    uint64_t client_id;
    uint32_t me; /* client index of client_id, or NONE */
    uint64_t version;

    yoke__vec blocks; /* yoke__block, 0 unused; all are in use or on the free list */
    uint32_t blocks_free;
    uint32_t blocks_free_n;
    yoke__vec nodes; /* yoke__node, the first is number 1 */
    uint32_t nodes_free;
    uint32_t nodes_free_n;
    uint32_t trees;     /* how many lists have a position tree */
    uint32_t nested;    /* blocks that stand in nested types */
    uint32_t hint_leaf; /* of an index: where a clock was found last */

    yoke__vec types;   /* yoke__type_rec, 0 unused */
    yoke__vec entries; /* yoke__entry, 0 unused */
    yoke__vec entry_hash;
    yoke__vec clients;
    yoke__vec client_hash;
    yoke__vec order; /* client indices, ids descending */
    yoke__vec names;
    yoke__vec heap;
    size_t heap_dead;

    uint32_t lag_block; /* whose weight the position tree does not know yet, and by how much */
    uint32_t lag;
    uint32_t cur_type; /* cursor: block and the position where it starts; type 0: none */
    uint32_t cur_block;
    uint32_t cur_at;

    uint32_t txn; /* number of the running or last transaction */
    uint64_t origin;
    uint32_t touched; /* the client touched last, or NONE */
    yoke__vec dels;   /* yoke__drange */
    uint64_t txn_deleted;
    uint32_t dying;
    yoke__vec touched_types;
    yoke__vec gone; /* yoke__gone, only while deltas are observed */
    yoke_observer observer;
    buf event;
    size_t event_bound;

    size_t parked_n;
    size_t parked_dels;
    size_t parked_bytes;
    uint32_t park_seq;
    uint32_t ready;

    yoke__marks *marks; /* NULL until a conflict scan was long */
    yoke__cache *cache; /* NULL until a cached state is asked for */
};

/* ------------------------------------------------------------------ memory (doc.c) */
void *yoke__get(yoke_doc *doc, size_t size);
void yoke__put(yoke_doc *doc, void *ptr, size_t size);
bool yoke__vec_grow(yoke_doc *doc, yoke__vec *v, size_t more, size_t size);
void yoke__vec_free(yoke_doc *doc, yoke__vec *v, size_t size);
void yoke__vec_trim(yoke_doc *doc, yoke__vec *v, size_t size); /* give back much that is spare */

static inline bool yoke__vec_reserve(yoke_doc *doc, yoke__vec *v, size_t more, size_t size)
{
    return more <= v->cap - v->n || yoke__vec_grow(doc, v, more, size);
}

#define YOKE__AT(vec, type, i) (&((type *)(vec).ptr)[i])

static inline yoke__block *yoke__blk(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->blocks, yoke__block, i);
}
static inline yoke__node *yoke__nd(const yoke_doc *doc, uint32_t i)
{
    return YOKE__AT(doc->nodes, yoke__node, i - 1);
}
static inline size_t yoke__blocks_live(const yoke_doc *doc)
{
    return doc->blocks.n == 0 ? 0 : doc->blocks.n - 1 - doc->blocks_free_n;
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

static inline void yoke__touch_client(yoke_doc *doc, uint32_t client)
{
    yoke__client *c = yoke__cl(doc, client);
    if (c->txn == doc->txn)
        return;
    c->txn = doc->txn;
    c->before = c->state;
    c->touched = doc->touched;
    doc->touched = client;
}

/* A type that changed, for those who observe deltas. */
static inline void yoke__touch_type(yoke_doc *doc, uint32_t type)
{
    yoke__type_rec *t = yoke__ty(doc, type);
    if (doc->observer.on_delta == NULL || t->touched)
        return;
    t->touched = true;
    *YOKE__AT(doc->touched_types, uint32_t, doc->touched_types.n++) = type;
}

/* The transaction is done and its observer is being told: what it was lent must not move. */
static inline bool yoke__is_observed(const yoke_doc *doc)
{
    return doc->in_txn && !doc->txn_open;
}

uint64_t yoke__hash(const yoke_doc *doc, uint64_t x); /* salted */
uint32_t yoke__client_find(const yoke_doc *doc, uint64_t id);
uint32_t yoke__client_make(yoke_doc *doc, uint64_t id);  /* reserved */
const uint32_t *yoke__client_order(const yoke_doc *doc); /* NULL: no memory */
uint32_t yoke__entry_find(const yoke_doc *doc, uint32_t type, bytes key);
uint32_t yoke__entry_make(yoke_doc *doc, uint32_t type, bytes key); /* reserved; finds too */
uint32_t yoke__root_make(yoke_doc *doc, bytes name);                /* reserved; finds too */
uint32_t yoke__type_make(yoke_doc *doc, uint8_t type_ref, bytes name);
void yoke__heap_compact(yoke_doc *doc);

static inline uint32_t yoke__heap_put(yoke_doc *doc, bytes content) /* reserved */
{
    uint32_t at = (uint32_t)doc->heap.n;
    uint8_t *out = (uint8_t *)doc->heap.ptr + at;
    if (content.len_bytes == 1)
        *out = *content.ptr;
    else if (content.len_bytes > 0)
        memcpy(out, content.ptr, content.len_bytes);
    doc->heap.n += (uint32_t)content.len_bytes;
    return at;
}

/* ------------------------------------------------------------------ nodes of both (tree.c) */
uint32_t yoke__node_new(yoke_doc *doc); /* reserved */
void yoke__node_free(yoke_doc *doc, uint32_t i);
size_t yoke__nodes_spare(const yoke_doc *doc);

/* ------------------------------------------------------------------ positions (tree.c) */
void yoke__tree_build(const yoke_doc *doc, uint32_t type); /* a long list gets one, if it can */
void yoke__tree_after(yoke_doc *doc, uint32_t type, uint32_t prev, uint32_t b);
void yoke__tree_split(yoke_doc *doc, uint32_t type, uint32_t l, uint32_t r); /* r: l's end */
void yoke__tree_join(yoke_doc *doc, uint32_t l, uint32_t r); /* r follows and becomes part of l */
void yoke__tree_add(yoke_doc *doc, uint32_t b, uint32_t delta);
void yoke__tree_settle(const yoke_doc *doc); /* let the tree know all */
uint32_t yoke__tree_find(const yoke_doc *doc, uint32_t root, uint32_t at, uint32_t *offset);
uint32_t yoke__tree_start(const yoke_doc *doc, uint32_t b);
void yoke__tree_free(yoke_doc *doc, uint32_t type);

/* ------------------------------------------------------------------ clocks (index.c) */
uint32_t yoke__index_find(const yoke_doc *doc, uint32_t client, uint32_t clock);
void yoke__index_put(yoke_doc *doc, uint32_t *root, uint32_t clock, uint32_t b);
void yoke__index_take(yoke_doc *doc, uint32_t root, uint32_t clock);
void yoke__index_move(yoke_doc *doc, uint32_t root, uint32_t b, uint32_t from, uint32_t to);

/* The leaf that holds the block of `clock`, and its slot there. */
uint32_t yoke__index_leaf(const yoke_doc *doc, uint32_t root, uint32_t clock, unsigned *slot);

/* ------------------------------------------------------------------ marks.c */
const yoke__mark *yoke__mark_before(const yoke_doc *doc, uint64_t gap, uint64_t id);
void yoke__mark_put(yoke_doc *doc, uint64_t gap, uint32_t b); /* if there is memory */
void yoke__marks_free(yoke_doc *doc);

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
bool yoke__can_merge(const yoke__block *l, const yoke__block *r, uint32_t ri);
/* r follows l: take it into l, if they can be one. */
bool yoke__merge(yoke_doc *doc, uint32_t l, uint32_t r);
void yoke__merge_around(yoke_doc *doc, uint32_t b);
void yoke__delete_block(yoke_doc *doc, uint32_t b);
void yoke__delete_part(yoke_doc *doc, uint32_t b, uint32_t from, uint32_t to); /* of what lives */
void yoke__delete_range(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len);
void yoke__bury(yoke_doc *doc);
void yoke__note_deleted(yoke_doc *doc, uint32_t client, uint32_t clock, uint32_t len);
void yoke__note_format(yoke_doc *doc, const yoke__block *p); /* event.c */

/* ------------------------------------------------------------------ integration, transactions */
bool yoke__integrate(yoke_doc *doc, const yoke__struct *s, uint32_t client, uint32_t offset);

/* A block and the id of its first unit, or none. */
typedef struct yoke__neighbour {
    uint32_t block;
    uint32_t client;
    uint32_t clock;
} yoke__neighbour;

/* yoke__extend - let the last block of `client` grow by what it types on, if it can: `left` is that
 * block, `right` what the text was typed before. */
bool yoke__extend(yoke_doc *doc, uint32_t client, uint32_t left, const yoke__neighbour *right,
                  bytes ascii);

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

/* ------------------------------------------------------------------ pending (pending.c) */
bool yoke__missing_dep(const yoke_doc *doc, const yoke__struct *s, uint32_t client, uint64_t clock,
                       yoke_id *dep);
void yoke__queue_push(yoke__queue *q, yoke__parked p);
yoke__parked yoke__queue_pop(yoke__queue *q);
bool yoke__queue_reserve(yoke_doc *doc, yoke__queue *q, size_t more);
bool yoke__waiting_make(yoke_doc *doc, uint32_t client);
bool yoke__parked_reserve(yoke_doc *doc, yoke__waiting *w, size_t more);
bool yoke__is_parked(const yoke_doc *doc, uint32_t client, const yoke__struct *s);
void yoke__park(yoke_doc *doc, uint32_t client, yoke__parked p);
void yoke__park_delete(yoke_doc *doc, uint32_t client, uint64_t clock, uint64_t len);
void yoke__advanced(yoke_doc *doc, uint32_t client);
void yoke__wake_all(yoke_doc *doc);
void yoke__pending_free(yoke_doc *doc);

static inline const yoke__waiting *yoke__waiting_of(const yoke__client *c)
{
    static const yoke__waiting nothing = {.waiters = YOKE__NONE};
    return c->waiting != NULL ? c->waiting : &nothing;
}

/* ------------------------------------------------------------------ nesting (nesting.c) */
size_t yoke__type_level(const yoke_doc *doc, uint32_t type, size_t most);
bool yoke__too_deep(const yoke_doc *doc, const yoke__struct *s, uint32_t client);

/* ------------------------------------------------------------------ encoding (encode.c) */
void yoke__encode_txn(const yoke_doc *doc, buf *out);
void yoke__cache_free(yoke_doc *doc);
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
