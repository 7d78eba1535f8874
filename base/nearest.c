#include "base/nearest.h"

#include <string.h>

#define WORD_BYTES_MAX 63

static size_t min2(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    size_t na = strlen(a), nb = strlen(b);
    if (na > WORD_BYTES_MAX || nb > WORD_BYTES_MAX)
        return WORD_BYTES_MAX;
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    memset(before, 0, sizeof rows[0]);
    for (size_t j = 0; j <= nb; j++)
        last[j] = j;
    for (size_t i = 1; i <= na; i++) {
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t d = last[j - 1] + (a[i - 1] != b[j - 1]);
            d = min2(d, min2(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = min2(d, before[j - 2] + 1);
            now[j] = d;
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[nb];
}

const char *nearest_word(const char *typed, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strlen(typed) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t d = nearest_distance(typed, words[i]);
        if (d < best_distance) {
            best_distance = d;
            best = words[i];
        }
    }
    return best;
}
