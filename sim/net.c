/* net.c - see net.h. */
#include "sim/net.h"

#include <stdlib.h>

#define POWER_SILENCE_US (20 * SECOND)

static int64_t delay_us(const world *w, link *l)
{
    int64_t base_us = w->plan->clients[l->client].latency_us;
    int64_t us = base_us + rng_scale(&l->luck, 0, base_us);
    if (w->clock.now_us < w->net_slow_until_us)
        us += rng_between(&l->luck, 0, 3 * SECOND);
    return us;
}

static void tell(world *w, link *l, event_kind kind, int64_t at_us, size_t n)
{
    clock_at(&w->clock, (event){.at_us = at_us, .kind = kind, .who = l->number, .arg = n});
}

uint32_t net_connect(world *w, uint32_t who)
{
    if ((w->link_count & (w->link_count - 1)) == 0) {
        size_t cap = w->link_count == 0 ? 1 : 2 * w->link_count;
        w->links = realloc(w->links, cap * sizeof(link *));
        if (w->links == NULL)
            abort();
    }
    link *l = calloc(1, sizeof *l);
    if (l == NULL)
        abort();
    l->number = (uint32_t)w->link_count;
    l->client = who;
    l->client_open = true;
    l->luck = rng_of(w->plan->seed, 0x6C000000 + w->link_count);
    l->up.left_bytes = l->down.left_bytes = UINT64_MAX;
    w->links[w->link_count++] = l;
    tell(w, l, EVENT_CONNECT, w->clock.now_us + delay_us(w, l), 0);
    return l->number;
}

link *net_link(const world *w, uint32_t number)
{
    return w->links[number];
}

void net_accept(world *w, link *l, void *conn)
{
    l->server_open = true;
    l->conn = conn;
    l->down.last_us = w->clock.now_us + delay_us(w, l);
    tell(w, l, EVENT_OPENED, l->down.last_us, 0);
}

void net_refuse(world *w, link *l)
{
    tell(w, l, EVENT_CLOSED_DOWN, w->clock.now_us + delay_us(w, l), 0);
}

static void append(pipe *p, bytes s)
{
    if (p->len_bytes + s.len_bytes > p->cap_bytes) {
        p->cap_bytes = 2 * (p->len_bytes + s.len_bytes);
        p->ptr = realloc(p->ptr, p->cap_bytes);
        if (p->ptr == NULL)
            abort();
    }
    memcpy(p->ptr + p->len_bytes, s.ptr, s.len_bytes);
    p->len_bytes += s.len_bytes;
}

/* What arrives may come in two parts, cut anywhere. */
static void send_bytes(world *w, link *l, pipe *p, event_kind kind, bytes s)
{
    if (s.len_bytes == 0)
        return;
    append(p, s);
    size_t first = s.len_bytes;
    if (rng_percent(&l->luck, 10))
        first = 1 + (size_t)rng_below(&l->luck, s.len_bytes);
    int64_t at_us = w->clock.now_us + delay_us(w, l);
    p->last_us = at_us > p->last_us ? at_us : p->last_us;
    tell(w, l, kind, p->last_us, first);
    if (first < s.len_bytes) {
        p->last_us += rng_scale(&l->luck, 1, 100 * MS);
        tell(w, l, kind, p->last_us, s.len_bytes - first);
    }
}

void net_send_up(world *w, link *l, bytes s)
{
    if (l->client_open && !l->cut)
        send_bytes(w, l, &l->up, EVENT_ARRIVE_UP, s);
}

size_t net_space_down(const world *w, const link *l)
{
    size_t window_bytes = w->plan->clients[l->client].window_bytes;
    return l->down.len_bytes < window_bytes ? window_bytes - l->down.len_bytes : 0;
}

void net_send_down(world *w, link *l, bytes s)
{
    if (!l->server_open)
        return;
    if (l->cut)
        append(&l->down, s); /* never acknowledged by the peer, so the window fills */
    else
        send_bytes(w, l, &l->down, EVENT_ARRIVE_DOWN, s);
}

size_t net_take(pipe *p, size_t n, uint8_t *out)
{
    if (n > p->left_bytes)
        n = (size_t)p->left_bytes;
    if (n > p->len_bytes)
        n = p->len_bytes;
    if (n == 0)
        return 0;
    if (p->left_bytes != UINT64_MAX)
        p->left_bytes -= n;
    memcpy(out, p->ptr, n);
    p->len_bytes -= n;
    memmove(p->ptr, p->ptr + n, p->len_bytes);
    return n;
}

void net_close_client(world *w, link *l)
{
    if (!l->client_open)
        return;
    l->client_open = false;
    if (l->server_open && !l->cut)
        tell(w, l, EVENT_CLOSED_UP,
             l->up.last_us > w->clock.now_us ? l->up.last_us : w->clock.now_us + delay_us(w, l), 0);
}

void net_close_server(world *w, link *l)
{
    if (!l->server_open)
        return;
    l->server_open = false;
    l->conn = NULL;
    if (l->client_open && !l->cut)
        tell(w, l, EVENT_CLOSED_DOWN,
             l->down.last_us > w->clock.now_us ? l->down.last_us : w->clock.now_us + delay_us(w, l),
             0);
}

static void cut_pipe(pipe *p, rng *luck)
{
    if (p->left_bytes == UINT64_MAX)
        p->left_bytes = rng_below(luck, p->len_bytes + 1);
}

void net_cut(world *w, link *l, cut_kind kind, rng *luck)
{
    if (l->cut)
        return;
    cut_pipe(&l->up, luck);
    cut_pipe(&l->down, luck);
    l->cut = true;
    w->counts[COUNT_CUTS]++;
    int64_t now_us = w->clock.now_us;
    if (l->server_open && (kind == CUT_BOTH || kind == CUT_SERVER))
        tell(w, l, EVENT_CLOSED_UP, (l->up.last_us > now_us ? l->up.last_us : now_us) + 1, 0);
    if (l->client_open && (kind == CUT_BOTH || kind == CUT_CLIENT))
        tell(w, l, EVENT_CLOSED_DOWN, (l->down.last_us > now_us ? l->down.last_us : now_us) + 1, 0);
}

void net_server_dead(world *w, bool power)
{
    for (size_t i = 0; i < w->link_count; i++) {
        link *l = w->links[i];
        if (!l->server_open)
            continue;
        l->server_open = false;
        l->conn = NULL;
        cut_pipe(&l->down, &l->luck);
        bool was_cut = l->cut;
        l->cut = true;
        int64_t at_us = w->clock.now_us + delay_us(w, l);
        if (power)
            at_us += rng_between(&l->luck, 0, POWER_SILENCE_US);
        if (l->client_open && !was_cut)
            tell(w, l, EVENT_CLOSED_DOWN, l->down.last_us > at_us ? l->down.last_us : at_us, 0);
    }
}

bool net_is_calm(const world *w)
{
    for (size_t i = 0; i < w->link_count; i++) {
        const link *l = w->links[i];
        if (l->server_open && !l->client_open && l->up.len_bytes > 0 && l->up.left_bytes > 0)
            return false;
    }
    return true;
}

void net_deinit(world *w)
{
    for (size_t i = 0; i < w->link_count; i++) {
        free(w->links[i]->up.ptr);
        free(w->links[i]->down.ptr);
        free(w->links[i]);
    }
    free(w->links);
    w->links = NULL;
    w->link_count = 0;
}
