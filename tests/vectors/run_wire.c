/* run_wire.c - vectors of y-protocols' messages and of lib0's encodings.
 *
 * The engine has no message layer: the frames (outer type, kind, varBuffer) are taken apart here
 * and their content goes through the engine.  Of awareness messages only the form is read; what a
 * receiver makes of them is proven where awareness lives.
 */
#include "vectors.h"

static const json_t *get(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

/* ---- sync messages ---- */

static void check_frame(vector *v, const char *field, uint8_t kind, yoke_bytes got)
{
    yoke_blob want = hex_decode(get(v->json, field));
    yoke_bytes rest = yoke_blob_view(&want), body = YOKE_NONE;
    uint8_t outer, inner;
    if (!read_u8(&rest, &outer) || !read_u8(&rest, &inner) || !read_varbytes(&rest, &body) ||
        outer != 0 || inner != kind || rest.len_bytes > 0)
        check_fail(v, field, "not the frame it should be");
    else
        check_bytes(v, field, got, body);
    free(want.ptr);
}

static void check_state_frame(vector *v, const char *field, const yoke_doc *doc)
{
    yoke_blob out = YOKE_BLOB_INIT;
    if (check_ok(v, field, yoke_doc_state_vector(doc, &out)))
        check_frame(v, field, 0, yoke_blob_view(&out));
    yoke_blob_free(&out);
}

static void check_update_frame(vector *v, const char *field, const yoke_doc *doc,
                               const yoke_doc *remote)
{
    yoke_blob sv = YOKE_BLOB_INIT, out = YOKE_BLOB_INIT;
    if (check_ok(v, field, yoke_doc_state_vector(remote, &sv)) &&
        check_ok(v, field, yoke_doc_encode(doc, yoke_blob_view(&sv), YOKE_ENCODE_PENDING, &out)))
        check_frame(v, field, 1, yoke_blob_view(&out));
    yoke_blob_free(&sv);
    yoke_blob_free(&out);
}

static void apply_all(vector *v, yoke_doc *doc, const json_t *updates)
{
    size_t i;
    const json_t *update;
    json_array_foreach(updates, i, update)
    {
        check_ok(v, "updates", doc_apply_hex(doc, update));
    }
}

static void run_sync(vector *v)
{
    yoke_doc *doc = doc_new(true, 1), *half = doc_new(true, 1), *empty = doc_new(true, 1);
    apply_all(v, doc, get(v->json, "docUpdates"));
    apply_all(v, half, get(v->json, "halfUpdates"));
    check_state_frame(v, "step1OfDoc", doc);
    check_state_frame(v, "step1OfHalf", half);
    check_state_frame(v, "step1OfEmpty", empty);
    check_update_frame(v, "step2OfDocForHalf", doc, half);
    check_update_frame(v, "step2OfDocForEmpty", doc, empty);
    check_update_frame(v, "step2OfEmpty", empty, empty);
    yoke_blob first = hex_decode(json_array_get(get(v->json, "docUpdates"), 0));
    check_frame(v, "update", 2, yoke_blob_view(&first));
    free(first.ptr);
    yoke_doc_free(doc);
    yoke_doc_free(half);
    yoke_doc_free(empty);
}

/* ---- awareness messages ---- */

/* awareness_json - [[client, clock, state], ...], NULL when it is malformed. */
static json_t *awareness_json(const json_t *hex)
{
    yoke_blob blob = hex_decode(hex);
    yoke_bytes rest = yoke_blob_view(&blob);
    uint64_t n = 0;
    json_t *out = json_array();
    bool good = read_varuint(&rest, &n);
    for (uint64_t i = 0; good && i < n; i++) {
        uint64_t client, clock;
        yoke_bytes text;
        good = read_varuint(&rest, &client) && read_varuint(&rest, &clock) &&
               read_varbytes(&rest, &text);
        json_t *state = NULL;
        if (good)
            state = json_loadb((const char *)text.ptr, text.len_bytes,
                               JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        good = good && state != NULL;
        if (good)
            json_array_append_new(out, json_pack("[f,f,o]", (double)client, (double)clock, state));
    }
    good = good && rest.len_bytes == 0;
    free(blob.ptr);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

static void run_awareness(vector *v)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(get(v->json, "vectors"), i, entry)
    {
        json_t *want =
            json_pack("[[O,O,O]]", get(entry, "client"), get(entry, "clock"), get(entry, "state"));
        check_json(v, "encoded", awareness_json(get(entry, "encoded")), want);
        json_decref(want);
    }
    json_array_foreach(get(v->json, "seq"), i, entry)
    {
        check_json(v, "apply", awareness_json(get(entry, "apply")), get(entry, "in"));
    }
}

verdict run_protocol(vector *v)
{
    if (get(v->json, "step1OfDoc") != NULL)
        run_sync(v);
    else if (get(v->json, "vectors") != NULL || get(v->json, "seq") != NULL)
        run_awareness(v);
    else
        return VERDICT_SKIPPED;
    return VERDICT_RUN;
}

/* ---- lib0: each encoding is met inside a relative position or an "any" ---- */

static void put(yoke_blob *out, const void *ptr, size_t len_bytes)
{
    out->ptr = must_alloc(out->ptr, out->len_bytes + len_bytes + 1);
    memcpy(out->ptr + out->len_bytes, ptr, len_bytes);
    out->len_bytes += len_bytes;
}

/* wrap - prefix, the bytes under test, suffix. */
static yoke_blob wrap(const char *prefix, const json_t *hex, const char *suffix)
{
    yoke_blob out = YOKE_BLOB_INIT;
    yoke_blob middle = hex_decode(hex);
    put(&out, prefix, 1);
    put(&out, middle.ptr, middle.len_bytes);
    put(&out, suffix, suffix[0] == '\0' ? 1 : strlen(suffix));
    free(middle.ptr);
    return out;
}

static void check_varuint(vector *v, const json_t *pair)
{
    /* Tag 0, client = the number, clock 0, assoc 0. */
    yoke_blob bytes = wrap("\0", json_array_get(pair, 1), "");
    uint8_t zero = 0;
    put(&bytes, &zero, 1);
    yoke_relpos read;
    yoke_blob back = YOKE_BLOB_INIT;
    if (check_ok(v, "varUint", yoke_relpos_decode(yoke_blob_view(&bytes), &read))) {
        check_number(v, "varUint", (double)read.id.client,
                     json_number_value(json_array_get(pair, 0)));
        if (check_ok(v, "varUint", yoke_relpos_encode(&read, &back)))
            check_bytes(v, "varUint", yoke_blob_view(&back), yoke_blob_view(&bytes));
    }
    yoke_blob_free(&back);
    free(bytes.ptr);
}

static void check_varint(vector *v, const json_t *pair)
{
    yoke_blob bytes = wrap("\x7d", json_array_get(pair, 1), "");
    yoke_bytes rest = {bytes.ptr, bytes.len_bytes - 1};
    json_t *want = json_incref((json_t *)(uintptr_t)json_array_get(pair, 0));
    if (json_is_string(want)) {
        json_t *special = json_pack("{s:O}", "$num", want);
        json_decref(want);
        want = special;
    }
    check_json(v, "varInt", any_json(&rest, 0), want);
    check_number(v, "varInt: bytes left", (double)rest.len_bytes, 0);
    json_decref(want);
    free(bytes.ptr);
}

static void check_any(vector *v, const json_t *pair)
{
    yoke_blob bytes = hex_decode(json_array_get(pair, 1));
    yoke_bytes rest = yoke_blob_view(&bytes);
    check_json(v, "any", any_json(&rest, 0), json_array_get(pair, 0));
    check_number(v, "any: bytes left", (double)rest.len_bytes, 0);
    free(bytes.ptr);
}

static unsigned unit_at(const char *hex)
{
    char digits[5] = {hex[0], hex[1], hex[2], hex[3], '\0'};
    return (unsigned)strtoul(digits, NULL, 16);
}

/* utf8_of_units - UTF-8 of the notation of the vectors; a lone surrogate becomes U+FFFD. */
static yoke_blob utf8_of_units(const char *hex)
{
    yoke_blob out = YOKE_BLOB_INIT;
    put(&out, "", 0);
    size_t n = strlen(hex) / 4;
    for (size_t i = 0; i < n; i++) {
        unsigned c = unit_at(hex + 4 * i);
        unsigned low = i + 1 < n ? unit_at(hex + 4 * (i + 1)) : 0;
        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i++;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
        }
        uint8_t b[4] = {(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 63)),
                        (uint8_t)(0x80 | (c >> 6 & 63)), (uint8_t)(0x80 | (c & 63))};
        size_t width = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (width == 1)
            b[3] = (uint8_t)c;
        else if (width == 2)
            b[2] = (uint8_t)(0xc0 | c >> 6);
        else if (width == 3)
            b[1] = (uint8_t)(0xe0 | c >> 12);
        put(&out, b + 4 - width, width);
    }
    return out;
}

static void check_varstring(vector *v, const json_t *pair)
{
    /* Tag 1, the string as a root's name, assoc 0. */
    yoke_blob bytes = wrap("\x01", json_array_get(pair, 1), "");
    yoke_blob text = utf8_of_units(json_text(json_array_get(pair, 0)));
    yoke_blob back = YOKE_BLOB_INIT;
    yoke_relpos read;
    if (check_ok(v, "varString", yoke_relpos_decode(yoke_blob_view(&bytes), &read)))
        check_bytes(v, "varString", read.name, yoke_blob_view(&text));
    yoke_relpos made = {YOKE_RELPOS_ROOT, {0, 0}, yoke_blob_view(&text), 0};
    if (check_ok(v, "varString", yoke_relpos_encode(&made, &back)))
        check_bytes(v, "varString", yoke_blob_view(&back), yoke_blob_view(&bytes));
    yoke_blob_free(&back);
    free(bytes.ptr);
    free(text.ptr);
}

verdict run_lib0(vector *v)
{
    static const struct {
        const char *id;
        void (*check)(vector *, const json_t *);
    } kinds[] = {{"lib0/varuint", check_varuint},
                 {"lib0/varint", check_varint},
                 {"lib0/any", check_any},
                 {"lib0/varstring", check_varstring}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (strcmp(v->id, kinds[k].id) != 0)
            continue;
        size_t i;
        const json_t *pair;
        json_array_foreach(get(v->json, "vectors"), i, pair)
        {
            kinds[k].check(v, pair);
        }
        return VERDICT_RUN;
    }
    return VERDICT_SKIPPED;
}
