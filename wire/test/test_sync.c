#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/sync.h"

static void both_ways(void **state)
{
    (void)state;
    static const struct {
        sync_msg msg;
        const char *raw;
        size_t n;
    } cases[] = {
        {{SYNC_STEP1, {(const uint8_t *)"\0", 1}, 0}, "\0\0\1\0", 4},
        {{SYNC_STEP2, {(const uint8_t *)"\0\0", 2}, 0}, "\0\1\2\0\0", 5},
        {{SYNC_UPDATE, {(const uint8_t *)"xyz", 3}, 0}, "\0\2\3xyz", 6},
        {{SYNC_AWARENESS, {(const uint8_t *)"\0", 1}, 0}, "\1\1\0", 3},
        {{SYNC_DENIED, {(const uint8_t *)"no", 2}, 0}, "\2\0\2no", 5},
        {{SYNC_QUERY_AWARENESS, {NULL, 0}, 0}, "\3", 1},
        {{SYNC_ACK, {NULL, 0}, 300}, "\x78\xac\2", 3},
        {{SYNC_EVENT, {(const uint8_t *)"{}", 2}, 0}, "\x79\2{}", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf b;
        buf_init(&b, base_alloc_libc(), 100);
        sync_put(&b, &cases[i].msg);
        assert_int_equal(b.len_bytes, cases[i].n);
        assert_memory_equal(b.ptr, cases[i].raw, cases[i].n);
        frame *f = sync_frame(base_alloc_libc(), &cases[i].msg);
        assert_true(bytes_equal(frame_payload(f), buf_view(&b)));
        frame_unref(f);

        sync_msg back;
        assert_int_equal(sync_decode(buf_view(&b), &back), BASE_OK);
        assert_int_equal(back.tag, cases[i].msg.tag);
        assert_true(bytes_equal(back.body, cases[i].msg.body));
        assert_int_equal(back.count, cases[i].msg.count);
        for (size_t cut = 0; cut < b.len_bytes; cut++)
            assert_int_equal(sync_decode(bytes_of(b.ptr, cut), &back), BASE_EMALFORMED);
        buf_deinit(&b);
    }
}

static void strange_messages(void **state)
{
    (void)state;
    sync_msg m;
    assert_int_equal(sync_decode(bytes_of("\0\3\1\0", 4), &m), BASE_EMALFORMED);
    assert_int_equal(sync_decode(bytes_of("\2\1\1\0", 4), &m), BASE_EMALFORMED);
    assert_int_equal(sync_decode(bytes_of("\0\2\xff\xff\xff\xff\xff\xff\xff\x0f", 10), &m),
                     BASE_EMALFORMED);
    assert_int_equal(sync_decode(bytes_of("\x63ok", 3), &m), BASE_OK);
    assert_int_equal(m.tag, SYNC_UNKNOWN);
    assert_int_equal(m.count, 99);
    assert_int_equal(sync_decode(bytes_of("\0\2\1xtrailing", 12), &m), BASE_OK);
    assert_true(bytes_equal(m.body, bytes_of_str("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(strange_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
