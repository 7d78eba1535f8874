/* nearest.h - "did you mean": the known word closest to a mistyped one. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* nearest_distance - insertions, deletions, replacements and swaps of neighbours that turn `a` into
 * `b`.  Words longer than 63 bytes count as far away (63). */
size_t nearest_distance(const char *a, const char *b);

/* nearest_word - the one of `count` words that is closest to `typed`, or NULL when none is close
 * enough to be meant (distance over a third of the length). */
const char *nearest_word(const char *typed, const char *const *words, size_t count);

#endif
