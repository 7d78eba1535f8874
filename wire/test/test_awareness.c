#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/awareness.h"

static const awareness_limits limits = {.ids_per_owner = 2, .json_bytes_max = 64, .stale_ms = 1000};

static void trace(void *ctx, const awareness_entry *e)
{
    buf *b = ctx;
    buf_put_fmt(b, "%d@%d ", (int)e->client, (int)e->clock);
    if (e->json.len_bytes == 0)
        buf_put_str(b, "null");
    buf_put_bytes(b, e->json);
    buf_put_str(b, ";");
}

static void put(buf *b, uint64_t client, uint64_t clock, const char *json)
{
    buf_put_varuint(b, client);
    buf_put_varuint(b, clock);
    buf_put_varstring(b, bytes_of_str(json));
}

static void apply(awareness *a, const awareness_from *from, uint64_t client, uint64_t clock,
                  const char *json, const char *expected)
{
    buf in, out;
    buf_init(&in, base_alloc_libc(), 1000);
    buf_init(&out, base_alloc_libc(), 1000);
    buf_put_varuint(&in, 1);
    put(&in, client, clock, json);
    assert_int_equal(awareness_apply(a, buf_view(&in), from, trace, &out, NULL), BASE_OK);
    assert_int_equal(out.len_bytes, strlen(expected));
    if (out.len_bytes > 0)
        assert_memory_equal(out.ptr, expected, out.len_bytes);
    buf_deinit(&in);
    buf_deinit(&out);
}

static void clocks_and_nulls(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    awareness_from one = {.owner = 1, .now_ms = 0};
    apply(a, &one, 7, 0, "{}", "");
    apply(a, &one, 7, 1, "null", "");
    apply(a, &one, 7, 1, "{}", "7@1 {};");
    apply(a, &one, 7, 1, "{\"a\":1}", "");
    apply(a, &one, 7, 1, "null", "7@1 null;");
    assert_int_equal(awareness_count(a), 0);
    apply(a, &one, 7, 1, "{}", "");
    apply(a, &one, 7, 2, "{\"a\":1}", "7@2 {\"a\":1};");
    assert_int_equal(awareness_count(a), 1);
    awareness_free(a);
}

static void owners(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    awareness_from one = {.owner = 1, .now_ms = 0}, two = {.owner = 2, .now_ms = 0};
    apply(a, &one, 7, 1, "{}", "7@1 {};");
    apply(a, &two, 7, 2, "{}", "");
    apply(a, &two, 7, 1, "null", "");
    two.now_ms = 1000;
    apply(a, &two, 7, 2, "null", "");
    apply(a, &two, 7, 2, "{}", "7@2 {};");
    one.now_ms = 1999;
    apply(a, &one, 7, 3, "{}", "");

    buf out;
    buf_init(&out, base_alloc_libc(), 1000);
    awareness_leave(a, 1, trace, &out);
    assert_int_equal(out.len_bytes, 0);
    awareness_leave(a, 2, trace, &out);
    assert_true(bytes_equal(buf_view(&out), bytes_of_str("7@2 null;")));
    apply(a, &one, 7, 1, "{}", "7@1 {};");
    buf_deinit(&out);
    awareness_free(a);
}

static void limits_hold(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    awareness_from one = {.owner = 1, .now_ms = 0};
    apply(a, &one, 7, 1, "{}", "7@1 {};");
    apply(a, &one, 8, 1, "{}", "8@1 {};");
    apply(a, &one, 9, 1, "{}", "");
    apply(a, &one, 8, 2, "[]", "");
    apply(a, &one, 8, 2, "{\"x\":", "");
    apply(a, &one, 8, 2, "{\"x\":\"0123456789012345678901234567890123456789012345678901234567\"}",
          "");
    awareness_free(a);
}

static void many_leave(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    for (uint64_t owner = 1; owner <= 20; owner++) {
        awareness_from from = {.owner = owner, .now_ms = 0};
        char expected[40];
        snprintf(expected, sizeof expected, "%d@1 {};", (int)owner);
        apply(a, &from, owner, 1, "{}", expected);
        if (owner % 3 == 0) {
            snprintf(expected, sizeof expected, "%d@1 null;", (int)owner);
            apply(a, &from, owner, 1, "null", expected);
        }
    }
    assert_int_equal(awareness_count(a), 14);
    for (uint64_t owner = 20; owner >= 1; owner--) {
        buf out;
        buf_init(&out, base_alloc_libc(), 1000);
        awareness_leave(a, owner, trace, &out);
        assert_int_equal(out.len_bytes > 0, owner % 3 != 0);
        buf_deinit(&out);
        for (size_t i = 0; i < awareness_count(a); i++)
            assert_true(awareness_at(a, i).client < owner);
    }
    assert_int_equal(awareness_count(a), 0);
    awareness_free(a);
}

static void identity_is_the_servers(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    awareness_stamp stamp = {.user_id = 5, .name = bytes_of_str("Eve \"E\""), .color_index = 3};
    awareness_from from = {.owner = 1, .now_ms = 0, .stamp = &stamp};
    apply(a, &from, 7, 1, "{}",
          "7@1 {\"user\":{\"id\":5,\"name\":\"Eve \\\"E\\\"\",\"color_index\":3}};");
    apply(
        a, &from, 7, 2, "{\"user\":{\"name\":\"Admin\"},\"cursor\":null}",
        "7@2 {\"cursor\":null,\"user\":{\"id\":5,\"name\":\"Eve \\\"E\\\"\",\"color_index\":3}};");
    buf out;
    buf_init(&out, base_alloc_libc(), 1000);
    awareness_put_all(&out, a);
    assert_memory_equal(out.ptr, "\1\7\2", 3);
    buf_deinit(&out);
    awareness_free(a);
}

static void broken_updates_change_nothing(void **state)
{
    (void)state;
    awareness *a = awareness_new(base_alloc_libc(), &limits);
    awareness_from from = {.owner = 1, .now_ms = 0};
    buf in, out;
    buf_init(&in, base_alloc_libc(), 1000);
    buf_init(&out, base_alloc_libc(), 1000);
    buf_put_varuint(&in, 2);
    put(&in, 7, 1, "{}");
    put(&in, 8, 1, "{}");
    for (size_t cut = 0; cut < in.len_bytes; cut++) {
        bytes part = bytes_of(in.ptr, cut);
        assert_int_equal(awareness_apply(a, part, &from, trace, &out, NULL), BASE_EMALFORMED);
        assert_int_equal(out.len_bytes, 0);
        assert_int_equal(awareness_count(a), 0);
    }
    awareness_result r;
    assert_int_equal(awareness_apply(a, buf_view(&in), &from, trace, &out, &r), BASE_OK);
    assert_int_equal(r.accepted, 2);
    buf_deinit(&in);
    buf_deinit(&out);
    awareness_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_and_nulls),
        cmocka_unit_test(owners),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(many_leave),
        cmocka_unit_test(identity_is_the_servers),
        cmocka_unit_test(broken_updates_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
