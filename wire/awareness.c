/* awareness.c - see awareness.h.  Entries are a plain array: a room has few, and they are walked to
 * be told anyway. */
#include "wire/awareness.h"

#include "base/varint.h"
#include "wire/json.h"

/* What a stamp adds to a state: its keys, two numbers, and a name whose every byte is escaped. */
#define STAMP_BYTES(name_bytes) (128 + 6 * (name_bytes))

/* An owner's entry whose state was removed stays, without JSON, for its clock. */
typedef struct slot {
    uint64_t client;
    uint64_t clock;
    uint64_t owner;
    uint64_t heard_ms;
    uint8_t *json; /* NULL: no state */
    uint32_t json_bytes;
    uint32_t json_cap_bytes;
} slot;

struct awareness {
    const base_alloc *alloc;
    awareness_limits limits;
    slot *slots; /* those with a state first: [0, present) */
    uint32_t count;
    uint32_t cap;
    uint32_t present;
};

awareness *awareness_new(const base_alloc *alloc, const awareness_limits *limits)
{
    awareness *a = base_alloc_get(alloc, sizeof *a);
    if (a != NULL)
        *a = (awareness){.alloc = alloc, .limits = *limits};
    return a;
}

void awareness_free(awareness *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count; i++)
        base_alloc_put(a->alloc, a->slots[i].json, a->slots[i].json_cap_bytes);
    base_alloc_put(a->alloc, a->slots, a->cap * sizeof *a->slots);
    base_alloc_put(a->alloc, a, sizeof *a);
}

static slot *find(const awareness *a, uint64_t client)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->slots[i].client == client)
            return &a->slots[i];
    return NULL;
}

static void swap(slot *x, slot *y)
{
    slot kept = *x;
    *x = *y;
    *y = kept;
}

/* Put the slot's new state in; NULL removes it.  Takes `json`.  Returns where the slot is now. */
static slot *set_state(awareness *a, slot *s, uint8_t *json, size_t len_bytes, size_t cap_bytes)
{
    bool was = s->json != NULL;
    base_alloc_put(a->alloc, s->json, s->json_cap_bytes);
    s->json = json;
    s->json_bytes = (uint32_t)len_bytes;
    s->json_cap_bytes = (uint32_t)cap_bytes;
    slot *to = s;
    if (!was && json != NULL)
        to = &a->slots[a->present++];
    else if (was && json == NULL)
        to = &a->slots[--a->present];
    if (to != s)
        swap(to, s);
    return to;
}

static size_t owned(const awareness *a, uint64_t owner)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        n += a->slots[i].owner == owner;
    return n;
}

static slot *add(awareness *a)
{
    if (a->count == a->cap) {
        uint32_t cap = a->cap == 0 ? 2 : 2 * a->cap;
        slot *slots =
            base_alloc_resize(a->alloc, a->slots, a->cap * sizeof *slots, cap * sizeof *slots);
        if (slots == NULL)
            return NULL;
        a->slots = slots;
        a->cap = cap;
    }
    slot *s = &a->slots[a->count++];
    *s = (slot){0};
    return s;
}

/* One entry as it stands in an update; the state "null" is an empty json. */
static int read_entry(reader *r, awareness_entry *out)
{
    if (reader_varuint(r, &out->client) != BASE_OK || reader_varuint(r, &out->clock) != BASE_OK ||
        reader_varbytes(r, &out->json) != BASE_OK)
        return BASE_EMALFORMED;
    if (bytes_equal(out->json, bytes_of_str("null")))
        out->json = (bytes){NULL, 0};
    else if (out->json.len_bytes == 0)
        return BASE_EMALFORMED;
    return BASE_OK;
}

/* Is the whole update well-formed?  `*count` entries. */
static int check_update(bytes update, uint64_t *count)
{
    reader r = reader_of(update);
    awareness_entry entry;
    if (reader_varuint(&r, count) != BASE_OK)
        return BASE_EMALFORMED;
    for (uint64_t i = 0; i < *count; i++)
        if (read_entry(&r, &entry) != BASE_OK)
            return BASE_EMALFORMED;
    return BASE_OK;
}

enum verdict {
    ACCEPT,
    IGNORE,
    REFUSE,
};

static enum verdict judge(const awareness *a, const awareness_from *from, const slot *known,
                          const awareness_entry *entry)
{
    bool is_null = entry->json.len_bytes == 0;
    if (known == NULL && (entry->clock == 0 || is_null))
        return IGNORE;
    if (known != NULL) {
        bool newer = known->clock < entry->clock ||
                     (known->clock == entry->clock && is_null && known->json != NULL);
        bool stale = from->now_ms - known->heard_ms >= a->limits.stale_ms;
        if (!newer || (known->owner != from->owner && (is_null || !stale)))
            return IGNORE;
    }
    if (is_null)
        return ACCEPT;
    if ((known == NULL || known->owner != from->owner) &&
        owned(a, from->owner) >= a->limits.ids_per_owner)
        return REFUSE;
    if (entry->json.len_bytes > a->limits.json_bytes_max ||
        json_check_object(entry->json) != BASE_OK)
        return REFUSE;
    return ACCEPT;
}

static void put_state(buf *out, bytes json, const awareness_stamp *stamp)
{
    if (stamp == NULL) {
        buf_put_bytes(out, json);
        return;
    }
    size_t count;
    json_put_without(out, json, "user", &count);
    buf_put_fmt(out, "%s\"user\":{\"id\":%llu,\"name\":", count > 0 ? "," : "",
                (unsigned long long)stamp->user_id);
    json_put_string(out, stamp->name);
    buf_put_fmt(out, ",\"color_index\":%u}}", stamp->color_index);
}

static int accept(awareness *a, const awareness_from *from, slot *known,
                  const awareness_entry *entry, awareness_entry *told)
{
    uint8_t *json = NULL;
    size_t len_bytes = 0, cap_bytes = 0;
    if (entry->json.len_bytes > 0) {
        buf b;
        size_t name_bytes = from->stamp != NULL ? from->stamp->name.len_bytes : 0;
        buf_init(&b, a->alloc, entry->json.len_bytes + STAMP_BYTES(name_bytes));
        put_state(&b, entry->json, from->stamp);
        if (buf_err(&b) != BASE_OK) {
            buf_deinit(&b);
            return BASE_ENOMEM;
        }
        json = buf_detach(&b, &len_bytes, &cap_bytes);
        /* It stays as long as its client does. */
        uint8_t *exact = base_alloc_resize(a->alloc, json, cap_bytes, len_bytes);
        if (exact != NULL) {
            json = exact;
            cap_bytes = len_bytes;
        }
    }
    slot *s = known != NULL ? known : add(a);
    if (s == NULL) {
        base_alloc_put(a->alloc, json, cap_bytes);
        return BASE_ENOMEM;
    }
    s->client = entry->client;
    s->clock = entry->clock;
    s->owner = from->owner;
    s->heard_ms = from->now_ms;
    s = set_state(a, s, json, len_bytes, cap_bytes);
    *told = (awareness_entry){s->client, s->clock, s->owner, {s->json, s->json_bytes}};
    return BASE_OK;
}

int awareness_apply(awareness *a, bytes update, const awareness_from *from, awareness_fn *accepted,
                    void *ctx, awareness_result *result)
{
    awareness_result r = {0, 0, 0};
    uint64_t count;
    int err = check_update(update, &count);
    if (err != BASE_OK)
        return err;
    reader in = reader_of(update);
    err = reader_varuint(&in, &count);
    for (uint64_t i = 0; i < count && err == BASE_OK; i++) {
        awareness_entry entry, told;
        err = read_entry(&in, &entry);
        if (err != BASE_OK)
            break;
        slot *known = find(a, entry.client);
        switch (judge(a, from, known, &entry)) {
        case IGNORE:
            r.ignored++;
            break;
        case REFUSE:
            r.refused++;
            break;
        case ACCEPT:
            err = accept(a, from, known, &entry, &told);
            if (err == BASE_OK) {
                r.accepted++;
                accepted(ctx, &told);
            }
            break;
        }
    }
    if (result != NULL)
        *result = r;
    return err;
}

void awareness_leave(awareness *a, uint64_t owner, awareness_fn *removed, void *ctx)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count;) {
        if (a->slots[i].owner != owner) {
            i++;
            continue;
        }
        slot *s = &a->slots[i];
        awareness_entry told = {s->client, s->clock, owner, {NULL, 0}};
        bool was = s->json != NULL;
        s = set_state(a, s, NULL, 0, 0);
        a->count--;
        if (s != &a->slots[a->count])
            swap(s, &a->slots[a->count]);
        if (was)
            removed(ctx, &told);
    }
}

uint64_t awareness_owner(const awareness *a, uint64_t client)
{
    const slot *s = a != NULL ? find(a, client) : NULL;
    return s != NULL && s->json != NULL ? s->owner : 0;
}

void awareness_visit_owner(const awareness *a, uint64_t owner, awareness_fn *visit, void *ctx)
{
    for (size_t i = 0; i < a->count; i++) {
        const slot *s = &a->slots[i];
        if (s->owner == owner)
            visit(ctx, &(awareness_entry){s->client, s->clock, s->owner, {s->json, s->json_bytes}});
    }
}

void awareness_doubt(awareness *a, uint64_t owner)
{
    for (size_t i = 0; a != NULL && i < a->count; i++) {
        if (a->slots[i].owner == owner)
            a->slots[i].heard_ms = 0;
    }
}

size_t awareness_count(const awareness *a)
{
    return a != NULL ? a->present : 0;
}

awareness_entry awareness_at(const awareness *a, size_t i)
{
    const slot *s = &a->slots[i];
    return (awareness_entry){s->client, s->clock, s->owner, {s->json, s->json_bytes}};
}

static void put_one(buf *out, const awareness_entry *entry)
{
    bytes none = bytes_of_str("null");
    buf_put_varuint(out, entry->client);
    buf_put_varuint(out, entry->clock);
    buf_put_varstring(out, entry->json.len_bytes > 0 ? entry->json : none);
}

void awareness_put_entry(buf *out, const awareness_entry *entry)
{
    buf_put_varuint(out, 1);
    put_one(out, entry);
}

void awareness_put_all(buf *out, const awareness *a)
{
    size_t count = awareness_count(a);
    buf_put_varuint(out, count);
    for (size_t i = 0; i < count; i++) {
        awareness_entry entry = awareness_at(a, i);
        put_one(out, &entry);
    }
}
