/* What members say, and who they are in the room's history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

static void say(house *h, size_t i, const char *json)
{
    house_say(h, i, SYNC_EVENT, bytes_of_str(json));
}

static void a_message_is_told_when_it_is_stored(void **state)
{
    (void)state;
    house *h = house_new();
    house_join_editor(h, 0);
    house_join_editor(h, 1);
    house_load(h);
    say(h, 0, "{\"type\":\"chat\",\"text\":\"hi \\\"you\\\"\",\"ref\":\"r1\"}");
    assert_false(house_heard(h, 1, "\"chat\""));
    house_commit(h);
    for (size_t i = 0; i < 2; i++)
        assert_true(house_heard(h, i,
                                "{\"type\":\"chat\",\"message\":{\"n\":1,\"at\":1000000,"
                                "\"author\":1,\"color_index\":0,\"name\":\"Ann 0\","
                                "\"text\":\"hi \\\"you\\\"\",\"ref\":\"r1\"}}"));
    house_free(h);
}

static void saying_it_again_says_it_once(void **state)
{
    (void)state;
    house *h = house_new();
    house_join_editor(h, 0);
    house_load(h);
    for (int i = 0; i < 2; i++) {
        h->now_ms += i;
        say(h, 0, "{\"type\":\"chat\",\"text\":\"once\",\"ref\":\"r1\"}");
        house_commit(h);
    }
    assert_true(house_heard(h, 0, "\"n\":1,\"at\":1000000"));
    assert_false(house_heard(h, 0, "\"n\":2"));
    assert_false(house_heard(h, 0, "\"at\":1000001"));
    house_free(h);
}

static void limits_are_named(void **state)
{
    (void)state;
    house *h = house_new();
    h->limits.chat_bytes = 3;
    h->limits.chat_per_minute = 2;
    house_join_editor(h, 0);
    house_load(h);
    say(h, 0, "{\"type\":\"chat\",\"text\":\"long\",\"ref\":\"r\"}");
    assert_true(house_heard(h, 0, "limit chat_bytes"));
    for (int i = 0; i < 2; i++) {
        say(h, 0, "{\"type\":\"chat\",\"text\":\"abc\",\"ref\":\"r\"}");
        house_commit(h);
    }
    assert_false(house_heard(h, 0, "limit chat_per_minute"));
    say(h, 0, "{\"type\":\"chat\",\"text\":\"abc\",\"ref\":\"r\"}");
    assert_true(house_heard(h, 0, "limit chat_per_minute"));
    assert_int_equal(h->said_by, 0);
    h->now_ms += 60000;
    say(h, 0, "{\"type\":\"chat\",\"text\":\"abc\",\"ref\":\"r\"}");
    assert_int_equal(h->said_by, 1);
    h->limits.event_bytes = 4;
    say(h, 0, "{\"type\":\"chat\",\"text\":\"abc\",\"ref\":\"r\"}");
    assert_true(house_heard(h, 0, "limit event_bytes"));
    house_free(h);
}

static void bad_events_harm_nobody(void **state)
{
    (void)state;
    house *h = house_new();
    house_join_editor(h, 0);
    house_load(h);
    say(h, 0, "{\"type\":\"chat\"");
    assert_true(house_heard(h, 0, "\"code\":\"event\""));
    assert_int_equal(h->clients[0].close_code, 0);
    say(h, 0, "{\"type\":\"wave\"}");
    assert_int_equal(h->said_by, 0);
    h->chat_refused = true;
    say(h, 0, "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\"r\"}");
    assert_true(house_heard(h, 0, "chat_not_stored"));
    house_free(h);
}

static void only_those_who_may_speak_are_heard(void **state)
{
    (void)state;
    house *h = house_new();
    house_join(h, 0, &(room_join){.tandem_v1 = true, .role = ROLE_VIEWER, .name = "V"});
    house_join(h, 1, &(room_join){.tandem_v1 = true, .role = ROLE_NONE, .name = "N"});
    house_load(h);
    say(h, 1, "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\"r\"}");
    assert_int_equal(h->said_by, 0);
    assert_true(house_heard(h, 1, "\"code\":\"role\""));
    say(h, 0, "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\"r\"}");
    assert_int_not_equal(h->said_by, 0);
    house_free(h);
}

static void stock_clients_say_nothing(void **state)
{
    (void)state;
    house *h = house_new();
    house_join(h, 0, &(room_join){.role = ROLE_EDITOR});
    house_load(h);
    say(h, 0, "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\"r\"}");
    assert_int_equal(h->said_by, 0);
    assert_int_equal(house_count(h, 0, SYNC_EVENT), 0);
    house_free(h);
}

static void expect_author(void *ctx, const store_author *author)
{
    ++*(size_t *)ctx;
    assert_int_equal(author->author, 77);
    assert_true(bytes_equal(author->name, bytes_of_str("Ada")));
}

static void rows_carry_the_author(void **state)
{
    (void)state;
    house *h = house_new();
    house_join(h, 0,
               &(room_join){.tandem_v1 = true, .role = ROLE_EDITOR, .name = "Ada", .author = 77});
    house_load(h);
    house_deliver(h);
    assert_int_equal(h->introduced, 0); /* who only looks has written nothing */
    house_type(h, 0, "a");
    house_type(h, 0, "b");
    assert_int_equal(h->introduced, 1);
    assert_int_equal(h->rows[h->row_count - 1].author, 77);
    size_t count = 0;
    assert_int_equal(store_authors(store_reads(h->store), "r", expect_author, &count), BASE_OK);
    assert_int_equal(count, 1);
    house_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_told_when_it_is_stored),
        cmocka_unit_test(saying_it_again_says_it_once),
        cmocka_unit_test(limits_are_named),
        cmocka_unit_test(bad_events_harm_nobody),
        cmocka_unit_test(only_those_who_may_speak_are_heard),
        cmocka_unit_test(stock_clients_say_nothing),
        cmocka_unit_test(rows_carry_the_author),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
