#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/sync.h"
#include "wire/ws_client.h"

/* The nonce of RFC 6455, section 1.3: "the sample nonce". */
static ws_request sample(const char *subprotocol)
{
    ws_request r = {.host = bytes_of_str("example.org:8000"),
                    .target = bytes_of_str("/ws/abc?name=Ann"),
                    .subprotocol = bytes_of_str(subprotocol)};
    memcpy(r.nonce, "the sample nonce", sizeof r.nonce);
    return r;
}

static buf new_buf(void)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 22);
    return b;
}

static void the_request_of_the_rfc(void **state)
{
    (void)state;
    ws_request r = sample("tandem.v1");
    r.origin = bytes_of_str("http://example.org:8000");
    r.headers = bytes_of_str("Cookie: a=b\r\n");
    buf b = new_buf();
    assert_int_equal(ws_request_put(&b, &r), BASE_OK);
    static const char expected[] = "GET /ws/abc?name=Ann HTTP/1.1\r\n"
                                   "Host: example.org:8000\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                   "Origin: http://example.org:8000\r\n"
                                   "Sec-WebSocket-Protocol: tandem.v1\r\n"
                                   "Cookie: a=b\r\n\r\n";
    assert_true(bytes_equal(buf_view(&b), bytes_of_str(expected)));
    buf_deinit(&b);
}

static void a_request_cannot_be_smuggled(void **state)
{
    (void)state;
    static const char *const bad[] = {"a b", "a\r\nX: y", "a\n", "\x7f", "a\tb"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (int part = 0; part < 4; part++) {
            ws_request r = sample("p");
            bytes *parts[] = {&r.host, &r.target, &r.origin, &r.subprotocol};
            *parts[part] = bytes_of_str(bad[i]);
            buf b = new_buf();
            assert_int_equal(ws_request_put(&b, &r), BASE_EMALFORMED);
            assert_int_equal(b.len_bytes, 0);
            buf_deinit(&b);
        }
    }
    ws_request r = sample("");
    buf b = new_buf();
    r.host.len_bytes = 0;
    assert_int_equal(ws_request_put(&b, &r), BASE_EMALFORMED);
    buf small;
    r = sample("");
    buf_init(&small, base_alloc_libc(), 40);
    assert_int_equal(ws_request_put(&small, &r), BASE_ELIMIT);
    buf_deinit(&small);
    buf_deinit(&b);
}

#define OPEN                                                                                       \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "           \
    "UPGRADE\r\n"
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static void every_split_of_an_answer(void **state)
{
    (void)state;
    static const char answer[] = OPEN "sec-websocket-accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \r\n"
                                      "Sec-WebSocket-Protocol: tandem.v1\r\n\r\n";
    static const char behind[] = "\x82\x01x";
    ws_request r = sample("tandem.v1");
    buf in = new_buf();
    buf_put_str(&in, answer);
    size_t head = in.len_bytes;
    buf_put_str(&in, behind);
    for (size_t n = 0; n <= in.len_bytes; n++) {
        ws_response res;
        assert_int_equal(ws_response_decode(bytes_of(in.ptr, n), &r, &res), BASE_OK);
        assert_int_equal(res.used_bytes, n < head ? 0 : head);
        assert_int_equal(res.agreed, n >= head);
    }
    buf_deinit(&in);
}

static void expect(const char *answer, const char *offered, int err, unsigned status, bool agreed)
{
    ws_request r = sample(offered);
    ws_response res;
    assert_int_equal(ws_response_decode(bytes_of_str(answer), &r, &res), err);
    assert_int_equal(res.status, status);
    assert_int_equal(res.agreed, agreed);
    assert_int_equal(res.reason != NULL, err != BASE_OK);
    assert_int_equal(res.used_bytes, err == BASE_OK ? strlen(answer) : 0);
}

static void answers_that_are_none(void **state)
{
    (void)state;
    expect(OPEN ACCEPT "\r\n", "", BASE_OK, 101, false);
    expect(OPEN ACCEPT "\r\n", "tandem.v1", BASE_OK, 101, false);
    expect(OPEN ACCEPT "Sec-WebSocket-Protocol: other\r\n\r\n", "tandem.v1", BASE_EMALFORMED, 101,
           false);
    expect(OPEN ACCEPT "Sec-WebSocket-Protocol: tandem.v1\r\n\r\n", "", BASE_EMALFORMED, 101,
           false);
    expect(OPEN ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "", BASE_EMALFORMED,
           101, false);
    expect(OPEN ACCEPT ACCEPT "\r\n", "", BASE_EMALFORMED, 101, false);
    expect(OPEN "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n\r\n", "", BASE_EMALFORMED,
           101, false);
    expect(OPEN "\r\n", "", BASE_EMALFORMED, 101, false);
    expect("HTTP/1.1 101 x\r\nConnection: upgrade\r\n" ACCEPT "\r\n", "", BASE_EMALFORMED, 101,
           false);
    expect("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\n" ACCEPT "\r\n", "",
           BASE_EMALFORMED, 101, false);
    expect("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n", "", BASE_EMALFORMED, 404, false);
    expect("HTTP/1.1 429\r\n\r\n", "", BASE_EMALFORMED, 429, false);
    expect("HTTP/1.0 101 x\r\n\r\n", "", BASE_EMALFORMED, 0, false);
    expect("HTTP/1.1 1010 x\r\n\r\n", "", BASE_EMALFORMED, 0, false);
    expect("SSH-2.0-x\r\n\r\n\r\n", "", BASE_EMALFORMED, 0, false);
    expect("\r\n\r\n", "", BASE_EMALFORMED, 0, false);
    expect(OPEN ACCEPT "no colon\r\n\r\n", "", BASE_EMALFORMED, 101, false);
    expect(OPEN ACCEPT ": x\r\n\r\n", "", BASE_EMALFORMED, 101, false);
    expect(OPEN ACCEPT " folded: x\r\n\r\n", "", BASE_EMALFORMED, 101, false);
    expect(OPEN ACCEPT "bare: line\nfeed: x\r\n\r\n", "", BASE_EMALFORMED, 101, false);
}

static void a_head_has_an_end(void **state)
{
    (void)state;
    ws_request r = sample("");
    ws_response res;
    buf in = new_buf();
    buf_put_str(&in, OPEN ACCEPT);
    while (in.len_bytes < WS_RESPONSE_BYTES_MAX + 10)
        buf_put_str(&in, "X: y\r\n");
    assert_int_equal(ws_response_decode(bytes_of(in.ptr, WS_RESPONSE_BYTES_MAX - 1), &r, &res),
                     BASE_OK);
    assert_int_equal(res.used_bytes, 0);
    assert_int_equal(ws_response_decode(buf_view(&in), &r, &res), BASE_ELIMIT);
    buf_deinit(&in);
}

/* What the client writes, the server reads, in any pieces. */
static void frames_round_trip(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 125, 126, 65535, 65536, 70001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        buf payload = new_buf(), out = new_buf();
        for (size_t k = 0; k < sizes[i]; k++)
            buf_put_u8(&payload, (uint8_t)(k * 7));
        uint8_t mask[4] = {9, 0, 255, (uint8_t)i};
        size_t cut = sizes[i] / 3;
        ws_frame_put(&out, WS_OP_BINARY, bytes_of(payload.ptr, cut),
                     bytes_of(payload.ptr + cut, sizes[i] - cut), mask);
        ws_close_put(&out, WS_CLOSE_NORMAL, "bye", mask);
        ws_decoder d;
        ws_event ev;
        size_t used;
        ws_decoder_init(&d, base_alloc_libc(), 1 << 20);
        assert_int_equal(ws_decoder_feed(&d, out.ptr, out.len_bytes, &used, &ev), BASE_OK);
        assert_int_equal(ev.tag, WS_EVENT_MESSAGE);
        assert_true(bytes_equal(ev.data, buf_view(&payload)));
        assert_int_equal(ws_decoder_feed(&d, out.ptr + used, out.len_bytes - used, &used, &ev),
                         BASE_OK);
        assert_int_equal(ev.tag, WS_EVENT_CLOSE);
        assert_int_equal(ev.close_code, WS_CLOSE_NORMAL);
        assert_true(bytes_equal(ev.data, bytes_of_str("bye")));
        ws_decoder_deinit(&d);
        buf_deinit(&payload);
        buf_deinit(&out);
    }
}

static void a_message_as_a_frame(void **state)
{
    (void)state;
    sync_msg msg = {.tag = SYNC_UPDATE, .body = bytes_of_str("abc")};
    buf plain = new_buf(), out = new_buf();
    uint8_t mask[4] = {0};
    sync_put(&plain, &msg);
    sync_put_masked(&out, &msg, mask);
    assert_int_equal(out.len_bytes, plain.len_bytes + 6);
    assert_memory_equal(out.ptr + 6, plain.ptr, plain.len_bytes);
    assert_int_equal(out.ptr[1], 0x80 | plain.len_bytes);
    buf_deinit(&plain);
    buf_deinit(&out);
}

static void no_memory_puts_nothing(void **state)
{
    (void)state;
    buf small;
    uint8_t mask[4] = {0};
    buf_init(&small, base_alloc_libc(), 10);
    ws_frame_put(&small, WS_OP_BINARY, bytes_of_str("abc"), bytes_of_str("defg"), mask);
    assert_int_equal(buf_err(&small), BASE_ELIMIT);
    assert_int_equal(small.len_bytes, 0);
    buf_deinit(&small);
}

/* Frames of a server, whole and one byte at a time: text, a fragmented message around a ping, and
 * sizes of all three forms. */
static void the_client_reads_a_server(void **state)
{
    (void)state;
    buf in = new_buf(), big = new_buf();
    for (size_t i = 0; i < 66000; i++)
        buf_put_u8(&big, (uint8_t)i);
    static const size_t sizes[] = {3, 200, 66000};
    for (size_t i = 0; i < 3; i++) {
        uint8_t header[WS_HEADER_BYTES_MAX];
        buf_put(&in, header, ws_header_encode(header, WS_OP_BINARY, sizes[i]));
        buf_put(&in, big.ptr, sizes[i]);
    }
    static const uint8_t pieces[] = {0x01, 1, 'a', 0x89, 1, 'p', 0x80, 1, 'b', 0x88, 2, 0x0f, 0xa0};
    buf_put(&in, pieces, sizeof pieces);
    for (int bytewise = 0; bytewise < 2; bytewise++) {
        ws_decoder d;
        ws_decoder_init_client(&d, base_alloc_libc(), 1 << 20);
        buf copy = new_buf();
        buf_put_bytes(&copy, buf_view(&in));
        static const ws_event_tag tags[] = {WS_EVENT_MESSAGE, WS_EVENT_MESSAGE, WS_EVENT_MESSAGE,
                                            WS_EVENT_PING,    WS_EVENT_MESSAGE, WS_EVENT_CLOSE};
        size_t seen = 0;
        for (size_t at = 0, used; at < copy.len_bytes; at += used) {
            ws_event ev;
            size_t n = bytewise ? 1 : copy.len_bytes - at;
            assert_int_equal(ws_decoder_feed(&d, copy.ptr + at, n, &used, &ev), BASE_OK);
            if (ev.tag == WS_EVENT_NONE)
                continue;
            assert_true(seen < 6 && ev.tag == tags[seen]);
            if (seen < 3)
                assert_true(bytes_equal(ev.data, bytes_of(big.ptr, sizes[seen])));
            if (seen == 4)
                assert_true(ev.is_text && bytes_equal(ev.data, bytes_of_str("ab")));
            seen++;
        }
        assert_int_equal(seen, 6);
        ws_decoder_deinit(&d);
        buf_deinit(&copy);
    }
    buf_deinit(&in);
    buf_deinit(&big);
}

static void a_server_does_not_mask(void **state)
{
    (void)state;
    uint8_t masked[] = {0x82, 0x81, 1, 2, 3, 4, 'x'}, plain[] = {0x82, 1, 'x'};
    ws_decoder d;
    ws_event ev;
    size_t used;
    ws_decoder_init_client(&d, base_alloc_libc(), 100);
    assert_int_equal(ws_decoder_feed(&d, masked, sizeof masked, &used, &ev), BASE_EMALFORMED);
    assert_int_equal(ev.close_code, WS_CLOSE_PROTOCOL);
    ws_decoder_deinit(&d);
    ws_decoder_init(&d, base_alloc_libc(), 100);
    assert_int_equal(ws_decoder_feed(&d, plain, sizeof plain, &used, &ev), BASE_EMALFORMED);
    ws_decoder_deinit(&d);
    assert_true(sizeof d <= 32); /* there are as many as connections */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_of_the_rfc),    cmocka_unit_test(a_request_cannot_be_smuggled),
        cmocka_unit_test(every_split_of_an_answer),  cmocka_unit_test(answers_that_are_none),
        cmocka_unit_test(a_head_has_an_end),         cmocka_unit_test(frames_round_trip),
        cmocka_unit_test(a_message_as_a_frame),      cmocka_unit_test(no_memory_puts_nothing),
        cmocka_unit_test(the_client_reads_a_server), cmocka_unit_test(a_server_does_not_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
