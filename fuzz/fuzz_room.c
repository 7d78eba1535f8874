/* Any bytes as what happens to a room: members come, say anything, change roles and leave, honest
 * ones type, the store answers late or not at all.  After each event
 *
 *   - the room holds its invariants, and so does its document;
 *   - what is sent can be read; an ack is never for more than was said, and only for what is
 * stored, and none follows a refusal;
 *   - a viewer has written nothing; rows are numbered without gaps.
 *
 * At the end what is stored loads again.  Without a snapshot it is the same document, byte for
 * byte.
 *
 *   input = { what, who, ... }
 */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "room/inner.h"
#include "room/test/idle_sink.h"
#include "wire/json.h"
#include "wire/ws.h"

#include <stdlib.h>

enum { SEATS = 6, FRAMES_MAX = 512, ROWS_MAX = 1024, EVENTS_MAX = 400 };

typedef struct seat {
    uint64_t session; /* 0: empty */
    role role;
    bool tandem_v1;
    uint64_t said;              /* step 2 and update messages */
    uint64_t needs[FRAMES_MAX]; /* row that must be stored before frame i is acked; 0: any */
    uint64_t acked;
    uint64_t denied_at; /* the first refused frame; 0: none */
    yoke_doc *doc;      /* of an honest typist */
} seat;

typedef struct world {
    room *room;
    limits max;
    room_sink sink;
    fuzz_memory memory;
    int64_t now_ms;
    seat seats[SEATS];
    uint64_t sessions;
    bool load_wanted;
    store_row rows[ROWS_MAX];
    size_t row_count, stored_count; /* appended, and of these committed */
    bytes snapshot;                 /* the stored one */
    uint64_t snapshot_seq;
    bytes offered; /* a snapshot that was asked for */
    uint64_t offered_seq;
    size_t told_bytes;
    uint64_t said_by; /* whose message is at the store; 0: none */
    store_chat said;
} world;

static bytes copy_of(bytes s)
{
    uint8_t *ptr = malloc(s.len_bytes + 1);
    fuzz_demand(ptr != NULL, "there is memory");
    if (s.len_bytes > 0)
        memcpy(ptr, s.ptr, s.len_bytes);
    return bytes_of(ptr, s.len_bytes);
}

static void drop(bytes s)
{
    free((void *)(uintptr_t)s.ptr);
}

static seat *seat_of(world *w, uint64_t session)
{
    for (size_t i = 0; i < SEATS; i++)
        if (w->seats[i].session == session)
            return &w->seats[i];
    fuzz_demand(false, "only members are spoken to");
    return NULL;
}

/* -------------------------------------------------------------------------------- the sink --- */

static void check_sent(const seat *s, const sync_msg *msg)
{
    switch (msg->tag) {
    case SYNC_STEP1:
    case SYNC_AWARENESS:
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
        fuzz_demand(yoke_update_check(to_yoke(msg->body), NULL) == YOKE_OK, "updates are updates");
        break;
    case SYNC_EVENT:
        fuzz_demand(s->tandem_v1 && json_check_object(msg->body) == BASE_OK, "events are JSON");
        break;
    case SYNC_ACK:
        fuzz_demand(s->tandem_v1 && msg->count > s->acked, "acks grow");
        break;
    case SYNC_DENIED:
        fuzz_demand(msg->body.len_bytes > 0, "a refusal has a reason");
        break;
    case SYNC_QUERY_AWARENESS:
    case SYNC_UNKNOWN:
        fuzz_demand(false, "the server says nothing else");
    }
}

static void on_send(void *ctx, uint64_t session, frame *f)
{
    world *w = ctx;
    seat *s = seat_of(w, session);
    sync_msg msg;
    fuzz_demand(sync_decode(frame_payload(f), &msg) == BASE_OK, "what is sent can be read");
    check_sent(s, &msg);
    if (msg.tag == SYNC_ACK)
        s->acked = msg.count;
    if (msg.tag == SYNC_DENIED && s->denied_at == 0)
        s->denied_at = s->said;
    w->told_bytes += f->len_bytes;
}

static void on_send_newest(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    (void)key;
    on_send(ctx, session, f);
}

static void leave_seat(seat *s)
{
    yoke_doc_free(s->doc);
    *s = (seat){0};
}

static void on_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    fuzz_demand(code >= 1000 && strlen(reason) <= 123, "it is told why");
    leave_seat(seat_of(ctx, session));
}

static void on_load(void *ctx, room *r)
{
    world *w = ctx;
    (void)r;
    fuzz_demand(!w->load_wanted, "it is loaded once");
    w->load_wanted = true;
}

static void on_append(void *ctx, room *r, const room_row *row)
{
    world *w = ctx;
    (void)r;
    fuzz_demand(w->row_count < ROWS_MAX, "one row for one event");
    fuzz_demand(row->seq == w->row_count + 1, "rows have no gaps");
    fuzz_demand(seat_of(w, row->author)->role != ROLE_VIEWER, "viewers write nothing");
    fuzz_demand(yoke_update_check(to_yoke(row->update), NULL) == YOKE_OK, "a row is an update");
    w->rows[w->row_count++] =
        (store_row){.seq = row->seq, .author = row->author, .update = copy_of(row->update)};
}

static void on_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    world *w = ctx;
    (void)r;
    fuzz_demand(w->offered.ptr == NULL, "one snapshot at a time");
    fuzz_demand(upto_seq == w->row_count, "it holds all rows");
    w->offered = copy_of(state);
    w->offered_seq = upto_seq;
}

static void on_author(void *ctx, room *r, const store_author *author)
{
    (void)r;
    fuzz_demand(seat_of(ctx, author->author)->session != 0, "who writes is a member");
}

/* One message at a time goes to the store; of others it has no memory. */
static bool on_chat(void *ctx, room *r, uint64_t session, const store_chat *said)
{
    world *w = ctx;
    (void)r;
    fuzz_demand(seat_of(w, session)->session != 0, "who speaks is a member");
    if (w->said_by != 0)
        return false;
    w->said_by = session;
    w->said = *said;
    w->said.name = copy_of(said->name);
    w->said.text = copy_of(said->text);
    w->said.ref = copy_of(said->ref);
    return true;
}

/* --------------------------------------------------------------------------------- events --- */

static void join(world *w, seat *s, input *in)
{
    uint8_t how = input_u8(in);
    if (s->session != 0)
        return;
    *s = (seat){
        .session = ++w->sessions, .tandem_v1 = how % 2 == 1, .role = ROLE_VIEWER + how / 2 % 3};
    room_join as = {.tandem_v1 = s->tandem_v1,
                    .role = s->role,
                    .name = how > 128 ? "N\xc3\xa9" : "",
                    .author = s->session};
    int err = room_on_join(w->room, s->session, &as, w->now_ms);
    fuzz_demand(err == BASE_OK || (err == BASE_ELIMIT && w->max.room_members <= SEATS), "it is in");
    if (err != BASE_OK)
        leave_seat(s);
}

/* Says a message; what the ack of its frame has to wait for is known afterwards. */
static void say(world *w, seat *s, bytes message)
{
    uint64_t session = s->session;
    bool waits = room_state(w->room) == ROOM_LOADING;
    sync_msg msg;
    bool counts =
        sync_decode(message, &msg) == BASE_OK && (msg.tag == SYNC_STEP2 || msg.tag == SYNC_UPDATE);
    bytes exact = copy_of(message);
    s->said += counts;
    room_on_message(w->room, session, exact, w->now_ms);
    drop(exact);
    if (s->session == session && counts && s->said < FRAMES_MAX)
        s->needs[s->said] = waits ? 0 : w->row_count;
}

static void say_tag(world *w, seat *s, sync_tag tag, bytes body)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 20);
    sync_put(&b, &(sync_msg){.tag = tag, .body = body});
    fuzz_demand(buf_err(&b) == BASE_OK, "a message is made");
    say(w, s, buf_view(&b));
    buf_deinit(&b);
}

/* An honest member inserts or deletes; now and then its updates arrive without those before. */
static void type(world *w, seat *s, input *in)
{
    uint8_t how = input_u8(in);
    yoke_type text = {0};
    yoke_blob sv = YOKE_BLOB_INIT, update = YOKE_BLOB_INIT;
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = 1000 + s->session;
    if (s->doc == NULL)
        fuzz_demand(yoke_doc_new(&options, &s->doc) == YOKE_OK, "there is a document");
    fuzz_demand(yoke_doc_state_vector(s->doc, &sv) == YOKE_OK &&
                    yoke_doc_root(s->doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text) == YOKE_OK,
                "with a text");
    uint64_t len = yoke_type_len(s->doc, text);
    yoke_err err = how % 4 == 0 && len > 0 ? yoke_text_delete(s->doc, text, how % len, 1)
                                           : yoke_text_insert(s->doc, text, how % (len + 1),
                                                              YOKE_STR("a\xf0\x9f\x98\x80"));
    fuzz_demand(err == YOKE_OK, "it is typed");
    fuzz_demand(yoke_doc_encode(s->doc, yoke_blob_view(&sv), 0, &update) == YOKE_OK, "encoded");
    if (how < 200)
        say_tag(w, s, SYNC_UPDATE, from_yoke(yoke_blob_view(&update)));
    yoke_blob_free(&sv);
    yoke_blob_free(&update);
}

static void commit(world *w, input *in)
{
    size_t most = w->row_count - w->stored_count;
    if (most == 0)
        return;
    w->stored_count += 1 + input_u8(in) % most;
    room_on_stored(w->room, w->stored_count, w->now_ms);
}

static void forget_said(world *w)
{
    drop(w->said.name);
    drop(w->said.text);
    drop(w->said.ref);
    w->said = (store_chat){0};
    w->said_by = 0;
}

static void answer_chat(world *w, input *in)
{
    if (w->said_by == 0)
        return;
    w->said.n++;
    if (input_u8(in) % 4 == 0)
        room_on_chat_failed(w->room, w->said_by, STORE_EFULL);
    else
        room_on_chat_stored(w->room, &w->said);
    forget_said(w);
}

static void answer_snapshot(world *w, input *in)
{
    if (w->offered.ptr == NULL || w->stored_count < w->offered_seq)
        return;
    bytes state = w->offered;
    int err = input_u8(in) % 4 == 0 ? STORE_EFULL : BASE_OK;
    w->offered = (bytes){NULL, 0};
    if (err == BASE_OK) {
        drop(w->snapshot);
        w->snapshot = state;
        w->snapshot_seq = w->offered_seq;
    } else {
        drop(state);
    }
    room_on_snapshot_done(w->room, w->offered_seq, err, w->now_ms);
}

static store_loaded stored(world *w)
{
    store_loaded loaded = {.room = {.id = "r", .name = "n", .language = "python"}};
    loaded.snapshot = w->snapshot;
    loaded.snapshot_seq = w->snapshot_seq;
    loaded.rows = w->rows + w->snapshot_seq;
    loaded.row_count = w->stored_count - w->snapshot_seq;
    loaded.last_seq = w->stored_count;
    return loaded;
}

static void answer_load(world *w)
{
    if (!w->load_wanted)
        return;
    fuzz_demand(w->stored_count == w->row_count, "a room that loads has everything stored");
    store_loaded loaded = stored(w);
    w->load_wanted = false;
    fuzz_demand(room_on_loaded(w->room, &loaded, w->now_ms) == BASE_OK, "what was stored loads");
}

static void event(world *w, input *in)
{
    uint8_t what = input_u8(in);
    seat *s = &w->seats[input_u8(in) % SEATS];
    static const sync_tag tags[] = {SYNC_STEP1, SYNC_STEP2, SYNC_UPDATE, SYNC_AWARENESS,
                                    SYNC_EVENT};
    bool seated = s->session != 0;
    switch (what % 16) {
    case 0:
        join(w, s, in);
        break;
    case 1:
        if (seated)
            room_on_leave(w->room, s->session, w->now_ms);
        leave_seat(s);
        break;
    case 2:
        if (seated)
            say(w, s, input_piece(in));
        break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
        if (seated)
            say_tag(w, s, tags[what % 16 - 3], input_piece(in));
        break;
    case 8:
        if (seated)
            type(w, s, in);
        break;
    case 9:
        commit(w, in);
        answer_chat(w, in);
        break;
    case 10:
        answer_snapshot(w, in);
        break;
    case 11:
        answer_load(w);
        break;
    case 12:
        w->now_ms += (int64_t)input_u8(in) * 200;
        room_tick(w->room, w->now_ms);
        break;
    case 13:
        if (seated)
            room_set_role(w->room, s->session, s->role = ROLE_VIEWER + input_u8(in) % 3);
        break;
    case 14:
        room_on_store_stalled(w->room, STORE_EFULL, w->now_ms);
        break;
    default:
        if (what > 200)
            room_close_all(w->room, WS_CLOSE_RESTART, "restart", w->now_ms);
        else if (seated)
            say_tag(w, s, SYNC_QUERY_AWARENESS, (bytes){NULL, 0});
    }
}

static void check(world *w)
{
    const char *fault = room_check(w->room);
    fuzz_demand(fault == NULL, fault);
    fault = w->room->doc != NULL ? yoke_doc_check(w->room->doc) : NULL;
    fuzz_demand(fault == NULL, fault);
    fuzz_demand(w->room->doc == NULL || room_stats_get(w->room).last_seq == w->row_count, "rows");
    for (size_t i = 0; i < SEATS; i++) {
        const seat *s = &w->seats[i];
        fuzz_demand(s->acked <= s->said, "no more is acked than was said");
        fuzz_demand(s->denied_at == 0 || s->acked < s->denied_at, "nothing refused is acked");
        if (s->acked > 0 && s->acked < FRAMES_MAX)
            fuzz_demand(s->needs[s->acked] <= w->stored_count, "only what is stored is acked");
    }
}

/* ------------------------------------------------------------------------------- the end --- */

static void demand_same(room *live, room *again)
{
    yoke_blob one = YOKE_BLOB_INIT, two = YOKE_BLOB_INIT;
    fuzz_demand(yoke_doc_encode(live->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &one) == YOKE_OK &&
                    yoke_doc_encode(again->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &two) == YOKE_OK,
                "both encode");
    fuzz_demand(fuzz_same(&one, &two), "the log is the document");
    yoke_blob_free(&one);
    yoke_blob_free(&two);
}

static void load_again(world *w)
{
    bool had_snapshot = w->snapshot_seq > 0;
    w->stored_count = w->row_count;
    room_on_stored(w->room, w->stored_count, w->now_ms);
    store_loaded loaded = stored(w);
    bool was_wanted = w->load_wanted;
    w->load_wanted = false;
    room *again = room_new(&(room_options){"r", &w->max, &w->sink, &w->memory.alloc});
    fuzz_demand(again != NULL, "there is memory");
    drop(w->offered);
    w->offered = (bytes){NULL, 0};
    room_open(again, w->now_ms);
    fuzz_demand(room_on_loaded(again, &loaded, w->now_ms) == BASE_OK, "what was stored loads");
    fuzz_demand(yoke_doc_check(again->doc) == NULL, "and is sound");
    if (!had_snapshot && w->room->doc != NULL)
        demand_same(w->room, again);
    room_free(again);
    w->load_wanted = was_wanted;
}

static void set_limits(limits *max)
{
    limits_init(max);
    max->update_bytes = 2048;
    max->document_bytes = 1 << 20;
    max->document_structs = 300;
    max->pending_structs = 40;
    max->pending_bytes = 8192;
    max->nesting = 8;
    max->room_members = 5;
    max->loading_bytes = 600;
    max->unstored_bytes = 3000;
    max->violations_per_minute = 3;
    max->compact_rows = 12;
    max->unload_rows = 4;
    max->awareness_bytes = 120;
    max->awareness_ids = 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    static world w;
    input in = input_of(data, size_bytes);
    w = (world){.now_ms = 1000000};
    fuzz_memory_init(&w.memory);
    set_limits(&w.max);
    w.sink = (room_sink){&w,        on_send,     on_send_newest, on_close, on_load,
                         on_append, on_snapshot, on_author,      on_chat,  idle_log};
    w.room = room_new(&(room_options){"r", &w.max, &w.sink, &w.memory.alloc});
    fuzz_demand(w.room != NULL, "there is memory");
    for (int i = 0; input_more(&in) && i < EVENTS_MAX; i++) {
        event(&w, &in);
        check(&w);
    }
    load_again(&w);
    room_free(w.room);
    for (size_t i = 0; i < SEATS; i++)
        leave_seat(&w.seats[i]);
    for (size_t i = 0; i < w.row_count; i++)
        drop(w.rows[i].update);
    drop(w.snapshot);
    drop(w.offered);
    forget_said(&w);
    fuzz_memory_end(&w.memory, 3 * (size_t)w.max.document_bytes + (1 << 20));
    return 0;
}
