/* server_store.c - the store thread of the simulated process, and the store behind it.
 *
 * One call is under way at a time: what is due of the rows that wait (host/commit.h), then what may
 * be read (host/order.h), then the jobs that write, in their order.  With SQLite a call is made
 * when it begins, and its disk remembers the single operations until it is done; the memory store,
 * whose calls are atomic, is called when it is done, or by lot when the process dies meanwhile.
 */
#include "sim/server.h"
#include "store/memory/memory.h"
#include "store/sqlite/open.h"

#include <stdlib.h>

#define BUSY_US (2 * SECOND)
#define POST_US 20
#define UPKEEP_US (5 * MS)
#define DATABASE "tandem.db"

int server_store_open(server *s)
{
    commit_init(&s->thread.commit, &s->host_heap.alloc);
    if (!s->w->plan->sqlite) /* it is the disk: it stays */
        return s->store != NULL ? BASE_OK : store_memory_open(&s->safe_heap.alloc, &s->store);
    store_sqlite_options options = {.path = DATABASE, .vfs = DISK_VFS_NAME};
    int err = store_sqlite_open_with(&options, &s->safe_heap.alloc, &s->store);
    if (err == BASE_OK && disk_find(&s->w->disk, DATABASE "-wal") == NULL)
        law_broken(s->w, "the database has a write-ahead log", "there is no file of it");
    return err;
}

/* ----------------------------------------------------------------------------------- calls --- */

static void report(void *ctx, store_batch *batch)
{
    store_batch **end = &((server *)ctx)->thread.reported;
    while (*end != NULL)
        end = &(*end)->next;
    batch->next = NULL;
    *end = batch;
}

static bool make_space(void *ctx)
{
    (void)ctx;
    return false;
}

static void refused(void *ctx, const char *room_id, int err)
{
    world_note(((server *)ctx)->w, "room %s cannot be written: %s", room_id, store_err_text(err));
}

static uint64_t ns_of(int64_t us)
{
    return (uint64_t)us * 1000;
}

static void call_store(server *s)
{
    store_thread *t = &s->thread;
    const commit_ops ops = {s, report, make_space, refused};
    t->may_fail = s->w->disk.fail_in > 0;
    s->w->disk.full = s->disk_full;
    t->calling = true;
    if (t->commit_next)
        t->result = commit_run(&t->commit, s->store, &ops, ns_of(t->begun_us));
    else if (t->reading != NULL)
        t->answered = t->reading->read(store_reads(s->store), t->reading);
    else
        t->doing->write(s->store, t->doing);
    t->calling = false;
    s->w->disk.full = false;
}

/* ------------------------------------------------------------------------------------ flow --- */

static bool has_work(const store_thread *t)
{
    return t->jobs != NULL || t->order.ready.first != NULL || t->queue.first != NULL ||
           t->commit.waiting != NULL;
}

static uint64_t wait_ns(const server *s)
{
    return commit_wait_ns(&s->thread.commit, &s->thread.queue, ns_of(s->w->clock.now_us));
}

static bool wants_upkeep(const server *s)
{
    return s->thread.upkeep_wanted || store_wants_upkeep(s->store);
}

static void wake(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy)
        return;
    if (!has_work(t)) {
        if (wants_upkeep(s))
            server_later(s, EVENT_STORE_WORK, 0, UPKEEP_US);
        return;
    }
    bool at_once = t->jobs != NULL || t->order.ready.first != NULL;
    uint64_t wait = at_once ? 0 : wait_ns(s);
    server_later(s, EVENT_STORE_WORK, 0, wait == 0 ? 10 : (int64_t)(wait / 1000));
}

static int64_t duration_us(server *s, rng *luck)
{
    int64_t us = rng_scale(luck, 50, s->w->plan->commit_us);
    if (s->w->clock.now_us < s->disk_slow_until_us)
        us += rng_between(luck, 0, 3 * SECOND);
    return s->disk_busy ? BUSY_US : us;
}

/* What the next call does. */
static void choose(server *s)
{
    store_thread *t = &s->thread;
    if (t->doing == NULL) {
        t->doing = t->jobs;
        t->jobs = NULL;
    }
    if (wait_ns(s) == 0 || (t->doing != NULL && order_wants_rows(&t->order, t->doing))) {
        commit_take(&t->commit, &t->queue);
        t->commit_next = t->commit.waiting != NULL;
        t->upto = t->order.submitted.batches;
    }
    t->reading = t->commit_next ? NULL : order_take(&t->order);
    t->busy = t->commit_next || t->reading != NULL || t->doing != NULL;
}

static void begin_next(server *s)
{
    store_thread *t = &s->thread;
    choose(s);
    if (!t->busy) {
        wake(s);
        return;
    }
    rng luck = rng_of(rng_hash(s->w->plan->seed, s->life), 0x73746F72 + t->calls++);
    int64_t us = duration_us(s, &luck);
    t->begun_us = s->w->clock.now_us;
    if (s->w->plan->sqlite) {
        disk_call_begin(&s->w->disk);
        call_store(s);
    }
    server_later(s, EVENT_STORE_DONE, 0, us);
    if (s->crash_in_calls > 0 && --s->crash_in_calls == 0) {
        /* Within the call, when it is done but not told, or when it was just told. */
        static const int64_t after_us[] = {-1, 1, POST_US + 1};
        uint64_t point = rng_below(&luck, 3);
        int64_t at_us = point == 0 ? rng_between(&luck, 0, us) : us + after_us[point];
        clock_at(&s->w->clock, (event){.at_us = s->w->clock.now_us + at_us,
                                       .kind = EVENT_FAULT_ENDS,
                                       .life = s->life,
                                       .arg = s->crash_power ? HAPPEN_POWER_AT : HAPPEN_CRASH_AT});
    }
}

static void post(server *s, store_post p)
{
    store_post *kept = malloc(sizeof *kept);
    if (kept == NULL)
        abort();
    *kept = p;
    store_post **at = &s->thread.posts;
    while (*at != NULL)
        at = &(*at)->next;
    *at = kept;
    server_later(s, EVENT_STORE_POST, 0, POST_US);
}

static void commit_done(server *s, size_t rows)
{
    store_thread *t = &s->thread;
    t->commit_next = false;
    (void)order_tried(&t->order, t->upto);
    world_mix(s->w, 0x636F6D, rows);
    if (t->result != BASE_OK) {
        s->w->counts[COUNT_STALLS]++;
        post(s, (store_post){.stalled = t->result});
        return;
    }
    s->w->counts[COUNT_COMMITS]++;
    store_post p = {.batches = t->reported};
    t->reported = NULL;
    post(s, p);
}

static void queue_write(store_thread *t, store_job *job)
{
    store_job **at = &t->jobs;
    while (*at != NULL)
        at = &(*at)->next;
    job->next = NULL;
    order_write(&t->order, job);
    *at = job;
}

/* Without a home it ends here; the loop's turn is the same. */
static void job_done(server *s)
{
    store_thread *t = &s->thread;
    store_job *job = t->reading != NULL ? t->reading : t->doing;
    if (t->reading != NULL && !t->answered) {
        job->read = NULL;
        t->reading = NULL;
        queue_write(t, job);
        return;
    }
    if (t->reading == NULL) {
        t->doing = job->next;
        (void)order_written(&t->order);
    }
    t->reading = NULL;
    job->next = NULL;
    if (job->home == NULL) {
        job->done(NULL, job);
        job = NULL;
    }
    post(s, (store_post){.job = job});
}

static size_t rows_of(const store_batch *b)
{
    size_t n = 0;
    for (; b != NULL; b = b->next)
        n += b->count;
    return n;
}

static void call_done(server *s)
{
    store_thread *t = &s->thread;
    if (s->w->plan->sqlite)
        disk_call_end(&s->w->disk);
    else
        call_store(s);
    watch_call_done(s);
    bool fatal = t->failed || store_failed(s->store) || (t->commit_next && t->result == STORE_EIO);
    if (fatal) {
        if (!t->may_fail)
            law_broken(s->w, "the store fails only when the disk does", "%s",
                       t->commit_next ? "append" : "a job");
        server_kill(s, false, SECOND, "the store failed, the process stops itself");
        return;
    }
    if (t->commit_next)
        commit_done(s, rows_of(t->reported) + rows_of(t->commit.waiting));
    else
        job_done(s);
    begin_next(s);
}

typedef struct upkeep_job {
    store_job job; /* first */
    server *server;
} upkeep_job;

static void upkeep_write(store *of, store_job *job)
{
    server *s = ((upkeep_job *)job)->server;
    store_upkeep_options options = {.drop_before_ms = INT64_MIN};
    store_upkept done;
    int err = store_upkeep(of, &options, &done);
    s->thread.upkeep_wanted = err == BASE_OK && store_wants_upkeep(of);
}

static void upkeep_done(loop *l, store_job *job)
{
    base_alloc_put(&l->safe_heap.alloc, job, sizeof(upkeep_job));
}

static store_job *upkeep_new(server *s)
{
    upkeep_job *j = base_alloc_get(&s->safe_heap.alloc, sizeof *j);
    *j = (upkeep_job){{.home = s, .write = upkeep_write, .done = upkeep_done}, s};
    return &j->job;
}

static void work(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy)
        return;
    if (!has_work(t) && wants_upkeep(s))
        queue_write(t, upkeep_new(s));
    begin_next(s);
}

void store_submit(server *s, store_job *job)
{
    if (job->read != NULL)
        order_read(&s->thread.order, job);
    else
        queue_write(&s->thread, job);
    wake(s);
}

static void play_submit(void *ctx, store_job *job)
{
    store_submit(ctx, job);
}

static void play_append(void *ctx, store_batch *batch)
{
    server *s = ctx;
    order_append(&s->thread.order, batch);
    (void)commit_queue_put(&s->thread.queue, batch);
    wake(s);
}

void store_play(host_port *port)
{
    port->submit = play_submit;
    port->append = play_append;
}

bool store_is_idle(const server *s)
{
    const store_thread *t = &s->thread;
    return !t->busy && !has_work(t) && t->order.read_count == 0 && t->posts == NULL;
}

/* ------------------------------------------------------------------------------------- end --- */

static void free_batches(store_batch *b)
{
    for (store_batch *next; b != NULL; b = next) {
        next = b->next;
        store_batch_free(b);
    }
}

/* What is queued when the loops have ended: rows first, then jobs; a commit that fails is given up,
 * nobody was told that it was saved. */
static void finish_queued(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy && s->w->plan->sqlite) {
        disk_call_end(&s->w->disk);
        if (!t->commit_next && t->reading == NULL)
            t->doing = t->doing->next;
    }
    commit_take(&t->commit, &t->queue);
    t->begun_us = s->w->clock.now_us;
    t->commit_next = true;
    call_store(s);
    t->commit_next = false;
    t->reading = NULL;
    while (t->doing != NULL || t->jobs != NULL) {
        if (t->doing == NULL) {
            t->doing = t->jobs;
            t->jobs = NULL;
        }
        call_store(s);
        t->doing = t->doing->next;
    }
}

void server_store_close(server *s, bool dead)
{
    store_thread *t = &s->thread;
    if (dead && t->busy && !s->w->plan->sqlite && rng_percent(&s->w->disk.luck, 50))
        call_store(s);
    if (!dead)
        finish_queued(s);
    free_batches(t->reported);
    for (store_batch *b = t->queue.first, *next; b != NULL; b = next) {
        next = b->next;
        store_batch_free(b);
    }
    for (store_post *p = t->posts, *next; p != NULL; p = next) {
        next = p->next;
        free_batches(p->batches);
        free(p);
    }
    commit_deinit(&t->commit);
    *t = (store_thread){.busy = false};
    if (s->w->plan->sqlite) {
        s->w->disk.dead = dead;
        store_close(s->store);
        s->store = NULL;
    }
}

/* -------------------------------------------------------------------------- back on the loop ---
 */

static void on_post(server *s)
{
    store_post *p = s->thread.posts;
    s->thread.posts = p->next;
    if (p->stalled != 0)
        room_host_stalled(s->host, p->stalled);
    if (p->job != NULL)
        p->job->done(s, p->job);
    for (store_batch *b = p->batches, *next; b != NULL; b = next) {
        next = b->next;
        b->done(s, b);
    }
    free(p);
    server_turn_ends(s);
}

void store_on_event(server *s, const event *e)
{
    if (e->kind == EVENT_STORE_WORK)
        work(s);
    else if (e->kind == EVENT_STORE_DONE)
        call_done(s);
    else if (e->kind == EVENT_STORE_POST)
        on_post(s);
}
