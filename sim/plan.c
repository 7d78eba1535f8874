/* plan.c - see plan.h.  Each world has some kinds of faults only, and few or many of them: a world
 * with everything at once hides what a single fault would show. */
#include "sim/plan.h"

#include <assert.h>
#include <stdlib.h>

static void small_limits(plan *p, rng *r)
{
    limits *l = &p->limits;
    limits_init(l);
    l->update_bytes = 512 * LIMITS_KIB;
    l->frame_bytes = l->update_bytes + 64;
    l->linger_ms = (uint64_t)rng_scale(r, 500, 30000);
    l->compact_rows = (uint64_t)rng_scale(r, 3, 300);
    l->compact_bytes = (uint64_t)rng_scale(r, 2000, 200000);
    l->unload_rows = (uint64_t)rng_scale(r, 0, 50);
    l->queue_soft_bytes = (uint64_t)rng_scale(r, 8192, 262144);
    l->queue_hard_bytes = l->queue_soft_bytes * (uint64_t)rng_between(r, 2, 8);
    l->unstored_bytes = (uint64_t)rng_scale(r, 2000, 500000);
    l->loading_bytes = (uint64_t)rng_scale(r, 4000, 100000);
    /* Not too small: structs of one update that need each other in turns wait for a moment too. */
    l->pending_structs = (uint64_t)rng_scale(r, 3000, 10000);
    l->pending_bytes = (uint64_t)rng_scale(r, 1000000, 4000000);
    l->room_members = (uint64_t)rng_between(r, 2 * PLAN_CLIENTS_MAX, 3 * PLAN_CLIENTS_MAX);
}

static client_kind draw_kind(const plan *p, rng *r, uint32_t i)
{
    if (i < 2)
        return rng_percent(r, 85) ? CLIENT_TANDEM : CLIENT_STOCK;
    uint64_t n = rng_below(r, 100);
    if (p->faults & FAULT_HOSTILE && n < 35)
        return n < 18 ? CLIENT_FORGER : n < 28 ? CLIENT_FLOODER : CLIENT_DEAF;
    return n < 50 ? CLIENT_STOCK : n < 60 ? CLIENT_VIEWER : CLIENT_TANDEM;
}

static void draw_world(plan *p, rng *r)
{
    unsigned many = (unsigned)rng_below(r, 3); /* of three densities */
    for (unsigned bit = 0; bit < FAULT_BITS_DRAWN; bit++)
        if (rng_percent(r, 15 + 25 * many))
            p->faults |= 1u << bit;
    /* Rarer modes: they hide others or change what a whole run is about. */
    if (rng_percent(r, 50))
        p->faults &= ~(unsigned)FAULT_MEMORY;
    if (rng_percent(r, 60))
        p->faults &= ~(unsigned)(FAULT_DELETE | FAULT_RESTORE | FAULT_ROLE);
    p->sqlite = rng_percent(r, 50);
    p->may_create = rng_percent(r, 20);
    p->tags = (plan_tags)rng_below(r, TAGS_KINDS);
    p->room_count = rng_percent(r, 70) ? 1 : PLAN_ROOMS_MAX;
    p->client_count = (uint32_t)rng_scale(r, 2, PLAN_CLIENTS_MAX);
    p->active_us = rng_scale(r, 4, 90) * 1000000;
    p->commit_us = rng_scale(r, 200, 20000);
    small_limits(p, r);
    for (uint32_t i = 0; i < p->client_count; i++) {
        plan_client *c = &p->clients[i];
        c->kind = draw_kind(p, r, i);
        c->room = (uint32_t)rng_below(r, p->room_count);
        c->latency_us = rng_scale(r, 100, 150000);
        c->window_bytes = (size_t)rng_scale(r, 4096, 131072);
    }
}

static void add(plan *p, happening h)
{
    p->happenings = realloc(p->happenings, (p->count + 1) * sizeof *p->happenings);
    if (p->happenings == NULL)
        abort();
    p->happenings[p->count++] = h;
}

static const unsigned needs[] = {
#define PLAN_NEEDS_(name, text, fault) [HAPPEN_##name] = (fault),
    HAPPENINGS(PLAN_NEEDS_)
#undef PLAN_NEEDS_
};

/* Some of one kind, spread over the run or in a burst. */
static void spread(plan *p, rng *r, happening_kind kind, int64_t times)
{
    if (needs[kind] != 0 && (p->faults & needs[kind]) == 0)
        return;
    int64_t from = 0, to = p->active_us;
    if (rng_percent(r, 30)) {
        from = (int64_t)rng_below(r, (uint64_t)p->active_us);
        to = from + 1000000 < p->active_us ? from + 1000000 : p->active_us;
    }
    for (int64_t i = 0; i < times; i++) {
        uint32_t among = happening_has_client(kind) ? p->client_count : p->room_count;
        add(p, (happening){.kind = kind,
                           .at_us = rng_between(r, from, to),
                           .who = (uint32_t)rng_below(r, among),
                           .salt = rng_next(r)});
    }
}

static bool is_hostile(client_kind kind)
{
    return kind == CLIENT_FORGER || kind == CLIENT_FLOODER || kind == CLIENT_DEAF;
}

static int by_time(const void *a, const void *b)
{
    const happening *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x->salt < y->salt ? -1 : x->salt > y->salt;
}

static void draw_happenings(plan *p, rng *r)
{
    for (uint32_t i = 0; i < p->client_count; i++) {
        int64_t at_us = i < 2 || rng_percent(r, 50) ? rng_between(r, 0, 1000000)
                                                    : rng_between(r, 0, p->active_us);
        add(p, (happening){.kind = HAPPEN_ARRIVE, .at_us = at_us, .who = i, .salt = rng_next(r)});
        plan_client *c = &p->clients[i];
        int64_t acts = rng_scale(r, 2, c->kind == CLIENT_TANDEM ? 60 : 25);
        for (int64_t k = 0; k < acts; k++)
            add(p, (happening){.kind = is_hostile(c->kind)  ? HAPPEN_HOSTILE
                                       : rng_percent(r, 80) ? HAPPEN_EDIT
                                                            : HAPPEN_CURSOR,
                               .at_us = rng_between(r, at_us, p->active_us),
                               .who = i,
                               .salt = rng_next(r)});
    }
    int64_t most = rng_percent(r, 70) ? 4 : 12;
    spread(p, r, HAPPEN_CUT, rng_scale(r, 1, 2 * most));
    spread(p, r, HAPPEN_PAUSE, rng_scale(r, 1, most));
    spread(p, r, HAPPEN_NET_SLOW, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_RELOAD, rng_scale(r, 1, most));
    spread(p, r, HAPPEN_RELOAD_EMPTY, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_CLOSE_TAB, rng_scale(r, 1, most));
    spread(p, r, HAPPEN_KILL, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_POWER, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_CRASH_AT, rng_scale(r, 1, most));
    spread(p, r, HAPPEN_POWER_AT, rng_scale(r, 1, most));
    spread(p, r, HAPPEN_DRAIN, rng_scale(r, 1, most / 2));
    spread(p, r, HAPPEN_DISK_FULL, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_DISK_BUSY, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_DISK_SLOW, rng_scale(r, 0, most / 2));
    spread(p, r, HAPPEN_DISK_FAILS, rng_scale(r, 0, most / 3));
    spread(p, r, HAPPEN_MEMORY_SHORT, rng_scale(r, 1, most / 2));
    spread(p, r, HAPPEN_ROLE, rng_scale(r, 1, most / 2));
    spread(p, r, HAPPEN_RENAME, rng_scale(r, 0, 2));
    spread(p, r, HAPPEN_RESTORE, 1);
    spread(p, r, HAPPEN_DELETE, 1);
    qsort(p->happenings, p->count, sizeof *p->happenings, by_time);
}

/* Drawn by themselves, so that worlds without them are what they were before there were any. */
static void draw_later_faults(plan *p, rng *r)
{
    if (rng_percent(r, 12))
        p->faults |= FAULT_ROOM;
    if (rng_percent(r, 12))
        p->faults |= FAULT_RATES;
    /* One of two rooms: the other must not feel it. */
    for (uint32_t i = 0; p->faults & FAULT_ROOM && p->room_count == 1 && i < p->client_count; i++)
        p->clients[i].room = (uint32_t)rng_below(r, PLAN_ROOMS_MAX);
    if (p->faults & FAULT_ROOM)
        p->room_count = PLAN_ROOMS_MAX;
    int64_t most = rng_percent(r, 70) ? 2 : 6;
    spread(p, r, HAPPEN_UNWRITABLE, rng_scale(r, 1, 4 * most));
    spread(p, r, HAPPEN_DAMAGED, rng_scale(r, 0, 2 * most));
    uint64_t frames = (uint64_t)rng_scale(r, 20, 300), bytes = (uint64_t)rng_scale(r, 8000, 200000);
    if (p->faults & FAULT_RATES) {
        p->limits.frames_per_second = frames;
        p->limits.bytes_per_second = bytes;
    }
    qsort(p->happenings, p->count, sizeof *p->happenings, by_time);
}

void plan_init(plan *p, uint64_t seed)
{
    *p = (plan){.seed = seed};
    rng r = rng_of(seed, 0x706C616E);
    draw_world(p, &r);
    draw_happenings(p, &r);
    rng later = rng_of(seed, 0x6C617465);
    draw_later_faults(p, &later);
}

void plan_deinit(plan *p)
{
    free(p->happenings);
    *p = (plan){0};
}

const char *happening_name(happening_kind kind)
{
    static const char *const names[] = {
#define PLAN_NAME_(name, text, fault) [HAPPEN_##name] = (text),
        HAPPENINGS(PLAN_NAME_)
#undef PLAN_NAME_
    };
    return names[kind];
}

bool happening_has_client(happening_kind kind)
{
    switch (kind) {
    case HAPPEN_ARRIVE:
    case HAPPEN_EDIT:
    case HAPPEN_CURSOR:
    case HAPPEN_CUT:
    case HAPPEN_PAUSE:
    case HAPPEN_RELOAD:
    case HAPPEN_RELOAD_EMPTY:
    case HAPPEN_CLOSE_TAB:
    case HAPPEN_HOSTILE:
    case HAPPEN_ROLE:
        return true;
    default:
        return false;
    }
}

const char *client_kind_name(client_kind kind)
{
    static const char *const names[CLIENT_KINDS] = {"tandem", "stock",   "viewer",
                                                    "forger", "flooder", "deaf"};
    return names[kind];
}

void plan_print(const plan *p, FILE *out)
{
    static const char *const tags[TAGS_KINDS] = {"none", "in a map", "in the text"};
    static const char *const faults[FAULT_BITS] = {
        "network",       "slow readers", "reloads", "kills",    "power cuts", "drains",
        "disk",          "memory",       "roles",   "restores", "deletions",  "hostile clients",
        "damaged rooms", "small rates"};
    fprintf(out, "seed %llu: %s store, %u room(s)%s, %u clients, %.0f s, tags %s; faults:",
            (unsigned long long)p->seed, p->sqlite ? "SQLite" : "memory", p->room_count,
            p->may_create ? " made by joining" : "", p->client_count, (double)p->active_us / 1e6,
            tags[p->tags]);
    for (unsigned bit = 0; bit < FAULT_BITS; bit++)
        if (p->faults & 1u << bit)
            fprintf(out, " %s,", faults[bit]);
    fprintf(out, "\n");
    for (size_t i = 0; i < p->count; i++) {
        const happening *h = &p->happenings[i];
        if (h->left_out)
            continue;
        fprintf(out, "  %4zu %10.6f s  ", i, (double)h->at_us / 1e6);
        if (happening_has_client(h->kind))
            fprintf(out, "client %u (%s, room %u) ", h->who,
                    client_kind_name(p->clients[h->who].kind), p->clients[h->who].room);
        fprintf(out, "%s\n", happening_name(h->kind));
    }
}
