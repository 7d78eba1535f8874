/* Any bytes as an update to a document that is observed: what the events say must account for the
 * lengths that the lists have afterwards, and everything that went in can be read. */
#include "fuzz/fuzz.h"

#include <stdlib.h>

typedef struct watch {
    const yoke_doc *doc;
    uint64_t *len; /* of each type before */
    size_t types;
} watch;

static void on_update(void *ctx, const yoke_event *event)
{
    (void)ctx;
    fuzz_demand(yoke_update_check(event->update, NULL) == YOKE_OK, "an event's update is one");
}

static bool is_root(const yoke_doc *doc, yoke_type type)
{
    yoke_bytes name;
    yoke_type root;
    for (size_t i = 0; yoke_doc_root_at(doc, i, &name, &root) == YOKE_OK; i++)
        if (root == type)
            return true;
    return false;
}

static void on_delta(void *ctx, const yoke_event *event)
{
    watch *w = ctx;
    uint64_t kept = 0, gone = 0, fresh = 0;
    bool known = event->type <= w->types;
    fuzz_demand(known || is_root(w->doc, event->type), "a new nested type has no event of its own");
    fuzz_demand(event->steps != NULL, "there is memory for an event");
    for (size_t i = 0; i < event->step_count; i++) {
        const yoke_delta *step = &event->steps[i];
        fuzz_demand(step->len_utf16 > 0, "a step is about something");
        kept += step->tag == YOKE_DELTA_RETAIN ? step->len_utf16 : 0;
        gone += step->tag == YOKE_DELTA_DELETE ? step->len_utf16 : 0;
        fresh += step->tag == YOKE_DELTA_INSERT ? step->len_utf16 : 0;
    }
    uint64_t len = known ? w->len[event->type] : 0;
    fuzz_demand(kept + gone <= len, "a delta stays within the list");
    fuzz_demand(yoke_type_len(w->doc, event->type) == len - gone + fresh,
                "a delta accounts for the new length");
    if (known)
        w->len[event->type] = len - gone + fresh;
}

static bool see_step(void *ctx, const yoke_delta *step)
{
    *(uint64_t *)ctx += step->len_utf16;
    return true;
}

static void read_type(const yoke_doc *doc, yoke_type type)
{
    yoke_blob out = YOKE_BLOB_INIT;
    const yoke_value value = {.tag = YOKE_VALUE_TYPE, .type = type};
    uint64_t len = 0;
    fuzz_demand(yoke_value_json(doc, &value, &out) == YOKE_OK, "what went in is readable as JSON");
    yoke_err err = yoke_text_delta(doc, type, see_step, &len);
    if (err == YOKE_OK)
        fuzz_demand(len <= yoke_type_len(doc, type), "a delta is no longer than its text");
    err = yoke_xml_markup(doc, type, &out);
    fuzz_demand(err == YOKE_OK || err == YOKE_EKIND, "what went in is readable as markup");
    yoke_blob_free(&out);
}

static void apply_watched(yoke_doc *doc, yoke_bytes in)
{
    watch w = {doc, NULL, yoke_doc_stats(doc).types};
    const yoke_observer observer = {&w, on_update, on_delta};
    w.len = calloc(w.types + 1, sizeof *w.len);
    fuzz_demand(w.len != NULL && yoke_doc_observe(doc, &observer) == YOKE_OK, "somebody watches");
    for (yoke_type type = 1; type <= w.types; type++)
        w.len[type] = yoke_type_len(doc, type);
    if (yoke_doc_apply(doc, in, 0, NULL) == YOKE_OK)
        for (yoke_type type = 1; type <= w.types; type++)
            fuzz_demand(!yoke_type_alive(doc, type) || w.len[type] == yoke_type_len(doc, type),
                        "no change of a list goes without an event");
    fuzz_demand(yoke_doc_observe(doc, NULL) == YOKE_OK, "nobody watches");
    free(w.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    for (int keep = 0; keep < 2; keep++) {
        yoke_doc *doc = fuzz_doc(keep == 0 ? FUZZ_COLLECT : FUZZ_KEEP_DELETED);
        apply_watched(doc, (yoke_bytes){data, size_bytes});
        size_t types = yoke_doc_stats(doc).types;
        for (yoke_type type = 1; type <= types; type++)
            if (yoke_type_alive(doc, type))
                read_type(doc, type);
        yoke_doc_free(doc);
    }
    return 0;
}
