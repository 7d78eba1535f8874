/* stats.c - time, counters, percentiles, what the server uses, and the line of --json. */
#include "yload.h"

#include <stdarg.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void nap(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("yload: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

void *must_alloc(size_t size_bytes)
{
    void *ptr = calloc(1, size_bytes > 0 ? size_bytes : 1);
    if (ptr == NULL)
        die("out of memory");
    return ptr;
}

/* 32 bins from 2^e to 2^(e+1); below 32 one each. */
static size_t bin_of(uint64_t ns)
{
    if (ns < BINS_PER_OCTAVE)
        return (size_t)ns;
    unsigned e = 63 - (unsigned)__builtin_clzll(ns);
    return (e - 4) * BINS_PER_OCTAVE + (size_t)(ns >> (e - 5) & (BINS_PER_OCTAVE - 1));
}

static uint64_t middle_of(size_t bin)
{
    if (bin < BINS_PER_OCTAVE)
        return bin;
    size_t e = bin / BINS_PER_OCTAVE + 4;
    return ((uint64_t)(BINS_PER_OCTAVE + bin % BINS_PER_OCTAVE) << (e - 5)) +
           (UINT64_C(1) << (e - 5)) / 2;
}

void hist_add(hist *h, uint64_t ns)
{
    count(&h->bins[bin_of(ns)], 1);
    count(&h->n, 1);
    if (ns > counted(&h->max))
        atomic_store_explicit(&h->max, ns, memory_order_relaxed);
}

double hist_ms(const hist *h, double percent)
{
    uint64_t wanted = (uint64_t)(percent / 100 * (double)counted(&h->n) + 0.5), seen = 0;
    uint64_t max = counted(&h->max);
    wanted = wanted > 0 ? wanted : 1;
    for (size_t i = 0; i < 60 * BINS_PER_OCTAVE && counted(&h->n) > 0; i++) {
        seen += counted(&h->bins[i]);
        if (seen >= wanted)
            return (double)(middle_of(i) < max ? middle_of(i) : max) / 1e6;
    }
    return (double)max / 1e6;
}

void stats_add(stats *to, const stats *s)
{
    for (int i = 0; i < N_COUNTERS; i++)
        count(&to->n[i], counted(&s->n[i]));
    for (int i = 0; i < H_COUNT; i++) {
        hist *h = &to->h[i];
        const hist *more = &s->h[i];
        count(&h->n, counted(&more->n));
        for (size_t k = 0; k < 60 * BINS_PER_OCTAVE; k++)
            count(&h->bins[k], counted(&more->bins[k]));
        if (counted(&more->max) > counted(&h->max))
            h->max = counted(&more->max);
    }
}

void stats_subtract(stats *from, const stats *s)
{
    for (int i = 0; i < N_COUNTERS; i++)
        from->n[i] -= counted(&s->n[i]);
    for (int i = 0; i < H_COUNT; i++) {
        hist *h = &from->h[i];
        h->n -= counted(&s->h[i].n);
        h->max = 0;
        for (size_t k = 0; k < 60 * BINS_PER_OCTAVE; k++) {
            h->bins[k] -= counted(&s->h[i].bins[k]);
            if (counted(&h->bins[k]) > 0)
                h->max = middle_of(k);
        }
    }
}

/* ------------------------------------------------------------------------------- processes --- */

/* The first line of /proc/PID/NAME; false: there is none. */
static bool proc_line(int pid, const char *name, char *out, int size_bytes)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(out, size_bytes, f) != NULL;
    if (f != NULL)
        (void)fclose(f); /* read only: nothing is lost */
    return ok;
}

usage usage_of_server(void)
{
    usage u = {0, 0};
    for (int i = 0; i < opt.pid_count; i++) {
        char line[1024];
        unsigned long user, system_, pages;
        const char *fields =
            proc_line(opt.pids[i], "stat", line, sizeof line) ? strrchr(line, ')') : NULL;
        if (fields != NULL &&
            sscanf(fields + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                   &system_) == 2)
            u.cpu_s += (double)(user + system_) / (double)sysconf(_SC_CLK_TCK);
        if (proc_line(opt.pids[i], "statm", line, sizeof line) &&
            sscanf(line, "%*u %lu", &pages) == 1)
            u.rss_mb += (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
    }
    return u;
}

double usage_of_self_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* ------------------------------------------------------------------------------------ json --- */

static FILE *json;

void json_begin(void)
{
    if (opt.json == NULL)
        return;
    json = strcmp(opt.json, "-") == 0 ? stdout : fopen(opt.json, "ae");
    if (json == NULL)
        die("cannot write %s", opt.json);
    fprintf(json, "{\"mode\":\"%s\",\"rooms\":%d,\"clients\":%d,\"writers\":%d", opt.mode,
            opt.rooms, opt.clients, opt.writers);
}

void json_number(const char *name, double value)
{
    if (json != NULL)
        fprintf(json, ",\"%s\":%.6g", name, value);
}

void json_end(void)
{
    if (json != NULL && (fputs("}\n", json) < 0 || fflush(json) != 0))
        die("cannot write %s", opt.json);
}
