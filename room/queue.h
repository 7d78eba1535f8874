/* queue.h - a queue of pairs of numbers.  An empty one owns no memory: most members are idle. */
#ifndef ROOM_QUEUE_H
#define ROOM_QUEUE_H

#include "base/alloc.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct pair {
    uint64_t key;
    uint64_t value;
} pair;

typedef struct pair_queue {
    pair *pairs;
    uint32_t first;
    uint32_t count;
    uint32_t cap;
} pair_queue;

/* pair_queue_reserve - make room for one more, so that the next push cannot fail.
 * pair_queue_trim - give the memory back if the queue is empty. */
BASE_MUST_CHECK int pair_queue_reserve(pair_queue *q, const base_alloc *alloc);
void pair_queue_trim(pair_queue *q, const base_alloc *alloc);
void pair_queue_push(pair_queue *q, uint64_t key, uint64_t value);
pair *pair_queue_front(pair_queue *q); /* NULL: empty */
pair *pair_queue_back(pair_queue *q);
void pair_queue_pop(pair_queue *q);
void pair_queue_deinit(pair_queue *q, const base_alloc *alloc);

#endif
