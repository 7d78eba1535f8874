#include "server/sweeper.h"

#include "server/limits.h"
#include "server/log.h"
#include "server/room_host.h"
#include "server/store_thread.h"
#include "server/wall_time.h"

#include <stdlib.h>

typedef struct sweep_job {
    store_job job; /* first */
    app *app;
    size_t count;
    store_id ids[LIMIT_SWEEP_ROOMS];
} sweep_job;

static void sweep_work(store *s, store_job *job)
{
    sweep_job *j = (sweep_job *)job;
    size_t deleted = 0;
    int err = store_expired(s, wall_time_now_ms(), j->ids, LIMIT_SWEEP_ROOMS, &j->count);
    for (size_t i = 0; err == BASE_OK && i < j->count; i++) {
        err = store_room_delete(s, j->ids[i].text);
        deleted += err == BASE_OK;
    }
    if (err != BASE_OK)
        log_event(LOG_WARN, "expired rooms not deleted", LOG_STR("reason", store_err_text(err)));
    j->count = deleted;
}

typedef struct discard_msg {
    loop_msg msg; /* first */
    store_id id;
} discard_msg;

static void on_discard(loop *l, loop_msg *msg)
{
    discard_msg *m = (discard_msg *)msg;
    room_host_discard(l->rooms, m->id.text);
    free(m);
}

static void sweep_done(loop *l, store_job *job)
{
    sweep_job *j = (sweep_job *)job;
    (void)l;
    for (size_t i = 0; i < j->count; i++) {
        discard_msg *m = malloc(sizeof *m);
        if (m == NULL)
            continue;
        *m = (discard_msg){{NULL, on_discard}, j->ids[i]};
        loop_post(app_loop_of(j->app, m->id.text), &m->msg);
    }
    if (j->count > 0)
        log_event(LOG_INFO, "expired rooms deleted", LOG_INT("rooms", j->count));
    if (j->count == LIMIT_SWEEP_ROOMS)
        sweeper_run(j->app);
    free(j);
}

void sweeper_run(app *a)
{
    sweep_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return;
    j->app = a;
    j->job.work = sweep_work;
    j->job.done = sweep_done;
    store_thread_submit(a->store, &j->job);
}
