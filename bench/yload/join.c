/* join.c - clients that come once, for a document: seeding, joins, reading back. */
#include "yload.h"

void visits_begin(loader *l, visit *visits, int count_, uint32_t room)
{
    loader_init(l, (int)room, 1, count_, 0);
    for (int i = 0; i < count_; i++) {
        l->conns[i].visit = &visits[i];
        buf_init(&visits[i].copy, base_alloc_libc(), SIZE_MAX / 4);
        conn_dial(&l->conns[i]);
    }
}

void visits_wait(loader *l, double seconds)
{
    uint64_t end_ns = now_ns() + (uint64_t)(seconds * 1e9);
    for (int open = l->conn_count; open > 0 && now_ns() < end_ns;) {
        loader_turn(l, 5 * (int64_t)NS_PER_MS);
        open = 0;
        for (int i = 0; i < l->conn_count; i++)
            open += !l->conns[i].visit->done && l->conns[i].state != CONN_CLOSED;
    }
}

void visits_end(loader *l)
{
    for (int i = 0; i < l->conn_count; i++) {
        visit *v = l->conns[i].visit;
        if (!v->done && v->fault[0] == '\0')
            snprintf(v->fault, sizeof v->fault, "timed out");
        if (v->later)
            v->units = update_units(v->document);
        buf_deinit(&v->copy);
    }
    loader_deinit(l);
}

static visit visit_one(uint32_t room, uint64_t target, double seconds)
{
    visit v = {.target = target};
    loader l;
    visits_begin(&l, &v, 1, room);
    visits_wait(&l, seconds);
    visits_end(&l);
    return v;
}

bool verify_rooms(void)
{
    if (!opt.verify || opt.dialect == DIALECT_RAW || opt.dialect == DIALECT_JSON)
        return true;
    int rooms = opt.rooms < 64 ? opt.rooms : 64, incomplete = 0;
    uint64_t lost = 0;
    for (int i = 0; i < rooms; i++) {
        int room = (int)((int64_t)i * opt.rooms / rooms);
        uint64_t wanted = anchor_count();
        for (int t = 0; t < opt.threads; t++)
            for (int w = 0; w < loaders[t].writer_count; w++)
                if ((int)loaders[t].writers[w].conn->room == room)
                    wanted += loaders[t].writers[w].clock;
        visit v = visit_one((uint32_t)room, wanted, 5);
        if (v.units < wanted) {
            incomplete++;
            lost += wanted - v.units;
        }
    }
    printf("verify: a fresh client per room, %d rooms: %d incomplete, %llu characters lost\n",
           rooms, incomplete, (unsigned long long)lost);
    json_number("verify_lost", (double)lost);
    return incomplete == 0;
}

/* ----------------------------------------------------------------------------------- joins --- */

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

static bool read_back(uint64_t target)
{
    visit v = {0};
    for (int i = 0; i < 60; i++) {
        v = visit_one(0, target, 2);
        if (v.done)
            return true;
        nap(0.2);
    }
    printf("join: the server did not give the seeded document back: %llu of %llu units\n",
           (unsigned long long)v.units, (unsigned long long)target);
    return false;
}

/* One after another. */
static bool join_in_turn(uint64_t target)
{
    size_t got = 0;
    uint64_t *synced = must_alloc(sizeof *synced * (size_t)opt.joins);
    uint64_t *upgraded = must_alloc(sizeof *upgraded * (size_t)opt.joins);
    usage before = usage_of_server();
    visit v = {0};
    for (int i = 0; i < opt.joins; i++) {
        v = visit_one(0, target, 60);
        if (!v.done)
            continue;
        if (got == 0 && i == 0) {
            printf("join: first %.3f ms (upgrade %.3f), %llu bytes in %llu frames\n",
                   ms(v.synced_ns), ms(v.upgraded_ns), (unsigned long long)v.bytes,
                   (unsigned long long)v.frames);
            json_number("join_first_ms", ms(v.synced_ns));
        }
        synced[got] = v.synced_ns;
        upgraded[got++] = v.upgraded_ns;
    }
    double cpu_ms = (usage_of_server().cpu_s - before.cpu_s) * 1e3 / opt.joins;
    qsort(synced, got, sizeof *synced, ascending);
    qsort(upgraded, got, sizeof *upgraded, ascending);
    if (got > 0) {
        printf("join: %zu one after another: p50 %.3f ms p90 %.3f max %.3f (upgrade p50 %.3f), "
               "%llu bytes "
               "received each, server cpu %.2f ms each, failed %d\n",
               got, ms(synced[got / 2]), ms(synced[got * 9 / 10]), ms(synced[got - 1]),
               ms(upgraded[got / 2]), (unsigned long long)v.bytes, cpu_ms, opt.joins - (int)got);
        json_number("join_p50_ms", ms(synced[got / 2]));
        json_number("join_bytes", (double)v.bytes);
        json_number("join_cpu_ms", cpu_ms);
    } else {
        printf("join: all failed: %s\n", v.fault);
    }
    free(synced);
    free(upgraded);
    return got > 0;
}

static bool join_at_once(uint64_t target)
{
    loader l;
    size_t n = (size_t)opt.conc, got = 0;
    visit *visits = must_alloc(sizeof *visits * n);
    uint64_t *synced = must_alloc(sizeof *synced * n);
    for (size_t i = 0; i < n; i++)
        visits[i] = (visit){.target = target, .later = true};
    usage before = usage_of_server();
    uint64_t begun_ns = now_ns();
    visits_begin(&l, visits, (int)n, 0);
    visits_wait(&l, 120);
    double took_ms = ms(now_ns() - begun_ns);
    usage after = usage_of_server();
    visits_end(&l);
    for (size_t i = 0; i < n; i++)
        if (visits[i].done && visits[i].units >= target)
            synced[got++] = visits[i].synced_ns;
    qsort(synced, got, sizeof *synced, ascending);
    if (got > 0)
        printf("join: %zu at once: all done in %.1f ms, p50 %.2f max %.2f ms, server cpu %.1f ms, "
               "rss %.1f MB, "
               "failed %zu\n",
               n, took_ms, ms(synced[got / 2]), ms(synced[got - 1]),
               (after.cpu_s - before.cpu_s) * 1e3, after.rss_mb, n - got);
    json_number("join_conc_ms", took_ms);
    free(visits);
    free(synced);
    return got == n;
}

bool mode_join(void)
{
    loader l;
    bytes seed = seed_update();
    uint64_t target = update_units(seed), begun_ns = now_ns();
    usage before = usage_of_server();
    opt.rooms = 1;
    visit seeder = {.push = seed};
    visits_begin(&l, &seeder, 1, 0);
    visits_wait(&l, 60);
    if (!seeder.done)
        printf("join: could not seed: %s\n", seeder.fault);
    bool good = seeder.done && read_back(target);
    usage after = usage_of_server();
    if (good)
        printf("join: seed update %zu bytes, %llu units, applied and read back after %.1f ms, "
               "server cpu %.2f s, "
               "rss %.1f -> %.1f MB\n",
               seed.len_bytes, (unsigned long long)target, ms(now_ns() - begun_ns),
               after.cpu_s - before.cpu_s, before.rss_mb, after.rss_mb);
    /* The seeder stays in the room unless a cold one is asked for. */
    if (opt.settle > 0) {
        conn_close(&l.conns[0]);
        nap(opt.settle);
    }
    good = good && join_in_turn(target);
    good = (opt.conc <= 1 || join_at_once(target)) && good;
    visits_end(&l);
    return good;
}
