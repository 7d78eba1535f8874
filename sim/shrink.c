/* shrink.c - delta debugging of a plan: leave out halves, then quarters, then single happenings, as
 * long as the run still breaks the same law. */
#include "sim/farm.h"

#include <stdlib.h>

typedef struct attempt {
    plan *p;
    shrink_fn *fails;
    void *ctx;
    size_t runs, runs_max;
} attempt;

static bool still_fails(attempt *a)
{
    a->runs++;
    return a->fails(a->ctx, a->p);
}

/* Try without the kept happenings number [from, from + n) of those that are kept. */
static bool try_without(attempt *a, size_t from, size_t n)
{
    size_t *tried = malloc((n > 0 ? n : 1) * sizeof *tried);
    if (tried == NULL)
        abort();
    size_t seen = 0, count = 0;
    for (size_t i = 0; i < a->p->count && count < n; i++) {
        if (a->p->happenings[i].left_out)
            continue;
        if (seen++ >= from)
            tried[count++] = i;
    }
    for (size_t i = 0; i < count; i++)
        a->p->happenings[tried[i]].left_out = true;
    bool fails = count > 0 && still_fails(a);
    for (size_t i = 0; i < count && !fails; i++)
        a->p->happenings[tried[i]].left_out = false;
    free(tried);
    return fails;
}

static size_t kept(const plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += !p->happenings[i].left_out;
    return n;
}

size_t shrink(plan *p, shrink_fn *fails, void *ctx, size_t runs_max)
{
    attempt a = {p, fails, ctx, 0, runs_max};
    for (size_t n = kept(p) / 2; n > 0 && a.runs < a.runs_max;) {
        bool smaller = false;
        for (size_t from = 0; from < kept(p) && a.runs < a.runs_max;) {
            if (try_without(&a, from, n))
                smaller = true;
            else
                from += n;
        }
        /* Single ones again until none can go: what held one may be gone. */
        n = n > 1 ? n / 2 : smaller ? 1 : 0;
    }
    return a.runs;
}
