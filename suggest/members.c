#include "suggest/members.h"

#include "suggest/python_modules.h"

/* How far a chain of base classes and brackets is followed. */
#define BASES_MAX 8
#define REACH_MAX 512

enum group {
    GROUP_ELSEWHERE = 10, /* seen behind a dot somewhere */
    GROUP_TABLE = 40,
    GROUP_OWN = 50,
};

static const token *token_at(const offer *o, size_t i)
{
    return &o->tokens->items[i];
}

static bytes text_at(const offer *o, size_t i)
{
    return token_text(o->code, token_at(o, i));
}

static uint32_t private_below(bytes name, uint32_t group)
{
    return name.ptr[0] == '_' ? group - 5 : group;
}

static void offer_symbol(offer *o, const symbol *s, uint32_t group)
{
    const symbol_name *n = &o->table->names[s->name];
    candidate c = {.label = n->text, .insert = n->text, .detail = s->detail, .kind = s->kind};
    candidate_rank rank = {.group = private_below(n->text, group),
                           .near = offer_name_near(o, s->name),
                           .uses = n->uses};
    offer_one(o, c, rank);
}

/* Everything with this owner; `any` takes attributes of every owner. */
static void offer_owned(offer *o, symbol key, uint32_t group)
{
    for (size_t i = 1; i < o->table->symbol_count; i++) {
        const symbol *s = &o->table->symbols[i];
        if (s->space == key.space && s->owner == key.owner)
            offer_symbol(o, s, group);
    }
}

static void offer_every_attribute(offer *o)
{
    for (size_t i = 1; i < o->table->symbol_count; i++)
        if (o->table->symbols[i].space != SPACE_SCOPE)
            offer_symbol(o, &o->table->symbols[i], GROUP_ELSEWHERE);
}

static void offer_table(offer *o, const char *words, bytes detail, bool module)
{
    candidate c = {.detail = detail};
    while (words != NULL && python_member_next(&words, &c.label, &c.kind)) {
        c.insert = c.label;
        if (module && c.kind == SUGGEST_METHOD)
            c.kind = SUGGEST_FUNCTION;
        uint32_t id = symbol_table_find_name(o->table, c.label);
        candidate_rank rank = {.group = GROUP_TABLE,
                               .uses = id != 0 ? o->table->names[id].uses : 0};
        offer_one(o, c, rank);
    }
}

static const symbol *class_named(const offer *o, bytes name)
{
    uint32_t id = symbol_table_find_name(o->table, name);
    const symbol *s = id != 0 ? scope_lookup(o->table, o->scope, id) : NULL;
    return s != NULL && s->kind == SUGGEST_CLASS && s->scope != 0 ? s : NULL;
}

/* The class that comes first in the list of bases, or SCOPE_NONE. */
static uint32_t first_base(const offer *o, uint32_t class_scope)
{
    size_t at = o->table->scopes[class_scope].first_token;
    if (!token_is_op(token_at(o, at + 2), '(') || token_at(o, at + 3)->kind != TOKEN_NAME)
        return SCOPE_NONE;
    const symbol *base = class_named(o, text_at(o, at + 3));
    return base != NULL ? base->scope : SCOPE_NONE;
}

static void offer_class(offer *o, uint32_t class_scope)
{
    for (uint32_t i = 0; i < BASES_MAX && class_scope != SCOPE_NONE; i++) {
        uint32_t group = GROUP_OWN - i / 2;
        offer_owned(o, (symbol){.space = SPACE_MEMBER, .owner = class_scope}, group);
        offer_owned(o, (symbol){.space = SPACE_SCOPE, .owner = class_scope}, group);
        class_scope = first_base(o, class_scope);
    }
}

/* A type by its name: of Python or of the code.  False when neither is known. */
static bool offer_type(offer *o, bytes type)
{
    const symbol *c = class_named(o, type);
    if (c != NULL) {
        offer_class(o, c->scope);
        return true;
    }
    const char *words = python_type_members(type);
    offer_table(o, words, type, false);
    return words != NULL;
}

static bool offer_symbol_members(offer *o, const symbol *s)
{
    if (s->kind == SUGGEST_MODULE) {
        const char *words = python_module_members(s->type);
        offer_table(o, words, s->type, true);
        return true;
    }
    if (s->kind == SUGGEST_CLASS && s->scope != 0) {
        offer_class(o, s->scope);
        return true;
    }
    return s->type.len_bytes > 0 && offer_type(o, s->type);
}

/* name. */
static bool offer_of_name(offer *o, size_t i)
{
    uint32_t name = symbol_table_find_name(o->table, text_at(o, i));
    if (name == 0)
        return offer_type(o, text_at(o, i));
    offer_owned(o, (symbol){.space = SPACE_ATTRIBUTE, .owner = name}, GROUP_OWN);
    uint32_t self = scope_self_class(o->table, o->scope, name);
    if (self != SCOPE_NONE) {
        offer_class(o, self);
        return true;
    }
    const symbol *s = scope_lookup(o->table, o->scope, name);
    return s != NULL ? offer_symbol_members(o, s) : offer_type(o, text_at(o, i));
}

/* self.name. and os.path. */
static bool offer_of_path(offer *o, size_t i)
{
    const token *first = token_at(o, i - 2);
    if (first->kind != TOKEN_NAME || (i >= 3 && token_is_op(token_at(o, i - 3), '.')))
        return false;
    bytes path = bytes_of(o->code.ptr + first->start, token_at(o, i)->end - first->start);
    const char *words = python_module_members(path);
    offer_table(o, words, path, true);
    uint32_t self = symbol_table_find_name(o->table, text_at(o, i - 2));
    symbol key = {.space = SPACE_MEMBER,
                  .owner = scope_self_class(o->table, o->scope, self),
                  .name = symbol_table_find_name(o->table, text_at(o, i))};
    if (key.owner == SCOPE_NONE)
        return words != NULL;
    const symbol *s = symbol_table_find(o->table, key);
    return s != NULL && offer_symbol_members(o, s);
}

static size_t find_opener(const offer *o, size_t close)
{
    uint16_t depth = token_at(o, close)->depth;
    for (size_t i = close; i > 0 && close - i < REACH_MAX; i--) {
        const token *t = token_at(o, i - 1);
        if (t->kind == TOKEN_OP && t->depth == depth &&
            (t->op == '(' || t->op == '[' || t->op == '{'))
            return i - 1;
    }
    return PLACE_NO_TOKEN;
}

/* Behind a bracket: a literal, or a call of a class, or super(). */
static bool offer_of_bracket(offer *o, size_t close)
{
    size_t open = find_opener(o, close);
    if (open == PLACE_NO_TOKEN)
        return false;
    const token *before = open > 0 ? token_at(o, open - 1) : NULL;
    bool named = before != NULL && before->kind == TOKEN_NAME;
    bool operand =
        named || (before != NULL && (token_is_op(before, ')') || token_is_op(before, ']')));
    uint8_t op = token_at(o, close)->op;
    if (op == ']' || op == '}')
        return !operand && offer_type(o, bytes_of_str(op == ']' ? "list" : "dict"));
    if (!named || (open >= 2 && token_is_op(token_at(o, open - 2), '.')))
        return false;
    if (!bytes_equal(text_at(o, open - 1), bytes_of_str("super")))
        return offer_type(o, text_at(o, open - 1));
    for (uint32_t i = o->scope; i != SCOPE_NONE; i = o->table->scopes[i].parent)
        if (o->table->scopes[i].kind == SCOPE_CLASS) {
            offer_class(o, first_base(o, i));
            return true;
        }
    return false;
}

void offer_members(offer *o)
{
    size_t i = o->at.previous - 1;
    const token *t = token_at(o, i);
    bool known = false;
    bool dotted = i >= 2 && token_is_op(token_at(o, i - 1), '.');
    if (t->kind == TOKEN_NAME)
        known = dotted ? offer_of_path(o, i) : offer_of_name(o, i);
    else if (t->kind == TOKEN_STRING || t->kind == TOKEN_FSTRING_END)
        known = offer_type(o, bytes_of_str("str"));
    else if (t->kind == TOKEN_OP && (t->op == ')' || t->op == ']' || t->op == '}'))
        known = offer_of_bracket(o, i);
    if (!known && (o->typed.len_bytes > 0 || o->explicit_request))
        offer_every_attribute(o);
}
