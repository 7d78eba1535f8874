#include "host/outq.h"

#include <stdlib.h>

static outq_item *item_at(const outq *q, uint32_t i)
{
    return &q->ring[(q->first + i) & (q->cap - 1)];
}

static void item_release(outq_item *item)
{
    frame_unref(item->frame);
    free(item->heap);
}

void outq_deinit(outq *q)
{
    for (uint32_t i = 0; i < q->count; i++)
        item_release(item_at(q, i));
    free(q->ring);
    memset(q, 0, sizeof *q);
}

static bool grow(outq *q)
{
    uint32_t cap = q->cap == 0 ? 8 : q->cap * 2;
    if (cap > (UINT32_C(1) << 24))
        return false;
    outq_item *ring = malloc(cap * sizeof *ring);
    if (ring == NULL)
        return false;
    for (uint32_t i = 0; i < q->count; i++)
        ring[i] = *item_at(q, i);
    free(q->ring);
    q->ring = ring;
    q->cap = cap;
    q->first = 0;
    return true;
}

static bool put(outq *q, outq_item item)
{
    if (q->count == q->cap && !grow(q))
        return false;
    q->ring[(q->first + q->count) & (q->cap - 1)] = item;
    q->count++;
    q->queued_bytes += item.view.len_bytes;
    return true;
}

bool outq_put_frame(outq *q, frame *f)
{
    if (!put(q, (outq_item){frame_view(f), f, NULL, 0}))
        return false;
    frame_ref(f);
    return true;
}

bool outq_put_heap(outq *q, void *block, size_t len_bytes)
{
    return put(q, (outq_item){bytes_of(block, len_bytes), NULL, block, 0});
}

bool outq_put_static(outq *q, bytes view)
{
    return view.len_bytes == 0 || put(q, (outq_item){view, NULL, NULL, 0});
}

bool outq_put_newest(outq *q, frame *f, uint64_t key)
{
    /* A first item that is partly on the wire must stay. */
    uint32_t last = q->sent_bytes > 0 ? 1 : 0;
    if (q->count > OUTQ_SEARCH && q->count - OUTQ_SEARCH > last)
        last = q->count - OUTQ_SEARCH;
    for (uint32_t i = q->count; i-- > last;) {
        outq_item *item = item_at(q, i);
        if (item->key != key)
            continue;
        q->queued_bytes -= item->view.len_bytes;
        item_release(item);
        *item = (outq_item){frame_view(frame_ref(f)), f, NULL, key};
        q->queued_bytes += item->view.len_bytes;
        return true;
    }
    if (!put(q, (outq_item){frame_view(f), f, NULL, key}))
        return false;
    frame_ref(f);
    return true;
}

void outq_drop_unsent(outq *q)
{
    uint32_t kept = q->sent_bytes > 0 ? 1 : 0;
    if (q->count <= kept)
        return;
    if (kept == 0) {
        outq_deinit(q);
        return;
    }
    for (; q->count > kept; q->count--) {
        outq_item *item = item_at(q, q->count - 1);
        q->queued_bytes -= item->view.len_bytes;
        item_release(item);
    }
}

size_t outq_held_bytes(const outq *q)
{
    return q->queued_bytes + q->cap * sizeof *q->ring;
}

size_t outq_peek(const outq *q, struct iovec *out, size_t max)
{
    size_t n = q->count < max ? q->count : max;
    for (size_t i = 0; i < n; i++) {
        bytes view = item_at(q, (uint32_t)i)->view;
        size_t skip = i == 0 ? q->sent_bytes : 0;
        /* iovec has no const form; sendmsg only reads. */
        out[i].iov_base = (void *)(uintptr_t)(view.ptr + skip);
        out[i].iov_len = view.len_bytes - skip;
    }
    return n;
}

void outq_wrote(outq *q, size_t n)
{
    q->queued_bytes -= n;
    n += q->sent_bytes;
    while (q->count > 0 && n >= item_at(q, 0)->view.len_bytes) {
        n -= item_at(q, 0)->view.len_bytes;
        item_release(item_at(q, 0));
        q->first = (q->first + 1) & (q->cap - 1);
        q->count--;
    }
    q->sent_bytes = n;
    if (q->count == 0)
        outq_deinit(q);
}
