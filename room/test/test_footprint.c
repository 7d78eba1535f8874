/* What rooms and members cost while nothing happens: they are counted in tens of thousands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

#define ROOM_BYTES_MAX 384   /* a room without its document and its members */
#define MEMBER_BYTES_MAX 176 /* a member with a short name, without awareness */
#define STATE_BYTES_MAX 160  /* what its awareness adds, beside the JSON */

/* Everything that was started comes to its end. */
static void rest(house *h)
{
    house_deliver(h);
    house_commit(h);
    for (int i = 0; i < 2; i++) {
        h->now_ms += 1000;
        room_tick(h->room, h->now_ms);
    }
}

/* Without the document, which has its own bounds. */
static size_t room_bytes(const house *h)
{
    return h->bytes_in_use - (size_t)room_stats_get(h->room).engine_bytes;
}

static house *new_full_house(size_t members)
{
    house *h = house_new();
    house_join_editor(h, 0);
    house_load(h);
    for (size_t i = 1; i < members; i++)
        house_join_editor(h, i);
    rest(h);
    return h;
}

static void an_idle_room_is_small(void **state)
{
    (void)state;
    house *h = new_full_house(1);
    room_on_leave(h->room, h->clients[0].session, h->now_ms);
    rest(h);
    assert_int_equal(room_state(h->room), ROOM_LINGER);
    assert_in_range(room_bytes(h), 1, ROOM_BYTES_MAX);
    house_free(h);
}

static void an_idle_member_is_small(void **state)
{
    (void)state;
    house *few = new_full_house(4), *many = new_full_house(12);
    size_t eight = room_bytes(many) - room_bytes(few);
    assert_in_range(eight, 1, 8 * MEMBER_BYTES_MAX);
    house_free(few);
    house_free(many);
}

static void awareness_is_kept_without_slack(void **state)
{
    (void)state;
    static const char json[] = "{\"cursor\":{\"anchor\":null,\"head\":null}}";
    house *h = new_full_house(8);
    size_t before = room_bytes(h);
    for (size_t i = 0; i < 8; i++) {
        buf update;
        buf_init(&update, base_alloc_libc(), 4096);
        buf_put_varuint(&update, 1);
        buf_put_varuint(&update, 100 + i);
        buf_put_varuint(&update, 1);
        buf_put_varstring(&update, bytes_of_str(json));
        house_say(h, i, SYNC_AWARENESS, buf_view(&update));
        buf_deinit(&update);
    }
    rest(h);
    assert_in_range(room_bytes(h) - before, 1, 8 * (sizeof json + STATE_BYTES_MAX));
    house_free(h);
}

/* Whose the client ids are is remembered, from the first letter on. */
static void type_once(house *h, size_t members)
{
    for (size_t i = 0; i < members; i++)
        house_type(h, i, "a");
    rest(h);
}

static void work_leaves_nothing_behind(void **state)
{
    (void)state;
    house *h = new_full_house(4);
    type_once(h, 4);
    size_t before = room_bytes(h);
    for (int i = 0; i < 100; i++)
        house_type(h, (size_t)i % 4, "a");
    assert_true(room_bytes(h) > before);
    rest(h);
    assert_int_equal(room_bytes(h), before);
    house_free(h);
}

static void a_newcomers_frame_is_kept_for_the_next_and_then_dropped(void **state)
{
    (void)state;
    house *h = new_full_house(1);
    type_once(h, 1);
    size_t before = room_bytes(h);
    char text[2001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    house_type(h, 0, text);
    rest(h);
    assert_int_equal(room_bytes(h), before);
    house_join_editor(h, 1);
    size_t with_one = room_bytes(h);
    assert_true(with_one > before + sizeof text);
    house_join_editor(h, 2);
    assert_true(room_bytes(h) < with_one + sizeof text);
    rest(h);
    assert_true(room_bytes(h) < before + sizeof text);
    assert_string_equal(house_text(h, 2), house_text(h, 0));
    house_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_room_is_small),
        cmocka_unit_test(an_idle_member_is_small),
        cmocka_unit_test(awareness_is_kept_without_slack),
        cmocka_unit_test(work_leaves_nothing_behind),
        cmocka_unit_test(a_newcomers_frame_is_kept_for_the_next_and_then_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
