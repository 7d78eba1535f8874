#include "server/http/who.h"

#include "server/app/log.h"

#include <stdatomic.h>
#include <strings.h>

/* Said once: without it all people behind a proxy would share the limits of one address, and the
 * operator would look for the reason for a long time. */
static void warn_of_proxy(void)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&told))
        log_event(LOG_WARN, "X-Forwarded-For is not believed",
                  LOG_STR("reason", "its sender is not in http.trusted_proxies"));
}

static address client_of(const exchange *x)
{
    const peer *from = &x->conn->peer;
    address hop = from->key;
    bool more = from->proxy;
    for (size_t i = x->header_count; i-- > 0;) {
        const char *name = (const char *)x->head.ptr + x->headers[i].name_at;
        if (strcasecmp(name, "x-forwarded-for") != 0)
            continue;
        if (!from->proxy)
            warn_of_proxy();
        if (!more)
            break;
        const char *value = (const char *)x->head.ptr + x->headers[i].value_at;
        more = address_forwarded(x->loop->app->proxies, value, &hop);
    }
    return address_key(hop);
}

void who_identify(exchange *x)
{
    x->client = client_of(x);
}
