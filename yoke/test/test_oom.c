/* Every allocation fails once in what changes a document (what only reads: test_oom_read.c).
 *
 *   test_oom [DIR]    DIR: updates of the fuzz corpus, each of which is applied so too */
#include "yoke/test/oom.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

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
    return apply_remote(s, REMOTE_STATE);
}

static yoke_err call_apply_early(scene *s)
{
    return apply_remote(s, REMOTE_EARLY);
}

/* ---- with something there already, and somebody looking ---- */

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

/* Somebody's object comes again with its keys in another order. */
static yoke_err before_again(scene *s)
{
    static const uint8_t first[] = "\1\1\7\0\10\1\1t\1v\2\1a}\1\1b}\2";
    return yoke_doc_apply(s->doc, (yoke_bytes){first, sizeof first}, 0, NULL);
}

static yoke_err call_again(scene *s)
{
    static const uint8_t again[] = "\1\1\7\0\10\1\1t\1v\2\1b}\2\1a}\1";
    return yoke_doc_apply(s->doc, (yoke_bytes){again, sizeof again}, 0, NULL);
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
OOM_TEST(again, before_again, false)

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
        const yoke_allocator alloc = faulty_allocator(&f);
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
        cmocka_unit_test(oom_again),
        cmocka_unit_test(oom_corpus),
        cmocka_unit_test(oom_from_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
