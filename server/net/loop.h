/* loop.h - one loop thread: its turns and its mailbox, and what it carries for those above.
 *
 * Everything below belongs to the thread that runs the loop; the one way in from outside is
 * loop_post.  Within a turn events are handled first and what they queued is written once at the
 * end (uv_check_t), so a thousand small frames for one socket are one sendmsg.
 */
#ifndef SERVER_NET_LOOP_H
#define SERVER_NET_LOOP_H

#include "host/metrics.h"
#include "host/port.h"
#include "server/app/app.h"

#include <uv.h>

typedef struct conn conn;

struct peer;

/* What a loop calls of those above it; shard.c hands them in. */
typedef struct loop_hooks {
    void (*turn)(loop *l);   /* at the end of each turn */
    void (*second)(loop *l); /* once a second */
    /* A socket of `from` was accepted.  false: it is still the caller's. */
    bool (*accepted)(loop *l, int fd, const struct peer *from);
} loop_hooks;

struct loop {
    uv_loop_t uv;
    uv_thread_t thread;
    app *app;
    const loop_hooks *hooks;
    size_t index;

    uv_mutex_t mailbox_lock;
    loop_msg *mailbox_first;
    loop_msg *mailbox_last;
    bool stopped; /* guarded too: nobody reads the mailbox any more */
    uv_async_t wake;

    uv_check_t flush;
    uv_timer_t tick;
    uv_timer_t accept_again;
    uv_timer_t resume; /* runs while there are paused connections */
    uv_timer_t hurry;  /* runs while there are rooms in a hurry */
    uv_poll_t listener;
    int listen_fd; /* -1: not listening */
    bool draining;
    bool accept_paused;
    uint64_t busy_us; /* spent on busy connections in this turn */

    uv_poll_t sockets; /* readable when a socket of the set is ready */
    int sockets_fd;    /* epoll */
    conn *conns;       /* all open ones */
    conn *dirty;       /* those with something to write */
    conn *gone;        /* closed in this turn */
    conn *paused;      /* those that are not read for a while; see conn_pause_for */
    conn *resuming;
    uint8_t *recv_buf;
    room_host *rooms;
    int64_t clock_offset_ms; /* of the calendar to the monotonic clock, when the loop began */
    metrics metrics;
};

/* loop_init - before the thread starts.  loop_run - take turns until loop_stop.  loop_close - after
 * it, on the same thread: closes all handles.  loop_deinit - when all threads have ended: until
 * then others may still post. */
bool loop_init(loop *l, app *a, size_t index, const loop_hooks *hooks);
void loop_run(loop *l);
void loop_close(loop *l);
void loop_deinit(loop *l);

/* loop_owner - the loop thread that owns a room. */
loop *loop_owner(const app *a, const char *room_id);

/* loop_post - run `msg` on the loop's thread, from any thread.  In order of posting.  A loop that
 * has stopped runs nothing more: the process is at its end. */
void loop_post(loop *l, loop_msg *msg);

/* loop_now_ms - the monotonic clock of this turn. */
uint64_t loop_now_ms(const loop *l);

/* loop_stop - for shutdown, on the loop's thread. */
void loop_stop(loop *l);

#endif
