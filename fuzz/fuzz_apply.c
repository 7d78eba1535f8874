/* Any bytes as an update to a document with content: refused without a trace, or integrated so that
 * the document holds its invariants and its own full state can be read. */
#include "fuzz/fuzz.h"

static void demand_sound(yoke_doc *doc)
{
    const char *broken = yoke_doc_check(doc);
    fuzz_demand(broken == NULL, broken);
}

/* Its bytes need not be the same again: of structs that name neighbours in different lists, Yjs too
 * makes another document when it reads what it wrote. */
static void demand_readable(yoke_doc *doc)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *other = NULL;
    yoke_blob full = fuzz_full(doc), state = YOKE_BLOB_INIT, again = YOKE_BLOB_INIT;
    fuzz_demand(yoke_doc_new(&options, &other) == YOKE_OK, "there is a document");
    fuzz_demand(yoke_doc_apply(other, yoke_blob_view(&full), 0, NULL) == YOKE_OK,
                "a document's own state applies");
    demand_sound(other);
    fuzz_demand(yoke_doc_state_vector(doc, &state) == YOKE_OK &&
                    yoke_doc_state_vector(other, &again) == YOKE_OK && fuzz_same(&state, &again),
                "and leads to the same state vector");
    yoke_blob_free(&state);
    yoke_blob_free(&again);
    yoke_blob_free(&full);
    yoke_doc_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_bytes in = {data, size_bytes};
    yoke_doc *doc = fuzz_doc(FUZZ_COLLECT);
    yoke_blob before = fuzz_full(doc);
    yoke_err err = yoke_doc_apply(doc, in, 0, NULL);
    demand_sound(doc);
    if (err != YOKE_OK) {
        yoke_blob after = fuzz_full(doc);
        fuzz_demand(fuzz_same(&before, &after), "a refused update changes nothing");
        yoke_blob_free(&after);
    } else if (yoke_doc_stats(doc).pending_structs == 0) {
        demand_readable(doc);
    }
    /* The document goes on working. */
    err = yoke_doc_apply(doc, yoke_blob_view(&before), 0, NULL);
    fuzz_demand(err == YOKE_OK, "what is known applies again");
    yoke_blob_free(&before);
    yoke_doc_free(doc);
    return 0;
}
