/* address_count.h - open sockets by peer address, for all threads; loopback is not counted. */
#ifndef SERVER_ADDRESS_COUNT_H
#define SERVER_ADDRESS_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct address_count address_count;

/* IPv4 as the address mapped into IPv6; of IPv6 the /64, which is what one customer gets. */
typedef struct address_key {
    uint8_t octets[16];
    bool exempt;
} address_key;

address_key address_key_of(const struct sockaddr_storage *addr);

/* address_count_new - `max` sockets for each address; 0: no limit.  NULL: no memory. */
address_count *address_count_new(size_t max);
void address_count_free(address_count *a);

/* address_count_add - false: the address has as many as it may.  remove - once for each add. */
bool address_count_add(address_count *a, const address_key *key);
void address_count_remove(address_count *a, const address_key *key);

#endif
