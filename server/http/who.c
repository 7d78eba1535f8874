#include "server/http/who.h"

#include "auth/person.h"
#include "server/app/log.h"

#include <sodium.h>
#include <stdatomic.h>
#include <strings.h>

/* The link is the key: whoever has it may write. */
#define GUEST ROLE_EDITOR

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
    x->who = (who){.client = client_of(x), .role = GUEST};
}

/* Addresses end in the logs of proxies, and browsers can send no header of their own with a
 * WebSocket but this one. */
static bool person_shown(const exchange *x, char out[PERSON_SECRET_CHARS + 1])
{
    static const char prefix[] = PERSON_SUBPROTOCOL;
    const char *value = exchange_header(x, "sec-websocket-protocol");
    while (value != NULL && *value != '\0') {
        value += strspn(value, ", \t");
        size_t item = strcspn(value, ", \t"), skip = sizeof prefix - 1;
        if (item > skip && item - skip <= PERSON_SECRET_CHARS &&
            strncmp(value, prefix, skip) == 0) {
            snprintf(out, PERSON_SECRET_CHARS + 1, "%.*s", (int)(item - skip), value + skip);
            return true;
        }
        value += item;
    }
    return false;
}

uint64_t who_author(const exchange *x, const char *room_id, bool *known)
{
    char given[PERSON_SECRET_CHARS + 1];
    uint8_t made[16];
    bytes secret;
    *known = person_shown(x, given);
    if (*known) {
        secret = bytes_of_str(given);
    } else {
        randombytes_buf(made, sizeof made);
        secret = bytes_of(made, sizeof made);
    }
    return person_author(secret, bytes_of_str(room_id));
}

void who_key(const exchange *x, char out[KEY_CHARS + 1])
{
    const char *token = exchange_bearer(x);
    out[0] = '\0';
    if (token != NULL)
        snprintf(out, KEY_CHARS + 1, "%s", strlen(token) == KEY_CHARS ? token : "wrong");
}

role who_role(role guest, const char *key, const uint8_t *owner_key_hash)
{
    bool owns = key[0] != '\0' && owner_key_hash != NULL &&
                owner_key_verify(bytes_of_str(key), owner_key_hash);
    return owns ? ROLE_OWNER : guest;
}
