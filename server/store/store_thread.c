#include "server/store/store_thread.h"

#include "base/crash_point.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/store/store_thread_internal.h"

#include <stdlib.h>
#include <unistd.h>

/* A disk that stays full is worth a line now and then, not four a second. */
#define STALL_LOG_MS 10000
/* Under a load that never ends upkeep still gets its turn. */
#define UPKEEP_EVERY_MS 50

static uint64_t ms_to_ns(uint64_t ms)
{
    return ms * 1000000;
}

typedef struct stall_msg {
    loop_msg msg;
    store_stall_fn *tell;
    int err;
} stall_msg;

static void on_stall_msg(loop *l, loop_msg *msg)
{
    stall_msg *m = (stall_msg *)msg;
    m->tell(l, m->err);
    free(m);
}

static void tell_stall(store_thread *t, bool again, int err)
{
    uint64_t now_ns = uv_hrtime();
    metric_set(&t->metrics.stalled, 1);
    if (!again || now_ns - t->told_stall_ns >= ms_to_ns(STALL_LOG_MS)) {
        t->told_stall_ns = now_ns;
        log_event(LOG_ERROR, "commit has to wait", LOG_STR("reason", store_err_text(err)));
    }
    for (size_t i = 0; i < t->app->loop_count; i++) {
        stall_msg *m = malloc(sizeof *m);
        if (m == NULL)
            continue;
        *m = (stall_msg){{NULL, on_stall_msg}, t->on_stall, err};
        loop_post(&t->app->loops[i], &m->msg);
    }
}

static void batch_done(loop *l, loop_msg *msg)
{
    store_batch *b = (store_batch *)msg;
    b->done(l, b);
}

static void job_done(loop *l, loop_msg *msg)
{
    store_job *job = (store_job *)(void *)((char *)msg - offsetof(store_job, msg));
    job->done(l, job);
}

void store_thread_fail(int err)
{
    log_event(LOG_ERROR, "the store failed; stopping so that nothing false is acknowledged",
              LOG_STR("reason", store_err_text(err)), LOG_INT("code", err));
    _exit(STORE_THREAD_EXIT_CODE);
}

/* After every call of the store that somebody else judges. */
static void check_store(const store_thread *t)
{
    if (store_failed(t->store))
        store_thread_fail(STORE_EIO);
}

/* What a reader finds now is answered behind the answers that are out already. */
static void tell_tried(store_thread *t, uint64_t upto)
{
    uv_mutex_lock(&t->lock);
    if (order_tried(&t->order, upto) > 0)
        uv_cond_broadcast(&t->readable);
    uv_mutex_unlock(&t->lock);
}

static void tell_written(store_thread *t)
{
    uv_mutex_lock(&t->lock);
    if (order_written(&t->order) > 0)
        uv_cond_broadcast(&t->readable);
    uv_mutex_unlock(&t->lock);
}

static void report(void *ctx, store_batch *b)
{
    (void)ctx;
    b->msg.run = batch_done;
    loop_post(b->home, &b->msg);
}

static bool make_space(void *ctx)
{
    store_thread *t = ctx;
    bool given = store_reserve_release(&t->reserve);
    metric_add(&t->metrics.reserve_released_total, given);
    return given;
}

static void refused(void *ctx, const char *room_id, int err)
{
    (void)ctx;
    log_event(LOG_ERROR, "a room cannot be written", LOG_STR("room", room_id),
              LOG_STR("reason", store_err_text(err)));
}

/* One transaction for all that waits; `upto` is the number of the last batch.  It stays waiting
 * when it has to be tried again. */
static void commit_now(store_thread *t, uint64_t upto)
{
    const commit_ops ops = {t, report, make_space, refused};
    bool again = t->commit.stalled;
    uint64_t start_ns = uv_hrtime();
    if (t->commit.waiting == NULL)
        return;
    int err = commit_run(&t->commit, t->store, &ops, start_ns);
    if (err != STORE_EIO)
        tell_tried(t, upto);
    if (err == STORE_EIO)
        store_thread_fail(err);
    if (err != BASE_OK) {
        tell_stall(t, again, err);
        return;
    }
    if (again)
        metric_set(&t->metrics.stalled, 0);
    histogram_add(&t->commits, (uv_hrtime() - start_ns) / 1000, 1);
}

/* What is due, or what `job` has to find in the store. */
static void commit_before(store_thread *t, const store_job *job)
{
    uv_mutex_lock(&t->lock);
    bool due = order_wants_rows(&t->order, job) ||
               commit_wait_ns(&t->commit, &t->batches, uv_hrtime()) == 0;
    uint64_t upto = t->order.submitted.batches;
    if (due)
        commit_take(&t->commit, &t->batches);
    uv_mutex_unlock(&t->lock);
    if (due)
        commit_now(t, upto);
}

void store_thread_done(store_job *job)
{
    job->msg.run = job_done;
    if (job->home != NULL)
        loop_post(job->home, &job->msg);
    else
        job->done(NULL, job);
}

static void run_jobs(store_thread *t, store_job *job)
{
    for (store_job *next; job != NULL; job = next) {
        next = job->next;
        commit_before(t, job);
        if (job->read == NULL || !job->read(store_reads(t->store), job))
            job->write(t->store, job);
        CRASH_POINT("job.worked");
        check_store(t);
        store_thread_done(job);
        tell_written(t);
    }
}

static bool upkeep_wanted(store_thread *t)
{
    t->upkeep_due |= store_wants_upkeep(t->store);
    return t->upkeep_due;
}

/* What the thread found when it looked at its queue. */
typedef struct turn {
    bool commit;
    bool upkeep;
    bool tidy;
    bool stopping;
    uint64_t upto; /* the number of the last batch that was taken */
    store_job *jobs;
} turn;

/* Sleeps until there is something to do. */
static turn wait_for_work(store_thread *t)
{
    turn found = {.commit = false};
    uv_mutex_lock(&t->lock);
    for (;;) {
        uint64_t wait_ns = commit_wait_ns(&t->commit, &t->batches, uv_hrtime());
        found.tidy = t->tidy;
        t->tidy = false;
        found.commit = wait_ns == 0 || t->stopping;
        if (found.commit || found.tidy || t->jobs_first != NULL)
            break;
        found.upkeep = upkeep_wanted(t);
        if (found.upkeep)
            break;
        if (wait_ns == COMMIT_NEVER)
            uv_cond_wait(&t->changed, &t->lock);
        else
            uv_cond_timedwait(&t->changed, &t->lock, wait_ns);
    }
    if (found.commit)
        commit_take(&t->commit, &t->batches);
    found.upto = t->order.submitted.batches;
    found.stopping = t->stopping;
    found.jobs = t->jobs_first;
    t->jobs_first = t->jobs_last = NULL;
    uv_mutex_unlock(&t->lock);
    return found;
}

static void run(void *arg)
{
    store_thread *t = arg;
    for (;;) {
        turn found = wait_for_work(t);
        if (found.commit)
            commit_now(t, found.upto);
        if (found.tidy)
            store_upkeep_begin(t);
        run_jobs(t, found.jobs);
        bool starved = uv_hrtime() - t->last_upkeep_ns >= ms_to_ns(UPKEEP_EVERY_MS);
        if (found.upkeep || (starved && !found.stopping && upkeep_wanted(t)))
            store_upkeep_step(t);
        if (!found.stopping || (found.jobs != NULL && t->commit.waiting == NULL))
            continue;
        if (t->commit.waiting != NULL)
            log_event(LOG_ERROR, "stopped with updates that were never acknowledged",
                      LOG_INT("rows", t->commit.waiting->count));
        return;
    }
}

store_thread *store_thread_start(app *a, store *s, store_stall_fn *on_stall)
{
    store_thread *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->app = a;
    t->store = s;
    t->on_stall = on_stall;
    commit_init(&t->commit, base_alloc_libc());
    t->tidy = true;
    store_reserve_init(&t->reserve, a->config.data, (uint64_t)a->config.reserve_mib << 20);
    if (uv_mutex_init(&t->lock) != 0 || uv_cond_init(&t->changed) != 0 ||
        uv_cond_init(&t->readable) != 0 || uv_thread_create(&t->thread, run, t) != 0) {
        free(t);
        return NULL;
    }
    store_readers_start(t);
    return t;
}

/* The readers first, while what they wait for is still written. */
void store_thread_stop(store_thread *t)
{
    store_readers_stop(t);
    uv_mutex_lock(&t->lock);
    t->stopping = true;
    uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
    uv_thread_join(&t->thread);
    CRASH_POINT("close.before");
    store_close(t->store);
    CRASH_POINT("close.after");
    commit_deinit(&t->commit);
    uv_cond_destroy(&t->readable);
    uv_cond_destroy(&t->changed);
    uv_mutex_destroy(&t->lock);
    free(t);
}

/* With the lock held. */
static void queue_write(store_thread *t, store_job *job)
{
    job->next = NULL;
    order_write(&t->order, job);
    if (t->jobs_last != NULL)
        t->jobs_last->next = job;
    else
        t->jobs_first = job;
    t->jobs_last = job;
    uv_cond_signal(&t->changed);
}

void store_thread_submit(store_thread *t, store_job *job)
{
    uv_mutex_lock(&t->lock);
    if (job->read != NULL && t->read_apart) {
        order_read(&t->order, job);
        metric_set(&t->metrics.reads_waiting, t->order.read_count);
        uv_cond_signal(&t->readable);
    } else {
        queue_write(t, job);
    }
    uv_mutex_unlock(&t->lock);
}

void store_thread_go_on(store_thread *t, store_job *job)
{
    job->read = NULL;
    uv_mutex_lock(&t->lock);
    queue_write(t, job);
    uv_mutex_unlock(&t->lock);
}

void store_thread_append(store_thread *t, store_batch *batch)
{
    uv_mutex_lock(&t->lock);
    order_append(&t->order, batch);
    if (commit_queue_put(&t->batches, batch))
        uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
}

void store_thread_tidy(store_thread *t)
{
    uv_mutex_lock(&t->lock);
    t->tidy = true;
    uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
}

const histogram *store_thread_commits(const store_thread *t)
{
    return &t->commits;
}

store_metrics *store_thread_metrics(store_thread *t)
{
    return &t->metrics;
}
