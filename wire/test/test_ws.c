#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf.h"
#include "wire/frame.h"
#include "wire/sha1.h"
#include "wire/ws.h"

/* A client's frame: masked, with the shortest length. */
static void put_frame(buf *out, unsigned first, bytes payload)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    buf_put_u8(out, (uint8_t)first);
    size_t n = payload.len_bytes;
    if (n < 126) {
        buf_put_u8(out, (uint8_t)(0x80 | n));
    } else if (n <= UINT16_MAX) {
        buf_put_u8(out, 0x80 | 126);
        buf_put_u8(out, (uint8_t)(n >> 8));
        buf_put_u8(out, (uint8_t)n);
    } else {
        buf_put_u8(out, 0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            buf_put_u8(out, (uint8_t)((uint64_t)n >> shift));
    }
    buf_put(out, mask, 4);
    for (size_t i = 0; i < n; i++)
        buf_put_u8(out, payload.ptr[i] ^ mask[i & 3]);
}

static void put_frame_str(buf *out, unsigned first, const char *payload)
{
    put_frame(out, first, bytes_of_str(payload));
}

/* Feeds `in` in steps of at most `step` bytes and writes each event as a line. */
static int run(bytes in, size_t step, size_t limit, buf *trace, unsigned *close_code)
{
    ws_decoder d;
    ws_decoder_init(&d, base_alloc_libc(), limit);
    int err = BASE_OK;
    *close_code = 0;
    for (size_t at = 0; at < in.len_bytes && err == BASE_OK;) {
        uint8_t chunk[70000];
        size_t n = in.len_bytes - at < step ? in.len_bytes - at : step;
        assert_true(n <= sizeof chunk);
        memcpy(chunk, in.ptr + at, n);
        at += n;
        for (size_t used = 0; used < n && err == BASE_OK;) {
            size_t got;
            ws_event ev;
            err = ws_decoder_feed(&d, chunk + used, n - used, &got, &ev);
            used += got;
            if (err != BASE_OK) {
                assert_non_null(ev.reason);
                *close_code = ev.close_code;
                break;
            }
            assert_true(got > 0);
            if (ev.tag == WS_EVENT_NONE)
                continue;
            buf_put_fmt(trace, "%d%s:", (int)ev.tag, ev.is_text ? "t" : "");
            buf_put_bytes(trace, ev.data);
            buf_put_str(trace, "\n");
            if (ev.tag == WS_EVENT_CLOSE)
                *close_code = ev.close_code;
        }
    }
    ws_decoder_deinit(&d);
    return err;
}

static buf new_buf(void)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 22);
    return b;
}

static void expect(bytes in, size_t limit, int err, unsigned close_code, const char *trace)
{
    for (size_t step = 1; step <= in.len_bytes + 1; step++) {
        buf t = new_buf();
        unsigned code;
        assert_int_equal(run(in, step, limit, &t, &code), err);
        assert_int_equal(code, close_code);
        assert_int_equal(t.len_bytes, strlen(trace));
        if (t.len_bytes > 0)
            assert_memory_equal(t.ptr, trace, t.len_bytes);
        buf_deinit(&t);
    }
}

static void every_split_gives_the_same_events(void **state)
{
    (void)state;
    buf in = new_buf();
    put_frame_str(&in, 0x82, "hello");
    put_frame_str(&in, 0x01, "caf\xc3");
    put_frame_str(&in, 0x89, "are you there");
    put_frame_str(&in, 0x00, "");
    put_frame_str(&in, 0x80, "\xa9!");
    put_frame_str(&in, 0x82, "");
    put_frame_str(&in, 0x02, "a");
    put_frame_str(&in, 0x8A, "");
    put_frame_str(&in, 0x80, "b");
    put_frame_str(&in, 0x88,
                  "\x03\xe8"
                  "bye");
    put_frame_str(&in, 0x82, "not read any more");
    expect(buf_view(&in), 1000, BASE_OK, 1000,
           "1:hello\n2:are you there\n1t:caf\xc3\xa9!\n1:\n3:\n1:ab\n4:bye\n");
    buf_deinit(&in);
}

/* There are as many decoders as connections, and nearly all are idle. */
static void an_idle_decoder_is_small(void **state)
{
    (void)state;
    static const char *const payloads[] = {"whole", "in pieces"};
    ws_decoder d;
    ws_event ev;
    size_t used;
    ws_decoder_init(&d, base_alloc_libc(), 1000);
    assert_true(sizeof d <= 32);
    for (unsigned first = 0x82; first <= 0x89; first += 7) {
        for (size_t i = 0; i < 2; i++) {
            buf in = new_buf();
            put_frame_str(&in, first, payloads[i]);
            for (size_t cut = i == 0 ? in.len_bytes : 1; cut <= in.len_bytes; cut++) {
                buf copy = new_buf();
                buf_put_bytes(&copy, buf_view(&in));
                assert_int_equal(ws_decoder_feed(&d, copy.ptr, cut, &used, &ev), BASE_OK);
                assert_int_equal(ws_decoder_midway(&d), cut < in.len_bytes);
                assert_int_equal(ws_decoder_memory_bytes(&d) > 0, cut < in.len_bytes);
                if (cut < in.len_bytes)
                    assert_int_equal(
                        ws_decoder_feed(&d, copy.ptr + cut, in.len_bytes - cut, &used, &ev),
                        BASE_OK);
                assert_true(bytes_equal(ev.data, bytes_of_str(payloads[i])));
                assert_int_equal(ws_decoder_feed(&d, copy.ptr, 0, &used, &ev), BASE_OK);
                assert_int_equal(ws_decoder_memory_bytes(&d), 0);
                buf_deinit(&copy);
            }
            buf_deinit(&in);
        }
    }
    ws_decoder_deinit(&d);
}

static void *no_memory(void *ctx, size_t size_bytes)
{
    (void)ctx;
    (void)size_bytes;
    return NULL;
}

static void without_memory_it_asks_to_come_back(void **state)
{
    (void)state;
    base_alloc none = *base_alloc_libc();
    none.alloc = no_memory;
    for (size_t cut = 1; cut < 11; cut++) {
        ws_decoder d;
        ws_event ev;
        size_t used;
        buf in = new_buf();
        put_frame_str(&in, 0x82, "hello");
        ws_decoder_init(&d, &none, 1000);
        int err = ws_decoder_feed(&d, in.ptr, cut, &used, &ev);
        assert_int_equal(err, BASE_ENOMEM);
        assert_int_equal(ev.close_code, WS_CLOSE_TRY_LATER);
        assert_int_equal(ws_decoder_feed(&d, in.ptr + cut, in.len_bytes - cut, &used, &ev),
                         BASE_OK);
        assert_int_equal(ev.tag, WS_EVENT_NONE);
        ws_decoder_deinit(&d);
        buf_deinit(&in);
    }
}

static void lengths_of_all_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 69000};
    static uint8_t payload[69000];
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t step = 1000; step < 70000; step += 68999) {
            buf in = new_buf(), t = new_buf();
            unsigned code;
            put_frame(&in, 0x82, bytes_of(payload, sizes[i]));
            assert_int_equal(run(buf_view(&in), step, 69000, &t, &code), BASE_OK);
            assert_int_equal(t.len_bytes, sizes[i] + 3);
            if (sizes[i] > 0)
                assert_memory_equal(t.ptr + 2, payload, sizes[i]);
            buf_deinit(&in);
            buf_deinit(&t);
        }
    }
}

static void expect_bad(const char *raw, size_t n, int err, unsigned code)
{
    expect(bytes_of(raw, n), 100, err, code, "");
}

static void broken_frames_are_refused(void **state)
{
    (void)state;
#define BAD(raw, err, code) expect_bad(raw, sizeof(raw) - 1, err, code)
    BAD("\xc2\x80mmmm", BASE_EMALFORMED, 1002);                     /* reserved bit 1 */
    BAD("\xa2\x80mmmm", BASE_EMALFORMED, 1002);                     /* 2 */
    BAD("\x92\x80mmmm", BASE_EMALFORMED, 1002);                     /* 3 */
    BAD("\x82\x01x", BASE_EMALFORMED, 1002);                        /* not masked */
    BAD("\x83\x80mmmm", BASE_EMALFORMED, 1002);                     /* opcode 3 */
    BAD("\x8b\x80mmmm", BASE_EMALFORMED, 1002);                     /* opcode 11 */
    BAD("\x80\x80mmmm", BASE_EMALFORMED, 1002);                     /* continues nothing */
    BAD("\x09\x80mmmm", BASE_EMALFORMED, 1002);                     /* ping in pieces */
    BAD("\x89\xfe\x00\x7emmmm", BASE_EMALFORMED, 1002);             /* ping of 126 */
    BAD("\x82\xfe\x00\x05mmmm", BASE_EMALFORMED, 1002);             /* length too long a form */
    BAD("\x82\xff\0\0\0\0\0\0\xff\xffmmmm", BASE_EMALFORMED, 1002); /* the same, 64 bits */
    BAD("\x82\xff\x80\0\0\0\0\0\0\0mmmm", BASE_EMALFORMED, 1002);   /* high bit */
    BAD("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmmmm", BASE_ELIMIT, 1009);
    BAD("\x82\xe5mmmm", BASE_ELIMIT, 1009);                     /* 101 bytes */
    BAD("\x88\x81\0\0\0\0x", BASE_EMALFORMED, 1002);            /* close of one byte */
    BAD("\x88\x82\0\0\0\0\x03\xed", BASE_EMALFORMED, 1002);     /* 1005 */
    BAD("\x88\x82\0\0\0\0\x00\x01", BASE_EMALFORMED, 1002);     /* 1 */
    BAD("\x88\x83\0\0\0\0\x03\xe8\xff", BASE_EMALFORMED, 1007); /* reason not UTF-8 */
    BAD("\x81\x81\0\0\0\0\xff", BASE_EMALFORMED, 1007);
    BAD("\x01\x81\0\0\0\0\xc3\x80\x81\0\0\0\0x", BASE_EMALFORMED, 1007);
    BAD("\x02\x81\0\0\0\0x\x82\x81\0\0\0\0y", BASE_EMALFORMED, 1002); /* message in message */
#undef BAD
}

static void fragments_count_against_one_limit(void **state)
{
    (void)state;
    buf in = new_buf();
    put_frame_str(&in, 0x02, "12345");
    put_frame_str(&in, 0x00, "12345");
    put_frame_str(&in, 0x80, "");
    expect(buf_view(&in), 10, BASE_OK, 0, "1:1234512345\n");
    expect(buf_view(&in), 9, BASE_ELIMIT, 1009, "");
    buf_deinit(&in);
}

static void close_without_a_code(void **state)
{
    (void)state;
    expect(bytes_of("\x88\x80mmmm", 6), 10, BASE_OK, 1005, "4:\n");
}

static void sending_side(void **state)
{
    (void)state;
    uint8_t h[WS_HEADER_BYTES_MAX], c[WS_CONTROL_FRAME_BYTES_MAX];
    assert_int_equal(ws_header_encode(h, WS_OP_BINARY, 125), 2);
    assert_memory_equal(h, "\x82\x7d", 2);
    assert_int_equal(ws_header_encode(h, WS_OP_BINARY, 126), 4);
    assert_memory_equal(h, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(ws_header_encode(h, WS_OP_BINARY, 65536), 10);
    assert_memory_equal(h, "\x82\x7f\0\0\0\0\0\1\0\0", 10);

    assert_int_equal(ws_close_encode(c, 1003, "why"), 7);
    assert_memory_equal(c, "\x88\x05\x03\xebwhy", 7);
    assert_int_equal(ws_close_encode(c, WS_CLOSE_NO_STATUS, "why"), 2);
    char longest[200];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + 122, "\xc3\xa9", 3);
    assert_int_equal(ws_close_encode(c, 1000, longest), 2 + 2 + 122);

    frame *f = frame_new(base_alloc_libc(), WS_OP_BINARY, bytes_of_str("ab"), bytes_of_str("cd"));
    assert_memory_equal(frame_view(f).ptr,
                        "\x82\x04"
                        "abcd",
                        6);
    assert_true(bytes_equal(frame_payload(f), bytes_of_str("abcd")));
    frame_ref(f);
    frame_unref(f);
    frame_unref(f);
}

static void accept_key_of_the_rfc(void **state)
{
    (void)state;
    char out[WS_ACCEPT_CHARS + 1];
    assert_int_equal(ws_accept_key(bytes_of_str("dGhlIHNhbXBsZSBub25jZQ=="), out), BASE_OK);
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_int_equal(ws_accept_key(bytes_of_str(""), out), BASE_EMALFORMED);
    assert_int_equal(ws_accept_key(bytes_of_str("dGhlIHNhbXBsZSBub25jZQ="), out), BASE_EMALFORMED);
    assert_int_equal(ws_accept_key(bytes_of_str("dGhlIHNhbXBsZSBub25j*Q=="), out), BASE_EMALFORMED);
}

static void sha1_of_the_rfc(void **state)
{
    (void)state;
    uint8_t out[SHA1_BYTES];
    sha1_digest(bytes_of_str("abc"), out);
    assert_memory_equal(out,
                        "\xA9\x99\x3E\x36\x47\x06\x81\x6A\xBA\x3E\x25\x71\x78\x50\xC2\x6C\x9C"
                        "\xD0\xD8\x9D",
                        SHA1_BYTES);
    sha1_digest(bytes_of_str("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
    assert_memory_equal(out,
                        "\x84\x98\x3E\x44\x1C\x3B\xD2\x6E\xBA\xAE\x4A\xA1\xF9\x51\x29\xE5\xE5"
                        "\x46\x70\xF1",
                        SHA1_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same_events),
        cmocka_unit_test(an_idle_decoder_is_small),
        cmocka_unit_test(without_memory_it_asks_to_come_back),
        cmocka_unit_test(lengths_of_all_sizes),
        cmocka_unit_test(broken_frames_are_refused),
        cmocka_unit_test(fragments_count_against_one_limit),
        cmocka_unit_test(close_without_a_code),
        cmocka_unit_test(sending_side),
        cmocka_unit_test(accept_key_of_the_rfc),
        cmocka_unit_test(sha1_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
