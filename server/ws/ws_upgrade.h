/* ws_upgrade.h - the WebSocket handshake (RFC 6455, section 4.2): checks the request and hands the
 * socket to the thread that owns the room. */
#ifndef SERVER_WS_WS_UPGRADE_H
#define SERVER_WS_WS_UPGRADE_H

#include "server/http/exchange.h"

void ws_upgrade(exchange *x);

/* ws_header_has - is `token` one of a comma-separated header's, whatever its case?  For tests. */
bool ws_header_has(const char *value, const char *token);

#endif
