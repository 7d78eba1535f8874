/* lease.c - whose a client id is, and what happens to those who write with another's.
 *
 * A writer who uses the client id of somebody else takes the clocks that the victim's next edits
 * need: the document holds the forgery, and the victim's own text can never be merged.  So an id
 * belongs to the connection that shows it in its presence (wire/awareness.h), as long as it does,
 * and nobody else may bring new structs of it.
 *
 * Yet honest clients do bring structs of others: one that was offline passes on what it heard from
 * another tab; a person whose network changed comes back on a new socket while the old one, dead
 * but not known to be, still shows the id.  Refusing them would lose edits.  Therefore nothing is
 * judged by the id alone.  The message is held back, and the holder of the id is asked what it has,
 * with a sync step 1, which every client answers at once:
 *
 *   the holder's answer brings the clocks      what was held is compared with them by the engine:
 *                                              the same is fine, other content is a conflict
 *   it answers and does not have them          the message was forged: error event, close 1008
 *   it says nothing for lease_wait_ms, leaves  the id is free: what was held is applied
 *   or shows the id no more
 *
 * While a message is held, later updates of its sender wait behind it, in order and without acks.
 */
#include "room/inner.h"

#include "base/varint.h"
#include "wire/ws.h"

typedef enum verdict {
    VERDICT_FREE,
    VERDICT_FORGED,
    VERDICT_ASK, /* a holder was not asked yet, or did not answer yet */
} verdict;

typedef struct contest {
    room *r;
    const member *m;
    verdict verdict;
} contest;

/* The other connection to which the id belongs, or NULL. */
static member *holder_of(const room *r, const member *m, uint64_t client)
{
    uint64_t owner = awareness_owner(r->awareness, client);
    if (owner == 0 || owner == m->session)
        return NULL;
    member *holder = room__find(r, owner);
    return holder == NULL || holder->lapsed || holder->role == ROOM_VIEWER ? NULL : holder;
}

static bool on_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    contest *c = ctx;
    (void)from;
    const member *holder = holder_of(c->r, c->m, client);
    if (holder == NULL || to <= yoke_doc_state(c->r->doc, client))
        return true;
    bool answered =
        c->m->hold != NULL && holder->asked_ms == 0 && holder->answered_ms >= c->m->hold->since_ms;
    verdict v = answered ? VERDICT_FORGED : VERDICT_ASK;
    if (v > c->verdict)
        c->verdict = v;
    return true;
}

/* The writer of an update with one writer, which nearly all are. */
static bool only_client(bytes update, uint64_t *client)
{
    reader in = reader_of(update);
    uint64_t clients, structs;
    return reader_varuint(&in, &clients) == BASE_OK && clients == 1 &&
           reader_varuint(&in, &structs) == BASE_OK && reader_varuint(&in, client) == BASE_OK;
}

static verdict judge(room *r, const member *m, bytes update)
{
    contest c = {r, m, VERDICT_FREE};
    uint64_t client;
    if (only_client(update, &client) && holder_of(r, m, client) == NULL)
        return VERDICT_FREE;
    /* What is no update is for the engine to refuse; its limits are below the defaults. */
    (void)!yoke_update_visit(to_yoke(update), NULL, on_range, &c);
    return c.verdict;
}

static bool ask_one(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    contest *c = ctx;
    (void)from;
    member *holder = holder_of(c->r, c->m, client);
    if (holder != NULL && holder->asked_ms == 0 && to > yoke_doc_state(c->r->doc, client)) {
        holder->asked_ms = c->m->hold->since_ms;
        room__send_step1(c->r, holder);
    }
    return true;
}

static void ask(room *r, const member *m, bytes update)
{
    contest c = {r, m, VERDICT_FREE};
    (void)!yoke_update_visit(to_yoke(update), NULL, ask_one, &c);
}

static void drop_hold(room *r, member *m)
{
    buf_deinit(&m->hold->messages);
    base_alloc_put(r->alloc, m->hold, sizeof *m->hold);
    m->hold = NULL;
    r->hold_count--;
}

void room__lease_forget(room *r, member *m)
{
    if (m->hold != NULL)
        drop_hold(r, m);
}

static bool hold_back(room *r, member *m, bytes message, int64_t now_ms)
{
    if (m->hold == NULL) {
        m->hold = base_alloc_get(r->alloc, sizeof *m->hold);
        if (m->hold == NULL)
            return false;
        m->hold->since_ms = now_ms;
        buf_init(&m->hold->messages, r->alloc, (size_t)r->limits->loading_bytes);
        r->hold_count++;
    }
    buf_put_varstring(&m->hold->messages, message);
    return buf_err(&m->hold->messages) == BASE_OK;
}

bool room__lease_holds(room *r, member *m, bytes message, bytes update, int64_t now_ms)
{
    bool first = m->hold == NULL;
    if (m->role == ROOM_VIEWER || (first && judge(r, m, update) == VERDICT_FREE))
        return false;
    if (!hold_back(r, m, message, now_ms)) {
        room__log(r, ROOM_LOG_WARN, "message_refused", "loading_bytes", m->session);
        room__close(r, m, WS_CLOSE_TRY_LATER, "limit loading_bytes: a client id is being checked");
        return true;
    }
    if (first) {
        room__log(r, ROOM_LOG_INFO, "client_id_checked", NULL, m->session);
        ask(r, m, update);
    }
    return true;
}

void room__lease_heard(room *r, member *m, sync_tag tag, int64_t now_ms)
{
    (void)r;
    m->lapsed = false;
    if (tag != SYNC_STEP2 || m->steps_owed == 0 || --m->steps_owed > 0)
        return;
    if (m->asked_ms != 0)
        m->answered_ms = now_ms;
    m->asked_ms = 0;
}

/* The update of the first message that is held. */
static bytes first_update(const member *m)
{
    reader in = reader_of(buf_view(&m->hold->messages));
    bytes message = bytes_of("", 0);
    sync_msg msg = {.tag = SYNC_UNKNOWN};
    if (reader_varbytes(&in, &message) == BASE_OK && sync_decode(message, &msg) == BASE_OK)
        return msg.body;
    return bytes_of("", 0);
}

/* Works on what was held; some of it may be held again. */
static void let_go(room *r, member *m, int64_t now_ms)
{
    size_t len_bytes, cap_bytes;
    uint64_t session = m->session;
    uint8_t *ptr = buf_detach(&m->hold->messages, &len_bytes, &cap_bytes);
    drop_hold(r, m);
    reader in = reader_of(bytes_of(ptr, len_bytes));
    bytes message;
    while (reader_varbytes(&in, &message) == BASE_OK && (m = room__find(r, session)) != NULL)
        room__on_message(r, m, message, now_ms);
    base_alloc_put(r->alloc, ptr, cap_bytes);
}

static void close_forger(room *r, member *m)
{
    r->stats.updates_refused++;
    room__log(r, ROOM_LOG_WARN, "update_refused", "client_id_lease", m->session);
    room__error_event(r, m, "client_id_lease",
                      "These edits carry the client id of somebody else; take a new one.");
    room__close(r, m, WS_CLOSE_POLICY, "client id lease: the id belongs to another connection");
}

/* Each round ends one hold or none; a hold that comes anew has its holder asked, so it waits. */
void room__lease_review(room *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->member_count && r->hold_count > 0; i++) {
        member *m = r->members[i];
        if (m->asked_ms != 0 && now_ms - m->asked_ms >= (int64_t)r->limits->lease_wait_ms) {
            m->lapsed = true;
            awareness_doubt(r->awareness, m->session);
            m->asked_ms = 0;
            m->steps_owed = 0;
        }
    }
    for (size_t i = 0; i < r->member_count && r->hold_count > 0;) {
        member *m = r->members[i];
        verdict v = m->hold != NULL ? judge(r, m, first_update(m)) : VERDICT_ASK;
        size_t count = r->hold_count;
        if (v == VERDICT_FREE)
            let_go(r, m, now_ms);
        else if (v == VERDICT_FORGED)
            close_forger(r, m);
        else if (m->hold != NULL)
            ask(r, m, first_update(m));
        i = r->hold_count < count ? 0 : i + 1;
    }
}
