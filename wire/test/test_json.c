#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/json.h"

static void objects(void **state)
{
    (void)state;
    static const char *good[] = {
        "{}",
        " { } ",
        "{\"a\":1}",
        "{\"a\":[],\"b\":{\"c\":[1,-2.5e+3,true,false,null,\"\\u00e9\\n\"]}}",
        "{\"a\":[[1],[2,{}]],\"b\":0.5}",
        "{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
    };
    static const char *bad[] = {
        "",
        "null",
        "[]",
        "{",
        "}",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":-}",
        "{} {}",
        "{\"a\"",
        "{\"a\":tru",
        "{\"a\":[1,]",
        "{\"a\":[1}}",
        "{\"a\":\"",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":1e}",
        "{,}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(json_check_object(bytes_of_str(good[i])), BASE_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(json_check_object(bytes_of_str(bad[i])), BASE_EMALFORMED);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    for (int depth = 1; depth < 60; depth++) {
        buf b;
        buf_init(&b, base_alloc_libc(), 1000);
        buf_put_str(&b, "{\"a\":");
        for (int i = 1; i < depth; i++)
            buf_put_str(&b, "[");
        buf_put_str(&b, "1");
        for (int i = 1; i < depth; i++)
            buf_put_str(&b, "]");
        buf_put_str(&b, "}");
        assert_int_equal(json_check_object(buf_view(&b)),
                         depth <= JSON_DEPTH_MAX ? BASE_OK : BASE_EMALFORMED);
        buf_deinit(&b);
    }
}

static void without(const char *in, const char *out, size_t members)
{
    buf b;
    size_t count;
    buf_init(&b, base_alloc_libc(), 1000);
    json_put_without(&b, bytes_of_str(in), "user", &count);
    assert_true(bytes_equal(buf_view(&b), bytes_of_str(out)));
    assert_int_equal(count, members);
    buf_deinit(&b);
}

static void a_member_is_left_out(void **state)
{
    (void)state;
    without("{}", "{", 0);
    without("{\"user\":1}", "{", 0);
    without("{\"a\":{\"user\":1}, \"user\" : {\"x\":[1,2]} ,\"b\":2}",
            "{\"a\":{\"user\":1},\"b\":2", 2);
    without("{\"user\":1,\"user\":2,\"a\":3}", "{\"a\":3", 1);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    buf b;
    buf_init(&b, base_alloc_libc(), 1000);
    json_put_string(&b, bytes_of_str("a\"b\\c\n\x01 \xc3\xa9"));
    assert_true(bytes_equal(buf_view(&b), bytes_of_str("\"a\\\"b\\\\c\\u000a\\u0001 \xc3\xa9\"")));
    buf_deinit(&b);
}

static void members_are_found(void **state)
{
    (void)state;
    bytes value;
    bytes object = bytes_of_str(" { \"a\" : {\"b\":1} , \"b\":[ 2 ] ,\"a\":\"x\\ny\" } ");
    assert_true(json_member(object, "b", &value));
    assert_true(bytes_equal(value, bytes_of_str("[ 2 ]")));
    assert_true(json_member(object, "a", &value)); /* the last one */
    assert_true(bytes_equal(value, bytes_of_str("\"x\\ny\"")));
    assert_false(json_member(object, "c", &value));
    assert_false(json_member(bytes_of_str("{}"), "a", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_member_is_left_out),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(members_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
