/* Threads that read the store beside the one that writes it; each has a store_reader of its own. */
#include "base/crash_point.h"
#include "server/app/log.h"
#include "server/store/store_thread_internal.h"

typedef struct store_reader_thread reader_thread;

/* With the lock held: the next read; NULL: it is time to leave. */
static store_job *wait_for_read(store_thread *t)
{
    for (;;) {
        store_job *job = order_take(&t->order);
        if (job != NULL || (t->readers_leaving && t->order.read_count == 0))
            return job;
        uv_cond_wait(&t->readable, &t->lock);
    }
}

static void run(void *arg)
{
    reader_thread *me = arg;
    store_thread *t = me->of;
    uv_mutex_lock(&t->lock);
    for (store_job *job; (job = wait_for_read(t)) != NULL;) {
        metric_add(&t->metrics.reads_total, 1);
        metric_set(&t->metrics.reads_waiting, t->order.read_count);
        uv_mutex_unlock(&t->lock);
        bool read = job->read(me->reader, job);
        CRASH_POINT("read.worked");
        if (read)
            store_thread_done(job);
        else
            store_thread_go_on(t, job);
        uv_mutex_lock(&t->lock);
    }
    uv_cond_broadcast(&t->readable); /* the others need not wait either */
    uv_mutex_unlock(&t->lock);
}

void store_readers_start(store_thread *t)
{
    store_readers *all = &t->readers;
    int err = BASE_OK;
    while (all->count < LIMIT_STORE_READERS) {
        reader_thread *one = &all->threads[all->count];
        one->of = t;
        err = store_reader_open(t->store, &one->reader);
        if (err == BASE_OK && uv_thread_create(&one->thread, run, one) != 0) {
            store_reader_close(one->reader);
            err = BASE_ENOMEM;
        }
        if (err != BASE_OK)
            break;
        all->count++;
    }
    if (err != BASE_OK)
        log_event(LOG_WARN, "fewer readers of the store than wanted",
                  LOG_STR("reason", store_err_text(err)), LOG_INT("readers", all->count));
    uv_mutex_lock(&t->lock);
    t->read_apart = all->count > 0;
    uv_mutex_unlock(&t->lock);
}

void store_readers_stop(store_thread *t)
{
    uv_mutex_lock(&t->lock);
    t->readers_leaving = true;
    uv_cond_broadcast(&t->readable);
    uv_mutex_unlock(&t->lock);
    for (size_t i = 0; i < t->readers.count; i++)
        uv_thread_join(&t->readers.threads[i].thread);
    uv_mutex_lock(&t->lock);
    t->read_apart = false;
    uv_mutex_unlock(&t->lock);
    for (size_t i = 0; i < t->readers.count; i++)
        store_reader_close(t->readers.threads[i].reader);
}
