#include "host/sink.h"

#include "base/crash_point.h"
#include "host/batch.h"
#include "host/member.h"
#include "host/people.h"
#include "host/quarantine.h"
#include "host/record.h"
#include "host/sessions.h"

#include <stdio.h>

static void sink_send(void *ctx, uint64_t session, frame *f)
{
    host_member *m = session_member(ctx, session);
    if (m != NULL)
        host_member_send(ctx, m, f);
}

static void sink_send_coalescible(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    host_member *m = session_member(ctx, session);
    if (m != NULL)
        host_member_send_newest(ctx, m, f, key);
}

static void sink_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    host_member *m = session_member(ctx, session);
    if (m == NULL)
        return;
    host_member_close(ctx, m, code, reason);
    /* The room forgets a member that it closes, and may be gone before the socket is. */
    m->session = 0;
    session_forget(ctx, session);
}

/* -------------------------------------------------------------------------------- loading --- */

typedef struct load_job {
    store_job job; /* first */
    hosted *at;
    char id[STORE_ID_BYTES_MAX + 1];
    bool create; /* make the room when there is none */
    int err;
    int64_t now_ms;
    store_loaded loaded;
    bool known_damaged;
    damaged_room *damaged; /* what could be read of it */
} load_job;

static void read_damaged(store_reader *r, load_job *j)
{
    room_host *h = j->at->host;
    int err;
    j->damaged = damaged_read(h->alloc, r, j->id, &err);
    if (j->damaged == NULL)
        host_log(h, LOG_ERROR, "nothing of a damaged room can be read", LOG_STR("room", j->id),
                 LOG_STR("reason", store_err_text(err)));
}

/* Joins are only read, so that a storm of them waits for no commit, and no commit for them. */
static bool load_read(store_reader *r, store_job *job)
{
    load_job *j = (load_job *)job;
    j->err = store_load(r, j->id, &j->loaded);
    if (j->err == STORE_ECORRUPT && !j->known_damaged)
        read_damaged(r, j);
    return j->err != STORE_ENOTFOUND || !j->create;
}

/* There was no such room. */
static void load_write(store *s, store_job *job)
{
    load_job *j = (load_job *)job;
    room_host *h = j->at->host;
    store_room record;
    room_record_init(&record, j->id, j->now_ms, h->keep_ms);
    h->port.epoch(h->port.ctx, j->id, record.epoch);
    j->err = store_room_create(s, &record, bytes_of("", 0));
    if (j->err == BASE_OK || j->err == STORE_EEXISTS)
        (void)load_read(store_reads(s), job);
}

static void load_done(loop *l, store_job *job)
{
    load_job *j = (load_job *)job;
    hosted *at = j->at;
    room_host *h = at->host;
    int64_t now_ms = host_now_ms(h);
    (void)l;
    CRASH_POINT("load.read");
    if (j->err == STORE_ENOTFOUND && at->may_create && !j->create && !at->removed) {
        /* A WebSocket came while the room was looked up for somebody who may not make it. */
        j->create = true;
        job->read = NULL;
        h->port.submit(h->port.ctx, job);
        return;
    }
    at->in_store--;
    at->loading = false;
    if (j->err == BASE_OK && !at->removed) {
        at->used_at_ms = j->loaded.room.used_at_ms;
        at->used_every_ms = room_record_used_every_ms(&j->loaded.room);
        j->err = room_on_loaded(at->room, &j->loaded, now_ms);
        CRASH_POINT("load.done");
        /* When all come back at once, most were noted lately: each note is a flush of the disk. */
        if (j->err == BASE_OK && now_ms - at->used_at_ms > at->used_every_ms)
            sink_note_use(at, now_ms);
        if (j->err == STORE_ECORRUPT) /* sums are right, but the engine refuses an update */
            j->damaged = damaged_of(h->alloc, &j->loaded);
        store_loaded_free(&j->loaded);
    } else if (j->err == BASE_OK) {
        store_loaded_free(&j->loaded);
        j->err = STORE_ENOTFOUND;
    } else {
        if (j->err != STORE_ENOTFOUND)
            host_log(h, LOG_ERROR, "room cannot be loaded", LOG_STR("room", j->id),
                     LOG_STR("reason", store_err_text(j->err)));
        if (!at->removed)
            room_on_load_failed(at->room, j->err, now_ms);
    }
    if (j->damaged != NULL)
        quarantine_put(h, j->damaged);
    else if (j->err == BASE_OK)
        quarantine_lift(h, j->id);
    hosted_answer_waiting(at, j->err);
    hosted_maybe_free(at);
    base_alloc_put(h->alloc, j, sizeof *j);
}

static void sink_load(void *ctx, room *r)
{
    room_host *h = ctx;
    hosted *at = hosted_find(h, room_id(r));
    load_job *j = host_new_job(h, sizeof *j, load_write, load_done);
    if (j == NULL) {
        host_log(h, LOG_ERROR, "room cannot be loaded", LOG_STR("reason", "out of memory"));
        at->load_lost = true;
        return;
    }
    j->job.room = j->id;
    j->job.read = load_read;
    j->at = at;
    snprintf(j->id, sizeof j->id, "%s", room_id(r));
    j->create = at->may_create;
    j->now_ms = host_now_ms(h);
    j->known_damaged = quarantine_holds(h, j->id);
    at->loading = true;
    at->in_store++;
    h->port.submit(h->port.ctx, &j->job);
}

/* ------------------------------------------------------------------------------- appending --- */

static void batch_done(loop *l, store_batch *b)
{
    room_host *h = ((hosted *)b->owners[0])->host;
    int64_t now_ms = host_now_ms(h);
    (void)l;
    histogram_add(&h->metrics->ack, h->port.now_us(h->port.ctx) - b->begun_us, b->count);
    if (b->report > h->heard)
        h->heard = b->report;
    CRASH_POINT("ack.before");
    for (size_t i = 0; i < b->count; i++)
        ((hosted *)b->owners[i])->in_batch++;
    /* One call for each room, at its last row: one ack frame for each writer, not for each row. */
    for (size_t i = 0; i < b->count; i++) {
        hosted *at = b->owners[i];
        at->in_store--;
        if (--at->in_batch > 0)
            continue;
        if (!at->removed && b->rows[i].gone)
            room_on_store_failed(at->room, b->err);
        else if (!at->removed)
            room_on_stored(at->room, b->rows[i].seq, now_ms);
        CRASH_POINT("ack.queued");
        hosted_maybe_free(at);
    }
    store_batch_free(b);
}

static void sink_append(void *ctx, room *r, const room_row *row)
{
    room_host *h = ctx;
    hosted *at = hosted_find(h, room_id(r));
    CRASH_POINT("update.applied");
    if (h->batch == NULL)
        h->batch = store_batch_new(h->alloc, h->home);
    store_row stored = {.room_id = room_id(r),
                        .seq = row->seq,
                        .author = row->author,
                        .at_ms = row->at_ms,
                        .update = row->update};
    if (h->batch == NULL || !store_batch_add(h->batch, &stored, at)) {
        /* The update is in the document and cannot be made durable: only a restart is honest. */
        host_log(h, LOG_ERROR, "out of memory for an update", LOG_STR("room", room_id(r)));
        h->port.fail(h->port.ctx, "out of memory for an update");
        return;
    }
    if (h->batch->count == 1) {
        h->batch->begun_us = h->port.now_us(h->port.ctx);
        h->batch->heard = h->heard;
    }
    at->in_store++;
    CRASH_POINT("update.batched");
}

void sink_post_batch(room_host *h)
{
    store_batch *b = h->batch;
    if (b == NULL)
        return;
    h->batch = NULL;
    b->done = batch_done;
    h->port.append(h->port.ctx, b);
    CRASH_POINT("batch.posted");
}

/* ------------------------------------------------------------------------------- snapshots --- */

typedef struct snapshot_job {
    store_job job; /* first */
    hosted *at;
    char id[STORE_ID_BYTES_MAX + 1]; /* the store thread must not look into the room */
    store_snapshot snapshot;
    int err;
    uint8_t state[];
} snapshot_job;

static void snapshot_write(store *s, store_job *job)
{
    snapshot_job *j = (snapshot_job *)job;
    j->err = store_snapshot_put(s, j->id, &j->snapshot);
}

static void snapshot_done(loop *l, store_job *job)
{
    snapshot_job *j = (snapshot_job *)job;
    hosted *at = j->at;
    (void)l;
    CRASH_POINT("snapshot.stored");
    at->in_store--;
    if (!at->removed)
        room_on_snapshot_done(at->room, j->snapshot.upto_seq, j->err, host_now_ms(at->host));
    base_alloc_put(at->host->alloc, j, sizeof *j + j->snapshot.state.len_bytes);
    hosted_maybe_free(at);
}

static void sink_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    room_host *h = ctx;
    hosted *at = hosted_find(h, room_id(r));
    CRASH_POINT("snapshot.encoded");
    snapshot_job *j = host_new_job(h, sizeof *j + state.len_bytes, snapshot_write, snapshot_done);
    if (j == NULL) {
        host_log(h, LOG_WARN, "no memory for a snapshot", LOG_STR("room", room_id(r)));
        at->snapshot_lost = true;
        return;
    }
    memcpy(j->state, state.ptr, state.len_bytes);
    j->job.room = j->id;
    j->at = at;
    snprintf(j->id, sizeof j->id, "%s", room_id(r));
    j->snapshot = (store_snapshot){upto_seq, host_now_ms(h), bytes_of(j->state, state.len_bytes)};
    at->in_store++;
    /* The snapshot must find its rows in the store. */
    sink_post_batch(h);
    h->port.submit(h->port.ctx, &j->job);
    CRASH_POINT("snapshot.posted");
}

/* ------------------------------------------------------------------------------------ use --- */

typedef struct used_job {
    store_job job; /* first */
    room_host *host;
    char id[STORE_ID_BYTES_MAX + 1];
    int64_t at_ms;
} used_job;

static void used_write(store *s, store_job *job)
{
    used_job *j = (used_job *)job;
    int err = store_room_used(s, j->id, j->at_ms);
    if (err != BASE_OK && err != STORE_ENOTFOUND)
        host_log(j->host, LOG_WARN, "expiry not put off", LOG_STR("room", j->id),
                 LOG_STR("reason", store_err_text(err)));
}

static void used_done(loop *l, store_job *job)
{
    used_job *j = (used_job *)job;
    (void)l;
    base_alloc_put(j->host->alloc, j, sizeof *j);
}

void sink_note_use(hosted *at, int64_t now_ms)
{
    room_host *h = at->host;
    used_job *j = host_new_job(h, sizeof *j, used_write, used_done);
    if (j == NULL)
        return;
    at->used_at_ms = now_ms;
    j->job.home = NULL;
    j->job.room = j->id;
    j->host = h;
    snprintf(j->id, sizeof j->id, "%s", room_id(at->room));
    j->at_ms = now_ms;
    h->port.submit(h->port.ctx, &j->job);
}

/* Rooms report every refusal as an event "..._refused" or "..._malformed". */
static void count_refusal(metrics *m, const room_log *entry)
{
    const char *end = strrchr(entry->event, '_');
    bool malformed = end != NULL && strcmp(end, "_malformed") == 0;
    if (!malformed && (end == NULL || strcmp(end, "_refused") != 0))
        return;
    bool engine = entry->detail == NULL || strncmp(entry->detail, "YOKE_", 5) == 0;
    metrics_refused(m, malformed || engine ? "malformed" : entry->detail);
}

static void sink_log(void *ctx, const room *r, const room_log *entry)
{
    static const log_level levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR};
    room_host *h = ctx;
    count_refusal(h->metrics, entry);
    host_log(h, levels[entry->level], entry->event, LOG_STR("room", room_id(r)),
             LOG_STR("detail", entry->detail != NULL ? entry->detail : ""),
             LOG_INT("session", entry->session), LOG_INT("number", entry->number));
}

room_sink sink_of(room_host *h)
{
    return (room_sink){.ctx = h,
                       .send = sink_send,
                       .send_coalescible = sink_send_coalescible,
                       .close = sink_close,
                       .load = sink_load,
                       .append = sink_append,
                       .snapshot = sink_snapshot,
                       .author = people_store_author,
                       .chat = people_store_chat,
                       .log = sink_log};
}
