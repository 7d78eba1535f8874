/* person.h - who somebody is in the history of a room, without an account.
 *
 * A browser makes a secret once and shows it whenever it joins.  What is kept of it is a number for
 * each room: nobody can tell from two rooms' histories that one person was in both, or join as
 * somebody else from what a history shows.
 */
#ifndef AUTH_PERSON_H
#define AUTH_PERSON_H

#include "base/bytes.h"

/* person_author - of the secret in that room: 1..2^53-1, a BLAKE2b hash of both. */
uint64_t person_author(bytes secret, bytes room_id);

#endif
