/* python_modules.h - the standard library's module names, and the members of a few modules and of
 * the builtin types.  Constant tables, written from Python 3.12's own `dir`. */
#ifndef SUGGEST_PYTHON_MODULES_H
#define SUGGEST_PYTHON_MODULES_H

#include "base/bytes.h"
#include "suggest/kind.h"

/* A list of words in one string: parted by blanks; `name(` is a function or method, `Name:` a
 * class. */
typedef struct python_members {
    const char *owner;
    const char *words;
} python_members;

/* python_module_names - words without marks. */
const char *python_module_names(void);

/* python_module_members, python_type_members - NULL when there is no table for it. */
const char *python_module_members(bytes module);
const char *python_type_members(bytes type);

/* python_member_next - step through such a list: false at its end. */
bool python_member_next(const char **words, bytes *name, suggest_kind *kind);

#endif
