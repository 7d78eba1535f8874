/* encode.c - the document as bytes.
 *
 * Blocks that Yjs would have joined and memory keeps apart are joined while they are written, so
 * equal documents give equal bytes. */
#include "yoke/src/encode.h"

#include "base/utf.h"

#define HEADER_BYTES_MAX 64u

size_t yoke__hole_open(buf *out)
{
    size_t at = out->len_bytes;
    if (buf_reserve(out, VARINT_BYTES_MAX) == BASE_OK)
        out->len_bytes += VARINT_BYTES_MAX;
    return at;
}

void yoke__hole_close(buf *out, size_t at, uint64_t value)
{
    if (out->err != BASE_OK)
        return;
    size_t n = varuint_write(out->ptr + at, value);
    size_t body = at + VARINT_BYTES_MAX;
    memmove(out->ptr + at + n, out->ptr + body, out->len_bytes - body);
    out->len_bytes -= VARINT_BYTES_MAX - n;
}

/* A block of one client after the other. */
typedef struct walk {
    const yoke_doc *doc;
    uint32_t node;
    unsigned slot;
    uint32_t block;
} walk;

static walk walk_from(const yoke_doc *doc, uint32_t client, uint32_t clock)
{
    walk w = {.doc = doc, .block = yoke__block_at(doc, client, clock)};
    uint32_t index = yoke__cl(doc, client)->index;
    if (index != 0 && w.block != 0 && w.block != yoke__cl(doc, client)->tail)
        w.node = yoke__index_leaf(doc, index, clock, &w.slot);
    return w;
}

static inline void walk_next(walk *w)
{
    const yoke__block *b = yoke__blk(w->doc, w->block);
    if (w->node != 0 && w->slot + 1u < yoke__nd(w->doc, w->node)->n)
        w->block = yoke__nd(w->doc, w->node)->ref[++w->slot];
    else
        *w = walk_from(w->doc, b->client, b->clock + b->len);
}

static bytes text_part(const yoke_doc *doc, const yoke__block *b, uint32_t from, uint32_t to,
                       bool *lead, bool *tail)
{
    bytes c = yoke__content(doc, b);
    uint32_t first = b->flags & YOKE__F_LEAD ? 1 : 0;
    uint32_t last = b->flags & YOKE__F_TAIL ? b->len - 1 : b->len;
    *lead = first > 0 && from == 0 && to > 0;
    *tail = last < b->len && to == b->len && from < to;
    if (first > 0 && last < b->len && b->len == 1)
        *tail = false;
    if (from == 0 && to == b->len)
        return c;
    from = from < first ? first : from;
    to = to > last ? last : to;
    if (from >= to)
        return (bytes){NULL, 0};
    if (b->flags & YOKE__F_ASCII)
        return bytes_of(c.ptr + from, to - from);
    bool cut_first;
    bool cut_last;
    size_t begin = utf_offset(c, from - first, &cut_first);
    size_t end = utf_offset(c, to - first, &cut_last);
    if (cut_first) {
        begin += 4;
        *lead = true;
    }
    if (cut_last)
        *tail = !(cut_first && end < begin);
    return begin < end ? bytes_of(c.ptr + begin, end - begin) : (bytes){NULL, 0};
}

size_t yoke__text_bytes(const yoke_doc *doc, const yoke__block *b, uint32_t from, uint32_t to)
{
    bool lead;
    bool tail;
    bytes c = text_part(doc, b, from, to, &lead, &tail);
    return c.len_bytes + (lead ? 3u : 0u) + (tail ? 3u : 0u);
}

void yoke__write_text(buf *out, const yoke_doc *doc, const yoke__block *b, uint32_t from,
                      uint32_t to)
{
    bool lead;
    bool tail;
    bytes c = text_part(doc, b, from, to, &lead, &tail);
    if (lead)
        buf_put(out, "\xef\xbf\xbd", 3);
    buf_put_bytes(out, c);
    if (tail)
        buf_put(out, "\xef\xbf\xbd", 3);
}

static size_t put_id(uint8_t *out, uint64_t client, uint64_t clock)
{
    size_t n = varuint_write(out, client);
    return n + varuint_write(out + n, clock);
}

static void write_parent(buf *out, const yoke_doc *doc, const yoke__block *b)
{
    const yoke__type_rec *t = yoke__ty(doc, b->parent);
    if (t->item == 0) {
        const yoke__entry *e = yoke__en(doc, t->entry);
        buf_put_varuint(out, 1);
        buf_put_varstring(out, yoke__name(doc, e->key_at, e->key_len));
    } else {
        const yoke__block *item = yoke__blk(doc, t->item);
        buf_put_varuint(out, 0);
        buf_put_varuint(out, yoke__cl(doc, item->client)->id);
        buf_put_varuint(out, item->clock);
    }
    if (b->sub != 0) {
        const yoke__entry *e = yoke__en(doc, b->sub);
        buf_put_varstring(out, yoke__name(doc, e->key_at, e->key_len));
    }
}

static void write_header(buf *out, const yoke_doc *doc, const yoke__block *b, uint32_t offset)
{
    if (buf_reserve(out, HEADER_BYTES_MAX) != BASE_OK)
        return;
    uint8_t *p = out->ptr + out->len_bytes;
    bool origin = offset > 0 || b->oc != YOKE__NONE;
    bool right = b->rc != YOKE__NONE;
    size_t n = 1;
    p[0] = (uint8_t)(b->ref | (origin ? YOKE__INFO_ORIGIN : 0) | (right ? YOKE__INFO_RIGHT : 0) |
                     (b->sub != 0 ? YOKE__INFO_SUB : 0));
    if (offset > 0)
        n += put_id(p + n, yoke__cl(doc, b->client)->id, b->clock + offset - 1);
    else if (origin)
        n += put_id(p + n, yoke__cl(doc, b->oc)->id, b->ok);
    if (right)
        n += put_id(p + n, yoke__cl(doc, b->rc)->id, b->rk);
    out->len_bytes += n;
    if (!origin && !right)
        write_parent(out, doc, b);
}

/* A run of blocks that are one struct: from unit `offset` of the first to unit `end` of it all. */
typedef struct run {
    walk first;
    walk after;
    uint32_t len;
} run;

static run run_from(const walk *w)
{
    run r = {.first = *w, .after = *w};
    const yoke__block *b = yoke__blk(w->doc, w->block);
    r.len = b->len;
    for (;;) {
        walk_next(&r.after);
        if (r.after.block == 0)
            return r;
        const yoke__block *next = yoke__blk(w->doc, r.after.block);
        if (!yoke__can_merge(b, next, r.after.block))
            return r;
        b = next;
        r.len += b->len;
    }
}

static void write_elements(buf *out, const yoke_doc *doc, const yoke__block *b, uint32_t from,
                           uint32_t to)
{
    bytes c = yoke__content(doc, b);
    size_t begin = from == 0 ? 0 : yoke__elements_offset(c, b->ref, from);
    size_t end = to == b->len ? c.len_bytes : yoke__elements_offset(c, b->ref, to);
    buf_put(out, c.ptr + begin, end - begin);
}

static void write_string_run(buf *out, const run *r, uint32_t offset, uint32_t end)
{
    const yoke_doc *doc = r->first.doc;
    const yoke__block *only = yoke__blk(doc, r->first.block);
    size_t size = 0;
    if (only->len == r->len && (only->flags & YOKE__F_ASCII)) {
        buf_put_varstring(
            out, bytes_of((const uint8_t *)doc->heap.ptr + only->at + offset, end - offset));
        return;
    }
    for (int pass = 0; pass < 2; pass++) {
        uint32_t at = 0;
        for (walk w = r->first; w.block != r->after.block && at < end; walk_next(&w)) {
            const yoke__block *b = yoke__blk(doc, w.block);
            uint32_t from = offset > at ? offset - at : 0;
            uint32_t to = end - at < b->len ? end - at : b->len;
            at += b->len;
            if (from >= to)
                continue;
            if (pass == 0)
                size += yoke__text_bytes(doc, b, from, to);
            else
                yoke__write_text(out, doc, b, from, to);
        }
        if (pass == 0)
            buf_put_varuint(out, size);
    }
}

static void write_run(buf *out, const run *r, uint32_t offset, uint32_t end)
{
    const yoke_doc *doc = r->first.doc;
    const yoke__block *b = yoke__blk(doc, r->first.block);
    if (b->ref == YOKE__GC) {
        buf_put_u8(out, YOKE__GC);
        buf_put_varuint(out, end - offset);
        return;
    }
    write_header(out, doc, b, offset);
    if (b->ref == YOKE__DELETED) {
        buf_put_varuint(out, end - offset);
    } else if (b->ref == YOKE__STRING) {
        write_string_run(out, r, offset, end);
    } else if (b->ref == YOKE__ANY || b->ref == YOKE__JSON) {
        buf_put_varuint(out, end - offset);
        uint32_t at = 0;
        for (walk w = r->first; w.block != r->after.block && at < end; walk_next(&w)) {
            b = yoke__blk(doc, w.block);
            uint32_t from = offset > at ? offset - at : 0;
            uint32_t to = end - at < b->len ? end - at : b->len;
            if (from < to)
                write_elements(out, doc, b, from, to);
            at += b->len;
        }
    } else if (b->ref == YOKE__TYPE) {
        const yoke__type_rec *t = yoke__ty(doc, b->at);
        buf_put_varuint(out, t->type_ref);
        if (t->type_ref == YOKE__TYPE_XML_ELEMENT || t->type_ref == YOKE__TYPE_XML_HOOK)
            buf_put_varstring(out, yoke__name(doc, t->name_at, t->name_len));
    } else {
        buf_put_bytes(out, yoke__content(doc, b));
    }
}

/* Structs of `client` with clocks [from, to).  Returns how many. */
static uint64_t write_structs(buf *out, const yoke_doc *doc, uint32_t client, uint32_t from,
                              uint32_t to)
{
    uint64_t n = 0;
    walk w = walk_from(doc, client, from);
    while (w.block != 0 && from < to && out->err == BASE_OK) {
        uint32_t clock = yoke__blk(doc, w.block)->clock;
        run r = run_from(&w);
        uint32_t end = to - clock < r.len ? to - clock : r.len;
        write_run(out, &r, from - clock, end);
        from = clock + r.len;
        w = r.after;
        n++;
    }
    return n;
}

/* What waits of `client`, from clock `at` on, gaps as Skips.  Returns the structs written. */
static uint64_t write_parked(buf *out, const yoke_doc *doc, uint32_t client, uint64_t at,
                             bool first)
{
    const yoke__client *c = yoke__cl(doc, client);
    const yoke__queue *parked = &yoke__waiting_of(c)->parked;
    uint64_t n = 0;
    yoke__queue q = {NULL, parked->n, parked->n};
    if (q.n == 0)
        return 0;
    q.item = base_alloc_get(out->alloc, q.n * sizeof *q.item);
    if (q.item == NULL) {
        out->err = BASE_ENOMEM;
        return 0;
    }
    memcpy(q.item, parked->item, q.n * sizeof *q.item);
    while (q.n > 0) {
        yoke__parked p = yoke__queue_pop(&q);
        yoke__struct s;
        reader in = reader_of(bytes_of(p.segment->data + p.at, p.segment->size_bytes - p.at));
        if (p.clock + p.len <= at ||
            yoke__struct_read(&in, c->id, p.clock, YOKE__NESTING_MAX, &s) != YOKE_OK)
            continue;
        if (first) {
            at = p.clock > at ? p.clock : at;
            buf_put_varuint(out, c->id);
            buf_put_varuint(out, at);
            first = false;
        }
        if (p.clock > at) {
            buf_put_u8(out, YOKE__SKIP);
            buf_put_varuint(out, p.clock - at);
            at = p.clock;
            n++;
        }
        yoke__struct_write(out, &s, at - p.clock);
        at = p.clock + p.len;
        n++;
    }
    base_alloc_put(out->alloc, q.item, q.cap * sizeof *q.item);
    return n;
}

static bool parked_beyond(const yoke__client *c, uint64_t at)
{
    const yoke__queue *parked = &yoke__waiting_of(c)->parked;
    for (uint32_t i = 0; i < parked->n; i++)
        if (parked->item[i].clock + parked->item[i].len > at)
            return true;
    return false;
}

static uint64_t write_section(buf *out, const yoke_doc *doc, uint32_t client, uint64_t from,
                              bool pending)
{
    const yoke__client *c = yoke__cl(doc, client);
    bool own = from < c->state;
    uint64_t at = own ? c->state : from;
    bool waiting = pending && parked_beyond(c, at);
    if (!own && !waiting)
        return 0;
    size_t hole = yoke__hole_open(out);
    uint64_t n = 0;
    if (own) {
        buf_put_varuint(out, c->id);
        buf_put_varuint(out, from);
        n = write_structs(out, doc, client, (uint32_t)from, c->state);
    }
    if (waiting)
        n += write_parked(out, doc, client, at, !own);
    yoke__hole_close(out, hole, n);
    return 1;
}

/* The ranges of one client as number, clock, length. */
typedef struct ranges {
    buf *out;
    uint64_t clock;
    uint64_t end;
    uint64_t n;
} ranges;

static void range_add(ranges *r, uint64_t clock, uint64_t len)
{
    if (r->end == clock && r->end > 0) {
        r->end += len;
        return;
    }
    if (r->end > r->clock) {
        buf_put_varuint(r->out, r->clock);
        buf_put_varuint(r->out, r->end - r->clock);
        r->n++;
    }
    r->clock = clock;
    r->end = clock + len;
}

static void write_parked_deletes(ranges *r, const yoke__client *c)
{
    const yoke__queue *deletes = &yoke__waiting_of(c)->deletes;
    yoke__queue q = {NULL, deletes->n, deletes->n};
    if (q.n == 0)
        return;
    q.item = base_alloc_get(r->out->alloc, q.n * sizeof *q.item);
    if (q.item == NULL) {
        r->out->err = BASE_ENOMEM;
        return;
    }
    memcpy(q.item, deletes->item, q.n * sizeof *q.item);
    while (q.n > 0) {
        yoke__parked p = yoke__queue_pop(&q);
        uint64_t clock = p.clock > r->end ? p.clock : r->end;
        if (p.clock + p.len > clock)
            range_add(r, clock, p.clock + p.len - clock);
    }
    base_alloc_put(r->out->alloc, q.item, q.cap * sizeof *q.item);
}

static uint64_t write_deletes_of(buf *out, const yoke_doc *doc, uint32_t client, bool pending)
{
    const yoke__client *c = yoke__cl(doc, client);
    size_t start = out->len_bytes;
    buf_put_varuint(out, c->id);
    size_t hole = yoke__hole_open(out);
    ranges r = {.out = out};
    for (walk w = walk_from(doc, client, 0); w.block != 0; walk_next(&w)) {
        const yoke__block *b = yoke__blk(doc, w.block);
        if (b->flags & YOKE__F_DELETED)
            range_add(&r, b->clock, b->len);
    }
    if (pending)
        write_parked_deletes(&r, c);
    range_add(&r, UINT64_MAX / 2, 0);
    if (out->err != BASE_OK)
        return 0;
    if (r.n == 0) {
        out->len_bytes = start;
        return 0;
    }
    yoke__hole_close(out, hole, r.n);
    return 1;
}

void yoke__write_delete_set(buf *out, const yoke_doc *doc, const uint32_t *order, bool pending)
{
    size_t hole = yoke__hole_open(out);
    uint64_t n = 0;
    for (size_t i = 0; i < doc->clients.n; i++)
        n += write_deletes_of(out, doc, order[i], pending);
    yoke__hole_close(out, hole, n);
}

static yoke_err encode(const yoke_doc *doc, const uint64_t *from, bool pending, buf *out)
{
    const uint32_t *order = yoke__client_order(doc);
    if (order == NULL)
        return doc->fault;
    size_t hole = yoke__hole_open(out);
    uint64_t n = 0;
    for (size_t i = 0; i < doc->clients.n && out->err == BASE_OK; i++)
        n += write_section(out, doc, order[i], from != NULL ? from[order[i]] : 0, pending);
    yoke__hole_close(out, hole, n);
    yoke__write_delete_set(out, doc, order, pending);
    return yoke__err(out->err);
}

static bool is_cached(const yoke_doc *doc)
{
    return doc->cache != NULL && doc->cache->full && doc->cache->version == doc->version;
}

yoke_err yoke_doc_encode(const yoke_doc *doc, yoke_bytes sv, unsigned flags, yoke_blob *out)
{
    base_alloc a;
    buf b;
    uint64_t *from = NULL;
    size_t size = doc->clients.n * sizeof *from;
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    bool pending = (flags & YOKE_ENCODE_PENDING) != 0;
    if (sv.len_bytes == 0 && !pending && is_cached(doc)) {
        buf_put_bytes(&b, buf_view(&doc->cache->state));
        return yoke__blob_from(out, &b);
    }
    yoke_err err = YOKE_OK;
    if (sv.len_bytes > 0) {
        if (size > 0 && (from = base_alloc_get(&a, size)) == NULL)
            return YOKE_ENOMEM;
        if (from != NULL)
            memset(from, 0, size);
        err = yoke__read_state(doc, sv, from);
    }
    if (err == YOKE_OK)
        err = encode(doc, from, pending, &b);
    base_alloc_put(&a, from, size);
    yoke_err copied = yoke__blob_from(out, &b);
    if (err != YOKE_OK)
        out->len_bytes = 0;
    return err != YOKE_OK ? err : copied;
}

yoke_err yoke_doc_encode_cached(yoke_doc *doc, yoke_bytes *view)
{
    *view = YOKE_NONE;
    if (doc->cache == NULL) {
        doc->cache = yoke__get(doc, sizeof *doc->cache);
        if (doc->cache == NULL)
            return doc->fault;
        *doc->cache = (yoke__cache){.full = false};
        buf_init(&doc->cache->state, &doc->alloc, UINT32_MAX);
    }
    yoke__cache *c = doc->cache;
    if (!is_cached(doc)) {
        c->full = false;
        buf_clear(&c->state);
        yoke_err err = encode(doc, NULL, false, &c->state);
        if (err != YOKE_OK)
            return err;
        c->full = true;
        c->version = doc->version;
    }
    *view = (yoke_bytes){c->state.ptr, c->state.len_bytes};
    return YOKE_OK;
}

void yoke__cache_free(yoke_doc *doc)
{
    if (doc->cache == NULL)
        return;
    buf_deinit(&doc->cache->state);
    yoke__put(doc, doc->cache, sizeof *doc->cache);
    doc->cache = NULL;
}

void yoke_doc_drop_cache(yoke_doc *doc)
{
    yoke__cache_free(doc);
}

void yoke__write_client(buf *out, const yoke_doc *doc, uint32_t client, uint32_t from, uint32_t to)
{
    const yoke__client *c = yoke__cl(doc, client);
    const yoke__block *tail = yoke__blk(doc, c->tail);
    if (from >= tail->clock && to == c->state) {
        /* One struct, as most transactions write. */
        run r = {.first = {.doc = doc, .block = c->tail}, .len = tail->len};
        buf_put_varuint(out, 1);
        buf_put_varuint(out, c->id);
        buf_put_varuint(out, from);
        write_run(out, &r, from - tail->clock, tail->len);
        return;
    }
    size_t hole = yoke__hole_open(out);
    buf_put_varuint(out, c->id);
    buf_put_varuint(out, from);
    yoke__hole_close(out, hole, write_structs(out, doc, client, from, to));
}
