#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/hello.h"

#define EPOCH "0123456789abcdef0123456789abcdef"

static void what_it_says(void **state)
{
    (void)state;
    static const char json[] =
        "{\"type\":\"hello\",\"session\":17,\"name\":\"Ann \\\"A\\\"\",\"color_index\":3,"
        "\"role\":\"editor\",\"server_time\":1,\"epoch\":\"" EPOCH "\",\"room\":{\"id\":\"abc\","
        "\"name\":\"Caf\xc3\xa9\",\"language\":\"python\"},\"members\":[],"
        "\"limits\":{\"chat_bytes\":4096,\"files\":64,\"odd\":\"x\",\"minus\":-1,\"half\":1.5,"
        "\"huge\":9007199254740992,\"most\":9007199254740991}}";
    client_hello h;
    assert_int_equal(client_hello_decode(bytes_of_str(json), &h), BASE_OK);
    assert_string_equal(h.epoch, EPOCH);
    assert_int_equal(h.session, 17);
    assert_true(bytes_equal(h.role, bytes_of_str("editor")));
    assert_true(bytes_equal(h.name, bytes_of_str("\"Ann \\\"A\\\"\"")));
    assert_true(bytes_equal(h.room_name, bytes_of_str("\"Caf\xc3\xa9\"")));
    assert_int_equal(client_hello_limit(&h, "chat_bytes", 1), 4096);
    assert_int_equal(client_hello_limit(&h, "files", 1), 64);
    assert_int_equal(client_hello_limit(&h, "most", 1), 9007199254740991);
    static const char *const none[] = {"odd", "minus", "half", "huge", "missing"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(client_hello_limit(&h, none[i], 7), 7);
}

static void only_the_epoch_must_be_there(void **state)
{
    (void)state;
    client_hello h;
    static const char json[] =
        " { \"epoch\" : \"" EPOCH "\" , \"room\" : [] , \"session\" : \"1\" , \"name\" : 5 ,"
        " \"limits\" : null , \"type\" : \"hello\" } ";
    assert_int_equal(client_hello_decode(bytes_of_str(json), &h), BASE_OK);
    assert_int_equal(h.session, 0);
    assert_int_equal(h.role.len_bytes + h.name.len_bytes + h.room_name.len_bytes, 0);
    assert_int_equal(client_hello_limit(&h, "files", 3), 3);
}

static void what_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "hello",
        "[1]",
        "{\"type\":\"hello\"}",
        "{\"type\":\"hello\",\"epoch\":\"\"}",
        "{\"type\":\"hello\",\"epoch\":12345678901234567890123456789012}",
        "{\"type\":\"hello\",\"epoch\":\"0123456789ABCDEF0123456789abcdef\"}",
        "{\"type\":\"hello\",\"epoch\":\"0123456789abcdef0123456789abcde\"}",
        "{\"type\":\"hello\",\"epoch\":\"0123456789abcdef0123456789abcdef0\"}",
        "{\"type\":\"chat\",\"epoch\":\"" EPOCH "\"}",
        "{\"epoch\":\"" EPOCH "\"}",
        "{\"type\":\"hello\",\"epoch\":\"" EPOCH "\"",
    };
    client_hello h;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(client_hello_decode(bytes_of_str(bad[i]), &h), BASE_EMALFORMED);
    assert_false(client_event_is(bytes_of_str("{\"type\":hello}"), "hello"));
    assert_true(client_event_is(bytes_of_str("{\"type\":\"chat\"}"), "chat"));
}

/* Cut anywhere it is refused, and nothing behind its end is read. */
static void cut_short(void **state)
{
    (void)state;
    static const char json[] =
        "{\"type\":\"hello\",\"session\":1,\"epoch\":\"" EPOCH "\",\"limits\":{\"files\":1}}";
    for (size_t n = 0; n < sizeof json - 1; n++) {
        uint8_t *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, json, n);
        client_hello h;
        assert_int_equal(client_hello_decode(bytes_of(copy, n), &h), BASE_EMALFORMED);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says),
        cmocka_unit_test(only_the_epoch_must_be_there),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
