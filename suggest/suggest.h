/* suggest.h - completion for Python, from the text alone.
 *
 * One call reads the whole code, finds out what kind of place the cursor is in and returns what
 * fits there, best first: snippets, keywords, builtins, modules and the names of the code itself.
 * There is no state between calls, no I/O and no clock; half-typed code is the normal case and
 * never an error.
 *
 *   suggest_options options = suggest_options_default();
 *   suggest_list list;
 *   int err = suggest_python(code, cursor_utf16, &options, base_alloc_libc(), &list);
 *   if (err == BASE_OK) {
 *       for (size_t i = 0; i < list.count; i++)
 *           use(&list.items[i]);
 *       suggest_list_deinit(&list);
 *   }
 *
 * What it does not do: it runs nothing, reads no other file, and infers types only where they are
 * written down (`x = []`, `x = Name(...)`, `x: str`, `self`).
 */
#ifndef SUGGEST_SUGGEST_H
#define SUGGEST_SUGGEST_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"
#include "suggest/kind.h"

/* Errors beside those of base/err.h; all in the input band. */
enum suggest_err {
    SUGGEST_ECURSOR = -10, /* the cursor is behind the end of the code */
    SUGGEST_ELINE = -11,   /* there is no such line */
    SUGGEST_ECOLUMN = -12, /* the line is shorter than that */
};

/* A range of the code in UTF-16 units, end not included. */
typedef struct suggest_range {
    size_t start_utf16;
    size_t end_utf16;
} suggest_range;

/* One suggestion.  The slices are owned by the list.
 *
 * insert_text  takes the place of `replace`.  In a snippet it holds the tab stops of LSP and
 * Monaco: $1, ${1:default}, and $0 where the cursor ends; in every other kind it is plain. replace
 * ends at the cursor and begins at the word being typed.  Where a line has to move to the left
 * (`else` typed in the body) it begins at the start of the line, and insert_text carries the right
 * indentation; an editor that filters by the text in the range must then filter by `label` against
 * the word alone. score        higher is better; only the order has a meaning. */
typedef struct suggest_item {
    bytes label;
    bytes insert_text;
    bytes detail; /* signature, type or origin; may be empty */
    suggest_kind kind;
    suggest_range replace;
    uint32_t score;
} suggest_item;

typedef struct suggest_list {
    suggest_item *items;
    size_t count;
    /* private */
    uint8_t *text;
    size_t text_bytes;
    size_t items_bytes;
    const base_alloc *alloc;
} suggest_list;

/* How the question was asked.
 *
 * explicit_request  the user pressed Ctrl+Space: also answer where no letter has been typed yet.
 *                   Otherwise an empty word is answered only after a dot.
 * indent_spaces     0: bodies of snippets are indented with tabs, which Monaco turns into what the
 *                   file uses; n: with n spaces, for other editors.
 * hash_seed         any number that a stranger cannot know, so that no code can be built whose
 *                   names all collide. */
typedef struct suggest_options {
    size_t items_max;
    size_t code_bytes_max;
    size_t indent_spaces;
    uint64_t hash_seed;
    bool explicit_request;
} suggest_options;

/* suggest_options_default - 50 items, 1 MiB of code, tabs, seed 0, not explicit. */
suggest_options suggest_options_default(void);

/* suggest_python - complete at `cursor_utf16`, counted in UTF-16 units from the start of the code.
 * A cursor inside a surrogate pair counts as before it.
 *
 * code     borrowed for the call only
 * alloc    borrowed until suggest_list_deinit
 * out      written only on BASE_OK; release with suggest_list_deinit
 *
 * Returns  BASE_OK          zero or more items, ordered; the same question has the same answer
 *          BASE_EMALFORMED  the code is not UTF-8
 *          SUGGEST_ECURSOR  the cursor is behind the end
 *          BASE_ELIMIT      the code is longer than code_bytes_max
 *          BASE_ENOMEM      no memory
 * Cost     O(bytes of code); some hundred microseconds for 2,000 lines
 * Thread   any; calls share nothing */
BASE_MUST_CHECK int suggest_python(bytes code, size_t cursor_utf16, const suggest_options *options,
                                   const base_alloc *alloc, suggest_list *out);

/* suggest_list_deinit - release what suggest_python gave.  A zeroed list is legal. */
void suggest_list_deinit(suggest_list *list);

/* A place as editors show it.  `first` is the number of the first line and of the first column:
 * 1 in Monaco and in POST /autocomplete/, 0 in LSP.  Columns are UTF-16 units; the column behind
 * the last unit of a line is valid.  Lines end at "\n"; a "\r" before it is not a column. */
typedef struct suggest_position {
    uint64_t line;
    uint64_t column;
    uint64_t first;
} suggest_position;

/* suggest_cursor_at - the cursor in UTF-16 units for a line and a column.
 * Returns BASE_OK, BASE_EMALFORMED, SUGGEST_ELINE or SUGGEST_ECOLUMN. */
BASE_MUST_CHECK int suggest_cursor_at(bytes code, suggest_position at, size_t *cursor_utf16);

#endif
