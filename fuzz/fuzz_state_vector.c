/* Any bytes as a remote state vector: a document's encoding against it is an update. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_bytes in = {data, size_bytes};
    yoke_doc *doc = fuzz_doc(FUZZ_COLLECT);
    yoke_blob full = fuzz_full(doc), out = YOKE_BLOB_INIT, of_full = YOKE_BLOB_INIT;
    yoke_err err = yoke_doc_encode(doc, in, 0, &out);
    fuzz_demand(yoke_update_diff(yoke_blob_view(&full), in, NULL, &of_full) == err,
                "document and update read a state vector alike");
    if (err == YOKE_OK) {
        fuzz_demand(yoke_update_check(yoke_blob_view(&out), NULL) == YOKE_OK,
                    "an encoding is an update");
        fuzz_demand(fuzz_same(&out, &of_full), "both are the same bytes");
    }
    yoke_blob_free(&full);
    yoke_blob_free(&out);
    yoke_blob_free(&of_full);
    yoke_doc_free(doc);
    return 0;
}
