/* Any bytes as an update: the calls without a document agree on whether it is one. */
#include "fuzz/fuzz.h"

static bool count_range(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    (void)client;
    fuzz_demand(from < to, "a range is not empty");
    ++*(unsigned *)ctx;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_bytes in = {data, size_bytes};
    yoke_blob out = YOKE_BLOB_INIT;
    unsigned ranges = 0;
    yoke_err checked = yoke_update_check(in, NULL);
    fuzz_demand(yoke_update_state_vector(in, NULL, &out) == checked, "check and state agree");
    fuzz_demand(yoke_update_visit(in, NULL, count_range, &ranges) == checked,
                "check and visit agree");
    fuzz_demand(yoke_update_visit_stretches(in, NULL, count_range, &ranges) == checked,
                "check and stretches agree");
    fuzz_demand(yoke_update_diff(in, YOKE_NONE, NULL, &out) == checked, "check and diff agree");
    if (checked == YOKE_OK)
        fuzz_demand(yoke_update_check(yoke_blob_view(&out), NULL) == YOKE_OK,
                    "a diff is an update");
    yoke_blob_free(&out);
    return 0;
}
