#include "server/http/file_class.h"

#include <string.h>

/* What runs in the application's own origin: nothing inline, nothing from elsewhere, in no frame.
 */
#define OWN_CSP                                                                                    \
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "          \
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "              \
    "connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'none'; object-src 'none'; "   \
    "base-uri 'none'; form-action 'self'"

#define FOR_EVER "public, max-age=31536000, immutable"
#define ASK_EACH_TIME "no-cache"

/* Scripts carry the policy too: a worker has that of its own response. */
static const file_header own[] = {
    {"Content-Security-Policy", OWN_CSP},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {NULL, NULL},
};

static bool is_page(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && strcmp(dot, ".html") == 0;
}

/* It decides what browsers that were here before get to see: it must never be an old one. */
static bool is_worker(const char *path)
{
    return strcmp(path, "/sw.js") == 0;
}

/* Vite writes assets/name-XXXXXXXX.ext with eight characters of base64url, '-' among them. */
bool file_class_hashed(const char *path)
{
    const char *dot = strrchr(path, '.');
    return strncmp(path, "/assets/", 8) == 0 && dot != NULL && dot - path > 8 + 9 && dot[-9] == '-';
}

static bool is_any(const char *path)
{
    (void)path;
    return true;
}

static const file_class classes[] = {
    {"page", is_page, ASK_EACH_TIME, own},
    {"worker", is_worker, ASK_EACH_TIME, own},
    {"asset", file_class_hashed, FOR_EVER, own},
    {"file", is_any, ASK_EACH_TIME, own},
};

const file_class *file_class_of(const char *path)
{
    const file_class *c = classes;
    while (!c->fits(path))
        c++;
    return c;
}
