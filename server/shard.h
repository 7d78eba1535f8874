/* shard.h - one thread of the server: a loop, its listening socket, its connections and the rooms
 * that it owns. */
#ifndef SERVER_SHARD_H
#define SERVER_SHARD_H

#include "server/net/loop.h"

/* shard_init - before the thread starts; takes the listening socket.  shard_run - the thread, given
 * the loop.  shard_deinit - when all threads have ended and the store is closed: rows on their way
 * to it borrow from rooms. */
bool shard_init(loop *l, app *a, size_t index, int listen_fd);
void shard_run(void *loop_arg);
void shard_deinit(loop *l);

#endif
