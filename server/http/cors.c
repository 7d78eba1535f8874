#include "server/http/cors.h"

#include <strings.h>

/* "http://host:port" against the Host header "host:port"; the default ports may be left out. */
static bool same_host(const char *origin, const char *host)
{
    const char *rest = strstr(origin, "://");
    return rest != NULL && host != NULL && strcasecmp(rest + 3, host) == 0;
}

static bool listed(const config *c, const char *origin)
{
    return config_list_has(c->cors_origins, "*", 1) ||
           config_list_has(c->cors_origins, origin, strlen(origin));
}

bool cors_origin_allowed(const config *c, const char *origin, const char *host)
{
    if (strcmp(origin, "null") == 0)
        return false;
    bool own = c->origins[0] != '\0' ? config_list_has(c->origins, origin, strlen(origin))
                                     : same_host(origin, host);
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
