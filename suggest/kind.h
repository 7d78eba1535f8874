/* kind.h - what a name is: a function, a module, a word of the language ... */
#ifndef SUGGEST_KIND_H
#define SUGGEST_KIND_H

typedef enum suggest_kind {
    SUGGEST_SNIPPET, /* the only kind whose insert_text is in snippet syntax */
    SUGGEST_KEYWORD,
    SUGGEST_FUNCTION,
    SUGGEST_METHOD,
    SUGGEST_CLASS,
    SUGGEST_VARIABLE,
    SUGGEST_PARAMETER,
    SUGGEST_MODULE,
    SUGGEST_PROPERTY,
    SUGGEST_BUILTIN,
} suggest_kind;

/* suggest_kind_name - "snippet", "keyword", ..., as it stands in the JSON answer. */
const char *suggest_kind_name(suggest_kind kind);

#endif
