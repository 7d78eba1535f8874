#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/varint.h"

static const uint64_t values[] = {0,
                                  1,
                                  127,
                                  128,
                                  255,
                                  16383,
                                  16384,
                                  UINT64_C(0xffffffff),
                                  UINT64_C(0x100000000),
                                  VARINT_VALUE_MAX};

static void varuint_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint8_t out[VARINT_BYTES_MAX];
        size_t n = varuint_write(out, values[i]);
        assert_int_equal(n, varuint_size(values[i]));
        reader r = reader_of(bytes_of(out, n));
        uint64_t back;
        assert_int_equal(reader_varuint(&r, &back), BASE_OK);
        assert_int_equal(back, values[i]);
        assert_int_equal(reader_left(&r), 0);
        for (size_t cut = 0; cut < n; cut++) {
            r = reader_of(bytes_of(out, cut));
            assert_int_equal(reader_varuint(&r, &back), BASE_EMALFORMED);
            assert_int_equal(reader_left(&r), cut);
        }
    }
}

static void varint_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (int sign = 0; sign < 2; sign++) {
            uint8_t out[VARINT_BYTES_MAX];
            size_t n = varint_write(out, sign != 0, values[i]);
            reader r = reader_of(bytes_of(out, n));
            bool negative;
            uint64_t magnitude;
            assert_int_equal(reader_varint(&r, &negative, &magnitude), BASE_OK);
            assert_int_equal(negative, sign != 0);
            assert_int_equal(magnitude, values[i]);
        }
    }
}

static void too_large_is_malformed(void **state)
{
    (void)state;
    /* 2^53, one more than a JavaScript number holds exactly. */
    const uint8_t above[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10};
    const uint8_t endless[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint64_t v;
    reader r = reader_of(bytes_of(above, sizeof above));
    assert_int_equal(reader_varuint(&r, &v), BASE_EMALFORMED);
    r = reader_of(bytes_of(endless, sizeof endless));
    assert_int_equal(reader_varuint(&r, &v), BASE_EMALFORMED);
    bool negative;
    assert_int_equal(reader_varint(&r, &negative, &v), BASE_EMALFORMED);
}

static void varbytes_stays_inside(void **state)
{
    (void)state;
    const uint8_t in[] = {3, 'a', 'b', 'c', 9, 'x'};
    reader r = reader_of(bytes_of(in, sizeof in));
    bytes s;
    assert_int_equal(reader_varbytes(&r, &s), BASE_OK);
    assert_true(bytes_equal(s, bytes_of_str("abc")));
    assert_int_equal(reader_varbytes(&r, &s), BASE_EMALFORMED);
    assert_int_equal(reader_left(&r), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(varuint_round_trips),
        cmocka_unit_test(varint_round_trips),
        cmocka_unit_test(too_large_is_malformed),
        cmocka_unit_test(varbytes_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
