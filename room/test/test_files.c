#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

#include "room/seed.h"

static int build(void **state)
{
    house *h = house_new();
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    house_free(*state);
    return 0;
}

static yoke_type files_of(yoke_doc *doc)
{
    yoke_type files;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("files"), YOKE_KIND_MAP, &files), YOKE_OK);
    return files;
}

/* Client 0 says all that its document has. */
static void say_document(house *h)
{
    yoke_blob update = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_encode(h->clients[0].doc, YOKE_NONE, 0, &update), YOKE_OK);
    house_say(h, 0, SYNC_UPDATE, bytes_of(update.ptr, update.len_bytes));
    yoke_blob_free(&update);
}

/* Client 0 makes the file `id`, whose text is its id; without a name its entry is {}. */
static void add_file(house *h, const char *id, const char *name)
{
    yoke_doc *doc = h->clients[0].doc;
    char root[512];
    yoke_type text;
    buf entry;
    buf_init(&entry, base_alloc_libc(), 1000);
    buf_put_u8(&entry, 118);
    buf_put_varuint(&entry, name != NULL);
    if (name != NULL) {
        buf_put_varstring(&entry, bytes_of_str("name"));
        buf_put_u8(&entry, 119);
        buf_put_varstring(&entry, bytes_of_str(name));
    }
    yoke_value value = {.tag = YOKE_VALUE_ANY, .data = {entry.ptr, entry.len_bytes}};
    assert_int_equal(yoke_map_set(doc, files_of(doc), YOKE_STR(id), &value), YOKE_OK);
    snprintf(root, sizeof root, "file:%s", id);
    assert_int_equal(yoke_doc_root(doc, YOKE_STR(root), YOKE_KIND_TEXT, &text), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR(id)), YOKE_OK);
    buf_deinit(&entry);
    say_document(h);
}

static void remove_file(house *h, const char *id)
{
    yoke_doc *doc = h->clients[0].doc;
    assert_int_equal(yoke_map_delete(doc, files_of(doc), YOKE_STR(id)), YOKE_OK);
    say_document(h);
}

static void the_code_is_main_as_long_as_it_is_a_file(void **state)
{
    house *h = *state;
    add_file(h, "a", "a.py");
    assert_string_equal(house_room_text(h), "seed\n");
    remove_file(h, "main");
    assert_string_equal(house_room_text(h), "a");
    add_file(h, "main", "z.py");
    assert_string_equal(house_room_text(h), "mainseed\n");
    /* With no files at all it is the text that clients write who know of none. */
    remove_file(h, "main");
    remove_file(h, "a");
    assert_string_equal(house_room_text(h), "mainseed\n");
}

static void without_main_the_code_is_the_first_file_by_name(void **state)
{
    house *h = *state;
    remove_file(h, "main");
    /* In each line the new file comes before all that were there. */
    static const struct {
        const char *id, *name;
    } files[] = {{"1", "Zoo.py"},     {"2", "b.py"}, {"3", "B-tests.py"},
                 {"4", "B_tests.py"}, {"b", NULL},   {"6", "app.py"},
                 {"5", "APP.py"},     {"8", "app"},  {"9", "__a__.py"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        add_file(h, files[i].id, files[i].name);
        assert_string_equal(house_room_text(h), files[i].id);
    }
    add_file(h, "0", "c.py");
    assert_string_equal(house_room_text(h), "9");
}

static void an_id_too_long_for_a_text_is_no_code(void **state)
{
    house *h = *state;
    static char id[257];
    memset(id, 'x', 256);
    h->limits.file_name_bytes = 1000;
    add_file(h, "a", "a.py");
    add_file(h, id, "-.py");
    remove_file(h, "main");
    assert_string_equal(house_room_text(h), "a");
    id[255] = '\0';
    add_file(h, id, "_.py");
    assert_string_equal(house_room_text(h), id);
}

static void a_room_without_a_map_of_files_has_the_code_of_stock_clients(void **state)
{
    (void)state;
    house *h = house_new_empty();
    house_join_editor(h, 0);
    house_load(h);
    house_deliver(h);
    house_type(h, 0, "stock");
    assert_string_equal(house_room_text(h), "stock");
    house_free(h);
}

static bool only_client_one(void *ctx, uint64_t writer, uint64_t from, uint64_t to)
{
    assert_int_equal(writer, 1);
    assert_int_equal(from, 0);
    *(uint64_t *)ctx = to;
    return true;
}

static void a_seed_is_one_update_of_client_one(void **state)
{
    house *h = *state;
    yoke_value value;
    yoke_blob json = YOKE_BLOB_INIT;
    yoke_doc *doc = h->clients[0].doc;
    assert_int_equal(yoke_map_get(doc, files_of(doc), YOKE_STR("main"), &value), YOKE_OK);
    assert_int_equal(yoke_value_json(doc, &value, &json), YOKE_OK);
    bytes expected = bytes_of_str("{\"name\":\"main.py\",\"language\":\"python\"}");
    assert_true(bytes_equal(bytes_of(json.ptr, json.len_bytes), expected));
    yoke_blob_free(&json);

    buf b;
    uint64_t clocks = 0;
    buf_init(&b, base_alloc_libc(), 1000);
    room_seed seed = {bytes_of_str("\xef\xbb\xbf"
                                   "a\rb\r\nc\n\r"),
                      bytes_of_str("m"), bytes_of_str("p")};
    assert_int_equal(room_seed_update(&seed, base_alloc_libc(), &b), BASE_OK);
    yoke_bytes update = {b.ptr, b.len_bytes};
    assert_int_equal(yoke_update_visit(update, NULL, only_client_one, &clocks), YOKE_OK);
    assert_int_equal(clocks, 1 + strlen("a\nb\nc\n\n"));
    seed.text = bytes_of_str("\xff");
    assert_int_equal(room_seed_update(&seed, base_alloc_libc(), &b), BASE_EMALFORMED);
    buf_deinit(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_code_is_main_as_long_as_it_is_a_file),
        CASE(without_main_the_code_is_the_first_file_by_name),
        CASE(an_id_too_long_for_a_text_is_no_code),
        cmocka_unit_test(a_room_without_a_map_of_files_has_the_code_of_stock_clients),
        CASE(a_seed_is_one_update_of_client_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
