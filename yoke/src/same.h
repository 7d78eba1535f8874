/* same.h - do two contents say the same?  Private to yoke/src.
 *
 * Whoever repeats a struct of somebody else may write its value anew, and engines differ in how:
 * yrs keeps objects in a hash map and writes 2^40 as an integer where Yjs writes a float.  So
 * contents are compared by value and not by bytes:
 *
 *   string         the same units; where one side was cut inside a pair, as far as can be told
 *   any, JSON,     numbers by their value (0 is -0, a NaN is a NaN, a bigint is the number it is
 *   embed, format  exactly), strings by their characters, objects by their keys in any order, of
 *                  a key that comes twice the last, a key that is undefined as one that is not
 * there type           its kind, and the name of an element or hook document       its guid: the
 * options are each program's own binary         the same bytes
 *
 * What one side has deleted, and knows no more of, agrees with everything.
 */
#ifndef YOKE_SAME_H
#define YOKE_SAME_H

#include "yoke/src/doc.h"

/* yoke__same - `*same`: does `s` say the same as block `b` about the units both have?  They have at
 * least one.  Returns YOKE_OK, or the document's fault when there is no memory to compare objects.
 * O(bytes) where the bytes are equal, else O(bytes + entries log entries). */
YOKE_MUST_CHECK yoke_err yoke__same(yoke_doc *doc, const yoke__block *b, const yoke__struct *s,
                                    bool *same);

#endif
