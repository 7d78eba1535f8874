/* work.h - a few threads for what takes long and would keep a loop from its sockets.
 *
 * Work is done in the order it came, as soon as a thread is free.  The queue is bounded: who comes
 * when it is full is refused and says so to whoever asked, for work that waits longer than anybody
 * wants its result is worse than none.
 *
 *   typedef struct hashing { work work; ... } hashing;       (embedded, first)
 *   h->work = (work){.home = l, .run = hash, .done = hashed};
 *   int err = work_submit(l->app->work, &h->work);
 */
#ifndef SERVER_NET_WORK_H
#define SERVER_NET_WORK_H

#include "server/net/loop.h"

typedef struct work {
    loop_msg msg;
    struct work *next;
    work_pool *pool;
    bool ran;
    /* filled by who submits it */
    loop *home;
    void (*run)(struct work *w);                     /* on a thread of the pool */
    void (*done)(loop *l, struct work *w, bool ran); /* then on `home`, and owns the work; without a
                                                       home on the thread that ran it, l is NULL */
} work;

/* work_pool_start - NULL: no memory or no thread. */
work_pool *work_pool_start(size_t threads, size_t queue_max);

/* work_pool_stop - when the loops have ended, or before they begin.  What runs is finished, and so
 * is what waits and has no home: it is wanted for itself.  What waits and has one is given back:
 * `done` with l NULL and `ran` false, on this thread.  NULL is allowed. */
void work_pool_stop(work_pool *p);

/* work_submit - from any thread.  Returns BASE_ELIMIT: the queue is full or the pool stops, and the
 * work is the caller's. */
BASE_MUST_CHECK int work_submit(work_pool *p, work *w);

/* work_cancel - nobody wants it any more.  true: it had not begun, is the caller's again, and will
 * not be done; false: it runs or has run, and `done` comes.  On `home`, before `done`. */
bool work_cancel(work *w);

#endif
