/* values.c - what a document holds, as the JSON that the vectors use.
 *
 * JSON lacks some values of Yjs; they are objects with one `$` key: {$bin: hex}, {$undefined},
 * {$bigint}, {$num: "NaN" | "-0" | ...}, {$doc: guid}, and for nested types {$text, delta}, {$map},
 * {$array}, {$xml, length}, {$xmltext, delta}.  All numbers are reals, as in JavaScript.
 */
#include "vectors.h"

#include <math.h>

enum { DEPTH_MAX = 128 };

static json_t *value_json(const yoke_doc *doc, const yoke_value *value, unsigned depth);
static json_t *type_json(const yoke_doc *doc, yoke_type type, unsigned depth);

/* set - keys come with a length and NUL is replaced in them as in all text. */
static void set(json_t *object, yoke_bytes key, json_t *value_steal)
{
    json_t *name = string_json(key);
    if (name != NULL && value_steal != NULL)
        json_object_set_new(object, json_string_value(name), value_steal);
    json_decref(name);
}

static json_t *tagged(const char *tag, json_t *value_steal)
{
    json_t *out = json_object();
    json_object_set_new(out, tag, value_steal);
    return out;
}

static json_t *number_json(double number)
{
    if (isnan(number))
        return tagged("$num", json_string("NaN"));
    if (isinf(number))
        return tagged("$num", json_string(number > 0 ? "Infinity" : "-Infinity"));
    if (fpclassify(number) == FP_ZERO && signbit(number))
        return tagged("$num", json_string("-0"));
    return json_real(number);
}

static json_t *raw_json(yoke_bytes text)
{
    if (text.len_bytes == 9 && memcmp(text.ptr, "undefined", 9) == 0)
        return tagged("$undefined", json_true());
    return json_loadb((const char *)text.ptr, text.len_bytes,
                      JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
}

static json_t *bigint_json(int64_t integer)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)integer);
    return tagged("$bigint", json_string(digits));
}

static json_t *binary_json(yoke_bytes data)
{
    char *hex = hex_encode(data);
    json_t *out = tagged("$bin", json_string(hex));
    free(hex);
    return out;
}

json_t *any_json(yoke_bytes *rest, unsigned depth)
{
    yoke_any token;
    if (depth > DEPTH_MAX || yoke_any_next(rest, &token) != YOKE_OK)
        return NULL;
    if (token.tag == YOKE_ANY_VALUE)
        return value_json(NULL, &token.value, depth);
    json_t *out = token.tag == YOKE_ANY_ARRAY ? json_array() : json_object();
    for (uint64_t i = 0; i < token.count; i++) {
        yoke_bytes key = YOKE_NONE;
        json_t *value = NULL;
        if (token.tag == YOKE_ANY_ARRAY || yoke_any_key(rest, &key) == YOKE_OK)
            value = any_json(rest, depth + 1);
        if (value == NULL) {
            json_decref(out);
            return NULL;
        }
        if (token.tag == YOKE_ANY_ARRAY)
            json_array_append_new(out, value);
        else
            set(out, key, value);
    }
    return out;
}

static json_t *value_json(const yoke_doc *doc, const yoke_value *value, unsigned depth)
{
    yoke_bytes rest = value->data;
    switch (value->tag) {
    case YOKE_VALUE_UNDEFINED:
        return tagged("$undefined", json_true());
    case YOKE_VALUE_NULL:
        return json_null();
    case YOKE_VALUE_FALSE:
        return json_false();
    case YOKE_VALUE_TRUE:
        return json_true();
    case YOKE_VALUE_INT:
        return json_real((double)value->integer);
    case YOKE_VALUE_DOUBLE:
        return number_json(value->number);
    case YOKE_VALUE_BIGINT:
        return bigint_json(value->integer);
    case YOKE_VALUE_STRING:
        return string_json(value->data);
    case YOKE_VALUE_BINARY:
        return binary_json(value->data);
    case YOKE_VALUE_ANY:
        return any_json(&rest, depth);
    case YOKE_VALUE_JSON:
        return raw_json(value->data);
    case YOKE_VALUE_TYPE:
        return type_json(doc, value->type, depth + 1);
    case YOKE_VALUE_DOC:
        return tagged("$doc", string_json(value->data));
    }
    return NULL;
}

typedef struct walk {
    const yoke_doc *doc;
    json_t *out;
    unsigned depth;
    bool broken;
} walk;

static bool add_element(void *ctx, const yoke_value *value)
{
    walk *w = ctx;
    json_t *element = value_json(w->doc, value, w->depth);
    w->broken = w->broken || element == NULL;
    return element != NULL && json_array_append_new(w->out, element) == 0;
}

static bool add_entry(void *ctx, yoke_bytes key, const yoke_value *value)
{
    walk *w = ctx;
    json_t *element = value_json(w->doc, value, w->depth);
    w->broken = w->broken || element == NULL;
    if (element != NULL)
        set(w->out, key, element);
    return element != NULL;
}

static bool add_step(void *ctx, const yoke_delta *step)
{
    walk *w = ctx;
    json_t *insert =
        step->embed != NULL ? value_json(w->doc, step->embed, w->depth) : string_json(step->text);
    w->broken = w->broken || insert == NULL || step->tag != YOKE_DELTA_INSERT;
    if (insert == NULL)
        return false;
    json_t *out = tagged("insert", insert);
    if (step->attribute_count > 0) {
        json_t *attributes = json_object();
        for (size_t i = 0; i < step->attribute_count; i++)
            set(attributes, step->attributes[i].key, raw_json(step->attributes[i].value_json));
        json_object_set_new(out, "attributes", attributes);
    }
    return json_array_append_new(w->out, out) == 0;
}

/* finish - the walk's result, or NULL when a call failed on the way. */
static json_t *finish(walk *w, yoke_err err)
{
    if (err == YOKE_OK && !w->broken)
        return w->out;
    json_decref(w->out);
    return NULL;
}

static json_t *delta_json(const yoke_doc *doc, yoke_type type, unsigned depth)
{
    walk w = {doc, json_array(), depth, false};
    return finish(&w, yoke_text_delta(doc, type, add_step, &w));
}

static json_t *array_json(const yoke_doc *doc, yoke_type type, unsigned depth)
{
    walk w = {doc, json_array(), depth, false};
    return finish(&w, yoke_array_visit(doc, type, add_element, &w));
}

static json_t *map_json(const yoke_doc *doc, yoke_type type, unsigned depth)
{
    walk w = {doc, json_object(), depth, false};
    return finish(&w, yoke_map_visit(doc, type, add_entry, &w));
}

static json_t *blob_json(yoke_err err, yoke_blob *blob)
{
    json_t *out = err == YOKE_OK ? string_json(yoke_blob_view(blob)) : NULL;
    yoke_blob_free(blob);
    return out;
}

static json_t *text_json(const yoke_doc *doc, yoke_type type)
{
    yoke_blob blob = YOKE_BLOB_INIT;
    yoke_err err = yoke_text_utf8(doc, type, 0, UINT64_MAX, &blob);
    return blob_json(err, &blob);
}

static json_t *markup_json(const yoke_doc *doc, yoke_type type)
{
    yoke_blob blob = YOKE_BLOB_INIT;
    yoke_err err = yoke_xml_markup(doc, type, &blob);
    return blob_json(err, &blob);
}

static json_t *type_json(const yoke_doc *doc, yoke_type type, unsigned depth)
{
    json_t *out = json_object();
    if (depth > DEPTH_MAX)
        return out;
    switch (yoke_type_kind(doc, type)) {
    case YOKE_KIND_ARRAY:
        json_object_set_new(out, "$array", array_json(doc, type, depth));
        break;
    case YOKE_KIND_MAP:
    case YOKE_KIND_XML_HOOK:
        json_object_set_new(out, "$map", map_json(doc, type, depth));
        break;
    case YOKE_KIND_TEXT:
        json_object_set_new(out, "$text", text_json(doc, type));
        json_object_set_new(out, "delta", delta_json(doc, type, depth));
        break;
    case YOKE_KIND_XML_TEXT:
        json_object_set_new(out, "$xmltext", markup_json(doc, type));
        json_object_set_new(out, "delta", delta_json(doc, type, depth));
        break;
    case YOKE_KIND_XML_ELEMENT:
    case YOKE_KIND_XML_FRAGMENT:
        json_object_set_new(out, "$xml", markup_json(doc, type));
        json_object_set_new(out, "length", json_real((double)yoke_type_len(doc, type)));
        break;
    case YOKE_KIND_UNKNOWN:
        break;
    }
    return out;
}

/* The units of the text in the notation of the vectors, four digits each. */
static json_t *utf16_json(const yoke_doc *doc, yoke_type type)
{
    yoke_blob blob = YOKE_BLOB_INIT;
    json_t *out = NULL;
    if (yoke_text_utf16(doc, type, 0, UINT64_MAX, &blob) == YOKE_OK) {
        size_t units = blob.len_bytes / 2;
        char *hex = must_alloc(NULL, units * 4 + 1);
        hex[0] = '\0';
        for (size_t i = 0; i < units; i++) {
            uint16_t unit;
            memcpy(&unit, blob.ptr + 2 * i, 2);
            snprintf(hex + 4 * i, 5, "%04x", (unsigned)unit);
        }
        out = json_string(hex);
        free(hex);
    }
    yoke_blob_free(&blob);
    return out;
}

static void check_text_root(vector *v, const char *field, const yoke_doc *doc, yoke_type type,
                            const json_t *want)
{
    check_json(v, field, text_json(doc, type), json_object_get(want, "string"));
    check_json(v, field, json_real((double)yoke_type_len(doc, type)),
               json_object_get(want, "length"));
    if (json_object_get(want, "utf16") != NULL)
        check_json(v, field, utf16_json(doc, type), json_object_get(want, "utf16"));
    if (json_object_get(want, "delta") != NULL)
        check_json(v, field, delta_json(doc, type, 0), json_object_get(want, "delta"));
    yoke_blob text = YOKE_BLOB_INIT;
    if (yoke_text_utf8(doc, type, 0, UINT64_MAX, &text) == YOKE_OK)
        check_number(v, field, (double)yoke_text_len_bytes(doc, type), (double)text.len_bytes);
    yoke_blob_free(&text);
}

static yoke_kind root_kind(const char *name)
{
    if (strcmp(name, "text") == 0)
        return YOKE_KIND_TEXT;
    if (strcmp(name, "map") == 0)
        return YOKE_KIND_MAP;
    return strcmp(name, "array") == 0 ? YOKE_KIND_ARRAY : YOKE_KIND_XML_FRAGMENT;
}

bool doc_check_roots(vector *v, const char *field, yoke_doc *doc, const json_t *roots)
{
    unsigned before = v->failures;
    const char *name;
    json_t *want;
    json_object_foreach((json_t *)(uintptr_t)roots, name, want)
    {
        char where[160];
        field_name(where, sizeof where, "%s.roots.%s", field, name);
        yoke_kind kind = root_kind(json_text(json_object_get(want, "type")));
        yoke_type type;
        if (!check_ok(v, where, yoke_doc_root(doc, YOKE_STR(name), kind, &type)))
            continue;
        if (kind == YOKE_KIND_TEXT) {
            check_text_root(v, where, doc, type, want);
        } else if (kind == YOKE_KIND_MAP) {
            check_json(v, where, map_json(doc, type, 0), json_object_get(want, "value"));
        } else if (kind == YOKE_KIND_ARRAY) {
            check_json(v, where, array_json(doc, type, 0), json_object_get(want, "value"));
        } else {
            check_json(v, where, markup_json(doc, type), json_object_get(want, "string"));
            check_json(v, where, json_real((double)yoke_type_len(doc, type)),
                       json_object_get(want, "length"));
        }
    }
    return v->failures == before;
}
