/* A client id belongs to whoever wrote with it, a fresh one to whoever shows it: forgers are
 * closed, squatters win nothing, honest relays and returning people lose nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

enum { VICTIM, OTHER, WITNESS };

#define VICTIM_ID (100 + VICTIM) /* as house_join gives them */

static int build(void **state)
{
    house *h = house_new();
    *state = h;
    house_join_editor(h, VICTIM);
    house_load(h);
    house_join_editor(h, OTHER);
    house_join_editor(h, WITNESS);
    house_deliver(h);
    return 0;
}

static int tear_down(void **state)
{
    house_free(*state);
    return 0;
}

/* Client i shows the client `id` in its presence. */
static void show(house *h, size_t i, uint64_t id, uint64_t clock, const char *json)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1000);
    buf_put_varuint(&b, 1);
    buf_put_varuint(&b, id);
    buf_put_varuint(&b, clock);
    buf_put_varstring(&b, bytes_of_str(json));
    house_say(h, i, SYNC_AWARENESS, buf_view(&b));
    buf_deinit(&b);
}

/* Client i sends text that is written under `id`, on top of what it knows. */
static void write_as(house *h, size_t i, uint64_t id, sync_tag tag, const char *text)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    yoke_type root;
    yoke_blob state = YOKE_BLOB_INIT, sv = YOKE_BLOB_INIT;
    options.client_id = id;
    assert_int_equal(yoke_doc_new(&options, &doc), YOKE_OK);
    assert_int_equal(yoke_doc_encode(h->clients[i].doc, YOKE_NONE, 0, &state), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, yoke_blob_view(&state), 0, NULL), YOKE_OK);
    assert_int_equal(yoke_doc_state_vector(doc, &sv), YOKE_OK);
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &root), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, root, 0, YOKE_STR(text)), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &state), YOKE_OK);
    house_say(h, i, tag, bytes_of(state.ptr, state.len_bytes));
    yoke_blob_free(&state);
    yoke_blob_free(&sv);
    yoke_doc_free(doc);
}

static void pass(house *h, int64_t ms)
{
    h->now_ms += ms;
    room_tick(h->room, h->now_ms);
    const char *fault = room_check(h->room);
    assert_string_equal(fault == NULL ? "" : fault, "");
}

static void a_forger_is_closed_and_the_victim_unharmed(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    house_type(h, VICTIM, "mine ");
    house_deliver(h);
    size_t told = house_count(h, WITNESS, SYNC_UPDATE);
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
    assert_int_equal(house_count(h, WITNESS, SYNC_UPDATE), told);
    assert_true(room_tick_soon(h->room));
    house_deliver(h); /* the victim answers that it has no such thing */
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_true(house_heard(h, OTHER, "client_id_lease"));
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "mine seed\n");
    house_type(h, VICTIM, "still ");
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_string_equal(house_room_text(h), "still mine seed\n");
    assert_string_equal(house_text(h, WITNESS), "still mine seed\n");
    house_commit(h);
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].acked, 4); /* two answers, two edits */
    assert_int_equal(h->clients[OTHER].acked, 1);
}

static void a_forgery_that_comes_first_still_loses(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "evil ");
    house_type(h, VICTIM, "mine "); /* the very clocks that were forged */
    house_deliver(h);
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_true(house_heard(h, OTHER, "client_id_conflict"));
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_string_equal(house_room_text(h), "mine seed\n");
}

static void a_relay_of_what_its_writer_sends_too_passes(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    /* The relay has the edit by another way, and is here before its writer. */
    write_as(h, OTHER, VICTIM_ID, SYNC_STEP2, "both ");
    write_as(h, OTHER, 100 + OTHER, SYNC_UPDATE, "own ");
    assert_string_equal(house_room_text(h), "seed\n");
    house_commit(h);
    assert_int_equal(house_count(h, OTHER, SYNC_ACK), 1); /* of its answer when it joined */
    house_type(h, VICTIM, "both ");
    house_deliver(h);
    house_commit(h);
    house_deliver(h);
    assert_int_equal(h->clients[OTHER].close_code, 0);
    assert_int_equal(h->clients[OTHER].acked, 3);
    assert_int_equal(strlen(house_room_text(h)), strlen("own both seed\n"));
    assert_string_equal(house_text(h, WITNESS), house_room_text(h));
}

static void one_who_returns_beside_a_dead_socket_keeps_its_edits(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    house_type(h, VICTIM, "before ");
    house_deliver(h);
    /* Its old socket is dead and nobody knows: it does not read and does not close. */
    write_as(h, OTHER, VICTIM_ID, SYNC_STEP2, "offline ");
    size_t cursors = house_count(h, WITNESS, SYNC_AWARENESS);
    show(h, OTHER, VICTIM_ID, 2, "{}");
    assert_int_equal(house_count(h, WITNESS, SYNC_AWARENESS), cursors);
    pass(h, 1000);
    assert_string_equal(house_room_text(h), "before seed\n");
    pass(h, 2000);
    assert_string_equal(house_room_text(h), "offline before seed\n");
    show(h, OTHER, VICTIM_ID, 3, "{}"); /* and its cursor is seen again */
    assert_int_equal(house_count(h, WITNESS, SYNC_AWARENESS), cursors + 1);
    write_as(h, OTHER, 100 + OTHER, SYNC_UPDATE, "and on ");
    house_commit(h);
    assert_int_equal(h->clients[OTHER].close_code, 0);
    assert_false(room_tick_soon(h->room));
    assert_int_equal(house_last(h, OTHER, SYNC_ACK).count, 3);
}

static void an_id_is_free_when_its_holder_goes(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "relayed ");
    room_on_leave(h->room, h->clients[VICTIM].session, h->now_ms);
    assert_string_equal(house_room_text(h), "relayed seed\n");
    assert_int_equal(h->clients[OTHER].close_code, 0);
}

static void an_id_is_free_when_it_is_shown_no_more(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "relayed ");
    show(h, VICTIM, VICTIM_ID, 2, "null");
    assert_string_equal(house_room_text(h), "relayed seed\n");
    /* Nor is it anybody's who never showed it, or who may not write. */
    write_as(h, OTHER, 100 + WITNESS, SYNC_UPDATE, "free ");
    show(h, WITNESS, 777, 1, "{}");
    room_set_role(h->room, h->clients[WITNESS].session, ROLE_VIEWER);
    write_as(h, OTHER, 777, SYNC_UPDATE, "free too ");
    assert_int_equal(h->row_count, 3);
    assert_int_equal(h->clients[OTHER].close_code, 0);
}

/* The room has lost what two wrote together, as after a crash; each returns with what both wrote.
 */
static void two_who_bring_each_other_s_edits_both_pass(void **state)
{
    house *h = *state;
    yoke_blob sv = YOKE_BLOB_INIT, lost = YOKE_BLOB_INIT;
    for (size_t i = VICTIM; i <= OTHER; i++) { /* each writes where the other just did */
        yoke_doc *doc = h->clients[i].doc, *to = h->clients[VICTIM + OTHER - i].doc;
        yoke_type root;
        assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &root), YOKE_OK);
        assert_int_equal(yoke_text_insert(doc, root, 0, YOKE_STR(i == VICTIM ? "a " : "b ")),
                         YOKE_OK);
        assert_int_equal(yoke_doc_state_vector(to, &sv), YOKE_OK);
        assert_int_equal(yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &lost), YOKE_OK);
        assert_int_equal(yoke_doc_apply(to, yoke_blob_view(&lost), 0, NULL), YOKE_OK);
    }
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    show(h, OTHER, 100 + OTHER, 1, "{}");
    assert_int_equal(yoke_doc_encode(h->clients[OTHER].doc, YOKE_NONE, 0, &lost), YOKE_OK);
    house_say(h, OTHER, SYNC_STEP2, bytes_of(lost.ptr, lost.len_bytes));
    assert_true(room_tick_soon(h->room)); /* held, and VICTIM asked, whose answer is held too */
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_int_equal(h->clients[OTHER].close_code, 0);
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "b a seed\n");
    assert_string_equal(house_text(h, WITNESS), "b a seed\n");
    yoke_blob_free(&sv);
    yoke_blob_free(&lost);
}

/* The victim's answer has to wait, for it brings what the forger wrote; it is its word all the
 * same.
 */
static void a_forger_cannot_hold_up_the_word_of_its_victim(void **state)
{
    house *h = *state;
    yoke_blob all = YOKE_BLOB_INIT;
    yoke_type root;
    yoke_doc *doc = h->clients[OTHER].doc;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &root), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, root, 0, YOKE_STR("lost ")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, YOKE_NONE, 0, &all), YOKE_OK);
    assert_int_equal(yoke_doc_apply(h->clients[VICTIM].doc, yoke_blob_view(&all), 0, NULL),
                     YOKE_OK);
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    show(h, OTHER, 100 + OTHER, 1, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
    house_deliver(h);
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "lost seed\n");
    yoke_blob_free(&all);
}

/* One frame that its holder vouches for lets no other pass; nor does an answer to a question that
 * was asked before the message came. */
static void each_message_needs_a_word_of_its_own(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_STEP2, "both ");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "both and more ");
    house_type(h, VICTIM, "both ");
    house_deliver(h);
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_string_equal(house_room_text(h), "both seed\n");
}

/* Letters of a writer whose first clock is the one given; their base is missing, so they wait. */
static size_t put_orphan_of(uint8_t *out, uint8_t id, uint8_t clock, const char *text)
{
    const uint8_t head[] = {1, 1, id, clock, 0x84, id, (uint8_t)(clock - 1)};
    size_t len = strlen(text);
    memcpy(out, head, sizeof head);
    out[sizeof head] = (uint8_t)len;
    memcpy(out + sizeof head + 1, text, len);
    out[sizeof head + 1 + len] = 0;
    return sizeof head + 2 + len;
}

static size_t put_orphan(uint8_t *out, uint8_t clock, const char *text)
{
    return put_orphan_of(out, 100 + OTHER, clock, text);
}

/* Clients answer with what waits in theirs too; its writer may deny it, and harms nobody. */
static void who_passes_on_what_waits_is_no_forger(void **state)
{
    house *h = *state;
    uint8_t orphan[40];
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    show(h, OTHER, 100 + OTHER, 1, "{}");
    house_say(h, OTHER, SYNC_UPDATE, bytes_of(orphan, put_orphan(orphan, 10, "xyz")));
    house_deliver(h);
    yoke_blob all = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_encode(h->clients[VICTIM].doc, YOKE_NONE, YOKE_ENCODE_PENDING, &all),
                     YOKE_OK);
    house_say(h, VICTIM, SYNC_STEP2, bytes_of(all.ptr, all.len_bytes));
    yoke_blob_free(&all);
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_false(room_tick_soon(h->room));
    /* More than waits is not its to bring, before it or behind. */
    for (uint8_t clock = 9; clock <= 12; clock += 3) {
        house_say(h, WITNESS, SYNC_UPDATE, bytes_of(orphan, put_orphan(orphan, clock, "ab")));
        house_deliver(h);
        assert_int_equal(h->clients[WITNESS].close_code, 1008);
        house_join_editor(h, WITNESS);
        house_deliver(h);
    }
}

/* Two are asked, and the answer of each brings what waits in the name of the other, so that each
 * answer would be a reason to ask again. */
static void what_waits_raises_no_questions(void **state)
{
    house *h = *state;
    uint8_t orphan[40];
    yoke_blob all = YOKE_BLOB_INIT;
    /* Two stretches of each, with a gap: nobody held the ids when they came. */
    for (uint8_t id = VICTIM_ID; id <= 100 + OTHER; id++)
        for (uint8_t clock = 10; clock <= 20; clock += 10)
            house_say(h, WITNESS, SYNC_UPDATE,
                      bytes_of(orphan, put_orphan_of(orphan, id, clock, "xyz")));
    house_deliver(h);
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    show(h, OTHER, 100 + OTHER, 1, "{}");
    size_t asked = house_count(h, OTHER, SYNC_STEP1);
    assert_int_equal(yoke_doc_encode(h->clients[VICTIM].doc, YOKE_NONE, YOKE_ENCODE_PENDING, &all),
                     YOKE_OK);
    house_say(h, VICTIM, SYNC_STEP2, bytes_of(all.ptr, all.len_bytes));
    yoke_blob_free(&all);
    assert_int_equal(house_count(h, OTHER, SYNC_STEP1), asked);
    assert_false(room_tick_soon(h->room));
    /* In the gap between what waits there is room for a forgery. */
    house_say(h, WITNESS, SYNC_UPDATE, bytes_of(orphan, put_orphan(orphan, 15, "ab")));
    assert_int_equal(house_count(h, OTHER, SYNC_STEP1), asked + 1);
    house_deliver(h); /* OTHER's answer brings what waits of VICTIM's */
    assert_int_equal(h->clients[WITNESS].close_code, 1008);
    assert_int_equal(house_count(h, OTHER, SYNC_STEP1), asked + 1);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_int_equal(h->clients[OTHER].close_code, 0);
    assert_false(room_tick_soon(h->room));
}

static void what_is_known_may_be_repeated_by_all(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    house_type(h, VICTIM, "mine ");
    house_deliver(h);
    yoke_blob all = YOKE_BLOB_INIT;
    assert_int_equal(yoke_doc_encode(h->clients[OTHER].doc, YOKE_NONE, 0, &all), YOKE_OK);
    house_say(h, OTHER, SYNC_STEP2, bytes_of(all.ptr, all.len_bytes));
    house_say(h, OTHER, SYNC_UPDATE, bytes_of(all.ptr, all.len_bytes));
    yoke_blob_free(&all);
    assert_false(room_tick_soon(h->room));
    assert_int_equal(h->clients[OTHER].close_code, 0);
}

static void what_waits_behind_a_held_message_is_bounded(void **state)
{
    house *h = *state;
    h->limits.loading_bytes = 200;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    for (int i = 0; i < 20; i++)
        write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "0123456789");
    assert_int_equal(h->clients[OTHER].close_code, 1013);
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "seed\n");
}

static void two_who_claim_each_other_do_not_wait_for_ever(void **state)
{
    house *h = *state;
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    show(h, OTHER, 100 + OTHER, 1, "{}");
    write_as(h, VICTIM, 100 + OTHER, SYNC_UPDATE, "a ");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "b ");
    house_deliver(h);
    for (int i = 0; i < 10 && room_tick_soon(h->room); i++) {
        pass(h, 1000);
        house_deliver(h);
    }
    assert_false(room_tick_soon(h->room));
}

static void memory_may_lack_at_any_step(void **state)
{
    (void)state;
    for (size_t n = 0; n < 60; n++) {
        void *built;
        build(&built);
        house *h = built;
        show(h, VICTIM, VICTIM_ID, 1, "{}");
        h->allocations_left = n;
        write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
        h->allocations_left = SIZE_MAX;
        house_deliver(h);
        pass(h, 5000);
        assert_false(room_tick_soon(h->room));
        house_type(h, VICTIM, "mine ");
        if (h->clients[VICTIM].close_code == 0)
            assert_int_equal(strncmp(house_room_text(h), "mine ", 5), 0);
        house_free(h);
    }
}

/* Nor to see what waits: then it is held and asked for, and nobody is refused for it. */
static void memory_may_lack_to_see_what_waits(void **state)
{
    (void)state;
    for (size_t n = 0; n < 60; n++) {
        void *built;
        uint8_t orphan[40];
        build(&built);
        house *h = built;
        size_t len = put_orphan_of(orphan, VICTIM_ID, 10, "xyz");
        house_say(h, WITNESS, SYNC_UPDATE, bytes_of(orphan, len));
        house_deliver(h);
        show(h, VICTIM, VICTIM_ID, 1, "{}");
        h->allocations_left = n;
        house_say(h, OTHER, SYNC_UPDATE, bytes_of(orphan, len));
        h->allocations_left = SIZE_MAX;
        house_deliver(h);
        pass(h, 5000);
        assert_false(room_tick_soon(h->room));
        /* Whoever could not be told something has to come back, with 1013. */
        assert_int_not_equal(h->clients[VICTIM].close_code, 1008);
        assert_int_not_equal(h->clients[OTHER].close_code, 1008);
        house_free(h);
    }
}

/* ---- who shows what was written with is nobody ---- */

static void leave(house *h, size_t i)
{
    room_on_leave(h->room, h->clients[i].session, h->now_ms);
    h->clients[i].session = 0;
}

/* Client i joins as `person`. */
static void join_known(house *h, size_t i, uint64_t person)
{
    house_join(
        h, i,
        &(room_join){.tandem_v1 = true, .role = ROLE_EDITOR, .name = "Ada", .person = person});
    house_deliver(h);
}

static void a_squatter_keeps_nobody_out(void **state)
{
    house *h = *state;
    house_type(h, VICTIM, "before ");
    house_deliver(h);
    leave(h, VICTIM);
    show(h, OTHER, VICTIM_ID, 50, "{}");
    /* It comes back on a new socket, and nothing tells who it is but what it has. */
    size_t asked = house_count(h, OTHER, SYNC_STEP1);
    write_as(h, WITNESS, VICTIM_ID, SYNC_STEP2, "offline ");
    assert_int_equal(house_count(h, OTHER, SYNC_STEP1), asked);
    assert_false(room_tick_soon(h->room));
    house_deliver(h);
    assert_int_equal(h->clients[WITNESS].close_code, 0);
    assert_int_equal(strlen(house_room_text(h)), strlen("offline before seed\n"));
}

static void a_writer_without_presence_is_not_thrown_out(void **state)
{
    house *h = *state;
    house_type(h, VICTIM, "a ");
    show(h, OTHER, VICTIM_ID, 50, "{}");
    house_type(h, VICTIM, "b ");
    assert_false(room_tick_soon(h->room));
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_string_equal(house_room_text(h), "b a seed\n");
    /* And it keeps the id against the one who shows it. */
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
    house_deliver(h);
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_string_equal(house_room_text(h), "b a seed\n");
}

static void a_known_person_keeps_the_id_while_away(void **state)
{
    house *h = *state;
    leave(h, VICTIM);
    join_known(h, VICTIM, 5);
    house_type(h, VICTIM, "before ");
    house_deliver(h);
    leave(h, VICTIM);
    show(h, OTHER, VICTIM_ID, 50, "{}");
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_true(house_heard(h, OTHER, "client_id_lease"));
    leave(h, WITNESS);
    join_known(h, WITNESS, 5);
    write_as(h, WITNESS, VICTIM_ID, SYNC_STEP2, "offline ");
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "offline before seed\n");
    assert_int_equal(h->clients[WITNESS].close_code, 0);
}

static void a_known_person_returns_beside_a_dead_socket_at_once(void **state)
{
    house *h = *state;
    leave(h, VICTIM);
    join_known(h, VICTIM, 5);
    show(h, VICTIM, VICTIM_ID, 1, "{}");
    house_type(h, VICTIM, "before ");
    house_deliver(h);
    leave(h, WITNESS);
    join_known(h, WITNESS, 5); /* nobody knows yet that the first socket is dead */
    write_as(h, WITNESS, VICTIM_ID, SYNC_STEP2, "offline ");
    assert_false(room_tick_soon(h->room));
    assert_string_equal(house_room_text(h), "offline before seed\n");
}

static void the_silence_of_a_known_person_frees_nothing(void **state)
{
    house *h = *state;
    leave(h, VICTIM);
    join_known(h, VICTIM, 5);
    house_type(h, VICTIM, "before ");
    house_deliver(h);
    write_as(h, OTHER, VICTIM_ID, SYNC_UPDATE, "forged ");
    assert_true(room_tick_soon(h->room));
    pass(h, 3000); /* its page is frozen and answers nothing */
    assert_int_equal(h->clients[OTHER].close_code, 1008);
    assert_string_equal(house_room_text(h), "before seed\n");
}

static void who_passes_on_the_edits_of_several_keeps_none_of_their_ids(void **state)
{
    house *h = *state;
    yoke_blob all = YOKE_BLOB_INIT;
    yoke_type root;
    /* OTHER has it all by another way, before its writer says a word. */
    yoke_doc *doc = h->clients[OTHER].doc;
    assert_int_equal(yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &root), YOKE_OK);
    assert_int_equal(yoke_text_insert(h->clients[VICTIM].doc, root, 0, YOKE_STR("v ")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(h->clients[VICTIM].doc, YOKE_NONE, 0, &all), YOKE_OK);
    assert_int_equal(yoke_doc_apply(doc, yoke_blob_view(&all), 0, NULL), YOKE_OK);
    assert_int_equal(yoke_text_insert(doc, root, 0, YOKE_STR("o ")), YOKE_OK);
    assert_int_equal(yoke_doc_encode(doc, YOKE_NONE, 0, &all), YOKE_OK);
    house_say(h, OTHER, SYNC_STEP2, bytes_of(all.ptr, all.len_bytes));
    yoke_blob_free(&all);
    house_type(h, VICTIM, "and on ");
    assert_false(room_tick_soon(h->room));
    house_deliver(h);
    assert_int_equal(h->clients[VICTIM].close_code, 0);
    assert_int_equal(strlen(house_room_text(h)), strlen("and on o v seed\n"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_forger_is_closed_and_the_victim_unharmed),
        CASE(a_forgery_that_comes_first_still_loses),
        CASE(a_relay_of_what_its_writer_sends_too_passes),
        CASE(one_who_returns_beside_a_dead_socket_keeps_its_edits),
        CASE(an_id_is_free_when_its_holder_goes),
        CASE(an_id_is_free_when_it_is_shown_no_more),
        CASE(two_who_bring_each_other_s_edits_both_pass),
        CASE(a_forger_cannot_hold_up_the_word_of_its_victim),
        CASE(each_message_needs_a_word_of_its_own),
        CASE(who_passes_on_what_waits_is_no_forger),
        CASE(what_waits_raises_no_questions),
        CASE(what_is_known_may_be_repeated_by_all),
        CASE(what_waits_behind_a_held_message_is_bounded),
        CASE(two_who_claim_each_other_do_not_wait_for_ever),
        CASE(a_squatter_keeps_nobody_out),
        CASE(a_writer_without_presence_is_not_thrown_out),
        CASE(a_known_person_keeps_the_id_while_away),
        CASE(a_known_person_returns_beside_a_dead_socket_at_once),
        CASE(the_silence_of_a_known_person_frees_nothing),
        CASE(who_passes_on_the_edits_of_several_keeps_none_of_their_ids),
        cmocka_unit_test(memory_may_lack_at_any_step),
        cmocka_unit_test(memory_may_lack_to_see_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
