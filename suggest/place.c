#include "suggest/place.h"

#include <assert.h>

#define WORD(w) (UINT64_C(1) << PY_##w)

static_assert(PY_WORD_COUNT <= 64, "place.words is a set of 64");

/* The tokens of the logical line up to the word. */
typedef struct line {
    const token *t;
    size_t first;
    size_t previous;
    python_word lead; /* its first word, behind async */
} line;

static bool is_keyword(const token *t, python_word word)
{
    return t->kind == TOKEN_KEYWORD && t->word == word;
}

static bool is_operand(const token *t)
{
    switch ((token_kind)t->kind) {
    case TOKEN_NAME:
    case TOKEN_NUMBER:
    case TOKEN_STRING:
    case TOKEN_FSTRING_END:
        return true;
    case TOKEN_KEYWORD:
        return t->word == PY_TRUE || t->word == PY_FALSE || t->word == PY_NONE;
    case TOKEN_OP:
        return t->op == ')' || t->op == ']' || t->op == '}' || t->op == OP_ELLIPSIS;
    case TOKEN_FSTRING_START:
    case TOKEN_FSTRING_TEXT:
    case TOKEN_COMMENT:
    case TOKEN_NEWLINE:
    case TOKEN_INDENT:
    case TOKEN_DEDENT:
    case TOKEN_END:
        return false;
    }
    return false;
}

static bool skipped(const token *t)
{
    return t->kind == TOKEN_INDENT || t->kind == TOKEN_DEDENT || t->kind == TOKEN_COMMENT;
}

static size_t token_before(const token *items, size_t i)
{
    while (i > 0 && skipped(&items[i - 1]))
        i--;
    return i > 0 ? i - 1 : PLACE_NO_TOKEN;
}

/* How many tokens start before the cursor. */
static size_t count_before(const token_list *tokens, uint32_t cursor)
{
    size_t low = 0;
    size_t high = tokens->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (tokens->items[mid].start < cursor)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Inside text of any sort nothing is offered. */
static bool in_text(const token *t, uint32_t cursor)
{
    if (cursor > t->end)
        return false;
    switch ((token_kind)t->kind) {
    case TOKEN_COMMENT:
    case TOKEN_FSTRING_START:
    case TOKEN_FSTRING_TEXT:
    case TOKEN_NUMBER:
        return true;
    case TOKEN_STRING:
        return cursor < t->end || (t->flags & TOKEN_OPEN) != 0;
    case TOKEN_FSTRING_END:
        return cursor < t->end;
    case TOKEN_OP:
        return cursor < t->end || (t->flags & TOKEN_TEXT_FOLLOWS) != 0;
    case TOKEN_NAME:
    case TOKEN_KEYWORD:
    case TOKEN_NEWLINE:
    case TOKEN_INDENT:
    case TOKEN_DEDENT:
    case TOKEN_END:
        return false;
    }
    return false;
}

static uint32_t blank_column(bytes code, uint32_t at)
{
    uint32_t start = at;
    while (start > 0 && code.ptr[start - 1] != '\n')
        start--;
    uint32_t column = 0;
    for (; start < at; start++)
        column = code.ptr[start] == '\t' ? (column / 8 + 1) * 8 : column + 1;
    return column;
}

static line line_of(const token_list *tokens, size_t previous)
{
    const token *t = tokens->items;
    size_t first = previous;
    while (first > 0 && (t[first].flags & TOKEN_LINE_FIRST) == 0 &&
           t[first - 1].kind != TOKEN_NEWLINE &&
           !(token_is_op(&t[first - 1], ';') && t[first - 1].depth == 0))
        first--;
    size_t lead = first;
    if (is_keyword(&t[lead], PY_ASYNC) && lead < previous)
        lead++;
    return (line){t, first, previous, (python_word)t[lead].word};
}

/* Names being bound before the word: for targets, lambda and def parameters. */
static place_kind place_in_targets(const line *l, place *at)
{
    const token *t = l->t;
    for (size_t i = l->previous;; i--) {
        bool list = t[i].kind == TOKEN_NAME || token_is_op(&t[i], ',') || token_is_op(&t[i], '*') ||
                    token_is_op(&t[i], OP_STAR2) || token_is_op(&t[i], '(') ||
                    token_is_op(&t[i], ')');
        if (is_keyword(&t[i], PY_LAMBDA))
            return PLACE_NOTHING;
        if (is_keyword(&t[i], PY_FOR)) {
            at->words = WORD(IN);
            return is_operand(&t[l->previous]) ? PLACE_AFTER_VALUE : PLACE_NOTHING;
        }
        if (!list || i == l->first)
            return PLACE_VALUE;
    }
}

static place_kind place_in_def(const line *l)
{
    const token *t = l->t;
    const token *p = &t[l->previous];
    size_t name = l->first + (is_keyword(&t[l->first], PY_ASYNC) ? 2 : 1);
    for (size_t i = name; i < l->previous; i++)
        if (token_is_op(&t[i], ')') && t[i].depth == 1)
            return PLACE_VALUE;
    if (p->depth != 1 || is_operand(p))
        return is_operand(p) && p->depth <= 1 ? PLACE_NOTHING : PLACE_VALUE;
    if (token_is_op(p, '('))
        return PLACE_SELF;
    bool between = token_is_op(p, ',') || token_is_op(p, '*') || token_is_op(p, OP_STAR2);
    return between ? PLACE_NOTHING : PLACE_VALUE;
}

static place_kind place_in_import(const line *l, place *at, bytes code)
{
    const token *t = l->t;
    const token *p = &t[l->previous];
    size_t import = l->first;
    while (import <= l->previous && !is_keyword(&t[import], PY_IMPORT))
        import++;
    bool imported = import <= l->previous;
    if (is_keyword(p, PY_AS) || token_is_op(p, '.') || token_is_op(p, OP_ELLIPSIS)) {
        /* from . import x */
        return PLACE_NOTHING;
    }
    if (p->kind == TOKEN_NAME) {
        at->words = imported ? WORD(AS) : WORD(IMPORT);
        return PLACE_AFTER_VALUE;
    }
    if (l->lead == PY_IMPORT)
        return PLACE_MODULE;
    if (!imported)
        return PLACE_MODULE;
    if (import > l->first + 1) {
        uint32_t start = t[l->first + 1].start;
        at->module = bytes_of(code.ptr + start, t[import - 1].end - start);
    }
    return PLACE_IMPORTED;
}

static place_kind place_after_operand(const line *l, place *at)
{
    const token *p = &l->t[l->previous];
    at->words = WORD(AND) | WORD(OR) | WORD(IN) | WORD(IS) | WORD(NOT) | WORD(IF);
    if (p->depth > 0)
        at->words |= WORD(FOR);
    if (l->lead == PY_WITH || l->lead == PY_EXCEPT || l->lead == PY_CASE)
        at->words |= WORD(AS);
    if (l->lead == PY_RAISE || l->lead == PY_YIELD)
        at->words |= WORD(FROM);
    for (size_t i = l->first + 1; i <= l->previous; i++)
        if (is_keyword(&l->t[i], PY_IF))
            at->words |= WORD(ELSE);
    return PLACE_AFTER_VALUE;
}

/* The colon of `if x:` and the like; soft keywords count when they lead. */
static bool ends_header(const line *l)
{
    const token *p = &l->t[l->previous];
    if (!token_is_op(p, ':') || p->depth > 0)
        return false;
    switch ((int)l->lead) {
    case PY_IF:
    case PY_ELIF:
    case PY_ELSE:
    case PY_FOR:
    case PY_WHILE:
    case PY_TRY:
    case PY_EXCEPT:
    case PY_FINALLY:
    case PY_WITH:
    case PY_DEF:
    case PY_CLASS:
    case PY_CASE:
        return true;
    default:
        return false;
    }
}

static place_kind place_after_keyword(const line *l, place *at)
{
    const token *p = &l->t[l->previous];
    switch ((int)p->word) {
    case PY_DEF:
    case PY_CLASS:
    case PY_AS:
    case PY_FOR:
    case PY_LAMBDA:
    case PY_PASS:
    case PY_BREAK:
    case PY_CONTINUE:
    case PY_TRY:
    case PY_FINALLY:
        return PLACE_NOTHING;
    case PY_ASYNC:
        at->words = WORD(DEF) | WORD(FOR) | WORD(WITH);
        return PLACE_AFTER_VALUE;
    case PY_YIELD:
        at->words = WORD(FROM);
        return PLACE_VALUE;
    case PY_RAISE:
    case PY_EXCEPT:
        at->wants_exception = true;
        return PLACE_VALUE;
    case PY_ELSE:
        return l->previous == l->first ? PLACE_NOTHING : PLACE_VALUE;
    default:
        return PLACE_VALUE;
    }
}

static place_kind place_in_line(const line *l, place *at, bytes code)
{
    const token *p = &l->t[l->previous];
    bool imports = l->lead == PY_IMPORT || l->lead == PY_FROM;
    if (imports)
        return place_in_import(l, at, code);
    if (token_is_op(p, '.'))
        return l->previous > l->first ? PLACE_ATTRIBUTE : PLACE_NOTHING;
    if (l->lead == PY_GLOBAL || l->lead == PY_NONLOCAL)
        return p->kind == TOKEN_NAME ? PLACE_NOTHING : PLACE_NAMES;
    if (ends_header(l))
        return PLACE_INLINE;
    if (p->kind == TOKEN_KEYWORD && !is_operand(p))
        return place_after_keyword(l, at);
    if (token_is_op(p, '!'))
        return PLACE_NOTHING;
    if (l->lead == PY_DEF)
        return place_in_def(l);
    if (l->lead == PY_CLASS && l->previous == l->first + 1)
        return PLACE_NOTHING;
    if (place_in_targets(l, at) != PLACE_VALUE)
        return at->words != 0 ? PLACE_AFTER_VALUE : PLACE_NOTHING;
    bool soft = p->kind == TOKEN_NAME && l->previous == l->first &&
                (p->word == PY_MATCH || p->word == PY_CASE);
    at->wants_exception = l->lead == PY_EXCEPT;
    return is_operand(p) && !soft ? place_after_operand(l, at) : PLACE_VALUE;
}

place place_find(bytes code, token_list *tokens, uint32_t cursor)
{
    place at = {.cursor = cursor, .word_start = cursor, .previous = PLACE_NO_TOKEN};
    size_t before = count_before(tokens, cursor);
    token *last = before > 0 ? &tokens->items[before - 1] : NULL;
    if (last != NULL && in_text(last, cursor))
        return at;
    bool word = last != NULL && cursor <= last->end &&
                (last->kind == TOKEN_NAME || last->kind == TOKEN_KEYWORD);
    if (word) {
        last->flags |= TOKEN_AT_CURSOR;
        at.word_start = last->start;
        before--;
    }
    for (uint32_t i = last != NULL ? last->start : 0; i < cursor; i++)
        at.line += code.ptr[i] == '\n';
    at.line += last != NULL ? last->line : 0;
    at.previous = token_before(tokens->items, before);
    const token *p = at.previous != PLACE_NO_TOKEN ? &tokens->items[at.previous] : NULL;
    if (p == NULL || p->kind == TOKEN_NEWLINE) {
        at.kind = PLACE_STATEMENT;
        at.column = word ? last->column : blank_column(code, cursor);
        return at;
    }
    at.column = p->column;
    line l = line_of(tokens, at.previous);
    if (token_is_op(p, ';') && p->depth == 0)
        at.kind = PLACE_INLINE;
    else
        at.kind = place_in_line(&l, &at, code);
    return at;
}

/* ---- blocks above ---- */

static python_word lead_word(const token *t)
{
    return (python_word)(is_keyword(t, PY_ASYNC) ? t[1].word : t->word);
}

static bool continues(python_word word)
{
    return word == PY_ELIF || word == PY_ELSE || word == PY_EXCEPT || word == PY_FINALLY;
}

/* The header of the chain that `i`, an else, belongs to. */
static python_word chain_head(const token *t, size_t i)
{
    uint16_t column = t[i].column;
    for (size_t k = i; k-- > 0;) {
        if ((t[k].flags & TOKEN_LINE_FIRST) == 0 || t[k].column > column)
            continue;
        if (t[k].column < column || !continues(lead_word(&t[k])))
            return t[k].column < column ? PY_NO_WORD : lead_word(&t[k]);
    }
    return PY_NO_WORD;
}

static bool may_follow(const token *t, size_t i, python_word word)
{
    python_word above = lead_word(&t[i]);
    switch ((int)word) {
    case PY_ELIF:
        return above == PY_IF || above == PY_ELIF;
    case PY_ELSE:
        return above == PY_IF || above == PY_ELIF || above == PY_FOR || above == PY_WHILE ||
               above == PY_EXCEPT;
    case PY_EXCEPT:
        return above == PY_TRY || above == PY_EXCEPT;
    case PY_FINALLY:
        return above == PY_TRY || above == PY_EXCEPT ||
               (above == PY_ELSE && chain_head(t, i) == PY_TRY);
    case PY_CASE:
        return above == PY_MATCH || above == PY_CASE;
    default:
        return false;
    }
}

size_t place_find_branch(const token_list *tokens, const place *at, python_word word)
{
    const token *t = tokens->items;
    uint32_t limit = UINT32_MAX;
    size_t from = at->previous == PLACE_NO_TOKEN ? 0 : at->previous + 1;
    bool inline_body = false;
    for (size_t i = from; i-- > 0 && limit > 0;) {
        inline_body |= limit == UINT32_MAX && token_is_op(&t[i], ':') && t[i].depth == 0 &&
                       i + 1 < from && t[i + 1].kind != TOKEN_NEWLINE && !skipped(&t[i + 1]);
        if ((t[i].flags & TOKEN_LINE_FIRST) == 0 || t[i].column >= limit)
            continue;
        bool bare = limit == UINT32_MAX && !inline_body;
        limit = t[i].column;
        if (!may_follow(t, i, word))
            continue;
        bool opens = word == PY_CASE && lead_word(&t[i]) == PY_MATCH;
        if (opens ? bare && at->column > limit : !bare && at->column >= limit)
            return i;
    }
    return PLACE_NO_TOKEN;
}

bool place_in_loop(const token_list *tokens, const place *at)
{
    const token *t = tokens->items;
    uint32_t limit = at->column;
    size_t from = at->previous == PLACE_NO_TOKEN ? 0 : at->previous + 1;
    for (size_t i = from; i-- > 0 && limit > 0;) {
        if ((t[i].flags & TOKEN_LINE_FIRST) == 0 || t[i].column >= limit)
            continue;
        limit = t[i].column;
        python_word word = lead_word(&t[i]);
        if (word == PY_FOR || word == PY_WHILE)
            return true;
        if (word == PY_DEF || word == PY_CLASS)
            return false;
    }
    return false;
}
