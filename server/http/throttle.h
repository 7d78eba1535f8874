/* throttle.h - what one address may do only so often, put to HTTP requests.
 *
 * An address that is over a limit is answered 429 before the store is asked, so the answer says
 * nothing about what is there; Retry-After names the seconds.
 */
#ifndef SERVER_HTTP_THROTTLE_H
#define SERVER_HTTP_THROTTLE_H

#include "server/http/exchange.h"
#include "server/net/address_book.h"

/* throttle_allows - may the request's client do this?  false: the request was answered. */
bool throttle_allows(exchange *x, address_act what);

/* throttle_count - it did it; also when its connection is gone by now. */
void throttle_count(exchange *x, address_act what);

#endif
