/* room.c - states of a room, the store's answers, time.  See room.h and inner.h. */
#include "room/room.h"

#include "base/varint.h"
#include "room/inner.h"
#include "wire/json.h"
#include "wire/ws.h"

#include <assert.h>

void room__log(room *r, room_log_level level, const char *event, const char *detail,
               uint64_t session)
{
    room_log entry = {.level = level, .event = event, .detail = detail, .session = session};
    r->sink->log(r->sink->ctx, r, &entry);
}

static int set_text(room *r, char **to, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = base_alloc_get(r->alloc, n);
    if (copy == NULL)
        return BASE_ENOMEM;
    memcpy(copy, text, n);
    if (*to != NULL)
        base_alloc_put(r->alloc, *to, strlen(*to) + 1);
    *to = copy;
    return BASE_OK;
}

static void drop_text(room *r, char **text)
{
    if (*text != NULL)
        base_alloc_put(r->alloc, *text, strlen(*text) + 1);
    *text = NULL;
}

static void drop_loaded(room *r)
{
    room__drop_newcomer(r);
    room__document_drop(r);
    drop_text(r, &r->name);
    drop_text(r, &r->language);
}

room *room_new(const room_options *options)
{
    size_t id_bytes = strlen(options->id) + 1;
    assert(id_bytes <= STORE_ID_BYTES_MAX + 1);
    room *r = base_alloc_get(options->alloc, sizeof *r + id_bytes);
    if (r == NULL)
        return NULL;
    *r = (room){.alloc = options->alloc, .limits = options->limits, .sink = options->sink};
    /* The two allocators are one shape under two names: yoke's header stands alone. */
    r->engine_alloc =
        (yoke_allocator){r->alloc->ctx, r->alloc->alloc, r->alloc->resize, r->alloc->release};
    memcpy(r->id, options->id, id_bytes);
    return r;
}

void room_free(room *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->member_count; i++)
        room__member_free(r, r->members[i]);
    base_alloc_put(r->alloc, r->members, r->member_cap * sizeof *r->members);
    drop_loaded(r);
    pair_queue_deinit(&r->unstored, r->alloc);
    awareness_free(r->awareness);
    base_alloc_put(r->alloc, r, sizeof *r + strlen(r->id) + 1);
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

bool room_tick_soon(const room *r)
{
    return r->presence_held > 0 || r->hold_count > 0;
}

bool room_backlogged(const room *r)
{
    return r->unstored_bytes > r->limits->unstored_bytes / 2;
}

bool room_loaded(const room *r)
{
    return r->doc != NULL;
}

room_stats room_stats_get(const room *r)
{
    room_stats stats = {
        .members = r->member_count,
        .updates_in = r->stats.updates_in,
        .updates_refused = r->stats.updates_refused,
        .deliveries = r->stats.deliveries,
        .acks = r->stats.acks,
        .last_seq = r->last_seq,
        .stored_seq = r->stored_seq,
        .unstored_bytes = r->unstored_bytes,
        .awareness_held = r->stats.awareness_held,
        .tail_rows = r->tail_rows,
    };
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
    drop_loaded(r);
    pair_queue_deinit(&r->unstored, r->alloc);
    r->last_seq = r->stored_seq = r->unstored_bytes = 0;
    r->tail_rows = r->tail_bytes = r->state_bytes = 0;
    r->snapshot_in_flight = false;
    r->snapshot_not_before_ms = 0;
    r->draining = r->stalled = false;
    r->state = ROOM_ABSENT;
}

static void begin_linger(room *r, int64_t now_ms)
{
    r->state = ROOM_LINGER;
    r->idle_since_ms = now_ms;
    room__drop_newcomer(r);
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
        buf *kept = m->waiting;
        if (kept == NULL) {
            i++;
            continue;
        }
        uint64_t session = m->session;
        m->waiting = NULL;
        reader in = reader_of(buf_view(kept));
        bytes message;
        while (reader_varbytes(&in, &message) == BASE_OK)
            room_on_message(r, session, message, now_ms);
        buf_deinit(kept);
        base_alloc_put(r->alloc, kept, sizeof *kept);
        i = 0;
    }
}

int room_on_loaded(room *r, const store_loaded *loaded, int64_t now_ms)
{
    if (r->state != ROOM_LOADING)
        return BASE_OK;
    /* A name that came while it was read is newer. */
    int err = r->name != NULL ? BASE_OK : set_text(r, &r->name, loaded->room.name);
    if (err == BASE_OK)
        err = set_text(r, &r->language, loaded->room.language);
    if (err == BASE_OK)
        err = room__document_load(r, loaded);
    if (err != BASE_OK) {
        room_on_load_failed(r, err, now_ms);
        return err;
    }
    memcpy(r->epoch, loaded->room.epoch, sizeof r->epoch);
    r->last_seq = r->stored_seq = loaded->last_seq;
    r->tail_rows = loaded->row_count;
    r->state_bytes = loaded->snapshot.len_bytes;
    for (size_t i = 0; i < loaded->row_count; i++)
        r->tail_bytes += loaded->rows[i].update.len_bytes;
    r->idle_since_ms = now_ms;
    for (size_t i = 0; i < r->member_count; i++)
        room__greet(r, r->members[i], now_ms);
    drain_waiting(r, now_ms);
    room__snapshot(r, r->limits->compact_rows, now_ms);
    /* Not settled wholly: whoever had it loaded without joining still has to look at it, so that
     * even a room that does not linger goes at the next tick. */
    r->state = ROOM_LIVE;
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
    pair_queue_trim(&r->unstored, r->alloc);
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
    const char *full = "{\"type\":\"error\",\"code\":\"store_stalled\",\"reason\":\"full\","
                       "\"message\":\"The server has no space left; it keeps trying.\"}";
    const char *busy =
        "{\"type\":\"error\",\"code\":\"store_stalled\",\"reason\":\"busy\",\"message\":"
        "\"The server cannot save at the moment; it keeps trying.\"}";
    room__event(r, NULL, bytes_of_str(err == STORE_EFULL ? full : busy));
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
    if (r->state == ROOM_LIVE) {
        room__presence_tick(r, now_ms);
        room__lease_review(r, now_ms);
        room__snapshot(r, r->limits->compact_rows, now_ms);
    }
    if (!r->newcomer_asked)
        room__drop_newcomer(r);
    r->newcomer_asked = false;
    room__settle(r, now_ms);
}

void room_renamed(room *r, const char *name)
{
    if (r->state == ROOM_ABSENT)
        return;
    if (set_text(r, &r->name, name) != BASE_OK)
        room__log(r, ROOM_LOG_ERROR, "no_memory", "name", 0);
    if (r->doc == NULL) /* whoever waits for it to load is greeted with the name */
        return;
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_str(&json, "{\"type\":\"room_renamed\",\"name\":");
    json_put_string(&json, bytes_of_str(name));
    buf_put_str(&json, "}");
    if (buf_err(&json) == BASE_OK)
        room__event(r, NULL, buf_view(&json));
    buf_deinit(&json);
}

void room_close_all(room *r, unsigned code, const char *reason, int64_t now_ms)
{
    close_everyone(r, code, reason);
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
    size_t holds = 0, held = 0;
    for (size_t i = 0; i < r->member_count; i++) {
        holds += r->members[i]->hold != NULL;
        held += r->members[i]->presence_held;
    }
    if (holds != r->hold_count || held != r->presence_held)
        return "every held message and presence is counted";
    if (sum != r->unstored_bytes || r->unstored.count != r->last_seq - r->stored_seq)
        return "every row that is not stored is counted";
    return NULL;
}
