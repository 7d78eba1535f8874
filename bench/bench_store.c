/* What the store costs: making rooms, opening a file that holds many, compaction.
 *   bench_store DIR [rooms]     10000 rooms without a number; the database stays in DIR/rooms.db
 *
 * Prints one line for each figure, in milliseconds, or microseconds where it says so.  CPU time is
 * of this process: on a machine that does other work too it is the one to compare.
 */
#include "store/sqlite/open.h"

#include <stdlib.h>
#include <sys/resource.h>

#define EDITS 2000
#define EDIT_ROOMS 20
#define MS_PER_S 1000.0

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * MS_PER_S + (double)t.tv_nsec / 1e6;
}

static double cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * MS_PER_S +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / MS_PER_S;
}

static void must(int err, const char *what)
{
    if (err == BASE_OK)
        return;
    fprintf(stderr, "bench_store: %s: %s\n", what, store_err_text(err));
    exit(1);
}

static void room_name(size_t i, char out[32])
{
    snprintf(out, 32, "room-%06zu", i);
}

/* A keystroke is some 30 bytes of update. */
static bytes keystroke(uint64_t seq, char out[64])
{
    int n =
        snprintf(out, 64, "\x01\x01%08llu:%05llu file:main %c", (unsigned long long)(seq * 7919),
                 (unsigned long long)seq, (char)('a' + seq * 31 % 26));
    return bytes_of(out, (size_t)n);
}

static void make_rooms(store *s, size_t count)
{
    double start = now_ms();
    char text[64];
    for (size_t i = 0; i < count; i++) {
        store_room room = {.language = "python", .created_at_ms = 1, .used_at_ms = 1, .keep_ms = 9};
        room_name(i, room.id);
        room_name(i, room.name);
        must(store_room_create(s, &room, keystroke(1, text)), "create");
    }
    printf("create          %8.1f us each, one commit each\n",
           (now_ms() - start) * MS_PER_S / (double)count);
}

static void edit_rooms(store *s)
{
    static char text[EDITS][64], ids[EDIT_ROOMS][32];
    static store_row rows[EDITS];
    for (size_t i = 0; i < EDIT_ROOMS; i++) {
        room_name(i, ids[i]);
        for (size_t k = 0; k < EDITS; k++)
            rows[k] = (store_row){.room_id = ids[i],
                                  .seq = k + 2,
                                  .author = 1 + k / 50 % 3,
                                  .at_ms = 1700000000000 + (int64_t)k * 130,
                                  .update = keystroke(k + 2, text[k])};
        must(store_append(s, rows, EDITS), "append");
        store_snapshot snapshot = {EDITS + 1, 1, bytes_of_str("state")};
        must(store_snapshot_put(s, ids[i], &snapshot), "snapshot");
    }
}

static void upkeep(store *s)
{
    store_upkeep_options options = {INT64_MIN, true};
    store_upkept done = {.work = STORE_WORK_COMPACT};
    double longest[STORE_WORK_VACUUM + 1] = {0}, sum[STORE_WORK_VACUUM + 1] = {0};
    double cpu[STORE_WORK_VACUUM + 1] = {0};
    size_t steps[STORE_WORK_VACUUM + 1] = {0};
    static const char *const names[] = {"none",    "checkpoint", "remove",
                                        "compact", "prune",      "vacuum"};
    while (done.work != STORE_WORK_NONE) {
        double start = now_ms(), start_cpu = cpu_ms();
        must(store_upkeep(s, &options, &done), "upkeep");
        double took = now_ms() - start;
        sum[done.work] += took;
        cpu[done.work] += cpu_ms() - start_cpu;
        steps[done.work]++;
        longest[done.work] = took > longest[done.work] ? took : longest[done.work];
    }
    for (size_t i = 0; i <= STORE_WORK_VACUUM; i++) {
        if (steps[i] > 0)
            printf("upkeep %-10s%7zu steps, CPU %.2f ms each, wall %.2f, longest %.2f\n", names[i],
                   steps[i], cpu[i] / (double)steps[i], sum[i] / (double)steps[i], longest[i]);
    }
}

int main(int argc, char **argv)
{
    char path[4096];
    size_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000;
    store *s;
    store_stats stats;
    if (argc < 2 || count < EDIT_ROOMS) {
        fprintf(stderr, "usage: bench_store DIR [rooms, at least %d]\n", EDIT_ROOMS);
        return 2;
    }
    snprintf(path, sizeof path, "%s/rooms.db", argv[1]);
    must(store_sqlite_open(path, base_alloc_libc(), &s), path);
    make_rooms(s, count);
    edit_rooms(s);
    must(store_stats_get(s, &stats), "stats");
    printf("file            %8.1f KB before compaction\n", (double)stats.file_bytes / 1e3);
    upkeep(s);
    must(store_stats_get(s, &stats), "stats");
    printf("file            %8.1f KB after, %.1f KB of it free\n", (double)stats.file_bytes / 1e3,
           (double)stats.free_bytes / 1e3);
    store_close(s);

    double start = now_ms(), start_cpu = cpu_ms();
    must(store_sqlite_open(path, base_alloc_libc(), &s), "open");
    printf("open %6zu     %8.2f ms, CPU %.2f\n", count, now_ms() - start, cpu_ms() - start_cpu);
    store_id expired[50];
    size_t found;
    start = now_ms();
    must(store_expired(store_reads(s), 5, expired, 50, &found), "expired");
    printf("look for expired%8.3f ms\n", now_ms() - start);
    store_close(s);
    return 0;
}
