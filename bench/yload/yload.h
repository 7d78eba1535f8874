/* yload.h - load generator for servers that speak the y-websocket protocol; see README.md.
 *
 *   options.c  what was asked            typing.c  the bytes that are typed
 *   stats.c    counters and percentiles  conn.c    one connection: socket, upgrade, frames, session
 *   loader.c   one thread of connections join.c    clients that come once, for a document
 *   modes.c    the workloads             main.c
 *
 * A connection is a session of client/, with a document of which only clocks are kept.
 */
#ifndef YLOAD_H
#define YLOAD_H

#include "base/buf.h"
#include "client/session.h"
#include "wire/ws_client.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define URLS_MAX 16
#define PIDS_MAX 32
#define THREADS_MAX 16
#define ANCHORS_MAX 256 /* characters of the text that writers type between */

typedef enum dialect { DIALECT_Y, DIALECT_HOCUS, DIALECT_RAW, DIALECT_JSON } dialect;

typedef struct endpoint {
    char host[64], prefix[256];
    struct sockaddr_in at;
} endpoint;

typedef struct options {
    const char *mode, *seed, *room, *json, *query, *subproto, *cookie, *text, *token;
    endpoint urls[URLS_MAX];
    int url_count, pids[PIDS_MAX], pid_count;
    dialect dialect;
    int rooms, clients, writers, threads, inflight, srcips, ring, jsonbytes, joins, conc, window;
    int gen_runs, gen_len, gen_deleted;
    double rate, aware, secs, warm, settle, p99_ms, start, max;
    bool poisson, cold, verify, rst, quiet, acks;
} options;

extern options opt;
void options_read(int argc, char **argv); /* ends the process when they are wrong */

/* ------------------------------------------------------------------------- stats.c ----------- */

/* Written by one thread, read by the one that reports. */
typedef _Atomic uint64_t counter;
static inline uint64_t counted(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}
static inline void count(counter *c, uint64_t by)
{
    atomic_store_explicit(c, counted(c) + by, memory_order_relaxed);
}

#define BINS_PER_OCTAVE 32
typedef struct hist { /* log-linear, of nanoseconds */
    counter n, max, bins[60 * BINS_PER_OCTAVE];
} hist;

enum {
    N_OPS,
    N_AWARE,
    N_DELIVERED,
    N_AWARE_DELIVERED,
    N_ECHO,
    N_GAPS,
    N_DUPLICATES,
    N_FORGOTTEN,
    N_BYTES_IN,
    N_BYTES_OUT,
    N_MESSAGES,
    N_CLOSED,
    N_ERRORS,
    N_REFUSED,
    N_ANCHORED,
    N_FRAMES,
    N_COUNTERS
};
enum { H_LATENCY, H_AWARE, H_LAG, H_ACK, H_SYNC, H_UPGRADE, H_TCP, H_BACK, H_COUNT };
typedef struct stats {
    counter n[N_COUNTERS];
    hist h[H_COUNT];
} stats;

uint64_t now_ns(void);
void nap(double seconds);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *must_alloc(size_t size_bytes); /* zeroed */

void hist_add(hist *h, uint64_t ns);
double hist_ms(const hist *h, double percent);
void stats_add(stats *to, const stats *s);
void stats_subtract(stats *from, const stats *s);

typedef struct usage { /* of the processes --pid */
    double cpu_s, rss_mb;
} usage;
usage usage_of_server(void);
double usage_of_self_s(void);

void json_begin(void);
void json_number(const char *name, double value);
void json_end(void);

/* ------------------------------------------------------------------------- connections ------- */

typedef enum conn_state {
    CONN_CLOSED,
    CONN_DIALLING,
    CONN_UPGRADING,
    CONN_OPEN,
    CONN_SYNCED
} conn_state;

struct conn;
typedef struct writer {
    struct conn *conn;
    uint32_t clock;                  /* next one */
    uint64_t *due_ns, *aware_due_ns; /* rings: when each was to be typed; 0: not of interest */
} writer;

/* One that comes once, for a document. */
typedef struct visit {
    uint64_t upgraded_ns, synced_ns, bytes, units, frames; /* the first two since it dialled */
    uint64_t target;                                       /* units to wait for; 0: any step 2 */
    bytes push; /* is sent at the first step 2, and that is all; empty: nothing */
    bool later; /* the document is read afterwards: others are waiting for this core */
    bool done;
    bytes document; /* then, in `copy` or in the decoder, which is not fed any more */
    buf copy;
    char fault[64];
} visit;

typedef struct conn {
    struct loader *loader;
    int fd;
    conn_state state;
    bool anchored, authorised;
    uint32_t room, index;
    uint64_t id;
    uint8_t nonce[WS_NONCE_BYTES];
    buf head, unsent;  /* of the server's answer; of what the socket did not take */
    size_t sent_bytes; /* of `unsent` */
    ws_decoder in;
    client_session session;
    uint32_t *have;   /* next clock of each writer of the room */
    uint64_t *due_ns; /* mode ack, a ring: when each frame was due */
    uint64_t acked;   /* of them */
    uint32_t shown;   /* clock of the presence */
    uint64_t dialled_ns;
    writer *writer;
    visit *visit;
} conn;

typedef enum phase {
    PHASE_IDLE,
    PHASE_CONNECT,
    PHASE_ANCHOR,
    PHASE_TYPE,
    PHASE_FLOOD,
    PHASE_STORM,
    PHASE_CLOSE,
    PHASE_EXIT
} phase;

typedef struct loader {
    int epoll, first_room, room_count, conn_count, writer_count;
    pthread_t thread;
    conn *conns;
    writer *writers;
    uint32_t *order; /* of the writers, shuffled */
    uint8_t *input;
    buf frame, message, update;    /* scratch */
    uint64_t luck, now_ns, due_ns; /* due_ns: of what is being typed; 0: now */
    uint64_t dropped_ns;           /* by a storm; 0: not */
    uint64_t next_due_ns;
    uint32_t next_writer;
    int next_dial, dialling;
    int seen_phase;
    counter synced;
    stats stats;
} loader;

extern loader loaders[THREADS_MAX];
extern uint64_t first_id;

uint64_t lot(loader *l);
void loader_init(loader *l, int first_room, int room_count, int clients, int writers);
void loader_deinit(loader *l);
void loader_turn(loader *l, int64_t wait_ns); /* what is ready, or comes within */
void loaders_start(void);
void loaders_enter(phase p); /* and wait until all are in it */
void loaders_rate(double per_second);
void loaders_stop(void);
uint64_t loaders_sum(int n); /* of N_* */
uint64_t loaders_synced(void);
uint64_t loaders_unacked(void);
void loaders_snapshot(stats *out);
void loaders_storm(uint64_t at_ns);

void conn_init(conn *c, loader *l, uint32_t room, uint32_t index);
void conn_deinit(conn *c);
void conn_dial(conn *c);
void conn_ready(conn *c, uint32_t events); /* of epoll */
void conn_say(conn *c, const sync_msg *msg);
void conn_send(conn *c, unsigned opcode, bytes payload); /* a frame */
void conn_close(conn *c);                                /* on our side, without a word */
void conn_type(conn *c, uint64_t due_ns); /* one character, and sometimes the cursor */
void conn_anchor(conn *c);

/* ------------------------------------------------------------------------- typing.c ---------- */

void room_name(uint32_t room, char out[128]);
uint64_t anchor_of(uint32_t room);
size_t anchor_count(void);
void put_typed(buf *out, const conn *c, uint32_t from, uint32_t count); /* an update's section */
void put_anchor(buf *out, uint32_t room);
void put_presence(buf *out, const conn *c, uint32_t clock, uint32_t at);
void put_state_vector(buf *out, const conn *c);
void put_lacking(buf *out, conn *c, bytes state_vector); /* the body of step 2 */
void on_update(conn *c, bytes update);
void on_presence(conn *c, bytes update);
uint64_t update_units(bytes update); /* clocks that it holds */
bytes seed_update(void);             /* of --seed or --gen */

/* ------------------------------------------------------------------------- join.c, modes.c --- */

/* visits_begin - `count` clients join `room` at once.  visits_wait - until all have what they came
 * for, or failed.  visits_end - they leave; what was left for later is read. */
void visits_begin(loader *l, visit *visits, int count, uint32_t room);
void visits_wait(loader *l, double seconds);
void visits_end(loader *l);
bool mode_join(void);
bool mode_of(const char *name); /* false: a check failed */
bool verify_rooms(void);

#endif
