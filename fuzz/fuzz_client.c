/* Any bytes as what a server sends to a client: the answer to the upgrade, then frames, then the
 * messages of a session.  Cut into pieces anyhow they give the same, within the memory allowed, and
 * nothing is acknowledged that was not sent. */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "client/presence.h"
#include "client/session.h"
#include "wire/ws_client.h"

#include <stdlib.h>

enum { MESSAGE_BYTES_MAX = 3000 };

typedef struct visitor {
    fuzz_memory memory;
    client_session session;
    presence here;
    buf trace;
    int64_t now_us;
} visitor;

static void note(visitor *v, unsigned what, bytes about)
{
    buf_put_u8(&v->trace, (uint8_t)what);
    buf_put_varstring(&v->trace, about);
}

static void on_send(void *ctx, const sync_msg *msg)
{
    note(ctx, 10 + msg->tag, msg->body);
}

static int state_vector(void *ctx, buf *out)
{
    (void)ctx;
    buf_put_u8(out, 0);
    return 0;
}

static int encode_since(void *ctx, bytes sv, buf *out)
{
    (void)ctx;
    buf_put_bytes(out, sv);
    return sv.len_bytes > 100 ? -1 : 0;
}

static int on_apply(void *ctx, sync_tag tag, bytes update)
{
    note(ctx, 20 + tag, update);
    return update.len_bytes > 100 ? -1 : 0;
}

static void put_presence(void *ctx, client_presence which, buf *out)
{
    visitor *v = ctx;
    if (which == CLIENT_PRESENCE_NEWER)
        presence_renew(&v->here, v->now_us);
    presence_put(&v->here, bytes_of_str("{}"), out);
}

static void on_presence(void *ctx, bytes update)
{
    visitor *v = ctx;
    bool answer;
    int err = presence_apply(&v->here, update, v->now_us, &answer);
    buf_put_u8(&v->trace, (uint8_t)err);
    if (err == BASE_OK && answer)
        (void)client_session_show(&v->session);
}

static bool on_welcome(void *ctx, const client_hello *hello)
{
    note(ctx, 30, bytes_of_str(hello->epoch));
    (void)client_hello_limit(hello, "files", 0);
    return hello->session != 13;
}

static void on_event(void *ctx, bytes json)
{
    note(ctx, 31, json);
}

static void on_acked(void *ctx, uint64_t frames)
{
    visitor *v = ctx;
    fuzz_demand(frames <= v->session.frames, "no more is acknowledged than was sent");
    buf_put_varuint(&v->trace, frames);
}

static void on_denied(void *ctx, bytes reason)
{
    note(ctx, 32, reason);
}

static void on_end(void *ctx, client_end why)
{
    note(ctx, 33 + why, bytes_of_str(client_end_text(why)));
}

static void on_frame(visitor *v, const ws_event *ev)
{
    v->now_us += 1000;
    note(v, ev->tag, ev->data);
    if (ev->tag == WS_EVENT_MESSAGE && !ev->is_text)
        client_session_message(&v->session, ev->data, v->now_us);
    else
        client_session_heard(&v->session, v->now_us);
    if (ev->tag == WS_EVENT_CLOSE)
        buf_put_u8(&v->trace, (uint8_t)client_next_of(ev->close_code, ev->data));
    if (v->session.frames < 50)
        client_session_edited(&v->session, bytes_of_str("e"));
    client_session_tick(&v->session, v->now_us);
}

static void read_frames(visitor *v, bytes in, unsigned step)
{
    ws_decoder d;
    unsigned turn = step;
    int err = BASE_OK;
    ws_decoder_init_client(&d, &v->memory.alloc, MESSAGE_BYTES_MAX);
    for (size_t at = 0; at < in.len_bytes && err == BASE_OK;) {
        turn = turn * 1103515245u + 12345u;
        size_t n = step < 2 ? step : 1 + (turn >> 16) % step;
        n = n == 0 || n > in.len_bytes - at ? in.len_bytes - at : n;
        uint8_t *piece = malloc(n); /* of its own, so that a read past it is seen */
        fuzz_demand(piece != NULL, "there is memory");
        memcpy(piece, in.ptr + at, n);
        at += n;
        for (size_t done = 0, used = 0; done < n && err == BASE_OK; done += used) {
            ws_event ev;
            err = ws_decoder_feed(&d, piece + done, n - done, &used, &ev);
            if (err == BASE_OK && ev.tag != WS_EVENT_NONE)
                on_frame(v, &ev);
        }
        free(piece);
    }
    ws_decoder_deinit(&d);
}

/* The head of the answer if there is one: `in` then begins behind it. */
static bool upgrade(visitor *v, bytes *in)
{
    ws_request request = {.host = bytes_of_str("h"),
                          .target = bytes_of_str("/"),
                          .subprotocol = bytes_of_str(SYNC_SUBPROTOCOL)};
    memcpy(request.nonce, "the sample nonce", sizeof request.nonce);
    ws_response res;
    int err = ws_response_decode(*in, &request, &res);
    fuzz_demand((err == BASE_OK) == (res.reason == NULL), "an error says why");
    fuzz_demand(res.used_bytes <= in->len_bytes, "no more is read than there is");
    for (size_t n = 0; err == BASE_OK && n < res.used_bytes; n++) {
        ws_response part;
        fuzz_demand(ws_response_decode(bytes_of(in->ptr, n), &request, &part) == BASE_OK &&
                        part.used_bytes == 0,
                    "a head is not there before its end");
    }
    buf_put_u8(&v->trace, (uint8_t)err);
    if (err == BASE_OK && res.used_bytes > 0)
        *in = bytes_of(in->ptr + res.used_bytes, in->len_bytes - res.used_bytes);
    return res.agreed;
}

static void visit(bytes in, unsigned step, buf *trace)
{
    visitor v = {.now_us = 0};
    static const client_port port = {.send = on_send,
                                     .state_vector = state_vector,
                                     .encode_since = encode_since,
                                     .apply = on_apply,
                                     .put_presence = put_presence,
                                     .presence = on_presence,
                                     .welcome = on_welcome,
                                     .event = on_event,
                                     .acked = on_acked,
                                     .denied = on_denied,
                                     .end = on_end};
    fuzz_memory_init(&v.memory);
    buf_init(&v.trace, base_alloc_libc(), 1 << 24);
    fuzz_demand(presence_init(&v.here, &v.memory.alloc, 7, 0) == BASE_OK, "there is memory");
    client_session_init(&v.session,
                        &(client_options){&port, &v, &v.memory.alloc, MESSAGE_BYTES_MAX});
    bool agreed = upgrade(&v, &in);
    client_session_opened(&v.session, agreed ? CLIENT_TANDEM_V1 : CLIENT_PLAIN, v.now_us);
    read_frames(&v, in, step);
    client_session_closed(&v.session);
    client_session_deinit(&v.session);
    presence_deinit(&v.here);
    /* A message, what is kept of it early and in the presence, and tables that doubled. */
    fuzz_memory_end(&v.memory, (size_t)64 * MESSAGE_BYTES_MAX);
    buf_put_bytes(trace, buf_view(&v.trace));
    fuzz_demand(buf_err(&v.trace) == BASE_OK && buf_err(trace) == BASE_OK, "the trace is written");
    buf_deinit(&v.trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    unsigned step = 1 + input_u8(&in);
    buf whole, pieces;
    buf_init(&whole, base_alloc_libc(), 1 << 24);
    buf_init(&pieces, base_alloc_libc(), 1 << 24);
    visit(input_rest(&in), 0, &whole);
    const unsigned steps[] = {1, step};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        buf_clear(&pieces);
        visit(input_rest(&in), steps[i], &pieces);
        fuzz_demand(bytes_equal(buf_view(&whole), buf_view(&pieces)), "pieces change nothing");
    }
    buf_deinit(&whole);
    buf_deinit(&pieces);
    return 0;
}
