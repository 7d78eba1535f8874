#include "server/ws_conn.h"

#include "server/limits.h"
#include "server/log.h"
#include "wire/sync.h"

#include <stdlib.h>
#include <unistd.h>

struct ws_conn {
    conn base;        /* first: a conn pointer is ours */
    uint64_t session; /* 0: in no room */
    uint64_t heard_ms;
    uint64_t pinged_ms;
    uint64_t closing_ms; /* our close frame was queued then; 0: not */
    size_t big_bytes; /* of the largest frame queued: a first sync may be larger than the limit */
    bool doomed;
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

/* -------------------------------------------------------------------------------- sending --- */

static void check_queue(ws_conn *wc)
{
    const limits *max = &wc->base.loop->app->limits;
    if (wc->doomed || wc->base.out.queued_bytes <= max->queue_hard_bytes + wc->big_bytes)
        return;
    wc->doomed = true;
    room_host_doom(wc->base.loop->rooms, wc);
}

void ws_conn_send(ws_conn *wc, frame *f)
{
    if (wc->closing_ms != 0)
        return;
    if (f->len_bytes > wc->base.loop->app->limits.queue_soft_bytes && f->len_bytes > wc->big_bytes)
        wc->big_bytes = f->len_bytes;
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
    conn_send_copy(&wc->base, out, ws_close_encode(out, code, reason));
    wc->closing_ms = loop_now_ms(wc->base.loop) + 1;
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

static void ws_input(conn *c, uint8_t *ptr, size_t n)
{
    ws_conn *wc = (ws_conn *)c;
    wc->heard_ms = loop_now_ms(c->loop);
    while (n > 0 && !c->closed) {
        ws_event ev;
        size_t used;
        if (ws_decoder_feed(&wc->decoder, ptr, n, &used, &ev) != BASE_OK) {
            log_event(LOG_INFO, "websocket closed", LOG_STR("reason", ev.reason),
                      LOG_INT("code", ev.close_code));
            leave(wc);
            ws_conn_close(wc, ev.close_code, ev.reason);
            return;
        }
        ptr += used;
        n -= used;
        on_event(wc, &ev);
    }
}

static void ws_drained(conn *c)
{
    ((ws_conn *)c)->big_bytes = 0;
}

static bool too_slow(ws_conn *wc, uint64_t now_ms)
{
    const limits *max = &wc->base.loop->app->limits;
    conn *c = &wc->base;
    if (c->out.queued_bytes <= max->queue_soft_bytes) {
        c->soft_since_ms = 0;
        return false;
    }
    if (c->soft_since_ms == 0)
        c->soft_since_ms = now_ms;
    return now_ms - c->soft_since_ms > max->queue_soft_ms;
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
    if (now_ms > wc->heard_ms + max->dead_ms) {
        conn_close(c);
        return;
    }
    if (too_slow(wc, now_ms)) {
        leave(wc);
        ws_conn_close(wc, WS_CLOSE_TRY_LATER, "queue_soft_bytes: reading too slowly");
        metric_add(&c->loop->metrics.ws_closed_slow_total, 1);
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
    ws_decoder_deinit(&wc->decoder);
    metric_add(&c->loop->metrics.ws_connections, (uint64_t)-1);
}

static const conn_ops ws_ops = {ws_input, ws_drained, ws_tick, ws_gone};

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
    if (!conn_init(&wc->base, l, hand->fd, &ws_ops, &hand->address)) {
        free(wc);
        return NULL;
    }
    metric_add(&l->metrics.ws_connections, 1);
    return wc;
}

void ws_conn_adopt(loop *l, loop_msg *msg)
{
    ws_handover *hand = (ws_handover *)msg;
    ws_conn *wc = ws_conn_new(l, hand);
    if (wc == NULL) {
        address_count_remove(l->app->addresses, &hand->address);
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
