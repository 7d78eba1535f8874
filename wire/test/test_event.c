#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/event.h"

static int decode(const char *json, buf *scratch, event_msg *out)
{
    buf_init(scratch, base_alloc_libc(), 1000);
    return event_decode(bytes_of_str(json), scratch, out);
}

static void chat_is_read(void **state)
{
    (void)state;
    buf scratch;
    event_msg e;
    assert_int_equal(decode("{\"ref\":\"r1\",\"type\":\"chat\", \"more\":[1], \"text\" : "
                            "\"a\\n\\\"b\\\\\\/\\u00e9\\ud83d\\ude00\\ud83d\" }",
                            &scratch, &e),
                     BASE_OK);
    assert_int_equal(e.tag, EVENT_CHAT);
    assert_true(bytes_equal(e.text, bytes_of_str("a\n\"b\\/\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd")));
    assert_true(bytes_equal(e.ref, bytes_of_str("r1")));
    buf_deinit(&scratch);
}

static void other_types_are_unknown(void **state)
{
    (void)state;
    buf scratch;
    event_msg e;
    assert_int_equal(decode("{\"type\":\"wave\",\"text\":1}", &scratch, &e), BASE_OK);
    assert_int_equal(e.tag, EVENT_UNKNOWN);
    buf_deinit(&scratch);
}

static void bad_events_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"type\":\"chat\"}",
        "{\"type\":\"chat\",\"text\":\"a\"}",
        "{\"type\":\"chat\",\"text\":1,\"ref\":\"r\"}",
        "{\"type\":\"chat\",\"text\":\"a\",\"ref\":null}",
        "{\"type\":\"chat\",\"text\":\"\",\"ref\":\"r\"}",
        "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\"\"}",
        "{\"type\":\"chat\",\"text\":\"a\",\"ref\":\""
        "0123456789012345678901234567890123456789012345678901234567890123456789\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        buf scratch;
        event_msg e;
        assert_int_equal(decode(bad[i], &scratch, &e), BASE_EMALFORMED);
        buf_deinit(&scratch);
    }
}

static void the_buffer_is_the_limit(void **state)
{
    (void)state;
    buf scratch;
    event_msg e;
    buf_init(&scratch, base_alloc_libc(), 4);
    assert_int_equal(event_decode(bytes_of_str("{\"type\":\"chat\",\"text\":\"hello\","
                                               "\"ref\":\"r\"}"),
                                  &scratch, &e),
                     BASE_ELIMIT);
    buf_deinit(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_is_read),
        cmocka_unit_test(other_types_are_unknown),
        cmocka_unit_test(bad_events_are_refused),
        cmocka_unit_test(the_buffer_is_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
