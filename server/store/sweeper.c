#include "server/store/sweeper.h"

#include "host/host.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/store/store_thread.h"

#include <stdlib.h>

typedef struct sweep {
    store_job job; /* first: finds the rooms */
    app *app;
    size_t count;
    atomic_size_t left; /* rooms that are not decided yet, and one for the sweep itself */
    store_id ids[LIMIT_SWEEP_ROOMS];
} sweep;

/* One room on its way to its loop, and from there to the store thread. */
typedef struct sweep_room {
    loop_msg msg;  /* first */
    store_job job; /* deletes it */
    sweep *of;
    store_id id;
} sweep_room;

static atomic_bool under_way;

static void sweep_start(app *a);

/* The last one through says what comes next. */
static void leave(sweep *s)
{
    if (atomic_fetch_sub(&s->left, 1) > 1)
        return;
    app *a = s->app;
    bool more = s->count == LIMIT_SWEEP_ROOMS;
    free(s);
    if (more)
        sweep_start(a);
    else
        atomic_store(&under_way, false);
}

/* Since it was found somebody may have used it. */
static void delete_write(store *s, store_job *job)
{
    sweep_room *r = (sweep_room *)(void *)((char *)job - offsetof(sweep_room, job));
    store_room record;
    int err = store_room_get(store_reads(s), r->id.text, &record);
    int64_t at_ms = err == BASE_OK ? store_room_expires_at(&record) : 0;
    bool expired = at_ms != 0 && at_ms < wall_time_now_ms();
    if (expired)
        err = store_room_delete(s, r->id.text);
    if (expired && err == BASE_OK)
        metric_add(&store_thread_metrics(r->of->app->store)->swept_rooms_total, 1);
    else if (err != BASE_OK && err != STORE_ENOTFOUND)
        log_event(LOG_WARN, "expired room not deleted", LOG_STR("room", r->id.text),
                  LOG_STR("reason", store_err_text(err)));
}

static void delete_done(loop *l, store_job *job)
{
    sweep_room *r = (sweep_room *)(void *)((char *)job - offsetof(sweep_room, job));
    (void)l;
    leave(r->of);
    free(r);
}

static void decide(loop *l, loop_msg *msg)
{
    sweep_room *r = (sweep_room *)msg;
    if (room_host_spare(l->rooms, r->id.text)) {
        leave(r->of);
        free(r);
        return;
    }
    room_host_discard(l->rooms, r->id.text);
    r->job.room = r->id.text;
    r->job.write = delete_write;
    r->job.done = delete_done;
    store_thread_submit(l->app->store, &r->job);
}

static bool find_read(store_reader *r, store_job *job)
{
    sweep *s = (sweep *)job;
    int err = store_expired(r, wall_time_now_ms(), s->ids, LIMIT_SWEEP_ROOMS, &s->count);
    if (err != BASE_OK) {
        s->count = 0;
        log_event(LOG_WARN, "expired rooms not found", LOG_STR("reason", store_err_text(err)));
    }
    return true;
}

static void find_done(loop *l, store_job *job)
{
    sweep *s = (sweep *)job;
    size_t count = s->count;
    (void)l;
    if (count > 0)
        log_event(LOG_INFO, "rooms have expired", LOG_INT("rooms", count));
    for (size_t i = 0; i < count; i++) {
        sweep_room *r = calloc(1, sizeof *r);
        if (r == NULL)
            break; /* the next look finds it again */
        r->msg.run = decide;
        r->of = s;
        r->id = s->ids[i];
        atomic_fetch_add(&s->left, 1);
        loop_post(loop_owner(s->app, r->id.text), &r->msg);
    }
    leave(s);
}

static void sweep_start(app *a)
{
    sweep *s = calloc(1, sizeof *s);
    if (s == NULL) {
        atomic_store(&under_way, false);
        return;
    }
    s->app = a;
    atomic_init(&s->left, 1);
    s->job.read = find_read;
    s->job.done = find_done;
    store_thread_submit(a->store, &s->job);
}

void sweeper_run(app *a)
{
    if (!atomic_exchange(&under_way, true))
        sweep_start(a);
}
