#include "server/address_count.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define BUCKETS 1024

typedef struct entry {
    struct entry *next;
    uint8_t octets[16];
    size_t open;
} entry;

struct address_count {
    uv_mutex_t lock;
    size_t max;
    entry *buckets[BUCKETS];
};

address_key address_key_of(const struct sockaddr_storage *addr)
{
    address_key key;
    memset(&key, 0, sizeof key);
    if (addr->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
        memcpy(key.octets + 12, &in->sin_addr, 4);
        memset(key.octets + 10, 0xff, 2);
        key.exempt = key.octets[12] == 127;
    } else if (addr->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
        bool v4 = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        memcpy(key.octets, &in6->sin6_addr, v4 ? 16 : 8);
        key.exempt = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) || (v4 && key.octets[12] == 127);
    } else {
        key.exempt = true;
    }
    return key;
}

address_count *address_count_new(size_t max)
{
    address_count *a = calloc(1, sizeof *a);
    if (a != NULL && uv_mutex_init(&a->lock) != 0) {
        free(a);
        return NULL;
    }
    if (a != NULL)
        a->max = max;
    return a;
}

void address_count_free(address_count *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (entry *e = a->buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            free(e);
        }
    }
    uv_mutex_destroy(&a->lock);
    free(a);
}

static entry **place_of(address_count *a, const address_key *key)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < 16; i++)
        h = (h ^ key->octets[i]) * 16777619u;
    entry **at = &a->buckets[h % BUCKETS];
    while (*at != NULL && memcmp((*at)->octets, key->octets, 16) != 0)
        at = &(*at)->next;
    return at;
}

bool address_count_add(address_count *a, const address_key *key)
{
    if (key->exempt || a->max == 0)
        return true;
    uv_mutex_lock(&a->lock);
    entry **at = place_of(a, key);
    if (*at == NULL && (*at = calloc(1, sizeof **at)) != NULL)
        memcpy((*at)->octets, key->octets, 16);
    bool ok = *at != NULL && (*at)->open < a->max;
    if (ok)
        (*at)->open++;
    uv_mutex_unlock(&a->lock);
    return ok;
}

void address_count_remove(address_count *a, const address_key *key)
{
    if (key->exempt || a->max == 0)
        return;
    uv_mutex_lock(&a->lock);
    entry **at = place_of(a, key);
    entry *e = *at;
    if (e != NULL && --e->open == 0) {
        *at = e->next;
        free(e);
    }
    uv_mutex_unlock(&a->lock);
}
