/* The checker itself: each invariant is broken by hand in a document with everything in it, and
 * must be named.  What is broken is put back, so that the last check passes again. */
#include "yoke/test/helpers.h"

#include "yoke/src/doc.h"

typedef struct scene {
    yoke_doc *doc;
    uint32_t text;  /* a long list, with a tree */
    uint32_t map;   /* two entries, one written twice */
    uint32_t list;  /* a short list with a tombstone */
    uint32_t entry; /* of the map, with an old block */
} scene;

static scene scene_new(void)
{
    scene s = {.doc = new_doc(false)};
    yoke_value value = {.tag = YOKE_VALUE_INT, .integer = 1}, got;
    const yoke_value nested = {.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    must(yoke_doc_root(s.doc, YOKE_STR("t"), YOKE_KIND_TEXT, &s.text));
    must(yoke_doc_root(s.doc, YOKE_STR("m"), YOKE_KIND_MAP, &s.map));
    must(yoke_doc_root(s.doc, YOKE_STR("a"), YOKE_KIND_ARRAY, &s.list));
    for (unsigned i = 0; i < 2000; i++)
        must(yoke_text_insert(s.doc, s.text, i, YOKE_STR("ab")));
    must(yoke_text_delete(s.doc, s.text, 7, 2));
    must(yoke_map_set(s.doc, s.map, YOKE_STR("k"), &value));
    must(yoke_map_set(s.doc, s.map, YOKE_STR("k"), &value));
    must(yoke_map_set(s.doc, s.map, YOKE_STR("n"), &nested));
    must(yoke_map_get(s.doc, s.map, YOKE_STR("n"), &got));
    must(yoke_text_insert(s.doc, got.type, 0, YOKE_STR("inside")));
    must(yoke_map_delete(s.doc, s.map, YOKE_STR("n")));
    must(yoke_array_insert(s.doc, s.list, 0, &value, 1));
    must(yoke_array_insert(s.doc, s.list, 0, &nested, 1));
    must(yoke_array_insert(s.doc, s.list, 0, &value, 1));
    must(yoke_array_delete(s.doc, s.list, 0, 1));
    s.entry = yoke__entry_find(s.doc, s.map, bytes_of("k", 1));
    must(yoke_text_insert(s.doc, s.text, 2000, YOKE_STR("z"))); /* a seek: all is in the tree */
    assert_null(yoke_doc_check(s.doc));
    return s;
}

/* Write `value` to `field`, expect a complaint, write back. */
#define BREAK(doc, field, value, sentence)                                                         \
    do {                                                                                           \
        uint32_t broken_was = (uint32_t)(field);                                                   \
        (field) = (value);                                                                         \
        const char *broken_said = yoke_doc_check(doc);                                             \
        assert_non_null(broken_said);                                                              \
        assert_string_equal(broken_said, sentence);                                                \
        (field) = (__typeof__(field))broken_was;                                                   \
        assert_null(yoke_doc_check(doc));                                                          \
    } while (0)

static void blocks_of_a_list(void **state)
{
    (void)state;
    scene s = scene_new();
    yoke__type_rec *t = yoke__ty(s.doc, s.list);
    yoke__block *first = yoke__blk(s.doc, t->start);
    yoke__block *second = yoke__blk(s.doc, first->next);
    BREAK(s.doc, second->parent, s.map, "a block is in a list of another type");
    BREAK(s.doc, second->prev, 0, "prev is not what next came from");
    BREAK(s.doc, second->ref, YOKE__GC, "a collected run is in a list");
    assert_int_equal(first->ref, YOKE__DELETED);
    BREAK(s.doc, first->flags, 0, "a tombstone lives");
    yoke__block *last = yoke__blk(s.doc, second->next);
    BREAK(s.doc, last->at, (uint32_t)s.doc->heap.n, "content lies outside of the heap");
    BREAK(s.doc, last->sub, s.entry, "a map entry is in the list");
    BREAK(s.doc, t->len, 99, "the length of a type is wrong");
    BREAK(s.doc, t->blocks, 99, "the number of blocks of a type is wrong");
    yoke__block *run = yoke__blk(s.doc, yoke__ty(s.doc, s.text)->start);
    BREAK(s.doc, run->size, run->size - 1, "an ASCII run has other bytes than units");
    yoke_doc_free(s.doc);
}

static void blocks_of_a_map(void **state)
{
    (void)state;
    scene s = scene_new();
    yoke__block *last = yoke__blk(s.doc, yoke__en(s.doc, s.entry)->last);
    yoke__block *old = yoke__blk(s.doc, last->prev);
    BREAK(s.doc, last->next, last->prev, "a map chain is broken");
    BREAK(s.doc, old->sub, s.entry + 1, "a map chain is broken");
    BREAK(s.doc, old->parent, s.list, "a map chain is broken");
    BREAK(s.doc, old->flags, 0, "an old map entry lives");
    yoke_doc_free(s.doc);
}

static void clients(void **state)
{
    (void)state;
    scene s = scene_new();
    uint32_t client = yoke__client_find(s.doc, 1);
    yoke__client *c = yoke__cl(s.doc, client);
    uint32_t b = yoke__block_at(s.doc, client, 0);
    BREAK(s.doc, c->state, 0, "a client without blocks has a state");
    BREAK(s.doc, yoke__blk(s.doc, b)->client, client + 1,
          "the blocks of a client do not follow each other");
    BREAK(s.doc, s.doc->heap_dead, (uint32_t)s.doc->heap.n + 1,
          "more of the heap is dead than there is");
    yoke_doc_free(s.doc);
}

static void the_position_tree(void **state)
{
    (void)state;
    scene s = scene_new();
    yoke__type_rec *t = yoke__ty(s.doc, s.text);
    assert_true(t->tree != 0);
    yoke__node *root = yoke__nd(s.doc, t->tree);
    assert_true(root->level > 0);
    uint32_t leaf = t->tree;
    while (yoke__nd(s.doc, leaf)->level > 0)
        leaf = yoke__nd(s.doc, leaf)->ref[0];
    yoke__node *n = yoke__nd(s.doc, leaf);
    BREAK(s.doc, n->sum[0], n->sum[0] + 1, "a block's weight is wrong");
    BREAK(s.doc, n->ref[0], n->ref[1], "a block is not in its leaf");
    BREAK(s.doc, n->level, 3, "a block is not in its leaf");
    BREAK(s.doc, root->level, root->level + 1, "levels do not rise by one");
    BREAK(s.doc, root->sum[0], root->sum[0] + 1, "a position sum is wrong");
    BREAK(s.doc, root->ref[0], root->ref[1], "a node is not in its parent");
    yoke_doc_free(s.doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_a_list),
        cmocka_unit_test(blocks_of_a_map),
        cmocka_unit_test(clients),
        cmocka_unit_test(the_position_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
