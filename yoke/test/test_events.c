/* Deltas of events, which no vector asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "yoke/yoke.h"

static void must(yoke_err err)
{
    assert_int_equal(err, YOKE_OK);
}

/* What an observer saw, written down: "r3 i'xy' d2;" for each event. */
typedef struct record {
    char text[256];
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

static void on_delta(void *ctx, const yoke_event *event)
{
    record *r = ctx;
    static const char *const names[] = {"r", "i", "d"};
    r->origin = event->origin;
    r->local = event->local;
    for (size_t i = 0; i < event->step_count; i++) {
        const yoke_delta *step = &event->steps[i];
        note(r, step->embed != NULL ? "e" : names[step->tag], step->len_utf16, step->text);
    }
}

static void assert_record(record *r, const char *want)
{
    r->text[r->len] = '\0';
    assert_string_equal(r->text, want);
    r->len = 0;
}

static yoke_doc *new_doc(uint64_t client, record *r)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    const yoke_observer observer = {r, NULL, on_delta};
    yoke_doc *doc;
    options.client_id = client;
    must(yoke_doc_new(&options, &doc));
    must(yoke_doc_observe(doc, r != NULL ? &observer : NULL));
    return doc;
}

static void text_events_say_what_changed(void **state)
{
    (void)state;
    record seen = {.len = 0}, remote_seen = {.len = 0};
    yoke_doc *doc = new_doc(1, &seen), *remote = new_doc(2, &remote_seen);
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
    yoke_doc *doc = new_doc(1, &seen);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_events_say_what_changed),
        cmocka_unit_test(array_events_have_a_step_for_each_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
