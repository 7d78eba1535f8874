/* Any bytes as a lib0 "any": every token takes something, none reads past the end. */
#include "fuzz/fuzz.h"

enum { DEPTH_MAX = 64 };

typedef struct level {
    uint64_t left;
    bool keyed;
} level;

static void walk(yoke_bytes rest)
{
    level open[DEPTH_MAX];
    size_t depth = 0;
    open[0] = (level){1, false};
    for (;;) {
        while (open[depth].left == 0) {
            if (depth == 0)
                return;
            depth--;
        }
        open[depth].left--;
        yoke_any token;
        yoke_bytes key;
        size_t before = rest.len_bytes;
        if (open[depth].keyed && yoke_any_key(&rest, &key) != YOKE_OK)
            return;
        if (yoke_any_next(&rest, &token) != YOKE_OK)
            return;
        fuzz_demand(rest.len_bytes < before, "a token takes bytes");
        if (token.tag == YOKE_ANY_VALUE)
            continue;
        fuzz_demand(token.count <= before, "a count fits the bytes that are left");
        if (++depth == DEPTH_MAX)
            return;
        open[depth] = (level){token.count, token.tag == YOKE_ANY_OBJECT};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    yoke_value value = {.tag = YOKE_VALUE_ANY, .data = {data, size_bytes}};
    yoke_blob json = YOKE_BLOB_INIT;
    yoke_doc *doc = fuzz_doc(FUZZ_COLLECT);
    yoke_type map;
    walk(value.data);
    fuzz_demand(yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &map) == YOKE_OK, "a root");
    if (yoke_map_set(doc, map, YOKE_STR("fuzz"), &value) == YOKE_OK) {
        yoke_value back;
        fuzz_demand(yoke_map_get(doc, map, YOKE_STR("fuzz"), &back) == YOKE_OK, "it is read back");
        fuzz_demand(yoke_value_json(doc, &back, &json) == YOKE_OK, "it has JSON");
    }
    fuzz_demand(yoke_doc_check(doc) == NULL, "the document is sound");
    yoke_blob_free(&json);
    yoke_doc_free(doc);
    return 0;
}
