/* yload - load generator for servers that speak the y-websocket protocol.
 * size: one file on purpose, so that it can be copied to another machine and compiled alone.
 * C11, Linux (epoll), libc only.  See README.md.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;
#define NS 1000000000ull
#define MS 1000000ull
#define MAXURL 16
#define MAXPID 32
#define MAXTHR 16

enum { P_Y, P_HOCUS, P_RAW, P_JSON };
enum { C_CLOSED, C_CONNECTING, C_UPGRADING, C_OPEN, C_SYNCED };

/* ------------------------------------------------------------- options */
static struct {
    const char *mode;
    struct {
        char host[64], prefix[256];
        struct sockaddr_in sa;
    } url[MAXURL];
    int nurl;
    int proto, rooms, clients, writers, threads, inflight, srcips, ring, jsonbytes;
    double rate, aware, secs, warm, settle, p99lim, sat_start, sat_max;
    bool poisson, cold, verify, rst, quiet, batchframes, acks;
    int joins, conc;
    const char *seed, *room, *json, *query, *subproto, *cookie, *textname, *token;
    int gen_runs, gen_len, gen_del, window;
    int pid[MAXPID], npid;
} o = {.rooms = 10,
       .clients = 4,
       .writers = 1,
       .threads = 1,
       .inflight = 256,
       .srcips = 0,
       .ring = 4096,
       .jsonbytes = 2000,
       .rate = 10,
       .aware = 0,
       .secs = 10,
       .warm = 1,
       .settle = 0,
       .p99lim = 100,
       .sat_start = 500,
       .sat_max = 4e6,
       .joins = 20,
       .conc = 1,
       .textname = "monaco",
       .token = "t",
       .query = "",
       .gen_runs = 0,
       .gen_len = 8,
       .gen_del = 30,
       .window = 4};

static int int_of(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

static u64 now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * NS + (u64)t.tv_nsec;
}
static void die(const char *f, ...)
{
    va_list a;
    va_start(a, f);
    vfprintf(stderr, f, a);
    va_end(a);
    fputc('\n', stderr);
    exit(2);
}
static void *xalloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p)
        die("out of memory");
    return p;
}
static void *xrealloc(void *q, size_t n)
{
    void *p = realloc(q, n);
    if (!p)
        die("out of memory");
    return p;
}

/* ------------------------------------------------- log-linear histogram */
#define HB 32
typedef struct {
    u64 n, sum, max, b[60 * HB];
} hist;
static inline void h_add(hist *h, u64 v)
{
    int i;
    if (v < HB)
        i = (int)v;
    else {
        int e = 63 - __builtin_clzll(v);
        i = (e - 4) * HB + (int)((v >> (e - 5)) & (HB - 1));
    }
    h->b[i]++;
    h->n++;
    h->sum += v;
    if (v > h->max)
        h->max = v;
}
static u64 h_val(int i)
{
    if (i < HB)
        return (u64)i;
    int e = i / HB + 4;
    return ((u64)(HB + i % HB) << (e - 5)) + ((1ull << (e - 5)) >> 1);
}
static double h_pct(const hist *h, double p)
{ /* ms */
    if (!h->n)
        return 0;
    u64 want = (u64)(p / 100.0 * (double)h->n + 0.5), c = 0;
    if (!want)
        want = 1;
    for (int i = 0; i < 60 * HB; i++) {
        c += h->b[i];
        if (c >= want) {
            u64 v = h_val(i);
            return (double)(v > h->max ? h->max : v) / 1e6;
        }
    }
    return (double)h->max / 1e6;
}
static void h_merge(hist *d, const hist *s)
{
    d->n += s->n;
    d->sum += s->sum;
    if (s->max > d->max)
        d->max = s->max;
    for (int i = 0; i < 60 * HB; i++)
        d->b[i] += s->b[i];
}

/* ------------------------------------------------------------ lib0 codec */
typedef struct {
    const u8 *p, *e;
    bool bad;
} rd;
static u64 r_vu(rd *r)
{
    u64 v = 0;
    int s = 0;
    while (r->p < r->e) {
        u8 b = *r->p++;
        v |= (u64)(b & 127) << s;
        if (b < 128)
            return v;
        s += 7;
        if (s > 63)
            break;
    }
    r->bad = true;
    return 0;
}
static const u8 *r_bytes(rd *r, u64 *n)
{
    *n = r_vu(r);
    if (r->bad || *n > (u64)(r->e - r->p)) {
        r->bad = true;
        *n = 0;
        return r->e;
    }
    const u8 *q = r->p;
    r->p += *n;
    return q;
}
static void r_skip(rd *r, u64 n)
{
    if (n > (u64)(r->e - r->p)) {
        r->bad = true;
        r->p = r->e;
    } else
        r->p += n;
}
static void r_any(rd *r)
{
    if (r->p >= r->e) {
        r->bad = true;
        return;
    }
    u64 n;
    u8 t = *r->p++;
    switch (t) {
    case 127:
    case 126:
    case 121:
    case 120:
        return;
    case 125: {
        while (r->p < r->e && (*r->p++ & 128)) {
        }
        return;
    }
    case 124:
        r_skip(r, 4);
        return;
    case 123:
    case 122:
        r_skip(r, 8);
        return;
    case 119:
    case 116:
        r_bytes(r, &n);
        return;
    case 118: {
        u64 c = r_vu(r);
        while (c-- && !r->bad) {
            r_bytes(r, &n);
            r_any(r);
        }
        return;
    }
    case 117: {
        u64 c = r_vu(r);
        while (c-- && !r->bad)
            r_any(r);
        return;
    }
    default:
        r->bad = true;
    }
}
static u8 *w_vu(u8 *p, u64 v)
{
    while (v > 127) {
        *p++ = (u8)(v | 128);
        v >>= 7;
    }
    *p++ = (u8)v;
    return p;
}
static u8 *w_bytes(u8 *p, const void *d, size_t n)
{
    p = w_vu(p, n);
    memcpy(p, d, n);
    return p + n;
}
static u64 utf16len(const u8 *p, u64 n)
{
    u64 c = 0;
    for (u64 i = 0; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            c++;
        if (p[i] >= 0xF0)
            c++;
    }
    return c;
}

/* walk an update in v1 encoding; f(ctx, client, clock, len) for every run of structs */
typedef void (*runfn)(void *, u64 client, u64 clock, u64 len);
static bool walk_update(const u8 *p, size_t n, runfn f, void *ctx)
{
    rd r = {p, p + n, false};
    u64 k;
    u64 nc = r_vu(&r);
    while (nc-- && !r.bad) {
        u64 ns = r_vu(&r), client = r_vu(&r), clock = r_vu(&r), start = clock;
        while (ns-- && !r.bad) {
            if (r.p >= r.e) {
                r.bad = true;
                break;
            }
            u8 info = *r.p++;
            u8 ref = info & 31;
            u64 len = 1;
            if (ref == 0) {
                clock += r_vu(&r);
                continue;
            }
            if (ref == 10) {
                u64 l = r_vu(&r);
                if (clock > start)
                    f(ctx, client, start, clock - start);
                clock += l;
                start = clock;
                continue;
            }
            if (info & 0x80) {
                r_vu(&r);
                r_vu(&r);
            }
            if (info & 0x40) {
                r_vu(&r);
                r_vu(&r);
            }
            if (!(info & 0xC0)) {
                if (r_vu(&r) == 1)
                    r_bytes(&r, &k);
                else {
                    r_vu(&r);
                    r_vu(&r);
                }
                if (info & 0x20)
                    r_bytes(&r, &k);
            }
            switch (ref) {
            case 1:
                len = r_vu(&r);
                break;
            case 2:
                len = r_vu(&r);
                for (u64 i = 0; i < len && !r.bad; i++)
                    r_bytes(&r, &k);
                break;
            case 3:
            case 5:
                r_bytes(&r, &k);
                break;
            case 4: {
                const u8 *s = r_bytes(&r, &k);
                len = k == 1 ? 1 : utf16len(s, k);
                break;
            }
            case 6:
                r_bytes(&r, &k);
                r_bytes(&r, &k);
                break;
            case 7: {
                u64 t = r_vu(&r);
                if (t == 3 || t == 5)
                    r_bytes(&r, &k);
                break;
            }
            case 8:
                len = r_vu(&r);
                for (u64 i = 0; i < len && !r.bad; i++)
                    r_any(&r);
                break;
            case 9:
                r_bytes(&r, &k);
                r_any(&r);
                break;
            default:
                r.bad = true;
            }
            clock += len;
        }
        if (!r.bad && clock > start)
            f(ctx, client, start, clock - start);
    }
    return !r.bad;
}

/* ----------------------------------------------------------- connection */
typedef struct conn {
    int fd;
    u8 state;
    bool up, anchor_ok, is_echo;
    u8 frag_op;
    bool auth;
    u32 room;
    u32 idx;
    u32 cid;
    u8 *rb;
    u32 rl, rc;
    u8 *wb;
    u32 wl, wo, wc;
    u8 *fb;
    u32 fl, fc;
    u32 *sv;   /* next expected clock of each writer of the room */
    u64 other; /* struct length received from anybody else */
    /* mode ack: step 2 and update messages sent, those acknowledged, when each was due */
    u64 frames, acked, *due;
    u64 t0, tconn, tup, tsync;
    u64 bin, bout;
    struct wr *w;
} conn;
typedef struct wr {
    conn *c;
    u32 clock, aclock;
    u64 *ts, *ats;
} wr;

typedef struct {
    u64 ops, aw, deliv, adeliv, echo, gaps, dups, lost_ring, bin, bout, msgs, closed, errors,
        conn_fail;
    hist lat, alat, lag, acklat, t_sync, t_up, t_tcp, t_total;
} stats;

typedef struct thr {
    int id, ep, r0, r1, nconn, nw;
    pthread_t th;
    conn *c;
    wr *w;
    u32 *order;
    u8 *buf;
    size_t bufsz;
    stats s;
    u64 rng;
    u32 qhead, nopen, nsync, nanchor, nstart; /* connect queue progress */
    int inflight;
    u64 next_due;
    u64 interval;
    u32 next_w;
    int seen_phase;
} thr;

enum { PH_CONNECT, PH_ANCHOR, PH_IDLE, PH_TYPE, PH_FLOOD, PH_STORM, PH_CLOSE, PH_EXIT };
static atomic_int phase;
static atomic_int acked;
static _Atomic u64 type_interval_ns; /* per thread interval between ops */
static u64 storm_t0;
static u32 base_id;
static char run_tag[32];
static thr T[MAXTHR];
static u8 *seed_buf;
static size_t seed_len;
static u64 seed_units;

static u64 rnd(thr *t)
{
    u64 x = t->rng;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return t->rng = x;
}
static u32 anchor_id(u32 room)
{
    return base_id + (u32)o.rooms * (u32)o.clients + room;
}

static void room_name(char *b, size_t n, u32 room)
{
    if (o.room) {
        if (o.rooms == 1)
            snprintf(b, n, "%s", o.room);
        else
            snprintf(b, n, "%s-%u", o.room, room);
    } else
        snprintf(b, n, "yl%s-%u", run_tag, room);
}

static void c_reset(thr *t, conn *c)
{
    if (c->fd >= 0) {
        if (o.rst) {
            struct linger l = {1, 0};
            setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
        }
        close(c->fd);
    }
    if (c->state == C_CONNECTING || c->state == C_UPGRADING)
        t->inflight--;
    c->fd = -1;
    c->state = C_CLOSED;
    c->rl = c->wl = c->wo = c->fl = 0;
    c->frag_op = 0;
    c->auth = false;
    c->frames = c->acked = 0;
    free(c->rb);
    c->rb = NULL;
    c->rc = 0;
    free(c->wb);
    c->wb = NULL;
    c->wc = 0;
    free(c->fb);
    c->fb = NULL;
    c->fc = 0;
}
static void c_fail(thr *t, conn *c, const char *why)
{
    if (!o.quiet && t->s.closed < 5) {
        char b[96];
        room_name(b, sizeof b, c->room);
        fprintf(stderr, "yload: connection %u of room %s dropped: %s\n", c->idx, b, why);
    }
    if (c->state == C_OPEN || c->state == C_SYNCED) {
        t->nopen--;
        if (c->state == C_SYNCED)
            t->nsync--;
        t->s.closed++;
    } else
        t->s.conn_fail++;
    c_reset(t, c);
}
static void c_mod(thr *t, conn *c, u32 ev)
{
    struct epoll_event e = {.events = ev, .data.ptr = c};
    epoll_ctl(t->ep, EPOLL_CTL_MOD, c->fd, &e);
}
static void c_send(thr *t, conn *c, const u8 *d, size_t n)
{
    if (c->fd < 0)
        return;
    c->bout += n;
    t->s.bout += n;
    if (c->wl == c->wo) {
        ssize_t k = send(c->fd, d, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (k == (ssize_t)n)
            return;
        if (k < 0) {
            if (errno != EAGAIN) {
                c_fail(t, c, strerror(errno));
                return;
            }
            k = 0;
        }
        d += k;
        n -= (size_t)k;
        c->wl = c->wo = 0;
        c_mod(t, c, EPOLLIN | EPOLLOUT);
    }
    if (c->wl + n > c->wc) {
        if (c->wo) {
            memmove(c->wb, c->wb + c->wo, c->wl - c->wo);
            c->wl -= c->wo;
            c->wo = 0;
        }
        if (c->wl + n > c->wc) {
            c->wc = (u32)(c->wl + n) * 2;
            c->wb = xrealloc(c->wb, c->wc);
        }
    }
    memcpy(c->wb + c->wl, d, n);
    c->wl += (u32)n;
}
static void c_flush(thr *t, conn *c)
{
    while (c->wo < c->wl) {
        ssize_t k = send(c->fd, c->wb + c->wo, c->wl - c->wo, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (k < 0) {
            if (errno == EAGAIN)
                return;
            c_fail(t, c, strerror(errno));
            return;
        }
        c->wo += (u32)k;
    }
    c->wl = c->wo = 0;
    if (c->wc > 4096) {
        free(c->wb);
        c->wb = NULL;
        c->wc = 0;
    }
    c_mod(t, c, EPOLLIN);
}
/* frame in place: payload at b+14, returns start and total length */
static u8 *frame(u8 *b, size_t n, int op, size_t *tot)
{
    static const u8 mk[4] = {0x5a, 0xc3, 0x11, 0x7e};
    u8 *h;
    size_t hl = n < 126 ? 6 : n < 65536 ? 8 : 14;
    h = b + 14 - hl;
    h[0] = (u8)(0x80 | op);
    if (n < 126)
        h[1] = (u8)(0x80 | n);
    else if (n < 65536) {
        h[1] = 0x80 | 126;
        h[2] = (u8)(n >> 8);
        h[3] = (u8)n;
    } else {
        h[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++)
            h[2 + i] = (u8)((u64)n >> (56 - 8 * i));
    }
    memcpy(b + 10, mk, 4);
    for (size_t i = 0; i < n; i++)
        b[14 + i] ^= mk[i & 3];
    *tot = hl + n;
    return h;
}
static u8 *msg_head(u8 *p, conn *c, int t1)
{ /* hocuspocus prefixes the document name */
    if (o.proto == P_HOCUS) {
        char b[128];
        room_name(b, sizeof b, c->room);
        p = w_bytes(p, b, strlen(b));
    }
    return w_vu(p, (u64)t1);
}
static void send_msg(thr *t, conn *c, u8 *buf, u8 *end, int op)
{
    size_t tot;
    u8 *h = frame(buf, (size_t)(end - (buf + 14)), op, &tot);
    c_send(t, c, h, tot);
}
static void send_sync(thr *t, conn *c, int sub, const u8 *upd, size_t n)
{
    u8 st[512], *b = n + 300 > sizeof st ? xalloc(n + 300) : st;
    u8 *p = msg_head(b + 14, c, 0);
    p = w_vu(p, (u64)sub);
    p = w_bytes(p, upd, n);
    send_msg(t, c, b, p, 2);
    if (b != st)
        free(b);
    if (c->due && sub > 0)
        c->due[++c->frames & (u64)(o.ring - 1)] = now_ns();
}
/* one item of n characters typed by the writer: origin = its own last item or the anchor */
static char op_char(u32 k)
{
    return (k % 41) == 40 ? '\n' : (char)('a' + k % 26);
}
static u8 *enc_item(u8 *p, conn *c, u32 from, u32 n)
{
    p = w_vu(p, 1);
    p = w_vu(p, c->cid);
    p = w_vu(p, from);
    *p++ = 0xC4; /* string, origin, right origin */
    if (from == 0) {
        p = w_vu(p, anchor_id(c->room));
        p = w_vu(p, c->idx);
    } else {
        p = w_vu(p, c->cid);
        p = w_vu(p, from - 1);
    }
    p = w_vu(p, anchor_id(c->room));
    p = w_vu(p, c->idx + 1);
    p = w_vu(p, n);
    for (u32 i = 0; i < n; i++)
        *p++ = (u8)op_char(from + i);
    return p;
}
static u8 *enc_anchor(u8 *p, u32 room)
{
    u32 n = (u32)o.writers + 1;
    if (n > 256)
        n = 256;
    p = w_vu(p, 1);
    p = w_vu(p, anchor_id(room));
    p = w_vu(p, 0);
    *p++ = 0x04;
    p = w_vu(p, 1);
    p = w_bytes(p, o.textname, strlen(o.textname));
    p = w_vu(p, n);
    for (u32 i = 0; i < n; i++)
        *p++ = '#';
    return p;
}
static void send_anchor(thr *t, conn *c)
{
    u8 u[512], *p = w_vu(u, 1);
    p = enc_anchor(p, c->room);
    *p++ = 0;
    send_sync(t, c, 2, u, (size_t)(p - u));
    c->anchor_ok = true;
    t->nanchor++;
}
static void send_aware(thr *t, conn *c, u32 clock, u32 pos)
{
    char js[512];
    int n = snprintf(
        js, sizeof js,
        "{\"user\":{\"name\":\"user%u\",\"color\":\"#30bced\"},\"selection\":{\"anchor\":{\"type\":"
        "null,\"tname\":\"%s\",\"item\":{\"client\":%u,\"clock\":%u},\"assoc\":0},\"head\":{"
        "\"type\":null,\"tname\":\"%s\",\"item\":{\"client\":%u,\"clock\":%u},\"assoc\":0}}}",
        c->idx, o.textname, c->cid, pos, o.textname, c->cid, pos);
    u8 a[600], *p = a;
    p = w_vu(p, 1);
    p = w_vu(p, c->cid);
    p = w_vu(p, clock);
    p = w_bytes(p, js, (size_t)n);
    u8 b[1100], *q = msg_head(b + 14, c, 1);
    q = w_bytes(q, a, (size_t)(p - a));
    send_msg(t, c, b, q, 2);
}
static void op_send(thr *t, wr *w, u64 due)
{
    conn *c = w->c;
    if (c->state != C_SYNCED)
        return;
    u32 k = w->clock++;
    w->ts[k & (u32)(o.ring - 1)] = due;
    c->sv[c->idx] = w->clock;
    if (o.proto == P_JSON) {
        u8 *b = t->buf + t->bufsz / 2;
        int n = snprintf((char *)b + 14, 256,
                         "{\"type\":\"code_update\",\"m\":\"%u:%u\",\"code\":\"", c->cid, k);
        memset(b + 14 + n, 'x', (size_t)o.jsonbytes);
        n += o.jsonbytes;
        memcpy(b + 14 + n, "\"}", 2);
        n += 2;
        send_msg(t, c, b, b + 14 + n, 1);
    } else {
        u8 u[128], *p = w_vu(u, 1);
        p = enc_item(p, c, k, 1);
        *p++ = 0;
        send_sync(t, c, 2, u, (size_t)(p - u));
        if (c->due)
            c->due[c->frames & (u64)(o.ring - 1)] = due;
    }
    t->s.ops++;
    if (o.aware > 0 && o.proto != P_JSON &&
        (o.aware >= 1 || (double)(rnd(t) & 0xffffff) / 16777216.0 < o.aware)) {
        u32 a = w->aclock++;
        w->ats[a & (u32)(o.ring - 1)] = due;
        send_aware(t, c, a, k);
        t->s.aw++;
    }
}

/* --------------------------------------------------------------- receive */
typedef struct {
    thr *t;
    conn *c;
    u64 now;
} rctx;
static void on_run(void *v, u64 client, u64 clock, u64 len)
{
    rctx *x = v;
    conn *c = x->c;
    thr *t = x->t;
    u64 d = client - ((u64)base_id + (u64)c->room * (u64)o.clients);
    if (client < (u64)base_id || d >= (u64)o.writers) {
        if (client == anchor_id(c->room)) {
            if (!c->anchor_ok) {
                c->anchor_ok = true;
                t->nanchor++;
            }
        }
        c->other += len;
        return;
    }
    if (d == c->idx) {
        t->s.echo += len;
        return;
    }
    u32 *sv = &c->sv[d], end = (u32)(clock + len);
    if (end <= *sv) {
        t->s.dups += len;
        return;
    }
    if (clock > *sv)
        t->s.gaps += clock - *sv;
    u32 from = clock > *sv ? (u32)clock : *sv;
    *sv = end;
    wr *w = &t->w[((int)c->room - t->r0) * o.writers + (int)d];
    if (end > w->clock)
        return; /* not ours: stale room */
    if (w->clock - from > (u32)o.ring) {
        t->s.lost_ring += w->clock - (u32)o.ring - from;
        from = w->clock - (u32)o.ring;
    }
    for (u32 k = from; k < end; k++) {
        u64 s = w->ts[k & (u32)(o.ring - 1)];
        if (s) {
            t->s.deliv++;
            h_add(&t->s.lat, x->now > s ? x->now - s : 0);
        }
    }
}
static void mark_synced(thr *t, conn *c, u64 now)
{
    if (c->state != C_OPEN)
        return;
    c->state = C_SYNCED;
    t->nsync++;
    c->tsync = now;
    h_add(&t->s.t_sync, now - c->t0);
    if (storm_t0)
        h_add(&t->s.t_total, now - storm_t0);
}
static void on_aware(thr *t, conn *c, const u8 *p, u64 n, u64 now)
{
    rd r = {p, p + n, false};
    u64 k, nc = r_vu(&r);
    while (nc-- && !r.bad) {
        u64 id = r_vu(&r), ck = r_vu(&r);
        r_bytes(&r, &k);
        u64 d = id - ((u64)base_id + (u64)c->room * (u64)o.clients);
        if (r.bad || id < base_id || d >= (u64)o.writers || d == c->idx)
            continue;
        wr *w = &t->w[((int)c->room - t->r0) * o.writers + (int)d];
        if (ck >= w->aclock || w->aclock - ck > (u64)o.ring)
            continue;
        u64 s = w->ats[ck & (u64)(o.ring - 1)];
        if (s) {
            t->s.adeliv++;
            h_add(&t->s.alat, now > s ? now - s : 0);
        }
    }
}
/* "The first n step 2 and update messages of this connection are durable." */
static void on_ack(thr *t, conn *c, u64 n, u64 now)
{
    if (!c->due || n > c->frames) {
        t->s.errors++;
        return;
    }
    while (c->acked < n) {
        u64 s = c->due[++c->acked & (u64)(o.ring - 1)];
        h_add(&t->s.acklat, now > s ? now - s : 0);
    }
}
static u32 enc_sv(conn *c, u8 *b);
static void on_msg(thr *t, conn *c, int op, u8 *p, size_t n)
{
    u64 now = now_ns();
    t->s.msgs++;
    if (o.proto == P_JSON) {
        if (c->state == C_OPEN)
            mark_synced(t, c, now);
        u8 *m = memmem(p, n, "\"m\":", 4);
        if (!m)
            return;
        m += 4;
        while (m < p + n && (*m == ' ' || *m == '"'))
            m++;
        char z[40];
        size_t l = (size_t)(p + n - m) < 39 ? (size_t)(p + n - m) : 39;
        memcpy(z, m, l);
        z[l] = 0;
        char *e;
        u64 id = strtoull(z, &e, 10);
        if (*e != ':')
            return;
        rctx x = {t, c, now};
        on_run(&x, id, strtoull(e + 1, NULL, 10), 1);
        return;
    }
    if (op != 2)
        return;
    rd r = {p, p + n, false};
    u64 k;
    if (o.proto == P_HOCUS)
        r_bytes(&r, &k);
    u64 ty = r_vu(&r);
    if (ty == 0 || (ty == 4 && o.proto == P_HOCUS)) {
        u64 sub = r_vu(&r);
        const u8 *d = r_bytes(&r, &k);
        if (r.bad) {
            t->s.errors++;
            return;
        }
        if (sub == 0) {
            /* the server's state vector: send what it lacks of ours */
            rd q = {d, d + k, false};
            u64 nc = r_vu(&q);
            u64 have = 0;
            bool a_have = false;
            while (nc-- && !q.bad) {
                u64 id = r_vu(&q), ck = r_vu(&q);
                if (id == c->cid)
                    have = ck;
                if (id == anchor_id(c->room))
                    a_have = true;
            }
            bool want_a = c->idx == 0 && c->anchor_ok && !a_have;
            u32 mine = c->w ? c->w->clock : 0;
            if (mine - have > 4000)
                have = mine;
            u8 u[96 + 4096 + 400], *e = w_vu(u, (u64)(want_a + (mine > have)));
            if (want_a)
                e = enc_anchor(e, c->room);
            if (mine > have)
                e = enc_item(e, c, (u32)have, mine - (u32)have);
            *e++ = 0;
            send_sync(t, c, 1, u, (size_t)(e - u));
        } else {
            rctx x = {t, c, now};
            if (!walk_update(d, (size_t)k, on_run, &x))
                t->s.errors++;
            if (c->state == C_OPEN && (seed_units ? c->other >= seed_units : sub == 1))
                mark_synced(t, c, now);
        }
    } else if (ty == 1) {
        const u8 *d = r_bytes(&r, &k);
        if (!r.bad)
            on_aware(t, c, d, k, now);
    } else if (ty == 2 && o.proto == P_HOCUS) {
        if (r_vu(&r) == 2) {
            if (!c->auth) {
                c->auth = true;
                u8 *sv = xalloc(32 + 10 * (size_t)o.writers);
                u32 n = enc_sv(c, sv);
                send_sync(t, c, 0, sv, n);
                free(sv);
                if (o.aware > 0 && c->fd >= 0)
                    send_aware(t, c, 0, 0);
            }
        } else
            c_fail(t, c, "permission denied");
    } else if (ty == 3) {
        send_aware(t, c, 0, 0);
    } else if (ty == 120 && o.acks) {
        on_ack(t, c, r_vu(&r), now);
    }
}
static u32 enc_sv(conn *c, u8 *b)
{ /* state vector of a client that keeps its document over a reconnect */
    u8 *p = b;
    u32 n = 0;
    if (!o.cold) {
        for (int i = 0; i < o.writers; i++)
            if (c->sv[i])
                n++;
        if (c->anchor_ok)
            n++;
    }
    p = w_vu(p, n);
    if (n) {
        if (c->anchor_ok) {
            p = w_vu(p, anchor_id(c->room));
            p = w_vu(p, (u64)(o.writers + 1 > 256 ? 256 : o.writers + 1));
        }
        for (int i = 0; i < o.writers; i++)
            if (c->sv[i]) {
                p = w_vu(p, base_id + c->room * (u32)o.clients + (u32)i);
                p = w_vu(p, c->sv[i]);
            }
    }
    return (u32)(p - b);
}
static void on_open(thr *t, conn *c)
{
    c->state = C_OPEN;
    t->inflight--;
    t->nopen++;
    c->tup = now_ns();
    h_add(&t->s.t_up, c->tup - c->t0);
    if (o.proto == P_RAW || o.proto == P_JSON) {
        mark_synced(t, c, c->tup);
        return;
    }
    if (o.proto == P_HOCUS) {
        u8 b[400], *p = msg_head(b + 14, c, 2);
        p = w_vu(p, 0);
        p = w_bytes(p, o.token, strlen(o.token));
        p = w_bytes(p, "4.0.0", 5);
        send_msg(t, c, b, p, 2);
        return;
    }
    u8 *sv = xalloc(16 + 10 * (size_t)o.writers + 16);
    u32 n = enc_sv(c, sv);
    send_sync(t, c, 0, sv, n);
    free(sv);
    if (o.aware > 0 && c->fd >= 0)
        send_aware(t, c, 0, 0);
}
/* parse what is in [p,p+n); return bytes used */
static size_t feed(thr *t, conn *c, u8 *p, size_t n)
{
    size_t used = 0;
    if (c->state == C_UPGRADING) {
        u8 *e = memmem(p, n, "\r\n\r\n", 4);
        if (!e)
            return 0;
        if (n < 12 || memcmp(p, "HTTP/1.1 101", 12)) {
            char z[64];
            snprintf(z, sizeof z, "%.*s", (int)(n < 40 ? n : 40), p);
            c_fail(t, c, z);
            return n;
        }
        used = (size_t)(e + 4 - p);
        on_open(t, c);
        if (c->fd < 0)
            return n;
    }
    while (n - used >= 2) {
        u8 *h = p + used;
        size_t av = n - used, hl = 2;
        u64 len = h[1] & 127;
        int op = h[0] & 15;
        bool fin = h[0] & 128;
        if (h[1] & 128) {
            c_fail(t, c, "masked frame from the server");
            return n;
        }
        if (len == 126) {
            if (av < 4)
                break;
            len = (u64)h[2] << 8 | h[3];
            hl = 4;
        } else if (len == 127) {
            if (av < 10)
                break;
            len = 0;
            for (int i = 0; i < 8; i++)
                len = len << 8 | h[2 + i];
            hl = 10;
        }
        if (len > (256u << 20)) {
            c_fail(t, c, "frame too big");
            return n;
        }
        if (av < hl + len) {
            if (c->rc < hl + len && c->rl) {
                c->rc = (u32)(hl + len);
                c->rb = xrealloc(c->rb, c->rc);
            }
            break;
        }
        u8 *d = h + hl;
        used += hl + len;
        if (op == 9) {
            u8 b[160];
            size_t l = len > 125 ? 125 : (size_t)len;
            memcpy(b + 14, d, l);
            send_msg(t, c, b, b + 14 + l, 10);
        } else if (op == 8) {
            char z[48];
            snprintf(z, sizeof z, "server closed (code %d)", len >= 2 ? d[0] << 8 | d[1] : 0);
            c_fail(t, c, z);
            return n;
        } else if (op == 10) {
        } else if (op == 0 || !fin) {
            if (op) {
                c->frag_op = (u8)op;
                c->fl = 0;
            }
            if (c->fl + len > c->fc) {
                c->fc = (u32)((c->fl + len) * 2);
                c->fb = xrealloc(c->fb, c->fc);
            }
            memcpy(c->fb + c->fl, d, len);
            c->fl += (u32)len;
            if (fin) {
                on_msg(t, c, c->frag_op, c->fb, c->fl);
                free(c->fb);
                c->fb = NULL;
                c->fl = c->fc = 0;
            }
        } else
            on_msg(t, c, op, d, (size_t)len);
        if (c->fd < 0)
            return n;
    }
    return used;
}
static void on_read(thr *t, conn *c)
{
    for (int pass = 0; pass < 4; pass++) {
        if (c->rl == 0) {
            ssize_t k = recv(c->fd, t->buf, t->bufsz / 2, MSG_DONTWAIT);
            if (k == 0) {
                c_fail(t, c, "closed by the server");
                return;
            }
            if (k < 0) {
                if (errno != EAGAIN && errno != EINTR)
                    c_fail(t, c, strerror(errno));
                return;
            }
            c->bin += (u64)k;
            t->s.bin += (u64)k;
            size_t u = feed(t, c, t->buf, (size_t)k);
            if (c->fd < 0)
                return;
            if (u < (size_t)k) {
                size_t r = (size_t)k - u;
                c->rc = (u32)(r < 2048 ? 4096 : r * 2);
                c->rb = xrealloc(c->rb, c->rc);
                memcpy(c->rb, t->buf + u, r);
                c->rl = (u32)r;
            }
            if ((size_t)k < t->bufsz / 2)
                return;
        } else {
            if (c->rc - c->rl < 65536) {
                c->rc = c->rl + 262144 > c->rc ? c->rl + 262144 : c->rc;
                c->rb = xrealloc(c->rb, c->rc);
            }
            size_t room = c->rc - c->rl;
            ssize_t k = recv(c->fd, c->rb + c->rl, room, MSG_DONTWAIT);
            if (k == 0) {
                c_fail(t, c, "closed by the server");
                return;
            }
            if (k < 0) {
                if (errno != EAGAIN && errno != EINTR)
                    c_fail(t, c, strerror(errno));
                return;
            }
            c->bin += (u64)k;
            t->s.bin += (u64)k;
            c->rl += (u32)k;
            size_t u = feed(t, c, c->rb, c->rl);
            if (c->fd < 0)
                return;
            if (u) {
                memmove(c->rb, c->rb + u, c->rl - u);
                c->rl -= (u32)u;
            }
            if (c->rl == 0) {
                free(c->rb);
                c->rb = NULL;
                c->rc = 0;
            }
            if ((size_t)k < room)
                return;
        }
    }
}
static void c_start(thr *t, conn *c)
{
    int u = (int)(c->idx % (u32)o.nurl);
    c->t0 = now_ns();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        die("socket: %s (raise ulimit -n)", strerror(errno));
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (o.srcips > 0) {
        struct sockaddr_in a = {.sin_family = AF_INET};
        a.sin_addr.s_addr =
            htonl(0x7f000001u + (c->room * (u32)o.clients + c->idx) % (u32)o.srcips);
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(c->fd, (void *)&a, sizeof a))
            die("bind: %s", strerror(errno));
    }
    if (connect(c->fd, (void *)&o.url[u].sa, sizeof o.url[u].sa) && errno != EINPROGRESS) {
        close(c->fd);
        c->fd = -1;
        t->s.conn_fail++;
        return;
    }
    c->state = C_CONNECTING;
    t->inflight++;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(t->ep, EPOLL_CTL_ADD, c->fd, &e);
}
static void on_connected(thr *t, conn *c)
{
    int err = 0;
    socklen_t l = sizeof err;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) {
        c_fail(t, c, strerror(err));
        return;
    }
    c->tconn = now_ns();
    h_add(&t->s.t_tcp, c->tconn - c->t0);
    c->state = C_UPGRADING;
    int u = (int)(c->idx % (u32)o.nurl);
    char rn[128];
    room_name(rn, sizeof rn, c->room);
    char b[2048];
    int n =
        snprintf(b, sizeof b,
                 "GET %s%s%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: "
                 "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
                 "13\r\nOrigin: http://%s\r\n%s%s%s%s%s%s\r\n",
                 o.url[u].prefix, rn, o.query, o.url[u].host, o.url[u].host,
                 o.subproto ? "Sec-WebSocket-Protocol: " : "", o.subproto ? o.subproto : "",
                 o.subproto ? "\r\n" : "", o.cookie ? "Cookie: " : "", o.cookie ? o.cookie : "",
                 o.cookie ? "\r\n" : "");
    c_mod(t, c, EPOLLIN);
    c_send(t, c, (u8 *)b, (size_t)n);
}

/* ------------------------------------------------------------ the thread */
static void set_next(thr *t, u64 iv)
{
    if (o.poisson) {
        double x = ((double)(rnd(t) >> 11) + 1) / 9007199254740993.0;
        double l = -__builtin_log(x);
        t->next_due += (u64)((double)iv * (l > 8 ? 8 : l));
    } else
        t->next_due += iv;
}
static void *thr_main(void *a)
{
    thr *t = a;
    struct epoll_event ev[512];
    t->seen_phase = -1;
    for (;;) {
        int ph = atomic_load(&phase);
        if (ph != t->seen_phase) {
            if (ph == PH_STORM || ph == PH_CLOSE) {
                for (int i = 0; i < t->nconn; i++)
                    c_reset(t, &t->c[i]);
                t->nopen = t->nsync = 0;
                t->inflight = 0;
            }
            if (ph == PH_STORM || ph == PH_CONNECT)
                t->qhead = 0;
            if (ph == PH_ANCHOR)
                for (int i = 0; i < t->nconn; i++)
                    if (t->c[i].idx == 0 && t->c[i].state == C_SYNCED && !t->c[i].anchor_ok)
                        send_anchor(t, &t->c[i]);
            if (ph == PH_TYPE) {
                t->next_due = now_ns() + rnd(t) % MS;
            }
            t->seen_phase = ph;
            atomic_fetch_add(&acked, 1);
            if (ph == PH_EXIT)
                return NULL;
        }
        u64 now = now_ns();
        int64_t wait = 5 * (int64_t)MS;
        if (ph == PH_CONNECT || ph == PH_STORM)
            while (t->qhead < (u32)t->nconn && t->inflight < o.inflight) {
                conn *c = &t->c[t->qhead++];
                if (c->state == C_CLOSED)
                    c_start(t, c);
            }
        if (ph == PH_FLOOD &&
            t->nw) { /* closed loop: at most window messages under way to each client */
            u64 lim = (u64)o.window * (u64)t->nconn, per = (u64)(o.clients - 1);
            int burst = 0;
            while (t->s.ops * per < t->s.deliv + t->s.lost_ring + lim && burst++ < 256) {
                op_send(t, &t->w[t->order[t->next_w]], now);
                if (++t->next_w == (u32)t->nw)
                    t->next_w = 0;
                now = now_ns();
            }
            wait = 1 * (int64_t)MS;
        }
        if (ph == PH_TYPE && t->nw) {
            u64 iv = atomic_load_explicit(&type_interval_ns, memory_order_relaxed);
            int burst = 0;
            while (t->next_due <= now && burst++ < 64) {
                h_add(&t->s.lag, now - t->next_due);
                op_send(t, &t->w[t->order[t->next_w]], t->next_due);
                if (++t->next_w == (u32)t->nw)
                    t->next_w = 0;
                set_next(t, iv);
                now = now_ns();
            }
            wait = t->next_due > now ? (int64_t)(t->next_due - now) : 0;
            if (wait > 5 * (int64_t)MS)
                wait = 5 * (int64_t)MS;
        }
        struct timespec ts = {0, wait};
        int n = epoll_pwait2(t->ep, ev, 512, &ts, NULL);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno == ENOSYS)
                n = epoll_wait(t->ep, ev, 512, (int)(wait / (int64_t)MS));
            else
                die("epoll: %s", strerror(errno));
        }
        for (int i = 0; i < n; i++) {
            conn *c = ev[i].data.ptr;
            if (c->fd < 0)
                continue;
            u32 e = ev[i].events;
            if (c->state == C_CONNECTING) {
                on_connected(t, c);
                continue;
            }
            if (e & EPOLLOUT) {
                c_flush(t, c);
                if (c->fd < 0)
                    continue;
            }
            if (e & (EPOLLIN | EPOLLHUP | EPOLLERR))
                on_read(t, c);
        }
    }
}

/* ------------------------------------------------- server process sampling */
typedef struct {
    double cpu;
    u64 rss;
} psample;
static psample p_sample(void)
{
    psample s = {0, 0};
    for (int i = 0; i < o.npid; i++) {
        char f[64], b[1024];
        snprintf(f, sizeof f, "/proc/%d/stat", o.pid[i]);
        FILE *h = fopen(f, "r");
        if (!h)
            continue;
        size_t n = fread(b, 1, sizeof b - 1, h);
        b[n] = 0;
        fclose(h);
        char *q = strrchr(b, ')');
        if (!q)
            continue;
        q += 2;
        unsigned long ut = 0, st = 0;
        sscanf(q, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st);
        s.cpu += (double)(ut + st) / (double)sysconf(_SC_CLK_TCK);
        /* schedstat has ns resolution; sum over the threads is not in one file, so keep the ticks
         */
        snprintf(f, sizeof f, "/proc/%d/statm", o.pid[i]);
        h = fopen(f, "r");
        if (h) {
            unsigned long a, r;
            if (fscanf(h, "%lu %lu", &a, &r) == 2)
                s.rss += r * (u64)sysconf(_SC_PAGESIZE);
            fclose(h);
        }
    }
    return s;
}
static double self_cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* ----------------------------------------------------------- the control */
static void nap(double s)
{
    struct timespec t = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};
    nanosleep(&t, NULL);
}
static void set_phase(int p)
{
    atomic_store(&acked, 0);
    atomic_store(&phase, p);
    while (atomic_load(&acked) < o.threads)
        nap(0.0005);
}
#define SUMF(f)                                                                                    \
    ({                                                                                             \
        u64 x_ = 0;                                                                                \
        for (int i_ = 0; i_ < o.threads; i_++)                                                     \
            x_ += *(volatile __typeof__(T[0].f) *)&T[i_].f;                                        \
        x_;                                                                                        \
    })
static stats S0;
static u64 total_conns(void)
{
    return (u64)o.rooms * (u64)o.clients;
}
static void snap(stats *d)
{
    memset(d, 0, sizeof *d);
    for (int i = 0; i < o.threads; i++) {
        stats *s = &T[i].s;
        d->ops += s->ops;
        d->aw += s->aw;
        d->deliv += s->deliv;
        d->adeliv += s->adeliv;
        d->echo += s->echo;
        d->gaps += s->gaps;
        d->dups += s->dups;
        d->lost_ring += s->lost_ring;
        d->bin += s->bin;
        d->bout += s->bout;
        d->msgs += s->msgs;
        d->closed += s->closed;
        d->errors += s->errors;
        d->conn_fail += s->conn_fail;
        h_merge(&d->lat, &s->lat);
        h_merge(&d->alat, &s->alat);
        h_merge(&d->lag, &s->lag);
        h_merge(&d->acklat, &s->acklat);
        h_merge(&d->t_sync, &s->t_sync);
        h_merge(&d->t_up, &s->t_up);
        h_merge(&d->t_tcp, &s->t_tcp);
        h_merge(&d->t_total, &s->t_total);
    }
}
static void h_sub(hist *a, const hist *b)
{
    a->n -= b->n;
    a->sum -= b->sum;
    a->max = 0;
    for (int i = 0; i < 60 * HB; i++) {
        a->b[i] -= b->b[i];
        if (a->b[i])
            a->max = h_val(i);
    }
}
static void diff(stats *a, const stats *b)
{
    a->ops -= b->ops;
    a->aw -= b->aw;
    a->deliv -= b->deliv;
    a->adeliv -= b->adeliv;
    a->echo -= b->echo;
    a->gaps -= b->gaps;
    a->dups -= b->dups;
    a->lost_ring -= b->lost_ring;
    a->bin -= b->bin;
    a->bout -= b->bout;
    a->msgs -= b->msgs;
    a->closed -= b->closed;
    a->errors -= b->errors;
    a->conn_fail -= b->conn_fail;
    h_sub(&a->lat, &b->lat);
    h_sub(&a->alat, &b->alat);
    h_sub(&a->lag, &b->lag);
    h_sub(&a->acklat, &b->acklat);
    h_sub(&a->t_sync, &b->t_sync);
    h_sub(&a->t_up, &b->t_up);
    h_sub(&a->t_tcp, &b->t_tcp);
    h_sub(&a->t_total, &b->t_total);
}

static void setup(void)
{
    if (o.ring & (o.ring - 1))
        die("--ring must be a power of two");
    if (o.writers > o.clients)
        o.writers = o.clients;
    if (o.threads > o.rooms)
        o.threads = o.rooms;
    if (o.threads > MAXTHR)
        o.threads = MAXTHR;
    if (!o.srcips && total_conns() / (u64)o.nurl > 25000)
        o.srcips = (int)(total_conns() / 25000) + 1;
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);
    if (total_conns() + 64 > rl.rlim_cur)
        die("needs %lu descriptors, the limit is %lu: ulimit -n", (unsigned long)total_conns() + 64,
            (unsigned long)rl.rlim_cur);
    u32 r;
    if (getrandom(&r, 4, 0) != 4)
        r = (u32)now_ns();
    base_id = 0x10000000u + (r & 0x3fffffffu);
    snprintf(run_tag, sizeof run_tag, "%x", base_id);
    for (int i = 0; i < o.threads; i++) {
        thr *t = &T[i];
        t->id = i;
        t->r0 = (int)((int64_t)o.rooms * i / o.threads);
        t->r1 = (int)((int64_t)o.rooms * (i + 1) / o.threads);
        t->nconn = (t->r1 - t->r0) * o.clients;
        t->nw = (t->r1 - t->r0) * o.writers;
        t->c = xalloc(sizeof(conn) * (size_t)t->nconn);
        t->w = xalloc(sizeof(wr) * (size_t)(t->nw + 1));
        t->order = xalloc(4 * (size_t)(t->nw + 1));
        t->ep = epoll_create1(EPOLL_CLOEXEC);
        t->bufsz = 2u << 20;
        t->buf = xalloc(t->bufsz + (size_t)o.jsonbytes);
        t->rng = base_id * 2654435761u + (u64)i + 1;
        for (int k = 0; k < t->nconn; k++) {
            conn *c = &t->c[k];
            c->fd = -1;
            c->room = (u32)(t->r0 + k % (t->r1 - t->r0));
            c->idx = (u32)(k / (t->r1 - t->r0));
            c->cid = base_id + c->room * (u32)o.clients + c->idx;
            c->sv = xalloc(4 * (size_t)(o.writers ? o.writers : 1));
            if (o.acks)
                c->due = xalloc(8 * (size_t)o.ring);
            if ((int)c->idx < o.writers) {
                wr *w = &t->w[((int)c->room - t->r0) * o.writers + (int)c->idx];
                w->c = c;
                c->w = w;
                w->ts = xalloc(8 * (size_t)o.ring);
                w->ats = xalloc(8 * (size_t)o.ring);
                w->aclock = 1;
            }
        }
        for (int k = 0; k < t->nw; k++)
            t->order[k] = (u32)k;
        for (int k = t->nw - 1; k > 0; k--) {
            int j = (int)(rnd(t) % (u64)(k + 1));
            u32 x = t->order[k];
            t->order[k] = t->order[j];
            t->order[j] = x;
        }
    }
    atomic_store(&phase, PH_IDLE);
    for (int i = 0; i < o.threads; i++)
        pthread_create(&T[i].th, NULL, thr_main, &T[i]);
}
static bool wait_for(u64 (*f)(void), u64 want, double secs)
{
    u64 end = now_ns() + (u64)(secs * 1e9);
    while (f() < want) {
        if (now_ns() > end)
            return false;
        nap(0.001);
    }
    return true;
}
static u64 f_sync(void)
{
    return SUMF(nsync);
}
static u64 f_done(void)
{
    return SUMF(nsync) + SUMF(s.conn_fail) + SUMF(s.closed);
}
static u64 f_anchor(void)
{
    return SUMF(nanchor);
}
static u64 f_deliv(void)
{
    return SUMF(s.deliv);
}

static FILE *jf;
static bool jfirst;
static int failed; /* exit code 1 */
static void j_open(void)
{
    if (!o.json)
        return;
    jf = !strcmp(o.json, "-") ? stdout : fopen(o.json, "a");
    if (!jf)
        die("cannot write %s", o.json);
}
static void j_begin(void)
{
    if (jf) {
        fprintf(jf, "{\"mode\":\"%s\",\"rooms\":%d,\"clients\":%d,\"writers\":%d", o.mode, o.rooms,
                o.clients, o.writers);
        jfirst = false;
    }
}
static void j_num(const char *k, double v)
{
    if (jf)
        fprintf(jf, ",\"%s\":%.6g", k, v);
}
static void j_end(void)
{
    if (jf) {
        fprintf(jf, "}\n");
        fflush(jf);
    }
}

static double conn_secs;
static bool connect_all(void)
{
    psample p0 = p_sample();
    u64 t0 = now_ns();
    set_phase(PH_CONNECT);
    wait_for(f_done, total_conns(), 60 + (double)total_conns() / 200);
    conn_secs = (double)(now_ns() - t0) / 1e9;
    set_phase(PH_IDLE);
    u64 ok = f_sync();
    stats s;
    snap(&s);
    psample p1 = p_sample();
    printf("connect: %lu of %lu clients synced in %.3f s (%.0f/s), tcp p50 %.2f p99 %.2f ms, "
           "upgrade p50 %.2f p99 %.2f ms, synced p50 %.2f p99 %.2f ms%s",
           (unsigned long)ok, (unsigned long)total_conns(), conn_secs, (double)ok / conn_secs,
           h_pct(&s.t_tcp, 50), h_pct(&s.t_tcp, 99), h_pct(&s.t_up, 50), h_pct(&s.t_up, 99),
           h_pct(&s.t_sync, 50), h_pct(&s.t_sync, 99), o.npid ? "" : "\n");
    if (o.npid)
        printf("; server cpu %.2f s, rss %.1f -> %.1f MB\n", p1.cpu - p0.cpu, (double)p0.rss / 1e6,
               (double)p1.rss / 1e6);
    j_num("connect_s", conn_secs);
    j_num("synced", (double)ok);
    j_num("sync_p99_ms", h_pct(&s.t_sync, 99));
    if (ok < total_conns()) {
        printf("connect: %lu failed\n", (unsigned long)(total_conns() - ok));
        return false;
    }
    return true;
}
static bool anchor_all(void)
{
    if (o.proto == P_JSON)
        return true;
    set_phase(PH_ANCHOR);
    bool ok = wait_for(f_anchor, total_conns(), 30);
    set_phase(PH_IDLE);
    if (!ok)
        printf("anchor: only %lu of %lu clients saw the first update of their room\n",
               (unsigned long)f_anchor(), (unsigned long)total_conns());
    return ok;
}
static void set_rate(double total)
{
    atomic_store(&type_interval_ns, (u64)(1e9 * (double)o.threads / total));
}
typedef struct {
    double rate, got, p50, p90, p99, p999, max, cpu, gcpu, deliv_s, ratio, lagp99, ap99, secs,
        perCore, inbps, outbps;
    u64 lost;
    stats s;
    double rss;
} step;
static step run_step(double total, double warm, double secs, bool drain)
{ /* total 0: flood */
    step r = {.rate = total};
    stats a, b;
    if (total > 0)
        set_rate(total);
    set_phase(total > 0 ? PH_TYPE : PH_FLOOD);
    nap(warm);
    snap(&a);
    psample p0 = p_sample();
    double g0 = self_cpu();
    u64 t0 = now_ns();
    nap(secs);
    snap(&b);
    psample p1 = p_sample();
    double g1 = self_cpu();
    u64 t1 = now_ns();
    set_phase(PH_IDLE);
    diff(&b, &a);
    r.secs = (double)(t1 - t0) / 1e9;
    r.s = b;
    r.got = (double)b.ops / r.secs;
    r.deliv_s = (double)(b.deliv + b.adeliv) / r.secs;
    r.p50 = h_pct(&b.lat, 50);
    r.p90 = h_pct(&b.lat, 90);
    r.p99 = h_pct(&b.lat, 99);
    r.p999 = h_pct(&b.lat, 99.9);
    r.max = (double)b.lat.max / 1e6;
    r.ap99 = h_pct(&b.alat, 99);
    r.lagp99 = h_pct(&b.lag, 99);
    r.cpu = (p1.cpu - p0.cpu) / r.secs;
    r.gcpu = (g1 - g0) / r.secs;
    r.rss = (double)p1.rss;
    double exp = (double)b.ops * (double)(o.clients - 1);
    r.ratio = exp > 0 ? (double)b.deliv / exp : 0;
    r.perCore = p1.cpu > p0.cpu ? (double)(b.deliv + b.adeliv) / (p1.cpu - p0.cpu) : 0;
    r.inbps = (double)b.bin / r.secs;
    r.outbps = (double)b.bout / r.secs;
    if (drain) {
        u64 ops = SUMF(s.ops) * (u64)(o.clients - 1);
        u64 last = 0, end = now_ns() + 20 * NS;
        while (f_deliv() + SUMF(s.lost_ring) < ops && now_ns() < end) {
            u64 d = f_deliv();
            nap(0.25);
            if (d == f_deliv() && d == last)
                break;
            last = d;
        }
    }
    return r;
}
static void print_step(const step *r)
{
    printf("rate %.0f/s: sent %.0f/s, delivered %.0f/s (%.1f%%), latency ms p50 %.3f p90 %.3f p99 "
           "%.3f p99.9 %.3f max %.1f",
           r->rate, r->got, r->deliv_s, r->ratio * 100, r->p50, r->p90, r->p99, r->p999, r->max);
    if (o.aware > 0)
        printf(", awareness p99 %.3f", r->ap99);
    printf(", lag p99 %.3f", r->lagp99);
    if (o.npid)
        printf(", server cpu %.2f (%.0f deliveries/cpu-s), rss %.1f MB", r->cpu, r->perCore,
               r->rss / 1e6);
    printf(", generator cpu %.2f, wire in %.1f out %.1f kB/s", r->gcpu, r->inbps / 1e3,
           r->outbps / 1e3);
    if (r->s.closed)
        printf(", DROPPED %lu", (unsigned long)r->s.closed);
    if (r->s.errors)
        printf(", ERRORS %lu", (unsigned long)r->s.errors);
    putchar('\n');
    fflush(stdout);
}
static void j_step(const step *r)
{
    j_num("rate", r->rate);
    j_num("sent_s", r->got);
    j_num("delivered_s", r->deliv_s);
    j_num("p50_ms", r->p50);
    j_num("p90_ms", r->p90);
    j_num("p99_ms", r->p99);
    j_num("p999_ms", r->p999);
    j_num("max_ms", r->max);
    j_num("aware_p99_ms", r->ap99);
    j_num("lag_p99_ms", r->lagp99);
    j_num("server_cpu", r->cpu);
    j_num("deliveries_per_cpu_s", r->perCore);
    j_num("rss", r->rss);
    j_num("generator_cpu", r->gcpu);
    j_num("wire_in_Bps", r->inbps);
    j_num("wire_out_Bps", r->outbps);
    j_num("dropped", (double)r->s.closed);
}
/* after a run: did every client get every character of every writer? */
static u64 check_all(void)
{
    u64 miss = 0, bad = 0;
    for (int i = 0; i < o.threads; i++) {
        thr *t = &T[i];
        for (int k = 0; k < t->nconn; k++) {
            conn *c = &t->c[k];
            bool b = false;
            for (int w = 0; w < o.writers; w++) {
                u32 want = t->w[((int)c->room - t->r0) * o.writers + w].clock;
                if ((u32)w != c->idx && c->sv[w] < want) {
                    miss += want - c->sv[w];
                    b = true;
                }
            }
            bad += b;
        }
    }
    stats s;
    snap(&s);
    printf("convergence: %lu updates missing at %lu of %lu clients; gaps %lu, duplicates %lu, "
           "echoes to the sender %lu, dropped connections %lu, bad messages %lu\n",
           (unsigned long)miss, (unsigned long)bad, (unsigned long)total_conns(),
           (unsigned long)s.gaps, (unsigned long)s.dups, (unsigned long)s.echo,
           (unsigned long)s.closed, (unsigned long)s.errors);
    if (miss || s.closed || s.errors)
        failed = 1;
    j_num("missing", (double)miss);
    j_num("gaps", (double)s.gaps);
    j_num("dups", (double)s.dups);
    j_num("echo", (double)s.echo);
    return miss;
}
/* a blocking one-shot client, for seeding, joins and verification */
typedef struct {
    u64 t_tcp, t_up, t_sync, bytes, units, frames;
    bool ok;
    bool later; /* in: leave the update unread in `body`, for many joins at once on one core */
    u8 *body;
    size_t body_len;
    char err[64];
} joinres;
static void add_units(void *v, u64 c, u64 k, u64 n)
{
    (void)c;
    (void)k;
    *(u64 *)v += n;
}
static bool rd_full(int fd, u8 *b, size_t n, u64 *cnt)
{
    while (n) {
        ssize_t k = recv(fd, b, n, 0);
        if (k <= 0) {
            if (k < 0 && errno == EINTR)
                continue;
            return false;
        }
        b += k;
        n -= (size_t)k;
        *cnt += (u64)k;
    }
    return true;
}
static void blk_msg(int fd, conn *c, int t1, int sub, const u8 *d, size_t n)
{
    u8 *b = xalloc(n + 400), *p = msg_head(b + 14, c, t1);
    if (sub >= 0)
        p = w_vu(p, (u64)sub);
    p = w_bytes(p, d, n);
    size_t tot;
    u8 *h = frame(b, (size_t)(p - (b + 14)), 2, &tot);
    while (tot) {
        ssize_t k = send(fd, h, tot, MSG_NOSIGNAL);
        if (k <= 0)
            break;
        h += k;
        tot -= (size_t)k;
    }
    free(b);
}
static int blk_join(const char *room, int u, u64 target, double tmo, const u8 *push, size_t pushn,
                    joinres *r, u32 sink_room, int *keep)
{
    *r = (joinres){.later = r->later};
    conn c = {.fd = -1, .room = sink_room};
    u64 t0 = now_ns();
    struct timeval tv = {(time_t)tmo, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    if (connect(fd, (void *)&o.url[u].sa, sizeof o.url[u].sa)) {
        snprintf(r->err, sizeof r->err, "%s", strerror(errno));
        close(fd);
        return -1;
    }
    r->t_tcp = now_ns() - t0;
    char q[2048];
    int n =
        snprintf(q, sizeof q,
                 "GET %s%s%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: "
                 "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
                 "13\r\nOrigin: http://%s\r\n%s%s%s%s%s%s\r\n",
                 o.url[u].prefix, room, o.query, o.url[u].host, o.url[u].host,
                 o.subproto ? "Sec-WebSocket-Protocol: " : "", o.subproto ? o.subproto : "",
                 o.subproto ? "\r\n" : "", o.cookie ? "Cookie: " : "", o.cookie ? o.cookie : "",
                 o.cookie ? "\r\n" : "");
    if (send(fd, q, (size_t)n, MSG_NOSIGNAL) != n) {
        close(fd);
        return -1;
    }
    int hn = 0;
    char hb[4096];
    u64 cnt = 0;
    while (hn < 4 || memcmp(hb + hn - 4, "\r\n\r\n", 4)) {
        /* Look at what is there, and take no byte of the frames behind the head. */
        ssize_t k = recv(fd, hb + hn, sizeof hb - (size_t)hn, MSG_PEEK);
        u8 *e = k > 0 ? memmem(hb, (size_t)hn + (size_t)k, "\r\n\r\n", 4) : NULL;
        size_t take = e ? (size_t)(e + 4 - (u8 *)hb) - (size_t)hn : k > 0 ? (size_t)k : 1;
        if (hn + (int)take > 4090 || !rd_full(fd, (u8 *)hb + hn, take, &cnt)) {
            snprintf(r->err, sizeof r->err, "no answer to the upgrade");
            close(fd);
            return -1;
        }
        hn += (int)take;
    }
    if (memcmp(hb, "HTTP/1.1 101", 12)) {
        snprintf(r->err, sizeof r->err, "%.30s", hb);
        close(fd);
        return -1;
    }
    r->t_up = now_ns() - t0;
    u8 zero[2] = {0, 0};
    bool pushed = !push, done = false;
    if (o.proto == P_HOCUS) {
        u8 b[400], *p = msg_head(b + 14, &c, 2);
        p = w_vu(p, 0);
        p = w_bytes(p, o.token, strlen(o.token));
        p = w_bytes(p, "4.0.0", 5);
        size_t tot;
        u8 *h = frame(b, (size_t)(p - (b + 14)), 2, &tot);
        if (send(fd, h, tot, MSG_NOSIGNAL) < 0) {
            close(fd);
            return -1;
        }
    } else
        blk_msg(fd, &c, 0, 0, zero, 1);
    size_t fc = 1 << 16;
    u8 *fb = xalloc(fc);
    size_t fl = 0;
    int fop = 0;
    while (!done) {
        u8 h[10];
        if (!rd_full(fd, h, 2, &r->bytes)) {
            snprintf(r->err, sizeof r->err, "%s", errno == EAGAIN ? "timed out" : "closed");
            break;
        }
        u64 len = h[1] & 127;
        int op = h[0] & 15;
        if (len == 126) {
            if (!rd_full(fd, h + 2, 2, &r->bytes))
                break;
            len = (u64)h[2] << 8 | h[3];
        } else if (len == 127) {
            if (!rd_full(fd, h + 2, 8, &r->bytes))
                break;
            len = 0;
            for (int i = 0; i < 8; i++)
                len = len << 8 | h[2 + i];
        }
        if (fl + len > fc) {
            fc = fl + len;
            fb = xrealloc(fb, fc);
        }
        if (!rd_full(fd, fb + fl, (size_t)len, &r->bytes))
            break;
        if (op == 9) {
            u8 b[160];
            size_t tot;
            memcpy(b + 14, fb + fl, len > 125 ? 125 : len);
            u8 *z = frame(b, len > 125 ? 125 : (size_t)len, 10, &tot);
            if (send(fd, z, tot, MSG_NOSIGNAL) < 0)
                break;
            continue;
        }
        if (op == 8) {
            snprintf(r->err, sizeof r->err, "server closed");
            break;
        }
        if (op)
            fop = op;
        fl += len;
        if (!(h[0] & 128))
            continue;
        rd x = {fb, fb + fl, false};
        u64 k;
        fl = 0;
        if (fop != 2)
            continue;
        r->frames++;
        if (o.proto == P_HOCUS)
            r_bytes(&x, &k);
        u64 ty = r_vu(&x);
        if (ty == 2 && o.proto == P_HOCUS) {
            if (!c.auth) {
                c.auth = true;
                blk_msg(fd, &c, 0, 0, zero, 1);
            }
            continue;
        }
        if (ty != 0 && !(ty == 4 && o.proto == P_HOCUS))
            continue;
        u64 sub = r_vu(&x);
        const u8 *d = r_bytes(&x, &k);
        if (sub == 0) {
            blk_msg(fd, &c, 0, 1, zero, 2);
            continue;
        }
        r->t_sync = now_ns() - t0;
        if (pushed && sub == 1 && r->later) { /* others are still waiting: read it afterwards */
            r->body = xalloc((size_t)k);
            r->body_len = (size_t)k;
            memcpy(r->body, d, (size_t)k);
            done = true;
            continue;
        }
        walk_update(d, (size_t)k, add_units, &r->units);
        if (!pushed) {
            blk_msg(fd, &c, 0, 2, push, pushn);
            pushed = true;
            r->ok = true;
            break;
        }
        if (sub == 1 && target == 0)
            done = true;
        if (target && r->units >= target)
            done = true;
    }
    r->ok |= done;
    free(fb);
    if (r->ok && keep) {
        *keep = fd;
        return 0;
    }
    if (push && r->ok) { /* leave the server time to read it all: shut down politely and wait for
                            its answer */
        u8 b[32];
        b[14] = 0x03;
        b[15] = 0xe8;
        size_t tot;
        u8 *h = frame(b, 2, 8, &tot);
        if (send(fd, h, tot, MSG_NOSIGNAL) > 0) {
            u8 z[4096];
            while (recv(fd, z, sizeof z, 0) > 0) {
            }
        }
    }
    close(fd);
    return r->ok ? 0 : -1;
}
static void verify_rooms(void)
{
    if (!o.verify || o.proto == P_RAW || o.proto == P_JSON)
        return;
    int n = o.rooms < 64 ? o.rooms : 64, bad = 0;
    u64 lost = 0;
    for (int i = 0; i < n; i++) {
        int room = (int)((int64_t)i * o.rooms / n);
        char rn[128];
        room_name(rn, sizeof rn, (u32)room);
        u64 want = (u64)(o.writers + 1 > 256 ? 256 : o.writers + 1);
        for (int t = 0; t < o.threads; t++)
            if (room >= T[t].r0 && room < T[t].r1)
                for (int w = 0; w < o.writers; w++)
                    want += T[t].w[(room - T[t].r0) * o.writers + w].clock;
        joinres r = {0};
        blk_join(rn, 0, want, 5, NULL, 0, &r, (u32)room, NULL);
        if (r.units < want) {
            bad++;
            lost += want - r.units;
        }
    }
    printf("verify: a fresh client per room, %d rooms: %d incomplete, %lu characters lost\n", n,
           bad, (unsigned long)lost);
    j_num("verify_lost", (double)lost);
    if (bad)
        failed = 1;
}

/* Every step 2 and update message of a tandem.v1 connection must be acknowledged. */
static void check_acks(const step *r)
{
    u64 open = 0, end = now_ns() + 5 * NS;
    do {
        open = 0;
        for (int i = 0; i < o.threads; i++)
            for (int k = 0; k < T[i].nconn; k++)
                open += *(volatile u64 *)&T[i].c[k].frames - *(volatile u64 *)&T[i].c[k].acked;
        if (open)
            nap(0.01);
    } while (open && now_ns() < end);
    printf("ack: %lu acknowledged, latency ms p50 %.3f p90 %.3f p99 %.3f max %.1f; %lu messages "
           "never acknowledged\n",
           (unsigned long)r->s.acklat.n, h_pct(&r->s.acklat, 50), h_pct(&r->s.acklat, 90),
           h_pct(&r->s.acklat, 99), (double)r->s.acklat.max / 1e6, (unsigned long)open);
    j_num("acks", (double)r->s.acklat.n);
    j_num("ack_p50_ms", h_pct(&r->s.acklat, 50));
    j_num("ack_p99_ms", h_pct(&r->s.acklat, 99));
    j_num("unacked", (double)open);
    if (open)
        failed = 1;
}
static void mode_run(void)
{
    if (!connect_all() || !anchor_all()) {
        printf("FAILED to set up\n");
        failed = 1;
        return;
    }
    step r = run_step(o.rate * o.rooms * o.writers, o.warm, o.secs, true);
    print_step(&r);
    j_step(&r);
    if (o.acks)
        check_acks(&r);
    check_all();
    verify_rooms();
}
static void mode_sat(void)
{
    if (!connect_all() || !anchor_all()) {
        printf("FAILED to set up\n");
        failed = 1;
        return;
    }
    double lo = 0, hi = 0, rate = o.sat_start;
    step best = {0}, r;
    int tries = 0, noisy = 0;
    while (tries++ < 24) {
        r = run_step(rate, o.warm, o.secs, true);
        bool ok =
            r.s.lat.n && r.p99 <= o.p99lim && r.ratio > 0.97 && r.got > 0.97 * rate && !r.s.closed;
        bool noise =
            !ok && noisy < 4 && r.lagp99 > o.p99lim / 10 && r.gcpu < 0.8 * o.threads && r.cpu < 0.8;
        if (noise)
            noisy++;
        printf("%s ", ok ? "pass" : noise ? "noise (the generator was held up; again)" : "FAIL");
        print_step(&r);
        if (noise)
            continue;
        if (ok) {
            lo = rate;
            best = r;
        } else
            hi = rate;
        if (f_sync() < total_conns()) {
            printf("clients were dropped: stop\n");
            break;
        }
        if (!hi) {
            rate *= 1.6;
            if (rate > o.sat_max)
                break;
        } else {
            if (hi / (lo > 0 ? lo : hi / 4) < 1.12)
                break;
            rate = lo > 0 ? (lo + hi) / 2 : hi / 2;
            if (rate < 5)
                break;
        }
    }
    if (lo > 0) {
        printf(
            "saturation: %.0f updates/s in, %.0f deliveries/s out with p99 %.2f ms (limit %.0f ms)",
            best.got, best.deliv_s, best.p99, o.p99lim);
        if (o.npid)
            printf(", server cpu %.2f, %.0f deliveries per cpu-second", best.cpu, best.perCore);
        if (best.gcpu > 0.9 * o.threads || r.lagp99 > o.p99lim / 2)
            printf(" [the generator was the limit]");
        putchar('\n');
        j_num("sat_updates_s", best.got);
        j_step(&best);
    } else
        printf("saturation: no rate passed\n");
    check_all();
    verify_rooms();
}
static void mode_flood(void)
{
    if (!connect_all() || !anchor_all()) {
        printf("FAILED to set up\n");
        failed = 1;
        return;
    }
    step best = {0}, r;
    int n = o.joins > 5 ? 3 : o.joins;
    for (int i = 0; i < n; i++) {
        r = run_step(0, o.warm, o.secs, true);
        print_step(&r);
        if (r.deliv_s > best.deliv_s)
            best = r;
        if (f_sync() < total_conns())
            break;
    }
    printf("flood: best of %d: %.0f updates/s in, %.0f deliveries/s out, window %d per client, "
           "latency p50 %.2f p99 %.2f ms",
           n, best.got, best.deliv_s, o.window, best.p50, best.p99);
    if (o.npid)
        printf(", server cpu %.2f, %.0f deliveries per cpu-second", best.cpu, best.perCore);
    printf("%s\n", best.gcpu > 0.9 * o.threads ? " [the generator was the limit]" : "");
    j_step(&best);
    check_all();
    verify_rooms();
}
static void mode_idle(void)
{
    psample p0 = p_sample();
    if (!connect_all()) {
        failed = 1;
        return;
    }
    if (o.writers)
        anchor_all();
    nap(o.settle > 0 ? o.settle : 2);
    psample p1 = p_sample();
    nap(o.secs);
    psample p2 = p_sample();
    printf("idle: %lu connections in %d rooms: rss %.1f -> %.1f MB = %.0f bytes per connection, "
           "%.0f per room; idle cpu %.4f over %.0f s; still open %lu\n",
           (unsigned long)total_conns(), o.rooms, (double)p0.rss / 1e6, (double)p1.rss / 1e6,
           ((double)p1.rss - (double)p0.rss) / (double)total_conns(),
           ((double)p1.rss - (double)p0.rss) / o.rooms, (p2.cpu - p1.cpu) / o.secs, o.secs,
           (unsigned long)f_sync());
    j_num("rss0", (double)p0.rss);
    j_num("rss1", (double)p1.rss);
    j_num("bytes_per_conn", ((double)p1.rss - (double)p0.rss) / (double)total_conns());
    j_num("idle_cpu", (p2.cpu - p1.cpu) / o.secs);
}
static int cmp_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}
static void mode_storm(void)
{
    if (!connect_all() || !anchor_all()) {
        failed = 1;
        return;
    }
    step r = run_step(o.rate * o.rooms * (o.writers ? o.writers : 1), o.warm, o.secs, true);
    print_step(&r);
    int rounds = o.joins < 1 ? 1 : o.joins > 9 ? 9 : o.joins;
    double took[9];
    for (int round = 0; round < rounds; round++) {
        stats a, b;
        snap(&a);
        psample p0 = p_sample();
        storm_t0 = now_ns();
        u64 want = total_conns();
        set_phase(PH_STORM);
        u64 end = now_ns() + 120 * NS;
        while (f_sync() < want && now_ns() < end)
            nap(0.0005);
        double dt = (double)(now_ns() - storm_t0) / 1e9;
        set_phase(PH_IDLE);
        psample p1 = p_sample();
        snap(&b);
        diff(&b, &a);
        printf(
            "storm %d: %lu of %lu clients back and synced in %.3f s (%.0f/s), own connect-to-sync "
            "ms p50 %.2f p99 %.2f, since drop p50 %.1f p99 %.1f max %.1f ms, failed %lu",
            round + 1, (unsigned long)f_sync(), (unsigned long)want, dt, (double)f_sync() / dt,
            h_pct(&b.t_sync, 50), h_pct(&b.t_sync, 99), h_pct(&b.t_total, 50),
            h_pct(&b.t_total, 99), (double)b.t_total.max / 1e6, (unsigned long)b.conn_fail);
        if (o.npid)
            printf(", server cpu %.2f s, rss %.1f MB", p1.cpu - p0.cpu, (double)p1.rss / 1e6);
        printf(", wire in %.1f kB\n", (double)b.bin / 1e3);
        took[round] = dt;
        if (!round) {
            j_num("storm_cpu_s", p1.cpu - p0.cpu);
            j_num("storm_p99_ms", h_pct(&b.t_total, 99));
        }
        if (f_sync() < want) {
            failed = 1;
            rounds = round + 1;
            break;
        }
        nap(0.5);
    }
    qsort(took, (size_t)rounds, sizeof *took, cmp_double);
    j_num("storm_s", took[rounds / 2]);
    j_num("storm_max_s", took[rounds - 1]);
    storm_t0 = 0;
    step r2 = run_step(o.rate * o.rooms * (o.writers ? o.writers : 1), 0.5, 2, true);
    printf("after: ");
    print_step(&r2);
    check_all();
    verify_rooms();
}
static int cmp_u64(const void *a, const void *b)
{
    u64 x = *(const u64 *)a, y = *(const u64 *)b;
    return x < y ? -1 : x > y;
}
typedef struct {
    const char *room;
    u64 target;
    joinres r;
    int u;
} jarg;
static void *jthread(void *v)
{
    jarg *a = v;
    blk_join(a->room, a->u, a->target, 120, NULL, 0, &a->r, 0, NULL);
    return NULL;
}
static void load_seed(void)
{
    if (o.seed) {
        FILE *f = fopen(o.seed, "rb");
        if (!f)
            die("cannot read %s", o.seed);
        fseek(f, 0, SEEK_END);
        seed_len = (size_t)ftell(f);
        rewind(f);
        seed_buf = xalloc(seed_len);
        if (fread(seed_buf, 1, seed_len, f) != seed_len)
            die("cannot read %s", o.seed);
        fclose(f);
    } else { /* runs typed at random places of a base text; some are deleted */
        int runs = o.gen_runs ? o.gen_runs : 20000, len = o.gen_len, nb = runs + 1;
        u32 A = 0x7000000u, B = 0x7000001u;
        u8 *b = xalloc((size_t)nb * 2 + (size_t)runs * (size_t)(len + 32) + (size_t)runs * 12 +
                       1024),
           *p = b;
        u64 rng = 88172645463325252ull;
        u32 *pos = xalloc(4 * (size_t)runs);
        for (int i = 0; i < runs; i++)
            pos[i] = (u32)i;
        for (int i = runs - 1; i > 0; i--) {
            rng ^= rng << 13;
            rng ^= rng >> 7;
            rng ^= rng << 17;
            int j = (int)(rng % (u64)(i + 1));
            u32 x = pos[i];
            pos[i] = pos[j];
            pos[j] = x;
        }
        p = w_vu(p, 2);
        p = w_vu(p, (u64)runs);
        p = w_vu(p, B);
        p = w_vu(p, 0);
        for (int i = 0; i < runs; i++) {
            *p++ = 0xC4;
            p = w_vu(p, A);
            p = w_vu(p, pos[i]);
            p = w_vu(p, A);
            p = w_vu(p, pos[i] + 1);
            p = w_vu(p, (u64)len);
            for (int k = 0; k < len; k++)
                *p++ = (u8)op_char((u32)(i * len + k));
        }
        p = w_vu(p, 1);
        p = w_vu(p, A);
        p = w_vu(p, 0);
        *p++ = 4;
        p = w_vu(p, 1);
        p = w_bytes(p, o.textname, strlen(o.textname));
        p = w_vu(p, (u64)nb);
        for (int i = 0; i < nb; i++)
            *p++ = (u8)op_char((u32)i);
        u8 *ds = xalloc((size_t)runs * 12 + 32), *q = ds;
        u64 nd = 0;
        for (int i = 0; i < runs; i++) {
            rng ^= rng << 13;
            rng ^= rng >> 7;
            rng ^= rng << 17;
            if ((int)(rng % 100) < o.gen_del) {
                q = w_vu(q, (u64)i * (u64)len);
                q = w_vu(q, (u64)len > 1 ? (u64)len - 1 : 1);
                nd++;
            }
        }
        if (nd) {
            p = w_vu(p, 1);
            p = w_vu(p, B);
            p = w_vu(p, nd);
            memcpy(p, ds, (size_t)(q - ds));
            p += q - ds;
        } else
            *p++ = 0;
        seed_buf = b;
        seed_len = (size_t)(p - b);
        free(ds);
        free(pos);
    }
    if (!walk_update(seed_buf, seed_len, add_units, &seed_units))
        die("the seed update cannot be parsed");
}
static void mode_join(void)
{
    load_seed();
    u64 target = seed_units;
    seed_units = 0;
    char rn[128];
    o.rooms = 1;
    room_name(rn, sizeof rn, 0);
    joinres r = {0};
    int u0 = 0, hold = -1; /* the seeder stays in the room unless --settle asks for a cold room */
    psample p0 = p_sample();
    u64 t0 = now_ns();
    if (blk_join(rn, u0, 0, 60, seed_buf, seed_len, &r, 0, &hold)) {
        printf("join: could not seed: %s\n", r.err);
        failed = 1;
        return;
    }
    bool ok = false;
    u64 last = 0;
    for (int i = 0; i < 60 && !ok; i++) {
        if (!blk_join(rn, u0, target, 2, NULL, 0, &r, 0, NULL))
            ok = true;
        last = r.units;
        if (!ok)
            nap(0.2);
    }
    psample p1 = p_sample();
    if (!ok) {
        printf("join: the server did not give the seeded document back: %lu of %lu units\n",
               (unsigned long)last, (unsigned long)target);
        failed = 1;
        return;
    }
    printf("join: seed update %zu bytes, %lu units, applied and read back after %.1f ms, server "
           "cpu %.2f s, rss %.1f -> %.1f MB\n",
           seed_len, (unsigned long)target, (double)(now_ns() - t0) / 1e6, p1.cpu - p0.cpu,
           (double)p0.rss / 1e6, (double)p1.rss / 1e6);
    if (o.settle > 0) {
        close(hold);
        nap(o.settle);
    }
    int J = o.joins, bad = 0;
    u64 *a = xalloc(8 * (size_t)J), *b = xalloc(8 * (size_t)J), bytes = 0;
    p0 = p_sample();
    int got = 0;
    for (int i = 0; i < J; i++) {
        if (blk_join(rn, i % o.nurl, target, 60, NULL, 0, &r, 0, NULL)) {
            bad++;
            continue;
        }
        a[got] = r.t_sync;
        b[got++] = r.t_up;
        bytes = r.bytes;
        if (i == 0) {
            printf("join: first %.3f ms (upgrade %.3f), %lu bytes in %lu frames\n",
                   (double)r.t_sync / 1e6, (double)r.t_up / 1e6, (unsigned long)r.bytes,
                   (unsigned long)r.frames);
            j_num("join_first_ms", (double)r.t_sync / 1e6);
        }
    }
    p1 = p_sample();
    qsort(a, (size_t)got, 8, cmp_u64);
    qsort(b, (size_t)got, 8, cmp_u64);
    if (!got) {
        printf("join: all failed: %s\n", r.err);
        failed = 1;
        return;
    }
    printf("join: %d one after another: p50 %.3f ms p90 %.3f max %.3f (upgrade p50 %.3f), %lu "
           "bytes received each, server cpu %.2f ms each, failed %d\n",
           got, (double)a[got / 2] / 1e6, (double)a[got * 9 / 10] / 1e6, (double)a[got - 1] / 1e6,
           (double)b[got / 2] / 1e6, (unsigned long)bytes, (p1.cpu - p0.cpu) * 1e3 / J, bad);
    j_num("join_p50_ms", (double)a[got / 2] / 1e6);
    j_num("join_bytes", (double)bytes);
    j_num("join_cpu_ms", (p1.cpu - p0.cpu) * 1e3 / J);
    if (o.conc > 1) {
        int N = o.conc;
        jarg *ja = xalloc(sizeof(jarg) * (size_t)N);
        pthread_t *th = xalloc(sizeof(pthread_t) * (size_t)N);
        pthread_attr_t at;
        pthread_attr_init(&at);
        pthread_attr_setstacksize(&at, 128 << 10);
        p0 = p_sample();
        t0 = now_ns();
        for (int i = 0; i < N; i++) {
            ja[i].room = rn;
            ja[i].target = target;
            ja[i].u = i % o.nurl;
            ja[i].r.later = true;
            pthread_create(&th[i], &at, jthread, &ja[i]);
        }
        u64 *c = xalloc(8 * (size_t)N);
        got = 0;
        for (int i = 0; i < N; i++)
            pthread_join(th[i], NULL);
        double dt = (double)(now_ns() - t0) / 1e6;
        p1 = p_sample();
        for (int i = 0; i < N; i++) {
            walk_update(ja[i].r.body, ja[i].r.body_len, add_units, &ja[i].r.units);
            free(ja[i].r.body);
            if (ja[i].r.ok && ja[i].r.units >= target)
                c[got++] = ja[i].r.t_sync;
        }
        if (got < N)
            failed = 1;
        qsort(c, (size_t)got, 8, cmp_u64);
        if (got)
            printf("join: %d at once: all done in %.1f ms, p50 %.2f max %.2f ms, server cpu %.1f "
                   "ms, rss %.1f MB, failed %d\n",
                   N, dt, (double)c[got / 2] / 1e6, (double)c[got - 1] / 1e6,
                   (p1.cpu - p0.cpu) * 1e3, (double)p1.rss / 1e6, N - got);
        j_num("join_conc_ms", dt);
    }
}
static void usage(void)
{
    fputs(
        "yload MODE --url ws://HOST:PORT/PREFIX [options]     (room name is appended to the "
        "prefix)\n"
        "modes: run | ack | sat | flood | join | storm | idle\n"
        " --proto y|hocus|raw|json   protocol (default y)       --rooms N --clients N --writers N\n"
        " --rate R      characters/s of each writer             --aware F   cursor updates per "
        "character (0..1)\n"
        " --secs S --warm S --settle S                          --poisson   random instead of even "
        "spacing\n"
        " --threads N   generator threads (rooms are split)     --inflight N  connects under way "
        "at once, per thread\n"
        " --pid P       sample this process (repeatable)        --json FILE append one line of "
        "results\n"
        " --window N    messages under way per client in flood\n"
        " --p99 MS --start R --max R   limits of sat            --joins N --conc N   of join; "
        "--joins = rounds of storm\n"
        " --seed FILE   Yjs v1 update for join; else --gen RUNS,LEN,DEL%  makes one\n"
        " --room NAME   fixed room name   --text NAME root text name (monaco)   --query ?a=b   "
        "--subproto P   --cookie C\n"
        " --cold        reconnect with an empty document        --rst  drop with RST    --verify  "
        "read back with a fresh client\n"
        " --srcips N    spread over 127.0.0.1..N                --ring N  timestamps kept per "
        "writer    --jsonbytes N\n"
        "several --url: the clients of each room are spread over them (nodes of one cluster)\n",
        stderr);
    exit(2);
}
int main(int argc, char **argv)
{
    static const struct option L[] = {{"url", 1, 0, 'u'},      {"proto", 1, 0, 'P'},
                                      {"rooms", 1, 0, 'r'},    {"clients", 1, 0, 'c'},
                                      {"writers", 1, 0, 'w'},  {"rate", 1, 0, 'R'},
                                      {"aware", 1, 0, 'a'},    {"secs", 1, 0, 's'},
                                      {"warm", 1, 0, 'W'},     {"settle", 1, 0, 'S'},
                                      {"poisson", 0, 0, 1},    {"threads", 1, 0, 't'},
                                      {"inflight", 1, 0, 'i'}, {"pid", 1, 0, 'p'},
                                      {"json", 1, 0, 'j'},     {"p99", 1, 0, 2},
                                      {"start", 1, 0, 3},      {"max", 1, 0, 4},
                                      {"joins", 1, 0, 'J'},    {"conc", 1, 0, 'C'},
                                      {"seed", 1, 0, 5},       {"gen", 1, 0, 6},
                                      {"room", 1, 0, 7},       {"text", 1, 0, 8},
                                      {"query", 1, 0, 9},      {"subproto", 1, 0, 10},
                                      {"cookie", 1, 0, 11},    {"cold", 0, 0, 12},
                                      {"rst", 0, 0, 13},       {"verify", 0, 0, 14},
                                      {"srcips", 1, 0, 15},    {"ring", 1, 0, 16},
                                      {"jsonbytes", 1, 0, 17}, {"quiet", 0, 0, 18},
                                      {"token", 1, 0, 19},     {"window", 1, 0, 20},
                                      {"help", 0, 0, 'h'},     {0, 0, 0, 0}};
    if (argc < 2 || argv[1][0] == '-')
        usage();
    o.mode = argv[1];
    optind = 2;
    int c;
    while ((c = getopt_long(argc, argv, "u:r:c:w:p:", L, NULL)) != -1)
        switch (c) {
        case 'u': {
            if (o.nurl == MAXURL || strncmp(optarg, "ws://", 5))
                usage();
            char *h = optarg + 5, *sl = strchr(h, '/');
            size_t hl = sl ? (size_t)(sl - h) : strlen(h);
            if (hl > 63)
                usage();
            memcpy(o.url[o.nurl].host, h, hl);
            snprintf(o.url[o.nurl].prefix, 256, "%s", sl ? sl : "/");
            char hb[64];
            memcpy(hb, h, hl);
            hb[hl] = 0;
            char *co = strchr(hb, ':');
            int port = 80;
            if (co) {
                *co = 0;
                port = int_of(co + 1);
            }
            struct sockaddr_in *sa = &o.url[o.nurl].sa;
            sa->sin_family = AF_INET;
            sa->sin_port = htons((uint16_t)port);
            if (!strcmp(hb, "localhost"))
                snprintf(hb, sizeof hb, "127.0.0.1");
            if (inet_pton(AF_INET, hb, &sa->sin_addr) != 1)
                die("give the host as an IPv4 address");
            if ((ntohl(sa->sin_addr.s_addr) >> 24) != 127)
                die("only loopback targets are allowed");
            o.nurl++;
            break;
        }
        case 'P':
            o.proto = !strcmp(optarg, "y")       ? P_Y
                      : !strcmp(optarg, "hocus") ? P_HOCUS
                      : !strcmp(optarg, "raw")   ? P_RAW
                      : !strcmp(optarg, "json")  ? P_JSON
                                                 : (usage(), 0);
            break;
        case 'r':
            o.rooms = int_of(optarg);
            break;
        case 'c':
            o.clients = int_of(optarg);
            break;
        case 'w':
            o.writers = int_of(optarg);
            break;
        case 'R':
            o.rate = atof(optarg);
            break;
        case 'a':
            o.aware = atof(optarg);
            break;
        case 's':
            o.secs = atof(optarg);
            break;
        case 'W':
            o.warm = atof(optarg);
            break;
        case 'S':
            o.settle = atof(optarg);
            break;
        case 1:
            o.poisson = true;
            break;
        case 't':
            o.threads = int_of(optarg);
            break;
        case 'i':
            o.inflight = int_of(optarg);
            break;
        case 'p':
            if (o.npid < MAXPID)
                o.pid[o.npid++] = int_of(optarg);
            break;
        case 'j':
            o.json = optarg;
            break;
        case 2:
            o.p99lim = atof(optarg);
            break;
        case 3:
            o.sat_start = atof(optarg);
            break;
        case 4:
            o.sat_max = atof(optarg);
            break;
        case 'J':
            o.joins = int_of(optarg);
            break;
        case 'C':
            o.conc = int_of(optarg);
            break;
        case 5:
            o.seed = optarg;
            break;
        case 6:
            sscanf(optarg, "%d,%d,%d", &o.gen_runs, &o.gen_len, &o.gen_del);
            break;
        case 7:
            o.room = optarg;
            break;
        case 8:
            o.textname = optarg;
            break;
        case 9:
            o.query = optarg;
            break;
        case 10:
            o.subproto = optarg;
            break;
        case 11:
            o.cookie = optarg;
            break;
        case 12:
            o.cold = true;
            break;
        case 13:
            o.rst = true;
            break;
        case 14:
            o.verify = true;
            break;
        case 15:
            o.srcips = int_of(optarg);
            break;
        case 16:
            o.ring = int_of(optarg);
            break;
        case 17:
            o.jsonbytes = int_of(optarg);
            break;
        case 18:
            o.quiet = true;
            break;
        case 19:
            o.token = optarg;
            break;
        case 20:
            o.window = int_of(optarg);
            break;
        default:
            usage();
        }
    if (!o.nurl || o.rooms < 1 || o.clients < 1)
        usage();
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    j_open();
    j_begin();
    if (!strcmp(o.mode, "ack")) {
        o.acks = true;
        o.subproto = "tandem.v1";
    }
    if (!strcmp(o.mode, "join")) {
        u32 r;
        if (getrandom(&r, 4, 0) != 4)
            r = (u32)now_ns();
        base_id = 0x10000000u + (r & 0x3fffffffu);
        snprintf(run_tag, sizeof run_tag, "j%x", base_id);
        mode_join();
        j_end();
        return failed;
    }
    setup();
    if (!strcmp(o.mode, "run") || !strcmp(o.mode, "ack"))
        mode_run();
    else if (!strcmp(o.mode, "sat"))
        mode_sat();
    else if (!strcmp(o.mode, "idle"))
        mode_idle();
    else if (!strcmp(o.mode, "flood"))
        mode_flood();
    else if (!strcmp(o.mode, "storm"))
        mode_storm();
    else
        usage();
    set_phase(PH_CLOSE);
    set_phase(PH_EXIT);
    for (int i = 0; i < o.threads; i++)
        pthread_join(T[i].th, NULL);
    j_end();
    (void)S0;
    return failed;
}
