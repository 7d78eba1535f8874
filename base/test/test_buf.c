#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void grows_and_keeps_content(void **state)
{
    (void)state;
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_put_fmt(&b, "%d,", i);
    buf_put_varstring(&b, bytes_of_str("tail"));
    assert_int_equal(buf_err(&b), BASE_OK);
    assert_memory_equal(b.ptr, "0,1,2,3,", 8);
    assert_memory_equal(b.ptr + b.len_bytes - 5, "\4tail", 5);
    buf_deinit(&b);
}

static void ceiling_latches_and_changes_nothing(void **state)
{
    (void)state;
    buf b;
    buf_init(&b, base_alloc_libc(), 8);
    buf_put_str(&b, "12345678");
    assert_int_equal(buf_err(&b), BASE_OK);
    buf_put_u8(&b, '9');
    assert_int_equal(buf_err(&b), BASE_ELIMIT);
    assert_int_equal(b.len_bytes, 8);
    buf_clear(&b);
    buf_put_varstring(&b, bytes_of_str("12345678"));
    assert_int_equal(b.len_bytes, 0);
    assert_int_equal(buf_err(&b), BASE_ELIMIT);
    buf_deinit(&b);
}

static void *no_memory(void *ctx, size_t size_bytes)
{
    (void)ctx;
    (void)size_bytes;
    return NULL;
}

static void out_of_memory_is_an_error(void **state)
{
    (void)state;
    base_alloc none = *base_alloc_libc();
    none.alloc = no_memory;
    buf b;
    buf_init(&b, &none, 100);
    buf_put_str(&b, "x");
    assert_int_equal(buf_err(&b), BASE_ENOMEM);
    assert_int_equal(b.len_bytes, 0);
    buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_content),
        cmocka_unit_test(ceiling_latches_and_changes_nothing),
        cmocka_unit_test(out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
