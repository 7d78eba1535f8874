/* bench-yoke TASK FILE... RUNS - one measurement of the engine, printed as one line of JSON.
 *
 *   local OPS RUNS            every edit its own transaction
 *   local-updates OPS RUNS    the same with an observer that takes every update
 *   repeat OPS TIMES          the edits TIMES over, into one document, each time at its start; best
 * of some rounds apply UPDATES END RUNS    received updates one by one relay UPDATES END RUNS the
 * same with an observer reverse UPDATES RUNS      the first 10,000 of them, last first load FULL
 * END RUNS        load the state and read the text, encode it, encode it again small RUNS bytes of
 * an empty document, and of one with 300 characters of text gap CLIENTS RUNS          concurrent
 * inserts of CLIENTS clients at one place, lowest id first shuffled CLIENTS RUNS     the same as
 * they may arrive rights CLIENTS RUNS       inserts after one unit, each before another one
 *   alternate BLOCKS RUNS     one-character blocks of two clients in turn
 *   nested DEPTH RUNS         a map in a map in a map ..., then all of it deleted
 *   erase OPS RUNS            delete everything that the edits left
 *
 * trace.mjs describes the files.  Times are medians in milliseconds.
 */
#include "yoke/yoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_MAX = 101, REVERSED = 10000 };

static void demand(bool holds, const char *sentence)
{
    if (!holds) {
        fprintf(stderr, "bench-yoke: %s\n", sentence);
        exit(1);
    }
}

#define MUST(call) demand((call) == YOKE_OK, #call)

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- memory: the default allocator with a counter ---- */

typedef struct counter {
    size_t now_bytes;
    size_t peak_bytes;
} counter;

static void *count_alloc(void *ctx, size_t size_bytes)
{
    counter *c = ctx;
    c->now_bytes += size_bytes;
    if (c->now_bytes > c->peak_bytes)
        c->peak_bytes = c->now_bytes;
    return malloc(size_bytes);
}

static void *count_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    counter *c = ctx;
    c->now_bytes += new_bytes - old_bytes;
    if (c->now_bytes > c->peak_bytes)
        c->peak_bytes = c->now_bytes;
    return realloc(ptr, new_bytes);
}

static void count_release(void *ctx, void *ptr, size_t size_bytes)
{
    counter *c = ctx;
    c->now_bytes -= size_bytes;
    free(ptr);
}

/* ---- samples ---- */

typedef struct samples {
    double ms[RUNS_MAX];
    size_t count;
} samples;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_sample(samples *s, double started_ms)
{
    double ms = now_ms() - started_ms;
    if (s->count < RUNS_MAX)
        s->ms[s->count++] = ms;
}

static double median(samples *s)
{
    demand(s->count > 0, "nothing was measured");
    qsort(s->ms, s->count, sizeof *s->ms, by_value);
    return s->ms[s->count / 2];
}

static void print_samples(samples *s)
{
    double middle = median(s);
    printf("{\"ms\":%.4f,\"min\":%.4f", middle, s->ms[0]);
}

/* ---- files ---- */

typedef struct input {
    uint8_t *ptr;
    size_t len_bytes;
} input;

static input read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    demand(file != NULL, path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    input in = {malloc((size_t)size + 1), (size_t)size};
    demand(in.ptr != NULL && fread(in.ptr, 1, in.len_bytes, file) == in.len_bytes, path);
    fclose(file);
    return in;
}

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

typedef struct op {
    uint32_t at, deleted;
    yoke_bytes inserted;
} op;

typedef struct ops {
    op *ptr;
    size_t count;
    yoke_bytes end;
} ops;

static ops read_ops(const char *path)
{
    input in = read_file(path);
    ops out = {NULL, u32(in.ptr), YOKE_NONE};
    out.ptr = malloc((out.count + 1) * sizeof *out.ptr);
    demand(out.ptr != NULL, "memory");
    const uint8_t *p = in.ptr + 8;
    for (size_t i = 0; i < out.count; i++) {
        out.ptr[i] = (op){u32(p), u32(p + 4), {p + 12, u32(p + 8)}};
        p += 12 + out.ptr[i].inserted.len_bytes;
    }
    out.end = (yoke_bytes){p, u32(in.ptr + 4)};
    return out;
}

typedef struct updates {
    yoke_bytes *ptr;
    size_t count;
} updates;

static updates read_updates(const char *path)
{
    input in = read_file(path);
    updates out = {NULL, u32(in.ptr)};
    out.ptr = malloc((out.count + 1) * sizeof *out.ptr);
    demand(out.ptr != NULL, "memory");
    const uint8_t *p = in.ptr + 4;
    for (size_t i = 0; i < out.count; i++) {
        out.ptr[i] = (yoke_bytes){p + 4, u32(p)};
        p += 4 + out.ptr[i].len_bytes;
    }
    return out;
}

/* ---- documents ---- */

static uint64_t observed_bytes;

static void on_update(void *ctx, const yoke_event *event)
{
    (void)ctx;
    observed_bytes += event->update.len_bytes;
}

static yoke_doc *new_doc(yoke_type *text, bool observed)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_observer observer = {NULL, on_update, NULL};
    yoke_doc *doc;
    options.client_id = 1234567890;
    MUST(yoke_doc_new(&options, &doc));
    MUST(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, text));
    if (observed)
        MUST(yoke_doc_observe(doc, &observer));
    return doc;
}

static void demand_text(const yoke_doc *doc, yoke_type text, yoke_bytes end)
{
    yoke_blob got = YOKE_BLOB_INIT;
    MUST(yoke_text_utf8(doc, text, 0, UINT64_MAX, &got));
    demand(got.len_bytes == end.len_bytes &&
               (end.len_bytes == 0 || memcmp(got.ptr, end.ptr, end.len_bytes) == 0),
           "the text is another");
    yoke_blob_free(&got);
}

static void play(yoke_doc *doc, yoke_type text, const ops *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const op *o = &list->ptr[i];
        if (o->deleted > 0)
            MUST(yoke_text_delete(doc, text, o->at, o->deleted));
        if (o->inserted.len_bytes > 0)
            MUST(yoke_text_insert(doc, text, o->at, o->inserted));
    }
}

/* ---- tasks ---- */

static void task_local(const char *path, bool observed, int runs)
{
    ops list = read_ops(path);
    samples s = {.count = 0};
    size_t blocks = 0;
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        observed_bytes = 0;
        yoke_doc *doc = new_doc(&text, observed);
        double started = now_ms();
        play(doc, text, &list);
        add_sample(&s, started);
        demand_text(doc, text, list.end);
        blocks = yoke_doc_stats(doc).blocks;
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"ops\":%zu,\"updateBytes\":%llu,\"blocks\":%zu}\n", list.count,
           (unsigned long long)observed_bytes, blocks);
}

static void task_repeat(const char *path, int times)
{
    enum { ROUNDS_EDITS = 3000000 };
    ops list = read_ops(path);
    double best = 0;
    size_t memory = 0;
    size_t edits = list.count * (size_t)times;
    for (size_t done = 0; done == 0 || done < ROUNDS_EDITS; done += edits) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, false);
        double started = now_ms();
        for (int i = 0; i < times; i++)
            play(doc, text, &list);
        double ms = now_ms() - started;
        best = best == 0 || ms < best ? ms : best;
        memory = yoke_doc_stats(doc).memory_bytes;
        yoke_doc_free(doc);
    }
    printf("{\"ms\":%.3f,\"nsPerEdit\":%.2f,\"memory\":%zu}\n", best, best * 1e6 / (double)edits,
           memory);
}

static void task_apply(const char *path, const char *end_path, bool observed, int runs)
{
    updates list = read_updates(path);
    input end = read_file(end_path);
    samples s = {.count = 0};
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, observed);
        double started = now_ms();
        for (size_t k = 0; k < list.count; k++)
            MUST(yoke_doc_apply(doc, list.ptr[k], 0, NULL));
        add_sample(&s, started);
        demand_text(doc, text, (yoke_bytes){end.ptr, end.len_bytes});
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"updates\":%zu}\n", list.count);
}

static void task_reverse(const char *path, int runs)
{
    updates list = read_updates(path);
    size_t count = list.count < REVERSED ? list.count : REVERSED;
    samples s = {.count = 0};
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, false);
        double started = now_ms();
        for (size_t k = count; k-- > 0;)
            MUST(yoke_doc_apply(doc, list.ptr[k], 0, NULL));
        add_sample(&s, started);
        demand(yoke_doc_stats(doc).pending_structs == 0, "something waits still");
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"updates\":%zu}\n", count);
}

static void task_load(const char *path, const char *end_path, int runs)
{
    input full = read_file(path), end = read_file(end_path);
    yoke_bytes state = {full.ptr, full.len_bytes};
    samples load = {.count = 0}, encode = {.count = 0}, again = {.count = 0};
    counter memory = {0, 0};
    yoke_allocator counting = {&memory, count_alloc, count_resize, count_release};
    yoke_blob out = YOKE_BLOB_INIT;
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        double started = now_ms();
        yoke_doc *doc = new_doc(&text, false);
        MUST(yoke_doc_apply(doc, state, 0, NULL));
        MUST(yoke_text_utf8(doc, text, 0, UINT64_MAX, &out));
        add_sample(&load, started);
        demand_text(doc, text, (yoke_bytes){end.ptr, end.len_bytes});
        started = now_ms();
        MUST(yoke_doc_encode(doc, YOKE_NONE, 0, &out));
        add_sample(&encode, started);
        demand(out.len_bytes == full.len_bytes && memcmp(out.ptr, full.ptr, out.len_bytes) == 0,
               "the state encodes to other bytes");
        yoke_bytes view;
        MUST(yoke_doc_encode_cached(doc, &view));
        started = now_ms();
        MUST(yoke_doc_encode_cached(doc, &view));
        add_sample(&again, started);
        yoke_doc_free(doc);
    }
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.alloc = &counting;
    MUST(yoke_doc_new(&options, &doc));
    MUST(yoke_doc_apply(doc, state, 0, NULL));
    print_samples(&load);
    printf(",\"encode\":%.4f,\"encodeAgain\":%.5f,\"bytes\":%zu,\"memory\":%zu,\"peak\":%zu,"
           "\"blocks\":%zu}\n",
           median(&encode), median(&again), full.len_bytes, memory.now_bytes, memory.peak_bytes,
           yoke_doc_stats(doc).blocks);
    yoke_doc_free(doc);
    yoke_blob_free(&out);
}

/* ---- worst cases ---- */

static size_t put_varuint(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 128; v >>= 7)
        out[n++] = (uint8_t)(v | 128);
    out[n++] = (uint8_t)v;
    return n;
}

/* One character by `client` in the root "t": at its start, before unit `right` of client 1 when
 * that is not negative. */
static yoke_bytes insert_at_start(uint8_t *out, uint64_t client, int64_t right)
{
    size_t n = 0;
    out[n++] = 1;
    out[n++] = 1;
    n += put_varuint(out + n, client);
    out[n++] = 0;
    out[n++] = right < 0 ? 4 : 0x44;
    if (right >= 0) {
        out[n++] = 1;
        n += put_varuint(out + n, (uint64_t)right);
    } else {
        memcpy(out + n, "\x01\x01t", 3);
        n += 3;
    }
    memcpy(out + n, "\x01x\x00", 3);
    return (yoke_bytes){out, n + 3};
}

typedef enum gap_order { GAP_ASCENDING, GAP_SHUFFLED, GAP_RIGHTS } gap_order;

/* A permutation of 0..count-1 without a table: by steps that have no divisor in common with it. */
static uint64_t permuted(uint64_t i, uint64_t count)
{
    uint64_t step = count * 5 / 8 | 1;
    for (uint64_t a = step, b = count; b != 0;) {
        uint64_t t = a % b;
        a = b;
        b = t;
        if (b == 0 && a != 1) {
            step += 2;
            a = step;
            b = count;
        }
    }
    return i * step % count;
}

static void task_gap(gap_order order, int clients, int runs)
{
    samples s = {.count = 0};
    uint64_t count = (uint64_t)clients;
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, false);
        uint64_t base = 0;
        uint8_t update[32];
        if (order == GAP_RIGHTS) {
            MUST(yoke_doc_set_client_id(doc, 1));
            for (; base <= count; base++)
                MUST(yoke_text_insert(doc, text, base, YOKE_STR("x")));
        }
        double started = now_ms();
        for (uint64_t k = 0; k < count; k++) {
            uint64_t client = 2 + (order == GAP_SHUFFLED ? permuted(k, count) : k);
            int64_t right = order == GAP_RIGHTS ? (int64_t)k + 1 : -1;
            MUST(yoke_doc_apply(doc, insert_at_start(update, client, right), 0, NULL));
        }
        add_sample(&s, started);
        demand(yoke_type_len(doc, text) == base + count, "the text has another length");
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"clients\":%d}\n", clients);
}

static void task_small(void)
{
    counter memory = {0, 0};
    yoke_allocator counting = {&memory, count_alloc, count_resize, count_release};
    yoke_options options = YOKE_OPTIONS_INIT;
    char text[301];
    yoke_doc *doc;
    yoke_type root;
    options.alloc = &counting;
    options.client_id = 1234567890;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    MUST(yoke_doc_new(&options, &doc));
    size_t empty = memory.now_bytes;
    MUST(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &root));
    MUST(yoke_text_insert(doc, root, 0, YOKE_STR(text)));
    printf("{\"empty\":%zu,\"short\":%zu}\n", empty, memory.now_bytes);
    yoke_doc_free(doc);
}

static void task_alternate(int blocks, int runs)
{
    samples s = {.count = 0};
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, false);
        double started = now_ms();
        for (int k = 0; k < blocks; k++) {
            MUST(yoke_doc_set_client_id(doc, 1 + (uint64_t)(k & 1)));
            MUST(yoke_text_insert(doc, text, (uint64_t)k, YOKE_STR("x")));
        }
        add_sample(&s, started);
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"blocks\":%d}\n", blocks);
}

static void task_nested(int depth, int runs)
{
    samples s = {.count = 0};
    for (int i = 0; i < runs; i++) {
        yoke_options options = YOKE_OPTIONS_INIT;
        yoke_doc *doc;
        yoke_type root, type;
        options.limits.nesting = (size_t)depth + 2;
        MUST(yoke_doc_new(&options, &doc));
        MUST(yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &root));
        type = root;
        double started = now_ms();
        for (int k = 0; k < depth; k++) {
            yoke_value value = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_MAP};
            MUST(yoke_map_set(doc, type, YOKE_STR("k"), &value));
            MUST(yoke_map_get(doc, type, YOKE_STR("k"), &value));
            type = value.type;
        }
        MUST(yoke_map_delete(doc, root, YOKE_STR("k")));
        add_sample(&s, started);
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf(",\"depth\":%d}\n", depth);
}

static void task_erase(const char *path, int runs)
{
    ops list = read_ops(path);
    samples s = {.count = 0};
    for (int i = 0; i < runs; i++) {
        yoke_type text;
        yoke_doc *doc = new_doc(&text, false);
        play(doc, text, &list);
        double started = now_ms();
        MUST(yoke_text_delete(doc, text, 0, yoke_type_len(doc, text)));
        add_sample(&s, started);
        yoke_doc_free(doc);
    }
    print_samples(&s);
    printf("}\n");
}

int main(int argc, char **argv)
{
    demand(argc >= 3, "usage: bench-yoke TASK FILE... RUNS (the source says more)");
    const char *task = argv[1];
    int runs = (int)strtol(argv[argc - 1], NULL, 10);
    demand(argc >= 4 || strcmp(task, "small") == 0, "too few arguments");
    demand(runs > 0 && (runs <= RUNS_MAX || strcmp(task, "repeat") == 0), "RUNS is out of range");
    if (strcmp(task, "local") == 0 || strcmp(task, "local-updates") == 0)
        task_local(argv[2], task[5] == '-', runs);
    else if (strcmp(task, "repeat") == 0)
        task_repeat(argv[2], runs);
    else if ((strcmp(task, "apply") == 0 || strcmp(task, "relay") == 0) && argc == 5)
        task_apply(argv[2], argv[3], task[0] == 'r', runs);
    else if (strcmp(task, "reverse") == 0)
        task_reverse(argv[2], runs);
    else if (strcmp(task, "load") == 0 && argc == 5)
        task_load(argv[2], argv[3], runs);
    else if (strcmp(task, "small") == 0)
        task_small();
    else if (strcmp(task, "gap") == 0)
        task_gap(GAP_ASCENDING, (int)strtol(argv[2], NULL, 10), runs);
    else if (strcmp(task, "shuffled") == 0)
        task_gap(GAP_SHUFFLED, (int)strtol(argv[2], NULL, 10), runs);
    else if (strcmp(task, "rights") == 0)
        task_gap(GAP_RIGHTS, (int)strtol(argv[2], NULL, 10), runs);
    else if (strcmp(task, "alternate") == 0)
        task_alternate((int)strtol(argv[2], NULL, 10), runs);
    else if (strcmp(task, "nested") == 0)
        task_nested((int)strtol(argv[2], NULL, 10), runs);
    else if (strcmp(task, "erase") == 0)
        task_erase(argv[2], runs);
    else
        demand(false, "no such task");
    return 0;
}
