/* Files of the web application over HTTP: which one, in which encoding, with which headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/api/router.h"
#include "server/http/static_files.h"
#include "server/http/test/loopback.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/tandem-files-XXXXXX";
static const char *const made[][2] = {
    {"index.html", "<page>"}, {"index.html.br", "brotli"},          {"index.html.gz", "gzip"},
    {"sw.js", "worker"},      {"assets/app-Xy12AbCd.js", "script"}, {".secret", "secret"},
};

static void path_of(char out[256], const char *name)
{
    snprintf(out, 256, "%s/%s", dir, name);
}

static int make_files(void **state)
{
    char path[256];
    (void)state;
    assert_non_null(mkdtemp(dir));
    path_of(path, "assets");
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        path_of(path, made[i][0]);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(made[i][1], f);
        fclose(f);
    }
    path_of(path, "link.js");
    return symlink("sw.js", path);
}

static int remove_files(void **state)
{
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        path_of(path, made[i][0]);
        unlink(path);
    }
    path_of(path, "link.js");
    unlink(path);
    path_of(path, "assets");
    rmdir(path);
    return rmdir(dir);
}

static int start(void **state)
{
    loopback *lb = loopback_new(router_dispatch);
    lb->app.files = static_files_load(dir);
    *state = lb;
    return lb->app.files != NULL ? 0 : -1;
}

static int stop(void **state)
{
    loopback *lb = *state;
    static_files_free(lb->app.files);
    loopback_free(lb);
    return 0;
}

static char *get(loopback *lb, const char *path, const char *headers)
{
    char request[512];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, headers);
    return loopback_ask(lb, request);
}

static void expect(loopback *lb, const char *path, const char *headers, const char *const *parts)
{
    char *heard = get(lb, path, headers);
    for (; *parts != NULL; parts++)
        assert_non_null(strstr(heard, *parts));
    free(heard);
}

#define EXPECT(path, headers, ...)                                                                 \
    expect(*state, path, headers, (const char *const[]){__VA_ARGS__, NULL})

static void each_file_has_the_headers_of_its_class(void **state)
{
    EXPECT("/", "", " 200 OK", "text/html", "Cache-Control: no-cache", "frame-ancestors 'none'",
           "X-Frame-Options: DENY", "<page>");
    EXPECT("/r/some-room", "", " 200 OK", "<page>");
    EXPECT("/sw.js", "", "text/javascript", "Cache-Control: no-cache", "worker");
    EXPECT("/assets/app-Xy12AbCd.js", "", "immutable", "Cross-Origin-Resource-Policy: same-origin",
           "script");
    EXPECT("/docs", "", " 200 OK", "text/html", "frame-ancestors 'none'");
}

static void what_the_client_takes_decides_the_encoding(void **state)
{
    EXPECT("/", "Accept-Encoding: gzip, br\r\n", "Content-Encoding: br", "Vary: Accept-Encoding",
           "brotli");
    EXPECT("/", "Accept-Encoding: gzip\r\n", "Content-Encoding: gzip", "-gzip\"");
    char *heard = get(*state, "/", "Accept-Encoding: identity\r\n");
    assert_null(strstr(heard, "Content-Encoding"));
    assert_non_null(strstr(heard, "Vary: Accept-Encoding"));
    free(heard);
}

static void what_is_known_is_not_sent_again(void **state)
{
    char headers[160], tag[80] = "";
    char *heard = get(*state, "/", "");
    const char *at = strstr(heard, "ETag: ");
    assert_non_null(at);
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
    free(heard);
    snprintf(headers, sizeof headers, "If-None-Match: %s\r\n", tag);
    heard = get(*state, "/", headers);
    assert_memory_equal(heard, "HTTP/1.1 304 ", 13);
    assert_null(strstr(heard, "<page>"));
    assert_non_null(strstr(heard, "Content-Security-Policy"));
    free(heard);
    EXPECT("/", "If-None-Match: \"other\"\r\n", " 200 OK");
    /* Another encoding is another thing. */
    snprintf(headers, sizeof headers, "Accept-Encoding: br\r\nIf-None-Match: %s\r\n", tag);
    EXPECT("/", headers, " 200 OK");
}

static void what_is_not_in_the_table_is_not_there(void **state)
{
    static const char *const none[] = {"/.secret", "/link.js",       "/assets",        "/assets/",
                                       "/index",   "/../index.html", "/docs/none.html"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        char *heard = get(*state, none[i], "");
        assert_memory_equal(heard, "HTTP/1.1 404 ", 13);
        free(heard);
    }
}

static void without_an_application_there_is_a_page_that_says_so(void **state)
{
    loopback *lb = *state;
    static_files *files = lb->app.files;
    lb->app.files = NULL;
    EXPECT("/", "", " 503 ", "text/html", "Cache-Control: no-cache");
    lb->app.files = files;
    assert_null(static_files_load("/nonexistent"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_file_has_the_headers_of_its_class),
        CASE(what_the_client_takes_decides_the_encoding),
        CASE(what_is_known_is_not_sent_again),
        CASE(what_is_not_in_the_table_is_not_there),
        CASE(without_an_application_there_is_a_page_that_says_so),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
