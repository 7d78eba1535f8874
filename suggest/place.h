/* place.h - what kind of place the cursor is in, told by the tokens before it. */
#ifndef SUGGEST_PLACE_H
#define SUGGEST_PLACE_H

#include "suggest/python_words.h"
#include "suggest/tokenizer.h"

typedef enum place_kind {
    PLACE_NOTHING,     /* string, comment, number, a name that is being invented */
    PLACE_STATEMENT,   /* first on its line */
    PLACE_INLINE,      /* first behind `if x:` or a semicolon */
    PLACE_VALUE,       /* an expression begins */
    PLACE_AFTER_VALUE, /* behind an operand: only `words` fit */
    PLACE_ATTRIBUTE,   /* behind a dot; the dot is token `previous` */
    PLACE_MODULE,      /* behind import, from */
    PLACE_IMPORTED,    /* from `module` import ... */
    PLACE_NAMES,       /* global, nonlocal */
    PLACE_SELF,        /* the first parameter of a def */
} place_kind;

#define PLACE_NO_TOKEN SIZE_MAX

typedef struct place {
    place_kind kind;
    uint32_t cursor;     /* bytes */
    uint32_t word_start; /* bytes; equal to the cursor when no word has been begun */
    uint32_t line;       /* from 0 */
    uint32_t column;     /* indentation of the logical line */
    size_t previous;     /* the token before the word, PLACE_NO_TOKEN for none */
    uint64_t words;      /* bit n: python_word n */
    bytes module;
    bool wants_exception;
} place;

/* place_find - also marks the word at the cursor with TOKEN_AT_CURSOR.  O(log tokens + line). */
place place_find(bytes code, token_list *tokens, uint32_t cursor);

/* place_find_branch - for a place that is a STATEMENT: the first token of the statement that `word`
 * (elif, else, except, finally, case) would continue, or PLACE_NO_TOKEN.  The new line
 * belongs at the column of that one, or for `case` under its `match` where it stands. */
size_t place_find_branch(const token_list *tokens, const place *at, python_word word);

/* place_in_loop - inside for or while, in the same function. */
bool place_in_loop(const token_list *tokens, const place *at);

#endif
