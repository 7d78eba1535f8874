/* Bodies: every mistake is named, by the path to it and its kind, and all are named together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/json_check.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
#include <string.h>

static struct {
    json_check_body wanted;
    bool passed;
    char name[64];
    int64_t days;
    bool has_days;
    bool flag;
    bool has_flag;
} got;

static void answer(exchange *x)
{
    static const char *const colors[] = {"red", "green", "blue", NULL};
    json_check c;
    got.passed = false;
    got.days = -1;
    if (!json_check_begin(&c, x, got.wanted))
        return;
    const char *name = json_check_string(
        &c, "name",
        &(json_string_rule){
            .required = got.wanted == JSON_CHECK_REQUIRED, .chars_min = 2, .chars_max = 4});
    snprintf(got.name, sizeof got.name, "%s", name != NULL ? name : "-");
    json_check_string(&c, "color", &(json_string_rule){.nullable = true, .one_of = colors});
    got.has_days = json_check_number(
        &c, "days", &(json_number_rule){.nullable = true, .min = 0, .max = 10}, &got.days);
    json_check_bool(&c, "flag", &got.flag);
    got.has_flag = json_check_has(&c, "flag");
    if (!json_check_end(&c))
        return;
    json_check_free(&c);
    got.passed = true;
    exchange_reply_empty(x, 204);
}

static int start(void **state)
{
    memset(&got, 0, sizeof got);
    got.wanted = JSON_CHECK_REQUIRED;
    *state = loopback_new(answer);
    return 0;
}

static int stop(void **state)
{
    loopback_free(*state);
    return 0;
}

static char *post_as(loopback *lb, const char *type, const char *body)
{
    char request[1024];
    snprintf(request, sizeof request,
             "POST / HTTP/1.1\r\nHost: a\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
             type != NULL ? "Content-Type: " : "", type != NULL ? type : "",
             type != NULL ? "\r\n" : "", strlen(body), body);
    return loopback_ask(lb, request);
}

static void expect_fault(loopback *lb, const char *body, const char *const *parts, size_t count)
{
    char *heard = post_as(lb, "application/json", body);
    assert_memory_equal(heard, "HTTP/1.1 422 ", 13);
    assert_false(got.passed);
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(heard, parts[i]));
    free(heard);
}

#define FAULTS(body, ...)                                                                          \
    expect_fault(*state, body, (const char *const[]){__VA_ARGS__},                                 \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void expect_pass(loopback *lb, const char *body)
{
    free(post_as(lb, "application/json", body));
    assert_true(got.passed);
}

static void what_is_right_passes(void **state)
{
    expect_pass(*state, "{\"name\":\"ab\"}");
    assert_string_equal(got.name, "ab");
    assert_false(got.has_days);
    assert_false(got.has_flag);
    expect_pass(*state, "{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\",\"color\":\"blue\","
                        "\"days\":10,\"flag\":true}");
    assert_int_equal(got.days, 10);
    assert_true(got.flag && got.has_flag);
    expect_pass(*state, "{\"name\":\"ab\",\"color\":null,\"days\":null,\"flag\":false}");
    assert_false(got.has_days);
    assert_int_equal(got.days, -1);
    assert_false(got.flag);
}

static void each_mistake_is_named(void **state)
{
    FAULTS("{}", "\"loc\":[\"body\",\"name\"]", "\"type\":\"missing\"");
    FAULTS("{\"name\":null}", "string_type");
    FAULTS("{\"name\":1}", "string_type");
    FAULTS("{\"name\":\"a\"}", "string_too_short", "at least 2 characters");
    FAULTS("{\"name\":\"abcde\"}", "string_too_long", "at most 4 characters");
    FAULTS("{\"name\":\"ab\",\"color\":\"pink\"}", "literal_error", "'red', 'green' or 'blue'");
    FAULTS("{\"name\":\"ab\",\"days\":\"1\"}", "int_type");
    FAULTS("{\"name\":\"ab\",\"days\":1.5}", "int_type");
    FAULTS("{\"name\":\"ab\",\"days\":-1}", "greater_than_equal");
    FAULTS("{\"name\":\"ab\",\"days\":11}", "less_than_equal");
    FAULTS("{\"name\":\"ab\",\"flag\":1}", "bool_type");
    FAULTS("{\"name\":\"ab\",\"other\":1}", "\"loc\":[\"body\",\"other\"]", "extra_forbidden");
}

static void all_mistakes_come_at_once(void **state)
{
    FAULTS("{\"days\":-1,\"flag\":0,\"x\":1}", "missing", "greater_than_equal", "bool_type",
           "extra_forbidden");
}

static void what_is_no_object_is_refused(void **state)
{
    FAULTS("", "\"loc\":[\"body\"]", "missing");
    FAULTS("{", "json_invalid");
    FAULTS("[]", "model_attributes_type");
    FAULTS("1", "model_attributes_type");
    FAULTS("{\"name\":\"ab\",\"name\":\"cd\"}", "json_invalid"); /* twice is not once */
    FAULTS("{\"name\":\"a\\u0000\"}", "json_invalid");
}

static void only_json_is_read(void **state)
{
    static const char *const bad[] = {NULL, "text/plain", "application/x-www-form-urlencoded",
                                      "application/jsonp"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *heard = post_as(*state, bad[i], "{\"name\":\"ab\"}");
        assert_memory_equal(heard, "HTTP/1.1 415 ", 13);
        assert_false(got.passed);
        free(heard);
    }
    free(post_as(*state, "Application/JSON; charset=utf-8", "{\"name\":\"ab\"}"));
    assert_true(got.passed);
}

static void a_body_may_be_left_out_where_nothing_is_required(void **state)
{
    got.wanted = JSON_CHECK_OPTIONAL;
    free(post_as(*state, NULL, ""));
    assert_true(got.passed);
    assert_string_equal(got.name, "-");
    FAULTS("[]", "model_attributes_type");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_right_passes),      CASE(each_mistake_is_named),
        CASE(all_mistakes_come_at_once), CASE(what_is_no_object_is_refused),
        CASE(only_json_is_read),         CASE(a_body_may_be_left_out_where_nothing_is_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
