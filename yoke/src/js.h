/* js.h - what JavaScript's String() makes of values: markup of Yjs is made of it.  Private to
 * yoke/src.
 *
 * JSON handed in was validated when it came (decode.c), so nothing here can meet a bad one.
 * Source: ECMAScript, Number::toString and Array.prototype.join. */
#ifndef YOKE_JS_H
#define YOKE_JS_H

#include "yoke/src/doc.h"

/* yoke__js_number - 1e21, 0.1, -0 as "0", NaN, Infinity; independent of the locale. */
void yoke__js_number(buf *out, double number);

/* yoke__js_scalar - String(JSON.parse(token)) of a JSON string, number or word. */
void yoke__js_scalar(buf *out, bytes token);

/* yoke__json_number - the value of a JSON number.  false: it is longer than any double is written.
 */
bool yoke__json_number(bytes text, double *out);

/* yoke__json_token_end - the end of the token at `p` (< end): a string, a word or number, or one
 * character. */
const uint8_t *yoke__json_token_end(const uint8_t *p, const uint8_t *end);

/* yoke__js_json - String(JSON.parse(json)): arrays joined by commas, objects "[object Object]". */
void yoke__js_json(buf *out, bytes json);

/* yoke__js_value - String(value).  A nested type is "[object Object]". */
void yoke__js_value(buf *out, const yoke_value *v);

/* yoke__js_attributes - ` key="value"` for each own key of JSON.parse(json), keys in order of
 * UTF-16: of an object its keys, of a string or array its indices, of others none. */
YOKE_MUST_CHECK yoke_err yoke__js_attributes(buf *out, bytes json);

/* yoke__js_compare - order of two UTF-8 strings as JavaScript's `<` has it, by UTF-16 units. */
int yoke__js_compare(bytes a, bytes b);

/* yoke__json_trim - without white space around it. */
bytes yoke__json_trim(bytes json);

/* yoke__js_same - are two JSON values the same to Yjs' comparing of attributes?  It looks into
 * containers one level deep and takes nested ones for different.  Numbers and strings are compared
 * as they are written, which is exact for what JSON.stringify wrote. */
bool yoke__js_same(bytes a, bytes b);

/* Strings to be put in order, each with what belongs to it. */
typedef struct yoke__keyed {
    bytes key;
    bytes value;
    uint32_t number;
} yoke__keyed;

/* yoke__js_sort - by key, equal keys by number.  O(n log n). */
void yoke__js_sort(yoke__keyed *v, size_t n);

#endif
