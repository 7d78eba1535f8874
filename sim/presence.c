/* presence.c - see presence.h. */
#include "sim/presence.h"

#include "base/varint.h"

#include <stdlib.h>

static presence_entry *find(const presence *p, uint64_t client)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].client == client)
            return &p->entries[i];
    return NULL;
}

static presence_entry *get(presence *p, uint64_t client)
{
    presence_entry *e = find(p, client);
    if (e != NULL)
        return e;
    if (p->count == p->cap) {
        p->cap = p->cap == 0 ? 8 : 2 * p->cap;
        p->entries = realloc(p->entries, p->cap * sizeof *p->entries);
        if (p->entries == NULL)
            abort();
    }
    e = &p->entries[p->count++];
    *e = (presence_entry){.client = client};
    return e;
}

void presence_init(presence *p, uint64_t own, int64_t now_us)
{
    *p = (presence){.own = own};
    presence_set(p, true, now_us);
}

void presence_deinit(presence *p)
{
    free(p->entries);
    *p = (presence){0};
}

void presence_set(presence *p, bool present, int64_t now_us)
{
    presence_entry *e = get(p, p->own);
    e->clock++;
    e->present = present;
    e->heard_us = now_us;
}

void presence_put(const presence *p, buf *out)
{
    const presence_entry *e = find(p, p->own);
    if (e == NULL)
        abort(); /* presence_init made it */
    char state[64];
    snprintf(state, sizeof state, "{\"cursor\":%llu}", (unsigned long long)e->clock);
    buf_put_varuint(out, 1);
    buf_put_varuint(out, e->client);
    buf_put_varuint(out, e->clock);
    buf_put_varstring(out, bytes_of_str(e->present ? state : "null"));
}

bool presence_apply(presence *p, bytes update, int64_t now_us, bool *answer)
{
    reader in = reader_of(update);
    uint64_t count;
    *answer = false;
    if (reader_varuint(&in, &count) != BASE_OK)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t client, clock;
        bytes state;
        if (reader_varuint(&in, &client) != BASE_OK || reader_varuint(&in, &clock) != BASE_OK ||
            reader_varbytes(&in, &state) != BASE_OK)
            return false;
        bool present = !bytes_equal(state, bytes_of_str("null"));
        presence_entry *e = get(p, client);
        if (clock < e->clock || (clock == e->clock && (present || !e->present)))
            continue;
        if (client == p->own && !present && e->present) {
            e->clock = clock + 1; /* nobody removes another's own state */
            *answer = true;
            continue;
        }
        e->clock = clock;
        e->present = present;
        e->heard_us = now_us;
    }
    return true;
}

void presence_alone(presence *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->entries[i].present = p->entries[i].present && p->entries[i].client == p->own;
}

bool presence_tick(presence *p, int64_t now_us)
{
    bool renew = false;
    for (size_t i = 0; i < p->count; i++) {
        presence_entry *e = &p->entries[i];
        if (e->client == p->own)
            renew = e->present && now_us - e->heard_us >= PRESENCE_RENEW_US;
        else if (now_us - e->heard_us >= PRESENCE_OUTDATED_US)
            e->present = false;
    }
    return renew;
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
