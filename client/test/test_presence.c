#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/presence.h"
#include "client/test/scarce.h"

#define SECOND INT64_C(1000000)

typedef struct says {
    uint64_t client, clock;
    const char *json;
} says;

static buf update_of(const says *entries, size_t count)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 22);
    buf_put_varuint(&b, count);
    for (size_t i = 0; i < count; i++) {
        buf_put_varuint(&b, entries[i].client);
        buf_put_varuint(&b, entries[i].clock);
        buf_put_varstring(&b, bytes_of_str(entries[i].json));
    }
    return b;
}

static bool hears(presence *p, uint64_t client, uint64_t clock, const char *json, int64_t now_us)
{
    bool answer;
    buf b = update_of(&(says){client, clock, json}, 1);
    assert_int_equal(presence_apply(p, buf_view(&b), now_us, &answer), BASE_OK);
    buf_deinit(&b);
    return answer;
}

static void the_newer_clock_wins(void **state)
{
    (void)state;
    presence p;
    assert_int_equal(presence_init(&p, base_alloc_libc(), 1, 0), BASE_OK);
    assert_int_equal(presence_count(&p), 1);
    hears(&p, 7, 2, "{\"a\":1}", 0);
    assert_true(presence_has(&p, 7));
    hears(&p, 7, 2, "{\"a\":2}", 0); /* the same clock: known */
    hears(&p, 7, 1, "{\"a\":3}", 0);
    assert_true(bytes_equal(presence_state(&p, 7), bytes_of_str("{\"a\":1}")));
    hears(&p, 7, 3, "{\"a\":4}", 0);
    assert_true(bytes_equal(presence_state(&p, 7), bytes_of_str("{\"a\":4}")));
    hears(&p, 7, 3, "null", 0); /* taken back under the same clock */
    assert_false(presence_has(&p, 7));
    assert_int_equal(presence_state(&p, 7).len_bytes, 0);
    hears(&p, 7, 3, "{\"a\":5}", 0);
    assert_false(presence_has(&p, 7));
    hears(&p, 8, 0, "{}", 0); /* an unknown client's clock counts as 0 */
    assert_false(presence_has(&p, 8));
    assert_int_equal(presence_count(&p), 1);
    presence_deinit(&p);
}

static void nobody_takes_the_own_state_away(void **state)
{
    (void)state;
    presence p;
    assert_int_equal(presence_init(&p, base_alloc_libc(), 1, 0), BASE_OK);
    presence_renew(&p, 0);
    assert_int_equal(presence_clock(&p), 2);
    assert_false(hears(&p, 1, 1, "null", 0));
    assert_true(hears(&p, 1, 2, "null", 0));
    assert_int_equal(presence_clock(&p), 3);
    assert_true(hears(&p, 1, 90, "null", 0));
    assert_int_equal(presence_clock(&p), 91);
    buf b;
    buf_init(&b, base_alloc_libc(), 100);
    presence_put(&p, bytes_of_str("{}"), &b);
    assert_memory_equal(b.ptr, "\x01\x01\x5b\x02{}", 6);
    presence_withdraw(&p, 0);
    assert_int_equal(presence_count(&p), 0);
    buf_clear(&b);
    presence_put(&p, bytes_of_str("{}"), &b);
    assert_memory_equal(b.ptr, "\x01\x01\x5c\x04null", 8);
    assert_false(hears(&p, 1, 92, "null", 0));
    buf_deinit(&b);
    presence_deinit(&p);
}

static void silence_and_loss(void **state)
{
    (void)state;
    presence p;
    assert_int_equal(presence_init(&p, base_alloc_libc(), 1, 0), BASE_OK);
    hears(&p, 7, 1, "{}", 10 * SECOND);
    assert_false(presence_tick(&p, 15 * SECOND - 1));
    assert_true(presence_tick(&p, 15 * SECOND));
    presence_renew(&p, 15 * SECOND);
    assert_false(presence_tick(&p, 29 * SECOND));
    assert_true(presence_tick(&p, 40 * SECOND - 1) && presence_has(&p, 7));
    (void)presence_tick(&p, 40 * SECOND);
    assert_false(presence_has(&p, 7));
    hears(&p, 7, 2, "{}", 41 * SECOND);
    hears(&p, 8, 1, "{}", 41 * SECOND);
    presence_alone(&p);
    assert_int_equal(presence_count(&p), 1);
    presence_withdraw(&p, 41 * SECOND);
    assert_false(presence_tick(&p, 90 * SECOND)); /* nothing to renew */
    presence_deinit(&p);
}

static const says company[] = {
    {7, 1, "{\"n\":\"Ann\"}"}, {8, 1, "{}"}, {1, 9, "null"}, {7, 2, "{\"n\":2}"}, {9, 3, "null"}};

static void cut_short_it_changes_nothing(void **state)
{
    (void)state;
    buf b = update_of(company, 5);
    for (size_t n = 0; n < b.len_bytes; n++) {
        presence p;
        bool answer;
        assert_int_equal(presence_init(&p, base_alloc_libc(), 1, 0), BASE_OK);
        uint8_t *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, b.ptr, n);
        assert_int_equal(presence_apply(&p, bytes_of(copy, n), 0, &answer), BASE_EMALFORMED);
        assert_int_equal(presence_count(&p), 1);
        assert_int_equal(presence_clock(&p), 1);
        assert_false(answer);
        free(copy);
        presence_deinit(&p);
    }
    buf_deinit(&b);
    static const says empty = {7, 1, ""};
    presence p;
    bool answer;
    assert_int_equal(presence_init(&p, base_alloc_libc(), 1, 0), BASE_OK);
    b = update_of(&empty, 1);
    assert_int_equal(presence_apply(&p, buf_view(&b), 0, &answer), BASE_EMALFORMED);
    buf_deinit(&b);
    static const uint8_t many[] = {0xff, 0xff, 0xff, 0xff, 0x0f};
    assert_int_equal(presence_apply(&p, bytes_of(many, 5), 0, &answer), BASE_EMALFORMED);
    presence_deinit(&p);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    buf b = update_of(company, 5);
    bool done = false;
    for (size_t n = 0; !done; n++) {
        assert_true(n < 100);
        scarce s;
        presence p;
        bool answer;
        scarce_init(&s, n);
        int err = presence_init(&p, &s.alloc, 1, 0);
        if (err == BASE_OK) {
            err = presence_apply(&p, buf_view(&b), 0, &answer);
            assert_int_equal(presence_count(&p), err == BASE_OK ? 3 : 1);
            assert_int_equal(presence_clock(&p), err == BASE_OK ? 10 : 1);
            s.until = SIZE_MAX;
            /* Once more, with memory: the same as if nothing had happened. */
            assert_int_equal(presence_apply(&p, buf_view(&b), 0, &answer), BASE_OK);
            assert_int_equal(presence_count(&p), 3);
            assert_true(bytes_equal(presence_state(&p, 7), bytes_of_str("{\"n\":2}")));
        }
        done = err == BASE_OK;
        if (!done)
            assert_int_equal(err, BASE_ENOMEM);
        presence_deinit(&p);
        assert_int_equal(s.held_bytes, 0);
    }
    buf_deinit(&b);
}

/* A room that people come and go in for years, and a server that tells of too many. */
static void memory_has_an_end(void **state)
{
    (void)state;
    scarce s;
    presence p;
    scarce_init(&s, SIZE_MAX);
    assert_int_equal(presence_init(&p, &s.alloc, 1, 0), BASE_OK);
    for (uint64_t i = 2; i < 3 * PRESENCE_STATES_MAX; i++) {
        hears(&p, i, 1, "{\"n\":1}", (int64_t)i);
        hears(&p, i, 1, "null", (int64_t)i);
    }
    assert_int_equal(presence_count(&p), 1);
    assert_true(p.count <= PRESENCE_STATES_MAX);
    for (uint64_t i = 1; i < PRESENCE_STATES_MAX; i++)
        hears(&p, 1000000 + i, 1, "{}", 0);
    assert_int_equal(presence_count(&p), PRESENCE_STATES_MAX);
    bool answer;
    buf b = update_of(&(says){5, 1, "{}"}, 1);
    assert_int_equal(presence_apply(&p, buf_view(&b), 0, &answer), BASE_ELIMIT);
    assert_false(presence_has(&p, 5));
    buf_deinit(&b);

    presence_alone(&p);
    char *big = malloc(PRESENCE_BYTES_MAX / 4 + 2);
    assert_non_null(big);
    memset(big, 'x', PRESENCE_BYTES_MAX / 4 + 1);
    big[PRESENCE_BYTES_MAX / 4 + 1] = '\0';
    for (uint64_t i = 0; i < 4; i++) {
        buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
        buf_put_varuint(&b, 1);
        buf_put_varuint(&b, 1000001 + i);
        buf_put_varuint(&b, 2);
        buf_put_varstring(&b, bytes_of_str(big));
        assert_int_equal(presence_apply(&p, buf_view(&b), 0, &answer),
                         i < 3 ? BASE_OK : BASE_ELIMIT);
        buf_deinit(&b);
    }
    free(big);
    presence_deinit(&p);
    assert_int_equal(s.held_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newer_clock_wins),
        cmocka_unit_test(nobody_takes_the_own_state_away),
        cmocka_unit_test(silence_and_loss),
        cmocka_unit_test(cut_short_it_changes_nothing),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(memory_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
