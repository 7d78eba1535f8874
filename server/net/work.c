#include "server/net/work.h"

#include <stdlib.h>

struct work_pool {
    uv_mutex_t lock;
    uv_cond_t changed;
    /* guarded by the lock */
    work *first, *last;
    size_t count; /* of those */
    bool stopping;
    /* fixed */
    size_t queue_max;
    size_t thread_count;
    uv_thread_t threads[];
};

static void on_done(loop *l, loop_msg *msg)
{
    work *w = (work *)msg;
    w->done(l, w, w->ran);
}

static work *take_first(work_pool *p)
{
    work *w = p->first;
    p->first = w->next;
    if (w->next == NULL)
        p->last = NULL;
    p->count--;
    return w;
}

/* With the lock held: the next piece of work; NULL: it is time to leave. */
static work *wait_for_work(work_pool *p)
{
    while (p->first == NULL && !p->stopping)
        uv_cond_wait(&p->changed, &p->lock);
    return p->first != NULL ? take_first(p) : NULL;
}

static void run(void *pool)
{
    work_pool *p = pool;
    uv_mutex_lock(&p->lock);
    for (work *w; (w = wait_for_work(p)) != NULL;) {
        uv_mutex_unlock(&p->lock);
        w->run(w);
        w->ran = true;
        w->msg.run = on_done;
        if (w->home != NULL)
            loop_post(w->home, &w->msg);
        else
            w->done(NULL, w, true);
        uv_mutex_lock(&p->lock);
    }
    uv_mutex_unlock(&p->lock);
}

work_pool *work_pool_start(size_t threads, size_t queue_max)
{
    work_pool *p = calloc(1, sizeof *p + threads * sizeof(uv_thread_t));
    if (p == NULL)
        return NULL;
    p->queue_max = queue_max;
    if (uv_mutex_init(&p->lock) != 0 || uv_cond_init(&p->changed) != 0) {
        free(p);
        return NULL;
    }
    while (p->thread_count < threads && uv_thread_create(&p->threads[p->thread_count], run, p) == 0)
        p->thread_count++;
    if (p->thread_count == threads)
        return p;
    work_pool_stop(p);
    return NULL;
}

/* Takes out of the queue what has a home, as a list. */
static work *take_homed(work_pool *p)
{
    work *homed = NULL, **end = &homed, *w = p->first;
    p->first = p->last = NULL;
    p->count = 0;
    for (work *next; w != NULL; w = next) {
        next = w->next;
        w->next = NULL;
        if (w->home != NULL) {
            *end = w;
            end = &w->next;
            continue;
        }
        if (p->last != NULL)
            p->last->next = w;
        else
            p->first = w;
        p->last = w;
        p->count++;
    }
    return homed;
}

void work_pool_stop(work_pool *p)
{
    if (p == NULL)
        return;
    uv_mutex_lock(&p->lock);
    p->stopping = true;
    work *homed = take_homed(p);
    uv_cond_broadcast(&p->changed);
    uv_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->thread_count; i++)
        uv_thread_join(&p->threads[i]);
    for (work *next; homed != NULL; homed = next) {
        next = homed->next;
        homed->done(NULL, homed, false);
    }
    uv_cond_destroy(&p->changed);
    uv_mutex_destroy(&p->lock);
    free(p);
}

int work_submit(work_pool *p, work *w)
{
    w->next = NULL;
    w->pool = p;
    w->ran = false;
    uv_mutex_lock(&p->lock);
    bool taken = !p->stopping && p->count < p->queue_max;
    if (taken) {
        if (p->last != NULL)
            p->last->next = w;
        else
            p->first = w;
        p->last = w;
        p->count++;
        uv_cond_signal(&p->changed);
    }
    uv_mutex_unlock(&p->lock);
    return taken ? BASE_OK : BASE_ELIMIT;
}

bool work_cancel(work *w)
{
    work_pool *p = w->pool;
    uv_mutex_lock(&p->lock);
    work *before = NULL, *at = p->first;
    while (at != NULL && at != w) {
        before = at;
        at = at->next;
    }
    if (at != NULL) {
        if (before != NULL)
            before->next = w->next;
        else
            p->first = w->next;
        if (p->last == w)
            p->last = before;
        p->count--;
    }
    uv_mutex_unlock(&p->lock);
    return at != NULL;
}
