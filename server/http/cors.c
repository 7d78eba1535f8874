#include "server/http/cors.h"

#include "base/hash.h"
#include "server/app/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

#define REFUSALS_TOLD 16
#define NAME_SHOWN "%.100s"

typedef struct authority {
    const char *host;
    size_t host_bytes;
    unsigned port;
} authority;

static unsigned default_port(const char *origin)
{
    if (strncmp(origin, "https://", 8) == 0)
        return 443;
    return strncmp(origin, "http://", 7) == 0 ? 80 : 0;
}

/* "host:port", "[::1]:port" or without the port, which is then `port`. */
static authority authority_of(const char *text, unsigned port)
{
    authority a = {.host = text, .host_bytes = strlen(text), .port = port};
    const char *colon = strrchr(text, ':');
    if (colon == NULL || strchr(colon, ']') != NULL)
        return a;
    size_t digits = strspn(colon + 1, "0123456789");
    if (digits == 0 || digits > 5 || colon[1 + digits] != '\0')
        return a;
    a.host_bytes = (size_t)(colon - text);
    a.port = (unsigned)strtoul(colon + 1, NULL, 10);
    return a;
}

/* "http://host:port" against the Host header "host:port"; the default ports may be left out. */
static bool same_host(const char *origin, const char *host)
{
    const char *rest = strstr(origin, "://");
    if (rest == NULL || host == NULL)
        return false;
    authority page = authority_of(rest + 3, default_port(origin));
    authority here = authority_of(host, default_port(origin));
    return page.host_bytes > 0 && page.port == here.port && page.host_bytes == here.host_bytes &&
           strncasecmp(page.host, here.host, page.host_bytes) == 0;
}

/* Browsers name no default port; who writes settings may, and a slash behind. */
static bool names_origin(const char *list, const char *origin)
{
    char with_port[300], with_both[302], with_slash[300];
    unsigned port = default_port(origin);
    size_t n = strlen(origin);
    if (config_list_has(list, origin, n))
        return true;
    if (n == 0 || origin[n - 1] == '/')
        return false;
    int slash = snprintf(with_slash, sizeof with_slash, "%s/", origin);
    int plain = snprintf(with_port, sizeof with_port, "%s:%u", origin, port);
    int both = snprintf(with_both, sizeof with_both, "%s/", with_port);
    if (slash >= (int)sizeof with_slash || plain >= (int)sizeof with_port)
        return false;
    return config_list_has(list, with_slash, (size_t)slash) ||
           (port != 0 && (config_list_has(list, with_port, (size_t)plain) ||
                          config_list_has(list, with_both, (size_t)both)));
}

static bool listed(const config *c, const char *origin)
{
    return config_list_has(c->cors_origins, "*", 1) || names_origin(c->cors_origins, origin);
}

bool cors_origin_allowed(const config *c, const char *origin, const char *host)
{
    if (strcmp(origin, "null") == 0)
        return false;
    bool own = c->origins[0] != '\0' ? names_origin(c->origins, origin) : same_host(origin, host);
    return own || listed(c, origin);
}

bool cors_write_allowed(const config *c, const char *origin, const char *host, const char *site)
{
    if (!c->check_origin)
        return true;
    if (origin != NULL)
        return cors_origin_allowed(c, origin, host);
    return site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

/* Has this pair been told?  It has from now on.  When many have, the log knows enough. */
static bool first_time(const char *origin, const char *host)
{
    static _Atomic uint64_t told[REFUSALS_TOLD];
    uint64_t pair = (uint64_t)hash_text(origin) << 32 | hash_text(host) | 1;
    for (size_t i = 0; i < REFUSALS_TOLD; i++) {
        uint64_t none = 0;
        if (atomic_compare_exchange_strong(&told[i], &none, pair))
            return true;
        if (none == pair)
            return false;
    }
    return false;
}

void cors_refuse(exchange *x)
{
    const config *c = &x->loop->app->config;
    const char *origin = exchange_header(x, "origin"), *host = exchange_header(x, "host");
    char page[104], here[104];
    snprintf(page, sizeof page, NAME_SHOWN, origin != NULL ? origin : "");
    snprintf(here, sizeof here, NAME_SHOWN, host != NULL ? host : "");
    metrics_refused(&x->loop->metrics, "origin");
    if (first_time(page, here))
        log_event(LOG_WARN, "origin refused", LOG_STR("origin", page), LOG_STR("host", here),
                  LOG_STR("setting", "http.origins"),
                  LOG_STR("origins", c->origins[0] != '\0' ? c->origins : "(the Host header)"));
    exchange_reply_error(x, 403,
                         c->origins[0] != '\0'
                             ? "this origin is not in http.origins"
                             : "this origin is not the host that was called; a proxy must pass the "
                               "Host header with its port, or http.origins must name the origin");
}

void cors_add_headers(exchange *x)
{
    const char *origin = exchange_header(x, "origin");
    const config *c = &x->loop->app->config;
    if (c->cors_origins[0] == '\0')
        return;
    exchange_add_header(x, "Vary", "Origin");
    if (origin == NULL || strcmp(origin, "null") == 0 || !listed(c, origin))
        return;
    exchange_add_header(x, "Access-Control-Allow-Origin", origin);
    exchange_add_header(x, "Access-Control-Expose-Headers", "ETag, Tandem-More");
}

void cors_preflight(exchange *x, const char *methods)
{
    const char *origin = exchange_header(x, "origin");
    if (origin != NULL && exchange_header(x, "access-control-request-method") != NULL) {
        if (!listed(&x->loop->app->config, origin)) {
            exchange_reply_error(x, 403, "this origin is not in http.cors_origins");
            return;
        }
        exchange_add_header(x, "Access-Control-Allow-Methods", methods);
        exchange_add_header(x, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        exchange_add_header(x, "Access-Control-Max-Age", "600");
    }
    exchange_add_header(x, "Allow", methods);
    exchange_reply_empty(x, 204);
}
