/* scope.h - one pass over the tokens that collects what the code defines and where.
 *
 * Collected: functions, classes, methods, parameters, variables (assignments, for, with, except,
 * walrus, comprehensions, lambda, global, case patterns), imports, attributes behind `self.` and
 * behind other names; with uses, types that are written down, and the extent of each scope by
 * indentation.  The token under the cursor (TOKEN_AT_CURSOR) defines and uses nothing.
 */
#ifndef SUGGEST_SCOPE_H
#define SUGGEST_SCOPE_H

#include "suggest/symbols.h"
#include "suggest/tokenizer.h"

/* scope_collect - fill `table`, freshly initialised, from the tokens of `code`.  Slices in it
 * borrow from `code`.  `cursor_line` counts from 0.  Returns BASE_OK or BASE_ENOMEM.  O(tokens). */
BASE_MUST_CHECK int scope_collect(bytes code, const token_list *tokens, uint32_t cursor_line,
                                  symbol_table *table);

/* Where a scope is asked for: the byte, and the column of its logical line. */
typedef struct scope_point {
    uint32_t at;
    uint32_t column;
} scope_point;

/* scope_find - the innermost scope at a point. */
uint32_t scope_find(const symbol_table *table, scope_point point);

/* scope_self_class - the class whose instance `name` is inside scope `from`, or SCOPE_NONE. */
uint32_t scope_self_class(const symbol_table *table, uint32_t from, uint32_t name);

/* scope_lookup - the symbol that `name` means inside scope `from`, or NULL. */
const symbol *scope_lookup(const symbol_table *table, uint32_t from, uint32_t name);

#endif
