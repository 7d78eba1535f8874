/* client.c - pages that open and close, their sockets and timers.  See client.h. */
#include "sim/client.h"

#include "sim/ledger.h"
#include "sim/server.h"
#include "wire/ws.h"

#include <stdlib.h>

#define WATCH_US (3 * SECOND)
#define FIRST_WORD_US (15 * SECOND)
#define SILENCE_US (30 * SECOND)
#define PROBE_US (10 * SECOND)
#define REJOIN_US (2 * SECOND)

bool client_is_honest(const client *c)
{
    client_kind kind = c->plan->kind;
    return kind == CLIENT_TANDEM || kind == CLIENT_STOCK || kind == CLIENT_VIEWER;
}

static bool is_page(const client *c)
{
    return c->plan->kind == CLIENT_TANDEM || c->plan->kind == CLIENT_VIEWER;
}

bool client_counts(const client *c)
{
    return client_is_honest(c) && c->here && !c->gone;
}

bool client_is_saved(const client *c)
{
    if (!c->open || !c->synced)
        return false;
    return c->plan->kind != CLIENT_TANDEM || c->role == ROLE_VIEWER ||
           (!c->loose && c->sent_count == 0 && c->tag_count == 0 && !c->denied);
}

void client_init(client *c, world *w, uint32_t number)
{
    *c = (client){.w = w,
                  .plan = &w->plan->clients[number],
                  .number = number,
                  .luck = rng_of(w->plan->seed, 0x636C0000 + number)};
    c->role = c->plan->kind == CLIENT_VIEWER ? ROLE_VIEWER : ROLE_EDITOR;
    buf_init(&c->in, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&c->copy, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&c->last_update, base_alloc_libc(), SIZE_MAX / 4);
    for (size_t i = 0; i < sizeof c->early / sizeof *c->early; i++)
        buf_init(&c->early[i], base_alloc_libc(), SIZE_MAX / 4);
}

static void forget_sent(client *c)
{
    for (size_t i = 0; i < c->sent_count; i++)
        buf_deinit(&c->sent[i].update);
    c->sent_count = 0;
}

void client_deinit(client *c)
{
    forget_sent(c);
    free(c->sent);
    free(c->tags);
    free(c->ids);
    yoke_doc_free(c->doc);
    presence_deinit(&c->presence);
    buf_deinit(&c->in);
    buf_deinit(&c->copy);
    buf_deinit(&c->last_update);
    for (size_t i = 0; i < sizeof c->early / sizeof *c->early; i++)
        buf_deinit(&c->early[i]);
}

void client_joins(const client *c, uint64_t author, room_join *join)
{
    static const char *const names[] = {"Ann", "", "Bj\xc3\xb6rn \"B\"", NULL};
    bool tandem = is_page(c) || c->plan->kind == CLIENT_FLOODER;
    *join = (room_join){tandem, c->role, names[c->number % 4], author};
}

/* --------------------------------------------------------------------------------- timers --- */

void client_timer_in(client *c, client_timer timer, int64_t in_us)
{
    clock_at(&c->w->clock, (event){.at_us = c->w->clock.now_us + in_us,
                                   .kind = EVENT_CLIENT_TIMER,
                                   .who = c->number,
                                   .life = c->life,
                                   .arg = (uint64_t)timer | (uint64_t)c->link << 8});
}

static void dial(client *c)
{
    if (!c->here || c->gone || c->dialled)
        return;
    c->dialled = true;
    c->open = false;
    buf_clear(&c->in);
    c->link = net_connect(c->w, c->number);
}

static void come_back(client *c)
{
    /* Doubling from 0.3 s to 10 s, half of it by lot, as backoff.ts; stock clients from 0.1 s. */
    int64_t first_us = is_page(c) ? 300 * MS : 100 * MS,
            most_us = is_page(c) ? 10 * SECOND : 2500 * MS;
    int64_t us = first_us << (c->attempt < 8 ? c->attempt : 8);
    us = us < most_us ? us : most_us;
    c->attempt++;
    client_timer_in(c, TIMER_CONNECT, us / 2 + rng_between(&c->luck, 0, us / 2));
}

static void connection_lost(client *c)
{
    c->dialled = c->open = false;
    forget_sent(c);
    page_closed(c);
    presence_alone(&c->presence);
    if (c->here && !c->gone)
        come_back(c);
}

void client_disconnect(client *c, bool orderly)
{
    if (!c->dialled)
        return;
    link *l = net_link(c->w, c->link);
    if (orderly && c->open) {
        uint8_t code[2] = {1000 >> 8, 1000 & 0xff};
        client_say_raw(c, WS_OP_CLOSE, bytes_of(code, 2));
    }
    net_close_client(c->w, l);
    connection_lost(c);
}

static void watch(client *c)
{
    int64_t now_us = c->w->clock.now_us;
    client_timer_in(c, TIMER_WATCH, WATCH_US);
    if (presence_tick(&c->presence, now_us)) {
        presence_set(&c->presence, true, now_us);
        if (c->open && (c->greeted || !is_page(c)))
            client_say_awareness(c);
    }
    if (!c->open)
        return;
    if (c->plan->kind == CLIENT_STOCK && now_us - c->heard_us > SILENCE_US) {
        client_disconnect(c, true);
    } else if (is_page(c) && !c->heard && now_us - c->heard_us > FIRST_WORD_US) {
        client_disconnect(c, true);
    } else if (is_page(c) && c->probed_us > 0 && now_us - c->probed_us > PROBE_US) {
        client_disconnect(c, true);
    } else if (is_page(c) && c->probed_us == 0 && now_us - c->heard_us > SILENCE_US) {
        c->probed_us = now_us;
        client_say_awareness(c);
    }
}

void client_on_timer(client *c, uint32_t life, uint64_t arg)
{
    client_timer timer = (client_timer)(arg & 0xff);
    bool same_link = (uint32_t)(arg >> 8) == c->link && c->open;
    if (timer == TIMER_REOPEN && !c->here && life == c->life) {
        client_arrive(c);
        return;
    }
    if (!c->here || life != c->life)
        return;
    switch (timer) {
    case TIMER_CONNECT:
        dial(c);
        break;
    case TIMER_WATCH:
        watch(c);
        break;
    case TIMER_READ:
        if (c->dialled && (uint32_t)(arg >> 8) == c->link) {
            net_link(c->w, c->link)->paused = false;
            client_on_bytes(c, c->link);
        }
        break;
    case TIMER_REJOIN:
        if (c->demoted)
            page_start_over(c);
        if (same_link)
            client_disconnect(c, true);
        break;
    case TIMER_SAVE:
    case TIMER_GREET:
        if (timer == TIMER_SAVE || same_link)
            page_timer(c, timer);
        break;
    case TIMER_REOPEN:
        break;
    }
}

/* --------------------------------------------------------------------------------- sending --- */

void client_send_bytes(client *c, bytes s)
{
    if (c->open)
        net_send_up(c->w, net_link(c->w, c->link), s);
}

void client_say_raw(client *c, unsigned opcode, bytes payload)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    uint64_t mask = rng_next(&c->luck);
    uint8_t header[WS_HEADER_BYTES_MAX];
    size_t n = ws_header_encode(header, opcode, payload.len_bytes);
    header[1] |= 0x80;
    buf_put(&b, header, n);
    buf_put(&b, &mask, 4);
    buf_put_bytes(&b, payload);
    uint8_t *body = b.ptr + n + 4;
    for (size_t i = 0; i < payload.len_bytes; i++)
        body[i] ^= ((const uint8_t *)&mask)[i % 4];
    client_send_bytes(c, buf_view(&b));
    buf_deinit(&b);
}

static void note_message(client *c, const char *verb, sync_tag tag, bytes body)
{
    static const char *const names[] = {"step 1",          "step 2", "update",
                                        "awareness",       "denied", "query",
                                        "acknowledgement", "event",  "unknown"};
    char hex[2 * 40 + 4] = "";
    if (c->w->trace == NULL || tag == SYNC_EVENT)
        return;
    for (size_t i = 0; i < body.len_bytes && i < 40; i++)
        snprintf(hex + 2 * i, 3, "%02x", body.ptr[i]);
    world_note(c->w, "client %u %s %s, %zu bytes %s%s", c->number, verb, names[tag], body.len_bytes,
               hex, body.len_bytes > 40 ? ".." : "");
}

void client_say(client *c, sync_tag tag, bytes body)
{
    if (c->open)
        note_message(c, "says", tag, body);
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    sync_put(&b, &(sync_msg){.tag = tag, .body = body});
    client_say_raw(c, WS_OP_BINARY, buf_view(&b));
    buf_deinit(&b);
}

void client_say_awareness(client *c)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    presence_put(&c->presence, &b);
    client_say(c, SYNC_AWARENESS, buf_view(&b));
    buf_deinit(&b);
}

void client_say_step1(client *c)
{
    yoke_blob sv = YOKE_BLOB_INIT;
    if (yoke_doc_state_vector(c->doc, &sv) != YOKE_OK)
        abort();
    client_say(c, SYNC_STEP1, bytes_of(sv.ptr, sv.len_bytes));
    yoke_blob_free(&sv);
}

/* ------------------------------------------------------------------------------- receiving --- */

static void on_close_frame(client *c, bytes payload)
{
    unsigned code = payload.len_bytes >= 2 ? payload.ptr[0] * 256u + payload.ptr[1] : 1005;
    world_note(c->w, "client %u is closed: %u", c->number, code);
    bool conflict = code == WS_CLOSE_POLICY && payload.len_bytes > 10 &&
                    memcmp(payload.ptr + 2, "client id", 9) == 0;
    if (code >= 4400 && code <= 4499) {
        c->gone = true;
        if (!ledger_is_void(c->w, c->plan->room) && client_is_honest(c))
            law_broken(c->w, "rooms that exist are served", "client %u got %u", c->number, code);
    }
    if (conflict && client_is_honest(c))
        page_start_over(c);
    client_disconnect(c, true);
}

static void on_message(client *c, bytes payload)
{
    sync_msg msg;
    if (sync_decode(payload, &msg) != BASE_OK || msg.tag == SYNC_UNKNOWN) {
        law_broken(c->w, "the server speaks the protocol", "client %u: %zu bytes", c->number,
                   payload.len_bytes);
        return;
    }
    note_message(c, "hears", msg.tag, msg.body);
    if (msg.tag == SYNC_UPDATE && !client_is_honest(c)) {
        buf_clear(&c->last_update);
        buf_put_bytes(&c->last_update, msg.body);
    }
    if (is_page(c))
        page_message(c, &msg, payload);
    else if (c->plan->kind == CLIENT_STOCK)
        stock_message(c, &msg);
    else
        hostile_message(c, &msg);
}

static void on_frame(client *c, unsigned opcode, bytes payload)
{
    world_mix(c->w, opcode, c->number);
    world_mix_bytes(c->w, payload);
    c->heard_us = c->w->clock.now_us;
    c->heard = true;
    c->probed_us = 0;
    if (opcode == WS_OP_PING)
        client_say_raw(c, WS_OP_PONG, payload);
    else if (opcode == WS_OP_CLOSE)
        on_close_frame(c, payload);
    else if (opcode == WS_OP_BINARY)
        on_message(c, payload);
    else if (opcode != WS_OP_PONG)
        law_broken(c->w, "the server speaks the protocol", "opcode %u", opcode);
}

/* The first frame of `in`, if it is all there: 0 is not yet. */
static size_t parse_frame(bytes in, unsigned *opcode, bytes *payload)
{
    if (in.len_bytes < 2)
        return 0;
    size_t head = 2;
    uint64_t len = in.ptr[1];
    size_t more = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (in.len_bytes < head + more)
        return 0;
    for (size_t i = 0; i < more; i++)
        len = i == 0 ? in.ptr[2] : len << 8 | in.ptr[2 + i];
    head += more;
    if (in.len_bytes - head < len)
        return 0;
    *opcode = in.ptr[0] & 0x0fu;
    *payload = bytes_of(in.ptr + head, (size_t)len);
    return head + (size_t)len;
}

static void read_frames(client *c)
{
    /* What a frame does may end the connection, and with it `in`: work on it detached. */
    size_t len_bytes, cap_bytes;
    uint8_t *ptr = buf_detach(&c->in, &len_bytes, &cap_bytes);
    uint32_t link_ = c->link, life = c->life;
    size_t at = 0, n;
    unsigned opcode;
    bytes payload;
    while (c->open && c->link == link_ && c->life == life && !law_is_broken(c->w) &&
           (n = parse_frame(bytes_of(ptr + at, len_bytes - at), &opcode, &payload)) > 0) {
        at += n;
        on_frame(c, opcode, payload);
    }
    if (c->open && c->link == link_ && c->life == life)
        buf_put(&c->in, ptr + at, len_bytes - at);
    base_alloc_put(base_alloc_libc(), ptr, cap_bytes);
}

void client_on_bytes(client *c, uint32_t number)
{
    link *l = net_link(c->w, number);
    if (l->paused || l->down.arrived_bytes == 0)
        return;
    size_t n = l->down.arrived_bytes;
    l->down.arrived_bytes = 0;
    uint8_t *bytes_ = malloc(n);
    if (bytes_ == NULL)
        abort();
    n = net_take(&l->down, n, bytes_);
    if (c->dialled && c->link == number && c->open) {
        buf_put(&c->in, bytes_, n);
        read_frames(c);
    }
    free(bytes_);
}

void client_on_opened(client *c, uint32_t number)
{
    if (!c->dialled || c->link != number)
        return;
    c->open = true;
    c->heard = false;
    c->heard_us = c->w->clock.now_us;
    c->probed_us = 0;
    if (is_page(c))
        page_opened(c);
    else if (c->plan->kind == CLIENT_STOCK)
        stock_opened(c);
    else
        hostile_opened(c);
}

void client_on_closed(client *c, uint32_t number)
{
    link *l = net_link(c->w, number);
    l->paused = false;
    client_on_bytes(c, number);
    net_close_client(c->w, l);
    if (c->dialled && c->link == number)
        connection_lost(c);
}

static void hears_awareness(client *c, bytes update)
{
    bool answer;
    if (!presence_apply(&c->presence, update, c->w->clock.now_us, &answer))
        law_broken(c->w, "the server speaks the protocol", "awareness for client %u", c->number);
    else if (answer)
        client_say_awareness(c);
}

void client_hears(client *c, const sync_msg *msg)
{
    switch (msg->tag) {
    case SYNC_STEP2:
        if (client_apply(c, msg->body)) {
            c->synced = true;
            c->attempt = 0;
        }
        break;
    case SYNC_UPDATE:
        (void)client_apply(c, msg->body);
        break;
    case SYNC_AWARENESS:
        hears_awareness(c, msg->body);
        break;
    case SYNC_QUERY_AWARENESS:
        client_say_awareness(c);
        break;
    case SYNC_DENIED:
        /* It stays "not saved" until its user joins again. */
        if (!c->denied)
            client_timer_in(c, TIMER_REJOIN, REJOIN_US);
        c->denied = true;
        break;
    case SYNC_STEP1:
    case SYNC_ACK:
    case SYNC_EVENT:
    case SYNC_UNKNOWN:
        break;
    }
}

/* -------------------------------------------------------------------------------- the page --- */

void client_arrive(client *c)
{
    if (c->here || c->gone || ledger_is_void(c->w, c->plan->room))
        return;
    c->here = true;
    c->life++;
    c->attempt = 0;
    c->denied = false;
    client_new_doc(c);
    if (c->role == ROLE_VIEWER)
        page_forget_copy(c); /* who may not write has nothing to bring: it was never acked */
    else if (c->plan->kind == CLIENT_TANDEM)
        page_load_copy(c);
    client_timer_in(c, TIMER_WATCH, rng_between(&c->luck, 0, WATCH_US));
    dial(c);
}

void client_leave(client *c, bool goodbye)
{
    if (!c->here)
        return;
    if (goodbye && c->open && (c->greeted || !is_page(c)) && client_is_honest(c)) {
        presence_set(&c->presence, false, c->w->clock.now_us);
        client_say_awareness(c);
    }
    c->here = false;
    client_disconnect(c, goodbye);
    c->life++;
    yoke_doc_free(c->doc);
    c->doc = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < c->tag_count; i++)
        if (c->tags[i].saved)
            c->tags[kept++] = c->tags[i];
    c->tag_count = kept; /* what was not acked and not kept may vanish */
}

static void cut(client *c, uint64_t salt)
{
    rng luck = {salt};
    if (c->dialled)
        net_cut(c->w, net_link(c->w, c->link), (cut_kind)rng_below(&luck, CUT_KINDS), &luck);
}

void client_happens(client *c, const happening *h)
{
    rng luck = {h->salt};
    switch (h->kind) {
    case HAPPEN_ARRIVE:
        client_arrive(c);
        break;
    case HAPPEN_EDIT:
        if (c->here && c->role == ROLE_VIEWER)
            hostile_viewer_writes(c, h->salt);
        else if (c->here)
            client_edit(c, h->salt);
        break;
    case HAPPEN_CURSOR:
        if (c->here && c->open && (c->greeted || !is_page(c))) {
            presence_set(&c->presence, true, c->w->clock.now_us);
            client_say_awareness(c);
            if (is_page(c) && rng_percent(&luck, 25))
                client_say(c, SYNC_EVENT,
                           bytes_of_str("{\"type\":\"chat\",\"text\":\"hello\",\"ref\":\"1\"}"));
        }
        break;
    case HAPPEN_HOSTILE:
        if (c->here)
            hostile_act(c, h->salt);
        break;
    case HAPPEN_CUT:
        cut(c, h->salt);
        break;
    case HAPPEN_PAUSE:
        if (c->dialled) {
            net_link(c->w, c->link)->paused = true;
            client_timer_in(c, TIMER_READ, rng_scale(&luck, 100 * MS, 30 * SECOND));
        }
        break;
    case HAPPEN_RELOAD_EMPTY:
        page_forget_copy(c);
        c->claimed = c->misled = false;
        /* fall through */
    case HAPPEN_RELOAD:
        if (c->here) {
            client_leave(c, rng_percent(&luck, 50));
            client_arrive(c);
        }
        break;
    case HAPPEN_CLOSE_TAB:
        if (c->here) {
            client_leave(c, rng_percent(&luck, 50));
            client_timer_in(c, TIMER_REOPEN, rng_scale(&luck, 200 * MS, 20 * SECOND));
        }
        break;
    case HAPPEN_ROLE:
        if (c->plan->kind != CLIENT_TANDEM)
            break;
        c->role = c->role == ROLE_EDITOR ? ROLE_VIEWER : ROLE_EDITOR;
        c->demoted = c->here && c->role == ROLE_VIEWER;
        server_set_role(c->w->server, c->number, c->role);
        if (c->here)
            client_timer_in(c, TIMER_REJOIN, rng_scale(&luck, 1 * MS, 2 * SECOND));
        break;
    default:
        break;
    }
}
