/* Any bytes as a message of the protocol: what is read is written to the same message again. */
#include "fuzz/fuzz.h"

#include "base/buf.h"
#include "wire/sync.h"
#include "wire/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    bytes in = bytes_of(data, size_bytes);
    sync_msg msg = {.count = 7}, again;
    if (sync_decode(in, &msg) != BASE_OK) {
        fuzz_demand(msg.count == 7 && msg.body.ptr == NULL, "an error writes nothing");
        return 0;
    }
    fuzz_demand(msg.body.len_bytes <= size_bytes, "the body is inside the message");
    if (msg.tag == SYNC_UNKNOWN)
        return 0;
    buf out;
    buf_init(&out, base_alloc_libc(), size_bytes + 64);
    sync_put(&out, &msg);
    fuzz_demand(buf_err(&out) == BASE_OK && out.len_bytes <= size_bytes, "the shortest form");
    fuzz_demand(sync_decode(buf_view(&out), &again) == BASE_OK, "it is read again");
    fuzz_demand(again.tag == msg.tag && again.count == msg.count &&
                    bytes_equal(again.body, msg.body),
                "as the same message");
    frame *f = sync_frame(base_alloc_libc(), &msg);
    fuzz_demand(f != NULL && bytes_equal(frame_payload(f), buf_view(&out)), "and framed as such");
    frame_unref(f);
    buf_deinit(&out);
    return 0;
}
