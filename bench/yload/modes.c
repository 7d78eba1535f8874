/* modes.c - the workloads of many rooms.  README.md describes them. */
#include "yload.h"

typedef struct step {
    double wanted, sent, delivered, ratio; /* a second; of what was sent */
    double server_cpu, own_cpu, per_cpu_s, rss_mb, seconds;
    stats s;
} step;

static uint64_t everybody(void)
{
    return (uint64_t)opt.rooms * (uint64_t)opt.clients;
}

static double p(const step *r, int h, double percent)
{
    return hist_ms(&r->s.h[h], percent);
}

static double n(const stats *s, int which)
{
    return (double)counted(&s->n[which]);
}

static bool connect_all(void)
{
    static stats s;
    usage before = usage_of_server();
    uint64_t begun_ns = now_ns(), end_ns = begun_ns + (60 + everybody() / 200) * NS_PER_S;
    loaders_enter(PHASE_CONNECT);
    while (loaders_synced() + loaders_sum(N_REFUSED) + loaders_sum(N_CLOSED) < everybody() &&
           now_ns() < end_ns)
        nap(0.001);
    double seconds = (double)(now_ns() - begun_ns) / 1e9, ok = (double)loaders_synced();
    loaders_enter(PHASE_IDLE);
    loaders_snapshot(&s);
    usage after = usage_of_server();
    printf("connect: %.0f of %llu clients synced in %.3f s (%.0f/s), tcp p50 %.2f p99 %.2f ms, "
           "upgrade p50 %.2f "
           "p99 %.2f ms, synced p50 %.2f p99 %.2f ms",
           ok, (unsigned long long)everybody(), seconds, ok / seconds, hist_ms(&s.h[H_TCP], 50),
           hist_ms(&s.h[H_TCP], 99), hist_ms(&s.h[H_UPGRADE], 50), hist_ms(&s.h[H_UPGRADE], 99),
           hist_ms(&s.h[H_SYNC], 50), hist_ms(&s.h[H_SYNC], 99));
    if (opt.pid_count > 0)
        printf("; server cpu %.2f s, rss %.1f -> %.1f MB", after.cpu_s - before.cpu_s,
               before.rss_mb, after.rss_mb);
    putchar('\n');
    json_number("connect_s", seconds);
    json_number("synced", ok);
    json_number("sync_p99_ms", hist_ms(&s.h[H_SYNC], 99));
    if (ok < (double)everybody())
        printf("connect: %.0f failed\n", (double)everybody() - ok);
    return ok >= (double)everybody();
}

static bool anchor_all(void)
{
    uint64_t end_ns = now_ns() + 30 * NS_PER_S;
    if (opt.dialect == DIALECT_JSON)
        return true;
    loaders_enter(PHASE_ANCHOR);
    while (loaders_sum(N_ANCHORED) < everybody() && now_ns() < end_ns)
        nap(0.001);
    loaders_enter(PHASE_IDLE);
    if (loaders_sum(N_ANCHORED) < everybody())
        printf("anchor: only %llu of %llu clients saw the first update of their room\n",
               (unsigned long long)loaders_sum(N_ANCHORED), (unsigned long long)everybody());
    return loaders_sum(N_ANCHORED) >= everybody();
}

static bool set_up(void)
{
    bool good = connect_all() && anchor_all();
    if (!good)
        printf("FAILED to set up\n");
    return good;
}

/* What is under way arrives, or nothing more does. */
static void drain(void)
{
    uint64_t end_ns = now_ns() + 20 * NS_PER_S, last = 0, before = UINT64_MAX;
    while (last != before && now_ns() < end_ns) {
        before = last;
        last = loaders_sum(N_DELIVERED) + loaders_sum(N_FORGOTTEN);
        if (last >= loaders_sum(N_OPS) * ((uint64_t)opt.clients - 1))
            return;
        nap(0.25);
    }
}

/* A rate of 0 floods. */
static void run_step(step *r, double rate)
{
    static stats before;
    if (rate > 0)
        loaders_rate(rate);
    loaders_enter(rate > 0 ? PHASE_TYPE : PHASE_FLOOD);
    nap(opt.warm);
    loaders_snapshot(&before);
    usage server = usage_of_server();
    double own_s = usage_of_self_s();
    uint64_t begun_ns = now_ns();
    nap(opt.secs);
    loaders_snapshot(&r->s);
    stats_subtract(&r->s, &before);
    usage now = usage_of_server();
    r->seconds = (double)(now_ns() - begun_ns) / 1e9;
    r->own_cpu = (usage_of_self_s() - own_s) / r->seconds;
    loaders_enter(PHASE_IDLE);
    double told = n(&r->s, N_DELIVERED) + n(&r->s, N_AWARE_DELIVERED),
           cpu_s = now.cpu_s - server.cpu_s;
    double due = n(&r->s, N_OPS) * (opt.clients - 1);
    r->wanted = rate;
    r->sent = n(&r->s, N_OPS) / r->seconds;
    r->delivered = told / r->seconds;
    r->ratio = due > 0 ? n(&r->s, N_DELIVERED) / due : 0;
    r->server_cpu = cpu_s / r->seconds;
    r->per_cpu_s = cpu_s > 0 ? told / cpu_s : 0;
    r->rss_mb = now.rss_mb;
    drain();
}

static void print_step(const step *r)
{
    printf("rate %.0f/s: sent %.0f/s, delivered %.0f/s (%.1f%%), latency ms p50 %.3f p90 %.3f p99 "
           "%.3f p99.9 %.3f "
           "max %.1f",
           r->wanted, r->sent, r->delivered, r->ratio * 100, p(r, H_LATENCY, 50),
           p(r, H_LATENCY, 90), p(r, H_LATENCY, 99), p(r, H_LATENCY, 99.9), p(r, H_LATENCY, 100));
    if (opt.aware > 0)
        printf(", awareness p99 %.3f", p(r, H_AWARE, 99));
    printf(", lag p99 %.3f", p(r, H_LAG, 99));
    if (opt.pid_count > 0)
        printf(", server cpu %.2f (%.0f deliveries/cpu-s), rss %.1f MB", r->server_cpu,
               r->per_cpu_s, r->rss_mb);
    printf(", generator cpu %.2f, wire in %.1f out %.1f kB/s", r->own_cpu,
           n(&r->s, N_BYTES_IN) / r->seconds / 1e3, n(&r->s, N_BYTES_OUT) / r->seconds / 1e3);
    if (n(&r->s, N_CLOSED) > 0)
        printf(", DROPPED %.0f", n(&r->s, N_CLOSED));
    if (n(&r->s, N_ERRORS) > 0)
        printf(", ERRORS %.0f", n(&r->s, N_ERRORS));
    putchar('\n');
}

static void json_step(const step *r)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"rate", r->wanted},
        {"sent_s", r->sent},
        {"delivered_s", r->delivered},
        {"p50_ms", p(r, H_LATENCY, 50)},
        {"p90_ms", p(r, H_LATENCY, 90)},
        {"p99_ms", p(r, H_LATENCY, 99)},
        {"p999_ms", p(r, H_LATENCY, 99.9)},
        {"max_ms", p(r, H_LATENCY, 100)},
        {"aware_p99_ms", p(r, H_AWARE, 99)},
        {"lag_p99_ms", p(r, H_LAG, 99)},
        {"server_cpu", r->server_cpu},
        {"deliveries_per_cpu_s", r->per_cpu_s},
        {"rss", r->rss_mb * 1e6},
        {"generator_cpu", r->own_cpu},
        {"wire_in_Bps", n(&r->s, N_BYTES_IN) / r->seconds},
        {"wire_out_Bps", n(&r->s, N_BYTES_OUT) / r->seconds},
        {"dropped", n(&r->s, N_CLOSED)},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        json_number(figures[i].name, figures[i].value);
}

/* Did every client get every character of every writer? */
static bool check_all(void)
{
    static stats s;
    uint64_t missing = 0, clients = 0;
    for (int i = 0; i < opt.threads; i++) {
        const loader *l = &loaders[i];
        for (int k = 0; k < l->conn_count; k++) {
            const conn *c = &l->conns[k];
            uint64_t before = missing;
            for (int w = 0; w < opt.writers; w++) {
                uint32_t wanted =
                    l->writers[((int)c->room - l->first_room) * opt.writers + w].clock;
                if ((uint32_t)w != c->index && c->have[w] < wanted)
                    missing += wanted - c->have[w];
            }
            clients += missing > before;
        }
    }
    loaders_snapshot(&s);
    printf("convergence: %llu updates missing at %llu of %llu clients; gaps %.0f, duplicates %.0f, "
           "echoes to the "
           "sender %.0f, dropped connections %.0f, bad messages %.0f\n",
           (unsigned long long)missing, (unsigned long long)clients,
           (unsigned long long)everybody(), n(&s, N_GAPS), n(&s, N_DUPLICATES), n(&s, N_ECHO),
           n(&s, N_CLOSED), n(&s, N_ERRORS));
    json_number("missing", (double)missing);
    json_number("gaps", n(&s, N_GAPS));
    json_number("dups", n(&s, N_DUPLICATES));
    json_number("echo", n(&s, N_ECHO));
    return (missing == 0 && n(&s, N_CLOSED) == 0 && n(&s, N_ERRORS) == 0) & verify_rooms();
}

/* Every step 2 and update message of a tandem.v1 connection must be acknowledged. */
static bool check_acks(const step *r)
{
    uint64_t open = loaders_unacked(), end_ns = now_ns() + 5 * NS_PER_S;
    while (open > 0 && now_ns() < end_ns) {
        nap(0.01);
        open = loaders_unacked();
    }
    printf("ack: %llu acknowledged, latency ms p50 %.3f p90 %.3f p99 %.3f max %.1f; %llu messages "
           "never "
           "acknowledged\n",
           (unsigned long long)counted(&r->s.h[H_ACK].n), p(r, H_ACK, 50), p(r, H_ACK, 90),
           p(r, H_ACK, 99), p(r, H_ACK, 100), (unsigned long long)open);
    json_number("acks", (double)counted(&r->s.h[H_ACK].n));
    json_number("ack_p50_ms", p(r, H_ACK, 50));
    json_number("ack_p99_ms", p(r, H_ACK, 99));
    json_number("unacked", (double)open);
    return open == 0;
}

/* ------------------------------------------------------------------------------- workloads --- */

static bool mode_run(void)
{
    static step r;
    if (!set_up())
        return false;
    run_step(&r, opt.rate * opt.rooms * opt.writers);
    print_step(&r);
    json_step(&r);
    return (!opt.acks || check_acks(&r)) & check_all();
}

static bool mode_sat(void)
{
    static step best, r;
    double good = 0, bad = 0, rate = opt.start;
    if (!set_up())
        return false;
    for (int tries = 0, noisy = 0; tries < 24 && rate <= opt.max && rate >= 5; tries++) {
        run_step(&r, rate);
        bool ok = counted(&r.s.h[H_LATENCY].n) > 0 && p(&r, H_LATENCY, 99) <= opt.p99_ms &&
                  r.ratio > 0.97 && r.sent > 0.97 * rate && n(&r.s, N_CLOSED) == 0;
        bool noise = !ok && noisy < 4 && p(&r, H_LAG, 99) > opt.p99_ms / 10 &&
                     r.own_cpu < 0.8 * opt.threads && r.server_cpu < 0.8;
        printf("%s ", ok ? "pass" : noise ? "noise (the generator was held up; again)" : "FAIL");
        print_step(&r);
        noisy += noise;
        if (noise)
            continue;
        if (ok)
            best = r;
        *(ok ? &good : &bad) = rate;
        if (loaders_synced() < everybody()) {
            printf("clients were dropped: stop\n");
            break;
        }
        if (bad > 0 && bad / (good > 0 ? good : bad / 4) < 1.12)
            break;
        rate = bad == 0 ? rate * 1.6 : (good + bad) / 2;
    }
    bool limited = best.own_cpu > 0.9 * opt.threads || p(&r, H_LAG, 99) > opt.p99_ms / 2;
    if (good > 0) {
        printf("saturation: %.0f updates/s in, %.0f deliveries/s out with p99 %.2f ms (limit %.0f "
               "ms), server cpu "
               "%.2f, %.0f deliveries per cpu-second%s\n",
               best.sent, best.delivered, p(&best, H_LATENCY, 99), opt.p99_ms, best.server_cpu,
               best.per_cpu_s, limited ? " [the generator was the limit]" : "");
        json_number("sat_updates_s", best.sent);
        json_step(&best);
    } else {
        printf("saturation: no rate passed\n");
    }
    return check_all();
}

static bool mode_flood(void)
{
    static step best, r;
    int rounds = opt.joins > 5 ? 3 : opt.joins;
    if (!set_up())
        return false;
    for (int i = 0; i < rounds && loaders_synced() >= everybody(); i++) {
        run_step(&r, 0);
        print_step(&r);
        if (r.delivered > best.delivered)
            best = r;
    }
    printf("flood: best of %d: %.0f updates/s in, %.0f deliveries/s out, window %d per client, "
           "latency p50 %.2f "
           "p99 %.2f ms, server cpu %.2f, %.0f deliveries per cpu-second%s\n",
           rounds, best.sent, best.delivered, opt.window, p(&best, H_LATENCY, 50),
           p(&best, H_LATENCY, 99), best.server_cpu, best.per_cpu_s,
           best.own_cpu > 0.9 * opt.threads ? " [the generator was the limit]" : "");
    json_step(&best);
    return check_all();
}

static bool mode_idle(void)
{
    usage before = usage_of_server();
    if (!connect_all())
        return false;
    if (opt.writers > 0)
        (void)anchor_all();
    nap(opt.settle > 0 ? opt.settle : 2);
    usage settled = usage_of_server();
    nap(opt.secs);
    double idle_cpu = (usage_of_server().cpu_s - settled.cpu_s) / opt.secs;
    double bytes_ = (settled.rss_mb - before.rss_mb) * 1e6;
    printf("idle: %llu connections in %d rooms: rss %.1f -> %.1f MB = %.0f bytes per connection, "
           "%.0f per room; "
           "idle cpu %.4f over %.0f s; still open %llu\n",
           (unsigned long long)everybody(), opt.rooms, before.rss_mb, settled.rss_mb,
           bytes_ / (double)everybody(), bytes_ / opt.rooms, idle_cpu, opt.secs,
           (unsigned long long)loaders_synced());
    json_number("rss0", before.rss_mb * 1e6);
    json_number("rss1", settled.rss_mb * 1e6);
    json_number("bytes_per_conn", bytes_ / (double)everybody());
    json_number("idle_cpu", idle_cpu);
    return true;
}

/* All drop at once and come back.  Returns the seconds it took; below 0: not all came. */
static double storm(int round)
{
    static stats before, s;
    loaders_snapshot(&before);
    usage server = usage_of_server();
    uint64_t begun_ns = now_ns();
    loaders_storm(begun_ns);
    while (loaders_synced() < everybody() && now_ns() < begun_ns + 120 * NS_PER_S)
        nap(0.0005);
    double seconds = (double)(now_ns() - begun_ns) / 1e9, back = (double)loaders_synced();
    loaders_enter(PHASE_IDLE);
    usage now = usage_of_server();
    loaders_snapshot(&s);
    stats_subtract(&s, &before);
    printf("storm %d: %.0f of %llu clients back and synced in %.3f s (%.0f/s), own connect-to-sync "
           "ms p50 %.2f p99 "
           "%.2f, since drop p50 %.1f p99 %.1f max %.1f ms, failed %.0f, server cpu %.2f s, rss "
           "%.1f MB, wire in "
           "%.1f kB\n",
           round + 1, back, (unsigned long long)everybody(), seconds, back / seconds,
           hist_ms(&s.h[H_SYNC], 50), hist_ms(&s.h[H_SYNC], 99), hist_ms(&s.h[H_BACK], 50),
           hist_ms(&s.h[H_BACK], 99), hist_ms(&s.h[H_BACK], 100), n(&s, N_REFUSED),
           now.cpu_s - server.cpu_s, now.rss_mb, n(&s, N_BYTES_IN) / 1e3);
    if (round == 0) {
        json_number("storm_cpu_s", now.cpu_s - server.cpu_s);
        json_number("storm_p99_ms", hist_ms(&s.h[H_BACK], 99));
    }
    return back >= (double)everybody() ? seconds : -seconds;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool mode_storm(void)
{
    static step r;
    double took[9], rate = opt.rate * opt.rooms * (opt.writers > 0 ? opt.writers : 1);
    size_t rounds = opt.joins < 1 ? 1 : opt.joins > 9 ? 9 : (size_t)opt.joins, done = 0;
    if (!set_up())
        return false;
    run_step(&r, rate);
    print_step(&r);
    bool good = true;
    while (good && done < rounds) {
        double seconds = storm((int)done);
        good = seconds >= 0;
        took[done++] = good ? seconds : -seconds;
        nap(0.5);
    }
    qsort(took, done, sizeof *took, ascending);
    json_number("storm_s", took[done / 2]);
    json_number("storm_max_s", took[done - 1]);
    opt.warm = 0.5;
    opt.secs = 2;
    run_step(&r, rate);
    printf("after: ");
    print_step(&r);
    return check_all() && good;
}

bool mode_of(const char *name)
{
    static const struct {
        const char *name;
        bool (*run)(void);
    } modes[] = {{"run", mode_run},     {"ack", mode_run},   {"sat", mode_sat},
                 {"flood", mode_flood}, {"idle", mode_idle}, {"storm", mode_storm}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(modes[i].name, name) == 0) {
            loaders_start();
            bool good = modes[i].run();
            loaders_stop();
            return good;
        }
    }
    if (strcmp(name, "join") != 0)
        die("there is no mode '%s'", name);
    return mode_join();
}
