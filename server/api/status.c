/* /healthz, /readyz and /metrics - for operators and their machines. */
#include "server/api/api.h"

#include "server/app/wall_time.h"
#include "server/store/store_thread.h"

#include <stdlib.h>

void api_healthz(exchange *x)
{
    exchange_add_header(x, "Cache-Control", "no-store");
    exchange_reply_json(x, 200, json_pack("{s:s}", "status", "ok"));
}

typedef struct ready_job {
    store_job job; /* first */
    exchange *x;
    int err;
} ready_job;

static void ready_write(store *s, store_job *job)
{
    ready_job *j = (ready_job *)job;
    j->err = store_ping(store_reads(s));
}

static void ready_done(loop *l, store_job *job)
{
    ready_job *j = (ready_job *)job;
    exchange *x = j->x;
    exchange_add_header(x, "Cache-Control", "no-store");
    if (j->err == BASE_OK && !l->draining)
        exchange_reply_json(x, 200, json_pack("{s:s}", "status", "ready"));
    else
        exchange_reply_error(x, 503, l->draining ? "shutting down" : store_err_text(j->err));
    free(j);
}

void api_readyz(exchange *x)
{
    if (metric_get(&store_thread_metrics(x->loop->app->store)->stalled) != 0) {
        exchange_add_header(x, "Cache-Control", "no-store");
        exchange_reply_error(x, 503, "commits have to wait");
        return;
    }
    ready_job *j = calloc(1, sizeof *j);
    if (j == NULL) {
        exchange_reply_error(x, 503, "out of memory");
        return;
    }
    j->job.home = x->loop;
    j->job.write = ready_write; /* behind what is written: that has to go on */
    j->job.done = ready_done;
    j->x = x;
    store_thread_submit(x->loop->app->store, &j->job);
}

typedef struct metric_line {
    const char *name;
    const char *type;
    const char *help;
    size_t offset;
} metric_line;

#define LINE(field, type, help)                                                                    \
    {                                                                                              \
        "tandem_" #field, type, help, offsetof(metrics, field)                                     \
    }

static const metric_line lines[] = {
    LINE(rooms, "gauge", "Rooms in memory"),
    LINE(members, "gauge", "Members of all rooms"),
    LINE(http_connections, "gauge", "Open HTTP connections"),
    LINE(ws_connections, "gauge", "Open WebSocket connections"),
    LINE(queue_bytes, "gauge", "Bytes queued for clients"),
    LINE(unstored_bytes, "gauge", "Bytes of updates that are not committed yet"),
    LINE(pending_structs, "gauge", "Structs that wait for others"),
    LINE(pending_bytes, "gauge", "Memory of structs that wait for others"),
    LINE(engine_bytes, "gauge", "Memory of all documents"),
    LINE(http_requests_total, "counter", "HTTP requests answered"),
    LINE(http_errors_total, "counter", "HTTP replies of 400 and above"),
    LINE(ws_messages_in_total, "counter", "WebSocket messages received"),
    LINE(ws_closed_slow_total, "counter", "WebSockets closed because they read too slowly"),
    LINE(sockets_bytes, "gauge", "Memory of queues and unfinished messages of sockets"),
    LINE(paused_sockets, "gauge", "Sockets that are not read because their peer is too fast"),
    LINE(input_pauses_total, "counter", "Times a socket was not read for a while"),
    LINE(accept_paused, "gauge", "Threads that accept no connections: no file is left"),
    LINE(accept_pauses_total, "counter", "Times a thread stopped accepting for want of files"),
    LINE(quarantined_rooms, "gauge", "Damaged rooms that somebody wanted to join"),
    LINE(updates_in_total, "counter", "Updates applied"),
    LINE(updates_refused_total, "counter", "Updates refused"),
    LINE(deliveries_total, "counter", "Frames given to members"),
    LINE(acks_total, "counter", "Acks sent"),
    LINE(awareness_held_total, "counter", "Awareness messages that came too fast and were merged"),
    LINE(bytes_in_total, "counter", "Bytes received"),
    LINE(bytes_out_total, "counter", "Bytes sent"),
};

static void put_line(buf *out, const metric_line *line, uint64_t value)
{
    buf_put_fmt(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", line->name, line->help, line->name,
                line->type, line->name, (unsigned long long)value);
}

#define STORE_LINE(field, type, help)                                                              \
    {                                                                                              \
        "tandem_store_" #field, type, help, offsetof(store_metrics, field)                         \
    }

static const metric_line store_lines[] = {
    STORE_LINE(stalled, "gauge", "1 while a commit waits for space or for a lock"),
    STORE_LINE(reads_total, "counter", "Loads, pages and lists that readers began"),
    STORE_LINE(reads_waiting, "gauge", "Of them, not begun yet"),
    STORE_LINE(file_bytes, "gauge", "Size of the database"),
    STORE_LINE(free_bytes, "gauge", "Of it, free for new rows"),
    STORE_LINE(wal_bytes, "gauge", "Write-ahead log that waits for a checkpoint"),
    STORE_LINE(swept_rooms_total, "counter", "Rooms deleted because nobody used them"),
    STORE_LINE(compactions_total, "counter", "Segments of history made"),
    STORE_LINE(compacted_rows_total, "counter", "Log rows moved into history"),
    STORE_LINE(pruned_segments_total, "counter", "Segments of history dropped for their age"),
    STORE_LINE(freed_pages_total, "counter", "Pages given back to the file system"),
    STORE_LINE(checkpoints_total, "counter", "Checkpoints made"),
    STORE_LINE(reserve_released_total, "counter", "Times the disk was full and its reserve went"),
};

static void put_store(buf *out, const app *a)
{
    store_metrics *m = store_thread_metrics(a->store);
    const histogram *upkeep = &m->upkeep;
    for (size_t i = 0; i < sizeof store_lines / sizeof store_lines[0]; i++)
        put_line(
            out, &store_lines[i],
            metric_get((const metric *)(const void *)((const char *)m + store_lines[i].offset)));
    histogram_put(out, "tandem_store_upkeep_seconds", "Time of one step of upkeep", &upkeep, 1);
}

static void put_lines(buf *out, const app *a)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < a->loop_count; k++)
            sum += metric_get((const metric *)(const void *)((const char *)&a->loops[k].metrics +
                                                             lines[i].offset));
        put_line(out, &lines[i], sum);
    }
}

static void put_refused(buf *out, const app *a)
{
    buf_put_str(out, "# HELP tandem_refused_total Refusals by the name of the limit or reason\n"
                     "# TYPE tandem_refused_total counter\n");
    for (size_t i = 0; i < REFUSAL_COUNT; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < a->loop_count; k++)
            sum += metric_get(&a->loops[k].metrics.refused[i]);
        if (sum > 0)
            buf_put_fmt(out, "tandem_refused_total{limit=\"%s\"} %llu\n", refusal_names[i],
                        (unsigned long long)sum);
    }
}

void api_metrics(exchange *x)
{
    const app *a = x->loop->app;
    const histogram **acks = calloc(a->loop_count, sizeof *acks);
    const histogram *commits = store_thread_commits(a->store);
    buf out;
    buf_init(&out, base_alloc_libc(), 65536);
    if (acks == NULL) {
        exchange_reply_error(x, 503, "out of memory");
        return;
    }
    for (size_t i = 0; i < a->loop_count; i++)
        acks[i] = &a->loops[i].metrics.ack;
    put_lines(&out, a);
    put_refused(&out, a);
    put_store(&out, a);
    buf_put_fmt(&out,
                "# HELP tandem_uptime_seconds Since the start\n"
                "# TYPE tandem_uptime_seconds gauge\ntandem_uptime_seconds %lld\n",
                (long long)(wall_time_now_ms() - a->started_at_ms) / 1000);
    histogram_put(&out, "tandem_commit_seconds", "Time of one commit", &commits, 1);
    histogram_put(&out, "tandem_ack_seconds", "From an update's arrival to its being durable", acks,
                  a->loop_count);
    free((void *)acks);
    exchange_add_header(x, "Cache-Control", "no-store");
    exchange_reply_copy(x, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&out));
    buf_deinit(&out);
}
