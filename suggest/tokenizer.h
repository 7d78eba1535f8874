/* tokenizer.h - Python 3.12 source into tokens, tolerant of half-typed code.
 *
 * Every byte that is not blank belongs to a token, tokens never overlap, and their order is that of
 * the text.  Nothing is an error: what Python would refuse becomes the nearest sensible tokens.
 *
 *   - A single-quoted string that is not closed ends at the end of its line, a triple-quoted one at
 *     the end of the code.  Both carry TOKEN_OPEN.
 *   - An f-string is START, then TEXT and the tokens of its {expressions}, then END (which is empty
 *     where the quote is missing).  Expressions nest, with the same quotes too.  A line end inside
 *     an expression closes a single-quoted f-string, because a missing brace is likelier than a
 *     field of several lines.
 *   - A bracket that is not closed gives up at a line that starts with a word that only a statement
 *     can start with, or with `name =` that is not indented.
 *   - A dedent to a column that no block has counts as the block to its left.
 *
 * Identifiers: ASCII letters, digits, underscore, and every other code point except the blocks of
 * spaces, punctuation, arrows and pictures, which is close to XID without its tables.
 */
#ifndef SUGGEST_TOKENIZER_H
#define SUGGEST_TOKENIZER_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"

typedef enum token_kind {
    TOKEN_NAME,    /* soft keywords too; `word` tells */
    TOKEN_KEYWORD, /* hard keywords; `word` is a python_word */
    TOKEN_NUMBER,
    TOKEN_STRING, /* the whole literal with prefix and quotes */
    TOKEN_FSTRING_START,
    TOKEN_FSTRING_TEXT,
    TOKEN_FSTRING_END,
    TOKEN_COMMENT,
    TOKEN_OP,      /* `op` is the character, or one of token_op */
    TOKEN_NEWLINE, /* end of a logical line */
    TOKEN_INDENT,  /* empty, as are DEDENT and END */
    TOKEN_DEDENT,
    TOKEN_END,
} token_kind;

enum token_op {
    OP_WALRUS = 128, /* := */
    OP_ARROW,        /* -> */
    OP_AUGMENTED,    /* +=, //=, ... */
    OP_STAR2,        /* ** */
    OP_ELLIPSIS,     /* ... */
    OP_OTHER,        /* every other operator of two or more characters */
};

enum token_flag {
    TOKEN_LINE_FIRST = 1,   /* the first token of a logical line */
    TOKEN_OPEN = 2,         /* a string without its closing quote */
    TOKEN_TEXT_FOLLOWS = 4, /* f-string text begins where this token ends */
    TOKEN_AT_CURSOR = 8,    /* set by place.h: the word that is being typed */
};

typedef struct token {
    uint32_t start; /* bytes */
    uint32_t end;
    uint32_t line;   /* from 0, where the token starts */
    uint16_t column; /* indentation of its logical line, tabs to 8; capped */
    uint16_t depth;  /* brackets open around it; an opener counts itself, its closer too */
    uint8_t kind;
    uint8_t word; /* python_word, 0 for none */
    uint8_t op;
    uint8_t flags;
} token;

typedef struct token_list {
    token *items;
    size_t count;
    size_t cap;
    const base_alloc *alloc;
} token_list;

/* token_list_scan - all tokens of `code`, well-formed UTF-8 of less than 4 GiB.  The last is END.
 * Returns BASE_OK or BASE_ENOMEM; on an error `out` holds nothing.  O(bytes). */
BASE_MUST_CHECK int token_list_scan(bytes code, const base_alloc *alloc, token_list *out);
void token_list_deinit(token_list *list);

static inline bytes token_text(bytes code, const token *t)
{
    return bytes_of(code.ptr + t->start, t->end - t->start);
}

static inline bool token_is_op(const token *t, uint8_t op)
{
    return t->kind == TOKEN_OP && t->op == op;
}

#endif
