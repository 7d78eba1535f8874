/* Every allocation fails once: each call is an error that changed nothing, and works when it is
 * made again with memory, with the result that it has when nothing fails.
 *
 *   test_oom [DIR]    DIR: updates of the fuzz corpus, each of which is applied so too */
#include "yoke/test/helpers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* An allocator whose n-th request from now fails, once; it counts what it gave. */
typedef struct faulty {
    size_t until_failure; /* 0: never */
    size_t live_bytes;
    bool failed;
} faulty;

static bool fails_now(faulty *f)
{
    if (f->until_failure == 0 || --f->until_failure > 0)
        return false;
    f->failed = true;
    return true;
}

static void *faulty_alloc(void *ctx, size_t size_bytes)
{
    faulty *f = ctx;
    if (fails_now(f))
        return NULL;
    f->live_bytes += size_bytes;
    return malloc(size_bytes);
}

static void *faulty_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    faulty *f = ctx;
    if (fails_now(f))
        return NULL;
    f->live_bytes += new_bytes - old_bytes;
    return realloc(ptr, new_bytes);
}

static void faulty_release(void *ctx, void *ptr, size_t size_bytes)
{
    faulty *f = ctx;
    f->live_bytes -= size_bytes;
    free(ptr);
}

/* ---- a scene: a document with content, and a call made on it ---- */

enum {
    REMOTE_STATE,  /* much of client 9 */
    REMOTE_EARLY,  /* what builds on an update that is not there */
    REMOTE_UNSEEN, /* that update */
    REMOTE_RICH,   /* formats, embeds, XML, types in types */
    REMOTE_LESS,   /* deletes some of the formats */
    REMOTES,
};

typedef struct scene {
    yoke_doc *doc;
    yoke_type text, map, array;
    yoke_blob out;
    const yoke_blob *remote; /* updates of other replicas */
} scene;

typedef yoke_err scene_fn(scene *s);

#define PASS(call)                                                                                 \
    do {                                                                                           \
        yoke_err pass_err = (call);                                                                \
        if (pass_err != YOKE_OK)                                                                   \
            return pass_err;                                                                       \
    } while (0)

static yoke_err fill(scene *s)
{
    const yoke_value seven = {.tag = YOKE_VALUE_INT, .integer = 7};
    PASS(yoke_doc_root(s->doc, YOKE_STR("t"), YOKE_KIND_TEXT, &s->text));
    PASS(yoke_doc_root(s->doc, YOKE_STR("m"), YOKE_KIND_MAP, &s->map));
    PASS(yoke_doc_root(s->doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &s->array));
    for (unsigned i = 0; i < 40; i++)
        PASS(yoke_text_insert(s->doc, s->text, i / 2, YOKE_STR("x\xc3\xa9")));
    PASS(yoke_text_delete(s->doc, s->text, 5, 9));
    PASS(yoke_map_set(s->doc, s->map, YOKE_STR("k"), &seven));
    return yoke_array_insert(s->doc, s->array, 0, &seven, 1);
}

static yoke_err call_insert(scene *s)
{
    return yoke_text_insert(s->doc, s->text, 7, YOKE_STR("inserted \xf0\x9f\x98\x80"));
}

static yoke_err call_delete(scene *s)
{
    return yoke_text_delete(s->doc, s->text, 3, 20);
}

static yoke_err call_map_set(scene *s)
{
    const yoke_value nested = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    return yoke_map_set(s->doc, s->map, YOKE_STR("key"), &nested);
}

static yoke_err call_map_delete(scene *s)
{
    return yoke_map_delete(s->doc, s->map, YOKE_STR("k"));
}

static yoke_err call_array_insert(scene *s)
{
    const yoke_value values[] = {{.tag = YOKE_VALUE_STRING, .data = YOKE_STR("one")},
                                 {.tag = YOKE_VALUE_BINARY, .data = YOKE_STR("two")},
                                 {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_MAP},
                                 {.tag = YOKE_VALUE_DOUBLE, .number = 0.5}};
    return yoke_array_insert(s->doc, s->array, 1, values, 4);
}

static yoke_err call_array_delete(scene *s)
{
    return yoke_array_delete(s->doc, s->array, 0, 1);
}

static yoke_err apply_remote(scene *s, int which)
{
    return yoke_doc_apply(s->doc, yoke_blob_view(&s->remote[which]), 0, NULL);
}

static yoke_err call_apply(scene *s)
{
    return apply_remote(s, REMOTE_STATE);
}

static yoke_err call_apply_early(scene *s)
{
    return apply_remote(s, REMOTE_EARLY);
}

/* ---- with something there already, and somebody looking ---- */

static void see_update(void *ctx, const yoke_event *event)
{
    (void)ctx;
    assert_true(event->update.len_bytes > 0);
}

/* Without memory for its steps an event has none. */
static void see_delta(void *ctx, const yoke_event *event)
{
    (void)ctx;
    assert_true(event->type != YOKE_TYPE_NONE);
    assert_true(event->step_count == 0 || event->steps != NULL);
}

static yoke_err observe(scene *s)
{
    const yoke_observer observer = {s, see_update, see_delta};
    return yoke_doc_observe(s->doc, &observer);
}

static yoke_err before_waking(scene *s)
{
    PASS(apply_remote(s, REMOTE_STATE));
    return apply_remote(s, REMOTE_EARLY);
}

static yoke_err call_wake(scene *s)
{
    return apply_remote(s, REMOTE_UNSEEN);
}

/* A delete waits for much that then is written here; what lives of it lies in many pieces. */
static yoke_err before_local_waking(scene *s)
{
    static const uint8_t deletes[] = {0, 1, 1, 1, 100, 127}; /* 1: 100..226 */
    PASS(yoke_doc_apply(s->doc, (yoke_bytes){deletes, sizeof deletes}, 0, NULL));
    for (unsigned i = 0; i < 100; i++)
        PASS(yoke_text_insert(s->doc, s->text, 0, YOKE_STR("xy")));
    for (unsigned i = 0; i < 100; i++)
        PASS(yoke_text_delete(s->doc, s->text, i, 1));
    return observe(s);
}

static yoke_err call_local_wake(scene *s)
{
    static const uint8_t nothing[] = {0, 0};
    return yoke_doc_apply(s->doc, (yoke_bytes){nothing, sizeof nothing}, 0, NULL);
}

static yoke_err before_observed(scene *s)
{
    return observe(s);
}

static yoke_err call_apply_observed(scene *s)
{
    return apply_remote(s, REMOTE_STATE);
}

static yoke_err call_rich(scene *s)
{
    return apply_remote(s, REMOTE_RICH);
}

static yoke_err before_less(scene *s)
{
    PASS(apply_remote(s, REMOTE_RICH));
    return observe(s);
}

static yoke_err call_less(scene *s)
{
    return apply_remote(s, REMOTE_LESS);
}

static yoke_err call_insert_observed(scene *s)
{
    return yoke_text_insert(s->doc, s->text, 7, YOKE_STR("seen"));
}

static yoke_err call_delete_observed(scene *s)
{
    return yoke_text_delete(s->doc, s->text, 3, 20);
}

static yoke_err call_root(scene *s)
{
    yoke_type type;
    return yoke_doc_root(s->doc, YOKE_STR("another root, with a long name"), YOKE_KIND_MAP, &type);
}

/* An edit in an open transaction; the failed one leaves those before it. */
static yoke_err before_txn(scene *s)
{
    PASS(observe(s));
    PASS(yoke_txn_begin(s->doc, 7));
    return yoke_text_insert(s->doc, s->text, 2, YOKE_STR("first "));
}

static yoke_err call_txn(scene *s)
{
    return yoke_text_insert(s->doc, s->text, 30, YOKE_STR("second"));
}

static yoke_err call_subdocument(scene *s)
{
    const yoke_value doc = {.tag = YOKE_VALUE_DOC, .data = YOKE_STR("guid")};
    return yoke_array_insert(s->doc, s->array, 0, &doc, 1);
}

/* So much dies at once that the heap is rewritten. */
static yoke_err before_compaction(scene *s)
{
    char big[40000];
    memset(big, 'x', sizeof big);
    return yoke_text_insert(s->doc, s->text, 10, (yoke_bytes){(uint8_t *)big, sizeof big});
}

static yoke_err call_compaction(scene *s)
{
    return yoke_text_delete(s->doc, s->text, 12, 39000);
}

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

/* ---- the other replicas ---- */

/* Made by yjs: text "r" with formats and embeds, XML "x" with attributes and formats of every kind
 * of value, arrays in maps; and then formats deleted. */
static const char rich_hex[] =
    "012b0c000401017203726963840c020168840c03022074840c0506657874206865840c0b027265460c000162"
    "0474727565c60c050c060162046e756c6cc60c020c0301630f7b2278223a2231222c2279223a327dc60c0b0c"
    "0c0163046e756c6cc60c030c04016403227a22c60c120c040162046e756c6cc60c130c040163046e756c6cc5"
    "0c140c04097b22696d67223a317dc60c150c040164046e756c6cc60c160c0401620474727565c60c170c0401"
    "630f7b2278223a2231222c2279223a327d0701017803015028000c1901610177013128000c19016f01760101"
    "6b75017d0107000c190604000c1c0161840c1d0162840c1e0163460c1d016f127b2268726566223a2278222c"
    "226e223a317dc60c200c1d01730e227477656c766520636861727322c60c210c1d016c0c5b312c5b325d2c6e"
    "756c6c5dc60c1e0c1f016f046e756c6cc60c230c1f0173046e756c6cc60c240c1f016c046e756c6cc60c1d0c"
    "1e017a0474727565c60c260c1e016f046e756c6cc60c270c1e0173046e756c6cc60c280c1e016c046e756c6c"
    "c70c290c1e030171c60c2a0c1e017a046e756c6cc60c2b0c1e016f127b2268726566223a2278222c226e223a"
    "317dc60c2c0c1e01730e227477656c766520636861727322c60c2d0c1e016c0c5b312c5b325d2c6e756c6c5d"
    "270102726d016b0007000c2f01880c30037d01770374776f76010574687265657d0327000c30046465657002"
    "04000c3402696e00";
static const char less_hex[] =
    "01040c37c60c000c0101650131c40c370c01036e6577c60c3a0c010165046e756c6ca80c1a01770132010c07"
    "02040e0b1a012101280130023403";

static void take_hex(yoke_blob *out, const char *hex)
{
    out->ptr = malloc(strlen(hex) / 2);
    assert_non_null(out->ptr);
    out->len_bytes = out->cap_bytes = from_hex(hex, out->ptr).len_bytes;
}

static void make_remotes(yoke_blob remote[REMOTES])
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_blob sv = YOKE_BLOB_INIT;
    scene s = {.out = YOKE_BLOB_INIT};
    for (int i = 0; i < REMOTES; i++)
        remote[i] = (yoke_blob)YOKE_BLOB_INIT;
    options.client_id = 9;
    must(yoke_doc_new(&options, &s.doc));
    must(fill(&s));
    must(yoke_doc_encode(s.doc, YOKE_NONE, 0, &remote[REMOTE_STATE]));
    must(yoke_doc_state_vector(s.doc, &sv));
    must(yoke_text_insert(s.doc, s.text, 4, YOKE_STR("unseen")));
    must(yoke_doc_encode(s.doc, yoke_blob_view(&sv), 0, &remote[REMOTE_UNSEEN]));
    must(yoke_doc_state_vector(s.doc, &sv));
    must(yoke_text_insert(s.doc, s.text, 6, YOKE_STR("early")));
    must(yoke_text_delete(s.doc, s.text, 0, 8));
    must(yoke_doc_encode(s.doc, yoke_blob_view(&sv), 0, &remote[REMOTE_EARLY]));
    take_hex(&remote[REMOTE_RICH], rich_hex);
    take_hex(&remote[REMOTE_LESS], less_hex);
    yoke_blob_free(&sv);
    yoke_doc_free(s.doc);
}

static void assert_same(const yoke_blob *a, const yoke_blob *b)
{
    assert_int_equal(a->len_bytes, b->len_bytes);
    if (a->len_bytes > 0)
        assert_memory_equal(a->ptr, b->ptr, a->len_bytes);
}

static void full_state(const yoke_doc *doc, yoke_blob *out)
{
    must(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, out));
}

typedef struct trial {
    scene_fn *before; /* made with memory, may be NULL */
    scene_fn *call;
    bool keep_deleted;
    bool empty; /* no content before */
    const yoke_blob *remote;
    yoke_blob state, out; /* what the call leads to when nothing fails */
} trial;

/* attempt - make the call while allocation number n fails; 0: none, and its results are kept.
 * False when there were fewer. */
static bool attempt(trial *t, size_t n)
{
    faulty f = {0, 0, false};
    const yoke_allocator alloc = {&f, faulty_alloc, faulty_resize, faulty_release};
    yoke_options options = YOKE_OPTIONS_INIT;
    options.alloc = &alloc;
    options.client_id = 1;
    options.keep_deleted = t->keep_deleted;
    scene s = {.out = {.alloc = &alloc}, .remote = t->remote};
    yoke_blob before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    must(yoke_doc_new(&options, &s.doc));
    if (!t->empty)
        must(fill(&s));
    if (t->before != NULL)
        must(t->before(&s));
    full_state(s.doc, &before);

    f.until_failure = n;
    yoke_err err = t->call(&s);
    f.until_failure = 0;
    assert_null(yoke_doc_check(s.doc));
    if (f.failed && err != YOKE_OK) {
        assert_int_equal(err, YOKE_ENOMEM);
        assert_int_equal(s.out.len_bytes, 0);
        full_state(s.doc, &after);
        assert_same(&before, &after);
        must(t->call(&s));
        assert_null(yoke_doc_check(s.doc));
    } else {
        must(err);
    }
    full_state(s.doc, &after);
    if (n > 0) {
        assert_same(&after, &t->state);
        assert_same(&s.out, &t->out);
    } else {
        full_state(s.doc, &t->state);
        t->out.ptr = malloc(s.out.len_bytes + 1);
        assert_non_null(t->out.ptr);
        if (s.out.len_bytes > 0)
            memcpy(t->out.ptr, s.out.ptr, s.out.len_bytes);
        t->out.len_bytes = s.out.len_bytes;
        t->out.cap_bytes = s.out.len_bytes + 1;
    }
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    yoke_blob_free(&s.out);
    yoke_doc_free(s.doc);
    assert_int_equal(f.live_bytes, 0);
    return f.failed;
}

static void every_allocation_of(trial t)
{
    yoke_blob remote[REMOTES];
    make_remotes(remote);
    if (t.remote == NULL)
        t.remote = remote;
    (void)attempt(&t, 0);
    size_t n = 1;
    while (attempt(&t, n))
        n++;
    for (int i = 0; i < REMOTES; i++)
        yoke_blob_free(&remote[i]);
    yoke_blob_free(&t.state);
    yoke_blob_free(&t.out);
}

#define OOM_TEST(name, before_fn, keep)                                                            \
    static void oom_##name(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        every_allocation_of(                                                                       \
            (trial){.call = call_##name, .before = before_fn, .keep_deleted = keep});              \
    }

OOM_TEST(insert, NULL, false)
OOM_TEST(delete, NULL, false)
OOM_TEST(map_set, NULL, false)
OOM_TEST(map_delete, NULL, false)
OOM_TEST(array_insert, NULL, false)
OOM_TEST(array_delete, NULL, false)
OOM_TEST(subdocument, NULL, false)
OOM_TEST(root, NULL, false)
OOM_TEST(txn, before_txn, false)
OOM_TEST(compaction, before_compaction, false)
OOM_TEST(insert_observed, before_observed, false)
OOM_TEST(delete_observed, before_observed, false)
OOM_TEST(apply, NULL, false)
OOM_TEST(apply_early, NULL, false)
OOM_TEST(apply_observed, before_observed, false)
OOM_TEST(wake, before_waking, false)
OOM_TEST(local_wake, before_local_waking, false)
OOM_TEST(rich, before_observed, false)
OOM_TEST(less, before_less, false)
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

static yoke_err call_remote(scene *s)
{
    return yoke_doc_apply(s->doc, yoke_blob_view(s->remote), 0, NULL);
}

/* What happened to be found by fuzzing, into an empty document and one with content. */
static const char *corpus;

static void oom_corpus(void **state)
{
    (void)state;
    if (corpus == NULL)
        skip();
    DIR *dir = opendir(corpus);
    assert_non_null(dir);
    unsigned used = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[1024];
        assert_true(snprintf(path, sizeof path, "%s/%s", corpus, entry->d_name) < 1024);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file == NULL)
            continue;
        yoke_blob update = YOKE_BLOB_INIT;
        update.ptr = malloc(65536);
        assert_non_null(update.ptr);
        update.cap_bytes = 65536;
        update.len_bytes = fread(update.ptr, 1, 65536, file);
        (void)fclose(file);
        yoke_doc *doc = new_doc(false);
        if (yoke_doc_apply(doc, yoke_blob_view(&update), 0, NULL) == YOKE_OK) {
            every_allocation_of(
                (trial){.call = call_remote, .empty = true, .before = observe, .remote = &update});
            used++;
        }
        yoke_doc_free(doc);
        yoke_blob_free(&update);
    }
    (void)closedir(dir);
    assert_true(used > 10);
}

/* A whole life on few bytes: every allocation from the first on. */
static void oom_from_the_first(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        faulty f = {n, 0, false};
        const yoke_allocator alloc = {&f, faulty_alloc, faulty_resize, faulty_release};
        yoke_options options = YOKE_OPTIONS_INIT;
        options.alloc = &alloc;
        scene s = {.out = {.alloc = &alloc}};
        yoke_err err = yoke_doc_new(&options, &s.doc);
        if (err == YOKE_OK) {
            err = fill(&s);
            assert_null(yoke_doc_check(s.doc));
            yoke_doc_free(s.doc);
        }
        assert_true(err == YOKE_OK || (f.failed && err == YOKE_ENOMEM));
        assert_int_equal(f.live_bytes, 0);
        if (!f.failed)
            return;
    }
}

int main(int argc, char **argv)
{
    corpus = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oom_insert),
        cmocka_unit_test(oom_delete),
        cmocka_unit_test(oom_map_set),
        cmocka_unit_test(oom_map_delete),
        cmocka_unit_test(oom_array_insert),
        cmocka_unit_test(oom_array_delete),
        cmocka_unit_test(oom_subdocument),
        cmocka_unit_test(oom_root),
        cmocka_unit_test(oom_txn),
        cmocka_unit_test(oom_compaction),
        cmocka_unit_test(oom_insert_observed),
        cmocka_unit_test(oom_delete_observed),
        cmocka_unit_test(oom_apply),
        cmocka_unit_test(oom_apply_early),
        cmocka_unit_test(oom_apply_observed),
        cmocka_unit_test(oom_wake),
        cmocka_unit_test(oom_local_wake),
        cmocka_unit_test(oom_rich),
        cmocka_unit_test(oom_less),
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
        cmocka_unit_test(oom_corpus),
        cmocka_unit_test(oom_from_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
