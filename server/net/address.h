/* address.h - who is on the other side: addresses of peers, trusted proxies, X-Forwarded-For.
 *
 * An address is 16 bytes, IPv4 mapped into IPv6.  Limits go by its key, which of IPv6 is the /64:
 * that is what one customer gets.
 *
 * Behind a reverse proxy every socket comes from the proxy, and the header X-Forwarded-For names
 * the client.  Anybody can send that header, so it is read only when the peer itself is trusted,
 * and only from its right end: each proxy appends the peer that it saw, so the last hop that is no
 * trusted proxy is the last thing that one of ours has seen.  What stands left of it is hearsay.
 */
#ifndef SERVER_NET_ADDRESS_H
#define SERVER_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct address {
    uint8_t octets[16];
} address;

/* address_of - of a peer; all zero when it is neither IPv4 nor IPv6. */
address address_of(const struct sockaddr_storage *addr);

/* address_key - what limits go by. */
address address_key(address a);

/* address_parse - "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80".  false: none. */
bool address_parse(const char *text, size_t len_bytes, address *out);

typedef struct address_net {
    address base;
    unsigned prefix_bits; /* of 128 */
} address_net;

typedef struct address_set {
    address_net *nets;
    size_t count;
} address_set;

/* address_set_parse - a comma-separated list of addresses and networks ("10.0.0.0/8").  Returns
 * NULL, or the first item that is neither (bits of the host part must be zero), or "" when memory
 * lacks.  The zeroed set has nothing in it.  address_set_deinit releases. */
const char *address_set_parse(address_set *s, const char *list);
void address_set_deinit(address_set *s);
bool address_set_has(const address_set *s, address a);

/* address_forwarded - walk one X-Forwarded-For value from its right end.  `*hop` is the peer or the
 * hop that the value to the right ended with, and becomes the farthest one that is believed.
 * Returns whether a further value, to the left, is to be looked at: all hops of this one are
 * trusted proxies. */
bool address_forwarded(const address_set *proxies, const char *value, address *hop);

#endif
