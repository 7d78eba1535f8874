/* sha1.h - SHA-1 (RFC 3174), only because the WebSocket handshake asks for it.  Protects nothing.
 */
#ifndef WIRE_SHA1_H
#define WIRE_SHA1_H

#include "base/bytes.h"

#define SHA1_BYTES 20

/* sha1_digest - of a whole message of less than 512 MiB.  O(bytes), no memory. */
void sha1_digest(bytes message, uint8_t out[SHA1_BYTES]);

#endif
