/* The socket of a member: what host/member.h leaves to I/O. */
#include "server/ws/ws_conn.h"

#include "host/host.h"
#include "server/app/limits.h"
#include "server/net/address_book.h"
#include "wire/sync.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct ws_conn {
    conn base; /* first: a conn pointer is ours */
    host_member member;
} ws_conn;

static conn *conn_of(host_member *m)
{
    return (conn *)(void *)((char *)m - offsetof(ws_conn, member));
}

static host_member *member_of(conn *c)
{
    return &((ws_conn *)c)->member;
}

/* ---------------------------------------------------------------------- what a host asks for ---
 */

static size_t play_send(host_member *m, frame *f)
{
    conn *c = conn_of(m);
    conn_send_frame(c, f);
    return outq_held_bytes(&c->out);
}

static size_t play_send_newest(host_member *m, frame *f, uint64_t key)
{
    conn *c = conn_of(m);
    conn_send_newest(c, f, key);
    return outq_held_bytes(&c->out);
}

static void play_send_control(host_member *m, bytes whole)
{
    conn_send_copy(conn_of(m), whole.ptr, whole.len_bytes);
}

static size_t play_queued_bytes(const host_member *m)
{
    return outq_held_bytes(
        &((const ws_conn *)(const void *)((const char *)m - offsetof(ws_conn, member)))->base.out);
}

static void play_drop_queue(host_member *m)
{
    conn_drop_queue(conn_of(m));
}

static void play_pause(host_member *m, uint64_t ms)
{
    conn_pause_for(conn_of(m), ms);
}

static void play_stop(host_member *m)
{
    conn_pause_input(conn_of(m));
}

static void play_closing(host_member *m, unsigned code, const char *reason)
{
    conn *c = conn_of(m);
    (void)reason;
    if (code == WS_CLOSE_NO_ROOM)
        address_book_count(c->loop->app->addresses, &c->peer.key, ADDRESS_MISS,
                           loop_now_ms(c->loop));
    c->paused_ms = 0;
    conn_resume_input(c);
}

static void play_end(host_member *m)
{
    conn_close_after_writing(conn_of(m));
}

static void play_hang_up(host_member *m)
{
    conn_close(conn_of(m));
}

void ws_conn_play(host_port *port)
{
    port->send = play_send;
    port->send_newest = play_send_newest;
    port->send_control = play_send_control;
    port->queued_bytes = play_queued_bytes;
    port->drop_queue = play_drop_queue;
    port->pause = play_pause;
    port->stop = play_stop;
    port->closing = play_closing;
    port->end = play_end;
    port->hang_up = play_hang_up;
}

/* ------------------------------------------------------------------- what happens to a socket ---
 */

/* How much the next turn reads, and whether others go first. */
static void look_ahead(conn *c)
{
    const host_member *m = member_of(c);
    c->busy = m->busy;
    c->recv_bytes =
        host_member_wants(m) > LIMIT_RECV_FRAMES_BYTES ? LIMIT_RECV_BYTES : LIMIT_RECV_FRAMES_BYTES;
}

static void ws_input(conn *c, uint8_t *ptr, size_t n)
{
    host_member_input(c->loop->rooms, member_of(c), ptr, n);
    if (!c->closed)
        look_ahead(c);
}

static void ws_resumed(conn *c)
{
    host_member_resumed(c->loop->rooms, member_of(c));
    if (!c->closed)
        look_ahead(c);
}

static void ws_drained(conn *c)
{
    host_member_drained(member_of(c));
}

static void ws_tick(conn *c, uint64_t now_ms)
{
    (void)now_ms;
    host_member_tick(c->loop->rooms, member_of(c));
}

static size_t ws_held_bytes(const conn *c)
{
    return host_member_held_bytes(c->loop->rooms, &((const ws_conn *)c)->member);
}

static void ws_shed(conn *c)
{
    host_member_shed(c->loop->rooms, member_of(c));
}

static void ws_gone(conn *c)
{
    host_member_gone(c->loop->rooms, member_of(c));
}

static const conn_ops ws_ops = {.input = ws_input,
                                .resumed = ws_resumed,
                                .drained = ws_drained,
                                .tick = ws_tick,
                                .held_bytes = ws_held_bytes,
                                .shed = ws_shed,
                                .gone = ws_gone};

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
    if (!conn_init(&wc->base, l, hand->fd, &ws_ops, &hand->peer)) {
        free(wc);
        return NULL;
    }
    host_member_init(l->rooms, &wc->member);
    wc->base.recv_bytes = LIMIT_RECV_FRAMES_BYTES;
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
        if (room_host_is_draining(l->rooms))
            host_member_close(l->rooms, &wc->member, WS_CLOSE_RESTART, "the server restarts");
        else if (hand->known_bad)
            host_member_close(l->rooms, &wc->member, WS_CLOSE_NO_ROOM, "no such room");
        else
            room_host_join(l->rooms, &wc->member, hand->room_id,
                           &(room_join){.tandem_v1 = hand->tandem_v1,
                                        .role = hand->role,
                                        .name = hand->name,
                                        .author = hand->author,
                                        .person = hand->known ? hand->author : 0});
        if (hand->rest_bytes > 0)
            ws_input(&wc->base, hand->rest, hand->rest_bytes);
    }
    free(hand->rest);
    free(hand);
}
