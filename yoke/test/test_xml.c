/* XML as markup, and the delta of a text with formats; both documents were made by yjs. */
#include "yoke/test/helpers.h"

static const char xml_update[] =
    "011d07000701017803015028000700026964017701612100070005636c6173730121000700047a65746101a8"
    "07020177016328000700036e756d017d0527000700046e6573740107000700060100070701840708026c6184"
    "070a03696e2086070d04626f6c64047472756586070e0161047472756584070f04626f6c6486071304626f6c"
    "64046e756c6c8607140161046e756c6c8407150420656e64c5070a070b097b22696d67223a317dc607080709"
    "027a7a0131c6071b070904626f6c640474727565c4071c07090171c6071d0709027a7a046e756c6cc6071e07"
    "0904626f6c64046e756c6c870707030242528707200502686b28000721016b017d0181072101c70721072306"
    "04000724047461696c010703020208012301";

static const char delta_update[] =
    "011a070004010174016f840700016e8407010165840702010a8407030474776f0a46070004626f6c64047472"
    "7565c60708070002656d027b7dc60702070304626f6c64046e756c6cc6070a070302656d046e756c6cc60700"
    "070104626f6c64046e756c6cc60701070204626f6c640474727565c10703070403c60701070d04626f6c6405"
    "66616c7365c60711070d02656d046e756c6cc40712070d04f09f9880c60714070d04626f6c64046e756c6cc6"
    "0715070d02656d027b7d46070805636f6c6f72052272656422c60712071305636f6c6f72046e756c6cc6070c"
    "070105636f6c6f720622626c756522c60712071805636f6c6f72052272656422c6070c071905636f6c6f7204"
    "6e756c6cc6071b071902656d046e756c6cc7071c071901c6071d071905636f6c6f72052272656422c6071e07"
    "1902656d027b7d0107010e03";

static void markup_is_that_of_yjs(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type xml, text;
    yoke_blob out = YOKE_BLOB_INIT;
    apply_hex(doc, xml_update);
    must(yoke_doc_root(doc, YOKE_STR("x"), YOKE_KIND_XML_FRAGMENT, &xml));
    must(yoke_xml_markup(doc, xml, &out));
    assert_bytes(
        yoke_blob_view(&out),
        "<p class=\"c\" id=\"a\" nest=\"[object Object]\" num=\"5\"><bold><zz>q</zz></bold>"
        "la[object Object]in <a><bold>bold</bold></a> end<br></br>"
        "[object Object]tail</p>");
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_ARRAY, &text));
    assert_int_equal(yoke_xml_markup(doc, text, &out), YOKE_EKIND);
    assert_int_equal(out.len_bytes, 0);
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

typedef struct seen {
    char text[256];
    size_t stop_after;
} seen;

static bool note(void *ctx, const yoke_delta *step)
{
    seen *s = ctx;
    size_t n = strlen(s->text);
    if (step->embed == NULL) {
        memcpy(s->text + n, step->text.ptr, step->text.len_bytes);
        n += step->text.len_bytes;
    } else {
        s->text[n++] = '#';
    }
    s->text[n++] = (char)('0' + step->attribute_count);
    s->text[n++] = '|';
    s->text[n] = 0;
    return --s->stop_after > 0;
}

static void delta_is_that_of_yjs(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type text;
    apply_hex(doc, delta_update);
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    seen all = {"", 100};
    must(yoke_text_delta(doc, text, note, &all));
    assert_string_equal(all.text, "o3|#0|n2|\xf0\x9f\x98\x80"
                                  "1|e2|\ntwo\n0|");
    seen one = {"", 1};
    must(yoke_text_delta(doc, text, note, &one));
    assert_string_equal(one.text, "o3|");
    assert_int_equal(yoke_text_delta(doc, 99, note, &one), YOKE_EKIND);
    assert_int_equal(yoke_text_line_count(doc, text), 3);
    assert_int_equal(yoke_text_line_count(doc, 0), 0);
    yoke_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_that_of_yjs),
        cmocka_unit_test(delta_is_that_of_yjs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
