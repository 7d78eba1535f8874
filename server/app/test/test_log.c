#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/app/log.h"
#include "server/app/wall_time.h"

#include <string.h>
#include <unistd.h>

static int real_stderr;
static int pipe_fds[2];

static int catch_lines(void **state)
{
    (void)state;
    real_stderr = dup(STDERR_FILENO);
    return pipe(pipe_fds) != 0 || dup2(pipe_fds[1], STDERR_FILENO) < 0;
}

static int let_go(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return 0;
}

/* The one line that was written. */
static const char *line(void)
{
    static char text[4096];
    ssize_t n = read(pipe_fds[0], text, sizeof text - 1);
    assert_true(n > 1);
    text[n] = '\0';
    assert_ptr_equal(strchr(text, '\n'), text + n - 1);
    text[n - 1] = '\0';
    return text;
}

static void lines_are_objects_with_their_fields(void **state)
{
    (void)state;
    log_setup("json", "info");
    log_event(LOG_WARN, "room loaded", LOG_STR("room", "a\"b\\c\n\x7f"), LOG_INT("n", -3));
    const char *got = line();
    assert_memory_equal(got, "{\"at\":\"20", 9);
    assert_string_equal(strstr(got, ",\"level\""),
                        ",\"level\":\"warn\",\"event\":\"room loaded\","
                        "\"room\":\"a\\\"b\\\\c\\u000a\\u007f\",\"n\":-3}");
}

static void plain_lines_are_for_people(void **state)
{
    (void)state;
    log_setup("plain", "debug");
    log_event(LOG_DEBUG, "started", LOG_INT("port", 8000));
    assert_string_equal(strstr(line(), " debug"), " debug  started  port=8000");
    log_setup("auto", "debug"); /* a pipe is no terminal */
    log_event(LOG_ERROR, "started", LOG_INT("port", 8000));
    assert_int_equal(line()[0], '{');
}

static void what_is_below_the_level_is_not_written(void **state)
{
    (void)state;
    log_setup("json", "warn");
    assert_false(log_enabled(LOG_INFO));
    assert_true(log_enabled(LOG_WARN));
    log_event(LOG_INFO, "one", LOG_INT("n", 1));
    log_event(LOG_ERROR, "two", LOG_INT("n", 2));
    assert_non_null(strstr(line(), "\"two\""));
}

static void long_values_are_cut_and_the_line_stays_a_line(void **state)
{
    (void)state;
    char value[5000];
    memset(value, '"', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_setup("json", "info");
    log_event(LOG_INFO, "long", LOG_STR("value", value), LOG_INT("n", 1));
    const char *got = line();
    assert_in_range(strlen(got), 1000, 2048);
}

static void times_are_those_of_the_calendar(void **state)
{
    (void)state;
    char text[WALL_TIME_BYTES];
    wall_time_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    wall_time_format(INT64_C(1709210096078), text);
    assert_string_equal(text, "2024-02-29T12:34:56.078Z");
    wall_time_format(-1, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    wall_time_format(INT64_MAX, text);
    assert_true(strlen(text) < WALL_TIME_BYTES);
    assert_true(wall_time_now_ms() > INT64_C(1700000000000));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, catch_lines, let_go)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(lines_are_objects_with_their_fields),
        CASE(plain_lines_are_for_people),
        CASE(what_is_below_the_level_is_not_written),
        CASE(long_values_are_cut_and_the_line_stays_a_line),
        cmocka_unit_test(times_are_those_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
