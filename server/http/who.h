/* who.h - who a request is from.
 *
 * The address and the role of a guest are found out once for each request.  What depends on a room
 * is asked for when the room is known: the author in its history, and the role of who shows its
 * owner key.
 */
#ifndef SERVER_HTTP_WHO_H
#define SERVER_HTTP_WHO_H

#include "auth/key.h"
#include "server/http/exchange.h"

#define PERSON_SUBPROTOCOL "tandem.person."
#define PERSON_SECRET_CHARS 64

/* who_identify - fills x->who.  The client is the peer, or, when that is a trusted proxy, the one
 * that X-Forwarded-For names; its role is that of whoever has the link. */
void who_identify(exchange *x);

/* who_author - the number of the person in the history of that room: of the secret that is shown
 * as a subprotocol (PERSON_SUBPROTOCOL and up to PERSON_SECRET_CHARS), which makes it `*known`, or
 * of one that is made for this visit. */
uint64_t who_author(const exchange *x, const char *room_id, bool *known);

/* who_key - copies the owner key that is shown (Authorization: Bearer), "" when there is none.  A
 * token of another length cannot be a key and becomes one that never verifies.  The caller wipes
 * it. */
void who_key(const exchange *x, char out[KEY_CHARS + 1]);

/* who_role - of a guest with that key in a room whose owner key has the hash; NULL: it has none. */
role who_role(role guest, const char *key, const uint8_t *owner_key_hash);

#endif
