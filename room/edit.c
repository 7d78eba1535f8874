/* edit.c - messages of members: sync, updates, acks.
 *
 *   role -> limits -> the engine decodes all and applies all or nothing -> fan-out -> append -> ack
 */
#include "room/inner.h"

#include "wire/ws.h"

#define MINUTE_MS 60000

void room__send_step1(room *r, member *m)
{
    yoke_blob sv = YOKE_BLOB_INIT;
    sv.alloc = &r->engine_alloc;
    if (yoke_doc_state_vector(r->doc, &sv) == YOKE_OK) {
        m->steps_owed++;
        room__send(r, m, &(sync_msg){.tag = SYNC_STEP1, .body = from_yoke(yoke_blob_view(&sv))});
    } else {
        room__lose(r, m);
    }
    yoke_blob_free(&sv);
}

void room__send_acks(room *r, member *m)
{
    uint64_t acked = 0;
    for (pair *p = pair_queue_front(&m->unacked); p != NULL && p->value <= r->stored_seq;
         p = pair_queue_front(&m->unacked)) {
        acked = p->key;
        pair_queue_pop(&m->unacked);
    }
    if (acked == 0)
        return;
    pair_queue_trim(&m->unacked, r->alloc);
    r->stats.acks++;
    room__send(r, m, &(sync_msg){.tag = SYNC_ACK, .count = acked});
}

/* The member's latest frame is durable once all rows of now are: also a frame that changed nothing,
 * for what it said may be in a row that is not stored yet.  Space was reserved. */
static void ack_later(room *r, member *m)
{
    if (!m->tandem_v1 || m->refused)
        return;
    pair *last = pair_queue_back(&m->unacked);
    if (last != NULL && last->value == r->last_seq)
        last->key = m->frames;
    else
        pair_queue_push(&m->unacked, m->frames, r->last_seq);
    room__send_acks(r, m);
}

/* A write that is not taken: its sender is told, and none of its later frames is called saved. */
static void refuse(room *r, member *m, const char *code, const char *message, int64_t now_ms)
{
    r->stats.updates_refused++;
    m->refused = true;
    room__log(r, ROOM_LOG_WARN, "update_refused", code, m->session);
    room__send(r, m, &(sync_msg){.tag = SYNC_DENIED, .body = bytes_of_str(message)});
    room__error_event(r, m, code, message);
    if (now_ms - m->violations_since_ms >= MINUTE_MS) {
        m->violations_since_ms = now_ms;
        m->violations = 0;
    }
    if (++m->violations <= r->limits->violations_per_minute)
        return;
    room__log(r, ROOM_LOG_WARN, "message_refused", "violations_per_minute", m->session);
    room__close(r, m, WS_CLOSE_POLICY, "limit violations_per_minute: too many refused writes");
}

static void engine_refused(room *r, member *m, yoke_err err, int64_t now_ms)
{
    switch (err) {
    case YOKE_ECONFLICT:
        r->stats.updates_refused++;
        room__log(r, ROOM_LOG_WARN, "update_refused", "client_id_conflict", m->session);
        room__error_event(r, m, "client_id_conflict",
                          "Another writer uses the same client id; take a new one.");
        room__close(r, m, WS_CLOSE_POLICY, "client id conflict: two writers used one client id");
        return;
    case YOKE_ELIMIT_UPDATE:
        refuse(r, m, "update_bytes", "limit update_bytes: the update is too large", now_ms);
        return;
    case YOKE_ELIMIT_STRUCTS:
        refuse(r, m, "document_structs", "limit document_structs: the document is full", now_ms);
        return;
    case YOKE_ELIMIT_NESTING:
        refuse(r, m, "nesting", "limit nesting: values are nested too deep", now_ms);
        return;
    case YOKE_ELIMIT_PENDING:
        refuse(r, m, "pending_bytes", "limit pending_bytes: too much waits for missing updates",
               now_ms);
        return;
    case YOKE_ELIMIT_DOC:
        refuse(r, m, "document_bytes", "limit document_bytes: the document is full", now_ms);
        return;
    case YOKE_ENOMEM:
        room__log(r, ROOM_LOG_ERROR, "no_memory", "apply", m->session);
        room__close(r, m, WS_CLOSE_TRY_LATER, "the server is short of memory");
        return;
    default:
        r->stats.updates_refused++;
        room__log(r, ROOM_LOG_WARN, "update_refused", yoke_err_name(err), m->session);
        room__close(r, m, WS_CLOSE_UNSUPPORTED, "the update is malformed");
        return;
    }
}

/* To everybody but the sender, who has it. */
static void fan_out(room *r, const member *from, bytes update)
{
    frame *f = NULL;
    for (size_t i = 0; i < r->member_count; i++) {
        member *m = r->members[i];
        if (m == from || !m->greeted)
            continue;
        if (f == NULL)
            f = sync_frame(r->alloc, &(sync_msg){.tag = SYNC_UPDATE, .body = update});
        if (f == NULL)
            break;
        room__deliver(r, m, f);
    }
    bool lost = f == NULL;
    frame_unref(f);
    /* Whoever missed an update must come back and compare state vectors. */
    for (size_t i = r->member_count; lost && i-- > 0;)
        if (r->members[i] != from && r->members[i]->greeted)
            room__close(r, r->members[i], WS_CLOSE_TRY_LATER, "the server is short of memory");
}

static void append(room *r, member *from, bytes update, int64_t now_ms)
{
    room__introduce(r, from, now_ms);
    room_row row = {++r->last_seq, from->author, now_ms, update};
    pair_queue_push(&r->unstored, row.seq, update.len_bytes);
    r->unstored_bytes += update.len_bytes;
    r->tail_rows++;
    r->tail_bytes += update.len_bytes;
    r->sink->append(r->sink->ctx, r, &row);
}

static void observe(void *ctx, const yoke_event *event)
{
    buf_put_bytes(ctx, from_yoke(event->update));
}

typedef struct applied {
    bytes told;   /* what the others get and the log keeps */
    buf observed; /* what a step 2 really changed */
    bool changed; /* the document, or what waits in it, is not what it was */
    bool waits;   /* something of this update waits for others */
} applied;

/* Apply, and choose what is told and stored: the bytes as they came; of a step 2, which mostly
 * repeats what is known, only what it changed - unless something waits: then only the original says
 * all.  While deletes wait, an update without effect may still have added to them, so it counts as
 * a change. */
static yoke_err apply(room *r, const member *m, const sync_msg *msg, applied *out)
{
    bool step2 = msg->tag == SYNC_STEP2;
    size_t waited = yoke_doc_stats(r->doc).pending_structs;
    yoke_apply_result result = {0};
    yoke_err err = YOKE_OK;
    if (step2) {
        yoke_observer observer = {.ctx = &out->observed, .on_update = observe};
        err = yoke_doc_observe(r->doc, &observer);
    }
    if (err == YOKE_OK)
        err = yoke_doc_apply(r->doc, to_yoke(msg->body), m->session, &result);
    if (step2)
        (void)!yoke_doc_observe(r->doc, NULL);
    if (err != YOKE_OK)
        return err;
    size_t waiting = yoke_doc_stats(r->doc).pending_structs;
    out->told = msg->body;
    out->waits = result.parked > 0 || waiting > waited;
    out->changed = result.integrated + result.deleted + result.parked > 0 || waiting != waited ||
                   (waiting > 0 && !result.exact);
    if (step2 && !result.exact && waited + waiting == 0 && out->observed.len_bytes > 0 &&
        buf_err(&out->observed) == BASE_OK)
        out->told = buf_view(&out->observed);
    return YOKE_OK;
}

/* What waits is bounded for the room by the engine, and for each of its writers here, so that none
 * can use up what the others may need.  It is in the document and stays there: the writer has lost
 * nothing when it comes back. */
static void count_parked(room *r, member *m, size_t before_bytes)
{
    size_t after_bytes = yoke_doc_stats(r->doc).pending_bytes;
    if (after_bytes >= before_bytes)
        m->parked_bytes += after_bytes - before_bytes;
    else if (m->parked_bytes > before_bytes - after_bytes)
        m->parked_bytes -= before_bytes - after_bytes;
    else
        m->parked_bytes = 0;
    for (size_t i = 0; after_bytes == 0 && before_bytes > 0 && i < r->member_count; i++)
        r->members[i]->parked_bytes = 0;
    if (m->parked_bytes <= r->limits->pending_bytes_per_connection)
        return;
    static const char why[] =
        "limit pending_bytes_per_connection: too much waits for missing updates";
    room__log(r, ROOM_LOG_WARN, "message_refused", "pending_bytes_per_connection", m->session);
    room__error_event(r, m, "pending_bytes_per_connection", why);
    room__close(r, m, WS_CLOSE_POLICY, why);
}

static bool is_empty_update(bytes update)
{
    return update.len_bytes == 2 && update.ptr[0] == 0 && update.ptr[1] == 0;
}

/* Role and limits.  false: the write was refused. */
static bool may_write(room *r, member *m, bytes update, int64_t now_ms)
{
    if (!role_may(m->role, ACT_WRITE)) {
        refuse(r, m, "role", "viewers cannot change the document", now_ms);
        return false;
    }
    if (update.len_bytes > r->limits->update_bytes) {
        engine_refused(r, m, YOKE_ELIMIT_UPDATE, now_ms);
        return false;
    }
    if (r->unstored_bytes > r->limits->unstored_bytes) {
        refuse(r, m, "unstored_bytes",
               "limit unstored_bytes: the server cannot save, the room is read-only", now_ms);
        return false;
    }
    return true;
}

void room__on_update(room *r, member *m, const sync_msg *msg, int64_t now_ms)
{
    bool empty = is_empty_update(msg->body);
    m->frames++;
    if (!empty && !may_write(r, m, msg->body, now_ms))
        return;
    /* After the document has changed nothing may fail. */
    if ((m->tandem_v1 && pair_queue_reserve(&m->unacked, r->alloc) != BASE_OK) ||
        (!empty && pair_queue_reserve(&r->unstored, r->alloc) != BASE_OK)) {
        engine_refused(r, m, YOKE_ENOMEM, now_ms);
        return;
    }
    if (empty) {
        ack_later(r, m);
        return;
    }
    applied done = {0};
    buf_init(&done.observed, r->alloc, SIZE_MAX / 4);
    size_t parked_bytes = yoke_doc_stats(r->doc).pending_bytes;
    yoke_err err = apply(r, m, msg, &done);
    if (err != YOKE_OK) {
        buf_deinit(&done.observed);
        engine_refused(r, m, err, now_ms);
        return;
    }
    r->stats.updates_in++;
    if (done.changed) {
        room__drop_newcomer(r);
        room__keep_written(r, m, msg);
        append(r, m, done.told, now_ms);
        fan_out(r, m, done.told);
    }
    buf_deinit(&done.observed);
    pair_queue_trim(&r->unstored, r->alloc);
    ack_later(r, m);
    /* Something before it is missing.  A step 2 is all its sender has: asking again is no use. */
    if (done.waits && msg->tag == SYNC_UPDATE && !m->refused)
        room__send_step1(r, m);
    room__snapshot(r, r->limits->compact_rows, now_ms);
    count_parked(r, m, parked_bytes);
}

static bool is_empty_state_vector(bytes sv)
{
    return sv.len_bytes == 0 || (sv.len_bytes == 1 && sv.ptr[0] == 0);
}

void room__drop_newcomer(room *r)
{
    frame_unref(r->newcomer);
    r->newcomer = NULL;
}

/* The answer to a state vector.  A newcomer's is the whole document: encoded and framed once for
 * all who come before it changes.  What waits here is sent as well, or a client would miss it when
 * its base arrives; it grows without the document, so then nothing is kept. */
static yoke_err step2_frame(room *r, bytes sv, frame **out)
{
    bool whole = is_empty_state_vector(sv) && yoke_doc_stats(r->doc).pending_structs == 0;
    if (whole && r->newcomer != NULL) {
        *out = frame_ref(r->newcomer);
        return YOKE_OK;
    }
    yoke_blob state = YOKE_BLOB_INIT;
    state.alloc = &r->engine_alloc;
    yoke_err err = yoke_doc_encode(r->doc, to_yoke(sv), YOKE_ENCODE_PENDING, &state);
    if (err == YOKE_OK) {
        bytes body = from_yoke(yoke_blob_view(&state));
        *out = sync_frame(r->alloc, &(sync_msg){.tag = SYNC_STEP2, .body = body});
        err = *out != NULL ? YOKE_OK : YOKE_ENOMEM;
    }
    if (whole && err == YOKE_OK)
        r->newcomer = frame_ref(*out);
    yoke_blob_free(&state);
    return err;
}

/* Always answered, also with an empty update: a client is "synced" on the first step 2. */
static void on_step1(room *r, member *m, bytes sv)
{
    frame *f = NULL;
    yoke_err err = step2_frame(r, sv, &f);
    if (err == YOKE_OK) {
        r->newcomer_asked = true;
        room__deliver(r, m, f);
        frame_unref(f);
    } else if (err == YOKE_ENOMEM) {
        room__log(r, ROOM_LOG_ERROR, "no_memory", "encode", m->session);
        room__close(r, m, WS_CLOSE_TRY_LATER, "the server is short of memory");
    } else {
        room__log(r, ROOM_LOG_WARN, "state_vector_malformed", yoke_err_name(err), m->session);
        room__close(r, m, WS_CLOSE_UNSUPPORTED, "the state vector is malformed");
    }
}

static void on_unknown(room *r, member *m, const sync_msg *msg)
{
    if (m->told_unknown)
        return;
    m->told_unknown = true;
    room_log entry = {.level = ROOM_LOG_INFO,
                      .event = "message_ignored",
                      .session = m->session,
                      .number = msg->tag == SYNC_UNKNOWN ? msg->count : (uint64_t)msg->tag};
    r->sink->log(r->sink->ctx, r, &entry);
}

void room__on_message(room *r, member *m, bytes message, int64_t now_ms)
{
    sync_msg msg;
    if (sync_decode(message, &msg) != BASE_OK) {
        room__log(r, ROOM_LOG_WARN, "message_malformed", NULL, m->session);
        room__close(r, m, WS_CLOSE_UNSUPPORTED, "the message is malformed");
        return;
    }
    room__lease_heard(r, m, &msg);
    switch (msg.tag) {
    case SYNC_STEP1:
        on_step1(r, m, msg.body);
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
        if (!room__lease_holds(r, m, message, msg.body, now_ms))
            room__on_update(r, m, &msg, now_ms);
        break;
    case SYNC_AWARENESS:
        room__on_awareness(r, m, msg.body, now_ms);
        break;
    case SYNC_QUERY_AWARENESS:
        room__send_awareness(r, m);
        break;
    case SYNC_EVENT:
        if (m->tandem_v1)
            room__on_event(r, m, msg.body, now_ms);
        break;
    case SYNC_DENIED:
    case SYNC_ACK:
    case SYNC_UNKNOWN:
        on_unknown(r, m, &msg);
        break;
    }
}

/* Keep a message until the document is there. */
static void keep(room *r, member *m, bytes message)
{
    if (m->waiting == NULL) {
        m->waiting = base_alloc_get(r->alloc, sizeof *m->waiting);
        if (m->waiting == NULL) {
            room__log(r, ROOM_LOG_ERROR, "no_memory", "message", m->session);
            room__close(r, m, WS_CLOSE_TRY_LATER, "the server is short of memory");
            return;
        }
        buf_init(m->waiting, r->alloc, (size_t)r->limits->loading_bytes);
    }
    buf_put_varstring(m->waiting, message);
    if (buf_err(m->waiting) == BASE_OK)
        return;
    room__log(r, ROOM_LOG_WARN, "message_refused", "loading_bytes", m->session);
    room__close(r, m, WS_CLOSE_TRY_LATER, "limit loading_bytes: the room is still loading");
}

void room_on_message(room *r, uint64_t session, bytes message, int64_t now_ms)
{
    member *m = room__find(r, session);
    if (m == NULL)
        return;
    if (r->doc == NULL) {
        keep(r, m, message);
        return;
    }
    room__on_message(r, m, message, now_ms);
    room__lease_review(r, now_ms);
    room__settle(r, now_ms);
}
