#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_demand(bool holds, const char *sentence)
{
    if (holds)
        return;
    fprintf(stderr, "demand broken: %s\n", sentence);
    abort();
}

static void write_text(yoke_doc *doc, yoke_type text)
{
    yoke_err err =
        yoke_text_insert(doc, text, 0, YOKE_STR("def f():\n    return '\xf0\x9f\x98\x80'\n"));
    if (err == YOKE_OK)
        err = yoke_text_delete(doc, text, 4, 2);
    if (err == YOKE_OK)
        err = yoke_doc_set_client_id(doc, 2);
    if (err == YOKE_OK)
        err = yoke_text_insert(doc, text, 3, YOKE_STR("\xc3\xa9\xc3\xa9"));
    fuzz_demand(err == YOKE_OK, "the text is written");
}

static void write_values(yoke_doc *doc, yoke_type map, yoke_type array)
{
    const yoke_value nested = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    const yoke_value numbers[2] = {{.tag = YOKE_VALUE_INT, .integer = 7}, {.tag = YOKE_VALUE_NULL}};
    yoke_err err = yoke_map_set(doc, map, YOKE_STR("k"), &numbers[0]);
    if (err == YOKE_OK)
        err = yoke_map_set(doc, map, YOKE_STR("n"), &nested);
    if (err == YOKE_OK)
        err = yoke_array_insert(doc, array, 0, numbers, 2);
    if (err == YOKE_OK)
        err = yoke_array_insert(doc, array, 1, &nested, 1);
    fuzz_demand(err == YOKE_OK, "the values are written");
}

yoke_doc *fuzz_doc(fuzz_keep keep)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc = NULL;
    yoke_type text = {0}, map = {0}, array = {0};
    options.client_id = 1;
    options.keep_deleted = keep == FUZZ_KEEP_DELETED;
    fuzz_demand(yoke_doc_new(&options, &doc) == YOKE_OK, "there is a document");
    fuzz_demand(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text) == YOKE_OK &&
                    yoke_doc_root(doc, YOKE_STR("m"), YOKE_KIND_MAP, &map) == YOKE_OK &&
                    yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array) == YOKE_OK,
                "there are roots");
    write_text(doc, text);
    write_values(doc, map, array);
    return doc;
}

yoke_blob fuzz_full(yoke_doc *doc)
{
    yoke_blob out = YOKE_BLOB_INIT;
    fuzz_demand(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &out) == YOKE_OK,
                "a document encodes");
    return out;
}

bool fuzz_same(const yoke_blob *a, const yoke_blob *b)
{
    return a->len_bytes == b->len_bytes &&
           (a->len_bytes == 0 || memcmp(a->ptr, b->ptr, a->len_bytes) == 0);
}
