/* Who a peer is, and how much it may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/net/address_book.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static address parse(const char *text)
{
    address a;
    assert_true(address_parse(text, strlen(text), &a));
    return a;
}

static bool same(address a, address b)
{
    return memcmp(a.octets, b.octets, sizeof a.octets) == 0;
}

static void addresses_are_read(void **state)
{
    (void)state;
    address a;
    assert_true(same(parse("192.0.2.1"), parse("::ffff:192.0.2.1")));
    assert_true(same(parse("192.0.2.1:8080"), parse("192.0.2.1")));
    assert_true(same(parse("[2001:db8::1]:443"), parse("2001:db8::1")));
    assert_true(same(parse("[2001:db8::1]"), parse("2001:db8::1")));
    static const char *const bad[] = {
        "",           "unknown",     "192.0.2",      "192.0.2.256",
        "192.0.2.1 ", "_x",          "[2001:db8::1", "[2001:db8::1]x",
        "1:2:3",      "192.0.2.1/8", "0x7f.0.0.1",   "2001:db8::1%eth0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(address_parse(bad[i], strlen(bad[i]), &a));
    assert_false(address_parse("192.0.2.1\0x", 11, &a));
    struct sockaddr_storage peer = {.ss_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &((struct sockaddr_in *)&peer)->sin_addr), 1);
    assert_true(same(address_of(&peer), parse("192.0.2.1")));
}

static void keys_are_what_one_customer_has(void **state)
{
    (void)state;
    assert_true(
        same(address_key(parse("2001:db8:1:2::1")), address_key(parse("2001:db8:1:2:f::9"))));
    assert_false(
        same(address_key(parse("2001:db8:1:2::1")), address_key(parse("2001:db8:1:3::1"))));
    assert_false(same(address_key(parse("192.0.2.1")), address_key(parse("192.0.2.2"))));
}

static address_set set_of(const char *list)
{
    address_set s = {NULL, 0};
    assert_null(address_set_parse(&s, list));
    return s;
}

static void networks_are_exact(void **state)
{
    (void)state;
    address_set s = set_of("127.0.0.1, 10.0.0.0/8 ,172.16.0.0/12,2001:db8::/33,::1");
    assert_int_equal(s.count, 5);
    assert_true(address_set_has(&s, parse("127.0.0.1")));
    assert_false(address_set_has(&s, parse("127.0.0.2")));
    assert_true(address_set_has(&s, parse("10.255.0.1")));
    assert_false(address_set_has(&s, parse("11.0.0.1")));
    assert_true(address_set_has(&s, parse("172.31.255.255")));
    assert_false(address_set_has(&s, parse("172.32.0.0")));
    assert_true(address_set_has(&s, parse("2001:db8:7fff::1")));
    assert_false(address_set_has(&s, parse("2001:db8:8000::1")));
    assert_false(address_set_has(&s, parse("::2")));
    address_set_deinit(&s);
    s = set_of("");
    assert_false(address_set_has(&s, parse("127.0.0.1")));
    s = set_of("0.0.0.0/0");
    assert_true(address_set_has(&s, parse("8.8.8.8")));
    assert_false(address_set_has(&s, parse("2001:db8::1")));
    address_set_deinit(&s);
    static const char *const bad[] = {"localhost",   "10.0.0.1/8",  "10.0.0.0/33", "10.0.0.0/",
                                      "10.0.0.0/-1", "10.0.0.0/8x", "::/129",      "10.0.0.0/ 8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(address_set_parse(&s, bad[i]));
        address_set_deinit(&s);
    }
}

static address forwarded(const address_set *s, const char *peer, const char *value)
{
    address hop = parse(peer);
    (void)address_forwarded(s, value, &hop);
    return hop;
}

static void only_what_our_proxies_saw_is_believed(void **state)
{
    (void)state;
    address_set s = set_of("127.0.0.1,10.0.0.0/8");
    assert_true(same(forwarded(&s, "127.0.0.1", "192.0.2.9"), parse("192.0.2.9")));
    /* The client may have written anything before what the proxy appended. */
    assert_true(same(forwarded(&s, "127.0.0.1", "10.1.1.1, 192.0.2.9"), parse("192.0.2.9")));
    assert_true(
        same(forwarded(&s, "127.0.0.1", "1.1.1.1,192.0.2.9 , 10.0.0.2"), parse("192.0.2.9")));
    assert_true(same(forwarded(&s, "127.0.0.1", "1.1.1.1, nonsense"), parse("127.0.0.1")));
    assert_true(same(forwarded(&s, "127.0.0.1", "1.1.1.1, nonsense, 10.0.0.2"), parse("10.0.0.2")));
    assert_true(same(forwarded(&s, "127.0.0.1", ""), parse("127.0.0.1")));
    assert_true(same(forwarded(&s, "127.0.0.1", "1.1.1.1,"), parse("127.0.0.1")));
    assert_true(same(forwarded(&s, "127.0.0.1", "[2001:db8::1]:4711"), parse("2001:db8::1")));
    address hop = parse("127.0.0.1");
    assert_true(address_forwarded(&s, "10.0.0.3,10.0.0.2", &hop)); /* look further to the left */
    assert_true(same(hop, parse("10.0.0.3")));
    assert_false(address_forwarded(&s, "192.0.2.9", &hop));
    address_set_deinit(&s);
}

static void sockets_are_counted(void **state)
{
    (void)state;
    limits max;
    limits_init(&max);
    max.sockets_per_address = 3;
    address_book *b = address_book_new(&max, 2);
    address one = parse("192.0.2.1"), two = parse("192.0.2.2");
    for (int i = 0; i < 3; i++)
        assert_true(address_book_add(b, &one, 1));
    assert_false(address_book_add(b, &one, 1));
    assert_true(address_book_add(b, &two, 1));
    address_book_remove(b, &one);
    assert_true(address_book_add(b, &one, 1));
    assert_false(address_book_full(b));
    address_book_open(b);
    address_book_open(b);
    assert_true(address_book_full(b));
    address_book_close(b);
    assert_false(address_book_full(b));
    assert_int_equal(address_book_sockets(b), 1);
    address_book_free(b);
}

static void acts_are_bounded_by_the_minute(void **state)
{
    (void)state;
    limits max;
    limits_init(&max);
    max.misses_per_minute = 30;
    max.joins_per_minute = 0;
    address_book *b = address_book_new(&max, 0);
    address one = parse("192.0.2.1"), two = parse("192.0.2.2");
    for (int i = 0; i < 1000; i++) { /* under way before the first was counted: no debt */
        address_book_count(b, &one, ADDRESS_MISS, 5000);
        address_book_count(b, &one, ADDRESS_JOIN, 5000);
    }
    assert_int_equal(address_book_wait_ms(b, &one, ADDRESS_MISS, 5000), 2000);
    assert_int_equal(address_book_wait_ms(b, &one, ADDRESS_MISS, 7000), 0);
    assert_int_equal(address_book_wait_ms(b, &one, ADDRESS_JOIN, 5000), 0);
    assert_int_equal(address_book_wait_ms(b, &one, ADDRESS_ROOM, 5000), 0);
    assert_int_equal(address_book_wait_ms(b, &two, ADDRESS_MISS, 5000), 0);
    address_book_free(b);
}

/* A million addresses that come once are forgotten; one that has sockets open is not. */
static void memory_is_bounded(void **state)
{
    (void)state;
    limits max;
    limits_init(&max);
    max.sockets_per_address = 1;
    address_book *b = address_book_new(&max, 0);
    address open = parse("192.0.2.1"), many = parse("2001:db8::");
    assert_true(address_book_add(b, &open, 1));
    for (uint32_t i = 0; i < 1000000; i++) {
        memcpy(many.octets + 4, &i, sizeof i);
        address_book_count(b, &many, ADDRESS_MISS, 2 + i);
    }
    assert_in_range(address_book_remembered(b), 1000, 4096 * 17);
    assert_false(address_book_add(b, &open, 2));
    address_book_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(keys_are_what_one_customer_has),
        cmocka_unit_test(networks_are_exact),
        cmocka_unit_test(only_what_our_proxies_saw_is_believed),
        cmocka_unit_test(sockets_are_counted),
        cmocka_unit_test(acts_are_bounded_by_the_minute),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
