/* server_conn.c - WebSocket connections of the simulated process.  See server.h. */
#include "sim/ledger.h"
#include "sim/server.h"
#include "wire/sync.h"

#include <stdlib.h>

#define CLOSE_US (2 * SECOND)
#define RECV_BYTES 65536

conn *conn_new(server *s, link *l)
{
    conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    c->server = s;
    c->link = l;
    c->heard_us = s->w->clock.now_us;
    ws_decoder_init(&c->decoder, &s->heap.alloc, (size_t)s->limits.frame_bytes);
    c->next = s->conns;
    s->conns = c;
    return c;
}

static void drop_queue(conn *c)
{
    for (; c->out_count > 0; c->out_count--)
        frame_unref(c->out[c->out_first++].frame);
    c->out_first = 0;
    c->queued_bytes = c->sent_bytes = 0;
}

/* The process goes on without it. */
void conn_free(conn *c)
{
    drop_queue(c);
    ws_decoder_deinit(&c->decoder);
    free(c->out);
    free(c->frame_rows);
    free(c);
}

void conns_sweep(server *s)
{
    for (conn **at = &s->conns; *at != NULL;) {
        conn *c = *at;
        if (!c->closed) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        net_close_server(s->w, c->link);
        conn_free(c);
    }
}

conn *conn_by_session(const server *s, uint64_t session)
{
    for (conn *c = s->conns; c != NULL; c = c->next)
        if (c->session == session)
            return c;
    return NULL;
}

/* -------------------------------------------------------------------------------- sending --- */

static void check_queue(conn *c)
{
    const limits *max = &c->server->limits;
    size_t bound = (size_t)max->queue_hard_bytes + c->big_bytes;
    if (c->queued_bytes > bound)
        c->doomed = true;
}

static bool replace_newest(conn *c, frame *f, uint64_t key)
{
    /* A first item that is partly on the wire must stay. */
    for (size_t i = c->sent_bytes > 0 ? 1 : 0; key != 0 && i < c->out_count; i++) {
        out_item *item = &c->out[c->out_first + i];
        if (item->key != key)
            continue;
        c->queued_bytes += f->len_bytes - item->frame->len_bytes;
        frame_unref(item->frame);
        item->frame = frame_ref(f);
        return true;
    }
    return false;
}

/* The newest row that an ack of the last frame promises.  What others said and this frame let go
 * may have made newer ones: those are not its own. */
static uint64_t last_frame_row(const conn *c)
{
    return c->own_row > c->row_before ? c->own_row : c->row_before;
}

/* An ack may cover only frames whose rows the disk holds. */
void conn_check_ack(const conn *c, const frame *f)
{
    sync_msg msg;
    if (sync_decode(frame_payload(f), &msg) != BASE_OK || msg.tag != SYNC_ACK)
        return;
    if (msg.count == 0 || msg.count > c->frame_count) {
        law_broken(c->server->w, "acks count frames", "ack %llu of %zu frames",
                   (unsigned long long)msg.count, c->frame_count);
        return;
    }
    uint64_t row = c->frame_rows[msg.count - 1];
    if (row == 0 && msg.count == c->frame_count) /* it is being worked on */
        row = last_frame_row(c);
    if (row > c->at->durable_seq)
        law_broken(c->server->w, "acks are durable",
                   "client %u: frame %llu is row %llu, the disk holds %llu", c->link->client,
                   (unsigned long long)msg.count, (unsigned long long)row,
                   (unsigned long long)c->at->durable_seq);
}

void conn_send(conn *c, frame *f, uint64_t key)
{
    if (c->closing_us != 0 || c->closed)
        return;
    if (key == 0 && f->len_bytes > c->server->limits.queue_soft_bytes &&
        f->len_bytes > c->big_bytes)
        c->big_bytes = f->len_bytes;
    if (!replace_newest(c, f, key)) {
        if (c->out_first > 0 && c->out_first + c->out_count == c->out_cap) {
            memmove(c->out, c->out + c->out_first, c->out_count * sizeof *c->out);
            c->out_first = 0;
        }
        if (c->out_first + c->out_count == c->out_cap) {
            c->out_cap = c->out_cap == 0 ? 8 : 2 * c->out_cap;
            c->out = realloc(c->out, c->out_cap * sizeof *c->out);
            if (c->out == NULL)
                abort();
        }
        c->out[c->out_first + c->out_count++] = (out_item){frame_ref(f), key};
        c->queued_bytes += f->len_bytes;
    }
    check_queue(c);
}

/* As much as the network takes, in few large pieces. */
void conn_flush(conn *c)
{
    world *w = c->server->w;
    while (c->out_count > 0) {
        size_t space = net_space_down(w, c->link);
        bytes view = frame_view(c->out[c->out_first].frame);
        size_t n = view.len_bytes - c->sent_bytes < space ? view.len_bytes - c->sent_bytes : space;
        if (n == 0)
            return;
        net_send_down(w, c->link, bytes_of(view.ptr + c->sent_bytes, n));
        c->sent_bytes += n;
        c->queued_bytes -= n;
        if (c->sent_bytes < view.len_bytes)
            return;
        c->sent_bytes = 0;
        c->out_count--;
        frame_unref(c->out[c->out_first].frame);
        c->out_first = c->out_count > 0 ? c->out_first + 1 : 0;
    }
    c->big_bytes = 0;
}

/* Control frames do not fail for want of memory: the server keeps none on its heap for them. */
static void send_control(conn *c, unsigned opcode, bytes head, bytes body)
{
    heap *h = &c->server->heap;
    unsigned fail_one_in = h->fail_one_in;
    h->fail_one_in = 0;
    frame *f = frame_new(&h->alloc, opcode, head, body);
    h->fail_one_in = fail_one_in;
    conn_send(c, f, 0);
    frame_unref(f);
}

void conn_close(conn *c, unsigned code, const char *reason)
{
    if (c->closing_us != 0 || c->closed)
        return;
    uint8_t head[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    if (strlen(reason) > 123)
        law_broken(c->server->w, "close reasons fit", "code %u", code);
    send_control(c, WS_OP_CLOSE, bytes_of(head, code == WS_CLOSE_NO_STATUS ? 0 : 2),
                 bytes_of_str(reason));
    c->closing_us = c->server->w->clock.now_us + 1;
    ledger_closed(c->server->w, c->link->client, code, reason);
}

/* -------------------------------------------------------------------------------- reading --- */

static void leave(conn *c)
{
    hosted *at = c->at;
    uint64_t session = c->session;
    c->session = 0;
    c->at = NULL;
    if (session == 0)
        return;
    room_on_leave(at->room, session, server_now_ms(c->server));
    hosted_check(at);
}

static void note_frame(conn *c, uint64_t row)
{
    if (c->frame_count == c->frame_cap) {
        c->frame_cap = c->frame_cap == 0 ? 16 : 2 * c->frame_cap;
        c->frame_rows = realloc(c->frame_rows, c->frame_cap * sizeof *c->frame_rows);
        if (c->frame_rows == NULL)
            abort();
    }
    c->frame_rows[c->frame_count++] = row;
}

static bool is_sync_frame(bytes message)
{
    sync_msg msg;
    return sync_decode(message, &msg) == BASE_OK &&
           (msg.tag == SYNC_STEP2 || msg.tag == SYNC_UPDATE);
}

static void on_message(conn *c, bytes message)
{
    hosted *at = c->at;
    if (c->session == 0)
        return;
    uint64_t before = room_stats_get(at->room).last_seq;
    c->row_before = before;
    bool counts = is_sync_frame(message);
    bool held = room_tick_soon(at->room); /* what others said may be let go by any message */
    if (counts)
        note_frame(c, 0);
    room_on_message(at->room, c->session, message, server_now_ms(c->server));
    uint64_t after = room_stats_get(at->room).last_seq;
    if (counts && room_loaded(at->room))
        c->frame_rows[c->frame_count - 1] = last_frame_row(c);
    if (c->role == ROLE_VIEWER && !held && before != after && room_loaded(at->room))
        law_broken(c->server->w, "viewers change nothing", "row %llu came of a viewer's message",
                   (unsigned long long)after);
    hosted_check(at);
}

static void on_ws_event(conn *c, const ws_event *ev)
{
    switch (ev->tag) {
    case WS_EVENT_NONE:
    case WS_EVENT_PONG:
        return;
    case WS_EVENT_MESSAGE:
        if (c->closing_us != 0)
            return;
        if (ev->is_text) {
            leave(c);
            conn_close(c, WS_CLOSE_UNSUPPORTED, "messages are binary here");
            return;
        }
        on_message(c, ev->data);
        return;
    case WS_EVENT_PING:
        if (c->closing_us == 0)
            send_control(c, WS_OP_PONG, ev->data, bytes_of("", 0));
        return;
    case WS_EVENT_CLOSE:
        leave(c);
        if (c->closing_us == 0)
            conn_close(c, ev->close_code, "");
        conn_flush(c);
        c->closed = true;
        return;
    }
}

void conn_input(conn *c, uint8_t *ptr, size_t len_bytes)
{
    c->heard_us = c->server->w->clock.now_us;
    while (len_bytes > 0 && !c->closed) {
        ws_event ev;
        size_t used;
        size_t turn = len_bytes < RECV_BYTES ? len_bytes : RECV_BYTES;
        if (ws_decoder_feed(&c->decoder, ptr, turn, &used, &ev) != BASE_OK) {
            leave(c);
            conn_close(c, ev.close_code, ev.reason != NULL ? ev.reason : "");
            return;
        }
        ptr += used;
        len_bytes -= used;
        on_ws_event(c, &ev);
    }
}

/* The socket is gone, whoever closed it. */
void conn_gone(conn *c)
{
    leave(c);
    c->closed = true;
}

/* ----------------------------------------------------------------------------------- time --- */

static bool too_slow(conn *c, int64_t now_us)
{
    const limits *max = &c->server->limits;
    if (c->queued_bytes <= max->queue_soft_bytes) {
        c->soft_since_us = 0;
        return false;
    }
    if (c->soft_since_us == 0)
        c->soft_since_us = now_us;
    return now_us - c->soft_since_us > (int64_t)max->queue_soft_ms * MS;
}

void conn_tick(conn *c)
{
    const limits *max = &c->server->limits;
    int64_t now_us = c->server->w->clock.now_us;
    if (c->closing_us != 0) {
        if (now_us > c->closing_us + CLOSE_US)
            conn_gone(c);
        return;
    }
    if (now_us > c->heard_us + (int64_t)max->dead_ms * MS) {
        c->server->w->counts[COUNT_DEAD]++;
        conn_gone(c);
        return;
    }
    if (too_slow(c, now_us)) {
        leave(c);
        c->server->w->counts[COUNT_SLOW]++;
        conn_close(c, WS_CLOSE_TRY_LATER, "queue_soft_bytes: reading too slowly");
        return;
    }
    int64_t quiet_us = c->heard_us > c->pinged_us ? c->heard_us : c->pinged_us;
    if (now_us > quiet_us + (int64_t)max->ping_ms * MS && c->out_count == 0) {
        send_control(c, WS_OP_PING, bytes_of("", 0), bytes_of("", 0));
        c->pinged_us = now_us;
    }
}

/* At the end of a turn of the loop: those that went over the hard limit in it.  That one leaves is
 * told to the others, and may be too much for the next. */
void conn_doom_slow(server *s)
{
    for (bool again = true; again;) {
        again = false;
        for (conn *c = s->conns; c != NULL; c = c->next) {
            if (!c->doomed)
                continue;
            again = true;
            c->doomed = false;
            if (c->closing_us != 0 || c->closed)
                continue;
            leave(c);
            s->w->counts[COUNT_SLOW]++;
            conn_close(c, WS_CLOSE_TRY_LATER, "queue_hard_bytes: reading too slowly");
        }
    }
}
