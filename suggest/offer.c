#include "suggest/offer.h"

#include "suggest/members.h"
#include "suggest/python_modules.h"

/* Groups: how well a kind fits, where the match is equally good.  What the author wrote comes
 * before what Python brings, except that a statement usually begins with a word of the language. */
enum group {
    GROUP_LEAST = 5,
    GROUP_WORD = 30,
    GROUP_BUILTIN = 40,
    GROUP_STATEMENT = 45, /* words of statements, and True, False, None */
    GROUP_NAME = 50,
    GROUP_SNIPPET = 60,
    GROUP_WANTED = 20, /* added where the place asks for it */
};

static bool typed_underscore(const offer *o)
{
    return o->typed.len_bytes > 0 && o->typed.ptr[0] == '_';
}

/* Scopes between here and the symbol's, or SCOPE_NONE when it is not visible. */
static uint32_t distance_of(const offer *o, const symbol *s)
{
    uint32_t distance = 0;
    for (uint32_t i = o->scope; i != SCOPE_NONE; i = o->table->scopes[i].parent) {
        if (i == s->owner)
            return distance == 0 || o->table->scopes[i].kind != SCOPE_CLASS ? distance : SCOPE_NONE;
        distance++;
    }
    return SCOPE_NONE;
}

static void offer_names(offer *o, bool variables_only)
{
    for (size_t i = 1; i < o->table->symbol_count; i++) {
        const symbol *s = &o->table->symbols[i];
        const symbol_name *n = &o->table->names[s->name];
        if (s->space != SPACE_SCOPE || candidates_match(o->typed, n->text) == 0 ||
            o->at.cursor < s->visible_start || o->at.cursor > s->visible_end)
            continue;
        bool variable = s->kind == SUGGEST_VARIABLE || s->kind == SUGGEST_PARAMETER;
        uint32_t distance = distance_of(o, s);
        if (distance == SCOPE_NONE || (variables_only && !variable))
            continue;
        uint32_t group = GROUP_NAME;
        if (o->at.wants_exception && python_class_is_exception(n->text))
            group += GROUP_WANTED;
        candidate c = {.label = n->text, .insert = n->text, .detail = s->detail, .kind = s->kind};
        uint32_t near = (4 - (distance < 4 ? distance : 4)) * 100 + offer_name_near(o, s->name);
        offer_one(o, c, (candidate_rank){.group = group, .near = near, .uses = n->uses});
    }
}

static void offer_builtins(offer *o)
{
    size_t count;
    const python_builtin *all = python_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        bytes name = bytes_of_str(all[i].name);
        if (candidates_match(o->typed, name) == 0 || (name.ptr[0] == '_' && !typed_underscore(o)))
            continue;
        bool exception = all[i].kind == SUGGEST_CLASS && python_class_is_exception(name);
        uint32_t group = GROUP_BUILTIN;
        if (exception && o->at.wants_exception)
            group += GROUP_WANTED + GROUP_LEAST;
        else if (exception)
            group = GROUP_WORD - GROUP_LEAST;
        uint32_t uses = 0;
        uint32_t id = symbol_table_find_name(o->table, name);
        if (id != 0)
            uses = o->table->names[id].uses;
        candidate c = {.label = name,
                       .insert = name,
                       .detail = bytes_of_str(all[i].detail),
                       .kind = all[i].kind};
        uint32_t near = python_builtin_is_common(name) ? 100 : 0;
        offer_one(o, c, (candidate_rank){.group = group, .near = near, .uses = uses});
    }
}

/* What may follow `if x:` on the same line. */
static bool is_simple(python_word word)
{
    return word == PY_RETURN || word == PY_RAISE || word == PY_PASS || word == PY_BREAK ||
           word == PY_CONTINUE || word == PY_ASSERT || word == PY_DEL || word == PY_IMPORT ||
           word == PY_FROM || word == PY_GLOBAL || word == PY_NONLOCAL || word == PY_YIELD ||
           word == PY_NO_WORD;
}

/* The uses that this place has; see python_use. */
static unsigned uses_here(const offer *o)
{
    scope_kind kind = o->table->scopes[o->scope].kind;
    unsigned uses = USE_VALUE;
    if (o->at.kind == PLACE_VALUE)
        return uses;
    uses |= kind == SCOPE_CLASS ? USE_STATEMENT | USE_METHOD : USE_STATEMENT;
    if (kind == SCOPE_FUNCTION)
        uses |= USE_FUNCTION;
    if (place_in_loop(o->tokens, &o->at) || o->at.kind == PLACE_INLINE)
        uses |= USE_LOOP;
    if (o->at.kind == PLACE_STATEMENT)
        uses |= USE_BRANCH;
    if (o->at.column == 0 && o->at.kind == PLACE_STATEMENT)
        uses |= USE_MODULE;
    return uses;
}

/* Put a branch where it belongs.  False when there is nothing that it could continue. */
static bool align_branch(const offer *o, python_word word, candidate *c)
{
    size_t header = place_find_branch(o->tokens, &o->at, word);
    if (header == PLACE_NO_TOKEN)
        return false;
    const token *t = &o->tokens->items[header];
    if (t->column == o->at.column || (word == PY_CASE && t->word == PY_MATCH))
        return true;
    uint32_t start = t->start;
    while (start > 0 && o->code.ptr[start - 1] != '\n')
        start--;
    c->moves = true;
    c->indent = bytes_of(o->code.ptr + start, t->start - start);
    return true;
}

static void offer_word(offer *o, python_word word, unsigned uses)
{
    bytes text = bytes_of_str(python_word_text(word));
    candidate c = {.label = text, .insert = text, .kind = SUGGEST_KEYWORD};
    unsigned fits = python_word_use(word) & uses;
    if (fits == 0 || candidates_match(o->typed, text) == 0)
        return;
    if (o->at.kind == PLACE_INLINE && (fits & USE_VALUE) == 0 && !is_simple(word))
        return;
    if (fits == USE_BRANCH && !align_branch(o, word, &c))
        return;
    uint32_t group = GROUP_WORD;
    if (word == PY_TRUE || word == PY_FALSE || word == PY_NONE)
        group = GROUP_STATEMENT;
    else if (o->at.kind != PLACE_VALUE)
        group = fits == USE_VALUE ? GROUP_LEAST : GROUP_STATEMENT;
    offer_one(o, c, (candidate_rank){.group = group});
}

static void offer_snippets(offer *o, unsigned uses)
{
    size_t count;
    const python_snippet *all = python_snippets(&count);
    for (size_t i = 0; i < count; i++) {
        const python_snippet *s = &all[i];
        candidate c = {.label = bytes_of_str(s->label),
                       .insert = bytes_of_str(s->body),
                       .detail = bytes_of_str(s->detail),
                       .kind = SUGGEST_SNIPPET};
        unsigned fits = s->use & uses;
        if (fits == 0 || candidates_match(o->typed, c.label) == 0)
            continue;
        if ((s->use & USE_NOT_METHOD) != 0 && (uses & USE_METHOD) != 0)
            continue;
        if (o->at.kind == PLACE_INLINE && (fits & USE_VALUE) == 0 && !is_simple(s->word))
            continue;
        if (fits == USE_BRANCH && !align_branch(o, s->word, &c))
            continue;
        /* Snippets of values are longer than what is usually meant. */
        uint32_t group = fits == USE_VALUE ? GROUP_WORD + 1 : GROUP_SNIPPET;
        offer_one(o, c, (candidate_rank){.group = group, .near = (uint32_t)(count - i)});
    }
}

static void offer_only_words(offer *o)
{
    for (int w = 1; w < PY_WORD_COUNT; w++)
        if ((o->at.words >> w & 1) != 0) {
            bytes text = bytes_of_str(python_word_text((python_word)w));
            candidate c = {.label = text, .insert = text, .kind = SUGGEST_KEYWORD};
            offer_one(o, c, (candidate_rank){.group = GROUP_WORD});
        }
}

static void offer_statement_or_value(offer *o)
{
    unsigned uses = uses_here(o);
    offer_names(o, false);
    offer_builtins(o);
    offer_only_words(o);
    for (int w = 1; w < PY_WORD_COUNT; w++)
        offer_word(o, (python_word)w, uses);
    offer_snippets(o, uses);
}

static void offer_modules(offer *o)
{
    const char *words = python_module_names();
    candidate c = {.kind = SUGGEST_MODULE, .detail = bytes_of_str("standard library")};
    suggest_kind ignored;
    while (python_member_next(&words, &c.label, &ignored)) {
        c.insert = c.label;
        bool known = python_module_members(c.label) != NULL;
        uint32_t near = known ? 100 : 0; /* those with a table are the ones people use most */
        offer_one(o, c, (candidate_rank){.group = GROUP_NAME, .near = near});
    }
}

static void offer_imported(offer *o)
{
    const char *words = python_module_members(o->at.module);
    candidate c = {.detail = o->at.module};
    while (words != NULL && python_member_next(&words, &c.label, &c.kind)) {
        c.insert = c.label;
        c.kind = c.kind == SUGGEST_METHOD ? SUGGEST_FUNCTION : c.kind;
        offer_one(o, c, (candidate_rank){.group = GROUP_NAME});
    }
}

static void offer_self(offer *o)
{
    if (o->table->scopes[o->scope].kind != SCOPE_CLASS)
        return;
    bytes names[2] = {bytes_of_str("self"), bytes_of_str("cls")};
    for (uint32_t i = 0; i < 2; i++)
        offer_one(o, (candidate){.label = names[i], .insert = names[i], .kind = SUGGEST_PARAMETER},
                  (candidate_rank){.group = GROUP_NAME, .near = 2 - i});
}

void offer_all(offer *o)
{
    /* Without a letter only a dot asks by itself. */
    if (o->typed.len_bytes == 0 && !o->explicit_request && o->at.kind != PLACE_ATTRIBUTE)
        return;
    switch (o->at.kind) {
    case PLACE_NOTHING:
        return;
    case PLACE_STATEMENT:
    case PLACE_INLINE:
    case PLACE_VALUE:
        offer_statement_or_value(o);
        return;
    case PLACE_AFTER_VALUE:
        offer_only_words(o);
        return;
    case PLACE_ATTRIBUTE:
        offer_members(o);
        return;
    case PLACE_MODULE:
        offer_modules(o);
        return;
    case PLACE_IMPORTED:
        offer_imported(o);
        return;
    case PLACE_NAMES:
        offer_names(o, true);
        return;
    case PLACE_SELF:
        offer_self(o);
        return;
    }
}
