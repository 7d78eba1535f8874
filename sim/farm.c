/* farm.c - see farm.h.
 *
 * Each worker takes every n-th seed and writes what came of it to a pipe.  When one dies, the seed
 * after its last report is to blame, and another goes on behind it.
 */
#include "sim/farm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 16
#define SECONDS_MAX 300 /* of one run: whoever takes longer hangs */

typedef struct report {
    uint64_t seed;
    world_result result;
} report;

typedef struct worker {
    pid_t pid;
    int fd;
    uint64_t next; /* the seed it is at */
    bool busy;
} worker;

static void write_report(int fd, const report *r)
{
    const uint8_t *ptr = (const uint8_t *)r;
    for (size_t done = 0; done < sizeof *r;) {
        ssize_t n = write(fd, ptr + done, sizeof *r - done);
        if (n < 0 && errno != EINTR)
            _exit(2);
        done += n > 0 ? (size_t)n : 0;
    }
}

/* False: the other end died before it had written all of it. */
static bool read_report(int fd, report *r)
{
    uint8_t *ptr = (uint8_t *)r;
    for (size_t done = 0; done < sizeof *r;) {
        ssize_t n = read(fd, ptr + done, sizeof *r - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void run_and_write(const plan *p, int fd)
{
    report r = {.seed = p->seed};
    alarm(SECONDS_MAX);
    (void)world_run(p, NULL, &r.result);
    write_report(fd, &r);
}

static pid_t fork_with_pipe(int *fd, bool *is_child)
{
    int ends[2];
    (void)fflush(NULL);
    if (pipe(ends) != 0)
        abort();
    pid_t pid = fork();
    if (pid < 0)
        abort();
    *is_child = pid == 0;
    *fd = ends[*is_child ? 1 : 0];
    close(ends[*is_child ? 0 : 1]);
    return pid;
}

static void describe_death(pid_t pid, world_result *out)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    snprintf(out->law, sizeof out->law, "the program does not stop");
    if (WIFSIGNALED(status))
        snprintf(out->detail, sizeof out->detail, "signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(out->detail, sizeof out->detail, "exit status %d", WEXITSTATUS(status));
}

bool farm_run_one(const plan *p, world_result *out)
{
    bool is_child;
    int fd;
    report r = {0};
    pid_t pid = fork_with_pipe(&fd, &is_child);
    if (is_child) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        run_and_write(p, fd);
        _exit(0);
    }
    if (read_report(fd, &r)) {
        *out = r.result;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    } else {
        *out = (world_result){0};
        describe_death(pid, out);
    }
    close(fd);
    return out->law[0] == '\0';
}

static void start(worker *w, const farm_options *o)
{
    bool is_child;
    w->busy = w->next <= o->to;
    if (!w->busy)
        return;
    w->pid = fork_with_pipe(&w->fd, &is_child);
    if (!is_child)
        return;
    for (uint64_t seed = w->next; seed <= o->to; seed += o->jobs) {
        plan p;
        plan_init(&p, seed);
        run_and_write(&p, w->fd);
        plan_deinit(&p);
    }
    _exit(0);
}

static bool breaks_law(void *law, const plan *p)
{
    world_result r;
    return !farm_run_one(p, &r) && strcmp(r.law, law) == 0;
}

static void explain(const farm_options *o, uint64_t seed, char *law)
{
    plan p;
    plan_init(&p, seed);
    size_t all = p.count, kept = 0;
    size_t runs = shrink(&p, breaks_law, law, 500);
    for (size_t i = 0; i < p.count; i++)
        kept += !p.happenings[i].left_out;
    fprintf(o->out, "  shrunk in %zu runs to %zu of %zu happenings; to replay:\n", runs, kept, all);
    fprintf(o->out, "  script/sim --seeds %llu --verbose --keep ", (unsigned long long)seed);
    const char *comma = "";
    for (size_t i = 0; i < p.count; i++) {
        if (p.happenings[i].left_out)
            continue;
        fprintf(o->out, "%s%zu", comma, i);
        comma = ",";
    }
    fprintf(o->out, "\n");
    plan_print(&p, o->out);
    plan_deinit(&p);
}

static void take(const farm_options *o, farm_result *sum, report *r)
{
    world_result *one = &r->result;
    sum->hash ^= rng_hash(one->hash, r->seed);
    sum->events += one->events;
    sum->simulated_s += one->simulated_s;
    for (size_t i = 0; i < COUNT_KINDS; i++)
        sum->counts[i] += one->counts[i];
    if (one->law[0] == '\0') {
        sum->passed++;
        return;
    }
    if (sum->first_failed == 0 || r->seed < sum->first_failed)
        sum->first_failed = r->seed;
    fprintf(o->out, "seed %llu: %s: %s\n", (unsigned long long)r->seed, one->law, one->detail);
    if (sum->failed++ < o->shrink_max)
        explain(o, r->seed, one->law);
    (void)fflush(o->out);
}

/* One more report of this worker, or its end. */
static void hear(worker *w, const farm_options *o, farm_result *sum)
{
    report r;
    if (read_report(w->fd, &r)) {
        w->next = r.seed + o->jobs;
        take(o, sum, &r);
        return;
    }
    close(w->fd);
    if (w->next > o->to) {
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        w->busy = false;
        return;
    }
    r = (report){.seed = w->next};
    describe_death(w->pid, &r.result);
    take(o, sum, &r);
    w->next += o->jobs;
    start(w, o);
}

static void stop(worker *w)
{
    if (!w->busy)
        return;
    kill(w->pid, SIGKILL);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(w->fd);
    w->busy = false;
}

void farm_run(const farm_options *options, farm_result *out)
{
    worker workers[JOBS_MAX] = {0};
    farm_options o = *options;
    o.jobs = o.jobs < 1 ? 1 : o.jobs > JOBS_MAX ? JOBS_MAX : o.jobs;
    *out = (farm_result){0};
    for (unsigned i = 0; i < o.jobs; i++) {
        workers[i].next = o.from + i;
        start(&workers[i], &o);
    }
    for (bool busy = true; busy;) {
        struct pollfd fds[JOBS_MAX];
        nfds_t count = 0;
        unsigned of[JOBS_MAX];
        for (unsigned i = 0; i < o.jobs; i++) {
            if (!workers[i].busy)
                continue;
            of[count] = i;
            fds[count++] = (struct pollfd){.fd = workers[i].fd, .events = POLLIN};
        }
        busy = count > 0;
        if (busy && poll(fds, count, -1) < 0 && errno != EINTR)
            abort();
        for (nfds_t i = 0; i < count; i++)
            if (fds[i].revents != 0)
                hear(&workers[of[i]], &o, out);
        if (o.stop_at_first && out->failed > 0) {
            for (unsigned i = 0; i < o.jobs; i++)
                stop(&workers[i]);
            return;
        }
    }
}
