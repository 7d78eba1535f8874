#include "suggest/kind.h"

const char *suggest_kind_name(suggest_kind kind)
{
    static const char *const names[] = {"snippet",  "keyword",   "function", "method",   "class",
                                        "variable", "parameter", "module",   "property", "builtin"};
    return names[kind];
}
