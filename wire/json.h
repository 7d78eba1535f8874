/* json.h - just enough JSON to check, stamp and write small values without building a tree.
 *
 * No recursion and no memory: the depth is bounded by a bit mask.
 */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/buf.h"
#include "base/varint.h"

#define JSON_DEPTH_MAX 32

/* json_skip - move `r` behind one value and the white space around it.  Strings must be
 * well-formed UTF-8.  Returns BASE_EMALFORMED (`r` unmoved), also when it is nested deeper than
 * JSON_DEPTH_MAX.  O(bytes). */
BASE_MUST_CHECK int json_skip(reader *r);

/* json_check_object - is `s` exactly one JSON object? */
BASE_MUST_CHECK int json_check_object(bytes s);

/* json_member - the value of member `key` of `object` (checked before), as it is written, without
 * white space around it; the last one of equal keys.  A key that is spelled with escapes is not
 * recognised.  false: there is none. */
bool json_member(bytes object, const char *key, bytes *value);

/* json_put_text - append what the JSON string `value` (with its quotes, checked before) says, as
 * UTF-8: escapes are resolved, half a surrogate pair becomes U+FFFD.
 * Returns BASE_EMALFORMED when `value` is no string; else the buffer's error. */
BASE_MUST_CHECK int json_put_text(buf *out, bytes value);

/* json_put_string - append `s` as a JSON string with its quotes.  `s` is well-formed UTF-8. */
void json_put_string(buf *out, bytes s);

/* json_put_without - append the object `object` (checked before) without its closing brace and
 * without its member `key`, ready for more members; `*count` says how many members were written.  A
 * key that is spelled with escapes is not recognised: a member written later wins over it in every
 * JSON reader that keeps the last of two equal keys, as JavaScript's does. */
void json_put_without(buf *out, bytes object, const char *key, size_t *count);

#endif
