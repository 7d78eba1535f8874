/* The slow twin: random edits against a text that is a plain array of units, and several replicas
 * that exchange updates in any order and must agree with one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "yoke/yoke.h"

enum {
    UNITS_MAX = 1 << 14,
    REPLICAS = 4,
    LOG_MAX = 4096,
};

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % bound);
}

static void must(yoke_err err)
{
    assert_int_equal(err, YOKE_OK);
}

static void assert_sound(const yoke_doc *doc)
{
    const char *broken = yoke_doc_check(doc);
    if (broken != NULL)
        fail_msg("%s", broken);
}

/* ---- the naive text: an array of UTF-16 units ---- */

typedef struct model {
    uint16_t units[UNITS_MAX];
    size_t len;
} model;

static bool is_high(uint16_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

/* A place inside a pair makes both halves U+FFFD, for good. */
static void model_cut(model *m, size_t at)
{
    if (at > 0 && at < m->len && is_high(m->units[at - 1])) {
        m->units[at - 1] = 0xfffd;
        m->units[at] = 0xfffd;
    }
}

static void model_insert(model *m, size_t at, const uint16_t *units, size_t count)
{
    assert_true(m->len + count <= UNITS_MAX);
    model_cut(m, at);
    memmove(m->units + at + count, m->units + at, (m->len - at) * sizeof *units);
    memcpy(m->units + at, units, count * sizeof *units);
    m->len += count;
}

static void model_delete(model *m, size_t at, size_t count)
{
    model_cut(m, at);
    model_cut(m, at + count);
    memmove(m->units + at, m->units + at + count, (m->len - at - count) * sizeof *m->units);
    m->len -= count;
}

/* ---- words, as UTF-8 and as units ---- */

typedef struct word {
    const char *utf8;
    uint16_t units[8];
    size_t len;
} word;

static const word words[] = {
    {"a", {'a'}, 1},
    {"def ", {'d', 'e', 'f', ' '}, 4},
    {"\n", {'\n'}, 1},
    {"\xc3\xa9", {0xe9}, 1},
    {"\xe6\xbc\xa2x", {0x6f22, 'x'}, 2},
    {"\xf0\x9f\x98\x80", {0xd83d, 0xde00}, 2},
    {"\xf0\x9d\x84\x9e\xf0\x9f\x98\x80", {0xd834, 0xdd1e, 0xd83d, 0xde00}, 4},
};

static const word *random_word(void)
{
    return &words[random_below(sizeof words / sizeof words[0])];
}

/* ---- one replica against the model ---- */

static void assert_same(const yoke_doc *doc, yoke_type text, const model *m)
{
    yoke_blob got = YOKE_BLOB_INIT;
    assert_int_equal(yoke_type_len(doc, text), m->len);
    must(yoke_text_utf16(doc, text, 0, UINT64_MAX, &got));
    assert_int_equal(got.len_bytes, m->len * 2);
    if (m->len > 0)
        assert_memory_equal(got.ptr, m->units, m->len * 2);
    yoke_blob_free(&got);
}

static void assert_same_range(const yoke_doc *doc, yoke_type text, const model *m)
{
    size_t at = random_below((uint32_t)m->len + 1);
    size_t count = random_below((uint32_t)(m->len - at) + 1);
    model part = {.len = count};
    memcpy(part.units, m->units + at, count * 2);
    if (count > 0 && at > 0 && is_high(m->units[at - 1]) && !is_high(part.units[0]) &&
        part.units[0] >= 0xdc00 && part.units[0] < 0xe000)
        part.units[0] = 0xfffd;
    if (count > 0 && is_high(part.units[count - 1]))
        part.units[count - 1] = 0xfffd;
    yoke_blob got = YOKE_BLOB_INIT;
    must(yoke_text_utf16(doc, text, at, count, &got));
    assert_int_equal(got.len_bytes, count * 2);
    if (count > 0)
        assert_memory_equal(got.ptr, part.units, count * 2);
    yoke_blob_free(&got);
}

static void edit_both(yoke_doc *doc, yoke_type text, model *m, size_t *cursor)
{
    if (random_below(8) == 0 || *cursor > m->len)
        *cursor = random_below((uint32_t)m->len + 1);
    if (m->len > 0 && random_below(3) == 0) {
        size_t at = *cursor < m->len ? *cursor : m->len - 1;
        size_t count = 1 + random_below((uint32_t)(m->len - at < 9 ? m->len - at : 9));
        must(yoke_text_delete(doc, text, at, count));
        model_delete(m, at, count);
        *cursor = at;
    } else {
        const word *w = random_word();
        must(yoke_text_insert(doc, text, *cursor, YOKE_STR(w->utf8)));
        model_insert(m, *cursor, w->units, w->len);
        *cursor += w->len;
    }
}

static void local_edits_with(bool keep_deleted, unsigned seed)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    yoke_type text;
    size_t cursor = 0;
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    random_state = seed;
    options.client_id = seed;
    options.keep_deleted = keep_deleted;
    must(yoke_doc_new(&options, &doc));
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    for (unsigned i = 0; i < 1500; i++) {
        edit_both(doc, text, m, &cursor);
        if (i % 50 == 0) {
            assert_sound(doc);
            assert_same(doc, text, m);
            assert_same_range(doc, text, m);
        }
    }
    assert_sound(doc);
    assert_same(doc, text, m);
    yoke_doc_free(doc);
    free(m);
}

static void local_edits_are_those_of_the_model(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 12; seed++)
        local_edits_with(seed % 3 == 0, seed);
}

/* ---- replicas ---- */

typedef struct network {
    yoke_doc *doc[REPLICAS];
    yoke_type text[REPLICAS];
    yoke_blob log[LOG_MAX];
    bool has[REPLICAS][LOG_MAX];
    size_t count;
} network;

static void note_update(void *ctx, const yoke_event *event)
{
    network *n = ctx;
    if (!event->local)
        return;
    assert_true(n->count < LOG_MAX);
    yoke_blob *out = &n->log[n->count++];
    out->ptr = malloc(event->update.len_bytes);
    assert_non_null(out->ptr);
    memcpy(out->ptr, event->update.ptr, event->update.len_bytes);
    out->len_bytes = out->cap_bytes = event->update.len_bytes;
}

static network *network_new(bool keep_deleted)
{
    static const uint64_t ids[REPLICAS] = {7, UINT64_C(1) << 31, (UINT64_C(1) << 53) - 1, 3};
    network *n = calloc(1, sizeof *n);
    assert_non_null(n);
    const yoke_observer observer = {n, note_update, NULL};
    for (size_t i = 0; i < REPLICAS; i++) {
        yoke_options options = YOKE_OPTIONS_INIT;
        options.client_id = ids[i];
        options.keep_deleted = keep_deleted;
        must(yoke_doc_new(&options, &n->doc[i]));
        must(yoke_doc_root(n->doc[i], YOKE_STR("t"), YOKE_KIND_TEXT, &n->text[i]));
        must(yoke_doc_observe(n->doc[i], &observer));
    }
    return n;
}

static void network_free(network *n)
{
    for (size_t i = 0; i < REPLICAS; i++)
        yoke_doc_free(n->doc[i]);
    for (size_t i = 0; i < n->count; i++)
        yoke_blob_free(&n->log[i]);
    free(n);
}

static void network_edit(network *n, size_t i)
{
    size_t before = n->count;
    uint32_t len = (uint32_t)yoke_type_len(n->doc[i], n->text[i]);
    if (len > 0 && random_below(3) == 0) {
        uint32_t at = random_below(len);
        uint32_t most = len - at < 6 ? len - at : 6;
        must(yoke_text_delete(n->doc[i], n->text[i], at, 1 + random_below(most)));
    } else {
        const char *utf8 = random_word()->utf8;
        uint32_t at = random_below(len + 1);
        must(yoke_text_insert(n->doc[i], n->text[i], at, YOKE_STR(utf8)));
    }
    for (size_t k = before; k < n->count; k++)
        n->has[i][k] = true;
}

static void network_deliver(network *n, size_t i, size_t k)
{
    must(yoke_doc_apply(n->doc[i], yoke_blob_view(&n->log[k]), 1, NULL));
    n->has[i][k] = true;
}

/* From a place chosen at random on, so that much comes early and much twice. */
static void network_flush(network *n, size_t i)
{
    size_t first = n->count > 0 ? random_below((uint32_t)n->count) : 0;
    for (size_t k = 0; k < n->count; k++) {
        size_t at = (first + k) % n->count;
        if (!n->has[i][at] || random_below(4) == 0)
            network_deliver(n, i, at);
    }
}

static void assert_agreement(network *n)
{
    yoke_blob first = YOKE_BLOB_INIT, other = YOKE_BLOB_INIT;
    must(yoke_text_utf8(n->doc[0], n->text[0], 0, UINT64_MAX, &first));
    for (size_t i = 0; i < REPLICAS; i++) {
        assert_sound(n->doc[i]);
        assert_int_equal(yoke_doc_stats(n->doc[i]).pending_structs, 0);
        must(yoke_text_utf8(n->doc[i], n->text[i], 0, UINT64_MAX, &other));
        assert_int_equal(first.len_bytes, other.len_bytes);
        assert_memory_equal(first.ptr, other.ptr, other.len_bytes);
    }
    yoke_blob_free(&first);
    yoke_blob_free(&other);
}

static void assert_equal_bytes(network *n)
{
    yoke_blob first = YOKE_BLOB_INIT, other = YOKE_BLOB_INIT;
    must(yoke_doc_encode(n->doc[0], YOKE_NONE, 0, &first));
    for (size_t i = 1; i < REPLICAS; i++) {
        must(yoke_doc_encode(n->doc[i], YOKE_NONE, 0, &other));
        assert_int_equal(first.len_bytes, other.len_bytes);
        assert_memory_equal(first.ptr, other.ptr, other.len_bytes);
    }
    yoke_blob_free(&first);
    yoke_blob_free(&other);
}

/* All updates merged are one document more that must agree. */
static void assert_merged_agrees(network *n)
{
    yoke_bytes views[LOG_MAX];
    yoke_blob merged = YOKE_BLOB_INIT, a = YOKE_BLOB_INIT, b = YOKE_BLOB_INIT;
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    for (size_t i = 0; i < n->count; i++)
        views[i] = yoke_blob_view(&n->log[i]);
    must(yoke_update_merge(views, n->count, NULL, &merged));
    must(yoke_doc_new(&options, &doc));
    must(yoke_doc_apply(doc, yoke_blob_view(&merged), 0, NULL));
    must(yoke_doc_encode(doc, YOKE_NONE, 0, &a));
    must(yoke_doc_encode(n->doc[0], YOKE_NONE, 0, &b));
    assert_int_equal(a.len_bytes, b.len_bytes);
    assert_memory_equal(a.ptr, b.ptr, a.len_bytes);
    yoke_doc_free(doc);
    yoke_blob_free(&merged);
    yoke_blob_free(&a);
    yoke_blob_free(&b);
}

static void replicas_with(bool keep_deleted, unsigned seed)
{
    random_state = seed;
    network *n = network_new(keep_deleted);
    for (unsigned step = 0; step < 400; step++) {
        size_t i = random_below(REPLICAS);
        network_edit(n, i);
        if (n->count > 0 && random_below(3) == 0)
            network_deliver(n, i, random_below((uint32_t)n->count));
        if (random_below(60) == 0)
            network_flush(n, i);
    }
    for (size_t i = 0; i < REPLICAS; i++)
        network_flush(n, i);
    assert_agreement(n);
    if (!keep_deleted) {
        assert_equal_bytes(n);
        assert_merged_agrees(n);
    }
    network_free(n);
}

static void replicas_agree(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 16; seed++)
        replicas_with(false, seed);
}

static void replicas_that_keep_what_is_deleted_agree(void **state)
{
    (void)state;
    for (unsigned seed = 100; seed < 106; seed++)
        replicas_with(true, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_edits_are_those_of_the_model),
        cmocka_unit_test(replicas_agree),
        cmocka_unit_test(replicas_that_keep_what_is_deleted_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
