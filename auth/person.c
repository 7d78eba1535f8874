/* person.c - see person.h. */
#include "auth/person.h"

#include <assert.h>
#include <sodium.h>

#define AUTHOR_BITS 53 /* what a JavaScript number holds */

uint64_t person_author(bytes secret, bytes room_id)
{
    static const uint8_t domain[] = "tandem author v1";
    uint8_t hash[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    int rc = crypto_generichash_init(&state, domain, sizeof domain - 1, sizeof hash);
    rc |= crypto_generichash_update(&state, room_id.ptr, room_id.len_bytes);
    /* No room id holds a NUL, so one in between keeps room "ab" and "c" from being "a" and "bc". */
    rc |= crypto_generichash_update(&state, (const uint8_t *)"", 1);
    rc |= crypto_generichash_update(&state, secret.ptr, secret.len_bytes);
    rc |= crypto_generichash_final(&state, hash, sizeof hash);
    assert(rc == 0);
    (void)rc;
    uint64_t author = 0;
    for (size_t i = 0; i < sizeof author; i++)
        author = author << 8 | hash[i];
    author >>= 64 - AUTHOR_BITS;
    return author == 0 ? 1 : author;
}
