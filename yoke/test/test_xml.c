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

/* Attributes and formats of every kind of value, embeds and types among them; made by yjs. */
static const char values_update[] =
    "013e07000701017803015028000700016f01760101617d01280007000175017f28000700016e017e28000700"
    "0166017b3e7ad7f29abcaf48280007000167017b444b1ae4d6e2ef50280007000168017cbf00000028000700"
    "016c0175037d0175027e77017876002800070003626967017afffffffffffffffb230007000362696e030102"
    "ff290007000164016776002800070003efac81017d012800070004f09f9880017d0228000700017401782800"
    "0700016b017da40128000700017a017d4028000700036e616e017b7ff80000000000002800070003696e6601"
    "7cff800000280007000177017c47f12060280007000165017500070007000604000714016184071501628407"
    "160163840717016484071801658407190366676846071501614d7b2268726566223a22785c2279222c227469"
    "746c65223a22545c7530303031c3a9f09f9880222c226e223a6e756c6c2c2262223a66616c73652c226c223a"
    "5b312c5b325d5d2c226f223a7b7d7dc6071507160161046e756c6cc6071e071601730e227477656c76652075"
    "6e69747322c6071607170173046e756c6cc607200717016c0e5b226f6e65222c6e756c6c2c335dc607170718"
    "016c046e756c6cc607220718016e03302e31c60723071801620474727565c607180719016e046e756c6cc607"
    "2507190162046e756c6cc60726071903efac81027b7dc60727071904f09f9880127b22efac81223a312c22f0"
    "9f9880223a327dc60719071a03efac81046e756c6cc60729071a04f09f9880046e756c6c86071c0162047472"
    "756585072b077b2269223a317d86072c0162046e756c6cc5072c072d075b312c5b325d5d84072d017384072f"
    "027472c5072f073003312e35c6073207300162077b2263223a317dc7073307300302454dc607340730016204"
    "6e756c6cc70734073501c707350730020400073702626f840739026c6446073804626f6c640474727565c607"
    "39073a04626f6c64046e756c6c85073b077b2278223a317d8707140504686f6f6b87073f0407000740060400"
    "074102696e00";

static void values_are_written_as_javascript_does(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type xml;
    yoke_blob out = YOKE_BLOB_INIT;
    apply_hex(doc, values_update);
    must(yoke_doc_root(doc, YOKE_STR("x"), YOKE_KIND_XML_FRAGMENT, &xml));
    must(yoke_xml_markup(doc, xml, &out));
    assert_bytes(
        yoke_blob_view(&out),
        "<p big=\"-5\" bin=\"1,2,255\" d=\"[object Object]\" e=\"\" f=\"1e-7\" g=\"1e+21\" "
        "h=\"-0.5\" inf=\"-Infinity\" k=\"100\" l=\"1,,x,[object Object]\" n=\"null\" nan=\"NaN\" "
        "o=\"[object Object]\" t=\"true\" u=\"undefined\" w=\"123456.75\" z=\"0\" "
        "\xf0\x9f\x98\x80=\"2\" \xef\xac\x81=\"1\">"
        "<a b=\"false\" href=\"x\"y\" l=\"1,2\" n=\"null\" o=\"[object Object]\" "
        "title=\"T\x01\xc3\xa9\xf0\x9f\x98\x80\">a</a>"
        "<s 0=\"t\" 1=\"w\" 10=\"t\" 11=\"s\" 2=\"e\" 3=\"l\" 4=\"v\" 5=\"e\" 6=\" \" 7=\"u\" "
        "8=\"n\" 9=\"i\">b</s>"
        "<l 0=\"one\" 1=\"null\" 2=\"3\">c</l><b><n>d</n></b>"
        "<\xf0\x9f\x98\x80 \xf0\x9f\x98\x80=\"2\" \xef\xac\x81=\"1\"><\xef\xac\x81>e</\xef\xac\x81>"
        "</\xf0\x9f\x98\x80>fgh<b>[object Object]</b><b>1,2</b>s1.5<b c=\"1\"><em></em></b>"
        "<b c=\"1\">[object Object]</b>boldtr[object Object]in</p>");
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

/* The markup of an XML text that holds a format of this value, then an embed of it. */
static void assert_value(const char *json, const char *want)
{
    yoke_doc *doc = new_doc(false);
    yoke_type xml;
    yoke_blob out = YOKE_BLOB_INIT;
    uint8_t update[256] = {1, 2, 7, 0, 6, 1, 1, 'x', 1, 'f'};
    size_t n = 10;
    size_t len = strlen(json);
    update[n++] = (uint8_t)len;
    memcpy(update + n, json, len);
    n += len;
    memcpy(update + n, "\x85\x07\x00", 3);
    n += 3;
    update[n++] = (uint8_t)len;
    memcpy(update + n, json, len);
    n += len;
    update[n++] = 0;
    must(yoke_doc_apply(doc, (yoke_bytes){update, n}, 0, NULL));
    must(yoke_doc_root(doc, YOKE_STR("x"), YOKE_KIND_XML_TEXT, &xml));
    must(yoke_xml_markup(doc, xml, &out));
    assert_bytes(yoke_blob_view(&out), want);
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

/* Such JSON no JavaScript writes, but other writers do. */
static void json_of_any_form_is_read(void **state)
{
    (void)state;
    assert_value("1.50", "<f>1.5</f>");
    assert_value(" 1E2\t", "<f>100</f>");
    assert_value("-12.5e-3", "<f>-0.0125</f>");
    assert_value("1e999999999999", "<f>Infinity</f>");
    assert_value("-0.0", "<f>0</f>");
    assert_value("0.0000012", "<f>0.0000012</f>");
    assert_value("123456789012345680000000", "<f>1.2345678901234569e+23</f>");
    assert_value("12000000000000000000000000000000000000000000000000000000000000000000",
                 "<f>12000000000000000000000000000000000000000000000000000000000000000000</f>");
    assert_value("\"\"", "<f></f>");
    assert_value("\"\\ud83d\\ude00\\ud83dx\\/\\t\"",
                 "<f 0=\"\xef\xbf\xbd\" 1=\"\xef\xbf\xbd\" 2=\"\xef\xbf\xbd\" 3=\"x\" "
                 "4=\"/\" 5=\"\t\">\xf0\x9f\x98\x80\xef\xbf\xbdx/\t</f>");
    assert_value("{ \"b\" : 1 , \"a\" : [ 2 , [ ] , { } ] , \"\\u0062\" : \"}\\\"\" }",
                 "<f a=\"2,,[object Object]\" b=\"}\"\">[object Object]</f>");
    assert_value("[ true , null ]", "<f 0=\"true\" 1=\"null\">true,</f>");
    assert_value(" null ", "null");
}

/* What stands in a text and is no part of a delta does not part the text around it. */
static void values_in_a_text_do_not_part_it(void **state)
{
    (void)state;
    yoke_doc *doc = new_doc(false);
    yoke_type text;
    yoke_blob out = YOKE_BLOB_INIT;
    apply_hex(doc, "0104070004010174026162880701017d01840702026364840704026566010701"
                   "0501");
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_XML_TEXT, &text));
    seen all = {"", 100};
    must(yoke_text_delta(doc, text, note, &all));
    assert_string_equal(all.text, "abcdf0|");
    must(yoke_xml_markup(doc, text, &out));
    assert_bytes(yoke_blob_view(&out), "abcdf");
    yoke_blob_free(&out);
    yoke_doc_free(doc);
}

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
        cmocka_unit_test(values_are_written_as_javascript_does),
        cmocka_unit_test(json_of_any_form_is_read),
        cmocka_unit_test(values_in_a_text_do_not_part_it),
        cmocka_unit_test(delta_is_that_of_yjs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
