/* key.h - room ids and owner keys.  Randomness is an argument: 16 and 32 bytes of a good source.
 *
 * Both are written in the 32 characters "abcdefghijkmnpqrstuvwxyz23456789": lower case without
 * 0/o and 1/l, so that they can be read aloud.
 */
#ifndef AUTH_KEY_H
#define AUTH_KEY_H

#include "base/bytes.h"
#include "base/err.h"

#define KEY_RANDOM_BYTES 32
#define KEY_CHARS 55 /* "tk_" and 52 characters: 256 bits */
#define KEY_HASH_BYTES 32
#define ROOM_ID_RANDOM_BYTES 16
#define ROOM_ID_CHARS 23 /* xxxxx-xxxxx-xxxxx-xxxxx: 20 characters, 100 bits */

/* room_id_make - "k7mqp-x2v9n-hd4ca-wf3te".  Ends with NUL. */
void room_id_make(const uint8_t random[ROOM_ID_RANDOM_BYTES], char out[ROOM_ID_CHARS + 1]);

/* room_id_valid - may this be the id of a room?  1..128 characters of [A-Za-z0-9._-], not "." or
 * "..": what room_id_make makes, and what rooms made on join may be called. */
bool room_id_valid(bytes id);

/* owner_key_make - the secret that is shown once.  Ends with NUL.
 * owner_key_hash - what is stored of it: BLAKE2b with a fixed personal prefix; the key itself has
 * 256 bits, so no slow hash is needed.
 * owner_key_verify - is `key` the one with that hash?  In constant time for keys of one length. */
void owner_key_make(const uint8_t random[KEY_RANDOM_BYTES], char out[KEY_CHARS + 1]);
void owner_key_hash(bytes key, uint8_t out[KEY_HASH_BYTES]);
bool owner_key_verify(bytes key, const uint8_t hash[KEY_HASH_BYTES]);

#endif
