#include "host/member.h"

#include "host/limits.h"
#include "host/sessions.h"

#include <stdio.h>

static uint64_t now_ms(const room_host *h)
{
    return (uint64_t)host_now_ms(h);
}

void host_member_init(room_host *h, host_member *m)
{
    *m = (host_member){.session = 0};
    pace_init(&m->pace, now_ms(h));
    ws_decoder_init(&m->decoder, h->room_alloc, (size_t)h->limits->frame_bytes);
    metric_add(&h->metrics->ws_connections, 1);
}

static void leave(room_host *h, host_member *m)
{
    uint64_t session = m->session;
    m->session = 0;
    if (session != 0)
        session_leave(h, session);
}

static void drop_rest(room_host *h, host_member *m)
{
    base_alloc_put(h->alloc, m->rest, m->rest_bytes);
    m->rest = NULL;
    m->rest_bytes = 0;
}

void host_member_gone(room_host *h, host_member *m)
{
    m->closed = true;
    leave(h, m);
    drop_rest(h, m);
    ws_decoder_deinit(&m->decoder);
    metric_sub(&h->metrics->ws_connections, 1);
}

size_t host_member_held_bytes(const room_host *h, const host_member *m)
{
    return h->port.queued_bytes(m) + m->rest_bytes + ws_decoder_memory_bytes(&m->decoder);
}

/* -------------------------------------------------------------------------------- sending --- */

static void check_queue(room_host *h, host_member *m, size_t held_bytes)
{
    if (m->doomed || held_bytes <= h->limits->queue_hard_bytes)
        return;
    if (pace_over_hard(&m->pace, h->limits, held_bytes, now_ms(h)))
        m->doomed = session_doom(h, m->session);
}

void host_member_send(room_host *h, host_member *m, frame *f)
{
    if (m->pace.closing_ms != 0)
        return;
    if (f->len_bytes > h->limits->queue_soft_bytes)
        pace_queued(&m->pace, h->limits, f->len_bytes, now_ms(h));
    check_queue(h, m, h->port.send(m, f));
}

void host_member_send_newest(room_host *h, host_member *m, frame *f, uint64_t key)
{
    if (m->pace.closing_ms == 0)
        check_queue(h, m, h->port.send_newest(m, f, key));
}

void host_member_close(room_host *h, host_member *m, unsigned code, const char *reason)
{
    uint8_t out[WS_CONTROL_FRAME_BYTES_MAX];
    if (m->pace.closing_ms != 0 || m->closed)
        return;
    h->port.send_control(m, bytes_of(out, ws_close_encode(out, code, reason)));
    pace_closing(&m->pace, now_ms(h));
    drop_rest(h, m);
    m->stopped = m->paused = false;
    h->port.closing(m, code, reason);
}

static void close_for(room_host *h, host_member *m, unsigned code, const char *limit,
                      const char *reason)
{
    metrics_refused(h->metrics, limit);
    leave(h, m);
    host_member_close(h, m, code, reason);
}

void host_member_close_slow(room_host *h, host_member *m, const char *limit)
{
    char reason[64];
    snprintf(reason, sizeof reason, "limit %s: reading too slowly", limit);
    host_log(h, LOG_INFO, "slow reader closed", LOG_STR("limit", limit),
             LOG_INT("session", m->session), LOG_INT("queued", h->port.queued_bytes(m)));
    metric_add(&h->metrics->ws_closed_slow_total, 1);
    metrics_refused(h->metrics, limit);
    leave(h, m);
    h->port.drop_queue(m);
    host_member_close(h, m, WS_CLOSE_TRY_LATER, reason);
}

void host_member_shed(room_host *h, host_member *m)
{
    if (m->pace.closing_ms == 0 && host_member_held_bytes(h, m) > h->limits->queue_soft_bytes)
        host_member_close_slow(h, m, "sockets_bytes");
}

/* -------------------------------------------------------------------------------- reading --- */

static void on_event(room_host *h, host_member *m, const ws_event *ev)
{
    uint8_t out[WS_CONTROL_FRAME_BYTES_MAX];
    switch (ev->tag) {
    case WS_EVENT_NONE:
    case WS_EVENT_PONG:
        return;
    case WS_EVENT_MESSAGE:
        if (m->pace.closing_ms != 0)
            return;
        metric_add(&h->metrics->ws_messages_in_total, 1);
        if (ev->is_text)
            close_for(h, m, WS_CLOSE_UNSUPPORTED, "malformed", "messages are binary here");
        else
            session_message(h, m->session, ev->data);
        return;
    case WS_EVENT_PING:
        if (m->pace.closing_ms == 0)
            h->port.send_control(m, bytes_of(out, ws_control_encode(out, WS_OP_PONG, ev->data)));
        return;
    case WS_EVENT_CLOSE:
        leave(h, m);
        host_member_close(h, m, ev->close_code, NULL);
        h->port.end(m);
        return;
    }
}

static void pause_reading(room_host *h, host_member *m, uint64_t ms)
{
    m->paused = true;
    h->port.pause(m, ms);
}

/* Stops reading; TCP makes the peer wait. */
static void slow_down(room_host *h, host_member *m, pace_stop stop)
{
    metric_add(&h->metrics->input_pauses_total, 1);
    if (pace_may_notice(&m->pace, now_ms(h))) {
        host_log(h, LOG_INFO, "socket slowed", LOG_STR("limit", stop.limit),
                 LOG_INT("session", m->session));
        session_notice(h, m->session, stop.limit, stop.message);
    }
    pause_reading(h, m, stop.ms);
}

/* After one frame: too far ahead of the rates, nothing more is read for a while. */
static void check_rates(room_host *h, host_member *m, uint64_t frames, uint64_t read_bytes)
{
    uint64_t at_ms = now_ms(h);
    pace_stop stop = pace_charge(&m->pace, h->limits, frames, read_bytes, at_ms);
    m->busy = pace_is_ahead(&m->pace, at_ms);
    if (m->pace.closing_ms != 0)
        return;
    if (stop.ms < LIMIT_BACKLOG_MS && session_backlogged(h, m->session))
        stop = pace_backlog();
    if (stop.limit != NULL)
        slow_down(h, m, stop);
}

static void check_work(room_host *h, host_member *m, uint64_t start_us)
{
    uint64_t rest_ms = pace_rest_ms(h->port.now_us(h->port.ctx) - start_us);
    if (rest_ms == 0 || m->closed || m->pace.closing_ms != 0)
        return;
    m->busy = true;
    metric_add(&h->metrics->input_pauses_total, 1);
    pause_reading(h, m, rest_ms);
}

static bool is_paused(const host_member *m)
{
    return m->paused || m->stopped;
}

/* Keeps what was read and may not be looked at yet. */
static void keep_rest(room_host *h, host_member *m, const uint8_t *ptr, size_t n)
{
    if (n == 0 || m->closed || m->pace.closing_ms != 0)
        return;
    m->rest = base_alloc_get(h->alloc, n);
    if (m->rest == NULL) {
        close_for(h, m, WS_CLOSE_TRY_LATER, "no_memory", "the server is out of memory");
        return;
    }
    memcpy(m->rest, ptr, n);
    m->rest_bytes = n;
}

static void on_bad_frame(room_host *h, host_member *m, const ws_event *ev)
{
    host_log(h, LOG_INFO, "websocket closed", LOG_STR("reason", ev->reason),
             LOG_INT("code", ev->close_code));
    close_for(h, m, ev->close_code,
              ev->close_code == WS_CLOSE_TOO_BIG ? "frame_bytes" : "malformed", ev->reason);
    h->port.end(m);
}

/* Reads frames until the input is used up or the connection has to wait; returns what was used. */
static size_t read_frames(room_host *h, host_member *m, uint8_t *ptr, size_t n)
{
    size_t at = 0;
    while (at < n && !m->closed && !is_paused(m)) {
        ws_event ev;
        size_t used;
        if (ws_decoder_feed(&m->decoder, ptr + at, n - at, &used, &ev) != BASE_OK) {
            on_bad_frame(h, m, &ev);
            return n;
        }
        at += used;
        m->pace.spoke = m->pace.spoke || ev.tag != WS_EVENT_NONE;
        on_event(h, m, &ev);
        if (!m->closed)
            check_rates(h, m, ev.tag != WS_EVENT_NONE, used);
    }
    return at;
}

/* The decoder gives the memory of a message that came in pieces back when it is next used: an idle
 * connection must not keep it until then. */
static void free_last_message(host_member *m)
{
    ws_event ev;
    size_t used;
    uint8_t none = 0;
    if (ws_decoder_memory_bytes(&m->decoder) > 0)
        (void)!ws_decoder_feed(&m->decoder, &none, 0, &used, &ev);
}

void host_member_input(room_host *h, host_member *m, uint8_t *ptr, size_t n)
{
    uint64_t at_ms = now_ms(h), start_us = h->port.now_us(h->port.ctx);
    pace_heard(&m->pace, at_ms);
    size_t used = read_frames(h, m, ptr, n);
    keep_rest(h, m, ptr + used, n - used);
    check_work(h, m, start_us);
    if (m->closed)
        return;
    bool midway = ws_decoder_midway(&m->decoder);
    if (!midway)
        free_last_message(m);
    pace_read(&m->pace, midway, at_ms);
}

/* First what was read before the pause. */
void host_member_resumed(room_host *h, host_member *m)
{
    uint8_t *rest = m->rest;
    size_t rest_bytes = m->rest_bytes;
    m->paused = false;
    pace_resumed(&m->pace, now_ms(h));
    if (m->stopped) {
        pause_reading(h, m, LIMIT_BACKLOG_MS);
        return;
    }
    m->rest = NULL;
    m->rest_bytes = 0;
    if (rest != NULL)
        host_member_input(h, m, rest, rest_bytes);
    else if (session_backlogged(h, m->session))
        pause_reading(h, m, LIMIT_BACKLOG_MS);
    base_alloc_put(h->alloc, rest, rest_bytes);
}

void host_member_drained(host_member *m)
{
    pace_drained(&m->pace);
}

/* ----------------------------------------------------------------------------------- time --- */

void host_member_tick(room_host *h, host_member *m)
{
    static const uint8_t ping[2] = {0x80 | WS_OP_PING, 0};
    size_t held_bytes = h->port.queued_bytes(m);
    pace_seen seen = {held_bytes, is_paused(m), held_bytes > 0};
    switch (pace_tick(&m->pace, h->limits, &seen, now_ms(h))) {
    case PACE_NOTHING:
        return;
    case PACE_OVER:
        h->port.hang_up(m);
        return;
    case PACE_DEAD:
        metrics_refused(h->metrics, "dead_ms");
        h->port.hang_up(m);
        return;
    case PACE_SILENT:
        close_for(h, m, WS_CLOSE_POLICY, "first_frame_ms",
                  "limit first_frame_ms: nothing was said");
        return;
    case PACE_STUCK:
        close_for(h, m, WS_CLOSE_POLICY, "message_ms", "limit message_ms: the message did not end");
        return;
    case PACE_SLOW:
        host_member_close_slow(h, m, "queue_soft_bytes");
        return;
    case PACE_PING:
        h->port.send_control(m, bytes_of(ping, sizeof ping));
        return;
    }
}
