/* http_conn.h - a connection that speaks HTTP/1.1: parses requests one after the other, hands each
 * to the router, and goes on when it was answered.  Pipelined requests wait in order. */
#ifndef SERVER_HTTP_HTTP_CONN_H
#define SERVER_HTTP_HTTP_CONN_H

#include "server/http/exchange.h"
#include "server/net/conn.h"

/* http_conn_open - take over an accepted socket.  false: it is still the caller's. */
bool http_conn_open(loop *l, int fd, const peer *from);

conn *http_conn_base(http_conn *hc);

/* http_conn_replied - the reply of the waiting request is queued. */
void http_conn_replied(http_conn *hc, bool keep_alive);

/* http_conn_take_socket - end the HTTP connection and return its socket, its peer and the bytes
 * that were read behind the request (malloc'ed, `*rest_bytes` may be 0).  `x` stays the caller's.
 */
int http_conn_take_socket(http_conn *hc, peer *from, uint8_t **rest, size_t *rest_bytes);

/* http_conn_client - whom limits of addresses are put to for this request: the peer, or, when that
 * is a trusted proxy, the client that X-Forwarded-For names. */
address http_conn_client(http_conn *hc, const exchange *x);

#endif
