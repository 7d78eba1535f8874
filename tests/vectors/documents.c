/* documents.c - documents under test: making, filling, reading their state. */
#include "vectors.h"

yoke_doc *doc_new(bool gc, uint64_t client)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = client;
    options.keep_deleted = !gc;
    yoke_doc *doc = NULL;
    if (yoke_doc_new(&options, &doc) != YOKE_OK) {
        fputs("yoke-vectors: no document could be made\n", stderr);
        exit(3);
    }
    return doc;
}

yoke_err doc_apply_hex(yoke_doc *doc, const json_t *hex)
{
    yoke_blob update = hex_decode(hex);
    yoke_err err = yoke_doc_apply(doc, yoke_blob_view(&update), 0, NULL);
    free(update.ptr);
    return err;
}

yoke_bytes doc_full(yoke_doc *doc, yoke_blob *out)
{
    if (yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, out) != YOKE_OK)
        return YOKE_NONE;
    return yoke_blob_view(out);
}

json_t *doc_state_json(yoke_doc *doc)
{
    yoke_blob blob = YOKE_BLOB_INIT;
    json_t *out = NULL;
    if (yoke_doc_state_vector(doc, &blob) == YOKE_OK) {
        yoke_bytes rest = yoke_blob_view(&blob);
        uint64_t n = 0;
        out = json_array();
        bool good = read_varuint(&rest, &n);
        for (uint64_t i = 0; good && i < n; i++) {
            uint64_t client, clock;
            good = read_varuint(&rest, &client) && read_varuint(&rest, &clock);
            if (good)
                json_array_append_new(out, json_pack("[f,f]", (double)client, (double)clock));
        }
        if (!good || rest.len_bytes > 0) {
            json_decref(out);
            out = NULL;
        }
    }
    yoke_blob_free(&blob);
    return out;
}

bool check_pending(vector *v, const char *field, const yoke_doc *doc, const json_t *pending)
{
    bool structs = json_is_true(json_object_get(pending, "structs"));
    bool deletes = json_is_true(json_object_get(pending, "ds"));
    yoke_stats stats = yoke_doc_stats(doc);
    bool good = check_true(v, field, (stats.pending_structs > 0) == (structs || deletes),
                           structs || deletes ? "nothing waits" : "something waits");
    yoke_blob missing = YOKE_BLOB_INIT;
    if (check_ok(v, field, yoke_doc_missing(doc, &missing))) {
        bool none = missing.len_bytes == 1 && missing.ptr[0] == 0;
        if (structs)
            good &= check_true(v, field, !none, "nothing is named as missing");
        if (!structs && !deletes)
            good &= check_true(v, field, none, "something is named as missing");
    }
    yoke_blob_free(&missing);
    return good;
}

/* With collection the bytes of equal documents are equal, so that is how they are compared; what a
 * document without collection keeps is compared by its roots. */
bool check_equivalent(vector *v, const char *field, bool gc, yoke_bytes got, yoke_bytes want,
                      const json_t *roots)
{
    yoke_doc *a = doc_new(true, 1), *b = doc_new(true, 1);
    bool good = check_ok(v, field, yoke_doc_apply(a, got, 0, NULL)) &&
                check_ok(v, field, yoke_doc_apply(b, want, 0, NULL));
    if (good) {
        yoke_blob a_full = YOKE_BLOB_INIT, b_full = YOKE_BLOB_INIT;
        good = check_bytes(v, field, doc_full(a, &a_full), doc_full(b, &b_full));
        json_t *b_state = doc_state_json(b);
        good &= check_json(v, field, doc_state_json(a), b_state);
        json_decref(b_state);
        yoke_blob_free(&a_full);
        yoke_blob_free(&b_full);
    }
    if (good && roots != NULL) {
        yoke_doc *c = doc_new(gc, 1);
        good = check_ok(v, field, yoke_doc_apply(c, got, 0, NULL)) &&
               doc_check_roots(v, field, c, roots);
        yoke_doc_free(c);
    }
    yoke_doc_free(a);
    yoke_doc_free(b);
    return good;
}
