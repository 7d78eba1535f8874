#include "server/shard.h"

#include "server/host_port.h"
#include "server/http/http_conn.h"
#include "server/net/conn.h"
#include "server/net/listen.h"

static void on_turn(loop *l)
{
    l->busy_us = 0;
    room_host_flush(l->rooms);
    conn_flush_dirty(l);
}

static void on_second(loop *l)
{
    conn_tick_all(l);
    room_host_tick(l->rooms);
}

static const loop_hooks hooks = {.turn = on_turn, .second = on_second, .accepted = http_conn_open};

bool shard_init(loop *l, app *a, size_t index, int listen_fd)
{
    if (!loop_init(l, a, index, &hooks))
        return false;
    l->rooms = host_port_new(l);
    return l->rooms != NULL && conn_loop_init(l) && listen_start(l, listen_fd);
}

void shard_run(void *loop_arg)
{
    loop *l = loop_arg;
    loop_run(l);
    /* Stopped: everything that is still open goes, so that a leak checker sees what was lost. */
    conn_close_all(l);
    loop_close(l);
    conn_loop_deinit(l);
}

void shard_deinit(loop *l)
{
    room_host_free(l->rooms);
    loop_deinit(l);
}
