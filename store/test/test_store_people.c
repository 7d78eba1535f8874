/* Authors, chat and versions: one contract, each store. */
#include "store/test/fixture.h"

#include "base/buf.h"

static void create(store *s, const char *id)
{
    store_room room = {.name = "Pairing", .language = "python"};
    snprintf(room.id, sizeof room.id, "%s", id);
    assert_int_equal(store_room_create(s, &room, bytes_of_str("seed")), BASE_OK);
}

/* What is visited, as lines. */
static void put_author(void *ctx, const store_author *a)
{
    buf_put_fmt(ctx, "%llu %u %lld %.*s\n", (unsigned long long)a->author, a->color_index,
                (long long)a->at_ms, (int)a->name.len_bytes, (const char *)a->name.ptr);
}

static void put_chat(void *ctx, const store_chat *c)
{
    buf_put_fmt(ctx, "%llu %llu %u %lld %.*s|%.*s|%.*s\n", (unsigned long long)c->n,
                (unsigned long long)c->author, c->color_index, (long long)c->at_ms,
                (int)c->name.len_bytes, (const char *)c->name.ptr, (int)c->text.len_bytes,
                (const char *)c->text.ptr, (int)c->ref.len_bytes, (const char *)c->ref.ptr);
}

static void put_version(void *ctx, const store_version *v)
{
    buf_put_fmt(ctx, "%llu %llu %llu %lld %.*s\n", (unsigned long long)v->n,
                (unsigned long long)v->seq, (unsigned long long)v->author, (long long)v->at_ms,
                (int)v->name.len_bytes, (const char *)v->name.ptr);
}

static void expect(buf *got, const char *wanted)
{
    buf_put_u8(got, '\0');
    assert_string_equal((const char *)got->ptr, wanted);
    buf_deinit(got);
}

static buf lines(void)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 65536);
    return b;
}

static void authors_are_kept_by_number(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    create(s, "a");
    create(s, "b");
    const store_author put[] = {
        {UINT64_C(9007199254740991), 7, 20, bytes_of_str("Zoë")},
        {5, 1, 10, bytes_of_str("Ada")},
        {5, 2, 30, bytes_of_str("Ada L.")},
    };
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store_author_put(s, "a", &put[i]), BASE_OK);
    assert_int_equal(store_author_put(s, "none", &put[0]), STORE_ENOTFOUND);
    buf b = lines();
    assert_int_equal(store_authors(r, "a", put_author, &b), BASE_OK);
    expect(&b, "5 2 30 Ada L.\n9007199254740991 7 20 Zoë\n");
    b = lines();
    assert_int_equal(store_authors(r, "b", put_author, &b), BASE_OK);
    expect(&b, "");
    assert_int_equal(store_authors(r, "none", put_author, &b), STORE_ENOTFOUND);
}

static int add(store *s, const char *id, uint64_t author, const char *text, const char *ref,
               uint64_t *n)
{
    store_chat said = {.author = author,
                       .color_index = 3,
                       .at_ms = 100,
                       .name = bytes_of_str("Ada"),
                       .text = bytes_of_str(text),
                       .ref = bytes_of_str(ref)};
    int err = store_chat_add(s, id, &said, 3);
    *n = said.n;
    return err;
}

static void chat_is_read_by_pages(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    uint64_t n;
    create(s, "a");
    assert_int_equal(add(s, "none", 1, "x", "r", &n), STORE_ENOTFOUND);
    for (uint64_t i = 1; i <= 2; i++) {
        assert_int_equal(add(s, "a", 1, i == 1 ? "one" : "two", i == 1 ? "r1" : "", &n), BASE_OK);
        assert_int_equal(n, i);
    }
    buf b = lines();
    assert_int_equal(store_chat_read(r, "a", 0, 10, put_chat, &b), BASE_OK);
    expect(&b, "2 1 3 100 Ada|two|\n1 1 3 100 Ada|one|r1\n");
    b = lines();
    assert_int_equal(store_chat_read(r, "a", 2, 10, put_chat, &b), BASE_OK);
    expect(&b, "1 1 3 100 Ada|one|r1\n");
    b = lines();
    assert_int_equal(store_chat_read(r, "a", 0, 1, put_chat, &b), BASE_OK);
    expect(&b, "2 1 3 100 Ada|two|\n");
    assert_int_equal(store_chat_read(r, "none", 0, 1, put_chat, &b), STORE_ENOTFOUND);
}

static void what_is_said_again_is_there_once(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    uint64_t n;
    create(s, "a");
    assert_int_equal(add(s, "a", 1, "one", "r1", &n), BASE_OK);
    assert_int_equal(add(s, "a", 1, "two", "r2", &n), BASE_OK);
    assert_int_equal(add(s, "a", 1, "one again", "r1", &n), BASE_OK);
    assert_int_equal(n, 1);
    assert_int_equal(add(s, "a", 2, "mine", "r1", &n), BASE_OK); /* another's name for it */
    assert_int_equal(n, 3);
    /* Without a name for it, saying it twice is saying it twice.  And only three are kept. */
    for (int i = 0; i < 2; i++)
        assert_int_equal(add(s, "a", 1, "hm", "", &n), BASE_OK);
    buf b = lines();
    assert_int_equal(store_chat_read(r, "a", 0, 10, put_chat, &b), BASE_OK);
    expect(&b, "5 1 3 100 Ada|hm|\n4 1 3 100 Ada|hm|\n3 2 3 100 Ada|mine|r1\n");
}

static void versions_name_rows_that_exist(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    create(s, "a");
    store_row row = {
        .room_id = "a", .seq = 2, .author = 1, .at_ms = 5, .update = bytes_of_str("u")};
    assert_int_equal(store_append(s, &row, 1), BASE_OK);
    store_version v = {.author = 4, .at_ms = 50, .name = bytes_of_str("works")};
    assert_int_equal(store_version_add(s, "a", &v, 2), BASE_OK);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.seq, 2);
    v.seq = 3;
    assert_int_equal(store_version_add(s, "a", &v, 2), STORE_ENOTFOUND);
    assert_int_equal(store_version_add(s, "none", &v, 2), STORE_ENOTFOUND);
    v.seq = 1;
    assert_int_equal(store_version_add(s, "a", &v, 2), BASE_OK);
    assert_int_equal(store_version_add(s, "a", &v, 2), BASE_ELIMIT);
    buf b = lines();
    assert_int_equal(store_versions(r, "a", put_version, &b), BASE_OK);
    expect(&b, "1 2 4 50 works\n2 1 4 50 works\n");
    /* The last row may be in the snapshot alone. */
    store_snapshot snapshot = {.upto_seq = 2, .at_ms = 6, .state = bytes_of_str("s")};
    assert_int_equal(store_snapshot_put(s, "a", &snapshot), BASE_OK);
    v.seq = 0;
    assert_int_equal(store_version_add(s, "a", &v, 9), BASE_OK);
    assert_int_equal(v.seq, 2);
}

static void it_goes_with_the_room(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    uint64_t n;
    create(s, "a");
    assert_int_equal(add(s, "a", 1, "one", "r1", &n), BASE_OK);
    assert_int_equal(store_room_delete(s, "a"), BASE_OK);
    create(s, "a");
    buf b = lines();
    assert_int_equal(store_chat_read(r, "a", 0, 10, put_chat, &b), BASE_OK);
    expect(&b, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_EACH(authors_are_kept_by_number),
        FIXTURE_EACH(chat_is_read_by_pages),
        FIXTURE_EACH(what_is_said_again_is_there_once),
        FIXTURE_EACH(versions_name_rows_that_exist),
        FIXTURE_EACH(it_goes_with_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
