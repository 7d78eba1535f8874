/* Deltas of events, which no vector asks for. */
#include "yoke/test/helpers.h"

#include <stdio.h>

/* What an observer saw, written down: "r3'' i2'xy' d2'' " for each event, attributes behind the
 * step in braces. */
typedef struct record {
    char text[2048];
    unsigned events;
    size_t len;
    uint64_t origin;
    bool local;
} record;

static void note(record *r, const char *what, unsigned long long n, yoke_bytes text)
{
    int wrote = snprintf(r->text + r->len, sizeof r->text - r->len, "%s%llu'%.*s' ", what, n,
                         (int)text.len_bytes, text.len_bytes > 0 ? (const char *)text.ptr : "");
    assert_true(wrote > 0 && (size_t)wrote < sizeof r->text - r->len);
    r->len += (size_t)wrote;
}

static void note_attributes(record *r, const yoke_delta *step)
{
    if (step->attribute_count == 0)
        return;
    r->len--;
    for (size_t i = 0; i < step->attribute_count; i++) {
        const yoke_attribute *a = &step->attributes[i];
        int wrote = snprintf(r->text + r->len, sizeof r->text - r->len, "{%.*s=%.*s}",
                             (int)a->key.len_bytes, (const char *)a->key.ptr,
                             (int)a->value_json.len_bytes, (const char *)a->value_json.ptr);
        assert_true(wrote > 0 && (size_t)wrote < sizeof r->text - r->len);
        r->len += (size_t)wrote;
    }
    r->text[r->len++] = ' ';
}

static void on_delta(void *ctx, const yoke_event *event)
{
    record *r = ctx;
    static const char *const names[] = {"r", "i", "d"};
    r->origin = event->origin;
    r->local = event->local;
    r->events++;
    for (size_t i = 0; i < event->step_count; i++) {
        const yoke_delta *step = &event->steps[i];
        note(r, step->embed != NULL ? "e" : names[step->tag], step->len_utf16, step->text);
        note_attributes(r, step);
    }
}

static void assert_record(record *r, const char *want)
{
    r->text[r->len] = '\0';
    assert_string_equal(r->text, want);
    r->len = 0;
}

static yoke_doc *observed(uint64_t client, record *r, bool keep_deleted)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    const yoke_observer observer = {r, NULL, on_delta};
    yoke_doc *doc;
    options.client_id = client;
    options.keep_deleted = keep_deleted;
    must(yoke_doc_new(&options, &doc));
    must(yoke_doc_observe(doc, r != NULL ? &observer : NULL));
    return doc;
}

static void text_events_say_what_changed(void **state)
{
    (void)state;
    record seen = {.len = 0}, remote_seen = {.len = 0};
    yoke_doc *doc = observed(1, &seen, false), *remote = observed(2, &remote_seen, false);
    yoke_type text, other;
    yoke_blob full = YOKE_BLOB_INIT;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    must(yoke_doc_root(remote, YOKE_STR("t"), YOKE_KIND_TEXT, &other));

    must(yoke_text_insert(doc, text, 0, YOKE_STR("hello")));
    assert_record(&seen, "i5'hello' ");
    assert_true(seen.local);
    must(yoke_text_delete(doc, text, 1, 2));
    assert_record(&seen, "r1'' d2'' ");
    must(yoke_txn_begin(doc, 7));
    must(yoke_text_insert(doc, text, 3, YOKE_STR("!")));
    must(yoke_text_insert(doc, text, 0, YOKE_STR(">")));
    must(yoke_txn_commit(doc));
    assert_record(&seen, "i1'>' r3'' i1'!' ");
    assert_int_equal(seen.origin, 7);

    must(yoke_text_insert(remote, other, 0, YOKE_STR("R")));
    assert_record(&remote_seen, "i1'R' ");
    must(yoke_doc_encode(doc, YOKE_NONE, 0, &full));
    must(yoke_doc_apply(remote, yoke_blob_view(&full), 9, NULL));
    assert_record(&remote_seen, "i5'>hlo!' ");
    assert_int_equal(remote_seen.origin, 9);
    assert_false(remote_seen.local);
    must(yoke_doc_apply(remote, yoke_blob_view(&full), 9, NULL));
    assert_record(&remote_seen, "");
    yoke_blob_free(&full);
    yoke_doc_free(doc);
    yoke_doc_free(remote);
}

static void array_events_have_a_step_for_each_element(void **state)
{
    (void)state;
    record seen = {.len = 0};
    yoke_doc *doc = observed(1, &seen, false);
    yoke_type array;
    const yoke_value values[] = {{.tag = YOKE_VALUE_INT, .integer = 1},
                                 {.tag = YOKE_VALUE_TRUE},
                                 {.tag = YOKE_VALUE_STRING, .data = YOKE_STR("s")}};
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    must(yoke_array_insert(doc, array, 0, values, 3));
    assert_record(&seen, "e1'' e1'' e1'' ");
    must(yoke_array_delete(doc, array, 1, 1));
    assert_record(&seen, "r1'' d1'' ");
    must(yoke_doc_observe(doc, NULL));
    must(yoke_array_delete(doc, array, 0, 2));
    assert_record(&seen, "");
    yoke_doc_free(doc);
}

static void apply_and_see(yoke_doc *doc, record *seen, const char *hex, const char *want)
{
    uint8_t bytes[512];
    must(yoke_doc_apply(doc, from_hex(hex, bytes), 0, NULL));
    assert_record(seen, want);
    assert_null(yoke_doc_check(doc));
}

/* Updates of yjs, and what YTextEvent.delta of yjs says of each. */
static void deltas_have_the_attributes_of_yjs(void **state)
{
    (void)state;
    for (int keep_deleted = 0; keep_deleted < 2; keep_deleted++) {
        record seen = {.len = 0};
        yoke_doc *doc = observed(1, &seen, keep_deleted == 1);
        apply_and_see(doc, &seen, "01010700040101740b68656c6c6f20776f726c6400",
                      "i11'hello world' ");
        apply_and_see(doc, &seen, "0102070b46070001620474727565c6070407050162046e756c6c00",
                      "r5''{b=true} ");
        apply_and_see(doc, &seen,
                      "0102070dc6070207030169077b2278223a317dc6070707080169046e756c6c00",
                      "r3'' r5''{i={\"x\":1}} ");
        apply_and_see(
            doc, &seen,
            "0103070fc60704070c0169046e756c6cc4070f070c022121c60711070c0169077b2278223a317d00",
            "r5'' i2'!!'{b=true} ");
        apply_and_see(doc, &seen, "000107010b02", "r13''{b=null} ");
        apply_and_see(doc, &seen, "0001070302040d010f03", "r2'' d6'' r2''{i={\"x\":1}} ");
        apply_and_see(doc, &seen,
                      "01030713c60711071201620474727565c507130712097b22696d67223a317dc6071407120162"
                      "046e756c6c00",
                      "r2'' e1''{b=true} ");
        yoke_doc_free(doc);
    }
}

/* Client 7 writes a format of this value and "ab", client 8 then one of that value between the two:
 * a change, or nothing new? */
static void assert_change(const char *was, const char *is, bool changes)
{
    record seen = {.len = 0};
    yoke_doc *doc = observed(1, NULL, false);
    const yoke_observer observer = {&seen, NULL, on_delta};
    uint8_t update[2048] = {1, 2, 7, 0, 6, 1, 1, 't', 1, 'f'};
    size_t n = 10;
    for (int i = 0; i < 2; i++) {
        const char *json = i == 0 ? was : is;
        static const uint8_t second[] = {1, 1, 8, 0, 0xc6, 7, 1, 7, 2, 1, 'f'};
        size_t len = strlen(json);
        if (i == 1) {
            memcpy(update, second, sizeof second);
            n = sizeof second;
        }
        if (len >= 128)
            update[n++] = (uint8_t)(len | 128);
        update[n++] = (uint8_t)(len >= 128 ? len >> 7 : len);
        memcpy(update + n, json, len);
        n += len;
        if (i == 0) {
            memcpy(update + n,
                   "\x84\x07\x00\x02"
                   "ab",
                   6);
            n += 6;
        }
        update[n++] = 0;
        must(yoke_doc_apply(doc, (yoke_bytes){update, n}, 0, NULL));
        must(yoke_doc_observe(doc, &observer));
    }
    seen.text[seen.len] = 0;
    assert_int_equal(seen.len > 0, changes);
    if (changes)
        assert_memory_equal(seen.text, "r1'' r1''{f=", 12);
    yoke_doc_free(doc);
}

/* Yjs compares values of attributes one level deep. */
static void attributes_are_compared_as_yjs_does(void **state)
{
    (void)state;
    assert_change("true", "true", false);
    assert_change("\"s\"", " \"s\"\n", false);
    assert_change("true", "1", true);
    assert_change("true", "{}", true);
    assert_change("{}", "null", true);
    assert_change("{\"x\":1,\"y\":2}", "{\"y\":2,\"x\":1}", false);
    assert_change("{\"x\":1,\"y\":2}", "{\"y\":3,\"x\":1}", true);
    assert_change("{\"x\":1,\"y\":2}", "{\"y\":2,\"z\":1}", true);
    assert_change("{\"x\":1}", "{\"x\":1,\"y\":2}", true);
    assert_change("{\"x\":\"]\"}", "{\"x\":\"]\"}", false);
    assert_change("{\"x\":[]}", "{\"x\":[]}", true);
    assert_change("{\"x\":{}}", "{\"x\":{}}", true);
    assert_change("[]", "{ }", false);
    assert_change("[1]", "[1]", false);
    assert_change("[1]", "[2]", true);
    assert_change("[1,2]", "[2,1]", true);
    assert_change("{\"x\":1}", "[\"x:1\"]", true);
    assert_change("{ \"x\":1,\"y\":2}", "{ \"y\":2,\"x\":1}", true);
    char many[2][1024];
    for (int i = 0; i < 2; i++) {
        size_t at = 0;
        for (unsigned k = 0; k < 70; k++) {
            int wrote =
                snprintf(many[i] + at, sizeof many[i] - at, "%c\"k%02u\":%u", k == 0 ? '{' : ',',
                         i == 0 ? k : 69 - k, i == 0 ? k + 10 : 69 - k + 10);
            at += (size_t)wrote;
        }
        many[i][at++] = '}';
        many[i][at] = 0;
    }
    assert_change(many[0], many[0], false);
    assert_change(many[0], many[1], true); /* so many are not looked through */
}

/* One transaction that changes several long lists, maps, and what it brings itself. */
static void one_event_for_each_list(void **state)
{
    (void)state;
    record seen = {.len = 0};
    yoke_doc *doc = observed(1, NULL, true);
    const yoke_observer observer = {&seen, NULL, on_delta};
    static const char *const names[] = {"one", "two", "short"};
    yoke_type texts[3];
    for (int k = 0; k < 3; k++) {
        must(yoke_doc_root(doc, YOKE_STR(names[k]), YOKE_KIND_TEXT, &texts[k]));
        for (unsigned i = 0; i < (k < 2 ? 80u : 3u); i++)
            must(yoke_text_insert(doc, texts[k], i, YOKE_STR("xy")));
    }
    const yoke_value value = {.tag = YOKE_VALUE_TRUE};
    must(yoke_doc_observe(doc, &observer));
    must(yoke_txn_begin(doc, 0));
    must(yoke_text_insert(doc, texts[1], 100, YOKE_STR("b")));
    must(yoke_text_insert(doc, texts[0], 50, YOKE_STR("a")));
    must(yoke_text_delete(doc, texts[1], 20, 2));
    must(yoke_map_set(doc, texts[0], YOKE_STR("k"), &value));
    must(yoke_text_delete(doc, texts[2], 1, 1));
    must(yoke_text_insert(doc, texts[2], 2, YOKE_STR("c")));
    must(yoke_text_insert(doc, texts[2], 0, YOKE_STR("gone")));
    must(yoke_text_delete(doc, texts[2], 0, 4));
    must(yoke_txn_commit(doc));
    assert_int_equal(seen.events, 3);
    seen.text[seen.len] = 0;
    assert_non_null(strstr(seen.text, "r50'' i1'a' "));
    assert_non_null(strstr(seen.text, "r20'' d2'' r78'' i1'b' "));
    assert_non_null(strstr(seen.text, "r1'' d1'' r1'' i1'c' "));
    yoke_doc_free(doc);
}

/* In a list with a position tree only what changed is looked at; the delta is the same. */
static void deltas_of_long_lists(void **state)
{
    (void)state;
    record seen = {.len = 0};
    yoke_doc *doc = observed(1, NULL, false);
    const yoke_observer observer = {&seen, NULL, on_delta};
    yoke_type text;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    for (unsigned i = 0; i < 200; i++)
        must(yoke_text_insert(doc, text, i / 2, YOKE_STR("ab")));
    must(yoke_doc_observe(doc, &observer));
    must(yoke_txn_begin(doc, 0));
    must(yoke_text_delete(doc, text, 390, 5));
    must(yoke_text_insert(doc, text, 390, YOKE_STR("new")));
    must(yoke_text_insert(doc, text, 391, YOKE_STR("\xf0\x9f\x98\x80")));
    must(yoke_text_insert(doc, text, 100, YOKE_STR("gone")));
    must(yoke_text_delete(doc, text, 99, 6));
    must(yoke_text_insert(doc, text, 0, YOKE_STR("0")));
    must(yoke_text_delete(doc, text, 10, 1));
    must(yoke_text_delete(doc, text, 9, 1));
    must(yoke_txn_commit(doc));
    assert_record(&seen, "i1'0' r8'' d2'' r89'' d2'' r289'' d5'' i5'n\xf0\x9f\x98\x80"
                         "ew' ");
    assert_int_equal(seen.events, 1);
    must(yoke_txn_begin(doc, 0));
    must(yoke_text_insert(doc, text, 3, YOKE_STR("x")));
    must(yoke_text_delete(doc, text, 3, 1));
    must(yoke_txn_commit(doc));
    assert_record(&seen, "");
    yoke_doc_free(doc);
}

/* What a new type holds is told by the insert into its parent; a deleted one is not told of. */
typedef struct meddler {
    yoke_doc *doc;
    yoke_type text;
    yoke_err insert, delete, root, known, apply, begin;
    unsigned calls;
} meddler;

static void meddle(void *ctx, const yoke_event *event)
{
    static const uint8_t nothing[] = {0, 0};
    meddler *m = ctx;
    yoke_type type;
    (void)event;
    m->calls++;
    m->insert = yoke_text_insert(m->doc, m->text, 0, YOKE_STR("more"));
    m->delete = yoke_text_delete(m->doc, m->text, 0, 1);
    m->root = yoke_doc_root(m->doc, YOKE_STR("fresh"), YOKE_KIND_MAP, &type);
    m->known = yoke_doc_root(m->doc, YOKE_STR("t"), YOKE_KIND_TEXT, &type);
    m->apply = yoke_doc_apply(m->doc, (yoke_bytes){nothing, sizeof nothing}, 0, NULL);
    m->begin = yoke_txn_begin(m->doc, 0);
}

static void an_observer_reads_and_changes_nothing(void **state)
{
    (void)state;
    meddler m = {.doc = new_doc(false)};
    must(yoke_doc_root(m.doc, YOKE_STR("t"), YOKE_KIND_TEXT, &m.text));
    must(yoke_doc_observe(m.doc, &(yoke_observer){.ctx = &m, .on_update = meddle}));
    for (int in_txn = 0; in_txn < 2; in_txn++) {
        if (in_txn)
            must(yoke_txn_begin(m.doc, 0));
        must(yoke_text_insert(m.doc, m.text, 0, YOKE_STR("ab")));
        if (in_txn)
            must(yoke_txn_commit(m.doc));
        assert_int_equal(m.calls, 1 + in_txn);
        assert_int_equal(m.insert, YOKE_ESTATE);
        assert_int_equal(m.delete, YOKE_ESTATE);
        assert_int_equal(m.root, YOKE_ESTATE);
        assert_int_equal(m.known, YOKE_OK);
        assert_int_equal(m.apply, YOKE_ESTATE);
        assert_int_equal(m.begin, YOKE_ESTATE);
    }
    assert_int_equal(yoke_type_len(m.doc, m.text), 4);
    must(yoke_doc_observe(m.doc, NULL));
    must(yoke_text_insert(m.doc, m.text, 0, YOKE_STR("on")));
    assert_null(yoke_doc_check(m.doc));
    yoke_doc_free(m.doc);
}

static void events_of_nested_types(void **state)
{
    (void)state;
    record seen = {.len = 0};
    yoke_doc *doc = observed(1, &seen, false);
    const yoke_value nested = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    yoke_type array;
    yoke_value text;
    must(yoke_doc_root(doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &array));
    must(yoke_txn_begin(doc, 0));
    must(yoke_array_insert(doc, array, 0, &nested, 1));
    must(yoke_array_get(doc, array, 0, &text));
    must(yoke_text_insert(doc, text.type, 0, YOKE_STR("in")));
    must(yoke_txn_commit(doc));
    assert_record(&seen, "e1'' ");
    assert_int_equal(seen.events, 1);
    must(yoke_text_insert(doc, text.type, 2, YOKE_STR("!")));
    assert_record(&seen, "r2'' i1'!' ");
    must(yoke_txn_begin(doc, 0));
    must(yoke_text_insert(doc, text.type, 0, YOKE_STR("?")));
    must(yoke_array_delete(doc, array, 0, 1));
    must(yoke_txn_commit(doc));
    assert_record(&seen, "d1'' ");
    assert_int_equal(seen.events, 3);
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_events_say_what_changed),
        cmocka_unit_test(array_events_have_a_step_for_each_element),
        cmocka_unit_test(deltas_have_the_attributes_of_yjs),
        cmocka_unit_test(attributes_are_compared_as_yjs_does),
        cmocka_unit_test(one_event_for_each_list),
        cmocka_unit_test(deltas_of_long_lists),
        cmocka_unit_test(events_of_nested_types),
        cmocka_unit_test(an_observer_reads_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
