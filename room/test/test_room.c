#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

static int build(void **state)
{
    *state = house_new();
    return 0;
}

static int tear_down(void **state)
{
    house_free(*state);
    return 0;
}

static void two_sessions_converge(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    assert_string_equal(house_text(h, 0), "seed\n");
    for (int i = 0; i < 20; i++) {
        house_type(h, 0, "a");
        house_type(h, 1, "b");
        if (i % 3 == 0)
            house_deliver(h);
    }
    house_deliver(h);
    assert_int_equal(strlen(house_text(h, 0)), 45);
    assert_string_equal(house_text(h, 1), house_text(h, 0));
    assert_string_equal(house_room_text(h), house_text(h, 0));
    house_join_editor(h, 2);
    house_deliver(h);
    assert_string_equal(house_text(h, 2), house_text(h, 0));
}

static void an_update_is_not_echoed(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    size_t own = house_count(h, 0, SYNC_UPDATE), other = house_count(h, 1, SYNC_UPDATE);
    house_type(h, 0, "a");
    assert_int_equal(house_count(h, 0, SYNC_UPDATE), own);
    assert_int_equal(house_count(h, 1, SYNC_UPDATE), other + 1);
}

static void loading_keeps_everybody_waiting(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_join_editor(h, 1);
    house_type(h, 0, "early ");
    house_say(h, 1, SYNC_QUERY_AWARENESS, bytes_of_str(""));
    assert_int_equal(room_state(h->room), ROOM_LOADING);
    assert_int_equal(h->clients[0].received + h->clients[1].received, 0);
    house_load(h);
    assert_int_equal(room_state(h->room), ROOM_LIVE);
    house_deliver(h);
    house_commit(h);
    house_deliver(h);
    assert_int_equal(strlen(house_text(h, 1)), strlen("early seed\n"));
    assert_string_equal(house_text(h, 0), house_text(h, 1));
    assert_int_equal(house_count(h, 1, SYNC_AWARENESS), 1);
    assert_int_equal(h->clients[0].acked, 2);
}

static void loading_is_bounded(void **state)
{
    house *h = *state;
    h->limits.loading_bytes = 100;
    house_join_editor(h, 0);
    static const uint8_t big[200];
    house_say(h, 0, SYNC_UPDATE, bytes_of(big, sizeof big));
    assert_int_equal(h->clients[0].close_code, 1013);
    assert_int_equal(room_member_count(h->room), 0);
    house_load(h);
    assert_int_equal(room_state(h->room), ROOM_LINGER);
}

static void load_can_fail(void **state)
{
    house *h = *state;
    static const struct {
        int err;
        unsigned code;
    } cases[] = {{STORE_ENOTFOUND, 4404}, {STORE_ECORRUPT, 1011}, {STORE_EBUSY, 1013}};
    for (size_t i = 0; i < 3; i++) {
        house_join_editor(h, 0);
        room_on_load_failed(h->room, cases[i].err, h->now_ms);
        assert_int_equal(h->clients[0].close_code, cases[i].code);
        assert_int_equal(room_state(h->room), ROOM_ABSENT);
    }
    room_join join = {.tandem_v1 = true, .role = ROOM_EDITOR};
    assert_int_equal(room_on_join(h->room, 1, &join, h->now_ms), BASE_OK);
    store_loaded bad = {.snapshot = bytes_of_str("not an update")};
    assert_int_equal(room_on_loaded(h->room, &bad, h->now_ms), STORE_ECORRUPT);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
}

static void acks_follow_the_store(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    /* Step 2 of both, empty: durable at once. */
    house_deliver(h);
    assert_int_equal(h->clients[0].acked, 1);
    house_type(h, 0, "a");
    house_type(h, 1, "b");
    house_type(h, 0, "c");
    house_deliver(h);
    assert_int_equal(h->clients[0].acked, 1);
    room_on_store_stalled(h->room, STORE_EFULL, h->now_ms);
    assert_true(house_heard(h, 1, "store_stalled"));
    room_on_stored(h->room, 3, h->now_ms);
    house_deliver(h);
    assert_true(house_heard(h, 1, "store_recovered"));
    assert_int_equal(h->clients[0].acked, 2);
    assert_int_equal(h->clients[1].acked, 2);
    /* What was said again changes nothing, and waits for what came before it. */
    sync_msg again = house_last(h, 0, SYNC_UPDATE);
    house_say(h, 0, SYNC_UPDATE, again.body);
    house_deliver(h);
    assert_int_equal(h->clients[0].acked, 2);
    assert_int_equal(h->row_count, 3);
    house_commit(h);
    house_deliver(h);
    assert_int_equal(h->clients[0].acked, 4);
}

static void a_stalled_store_makes_it_read_only(void **state)
{
    house *h = *state;
    h->limits.unstored_bytes = 20;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_type(h, 0, "0123456789012345678901234567890");
    house_type(h, 0, "x");
    assert_int_equal(house_count(h, 0, SYNC_DENIED), 1);
    house_commit(h);
    house_deliver(h);
    assert_int_equal(h->clients[0].acked, 2);
    house_type(h, 0, "y");
    house_commit(h);
    house_deliver(h);
    /* The refused frame stops the count: it would say too much. */
    assert_int_equal(h->clients[0].acked, 2);
}

static void viewers_cannot_write(void **state)
{
    house *h = *state;
    room_join viewer = {.tandem_v1 = true, .role = ROOM_VIEWER, .name = "Vic"};
    house_join_editor(h, 0);
    house_load(h);
    house_join(h, 1, &viewer);
    house_deliver(h);
    assert_int_equal(house_count(h, 1, SYNC_STEP1), 0);
    assert_int_equal(house_count(h, 1, SYNC_STEP2), 1);
    assert_string_equal(house_text(h, 1), "seed\n");
    house_type(h, 1, "x");
    assert_int_equal(house_count(h, 1, SYNC_DENIED), 1);
    assert_int_equal(h->row_count, 0);
    assert_string_equal(house_room_text(h), "seed\n");
    house_say(h, 1, SYNC_STEP2, bytes_of("\0\0", 2));
    assert_int_equal(house_count(h, 1, SYNC_DENIED), 1);
    for (int i = 0; i < 10; i++)
        house_type(h, 1, "x");
    assert_int_equal(h->clients[1].close_code, 1008);
    assert_int_equal(room_member_count(h->room), 1);
    assert_string_equal(house_room_text(h), "seed\n");
}

static void a_role_counts_from_the_next_frame(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_type(h, 0, "a");
    room_set_role(h->room, 1, ROOM_VIEWER);
    assert_true(house_heard(h, 0, "\"role_changed\",\"session\":1,\"role\":\"viewer\""));
    house_type(h, 0, "b");
    assert_int_equal(house_count(h, 0, SYNC_DENIED), 1);
    assert_string_equal(house_room_text(h), "aseed\n");
}

static void it_lingers_flushes_and_comes_back(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_type(h, 0, "a");
    room_on_leave(h->room, 1, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_LINGER);
    h->now_ms += 29999;
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_LINGER);
    house_join_editor(h, 1);
    assert_int_equal(room_state(h->room), ROOM_LIVE);
    assert_false(h->load_wanted);
    house_deliver(h);
    assert_string_equal(house_text(h, 1), "aseed\n");
    room_on_leave(h->room, 2, h->now_ms);
    h->now_ms += 30000;
    room_tick(h->room, h->now_ms);
    /* Not stored yet: it stays. */
    assert_int_equal(room_state(h->room), ROOM_FLUSHING);
    house_join_editor(h, 1);
    assert_int_equal(room_state(h->room), ROOM_LIVE);
    room_on_leave(h->room, 2, h->now_ms);
    h->now_ms += 30000;
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_FLUSHING);
    house_commit(h);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    assert_false(room_loaded(h->room));
    house_join_editor(h, 2);
    house_load(h);
    house_deliver(h);
    assert_string_equal(house_text(h, 2), "aseed\n");
    house_type(h, 2, "b");
    house_commit(h);
    house_deliver(h);
    assert_int_equal(h->clients[2].acked, 2);
}

static void open_without_joining(void **state)
{
    house *h = *state;
    room_open(h->room, h->now_ms);
    house_load(h);
    assert_int_equal(room_state(h->room), ROOM_LINGER);
    assert_string_equal(house_room_text(h), "seed\n");
    h->now_ms += 30000;
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    buf b;
    buf_init(&b, base_alloc_libc(), 100);
    assert_int_equal(room_code(h->room, &b), STORE_ENOTFOUND);
}

static void even_without_linger_it_can_be_looked_at(void **state)
{
    house *h = *state;
    h->limits.linger_ms = 0;
    room_open(h->room, h->now_ms);
    house_load(h);
    assert_string_equal(house_room_text(h), "seed\n");
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    /* The only member says nonsense while the room loads, and is sent away. */
    house_join_editor(h, 0);
    house_say_raw(h, 0, bytes_of_str("\1"));
    house_load(h);
    assert_int_equal(h->clients[0].close_code, 1003);
    assert_string_equal(house_room_text(h), "seed\n");
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
}

static void a_room_that_loads_while_the_server_drains_is_read_and_goes(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    room_close_all(h->room, 1012, "the server restarts", h->now_ms);
    assert_int_equal(h->clients[0].close_code, 1012);
    house_load(h);
    assert_string_equal(house_room_text(h), "seed\n");
    room_tick(h->room, h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
}

/* What cannot be written is not acknowledged; its authors still have it. */
static void a_room_that_cannot_be_written_is_closed(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_commit(h);
    uint64_t acked = h->clients[0].acked;
    house_type(h, 0, "lost ");
    room_on_store_failed(h->room, STORE_ECORRUPT);
    house_deliver(h);
    assert_int_equal(h->clients[0].close_code, 1011);
    assert_int_equal(h->clients[0].acked, acked);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    room_on_stored(h->room, 9, h->now_ms);
    assert_null(room_check(h->room));
}

static void malformed_messages_close_their_sender_only(void **state)
{
    house *h = *state;
    static const struct {
        const char *raw;
        size_t n;
    } bad[] = {
        {"", 0},
        {"\0", 1},
        {"\0\3\1\0", 4},
        {"\0\2\5\1", 4},
        {"\0\2\3\xff\xff\xff", 6},
        {"\0\2\5\1\1\1\0\xff", 8},
        {"\0\1\1\x7f", 4},
        {"\0\0\1\5", 4},
        {"\1\1\1", 3},
        {"\0\2\1\0", 4},
    };
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        house_join_editor(h, 1);
        house_say_raw(h, 1, bytes_of(bad[i].raw, bad[i].n));
        assert_int_equal(h->clients[1].close_code, 1003);
        assert_int_equal(room_member_count(h->room), 1);
        assert_int_equal(h->clients[0].close_code, 0);
    }
    assert_int_equal(h->row_count, 0);
    house_type(h, 0, "a");
    assert_string_equal(house_room_text(h), "aseed\n");
    house_say_raw(h, 0, bytes_of_str("\x63whatever"));
    assert_string_equal(h->last_log, "message_ignored");
    assert_int_equal(h->clients[0].close_code, 0);
}

static void awareness_is_told_and_taken_back(void **state)
{
    house *h = *state;
    room_join stock = {.tandem_v1 = false, .role = ROOM_EDITOR};
    house_join_editor(h, 0);
    house_load(h);
    house_join(h, 1, &stock);
    house_deliver(h);
    house_say(h, 0, SYNC_AWARENESS, bytes_of("\1\x64\1\x0e{\"user\":\"Eve\"}", 18));
    sync_msg own = house_last(h, 0, SYNC_AWARENESS), other = house_last(h, 1, SYNC_AWARENESS);
    assert_true(bytes_equal(own.body, other.body));
    assert_memory_equal(own.body.ptr + 4,
                        "{\"user\":{\"id\":1,\"name\":\"Ann 0\",\"color_index\":0}}", 48);
    house_say(h, 1, SYNC_AWARENESS, bytes_of("\1\x65\1\x0e{\"user\":\"Eve\"}", 18));
    own = house_last(h, 1, SYNC_AWARENESS);
    assert_true(bytes_equal(own.body, bytes_of("\1\x65\1\x0e{\"user\":\"Eve\"}", 18)));
    house_join_editor(h, 2);
    assert_int_equal(house_last(h, 2, SYNC_AWARENESS).body.ptr[0], 2);
    house_say(h, 2, SYNC_QUERY_AWARENESS, bytes_of_str(""));
    assert_int_equal(house_count(h, 2, SYNC_AWARENESS), 2);
    /* Another connection cannot remove it. */
    size_t before = house_count(h, 0, SYNC_AWARENESS);
    house_say(h, 1, SYNC_AWARENESS, bytes_of("\1\x64\1\4null", 8));
    assert_int_equal(house_count(h, 0, SYNC_AWARENESS), before);
    room_on_leave(h->room, 1, h->now_ms);
    other = house_last(h, 1, SYNC_AWARENESS);
    assert_true(bytes_equal(other.body, bytes_of("\1\x64\1\4null", 8)));
    assert_int_equal(house_count(h, 0, SYNC_AWARENESS), before);
    assert_true(house_heard(h, 2, "{\"type\":\"member_left\",\"session\":1}"));
}

static void stock_clients_get_nothing_private(void **state)
{
    house *h = *state;
    room_join stock = {.tandem_v1 = false, .role = ROOM_EDITOR};
    house_join(h, 0, &stock);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    house_type(h, 0, "a");
    house_commit(h);
    room_set_role(h->room, 2, ROOM_VIEWER);
    room_renamed(h->room, "New");
    room_on_leave(h->room, 2, h->now_ms);
    assert_int_equal(house_count(h, 0, SYNC_EVENT), 0);
    assert_int_equal(house_count(h, 0, SYNC_ACK), 0);
    assert_true(house_heard(h, 1, "{\"type\":\"room_renamed\",\"name\":\"New\"}"));
}

static void hello_says_who_is_here(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_join_editor(h, 1);
    assert_true(house_heard(h, 1,
                            "{\"type\":\"hello\",\"session\":2,\"name\":\"Ann 1\","
                            "\"color_index\":1,\"role\":\"editor\""));
    assert_true(house_heard(h, 1, "\"epoch\":\"00000000000000000000000000000000\""));
    assert_true(house_heard(h, 1, "\"members\":[{\"session\":1,\"name\":\"Ann 0\""));
    assert_true(house_heard(h, 1, "\"room_members\":256"));
    assert_true(house_heard(h, 0, "{\"type\":\"member_joined\",\"member\":{\"session\":2"));
    /* The lowest free colour. */
    room_on_leave(h->room, 1, h->now_ms);
    house_join_editor(h, 2);
    assert_int_equal(room_member_at(h->room, 1).color_index, 0);
}

static void members_are_limited(void **state)
{
    house *h = *state;
    h->limits.room_members = 2;
    house_join_editor(h, 0);
    house_join_editor(h, 1);
    room_join join = {.tandem_v1 = true, .role = ROOM_EDITOR};
    assert_int_equal(room_on_join(h->room, 3, &join, h->now_ms), BASE_ELIMIT);
    assert_int_equal(room_member_count(h->room), 2);
    assert_int_equal(h->clients[2].received, 0);
}

static void names_are_cut_at_a_character(void **state)
{
    house *h = *state;
    h->limits.member_name_bytes = 4;
    room_join join = {.role = ROOM_EDITOR, .name = "abc\xc3\xa9"};
    house_join(h, 0, &join);
    assert_string_equal(room_member_at(h->room, 0).name, "abc");
    join.name = "\xff";
    h->limits.member_name_bytes = 64;
    house_join(h, 1, &join);
    assert_string_equal(room_member_at(h->room, 1).name, "Guest");
}

static void compaction_merges_exactly_the_rows(void **state)
{
    house *h = *state;
    h->limits.compact_rows = 10;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    for (int i = 0; i < 25; i++)
        house_type(h, 0, "a");
    /* One at a time; rows after it stay in the tail. */
    assert_int_equal(h->snapshots, 1);
    assert_int_equal(h->snapshot.upto_seq, 11);
    house_commit(h);
    assert_int_equal(room_stats_get(h->room).tail_rows, 15);
    room_tick(h->room, h->now_ms);
    assert_int_equal(h->snapshots, 2);
    house_type(h, 0, "b");
    house_commit(h);
    store_loaded l;
    assert_int_equal(store_load(h->store, "r", &l), BASE_OK);
    assert_int_equal(l.snapshot_seq, 26);
    assert_int_equal(l.row_count, 1);
    store_loaded_free(&l);

    room_close_all(h->room, 1012, "the server restarts", h->now_ms);
    assert_int_equal(h->clients[0].close_code, 1012);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    house_join_editor(h, 1);
    house_load(h);
    house_deliver(h);
    assert_string_equal(house_text(h, 1), house_text(h, 0));
    assert_int_equal(strlen(house_text(h, 1)), 31);
}

static void a_large_document_is_written_less_often(void **state)
{
    house *h = *state;
    h->limits.compact_rows = 10;
    h->limits.compact_bytes = 1000;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    static char text[3001];
    memset(text, 'x', 3000);
    house_type(h, 0, text);
    assert_int_equal(h->snapshots, 1); /* its size alone */
    house_commit(h);
    for (int i = 0; i < 40; i++)
        house_type(h, 0, "a");
    house_commit(h);
    assert_int_equal(h->snapshots, 1); /* three times the limit: 4 x 10 rows are too few */
    house_type(h, 0, "a");
    assert_int_equal(h->snapshots, 2);
    house_commit(h);
}

static void a_failed_snapshot_is_tried_later(void **state)
{
    house *h = *state;
    h->limits.compact_rows = 2;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    for (int i = 0; i < 3; i++)
        house_type(h, 0, "a");
    assert_int_equal(h->snapshots, 1);
    h->snapshot_wanted = false;
    free((void *)(uintptr_t)h->snapshot.state.ptr);
    room_on_snapshot_done(h->room, h->snapshot.upto_seq, STORE_EFULL, h->now_ms);
    house_type(h, 0, "a");
    assert_int_equal(h->snapshots, 1);
    h->now_ms += 10000;
    room_tick(h->room, h->now_ms);
    assert_int_equal(h->snapshots, 2);
}

static void deletion_closes_at_once(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_type(h, 0, "a");
    room_discard(h->room);
    assert_int_equal(h->clients[0].close_code, 4410);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
}

/* B's second update comes first: A must get both when the first one arrives. */
static void what_waits_is_woken_for_all(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    yoke_blob none = YOKE_BLOB_INIT, one = YOKE_BLOB_INIT, sv = YOKE_BLOB_INIT;
    yoke_blob two = YOKE_BLOB_INIT;
    yoke_doc *doc = h->clients[1].doc;
    yoke_type text;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text), YOKE_OK);
    assert_int_equal(yoke_doc_state_vector(doc, &none), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("1")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&none), 0, &one), YOKE_OK);
    assert_int_equal(yoke_doc_state_vector(doc, &sv), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("2")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &two), YOKE_OK);
    size_t asked = house_count(h, 1, SYNC_STEP1);
    house_say(h, 1, SYNC_UPDATE, bytes_of(two.ptr, two.len_bytes));
    assert_int_equal(house_count(h, 1, SYNC_STEP1), asked + 1);
    assert_string_equal(house_room_text(h), "seed\n");
    house_join_editor(h, 2);
    house_say(h, 1, SYNC_UPDATE, bytes_of(one.ptr, one.len_bytes));
    house_deliver(h);
    assert_string_equal(house_room_text(h), "21seed\n");
    assert_string_equal(house_text(h, 0), "21seed\n");
    assert_string_equal(house_text(h, 2), "21seed\n");
    yoke_blob_free(&none);
    yoke_blob_free(&one);
    yoke_blob_free(&sv);
    yoke_blob_free(&two);
}

/* What yjs 13.6 said and expects, by y-protocols 1.0.7. */
static const char *const yjs_updates[] = {"0101010004010174012000",
                                          "0101020004010174012900",
                                          "000101010001",
                                          "01010201840200013100",
                                          "01010101840100016100",
                                          "01010202840201016100",
                                          "000102010102",
                                          "01010203c401000101016200",
                                          "000101010101",
                                          "0001020200010301",
                                          "01010204840202012000",
                                          "01010205840204016500",
                                          "000102010402",
                                          "01010206840205046465662000",
                                          "0101020a840209042020202000",
                                          "0101020e84020d010a00",
                                          "0101020f84020e02207800",
                                          "010101028401010672657475726e00",
                                          "000102010e03",
                                          "010101088402020573656c662e00",
                                          "01010211c40109010a010a00",
                                          "000101010c01",
                                          "01010212c401090211010a00",
                                          "000102010903",
                                          "01010213c4020b020c010a00",
                                          "000101010a02",
                                          "01010214c40213020c0573656c662e00",
                                          "000102010601",
                                          "000102010d01",
                                          "01010219840210016300"};

static bytes unhex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; hex[0] != '\0'; hex += 2) {
        unsigned byte;
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        out[n++] = (uint8_t)byte;
    }
    return bytes_of(out, n);
}

static void expect_message(const house *h, size_t i, const char *hex)
{
    uint8_t raw[512];
    const client *c = &h->clients[i];
    assert_true(c->received > 0);
    bytes last = bytes_of(c->inbox[c->received - 1].ptr, c->inbox[c->received - 1].len_bytes);
    assert_true(bytes_equal(last, unhex(hex, raw)));
}

static const char *const yjs_step1_empty = "00000100";
static const char *const yjs_step2_empty = "0001020000";
static const char *const yjs_step1_half = "0000050202040102";
static const char *const yjs_step2_for_half =
    "00016002090204810202038402060265668102080384020b012081020c04c40109010a010ac401090211010ac4020b"
    "020c060a73656c662e84021001630301028401010672657475726e84020202736581010903020203000709030d0401"
    "0200020a03";
static const char *const yjs_step1_full = "00000502021a010d";
static const char *const yjs_step2_full =
    "000174020b02000101017403c10100010101810202038402060265668102080384020b012081020c04c40109010a01"
    "0ac401090211010ac4020b020c060a73656c662e84021001630501000101017401810100018401010672657475726e"
    "84020202736581010903020203000709030d04010200020a03";

static void speaks_as_yjs_does(void **state)
{
    (void)state;
    house *h = house_new_empty();
    uint8_t raw[512];
    room_join stock = {.tandem_v1 = false, .role = ROOM_EDITOR};
    house_join(h, 0, &stock);
    house_load(h);
    house_say_raw(h, 0, unhex(yjs_step1_empty, raw));
    expect_message(h, 0, yjs_step2_empty);
    house_join(h, 1, &stock);
    for (size_t i = 0; i < sizeof yjs_updates / sizeof *yjs_updates; i++) {
        bytes update = unhex(yjs_updates[i], raw);
        house_say(h, 0, SYNC_UPDATE, update);
        assert_true(bytes_equal(house_last(h, 1, SYNC_UPDATE).body, update));
    }
    house_say_raw(h, 1, unhex(yjs_step1_half, raw));
    expect_message(h, 1, yjs_step2_for_half);
    house_say_raw(h, 1, unhex(yjs_step1_empty, raw));
    expect_message(h, 1, yjs_step2_full);
    house_commit(h);
    room_close_all(h->room, 1012, "the server restarts", h->now_ms);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
    h->clients[2].session = 3;
    assert_int_equal(room_on_join(h->room, 3, &stock, h->now_ms), BASE_OK);
    house_load(h);
    expect_message(h, 2, yjs_step1_full);
    house_say_raw(h, 2, unhex(yjs_step1_empty, raw));
    expect_message(h, 2, yjs_step2_full);
    house_free(h);
}

/* The seed is client 1's: whoever writes as client 1 is told, and changes nothing. */
/* Client i sends a letter of writer `id` whose clock 0 nobody has: it waits. */
static void say_orphan(house *h, size_t i, uint8_t id)
{
    const uint8_t update[] = {1, 1, id, 1, 0x84, id, 0, 1, 'x', 0};
    house_say(h, i, SYNC_UPDATE, bytes_of((const char *)update, sizeof update));
}

/* The limits are for members: when they were lowered, what is stored is read all the same, and only
 * what comes new is refused. */
static void what_is_stored_loads_though_more_of_it_waits_than_may(void **state)
{
    house *h = *state;
    enum { ORPHANS = 5 };
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    for (uint8_t id = 1; id <= ORPHANS; id++)
        say_orphan(h, 0, 60 + id);
    assert_int_equal(room_stats_get(h->room).pending_structs, ORPHANS);
    for (int from = 0; from < 2; from++) { /* rows, then a snapshot */
        house_commit(h);
        room_on_leave(h->room, h->clients[0].session, h->now_ms);
        h->now_ms += 30000;
        room_tick(h->room, h->now_ms);
        house_commit(h);
        assert_int_equal(room_state(h->room), ROOM_ABSENT);
        h->limits.pending_structs = 2;
        h->limits.pending_bytes = 100;
        house_join_editor(h, 0);
        house_load(h);
        assert_int_equal(room_state(h->room), ROOM_LIVE);
        assert_int_equal(room_stats_get(h->room).pending_structs, ORPHANS);
        assert_string_equal(house_room_text(h), "seed\n");
        size_t denied = house_count(h, 0, SYNC_DENIED);
        say_orphan(h, 0, 70);
        assert_int_equal(house_count(h, 0, SYNC_DENIED), denied + 1);
        assert_int_equal(room_stats_get(h->room).pending_structs, ORPHANS);
        h->limits.compact_rows = 0;
        room_tick(h->room, h->now_ms);
        house_commit(h);
        assert_int_equal(h->snapshots, 1);
    }
}

static void two_writers_of_one_id_conflict(void **state)
{
    house *h = *state;
    uint8_t raw[512];
    house_join_editor(h, 0);
    house_load(h);
    house_say(h, 0, SYNC_UPDATE, unhex(yjs_updates[0], raw));
    assert_int_equal(h->clients[0].close_code, 1008);
    assert_true(house_heard(h, 0, "client_id_conflict"));
    assert_int_equal(h->row_count, 0);
    assert_string_equal(house_room_text(h), "seed\n");
}

static void say_all_updates(house *h)
{
    for (size_t i = 0; i < sizeof yjs_updates / sizeof *yjs_updates; i++) {
        uint8_t raw[512];
        buf msg;
        buf_init(&msg, base_alloc_libc(), 1000);
        bytes update = unhex(yjs_updates[i], raw);
        sync_put(&msg, &(sync_msg){.tag = SYNC_UPDATE, .body = update});
        room_on_message(h->room, 1 + i % 2, buf_view(&msg), h->now_ms);
        buf_deinit(&msg);
        assert_null(room_check(h->room));
    }
}

/* Whatever allocation fails, the room stays whole and stores what it took. */
static void without_memory_nothing_breaks(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n++) {
        house *h = house_new_empty();
        room_join join = {.tandem_v1 = true, .role = ROOM_EDITOR, .name = "Ann"};
        h->clients[0].session = 1;
        h->clients[1].session = 2;
        h->allocations_left = n;
        int one = room_on_join(h->room, 1, &join, h->now_ms);
        int two = room_on_join(h->room, 2, &join, h->now_ms);
        assert_true(one == BASE_OK || one == BASE_ENOMEM);
        assert_true(two == BASE_OK || two == BASE_ENOMEM);
        store_loaded loaded;
        assert_int_equal(store_load(h->store, "r", &loaded), BASE_OK);
        (void)room_on_loaded(h->room, &loaded, h->now_ms);
        store_loaded_free(&loaded);
        say_all_updates(h);
        h->allocations_left = SIZE_MAX;
        house_commit(h);
        room_stats stats = room_stats_get(h->room);
        assert_int_equal(stats.stored_seq, stats.last_seq);
        if (room_loaded(h->room)) {
            room_close_all(h->room, 1012, "the server restarts", h->now_ms);
            house_commit(h);
            assert_int_equal(room_state(h->room), ROOM_ABSENT);
        }
        house_free(h);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* One of yjs' updates with up to two bytes changed, and perhaps cut, said by a fresh member. */
static void say_mutated(house *h, uint32_t *seed)
{
    uint8_t raw[512];
    size_t count = sizeof yjs_updates / sizeof *yjs_updates;
    bytes update = unhex(yjs_updates[next_random(seed) % count], raw);
    room_join stock = {.tandem_v1 = false, .role = ROOM_EDITOR};
    buf msg;
    buf_init(&msg, base_alloc_libc(), 1000);
    sync_put(&msg, &(sync_msg){.tag = SYNC_UPDATE, .body = update});
    for (uint32_t i = next_random(seed) % 3; i > 0; i--)
        msg.ptr[next_random(seed) % msg.len_bytes] = (uint8_t)next_random(seed);
    if (next_random(seed) % 8 == 0)
        msg.len_bytes = next_random(seed) % msg.len_bytes;
    h->clients[1].session = 2;
    assert_int_equal(room_on_join(h->room, 2, &stock, h->now_ms), BASE_OK);
    house_say_raw(h, 1, buf_view(&msg));
    room_on_leave(h->room, 2, h->now_ms);
    buf_deinit(&msg);
}

/* The log is the truth: whatever was said, loading it gives the document that members saw. */
static void mutated_messages_replay_to_the_same_document(void **state)
{
    (void)state;
    uint32_t seed = 20231123;
    for (int round = 0; round < 60; round++) {
        uint8_t raw[512];
        house *h = house_new_empty();
        room_join stock = {.tandem_v1 = false, .role = ROOM_EDITOR};
        h->limits.compact_rows = 5 + next_random(&seed) % 20;
        house_join(h, 0, &stock);
        house_load(h);
        for (int i = 0; i < 40; i++) {
            say_mutated(h, &seed);
            if (next_random(&seed) % 10 == 0)
                house_commit(h);
        }
        assert_int_equal(h->clients[0].close_code, 0);
        house_say_raw(h, 0, unhex(yjs_step1_empty, raw));
        sync_msg before = house_last(h, 0, SYNC_STEP2);
        house_commit(h);
        room_close_all(h->room, 1012, "the server restarts", h->now_ms);
        house_commit(h);
        assert_int_equal(room_state(h->room), ROOM_ABSENT);
        house_join(h, 2, &stock);
        house_load(h);
        house_say_raw(h, 2, unhex(yjs_step1_empty, raw));
        assert_true(bytes_equal(house_last(h, 2, SYNC_STEP2).body, before.body));
        house_free(h);
    }
}

/* An ack or a step of the sync that could not be sent would never be asked for again. */
static void who_misses_something_for_want_of_memory_comes_back(void **state)
{
    (void)state;
    size_t closed = 0;
    for (size_t n = 0; n < 120; n++) {
        house *h = house_new();
        house_join_editor(h, 0);
        house_load(h);
        house_deliver(h);
        house_commit(h);
        h->allocations_left = n;
        room_join join = {.tandem_v1 = true, .role = ROOM_EDITOR, .name = "Bo"};
        yoke_options options = YOKE_OPTIONS_INIT;
        options.client_id = 101;
        h->clients[1].session = 2;
        assert_int_equal(yoke_doc_new(&options, &h->clients[1].doc), YOKE_OK);
        int joined = room_on_join(h->room, 2, &join, h->now_ms);
        house_type(h, 0, "x");
        house_commit(h);
        h->allocations_left = SIZE_MAX;
        house_deliver(h);
        if (h->clients[0].close_code == 0)
            assert_int_equal(h->clients[0].acked, 2); /* its step 2 and its edit */
        if (joined == BASE_OK && h->clients[1].close_code == 0) {
            assert_true(house_heard(h, 1, "\"hello\""));
            assert_int_equal(house_count(h, 1, SYNC_STEP1), 1);
        }
        closed += h->clients[0].close_code == 1013 || h->clients[1].close_code == 1013;
        house_free(h);
    }
    assert_true(closed > 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(two_sessions_converge),
        CASE(an_update_is_not_echoed),
        CASE(loading_keeps_everybody_waiting),
        CASE(loading_is_bounded),
        CASE(load_can_fail),
        CASE(acks_follow_the_store),
        CASE(a_stalled_store_makes_it_read_only),
        CASE(viewers_cannot_write),
        CASE(a_role_counts_from_the_next_frame),
        CASE(it_lingers_flushes_and_comes_back),
        CASE(open_without_joining),
        CASE(even_without_linger_it_can_be_looked_at),
        CASE(a_room_that_loads_while_the_server_drains_is_read_and_goes),
        CASE(a_room_that_cannot_be_written_is_closed),
        CASE(malformed_messages_close_their_sender_only),
        CASE(awareness_is_told_and_taken_back),
        CASE(stock_clients_get_nothing_private),
        CASE(hello_says_who_is_here),
        CASE(members_are_limited),
        CASE(names_are_cut_at_a_character),
        CASE(compaction_merges_exactly_the_rows),
        CASE(a_large_document_is_written_less_often),
        CASE(a_failed_snapshot_is_tried_later),
        CASE(deletion_closes_at_once),
        CASE(what_waits_is_woken_for_all),
        CASE(what_is_stored_loads_though_more_of_it_waits_than_may),
        CASE(two_writers_of_one_id_conflict),
        cmocka_unit_test(speaks_as_yjs_does),
        cmocka_unit_test(without_memory_nothing_breaks),
        cmocka_unit_test(who_misses_something_for_want_of_memory_comes_back),
        cmocka_unit_test(mutated_messages_replay_to_the_same_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
