/* member.c - who is in a room: joining, leaving, events, awareness. */
#include "room/inner.h"

#include "base/utf.h"
#include "wire/json.h"
#include "wire/ws.h"

#define NAME_BYTES_MAX 255
#define PRESENCE_BURST 5 /* awareness updates that may be told at once */

member *room__find(const room *r, uint64_t session)
{
    for (size_t i = 0; i < r->member_count; i++)
        if (r->members[i]->session == session)
            return r->members[i];
    return NULL;
}

void room__deliver(room *r, member *m, frame *f)
{
    r->stats.deliveries++;
    r->sink->send(r->sink->ctx, m->session, f);
}

/* Memory lacks for something that the member cannot do without: an ack, a step of the sync. Whoever
 * is in the middle of telling it may go on; it is closed at the end of the call. */
void room__lose(room *r, member *m)
{
    room__log(r, ROOM_LOG_ERROR, "no_memory", "frame", m->session);
    m->lost = r->some_lost = true;
}

void room__close_lost(room *r)
{
    while (r->some_lost) {
        r->some_lost = false;
        for (size_t i = r->member_count; i-- > 0;)
            if (r->members[i]->lost)
                room__close(r, r->members[i], WS_CLOSE_TRY_LATER, "the server is short of memory");
    }
}

void room__send(room *r, member *m, const sync_msg *msg)
{
    frame *f = sync_frame(r->alloc, msg);
    if (f == NULL) {
        room__lose(r, m);
        return;
    }
    room__deliver(r, m, f);
    frame_unref(f);
}

void room__event(room *r, const member *except, bytes json)
{
    sync_msg msg = {.tag = SYNC_EVENT, .body = json};
    frame *f = NULL;
    for (size_t i = 0; i < r->member_count; i++) {
        member *m = r->members[i];
        if (m == except || !m->tandem_v1 || !m->greeted)
            continue;
        if (f == NULL)
            f = sync_frame(r->alloc, &msg);
        if (f == NULL)
            return;
        room__deliver(r, m, f);
    }
    frame_unref(f);
}

/* An event of two texts, to one. */
static void send_word(room *r, member *m, const char *type, const char *code, const char *message)
{
    if (!m->tandem_v1)
        return;
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_fmt(&json, "{\"type\":\"%s\",\"code\":\"%s\",\"message\":", type, code);
    json_put_string(&json, bytes_of_str(message));
    buf_put_str(&json, "}");
    if (buf_err(&json) == BASE_OK)
        room__send(r, m, &(sync_msg){.tag = SYNC_EVENT, .body = buf_view(&json)});
    buf_deinit(&json);
}

void room__error_event(room *r, member *m, const char *code, const char *message)
{
    send_word(r, m, "error", code, message);
}

void room_notice(room *r, uint64_t session, const char *code, const char *message)
{
    member *m = room__find(r, session);
    if (m != NULL && m->greeted)
        send_word(r, m, "notice", code, message);
}

static void put_member(buf *json, const member *m)
{
    buf_put_fmt(json, "{\"session\":%llu,\"name\":", (unsigned long long)m->session);
    json_put_string(json, bytes_of_str(m->name));
    buf_put_fmt(json, ",\"color_index\":%u,\"role\":\"%s\",\"author\":%llu}", m->color_index,
                role_name(m->role), (unsigned long long)m->author);
}

static void put_limits(buf *json, const limits *l)
{
    const char *comma = "";
    buf_put_str(json, "{");
#define PUT_LIMIT_(name)                                                                           \
    buf_put_fmt(json, "%s\"" #name "\":%llu", comma, (unsigned long long)l->name);                 \
    comma = ",";
    LIMITS_ANNOUNCED(PUT_LIMIT_)
#undef PUT_LIMIT_
    buf_put_str(json, "}");
}

static void put_hello(buf *json, const room *r, const member *m, int64_t now_ms)
{
    buf_put_fmt(json,
                "{\"type\":\"hello\",\"session\":%llu,\"name\":", (unsigned long long)m->session);
    json_put_string(json, bytes_of_str(m->name));
    buf_put_fmt(json, ",\"color_index\":%u,\"role\":\"%s\",\"server_time\":%lld,\"epoch\":\"",
                m->color_index, role_name(m->role), (long long)now_ms);
    for (size_t i = 0; i < sizeof r->epoch; i++)
        buf_put_fmt(json, "%02x", r->epoch[i]);
    buf_put_str(json, "\",\"room\":{\"id\":");
    json_put_string(json, bytes_of_str(r->id));
    buf_put_str(json, ",\"name\":");
    json_put_string(json, bytes_of_str(r->name));
    buf_put_str(json, ",\"language\":");
    json_put_string(json, bytes_of_str(r->language));
    buf_put_str(json, "},\"members\":[");
    for (size_t i = 0; i < r->member_count; i++) {
        if (i > 0)
            buf_put_str(json, ",");
        put_member(json, r->members[i]);
    }
    buf_put_str(json, "],\"limits\":");
    put_limits(json, r->limits);
    buf_put_str(json, "}");
}

void room__send_awareness(room *r, member *m)
{
    buf all;
    buf_init(&all, r->alloc, SIZE_MAX / 4);
    awareness_put_all(&all, r->awareness);
    if (buf_err(&all) == BASE_OK)
        room__send(r, m, &(sync_msg){.tag = SYNC_AWARENESS, .body = buf_view(&all)});
    buf_deinit(&all);
}

/* The first things a member hears, once the document is there. */
void room__greet(room *r, member *m, int64_t now_ms)
{
    m->greeted = true;
    if (m->tandem_v1) {
        buf json;
        buf_init(&json, r->alloc, SIZE_MAX / 4);
        put_hello(&json, r, m, now_ms);
        if (buf_err(&json) == BASE_OK)
            room__send(r, m, &(sync_msg){.tag = SYNC_EVENT, .body = buf_view(&json)});
        else /* without the epoch it might merge another history into this one */
            room__lose(r, m);
        buf_deinit(&json);
    }
    /* A viewer is not asked for what it has: an honest one then never writes. */
    if (role_may(m->role, ACT_WRITE))
        room__send_step1(r, m);
    if (awareness_count(r->awareness) > 0)
        room__send_awareness(r, m);
}

/* That of the same person in another window, else the least used colour, the lowest of them. */
static uint8_t pick_color(const room *r, uint64_t author)
{
    size_t used[ROOM_COLORS] = {0};
    uint8_t best = 0;
    for (size_t i = 0; i < r->member_count; i++) {
        if (r->members[i]->author == author)
            return r->members[i]->color_index;
        used[r->members[i]->color_index]++;
    }
    for (uint8_t c = 1; c < ROOM_COLORS; c++)
        if (used[c] < used[best])
            best = c;
    return best;
}

/* What is shown of a member's wish for a name; returns its bytes, at least 1. */
static size_t clean_name(char out[NAME_BYTES_MAX], const char *name, uint64_t bytes_max)
{
    static const char guest[] = "Guest";
    size_t units, n = 0;
    size_t max = bytes_max < NAME_BYTES_MAX ? (size_t)bytes_max : NAME_BYTES_MAX;
    if (name == NULL || utf_measure(bytes_of_str(name), &units) != BASE_OK)
        name = "";
    for (; *name != '\0' && n < max; name++)
        if ((uint8_t)*name >= 0x20 && *name != 0x7f)
            out[n++] = *name;
    if (((uint8_t)*name & 0xC0u) == 0x80u) { /* cut within a character: drop what there is of it */
        while (n > 0 && ((uint8_t)out[--n] & 0xC0u) == 0x80u)
            continue;
    }
    if (n > 0)
        return n;
    memcpy(out, guest, sizeof guest - 1);
    return sizeof guest - 1;
}

static member *member_new(room *r, const room_join *join)
{
    char name[NAME_BYTES_MAX];
    size_t n = clean_name(name, join->name, r->limits->member_name_bytes);
    member *m = base_alloc_get(r->alloc, sizeof *m + n + 1);
    if (m == NULL)
        return NULL;
    *m = (member){.role = join->role, .tandem_v1 = join->tandem_v1};
    memcpy(m->name, name, n);
    m->name[n] = '\0';
    return m;
}

void room__member_free(room *r, member *m)
{
    room__lease_forget(r, m);
    pair_queue_deinit(&m->unacked, r->alloc);
    if (m->waiting != NULL)
        buf_deinit(m->waiting);
    base_alloc_put(r->alloc, m->waiting, sizeof *m->waiting);
    base_alloc_put(r->alloc, m, sizeof *m + strlen(m->name) + 1);
}

void room__introduce(room *r, member *m, int64_t now_ms)
{
    if (m->introduced)
        return;
    m->introduced = true;
    store_author author = {.author = m->author,
                           .color_index = m->color_index,
                           .at_ms = now_ms,
                           .name = bytes_of_str(m->name)};
    r->sink->author(r->sink->ctx, r, &author);
}

static int reserve_member(room *r)
{
    if (r->member_count < r->member_cap)
        return BASE_OK;
    uint32_t cap = r->member_cap == 0 ? 4 : 2 * r->member_cap;
    member **members = base_alloc_resize(r->alloc, r->members, r->member_cap * sizeof *members,
                                         cap * sizeof *members);
    if (members == NULL)
        return BASE_ENOMEM;
    r->members = members;
    r->member_cap = cap;
    return BASE_OK;
}

static void tell_joined(room *r, const member *m)
{
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_str(&json, "{\"type\":\"member_joined\",\"member\":");
    put_member(&json, m);
    buf_put_str(&json, "}");
    if (buf_err(&json) == BASE_OK)
        room__event(r, m, buf_view(&json));
    buf_deinit(&json);
}

int room_on_join(room *r, uint64_t session, const room_join *join, int64_t now_ms)
{
    if (r->member_count >= r->limits->room_members)
        return BASE_ELIMIT;
    if (reserve_member(r) != BASE_OK)
        return BASE_ENOMEM;
    member *m = member_new(r, join);
    if (m == NULL)
        return BASE_ENOMEM;
    m->session = session;
    m->author = join->author != 0 ? join->author : session;
    m->person = join->person;
    m->color_index = pick_color(r, m->author);
    m->joined_at_ms = m->violations_since_ms = now_ms;
    r->members[r->member_count++] = m;
    if (r->doc == NULL) {
        room_open(r, now_ms);
        return BASE_OK;
    }
    r->draining = false;
    room__settle(r, now_ms);
    room__greet(r, m, now_ms);
    tell_joined(r, m);
    room__close_lost(r);
    return BASE_OK;
}

/* One changed awareness state, to everybody: its sender too, whose watchdog wants to hear
 * something every 30 s. */
static void tell_awareness(void *ctx, const awareness_entry *entry)
{
    room *r = ctx;
    buf update;
    buf_init(&update, r->alloc, SIZE_MAX / 4);
    awareness_put_entry(&update, entry);
    frame *f = NULL;
    if (buf_err(&update) == BASE_OK)
        f = sync_frame(r->alloc, &(sync_msg){.tag = SYNC_AWARENESS, .body = buf_view(&update)});
    buf_deinit(&update);
    if (f == NULL)
        return;
    for (size_t i = 0; i < r->member_count; i++) {
        if (!r->members[i]->greeted)
            continue;
        r->stats.deliveries++;
        r->sink->send_coalescible(r->sink->ctx, r->members[i]->session, f, entry->client);
    }
    frame_unref(f);
}

static bool reserve_awareness(room *r)
{
    const awareness_limits max = {
        .ids_per_owner = (size_t)r->limits->awareness_ids,
        .json_bytes_max = (size_t)r->limits->awareness_bytes,
        .stale_ms = r->limits->awareness_stale_ms,
    };
    if (r->awareness == NULL)
        r->awareness = awareness_new(r->alloc, &max);
    return r->awareness != NULL;
}

static void tell_nobody(void *ctx, const awareness_entry *entry)
{
    (void)ctx;
    (void)entry;
}

static rate presence_rate(const room *r)
{
    return (rate){r->limits->awareness_per_second, 1000, PRESENCE_BURST};
}

static void hold_presence(room *r, member *m)
{
    r->stats.awareness_held++;
    r->presence_held += !m->presence_held;
    m->presence_held = true;
}

void room__on_awareness(room *r, member *m, bytes update, int64_t now_ms)
{
    awareness_stamp stamp = {m->session, bytes_of_str(m->name), m->color_index};
    awareness_from from = {m->session, (uint64_t)now_ms, m->tandem_v1 ? &stamp : NULL};
    awareness_result result;
    const rate per_second = presence_rate(r);
    if (!reserve_awareness(r)) {
        room__log(r, ROOM_LOG_ERROR, "no_memory", "awareness", m->session);
        return;
    }
    /* Too fast: the state is taken, and told by and by; only the newest is. */
    bool later = m->presence_held || meter_wait_ms(&m->presence, per_second, (uint64_t)now_ms) > 0;
    int err = awareness_apply(r->awareness, update, &from, later ? tell_nobody : tell_awareness, r,
                              &result);
    if (err == BASE_OK && result.accepted > 0) {
        if (later)
            hold_presence(r, m);
        else
            (void)meter_take(&m->presence, per_second, 1, (uint64_t)now_ms);
        room__keep_shown(r, m);
    }
    if (err == BASE_EMALFORMED) {
        room__log(r, ROOM_LOG_WARN, "awareness_malformed", NULL, m->session);
        room__close(r, m, WS_CLOSE_UNSUPPORTED, "the awareness update is malformed");
    } else if (err == BASE_OK && result.refused > 0) {
        if (!m->told_presence) {
            room__log(r, ROOM_LOG_INFO, "awareness_refused", "awareness_bytes", m->session);
            room__error_event(
                r, m, "awareness_bytes",
                "limits awareness_bytes and awareness_ids: this presence is not shown");
        }
        m->told_presence = true;
    }
}

void room__presence_tick(room *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->member_count && r->presence_held > 0; i++) {
        member *m = r->members[i];
        if (!m->presence_held || !meter_take(&m->presence, presence_rate(r), 1, (uint64_t)now_ms))
            continue;
        m->presence_held = false;
        r->presence_held--;
        awareness_visit_owner(r->awareness, m->session, tell_awareness, r);
    }
}

static void forget(room *r, member *m)
{
    size_t i = 0;
    while (r->members[i] != m)
        i++;
    r->member_count--;
    memmove(r->members + i, r->members + i + 1, (r->member_count - i) * sizeof *r->members);
    r->presence_held -= m->presence_held;
    room__keepers_leave(r, m);
    awareness_leave(r->awareness, m->session, tell_awareness, r);
    if (m->greeted) {
        char json[80];
        snprintf(json, sizeof json, "{\"type\":\"member_left\",\"session\":%llu}",
                 (unsigned long long)m->session);
        room__event(r, NULL, bytes_of_str(json));
    }
    room__member_free(r, m);
}

void room__close(room *r, member *m, unsigned code, const char *reason)
{
    r->sink->close(r->sink->ctx, m->session, code, reason);
    forget(r, m);
}

void room_on_leave(room *r, uint64_t session, int64_t now_ms)
{
    member *m = room__find(r, session);
    if (m == NULL)
        return;
    forget(r, m);
    room__lease_review(r, now_ms);
    room__settle(r, now_ms);
}

void room_set_role(room *r, uint64_t session, role now)
{
    member *m = room__find(r, session);
    if (m == NULL || m->role == now)
        return;
    m->role = now;
    if (!m->greeted)
        return;
    char json[112];
    snprintf(json, sizeof json, "{\"type\":\"role_changed\",\"session\":%llu,\"role\":\"%s\"}",
             (unsigned long long)session, role_name(now));
    room__event(r, NULL, bytes_of_str(json));
    /* A viewer was never asked what it has; pages send nothing before they are. */
    if (role_may(now, ACT_WRITE))
        room__send_step1(r, m);
}

size_t room_member_count(const room *r)
{
    return r->member_count;
}

room_member room_member_at(const room *r, size_t i)
{
    const member *m = r->members[i];
    return (room_member){m->session,     m->role,         m->tandem_v1,
                         m->color_index, m->joined_at_ms, m->name};
}
