#include "server/ws/ws_upgrade.h"

#include "host/record.h"
#include "server/app/log.h"
#include "server/http/cors.h"
#include "server/http/http_conn.h"
#include "server/http/query.h"
#include "server/http/throttle.h"
#include "server/http/who.h"
#include "server/net/address_book.h"
#include "server/ws/ws_conn.h"
#include "wire/sync.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

bool ws_header_has(const char *value, const char *token)
{
    size_t n = strlen(token);
    while (value != NULL && *value != '\0') {
        value += strspn(value, ", \t");
        size_t item = strcspn(value, ",");
        size_t name = item;
        while (name > 0 && (value[name - 1] == ' ' || value[name - 1] == '\t'))
            name--;
        if (name == n && strncasecmp(value, token, n) == 0)
            return true;
        value += item;
    }
    return false;
}

/* Said once.  Proxies pass on the key of a WebSocket, and drop what asks for one (RFC 9110, 7.6.1)
 * unless they are told to pass it. */
static void warn_of_proxy(void)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&told))
        log_event(LOG_WARN, "a proxy does not pass WebSockets",
                  LOG_STR("reason", "a request for one came without its Upgrade header"),
                  LOG_STR("see", "docs/operations.md, Behind a proxy"));
}

/* false: the request was answered with an error. */
static bool check_handshake(exchange *x, char accept[WS_ACCEPT_CHARS + 1])
{
    const char *version = exchange_header(x, "sec-websocket-version");
    const char *key = exchange_header(x, "sec-websocket-key");
    const char *origin = exchange_header(x, "origin");
    const config *set = &x->loop->app->config;
    x->keep_alive = false;
    if (x->method != METHOD_GET || !x->upgrade || x->http_minor < 1 ||
        !ws_header_has(exchange_header(x, "upgrade"), "websocket")) {
        if (key != NULL && exchange_header(x, "upgrade") == NULL)
            warn_of_proxy();
        exchange_add_header(x, "Upgrade", "websocket");
        exchange_reply_error(x, 426, "this path speaks WebSocket");
        return false;
    }
    if (version == NULL || strcmp(version, "13") != 0) {
        exchange_add_header(x, "Sec-WebSocket-Version", "13");
        exchange_reply_error(x, 426, "WebSocket version 13 is spoken here");
        return false;
    }
    if (key == NULL || ws_accept_key(bytes_of_str(key), accept) != BASE_OK) {
        exchange_reply_error(x, 400, "Sec-WebSocket-Key is missing or not 16 bytes in base64");
        return false;
    }
    if (!role_may(x->who.role, ACT_READ)) {
        metrics_refused(&x->loop->metrics, "role");
        exchange_reply_error(x, 403, "your role does not allow this");
        return false;
    }
    if (origin != NULL && set->check_origin &&
        !cors_origin_allowed(set, origin, exchange_header(x, "host"))) {
        cors_refuse(x);
        return false;
    }
    return true;
}

/* Behind a proxy the WebSocket is counted to the client whom the proxy names.  false: answered. */
static bool check_address(exchange *x, peer *from)
{
    loop *l = x->loop;
    if (!throttle_allows(x, ADDRESS_JOIN) || !throttle_allows(x, ADDRESS_MISS))
        return false;
    *from = x->conn->peer;
    if (from->proxy) {
        from->key = x->who.client;
        from->proxy = false;
        from->counted = address_book_add(l->app->addresses, &from->key, loop_now_ms(l));
        if (!from->counted) {
            metrics_refused(&l->metrics, "sockets_per_address");
            exchange_add_header(x, "Retry-After", "10");
            exchange_reply_error(x, 429,
                                 "limit sockets_per_address: too many connections from here");
            return false;
        }
    }
    throttle_count(x, ADDRESS_JOIN);
    return true;
}

void ws_upgrade(exchange *x)
{
    char accept[WS_ACCEPT_CHARS + 1];
    if (!check_handshake(x, accept))
        return;
    ws_handover *hand = calloc(1, sizeof *hand);
    if (hand == NULL) {
        exchange_reply_error(x, 503, "out of memory");
        return;
    }
    if (!check_address(x, &hand->peer)) {
        free(hand);
        return;
    }
    hand->msg.run = ws_conn_adopt;
    memcpy(hand->accept, accept, sizeof accept);
    hand->tandem_v1 = ws_header_has(exchange_header(x, "sec-websocket-protocol"), SYNC_SUBPROTOCOL);
    hand->known_bad = !room_name_valid(x->param);
    if (!hand->known_bad)
        snprintf(hand->room_id, sizeof hand->room_id, "%.128s", x->param);
    query_get((const char *)x->head.ptr, "name", hand->name, sizeof hand->name);
    hand->author = who_author(x, hand->room_id, &hand->known);
    hand->role = x->who.role;
    hand->fd = http_conn_take_socket(x, &hand->rest, &hand->rest_bytes);
    loop *owner = hand->known_bad ? x->loop : loop_owner(x->loop->app, hand->room_id);
    exchange_free(x);
    loop_post(owner, &hand->msg);
}
