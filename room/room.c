/* room.c - states of a room, the store's answers, time.  See room.h and inner.h. */
#include "room/room.h"

#include "base/varint.h"
#include "room/inner.h"
#include "wire/json.h"
#include "wire/ws.h"

#include <assert.h>

#define SNAPSHOT_RETRY_MS 10000

void room__log(room *r, room_log_level level, const char *event, const char *detail,
               uint64_t session)
{
    room_log entry = {.level = level, .event = event, .detail = detail, .session = session};
    r->sink->log(r->sink->ctx, r, &entry);
}

room *room_new(const room_options *options)
{
    room *r = base_alloc_get(options->alloc, sizeof *r);
    if (r == NULL)
        return NULL;
    assert(strlen(options->id) <= STORE_ID_BYTES_MAX);
    *r = (room){.alloc = options->alloc, .limits = options->limits, .sink = options->sink};
    /* The two allocators are one shape under two names: yoke's header stands alone. */
    r->engine_alloc =
        (yoke_allocator){r->alloc->ctx, r->alloc->alloc, r->alloc->resize, r->alloc->release};
    snprintf(r->id, sizeof r->id, "%s", options->id);
    buf_init(&r->observed, r->alloc, SIZE_MAX / 4);
    awareness_limits presence = {
        .ids_per_owner = (size_t)options->limits->awareness_ids,
        .json_bytes_max = (size_t)options->limits->awareness_bytes,
        .stale_ms = options->limits->awareness_stale_ms,
    };
    r->awareness = awareness_new(r->alloc, &presence);
    if (r->awareness == NULL) {
        room_free(r);
        return NULL;
    }
    return r;
}

void room_free(room *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->member_count; i++) {
        member *m = r->members[i];
        pair_queue_deinit(&m->unacked, r->alloc);
        buf_deinit(&m->waiting);
        base_alloc_put(r->alloc, m, sizeof *m);
    }
    base_alloc_put(r->alloc, r->members, r->member_cap * sizeof *r->members);
    room__document_drop(r);
    pair_queue_deinit(&r->unstored, r->alloc);
    buf_deinit(&r->observed);
    awareness_free(r->awareness);
    base_alloc_put(r->alloc, r, sizeof *r);
}

const char *room_id(const room *r)
{
    return r->id;
}

room_state_tag room_state(const room *r)
{
    return r->state;
}

const char *room_state_name(room_state_tag state)
{
    static const char *const names[] = {"ABSENT", "LOADING", "LIVE", "LINGER", "FLUSHING"};
    return names[state];
}

bool room_loaded(const room *r)
{
    return r->doc != NULL;
}

const store_room *room_record(const room *r)
{
    return r->doc != NULL ? &r->record : NULL;
}

room_stats room_stats_get(const room *r)
{
    room_stats stats = r->stats;
    stats.members = r->member_count;
    stats.last_seq = r->last_seq;
    stats.stored_seq = r->stored_seq;
    stats.unstored_bytes = r->unstored_bytes;
    stats.tail_rows = r->tail_rows;
    if (r->doc != NULL) {
        yoke_stats engine = yoke_doc_stats(r->doc);
        stats.pending_structs = engine.pending_structs;
        stats.pending_bytes = engine.pending_bytes;
        stats.engine_bytes = engine.memory_bytes;
    }
    return stats;
}

void room_open(room *r, int64_t now_ms)
{
    r->idle_since_ms = now_ms;
    if (r->state != ROOM_ABSENT)
        return;
    r->state = ROOM_LOADING;
    r->draining = false;
    r->sink->load(r->sink->ctx, r);
}

/* Nothing of the document is left; the room is as new. */
static void unload(room *r)
{
    room__document_drop(r);
    pair_queue_deinit(&r->unstored, r->alloc);
    r->last_seq = r->stored_seq = r->unstored_bytes = 0;
    r->tail_rows = r->tail_bytes = 0;
    r->snapshot_in_flight = false;
    r->snapshot_not_before_ms = 0;
    r->draining = r->stalled = false;
    r->state = ROOM_ABSENT;
}

static void begin_linger(room *r, int64_t now_ms)
{
    r->state = ROOM_LINGER;
    r->idle_since_ms = now_ms;
    yoke_doc_drop_cache(r->doc);
}

/* Go to the state that members, time and the store allow. */
void room__settle(room *r, int64_t now_ms)
{
    room__close_lost(r);
    if (r->state == ROOM_ABSENT || r->state == ROOM_LOADING)
        return;
    if (r->member_count > 0) {
        r->state = ROOM_LIVE;
        return;
    }
    if (r->state == ROOM_LIVE)
        begin_linger(r, now_ms);
    bool lingered = now_ms - r->idle_since_ms >= (int64_t)r->limits->linger_ms;
    if (r->state == ROOM_LINGER && (lingered || r->draining)) {
        r->state = ROOM_FLUSHING;
        room__snapshot(r, r->limits->unload_rows, now_ms);
    }
    if (r->state == ROOM_FLUSHING && r->stored_seq == r->last_seq && !r->snapshot_in_flight)
        unload(r);
}

/* Work on what members said while the room was loading.  A message may close its member, so each
 * is looked up again. */
static void drain_waiting(room *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->member_count;) {
        member *m = r->members[i];
        if (m->waiting.len_bytes == 0) {
            i++;
            continue;
        }
        uint64_t session = m->session;
        size_t len_bytes, cap_bytes;
        uint8_t *ptr = buf_detach(&m->waiting, &len_bytes, &cap_bytes);
        reader in = reader_of(bytes_of(ptr, len_bytes));
        bytes message;
        while (reader_varbytes(&in, &message) == BASE_OK)
            room_on_message(r, session, message, now_ms);
        base_alloc_put(r->alloc, ptr, cap_bytes);
        i = 0;
    }
}

int room_on_loaded(room *r, const store_loaded *loaded, int64_t now_ms)
{
    if (r->state != ROOM_LOADING)
        return BASE_OK;
    int err = room__document_load(r, loaded);
    if (err != BASE_OK) {
        room_on_load_failed(r, err, now_ms);
        return err;
    }
    r->record = loaded->room;
    r->last_seq = r->stored_seq = loaded->last_seq;
    r->tail_rows = loaded->row_count;
    for (size_t i = 0; i < loaded->row_count; i++)
        r->tail_bytes += loaded->rows[i].update.len_bytes;
    r->state = ROOM_LIVE;
    r->idle_since_ms = now_ms;
    for (size_t i = 0; i < r->member_count; i++)
        room__greet(r, r->members[i], now_ms);
    drain_waiting(r, now_ms);
    room__snapshot(r, r->limits->compact_rows, now_ms);
    /* Not settled wholly: whoever had it loaded without joining still has to look at it, so that
     * even a room that does not linger goes at the next tick. */
    if (r->member_count == 0)
        begin_linger(r, now_ms);
    return BASE_OK;
}

static void close_everyone(room *r, unsigned code, const char *reason)
{
    while (r->member_count > 0)
        room__close(r, r->members[r->member_count - 1], code, reason);
}

void room_on_load_failed(room *r, int err, int64_t now_ms)
{
    (void)now_ms;
    if (r->state != ROOM_LOADING)
        return;
    room__log(r, err == STORE_ENOTFOUND ? ROOM_LOG_INFO : ROOM_LOG_ERROR, "load_failed",
              store_err_text(err), 0);
    if (err == STORE_ENOTFOUND)
        close_everyone(r, WS_CLOSE_NO_ROOM, "there is no such room");
    else if (err == STORE_ECORRUPT)
        close_everyone(r, WS_CLOSE_INTERNAL, "the stored room is damaged");
    else
        close_everyone(r, WS_CLOSE_TRY_LATER, "the room cannot be loaded now");
    unload(r);
}

void room_on_stored(room *r, uint64_t upto_seq, int64_t now_ms)
{
    if (r->doc == NULL || upto_seq <= r->stored_seq)
        return;
    assert(upto_seq <= r->last_seq);
    r->stored_seq = upto_seq;
    for (pair *row = pair_queue_front(&r->unstored); row != NULL && row->key <= upto_seq;
         row = pair_queue_front(&r->unstored)) {
        r->unstored_bytes -= row->value;
        pair_queue_pop(&r->unstored);
    }
    if (r->stalled) {
        r->stalled = false;
        room__event(r, NULL,
                    bytes_of_str("{\"type\":\"notice\",\"code\":\"store_recovered\","
                                 "\"message\":\"Saving works again.\"}"));
    }
    for (size_t i = 0; i < r->member_count; i++)
        room__send_acks(r, r->members[i]);
    room__settle(r, now_ms);
}

void room_on_store_stalled(room *r, int err, int64_t now_ms)
{
    (void)now_ms;
    if (r->doc == NULL)
        return;
    if (r->stalled)
        return;
    r->stalled = true;
    room__log(r, ROOM_LOG_ERROR, "store_stalled", store_err_text(err), 0);
    room__event(r, NULL,
                bytes_of_str("{\"type\":\"error\",\"code\":\"store_stalled\",\"message\":\"The "
                             "server cannot save at the moment; it keeps trying.\"}"));
}

void room_on_store_failed(room *r, int err)
{
    if (r->doc == NULL)
        return;
    room__log(r, ROOM_LOG_ERROR, "store_failed", store_err_text(err), 0);
    close_everyone(r, WS_CLOSE_INTERNAL, "the stored room is damaged");
    unload(r);
}

void room_on_snapshot_done(room *r, uint64_t upto_seq, int err, int64_t now_ms)
{
    (void)upto_seq;
    if (!r->snapshot_in_flight)
        return;
    r->snapshot_in_flight = false;
    if (err == BASE_OK) {
        r->tail_rows -= r->snapshot_rows;
        r->tail_bytes -= r->snapshot_bytes;
    } else {
        room__log(r, ROOM_LOG_WARN, "snapshot_failed", store_err_text(err), 0);
        r->snapshot_not_before_ms = now_ms + SNAPSHOT_RETRY_MS;
    }
    room__settle(r, now_ms);
}

void room_tick(room *r, int64_t now_ms)
{
    if (r->state == ROOM_LIVE)
        room__snapshot(r, r->limits->compact_rows, now_ms);
    room__settle(r, now_ms);
}

void room_renamed(room *r, const char *name)
{
    if (r->doc == NULL)
        return;
    snprintf(r->record.name, sizeof r->record.name, "%s", name);
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_str(&json, "{\"type\":\"room_renamed\",\"name\":");
    json_put_string(&json, bytes_of_str(r->record.name));
    buf_put_str(&json, "}");
    if (buf_err(&json) == BASE_OK)
        room__event(r, NULL, buf_view(&json));
    buf_deinit(&json);
}

void room_close_all(room *r, unsigned code, const char *reason, int64_t now_ms)
{
    close_everyone(r, code, reason);
    if (r->state == ROOM_LOADING)
        unload(r);
    r->draining = true;
    room__settle(r, now_ms);
}

void room_discard(room *r)
{
    close_everyone(r, WS_CLOSE_DELETED, "the room was deleted");
    unload(r);
}

const char *room_check(const room *r)
{
    if ((r->state >= ROOM_LIVE) != (r->doc != NULL))
        return "a document is there exactly when the room is loaded";
    if (r->stored_seq > r->last_seq)
        return "no row is stored that was not written";
    if (r->state == ROOM_ABSENT && r->member_count > 0)
        return "an absent room has no members";
    if (r->state > ROOM_LIVE && r->member_count > 0)
        return "a room with members does not go away";
    uint64_t sum = 0;
    for (size_t i = 0; i < r->unstored.count; i++)
        sum += r->unstored.pairs[r->unstored.first + i].value;
    if (sum != r->unstored_bytes || r->unstored.count != r->last_seq - r->stored_seq)
        return "every row that is not stored is counted";
    return NULL;
}
