/* net.h - connections: two streams of bytes each, in order, with delay and an end that may come at
 * any byte.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "sim/world.h"

typedef struct pipe {
    uint8_t *ptr;
    size_t len_bytes; /* sent, not taken */
    size_t cap_bytes;
    size_t arrived_bytes; /* of them, there; more than 0 only while the client does not read */
    int64_t last_us;      /* arrival of the latest */
    uint64_t left_bytes;  /* that still get through once the link is cut; UINT64_MAX: all */
} pipe;

typedef struct link {
    uint32_t number;
    uint32_t client;
    bool client_open; /* the client's end */
    bool server_open;
    bool cut;    /* what is sent now is lost */
    bool paused; /* the client does not read */
    pipe up;     /* to the server */
    pipe down;   /* to the client */
    rng luck;
    void *conn; /* the server's end */
} link;

typedef enum cut_kind {
    CUT_BOTH,   /* both ends hear of it */
    CUT_CLIENT, /* only the client: the server keeps a half-open socket */
    CUT_SERVER, /* only the server */
    CUT_SILENT, /* nobody */
    CUT_KINDS,
} cut_kind;

/* net_connect - client `client` dials; EVENT_CONNECT comes at the server.  Returns the number. */
uint32_t net_connect(world *w, uint32_t who);
link *net_link(const world *w, uint32_t number);

/* net_accept / net_refuse - the server's answer to EVENT_CONNECT. */
void net_accept(world *w, link *l, void *conn);
void net_refuse(world *w, link *l);

void net_send_up(world *w, link *l, bytes s);
void net_send_down(world *w, link *l, bytes s);

/* net_space_down - bytes the network takes from the server now. */
size_t net_space_down(const world *w, const link *l);

/* net_take - `n` bytes have come through; copy them to `out` (of at least n bytes) and return how
 * many are really there. */
size_t net_take(pipe *p, size_t n, uint8_t *out);

/* net_close_client / server - that end closes; the other hears it behind all that was sent. */
void net_close_client(world *w, link *l);
void net_close_server(world *w, link *l);

/* net_cut - the link breaks at any byte of what is under way.  net_server_dead - all links of a
 * process that died; with its machine, if `power`, which tells nobody for a while. */
void net_cut(world *w, link *l, cut_kind kind, rng *luck);
void net_server_dead(world *w, bool power);

/* net_is_calm - nothing is under way to the server from tabs that are gone. */
bool net_is_calm(const world *w);

void net_deinit(world *w);

#endif
