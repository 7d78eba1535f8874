#include "yoke/test/oom.h"

#include <stdlib.h>

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

yoke_allocator faulty_allocator(faulty *f)
{
    return (yoke_allocator){f, faulty_alloc, faulty_resize, faulty_release};
}

/* ---- scenes ---- */

yoke_err fill(scene *s)
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

yoke_err apply_remote(scene *s, int which)
{
    return yoke_doc_apply(s->doc, yoke_blob_view(&s->remote[which]), 0, NULL);
}

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

yoke_err observe(scene *s)
{
    const yoke_observer observer = {s, see_update, see_delta};
    return yoke_doc_observe(s->doc, &observer);
}

yoke_err before_waking(scene *s)
{
    PASS(apply_remote(s, REMOTE_STATE));
    return apply_remote(s, REMOTE_EARLY);
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

/* ---- the trial ---- */

/* attempt - make the call while allocation number n fails; 0: none, and its results are kept.
 * False when there were fewer. */
static bool attempt(trial *t, size_t n)
{
    faulty f = {0, 0, false};
    const yoke_allocator alloc = faulty_allocator(&f);
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

void every_allocation_of(trial t)
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
