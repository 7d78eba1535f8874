/* python_words.h - what Python 3.12 itself brings: keywords, builtins and the snippets for them.
 *
 * Tables only; all of them are constant, and every string lives for ever.
 */
#ifndef SUGGEST_PYTHON_WORDS_H
#define SUGGEST_PYTHON_WORDS_H

#include "base/bytes.h"
#include "suggest/kind.h"

/* Keywords, hard ones first.  The second argument says where the word may stand, see python_use. */
#define PYTHON_WORDS(X)                                                                            \
    X(FALSE, "False", USE_VALUE)                                                                   \
    X(NONE, "None", USE_VALUE)                                                                     \
    X(TRUE, "True", USE_VALUE)                                                                     \
    X(AND, "and", USE_AFTER_VALUE)                                                                 \
    X(AS, "as", USE_AFTER_VALUE)                                                                   \
    X(ASSERT, "assert", USE_STATEMENT)                                                             \
    X(ASYNC, "async", USE_STATEMENT)                                                               \
    X(AWAIT, "await", USE_VALUE)                                                                   \
    X(BREAK, "break", USE_LOOP)                                                                    \
    X(CLASS, "class", USE_STATEMENT)                                                               \
    X(CONTINUE, "continue", USE_LOOP)                                                              \
    X(DEF, "def", USE_STATEMENT)                                                                   \
    X(DEL, "del", USE_STATEMENT)                                                                   \
    X(ELIF, "elif", USE_BRANCH)                                                                    \
    X(ELSE, "else", USE_BRANCH | USE_AFTER_VALUE)                                                  \
    X(EXCEPT, "except", USE_BRANCH)                                                                \
    X(FINALLY, "finally", USE_BRANCH)                                                              \
    X(FOR, "for", USE_STATEMENT | USE_AFTER_VALUE)                                                 \
    X(FROM, "from", USE_STATEMENT)                                                                 \
    X(GLOBAL, "global", USE_FUNCTION)                                                              \
    X(IF, "if", USE_STATEMENT | USE_AFTER_VALUE)                                                   \
    X(IMPORT, "import", USE_STATEMENT)                                                             \
    X(IN, "in", USE_AFTER_VALUE)                                                                   \
    X(IS, "is", USE_AFTER_VALUE)                                                                   \
    X(LAMBDA, "lambda", USE_VALUE)                                                                 \
    X(NONLOCAL, "nonlocal", USE_FUNCTION)                                                          \
    X(NOT, "not", USE_VALUE | USE_AFTER_VALUE)                                                     \
    X(OR, "or", USE_AFTER_VALUE)                                                                   \
    X(PASS, "pass", USE_STATEMENT)                                                                 \
    X(RAISE, "raise", USE_STATEMENT)                                                               \
    X(RETURN, "return", USE_FUNCTION)                                                              \
    X(TRY, "try", USE_STATEMENT)                                                                   \
    X(WHILE, "while", USE_STATEMENT)                                                               \
    X(WITH, "with", USE_STATEMENT)                                                                 \
    X(YIELD, "yield", USE_FUNCTION)                                                                \
    X(MATCH, "match", USE_STATEMENT)                                                               \
    X(CASE, "case", USE_BRANCH)                                                                    \
    X(TYPE, "type", USE_STATEMENT)

typedef enum python_word {
    PY_NO_WORD,
#define X(id, text, use) PY_##id,
    PYTHON_WORDS(X)
#undef X
        PY_WORD_COUNT,
} python_word;

/* Where a keyword or snippet fits. */
enum python_use {
    USE_STATEMENT = 1,    /* first on its line */
    USE_FUNCTION = 2,     /* the same, inside a function */
    USE_LOOP = 4,         /* the same, inside a loop */
    USE_BRANCH = 8,       /* the same, behind the statement that it continues */
    USE_VALUE = 16,       /* where an expression begins */
    USE_AFTER_VALUE = 32, /* behind an operand */
    USE_METHOD = 64,      /* first on its line, directly inside a class */
    USE_NOT_METHOD = 128, /* with USE_STATEMENT: not there */
    USE_MODULE = 256,     /* first on its line, outside every block */
};

/* python_word_find - PY_NO_WORD when `name` is none. */
python_word python_word_find(bytes name);
const char *python_word_text(python_word word);
unsigned python_word_use(python_word word);

/* python_word_is_hard - can never be a name. */
static inline bool python_word_is_hard(python_word word)
{
    return word != PY_NO_WORD && word <= PY_YIELD;
}

/* python_word_starts_statement - a word that never stands inside an expression. */
bool python_word_starts_statement(python_word word);

typedef struct python_builtin {
    const char *name;
    const char *detail;
    suggest_kind kind; /* BUILTIN for functions, CLASS for types and exceptions */
} python_builtin;

/* python_builtins - all of them, sorted by name. */
const python_builtin *python_builtins(size_t *count);

/* python_builtin_is_common - one of those that most programs use; they come before the others. */
bool python_builtin_is_common(bytes name);

/* python_class_is_exception - by the convention of its name. */
bool python_class_is_exception(bytes name);

/* `word` is the keyword whose rules of place a branch follows.  Bodies are indented with tabs. */
typedef struct python_snippet {
    const char *label;
    const char *body;
    const char *detail;
    unsigned use;
    python_word word;
} python_snippet;

const python_snippet *python_snippets(size_t *count);

#endif
