/* main.c - the simulator's command line.  See docs/internals/simulator.md. */
#include "sim/farm.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

static const char usage[] = "tandem-sim --seeds A..B | --seeds A\n"
                            "  --jobs N        processes (2)\n"
                            "  --shrink N      failing seeds that are shrunk (3)\n"
                            "  --stop          at the first failing seed\n"
                            "  --counts        print what the runs have seen\n"
                            "  --hash          print one hash of all runs\n"
                            "  --verbose       one seed: its plan and its trace\n"
                            "  --keep I,J,...  one seed: only these happenings of its plan\n";

typedef struct command {
    farm_options farm;
    bool verbose, counts, hash;
    const char *keep;
} command;

static bool parse_number(const char *text, char **end, uint64_t *out)
{
    errno = 0;
    *out = strtoull(text, end, 10);
    return errno == 0 && *end != text;
}

static bool parse_seeds(const char *text, farm_options *o)
{
    char *end;
    if (!parse_number(text, &end, &o->from))
        return false;
    o->to = o->from;
    if (strncmp(end, "..", 2) == 0 && !parse_number(end + 2, &end, &o->to))
        return false;
    return *end == '\0' && o->from <= o->to;
}

static bool parse(int argc, char **argv, command *c)
{
    static const struct option options[] = {{"seeds", required_argument, NULL, 's'},
                                            {"jobs", required_argument, NULL, 'j'},
                                            {"shrink", required_argument, NULL, 'x'},
                                            {"stop", no_argument, NULL, 'p'},
                                            {"counts", no_argument, NULL, 'c'},
                                            {"hash", no_argument, NULL, 'h'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"keep", required_argument, NULL, 'k'},
                                            {NULL, 0, NULL, 0}};
    uint64_t number;
    char *end;
    bool seeds = false;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case 's':
            seeds = parse_seeds(optarg, &c->farm);
            if (!seeds)
                return false;
            break;
        case 'j':
        case 'x':
            if (!parse_number(optarg, &end, &number) || *end != '\0' || number > 1000)
                return false;
            *(o == 'j' ? &c->farm.jobs : &c->farm.shrink_max) = (unsigned)number;
            break;
        case 'p':
            c->farm.stop_at_first = true;
            break;
        case 'c':
            c->counts = true;
            break;
        case 'h':
            c->hash = true;
            break;
        case 'v':
            c->verbose = true;
            break;
        case 'k':
            c->keep = optarg;
            break;
        default:
            return false;
        }
    }
    bool single = c->verbose || c->keep != NULL;
    return seeds && optind == argc && (!single || c->farm.from == c->farm.to);
}

static bool keep_only(plan *p, const char *list)
{
    for (size_t i = 0; i < p->count; i++)
        p->happenings[i].left_out = true;
    while (*list != '\0') {
        uint64_t i;
        char *end;
        if (!parse_number(list, &end, &i) || i >= p->count || (*end != ',' && *end != '\0'))
            return false;
        p->happenings[i].left_out = false;
        list = *end == ',' ? end + 1 : end;
    }
    return true;
}

/* In this process, so that a debugger sees it. */
static int run_single(const command *c)
{
    plan p;
    world_result r;
    plan_init(&p, c->farm.from);
    if (c->keep != NULL && !keep_only(&p, c->keep)) {
        fprintf(stderr, "--keep: the plan has happenings 0 to %zu\n", p.count - 1);
        plan_deinit(&p);
        return 2;
    }
    if (c->verbose)
        plan_print(&p, stdout);
    (void)fflush(stdout);
    bool good = world_run(&p, c->verbose ? stdout : NULL, &r);
    if (!good)
        printf("seed %llu: %s: %s\n", (unsigned long long)p.seed, r.law, r.detail);
    printf("hash %016llx, %llu events, %.0f s\n%d passed, %d failed\n", (unsigned long long)r.hash,
           (unsigned long long)r.events, r.simulated_s, good, !good);
    plan_deinit(&p);
    return !good;
}

static void print_counts(const farm_result *r)
{
    static const char *const names[COUNT_KINDS] = {
#define COUNT_NAME_(name, text) [COUNT_##name] = (text),
        COUNTS(COUNT_NAME_)
#undef COUNT_NAME_
    };
    printf("%10.1f simulated hours\n%10llu events\n", r->simulated_s / 3600,
           (unsigned long long)r->events);
    for (size_t i = 0; i < COUNT_KINDS; i++)
        printf("%10llu %s\n", (unsigned long long)r->counts[i], names[i]);
}

int main(int argc, char **argv)
{
    command c = {.farm = {.jobs = 2, .shrink_max = 3, .out = stdout}};
    farm_result sum;
    if (!parse(argc, argv, &c)) {
        fputs(usage, stderr);
        return 2;
    }
    if (c.verbose || c.keep != NULL)
        return run_single(&c);
    farm_run(&c.farm, &sum);
    if (c.counts)
        print_counts(&sum);
    if (c.hash)
        printf("hash %016llx\n", (unsigned long long)sum.hash);
    printf("%llu passed, %llu failed\n", (unsigned long long)sum.passed,
           (unsigned long long)sum.failed);
    return sum.failed > 0;
}
