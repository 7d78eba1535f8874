/* Any bytes as a list of updates, each behind two bytes of length (little-endian): what is merged
 * is an update, and merging it with its inputs again adds nothing. */
#include "fuzz/fuzz.h"

enum { INPUTS_MAX = 16 };

static size_t split(yoke_bytes rest, yoke_bytes *out)
{
    size_t n = 0;
    while (n < INPUTS_MAX && rest.len_bytes >= 2) {
        size_t len_bytes = (size_t)rest.ptr[0] | (size_t)rest.ptr[1] << 8;
        rest.ptr += 2;
        rest.len_bytes -= 2;
        if (len_bytes > rest.len_bytes)
            len_bytes = rest.len_bytes;
        out[n++] = (yoke_bytes){rest.ptr, len_bytes};
        rest.ptr += len_bytes;
        rest.len_bytes -= len_bytes;
    }
    return n;
}

static void demand_nothing_new(const yoke_bytes *inputs, size_t count, const yoke_blob *merged)
{
    yoke_bytes both[INPUTS_MAX + 1];
    yoke_blob again = YOKE_BLOB_INIT, before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    both[0] = yoke_blob_view(merged);
    memcpy(both + 1, inputs, count * sizeof *inputs);
    fuzz_demand(yoke_update_merge(both, count + 1, NULL, &again) == YOKE_OK, "it merges again");
    fuzz_demand(yoke_update_state_vector(yoke_blob_view(merged), NULL, &before) == YOKE_OK &&
                    yoke_update_state_vector(yoke_blob_view(&again), NULL, &after) == YOKE_OK,
                "what is merged has a state vector");
    fuzz_demand(fuzz_same(&before, &after), "merging again adds no clocks");
    yoke_blob_free(&again);
    yoke_blob_free(&before);
    yoke_blob_free(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_bytes inputs[INPUTS_MAX];
    size_t count = split((yoke_bytes){data, size_bytes}, inputs);
    yoke_blob merged = YOKE_BLOB_INIT;
    if (yoke_update_merge(inputs, count, NULL, &merged) == YOKE_OK) {
        fuzz_demand(yoke_update_check(yoke_blob_view(&merged), NULL) == YOKE_OK,
                    "what is merged is an update");
        demand_nothing_new(inputs, count, &merged);
    }
    yoke_blob_free(&merged);
    return 0;
}
