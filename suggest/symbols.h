/* symbols.h - the names of one piece of code: interned texts, scopes, and what is defined where.
 *
 *   names    every identifier once, with its uses and its distance from the cursor
 *   scopes   module, functions and classes; scope 0 is the module
 *   symbols  one per (space, owner, name)
 *
 * Errors latch in `err`; after one, calls still return usable places to write to.
 */
#ifndef SUGGEST_SYMBOLS_H
#define SUGGEST_SYMBOLS_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"
#include "suggest/kind.h"

#define SCOPE_NONE UINT32_MAX

typedef struct symbol_name {
    bytes text;
    uint32_t hash;
    uint32_t uses;
    uint32_t gap_lines; /* lines between the cursor and its nearest use */
} symbol_name;

typedef enum scope_kind { SCOPE_MODULE, SCOPE_FUNCTION, SCOPE_CLASS } scope_kind;

typedef struct scope {
    scope_kind kind;
    uint32_t parent; /* SCOPE_NONE for the module */
    uint32_t name;
    uint32_t self;        /* name of the first parameter of a method, else 0 */
    uint32_t start;       /* bytes: the body, from behind the header's colon */
    uint32_t end;         /* bytes: where the next statement outside begins */
    uint32_t header_end;  /* bytes: end of the header's line, for bodies on that line; 0 without */
    uint32_t first_token; /* of the header; the bases of a class are read from there */
    uint16_t column;      /* of the header; the body is to the right of it */
} scope;

typedef enum symbol_space {
    SPACE_SCOPE,     /* a name defined in scope `owner` */
    SPACE_MEMBER,    /* an attribute of `self` of the class `owner` */
    SPACE_ATTRIBUTE, /* seen behind a dot; `owner` is the name before it, 0 for any expression */
} symbol_space;

typedef struct symbol {
    symbol_space space;
    suggest_kind kind;
    uint32_t owner;
    uint32_t name;
    uint32_t scope;         /* of a function or class: the scope it opened, else 0 */
    uint32_t visible_start; /* bytes: 0..UINT32_MAX unless it lives inside one statement */
    uint32_t visible_end;
    bytes type;   /* a class or a builtin type, or the path of a module; may be empty */
    bytes detail; /* a piece of the code; may be empty */
} symbol;

typedef struct symbol_table {
    symbol_name *names; /* names[0] is nobody */
    symbol *symbols;
    scope *scopes;
    uint32_t *name_slots;
    uint32_t *symbol_slots;
    size_t name_count, name_cap, name_slot_count;
    size_t symbol_count, symbol_cap, symbol_slot_count;
    size_t scope_count, scope_cap;
    uint64_t seed;
    symbol nowhere;
    const base_alloc *alloc;
    int err;
} symbol_table;

/* symbol_table_init - the module's scope is there. */
void symbol_table_init(symbol_table *t, const base_alloc *alloc, uint64_t seed);
void symbol_table_deinit(symbol_table *t);

/* symbol_table_intern - the number of a name; 0 only without memory.  O(1). */
uint32_t symbol_table_intern(symbol_table *t, bytes text);

/* symbol_table_find_name - the same without adding; 0 when unknown. */
uint32_t symbol_table_find_name(const symbol_table *t, bytes text);

/* symbol_table_add - the symbol with this space, owner and name, new or old.  The pointer is valid
 * until the next add. */
symbol *symbol_table_add(symbol_table *t, symbol key);

/* symbol_table_find - NULL when there is none. */
const symbol *symbol_table_find(const symbol_table *t, symbol key);

/* symbol_table_open - a new scope; returns its number, or that of the module without memory. */
uint32_t symbol_table_open(symbol_table *t, scope s);

#endif
