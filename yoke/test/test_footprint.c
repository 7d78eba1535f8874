/* What a document costs in memory: a server holds thousands of small ones. */
#include <stdlib.h>

#include "yoke/test/helpers.h"

static void *count_alloc(void *ctx, size_t size_bytes)
{
    *(size_t *)ctx += size_bytes;
    return malloc(size_bytes);
}

static void *count_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    *(size_t *)ctx += new_bytes - old_bytes;
    return realloc(ptr, new_bytes);
}

static void count_release(void *ctx, void *ptr, size_t size_bytes)
{
    *(size_t *)ctx -= size_bytes;
    free(ptr);
}

enum { SHORT_UNITS = 300, EMPTY_BYTES_MAX = 640, SHORT_BYTES_MAX = 1230 };

typedef struct counted {
    size_t bytes;
    yoke_allocator alloc;
    yoke_doc *doc;
    yoke_type text;
} counted;

static void counted_new(counted *c, uint64_t client_id)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    *c = (counted){0, {c, count_alloc, count_resize, count_release}, NULL, 0};
    c->alloc.ctx = &c->bytes;
    options.alloc = &c->alloc;
    options.client_id = client_id;
    must(yoke_doc_new(&options, &c->doc));
}

static void counted_free(counted *c)
{
    assert_int_equal(yoke_doc_stats(c->doc).memory_bytes, c->bytes);
    yoke_doc_free(c->doc);
    assert_int_equal(c->bytes, 0);
}

static void type_short_text(counted *c)
{
    char text[SHORT_UNITS + 1];
    memset(text, 'x', SHORT_UNITS);
    text[SHORT_UNITS] = 0;
    must(yoke_doc_root(c->doc, YOKE_STR("t"), YOKE_KIND_TEXT, &c->text));
    must(yoke_text_insert(c->doc, c->text, 0, YOKE_STR(text)));
}

static void empty_document_is_small(void **state)
{
    (void)state;
    counted c;
    counted_new(&c, 1);
    assert_in_range(c.bytes, 1, EMPTY_BYTES_MAX);
    counted_free(&c);
}

static void short_text_is_small_where_it_was_typed_and_where_it_came(void **state)
{
    (void)state;
    counted typed, received;
    yoke_blob update = YOKE_BLOB_INIT;
    counted_new(&typed, 1);
    type_short_text(&typed);
    assert_in_range(typed.bytes, SHORT_UNITS, SHORT_BYTES_MAX);
    must(yoke_doc_encode(typed.doc, YOKE_NONE, 0, &update));
    assert_in_range(typed.bytes, SHORT_UNITS, SHORT_BYTES_MAX);

    counted_new(&received, 2);
    must(yoke_doc_apply(received.doc, yoke_blob_view(&update), 0, NULL));
    assert_in_range(received.bytes, SHORT_UNITS, SHORT_BYTES_MAX);
    /* The same once more takes nothing. */
    size_t before = received.bytes;
    must(yoke_doc_apply(received.doc, yoke_blob_view(&update), 0, NULL));
    assert_in_range(received.bytes, SHORT_UNITS, before);

    yoke_blob_free(&update);
    counted_free(&typed);
    counted_free(&received);
}

/* A thousand runs that stay apart: the memory is what the runs take, not what was reserved for the
 * worst case. */
static void a_loaded_document_keeps_no_reserve(void **state)
{
    (void)state;
    enum { RUNS = 1000, RUN_BYTES_MAX = 96 };
    counted made, loaded;
    yoke_blob update = YOKE_BLOB_INIT;
    counted_new(&made, 1);
    must(yoke_doc_root(made.doc, YOKE_STR("t"), YOKE_KIND_TEXT, &made.text));
    for (uint64_t i = 0; i < RUNS; i++)
        must(yoke_text_insert(made.doc, made.text, i / 2, YOKE_STR("x")));
    must(yoke_doc_encode(made.doc, YOKE_NONE, 0, &update));
    counted_new(&loaded, 2);
    must(yoke_doc_apply(loaded.doc, yoke_blob_view(&update), 0, NULL));
    assert_int_equal(yoke_doc_stats(loaded.doc).blocks, yoke_doc_stats(made.doc).blocks);
    assert_in_range(loaded.bytes, RUNS, EMPTY_BYTES_MAX + (size_t)RUNS * RUN_BYTES_MAX);
    yoke_blob_free(&update);
    counted_free(&made);
    counted_free(&loaded);
}

/* A long run between others, cut up from its end: every cut goes behind the last block of a node.
 */
static void a_run_cut_from_its_end_costs_what_its_pieces_cost(void **state)
{
    (void)state;
    enum { BEFORE = 31, AFTER = 5, RUN = 4000, PIECE_BYTES_MAX = 120 };
    static char run[RUN + 1];
    counted c;
    memset(run, 'r', RUN);
    counted_new(&c, 1);
    must(yoke_doc_root(c.doc, YOKE_STR("t"), YOKE_KIND_TEXT, &c.text));
    for (int i = 0; i < BEFORE; i++)
        must(yoke_text_insert(c.doc, c.text, 0, YOKE_STR("b")));
    must(yoke_text_insert(c.doc, c.text, 0, YOKE_STR(run)));
    for (int i = 0; i < AFTER; i++)
        must(yoke_text_insert(c.doc, c.text, 0, YOKE_STR("a")));
    for (uint64_t at = AFTER + RUN - 2; at > AFTER; at -= 2)
        must(yoke_text_delete(c.doc, c.text, at, 1));
    assert_null(yoke_doc_check(c.doc));
    size_t blocks = yoke_doc_stats(c.doc).blocks;
    assert_in_range(blocks, RUN - 10, RUN + 100);
    assert_in_range(c.bytes, 1, blocks * PIECE_BYTES_MAX);
    counted_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_document_is_small),
        cmocka_unit_test(short_text_is_small_where_it_was_typed_and_where_it_came),
        cmocka_unit_test(a_loaded_document_keeps_no_reserve),
        cmocka_unit_test(a_run_cut_from_its_end_costs_what_its_pieces_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
