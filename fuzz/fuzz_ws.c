/* Any bytes as WebSocket frames: cut into pieces anyhow, they give the same events, the same error
 * and no more memory than the limit allows. */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "wire/ws.h"

#include <stdlib.h>

enum { MESSAGE_BYTES_MAX = 3000 };

static void note(buf *trace, const ws_event *ev)
{
    buf_put_fmt(trace, "%d,%d,%u:", (int)ev->tag, ev->is_text, ev->close_code);
    buf_put_varstring(trace, ev->data);
}

/* Reads all of it in pieces of 1..`step` bytes; the trace is what came out. */
static void read_all(bytes in, unsigned step, buf *trace)
{
    fuzz_memory m;
    ws_decoder d;
    fuzz_memory_init(&m);
    ws_decoder_init(&d, &m.alloc, MESSAGE_BYTES_MAX);
    unsigned turn = step;
    int err = BASE_OK;
    for (size_t at = 0; at < in.len_bytes && err == BASE_OK;) {
        turn = turn * 1103515245u + 12345u;
        size_t n = step < 2 ? step : 1 + (turn >> 16) % step;
        n = n == 0 || n > in.len_bytes - at ? in.len_bytes - at : n;
        uint8_t *piece = malloc(n); /* of its own, so that a read past it is seen */
        fuzz_demand(piece != NULL, "there is memory");
        memcpy(piece, in.ptr + at, n);
        at += n;
        for (size_t done = 0; done < n && err == BASE_OK;) {
            ws_event ev;
            size_t used = 0;
            err = ws_decoder_feed(&d, piece + done, n - done, &used, &ev);
            fuzz_demand(err != BASE_OK || used > 0, "something is read");
            fuzz_demand(used <= n - done, "no more is read than there is");
            fuzz_demand(ev.data.len_bytes <= MESSAGE_BYTES_MAX, "a message keeps the limit");
            if (err != BASE_OK)
                fuzz_demand(ev.reason != NULL && ev.close_code >= 1002, "an error says why");
            if (err != BASE_OK || ev.tag != WS_EVENT_NONE)
                note(trace, &ev);
            done += used;
        }
        free(piece);
    }
    ws_decoder_deinit(&d);
    fuzz_memory_end(&m, 2 * MESSAGE_BYTES_MAX + 64);
    fuzz_demand(buf_err(trace) == BASE_OK, "the trace is written");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    unsigned step = 1 + input_u8(&in);
    buf whole, pieces;
    buf_init(&whole, base_alloc_libc(), 1 << 24);
    buf_init(&pieces, base_alloc_libc(), 1 << 24);
    read_all(input_rest(&in), 0, &whole);
    const unsigned steps[] = {1, 2, step};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        buf_clear(&pieces);
        read_all(input_rest(&in), steps[i], &pieces);
        fuzz_demand(bytes_equal(buf_view(&whole), buf_view(&pieces)), "pieces change nothing");
    }
    buf_deinit(&whole);
    buf_deinit(&pieces);
    return 0;
}
