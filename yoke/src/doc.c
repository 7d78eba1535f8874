#include "yoke/src/doc.h"

#include <assert.h>

#define LIMIT_UPDATE_BYTES ((size_t)16 << 20)
#define LIMIT_STRUCTS ((size_t)16 << 20)
#define LIMIT_NESTING ((size_t)64)
#define LIMIT_PENDING_BYTES ((size_t)4 << 20)
#define LIMIT_PENDING_STRUCTS ((size_t)100000)
#define LIMIT_DOC_BYTES ((size_t)1 << 30)

/* Heap and names are addressed by 32 bits. */
#define HEAP_BYTES_MAX ((size_t)UINT32_MAX - 16)

/* The ceiling may have been lowered below what is there. */
static size_t bytes_left(const yoke_doc *doc)
{
    size_t max = doc->limits.doc_bytes;
    return doc->memory_bytes < max ? max - doc->memory_bytes : 0;
}

void *yoke__get(yoke_doc *doc, size_t size)
{
    if (size > bytes_left(doc)) {
        doc->fault = YOKE_ELIMIT_DOC;
        return NULL;
    }
    void *ptr = base_alloc_get(&doc->alloc, size);
    if (ptr == NULL)
        doc->fault = YOKE_ENOMEM;
    else
        doc->memory_bytes += size;
    return ptr;
}

void yoke__put(yoke_doc *doc, void *ptr, size_t size)
{
    if (ptr == NULL)
        return;
    base_alloc_put(&doc->alloc, ptr, size);
    doc->memory_bytes -= size;
}

static bool vec_resize(yoke_doc *doc, yoke__vec *v, size_t cap, size_t size)
{
    if (cap > v->cap && (cap - v->cap) * size > bytes_left(doc)) {
        doc->fault = YOKE_ELIMIT_DOC;
        return false;
    }
    void *ptr = v->ptr == NULL ? base_alloc_get(&doc->alloc, cap * size)
                               : base_alloc_resize(&doc->alloc, v->ptr, v->cap * size, cap * size);
    if (ptr == NULL) {
        doc->fault = YOKE_ENOMEM;
        return false;
    }
    doc->memory_bytes += cap * size;
    doc->memory_bytes -= v->cap * size;
    v->ptr = ptr;
    v->cap = (uint32_t)cap;
    return true;
}

bool yoke__vec_grow(yoke_doc *doc, yoke__vec *v, size_t more, size_t size)
{
    if (more > HEAP_BYTES_MAX - v->n) {
        doc->fault = YOKE_ELIMIT_DOC;
        return false;
    }
    size_t cap = (size_t)v->cap + v->cap / 4;
    if (cap < v->n + more || cap > HEAP_BYTES_MAX)
        cap = v->n + more;
    return vec_resize(doc, v, cap, size);
}

void yoke__vec_trim(yoke_doc *doc, yoke__vec *v, size_t size)
{
    if (v->n > 0 && v->cap > (size_t)v->n + v->n / 4 + 4)
        (void)vec_resize(doc, v, v->n, size);
}

void yoke__vec_free(yoke_doc *doc, yoke__vec *v, size_t size)
{
    yoke__put(doc, v->ptr, v->cap * size);
    *v = (yoke__vec){NULL, 0, 0};
}

static const yoke_limits default_limits = {LIMIT_UPDATE_BYTES,    LIMIT_STRUCTS,
                                           LIMIT_NESTING,         LIMIT_PENDING_BYTES,
                                           LIMIT_PENDING_STRUCTS, LIMIT_DOC_BYTES};

static size_t or_default(size_t value, size_t fallback)
{
    return value == 0 ? fallback : value;
}

static yoke_limits limits_of(const yoke_limits *l)
{
    yoke_limits d = default_limits;
    if (l == NULL)
        return d;
    d.update_bytes = or_default(l->update_bytes, d.update_bytes);
    d.structs = or_default(l->structs, d.structs);
    d.nesting = or_default(l->nesting, d.nesting);
    d.nesting = d.nesting < YOKE__NESTING_MAX ? d.nesting : YOKE__NESTING_MAX;
    d.pending_bytes = or_default(l->pending_bytes, d.pending_bytes);
    d.pending_structs = or_default(l->pending_structs, d.pending_structs);
    d.doc_bytes = or_default(l->doc_bytes, d.doc_bytes);
    return d;
}

void yoke_doc_set_limits(yoke_doc *doc, const yoke_limits *limits)
{
    doc->limits = limits_of(limits);
}

yoke_err yoke_update_check(yoke_bytes update, const yoke_limits *limits)
{
    yoke_limits l = limits_of(limits);
    yoke__update_reader r;
    yoke__struct s;
    yoke__range d;
    bool more = true;
    if (update.len_bytes > l.update_bytes)
        return YOKE_ELIMIT_UPDATE;
    yoke_err err = yoke__update_open(&r, bytes_of(update.ptr, update.len_bytes), l.nesting);
    while (err == YOKE_OK && more)
        err = yoke__update_next(&r, &s, &more);
    more = true;
    while (err == YOKE_OK && more)
        err = yoke__update_next_delete(&r, &d, &more);
    return err;
}

yoke_err yoke_doc_new(const yoke_options *options, yoke_doc **out)
{
    *out = NULL;
    if (options->client_id > VARINT_VALUE_MAX)
        return YOKE_ERANGE;
    base_alloc a = *base_alloc_libc();
    if (options->alloc != NULL)
        a = (base_alloc){options->alloc->ctx, options->alloc->alloc, options->alloc->resize,
                         options->alloc->release};
    yoke_doc *doc = base_alloc_get(&a, sizeof *doc);
    if (doc == NULL)
        return YOKE_ENOMEM;
    memset(doc, 0, sizeof *doc);
    doc->alloc = a;
    doc->limits = limits_of(&options->limits);
    doc->memory_bytes = sizeof *doc;
    doc->gc = !options->keep_deleted;
    doc->client_id = options->client_id;
    doc->me = YOKE__NONE;
    doc->ready = YOKE__NONE;
    buf_init(&doc->event, &doc->alloc, HEAP_BYTES_MAX);
    *out = doc;
    return YOKE_OK;
}

void yoke_doc_free(yoke_doc *doc)
{
    if (doc == NULL)
        return;
    yoke__pending_free(doc);
    yoke__vec_free(doc, &doc->blocks, sizeof(yoke__block));
    yoke__vec_free(doc, &doc->nodes, sizeof(yoke__node));
    yoke__vec_free(doc, &doc->types, sizeof(yoke__type_rec));
    yoke__vec_free(doc, &doc->entries, sizeof(yoke__entry));
    yoke__vec_free(doc, &doc->entry_hash, sizeof(uint32_t));
    yoke__vec_free(doc, &doc->clients, sizeof(yoke__client));
    yoke__vec_free(doc, &doc->client_hash, sizeof(uint32_t));
    yoke__vec_free(doc, &doc->order, sizeof(uint32_t));
    yoke__vec_free(doc, &doc->names, 1);
    yoke__vec_free(doc, &doc->heap, 1);
    yoke__vec_free(doc, &doc->touched_types, sizeof(uint32_t));
    yoke__vec_free(doc, &doc->dels, sizeof(yoke__drange));
    yoke__vec_free(doc, &doc->gone, sizeof(yoke__gone));
    buf_deinit(&doc->event);
    yoke__marks_free(doc);
    yoke__cache_free(doc);
    base_alloc a = doc->alloc;
    base_alloc_put(&a, doc, sizeof *doc);
}

uint64_t yoke_doc_client_id(const yoke_doc *doc)
{
    return doc->client_id;
}

yoke_err yoke_doc_set_client_id(yoke_doc *doc, uint64_t client_id)
{
    if (client_id > VARINT_VALUE_MAX)
        return YOKE_ERANGE;
    if (doc->in_txn)
        return YOKE_ESTATE;
    doc->client_id = client_id;
    doc->me = yoke__client_find(doc, client_id);
    return YOKE_OK;
}

yoke_stats yoke_doc_stats(const yoke_doc *doc)
{
    size_t roots_and_nested = doc->types.n > 0 ? doc->types.n - 1 : 0;
    return (yoke_stats){.blocks = yoke__blocks_live(doc),
                        .types = roots_and_nested,
                        .clients = doc->clients.n,
                        .pending_structs = doc->parked_n + doc->parked_dels,
                        .pending_bytes = doc->parked_bytes,
                        .memory_bytes = doc->memory_bytes + doc->event.cap_bytes +
                                        (doc->cache != NULL ? doc->cache->state.cap_bytes : 0),
                        .version = doc->version};
}

yoke_err yoke_doc_observe(yoke_doc *doc, const yoke_observer *observer)
{
    if (doc->in_txn)
        return YOKE_ESTATE;
    doc->observer = observer != NULL ? *observer : (yoke_observer){0};
    return YOKE_OK;
}

/* ------------------------------------------------------------------------------ reserving */

static bool reserve_blocks(yoke_doc *doc, size_t want)
{
    if (want <= doc->blocks_free_n)
        return true;
    bool first = doc->blocks.n == 0;
    if (!yoke__vec_reserve(doc, &doc->blocks, want - doc->blocks_free_n + (first ? 1 : 0),
                           sizeof(yoke__block)))
        return false;
    if (first) {
        *yoke__blk(doc, 0) = (yoke__block){0};
        doc->blocks.n = 1;
    }
    return true;
}

static bool reserve_nodes(yoke_doc *doc, size_t want)
{
    return want <= doc->nodes_free_n ||
           yoke__vec_reserve(doc, &doc->nodes, want - doc->nodes_free_n, sizeof(yoke__node));
}

/* Fewer are looked at one after the other. */
#define HASH_FROM 8

/* Entries and clients hash into chains through themselves; the tables double. */
static bool reserve_hash(yoke_doc *doc, yoke__vec *hash, size_t want)
{
    if (want <= HASH_FROM || want <= hash->n)
        return true;
    size_t n = hash->n == 0 ? 2 * HASH_FROM : hash->n;
    while (n < want)
        n *= 2;
    yoke__vec table = {NULL, 0, 0};
    if (!vec_resize(doc, &table, n, sizeof(uint32_t)))
        return false;
    table.n = (uint32_t)n;
    memset(table.ptr, 0xff, n * sizeof(uint32_t));
    yoke__vec_free(doc, hash, sizeof(uint32_t));
    *hash = table;
    return true;
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

/* The document's address is the salt: keys made to collide for one do not for another. */
static uint64_t salt(const yoke_doc *doc)
{
    return mix((uint64_t)(uintptr_t)doc);
}

uint64_t yoke__hash(const yoke_doc *doc, uint64_t x)
{
    return mix(x ^ salt(doc));
}

static uint32_t *client_bucket(const yoke_doc *doc, uint64_t id)
{
    size_t slot = (size_t)yoke__hash(doc, id) & (doc->client_hash.n - 1);
    return YOKE__AT(doc->client_hash, uint32_t, slot);
}

static bool reserve_clients(yoke_doc *doc, size_t more)
{
    size_t had = doc->client_hash.n;
    if (!yoke__vec_reserve(doc, &doc->clients, more, sizeof(yoke__client)) ||
        (doc->clients.n + more > 1 &&
         !yoke__vec_reserve(doc, &doc->order, doc->clients.n - doc->order.n + more,
                            sizeof(uint32_t))) ||
        !reserve_hash(doc, &doc->client_hash, doc->clients.n + more))
        return false;
    for (uint32_t i = 0; doc->client_hash.n != had && i < doc->clients.n; i++) {
        uint32_t *bucket = client_bucket(doc, yoke__cl(doc, i)->id);
        yoke__cl(doc, i)->chain = *bucket;
        *bucket = i;
    }
    return true;
}

static uint32_t *entry_bucket(const yoke_doc *doc, uint32_t hash)
{
    return YOKE__AT(doc->entry_hash, uint32_t, hash & (doc->entry_hash.n - 1));
}

static bool reserve_entries(yoke_doc *doc, size_t more)
{
    size_t had = doc->entry_hash.n;
    if (!yoke__vec_reserve(doc, &doc->entries, more + (doc->entries.n == 0 ? 1 : 0),
                           sizeof(yoke__entry)) ||
        !reserve_hash(doc, &doc->entry_hash, doc->entries.n + more + 1))
        return false;
    if (doc->entries.n == 0)
        doc->entries.n = 1;
    for (uint32_t i = 1; doc->entry_hash.n != had && i < doc->entries.n; i++) {
        yoke__entry *e = yoke__en(doc, i);
        uint32_t *bucket = entry_bucket(doc, e->hash);
        e->chain = *bucket;
        *bucket = i;
    }
    return true;
}

/* Nodes that so many new blocks may need, and the client that gets its first index. */
static size_t node_bound(const yoke_doc *doc, size_t blocks, size_t clients)
{
    size_t live = yoke__blocks_live(doc);
    size_t have = doc->nodes.n - doc->nodes_free_n;
    clients += doc->clients.n;
    if (live + blocks <= 1)
        return 0;
    /* No index is full; a client has one or gets it with a block. */
    if (live + blocks <= YOKE__FANOUT && doc->trees == 0)
        return blocks < clients ? blocks : clients;
    /* Every insert may split a path in both trees; but a level cannot be split more often than it
     * has nodes, and the new ones fill up only after FANOUT / 2 inserts. */
    size_t by_path = blocks * (doc->height + 2u) * (doc->trees > 0 ? 2 : 1);
    size_t by_level = have + 4 * blocks / (YOKE__FANOUT / 2 - 1) + 16;
    return (by_path < by_level ? by_path : by_level) + (blocks < clients ? blocks : clients);
}

/* What a usual edit needs is mostly there: more is not looked at then. */
static bool is_there(const yoke_doc *doc, const yoke__need *need)
{
    return need->blocks <= doc->blocks.cap - doc->blocks.n + doc->blocks_free_n &&
           need->blocks * (2u * doc->height + 5) <= yoke__nodes_spare(doc) &&
           need->heap_bytes <= doc->heap.cap - doc->heap.n &&
           need->dels <= doc->dels.cap - doc->dels.n && need->clients == 0 && need->types == 0 &&
           need->entries == 0 && need->name_bytes == 0 && doc->observer.on_delta == NULL &&
           doc->blocks.n > 0 && doc->types.n > 0;
}

yoke_err yoke__reserve(yoke_doc *doc, const yoke__need *need)
{
    if (is_there(doc, need))
        return YOKE_OK;
    if (need->blocks > UINT32_MAX - doc->blocks.n)
        return YOKE_ELIMIT_STRUCTS;
    size_t nodes = node_bound(doc, need->blocks, need->clients);
    if (!reserve_blocks(doc, need->blocks) || !reserve_nodes(doc, nodes) ||
        (need->heap_bytes > 0 && !yoke__vec_reserve(doc, &doc->heap, need->heap_bytes, 1)) ||
        (need->dels > 0 && !yoke__vec_reserve(doc, &doc->dels, need->dels, sizeof(yoke__drange))) ||
        (need->clients > 0 && !reserve_clients(doc, need->clients)))
        return doc->fault;
    if ((need->types > 0 || doc->types.n == 0) &&
        !yoke__vec_reserve(doc, &doc->types, need->types + (doc->types.n == 0 ? 1 : 0),
                           sizeof(yoke__type_rec)))
        return doc->fault;
    if (doc->types.n == 0) {
        *yoke__ty(doc, 0) = (yoke__type_rec){0};
        doc->types.n = 1;
    }
    if (doc->observer.on_delta != NULL &&
        !yoke__vec_reserve(doc, &doc->touched_types, doc->types.n + need->types, sizeof(uint32_t)))
        return doc->fault;
    if (need->entries > 0 && !reserve_entries(doc, need->entries))
        return doc->fault;
    if (need->name_bytes > 0 && !yoke__vec_reserve(doc, &doc->names, need->name_bytes, 1))
        return doc->fault;
    return YOKE_OK;
}

/* ------------------------------------------------------------------------------ clients */

uint32_t yoke__client_find(const yoke_doc *doc, uint64_t id)
{
    uint32_t i = 0;
    if (doc->client_hash.n == 0) {
        while (i < doc->clients.n && yoke__cl(doc, i)->id != id)
            i++;
        return i < doc->clients.n ? i : YOKE__NONE;
    }
    i = *client_bucket(doc, id);
    while (i != YOKE__NONE && yoke__cl(doc, i)->id != id)
        i = yoke__cl(doc, i)->chain;
    return i;
}

uint32_t yoke__client_make(yoke_doc *doc, uint64_t id)
{
    uint32_t i = yoke__client_find(doc, id);
    if (i != YOKE__NONE)
        return i;
    i = (uint32_t)doc->clients.n++;
    *yoke__cl(doc, i) = (yoke__client){.id = id, .chain = YOKE__NONE};
    if (doc->client_hash.n > 0) {
        uint32_t *bucket = client_bucket(doc, id);
        yoke__cl(doc, i)->chain = *bucket;
        *bucket = i;
    }
    doc->order_stale = true;
    if (id == doc->client_id)
        doc->me = i;
    return i;
}

static void sift(const yoke_doc *doc, uint32_t *v, size_t i, size_t n)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n)
            return;
        /* Smallest id at the root: popping it to the end leaves them descending. */
        if (child + 1 < n && yoke__cl(doc, v[child + 1])->id < yoke__cl(doc, v[child])->id)
            child++;
        if (yoke__cl(doc, v[i])->id < yoke__cl(doc, v[child])->id)
            return;
        uint32_t t = v[i];
        v[i] = v[child];
        v[child] = t;
        i = child;
    }
}

const uint32_t *yoke__client_order(const yoke_doc *view)
{
    /* Sorted when somebody looks; this changes nothing that can be seen. */
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view;
    uint32_t *v = doc->order.ptr;
    static const uint32_t only[1];
    size_t n = doc->clients.n;
    if (n <= 1)
        return only;
    if (!doc->order_stale && v != NULL)
        return v;
    if (!yoke__vec_reserve(doc, &doc->order, n - doc->order.n, sizeof(uint32_t)))
        return NULL;
    v = doc->order.ptr;
    assert(v != NULL); /* at least two were asked for */
    doc->order.n = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        v[i] = (uint32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        sift(doc, v, i, n);
    for (size_t end = n; end-- > 1;) {
        uint32_t t = v[0];
        v[0] = v[end];
        v[end] = t;
        sift(doc, v, 0, end);
    }
    doc->order_stale = false;
    return v;
}

/* ------------------------------------------------------------------------------ entries, types */

static uint32_t entry_hash(const yoke_doc *doc, uint32_t type, bytes key)
{
    uint64_t h = salt(doc) ^ type;
    size_t i = 0;
    for (; i + 8 <= key.len_bytes; i += 8) {
        uint64_t w;
        memcpy(&w, key.ptr + i, 8);
        h = mix(h ^ w);
    }
    uint64_t w = key.len_bytes;
    for (; i < key.len_bytes; i++)
        w = w << 8 | key.ptr[i];
    return (uint32_t)mix(h ^ w);
}

static uint32_t entry_find(const yoke_doc *doc, uint32_t type, bytes key, uint32_t hash)
{
    bool hashed = doc->entry_hash.n > 0;
    uint32_t i = hashed ? *entry_bucket(doc, hash) : 1;
    while (hashed ? i != YOKE__NONE : i < doc->entries.n) {
        const yoke__entry *e = yoke__en(doc, i);
        if (e->hash == hash && e->type == type &&
            bytes_equal(yoke__name(doc, e->key_at, e->key_len), key))
            return i;
        i = hashed ? e->chain : i + 1;
    }
    return 0;
}

uint32_t yoke__entry_find(const yoke_doc *doc, uint32_t type, bytes key)
{
    return entry_find(doc, type, key, entry_hash(doc, type, key));
}

static uint32_t name_put(yoke_doc *doc, bytes name)
{
    uint32_t at = (uint32_t)doc->names.n;
    if (name.len_bytes > 0)
        memcpy((uint8_t *)doc->names.ptr + at, name.ptr, name.len_bytes);
    doc->names.n += (uint32_t)name.len_bytes;
    return at;
}

uint32_t yoke__entry_make(yoke_doc *doc, uint32_t type, bytes key)
{
    uint32_t hash = entry_hash(doc, type, key);
    uint32_t i = entry_find(doc, type, key, hash);
    if (i != 0)
        return i;
    i = (uint32_t)doc->entries.n++;
    *yoke__en(doc, i) = (yoke__entry){.type = type,
                                      .key_at = name_put(doc, key),
                                      .key_len = (uint32_t)key.len_bytes,
                                      .hash = hash,
                                      .chain = YOKE__NONE};
    if (doc->entry_hash.n > 0) {
        uint32_t *bucket = entry_bucket(doc, hash);
        yoke__en(doc, i)->chain = *bucket;
        *bucket = i;
    }
    if (type != 0) {
        yoke__type_rec *t = yoke__ty(doc, type);
        if (t->last_entry != 0)
            yoke__en(doc, t->last_entry)->next = i;
        else
            t->first_entry = i;
        t->last_entry = i;
    }
    return i;
}

uint32_t yoke__type_make(yoke_doc *doc, uint8_t type_ref, bytes name)
{
    static const uint8_t kinds[] = {
        YOKE_KIND_ARRAY,        YOKE_KIND_MAP,      YOKE_KIND_TEXT,    YOKE_KIND_XML_ELEMENT,
        YOKE_KIND_XML_FRAGMENT, YOKE_KIND_XML_HOOK, YOKE_KIND_XML_TEXT};
    uint32_t i = (uint32_t)doc->types.n++;
    *yoke__ty(doc, i) = (yoke__type_rec){.kind = kinds[type_ref],
                                         .type_ref = type_ref,
                                         .name_at = name_put(doc, name),
                                         .name_len = (uint32_t)name.len_bytes};
    return i;
}

uint32_t yoke__root_make(yoke_doc *doc, bytes name)
{
    uint32_t e = yoke__entry_make(doc, 0, name);
    if (yoke__en(doc, e)->last == 0) {
        uint32_t i = (uint32_t)doc->types.n++;
        *yoke__ty(doc, i) = (yoke__type_rec){.kind = YOKE_KIND_UNKNOWN, .entry = e};
        yoke__en(doc, e)->last = i;
    }
    return yoke__en(doc, e)->last;
}

/* ------------------------------------------------------------------------------ content heap */

void yoke__heap_compact(yoke_doc *doc)
{
    size_t live = doc->heap.n - doc->heap_dead;
    if (doc->heap_dead < 16384 || doc->heap_dead < live)
        return;
    yoke__vec fresh = {NULL, 0, 0};
    if (!vec_resize(doc, &fresh, live + live / 4 + 64, 1))
        return; /* another time */
    for (uint32_t i = 1; i < doc->blocks.n; i++) {
        yoke__block *b = yoke__blk(doc, i);
        if (b->ref == YOKE__TYPE)
            continue;
        if (b->size == 0) { /* half of a surrogate pair alone has no bytes: it lies nowhere */
            b->at = 0;
            continue;
        }
        memcpy((uint8_t *)fresh.ptr + fresh.n, (uint8_t *)doc->heap.ptr + b->at, b->size);
        b->at = (uint32_t)fresh.n;
        fresh.n += b->size;
    }
    yoke__vec_free(doc, &doc->heap, 1);
    doc->heap = fresh;
    doc->heap_dead = 0;
}
