#include "yoke/src/sort.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    uint8_t t[YOKE__SORT_BYTES_MAX];
    memcpy(t, a, size);
    memcpy(a, b, size);
    memcpy(b, t, size);
}

static void sift(uint8_t *v, size_t i, size_t n, size_t size, yoke__before_fn *before)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(v + child * size, v + (child + 1) * size))
            child++;
        if (!before(v + i * size, v + child * size))
            return;
        swap(v + i * size, v + child * size, size);
    }
}

void yoke__sort(void *v, size_t n, size_t size, yoke__before_fn *before)
{
    assert(size <= YOKE__SORT_BYTES_MAX);
    for (size_t i = n / 2; i-- > 0;)
        sift(v, i, n, size, before);
    for (size_t end = n; end-- > 1;) {
        swap(v, (uint8_t *)v + end * size, size);
        sift(v, 0, end, size, before);
    }
}
