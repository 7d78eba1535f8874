#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/http/test/loopback.h"
#include "server/http/throttle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool counts = true;

static void answer(exchange *x)
{
    if (!throttle_allows(x, ADDRESS_ROOM))
        return;
    if (counts)
        throttle_count(x, ADDRESS_ROOM);
    exchange_reply_empty(x, 204);
}

static char *ask_from(loopback *lb, const char *text)
{
    peer from = {.counted = false};
    assert_true(address_parse(text, strlen(text), &from.key));
    from.key = address_key(from.key);
    int fd = loopback_connect(lb, &from);
    loopback_say(lb, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    char *heard = loopback_hear(lb, fd, NULL);
    close(fd);
    loopback_turn(lb);
    return heard;
}

static loopback *new_with_limit(uint64_t rooms_per_minute)
{
    loopback *lb = loopback_new(answer);
    address_book_free(lb->app.addresses);
    lb->app.limits.rooms_per_minute = rooms_per_minute;
    lb->app.addresses = address_book_new(&lb->app.limits, 0);
    assert_non_null(lb->app.addresses);
    counts = true;
    return lb;
}

/* How often the address may until it is told to wait; the answer that says so is left in `*last`.
 */
static size_t passes(loopback *lb, const char *from, char **last)
{
    size_t n = 0;
    for (*last = ask_from(lb, from); strstr(*last, " 204 ") != NULL && n < 1000; n++) {
        free(*last);
        *last = ask_from(lb, from);
    }
    return n;
}

static void who_does_too_much_is_told_how_long_to_wait(void **state)
{
    (void)state;
    loopback *lb = new_with_limit(6);
    char *heard;
    assert_in_range(passes(lb, "192.0.2.1", &heard), 1, 60);
    assert_memory_equal(heard, "HTTP/1.1 429 ", 13);
    assert_non_null(strstr(heard, "limit rooms_per_minute: too many from your address"));
    const char *retry = strstr(heard, "Retry-After: ");
    assert_non_null(retry);
    assert_in_range(strtol(retry + 13, NULL, 10), 1, 60);
    assert_int_equal(metric_get(&lb->loop.metrics.http_errors_total), 1);
    free(heard);
    /* Another address is another matter. */
    heard = ask_from(lb, "192.0.2.2");
    assert_non_null(strstr(heard, " 204 "));
    free(heard);
    loopback_free(lb);
}

static void asking_is_free_until_it_is_counted(void **state)
{
    (void)state;
    loopback *lb = new_with_limit(1);
    char *heard;
    counts = false;
    assert_int_equal(passes(lb, "192.0.2.1", &heard), 1000);
    free(heard);
    loopback_free(lb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_does_too_much_is_told_how_long_to_wait),
        cmocka_unit_test(asking_is_free_until_it_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
