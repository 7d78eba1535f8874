/* who.h - who a request is from: found out once, when it is whole, before it is answered. */
#ifndef SERVER_HTTP_WHO_H
#define SERVER_HTTP_WHO_H

#include "server/http/exchange.h"

/* who_identify - fills x->client: the peer, or, when that is a trusted proxy, the client that
 * X-Forwarded-For names. */
void who_identify(exchange *x);

#endif
