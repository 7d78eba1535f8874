#include "server/net/address_book.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define BUCKETS 4096
#define QUIET_MAX 16 /* addresses without sockets that one bucket remembers */
#define MINUTE_MS 60000

typedef struct entry {
    struct entry *next;
    address key;
    size_t open;
    uint64_t heard_ms;
    meter acts[ADDRESS_ACTS];
} entry;

struct address_book {
    uv_mutex_t lock;
    size_t sockets;
    size_t sockets_max;
    size_t per_address_max;
    rate rates[ADDRESS_ACTS];
    uint8_t secret[crypto_shorthash_KEYBYTES];
    entry *buckets[BUCKETS];
};

static rate per_minute(uint64_t count)
{
    return (rate){count, MINUTE_MS, count};
}

address_book *address_book_new(const limits *max, size_t sockets_max)
{
    address_book *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    if (uv_mutex_init(&b->lock) != 0) {
        free(b);
        return NULL;
    }
    randombytes_buf(b->secret, sizeof b->secret);
    b->sockets_max = sockets_max;
    b->per_address_max = (size_t)max->sockets_per_address;
    b->rates[ADDRESS_JOIN] = per_minute(max->joins_per_minute);
    b->rates[ADDRESS_MISS] = per_minute(max->misses_per_minute);
    b->rates[ADDRESS_ROOM] = per_minute(max->rooms_per_minute);
    return b;
}

void address_book_free(address_book *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (entry *e = b->buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            free(e);
        }
    }
    uv_mutex_destroy(&b->lock);
    free(b);
}

static entry **bucket_of(address_book *b, const address *key)
{
    uint8_t hash[crypto_shorthash_BYTES];
    uint32_t h;
    crypto_shorthash(hash, key->octets, sizeof key->octets, b->secret);
    memcpy(&h, hash, sizeof h);
    return &b->buckets[h % BUCKETS];
}

static entry *find(address_book *b, const address *key)
{
    entry *e = *bucket_of(b, key);
    while (e != NULL && memcmp(e->key.octets, key->octets, sizeof key->octets) != 0)
        e = e->next;
    return e;
}

/* Makes room in a bucket: the quiet address that was heard of the longest ago goes. */
static void forget_oldest(entry **bucket)
{
    entry **oldest = NULL;
    size_t quiet = 0;
    for (entry **at = bucket; *at != NULL; at = &(*at)->next) {
        if ((*at)->open > 0)
            continue;
        quiet++;
        if (oldest == NULL || (*at)->heard_ms < (*oldest)->heard_ms)
            oldest = at;
    }
    if (quiet < QUIET_MAX)
        return;
    entry *gone = *oldest;
    *oldest = gone->next;
    free(gone);
}

static entry *find_or_add(address_book *b, const address *key, uint64_t now_ms)
{
    entry *e = find(b, key);
    if (e == NULL) {
        entry **bucket = bucket_of(b, key);
        forget_oldest(bucket);
        e = calloc(1, sizeof *e);
        if (e == NULL)
            return NULL;
        e->key = *key;
        e->next = *bucket;
        *bucket = e;
    }
    e->heard_ms = now_ms;
    return e;
}

bool address_book_full(address_book *b)
{
    return b->sockets_max != 0 && address_book_sockets(b) >= b->sockets_max;
}

size_t address_book_sockets(address_book *b)
{
    uv_mutex_lock(&b->lock);
    size_t sockets = b->sockets;
    uv_mutex_unlock(&b->lock);
    return sockets;
}

size_t address_book_remembered(address_book *b)
{
    size_t count = 0;
    uv_mutex_lock(&b->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        for (const entry *e = b->buckets[i]; e != NULL; e = e->next)
            count++;
    uv_mutex_unlock(&b->lock);
    return count;
}

void address_book_open(address_book *b)
{
    uv_mutex_lock(&b->lock);
    b->sockets++;
    uv_mutex_unlock(&b->lock);
}

void address_book_close(address_book *b)
{
    uv_mutex_lock(&b->lock);
    b->sockets--;
    uv_mutex_unlock(&b->lock);
}

bool address_book_add(address_book *b, const address *key, uint64_t now_ms)
{
    uv_mutex_lock(&b->lock);
    entry *e = find_or_add(b, key, now_ms);
    bool ok = e != NULL && (b->per_address_max == 0 || e->open < b->per_address_max);
    if (ok)
        e->open++;
    uv_mutex_unlock(&b->lock);
    return ok;
}

void address_book_remove(address_book *b, const address *key)
{
    uv_mutex_lock(&b->lock);
    entry *e = find(b, key);
    if (e != NULL && e->open > 0)
        e->open--;
    uv_mutex_unlock(&b->lock);
}

uint64_t address_book_wait_ms(address_book *b, const address *key, address_act act, uint64_t now_ms)
{
    uv_mutex_lock(&b->lock);
    const entry *e = find(b, key);
    uint64_t wait_ms = e != NULL ? meter_wait_ms(&e->acts[act], b->rates[act], now_ms) : 0;
    uv_mutex_unlock(&b->lock);
    return wait_ms;
}

void address_book_count(address_book *b, const address *key, address_act act, uint64_t now_ms)
{
    uv_mutex_lock(&b->lock);
    entry *e = find_or_add(b, key, now_ms);
    if (e != NULL)
        (void)meter_take(&e->acts[act], b->rates[act], 1, now_ms);
    uv_mutex_unlock(&b->lock);
}
