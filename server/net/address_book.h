/* address_book.h - what each peer address has open and how fast it asks, for all threads.
 *
 * Memory is bounded: an address is remembered while it has sockets open, which are counted, and
 * beyond that only as long as the book has room; the one that is forgotten then has been quiet for
 * the longest.  The table is keyed by a secret, so that nobody can choose addresses that collide.
 */
#ifndef SERVER_NET_ADDRESS_BOOK_H
#define SERVER_NET_ADDRESS_BOOK_H

#include "base/meter.h"
#include "room/limits.h"
#include "server/net/address.h"

typedef struct address_book address_book;

/* What an address may do only so often; the limits of the same names. */
typedef enum address_act {
    ADDRESS_JOIN, /* joins_per_minute */
    ADDRESS_MISS, /* misses_per_minute */
    ADDRESS_ROOM, /* rooms_per_minute */
    ADDRESS_ACTS,
} address_act;

/* address_book_new - `sockets_max` is how many sockets the process may have open; 0: no limit.  Of
 * `max` those of addresses are copied.  NULL: no memory. */
address_book *address_book_new(const limits *max, size_t sockets_max);
void address_book_free(address_book *b);

/* address_book_full - does the process have as many sockets as it may?
 * address_book_sockets - how many it has.  address_book_remembered - how many addresses there are
 * in the book; O(book). */
bool address_book_full(address_book *b);
size_t address_book_sockets(address_book *b);
size_t address_book_remembered(address_book *b);

/* address_book_open / close - one socket more or less of the process.
 * address_book_add / remove - one socket more or less of the address.  add returns false when it
 * has as many as sockets_per_address (or memory lacks): it was not added. */
void address_book_open(address_book *b);
void address_book_close(address_book *b);
bool address_book_add(address_book *b, const address *key, uint64_t now_ms);
void address_book_remove(address_book *b, const address *key);

/* address_book_wait_ms - how long the address must wait before it may do this; 0: it may now.
 * Nothing is counted.  address_book_count - it did it.  The two are apart because a lookup becomes
 * a miss only after the store was asked; what was under way by then makes no debt. */
uint64_t address_book_wait_ms(address_book *b, const address *key, address_act act,
                              uint64_t now_ms);
void address_book_count(address_book *b, const address *key, address_act act, uint64_t now_ms);

#endif
