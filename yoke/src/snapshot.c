/* snapshot.c - the document as it was: a delete set and a state vector over what is kept. */
#include "yoke/src/encode.h"

#include "yoke/src/read.h"

yoke_err yoke_snapshot_encode(const yoke_doc *doc, yoke_blob *out)
{
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    const uint32_t *order = yoke__client_order(doc);
    if (order == NULL)
        return doc->fault;
    yoke__write_delete_set(&b, doc, order, false);
    yoke__write_state(&b, doc, order);
    return yoke__blob_from(out, &b);
}

/* A snapshot that was read: ranges and states by client index. */
typedef struct then {
    yoke_doc *doc;
    yoke__vec ranges; /* yoke__range with a client index as client, as they came */
    uint32_t *state;
    bytes deletes; /* as they stand in the snapshot */
} then;

static yoke_err read_states(then *t, reader in)
{
    yoke__state_reader r;
    yoke_id id;
    bool more = true;
    yoke_err err = yoke__state_open(&r, bytes_of(in.pos, reader_left(&in)));
    while (err == YOKE_OK && (err = yoke__state_next(&r, &id, &more)) == YOKE_OK && more) {
        if (id.clock == 0)
            continue;
        uint32_t client = yoke__client_find(t->doc, id.client);
        if (client == YOKE__NONE || id.clock > yoke__cl(t->doc, client)->state)
            return YOKE_ENOTFOUND;
        t->state[client] = (uint32_t)id.clock;
    }
    return err;
}

static yoke_err read_ranges(then *t, reader *in)
{
    uint64_t clients;
    if (reader_varuint(in, &clients) != BASE_OK)
        return YOKE_EMALFORMED;
    for (uint64_t i = 0; i < clients; i++) {
        uint64_t id;
        uint64_t n;
        if (reader_varuint(in, &id) != BASE_OK || reader_varuint(in, &n) != BASE_OK)
            return YOKE_EMALFORMED;
        for (uint64_t k = 0; k < n; k++) {
            yoke__range r = {.client = yoke__client_find(t->doc, id)};
            if (reader_varuint(in, &r.clock) != BASE_OK || reader_varuint(in, &r.len) != BASE_OK)
                return YOKE_EMALFORMED;
            if (!yoke__vec_reserve(t->doc, &t->ranges, 1, sizeof r))
                return t->doc->fault;
            *YOKE__AT(t->ranges, yoke__range, t->ranges.n++) = r;
        }
    }
    return YOKE_OK;
}

static bool range_before(const yoke__range *a, const yoke__range *b)
{
    return a->client != b->client ? a->client < b->client : a->clock < b->clock;
}

static void sort_ranges(yoke__range *v, size_t n)
{
    /* A heap, as ranges come grouped by client in another order than that of indices. */
    for (size_t i = n / 2, end = n; end > 1;) {
        if (i > 0) {
            i--;
        } else {
            yoke__range top = v[0];
            v[0] = v[--end];
            v[end] = top;
        }
        for (size_t k = i, child; (child = 2 * k + 1) < end; k = child) {
            if (child + 1 < end && range_before(&v[child], &v[child + 1]))
                child++;
            if (!range_before(&v[k], &v[child]))
                break;
            yoke__range x = v[k];
            v[k] = v[child];
            v[child] = x;
        }
    }
}

static void then_free(then *t)
{
    yoke__vec_free(t->doc, &t->ranges, sizeof(yoke__range));
    yoke__put(t->doc, t->state, (t->doc->clients.n + 1) * sizeof *t->state);
}

static yoke_err then_read(then *t, const yoke_doc *view, yoke_bytes snapshot)
{
    yoke_doc *doc = (yoke_doc *)(uintptr_t)view; /* only its allocator is used */
    *t = (then){.doc = doc};
    if (doc->gc)
        return YOKE_ESTATE;
    size_t size = (doc->clients.n + 1) * sizeof *t->state;
    t->state = yoke__get(doc, size);
    if (t->state == NULL)
        return doc->fault;
    memset(t->state, 0, size);
    reader in = reader_of(bytes_of(snapshot.ptr, snapshot.len_bytes));
    const uint8_t *start = in.pos;
    yoke_err err = read_ranges(t, &in);
    t->deletes = bytes_of(start, (size_t)(in.pos - start));
    if (err == YOKE_OK)
        err = read_states(t, in);
    sort_ranges(t->ranges.ptr, t->ranges.n);
    return err;
}

/* From `clock` on: was it deleted, and up to where is that so? */
static bool was_deleted(const then *t, uint32_t client, uint64_t clock, uint64_t *until)
{
    size_t lo = 0;
    size_t hi = t->ranges.n;
    const yoke__range *v = t->ranges.ptr;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].client < client ||
            (v[mid].client == client && v[mid].clock + v[mid].len <= clock))
            lo = mid + 1;
        else
            hi = mid;
    }
    bool here = lo < t->ranges.n && v[lo].client == client;
    *until = UINT64_MAX;
    if (here && v[lo].clock <= clock)
        *until = v[lo].clock + v[lo].len;
    else if (here)
        *until = v[lo].clock;
    return here && v[lo].clock <= clock;
}

static void write_then(const then *t, const yoke__block *b, buf *out)
{
    uint64_t end = (uint64_t)b->clock + b->len;
    if (end > t->state[b->client])
        end = t->state[b->client];
    for (uint64_t at = b->clock, until; at < end; at = until) {
        bool gone = was_deleted(t, b->client, at, &until);
        if (until > end)
            until = end;
        if (!gone)
            yoke__write_text(out, t->doc, b, (uint32_t)(at - b->clock),
                             (uint32_t)(until - b->clock));
    }
}

yoke_err yoke_snapshot_text(const yoke_doc *doc, yoke_bytes snapshot, yoke_type text,
                            yoke_blob *out)
{
    then t;
    base_alloc a;
    buf b;
    out->len_bytes = 0;
    if (text == 0 || text >= doc->types.n || !(YOKE__KINDS_TEXT >> yoke__ty(doc, text)->kind & 1))
        return YOKE_EKIND;
    yoke_err err = then_read(&t, doc, snapshot);
    yoke__buf_over(&b, &a, out);
    if (err == YOKE_OK)
        for (uint32_t i = yoke__ty(doc, text)->start; i != 0; i = yoke__blk(doc, i)->next)
            if (yoke__blk(doc, i)->ref == YOKE__STRING)
                write_then(&t, yoke__blk(doc, i), &b);
    then_free(&t);
    yoke_err copied = yoke__blob_from(out, &b);
    if (err != YOKE_OK)
        out->len_bytes = 0;
    return err != YOKE_OK ? err : copied;
}

yoke_err yoke_snapshot_update(const yoke_doc *doc, yoke_bytes snapshot, yoke_blob *out)
{
    then t;
    base_alloc a;
    buf b;
    out->len_bytes = 0;
    const uint32_t *order = yoke__client_order(doc);
    if (order == NULL)
        return doc->fault;
    yoke_err err = then_read(&t, doc, snapshot);
    yoke__buf_over(&b, &a, out);
    if (err == YOKE_OK) {
        uint64_t n = 0;
        for (uint32_t i = 0; i < doc->clients.n; i++)
            n += t.state[i] > 0 ? 1 : 0;
        buf_put_varuint(&b, n);
        for (size_t i = 0; i < doc->clients.n; i++)
            if (t.state[order[i]] > 0)
                yoke__write_client(&b, doc, order[i], 0, t.state[order[i]]);
        buf_put_bytes(&b, t.deletes);
    }
    then_free(&t);
    yoke_err copied = yoke__blob_from(out, &b);
    if (err != YOKE_OK)
        out->len_bytes = 0;
    return err != YOKE_OK ? err : copied;
}
