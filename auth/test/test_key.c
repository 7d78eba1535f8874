#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/key.h"

static void ids_use_every_bit(void **state)
{
    (void)state;
    uint8_t random[ROOM_ID_RANDOM_BYTES] = {0};
    char zero[ROOM_ID_CHARS + 1], id[ROOM_ID_CHARS + 1];
    room_id_make(random, zero);
    assert_string_equal(zero, "aaaaa-aaaaa-aaaaa-aaaaa");
    for (size_t bit = 0; bit < 100; bit++) {
        random[bit / 8] = (uint8_t)(0x80u >> bit % 8);
        room_id_make(random, id);
        assert_string_not_equal(id, zero);
        assert_true(room_id_valid(bytes_of_str(id)));
        assert_null(strpbrk(id, "0o1l"));
        random[bit / 8] = 0;
    }
    memset(random, 0xff, sizeof random);
    room_id_make(random, id);
    assert_string_equal(id, "99999-99999-99999-99999");
}

static void names_of_rooms(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "my-room_1.v2", "..."};
    static const char *const bad[] = {"", ".", "..", "a/b", "a b", "\xc3\xa9", "a%20"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(room_id_valid(bytes_of_str(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(room_id_valid(bytes_of_str(bad[i])));
    char longest[130];
    memset(longest, 'x', sizeof longest);
    assert_true(room_id_valid(bytes_of(longest, 128)));
    assert_false(room_id_valid(bytes_of(longest, 129)));
}

static void keys_are_verified(void **state)
{
    (void)state;
    uint8_t random[KEY_RANDOM_BYTES] = {0}, hash[KEY_HASH_BYTES];
    char key[KEY_CHARS + 1], other[KEY_CHARS + 1];
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)(i * 37);
    owner_key_make(random, key);
    assert_int_equal(strlen(key), KEY_CHARS);
    owner_key_hash(bytes_of_str(key), hash);
    assert_true(owner_key_verify(bytes_of_str(key), hash));
    for (size_t bit = 0; bit < 256; bit++) {
        random[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
        owner_key_make(random, other);
        assert_false(owner_key_verify(bytes_of_str(other), hash));
        random[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    }
    assert_false(owner_key_verify(bytes_of_str(""), hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_use_every_bit),
        cmocka_unit_test(names_of_rooms),
        cmocka_unit_test(keys_are_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
