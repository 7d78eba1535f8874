#include "sim/world.h"
int main(int argc, char **argv)
{
    uint64_t a = strtoull(argv[1], 0, 10), b = strtoull(argv[2], 0, 10);
    unsigned bad = 0;
    for (uint64_t s = a; s <= b; s++) {
        plan p;
        plan_init(&p, s);
        world_result r;
        if (argc > 3)
            plan_print(&p, stdout);
        fprintf(stderr, "seed %llu\r", (unsigned long long)s);
        if (!world_run(&p, argc > 3 ? stdout : NULL, &r)) {
            bad++;
            printf("seed %llu: %s: %s\n", (unsigned long long)s, r.law, r.detail);
        } else if (argc > 3)
            printf("ok %016llx events %llu simulated %.1f\n", (unsigned long long)r.hash,
                   (unsigned long long)r.events, r.simulated_s);
        plan_deinit(&p);
    }
    printf("%u bad\n", bad);
    return bad != 0;
}
