/* What a session says, in which order, and what a server can do to it.  The document is a toy: the
 * simulator has the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/session.h"
#include "client/test/scarce.h"
#include "wire/ws.h"

#define SECOND INT64_C(1000000)
#define EPOCH "00112233445566778899aabbccddeeff"
#define OTHER "ff112233445566778899aabbccddee00"
#define HELLO(epoch) "{\"type\":\"hello\",\"role\":\"editor\",\"epoch\":\"" epoch "\"}"

/* An owner that writes down what is asked of it, and may interrupt. */
typedef struct owner {
    client_session session;
    scarce memory;
    buf log;
    bool unwelcome;
    bool silent;        /* has no presence to show */
    unsigned calls;     /* of the port */
    unsigned interrupt; /* at this call the connection is closed; 0: never */
    bool reopen;        /* and another one is there at once */
    int64_t now_us;
} owner;

static void called(owner *o)
{
    if (++o->calls != o->interrupt)
        return;
    client_session_closed(&o->session);
    if (o->reopen)
        client_session_opened(&o->session, CLIENT_TANDEM_V1, o->now_us);
}

static void note(owner *o, const char *what, bytes about)
{
    buf_put_str(&o->log, what);
    if (about.len_bytes > 0)
        buf_put_str(&o->log, " ");
    buf_put_bytes(&o->log, about);
    buf_put_str(&o->log, "\n");
}

static void on_send(void *ctx, const sync_msg *msg)
{
    static const char *const names[] = {"> step1", "> step2", "> update", "> presence", "> denied",
                                        "> query", "> ack",   "> event",  "> unknown"};
    note(ctx, names[msg->tag], msg->body);
    called(ctx);
}

static int state_vector(void *ctx, buf *out)
{
    buf_put_str(out, "sv");
    called(ctx);
    return 0;
}

static int encode_since(void *ctx, bytes sv, buf *out)
{
    buf_put_str(out, "since ");
    buf_put_bytes(out, sv);
    called(ctx);
    return bytes_equal(sv, bytes_of_str("bad")) ? -1 : 0;
}

static int on_apply(void *ctx, sync_tag tag, bytes update)
{
    note(ctx, tag == SYNC_STEP2 ? "apply step2" : "apply", update);
    called(ctx);
    return bytes_equal(update, bytes_of_str("bad")) ? -1 : 0;
}

static void put_presence(void *ctx, client_presence which, buf *out)
{
    owner *o = ctx;
    if (!o->silent)
        buf_put_str(out, which == CLIENT_PRESENCE_NEWER ? "newer" : "again");
    called(o);
}

static void on_presence(void *ctx, bytes update)
{
    note(ctx, "presence", update);
    called(ctx);
}

static bool on_welcome(void *ctx, const client_hello *hello)
{
    owner *o = ctx;
    note(o, "hello", hello->role);
    called(o);
    return !o->unwelcome;
}

static void on_event(void *ctx, bytes json)
{
    note(ctx, "event", json);
    called(ctx);
}

static void on_acked(void *ctx, uint64_t frames)
{
    char text[24];
    snprintf(text, sizeof text, "%d", (int)frames);
    note(ctx, "acked", bytes_of_str(text));
    called(ctx);
}

static void on_denied(void *ctx, bytes reason)
{
    note(ctx, "denied", reason);
    called(ctx);
}

static void on_end(void *ctx, client_end why)
{
    note(ctx, "end", bytes_of_str(client_end_text(why)));
    called(ctx);
}

static const client_port port = {on_send,      state_vector, encode_since, on_apply,
                                 put_presence, on_presence,  on_welcome,   on_event,
                                 on_acked,     on_denied,    on_end};

static int build(void **state)
{
    owner *o = calloc(1, sizeof *o);
    if (o == NULL)
        return -1;
    scarce_init(&o->memory, SIZE_MAX);
    buf_init(&o->log, base_alloc_libc(), 1 << 20);
    client_session_init(&o->session, &(client_options){&port, o, &o->memory.alloc, 1000});
    *state = o;
    return 0;
}

static int tear_down(void **state)
{
    owner *o = *state;
    client_session_deinit(&o->session);
    assert_int_equal(o->memory.held_bytes, 0);
    buf_deinit(&o->log);
    free(o);
    return 0;
}

static void expect(owner *o, const char *log)
{
    buf_put_u8(&o->log, 0);
    assert_string_equal((const char *)o->log.ptr, log);
    buf_clear(&o->log);
}

static void hear(owner *o, sync_tag tag, const char *body)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 4096);
    sync_put(&b, &(sync_msg){.tag = tag, .body = bytes_of_str(body)});
    client_session_message(&o->session, buf_view(&b), o->now_us);
    buf_deinit(&b);
}

static void hear_ack(owner *o, uint64_t count)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 100);
    sync_put(&b, &(sync_msg){.tag = SYNC_ACK, .count = count});
    client_session_message(&o->session, buf_view(&b), o->now_us);
    buf_deinit(&b);
}

static void edit(owner *o, const char *update)
{
    client_session_edited(&o->session, bytes_of_str(update));
}

static void open_(owner *o)
{
    client_session_opened(&o->session, CLIENT_TANDEM_V1, o->now_us);
}

/* Connected, greeted, step 2 both ways. */
static void join(owner *o)
{
    open_(o);
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    hear(o, SYNC_STEP1, "theirs");
    hear(o, SYNC_STEP2, "all");
    buf_clear(&o->log);
}

/* ----------------------------------------------------------------------------------- tests --- */

static void nothing_of_ours_before_hello(void **state)
{
    owner *o = *state;
    edit(o, "offline");
    open_(o);
    expect(o, "> step1 sv\n");
    edit(o, "early");
    hear(o, SYNC_STEP1, "theirs");
    hear(o, SYNC_STEP2, "all");
    assert_false(client_session_show(&o->session));
    assert_false(client_session_say(&o->session, bytes_of_str("{}")));
    expect(o, "");
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    expect(o, "hello editor\n> presence newer\n> step2 since theirs\napply step2 all\n");
    assert_string_equal(o->session.epoch, EPOCH);
    assert_true(o->session.synced);
    edit(o, "now");
    expect(o, "> update now\n");
    assert_true(client_session_show(&o->session));
    assert_true(client_session_say(&o->session, bytes_of_str("{}")));
    hear(o, SYNC_QUERY_AWARENESS, "");
    expect(o, "> presence again\n> event {}\n> presence again\n");
}

static void an_ack_counts_frames(void **state)
{
    owner *o = *state;
    join(o);
    assert_false(client_session_saved(&o->session));
    hear_ack(o, 1);
    assert_true(client_session_saved(&o->session));
    edit(o, "a");
    edit(o, "b");
    hear_ack(o, 1);
    assert_false(client_session_saved(&o->session));
    hear_ack(o, 3);
    assert_true(client_session_saved(&o->session));
    expect(o, "acked 1\n> update a\n> update b\nacked 1\nacked 3\n");
    hear_ack(o, 2);
    expect(o, "end the server acknowledged what was not sent\n");
    edit(o, "c"); /* nobody hears it, the next step 2 has it */
    hear(o, SYNC_UPDATE, "x");
    expect(o, "");
    assert_false(client_session_saved(&o->session));
}

static void an_ack_of_more_than_was_sent(void **state)
{
    owner *o = *state;
    join(o);
    hear_ack(o, 2);
    expect(o, "end the server acknowledged what was not sent\n");
}

static void what_was_not_acked_is_loose_again(void **state)
{
    owner *o = *state;
    join(o);
    edit(o, "a");
    hear_ack(o, 1);
    client_session_closed(&o->session);
    assert_true(o->session.loose);
    buf_clear(&o->log);
    open_(o);
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    hear(o, SYNC_STEP1, "less");
    expect(o, "> step1 sv\nhello editor\n> presence newer\n> step2 since less\n");
    hear_ack(o, 1);
    assert_true(client_session_saved(&o->session));
    client_session_closed(&o->session);
    assert_false(o->session.loose);
}

static void histories_are_never_merged(void **state)
{
    owner *o = *state;
    assert_int_equal(client_session_resume(&o->session, "short"), BASE_EMALFORMED);
    assert_int_equal(client_session_resume(&o->session, EPOCH), BASE_OK);
    open_(o);
    hear(o, SYNC_STEP1, "theirs");
    hear(o, SYNC_EVENT, HELLO(OTHER));
    expect(o, "> step1 sv\nend the room has another history now\n");
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    hear(o, SYNC_STEP1, "theirs");
    client_session_tick(&o->session, 100 * SECOND);
    expect(o, "");
    client_session_closed(&o->session);
    client_session_start_over(&o->session);
    assert_false(o->session.loose);
    open_(o);
    hear(o, SYNC_EVENT, HELLO(OTHER));
    expect(o, "> step1 sv\nhello editor\n> presence newer\n");
    /* A second hello, of a room that was restored meanwhile. */
    hear(o, SYNC_EVENT, HELLO(OTHER));
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    expect(o, "hello editor\nend the room has another history now\n");
    assert_string_equal(o->session.epoch, OTHER);
}

static void the_owner_may_refuse(void **state)
{
    owner *o = *state;
    o->unwelcome = true;
    open_(o);
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    expect(o, "> step1 sv\nhello editor\nend the room is not the one that was wanted\n");
    assert_string_equal(o->session.epoch, "");
}

static void starting_over_gives_the_connection_up(void **state)
{
    owner *o = *state;
    join(o);
    edit(o, "a");
    client_session_start_over(&o->session);
    buf_clear(&o->log);
    hear(o, SYNC_UPDATE, "x");
    edit(o, "b");
    expect(o, "");
    client_session_closed(&o->session);
    assert_true(o->session.loose); /* b */
}

static void a_refused_write_is_not_saved(void **state)
{
    owner *o = *state;
    join(o);
    edit(o, "a");
    hear(o, SYNC_DENIED, "read-only");
    hear_ack(o, 2);
    assert_false(client_session_saved(&o->session));
    expect(o, "> update a\ndenied read-only\nacked 2\n");
    client_session_closed(&o->session);
    join(o);
    hear_ack(o, 1);
    assert_true(client_session_saved(&o->session));
}

static void hello_that_does_not_come(void **state)
{
    owner *o = *state;
    o->now_us = 5 * SECOND;
    open_(o);
    hear(o, SYNC_STEP1, "theirs");
    client_session_tick(&o->session, 8 * SECOND - 1);
    expect(o, "> step1 sv\n");
    client_session_tick(&o->session, 8 * SECOND);
    expect(o, "> presence newer\n> step2 since theirs\n");
    client_session_tick(&o->session, 9 * SECOND);
    hear(o, SYNC_EVENT, HELLO(EPOCH)); /* late, and still looked at */
    expect(o, "hello editor\n");
}

static void silence(void **state)
{
    owner *o = *state;
    open_(o);
    client_session_tick(&o->session, 3 * SECOND);
    client_session_tick(&o->session, 15 * SECOND);
    expect(o, "> step1 sv\n> presence newer\n");
    client_session_tick(&o->session, 15 * SECOND + 1);
    expect(o, "end the server is silent\n");
    client_session_closed(&o->session);
    join(o);
    client_session_tick(&o->session, 30 * SECOND);
    expect(o, "");
    client_session_tick(&o->session, 31 * SECOND);
    expect(o, "> presence again\n");
    client_session_heard(&o->session, 40 * SECOND); /* a ping will do */
    client_session_tick(&o->session, 70 * SECOND);
    expect(o, "");
    client_session_tick(&o->session, 71 * SECOND);
    client_session_tick(&o->session, 81 * SECOND);
    expect(o, "> presence again\n");
    client_session_tick(&o->session, 82 * SECOND);
    client_session_tick(&o->session, 200 * SECOND);
    expect(o, "end the server is silent\n");
}

static void a_plain_server(void **state)
{
    owner *o = *state;
    client_session_opened(&o->session, CLIENT_PLAIN, 0);
    expect(o, "> step1 sv\n> presence newer\n");
    hear(o, SYNC_STEP1, "theirs");
    hear(o, SYNC_STEP2, "all");
    edit(o, "a");
    expect(o, "> step2 since theirs\napply step2 all\n> update a\n");
    assert_false(client_session_say(&o->session, bytes_of_str("{}")));
    assert_false(client_session_saved(&o->session)); /* it confirms nothing */
}

static void a_viewer_is_never_asked(void **state)
{
    owner *o = *state;
    open_(o);
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    hear(o, SYNC_STEP2, "all");
    edit(o, "a");
    expect(o, "> step1 sv\nhello editor\n> presence newer\napply step2 all\n");
    hear(o, SYNC_STEP1, "theirs"); /* now it may write */
    expect(o, "> step2 since theirs\n");
}

static void others_are_passed_on(void **state)
{
    owner *o = *state;
    open_(o);
    hear(o, SYNC_EVENT, "{\"type\":\"notice\"}"); /* events do not wait */
    hear(o, SYNC_AWARENESS, "Ann");
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    expect(o, "> step1 sv\nevent {\"type\":\"notice\"}\nhello editor\n> presence newer\n"
              "presence Ann\n");
    static const uint8_t unknown[] = {99, 1, 2};
    client_session_message(&o->session, bytes_of(unknown, 3), 0);
    hear(o, SYNC_UPDATE, "b");
    expect(o, "apply b\n");
    o->silent = true;
    hear(o, SYNC_QUERY_AWARENESS, "");
    assert_true(client_session_show(&o->session));
    expect(o, "");
}

static void what_a_server_must_not_send(void **state)
{
    static const struct {
        sync_tag tag;
        const char *body, *end;
    } cases[] = {
        {SYNC_EVENT, "no json", "end the server sent what is no message\n"},
        {SYNC_EVENT, "{\"type\":\"hello\"}", "end the server did not say which history it keeps\n"},
        {SYNC_STEP1, "bad", "end the document refused what the server sent\n"},
        {SYNC_UPDATE, "bad", "apply bad\nend the document refused what the server sent\n"},
        {SYNC_STEP2, "bad", "apply step2 bad\nend the document refused what the server sent\n"},
    };
    owner *o = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        join(o);
        hear(o, cases[i].tag, cases[i].body);
        expect(o, cases[i].end);
        client_session_closed(&o->session);
    }
    static const uint8_t broken[][3] = {{0}, {0, 9, 0}, {1, 5, 0}, {120}, {0x80}};
    static const size_t sizes[] = {1, 3, 3, 1, 1};
    for (size_t i = 0; i < 6; i++) {
        join(o);
        client_session_message(&o->session, bytes_of(broken[i % 5], i < 5 ? sizes[i] : 0), 0);
        expect(o, "end the server sent what is no message\n");
        client_session_closed(&o->session);
    }
}

static void what_comes_before_hello_is_bounded(void **state)
{
    owner *o = *state;
    open_(o);
    for (int i = 0; i < CLIENT_EARLY_MAX; i++)
        hear(o, SYNC_UPDATE, "u");
    expect(o, "> step1 sv\n");
    hear(o, SYNC_UPDATE, "u");
    expect(o, "end the server sent too much before its hello\n");
    client_session_closed(&o->session);
    open_(o);
    char big[600];
    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = '\0';
    hear(o, SYNC_UPDATE, big);
    buf_clear(&o->log);
    hear(o, SYNC_UPDATE, big);
    expect(o, "end the server sent too much before its hello\n");
    client_session_closed(&o->session);
    assert_int_equal(o->memory.held_bytes, 0);
}

/* A visit with everything in it; what fails on the way does not matter. */
static void visit(owner *o)
{
    open_(o);
    hear(o, SYNC_STEP1, "theirs");
    hear(o, SYNC_AWARENESS, "Ann");
    hear(o, SYNC_EVENT, HELLO(EPOCH));
    hear(o, SYNC_STEP2, "all");
    edit(o, "a");
    hear_ack(o, 1);
    hear(o, SYNC_QUERY_AWARENESS, "");
    hear(o, SYNC_EVENT, "{\"type\":\"chat\"}");
    (void)client_session_show(&o->session);
    (void)client_session_say(&o->session, bytes_of_str("{}"));
    hear(o, SYNC_DENIED, "no");
    client_session_tick(&o->session, o->now_us + 31 * SECOND);
    hear_ack(o, 90);
}

/* The owner closes the connection, or has another one at once, in any call of the port: nothing is
 * sent of the old one any more, and the next visit is as the first. */
static void the_owner_may_interrupt(void **state)
{
    owner *o = *state;
    visit(o);
    unsigned calls = o->calls;
    assert_true(calls > 15);
    for (unsigned k = 1; k <= 2 * calls; k++) {
        client_session_closed(&o->session);
        client_session_start_over(&o->session);
        buf_clear(&o->log);
        o->calls = 0;
        o->interrupt = (k + 1) / 2;
        o->reopen = k % 2 == 0;
        visit(o);
        if (!o->reopen) {
            assert_false(o->session.open);
            assert_int_equal(o->session.frames, 0);
            assert_int_equal(o->session.early_count, 0);
        }
        o->interrupt = 0;
        client_session_closed(&o->session);
        buf_clear(&o->log);
        join(o);
        edit(o, "after");
        expect(o, "> update after\n");
        assert_int_equal(o->session.frames, 2);
    }
}

static void every_allocation_may_fail(void **state)
{
    owner *o = *state;
    visit(o);
    size_t requests = o->memory.requests;
    assert_true(requests > 4);
    for (size_t n = 0; n < requests; n++) {
        client_session_closed(&o->session);
        client_session_start_over(&o->session);
        assert_int_equal(o->memory.held_bytes, 0);
        buf_clear(&o->log);
        o->memory.until = n;
        visit(o);
        assert_int_equal(o->memory.until, SIZE_MAX);
        buf_put_u8(&o->log, 0);
        assert_non_null(strstr((const char *)o->log.ptr, "end out of memory\n"));
        assert_false(o->session.open);
        client_session_closed(&o->session);
        join(o); /* with memory again */
        assert_true(o->session.synced);
    }
}

/* Bytes by lot, and good messages with a byte changed: whatever it is, it is said or passed on. */
static void hostile_bytes(void **state)
{
    owner *o = *state;
    uint64_t lot = 88172645463325252u;
    buf b;
    buf_init(&b, base_alloc_libc(), 4096);
    for (int i = 0; i < 20000; i++) {
        if (!o->session.open) {
            client_session_closed(&o->session);
            client_session_start_over(&o->session);
            open_(o);
        }
        lot ^= lot << 13, lot ^= lot >> 7, lot ^= lot << 17;
        buf_clear(&b);
        static const char *const bodies[] = {HELLO(EPOCH), "{\"type\":\"x\"}", "", "theirs"};
        sync_put(&b, &(sync_msg){.tag = (sync_tag)(lot % SYNC_UNKNOWN),
                                 .body = bytes_of_str(bodies[lot >> 8 & 3]),
                                 .count = lot >> 16 & 3});
        if ((lot >> 20 & 3) == 0)
            b.ptr[(lot >> 24) % b.len_bytes] = (uint8_t)(lot >> 32);
        client_session_message(&o->session, buf_view(&b), i);
        if (o->log.len_bytes > 100000)
            buf_clear(&o->log);
        assert_true(o->session.acked <= o->session.frames);
        assert_true(o->memory.held_bytes < 2048);
    }
    buf_deinit(&b);
}

static void what_a_close_code_means(void **state)
{
    (void)state;
    bytes none = {NULL, 0};
    assert_int_equal(client_next_of(1012, bytes_of_str("restart")), CLIENT_NEXT_RETRY);
    assert_int_equal(client_next_of(1006, none), CLIENT_NEXT_RETRY);
    assert_int_equal(client_next_of(1008, bytes_of_str("client id is taken")), CLIENT_NEXT_NEW_ID);
    assert_int_equal(client_next_of(1008, bytes_of_str("client")), CLIENT_NEXT_RETRY);
    assert_int_equal(client_next_of(1013, bytes_of_str("room_members: full")), CLIENT_NEXT_FULL);
    assert_int_equal(client_next_of(1013, none), CLIENT_NEXT_RETRY);
    assert_int_equal(client_next_of(4400, none), CLIENT_NEXT_NOT_ANY);
    assert_int_equal(client_next_of(4499, none), CLIENT_NEXT_NOT_ANY);
    assert_int_equal(client_next_of(4399, none), CLIENT_NEXT_RETRY);
    assert_int_equal(client_next_of(4500, none), CLIENT_NEXT_RETRY);
    static const int64_t ms[] = {300, 600, 1200, 2400, 4800, 9600, 10000, 10000};
    for (unsigned n = 0; n < 8; n++)
        assert_int_equal(client_backoff_us(n), ms[n] * 1000);
    assert_int_equal(client_backoff_us(4000000000u), 10 * SECOND);
    assert_int_equal(client_end_code(CLIENT_END_ACK), WS_CLOSE_UNSUPPORTED);
    assert_int_equal(client_end_code(CLIENT_END_NO_MEMORY), WS_CLOSE_TRY_LATER);
    assert_int_equal(client_end_code(CLIENT_END_HISTORY), WS_CLOSE_NORMAL);
}

#define EACH(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(nothing_of_ours_before_hello),
        EACH(an_ack_counts_frames),
        EACH(an_ack_of_more_than_was_sent),
        EACH(what_was_not_acked_is_loose_again),
        EACH(histories_are_never_merged),
        EACH(the_owner_may_refuse),
        EACH(starting_over_gives_the_connection_up),
        EACH(a_refused_write_is_not_saved),
        EACH(hello_that_does_not_come),
        EACH(silence),
        EACH(a_plain_server),
        EACH(a_viewer_is_never_asked),
        EACH(others_are_passed_on),
        EACH(what_a_server_must_not_send),
        EACH(what_comes_before_hello_is_bounded),
        EACH(the_owner_may_interrupt),
        EACH(every_allocation_may_fail),
        EACH(hostile_bytes),
        cmocka_unit_test(what_a_close_code_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
