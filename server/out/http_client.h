/* http_client.h - requests of ours to other servers, on a libuv loop: many at once, streamed, each
 * with limits, each to be cancelled at any moment.
 *
 *   http_client *c = http_client_new(&uv, &options);
 *   http_call *call = http_call_start(c, &request, &sink, ctx);   // head, body ..., then done
 *   http_call_cancel(call);                                       // or not, and nothing more comes
 *   http_client_close(c);
 *
 * Everything runs on the loop's thread and nothing in it waits: names are looked up by a thread of
 * libcurl.  Certificates are always verified.  The protocol is HTTP/1.1.
 */
#ifndef SERVER_OUT_HTTP_CLIENT_H
#define SERVER_OUT_HTTP_CLIENT_H

#include "base/bytes.h"

#include <uv.h>

typedef struct http_client http_client;
typedef struct http_call http_call;

typedef struct http_client_options {
    size_t calls_max;            /* at once */
    bool proxy_from_environment; /* http_proxy, https_proxy, no_proxy; false: no proxy at all */
    const char *ca_file;         /* PEM, in place of the system's authorities; NULL: those */
} http_client_options;

typedef struct http_request {
    const char *method;         /* "GET", "POST" */
    const char *url;            /* http: or https: */
    const char *const *headers; /* "Name: value", closed by NULL; NULL: none */
    bytes body;                 /* copied; empty: none */
    uint64_t total_ms;          /* from the start to the last byte, pauses included; 0: no limit */
    uint64_t connect_ms;        /* of it, until the connection and its TLS are there; not 0 */
    uint64_t
        slow_bytes_per_s;    /* fewer than this, on average, for slow_s: given up; pauses do not */
    uint64_t slow_s;         /* count.  0: no such limit */
    uint64_t head_bytes_max; /* headers, of all answers together */
    uint64_t body_bytes_max;
    unsigned
        redirects_max; /* 0: a redirect is an answer like others.  https never goes to http, and
                             * another host gets no Authorization and no Cookie; other headers it
                             * gets. */
} http_request;

typedef enum http_outcome {
    HTTP_DONE,      /* the whole answer was told */
    HTTP_EURL,      /* the URL cannot be used */
    HTTP_ECONNECT,  /* no such host, refused, reset before an answer */
    HTTP_ETLS,      /* no TLS, or a certificate that is not to be trusted */
    HTTP_ETIME,     /* total_ms, connect_ms or slow */
    HTTP_ELIMIT,    /* head_bytes_max or body_bytes_max */
    HTTP_EREDIRECT, /* too many, or to where none may go */
    HTTP_EANSWER,   /* no HTTP, or less of it than was promised */
    HTTP_EMEMORY,
} http_outcome;

/* Of a call.  No member may be NULL.  Each may cancel or pause any call and start others. */
typedef struct http_sink {
    /* The answer's status (the last one's, when redirects are followed): with the first of its
     * body, or just before the end. */
    void (*head)(void *ctx, unsigned status);
    /* The next bytes of the body, borrowed.  After http_call_pause none come until _resume. */
    void (*body)(void *ctx, bytes part);
    /* The end, once, also without a head; `why` is a sentence.  The call is gone afterwards. */
    void (*done)(void *ctx, http_outcome outcome, const char *why);
} http_sink;

/* http_client_new - NULL: no memory, or a libcurl that would look up names on this thread.
 * http_client_close - all calls are cancelled.  The memory goes when the loop has turned. */
http_client *http_client_new(uv_loop_t *loop, const http_client_options *options);
void http_client_close(http_client *c);

/* http_call_start - what `request` refers to is copied.  Returns NULL: calls_max are under way, or
 * no memory; nothing is called.  The sink is not called before this returns. */
http_call *http_call_start(http_client *c, const http_request *request, const http_sink *sink,
                           void *ctx);

/* http_call_cancel - nothing more is told, the connection is closed; `call` is gone. */
void http_call_cancel(http_call *call);

/* http_call_pause - stop reading, so that TCP makes the other side wait.  At most what was read
 * already is kept.  http_call_resume - go on. */
void http_call_pause(http_call *call);
void http_call_resume(http_call *call);

/* http_client_calls - under way. */
size_t http_client_calls(const http_client *c);

#endif
