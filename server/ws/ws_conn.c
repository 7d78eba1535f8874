#include "server/ws/ws_conn.h"

#include "base/meter.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/net/address_book.h"
#include "wire/sync.h"

#include <stdlib.h>
#include <unistd.h>

#define NOTICE_MS 60000

struct ws_conn {
    conn base;        /* first: a conn pointer is ours */
    uint64_t session; /* 0: in no room */
    uint64_t heard_ms;
    uint64_t pinged_ms;
    uint64_t closing_ms; /* our close frame was queued then; 0: not */
    uint64_t message_ms; /* a message is half here since then; 0: none */
    uint64_t noticed_ms; /* the peer was told then that it is slowed */
    size_t big_bytes; /* of the largest frame queued: a first sync may be larger than the limit */
    uint64_t big_ms;  /* it was queued then */
    meter frames;
    meter bytes;
    uint8_t *rest; /* bytes that were read before the pause and are not looked at yet */
    size_t rest_bytes;
    bool doomed;
    bool spoke;   /* a frame came */
    bool stopped; /* nothing more is read before the close */
    ws_decoder decoder;
};

uint64_t ws_conn_session(const ws_conn *wc)
{
    return wc->session;
}

void ws_conn_set_session(ws_conn *wc, uint64_t session)
{
    wc->session = session;
}

static void drop_rest(ws_conn *wc)
{
    free(wc->rest);
    wc->rest = NULL;
    wc->rest_bytes = 0;
}

/* -------------------------------------------------------------------------------- sending --- */

/* What a reader may have waiting beyond the limits: a document that it asked for may be larger than
 * they are, as long as it takes it at the pace that the soft limit means. */
static uint64_t allowance_bytes(const ws_conn *wc, uint64_t now_ms)
{
    const limits *max = &wc->base.loop->app->limits;
    uint64_t due_bytes = (now_ms - wc->big_ms) * max->queue_soft_bytes / max->queue_soft_ms;
    return wc->big_bytes > due_bytes ? wc->big_bytes - due_bytes : 0;
}

static void check_queue(ws_conn *wc)
{
    const limits *max = &wc->base.loop->app->limits;
    if (wc->doomed || outq_held_bytes(&wc->base.out) <= max->queue_hard_bytes)
        return;
    uint64_t may_bytes = max->queue_hard_bytes + allowance_bytes(wc, loop_now_ms(wc->base.loop));
    if (outq_held_bytes(&wc->base.out) > may_bytes)
        wc->doomed = room_host_doom(wc->base.loop->rooms, wc);
}

void ws_conn_send(ws_conn *wc, frame *f)
{
    if (wc->closing_ms != 0)
        return;
    if (f->len_bytes > wc->base.loop->app->limits.queue_soft_bytes &&
        f->len_bytes > wc->big_bytes) {
        wc->big_bytes = f->len_bytes;
        wc->big_ms = loop_now_ms(wc->base.loop);
    }
    conn_send_frame(&wc->base, f);
    check_queue(wc);
}

void ws_conn_send_newest(ws_conn *wc, frame *f, uint64_t key)
{
    if (wc->closing_ms != 0)
        return;
    conn_send_newest(&wc->base, f, key);
    check_queue(wc);
}

void ws_conn_close(ws_conn *wc, unsigned code, const char *reason)
{
    uint8_t out[WS_CONTROL_FRAME_BYTES_MAX];
    if (wc->closing_ms != 0 || wc->base.closed)
        return;
    uint64_t now_ms = loop_now_ms(wc->base.loop);
    if (code == WS_CLOSE_NO_ROOM)
        address_book_count(wc->base.loop->app->addresses, &wc->base.peer.key, ADDRESS_MISS, now_ms);
    conn_send_copy(&wc->base, out, ws_close_encode(out, code, reason));
    wc->closing_ms = now_ms + 1;
    drop_rest(wc);
    wc->stopped = false;
    wc->base.paused_ms = 0;
    conn_resume_input(&wc->base); /* for the peer's close frame */
}

/* -------------------------------------------------------------------------------- reading --- */

static void leave(ws_conn *wc)
{
    uint64_t session = wc->session;
    wc->session = 0;
    if (session != 0)
        room_host_leave(wc->base.loop->rooms, session);
}

static void on_event(ws_conn *wc, const ws_event *ev)
{
    uint8_t out[WS_CONTROL_FRAME_BYTES_MAX];
    switch (ev->tag) {
    case WS_EVENT_NONE:
    case WS_EVENT_PONG:
        return;
    case WS_EVENT_MESSAGE:
        if (wc->closing_ms != 0)
            return;
        metric_add(&wc->base.loop->metrics.ws_messages_in_total, 1);
        if (ev->is_text) {
            metrics_refused(&wc->base.loop->metrics, "malformed");
            leave(wc);
            ws_conn_close(wc, WS_CLOSE_UNSUPPORTED, "messages are binary here");
            return;
        }
        room_host_message(wc->base.loop->rooms, wc->session, ev->data);
        return;
    case WS_EVENT_PING:
        if (wc->closing_ms == 0)
            conn_send_copy(&wc->base, out, ws_control_encode(out, WS_OP_PONG, ev->data));
        return;
    case WS_EVENT_CLOSE:
        leave(wc);
        if (wc->closing_ms == 0)
            ws_conn_close(wc, ev->close_code, NULL);
        conn_close_after_writing(&wc->base);
        return;
    }
}

static rate per_second(uint64_t count)
{
    return (rate){count, 1000, 2 * count};
}

static void notice(ws_conn *wc, const char *code, const char *message)
{
    uint64_t now_ms = loop_now_ms(wc->base.loop);
    if (wc->noticed_ms != 0 && now_ms - wc->noticed_ms < NOTICE_MS)
        return;
    wc->noticed_ms = now_ms;
    log_event(LOG_INFO, "socket slowed", LOG_STR("limit", code), LOG_INT("session", wc->session));
    room_host_notice(wc->base.loop->rooms, wc->session, code, message);
}

/* Stops reading; TCP makes the peer wait. */
static void pause_for(ws_conn *wc, uint64_t ms, const char *limit, const char *message)
{
    metric_add(&wc->base.loop->metrics.input_pauses_total, 1);
    notice(wc, limit, message);
    conn_pause_for(&wc->base, ms);
}

/* Looks at the rates after one frame: too far ahead of them, nothing more is read for a while. */
static void check_rates(ws_conn *wc, uint64_t frames, uint64_t read_bytes)
{
    loop *l = wc->base.loop;
    const limits *max = &l->app->limits;
    uint64_t now_ms = loop_now_ms(l);
    rate by_frames = per_second(max->frames_per_second),
         by_bytes = per_second(max->bytes_per_second);
    uint64_t frames_ms = meter_charge(&wc->frames, by_frames, frames, now_ms);
    uint64_t bytes_ms = meter_charge(&wc->bytes, by_bytes, read_bytes, now_ms);
    wc->base.busy = meter_ahead_ms(&wc->frames, now_ms) > LIMIT_BUSY_AHEAD_MS ||
                    meter_ahead_ms(&wc->bytes, now_ms) > LIMIT_BUSY_AHEAD_MS;
    if (wc->closing_ms != 0)
        return;
    if (frames_ms > 0)
        pause_for(wc, frames_ms, "frames_per_second",
                  "limit frames_per_second: this connection is read more slowly");
    else if (bytes_ms > 0)
        pause_for(wc, bytes_ms, "bytes_per_second",
                  "limit bytes_per_second: this connection is read more slowly");
    else if (room_host_backlogged(l->rooms, wc->session))
        pause_for(wc, LIMIT_BACKLOG_MS, "unstored_bytes",
                  "limit unstored_bytes: the server saves slowly, edits wait");
}

/* A read that took much work is followed by a rest, so that one connection cannot have the loop. */
static void check_work(ws_conn *wc, uint64_t start_us)
{
    uint64_t work_us = uv_hrtime() / 1000 - start_us;
    uint64_t rest_ms = 4 * work_us / 1000;
    if (work_us < LIMIT_SLOW_INPUT_US || wc->base.closed || wc->closing_ms != 0)
        return;
    wc->base.busy = true;
    metric_add(&wc->base.loop->metrics.input_pauses_total, 1);
    conn_pause_for(&wc->base, rest_ms < LIMIT_REST_MS ? rest_ms : LIMIT_REST_MS);
}

static bool is_paused(const ws_conn *wc)
{
    return wc->base.paused_ms != 0 || wc->stopped;
}

/* Keeps what was read and may not be looked at yet. */
static void keep_rest(ws_conn *wc, const uint8_t *ptr, size_t n)
{
    if (n == 0 || wc->base.closed || wc->closing_ms != 0)
        return;
    wc->rest = malloc(n);
    if (wc->rest == NULL) {
        metrics_refused(&wc->base.loop->metrics, "no_memory");
        leave(wc);
        ws_conn_close(wc, WS_CLOSE_TRY_LATER, "the server is out of memory");
        return;
    }
    memcpy(wc->rest, ptr, n);
    wc->rest_bytes = n;
}

static void on_bad_frame(ws_conn *wc, const ws_event *ev)
{
    log_event(LOG_INFO, "websocket closed", LOG_STR("reason", ev->reason),
              LOG_INT("code", ev->close_code));
    metrics_refused(&wc->base.loop->metrics,
                    ev->close_code == WS_CLOSE_TOO_BIG ? "frame_bytes" : "malformed");
    leave(wc);
    ws_conn_close(wc, ev->close_code, ev->reason);
    conn_close_after_writing(&wc->base);
}

/* Reads frames until the input is used up or the connection has to wait; returns what was used. */
static size_t read_frames(ws_conn *wc, uint8_t *ptr, size_t n)
{
    size_t at = 0;
    while (at < n && !wc->base.closed && !is_paused(wc)) {
        ws_event ev;
        size_t used;
        if (ws_decoder_feed(&wc->decoder, ptr + at, n - at, &used, &ev) != BASE_OK) {
            on_bad_frame(wc, &ev);
            return n;
        }
        at += used;
        wc->spoke = wc->spoke || ev.tag != WS_EVENT_NONE;
        on_event(wc, &ev);
        if (!wc->base.closed)
            check_rates(wc, ev.tag != WS_EVENT_NONE, used);
    }
    return at;
}

/* The decoder gives the memory of a message that came in pieces back when it is next used: an idle
 * connection must not keep it until then. */
static void let_go(ws_conn *wc)
{
    ws_event ev;
    size_t used;
    uint8_t none = 0;
    if (ws_decoder_memory_bytes(&wc->decoder) > 0)
        (void)!ws_decoder_feed(&wc->decoder, &none, 0, &used, &ev);
}

static void ws_input(conn *c, uint8_t *ptr, size_t n)
{
    ws_conn *wc = (ws_conn *)c;
    uint64_t now_ms = loop_now_ms(c->loop), start_us = uv_hrtime() / 1000;
    wc->heard_ms = now_ms;
    size_t used = read_frames(wc, ptr, n);
    keep_rest(wc, ptr + used, n - used);
    check_work(wc, start_us);
    if (c->closed)
        return;
    bool midway = ws_decoder_midway(&wc->decoder);
    if (!midway) {
        let_go(wc);
        wc->message_ms = 0;
    } else if (wc->message_ms == 0) {
        wc->message_ms = now_ms;
    }
    c->recv_bytes = ws_decoder_wants(&wc->decoder) > LIMIT_RECV_FRAMES_BYTES
                        ? LIMIT_RECV_BYTES
                        : LIMIT_RECV_FRAMES_BYTES;
}

/* The pause is over: first what was read before it. */
static void ws_resumed(conn *c)
{
    ws_conn *wc = (ws_conn *)c;
    uint8_t *rest = wc->rest;
    size_t rest_bytes = wc->rest_bytes;
    wc->heard_ms = loop_now_ms(c->loop); /* it was we who did not listen */
    if (wc->message_ms != 0)
        wc->message_ms = wc->heard_ms;
    if (wc->stopped) {
        conn_pause_for(c, LIMIT_BACKLOG_MS);
        return;
    }
    wc->rest = NULL;
    wc->rest_bytes = 0;
    if (rest != NULL)
        ws_input(c, rest, rest_bytes);
    else if (room_host_backlogged(c->loop->rooms, wc->session))
        conn_pause_for(c, LIMIT_BACKLOG_MS);
    free(rest);
}

static void ws_drained(conn *c)
{
    ((ws_conn *)c)->big_bytes = 0;
}

static bool too_slow(ws_conn *wc, uint64_t now_ms)
{
    const limits *max = &wc->base.loop->app->limits;
    conn *c = &wc->base;
    if (outq_held_bytes(&c->out) <= max->queue_soft_bytes + allowance_bytes(wc, now_ms)) {
        c->soft_since_ms = 0;
        return false;
    }
    if (c->soft_since_ms == 0)
        c->soft_since_ms = now_ms;
    return now_ms - c->soft_since_ms > max->queue_soft_ms;
}

void ws_conn_close_slow(ws_conn *wc, const char *limit)
{
    char reason[64];
    loop *l = wc->base.loop;
    snprintf(reason, sizeof reason, "limit %s: reading too slowly", limit);
    log_event(LOG_INFO, "slow reader closed", LOG_STR("limit", limit),
              LOG_INT("session", wc->session), LOG_INT("queued", wc->base.out.queued_bytes));
    metric_add(&l->metrics.ws_closed_slow_total, 1);
    metrics_refused(&l->metrics, limit);
    leave(wc);
    conn_drop_queue(&wc->base);
    ws_conn_close(wc, WS_CLOSE_TRY_LATER, reason);
}

static void close_for(ws_conn *wc, unsigned code, const char *limit, const char *reason)
{
    metrics_refused(&wc->base.loop->metrics, limit);
    leave(wc);
    ws_conn_close(wc, code, reason);
}

static void ws_tick(conn *c, uint64_t now_ms)
{
    ws_conn *wc = (ws_conn *)c;
    const limits *max = &c->loop->app->limits;
    if (wc->closing_ms != 0) {
        if (now_ms > wc->closing_ms + LIMIT_CLOSE_MS)
            conn_close(c);
        return;
    }
    if (!is_paused(wc) && now_ms > wc->heard_ms + max->dead_ms) {
        metrics_refused(&c->loop->metrics, "dead_ms");
        conn_close(c);
        return;
    }
    if (!wc->spoke && now_ms > wc->heard_ms + max->first_frame_ms) {
        close_for(wc, WS_CLOSE_POLICY, "first_frame_ms", "limit first_frame_ms: nothing was said");
        return;
    }
    if (wc->message_ms != 0 && !is_paused(wc) && now_ms > wc->message_ms + max->message_ms) {
        close_for(wc, WS_CLOSE_POLICY, "message_ms", "limit message_ms: the message did not end");
        return;
    }
    if (too_slow(wc, now_ms)) {
        ws_conn_close_slow(wc, "queue_soft_bytes");
        return;
    }
    uint64_t quiet_since_ms = wc->heard_ms > wc->pinged_ms ? wc->heard_ms : wc->pinged_ms;
    if (now_ms > quiet_since_ms + max->ping_ms && c->out.count == 0) {
        static const uint8_t ping[2] = {0x80 | WS_OP_PING, 0};
        conn_send_static(c, bytes_of(ping, sizeof ping));
        wc->pinged_ms = now_ms;
    }
}

static void ws_gone(conn *c)
{
    ws_conn *wc = (ws_conn *)c;
    leave(wc);
    drop_rest(wc);
    ws_decoder_deinit(&wc->decoder);
    metric_add(&c->loop->metrics.ws_connections, (uint64_t)-1);
}

static size_t ws_held_bytes(const conn *c)
{
    const ws_conn *wc = (const ws_conn *)c;
    return outq_held_bytes(&c->out) + wc->rest_bytes + ws_decoder_memory_bytes(&wc->decoder);
}

static void ws_shed(conn *c)
{
    ws_conn *wc = (ws_conn *)c;
    if (wc->closing_ms == 0 && ws_held_bytes(c) > c->loop->app->limits.queue_soft_bytes)
        ws_conn_close_slow(wc, "sockets_bytes");
}

static const conn_ops ws_ops = {.input = ws_input,
                                .resumed = ws_resumed,
                                .drained = ws_drained,
                                .tick = ws_tick,
                                .held_bytes = ws_held_bytes,
                                .shed = ws_shed,
                                .gone = ws_gone};

void ws_conn_stop_all(loop *l)
{
    for (conn *c = l->conns; c != NULL; c = c->next) {
        ws_conn *wc = (ws_conn *)c;
        if (c->ops != &ws_ops || wc->closing_ms != 0)
            continue;
        wc->stopped = true;
        conn_pause_input(c);
    }
}

/* -------------------------------------------------------------------------------- opening --- */

static void send_switching(ws_conn *wc, const ws_handover *hand)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                     hand->accept,
                     hand->tandem_v1 ? "Sec-WebSocket-Protocol: " SYNC_SUBPROTOCOL "\r\n" : "");
    conn_send_copy(&wc->base, head, (size_t)n);
}

static ws_conn *ws_conn_new(loop *l, const ws_handover *hand)
{
    ws_conn *wc = calloc(1, sizeof *wc);
    if (wc == NULL)
        return NULL;
    wc->heard_ms = loop_now_ms(l);
    ws_decoder_init(&wc->decoder, base_alloc_libc(), l->app->limits.frame_bytes);
    if (!conn_init(&wc->base, l, hand->fd, &ws_ops, &hand->peer)) {
        free(wc);
        return NULL;
    }
    wc->base.recv_bytes = LIMIT_RECV_FRAMES_BYTES;
    metric_add(&l->metrics.ws_connections, 1);
    return wc;
}

void ws_conn_adopt(loop *l, loop_msg *msg)
{
    ws_handover *hand = (ws_handover *)msg;
    ws_conn *wc = ws_conn_new(l, hand);
    if (wc == NULL) {
        conn_forget_peer(l->app, &hand->peer);
        close(hand->fd);
    } else {
        send_switching(wc, hand);
        if (l->draining)
            ws_conn_close(wc, WS_CLOSE_RESTART, "the server restarts");
        else if (hand->known_bad)
            ws_conn_close(wc, WS_CLOSE_NO_ROOM, "no such room");
        else
            room_host_join(l->rooms, wc, hand->room_id,
                           &(room_join){.tandem_v1 = hand->tandem_v1,
                                        .role = ROOM_EDITOR,
                                        .name = hand->name,
                                        .author = hand->author});
        if (hand->rest_bytes > 0)
            ws_input(&wc->base, hand->rest, hand->rest_bytes);
    }
    free(hand->rest);
    free(hand);
}
