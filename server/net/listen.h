/* listen.h - listening sockets, one for each loop thread (SO_REUSEPORT), and accepting. */
#ifndef SERVER_NET_LISTEN_H
#define SERVER_NET_LISTEN_H

#include "server/net/loop.h"

/* listen_open - `count` sockets on one address.  Port 0 is resolved by the first; `*port` is the
 * real one.  An address that another program listens on is refused, although SO_REUSEPORT alone
 * would share it.  Returns 0 or a negative errno; `fds` then holds nothing open. */
int listen_open(const config *c, int *fds, size_t count, int *port);

/* listen_start - take the listening socket and begin to accept.  listen_stop - on the loop's
 * thread: nobody new, and who is here is told to come back elsewhere. */
bool listen_start(loop *l, int listen_fd);
void listen_stop(loop *l);

#endif
