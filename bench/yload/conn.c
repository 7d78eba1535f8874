/* conn.c - one connection: its socket, the upgrade, frames and messages. */
#include "yload.h"

#include "base/varint.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_BYTES (1 << 20)
#define MESSAGE_BYTES_MAX (256 << 20)

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static stats *stats_of(const conn *c)
{
    return &c->loader->stats;
}

static const endpoint *url_of(const conn *c)
{
    return &opt.urls[c->index % (uint32_t)opt.url_count];
}

void conn_close(conn *c)
{
    if (c->fd >= 0) {
        struct linger reset = {1, 0};
        if (opt.rst)
            (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(c->fd);
    }
    if (c->state == CONN_DIALLING || c->state == CONN_UPGRADING)
        c->loader->dialling--;
    if (c->state == CONN_SYNCED)
        atomic_fetch_sub_explicit(&c->loader->synced, 1, memory_order_relaxed);
    c->fd = -1;
    c->state = CONN_CLOSED;
    c->authorised = false;
    c->sent_bytes = 0;
    client_session_closed(&c->session);
    buf_deinit(&c->head);
    buf_deinit(&c->unsent);
    ws_decoder_deinit(&c->in);
}

static void drop(conn *c, const char *why)
{
    stats *s = stats_of(c);
    bool was_open = c->state == CONN_OPEN || c->state == CONN_SYNCED;
    if (c->visit != NULL) {
        snprintf(c->visit->fault, sizeof c->visit->fault, "%s", why);
    } else {
        if (!opt.quiet && counted(&s->n[N_CLOSED]) < 5)
            fprintf(stderr, "yload: connection %u of room %u dropped: %s\n", c->index, c->room,
                    why);
        count(&s->n[was_open ? N_CLOSED : N_REFUSED], 1);
    }
    conn_close(c);
}

/* --------------------------------------------------------------------------------- sending --- */

static void watch(conn *c, bool writing)
{
    struct epoll_event e = {.events = EPOLLIN | (writing ? EPOLLOUT : 0u), .data.ptr = c};
    (void)epoll_ctl(c->loader->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void send_bytes(conn *c, bytes s)
{
    if (c->fd < 0)
        return;
    count(&stats_of(c)->n[N_BYTES_OUT], s.len_bytes);
    if (c->unsent.len_bytes == 0) {
        ssize_t n = send(c->fd, s.ptr, s.len_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n == (ssize_t)s.len_bytes)
            return;
        if (n < 0 && errno != EAGAIN) {
            drop(c, strerror(errno));
            return;
        }
        size_t sent = n > 0 ? (size_t)n : 0;
        s = bytes_of(s.ptr + sent, s.len_bytes - sent);
        watch(c, true);
    }
    buf_put_bytes(&c->unsent, s);
    if (buf_err(&c->unsent) != BASE_OK)
        die("out of memory");
}

static void flush(conn *c)
{
    while (c->sent_bytes < c->unsent.len_bytes) {
        ssize_t n = send(c->fd, c->unsent.ptr + c->sent_bytes, c->unsent.len_bytes - c->sent_bytes,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            drop(c, strerror(errno));
            return;
        }
        c->sent_bytes += (size_t)n;
    }
    c->sent_bytes = 0;
    buf_deinit(&c->unsent);
    watch(c, false);
}

void conn_send(conn *c, unsigned opcode, bytes payload)
{
    loader *l = c->loader;
    uint64_t mask = lot(l);
    buf_clear(&l->frame);
    ws_frame_put(&l->frame, opcode, payload, (bytes){NULL, 0}, (const uint8_t *)&mask);
    send_bytes(c, buf_view(&l->frame));
}

/* Hocuspocus puts the document's name before each message. */
static void begin_message(conn *c)
{
    char name[128];
    buf *b = &c->loader->message;
    buf_clear(b);
    if (opt.dialect == DIALECT_HOCUS) {
        room_name(c->room, name);
        buf_put_varstring(b, bytes_of_str(name));
    }
}

void conn_say(conn *c, const sync_msg *msg)
{
    begin_message(c);
    sync_put(&c->loader->message, msg);
    conn_send(c, WS_OP_BINARY, buf_view(&c->loader->message));
}

static void authorise(conn *c)
{
    buf *b = &c->loader->message;
    begin_message(c);
    buf_put_varuint(b, 2);
    buf_put_varuint(b, 0);
    buf_put_varstring(b, bytes_of_str(opt.token));
    buf_put_varstring(b, bytes_of_str("4.0.0"));
    conn_send(c, WS_OP_BINARY, buf_view(b));
}

/* ---------------------------------------------------------------------- the session's port --- */

static void on_send(void *ctx, const sync_msg *msg)
{
    conn *c = ctx;
    if (c->due_ns != NULL && (msg->tag == SYNC_STEP2 || msg->tag == SYNC_UPDATE)) {
        count(&stats_of(c)->n[N_FRAMES], 1);
        c->due_ns[c->session.frames & (uint64_t)(opt.ring - 1)] =
            c->loader->due_ns > 0 ? c->loader->due_ns : now_ns();
    }
    conn_say(c, msg);
}

static int state_vector(void *ctx, buf *out)
{
    put_state_vector(out, ctx);
    return 0;
}

static int encode_since(void *ctx, bytes sv, buf *out)
{
    put_lacking(out, ctx, sv);
    return 0;
}

static void synced(conn *c)
{
    stats *s = stats_of(c);
    loader *l = c->loader;
    if (c->state != CONN_OPEN)
        return;
    c->state = CONN_SYNCED;
    hist_add(&s->h[H_SYNC], l->now_ns - c->dialled_ns);
    if (l->dropped_ns > 0)
        hist_add(&s->h[H_BACK], l->now_ns - l->dropped_ns);
    atomic_fetch_add_explicit(&l->synced, 1, memory_order_relaxed);
}

/* true: the visit has what it came for. */
static bool visited(conn *c, sync_tag tag, bytes update)
{
    visit *v = c->visit;
    v->synced_ns = c->loader->now_ns - c->dialled_ns;
    if (!v->later || tag != SYNC_STEP2) {
        v->units += update_units(update);
    } else {
        const uint8_t *input = c->loader->input;
        v->document = update;
        if (update.ptr >= input && update.ptr < input + INPUT_BYTES) { /* others read there, too */
            buf_put_bytes(&v->copy, update);
            v->document = buf_view(&v->copy);
        }
    }
    if (v->push.len_bytes > 0)
        conn_say(c, &(sync_msg){.tag = SYNC_UPDATE, .body = v->push});
    return v->push.len_bytes > 0 || (tag == SYNC_STEP2 && (v->later || v->target == 0)) ||
           (v->target > 0 && v->units >= v->target);
}

static int on_apply(void *ctx, sync_tag tag, bytes update)
{
    conn *c = ctx;
    if (c->visit != NULL) {
        c->visit->done = c->visit->done || visited(c, tag, update);
        return 0;
    }
    on_update(c, update);
    if (tag == SYNC_STEP2)
        synced(c);
    return 0;
}

static void put_own(void *ctx, client_presence which, buf *out)
{
    conn *c = ctx;
    if (opt.aware == 0 || c->visit != NULL)
        return;
    if (which == CLIENT_PRESENCE_NEWER && ++c->shown > 0 && c->writer != NULL)
        c->writer->aware_due_ns[c->shown & (uint32_t)(opt.ring - 1)] = 0;
    put_presence(out, c, c->shown, 0);
}

static void on_others(void *ctx, bytes update)
{
    const conn *c = ctx;
    if (c->visit == NULL)
        on_presence(ctx, update);
}

static bool on_welcome(void *ctx, const client_hello *hello)
{
    (void)ctx;
    (void)hello;
    return true;
}

static void on_event(void *ctx, bytes json)
{
    (void)ctx;
    (void)json;
}

static void on_acked(void *ctx, uint64_t frames)
{
    conn *c = ctx;
    loader *l = c->loader;
    for (; c->due_ns != NULL && c->acked < frames;) {
        uint64_t due_ns = c->due_ns[++c->acked & (uint64_t)(opt.ring - 1)];
        hist_add(&l->stats.h[H_ACK], l->now_ns > due_ns ? l->now_ns - due_ns : 0);
    }
}

static void on_denied(void *ctx, bytes reason)
{
    (void)reason;
    count(&stats_of(ctx)->n[N_ERRORS], 1);
}

static void on_end(void *ctx, client_end why)
{
    conn *c = ctx;
    count(&stats_of(c)->n[N_ERRORS], 1);
    drop(c, client_end_text(why));
}

static const client_port port = {on_send,  state_vector, encode_since, on_apply,
                                 put_own,  on_others,    on_welcome,   on_event,
                                 on_acked, on_denied,    on_end};

/* ------------------------------------------------------------------------------- receiving --- */

static void on_open(conn *c, bool agreed)
{
    loader *l = c->loader;
    bool tandem = agreed && strcmp(opt.subproto, SYNC_SUBPROTOCOL) == 0;
    c->state = CONN_OPEN;
    l->dialling--;
    hist_add(&l->stats.h[H_UPGRADE], l->now_ns - c->dialled_ns);
    if (c->visit != NULL)
        c->visit->upgraded_ns = l->now_ns - c->dialled_ns;
    if (opt.acks && !tandem)
        drop(c, "the server does not speak tandem.v1");
    else if (opt.dialect == DIALECT_HOCUS)
        authorise(c);
    else if (opt.dialect == DIALECT_Y)
        client_session_opened(&c->session, tandem ? CLIENT_TANDEM_V1 : CLIENT_PLAIN,
                              (int64_t)(l->now_ns / 1000));
    else
        synced(c);
}

static void on_json(conn *c, bytes text)
{
    const char *mark = text.len_bytes > 0 ? memmem(text.ptr, text.len_bytes, "\"m\":\"", 5) : NULL;
    char number[48];
    if (mark == NULL)
        return;
    snprintf(number, sizeof number, "%.*s",
             (int)(text.len_bytes - (size_t)(mark + 5 - (const char *)text.ptr)), mark + 5);
    char *end;
    uint64_t id = strtoull(number, &end, 10), clock = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
    buf *b = &c->loader->update; /* as an update, of collected structs */
    buf_clear(b);
    buf_put_u8(b, 1);
    buf_put_u8(b, 1);
    buf_put_varuint(b, id);
    buf_put_varuint(b, clock);
    buf_put(b, "\0\1\0", 3);
    if (*end == ':')
        on_update(c, buf_view(b));
}

/* Its own message types are turned into those of the protocol. */
static void on_hocus(conn *c, bytes message)
{
    loader *l = c->loader;
    reader r = reader_of(message);
    bytes name;
    uint64_t type, word = 0;
    if (reader_varbytes(&r, &name) != BASE_OK || r.pos == r.end) {
        count(&l->stats.n[N_ERRORS], 1);
        return;
    }
    bytes rest = bytes_of(r.pos, reader_left(&r));
    if (reader_varuint(&r, &type) != BASE_OK || (type == 2 && reader_varuint(&r, &word) != BASE_OK))
        return;
    if (type == 2 && word != 2) {
        drop(c, "permission denied");
    } else if (type == 2 && !c->authorised) {
        c->authorised = true;
        client_session_opened(&c->session, CLIENT_PLAIN, (int64_t)(l->now_ns / 1000));
    } else if (type == 4) { /* an answer to step 1 */
        buf_clear(&l->update);
        buf_put_u8(&l->update, 0);
        buf_put(&l->update, r.pos, reader_left(&r));
        client_session_message(&c->session, buf_view(&l->update), 0);
    } else if (type < 2 || type == 3) {
        client_session_message(&c->session, rest, 0);
    }
}

static void on_message(conn *c, const ws_event *ev)
{
    loader *l = c->loader;
    sync_msg msg;
    count(&l->stats.n[N_MESSAGES], 1);
    if (c->visit != NULL)
        c->visit->frames++;
    if (opt.dialect == DIALECT_JSON)
        on_json(c, ev->data);
    else if (ev->is_text)
        count(&l->stats.n[N_ERRORS], 1);
    else if (opt.dialect == DIALECT_HOCUS)
        on_hocus(c, ev->data);
    else if (opt.dialect == DIALECT_Y)
        client_session_message(&c->session, ev->data, (int64_t)(l->now_ns / 1000));
    else if (sync_decode(ev->data, &msg) == BASE_OK && msg.tag == SYNC_UPDATE)
        on_update(c, msg.body);
}

static void on_frame(conn *c, const ws_event *ev)
{
    char why[64];
    c->loader->now_ns = now_ns();
    if (ev->tag == WS_EVENT_PING) {
        conn_send(c, WS_OP_PONG, ev->data);
    } else if (ev->tag == WS_EVENT_CLOSE) {
        snprintf(why, sizeof why, "server closed (code %u)", ev->close_code);
        drop(c, why);
    } else if (ev->tag == WS_EVENT_MESSAGE) {
        on_message(c, ev);
    }
}

static ws_request request_of(const conn *c, char target[512], char headers[512])
{
    char name[128];
    const endpoint *url = url_of(c);
    room_name(c->room, name);
    snprintf(target, 512, "%s%s%s", url->prefix, name, opt.query);
    snprintf(headers, 512, "Origin: http://%s\r\n%s%s%s", url->host,
             opt.cookie != NULL ? "Cookie: " : "", opt.cookie != NULL ? opt.cookie : "",
             opt.cookie != NULL ? "\r\n" : "");
    ws_request r = {.host = bytes_of_str(url->host),
                    .target = bytes_of_str(target),
                    .subprotocol = bytes_of_str(opt.subproto != NULL ? opt.subproto : ""),
                    .headers = bytes_of_str(headers)};
    memcpy(r.nonce, c->nonce, sizeof r.nonce);
    return r;
}

/* How much of the new bytes belongs to the head; all of them while it is not there. */
static size_t on_head(conn *c, const uint8_t *ptr, size_t len_bytes)
{
    char target[512], headers[512], why[64];
    ws_request request = request_of(c, target, headers);
    ws_response res;
    size_t before = c->head.len_bytes;
    buf_put(&c->head, ptr, len_bytes);
    if (ws_response_decode(buf_view(&c->head), &request, &res) != BASE_OK) {
        snprintf(why, sizeof why, "status %u: %s", res.status, res.reason);
        drop(c, why);
        return len_bytes;
    }
    if (res.used_bytes == 0)
        return len_bytes;
    buf_deinit(&c->head);
    on_open(c, res.agreed);
    return res.used_bytes - before;
}

static bool is_done(const conn *c)
{
    return c->visit != NULL && c->visit->done;
}

static void on_bytes(conn *c, uint8_t *ptr, size_t len_bytes)
{
    size_t at = 0;
    if (c->state == CONN_UPGRADING)
        at = on_head(c, ptr, len_bytes);
    if (c->visit != NULL)
        c->visit->bytes += len_bytes - at;
    while (at < len_bytes && c->fd >= 0 && !is_done(c)) {
        ws_event ev;
        size_t used;
        if (ws_decoder_feed(&c->in, ptr + at, len_bytes - at, &used, &ev) != BASE_OK)
            drop(c, ev.reason);
        else if (ev.tag != WS_EVENT_NONE)
            on_frame(c, &ev);
        at += used;
    }
}

static void on_readable(conn *c)
{
    loader *l = c->loader;
    for (int pass = 0; pass < 4 && c->fd >= 0 && !is_done(c); pass++) {
        ssize_t n = recv(c->fd, l->input, INPUT_BYTES, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            drop(c, n == 0 ? "closed by the server" : strerror(errno));
            return;
        }
        count(&l->stats.n[N_BYTES_IN], (uint64_t)n);
        l->now_ns = now_ns();
        on_bytes(c, l->input, (size_t)n);
        if (n < INPUT_BYTES)
            return;
    }
}

/* --------------------------------------------------------------------------------- dialling --- */

void conn_dial(conn *c)
{
    int one = 1;
    const endpoint *url = url_of(c);
    c->dialled_ns = now_ns();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        die("socket: %s (raise ulimit -n)", strerror(errno));
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (opt.srcips > 0) {
        uint32_t number = c->room * (uint32_t)opt.clients + c->index;
        struct sockaddr_in from = {.sin_family = AF_INET,
                                   .sin_addr.s_addr =
                                       htonl(0x7f000001u + number % (uint32_t)opt.srcips)};
        (void)setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(c->fd, (const struct sockaddr *)&from, sizeof from) != 0)
            die("bind: %s", strerror(errno));
    }
    c->state = CONN_DIALLING;
    c->acked = 0;
    c->loader->dialling++;
    ws_decoder_init_client(&c->in, base_alloc_libc(), MESSAGE_BYTES_MAX);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if ((connect(c->fd, (const struct sockaddr *)&url->at, sizeof url->at) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(c->loader->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
        drop(c, strerror(errno));
}

static void on_connected(conn *c)
{
    char target[512], headers[512];
    int err = 0;
    socklen_t size = sizeof err;
    (void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &size);
    if (err != 0) {
        drop(c, strerror(err));
        return;
    }
    hist_add(&stats_of(c)->h[H_TCP], now_ns() - c->dialled_ns);
    c->state = CONN_UPGRADING;
    for (size_t i = 0; i < sizeof c->nonce; i += sizeof(uint64_t))
        memcpy(c->nonce + i, &(uint64_t){lot(c->loader)}, sizeof(uint64_t));
    ws_request request = request_of(c, target, headers);
    buf *b = &c->loader->message;
    buf_clear(b);
    if (ws_request_put(b, &request) != BASE_OK)
        die("the URL, room or subprotocol holds a space");
    watch(c, false);
    send_bytes(c, buf_view(b));
}

void conn_ready(conn *c, uint32_t events)
{
    if (c->fd < 0)
        return;
    if (is_done(c)) {
        (void)epoll_ctl(c->loader->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        return;
    }
    if (c->state == CONN_DIALLING) {
        on_connected(c);
        return;
    }
    if ((events & EPOLLOUT) != 0)
        flush(c);
    if (c->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        on_readable(c);
}

void conn_init(conn *c, loader *l, uint32_t room, uint32_t index)
{
    *c = (conn){.loader = l,
                .fd = -1,
                .room = room,
                .index = index,
                .id = first_id + room * (uint64_t)opt.clients + index,
                .have = must_alloc(sizeof *c->have * (size_t)opt.writers)};
    if (opt.acks)
        c->due_ns = must_alloc(sizeof *c->due_ns * (size_t)opt.ring);
    buf_init(&c->head, base_alloc_libc(), WS_RESPONSE_BYTES_MAX + INPUT_BYTES);
    buf_init(&c->unsent, base_alloc_libc(), SIZE_MAX / 4);
    client_session_init(&c->session,
                        &(client_options){&port, c, base_alloc_libc(), MESSAGE_BYTES_MAX});
}

void conn_deinit(conn *c)
{
    conn_close(c);
    client_session_deinit(&c->session);
    free(c->have);
    free(c->due_ns);
}
