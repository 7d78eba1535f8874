#include "server/store/store_thread.h"

#include "base/crash_point.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/store/store_thread_internal.h"

#include <stdlib.h>
#include <unistd.h>

#define RETRY_MS 250
/* A disk that stays full is worth a line now and then, not four a second. */
#define STALL_LOG_MS 10000
/* Under a load that never ends upkeep still gets its turn. */
#define UPKEEP_EVERY_MS 50
#define NEVER UINT64_MAX

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

static void tell_stall(store_thread *t, int err)
{
    uint64_t now_ns = uv_hrtime();
    metric_set(&t->metrics.stalled, 1);
    if (!t->stalled || now_ns - t->told_stall_ns >= ms_to_ns(STALL_LOG_MS)) {
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

/* The batch holds a room that cannot be written, so each room gets a transaction of its own.  Rows
 * of one that fails are marked `gone`.  Returns the error of a failure that is not of one room. */
static int commit_by_room(store_thread *t, size_t count, int *of_rooms)
{
    bool *done = calloc(count, sizeof *done);
    store_row *part = malloc(count * sizeof *part);
    int err = done == NULL || part == NULL ? BASE_ENOMEM : BASE_OK;
    for (size_t i = 0; i < count && err == BASE_OK; i++) {
        const char *room = t->rows[i].room_id;
        size_t n = 0;
        for (size_t k = i; k < count && !done[i]; k++) {
            if (strcmp(t->rows[k].room_id, room) == 0)
                part[n++] = t->rows[k];
        }
        if (n == 0)
            continue;
        err = store_append(t->store, part, n);
        bool failed = err == STORE_ECORRUPT || err == STORE_EEXISTS;
        if (failed) {
            log_event(LOG_ERROR, "a room cannot be written", LOG_STR("room", room),
                      LOG_STR("reason", store_err_text(err)));
            *of_rooms = err;
            err = BASE_OK;
        }
        for (size_t k = i; k < count; k++) {
            if (strcmp(t->rows[k].room_id, room) != 0)
                continue;
            done[k] = true;
            t->rows[k].gone = failed;
        }
    }
    free(done);
    free(part);
    return err;
}

static void report(store_batch *b, const store_row *rows, int of_rooms)
{
    b->err = of_rooms;
    for (size_t i = 0; i < b->count; i++)
        b->rows[i].gone = of_rooms != BASE_OK && rows[i].gone;
    b->msg.run = batch_done;
    loop_post(b->home, &b->msg);
}

/* One transaction for all that waits.  It stays waiting when it has to be tried again. */
static void commit(store_thread *t)
{
    if (t->waiting == NULL)
        return;
    uint64_t start_ns = uv_hrtime();
    size_t count = gather(t, t->waiting), at = 0;
    int of_rooms = BASE_OK;
    CRASH_POINT("batch.gathered");
    int err = count > 0 ? store_append(t->store, t->rows, count) : BASE_ENOMEM;
    if (err == STORE_EFULL && store_reserve_release(&t->reserve)) {
        metric_add(&t->metrics.reserve_released_total, 1);
        err = store_append(t->store, t->rows, count);
    }
    if (err == STORE_ECORRUPT || err == STORE_EEXISTS)
        err = commit_by_room(t, count, &of_rooms);
    t->last_commit_ns = start_ns;
    if (err == STORE_EIO)
        store_thread_fail(err);
    if (err != BASE_OK) {
        tell_stall(t, err);
        t->stalled = true;
        return;
    }
    if (t->stalled)
        metric_set(&t->metrics.stalled, 0);
    t->stalled = false;
    histogram_add(&t->commits, (uv_hrtime() - start_ns) / 1000, 1);
    store_batch *b = t->waiting;
    t->waiting = NULL;
    for (store_batch *next; b != NULL; b = next) {
        next = b->next;
        size_t n = b->count; /* the loop frees the batch as soon as it has it */
        CRASH_POINT("batch.committed");
        report(b, t->rows + at, of_rooms);
        at += n;
    }
    CRASH_POINT("batch.told");
}

/* With the lock held: how long until what waits is to be committed; 0: now, NEVER: nothing waits.
 * A busy server so makes few, large transactions; an idle one commits at once. */
static uint64_t commit_wait_ns(const store_thread *t)
{
    if (t->waiting == NULL && t->batches_first == NULL)
        return NEVER;
    if (!t->stalled && t->batch_bytes >= LIMIT_COMMIT_BYTES)
        return 0;
    uint64_t window_ns = ms_to_ns(t->stalled ? RETRY_MS : LIMIT_COMMIT_MS - 1);
    uint64_t since_ns = uv_hrtime() - t->last_commit_ns;
    return since_ns >= window_ns ? 0 : window_ns - since_ns;
}

/* With the lock held. */
static void take_batches(store_thread *t)
{
    store_batch **end = &t->waiting;
    while (*end != NULL)
        end = &(*end)->next;
    *end = t->batches_first;
    t->batches_first = t->batches_last = NULL;
    t->batch_bytes = 0;
}

static void commit_if_due(store_thread *t)
{
    uv_mutex_lock(&t->lock);
    bool due = commit_wait_ns(t) == 0;
    if (due)
        take_batches(t);
    uv_mutex_unlock(&t->lock);
    if (due)
        commit(t);
}

static void run_jobs(store_thread *t, store_job *job)
{
    for (store_job *next; job != NULL; job = next) {
        next = job->next;
        job->work(t->store, job);
        CRASH_POINT("job.worked");
        check_store(t);
        job->msg.run = job_done;
        if (job->home != NULL)
            loop_post(job->home, &job->msg);
        else
            job->done(NULL, job);
        if (next != NULL)
            commit_if_due(t);
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
    store_job *jobs;
} turn;

/* Sleeps until there is something to do. */
static turn wait_for_work(store_thread *t)
{
    turn found = {.commit = false};
    uv_mutex_lock(&t->lock);
    for (;;) {
        uint64_t wait_ns = commit_wait_ns(t);
        found.tidy = t->tidy;
        t->tidy = false;
        found.commit = wait_ns == 0 || t->jobs_first != NULL || t->stopping;
        if (found.commit || found.tidy)
            break;
        found.upkeep = upkeep_wanted(t);
        if (found.upkeep)
            break;
        if (wait_ns == NEVER)
            uv_cond_wait(&t->changed, &t->lock);
        else
            uv_cond_timedwait(&t->changed, &t->lock, wait_ns);
    }
    if (found.commit)
        take_batches(t);
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
            commit(t);
        if (found.tidy)
            store_upkeep_begin(t);
        run_jobs(t, found.jobs);
        bool starved = uv_hrtime() - t->last_upkeep_ns >= ms_to_ns(UPKEEP_EVERY_MS);
        if (found.upkeep || (starved && !found.stopping && upkeep_wanted(t)))
            store_upkeep_step(t);
        if (!found.stopping || (found.jobs != NULL && t->waiting == NULL))
            continue;
        if (t->waiting != NULL)
            log_event(LOG_ERROR, "stopped with updates that were never acknowledged",
                      LOG_INT("rows", t->waiting->count));
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
    t->tidy = true;
    store_reserve_init(&t->reserve, a->config.data, (uint64_t)a->config.reserve_mib << 20);
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
    while (t->waiting != NULL) {
        store_batch *next = t->waiting->next;
        store_batch_free(t->waiting);
        t->waiting = next;
    }
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
    t->batch_bytes += batch->updates.len_bytes;
    if (was_empty || t->batch_bytes >= LIMIT_COMMIT_BYTES)
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
