/* http_conn.h - a connection that speaks HTTP/1.1: parses requests one after the other, hands each
 * to app->answer, and goes on when it was answered.  Pipelined requests wait in order. */
#ifndef SERVER_HTTP_HTTP_CONN_H
#define SERVER_HTTP_HTTP_CONN_H

#include "server/http/exchange.h"
#include "server/net/conn.h"

/* http_conn_open - take over an accepted socket.  false: it is still the caller's. */
bool http_conn_open(loop *l, int fd, const peer *from);

/* http_conn_take_socket - end the HTTP connection that `x` waits on and return its socket, and the
 * bytes that were read behind the request (malloc'ed, `*rest_bytes` may be 0).  `x` stays the
 * caller's. */
int http_conn_take_socket(exchange *x, uint8_t **rest, size_t *rest_bytes);

#endif
