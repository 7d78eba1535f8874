/* server.h - the process: real rooms, and the parts of server/ that do I/O played by the simulator.
 *
 *   server.c        life of the process, rooms and sessions, what rooms ask for (room_sink)
 *   server_conn.c   WebSocket connections: decoder, output queue, slow and dead peers
 *   server_store.c  the store thread: group commit, jobs, failures
 *
 * They follow room_host.c, room_sink.c, ws_conn.c, outq.c, store_thread.c and drain.c of server/,
 * which cannot be linked here because they are I/O.  Rooms, engine and codecs are the real ones,
 * and use the heap of the process.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "room/room.h"
#include "sim/heap.h"
#include "sim/net.h"
#include "wire/ws.h"

#define ROOM_ID_BYTES 8
#define SESSION_PROBE ((UINT64_C(1) << 53) - 1)

/* A room and what is under way for it. */
typedef struct hosted {
    struct hosted *next;
    struct server *server;
    uint32_t number; /* of the plan */
    room *room;
    size_t in_store; /* rows and jobs on their way */
    bool loading;
    bool removed;          /* out of the list */
    bool discarded;        /* deleted: its rows need not be stored */
    uint64_t appended_seq; /* newest row the room gave out */
    uint64_t durable_seq;  /* newest row the disk holds */
    uint64_t told_seq;     /* newest row the room was told is stored */
} hosted;

typedef struct out_item {
    frame *frame;
    uint64_t key; /* 0: none */
} out_item;

/* One WebSocket connection. */
typedef struct conn {
    struct conn *next;
    struct server *server;
    link *link;
    uint64_t session; /* 0: in no room */
    hosted *at;
    role role;
    bool tandem_v1;
    ws_decoder decoder;
    out_item *out;
    size_t out_first, out_count, out_cap;
    size_t sent_bytes; /* of the first item */
    size_t queued_bytes;
    size_t big_bytes;
    bool doomed;
    int64_t soft_since_us; /* 0: not behind */
    int64_t heard_us;
    int64_t pinged_us;
    int64_t closing_us; /* 0: open */
    bool closed;
    /* For the laws: the newest row when each sync frame came, or its own if it made one; 0 is not
     * known. */
    uint64_t *frame_rows;
    uint64_t row_before; /* newest row of the room when the last frame came */
    uint64_t own_row;    /* newest row made of a frame of this connection */
    size_t frame_count, frame_cap;
} conn;

typedef enum job_kind {
    JOB_LOAD,
    JOB_SNAPSHOT,
    JOB_DELETE,
    JOB_RENAME,
    JOB_AUTHOR,
    JOB_CHAT,
    JOB_UPKEEP,
    JOB_BARRIER, /* nothing: tells when all before it is done */
} job_kind;

typedef struct store_job {
    struct store_job *next;
    job_kind kind;
    hosted *at;
    char id[ROOM_ID_BYTES];
    bool create;
    int err;
    uint64_t upto_seq;
    int64_t at_ms;
    uint8_t *state;
    size_t state_bytes;
    store_loaded loaded;
    bool has_loaded;
} store_job;

typedef struct kept_row {
    store_row row; /* room_id and bytes are owned */
    hosted *at;
} kept_row;

typedef struct row_list {
    kept_row *rows;
    size_t count, cap;
} row_list;

/* What the store thread reports to the loop. */
typedef struct store_post {
    struct store_post *next;
    row_list rows; /* of a commit */
    store_job *job;
    int stalled; /* a store_err, or 0 */
} store_post;

typedef struct store_thread {
    bool asleep; /* a wake-up is due */
    bool busy;   /* a call is under way */
    int64_t last_commit_us;
    row_list waiting; /* handed over, not taken */
    row_list taken;   /* in the commit, or in one that failed */
    bool commit_next, stalled;
    bool upkeep_wanted;
    store_job *jobs, *doing;
    int result;    /* of the call under way */
    bool may_fail; /* it was made on a disk that fails */
    store_post *posts;
    uint64_t calls;
} store_thread;

typedef struct server {
    world *w;
    bool up;
    bool draining, drained_all;
    bool tick_soon; /* one is due before the next second */
    int64_t drain_deadline_us;
    uint32_t life;
    heap heap;
    limits limits;
    room_sink sink;
    hosted *rooms;
    conn *conns;
    uint64_t session_counter;
    buf *probe;     /* what the session SESSION_PROBE is told */
    row_list batch; /* of this turn of the loop */
    store *store;
    store_thread thread;
    /* Faults in force. */
    bool disk_full, disk_busy;
    int64_t disk_slow_until_us;
    unsigned crash_in_calls; /* the process dies within the n-th call of the store; 0: not */
    bool crash_power;
} server;

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
void server_set_role(server *s, uint32_t who, role now);

/* server_probe - somebody joins the room, is told whose awareness is there, and leaves: the update
 * is appended to `out`.  Nothing when the room is not loaded. */
void server_probe(server *s, uint32_t number, buf *out);

/* server_peek - what the disk holds of a room, without a process; for the laws. */
int server_peek(server *s, uint32_t number, store_loaded *out);
void server_restore(server *s, uint32_t number); /* while the process is down */

/* ---------------------------------------------------------------- between the server's files ---
 */

void room_id_of(uint32_t number, char out[ROOM_ID_BYTES]);
hosted *server_hosted(server *s, uint32_t number);
void hosted_maybe_free(hosted *at);
void hosted_check(hosted *at); /* laws that hold after each call of a room */
store_job *server_new_job(server *s, job_kind kind, hosted *at, uint32_t number);
void server_turn_ends(server *s);
int64_t server_now_ms(const server *s);

/* server_conn.c */
conn *conn_new(server *s, link *l);
void conn_free(conn *c);
conn *conn_by_session(const server *s, uint64_t session);
void conn_check_ack(const conn *c, const frame *f); /* a law, for what rooms send */
void conn_send(conn *c, frame *f, uint64_t key);
void conn_close(conn *c, unsigned code, const char *reason);
void conn_flush(conn *c);
void conn_input(conn *c, uint8_t *ptr, size_t len_bytes);
void conn_gone(conn *c);
void conn_tick(conn *c);
void conn_doom_slow(server *s);
void conns_sweep(server *s); /* free those that are closed */

/* server_store.c */
int server_store_open(server *s);
void server_store_close(server *s, bool dead);
void store_submit(server *s, store_job *job);
void store_hand_over(server *s); /* the rows of this turn */
void store_on_event(server *s, const event *e);
bool store_is_idle(const server *s);
void row_list_free(row_list *list);

#endif
