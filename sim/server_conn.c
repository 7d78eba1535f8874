/* server_conn.c - sockets of the simulated process: the part of host/port.h that is about members.
 * See server.h. */
#include "sim/ledger.h"
#include "sim/server.h"
#include "wire/sync.h"

#include <stdlib.h>

#define RECV_BYTES 65536

static conn *conn_of(host_member *m)
{
    return (conn *)(void *)((char *)m - offsetof(conn, member));
}

conn *conn_new(server *s, link *l)
{
    conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    c->server = s;
    c->link = l;
    c->seen.opened_us = s->w->clock.now_us;
    buf_init(&c->inbox, base_alloc_libc(), SIZE_MAX / 4);
    host_member_init(s->host, &c->member);
    if (l != NULL) {
        c->next = s->conns;
        s->conns = c;
    }
    return c;
}

/* What the process and the system keep of it; its member is gone, or all the process is. */
void conn_free(conn *c)
{
    outq_deinit(&c->out);
    buf_deinit(&c->inbox);
    free(c->seen.frame_rows);
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
    conn *c = s->conns;
    while (c != NULL && (session == 0 || c->member.session != session))
        c = c->next;
    return c;
}

conn *conn_by_author(const server *s, uint64_t author)
{
    conn *c = s->conns;
    while (c != NULL && (c->seen.author != author || c->member.session == 0))
        c = c->next;
    return c;
}

/* -------------------------------------------------------------------------------- sending --- */

/* Like a socket's end: nothing more is taken when the connection is to be closed. */
static bool takes(const conn *c)
{
    return !c->closed && !c->ending && c->probe == NULL;
}

static void must(bool queued)
{
    if (!queued)
        abort();
}

static void tell_probe(conn *c, const frame *f)
{
    sync_msg msg;
    if (c->probe != NULL && sync_decode(frame_payload(f), &msg) == BASE_OK &&
        msg.tag == SYNC_AWARENESS)
        buf_put_bytes(c->probe, msg.body);
}

static size_t play_send(host_member *m, frame *f)
{
    conn *c = conn_of(m);
    tell_probe(c, f);
    if (takes(c)) {
        watch_frame(c, f);
        must(outq_put_frame(&c->out, f));
    }
    return outq_held_bytes(&c->out);
}

static size_t play_send_newest(host_member *m, frame *f, uint64_t key)
{
    conn *c = conn_of(m);
    tell_probe(c, f);
    if (takes(c))
        must(outq_put_newest(&c->out, f, key));
    return outq_held_bytes(&c->out);
}

static void play_send_control(host_member *m, bytes whole)
{
    conn *c = conn_of(m);
    uint8_t *block = malloc(whole.len_bytes);
    if (block == NULL)
        abort();
    memcpy(block, whole.ptr, whole.len_bytes);
    if (takes(c))
        must(outq_put_heap(&c->out, block, whole.len_bytes));
    else
        free(block);
}

static size_t play_queued_bytes(const host_member *m)
{
    return outq_held_bytes(
        &((const conn *)(const void *)((const char *)m - offsetof(conn, member)))->out);
}

static void play_drop_queue(host_member *m)
{
    outq_drop_unsent(&conn_of(m)->out);
}

static void play_pause(host_member *m, uint64_t ms)
{
    conn *c = conn_of(m);
    int64_t us = (int64_t)(ms + (ms == 0)) * MS;
    c->paused_until_us = c->server->w->clock.now_us + us;
    c->server->w->counts[COUNT_PAUSES]++;
    server_later(c->server, EVENT_RESUME, c->link->number, us);
}

static void play_stop(host_member *m)
{
    conn_of(m)->stopped = true;
}

static void play_closing(host_member *m, unsigned code, const char *reason)
{
    conn *c = conn_of(m);
    if (c->link == NULL)
        return;
    if (reason != NULL && strlen(reason) > 123)
        law_broken(c->server->w, "close reasons fit", "code %u", code);
    watch_closing(c, code);
    ledger_closed(c->server->w, c->link->client, code, reason != NULL ? reason : "");
    c->stopped = false;
    c->paused_until_us = 0;
    if (c->inbox.len_bytes > 0 || c->hung_up)
        server_later(c->server, EVENT_RESUME, c->link->number, 0);
}

static void play_end(host_member *m)
{
    conn_of(m)->ending = true;
}

static void play_hang_up(host_member *m)
{
    conn *c = conn_of(m);
    c->server->w->counts[COUNT_DEAD] += m->pace.closing_ms == 0;
    conn_gone(c);
}

void conn_play(host_port *port)
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

/* As much as the network takes, frame by frame. */
void conn_flush(conn *c)
{
    world *w = c->server->w;
    struct iovec next;
    while (!c->closed && outq_peek(&c->out, &next, 1) == 1) {
        size_t space = net_space_down(w, c->link);
        size_t n = next.iov_len < space ? next.iov_len : space;
        if (n == 0)
            return;
        net_send_down(w, c->link, bytes_of(next.iov_base, n));
        outq_wrote(&c->out, n);
    }
    if (c->closed)
        return;
    host_member_drained(&c->member);
    if (c->ending)
        conn_gone(c);
}

/* -------------------------------------------------------------------------------- reading --- */

static bool is_read(const conn *c)
{
    return !c->closed && !c->ending && !c->stopped && c->paused_until_us == 0 &&
           !c->server->must_die;
}

static void read_inbox(conn *c)
{
    while (c->inbox.len_bytes > 0 && is_read(c)) {
        size_t n = c->inbox.len_bytes < RECV_BYTES ? c->inbox.len_bytes : RECV_BYTES;
        uint8_t *turn = malloc(n); /* of its size, so that a sanitizer sees who reads beyond */
        if (turn == NULL)
            abort();
        memcpy(turn, c->inbox.ptr, n);
        memmove(c->inbox.ptr, c->inbox.ptr + n, c->inbox.len_bytes - n);
        c->inbox.len_bytes -= n;
        host_member_input(c->server->host, &c->member, turn, n);
        free(turn);
    }
    if (c->hung_up && is_read(c))
        conn_gone(c);
}

void conn_input(conn *c, const uint8_t *ptr, size_t len_bytes)
{
    buf_put(&c->inbox, ptr, len_bytes);
    read_inbox(c);
}

void conn_resume(conn *c)
{
    if (c->paused_until_us != 0 && c->server->w->clock.now_us >= c->paused_until_us) {
        c->paused_until_us = 0;
        host_member_resumed(c->server->host, &c->member);
    }
    read_inbox(c);
}

/* Its end is seen behind all that it sent. */
void conn_hung_up(conn *c)
{
    c->hung_up = true;
    read_inbox(c);
    if (c->ending)
        conn_gone(c);
}

void conn_gone(conn *c)
{
    if (c->closed)
        return;
    c->closed = true;
    host_member_gone(c->server->host, &c->member);
    c->seen.at = NULL;
}

void conn_tick(conn *c)
{
    if (c->closed)
        return;
    host_member_tick(c->server->host, &c->member);
    watch_tick(c);
}

bool conn_has_unread(const conn *c)
{
    return c->member.pace.closing_ms == 0 && (c->inbox.len_bytes > 0 || c->member.rest_bytes > 0);
}
