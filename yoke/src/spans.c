#include "yoke/src/spans.h"

#include <assert.h>

enum {
    UPDATE_BYTES_DEFAULT = 16 << 20,
    NESTING_DEFAULT = 64,
};

static yoke_err survey_deletes(yoke__update_reader *r, yoke__facts *out)
{
    yoke__range d;
    bool more = true;
    out->deletes = *r;
    yoke_err err = yoke__update_next_delete(r, &d, &more);
    while (err == YOKE_OK && more) {
        out->delete_ranges++;
        err = yoke__update_next_delete(r, &d, &more);
    }
    return err;
}

yoke_err yoke__update_survey(yoke_bytes update, const yoke_limits *limits, yoke__facts *out)
{
    size_t bytes_max = limits != NULL && limits->update_bytes != 0 ? limits->update_bytes
                                                                   : (size_t)UPDATE_BYTES_DEFAULT;
    size_t nesting = limits != NULL && limits->nesting != 0 ? limits->nesting : NESTING_DEFAULT;
    *out = (yoke__facts){.nesting = nesting};
    if (update.len_bytes > bytes_max)
        return YOKE_ELIMIT_UPDATE;
    yoke__update_reader r;
    uint64_t client_before = 0;
    yoke_err err = yoke__update_open(&r, bytes_of(update.ptr, update.len_bytes), nesting);
    while (err == YOKE_OK) {
        bool at_section = r.structs_left == 0, more;
        yoke__struct s;
        err = yoke__update_next(&r, &s, &more);
        if (err != YOKE_OK || !more)
            break;
        if (at_section && (out->structs == 0 || s.client >= client_before))
            out->stretches++;
        client_before = s.client;
        out->structs++;
    }
    return err == YOKE_OK ? survey_deletes(&r, out) : err;
}

yoke_err yoke__spans_init(yoke__spans *r, const base_alloc *alloc, uint64_t cap)
{
    *r = (yoke__spans){.alloc = alloc};
    if (cap == 0)
        return YOKE_OK;
    if (cap > SIZE_MAX / sizeof *r->ptr)
        return YOKE_ENOMEM;
    r->ptr = base_alloc_get(alloc, (size_t)cap * sizeof *r->ptr);
    if (r->ptr == NULL)
        return YOKE_ENOMEM;
    r->cap = (size_t)cap;
    return YOKE_OK;
}

void yoke__spans_deinit(yoke__spans *r)
{
    if (r->ptr != NULL)
        base_alloc_put(r->alloc, r->ptr, r->cap * sizeof *r->ptr);
    *r = (yoke__spans){0};
}

void yoke__spans_add(yoke__spans *r, yoke__span range)
{
    assert(r->count < r->cap);
    assert(range.from <= range.to);
    r->ptr[r->count++] = range;
}

static bool comes_before(const yoke__span *a, const yoke__span *b)
{
    if (a->client != b->client)
        return a->client > b->client;
    return a->key < b->key;
}

static bool is_sorted(const yoke__spans *r)
{
    for (size_t i = 1; i < r->count; i++) {
        if (comes_before(&r->ptr[i], &r->ptr[i - 1]))
            return false;
    }
    return true;
}

static void sift_down(yoke__span *a, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count && comes_before(&a[child], &a[child + 1]))
            child++;
        if (!comes_before(&a[root], &a[child]))
            return;
        yoke__span t = a[root];
        a[root] = a[child];
        a[child] = t;
        root = child;
    }
}

/* Heap sort: libc's qsort may take memory of its own, and hostile input must not make it slow. */
void yoke__spans_sort(yoke__spans *r)
{
    if (is_sorted(r))
        return;
    for (size_t i = r->count / 2; i-- > 0;)
        sift_down(r->ptr, i, r->count);
    for (size_t end = r->count; end-- > 1;) {
        yoke__span t = r->ptr[0];
        r->ptr[0] = r->ptr[end];
        r->ptr[end] = t;
        sift_down(r->ptr, 0, end);
    }
}

void yoke__spans_join(yoke__spans *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        yoke__span *last = n > 0 ? &r->ptr[n - 1] : NULL;
        const yoke__span *now = &r->ptr[i];
        if (last != NULL && last->client == now->client && last->to >= now->from) {
            if (now->to > last->to)
                last->to = now->to;
        } else {
            r->ptr[n++] = *now;
        }
    }
    r->count = n;
}

void yoke__spans_add_deletes(yoke__spans *r, const yoke__facts *facts, yoke__order order)
{
    yoke__update_reader in = facts->deletes;
    yoke__range d;
    bool more = false;
    yoke_err err = yoke__update_next_delete(&in, &d, &more);
    while (err == YOKE_OK && more) {
        uint64_t key = order == YOKE__ORDER_CLOCK ? d.clock : r->count;
        yoke__spans_add(r, (yoke__span){d.client, key, d.clock, d.clock + d.len});
        err = yoke__update_next_delete(&in, &d, &more);
    }
    assert(err == YOKE_OK); /* surveyed before */
}

void yoke__spans_put_deletes(const yoke__spans *r, buf *out)
{
    uint64_t clients = 0;
    for (size_t i = 0; i < r->count; i++)
        clients += i == 0 || r->ptr[i].client != r->ptr[i - 1].client;
    buf_put_varuint(out, clients);
    for (size_t i = 0; i < r->count;) {
        size_t end = i;
        while (end < r->count && r->ptr[end].client == r->ptr[i].client)
            end++;
        buf_put_varuint(out, r->ptr[i].client);
        buf_put_varuint(out, end - i);
        for (; i < end; i++) {
            buf_put_varuint(out, r->ptr[i].from);
            buf_put_varuint(out, r->ptr[i].to - r->ptr[i].from);
        }
    }
}

void yoke__blob_begin(yoke_blob *blob, base_alloc *alloc, buf *out)
{
    const base_alloc *libc = base_alloc_libc();
    const yoke_allocator *own = blob->alloc;
    *alloc = own != NULL ? (base_alloc){own->ctx, own->alloc, own->resize, own->release} : *libc;
    buf_init(out, alloc, SIZE_MAX / 4);
    out->ptr = blob->ptr;
    out->cap_bytes = blob->cap_bytes;
    blob->len_bytes = 0;
}

yoke_err yoke__buf_err(const buf *b)
{
    return buf_err(b) == BASE_OK ? YOKE_OK : YOKE_ENOMEM;
}

yoke_err yoke__blob_finish(yoke_blob *blob, buf *out, yoke_err err)
{
    if (err == YOKE_OK)
        err = yoke__buf_err(out);
    blob->ptr = out->ptr;
    blob->cap_bytes = out->cap_bytes;
    blob->len_bytes = err == YOKE_OK ? out->len_bytes : 0;
    return err;
}
