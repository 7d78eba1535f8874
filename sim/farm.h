/* farm.h - run many seeds in a few processes, survive those that crash, and shrink what fails. */
#ifndef SIM_FARM_H
#define SIM_FARM_H

#include "sim/world.h"

typedef struct farm_options {
    uint64_t from, to; /* seeds, both included */
    unsigned jobs;
    unsigned shrink_max; /* failures that are shrunk */
    bool stop_at_first;
    FILE *out;
} farm_options;

typedef struct farm_result {
    uint64_t passed, failed;
    uint64_t first_failed; /* 0: none */
    uint64_t hash;         /* of all runs, in whatever order they ended */
    uint64_t events;
    double simulated_s;
    uint64_t counts[COUNT_KINDS];
} farm_result;

void farm_run(const farm_options *options, farm_result *out);

/* farm_run_one - one plan in a process of its own; a crash is a broken law too. */
bool farm_run_one(const plan *p, world_result *out);

/* shrink - leave happenings out of a plan as long as `fails` says that it still fails.  Returns how
 * often that was asked, at most about runs_max times. */
typedef bool shrink_fn(void *ctx, const plan *p);
size_t shrink(plan *p, shrink_fn *fails, void *ctx, size_t runs_max);

#endif
