/* What members may not do, however they try: viewers, floods of presence, edits that wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

enum { ACTOR, READER };

static int build(void **state)
{
    house *h = house_new();
    *state = h;
    house_join_editor(h, ACTOR);
    house_load(h);
    house_join_editor(h, READER);
    house_deliver(h);
    return 0;
}

static int tear_down(void **state)
{
    house_free(*state);
    return 0;
}

static void show(house *h, size_t i, uint64_t clock, const char *json)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 10000);
    buf_put_varuint(&b, 1);
    buf_put_varuint(&b, 100 + i);
    buf_put_varuint(&b, clock);
    buf_put_varstring(&b, bytes_of_str(json));
    house_say(h, i, SYNC_AWARENESS, buf_view(&b));
    buf_deinit(&b);
}

static void show_number(house *h, size_t i, uint64_t clock)
{
    char json[40];
    snprintf(json, sizeof json, "{\"n\":%llu}", (unsigned long long)clock);
    show(h, i, clock, json);
}

static bool last_presence_says(const house *h, size_t i, const char *part)
{
    bytes body = house_last(h, i, SYNC_AWARENESS).body;
    char text[400];
    size_t n = body.len_bytes < sizeof text - 1 ? body.len_bytes : sizeof text - 1;
    memcpy(text, body.ptr, n);
    text[n] = '\0';
    for (size_t at = 0; at < n; at++)
        if (strncmp(text + at, part, strlen(part)) == 0)
            return true;
    return false;
}

static void pass(house *h, int64_t ms)
{
    h->now_ms += ms;
    room_tick(h->room, h->now_ms);
}

static void presence_is_merged_to_its_rate(void **state)
{
    house *h = *state;
    uint64_t clock = 0;
    size_t before = house_count(h, READER, SYNC_AWARENESS);
    for (int i = 0; i < 5000; i++) { /* ten seconds, 500 a second */
        show_number(h, ACTOR, ++clock);
        h->now_ms += 2;
        if (i % 25 == 0)
            room_tick(h->room, h->now_ms);
    }
    size_t told = house_count(h, READER, SYNC_AWARENESS) - before;
    assert_in_range(told, 150, 5 + 200);
    assert_int_equal(house_count(h, ACTOR, SYNC_AWARENESS), told + before); /* the sender's echo */
    assert_true(room_tick_soon(h->room));
    pass(h, 50);
    assert_false(room_tick_soon(h->room));
    assert_true(last_presence_says(h, READER, "{\"n\":5000,"));
    assert_true(room_stats_get(h->room).awareness_held > 4700);
}

static void the_last_word_is_told_whatever_it_is(void **state)
{
    house *h = *state;
    for (uint64_t clock = 1; clock <= 20; clock++)
        show_number(h, ACTOR, clock);
    show(h, ACTOR, 21, "null");
    assert_true(last_presence_says(h, READER, "{\"n\":5,"));
    pass(h, 50);
    assert_true(last_presence_says(h, READER, "null"));
    show_number(h, ACTOR, 22);
    show_number(h, ACTOR, 23);
    assert_true(room_tick_soon(h->room));
    room_on_leave(h->room, h->clients[ACTOR].session, h->now_ms);
    assert_false(room_tick_soon(h->room));
    assert_true(last_presence_says(h, READER, "null"));
}

static void refused_presence_is_named_once(void **state)
{
    house *h = *state;
    char json[3000];
    snprintf(json, sizeof json, "{\"n\":\"%2500d\"}", 1);
    show(h, ACTOR, 1, json);
    show(h, ACTOR, 2, json);
    assert_true(house_heard(h, ACTOR, "\"code\":\"awareness_bytes\""));
    assert_int_equal(house_count(h, ACTOR, SYNC_EVENT), 3); /* hello, joined, and this */
}

/* The document as it is stored, by way of a newcomer's question. */
static bytes document(house *h)
{
    const uint8_t none[1] = {0};
    house_say(h, READER, SYNC_STEP1, bytes_of(none, 1));
    return house_last(h, READER, SYNC_STEP2).body;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A real edit of this very document, then bent at random: some frames would be taken from an
 * editor, others are malformed in every way. */
static void say_something(house *h, uint64_t *seed)
{
    yoke_doc *doc;
    yoke_type text;
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_blob sv = YOKE_BLOB_INIT, update = YOKE_BLOB_INIT;
    options.client_id = next_random(seed) % 300;
    assert_int_equal(yoke_doc_new(&options, &doc), YOKE_OK);
    bytes all = document(h);
    assert_int_equal(yoke_doc_apply(doc, (yoke_bytes){all.ptr, all.len_bytes}, 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_state_vector(doc, &sv), YOKE_OK);
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text), YOKE_OK);
    if (next_random(seed) % 2 == 0)
        assert_int_equal(yoke_text_insert(doc, text, 1, YOKE_STR("evil")), YOKE_OK);
    else
        assert_int_equal(yoke_text_delete(doc, text, 0, 2), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &update), YOKE_OK);
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 20);
    static const sync_tag tags[] = {SYNC_UPDATE, SYNC_UPDATE, SYNC_STEP2, SYNC_STEP1,
                                    SYNC_AWARENESS};
    sync_put(&b, &(sync_msg){.tag = tags[next_random(seed) % 5],
                             .body = bytes_of(update.ptr, update.len_bytes)});
    uint64_t turn = next_random(seed);
    if (turn % 3 == 0)
        b.ptr[(turn >> 8) % b.len_bytes] ^= (uint8_t)(1u << (turn >> 40) % 8);
    if (turn % 7 == 0)
        b.len_bytes = (turn >> 8) % b.len_bytes;
    house_say_raw(h, ACTOR, buf_view(&b));
    buf_deinit(&b);
    yoke_blob_free(&sv);
    yoke_blob_free(&update);
    yoke_doc_free(doc);
}

static void a_viewer_never_changes_the_document(void **state)
{
    (void)state;
    uint64_t seed = 0x9E3779B97F4A7C15;
    for (int round = 0; round < 40; round++) {
        house *h = house_new();
        room_join viewer = {.tandem_v1 = round % 2 == 0, .role = ROLE_VIEWER, .name = "V"};
        house_join_editor(h, READER);
        house_load(h);
        house_deliver(h);
        house_commit(h);
        bytes before = document(h);
        size_t rows = h->row_count, told = house_count(h, READER, SYNC_UPDATE);
        for (int i = 0; i < 30; i++) {
            if (room_member_count(h->room) < 2)
                house_join(h, ACTOR, &viewer); /* for the first time, or it was sent away */
            say_something(h, &seed);
        }
        assert_true(bytes_equal(document(h), before));
        assert_int_equal(h->row_count, rows);
        assert_int_equal(house_count(h, READER, SYNC_UPDATE), told);
        assert_int_equal(h->clients[READER].close_code, 0);
        house_free(h);
    }
}

static void an_editor_who_says_the_same_does(void **state)
{
    house *h = *state;
    uint64_t seed = 0x9E3779B97F4A7C15;
    size_t rows = h->row_count;
    for (int i = 0; i < 30; i++) {
        if (room_member_count(h->room) < 2)
            house_join_editor(h, ACTOR);
        say_something(h, &seed);
    }
    assert_true(h->row_count > rows + 3); /* the frames above are ones that would count */
}

static void refused_writes_end_in_a_close(void **state)
{
    house *h = *state;
    room_set_role(h->room, h->clients[ACTOR].session, ROLE_VIEWER);
    for (uint64_t i = 0; i < h->limits.violations_per_minute; i++)
        house_type(h, ACTOR, "x");
    assert_int_equal(h->clients[ACTOR].close_code, 0);
    house_type(h, ACTOR, "x");
    assert_int_equal(h->clients[ACTOR].close_code, 1008);
    assert_string_equal(house_room_text(h), "seed\n");
}

/* Edits of `id` whose first one is missing, so that they wait. */
static void say_without_base(house *h, size_t i, uint64_t id)
{
    yoke_doc *doc;
    yoke_type text;
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_blob sv = YOKE_BLOB_INIT, update = YOKE_BLOB_INIT;
    options.client_id = id;
    assert_int_equal(yoke_doc_new(&options, &doc), YOKE_OK);
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("a")), YOKE_OK);
    assert_int_equal(yoke_doc_state_vector(doc, &sv), YOKE_OK);
    for (int k = 0; k < 20; k++)
        assert_int_equal(yoke_text_insert(doc, text, 0, YOKE_STR("b")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &update), YOKE_OK);
    house_say(h, i, SYNC_UPDATE, bytes_of(update.ptr, update.len_bytes));
    yoke_blob_free(&sv);
    yoke_blob_free(&update);
    yoke_doc_free(doc);
}

static void what_waits_is_bounded_for_each_writer(void **state)
{
    house *h = *state;
    h->limits.pending_bytes_per_connection = 8192;
    for (uint64_t id = 1000; id < 1400 && h->clients[ACTOR].close_code == 0; id++)
        say_without_base(h, ACTOR, id);
    assert_int_equal(h->clients[ACTOR].close_code, 1008);
    assert_true(house_heard(h, ACTOR, "pending_bytes_per_connection"));
    assert_in_range(room_stats_get(h->room).pending_bytes, 8192, 8192 + 8192);
    say_without_base(h, READER, 5000); /* the others have theirs */
    house_type(h, READER, "fine ");
    assert_int_equal(h->clients[READER].close_code, 0);
    assert_string_equal(house_room_text(h), "fine seed\n");
}

static void a_backlog_stops_writers_before_it_refuses_them(void **state)
{
    house *h = *state;
    h->limits.unstored_bytes = 2000;
    int edits = 0;
    while (!room_backlogged(h->room) && edits < 1000) {
        house_type(h, ACTOR, "0123456789");
        edits++;
    }
    assert_in_range(edits, 2, 999);
    assert_int_equal(house_count(h, ACTOR, SYNC_DENIED), 0);
    house_commit(h);
    assert_false(room_backlogged(h->room));
}

static void a_notice_goes_to_those_who_understand_it(void **state)
{
    house *h = *state;
    room_join stock = {.role = ROLE_EDITOR};
    house_join(h, 2, &stock);
    room_notice(h->room, h->clients[ACTOR].session, "frames_per_second", "slowly");
    room_notice(h->room, h->clients[2].session, "frames_per_second", "slowly");
    room_notice(h->room, 99, "frames_per_second", "slowly");
    assert_true(house_heard(h, ACTOR, "{\"type\":\"notice\",\"code\":\"frames_per_second\""));
    assert_int_equal(house_count(h, 2, SYNC_EVENT), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(presence_is_merged_to_its_rate),
        CASE(the_last_word_is_told_whatever_it_is),
        CASE(refused_presence_is_named_once),
        cmocka_unit_test(a_viewer_never_changes_the_document),
        CASE(an_editor_who_says_the_same_does),
        CASE(refused_writes_end_in_a_close),
        CASE(what_waits_is_bounded_for_each_writer),
        CASE(a_backlog_stops_writers_before_it_refuses_them),
        CASE(a_notice_goes_to_those_who_understand_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
