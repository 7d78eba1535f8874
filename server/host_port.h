/* host_port.h - the rooms of a loop thread, with libuv, sockets and the store thread behind them.
 */
#ifndef SERVER_HOST_PORT_H
#define SERVER_HOST_PORT_H

#include "host/host.h"
#include "server/net/loop.h"

/* host_port_new - the host of this loop, to be kept in l->rooms; NULL: no memory. */
room_host *host_port_new(loop *l);

#endif
