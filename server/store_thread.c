#include "server/store_thread.h"

#include "base/crash_point.h"
#include "server/limits.h"
#include "server/log.h"

#include <stdlib.h>
#include <unistd.h>

#define RETRY_MS 250

struct store_thread {
    app *app;
    store *store;
    store_stall_fn *on_stall;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t changed;
    /* guarded by the lock */
    store_job *jobs_first, *jobs_last;
    store_batch *batches_first, *batches_last;
    bool stopping;
    /* of the thread alone */
    store_row *rows; /* all rows of one commit */
    size_t rows_cap;
    uint64_t last_commit_ns;
    histogram commits;
};

typedef struct stall_msg {
    loop_msg msg;
    store_thread *from;
    int err;
} stall_msg;

static void on_stall_msg(loop *l, loop_msg *msg)
{
    stall_msg *m = (stall_msg *)msg;
    m->from->on_stall(l, m->err);
    free(m);
}

static void tell_stall(store_thread *t, int err)
{
    log_event(LOG_ERROR, "commit has to wait", LOG_STR("reason", store_err_text(err)));
    for (size_t i = 0; i < t->app->loop_count; i++) {
        stall_msg *m = malloc(sizeof *m);
        if (m == NULL)
            continue;
        *m = (stall_msg){{NULL, on_stall_msg}, t, err};
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

/* Copies the rows of all batches into one array with their final addresses. */
static size_t gather(store_thread *t, const store_batch *first)
{
    size_t count = 0, at = 0;
    for (const store_batch *b = first; b != NULL; b = b->next)
        count += b->count;
    if (count > t->rows_cap) {
        store_row *rows = realloc(t->rows, count * sizeof *rows);
        if (rows == NULL)
            return 0;
        t->rows = rows;
        t->rows_cap = count;
    }
    for (const store_batch *b = first; b != NULL; b = b->next) {
        const uint8_t *ptr = b->updates.ptr;
        for (size_t i = 0; i < b->count; i++) {
            t->rows[at] = b->rows[i];
            t->rows[at++].update.ptr = ptr;
            ptr += b->rows[i].update.len_bytes;
        }
    }
    return count;
}

static void stop_process(int err)
{
    log_event(LOG_ERROR, "the store failed; stopping so that nothing false is acknowledged",
              LOG_STR("reason", store_err_text(err)), LOG_INT("code", err));
    _exit(STORE_THREAD_EXIT_CODE);
}

/* One transaction.  Returns false when it has to be tried again. */
static bool commit(store_thread *t, store_batch *first)
{
    uint64_t start_ns = uv_hrtime();
    size_t count = gather(t, first);
    CRASH_POINT("batch.gathered");
    int err = count > 0 ? store_append(t->store, t->rows, count) : BASE_ENOMEM;
    t->last_commit_ns = start_ns;
    if (err == STORE_EBUSY || err == STORE_EFULL || err == BASE_ENOMEM) {
        tell_stall(t, err);
        return false;
    }
    if (err != BASE_OK)
        stop_process(err);
    histogram_add(&t->commits, (uv_hrtime() - start_ns) / 1000, 1);
    for (store_batch *next; first != NULL; first = next) {
        next = first->next;
        first->msg.run = batch_done;
        CRASH_POINT("batch.committed");
        loop_post(first->home, &first->msg);
    }
    CRASH_POINT("batch.told");
    return true;
}

static void run_jobs(store_thread *t, store_job *job)
{
    for (store_job *next; job != NULL; job = next) {
        next = job->next;
        job->work(t->store, job);
        CRASH_POINT("job.worked");
        job->msg.run = job_done;
        if (job->home != NULL)
            loop_post(job->home, &job->msg);
        else
            job->done(NULL, job);
    }
}

/* Sleeps until there is something to do.  Updates alone wait for the end of the commit window, so
 * that a busy server makes few, large transactions; an idle one commits at once. */
static void wait_for_work(store_thread *t, bool stalled)
{
    const uint64_t window_ns = (uint64_t)(LIMIT_COMMIT_MS - 1) * 1000000;
    while (!t->stopping && t->jobs_first == NULL) {
        if (t->batches_first == NULL && !stalled) {
            uv_cond_wait(&t->changed, &t->lock);
            continue;
        }
        uint64_t since_ns = uv_hrtime() - t->last_commit_ns;
        uint64_t wait_ns = stalled ? (uint64_t)RETRY_MS * 1000000 : window_ns;
        if (since_ns >= wait_ns)
            return;
        uv_cond_timedwait(&t->changed, &t->lock, wait_ns - since_ns);
    }
}

static void join_batches(store_batch **stalled, store_batch *fresh)
{
    while (*stalled != NULL)
        stalled = &(*stalled)->next;
    *stalled = fresh;
}

static void run(void *arg)
{
    store_thread *t = arg;
    store_batch *batches = NULL; /* of a failed commit, then the fresh ones */
    for (bool more = true; more;) {
        uv_mutex_lock(&t->lock);
        wait_for_work(t, batches != NULL);
        join_batches(&batches, t->batches_first);
        store_job *jobs = t->jobs_first;
        t->batches_first = t->batches_last = NULL;
        t->jobs_first = t->jobs_last = NULL;
        more = !t->stopping || batches != NULL || jobs != NULL;
        bool last = t->stopping;
        uv_mutex_unlock(&t->lock);
        if (batches != NULL && commit(t, batches))
            batches = NULL;
        run_jobs(t, jobs);
        if (last && batches != NULL) {
            log_event(LOG_ERROR, "stopped with updates that were never acknowledged",
                      LOG_INT("rows", batches->count));
            return;
        }
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
    if (uv_mutex_init(&t->lock) != 0 || uv_cond_init(&t->changed) != 0 ||
        uv_thread_create(&t->thread, run, t) != 0) {
        free(t);
        return NULL;
    }
    return t;
}

void store_thread_stop(store_thread *t)
{
    uv_mutex_lock(&t->lock);
    t->stopping = true;
    uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
    uv_thread_join(&t->thread);
    CRASH_POINT("close.before");
    store_close(t->store);
    CRASH_POINT("close.after");
    uv_cond_destroy(&t->changed);
    uv_mutex_destroy(&t->lock);
    free(t->rows);
    free(t);
}

void store_thread_submit(store_thread *t, store_job *job)
{
    job->next = NULL;
    uv_mutex_lock(&t->lock);
    if (t->jobs_last != NULL)
        t->jobs_last->next = job;
    else
        t->jobs_first = job;
    t->jobs_last = job;
    uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
}

void store_thread_append(store_thread *t, store_batch *batch)
{
    batch->next = NULL;
    uv_mutex_lock(&t->lock);
    bool was_empty = t->batches_last == NULL;
    if (was_empty)
        t->batches_first = batch;
    else
        t->batches_last->next = batch;
    t->batches_last = batch;
    if (was_empty)
        uv_cond_signal(&t->changed);
    uv_mutex_unlock(&t->lock);
}

const histogram *store_thread_commits(const store_thread *t)
{
    return &t->commits;
}
