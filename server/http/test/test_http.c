/* Paths, headers, origins, encodings and the output queue: what decides without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/api/router.h"
#include "server/http/cors.h"
#include "server/http/query.h"
#include "server/http/static_files.h"
#include "server/outq.h"
#include "server/room_record.h"
#include "server/ws/ws_upgrade.h"
#include "wire/ws.h"

#include <string.h>

static void paths_match(void **state)
{
    (void)state;
    char param[160];
    assert_true(router_match("/rooms", "/rooms", param));
    assert_true(router_match("/rooms", "/rooms/", param));
    assert_false(router_match("/rooms", "/rooms//", param));
    assert_true(router_match("/rooms/{id}", "/rooms/a-b", param));
    assert_string_equal(param, "a-b");
    assert_true(router_match("/rooms/{id}/code", "/rooms/x/code/", param));
    assert_false(router_match("/rooms/{id}", "/rooms/x/code", param));
    assert_false(router_match("/rooms/{id}", "/rooms/", param));
    assert_true(router_match("/ws/{id...}", "/ws/a/b c", param));
    assert_string_equal(param, "a/b c");
}

static void paths_decode(void **state)
{
    (void)state;
    char out[32];
    assert_true(router_decode_path("/a%20b?x=%00", out, sizeof out));
    assert_string_equal(out, "/a b");
    assert_false(router_decode_path("/%00", out, sizeof out));
    assert_false(router_decode_path("/%4", out, sizeof out));
    assert_false(router_decode_path("/%zz", out, sizeof out));
    assert_false(router_decode_path("*", out, sizeof out));
    assert_false(router_decode_path("/0123456789012345678901234567890123", out, sizeof out));
}

static void queries(void **state)
{
    (void)state;
    char out[8];
    assert_true(query_get("/ws/x?token=1&name=A%2Bd+a", "name", out, sizeof out));
    assert_string_equal(out, "A+d a");
    assert_false(query_get("/ws/x?names=a", "name", out, sizeof out));
    assert_false(query_get("/ws/x?name=%ff%fe", "name", out, sizeof out));
    assert_true(query_get("/?name=abcdef%C3%A4", "name", out, sizeof out));
    assert_string_equal(out, "abcdef");
}

static void header_tokens(void **state)
{
    (void)state;
    assert_true(ws_header_has("keep-alive, Upgrade", "upgrade"));
    assert_true(ws_header_has("tandem.v1", "tandem.v1"));
    assert_false(ws_header_has("tandem.v10", "tandem.v1"));
    assert_false(ws_header_has(NULL, "x"));
}

static void origins(void **state)
{
    (void)state;
    config c;
    config_init(&c);
    assert_true(cors_origin_allowed(&c, "https://a.example", "a.example"));
    assert_true(cors_origin_allowed(&c, "http://a:8000", "a:8000"));
    assert_false(cors_origin_allowed(&c, "http://a:8000", "a:8001"));
    assert_false(cors_origin_allowed(&c, "http://a.example.evil", "a.example"));
    assert_false(cors_origin_allowed(&c, "http://evila.example", "a.example"));
    assert_false(cors_origin_allowed(&c, "http://user@a.example", "a.example"));
    assert_false(cors_origin_allowed(&c, "null", "null"));
    char *flags[] = {"--cors-origins", "https://b.example,https://c.example"};
    config_error err;
    assert_true(config_load_flags(&c, 2, flags, &err));
    assert_true(cors_origin_allowed(&c, "https://c.example", "a"));
    assert_false(cors_origin_allowed(&c, "https://c.example:1", "a"));
    config_deinit(&c);
}

/* Every way to look like the page's own origin without being it. */
static void origins_are_exact(void **state)
{
    (void)state;
    config c;
    config_error err;
    config_init(&c);
    char *flags[] = {"--origins", "https://a.example"};
    assert_true(config_load_flags(&c, 2, flags, &err));
    assert_true(cors_origin_allowed(&c, "https://a.example", "other.example"));
    static const char *const bad[] = {"https://a.example.evil.example",
                                      "https://evila.example",
                                      "https://a.example:8443",
                                      "https://a.example:443",
                                      "http://a.example",
                                      "HTTPS://A.EXAMPLE",
                                      "https://A.example",
                                      "https://a.example/",
                                      "https://user@a.example",
                                      "https://a.example@evil.example",
                                      "https://a.example.",
                                      "null",
                                      "",
                                      "https://",
                                      "https://a.example https://evil.example",
                                      "https://a.example,https://evil.example",
                                      "file://",
                                      "https://a.example#",
                                      "*"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cors_origin_allowed(&c, bad[i], "a.example"));
    config_deinit(&c);
}

static void writes_of_other_sites_are_refused(void **state)
{
    (void)state;
    config c;
    config_init(&c);
    assert_true(cors_write_allowed(&c, "https://a", "a", "same-origin"));
    assert_false(cors_write_allowed(&c, "https://b", "a", "same-origin"));
    assert_false(cors_write_allowed(&c, "null", "a", NULL));
    assert_false(cors_write_allowed(&c, NULL, "a", "cross-site"));
    assert_false(cors_write_allowed(&c, NULL, "a", "same-site"));
    assert_true(cors_write_allowed(&c, NULL, "a", "same-origin"));
    assert_true(cors_write_allowed(&c, NULL, "a", "none"));
    assert_true(cors_write_allowed(&c, NULL, "a", NULL)); /* no browser */
    c.check_origin = false;
    assert_true(cors_write_allowed(&c, "https://b", "a", "cross-site"));
    config_deinit(&c);
}

static void encodings(void **state)
{
    (void)state;
    static_file f = {.body = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}, {NULL, 0}}};
    assert_int_equal(static_files_encoding(&f, NULL), STATIC_IDENTITY);
    assert_int_equal(static_files_encoding(&f, "br, gzip"), STATIC_GZIP);
    f.body[STATIC_BROTLI] = f.body[STATIC_GZIP];
    assert_int_equal(static_files_encoding(&f, "gzip, deflate, br"), STATIC_BROTLI);
    assert_int_equal(static_files_encoding(&f, "gzip;q=1.0, br;q=0"), STATIC_GZIP);
    assert_int_equal(static_files_encoding(&f, "*;q=0.5"), STATIC_BROTLI);
    assert_int_equal(static_files_encoding(&f, "identity"), STATIC_IDENTITY);
    assert_true(static_files_hashed("/assets/index-Xy12-bCd.js"));
    assert_false(static_files_hashed("/index-Xy12AbCd.html"));
    assert_false(static_files_hashed("/assets/logo.svg"));
    assert_string_equal(static_files_type("/a.woff2"), "font/woff2");
    assert_string_equal(static_files_type("/a"), "application/octet-stream");
}

static void room_names(void **state)
{
    (void)state;
    char long_name[130];
    memset(long_name, 'x', sizeof long_name);
    long_name[129] = '\0';
    assert_true(room_name_valid("my room/1"));
    assert_true(room_name_valid("\xc3\xa4"));
    assert_false(room_name_valid("\xc3"));
    assert_false(room_name_valid(""));
    assert_false(room_name_valid("a\nb"));
    assert_false(room_name_valid(long_name));
    long_name[128] = '\0';
    assert_true(room_name_valid(long_name));
}

static frame *new_frame(const char *payload)
{
    frame *f = frame_new(base_alloc_libc(), WS_OP_BINARY, bytes_of("", 0), bytes_of_str(payload));
    assert_non_null(f);
    return f;
}

static void queue_replaces_only_what_waits(void **state)
{
    (void)state;
    outq q = {0};
    struct iovec out[4];
    frame *a = new_frame("one"), *b = new_frame("three"), *c = new_frame("cc");
    assert_true(outq_put_newest(&q, a, 7));
    assert_true(outq_put_frame(&q, c));
    assert_true(outq_put_newest(&q, b, 7));
    assert_int_equal(q.count, 2);
    assert_int_equal(q.queued_bytes, b->len_bytes + c->len_bytes);
    outq_wrote(&q, 1); /* partly on the wire: it must stay */
    assert_true(outq_put_newest(&q, a, 7));
    assert_int_equal(q.count, 3);
    assert_int_equal(outq_peek(&q, out, 4), 3);
    assert_int_equal(out[0].iov_len, b->len_bytes - 1);
    outq_wrote(&q, b->len_bytes - 1 + c->len_bytes);
    assert_int_equal(q.count, 1);
    outq_wrote(&q, a->len_bytes);
    assert_int_equal(q.queued_bytes, 0);
    assert_null(q.ring); /* an idle connection's queue owns nothing */
    for (int i = 0; i < 100; i++)
        assert_true(outq_put_frame(&q, a));
    outq_deinit(&q);
    assert_int_equal(a->refs, 1);
    frame_unref(a);
    frame_unref(b);
    frame_unref(c);
}

static void a_long_queue_costs_no_search(void **state)
{
    (void)state;
    outq q = {0};
    frame *a = new_frame("old"), *b = new_frame("edit"), *c = new_frame("new");
    assert_true(outq_put_newest(&q, a, 7));
    for (int i = 0; i < OUTQ_SEARCH - 1; i++)
        assert_true(outq_put_frame(&q, b));
    assert_true(outq_put_newest(&q, c, 7)); /* found at the far end */
    assert_int_equal(a->refs, 1);
    assert_true(outq_put_frame(&q, b));
    assert_true(outq_put_newest(&q, a, 7)); /* too far back: both go out, the newer later */
    assert_int_equal(q.count, OUTQ_SEARCH + 2);
    outq_deinit(&q);
    frame_unref(a);
    frame_unref(b);
    frame_unref(c);
}

static void a_queue_is_dropped(void **state)
{
    (void)state;
    outq q = {0};
    frame *a = new_frame("one"), *b = new_frame("three");
    assert_true(outq_put_frame(&q, a) && outq_put_frame(&q, b));
    assert_true(outq_held_bytes(&q) > a->len_bytes + b->len_bytes);
    outq_wrote(&q,
               2); /* a frame that is begun must be ended, or the close frame is not understood */
    outq_drop_unsent(&q);
    assert_int_equal(q.count, 1);
    assert_int_equal(q.queued_bytes, a->len_bytes - 2);
    assert_int_equal(b->refs, 1);
    outq_wrote(&q, a->len_bytes - 2);
    assert_true(outq_put_frame(&q, b));
    outq_drop_unsent(&q);
    assert_int_equal(q.count, 0);
    assert_int_equal(outq_held_bytes(&q), 0);
    outq_drop_unsent(&q);
    outq_deinit(&q);
    assert_int_equal(a->refs, 1);
    assert_int_equal(b->refs, 1);
    frame_unref(a);
    frame_unref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match),
        cmocka_unit_test(paths_decode),
        cmocka_unit_test(queries),
        cmocka_unit_test(header_tokens),
        cmocka_unit_test(origins),
        cmocka_unit_test(encodings),
        cmocka_unit_test(origins_are_exact),
        cmocka_unit_test(writes_of_other_sites_are_refused),
        cmocka_unit_test(a_long_queue_costs_no_search),
        cmocka_unit_test(a_queue_is_dropped),
        cmocka_unit_test(room_names),
        cmocka_unit_test(queue_replaces_only_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
