/* house.c - see house.h. */
#include "house.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "room/seed.h"
#include "store/memory/memory.h"

static bytes copy(bytes s)
{
    uint8_t *ptr = malloc(s.len_bytes + 1);
    assert_non_null(ptr);
    if (s.len_bytes > 0)
        memcpy(ptr, s.ptr, s.len_bytes);
    return bytes_of(ptr, s.len_bytes);
}

static client *by_session(house *h, uint64_t session)
{
    assert_in_range(session, 1, HOUSE_CLIENTS);
    return &h->clients[session - 1];
}

static void on_send(void *ctx, uint64_t session, frame *f)
{
    client *c = by_session(ctx, session);
    bytes payload = copy(frame_payload(f));
    assert_true(c->received < HOUSE_MESSAGES);
    c->inbox[c->received++] = (message){(uint8_t *)(uintptr_t)payload.ptr, payload.len_bytes};
}

static void on_send_coalescible(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    (void)key;
    on_send(ctx, session, f);
}

static void on_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    assert_true(strlen(reason) <= 123);
    by_session(ctx, session)->close_code = code;
}

static void on_load(void *ctx, room *r)
{
    (void)r;
    ((house *)ctx)->load_wanted = true;
}

static void on_append(void *ctx, room *r, const room_row *row)
{
    house *h = ctx;
    assert_true(h->row_count < HOUSE_MESSAGES);
    h->rows[h->row_count++] = (store_row){.room_id = room_id(r),
                                          .seq = row->seq,
                                          .author = row->author,
                                          .at_ms = row->at_ms,
                                          .update = copy(row->update)};
}

static void on_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    house *h = ctx;
    (void)r;
    assert_false(h->snapshot_wanted);
    h->snapshot_wanted = true;
    h->snapshots++;
    h->snapshot = (store_snapshot){upto_seq, h->now_ms, copy(state)};
}

static void on_author(void *ctx, room *r, const store_author *author)
{
    house *h = ctx;
    h->introduced++;
    assert_int_equal(store_author_put(h->store, room_id(r), author), BASE_OK);
}

static bool on_chat(void *ctx, room *r, uint64_t session, const store_chat *said)
{
    house *h = ctx;
    (void)r;
    if (h->chat_refused)
        return false;
    assert_int_equal(h->said_by, 0);
    h->said_by = session;
    h->said = *said;
    h->said.name = copy(said->name);
    h->said.text = copy(said->text);
    h->said.ref = copy(said->ref);
    return true;
}

static void on_log(void *ctx, const room *r, const room_log *entry)
{
    house *h = ctx;
    (void)r;
    snprintf(h->last_log, sizeof h->last_log, "%s", entry->event);
}

static void *counted_alloc(void *ctx, size_t size_bytes)
{
    house *h = ctx;
    if (h->allocations_left == 0)
        return NULL;
    void *ptr = malloc(size_bytes);
    h->allocations_left--;
    h->bytes_in_use += ptr != NULL ? size_bytes : 0;
    return ptr;
}

static void *counted_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    house *h = ctx;
    if (h->allocations_left == 0)
        return NULL;
    h->allocations_left--;
    void *moved = realloc(ptr, new_bytes);
    if (moved != NULL)
        h->bytes_in_use += new_bytes - old_bytes;
    return moved;
}

static void counted_release(void *ctx, void *ptr, size_t size_bytes)
{
    ((house *)ctx)->bytes_in_use -= size_bytes;
    free(ptr);
}

static house *new_house(bytes first_update)
{
    house *h = calloc(1, sizeof *h);
    assert_non_null(h);
    limits_init(&h->limits);
    h->now_ms = 1000000;
    h->sink = (room_sink){h,         on_send,     on_send_coalescible, on_close, on_load,
                          on_append, on_snapshot, on_author,           on_chat,  on_log};
    assert_int_equal(store_memory_open(base_alloc_libc(), &h->store), BASE_OK);
    store_room record = {.id = "r", .name = "Room", .language = "python"};
    assert_int_equal(store_room_create(h->store, &record, first_update), BASE_OK);
    h->allocations_left = SIZE_MAX;
    h->alloc = (base_alloc){h, counted_alloc, counted_resize, counted_release};
    room_options options = {"r", &h->limits, &h->sink, &h->alloc};
    h->room = room_new(&options);
    assert_non_null(h->room);
    return h;
}

house *house_new(void)
{
    buf update;
    buf_init(&update, base_alloc_libc(), 1 << 20);
    room_seed seed = {bytes_of_str("seed\r\n"), bytes_of_str("main.py"), bytes_of_str("python")};
    assert_int_equal(room_seed_update(&seed, base_alloc_libc(), &update), BASE_OK);
    house *h = new_house(buf_view(&update));
    buf_deinit(&update);
    return h;
}

house *house_new_empty(void)
{
    return new_house(bytes_of_str(""));
}

static void forget_said(house *h)
{
    free((void *)(uintptr_t)h->said.name.ptr);
    free((void *)(uintptr_t)h->said.text.ptr);
    free((void *)(uintptr_t)h->said.ref.ptr);
    h->said = (store_chat){0};
    h->said_by = 0;
}

void house_free(house *h)
{
    forget_said(h);
    room_free(h->room);
    assert_int_equal(h->bytes_in_use, 0);
    store_close(h->store);
    for (size_t i = 0; i < HOUSE_CLIENTS; i++) {
        yoke_doc_free(h->clients[i].doc);
        for (size_t k = 0; k < h->clients[i].received; k++)
            free(h->clients[i].inbox[k].ptr);
    }
    for (size_t i = 0; i < h->row_count; i++)
        free((void *)(uintptr_t)h->rows[i].update.ptr);
    if (h->snapshot_wanted)
        free((void *)(uintptr_t)h->snapshot.state.ptr);
    free(h);
}

static void check(house *h)
{
    const char *fault = room_check(h->room);
    assert_string_equal(fault == NULL ? "" : fault, "");
}

void house_load(house *h)
{
    store_loaded loaded;
    assert_true(h->load_wanted);
    h->load_wanted = false;
    assert_int_equal(store_load(store_reads(h->store), "r", &loaded), BASE_OK);
    assert_int_equal(room_on_loaded(h->room, &loaded, h->now_ms), BASE_OK);
    store_loaded_free(&loaded);
    check(h);
}

void house_commit(house *h)
{
    if (h->row_count > 0) {
        uint64_t upto = h->rows[h->row_count - 1].seq;
        assert_int_equal(store_append(h->store, h->rows, h->row_count), BASE_OK);
        for (size_t i = 0; i < h->row_count; i++)
            free((void *)(uintptr_t)h->rows[i].update.ptr);
        h->row_count = 0;
        room_on_stored(h->room, upto, h->now_ms);
    }
    if (h->snapshot_wanted) {
        h->snapshot_wanted = false;
        assert_int_equal(store_snapshot_put(h->store, "r", &h->snapshot), BASE_OK);
        free((void *)(uintptr_t)h->snapshot.state.ptr);
        room_on_snapshot_done(h->room, h->snapshot.upto_seq, BASE_OK, h->now_ms);
    }
    if (h->said_by != 0) {
        assert_int_equal(store_chat_add(h->store, "r", &h->said, h->limits.chat_messages), BASE_OK);
        room_on_chat_stored(h->room, &h->said);
        forget_said(h);
    }
    check(h);
}

static yoke_type text_of(yoke_doc *doc)
{
    yoke_type text;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text), YOKE_OK);
    return text;
}

void house_say_raw(house *h, size_t i, bytes payload)
{
    bytes exact = copy(payload);
    room_on_message(h->room, h->clients[i].session, exact, h->now_ms);
    free((void *)(uintptr_t)exact.ptr);
    check(h);
}

void house_say(house *h, size_t i, sync_tag tag, bytes body)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 24);
    sync_put(&b, &(sync_msg){.tag = tag, .body = body});
    house_say_raw(h, i, buf_view(&b));
    buf_deinit(&b);
}

static void say_step1(house *h, size_t i)
{
    yoke_blob sv = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_state_vector(h->clients[i].doc, &sv), YOKE_OK);
    house_say(h, i, SYNC_STEP1, bytes_of(sv.ptr, sv.len_bytes));
    yoke_blob_free(&sv);
}

void house_join(house *h, size_t i, const room_join *join)
{
    client *c = &h->clients[i];
    c->session = i + 1;
    c->close_code = 0;
    c->acked = 0;
    c->read = c->received;
    if (c->doc == NULL) {
        yoke_options options = YOKE_OPTIONS_INIT;
        options.client_id = 100 + i;
        assert_int_equal(yoke_doc_new(&options, &c->doc), YOKE_OK);
    }
    assert_int_equal(room_on_join(h->room, c->session, join, h->now_ms), BASE_OK);
    say_step1(h, i);
}

void house_join_editor(house *h, size_t i)
{
    char name[16];
    snprintf(name, sizeof name, "Ann %d", (int)i);
    room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR, .name = name};
    house_join(h, i, &join);
}

void house_type(house *h, size_t i, const char *text)
{
    yoke_doc *doc = h->clients[i].doc;
    yoke_blob sv = YOKE_BLOB_INIT, update = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_state_vector(doc, &sv), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text_of(doc), 0, YOKE_STR(text)), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &update), YOKE_OK);
    house_say(h, i, SYNC_UPDATE, bytes_of(update.ptr, update.len_bytes));
    yoke_blob_free(&sv);
    yoke_blob_free(&update);
}

static void work(house *h, size_t i, bytes payload)
{
    client *c = &h->clients[i];
    sync_msg msg;
    assert_int_equal(sync_decode(payload, &msg), BASE_OK);
    yoke_bytes body = {msg.body.ptr, msg.body.len_bytes};
    yoke_blob diff = YOKE_BLOB_INIT;
    switch (msg.tag) {
    case SYNC_STEP1:
        assert_int_equal(yoke_doc_encode(c->doc, body, 0, &diff), YOKE_OK);
        if (c->close_code == 0)
            house_say(h, i, SYNC_STEP2, bytes_of(diff.ptr, diff.len_bytes));
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
        assert_int_equal(yoke_doc_apply(c->doc, body, 0, NULL), YOKE_OK);
        break;
    case SYNC_ACK:
        assert_true(msg.count > c->acked);
        c->acked = msg.count;
        break;
    case SYNC_AWARENESS:
    case SYNC_DENIED:
    case SYNC_QUERY_AWARENESS:
    case SYNC_EVENT:
        break;
    case SYNC_UNKNOWN:
        fail();
    }
    yoke_blob_free(&diff);
}

void house_deliver(house *h)
{
    for (bool busy = true; busy;) {
        busy = false;
        for (size_t i = 0; i < HOUSE_CLIENTS; i++) {
            client *c = &h->clients[i];
            for (; c->read < c->received; busy = true) {
                message m = c->inbox[c->read++];
                work(h, i, bytes_of(m.ptr, m.len_bytes));
            }
        }
    }
}

const char *house_text(house *h, size_t i)
{
    yoke_blob utf8 = YOKE_BLOB_INIT;
    client *c = &h->clients[i];
    assert_int_equal(yoke_text_utf8(c->doc, text_of(c->doc), 0, UINT64_MAX, &utf8), YOKE_OK);
    snprintf(c->text, sizeof c->text, "%.*s", (int)utf8.len_bytes,
             utf8.ptr != NULL ? (const char *)utf8.ptr : "");
    yoke_blob_free(&utf8);
    return c->text;
}

const char *house_room_text(house *h)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 20);
    assert_int_equal(room_code(h->room, &b), BASE_OK);
    char *out = h->clients[HOUSE_CLIENTS - 1].text;
    snprintf(out, sizeof h->clients->text, "%.*s", (int)b.len_bytes,
             b.ptr != NULL ? (const char *)b.ptr : "");
    buf_deinit(&b);
    return out;
}

static bool next_of(const house *h, size_t i, sync_tag tag, size_t *at, sync_msg *out)
{
    const client *c = &h->clients[i];
    while (*at < c->received) {
        message m = c->inbox[(*at)++];
        assert_int_equal(sync_decode(bytes_of(m.ptr, m.len_bytes), out), BASE_OK);
        if (out->tag == tag)
            return true;
    }
    return false;
}

size_t house_count(const house *h, size_t i, sync_tag tag)
{
    size_t at = 0, n = 0;
    sync_msg msg;
    while (next_of(h, i, tag, &at, &msg))
        n++;
    return n;
}

sync_msg house_last(const house *h, size_t i, sync_tag tag)
{
    size_t at = 0;
    sync_msg msg, last = {.tag = SYNC_UNKNOWN};
    while (next_of(h, i, tag, &at, &msg))
        last = msg;
    assert_int_equal(last.tag, tag);
    return last;
}

bool house_heard(const house *h, size_t i, const char *part)
{
    size_t at = 0;
    sync_msg msg;
    while (next_of(h, i, SYNC_EVENT, &at, &msg)) {
        char json[8192];
        snprintf(json, sizeof json, "%.*s", (int)msg.body.len_bytes, (const char *)msg.body.ptr);
        if (strstr(json, part) != NULL)
            return true;
    }
    return false;
}
