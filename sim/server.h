/* server.h - the process: the real host with its rooms, and a player for each part of its port.
 *
 *   server.c        life of the process; what happens to it from outside; the port's clock and log
 *   server_conn.c   sockets of members on the false network
 *   server_store.c  the store thread: one call at a time, on the false disk
 *   watch.c         laws around the calls of rooms and of the store
 *
 * Rooms, members, pace, batches, commits, quarantine and draining are those of host/; they use the
 * heaps of the process.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "host/commit.h"
#include "host/host.h"
#include "host/member.h"
#include "host/order.h"
#include "host/outq.h"
#include "sim/heap.h"
#include "sim/net.h"
#include "sim/watch.h"

#define ROOM_ID_BYTES 8

typedef struct loop server; /* what the host calls its loop */

/* One WebSocket connection. */
typedef struct conn {
    struct conn *next;
    server *server;
    link *link;
    host_member member;
    outq out;
    buf inbox;               /* what came and is not read */
    int64_t paused_until_us; /* 0: it is read */
    bool stopped;            /* it is not read before its close */
    bool hung_up;            /* the peer ended its side */
    bool ending;             /* to be closed when all is written */
    bool closed;
    buf *probe;   /* not NULL: no socket; awareness that it is told goes here */
    conduct seen; /* for the laws */
} conn;

/* What the store thread reports to the loop. */
typedef struct store_post {
    struct store_post *next;
    store_batch *batches; /* of a commit */
    store_job *job;
    int stalled; /* a store_err, or 0 */
} store_post;

typedef struct store_thread {
    bool busy;    /* a call is under way */
    bool calling; /* the store works at this moment: faults may hit it */
    bool failed;  /* a fault said that the disk failed */
    order order;
    commit_queue queue;
    commit commit;
    bool commit_next;
    uint64_t upto;      /* the last batch that this commit tries */
    store_job *reading; /* what the call under way reads, if it is no commit */
    bool answered;      /* and that was all of the job */
    store_batch *reported;
    bool upkeep_wanted;
    store_job *jobs, *doing;
    int64_t begun_us; /* the call under way */
    int result;       /* of a commit */
    bool may_fail;    /* it was made on a disk that fails */
    store_post *posts;
    uint64_t calls;
} store_thread;

struct loop {
    world *w;
    bool up;
    bool draining;
    bool must_die; /* at the end of this turn */
    bool hurried;  /* rooms want to be ticked soon */
    bool hurry_due;
    int64_t drain_deadline_us;
    uint32_t life;
    heap heap;      /* of rooms, frames and messages */
    heap host_heap; /* of the host: fails ten times more seldom, for a lost row ends the process */
    heap safe_heap; /* of the store: never fails, and outlives the process */
    limits limits;
    metrics metrics;
    room_host *host;
    conn *conns;
    watched *watched; /* rooms in memory */
    uint64_t author_counter;
    store *store;
    store_thread thread;
    /* Faults in force. */
    bool disk_full, disk_busy;
    int64_t disk_slow_until_us;
    int64_t unwritable_until_us[PLAN_ROOMS_MAX]; /* rows of this room are refused */
    int64_t damaged_until_us[PLAN_ROOMS_MAX];    /* it cannot be read */
    bool found_damaged[PLAN_ROOMS_MAX];          /* in this turn */
    bool kept[PLAN_ROOMS_MAX];                   /* what could be read of it was written down */
    unsigned crash_in_calls; /* the process dies within the n-th call of the store; 0: not */
    bool crash_power;
};

/* server_new - with the disk's first content; the process is not up.  server_boot - start it.
 * server_kill - it dies here and now.  server_drain - SIGTERM. */
server *server_new(world *w);
void server_free(server *s);
void server_boot(server *s);
void server_kill(server *s, bool power, int64_t down_us, const char *why);
void server_drain(server *s);

void server_on_connect(server *s, link *l);
void server_on_event(server *s, const event *e); /* of this life of the process */

void server_rename(server *s, uint32_t number);
void server_delete(server *s, uint32_t number);
/* server_spoil - for a while what is stored of the room cannot be written, or not be read. */
void server_spoil(server *s, uint32_t number, bool reads, rng *luck);

void server_set_role(server *s, uint32_t who, role now);

/* server_probe - somebody joins the room, is told whose awareness is there, and leaves: the update
 * is appended to `out`.  Nothing when the room is not loaded. */
void server_probe(server *s, uint32_t number, buf *out);

/* server_peek - what the disk holds of a room, without a process; for the laws. */
int server_peek(server *s, uint32_t number, store_loaded *out);
void server_restore(server *s, uint32_t number); /* while the process is down */

/* server_is_calm - nothing that came waits to be read, and no room holds anything back.
 * server_is_empty - no rooms, no connections, and the store is idle; else `out` says what stays. */
bool server_is_calm(const server *s);
bool server_is_empty(const server *s, char *out, size_t cap);

/* ---------------------------------------------------------------- between the server's files ---
 */

void room_id_of(uint32_t number, char out[ROOM_ID_BYTES]);
uint32_t room_number_of(const char *id);
void server_turn_ends(server *s);
int64_t server_now_ms(const server *s);
void server_later(server *s, event_kind kind, uint32_t who, int64_t in_us);

/* server_conn.c */
void conn_play(host_port *port);
conn *conn_new(server *s, link *l);
void conn_free(conn *c);
conn *conn_by_session(const server *s, uint64_t session);
conn *conn_by_author(const server *s, uint64_t author);
void conn_flush(conn *c);
void conn_input(conn *c, const uint8_t *ptr, size_t len_bytes);
void conn_resume(conn *c); /* its pause may be over */
void conn_hung_up(conn *c);
void conn_gone(conn *c);
void conn_tick(conn *c);
bool conn_has_unread(const conn *c);
void conns_sweep(server *s); /* free those that are closed */

/* server_store.c */
void store_play(host_port *port);
int server_store_open(server *s);
void server_store_close(server *s, bool dead);
void store_submit(server *s, store_job *job);
void store_on_event(server *s, const event *e);
bool store_is_idle(const server *s);

#endif
