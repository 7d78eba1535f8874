#include "suggest/scope.h"

#include "suggest/python_words.h"

/* How many tokens a list of targets inside a statement may have.  Without a bound, a thousand of
 * them that are never closed would each read to the end of the code. */
#define REACH_MAX 64

typedef enum decorator { PLAIN, STATIC_METHOD, PROPERTY } decorator;

typedef struct walk {
    symbol_table *table;
    const token *tokens;
    bytes code;
    uint32_t cursor_line;
    uint32_t here; /* the scope of the statement */
    decorator decorated;
} walk;

/* The tokens of one statement; `end` is its newline, semicolon or colon. */
typedef struct span {
    size_t from;
    size_t end;
} span;

static bool is_word(const token *t, python_word word)
{
    return t->word == word && (t->kind == TOKEN_KEYWORD || t->kind == TOKEN_NAME);
}

static bool is_op(const walk *w, size_t i, uint8_t op)
{
    return token_is_op(&w->tokens[i], op);
}

static bytes text_of(const walk *w, size_t i)
{
    return token_text(w->code, &w->tokens[i]);
}

static bytes text_between(const walk *w, size_t from, size_t end)
{
    if (end <= from)
        return (bytes){0};
    uint32_t start = w->tokens[from].start;
    return bytes_of(w->code.ptr + start, w->tokens[end - 1].end - start);
}

static symbol *define_in(walk *w, uint32_t owner, size_t i, suggest_kind kind)
{
    if (w->tokens[i].kind != TOKEN_NAME || (w->tokens[i].flags & TOKEN_AT_CURSOR) != 0) {
        w->table->nowhere = (symbol){0};
        return &w->table->nowhere;
    }
    symbol key = {.space = SPACE_SCOPE, .owner = owner, .kind = kind};
    key.name = symbol_table_intern(w->table, text_of(w, i));
    return symbol_table_add(w->table, key);
}

static symbol *define(walk *w, size_t i, suggest_kind kind)
{
    return define_in(w, w->here, i, kind);
}

/* A name that is bound by standing here: not an attribute, not called, not indexed. */
static bool is_target(const walk *w, span s, size_t i)
{
    const token *t = &w->tokens[i];
    if (t->kind != TOKEN_NAME || (i > s.from && is_op(w, i - 1, '.')))
        return false;
    return !is_op(w, i + 1, '.') && !is_op(w, i + 1, '[') && !is_op(w, i + 1, '(');
}

static void define_targets(walk *w, span s)
{
    for (size_t i = s.from; i < s.end; i++)
        if (is_target(w, s, i))
            define(w, i, SUGGEST_VARIABLE);
}

/* The first token in the span that is `word` at the depth of its first token, or its end. */
static size_t find_word(const walk *w, span s, python_word word)
{
    uint16_t depth = w->tokens[s.from].depth;
    for (size_t i = s.from; i < s.end; i++)
        if (w->tokens[i].kind == TOKEN_KEYWORD && w->tokens[i].word == word &&
            w->tokens[i].depth <= depth)
            return i;
    return s.end;
}

static size_t find_op(const walk *w, span s, uint8_t op, uint16_t depth)
{
    for (size_t i = s.from; i < s.end; i++)
        if (is_op(w, i, op) && w->tokens[i].depth == depth)
            return i;
    return s.end;
}

/* ---- types that are written down ---- */

static bytes type_of_value(const walk *w, span s)
{
    if (s.from >= s.end)
        return (bytes){0};
    const token *first = &w->tokens[s.from];
    const token *last = &w->tokens[s.end - 1];
    if (first->kind == TOKEN_STRING && first == last)
        return bytes_of_str((w->code.ptr[first->start] | 0x20) == 'b' ? "bytes" : "str");
    if (first->kind == TOKEN_FSTRING_START && last->kind == TOKEN_FSTRING_END)
        return bytes_of_str("str");
    if (token_is_op(first, '[') && token_is_op(last, ']') &&
        find_op(w, s, ']', first->depth) == s.end - 1)
        return bytes_of_str("list");
    if (token_is_op(first, '{') && token_is_op(last, '}') &&
        find_op(w, s, '}', first->depth) == s.end - 1)
        return bytes_of_str(
            s.end - s.from == 2 || find_op(w, s, ':', first->depth) < s.end ? "dict" : "set");
    if (first->kind == TOKEN_NAME && is_op(w, s.from + 1, '(') && token_is_op(last, ')') &&
        find_op(w, s, ')', (uint16_t)(first->depth + 1)) == s.end - 1)
        return text_of(w, s.from);
    return (bytes){0};
}

static void set_type(symbol *s, bytes type, bytes detail)
{
    if (type.len_bytes > 0)
        s->type = type;
    if (s->detail.len_bytes == 0)
        s->detail = detail.len_bytes > 0 ? detail : type;
}

static void set_annotation(const walk *w, symbol *s, span annotation)
{
    if (annotation.from >= annotation.end)
        return;
    bool named = w->tokens[annotation.from].kind == TOKEN_NAME;
    set_type(s, named ? text_of(w, annotation.from) : (bytes){0},
             text_between(w, annotation.from, annotation.end));
}

/* ---- statements ---- */

/* One parameter, from its name to the comma. */
static void read_parameter(walk *w, span s, uint16_t depth, uint32_t owner)
{
    while (s.from < s.end && (is_op(w, s.from, '*') || is_op(w, s.from, OP_STAR2)))
        s.from++;
    if (s.from >= s.end || w->tokens[s.from].kind != TOKEN_NAME)
        return;
    symbol *p = define_in(w, owner, s.from, SUGGEST_PARAMETER);
    size_t equals = find_op(w, s, '=', depth);
    if (is_op(w, s.from + 1, ':'))
        set_annotation(w, p, (span){s.from + 2, equals});
    else if (equals < s.end)
        set_type(p, type_of_value(w, (span){equals + 1, s.end}), (bytes){0});
}

static void read_parameters(walk *w, span s, uint32_t owner)
{
    if (s.from >= s.end)
        return;
    uint16_t depth = w->tokens[s.from].depth;
    size_t from = s.from + 1;
    for (size_t i = from; i <= s.end; i++) {
        bool last = i == s.end || (is_op(w, i, ')') && w->tokens[i].depth == depth);
        if (last || (is_op(w, i, ',') && w->tokens[i].depth == depth)) {
            read_parameter(w, (span){from, i}, depth, owner);
            from = i + 1;
        }
        if (last)
            break;
    }
}

static uint32_t open_scope(walk *w, span s, scope_kind kind, size_t name)
{
    size_t line_end = s.end;
    while (w->tokens[line_end].kind != TOKEN_NEWLINE && w->tokens[line_end].kind != TOKEN_END)
        line_end++;
    scope opened = {.kind = kind,
                    .parent = w->here,
                    .start = w->tokens[s.end].end,
                    .end = UINT32_MAX,
                    .header_end = is_op(w, s.end, ':') ? w->tokens[line_end].start : 0,
                    .first_token = (uint32_t)s.from,
                    .column = w->tokens[s.from].column};
    if (w->tokens[name].kind == TOKEN_NAME)
        opened.name = symbol_table_intern(w->table, text_of(w, name));
    return symbol_table_open(w->table, opened);
}

static void read_def(walk *w, span s)
{
    size_t name = s.from + (is_word(&w->tokens[s.from], PY_ASYNC) ? 2 : 1);
    decorator decorated = w->decorated;
    bool method = w->table->scopes[w->here].kind == SCOPE_CLASS;
    suggest_kind kind = !method                 ? SUGGEST_FUNCTION
                        : decorated == PROPERTY ? SUGGEST_PROPERTY
                                                : SUGGEST_METHOD;
    uint32_t body = open_scope(w, s, SCOPE_FUNCTION, name < s.end ? name : s.from);
    if (name >= s.end)
        return;
    size_t open = find_op(w, (span){name, s.end}, '(', 1);
    size_t close = find_op(w, (span){open, s.end}, ')', 1);
    symbol *f = define(w, name, kind);
    if (f->kind != SUGGEST_PROPERTY)
        f->kind = kind;
    f->scope = body;
    f->detail = text_between(w, name, close < s.end ? close + 1 : s.end);
    read_parameters(w, (span){open, s.end}, body);
    if (method && decorated != STATIC_METHOD && open + 1 < s.end &&
        w->tokens[open + 1].kind == TOKEN_NAME && w->table->err == BASE_OK)
        w->table->scopes[body].self = symbol_table_intern(w->table, text_of(w, open + 1));
    w->here = body;
}

static void read_class(walk *w, span s)
{
    size_t name = s.from + 1 < s.end ? s.from + 1 : s.from;
    uint32_t body = open_scope(w, s, SCOPE_CLASS, name);
    symbol *c = define(w, name, SUGGEST_CLASS);
    c->kind = SUGGEST_CLASS;
    c->scope = body;
    c->detail = text_between(w, s.from, s.end);
    w->here = body;
}

/* import a.b as c, d */
static void read_import(walk *w, span s)
{
    for (size_t i = s.from + 1; i < s.end; i++) {
        size_t path = i;
        while (i + 2 < s.end && is_op(w, i + 1, '.'))
            i += 2;
        bytes module = text_between(w, path, i + 1);
        size_t bound = path;
        if (i + 2 < s.end && is_word(&w->tokens[i + 1], PY_AS))
            bound = i += 2;
        symbol *m = define(w, bound, SUGGEST_MODULE);
        m->kind = SUGGEST_MODULE;
        m->type = bound == path ? text_of(w, path) : module;
        m->detail = module;
        while (i < s.end && !is_op(w, i, ','))
            i++;
    }
}

/* from a.b import (c as d, e) */
static void read_from(walk *w, span s)
{
    size_t import = find_word(w, s, PY_IMPORT);
    bytes origin = text_between(w, s.from, import);
    for (size_t i = import + 1; i < s.end; i++) {
        if (w->tokens[i].kind != TOKEN_NAME)
            continue;
        size_t bound = i;
        if (i + 2 < s.end && is_word(&w->tokens[i + 1], PY_AS))
            bound = i + 2;
        uint8_t initial = w->code.ptr[w->tokens[i].start];
        uint8_t second = text_of(w, i).len_bytes > 1 ? w->code.ptr[w->tokens[i].start + 1] : 'A';
        bool class_like = initial >= 'A' && initial <= 'Z' && second >= 'a' && second <= 'z';
        symbol *m = define(w, bound, class_like ? SUGGEST_CLASS : SUGGEST_VARIABLE);
        m->detail = origin;
        i = bound;
    }
}

static void read_as(walk *w, span s)
{
    for (size_t i = s.from; i + 1 < s.end; i++) {
        if (!is_word(&w->tokens[i], PY_AS))
            continue;
        size_t end = i + 2;
        span reach = {i + 1, s.end < i + REACH_MAX ? s.end : i + REACH_MAX};
        if (is_op(w, i + 1, '('))
            end = find_op(w, reach, ')', w->tokens[i + 1].depth);
        define_targets(w, (span){i + 1, end});
    }
}

static void read_case(walk *w, span s)
{
    size_t guard = find_word(w, s, PY_IF);
    for (size_t i = s.from + 1; i < guard; i++)
        if (is_target(w, s, i) && !is_op(w, i + 1, '=') &&
            !bytes_equal(text_of(w, i), bytes_of_str("_")))
            define(w, i, SUGGEST_VARIABLE);
}

/* self.x = value, self.x: type = value */
static void type_member(walk *w, span s, size_t equals)
{
    if (s.end - s.from < 4 || !is_op(w, s.from + 1, '.') ||
        w->tokens[s.from + 2].kind != TOKEN_NAME || w->tokens[s.from].kind != TOKEN_NAME)
        return;
    uint32_t self = symbol_table_intern(w->table, text_of(w, s.from));
    uint32_t owner = scope_self_class(w->table, w->here, self);
    if (owner == SCOPE_NONE || (w->tokens[s.from + 2].flags & TOKEN_AT_CURSOR) != 0)
        return;
    symbol key = {.space = SPACE_MEMBER, .owner = owner, .kind = SUGGEST_PROPERTY};
    key.name = symbol_table_intern(w->table, text_of(w, s.from + 2));
    symbol *m = symbol_table_add(w->table, key);
    if (is_op(w, s.from + 3, ':'))
        set_annotation(w, m, (span){s.from + 4, equals});
    else if (equals == s.from + 3)
        set_type(m, type_of_value(w, (span){equals + 1, s.end}), (bytes){0});
}

static void read_assignment(walk *w, span s)
{
    size_t first = s.end;
    size_t last = s.end;
    for (size_t i = s.from; i < s.end && !is_word(&w->tokens[i], PY_LAMBDA); i++) {
        bool assigns = is_op(w, i, '=') || is_op(w, i, OP_AUGMENTED);
        if (!assigns || w->tokens[i].depth > 0)
            continue;
        last = i;
        first = first == s.end ? i : first;
    }
    type_member(w, s, last);
    bool annotated = s.from + 1 < s.end && is_op(w, s.from + 1, ':');
    if (annotated && w->tokens[s.from].kind == TOKEN_NAME) {
        set_annotation(w, define(w, s.from, SUGGEST_VARIABLE), (span){s.from + 2, last});
        return;
    }
    uint16_t subscripts = 0;
    for (size_t i = s.from; i < last && last < s.end; i++) {
        const token *t = &w->tokens[i];
        if (token_is_op(t, ':') && t->depth == 0)
            break;
        /* Inside an index or a call nothing is bound. */
        bool behind_operand = i > s.from && (w->tokens[i - 1].kind == TOKEN_NAME ||
                                             is_op(w, i - 1, ')') || is_op(w, i - 1, ']'));
        if (behind_operand && subscripts == 0 && (is_op(w, i, '[') || is_op(w, i, '(')))
            subscripts = t->depth;
        else if (subscripts != 0 && t->depth == subscripts &&
                 (is_op(w, i, ']') || is_op(w, i, ')')))
            subscripts = 0;
        else if (subscripts == 0 && is_target(w, s, i))
            define(w, i, SUGGEST_VARIABLE);
    }
    if (first == s.from + 1 && first == last && is_op(w, first, '='))
        set_type(define(w, s.from, SUGGEST_VARIABLE), type_of_value(w, (span){last + 1, s.end}),
                 (bytes){0});
}

static void read_decorator(walk *w, span s)
{
    bytes name = text_of(w, s.end - 1);
    if (bytes_equal(name, bytes_of_str("staticmethod")))
        w->decorated = STATIC_METHOD;
    else if (bytes_equal(name, bytes_of_str("property")) ||
             bytes_equal(name, bytes_of_str("cached_property")) ||
             bytes_equal(name, bytes_of_str("setter")))
        w->decorated = PROPERTY;
}

static void read_names(walk *w, span s, uint32_t owner)
{
    for (size_t i = s.from + 1; i < s.end; i++)
        if (w->tokens[i].kind == TOKEN_NAME)
            define_in(w, owner, i, SUGGEST_VARIABLE);
}

/* What a statement binds, by its first word. */
static void read_statement(walk *w, span s)
{
    size_t lead = s.from;
    if (is_word(&w->tokens[lead], PY_ASYNC) && lead + 1 < s.end)
        lead++;
    python_word word = (python_word)w->tokens[lead].word;
    if (word == PY_DEF) {
        read_def(w, s);
    } else if (word == PY_CLASS) {
        read_class(w, s);
    } else if (word == PY_IMPORT) {
        read_import(w, s);
    } else if (word == PY_FROM) {
        read_from(w, s);
    } else if (word == PY_FOR) {
        size_t in = find_word(w, (span){lead + 1, s.end}, PY_IN);
        define_targets(w, (span){lead + 1, in});
    } else if (word == PY_WITH || word == PY_EXCEPT) {
        read_as(w, (span){lead, s.end});
    } else if (word == PY_GLOBAL) {
        read_names(w, s, 0);
    } else if (word == PY_CASE && is_op(w, s.end, ':')) {
        read_case(w, s);
    } else if (word == PY_TYPE && s.end - s.from > 1 && w->tokens[s.from + 1].kind == TOKEN_NAME) {
        define(w, s.from + 1, SUGGEST_CLASS);
    } else if (is_op(w, s.from, '@')) {
        read_decorator(w, s);
        return;
    } else if (!python_word_is_hard(word)) {
        read_assignment(w, s);
    }
    w->decorated = PLAIN;
}

/* ---- expressions ---- */

static void read_attribute(walk *w, span s, size_t i, uint32_t name)
{
    symbol key = {.space = SPACE_ATTRIBUTE, .name = name};
    key.kind = is_op(w, i + 1, '(') ? SUGGEST_METHOD : SUGGEST_PROPERTY;
    bool simple = i >= s.from + 2 && w->tokens[i - 2].kind == TOKEN_NAME &&
                  !(i >= s.from + 3 && is_op(w, i - 3, '.'));
    if (simple) {
        key.owner = symbol_table_intern(w->table, text_of(w, i - 2));
        uint32_t owner = scope_self_class(w->table, w->here, key.owner);
        if (owner != SCOPE_NONE) {
            key.space = SPACE_MEMBER;
            key.owner = owner;
        }
    }
    symbol_table_add(w->table, key);
}

/* Comprehension targets and lambda parameters: known inside their statement only. */
static void read_inner(walk *w, span s, size_t i)
{
    const token *t = &w->tokens[i];
    bool lambda = t->word == PY_LAMBDA;
    span reach = {i, s.end < i + REACH_MAX ? s.end : i + REACH_MAX};
    size_t end = lambda ? find_op(w, reach, ':', t->depth) : find_word(w, reach, PY_IN);
    for (size_t k = i + 1; k < end; k++) {
        bool bound =
            lambda ? w->tokens[k].kind == TOKEN_NAME && !is_op(w, k - 1, '=') : is_target(w, s, k);
        if (!bound)
            continue;
        size_t before = w->table->symbol_count;
        symbol *v = define(w, k, lambda ? SUGGEST_PARAMETER : SUGGEST_VARIABLE);
        if (w->table->symbol_count > before) {
            v->visible_start = w->tokens[s.from].start;
            v->visible_end = w->tokens[s.end].end;
        }
    }
}

static void read_expressions(walk *w, span s)
{
    for (size_t i = s.from; i < s.end; i++) {
        const token *t = &w->tokens[i];
        if (t->kind == TOKEN_KEYWORD) {
            if (t->word == PY_LAMBDA || (t->word == PY_FOR && t->depth > 0))
                read_inner(w, (span){s.from, s.end}, i);
            continue;
        }
        if (t->kind != TOKEN_NAME || (t->flags & TOKEN_AT_CURSOR) != 0)
            continue;
        uint32_t name = symbol_table_intern(w->table, text_of(w, i));
        if (name == 0)
            return;
        symbol_name *n = &w->table->names[name];
        uint32_t gap =
            t->line > w->cursor_line ? t->line - w->cursor_line : w->cursor_line - t->line;
        n->uses++;
        n->gap_lines = gap < n->gap_lines ? gap : n->gap_lines;
        if (i > s.from && is_op(w, i - 1, '.'))
            read_attribute(w, s, i, name);
        else if (is_op(w, i + 1, OP_WALRUS))
            define(w, i, SUGGEST_VARIABLE);
    }
}

/* ---- the pass ---- */

static bool is_header(const walk *w, size_t i)
{
    const token *t = &w->tokens[i];
    switch (t->word) {
    case PY_IF:
    case PY_ELIF:
    case PY_ELSE:
    case PY_WHILE:
    case PY_FOR:
    case PY_TRY:
    case PY_EXCEPT:
    case PY_FINALLY:
    case PY_WITH:
    case PY_DEF:
    case PY_CLASS:
    case PY_ASYNC:
        return true;
    case PY_MATCH:
    case PY_CASE:
        return !is_op(w, i + 1, '=') && !is_op(w, i + 1, '.') && !is_op(w, i + 1, ':') &&
               !is_op(w, i + 1, ',') && !is_op(w, i + 1, OP_AUGMENTED);
    default:
        return false;
    }
}

static size_t statement_end(const walk *w, size_t from)
{
    bool header = is_header(w, from);
    size_t lambdas = 0;
    for (size_t i = from;; i++) {
        const token *t = &w->tokens[i];
        if (t->kind == TOKEN_NEWLINE || t->kind == TOKEN_END)
            return i;
        if (t->depth > 0)
            continue;
        if (token_is_op(t, ';'))
            return i;
        lambdas += is_word(t, PY_LAMBDA);
        if (token_is_op(t, ':') && lambdas > 0)
            lambdas--;
        else if (token_is_op(t, ':') && header)
            return i;
    }
}

static void close_scopes(walk *w, const token *t)
{
    while (w->here != 0 && w->table->scopes[w->here].column >= t->column) {
        w->table->scopes[w->here].end = t->start;
        w->here = w->table->scopes[w->here].parent;
    }
}

int scope_collect(bytes code, const token_list *tokens, uint32_t cursor_line, symbol_table *table)
{
    walk w = {.table = table, .tokens = tokens->items, .code = code, .cursor_line = cursor_line};
    size_t i = 0;
    while (table->err == BASE_OK && w.tokens[i].kind != TOKEN_END) {
        const token *t = &w.tokens[i];
        if (t->kind >= TOKEN_COMMENT && t->kind != TOKEN_OP) {
            i++;
            continue;
        }
        if ((t->flags & TOKEN_LINE_FIRST) != 0)
            close_scopes(&w, t);
        span s = {i, statement_end(&w, i)};
        if (s.end > s.from) {
            /* Names in a header belong outside of the scope that it opens. */
            uint32_t outside = w.here;
            read_statement(&w, s);
            uint32_t inside = w.here;
            w.here = outside;
            read_expressions(&w, s);
            w.here = inside;
        }
        i = w.tokens[s.end].kind == TOKEN_END ? s.end : s.end + 1;
    }
    return table->err;
}

uint32_t scope_find(const symbol_table *table, scope_point point)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < table->scope_count; i++) {
        const scope *s = &table->scopes[i];
        bool inside = point.at >= s->start && point.at <= s->end;
        bool on_header = inside && point.at <= s->header_end && point.column == s->column;
        if (inside && (point.column > s->column || on_header))
            found = i;
    }
    return found;
}

uint32_t scope_self_class(const symbol_table *table, uint32_t from, uint32_t name)
{
    for (uint32_t i = from; i != SCOPE_NONE; i = table->scopes[i].parent)
        if (table->scopes[i].self == name && name != 0)
            return table->scopes[i].parent;
    return SCOPE_NONE;
}

const symbol *scope_lookup(const symbol_table *table, uint32_t from, uint32_t name)
{
    for (uint32_t i = from; i != SCOPE_NONE; i = table->scopes[i].parent) {
        if (i != from && table->scopes[i].kind == SCOPE_CLASS)
            continue;
        symbol key = {.space = SPACE_SCOPE, .owner = i, .name = name};
        const symbol *found = symbol_table_find(table, key);
        if (found != NULL)
            return found;
    }
    return NULL;
}
