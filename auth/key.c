/* key.c - see key.h. */
#include "auth/key.h"

#include <assert.h>
#include <sodium.h>

#define KEY_PREFIX "tk_"
#define GROUP_CHARS 5
#define ID_BYTES_MAX 128

static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
static_assert(sizeof alphabet - 1 == 32, "five bits a character");

/* Character `i` of the bits of `random`, five bits each; bits past the end are 0. */
static char character(const uint8_t *random, size_t random_bytes, size_t i)
{
    size_t bit = 5 * i;
    unsigned pair = (unsigned)random[bit / 8] << 8;
    if (bit / 8 + 1 < random_bytes)
        pair |= random[bit / 8 + 1];
    return alphabet[pair >> (11 - bit % 8) & 31u];
}

void room_id_make(const uint8_t random[ROOM_ID_RANDOM_BYTES], char out[ROOM_ID_CHARS + 1])
{
    for (size_t i = 0, at = 0; at < ROOM_ID_CHARS; at++) {
        bool dash = at % (GROUP_CHARS + 1) == GROUP_CHARS;
        out[at] = dash ? '-' : character(random, ROOM_ID_RANDOM_BYTES, i++);
    }
    out[ROOM_ID_CHARS] = '\0';
}

bool room_id_valid(bytes id)
{
    if (id.len_bytes == 0 || id.len_bytes > ID_BYTES_MAX)
        return false;
    if (bytes_equal(id, bytes_of_str(".")) || bytes_equal(id, bytes_of_str("..")))
        return false;
    for (size_t i = 0; i < id.len_bytes; i++) {
        uint8_t c = id.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

void owner_key_make(const uint8_t random[KEY_RANDOM_BYTES], char out[KEY_CHARS + 1])
{
    size_t prefix = sizeof KEY_PREFIX - 1;
    memcpy(out, KEY_PREFIX, prefix);
    for (size_t i = 0; prefix + i < KEY_CHARS; i++)
        out[prefix + i] = character(random, KEY_RANDOM_BYTES, i);
    out[KEY_CHARS] = '\0';
}

void owner_key_hash(bytes key, uint8_t out[KEY_HASH_BYTES])
{
    /* The domain keeps this hash from being one of the same bytes used for something else. */
    static const uint8_t domain[] = "tandem owner key v1";
    int rc =
        crypto_generichash(out, KEY_HASH_BYTES, key.ptr, key.len_bytes, domain, sizeof domain - 1);
    assert(rc == 0);
    (void)rc;
}

bool owner_key_verify(bytes key, const uint8_t hash[KEY_HASH_BYTES])
{
    uint8_t own[KEY_HASH_BYTES];
    owner_key_hash(key, own);
    return sodium_memcmp(own, hash, sizeof own) == 0;
}
