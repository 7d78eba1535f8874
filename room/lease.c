/* lease.c - what happens to those who write with the client id of another.
 *
 * A writer who uses the client id of somebody else takes the clocks that the victim's next edits
 * need: the document holds the forgery, and the victim's own text can never be merged.  So an id
 * has a keeper (keeper.c), and nobody else may bring new structs of it.
 *
 * Yet honest clients do bring structs of others: one that was offline passes on what it heard from
 * another tab; a person whose network changed comes back on a new socket while the old one, dead
 * but not known to be, still keeps the id.  Refusing them would lose edits.  Therefore nothing is
 * judged by the id alone.  The message is held back, and the keeper of the id is asked what it has,
 * with a sync step 1, which every client answers at once:
 *
 *   the document, what waits in it or      it is applied; the engine compares it with what the
 *   that answer have what was held         keeper sent: the same is fine, other content a conflict
 *   they have not                          it was forged: error event, close 1008
 *   the keeper says nothing for            the id is free: what was held is applied; but not that
 *   lease_wait_ms, leaves or shows the     of a person who is known and wrote with it:
 *   id no more                             then it was forged, for all that he has was heard, and
 *                                          he returns as the same
 *
 * An answer is the keeper's word as soon as it is heard, also when it has to wait itself.  So no
 * hold waits for the end of another, and each message is held for one answer or for lease_wait_ms,
 * once more if a question was under way already that is older than the message.
 *
 * What waits in the document already is not asked for again: every client that is asked repeats it.
 *
 * While a message is held, later updates of its sender wait behind it, in order and without acks.
 */
#include "room/inner.h"

#include "base/varint.h"
#include "wire/ws.h"

/* The connection of the keeper that may be asked, or NULL. */
static member *holder_of(const room *r, const keeper *k)
{
    member *holder = k->session != 0 ? room__find(r, k->session) : NULL;
    return holder == NULL || holder->lapsed || !role_may(holder->role, ACT_WRITE) ? NULL : holder;
}

/* What waits in the document, and the same joined with an update. */
typedef struct parked {
    yoke_blob alone, joined;
    yoke_err err;
} parked;

static void parked_read(room *r, bytes update, parked *out)
{
    yoke_blob sv = YOKE_BLOB_INIT;
    *out = (parked){YOKE_BLOB_INIT, YOKE_BLOB_INIT, YOKE_OK};
    sv.alloc = out->alone.alloc = out->joined.alloc = &r->engine_alloc;
    out->err = yoke_doc_state_vector(r->doc, &sv);
    if (out->err == YOKE_OK)
        out->err = yoke_doc_encode(r->doc, yoke_blob_view(&sv), YOKE_ENCODE_PENDING, &out->alone);
    if (out->err == YOKE_OK) {
        yoke_bytes both[] = {yoke_blob_view(&out->alone), to_yoke(update)};
        out->err = yoke_update_merge(both, 2, NULL, &out->joined);
    }
    yoke_blob_free(&sv);
}

static void parked_free(parked *p)
{
    yoke_blob_free(&p->alone);
    yoke_blob_free(&p->joined);
}

/* How many clocks of the client from `state` on. */
typedef struct tally {
    uint64_t client, state, clocks;
} tally;

static bool add_stretch(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    tally *t = ctx;
    if (client == t->client && to > t->state)
        t->clocks += to - (from > t->state ? from : t->state);
    return true;
}

static uint64_t clocks_in(const yoke_blob *update, uint64_t client, uint64_t state)
{
    tally t = {.client = client, .state = state};
    (void)!yoke_update_visit_stretches(yoke_blob_view(update), NULL, add_stretch, &t);
    return t.clocks;
}

/* Does all that the update says of the client, and the document does not know, wait in it already?
 * Honest clients pass on what waits in theirs. */
static bool parked_has(const parked *p, const room *r, uint64_t client)
{
    uint64_t state = yoke_doc_state(r->doc, client);
    return p->err == YOKE_OK &&
           clocks_in(&p->alone, client, state) == clocks_in(&p->joined, client, state);
}

/* What an update of `m` says in the name of others. */
typedef struct contest {
    room *r;
    const member *m;
    const parked *parked; /* NULL: what waits counts like all else */
    bool waits;           /* for the word of a holder */
    bool forged;          /* in the name of somebody who alone may write with that id */
    bool asks;            /* ask each of them */
    int64_t now_ms;
} contest;

/* One question serves all holds that are older. */
static void ask(room *r, member *holder, int64_t now_ms)
{
    if (holder->asked_ms != 0)
        return;
    holder->asked_ms = now_ms;
    holder->asked_no = r->hold_no;
    room__send_step1(r, holder);
}

static bool on_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    contest *c = ctx;
    (void)from;
    const keeper *k = room__keeper(c->r, client);
    if (k == NULL || room__keeps(k, c->m) || to <= yoke_doc_state(c->r->doc, client))
        return true;
    member *holder = holder_of(c->r, k);
    bool alone = room__keeps_alone(c->r, k);
    bool heard = holder != NULL && c->m->hold != NULL && holder->answered_no >= c->m->hold->no;
    if ((holder == NULL && !alone) || heard ||
        (c->parked != NULL && parked_has(c->parked, c->r, client)))
        return true;
    c->forged = c->forged || holder == NULL;
    c->waits = c->waits || holder != NULL;
    if (c->asks && holder != NULL)
        ask(c->r, holder, c->now_ms);
    return true;
}

/* Look at a first update of `m`: not at what waits in the document already, which no word could
 * change.  All who are asked pass it on, so that each answer would be held and ask the next, for
 * ever. */
static contest look_at(room *r, const member *m, bytes update)
{
    contest c = {.r = r, .m = m};
    uint64_t client;
    if (room__only_client(update, &client)) {
        const keeper *k = client == m->wrote ? NULL : room__keeper(r, client);
        if (k == NULL || room__keeps(k, m))
            return c;
    }
    /* What is no update is for the engine to refuse; its limits are below the defaults. */
    (void)!yoke_update_visit(to_yoke(update), NULL, on_range, &c);
    if (!(c.waits || c.forged) || yoke_doc_stats(r->doc).pending_structs == 0)
        return c;
    parked waiting;
    parked_read(r, update, &waiting);
    contest again = {.r = r, .m = m, .parked = &waiting};
    (void)!yoke_update_visit(to_yoke(update), NULL, on_range, &again);
    again.parked = NULL;
    if (waiting.err != YOKE_OK)
        again.forged = false; /* without memory to tell, nobody is refused */
    parked_free(&waiting);
    return again;
}

/* Ask all whose word what is held still waits for. */
static contest ask_holders(room *r, const member *m, bytes update, int64_t now_ms)
{
    contest c = {.r = r, .m = m, .asks = true, .now_ms = now_ms};
    (void)!yoke_update_visit(to_yoke(update), NULL, on_range, &c);
    return c;
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

static bool hold_back(room *r, member *m, bytes message)
{
    if (m->hold == NULL) {
        m->hold = base_alloc_get(r->alloc, sizeof *m->hold);
        if (m->hold == NULL)
            return false;
        m->hold->no = ++r->hold_no;
        m->hold->forged = false;
        buf_init(&m->hold->messages, r->alloc, (size_t)r->limits->loading_bytes);
        r->hold_count++;
    }
    buf_put_varstring(&m->hold->messages, message);
    return buf_err(&m->hold->messages) == BASE_OK;
}

static void close_forger(room *r, member *m)
{
    r->stats.updates_refused++;
    room__log(r, ROOM_LOG_WARN, "update_refused", "client_id_lease", m->session);
    room__error_event(r, m, "client_id_lease",
                      "These edits carry the client id of somebody else; take a new one.");
    room__close(r, m, WS_CLOSE_POLICY, "client id lease: the id belongs to another connection");
}

bool room__lease_holds(room *r, member *m, bytes message, bytes update, int64_t now_ms)
{
    bool first = m->hold == NULL;
    if (!role_may(m->role, ACT_WRITE))
        return false;
    contest c = first ? look_at(r, m, update) : (contest){.waits = true};
    if (c.forged)
        close_forger(r, m);
    if (c.forged || !c.waits)
        return c.forged;
    if (!hold_back(r, m, message)) {
        room__log(r, ROOM_LOG_WARN, "message_refused", "loading_bytes", m->session);
        room__close(r, m, WS_CLOSE_TRY_LATER, "limit loading_bytes: a client id is being checked");
        return true;
    }
    if (first) {
        room__log(r, ROOM_LOG_INFO, "client_id_checked", NULL, m->session);
        (void)ask_holders(r, m, update, now_ms);
    }
    return true;
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

/* The clocks of one client in an update, gaps included. */
typedef struct stretch {
    uint64_t client, from, to;
} stretch;

static bool widen(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    stretch *found = ctx;
    if (client != found->client)
        return true;
    if (from < found->from || found->to == 0)
        found->from = from;
    if (to > found->to)
        found->to = to;
    return true;
}

static stretch stretch_of(bytes update, uint64_t client)
{
    stretch found = {.client = client};
    (void)!yoke_update_visit(to_yoke(update), NULL, widen, &found);
    return found;
}

/* Without memory to tell, nobody is refused. */
static bool waits_already(room *r, bytes update, uint64_t client)
{
    if (yoke_doc_stats(r->doc).pending_structs == 0)
        return false;
    parked waiting;
    parked_read(r, update, &waiting);
    bool has = waiting.err == YOKE_ENOMEM || parked_has(&waiting, r, client);
    parked_free(&waiting);
    return has;
}

/* Compare what is held with the word of a keeper, for one of its ids. */
static void compare(room *r, const member *holder, const keeper *k, bytes answer)
{
    uint64_t client = k->client;
    uint64_t to = yoke_doc_state(r->doc, client);
    uint64_t answered = stretch_of(answer, client).to;
    if (answered > to)
        to = answered;
    for (size_t i = 0; i < r->member_count; i++) {
        const member *m = r->members[i];
        if (!room__keeps(k, m) && m->hold != NULL && m->hold->no <= holder->answered_no &&
            stretch_of(first_update(m), client).to > to &&
            !waits_already(r, first_update(m), client))
            m->hold->forged = true;
    }
}

void room__lease_heard(room *r, member *m, const sync_msg *msg)
{
    m->lapsed = false;
    if (msg->tag != SYNC_STEP2 || m->steps_owed == 0 || --m->steps_owed > 0)
        return;
    m->told_all = true;
    if (m->asked_ms == 0)
        return;
    m->asked_ms = 0;
    m->answered_no = m->asked_no;
    for (size_t i = 0; i < r->keeper_count && r->hold_count > 0; i++) {
        const keeper *k = &r->keepers[i];
        if (k->session == m->session && holder_of(r, k) == m)
            compare(r, m, k, msg->body);
    }
}

/* Works on what was held; all but the first message may be held again. */
static void let_go(room *r, member *m, int64_t now_ms)
{
    size_t len_bytes, cap_bytes;
    uint64_t session = m->session;
    uint8_t *ptr = buf_detach(&m->hold->messages, &len_bytes, &cap_bytes);
    drop_hold(r, m);
    reader in = reader_of(bytes_of(ptr, len_bytes));
    bytes message;
    for (bool first = true; reader_varbytes(&in, &message) == BASE_OK; first = false) {
        sync_msg msg;
        m = room__find(r, session);
        if (m == NULL || sync_decode(message, &msg) != BASE_OK)
            break;
        if (first || !room__lease_holds(r, m, message, msg.body, now_ms))
            room__on_update(r, m, &msg, now_ms);
    }
    base_alloc_put(r->alloc, ptr, cap_bytes);
}

/* Each round ends one hold or none; a hold that comes anew has its holder asked, so it waits. */
void room__lease_review(room *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->member_count && r->hold_count > 0; i++) {
        member *m = r->members[i];
        if (m->asked_ms != 0 && now_ms - m->asked_ms >= (int64_t)r->limits->lease_wait_ms) {
            m->lapsed = true;
            awareness_doubt(r->awareness, m->session);
            m->asked_ms = 0; /* its step 2 stays owed: one that comes late answers nothing new */
        }
    }
    for (size_t i = 0; i < r->member_count && r->hold_count > 0;) {
        member *m = r->members[i];
        size_t count = r->hold_count;
        contest c =
            m->hold != NULL ? ask_holders(r, m, first_update(m), now_ms) : (contest){.waits = true};
        if (m->hold != NULL && (m->hold->forged || (c.forged && !c.waits)))
            close_forger(r, m);
        else if (!c.waits)
            let_go(r, m, now_ms);
        i = r->hold_count < count ? 0 : i + 1;
    }
}
