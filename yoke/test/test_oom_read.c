/* Every allocation fails once in what only reads: encoding, text, JSON, positions, snapshots, and
 * what is done with updates alone. */
#include "yoke/test/oom.h"

static yoke_err call_encode(scene *s)
{
    return yoke_doc_encode(s->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &s->out);
}

static yoke_err call_encode_cached(scene *s)
{
    yoke_bytes view;
    return yoke_doc_encode_cached(s->doc, &view);
}

static yoke_err call_read(scene *s)
{
    return yoke_text_utf8(s->doc, s->text, 0, UINT64_MAX, &s->out);
}

static yoke_err call_merge(scene *s)
{
    const yoke_bytes all[] = {yoke_blob_view(&s->remote[REMOTE_EARLY]),
                              yoke_blob_view(&s->remote[REMOTE_STATE]),
                              yoke_blob_view(&s->remote[REMOTE_LESS])};
    return yoke_update_merge(all, 3, NULL, &s->out);
}

static yoke_err call_diff(scene *s)
{
    static const uint8_t sv[] = {1, 9, 3};
    return yoke_update_diff(yoke_blob_view(&s->remote[0]), (yoke_bytes){sv, sizeof sv}, NULL,
                            &s->out);
}

static yoke_err call_update_state(scene *s)
{
    return yoke_update_state_vector(yoke_blob_view(&s->remote[0]), NULL, &s->out);
}

static yoke_err before_reading(scene *s)
{
    static const uint8_t deep[] = {117, 2, 118, 1, 1, 'k', 119, 1, 'v', 124, 63, 192, 0, 0};
    const yoke_value values[] = {{.tag = YOKE_VALUE_ANY, .data = {deep, sizeof deep}},
                                 {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT}};
    yoke_value text;
    PASS(apply_remote(s, REMOTE_RICH));
    PASS(yoke_array_insert(s->doc, s->array, 0, values, 2));
    PASS(yoke_array_get(s->doc, s->array, 1, &text));
    return yoke_text_insert(s->doc, text.type, 0, YOKE_STR("in the text"));
}

static yoke_err call_json(scene *s)
{
    const yoke_value array = {.tag = YOKE_VALUE_TYPE, .type = s->array};
    return yoke_value_json(s->doc, &array, &s->out);
}

static yoke_err call_line(scene *s)
{
    uint64_t at;
    return yoke_text_line(s->doc, s->text, 0, &at, &s->out);
}

static yoke_err call_missing(scene *s)
{
    return yoke_doc_missing(s->doc, &s->out);
}

static yoke_err call_state_vector(scene *s)
{
    return yoke_doc_state_vector(s->doc, &s->out);
}

static yoke_err call_encode_diff(scene *s)
{
    static const uint8_t sv[] = {2, 9, 3, 1, 5};
    return yoke_doc_encode(s->doc, (yoke_bytes){sv, sizeof sv}, YOKE_ENCODE_PENDING, &s->out);
}

static yoke_err call_relpos(scene *s)
{
    yoke_relpos pos;
    PASS(yoke_relpos_at(s->doc, s->text, 3, 0, &pos));
    return yoke_relpos_encode(&pos, &s->out);
}

/* A snapshot of now: nothing is deleted, 40 clocks of client 1. */
static const uint8_t snapshot[] = {0, 1, 1, 40};

static yoke_err call_snapshot_text(scene *s)
{
    return yoke_snapshot_text(s->doc, (yoke_bytes){snapshot, sizeof snapshot}, s->text, &s->out);
}

static yoke_err call_snapshot_update(scene *s)
{
    return yoke_snapshot_update(s->doc, (yoke_bytes){snapshot, sizeof snapshot}, &s->out);
}

static yoke_err call_utf16(scene *s)
{
    return yoke_text_utf16(s->doc, s->text, 0, UINT64_MAX, &s->out);
}

static yoke_err call_markup(scene *s)
{
    yoke_type xml;
    PASS(yoke_doc_root(s->doc, YOKE_STR("x"), YOKE_KIND_XML_FRAGMENT, &xml));
    return yoke_xml_markup(s->doc, xml, &s->out);
}

static yoke_err call_snapshot(scene *s)
{
    return yoke_snapshot_encode(s->doc, &s->out);
}

static bool more_steps(void *ctx, const yoke_delta *step)
{
    (void)ctx;
    return step->len_utf16 > 0;
}

static yoke_err call_delta(scene *s)
{
    yoke_type rich;
    PASS(yoke_doc_root(s->doc, YOKE_STR("r"), YOKE_KIND_TEXT, &rich));
    return yoke_text_delta(s->doc, rich, more_steps, NULL);
}

OOM_TEST(encode, before_waking, false)
OOM_TEST(encode_diff, before_waking, false)
OOM_TEST(encode_cached, NULL, false)
OOM_TEST(state_vector, NULL, false)
OOM_TEST(missing, before_waking, false)
OOM_TEST(read, NULL, false)
OOM_TEST(utf16, NULL, false)
OOM_TEST(line, NULL, false)
OOM_TEST(json, before_reading, false)
OOM_TEST(markup, before_reading, false)
OOM_TEST(delta, before_reading, false)
OOM_TEST(relpos, NULL, false)
OOM_TEST(snapshot, before_reading, false)
OOM_TEST(snapshot_text, NULL, true)
OOM_TEST(snapshot_update, NULL, true)
OOM_TEST(merge, NULL, false)
OOM_TEST(diff, NULL, false)
OOM_TEST(update_state, NULL, false)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oom_encode),
        cmocka_unit_test(oom_encode_diff),
        cmocka_unit_test(oom_encode_cached),
        cmocka_unit_test(oom_state_vector),
        cmocka_unit_test(oom_missing),
        cmocka_unit_test(oom_read),
        cmocka_unit_test(oom_utf16),
        cmocka_unit_test(oom_line),
        cmocka_unit_test(oom_json),
        cmocka_unit_test(oom_markup),
        cmocka_unit_test(oom_delta),
        cmocka_unit_test(oom_relpos),
        cmocka_unit_test(oom_snapshot),
        cmocka_unit_test(oom_snapshot_text),
        cmocka_unit_test(oom_snapshot_update),
        cmocka_unit_test(oom_merge),
        cmocka_unit_test(oom_diff),
        cmocka_unit_test(oom_update_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
