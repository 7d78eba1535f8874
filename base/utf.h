/* utf.h - UTF-8 text measured in UTF-16 code units, the unit of every Yjs position.
 *
 * All calls take well-formed UTF-8, as utf_measure accepts it, unless they say otherwise.  A code
 * point above U+FFFF is 4 bytes and 2 units; nothing on the wire carries a lone surrogate.
 */
#ifndef BASE_UTF_H
#define BASE_UTF_H

#include "base/bytes.h"
#include "base/err.h"

/* utf_measure - check that `s` is well-formed UTF-8 (no overlong forms, no surrogates, nothing
 * above U+10FFFF) and count its UTF-16 units.
 * Returns BASE_EMALFORMED when it is not.  O(bytes), eight bytes a step where they are ASCII. */
BASE_MUST_CHECK int utf_measure(bytes s, size_t *len_utf16);

/* utf_is_ascii - no byte has its high bit set: one unit is one byte. */
bool utf_is_ascii(bytes s);

/* utf_offset - byte offset of UTF-16 unit `at_utf16`.  When that unit is the second half of a
 * surrogate pair the offset is that of the pair's start and `*inside_pair` is true. */
size_t utf_offset(bytes s, size_t at_utf16, bool *inside_pair);

/* utf_from_utf16 - write the units as UTF-8, lone surrogates as U+FFFD.  `out` holds at least
 * 3 * len_utf16 bytes.  Returns the bytes written. */
size_t utf_from_utf16(const uint16_t *units, size_t len_utf16, uint8_t *out);

/* utf_to_utf16 - write `s` as UTF-16; `out` holds utf_measure units.  Returns the units written. */
size_t utf_to_utf16(bytes s, uint16_t *out);

#endif
