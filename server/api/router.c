#include "server/api/router.h"

#include "server/api/api.h"
#include "server/http/cors.h"
#include "server/ws/ws_upgrade.h"

#include <strings.h>

#define PARAM_BYTES 160

typedef void handler(exchange *x);

typedef struct route {
    const char *pattern;
    handler *get, *post, *patch, *delete;
} route;

static const route routes[] = {
    {"/rooms", NULL, api_room_create, NULL, NULL},
    {"/rooms/{id}", api_room_get, NULL, api_room_patch, api_room_delete},
    {"/rooms/{id}/code", api_room_code, NULL, NULL, NULL},
    {"/rooms/{id}/chat", api_chat_read, api_chat_say, NULL, NULL},
    {"/rooms/{id}/history", api_history_overview, NULL, NULL, NULL},
    {"/rooms/{id}/history/rows", api_history_rows, NULL, NULL, NULL},
    {"/rooms/{id}/versions", NULL, api_version_add, NULL, NULL},
    {"/autocomplete", NULL, api_autocomplete, NULL, NULL},
    {"/ws/{id...}", ws_upgrade, NULL, NULL, NULL},
    {"/healthz", api_healthz, NULL, NULL, NULL},
    {"/readyz", api_readyz, NULL, NULL, NULL},
    {"/metrics", api_metrics, NULL, NULL, NULL},
    {"/openapi.json", api_docs, NULL, NULL, NULL},
    {"/docs", api_docs, NULL, NULL, NULL},
    {"/docs/{id}", api_docs, NULL, NULL, NULL},
    {"/r/{id}", api_app_page, NULL, NULL, NULL},
    {"/{id...}", api_static, NULL, NULL, NULL},
};

bool router_match(const char *pattern, const char *path, char *param)
{
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern != *path)
                return false;
            pattern++;
            path++;
            continue;
        }
        bool all = strncmp(pattern, "{id...}", 7) == 0;
        size_t n = all ? strlen(path) : strcspn(path, "/");
        if ((n == 0 && !all) || n >= PARAM_BYTES)
            return false;
        memcpy(param, path, n);
        param[n] = '\0';
        path += n;
        pattern += all ? 7 : 4;
    }
    return *path == '\0' || strcmp(path, "/") == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool router_decode_path(const char *target, char *out, size_t out_bytes)
{
    size_t n = 0;
    if (*target != '/')
        return false;
    for (; *target != '\0' && *target != '?' && *target != '#'; target++) {
        char c = *target;
        if (c == '%') {
            int high = hex_digit(target[1]);
            int low = high < 0 ? -1 : hex_digit(target[2]);
            if (low < 0 || high * 16 + low == 0)
                return false;
            c = (char)(high * 16 + low);
            target += 2;
        }
        if (n + 1 >= out_bytes)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

static handler *handler_of(const route *r, method m)
{
    switch (m) {
    case METHOD_GET:
    case METHOD_HEAD:
        return r->get;
    case METHOD_POST:
        return r->post;
    case METHOD_PATCH:
        return r->patch;
    case METHOD_DELETE:
        return r->delete;
    case METHOD_OPTIONS:
    case METHOD_PUT:
    case METHOD_OTHER:
        return NULL;
    }
    return NULL;
}

static void methods_of(const route *r, char out[64])
{
    snprintf(out, 64, "%s%s%s%sOPTIONS", r->get != NULL ? "GET, HEAD, " : "",
             r->post != NULL ? "POST, " : "", r->patch != NULL ? "PATCH, " : "",
             r->delete != NULL ? "DELETE, " : "");
}

/* "http://host/path?x" as proxies ask: the part from the path on. */
static const char *origin_form(const char *target)
{
    if (strncasecmp(target, "http://", 7) != 0 && strncasecmp(target, "https://", 8) != 0)
        return target;
    const char *host = strstr(target, "://") + 3;
    const char *path = host + strcspn(host, "/?#");
    return *path == '/' ? path : "/";
}

/* Takes the base path off, where a proxy left it.  false: it is asked for without its slash. */
static bool strip_base(const char *base, char *path)
{
    size_t n = strlen(base);
    if (n == 0 || strncmp(path, base, n) != 0)
        return true;
    if (path[n] == '\0')
        return false;
    if (path[n] == '/')
        memmove(path, path + n, strlen(path + n) + 1);
    return true;
}

static bool is_read(method m)
{
    return m == METHOD_GET || m == METHOD_HEAD;
}

static bool write_allowed(const exchange *x)
{
    return cors_write_allowed(&x->loop->app->config, exchange_header(x, "origin"),
                              exchange_header(x, "host"), exchange_header(x, "sec-fetch-site"));
}

void router_dispatch(exchange *x)
{
    const char *base = x->loop->app->config.base_path;
    const char *target = origin_form((const char *)x->head.ptr);
    if (!router_decode_path(target, x->path, sizeof x->path)) {
        exchange_reply_error(x, 404, "Not Found");
        return;
    }
    if (!strip_base(base, x->path)) {
        char home[CONFIG_PREFIX_BYTES_MAX + 2];
        snprintf(home, sizeof home, "%s/", base);
        exchange_add_header(x, "Location", home);
        exchange_reply_empty(x, 308);
        return;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const route *r = &routes[i];
        if (!router_match(r->pattern, x->path, x->param))
            continue;
        char methods[64];
        methods_of(r, methods);
        handler *h = handler_of(r, x->method);
        if (x->method == METHOD_OPTIONS) {
            cors_preflight(x, methods);
        } else if (h == NULL) {
            exchange_add_header(x, "Allow", methods);
            exchange_reply_error(x, 405, "Method Not Allowed");
        } else if (!is_read(x->method) && !write_allowed(x)) {
            cors_refuse(x);
        } else {
            h(x);
        }
        return;
    }
    exchange_reply_error(x, 404, "Not Found");
}
