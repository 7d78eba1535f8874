#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/app/config.h"

#include <string.h>
#include <unistd.h>

static bool load_text(config *c, const char *text, config_error *err)
{
    char path[] = "/tmp/tandem-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    bool ok = config_load_file(c, path, err);
    unlink(path);
    return ok;
}

static void later_sources_win(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    assert_int_equal(c.port, 8000);
    assert_string_equal(c.host, "127.0.0.1");
    assert_true(load_text(
        &c, "[server]\nport = 1 # one\nhost = \"::1\"\n\n[rooms]\ncreate_on_join=yes\n", &err));
    assert_int_equal(c.port, 1);
    assert_string_equal(c.host, "::1");
    assert_true(c.create_on_join);
    char *env[] = {"HOME=/", "TANDEM_PORT=2", "TANDEM_CONFIG=/x", NULL};
    assert_true(config_load_env(&c, env, &err));
    assert_int_equal(c.port, 2);
    char *flags[] = {"--port=3", "--no-create-on-join", "--cors-origins", "https://a"};
    assert_true(config_load_flags(&c, 4, flags, &err));
    assert_int_equal(c.port, 3);
    assert_false(c.create_on_join);
    assert_string_equal(c.cors_origins, "https://a");
    config_deinit(&c);
}

static void unknown_names_get_a_suggestion(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    assert_false(load_text(&c, "[server]\nprot = 1\n", &err));
    assert_non_null(strstr(err.text, ":2: unknown key 'server.prot'; did you mean 'server.port'?"));
    char *env[] = {"TANDEM_PROT=2", NULL};
    assert_false(config_load_env(&c, env, &err));
    assert_non_null(strstr(err.text, "did you mean TANDEM_PORT?"));
    char *flags[] = {"--hots", "x"};
    assert_false(config_load_flags(&c, 2, flags, &err));
    assert_non_null(strstr(err.text, "did you mean '--host'?"));
    config_deinit(&c);
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    char *port[] = {"--port", "70000"};
    assert_false(config_load_flags(&c, 2, port, &err));
    assert_non_null(strstr(err.text, "0 to 65535"));
    char *missing[] = {"--port"};
    assert_false(config_load_flags(&c, 1, missing, &err));
    char *format[] = {"--log-format", "xml"};
    assert_false(config_load_flags(&c, 2, format, &err));
    assert_non_null(strstr(err.text, "auto|json|plain"));
    assert_false(load_text(&c, "[server\n", &err));
    assert_false(load_text(&c, "port\n", &err));
    assert_false(load_text(&c, "[server]\nhost = \"a\n", &err));
    assert_false(load_text(&c, "[log]\nlevel = \"info\" x\n", &err));
    config_deinit(&c);
}

static void a_day_may_be_cut(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    assert_int_equal(c.keep_ms, 30 * CONFIG_DAY_MS);
    static const struct {
        const char *value;
        int64_t keep_ms;
    } good[] = {{"3", 3 * CONFIG_DAY_MS},
                {"0.5", CONFIG_DAY_MS / 2},
                {"0", 0},
                {"4.6296e-05", 4000},
                {"1e-12", 1},
                {"3650", 3650 * CONFIG_DAY_MS}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *flags[] = {"--expire-days", (char *)(uintptr_t)good[i].value};
        assert_true(config_load_flags(&c, 2, flags, &err));
        assert_int_equal(c.keep_ms, good[i].keep_ms);
    }
    static const char *const bad[] = {"-1", "", "3651", "nan", "inf", "1d", "0x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *flags[] = {"--expire-days", (char *)(uintptr_t)bad[i]};
        assert_false(config_load_flags(&c, 2, flags, &err));
        assert_non_null(strstr(err.text, "days from 0 to 3650"));
        assert_int_equal(c.keep_ms, 3650 * CONFIG_DAY_MS);
    }
    char *twice[] = {"--linger-ms", "3"}; /* rooms.linger_s is its one name */
    assert_false(config_load_flags(&c, 2, twice, &err));
    config_deinit(&c);
}

static void lists(void **state)
{
    (void)state;
    assert_true(config_list_has("https://a, https://b", "https://b", 9));
    assert_false(config_list_has("https://a.example", "https://a", 9));
    assert_false(config_list_has("", "", 0));
}

static void limits_are_settings_of_their_names(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    assert_int_equal(c.limits.linger_ms, 30000);
    assert_true(
        load_text(&c, "[limits]\nfiles = 7\nsockets_per_address = 0\n[rooms]\nlinger_s=2\n", &err));
    assert_int_equal(c.limits.files, 7);
    assert_int_equal(c.limits.sockets_per_address, 0);
    assert_int_equal(c.limits.linger_ms, 2000);
    char *env[] = {"TANDEM_FRAMES_PER_SECOND=9", NULL};
    assert_true(config_load_env(&c, env, &err));
    assert_int_equal(c.limits.frames_per_second, 9);
    char *flags[] = {"--queue-soft-ms", "11", "--header-ms=12"};
    assert_true(config_load_flags(&c, 3, flags, &err));
    assert_int_equal(c.limits.queue_soft_ms, 11);
    assert_int_equal(c.limits.header_ms, 12);
    char *zero[] = {"--queue-soft-ms", "0"};
    assert_false(config_load_flags(&c, 2, zero, &err));
    assert_non_null(strstr(err.text, "1 to"));
    char *typo[] = {"--queue-sotf-ms", "1"};
    assert_false(config_load_flags(&c, 2, typo, &err));
    assert_non_null(strstr(err.text, "did you mean '--queue-soft-ms'?"));
    config_deinit(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_sources_win),
        cmocka_unit_test(unknown_names_get_a_suggestion),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(limits_are_settings_of_their_names),
        cmocka_unit_test(a_day_may_be_cut),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
