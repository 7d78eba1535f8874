/* What real Yjs said to a room and expects of it: as it was, with memory that ends, and mutated. */
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
    room_join stock = {.tandem_v1 = false, .role = ROLE_EDITOR};
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
        room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR, .name = "Ann"};
        h->clients[0].session = 1;
        h->clients[1].session = 2;
        h->allocations_left = n;
        int one = room_on_join(h->room, 1, &join, h->now_ms);
        int two = room_on_join(h->room, 2, &join, h->now_ms);
        assert_true(one == BASE_OK || one == BASE_ENOMEM);
        assert_true(two == BASE_OK || two == BASE_ENOMEM);
        store_loaded loaded;
        assert_int_equal(store_load(store_reads(h->store), "r", &loaded), BASE_OK);
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
    room_join stock = {.tandem_v1 = false, .role = ROLE_EDITOR};
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
        room_join stock = {.tandem_v1 = false, .role = ROLE_EDITOR};
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(two_writers_of_one_id_conflict),
        cmocka_unit_test(speaks_as_yjs_does),
        cmocka_unit_test(without_memory_nothing_breaks),
        cmocka_unit_test(mutated_messages_replay_to_the_same_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
