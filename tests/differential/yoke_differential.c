/* yoke-differential - run programs that come as lines of JSON on stdin, answer each by a line.
 *
 * The other half of tests/differential/run.mjs, which makes the programs and compares the answers
 * with real yjs; steps.mjs describes the steps.  Uses the engine's public header only, and the
 * helpers of tests/vectors.
 */
#include "tests/vectors/vectors.h"

#include <math.h>

typedef struct run {
    yoke_doc *doc;
    json_t *emitted;
    json_t *events; /* of each transaction that had some, a list */
    json_t *now;    /* those of the running step */
    json_t *errors;
} run;

static json_t *hex_json(yoke_bytes in)
{
    char *hex = hex_encode(in);
    json_t *out = json_string(hex);
    free(hex);
    return out;
}

static yoke_bytes bytes_of_json(const json_t *string)
{
    return (yoke_bytes){(const uint8_t *)json_string_value(string), json_string_length(string)};
}

static void on_update(void *ctx, const yoke_event *event)
{
    run *r = ctx;
    if (event->local)
        json_array_append_new(r->emitted, hex_json(event->update));
}

/* ---- values and paths ---- */

static yoke_kind kind_of(const char *name)
{
    switch (name[0]) {
    case 't':
        return YOKE_KIND_TEXT;
    case 'm':
        return YOKE_KIND_MAP;
    case 'a':
        return YOKE_KIND_ARRAY;
    default:
        return YOKE_KIND_XML_FRAGMENT;
    }
}

static void set_number(yoke_value *out, double number)
{
    bool whole = number >= -9007199254740991.0 && number <= 9007199254740991.0 &&
                 trunc(number) <= number && trunc(number) >= number;
    out->tag = whole ? YOKE_VALUE_INT : YOKE_VALUE_DOUBLE;
    out->integer = whole ? (int64_t)number : 0;
    out->number = number;
}

/* value_of_json - {t: kind, v or hex}.  `*bytes` is memory that the caller frees. */
static yoke_value value_of_json(const json_t *json, uint8_t **memory)
{
    yoke_value out = {.tag = YOKE_VALUE_UNDEFINED};
    const char *t = json_string_value(json_object_get(json, "t"));
    const json_t *v = json_object_get(json, "v");
    yoke_blob raw = hex_decode(json_object_get(json, "hex"));
    *memory = raw.ptr;
    if (strcmp(t, "int") == 0 || strcmp(t, "double") == 0) {
        set_number(&out, json_number_value(v));
    } else if (strcmp(t, "string") == 0) {
        out.tag = YOKE_VALUE_STRING;
        out.data = bytes_of_json(v);
    } else if (strcmp(t, "doc") == 0) {
        out.tag = YOKE_VALUE_DOC;
        out.data = bytes_of_json(v);
    } else if (strcmp(t, "true") == 0) {
        out.tag = YOKE_VALUE_TRUE;
    } else if (strcmp(t, "false") == 0) {
        out.tag = YOKE_VALUE_FALSE;
    } else if (strcmp(t, "null") == 0) {
        out.tag = YOKE_VALUE_NULL;
    } else if (strcmp(t, "big") == 0) {
        out.tag = YOKE_VALUE_BIGINT;
        out.integer = strtoll(json_string_value(v), NULL, 10);
    } else if (strcmp(t, "any") == 0 || strcmp(t, "bin") == 0) {
        out.tag = t[0] == 'a' ? YOKE_VALUE_ANY : YOKE_VALUE_BINARY;
        out.data = yoke_blob_view(&raw);
    } else if (strcmp(t, "undefined") != 0) {
        out.tag = YOKE_VALUE_TYPE;
        out.kind = kind_of(t);
    }
    return out;
}

static yoke_err type_at(yoke_doc *doc, const json_t *path, yoke_type *out)
{
    const char *root = json_string_value(json_array_get(path, 0));
    yoke_err err = yoke_doc_root(doc, YOKE_STR(root), kind_of(root), out);
    for (size_t i = 1; err == YOKE_OK && i < json_array_size(path); i++) {
        const json_t *part = json_array_get(path, i);
        yoke_value value;
        err = json_is_string(part) ? yoke_map_get(doc, *out, bytes_of_json(part), &value)
                                   : yoke_array_get(doc, *out, json_uint(part), &value);
        if (err == YOKE_OK && value.tag != YOKE_VALUE_TYPE)
            err = YOKE_EKIND;
        *out = value.type;
    }
    return err;
}

/* ---- values and deltas as JSON ---- */

static json_t *parsed(yoke_blob *blob, yoke_err err)
{
    json_t *out = NULL;
    if (err == YOKE_OK)
        out = json_loadb((const char *)blob->ptr, blob->len_bytes,
                         JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    yoke_blob_free(blob);
    return out != NULL ? out : json_string(err != YOKE_OK ? yoke_err_name(err) : "not JSON");
}

static json_t *value_as_json(const yoke_doc *doc, const yoke_value *value)
{
    yoke_blob blob = YOKE_BLOB_INIT;
    yoke_err err = yoke_value_json(doc, value, &blob);
    return parsed(&blob, err);
}

static json_t *text_of(yoke_bytes utf8)
{
    return json_stringn(utf8.len_bytes > 0 ? (const char *)utf8.ptr : "", utf8.len_bytes);
}

typedef struct deltas {
    const yoke_doc *doc;
    json_t *out;
} deltas;

static bool add_step(void *ctx, const yoke_delta *step)
{
    deltas *d = ctx;
    json_t *out = json_object();
    if (step->tag == YOKE_DELTA_INSERT)
        json_object_set_new(out, "insert",
                            step->embed != NULL ? value_as_json(d->doc, step->embed)
                                                : text_of(step->text));
    else
        json_object_set_new(out, step->tag == YOKE_DELTA_RETAIN ? "retain" : "delete",
                            json_real((double)step->len_utf16));
    json_t *attributes = json_object();
    for (size_t i = 0; i < step->attribute_count; i++) {
        yoke_bytes key = step->attributes[i].key, value = step->attributes[i].value_json;
        json_object_setn_new(attributes, (const char *)key.ptr, key.len_bytes,
                             json_loadb((const char *)value.ptr, value.len_bytes,
                                        JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL));
    }
    if (step->attribute_count > 0)
        json_object_set(out, "attributes", attributes);
    json_decref(attributes);
    json_array_append_new(d->out, out);
    return true;
}

/* A type named by its end: the name of a root, or the id of a nested type. */
static json_t *name_of_type(const yoke_doc *doc, yoke_type type)
{
    yoke_relpos end;
    if (yoke_relpos_at(doc, type, yoke_type_len(doc, type), 0, &end) != YOKE_OK)
        return json_null();
    return end.tag == YOKE_RELPOS_ROOT
               ? text_of(end.name)
               : json_sprintf("%llu:%llu", (unsigned long long)end.id.client,
                              (unsigned long long)end.id.clock);
}

static void on_delta(void *ctx, const yoke_event *event)
{
    run *r = ctx;
    deltas d = {r->doc, json_array()};
    for (size_t i = 0; i < event->step_count; i++)
        (void)add_step(&d, &event->steps[i]);
    json_array_append_new(
        r->now, json_pack("{s:o,s:o}", "of", name_of_type(r->doc, event->type), "delta", d.out));
}

/* ---- steps ---- */

static yoke_err insert_values(yoke_doc *doc, yoke_type array, uint64_t at, const json_t *list)
{
    size_t count = json_array_size(list);
    yoke_value *values = must_alloc(NULL, count * sizeof *values);
    uint8_t **memory = must_alloc(NULL, count * sizeof *memory);
    for (size_t i = 0; i < count; i++)
        values[i] = value_of_json(json_array_get(list, i), &memory[i]);
    yoke_err err = yoke_array_insert(doc, array, at, values, count);
    for (size_t i = 0; i < count; i++)
        free(memory[i]);
    free(memory);
    free(values);
    return err;
}

static yoke_err set_entry(yoke_doc *doc, yoke_type map, const json_t *key, const json_t *json)
{
    uint8_t *memory;
    yoke_value value = value_of_json(json, &memory);
    yoke_err err = yoke_map_set(doc, map, bytes_of_json(key), &value);
    free(memory);
    return err;
}

static yoke_err edit(yoke_doc *doc, const char *what, const json_t *step)
{
    yoke_type type;
    const json_t *a = json_array_get(step, 2), *b = json_array_get(step, 3);
    yoke_err err = type_at(doc, json_array_get(step, 1), &type);
    if (err != YOKE_OK)
        return err;
    if (strcmp(what, "ti") == 0)
        return yoke_text_insert(doc, type, json_uint(a), bytes_of_json(b));
    if (strcmp(what, "td") == 0)
        return yoke_text_delete(doc, type, json_uint(a), json_uint(b));
    if (strcmp(what, "ai") == 0)
        return insert_values(doc, type, json_uint(a), b);
    if (strcmp(what, "ad") == 0)
        return yoke_array_delete(doc, type, json_uint(a), json_uint(b));
    if (strcmp(what, "ms") == 0)
        return set_entry(doc, type, a, b);
    return yoke_map_delete(doc, type, bytes_of_json(a));
}

static yoke_err take_step(yoke_doc *doc, const json_t *step)
{
    const char *what = json_string_value(json_array_get(step, 0));
    if (strcmp(what, "u") == 0)
        return doc_apply_hex(doc, json_array_get(step, 1));
    if (strcmp(what, "begin") == 0)
        return yoke_txn_begin(doc, 0);
    if (strcmp(what, "commit") == 0)
        return yoke_txn_commit(doc);
    return edit(doc, what, step);
}

static void take_steps(run *r, const json_t *steps)
{
    size_t i;
    const json_t *step;
    json_array_foreach(steps, i, step)
    {
        yoke_err err = take_step(r->doc, step);
        if (json_array_size(r->now) > 0) {
            json_array_append(r->events, r->now);
            json_decref(r->now);
            r->now = json_array();
        }
        const char *broken = err == YOKE_OK ? yoke_doc_check(r->doc) : NULL;
        if (err != YOKE_OK || broken != NULL)
            json_array_append_new(
                r->errors,
                json_pack("[f,s]", (double)i, broken != NULL ? broken : yoke_err_name(err)));
    }
}

/* ---- answers ---- */

static json_t *root_json(yoke_doc *doc, const char *name)
{
    yoke_type type;
    yoke_kind kind = kind_of(name);
    yoke_err err = yoke_doc_root(doc, YOKE_STR(name), kind, &type);
    json_t *out = json_object();
    if (err != YOKE_OK)
        return out;
    if (kind == YOKE_KIND_TEXT) {
        yoke_blob text = YOKE_BLOB_INIT;
        err = yoke_text_utf8(doc, type, 0, UINT64_MAX, &text);
        json_object_set_new(out, "text", err == YOKE_OK ? text_of(yoke_blob_view(&text)) : NULL);
        yoke_blob_free(&text);
        deltas d = {doc, json_array()};
        err = yoke_text_delta(doc, type, add_step, &d);
        json_object_set_new(out, "delta", d.out);
    } else {
        yoke_value value = {.tag = YOKE_VALUE_TYPE, .kind = kind, .type = type};
        json_object_set_new(out, "json", value_as_json(doc, &value));
    }
    if (kind != YOKE_KIND_MAP)
        json_object_set_new(out, "length", json_real((double)yoke_type_len(doc, type)));
    return out;
}

static json_t *blob_answer(yoke_blob *blob, yoke_err err)
{
    return err == YOKE_OK ? hex_json(yoke_blob_view(blob)) : json_string(yoke_err_name(err));
}

static void answer_state(json_t *answer, yoke_doc *doc, const json_t *svs)
{
    yoke_blob full = YOKE_BLOB_INIT, out = YOKE_BLOB_INIT;
    yoke_err err = yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, &full);
    json_object_set_new(answer, "full", blob_answer(&full, err));
    err = yoke_doc_state_vector(doc, &out);
    json_object_set_new(answer, "sv", blob_answer(&out, err));
    json_t *diffs = json_array(), *of_full = json_array();
    size_t i;
    const json_t *hex;
    json_array_foreach(svs, i, hex)
    {
        yoke_blob sv = hex_decode(hex);
        err = yoke_doc_encode(doc, yoke_blob_view(&sv), YOKE_ENCODE_PENDING, &out);
        json_array_append_new(diffs, blob_answer(&out, err));
        err = yoke_update_diff(yoke_blob_view(&full), yoke_blob_view(&sv), NULL, &out);
        json_array_append_new(of_full, blob_answer(&out, err));
        free(sv.ptr);
    }
    json_object_set_new(answer, "diffs", diffs);
    json_object_set_new(answer, "diffsOfFull", of_full);
    yoke_blob_free(&full);
    yoke_blob_free(&out);
}

static void answer_merge(json_t *answer, const json_t *inputs, const json_t *sv_hex)
{
    size_t count = json_array_size(inputs);
    yoke_bytes *views = must_alloc(NULL, count * sizeof *views);
    yoke_blob merged = YOKE_BLOB_INIT, out = YOKE_BLOB_INIT, sv = hex_decode(sv_hex);
    for (size_t i = 0; i < count; i++) {
        yoke_blob input = hex_decode(json_array_get(inputs, i));
        views[i] = yoke_blob_view(&input);
    }
    yoke_err err = yoke_update_merge(views, count, NULL, &merged);
    json_object_set_new(answer, "merged", blob_answer(&merged, err));
    err = yoke_update_state_vector(yoke_blob_view(&merged), NULL, &out);
    json_object_set_new(answer, "mergedSv", blob_answer(&out, err));
    err = yoke_update_diff(yoke_blob_view(&merged), yoke_blob_view(&sv), NULL, &out);
    json_object_set_new(answer, "mergedDiff", blob_answer(&out, err));
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)views[i].ptr);
    free(views);
    free(sv.ptr);
    yoke_blob_free(&merged);
    yoke_blob_free(&out);
}

static json_t *run_program(const json_t *program)
{
    run r = {doc_new(json_is_true(json_object_get(program, "gc")),
                     json_uint(json_object_get(program, "client"))),
             json_array(), json_array(), json_array(), json_array()};
    json_t *answer = json_object();
    const json_t *svs = json_object_get(program, "svs");
    yoke_observer observer = {&r, on_update, on_delta};
    if (yoke_doc_observe(r.doc, &observer) != YOKE_OK)
        json_array_append_new(r.errors, json_string("observe"));
    take_steps(&r, json_object_get(program, "steps"));
    json_object_set(answer, "seed", json_object_get(program, "seed"));
    json_object_set_new(answer, "emitted", r.emitted);
    json_object_set_new(answer, "events", r.events);
    json_object_set_new(answer, "errors", r.errors);
    json_decref(r.now);
    json_object_set_new(answer, "pending",
                        json_real((double)yoke_doc_stats(r.doc).pending_structs));
    answer_state(answer, r.doc, svs);
    json_object_set_new(answer, "root",
                        root_json(r.doc, json_string_value(json_object_get(program, "root"))));
    if (json_array_size(json_object_get(program, "merge")) > 0)
        answer_merge(answer, json_object_get(program, "merge"), json_array_get(svs, 0));
    const char *broken = yoke_doc_check(r.doc);
    json_object_set_new(answer, "check", broken != NULL ? json_string(broken) : json_null());
    yoke_doc_free(r.doc);
    return answer;
}

int main(void)
{
    char *line = NULL;
    size_t cap_bytes = 0;
    while (getline(&line, &cap_bytes, stdin) > 0) {
        json_error_t error;
        json_t *program = json_loads(line, JSON_DECODE_INT_AS_REAL, &error);
        if (program == NULL) {
            fprintf(stderr, "yoke-differential: %s\n", error.text);
            free(line);
            return 2;
        }
        json_t *answer = run_program(program);
        json_dumpf(answer, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
        putchar('\n');
        fflush(stdout);
        json_decref(answer);
        json_decref(program);
    }
    free(line);
    return 0;
}
