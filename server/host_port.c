/* What the rooms of a loop ask for: host/port.h. */
#include "server/host_port.h"

#include "host/limits.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/store/quarantine.h"
#include "server/store/store_thread.h"
#include "server/ws/ws_conn.h"

#include <sodium.h>
#include <stdlib.h>

static void play_append(void *ctx, store_batch *batch)
{
    store_thread_append(((loop *)ctx)->app->store, batch);
}

static void play_submit(void *ctx, store_job *job)
{
    store_thread_submit(((loop *)ctx)->app->store, job);
}

static void play_keep_damaged(void *ctx, damaged_room *d)
{
    quarantine_save(ctx, d);
}

static void on_hurry(uv_timer_t *timer)
{
    room_host_hurry(((loop *)timer->data)->rooms);
}

static void play_hurry(void *ctx, bool on)
{
    uv_timer_t *timer = &((loop *)ctx)->hurry;
    if (on)
        uv_timer_start(timer, on_hurry, LIMIT_HURRY_MS, LIMIT_HURRY_MS);
    else
        uv_timer_stop(timer);
}

static int64_t play_now_ms(void *ctx)
{
    const loop *l = ctx;
    return l->clock_offset_ms + (int64_t)uv_now(&l->uv);
}

static uint64_t play_now_us(void *ctx)
{
    (void)ctx;
    return uv_hrtime() / 1000;
}

static void play_epoch(void *ctx, const char *room_id, uint8_t out[STORE_EPOCH_BYTES])
{
    (void)ctx;
    (void)room_id;
    randombytes_buf(out, STORE_EPOCH_BYTES);
}

static void play_log(void *ctx, log_level level, const char *event, const log_field *fields,
                     size_t count)
{
    (void)ctx;
    if (log_enabled(level))
        log_write(level, event, fields, count);
}

static void play_fail(void *ctx, const char *why)
{
    (void)ctx;
    (void)why; /* it was logged */
    abort();
}

room_host *host_port_new(loop *l)
{
    host_port port = {.ctx = l,
                      .append = play_append,
                      .submit = play_submit,
                      .keep_damaged = play_keep_damaged,
                      .hurry = play_hurry,
                      .now_ms = play_now_ms,
                      .now_us = play_now_us,
                      .epoch = play_epoch,
                      .log = play_log,
                      .fail = play_fail};
    host_options options = {.home = l,
                            .port = &port,
                            .limits = &l->app->limits,
                            .metrics = &l->metrics,
                            .alloc = base_alloc_libc(),
                            .room_alloc = base_alloc_libc(),
                            .create_on_join = l->app->config.create_on_join,
                            .keep_ms = l->app->config.keep_ms};
    ws_conn_play(&port);
    l->clock_offset_ms = wall_time_now_ms() - (int64_t)(uv_hrtime() / 1000000);
    return room_host_new(&options);
}
