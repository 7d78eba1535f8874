/* Any bytes as a snapshot of a document that keeps what is deleted. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_bytes in = {data, size_bytes};
    yoke_doc *doc = fuzz_doc(FUZZ_KEEP_DELETED);
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_type text;
    fuzz_demand(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text) == YOKE_OK, "a root");
    yoke_blob before = fuzz_full(doc);
    if (yoke_snapshot_text(doc, in, text, &out) != YOKE_OK)
        fuzz_demand(out.len_bytes == 0, "a failed call gives nothing");
    if (yoke_snapshot_update(doc, in, &out) == YOKE_OK)
        fuzz_demand(yoke_update_check(yoke_blob_view(&out), NULL) == YOKE_OK,
                    "a restored state is an update");
    yoke_blob after = fuzz_full(doc);
    fuzz_demand(fuzz_same(&before, &after), "reading changes nothing");
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    yoke_blob_free(&out);
    yoke_doc_free(doc);
    return 0;
}
