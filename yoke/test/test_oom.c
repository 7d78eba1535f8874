/* Every allocation fails once: each call is an error that changed nothing, and works when it is
 * made again with memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "yoke/yoke.h"

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

typedef struct scene {
    yoke_doc *doc;
    yoke_type text, map, array;
    yoke_blob out;
    const yoke_blob *remote; /* updates of another replica */
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

static yoke_err call_apply(scene *s)
{
    return yoke_doc_apply(s->doc, yoke_blob_view(&s->remote[0]), 0, NULL);
}

static yoke_err call_apply_early(scene *s)
{
    return yoke_doc_apply(s->doc, yoke_blob_view(&s->remote[1]), 0, NULL);
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
    const yoke_bytes both[] = {yoke_blob_view(&s->remote[1]), yoke_blob_view(&s->remote[0])};
    return yoke_update_merge(both, 2, NULL, &s->out);
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

static yoke_err call_json(scene *s)
{
    const yoke_value map = {.tag = YOKE_VALUE_TYPE, .type = s->map};
    return yoke_value_json(s->doc, &map, &s->out);
}

static yoke_err call_utf16(scene *s)
{
    return yoke_text_utf16(s->doc, s->text, 0, UINT64_MAX, &s->out);
}

static yoke_err call_markup(scene *s)
{
    return yoke_xml_markup(s->doc, s->text, &s->out);
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
    return yoke_text_delta(s->doc, s->text, more_steps, NULL);
}

/* ---- the other replica ---- */

static void must(yoke_err err)
{
    assert_int_equal(err, YOKE_OK);
}

/* remote[0] is a state of client 9 with much in it, remote[1] an update that must wait. */
static void make_remote(yoke_blob remote[2])
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_blob sv = YOKE_BLOB_INIT;
    scene s = {.out = YOKE_BLOB_INIT};
    options.client_id = 9;
    must(yoke_doc_new(&options, &s.doc));
    must(fill(&s));
    must(yoke_doc_encode(s.doc, YOKE_NONE, 0, &remote[0]));
    must(yoke_text_insert(s.doc, s.text, 4, YOKE_STR("unseen")));
    must(yoke_doc_state_vector(s.doc, &sv));
    must(yoke_text_insert(s.doc, s.text, 6, YOKE_STR("early")));
    must(yoke_text_delete(s.doc, s.text, 0, 8));
    must(yoke_doc_encode(s.doc, yoke_blob_view(&sv), 0, &remote[1]));
    yoke_blob_free(&sv);
    yoke_doc_free(s.doc);
}

static void full_state(const yoke_doc *doc, yoke_blob *out)
{
    must(yoke_doc_encode(doc, YOKE_NONE, YOKE_ENCODE_PENDING, out));
}

/* attempt - make the call while allocation number n fails.  False when there were fewer. */
static bool attempt(scene_fn *call, const yoke_blob *remote, size_t n)
{
    faulty f = {0, 0, false};
    const yoke_allocator alloc = {&f, faulty_alloc, faulty_resize, faulty_release};
    yoke_options options = YOKE_OPTIONS_INIT;
    options.alloc = &alloc;
    options.client_id = 1;
    scene s = {.out = {.alloc = &alloc}, .remote = remote};
    yoke_blob before = YOKE_BLOB_INIT, after = YOKE_BLOB_INIT;
    must(yoke_doc_new(&options, &s.doc));
    must(fill(&s));
    full_state(s.doc, &before);

    f.until_failure = n;
    yoke_err err = call(&s);
    f.until_failure = 0;
    assert_null(yoke_doc_check(s.doc));
    if (f.failed && err != YOKE_OK) {
        assert_int_equal(err, YOKE_ENOMEM);
        assert_int_equal(s.out.len_bytes, 0);
        full_state(s.doc, &after);
        assert_int_equal(before.len_bytes, after.len_bytes);
        assert_memory_equal(before.ptr, after.ptr, before.len_bytes);
        must(call(&s));
        assert_null(yoke_doc_check(s.doc));
    } else {
        must(err);
    }
    yoke_blob_free(&before);
    yoke_blob_free(&after);
    yoke_blob_free(&s.out);
    yoke_doc_free(s.doc);
    assert_int_equal(f.live_bytes, 0);
    return f.failed;
}

static void every_allocation_of(scene_fn *call)
{
    yoke_blob remote[2] = {YOKE_BLOB_INIT, YOKE_BLOB_INIT};
    make_remote(remote);
    size_t n = 1;
    while (attempt(call, remote, n))
        n++;
    yoke_blob_free(&remote[0]);
    yoke_blob_free(&remote[1]);
}

#define OOM_TEST(name)                                                                             \
    static void oom_##name(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        every_allocation_of(call_##name);                                                          \
    }

OOM_TEST(insert)
OOM_TEST(delete)
OOM_TEST(map_set)
OOM_TEST(map_delete)
OOM_TEST(array_insert)
OOM_TEST(array_delete)
OOM_TEST(apply)
OOM_TEST(apply_early)
OOM_TEST(encode)
OOM_TEST(encode_cached)
OOM_TEST(read)
OOM_TEST(merge)
OOM_TEST(diff)
OOM_TEST(update_state)
OOM_TEST(json)
OOM_TEST(utf16)
OOM_TEST(markup)
OOM_TEST(snapshot)
OOM_TEST(delta)

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oom_insert),       cmocka_unit_test(oom_delete),
        cmocka_unit_test(oom_map_set),      cmocka_unit_test(oom_map_delete),
        cmocka_unit_test(oom_array_insert), cmocka_unit_test(oom_array_delete),
        cmocka_unit_test(oom_apply),        cmocka_unit_test(oom_apply_early),
        cmocka_unit_test(oom_encode),       cmocka_unit_test(oom_encode_cached),
        cmocka_unit_test(oom_read),         cmocka_unit_test(oom_merge),
        cmocka_unit_test(oom_diff),         cmocka_unit_test(oom_update_state),
        cmocka_unit_test(oom_json),         cmocka_unit_test(oom_utf16),
        cmocka_unit_test(oom_markup),       cmocka_unit_test(oom_snapshot),
        cmocka_unit_test(oom_delta),        cmocka_unit_test(oom_from_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
