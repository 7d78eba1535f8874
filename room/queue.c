/* queue.c - see queue.h. */
#include "room/queue.h"

#include <assert.h>
#include <string.h>

int pair_queue_reserve(pair_queue *q, const base_alloc *alloc)
{
    if (q->first + q->count < q->cap)
        return BASE_OK;
    if (q->first > q->count) {
        memcpy(q->pairs, q->pairs + q->first, q->count * sizeof *q->pairs);
        q->first = 0;
        return BASE_OK;
    }
    if (q->cap > UINT32_MAX / 2)
        return BASE_ENOMEM;
    uint32_t cap = q->cap == 0 ? 4 : 2 * q->cap;
    pair *pairs = base_alloc_resize(alloc, q->pairs, q->cap * sizeof *pairs, cap * sizeof *pairs);
    if (pairs == NULL)
        return BASE_ENOMEM;
    q->pairs = pairs;
    q->cap = cap;
    return BASE_OK;
}

void pair_queue_trim(pair_queue *q, const base_alloc *alloc)
{
    if (q->count == 0 && q->pairs != NULL)
        pair_queue_deinit(q, alloc);
}

void pair_queue_push(pair_queue *q, uint64_t key, uint64_t value)
{
    assert(q->first + q->count < q->cap);
    q->pairs[q->first + q->count++] = (pair){key, value};
}

pair *pair_queue_front(pair_queue *q)
{
    return q->count > 0 ? &q->pairs[q->first] : NULL;
}

pair *pair_queue_back(pair_queue *q)
{
    return q->count > 0 ? &q->pairs[q->first + q->count - 1] : NULL;
}

void pair_queue_pop(pair_queue *q)
{
    assert(q->count > 0);
    q->first = --q->count == 0 ? 0 : q->first + 1;
}

void pair_queue_deinit(pair_queue *q, const base_alloc *alloc)
{
    base_alloc_put(alloc, q->pairs, q->cap * sizeof *q->pairs);
    *q = (pair_queue){0};
}
