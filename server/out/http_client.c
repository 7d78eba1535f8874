/* http_client.c - see http_client.h.  libcurl's multi interface, its sockets and its timer on the
 * loop.
 *
 * libcurl may not be entered from inside its own callbacks.  So what a sink asks for is only noted
 * while `inside`, and done by leave(). */
#include "server/out/http_client.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>

#define IDLE_CONNECTIONS_MAX 8 /* kept for the next call to the same server */

struct http_call {
    http_client *client;
    http_call *next, *previous;
    CURL *easy;
    struct curl_slist *headers;
    const http_sink *sink;
    void *ctx;
    uint64_t head_bytes, head_bytes_max, body_bytes, body_bytes_max;
    bool added;  /* to the multi handle */
    bool headed; /* the sink knows the status */
    bool over_limit;
    bool paused; /* as the owner wants it */
    bool held;   /* as libcurl has it */
    bool cancelled;
    char why[CURL_ERROR_SIZE];
};

struct http_client {
    CURLM *multi;
    uv_loop_t *loop;
    uv_timer_t timer;
    http_client_options options;
    char *ca_file;
    http_call *calls;
    size_t call_count; /* that are not cancelled */
    size_t handles;    /* of libuv; the memory goes with the last one */
    unsigned inside;   /* libcurl, or a sink */
    bool closing;
};

typedef struct watched {
    uv_poll_t poll;
    http_client *client;
    curl_socket_t fd;
} watched;

/* ---------------------------------------------------------------------------------- ending --- */

static void free_call(http_call *call)
{
    http_client *c = call->client;
    if (call->added)
        (void)curl_multi_remove_handle(c->multi, call->easy);
    if (call->previous != NULL)
        call->previous->next = call->next;
    else
        c->calls = call->next;
    if (call->next != NULL)
        call->next->previous = call->previous;
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    free(call);
}

static void on_handle_closed(http_client *c)
{
    if (--c->handles == 0) {
        free(c->ca_file);
        free(c);
    }
}

static void on_poll_closed(uv_handle_t *handle)
{
    watched *w = handle->data;
    http_client *c = w->client;
    free(w);
    on_handle_closed(c);
}

static void on_timer_closed(uv_handle_t *handle)
{
    on_handle_closed(handle->data);
}

static http_outcome outcome_of(const http_call *call, CURLcode code)
{
    if (call->over_limit)
        return HTTP_ELIMIT;
    switch (code) {
    case CURLE_OK:
        return HTTP_DONE;
    case CURLE_URL_MALFORMAT:
        return HTTP_EURL;
    case CURLE_UNSUPPORTED_PROTOCOL: { /* of a redirect, of the answer (HTTP/0.9), of the request */
        long hops = 0, sent_bytes = 0;
        (void)curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_COUNT, &hops);
        (void)curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
        return hops > 0 ? HTTP_EREDIRECT : sent_bytes > 0 ? HTTP_EANSWER : HTTP_EURL;
    }
    case CURLE_TOO_MANY_REDIRECTS:
        return HTTP_EREDIRECT;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_ETIME;
    case CURLE_FILESIZE_EXCEEDED:
        return HTTP_ELIMIT;
    case CURLE_OUT_OF_MEMORY:
        return HTTP_EMEMORY;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
        return HTTP_ECONNECT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return HTTP_ETLS;
    default:
        return call->head_bytes == 0 && code == CURLE_RECV_ERROR ? HTTP_ECONNECT : HTTP_EANSWER;
    }
}

static void tell_head(http_call *call)
{
    long status = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->headed = true;
    call->sink->head(call->ctx, (unsigned)status);
}

static void tell_end(http_call *call, CURLcode code)
{
    char why[CURL_ERROR_SIZE];
    const http_sink *sink = call->sink;
    void *ctx = call->ctx;
    http_outcome outcome = outcome_of(call, code);
    if (outcome == HTTP_DONE && !call->headed)
        tell_head(call); /* an answer without a body */
    if (call->cancelled)
        return; /* by the sink; it is freed on the way out */
    if (call->over_limit)
        snprintf(why, sizeof why, "the answer is larger than allowed");
    else
        snprintf(why, sizeof why, "%s",
                 call->why[0] != '\0' ? call->why : curl_easy_strerror(code));
    call->client->call_count--;
    free_call(call);
    sink->done(ctx, outcome, why);
}

/* ---------------------------------------------------------------------- in and out of curl --- */

/* One thing that was noted; true: there was one. */
static bool do_noted(http_client *c)
{
    for (http_call *call = c->calls; call != NULL; call = call->next) {
        if (call->cancelled) {
            free_call(call);
            return true;
        }
        if (!call->added) {
            call->added = true;
            if (curl_multi_add_handle(c->multi, call->easy) != CURLM_OK) {
                call->added = false;
                tell_end(call, CURLE_OUT_OF_MEMORY);
            }
            return true;
        }
        if (call->held != call->paused) {
            call->held = call->paused;
            (void)curl_easy_pause(call->easy, call->paused ? CURLPAUSE_RECV : CURLPAUSE_CONT);
            return true;
        }
    }
    return false;
}

static bool tell_one_end(http_client *c)
{
    int left;
    const CURLMsg *msg = curl_multi_info_read(c->multi, &left);
    if (msg == NULL)
        return false;
    http_call *call;
    if (msg->msg == CURLMSG_DONE &&
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call) == CURLE_OK &&
        !call->cancelled)
        tell_end(call, msg->data.result);
    return true;
}

static void enter(http_client *c)
{
    c->inside++;
}

static void leave(http_client *c)
{
    while (c->inside == 1 && !c->closing && (do_noted(c) || tell_one_end(c)))
        continue;
    c->inside--;
    if (c->inside == 0 && c->closing) {
        c->closing = false;
        http_client_close(c);
    }
}

static void act(http_client *c, curl_socket_t fd, int events)
{
    int running;
    enter(c);
    (void)curl_multi_socket_action(c->multi, fd, events, &running);
    leave(c);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    const watched *w = poll->data;
    /* After an error of the socket libcurl reads it itself, and says which it is. */
    int bits = status < 0 ? CURL_CSELECT_IN | CURL_CSELECT_OUT : 0;
    bits |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    bits |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(w->client, w->fd, bits);
}

static void on_timeout(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    http_client *c = ctx;
    (void)multi;
    if (timeout_ms < 0)
        return uv_timer_stop(&c->timer);
    return uv_timer_start(&c->timer, on_timeout, (uint64_t)timeout_ms, 0);
}

static int watch(CURL *easy, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    http_client *c = ctx;
    watched *w = of_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w != NULL) {
            (void)uv_poll_stop(&w->poll);
            uv_close((uv_handle_t *)&w->poll, on_poll_closed);
        }
        return 0;
    }
    if (w == NULL) {
        w = calloc(1, sizeof *w);
        if (w == NULL || uv_poll_init_socket(c->loop, &w->poll, fd) != 0) {
            free(w);
            return -1;
        }
        w->poll.data = w;
        w->client = c;
        w->fd = fd;
        c->handles++;
        (void)curl_multi_assign(c->multi, fd, w);
    }
    int events =
        (what != CURL_POLL_OUT ? UV_READABLE : 0) | (what != CURL_POLL_IN ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, events, on_ready);
}

/* -------------------------------------------------------------------------- what curl tells --- */

static size_t over_limit(http_call *call)
{
    call->over_limit = true;
    return 0;
}

static size_t on_header(char *ptr, size_t size, size_t count, void *ctx)
{
    http_call *call = ctx;
    size_t n = size * count;
    (void)ptr;
    call->head_bytes += n;
    return call->head_bytes > call->head_bytes_max ? over_limit(call) : n;
}

/* Returns less than it got, and curl gives the transfer up. */
static size_t on_body(char *ptr, size_t size, size_t count, void *ctx)
{
    http_call *call = ctx;
    size_t n = size * count;
    if (call->cancelled)
        return 0;
    if (call->paused) {
        call->held = true;
        return CURL_WRITEFUNC_PAUSE; /* and gives the same again */
    }
    call->body_bytes += n;
    if (call->body_bytes > call->body_bytes_max)
        return over_limit(call);
    if (!call->headed)
        tell_head(call);
    if (!call->cancelled)
        call->sink->body(call->ctx, bytes_of(ptr, n));
    return call->cancelled ? 0 : n;
}

static int on_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)ctx;
    (void)purpose;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

/* --------------------------------------------------------------------------------- requests --- */

static bool set_headers(http_call *call, const char *const *headers)
{
    static const char *const none[] = {NULL};
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no word in between */
    for (headers = headers != NULL ? headers : none; list != NULL && *headers != NULL; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (longer == NULL)
            curl_slist_free_all(list);
        list = longer;
    }
    call->headers = list;
    return list != NULL && curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, list) == CURLE_OK;
}

static const void *text_of(bytes s)
{
    return s.len_bytes > 0 ? s.ptr : (const uint8_t *)"";
}

static bool set_what(http_call *call, const http_request *r)
{
    CURL *e = call->easy;
    bool is_post = strcmp(r->method, "POST") == 0, has_body = is_post || r->body.len_bytes > 0;
    bool ok = curl_easy_setopt(e, CURLOPT_URL, r->url) == CURLE_OK && set_headers(call, r->headers);
    if (ok && has_body)
        ok = curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len_bytes) ==
                 CURLE_OK &&
             curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, text_of(r->body)) == CURLE_OK;
    /* GET and POST stay curl's own, so that what follows a redirect is right. */
    if (ok && !is_post && (has_body || strcmp(r->method, "GET") != 0))
        ok = curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK;
    if (ok && strcmp(r->method, "HEAD") == 0)
        ok = curl_easy_setopt(e, CURLOPT_NOBODY, 1L) == CURLE_OK;
    return ok;
}

static long to_long(uint64_t n)
{
    return n > INT32_MAX ? INT32_MAX : (long)n;
}

static bool set_limits(http_call *call, const http_request *r)
{
    CURL *e = call->easy;
    call->head_bytes_max = r->head_bytes_max;
    call->body_bytes_max = r->body_bytes_max;
    return curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, to_long(r->total_ms)) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, to_long(r->connect_ms)) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, to_long(r->slow_bytes_per_s)) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, to_long(r->slow_s)) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->body_bytes_max) ==
               CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, r->redirects_max > 0 ? 1L : 0L) ==
               CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)r->redirects_max) == CURLE_OK;
}

static bool set_manners(http_call *call, const http_request *r)
{
    CURL *e = call->easy;
    const http_client_options *o = &call->client->options;
    const char *redirect_to = strncasecmp(r->url, "https:", 6) == 0 ? "https" : "http,https";
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, redirect_to) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_USERAGENT, "tandem/" TANDEM_VERSION) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (o->ca_file == NULL || curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file) == CURLE_OK) &&
           (o->proxy_from_environment || curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK) &&
           curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           /* A call that is cancelled does not wait for the thread that looks up its name. */
           curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SOCKOPTFUNCTION, on_socket) == CURLE_OK;
}

static bool set_callbacks(http_call *call)
{
    CURL *e = call->easy;
    return curl_easy_setopt(e, CURLOPT_PRIVATE, call) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ERRORBUFFER, call->why) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERDATA, call) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEDATA, call) == CURLE_OK;
}

/* Nothing is called before the caller has its answer: the loop begins it. */
http_call *http_call_start(http_client *c, const http_request *request, const http_sink *sink,
                           void *ctx)
{
    if (c->closing || c->call_count >= c->options.calls_max)
        return NULL;
    http_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    *call = (http_call){.client = c, .sink = sink, .ctx = ctx, .next = c->calls};
    if (c->calls != NULL)
        c->calls->previous = call;
    c->calls = call;
    call->easy = curl_easy_init();
    if (call->easy == NULL || !set_callbacks(call) || !set_what(call, request) ||
        !set_limits(call, request) || !set_manners(call, request)) {
        free_call(call);
        return NULL;
    }
    c->call_count++;
    if (c->inside == 0)
        (void)uv_timer_start(&c->timer, on_timeout, 0, 0);
    return call;
}

/* ------------------------------------------------------------------------------- the owner --- */

void http_call_cancel(http_call *call)
{
    http_client *c = call->client;
    if (call->cancelled)
        return;
    call->cancelled = true;
    c->call_count--;
    enter(c);
    leave(c);
}

static void set_paused(http_call *call, bool paused)
{
    http_client *c = call->client;
    call->paused = paused;
    enter(c);
    leave(c);
}

void http_call_pause(http_call *call)
{
    set_paused(call, true);
}

void http_call_resume(http_call *call)
{
    set_paused(call, false);
}

size_t http_client_calls(const http_client *c)
{
    return c->call_count;
}

/* ------------------------------------------------------------------------------ the client --- */

static bool library_is_good;

static void begin_library(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    library_is_good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
                      (info->features & CURL_VERSION_ASYNCHDNS) != 0 &&
                      (info->features & CURL_VERSION_SSL) != 0;
}

static bool set_multi(http_client *c)
{
    CURLM *m = c->multi;
    return curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, watch) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_SOCKETDATA, c) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, set_timer) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_TIMERDATA, c) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX) == CURLM_OK;
}

http_client *http_client_new(uv_loop_t *loop, const http_client_options *options)
{
    static uv_once_t once = UV_ONCE_INIT;
    uv_once(&once, begin_library);
    http_client *c = library_is_good ? calloc(1, sizeof *c) : NULL;
    if (c == NULL)
        return NULL;
    c->loop = loop;
    c->options = *options;
    c->ca_file = options->ca_file != NULL ? strdup(options->ca_file) : NULL;
    c->options.ca_file = c->ca_file;
    c->multi = curl_multi_init();
    if (c->multi == NULL || (options->ca_file != NULL && c->ca_file == NULL) || !set_multi(c) ||
        uv_timer_init(loop, &c->timer) != 0) {
        (void)curl_multi_cleanup(c->multi);
        free(c->ca_file);
        free(c);
        return NULL;
    }
    c->timer.data = c;
    c->handles = 1;
    return c;
}

void http_client_close(http_client *c)
{
    if (c->inside > 0) {
        for (http_call *call = c->calls; call != NULL; call = call->next)
            call->cancelled = true; /* nothing more is told */
        c->closing = true;
        return;
    }
    c->inside++; /* what curl says on the way does not begin anything */
    for (http_call *call = c->calls, *next; call != NULL; call = next) {
        next = call->next;
        free_call(call);
    }
    (void)curl_multi_cleanup(c->multi);
    uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}
