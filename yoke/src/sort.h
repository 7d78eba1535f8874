/* sort.h - a sort without recursion and without memory.  Private to yoke/src. */
#ifndef YOKE_SORT_H
#define YOKE_SORT_H

#include <stdbool.h>
#include <stddef.h>

typedef bool yoke__before_fn(const void *a, const void *b);

/* yoke__sort - put `n` records of `size` bytes (at most YOKE__SORT_BYTES_MAX) in order.  Records of
 * which neither is before the other end in any order.  O(n log n) in the worst case. */
#define YOKE__SORT_BYTES_MAX 64
void yoke__sort(void *v, size_t n, size_t size, yoke__before_fn *before);

#endif
