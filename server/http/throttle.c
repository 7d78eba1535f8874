#include "server/http/throttle.h"

static const char *const limit_names[ADDRESS_ACTS] = {
    [ADDRESS_JOIN] = "joins_per_minute",
    [ADDRESS_MISS] = "misses_per_minute",
    [ADDRESS_ROOM] = "rooms_per_minute",
};

bool throttle_allows(exchange *x, address_act what)
{
    loop *l = x->loop;
    uint64_t wait_ms =
        address_book_wait_ms(l->app->addresses, &x->who.client, what, loop_now_ms(l));
    if (wait_ms == 0)
        return true;
    char seconds[24], detail[96];
    snprintf(seconds, sizeof seconds, "%llu", (unsigned long long)((wait_ms + 999) / 1000));
    snprintf(detail, sizeof detail, "limit %s: too many from your address; wait %s s",
             limit_names[what], seconds);
    metrics_refused(&l->metrics, limit_names[what]);
    exchange_add_header(x, "Retry-After", seconds);
    exchange_reply_error(x, 429, detail);
    return false;
}

void throttle_count(exchange *x, address_act what)
{
    address_book_count(x->loop->app->addresses, &x->who.client, what, loop_now_ms(x->loop));
}
