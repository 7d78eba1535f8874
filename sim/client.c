/* client.c - pages that open and close, their sockets and timers.  See client.h. */
#include "sim/client.h"

#include "sim/ledger.h"
#include "sim/server.h"
#include "wire/ws_client.h"

#include <stdlib.h>

#define WATCH_US (3 * SECOND)
#define STOCK_SILENCE_US (30 * SECOND)
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
           (client_session_saved(&c->session) && c->sent_count == 0 && c->tag_count == 0);
}

void client_init(client *c, world *w, uint32_t number)
{
    *c = (client){.w = w,
                  .plan = &w->plan->clients[number],
                  .number = number,
                  .luck = rng_of(w->plan->seed, 0x636C0000 + number)};
    c->role = c->plan->kind == CLIENT_VIEWER ? ROLE_VIEWER : ROLE_EDITOR;
    ws_decoder_init_client(&c->in, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&c->copy, base_alloc_libc(), SIZE_MAX / 4);
    buf_init(&c->last_update, base_alloc_libc(), SIZE_MAX / 4);
    page_init(c);
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
    ws_decoder_deinit(&c->in);
    client_session_deinit(&c->session);
    buf_deinit(&c->copy);
    buf_deinit(&c->last_update);
}

void client_joins(const client *c, uint64_t author, room_join *join)
{
    static const char *const names[] = {"Ann", "", "Bj\xc3\xb6rn \"B\"", NULL};
    bool tandem = is_page(c) || c->plan->kind == CLIENT_FLOODER;
    /* A page shows the secret of its browser. */
    uint64_t person = tandem ? c->number + UINT64_C(1) : 0;
    *join = (room_join){tandem, c->role, names[c->number % 4], author, person};
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
    ws_decoder_deinit(&c->in);
    ws_decoder_init_client(&c->in, base_alloc_libc(), SIZE_MAX / 4);
    c->link = net_connect(c->w, c->number);
}

static void come_back(client *c)
{
    int64_t us = client_backoff_us(c->attempt);
    if (!is_page(c)) { /* stock clients double from 0.1 s to 2.5 s */
        us = (100 * MS) << (c->attempt < 8 ? c->attempt : 8);
        us = us < 2500 * MS ? us : 2500 * MS;
    }
    c->attempt++;
    client_timer_in(c, TIMER_CONNECT, us / 2 + rng_between(&c->luck, 0, us / 2));
}

static void connection_lost(client *c)
{
    c->dialled = c->open = c->synced = c->denied = false;
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

/* Tell the own presence, if there is somebody to hear it. */
static void show(client *c)
{
    if (is_page(c))
        (void)client_session_show(&c->session);
    else if (c->open)
        client_say_awareness(c);
}

static void watch(client *c)
{
    int64_t now_us = c->w->clock.now_us;
    client_timer_in(c, TIMER_WATCH, WATCH_US);
    if (presence_tick(&c->presence, now_us)) {
        presence_renew(&c->presence, now_us);
        show(c);
    }
    if (c->open && is_page(c))
        client_session_tick(&c->session, now_us);
    else if (c->open && c->plan->kind == CLIENT_STOCK && now_us - c->heard_us > STOCK_SILENCE_US)
        client_disconnect(c, true);
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
    uint64_t luck = rng_next(&c->luck);
    uint8_t mask[4];
    memcpy(mask, &luck, sizeof mask);
    ws_frame_put(&b, opcode, payload, bytes_of(NULL, 0), mask);
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

void client_put_presence(const client *c, buf *out)
{
    char state[64];
    snprintf(state, sizeof state, "{\"cursor\":%llu}",
             (unsigned long long)presence_clock(&c->presence));
    presence_put(&c->presence, bytes_of_str(state), out);
}

void client_say_awareness(client *c)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    client_put_presence(c, &b);
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

static void on_close_frame(client *c, const ws_event *ev)
{
    client_next next = client_next_of(ev->close_code, ev->data);
    world_note(c->w, "client %u is closed: %u", c->number, ev->close_code);
    if (next == CLIENT_NEXT_NOT_ANY) {
        c->gone = true;
        if (!ledger_is_void(c->w, c->plan->room) && client_is_honest(c))
            law_broken(c->w, "rooms that exist are served", "client %u got %u", c->number,
                       ev->close_code);
    }
    if (next == CLIENT_NEXT_NEW_ID && client_is_honest(c))
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
        client_session_message(&c->session, payload, c->w->clock.now_us);
    else if (c->plan->kind == CLIENT_STOCK)
        stock_message(c, &msg);
    else
        hostile_message(c, &msg);
}

/* All that comes is part of the run's hash. */
static void mix_event(client *c, const ws_event *ev)
{
    static const unsigned opcodes[] = {[WS_EVENT_PING] = WS_OP_PING,
                                       [WS_EVENT_PONG] = WS_OP_PONG,
                                       [WS_EVENT_CLOSE] = WS_OP_CLOSE,
                                       [WS_EVENT_MESSAGE] = WS_OP_BINARY};
    world_mix(c->w, ev->tag == WS_EVENT_MESSAGE && ev->is_text ? WS_OP_TEXT : opcodes[ev->tag],
              c->number);
    if (ev->tag == WS_EVENT_CLOSE) {
        uint8_t close[WS_CONTROL_FRAME_BYTES_MAX];
        char reason[WS_CONTROL_BYTES_MAX];
        snprintf(reason, sizeof reason, "%.*s", (int)ev->data.len_bytes,
                 (const char *)ev->data.ptr);
        size_t n = ws_close_encode(close, ev->close_code, reason);
        world_mix_bytes(c->w, bytes_of(close + 2, n - 2));
    } else {
        world_mix_bytes(c->w, ev->data);
    }
}

static void on_event(client *c, const ws_event *ev)
{
    mix_event(c, ev);
    c->heard_us = c->w->clock.now_us;
    if (is_page(c))
        client_session_heard(&c->session, c->heard_us);
    if (ev->tag == WS_EVENT_PING)
        client_say_raw(c, WS_OP_PONG, ev->data);
    else if (ev->tag == WS_EVENT_CLOSE)
        on_close_frame(c, ev);
    else if (ev->tag == WS_EVENT_MESSAGE && !ev->is_text)
        on_message(c, ev->data);
    else if (ev->tag != WS_EVENT_PONG)
        law_broken(c->w, "the server speaks the protocol", "client %u got text", c->number);
}

/* What an event does may end the connection; a new one begins later, with a timer. */
static void read_frames(client *c, uint8_t *ptr, size_t len_bytes)
{
    uint32_t link_ = c->link, life = c->life;
    for (size_t at = 0, used = 0;
         at < len_bytes && c->open && c->link == link_ && c->life == life && !law_is_broken(c->w);
         at += used) {
        ws_event ev;
        if (ws_decoder_feed(&c->in, ptr + at, len_bytes - at, &used, &ev) != BASE_OK)
            law_broken(c->w, "the server speaks the protocol", "client %u: %s", c->number,
                       ev.reason);
        else if (ev.tag != WS_EVENT_NONE)
            on_event(c, &ev);
    }
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
    if (c->dialled && c->link == number && c->open)
        read_frames(c, bytes_, n);
    free(bytes_);
}

void client_on_opened(client *c, uint32_t number)
{
    if (!c->dialled || c->link != number)
        return;
    c->open = true;
    c->heard_us = c->w->clock.now_us;
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
    if (presence_apply(&c->presence, update, c->w->clock.now_us, &answer) != BASE_OK)
        law_broken(c->w, "the server speaks the protocol", "awareness for client %u", c->number);
    else if (answer)
        show(c);
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
    if (goodbye && c->open && (c->session.greeted || !is_page(c)) && client_is_honest(c)) {
        presence_withdraw(&c->presence, c->w->clock.now_us);
        show(c);
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
        if (c->here && c->open && (c->session.greeted || !is_page(c))) {
            presence_renew(&c->presence, c->w->clock.now_us);
            show(c);
            if (is_page(c) && rng_percent(&luck, 25))
                (void)client_session_say(
                    &c->session,
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
