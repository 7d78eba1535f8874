/* presence.c - see presence.h. */
#include "client/presence.h"

#include "base/varint.h"

static presence_entry *find(const presence *p, uint64_t client)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].client == client)
            return &p->entries[i];
    return NULL;
}

/* Those who left are remembered for their clocks, as long as there is room. */
static void forget_absent(presence *p)
{
    size_t kept = 1;
    for (size_t i = 1; i < p->count; i++)
        if (p->entries[i].present)
            p->entries[kept++] = p->entries[i];
    p->count = kept;
}

static int reserve(presence *p, size_t more)
{
    if (more > PRESENCE_STATES_MAX - p->count && p->count > 0)
        forget_absent(p);
    if (more > PRESENCE_STATES_MAX - p->count)
        return BASE_ELIMIT;
    if (more <= p->cap - p->count)
        return BASE_OK;
    size_t cap = p->cap == 0 ? 8 : 2 * p->cap;
    while (cap < p->count + more)
        cap *= 2;
    presence_entry *entries =
        p->entries == NULL ? base_alloc_get(p->alloc, cap * sizeof *entries)
                           : base_alloc_resize(p->alloc, p->entries, p->cap * sizeof *entries,
                                               cap * sizeof *entries);
    if (entries == NULL)
        return BASE_ENOMEM;
    p->entries = entries;
    p->cap = cap;
    return BASE_OK;
}

static void forget_json(presence *p, presence_entry *e)
{
    base_alloc_put(p->alloc, e->json, e->json_bytes);
    p->json_bytes -= e->json_bytes;
    e->json = NULL;
    e->json_bytes = 0;
}

int presence_init(presence *p, const base_alloc *alloc, uint64_t own, int64_t now_us)
{
    *p = (presence){.alloc = alloc, .own = own};
    int err = reserve(p, 1);
    if (err == BASE_OK) {
        p->entries[p->count++] = (presence_entry){.client = own};
        presence_renew(p, now_us);
    }
    return err;
}

void presence_deinit(presence *p)
{
    for (size_t i = 0; i < p->count; i++)
        forget_json(p, &p->entries[i]);
    if (p->alloc != NULL)
        base_alloc_put(p->alloc, p->entries, p->cap * sizeof *p->entries);
    *p = (presence){.alloc = NULL};
}

static void tell(presence *p, bool present, int64_t now_us)
{
    presence_entry *own = &p->entries[0];
    own->clock++;
    own->present = present;
    own->heard_us = now_us;
}

void presence_renew(presence *p, int64_t now_us)
{
    tell(p, true, now_us);
}

void presence_withdraw(presence *p, int64_t now_us)
{
    tell(p, false, now_us);
}

uint64_t presence_clock(const presence *p)
{
    return p->entries[0].clock;
}

void presence_put(const presence *p, bytes json, buf *out)
{
    const presence_entry *own = &p->entries[0];
    buf_put_varuint(out, 1);
    buf_put_varuint(out, own->client);
    buf_put_varuint(out, own->clock);
    buf_put_varstring(out, own->present ? json : bytes_of_str("null"));
}

/* ------------------------------------------------------------------------------- hearing --- */

typedef struct told {
    uint64_t client, clock;
    bytes json; /* empty: "null" */
} told;

static int read_told(reader *in, told *t)
{
    if (reader_varuint(in, &t->client) != BASE_OK || reader_varuint(in, &t->clock) != BASE_OK ||
        reader_varbytes(in, &t->json) != BASE_OK || t->json.len_bytes == 0)
        return BASE_EMALFORMED;
    if (bytes_equal(t->json, bytes_of_str("null")))
        t->json.len_bytes = 0;
    return BASE_OK;
}

static bool is_news(const presence_entry *e, const told *t)
{
    uint64_t clock = e != NULL ? e->clock : 0;
    bool present = e != NULL && e->present;
    return t->clock > clock || (t->clock == clock && t->json.len_bytes == 0 && present);
}

/* Copies of the states, taken before anything changes: all, or none and an error. */
static int copy_states(const presence *p, reader in, uint64_t count, uint8_t **copies)
{
    size_t total = p->json_bytes;
    told t;
    for (uint64_t i = 0; i < count; i++) {
        if (read_told(&in, &t) != BASE_OK)
            return BASE_EMALFORMED; /* it was read before */
        if (t.client == p->own || t.json.len_bytes == 0)
            continue;
        total += t.json.len_bytes;
        if (total > PRESENCE_BYTES_MAX)
            return BASE_ELIMIT;
        copies[i] = base_alloc_get(p->alloc, t.json.len_bytes);
        if (copies[i] == NULL)
            return BASE_ENOMEM;
        memcpy(copies[i], t.json.ptr, t.json.len_bytes);
    }
    return BASE_OK;
}

/* true: the copy of its state is in use now. */
static bool hear(presence *p, const told *t, uint8_t *copy, int64_t now_us, bool *answer)
{
    presence_entry *e = find(p, t->client);
    if (e == NULL) {
        p->entries[p->count++] = (presence_entry){.client = t->client};
        e = &p->entries[p->count - 1];
    }
    if (!is_news(e, t))
        return false;
    if (t->client == p->own && t->json.len_bytes == 0 && e->present) {
        e->clock = t->clock + 1;
        *answer = true;
        return false;
    }
    forget_json(p, e);
    e->clock = t->clock;
    e->present = t->json.len_bytes > 0;
    e->heard_us = now_us;
    if (copy == NULL)
        return false;
    e->json = copy;
    e->json_bytes = t->json.len_bytes;
    p->json_bytes += e->json_bytes;
    return true;
}

int presence_apply(presence *p, bytes update, int64_t now_us, bool *answer)
{
    reader in = reader_of(update);
    uint64_t count;
    told t;
    *answer = false;
    if (reader_varuint(&in, &count) != BASE_OK || count > reader_left(&in))
        return BASE_EMALFORMED;
    if (count > PRESENCE_STATES_MAX)
        return BASE_ELIMIT;
    reader entries = in;
    for (uint64_t i = 0; i < count; i++)
        if (read_told(&in, &t) != BASE_OK)
            return BASE_EMALFORMED;
    int err = reserve(p, (size_t)count);
    size_t table_bytes = (size_t)count * sizeof(uint8_t *);
    if (err != BASE_OK || count == 0)
        return err;
    uint8_t **copies = base_alloc_get(p->alloc, table_bytes);
    if (copies == NULL)
        return BASE_ENOMEM;
    memset(copies, 0, table_bytes);
    err = copy_states(p, entries, count, copies);
    for (uint64_t i = 0; i < count && read_told(&entries, &t) == BASE_OK; i++)
        if (err != BASE_OK || !hear(p, &t, copies[i], now_us, answer))
            base_alloc_put(p->alloc, copies[i], t.json.len_bytes);
    base_alloc_put(p->alloc, copies, table_bytes);
    return err;
}

/* --------------------------------------------------------------------------------- leaving --- */

static void gone(presence *p, presence_entry *e)
{
    e->present = false;
    forget_json(p, e);
}

void presence_alone(presence *p)
{
    for (size_t i = 1; i < p->count; i++)
        gone(p, &p->entries[i]);
}

bool presence_tick(presence *p, int64_t now_us)
{
    for (size_t i = 1; i < p->count; i++)
        if (now_us - p->entries[i].heard_us >= PRESENCE_OUTDATED_US)
            gone(p, &p->entries[i]);
    return p->entries[0].present && now_us - p->entries[0].heard_us >= PRESENCE_RENEW_US;
}

bool presence_has(const presence *p, uint64_t client)
{
    const presence_entry *e = find(p, client);
    return e != NULL && e->present;
}

size_t presence_count(const presence *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->entries[i].present;
    return n;
}

bytes presence_state(const presence *p, uint64_t client)
{
    const presence_entry *e = find(p, client);
    return e == NULL ? (bytes){NULL, 0} : bytes_of(e->json, e->json_bytes);
}
