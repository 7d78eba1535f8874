/* drain.h - leaving without loss: stop accepting, flush the commit, send the last acks, close every
 * WebSocket with 1012, end the loops; at most LIMIT_SHUTDOWN_MS. */
#ifndef SERVER_DRAIN_H
#define SERVER_DRAIN_H

#include "server/app/app.h"

/* drain_begin - from any thread, once.  Each loop stops by itself. */
void drain_begin(app *a);

#endif
