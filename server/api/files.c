/* The web application and the pages of /docs, out of their tables. */
#include "server/api/api.h"

#include "server/api/embedded.h"
#include "server/http/static_files.h"

#define NO_FRAMES "frame-ancestors 'none'"
#define POLICY_BYTES_MAX 600

/* The policy with the pages that may show ours in a frame. */
static void set_policy(exchange *x, const char *policy, const char *ancestors)
{
    char out[POLICY_BYTES_MAX + CONFIG_SOURCES_BYTES_MAX];
    const char *none = strstr(policy, NO_FRAMES);
    if (none == NULL)
        return;
    int before = (int)(none - policy);
    int n = snprintf(out, sizeof out, "%.*sframe-ancestors %s", before, policy, ancestors);
    for (char *c = out + before; c < out + n; c++)
        *c = *c == ',' ? ' ' : *c;
    snprintf(out + n, sizeof out - (size_t)n, "%s", none + sizeof NO_FRAMES - 1);
    exchange_set_header(x, "Content-Security-Policy", out);
}

static void add_class_headers(exchange *x, const file_class *c)
{
    const char *ancestors = x->loop->app->config.frame_ancestors;
    for (const file_header *h = c->headers; h->name != NULL; h++) {
        if (ancestors[0] == '\0')
            exchange_set_header(x, h->name, h->value);
        else if (strcmp(h->name, "Content-Security-Policy") == 0)
            set_policy(x, h->value, ancestors);
        else if (strcmp(h->name, "X-Frame-Options") != 0)
            exchange_set_header(x, h->name, h->value);
    }
    exchange_set_header(x, "Cache-Control", c->cache_control);
}

static void reply_file(exchange *x, const static_file *f)
{
    static const char *const names[] = {
        [STATIC_IDENTITY] = "", [STATIC_GZIP] = "gzip", [STATIC_BROTLI] = "br"};
    static_encoding e = static_files_encoding(f, exchange_header(x, "accept-encoding"));
    const char *known = exchange_header(x, "if-none-match");
    char etag[STATIC_ETAG_BYTES + 8];
    /* Each encoding is a representation of its own, with its own tag. */
    snprintf(etag, sizeof etag, "%.*s%s%s\"", (int)strlen(f->etag) - 1, f->etag,
             e == STATIC_IDENTITY ? "" : "-", names[e]);
    add_class_headers(x, f->class);
    exchange_add_header(x, "ETag", etag);
    if (f->body[STATIC_GZIP].ptr != NULL || f->body[STATIC_BROTLI].ptr != NULL)
        exchange_add_header(x, "Vary", "Accept-Encoding");
    if (known != NULL && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL)) {
        exchange_reply_empty(x, 304);
        return;
    }
    if (e != STATIC_IDENTITY)
        exchange_add_header(x, "Content-Encoding", names[e]);
    exchange_reply_static(x, 200, f->type, f->body[e]);
}

static void reply_page(exchange *x, int status, const char *path)
{
    const embedded_file *f = embedded_find(path);
    add_class_headers(x, file_class_of(path));
    exchange_reply_static(x, status, static_files_type(path), embedded_view(f));
}

void api_app_page(exchange *x)
{
    const static_file *f = static_files_find(x->loop->app->files, "/index.html");
    if (f != NULL)
        reply_file(x, f);
    else
        reply_page(x, 503, "/docs/no-web.html");
}

void api_static(exchange *x)
{
    if (strcmp(x->path, "/") == 0) {
        api_app_page(x);
        return;
    }
    const static_file *f = static_files_find(x->loop->app->files, x->path);
    if (f != NULL)
        reply_file(x, f);
    else
        exchange_reply_error(x, 404, "Not Found");
}

void api_docs(exchange *x)
{
    const char *path = x->path;
    if (strcmp(path, "/docs/") == 0) {
        /* Its links are relative, so that they hold under any base path. */
        exchange_add_header(x, "Location", "../docs");
        exchange_reply_empty(x, 308);
        return;
    }
    if (strcmp(path, "/docs") == 0)
        path = "/docs/index.html";
    if (embedded_find(path) == NULL)
        exchange_reply_error(x, 404, "Not Found");
    else
        reply_page(x, 200, path);
}
