#include "suggest/symbols.h"

#define SLOTS_FIRST 256

void symbol_table_init(symbol_table *t, const base_alloc *alloc, uint64_t seed)
{
    *t = (symbol_table){.alloc = alloc, .seed = seed};
    symbol_table_open(t, (scope){.parent = SCOPE_NONE, .end = UINT32_MAX});
}

void symbol_table_deinit(symbol_table *t)
{
    base_alloc_put(t->alloc, t->names, t->name_cap * sizeof *t->names);
    base_alloc_put(t->alloc, t->symbols, t->symbol_cap * sizeof *t->symbols);
    base_alloc_put(t->alloc, t->scopes, t->scope_cap * sizeof *t->scopes);
    base_alloc_put(t->alloc, t->name_slots, t->name_slot_count * sizeof *t->name_slots);
    base_alloc_put(t->alloc, t->symbol_slots, t->symbol_slot_count * sizeof *t->symbol_slots);
    *t = (symbol_table){.alloc = t->alloc};
}

/* Room for one more item; NULL and a latched error without memory. */
static void *grow(symbol_table *t, void *items, size_t item_bytes, size_t count, size_t *cap)
{
    if (t->err != BASE_OK)
        return NULL;
    if (count < *cap)
        return items;
    size_t next = *cap == 0 ? 64 : 2 * *cap;
    void *grown = *cap == 0
                      ? base_alloc_get(t->alloc, next * item_bytes)
                      : base_alloc_resize(t->alloc, items, *cap * item_bytes, next * item_bytes);
    if (grown == NULL)
        t->err = BASE_ENOMEM;
    else
        *cap = next;
    return grown;
}

static uint32_t mix(uint64_t v)
{
    v ^= v >> 32;
    v *= UINT64_C(0xd6e8feb86659fd93);
    v ^= v >> 29;
    v *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(v >> 32);
}

static uint32_t hash_text(const symbol_table *t, bytes s)
{
    uint64_t h = t->seed ^ s.len_bytes * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = 0;
    for (; i + 8 <= s.len_bytes; i += 8) {
        uint64_t w;
        memcpy(&w, s.ptr + i, 8);
        h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 31;
    }
    uint64_t tail = 0;
    for (; i < s.len_bytes; i++)
        tail = tail << 8 | s.ptr[i];
    return mix(h ^ tail * UINT64_C(0x9fb21c651e98df25));
}

static uint32_t hash_key(const symbol_table *t, const symbol *s)
{
    return mix(t->seed + ((uint64_t)s->owner << 32 | s->name) * 4 + (uint64_t)s->space);
}

static bool same_key(const symbol *a, const symbol *b)
{
    return a->name == b->name && a->owner == b->owner && a->space == b->space;
}

/* Twice as many slots.  `hashes` gives the hash of item n. */
static bool rehash(symbol_table *t, uint32_t **slots, size_t *slot_count, size_t count, bool names)
{
    size_t next = *slot_count == 0 ? SLOTS_FIRST : 2 * *slot_count;
    uint32_t *fresh = base_alloc_get(t->alloc, next * sizeof *fresh);
    if (fresh == NULL) {
        t->err = BASE_ENOMEM;
        return false;
    }
    memset(fresh, 0, next * sizeof *fresh);
    for (size_t n = 1; n < count; n++) {
        size_t at = (names ? t->names[n].hash : hash_key(t, &t->symbols[n])) & (next - 1);
        while (fresh[at] != 0)
            at = (at + 1) & (next - 1);
        fresh[at] = (uint32_t)n;
    }
    base_alloc_put(t->alloc, *slots, *slot_count * sizeof **slots);
    *slots = fresh;
    *slot_count = next;
    return true;
}

static size_t name_slot(const symbol_table *t, bytes text, uint32_t hash)
{
    size_t mask = t->name_slot_count - 1;
    size_t at = hash & mask;
    for (; t->name_slots[at] != 0; at = (at + 1) & mask) {
        const symbol_name *n = &t->names[t->name_slots[at]];
        if (n->hash == hash && bytes_equal(n->text, text))
            break;
    }
    return at;
}

static size_t symbol_slot(const symbol_table *t, const symbol *key)
{
    size_t mask = t->symbol_slot_count - 1;
    size_t at = hash_key(t, key) & mask;
    while (t->symbol_slots[at] != 0 && !same_key(&t->symbols[t->symbol_slots[at]], key))
        at = (at + 1) & mask;
    return at;
}

uint32_t symbol_table_intern(symbol_table *t, bytes text)
{
    if (t->err != BASE_OK)
        return 0;
    if (2 * t->name_count >= t->name_slot_count &&
        !rehash(t, &t->name_slots, &t->name_slot_count, t->name_count, true))
        return 0;
    uint32_t hash = hash_text(t, text);
    size_t at = name_slot(t, text, hash);
    if (t->name_slots[at] != 0)
        return t->name_slots[at];
    if (t->name_count == 0)
        t->name_count = 1;
    void *grown = grow(t, t->names, sizeof *t->names, t->name_count, &t->name_cap);
    if (grown == NULL)
        return 0;
    t->names = grown;
    t->names[t->name_count] = (symbol_name){.text = text, .hash = hash, .gap_lines = UINT32_MAX};
    t->name_slots[at] = (uint32_t)t->name_count;
    return (uint32_t)t->name_count++;
}

uint32_t symbol_table_find_name(const symbol_table *t, bytes text)
{
    if (t->name_slot_count == 0)
        return 0;
    return t->name_slots[name_slot(t, text, hash_text(t, text))];
}

symbol *symbol_table_add(symbol_table *t, symbol key)
{
    t->nowhere = key;
    if (t->err != BASE_OK ||
        (2 * t->symbol_count >= t->symbol_slot_count &&
         !rehash(t, &t->symbol_slots, &t->symbol_slot_count, t->symbol_count, false)))
        return &t->nowhere;
    size_t at = symbol_slot(t, &key);
    if (t->symbol_slots[at] != 0)
        return &t->symbols[t->symbol_slots[at]];
    if (t->symbol_count == 0)
        t->symbol_count = 1;
    void *grown = grow(t, t->symbols, sizeof *t->symbols, t->symbol_count, &t->symbol_cap);
    if (grown == NULL)
        return &t->nowhere;
    t->symbols = grown;
    key.visible_end = UINT32_MAX;
    t->symbols[t->symbol_count] = key;
    t->symbol_slots[at] = (uint32_t)t->symbol_count;
    return &t->symbols[t->symbol_count++];
}

const symbol *symbol_table_find(const symbol_table *t, symbol key)
{
    if (t->symbol_slot_count == 0 || key.name == 0)
        return NULL;
    uint32_t n = t->symbol_slots[symbol_slot(t, &key)];
    return n != 0 ? &t->symbols[n] : NULL;
}

uint32_t symbol_table_open(symbol_table *t, scope s)
{
    void *grown = grow(t, t->scopes, sizeof *t->scopes, t->scope_count, &t->scope_cap);
    if (grown == NULL)
        return 0;
    t->scopes = grown;
    t->scopes[t->scope_count] = s;
    return (uint32_t)t->scope_count++;
}
