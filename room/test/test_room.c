/* What those in a room say and hear. */
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
    room_join viewer = {.tandem_v1 = true, .role = ROLE_VIEWER, .name = "Vic"};
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
    room_set_role(h->room, 1, ROLE_VIEWER);
    assert_true(house_heard(h, 0, "\"role_changed\",\"session\":1,\"role\":\"viewer\""));
    house_type(h, 0, "b");
    assert_int_equal(house_count(h, 0, SYNC_DENIED), 1);
    assert_string_equal(house_room_text(h), "aseed\n");
}

/* Pages send nothing of their own before they are asked. */
static void who_may_write_now_is_asked_what_it_has(void **state)
{
    house *h = *state;
    room_join viewer = {.tandem_v1 = true, .role = ROLE_VIEWER, .name = "Vic"};
    house_join_editor(h, 0);
    house_load(h);
    house_join(h, 1, &viewer);
    house_deliver(h);
    room_set_role(h->room, 2, ROLE_EDITOR);
    assert_int_equal(house_count(h, 1, SYNC_STEP1), 1);
    assert_int_equal(house_count(h, 0, SYNC_STEP1), 1);
    house_deliver(h);
    house_type(h, 1, "v");
    assert_int_equal(house_count(h, 1, SYNC_DENIED), 0);
    assert_string_equal(house_room_text(h), "vseed\n");
    room_set_role(h->room, 2, ROLE_VIEWER);
    assert_int_equal(house_count(h, 1, SYNC_STEP1), 1);
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
    room_join stock = {.tandem_v1 = false, .role = ROLE_EDITOR};
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
    room_join stock = {.tandem_v1 = false, .role = ROLE_EDITOR};
    house_join(h, 0, &stock);
    house_load(h);
    house_join_editor(h, 1);
    house_deliver(h);
    house_type(h, 0, "a");
    house_commit(h);
    room_set_role(h->room, 2, ROLE_VIEWER);
    room_renamed(h->room, "New");
    room_on_leave(h->room, 2, h->now_ms);
    assert_int_equal(house_count(h, 0, SYNC_EVENT), 0);
    assert_int_equal(house_count(h, 0, SYNC_ACK), 0);
    assert_true(house_heard(h, 1, "{\"type\":\"room_renamed\",\"name\":\"New\"}"));
}

/* The record may be read before the new name is written, and its answer come after. */
static void a_name_given_while_loading_is_newer(void **state)
{
    house *h = *state;
    house_join_editor(h, 0);
    room_renamed(h->room, "New");
    house_load(h);
    house_deliver(h);
    assert_true(house_heard(h, 0, "\"name\":\"New\""));
    assert_int_equal(house_count(h, 0, SYNC_EVENT), 1); /* the hello alone */
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
    /* Of the limits those that a client can keep to. */
    assert_true(house_heard(h, 1,
                            "\"limits\":{\"frame_bytes\":16777280,\"update_bytes\":16777216,"
                            "\"awareness_bytes\":2048,\"chat_bytes\":4096,\"files\":64,"
                            "\"file_name_bytes\":255}}"));
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
    room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR};
    assert_int_equal(room_on_join(h->room, 3, &join, h->now_ms), BASE_ELIMIT);
    assert_int_equal(room_member_count(h->room), 2);
    assert_int_equal(h->clients[2].received, 0);
}

static void names_are_cut_at_a_character(void **state)
{
    house *h = *state;
    h->limits.member_name_bytes = 4;
    room_join join = {.role = ROLE_EDITOR, .name = "abc\xc3\xa9"};
    house_join(h, 0, &join);
    assert_string_equal(room_member_at(h->room, 0).name, "abc");
    join.name = "\xff";
    h->limits.member_name_bytes = 64;
    house_join(h, 1, &join);
    assert_string_equal(room_member_at(h->room, 1).name, "Guest");
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
        room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR, .name = "Bo"};
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
        CASE(acks_follow_the_store),
        CASE(a_stalled_store_makes_it_read_only),
        CASE(viewers_cannot_write),
        CASE(a_role_counts_from_the_next_frame),
        CASE(who_may_write_now_is_asked_what_it_has),
        CASE(malformed_messages_close_their_sender_only),
        CASE(awareness_is_told_and_taken_back),
        CASE(stock_clients_get_nothing_private),
        CASE(a_name_given_while_loading_is_newer),
        CASE(hello_says_who_is_here),
        CASE(members_are_limited),
        CASE(names_are_cut_at_a_character),
        CASE(what_waits_is_woken_for_all),
        cmocka_unit_test(who_misses_something_for_want_of_memory_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
