#include "server/http/exchange.h"

#include <stdlib.h>
#include <strings.h>

#define JSON_TYPE "application/json"

exchange *exchange_new(loop *l, conn *c, const exchange_ops *ops, size_t head_bytes_max,
                       size_t body_bytes_max)
{
    exchange *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->loop = l;
    x->conn = c;
    x->ops = ops;
    /* Names and values get a NUL each on top of what was received. */
    buf_init(&x->head, base_alloc_libc(), head_bytes_max + 2 * LIMIT_HEADER_COUNT + 16);
    buf_init(&x->body, base_alloc_libc(), body_bytes_max);
    buf_init(&x->reply_headers, base_alloc_libc(), 8192);
    return x;
}

void exchange_free(exchange *x)
{
    if (x == NULL)
        return;
    buf_deinit(&x->head);
    buf_deinit(&x->body);
    buf_deinit(&x->reply_headers);
    free(x->headers);
    free(x);
}

header *exchange_new_header(exchange *x)
{
    /* Most requests have few, and many may be under way: grown at each power of two from 8 on. */
    size_t count = x->header_count;
    if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
        header *headers = realloc(x->headers, (count == 0 ? 8 : 2 * count) * sizeof *headers);
        if (headers == NULL)
            return NULL;
        x->headers = headers;
    }
    header *h = &x->headers[x->header_count++];
    *h = (header){0};
    return h;
}

const char *exchange_header(const exchange *x, const char *name)
{
    for (size_t i = 0; i < x->header_count; i++) {
        const header *h = &x->headers[i];
        if (strcasecmp((const char *)x->head.ptr + h->name_at, name) == 0)
            return (const char *)x->head.ptr + h->value_at;
    }
    return NULL;
}

const char *exchange_bearer(const exchange *x)
{
    const char *value = exchange_header(x, "authorization");
    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    return value + 7 + strspn(value + 7, " ");
}

void exchange_add_header(exchange *x, const char *name, const char *value)
{
    buf_put_fmt(&x->reply_headers, "%s: %s\r\n", name, value);
}

void exchange_set_header(exchange *x, const char *name, const char *value)
{
    buf *out = &x->reply_headers;
    size_t name_bytes = strlen(name), kept = 0;
    for (size_t at = 0; at < out->len_bytes;) {
        const uint8_t *line = out->ptr + at;
        size_t n = (size_t)((const uint8_t *)memchr(line, '\n', out->len_bytes - at) - line) + 1;
        bool same = n > name_bytes && line[name_bytes] == ':' &&
                    strncasecmp((const char *)line, name, name_bytes) == 0;
        if (!same) {
            memmove(out->ptr + kept, line, n);
            kept += n;
        }
        at += n;
    }
    out->len_bytes = kept;
    exchange_add_header(x, name, value);
}

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].status == status)
            return known[i].text;
    }
    return status < 500 ? "Error" : "Internal Server Error";
}

#define UNKNOWN_LENGTH SIZE_MAX

static bool wants_body(const exchange *x, int status)
{
    return x->method != METHOD_HEAD && status != 204 && status != 304;
}

static void put_length(const exchange *x, buf *out, int status, size_t body_bytes)
{
    if (status == 204 || status == 304)
        return;
    if (body_bytes != UNKNOWN_LENGTH)
        buf_put_fmt(out, "Content-Length: %zu\r\n", body_bytes);
    else if (x->chunked)
        buf_put_str(out, "Transfer-Encoding: chunked\r\n");
}

/* Writes the head of the reply; returns whether a body may follow. */
static bool send_head(exchange *x, int status, const char *type, size_t body_bytes)
{
    buf out;
    buf_init(&out, base_alloc_libc(), 16384);
    buf_put_fmt(&out, "HTTP/1.1 %d %s\r\n", status, status_text(status));
    if (type != NULL)
        buf_put_fmt(&out, "Content-Type: %s\r\n", type);
    put_length(x, &out, status, body_bytes);
    buf_put_str(&out, "X-Content-Type-Options: nosniff\r\n");
    buf_put_bytes(&out, buf_view(&x->reply_headers));
    if (!x->keep_alive)
        buf_put_str(&out, "Connection: close\r\n");
    else if (x->http_minor == 0)
        buf_put_str(&out, "Connection: keep-alive\r\n");
    buf_put_str(&out, "\r\n");
    if (buf_err(&out) != BASE_OK || buf_err(&x->reply_headers) != BASE_OK) {
        buf_deinit(&out);
        x->keep_alive = false;
        return false;
    }
    size_t len_bytes, cap_bytes;
    uint8_t *head = buf_detach(&out, &len_bytes, &cap_bytes);
    conn_send_heap(x->conn, head, len_bytes);
    return wants_body(x, status);
}

static void finish(exchange *x, int status)
{
    metric_add(&x->loop->metrics.http_requests_total, 1);
    if (status >= 400)
        metric_add(&x->loop->metrics.http_errors_total, 1);
    if (x->conn != NULL)
        x->ops->replied(x);
    exchange_free(x);
}

void exchange_reply_static(exchange *x, int status, const char *type, bytes body)
{
    if (x->conn != NULL && send_head(x, status, type, body.len_bytes))
        conn_send_static(x->conn, body);
    finish(x, status);
}

void exchange_reply_copy(exchange *x, int status, const char *type, bytes body)
{
    if (x->conn != NULL && send_head(x, status, type, body.len_bytes) && body.len_bytes > 0)
        conn_send_copy(x->conn, body.ptr, body.len_bytes);
    finish(x, status);
}

void exchange_reply_heap(exchange *x, int status, const char *type, void *block, size_t len_bytes)
{
    if (x->conn != NULL && send_head(x, status, type, len_bytes) && len_bytes > 0)
        conn_send_heap(x->conn, block, len_bytes);
    else
        free(block);
    finish(x, status);
}

void exchange_reply_json(exchange *x, int status, json_t *json)
{
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (text == NULL) {
        exchange_reply_static(x, 503, JSON_TYPE, bytes_of_str("{\"detail\":\"out of memory\"}"));
        return;
    }
    exchange_reply_heap(x, status, JSON_TYPE, text, strlen(text));
}

void exchange_reply_error(exchange *x, int status, const char *detail)
{
    exchange_reply_json(x, status, json_pack("{s:s}", "detail", detail));
}

void exchange_reply_empty(exchange *x, int status)
{
    exchange_reply_static(x, status, NULL, bytes_of("", 0));
}

/* ------------------------------------------------------------------------------- in pieces --- */

void exchange_watch(exchange *x, const exchange_events *events, void *ctx)
{
    x->events = events;
    x->ctx = ctx;
}

bool exchange_begin(exchange *x, int status, const char *type)
{
    x->begun = true;
    x->status = status;
    x->put_ms = loop_now_ms(x->loop);
    x->chunked = x->http_minor >= 1;
    x->keep_alive = x->keep_alive && x->chunked;
    x->bodiless = x->conn != NULL && !send_head(x, status, type, UNKNOWN_LENGTH);
    return x->conn != NULL && !x->bodiless;
}

bool exchange_put_heap(exchange *x, void *block, size_t len_bytes)
{
    if (x->conn == NULL || x->bodiless || block == NULL) {
        free(block);
        return x->conn != NULL && !x->bodiless;
    }
    x->put_ms = loop_now_ms(x->loop);
    char size[20];
    if (len_bytes == 0) { /* a chunk of no bytes would be the last */
        free(block);
        return true;
    }
    if (x->chunked)
        conn_send_copy(x->conn, size, (size_t)snprintf(size, sizeof size, "%zx\r\n", len_bytes));
    conn_send_heap(x->conn, block, len_bytes);
    if (x->chunked)
        conn_send_static(x->conn, bytes_of_str("\r\n"));
    return true;
}

bool exchange_put(exchange *x, bytes piece)
{
    void *block = malloc(piece.len_bytes + (piece.len_bytes == 0));
    if (block == NULL) {
        x->broken = true; /* with a hole in the middle it must not look whole */
        return false;
    }
    if (piece.len_bytes > 0)
        memcpy(block, piece.ptr, piece.len_bytes);
    return exchange_put_heap(x, block, piece.len_bytes);
}

void exchange_end(exchange *x)
{
    if (x->broken) {
        exchange_abort(x);
        return;
    }
    if (x->conn != NULL && x->chunked && !x->bodiless)
        conn_send_static(x->conn, bytes_of_str("0\r\n\r\n"));
    finish(x, x->status);
}

void exchange_abort(exchange *x)
{
    metric_add(&x->loop->metrics.http_requests_total, 1);
    metric_add(&x->loop->metrics.http_errors_total, 1);
    x->events = NULL;
    if (x->conn != NULL)
        conn_reset(x->conn);
    exchange_free(x);
}
