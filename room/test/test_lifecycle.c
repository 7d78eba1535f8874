/* How a room comes from the store, is written back to it, and goes. */
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
    room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR};
    assert_int_equal(room_on_join(h->room, 1, &join, h->now_ms), BASE_OK);
    store_loaded bad = {.snapshot = bytes_of_str("not an update")};
    assert_int_equal(room_on_loaded(h->room, &bad, h->now_ms), STORE_ECORRUPT);
    assert_int_equal(room_state(h->room), ROOM_ABSENT);
}

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
    assert_int_equal(store_load(store_reads(h->store), "r", &l), BASE_OK);
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(loading_keeps_everybody_waiting),
        CASE(loading_is_bounded),
        CASE(load_can_fail),
        CASE(it_lingers_flushes_and_comes_back),
        CASE(open_without_joining),
        CASE(even_without_linger_it_can_be_looked_at),
        CASE(a_room_that_loads_while_the_server_drains_is_read_and_goes),
        CASE(a_room_that_cannot_be_written_is_closed),
        CASE(compaction_merges_exactly_the_rows),
        CASE(a_large_document_is_written_less_often),
        CASE(a_failed_snapshot_is_tried_later),
        CASE(deletion_closes_at_once),
        CASE(what_is_stored_loads_though_more_of_it_waits_than_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
