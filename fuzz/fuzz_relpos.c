/* Any bytes as a relative position: it encodes to what decodes to itself, and resolving it in a
 * document finds a place inside the type or none. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_relpos pos, again;
    if (yoke_relpos_decode((yoke_bytes){data, size_bytes}, &pos) != YOKE_OK)
        return 0;
    yoke_blob out = YOKE_BLOB_INIT, twice = YOKE_BLOB_INIT;
    fuzz_demand(yoke_relpos_encode(&pos, &out) == YOKE_OK, "it encodes");
    fuzz_demand(yoke_relpos_decode(yoke_blob_view(&out), &again) == YOKE_OK, "it decodes");
    fuzz_demand(yoke_relpos_encode(&again, &twice) == YOKE_OK, "it encodes again");
    fuzz_demand(fuzz_same(&out, &twice), "to the same bytes");
    yoke_doc *doc = fuzz_doc(FUZZ_COLLECT);
    yoke_type type;
    uint64_t at;
    /* Beside an entry of a map there is no place; Yjs gives 0 or 1 there, and so do we. */
    if (yoke_relpos_resolve(doc, &pos, &type, &at) == YOKE_OK &&
        yoke_type_kind(doc, type) != YOKE_KIND_MAP)
        fuzz_demand(at <= yoke_type_len(doc, type), "the place is inside the type");
    yoke_doc_free(doc);
    yoke_blob_free(&out);
    yoke_blob_free(&twice);
    return 0;
}
