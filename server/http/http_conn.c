#include "server/http/http_conn.h"

#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/http/cors.h"
#include "server/http/http_parse.h"
#include "server/http/who.h"

#include <stdlib.h>

typedef enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_WAITING } phase;

typedef struct http_conn {
    conn base; /* first: a conn pointer is ours */
    http_parse parser;
    exchange *request; /* being read, or waiting for its reply */
    phase phase;
    uint64_t since_ms; /* start of the phase */
    bool in_value;     /* the last header piece was a value */
    bool complete;     /* a whole request was read */
    bool parsing;      /* inside on_rest: a reply given at once must not recurse */
    bool last;         /* no request will follow */
    int refuse;        /* status to refuse the request with; 0: none */
    size_t head_bytes;
    uint8_t *rest; /* received behind the request that waits */
    size_t rest_bytes;
} http_conn;

static http_conn *conn_of(http_parse *p)
{
    return p->data;
}

static exchange *new_request(http_conn *hc, size_t head_bytes_max, size_t body_bytes_max);

static void enter(http_conn *hc, phase to)
{
    hc->phase = to;
    hc->since_ms = loop_now_ms(hc->base.loop);
}

/* -------------------------------------------------------------------------- parser callbacks */

static int refuse(http_conn *hc, int status)
{
    hc->refuse = status;
    return -1;
}

static int on_begin(http_parse *p)
{
    http_conn *hc = conn_of(p);
    const limits *max = &hc->base.loop->app->limits;
    hc->request = new_request(hc, max->header_bytes, max->body_bytes);
    hc->in_value = true;
    hc->complete = false;
    enter(hc, PHASE_HEAD);
    return hc->request != NULL ? 0 : refuse(hc, 503);
}

/* Part of a target, name or value.  They end with NUL here, so none may hold one; http-parser lets
 * it pass in values. */
static int put_head(http_conn *hc, const char *at, size_t n)
{
    if (memchr(at, 0, n) != NULL)
        return refuse(hc, 400);
    buf_put(&hc->request->head, at, n);
    return buf_err(&hc->request->head) == BASE_OK ? 0 : refuse(hc, 431);
}

static int on_target(http_parse *p, const char *at, size_t n)
{
    http_conn *hc = conn_of(p);
    hc->request->target_bytes += (uint32_t)n;
    return put_head(hc, at, n);
}

static header *current_header(exchange *x)
{
    return &x->headers[x->header_count - 1];
}

static int on_field(http_parse *p, const char *at, size_t n)
{
    http_conn *hc = conn_of(p);
    exchange *x = hc->request;
    if (hc->phase == PHASE_BODY)
        return 0; /* a trailer: nothing here asks for one (RFC 9110, 6.5.1) */
    if (hc->in_value) {
        if (x->header_count == LIMIT_HEADER_COUNT)
            return refuse(hc, 431);
        buf_put_u8(&x->head, 0);
        header *h = exchange_new_header(x);
        if (h == NULL)
            return refuse(hc, 503);
        h->name_at = (uint32_t)x->head.len_bytes;
        hc->in_value = false;
    }
    current_header(x)->name_bytes += (uint32_t)n;
    return put_head(hc, at, n);
}

static int on_value(http_parse *p, const char *at, size_t n)
{
    http_conn *hc = conn_of(p);
    exchange *x = hc->request;
    if (hc->phase == PHASE_BODY)
        return 0;
    if (!hc->in_value) {
        buf_put_u8(&x->head, 0);
        current_header(x)->value_at = (uint32_t)x->head.len_bytes;
        hc->in_value = true;
    }
    current_header(x)->value_bytes += (uint32_t)n;
    return put_head(hc, at, n);
}

static method method_of(const http_parse *p)
{
    switch (p->method) {
    case HTTP_GET:
        return METHOD_GET;
    case HTTP_HEAD:
        return METHOD_HEAD;
    case HTTP_POST:
        return METHOD_POST;
    case HTTP_PATCH:
        return METHOD_PATCH;
    case HTTP_DELETE:
        return METHOD_DELETE;
    case HTTP_OPTIONS:
        return METHOD_OPTIONS;
    case HTTP_PUT:
        return METHOD_PUT;
    default:
        return METHOD_OTHER;
    }
}

static int on_head_done(http_parse *p)
{
    http_conn *hc = conn_of(p);
    exchange *x = hc->request;
    buf_put_u8(&x->head, 0);
    if (buf_err(&x->head) != BASE_OK)
        return refuse(hc, 431);
    /* The last header may have had no value at all. */
    for (size_t i = 0; i < x->header_count; i++) {
        if (x->headers[i].value_at == 0)
            x->headers[i].value_at = x->headers[i].name_at + x->headers[i].name_bytes;
    }
    x->method = method_of(p);
    x->http_minor = p->http_minor;
    x->upgrade = p->upgrade != 0;
    const char *length = exchange_header(x, "content-length");
    if (p->http_major != 1)
        return refuse(hc, 400);
    if (x->http_minor >= 1 && exchange_header(x, "host") == NULL)
        return refuse(hc, 400);
    if (length != NULL && strtoull(length, NULL, 10) > hc->base.loop->app->limits.body_bytes)
        return refuse(hc, 413);
    enter(hc, PHASE_BODY);
    const char *expect = exchange_header(x, "expect");
    if (expect != NULL && strcmp(expect, "100-continue") == 0)
        conn_send_static(&hc->base, bytes_of_str("HTTP/1.1 100 Continue\r\n\r\n"));
    return 0;
}

static int on_body(http_parse *p, const char *at, size_t n)
{
    http_conn *hc = conn_of(p);
    buf_put(&hc->request->body, at, n);
    int err = buf_err(&hc->request->body);
    return err == BASE_OK ? 0 : refuse(hc, err == BASE_ELIMIT ? 413 : 503);
}

static int on_done(http_parse *p)
{
    http_conn *hc = conn_of(p);
#ifdef TANDEM_LLHTTP
    hc->request->keep_alive = llhttp_should_keep_alive(p) != 0;
#else
    hc->request->keep_alive = http_should_keep_alive(p) != 0;
#endif
    hc->complete = true;
    return http_parse_stop(p);
}

static const http_parse_settings settings = {
    .on_message_begin = on_begin,
    .on_url = on_target,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_head_done,
    .on_body = on_body,
    .on_message_complete = on_done,
};

/* ----------------------------------------------------------------------------- the bytes --- */

static const char *refusal_text(int status)
{
    switch (status) {
    case 408:
        return "limits header_ms and body_ms: the request took too long";
    case 413:
        return "limit body_bytes: the body is too large";
    case 431:
        return "limit header_bytes: the request line and headers are too large";
    case 503:
        return "out of memory";
    default:
        return "the request is not well-formed HTTP/1.1";
    }
}

static const char *refusal_name(const http_conn *hc, int status)
{
    switch (status) {
    case 408:
        return hc->phase == PHASE_HEAD ? "header_ms" : "body_ms";
    case 413:
        return "body_bytes";
    case 431:
        return "header_bytes";
    case 503:
        return "no_memory";
    default:
        return "malformed";
    }
}

/* Answers a request that could not be read, and closes. */
static void refuse_request(http_conn *hc, int status)
{
    exchange *x = hc->request;
    metrics_refused(&hc->base.loop->metrics, refusal_name(hc, status));
    hc->last = true;
    conn_pause_input(&hc->base);
    if (x == NULL)
        x = new_request(hc, 0, 0);
    hc->request = x;
    if (x == NULL) {
        conn_close(&hc->base);
        return;
    }
    if (!hc->complete && x->header_count > 0 && x->headers[x->header_count - 1].value_at == 0)
        x->header_count--; /* half a header has no value yet */
    buf_put_u8(&x->head, 0);
    x->keep_alive = false;
    enter(hc, PHASE_WAITING);
    cors_add_headers(x);
    exchange_reply_error(x, status, refusal_text(status));
}

static void keep_rest(http_conn *hc, const uint8_t *ptr, size_t n)
{
    free(hc->rest);
    hc->rest = NULL;
    hc->rest_bytes = 0;
    if (n == 0)
        return;
    hc->rest = malloc(n);
    if (hc->rest == NULL) {
        hc->last = true; /* what was pipelined is lost; answer this one and close */
        return;
    }
    memcpy(hc->rest, ptr, n);
    hc->rest_bytes = n;
}

static void dispatch(http_conn *hc)
{
    exchange *x = hc->request;
    enter(hc, PHASE_WAITING);
    if (hc->last || hc->base.loop->draining)
        x->keep_alive = false;
    who_identify(x);
    cors_add_headers(x);
    hc->base.loop->app->answer(x);
}

/* Parses requests out of the bytes until they are used up or one of them has to wait.  A head is
 * read up to its limit and no further, so that how it arrives does not decide whether it passes. */
static void parse(http_conn *hc, const uint8_t *ptr, size_t n)
{
    const size_t head_max = (size_t)hc->base.loop->app->limits.header_bytes;
    while (n > 0 && !hc->base.closed && !hc->last && hc->phase != PHASE_WAITING) {
        bool ok, in_head = hc->phase == PHASE_HEAD || hc->phase == PHASE_IDLE;
        size_t most = in_head ? head_max - hc->head_bytes : n;
        size_t used = http_parse_feed(&hc->parser, &settings, ptr, n < most ? n : most, &ok);
        if (hc->phase == PHASE_HEAD || hc->phase == PHASE_IDLE)
            hc->head_bytes += used;
        if (!ok || hc->head_bytes >= head_max) {
            refuse_request(hc, !ok ? (hc->refuse != 0 ? hc->refuse : 400) : 431);
            return;
        }
        ptr += used;
        n -= used;
        if (hc->complete) {
            keep_rest(hc, ptr, n);
            dispatch(hc);
            return;
        }
    }
}

static void http_input(conn *c, uint8_t *ptr, size_t n)
{
    http_conn *hc = (http_conn *)c;
    if (hc->last)
        return;
    hc->parsing = true;
    parse(hc, ptr, n);
    while (!c->closed && hc->phase == PHASE_IDLE && hc->rest_bytes > 0) {
        uint8_t *rest = hc->rest;
        size_t rest_bytes = hc->rest_bytes;
        hc->rest = NULL;
        hc->rest_bytes = 0;
        parse(hc, rest, rest_bytes);
        free(rest);
    }
    hc->parsing = false;
    if (c->closed)
        return;
    if (hc->phase == PHASE_WAITING)
        conn_pause_input(c);
    else if (!hc->last)
        conn_resume_input(c);
}

/* Has the client hung up, or has it only said all that it had to say?  The same FIN says both.  A
 * client that waits for an answer must take an interim response (RFC 9110, 15.2) and does not mind;
 * the kernel of one that is gone answers it with a reset, which ends the connection. */
static bool http_ended(conn *c)
{
    http_conn *hc = (http_conn *)c;
    if (hc->phase == PHASE_WAITING) {
        conn_pause_input(c);
        if (hc->request->http_minor >= 1 && !hc->request->begun)
            conn_send_static(c, bytes_of_str("HTTP/1.1 100 Continue\r\n\r\n"));
        return true;
    }
    if (c->out.count == 0)
        return false;
    hc->last = true; /* it gets the rest of its answers */
    conn_pause_input(c);
    conn_close_after_writing(c);
    return true;
}

static void on_replied(exchange *x)
{
    http_conn *hc = (http_conn *)x->conn;
    bool keep_alive = x->keep_alive;
    hc->request = NULL;
    hc->complete = false;
    hc->head_bytes = 0;
    enter(hc, PHASE_IDLE);
    if (!keep_alive) {
        hc->last = true;
        conn_close_after_writing(&hc->base);
        return;
    }
    if (hc->parsing)
        return;
    uint8_t none = 0;
    http_input(&hc->base, &none, 0);
}

static exchange *new_request(http_conn *hc, size_t head_bytes_max, size_t body_bytes_max)
{
    static const exchange_ops ops = {.replied = on_replied};
    return exchange_new(hc->base.loop, &hc->base, &ops, head_bytes_max, body_bytes_max);
}

int http_conn_take_socket(exchange *x, uint8_t **rest, size_t *rest_bytes)
{
    http_conn *hc = (http_conn *)x->conn;
    *rest = hc->rest;
    *rest_bytes = hc->rest_bytes;
    hc->rest = NULL;
    hc->request->conn = NULL;
    hc->request = NULL;
    return conn_release_fd(&hc->base);
}

static void http_drained(conn *c)
{
    exchange *x = ((http_conn *)c)->request;
    if (x != NULL && x->begun && x->events != NULL && x->events->drained != NULL)
        x->events->drained(x);
}

/* A request whose answer is due, or under way in pieces. */
static void waiting_tick(http_conn *hc, uint64_t now_ms)
{
    conn *c = &hc->base;
    const exchange *x = hc->request;
    uint64_t since_ms = hc->since_ms;
    if (x->begun && c->out.count > 0) {
        if (now_ms > c->progress_ms + LIMIT_HTTP_WRITE_MS)
            conn_reset(c); /* nobody reads it */
        return;
    }
    if (x->begun)
        since_ms = x->put_ms > c->progress_ms ? x->put_ms : c->progress_ms;
    if (now_ms <= since_ms + LIMIT_REQUEST_WAIT_MS)
        return;
    log_event(LOG_WARN, "request given up", LOG_STR("reason", "no answer in time"));
    if (x->begun)
        conn_reset(c);
    else
        conn_close(c);
}

static void http_tick(conn *c, uint64_t now_ms)
{
    http_conn *hc = (http_conn *)c;
    const limits *max = &c->loop->app->limits;
    uint64_t waited_ms = now_ms > hc->since_ms ? now_ms - hc->since_ms : 0;
    switch (hc->phase) {
    case PHASE_IDLE:
        /* A large reply over a slow line takes its time; one that nobody reads is given up. */
        if (c->out.count > 0 ? now_ms > c->progress_ms + LIMIT_HTTP_WRITE_MS
                             : waited_ms > max->idle_http_ms)
            conn_close(c);
        return;
    case PHASE_HEAD:
        if (waited_ms > max->header_ms)
            refuse_request(hc, 408);
        return;
    case PHASE_BODY:
        if (waited_ms > max->body_ms)
            refuse_request(hc, 408);
        return;
    case PHASE_WAITING:
        waiting_tick(hc, now_ms);
        return;
    }
}

static void http_gone(conn *c)
{
    http_conn *hc = (http_conn *)c;
    metric_add(&c->loop->metrics.http_connections, (uint64_t)-1);
    exchange *x = hc->request;
    hc->request = NULL;
    free(hc->rest);
    hc->rest = NULL;
    if (x == NULL || hc->phase != PHASE_WAITING) {
        exchange_free(x);
        return;
    }
    x->conn = NULL; /* its handler frees it */
    if (x->events != NULL && x->events->gone != NULL)
        x->events->gone(x);
}

static size_t http_held_bytes(const conn *c)
{
    const http_conn *hc = (const http_conn *)c;
    size_t request = hc->request != NULL && hc->phase != PHASE_WAITING
                         ? hc->request->head.cap_bytes + hc->request->body.cap_bytes
                         : 0;
    return outq_held_bytes(&c->out) + hc->rest_bytes + request;
}

static void http_shed(conn *c)
{
    if (http_held_bytes(c) <= c->loop->app->limits.queue_soft_bytes)
        return;
    metrics_refused(&c->loop->metrics, "sockets_bytes");
    conn_close(c);
}

static const conn_ops http_ops = {.input = http_input,
                                  .ended = http_ended,
                                  .drained = http_drained,
                                  .tick = http_tick,
                                  .held_bytes = http_held_bytes,
                                  .shed = http_shed,
                                  .gone = http_gone};

bool http_conn_open(loop *l, int fd, const peer *from)
{
    http_conn *hc = calloc(1, sizeof *hc);
    if (hc == NULL)
        return false;
    http_parse_init(&hc->parser, &settings, hc);
    hc->since_ms = loop_now_ms(l);
    if (!conn_init(&hc->base, l, fd, &http_ops, from)) {
        free(hc);
        return false;
    }
    metric_add(&l->metrics.http_connections, 1);
    return true;
}
