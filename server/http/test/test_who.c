#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/test/loopback.h"
#include "server/http/who.h"

#include <stdlib.h>
#include <string.h>

static who seen;
static uint64_t authors[2];
static bool known[2];
static char key[KEY_CHARS + 1];

static void look(exchange *x)
{
    seen = x->who;
    authors[0] = who_author(x, "one", &known[0]);
    authors[1] = who_author(x, "two", &known[1]);
    who_key(x, key);
    exchange_reply_empty(x, 204);
}

static address address_named(const char *text)
{
    address a;
    assert_true(address_parse(text, strlen(text), &a));
    return a;
}

static void ask_as(loopback *lb, const peer *from, const char *request)
{
    int fd = loopback_connect(lb, from);
    loopback_say(lb, fd, request);
    char *heard = loopback_hear(lb, fd, NULL);
    assert_non_null(strstr(heard, " 204 "));
    free(heard);
    close(fd);
}

static void the_client_is_whom_a_trusted_proxy_names(void **state)
{
    (void)state;
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n"
                                  "X-Forwarded-For: 7.7.7.7, 10.1.1.1\r\n\r\n";
    loopback *lb = loopback_new(look);
    address_set proxies = {0};
    assert_null(address_set_parse(&proxies, "10.0.0.0/8"));
    lb->app.proxies = &proxies;
    peer from = {.key = address_key(address_named("10.0.0.1")), .proxy = true};
    ask_as(lb, &from, request);
    address wanted = address_key(address_named("7.7.7.7"));
    assert_memory_equal(&seen.client, &wanted, sizeof wanted);
    from.proxy = false;
    ask_as(lb, &from, request);
    assert_memory_equal(&seen.client, &from.key, sizeof wanted);
    address_set_deinit(&proxies);
    loopback_free(lb);
}

static void a_guest_may_write_but_not_manage(void **state)
{
    (void)state;
    loopback *lb = loopback_new(look);
    ask_as(lb, NULL, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(role_may(seen.role, ACT_WRITE));
    assert_false(role_may(seen.role, ACT_MANAGE));
    loopback_free(lb);
}

static void a_person_is_one_author_in_each_room(void **state)
{
    (void)state;
    loopback *lb = loopback_new(look);
    uint64_t before[2];
    ask_as(lb, NULL,
           "GET / HTTP/1.1\r\nHost: a\r\n"
           "Sec-WebSocket-Protocol: tandem.v1, tandem.person.secret\r\n\r\n");
    memcpy(before, authors, sizeof before);
    assert_int_not_equal(authors[0], authors[1]);
    assert_true(known[0] && known[1]);
    ask_as(lb, NULL,
           "GET /?person=other HTTP/1.1\r\nHost: a\r\n"
           "Sec-WebSocket-Protocol: tandem.person.secret,tandem.v1\r\n\r\n");
    assert_memory_equal(authors, before, sizeof before);
    ask_as(lb, NULL,
           "GET / HTTP/1.1\r\nHost: a\r\n"
           "Sec-WebSocket-Protocol: tandem.v1, tandem.person.other\r\n\r\n");
    assert_int_not_equal(authors[0], before[0]);
    /* Who says nothing is somebody new each time. */
    ask_as(lb, NULL, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    memcpy(before, authors, sizeof before);
    assert_false(known[0] || known[1]);
    ask_as(lb, NULL, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_not_equal(authors[0], before[0]);
    loopback_free(lb);
}

static void the_key_that_is_shown_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    char made[KEY_CHARS + 1], request[256];
    const uint8_t random[KEY_RANDOM_BYTES] = {1, 2, 3};
    owner_key_make(random, made);
    loopback *lb = loopback_new(look);
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: bearer %s\r\n\r\n", made);
    ask_as(lb, NULL, request);
    assert_string_equal(key, made);
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %sx\r\n\r\n", made);
    ask_as(lb, NULL, request);
    assert_string_not_equal(key, made);
    assert_true(key[0] != '\0');
    ask_as(lb, NULL, "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\n\r\n");
    assert_string_equal(key, "");
    ask_as(lb, NULL, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_string_equal(key, "");
    loopback_free(lb);
}

static void the_owner_key_makes_an_owner(void **state)
{
    (void)state;
    char mine[KEY_CHARS + 1], other[KEY_CHARS + 1];
    uint8_t hash[KEY_HASH_BYTES];
    owner_key_make((const uint8_t[KEY_RANDOM_BYTES]){1}, mine);
    owner_key_make((const uint8_t[KEY_RANDOM_BYTES]){2}, other);
    owner_key_hash(bytes_of_str(mine), hash);
    assert_int_equal(who_role(ROLE_EDITOR, mine, hash), ROLE_OWNER);
    assert_int_equal(who_role(ROLE_EDITOR, other, hash), ROLE_EDITOR);
    assert_int_equal(who_role(ROLE_VIEWER, "", hash), ROLE_VIEWER);
    assert_int_equal(who_role(ROLE_NONE, "wrong", hash), ROLE_NONE);
    assert_int_equal(who_role(ROLE_EDITOR, mine, NULL), ROLE_EDITOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_is_whom_a_trusted_proxy_names),
        cmocka_unit_test(a_guest_may_write_but_not_manage),
        cmocka_unit_test(a_person_is_one_author_in_each_room),
        cmocka_unit_test(the_key_that_is_shown_is_taken_whole_or_not_at_all),
        cmocka_unit_test(the_owner_key_makes_an_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
