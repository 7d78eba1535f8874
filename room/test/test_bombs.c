/* Short messages that claim much: what each may cost in memory.  Nothing here measures time.
 * `taken_bytes` adds up all that was ever asked of the allocator, `moved_bytes` what had to be
 * copied when something grew - where work grows with the square of the input, that shows it - and
 * `peak_bytes` is the most that was held at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/varint.h"
#include "room/room.h"
#include "room/test/idle_sink.h"
#include "wire/awareness.h"
#include "wire/json.h"
#include "wire/sync.h"

#include <yoke/yoke.h>

#include <stdlib.h>

typedef struct purse {
    base_alloc alloc;
    size_t held_bytes, peak_bytes, taken_bytes, moved_bytes;
} purse;

static void *take(void *ctx, size_t size_bytes)
{
    purse *p = ctx;
    void *ptr = malloc(size_bytes);
    assert_non_null(ptr);
    p->held_bytes += size_bytes;
    p->taken_bytes += size_bytes;
    if (p->held_bytes > p->peak_bytes)
        p->peak_bytes = p->held_bytes;
    return ptr;
}

static void give(void *ctx, void *ptr, size_t size_bytes)
{
    ((purse *)ctx)->held_bytes -= size_bytes;
    free(ptr);
}

static void *exchange(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    void *moved = take(ctx, new_bytes);
    if (ptr != NULL) {
        ((purse *)ctx)->moved_bytes += old_bytes;
        memcpy(moved, ptr, old_bytes < new_bytes ? old_bytes : new_bytes);
        give(ctx, ptr, old_bytes);
    }
    return moved;
}

/* ---------------------------------------------------------------------------------- a room --- */

typedef struct house {
    purse purse;
    limits limits;
    room_sink sink;
    room *room;
    unsigned close_code;
    size_t rows;
    size_t sent_bytes;
} house;

static void on_send(void *ctx, uint64_t session, frame *f)
{
    (void)session;
    ((house *)ctx)->sent_bytes += f->len_bytes;
}

static void on_send_newest(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    (void)key;
    on_send(ctx, session, f);
}

static void on_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    (void)session;
    (void)reason;
    ((house *)ctx)->close_code = code;
}

static void on_append(void *ctx, room *r, const room_row *row)
{
    (void)r;
    (void)row;
    ((house *)ctx)->rows++;
}

static void join(house *h)
{
    room_join as = {.tandem_v1 = true, .role = ROLE_EDITOR, .name = "a"};
    assert_int_equal(room_on_join(h->room, 1, &as, 1000), BASE_OK);
    h->close_code = 0;
}

static int build(void **state)
{
    house *h = calloc(1, sizeof *h);
    assert_non_null(h);
    h->purse.alloc = (base_alloc){&h->purse, take, exchange, give};
    limits_init(&h->limits);
    h->limits.pending_structs = 4000;
    h->limits.pending_bytes_per_connection = SIZE_MAX; /* the bombs are meant for the room */
    h->sink = (room_sink){h,         on_send,       on_send_newest, on_close,  idle_load,
                          on_append, idle_snapshot, idle_author,    idle_chat, idle_log};
    h->room = room_new(&(room_options){"r", &h->limits, &h->sink, &h->purse.alloc});
    assert_non_null(h->room);
    join(h);
    store_loaded empty = {.room = {.id = "r", .name = "r", .language = "python"}};
    assert_int_equal(room_on_loaded(h->room, &empty, 1000), BASE_OK);
    h->purse.taken_bytes = 0;
    h->purse.peak_bytes = h->purse.held_bytes;
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    house *h = *state;
    room_free(h->room);
    assert_int_equal(h->purse.held_bytes, 0);
    free(h);
    return 0;
}

static void say(house *h, sync_tag tag, bytes body)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 24);
    sync_put(&b, &(sync_msg){.tag = tag, .body = body});
    assert_int_equal(buf_err(&b), BASE_OK);
    room_on_message(h->room, 1, buf_view(&b), 1000);
    assert_null(room_check(h->room));
    buf_deinit(&b);
}

static buf new_buf(void)
{
    buf b;
    buf_init(&b, base_alloc_libc(), 1 << 24);
    return b;
}

/* --------------------------------------------------------------------------------- numbers --- */

/* More than 53 bits, no end, or behind the end of the bytes: never a number (T7). */
static void numbers_have_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        size_t n;
    } bad[] = {
        {"", 0},
        {"\x80", 1},
        {"\xff\xff\xff\xff\xff\xff\xff\xff", 8},
        {"\xff\xff\xff\xff\xff\xff\xff\x1f", 8},     /* 2^53 and above */
        {"\x80\x80\x80\x80\x80\x80\x80\x10", 8},     /* 2^53 */
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x01", 9}, /* 2^56 */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 12},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        reader r = reader_of(bytes_of(bad[i].raw, bad[i].n));
        uint64_t n = 7;
        assert_int_not_equal(reader_varuint(&r, &n), BASE_OK);
    }
    reader r = reader_of(bytes_of("\xff\xff\xff\xff\xff\xff\xff\x0f", 8));
    uint64_t n;
    assert_int_equal(reader_varuint(&r, &n), BASE_OK);
    assert_int_equal(n, (UINT64_C(1) << 53) - 1);
}

/* --------------------------------------------------------------------------------- claims --- */

typedef struct claim {
    const char *what;
    const char *raw;
    size_t n;
} claim;

#define CLAIM(what, raw)                                                                           \
    {                                                                                              \
        what, raw, sizeof(raw) - 1                                                                 \
    }
#define BIG "\xff\xff\xff\xff\x0f"  /* 2^32 - 1 */
#define MOST "\xff\xff\xff\xff\x07" /* 2^31 - 1, the last clock there is */

/* Ten bytes that say "four billion of these follow" are refused for what follows, not for want of
 * memory: nothing is taken in their measure (T8). */
static void counts_and_lengths_are_not_believed(void **state)
{
    house *h = *state;
    static const claim claims[] = {
        CLAIM("clients", BIG),
        CLAIM("structs", "\x01" BIG "\x01\x00"),
        CLAIM("length of a string", "\x01\x01\x01\x00\x04\x01\x01t" BIG "x"),
        CLAIM("length of a root's name", "\x01\x01\x01\x00\x04\x01" BIG "t"),
        CLAIM("JSON values", "\x01\x01\x01\x00\x02\x01\x01t" BIG),
        CLAIM("anys", "\x01\x01\x01\x00\x08\x01\x01t" BIG),
        CLAIM("members of an object", "\x01\x01\x01\x00\x08\x01\x01t\x01\x76" BIG),
        CLAIM("entries of an array", "\x01\x01\x01\x00\x08\x01\x01t\x01\x75" BIG),
        CLAIM("binary", "\x01\x01\x01\x00\x03\x01\x01t" BIG),
        CLAIM("clients of the delete set", "\x00" BIG),
        CLAIM("ranges of the delete set", "\x00\x01\x01" BIG),
        CLAIM("a string behind an any", "\x01\x01\x01\x00\x08\x01\x01t\x01\x77" BIG),
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        size_t taken = h->purse.taken_bytes;
        say(h, SYNC_UPDATE, bytes_of(claims[i].raw, claims[i].n));
        if (h->close_code != 1003)
            fail_msg("%s: closed with %u", claims[i].what, h->close_code);
        assert_true(h->purse.taken_bytes - taken < 16384);
        join(h);
    }
    static const char presence[] = BIG, state_vector[] = BIG;
    say(h, SYNC_AWARENESS, bytes_of(presence, sizeof presence - 1));
    assert_int_equal(h->close_code, 1003);
    join(h);
    say(h, SYNC_STEP1, bytes_of(state_vector, sizeof state_vector - 1));
    assert_int_equal(h->close_code, 1003);
    assert_int_equal(h->rows, 0);
    assert_true(h->purse.peak_bytes < 65536);
}

/* Lengths of collected runs may be as large as they like: they are numbers, and nothing is sized by
 * them. */
static void a_collected_run_of_billions_is_one_block(void **state)
{
    house *h = *state;
    static const char gc[] = "\x01\x01\x01\x00\x00" MOST "\x00";
    static const char deleted[] = "\x01\x01\x02\x00\x01\x01\x01t" MOST "\x00";
    static const char over[] = "\x01\x01\x03\x00\x00" BIG "\x00";
    say(h, SYNC_UPDATE, bytes_of(gc, sizeof gc - 1));
    say(h, SYNC_UPDATE, bytes_of(deleted, sizeof deleted - 1));
    assert_int_equal(h->close_code, 0);
    assert_int_equal(h->rows, 2);
    assert_true(h->purse.taken_bytes < 65536);
    say(h, SYNC_UPDATE, bytes_of(over, sizeof over - 1));
    assert_int_equal(h->close_code, 1003);
    assert_int_equal(h->rows, 2);
}

/* -------------------------------------------------------------------------------- waiting --- */

/* An update of `pad` letters by `client` at clock 1: clock 0 is missing, so it waits. */
static void put_orphan(buf *b, uint64_t client, size_t pad)
{
    buf_clear(b);
    buf_put_varuint(b, 1);
    buf_put_varuint(b, 1);
    buf_put_varuint(b, client);
    buf_put_varuint(b, 1);
    buf_put_u8(b, 4);
    buf_put_varuint(b, 1);
    buf_put_varstring(b, bytes_of_str("t"));
    buf_put_varuint(b, pad);
    for (size_t i = 0; i < pad; i++)
        buf_put_u8(b, 'x');
    buf_put_u8(b, 0);
}

/* 3,000 updates of 111 bytes, each without what comes before it.  In Yjs this costs 17 s, because
 * all that waits is merged again each time.  Here each costs memory of its own and no more (T10).
 */
static void orphans_cost_what_they_are(void **state)
{
    house *h = *state;
    buf b = new_buf();
    size_t half = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        put_orphan(&b, 1000 + i, 96);
        assert_in_range(b.len_bytes, 105, 115);
        say(h, SYNC_UPDATE, buf_view(&b));
        if (i == 1499)
            half = h->purse.moved_bytes;
    }
    assert_int_equal(h->close_code, 0);
    room_stats stats = room_stats_get(h->room);
    assert_int_equal(stats.pending_structs, 3000);
    assert_true(stats.pending_bytes <= h->limits.pending_bytes);
    assert_true(h->purse.peak_bytes < 3000 * (size_t)2048);
    /* Tables double: the second half may copy twice what the first did, not four times. */
    assert_true(h->purse.moved_bytes < 3 * half + 65536);
    buf_deinit(&b);
}

/* Without end: refused at the limit by its name, at last sent away; memory stays where it was. */
static void orphans_without_end_are_refused(void **state)
{
    house *h = *state;
    buf b = new_buf();
    size_t full = 0;
    for (uint64_t i = 0; i < 12000; i++) {
        put_orphan(&b, 1000 + i, 96);
        say(h, SYNC_UPDATE, buf_view(&b));
        if (full == 0 && room_stats_get(h->room).updates_refused > 0)
            full = h->purse.held_bytes;
        if (h->close_code != 0) {
            assert_int_equal(h->close_code, 1008);
            room_on_stored(h->room, h->rows, 1000);
            join(h);
        }
    }
    room_stats stats = room_stats_get(h->room);
    assert_true(stats.pending_structs <= 4000 && stats.pending_bytes <= h->limits.pending_bytes);
    assert_true(full > 0 && h->purse.held_bytes <= full + 65536);
    buf_deinit(&b);
}

/* ---------------------------------------------------------------------------------- depth --- */

/* A type in a type in a type: refused at limits.nesting (T11). */
static void types_nest_to_the_limit(void **state)
{
    house *h = *state;
    buf b = new_buf();
    enum { LEVELS = 20000 };
    buf_put_varuint(&b, 1);
    buf_put_varuint(&b, LEVELS);
    buf_put_varuint(&b, 1);
    buf_put_varuint(&b, 0);
    for (uint64_t i = 0; i < LEVELS; i++) {
        buf_put_u8(&b, 7);
        buf_put_varuint(&b, i == 0);
        if (i == 0) {
            buf_put_varstring(&b, bytes_of_str("t"));
        } else {
            buf_put_varuint(&b, 1);
            buf_put_varuint(&b, i - 1);
        }
        buf_put_varuint(&b, 0);
    }
    buf_put_u8(&b, 0);
    say(h, SYNC_UPDATE, buf_view(&b));
    assert_int_equal(h->rows, 0);
    assert_int_equal(room_stats_get(h->room).updates_refused, 1);
    assert_true(h->purse.peak_bytes < 64 * b.len_bytes + 65536);
    buf_deinit(&b);
}

static void values_nest_to_the_limit(void **state)
{
    house *h = *state;
    static const uint8_t head[] = {1, 1, 1, 0, 8, 1, 1, 't', 1};
    buf b = new_buf();
    buf_put(&b, head, sizeof head);
    for (int i = 0; i < 200000; i++) {
        buf_put_u8(&b, 117);
        buf_put_u8(&b, 1);
    }
    buf_put_u8(&b, 126);
    buf_put_u8(&b, 0);
    say(h, SYNC_UPDATE, buf_view(&b));
    assert_int_equal(h->rows, 0);
    assert_int_equal(room_stats_get(h->room).updates_refused, 1);
    assert_true(h->purse.peak_bytes < b.len_bytes + 65536);
    buf_deinit(&b);
}

static void json_nests_to_the_limit(void **state)
{
    house *h = *state;
    buf json = new_buf(), b = new_buf();
    buf_put_str(&json, "{\"a\":");
    for (int i = 0; i < 100000; i++)
        buf_put_str(&json, "[");
    assert_int_equal(json_check_object(buf_view(&json)), BASE_EMALFORMED);
    buf_put_varuint(&b, 1);
    buf_put_varuint(&b, 7);
    buf_put_varuint(&b, 1);
    buf_put_varstring(&b, buf_view(&json));
    size_t taken = h->purse.taken_bytes;
    say(h, SYNC_AWARENESS, buf_view(&b));
    assert_true(h->purse.taken_bytes - taken < 4096);
    assert_int_equal(h->close_code, 0);
    buf_deinit(&json);
    buf_deinit(&b);
}

/* ------------------------------------------------------------------------------- presence --- */

/* One connection, many clients: four are kept, the rest is dropped and not queued (T13). */
static void presence_of_thousands_is_of_four(void **state)
{
    house *h = *state;
    buf b = new_buf();
    buf_put_varuint(&b, 5000);
    for (uint64_t i = 0; i < 5000; i++) {
        buf_put_varuint(&b, i);
        buf_put_varuint(&b, 1);
        buf_put_varstring(&b, bytes_of_str("{}"));
    }
    size_t sent = h->sent_bytes;
    say(h, SYNC_AWARENESS, buf_view(&b));
    assert_int_equal(h->close_code, 0);
    assert_true(h->sent_bytes - sent < 1024);
    assert_true(h->purse.peak_bytes < 65536);
    buf_deinit(&b);
}

/* ------------------------------------------------------------------------------- the same --- */

/* Many writers at one place: each is looked at, but the memory is theirs alone. */
static void a_crowd_at_one_place_costs_what_it_is(void **state)
{
    house *h = *state;
    buf b = new_buf();
    size_t total = 0;
    for (uint64_t client = 4000; client > 1000; client--) {
        buf_clear(&b);
        buf_put_varuint(&b, 1);
        buf_put_varuint(&b, 1);
        buf_put_varuint(&b, client);
        buf_put_varuint(&b, 0);
        buf_put_u8(&b, 4);
        buf_put_varuint(&b, 1);
        buf_put_varstring(&b, bytes_of_str("t"));
        buf_put_varstring(&b, bytes_of_str("x"));
        buf_put_u8(&b, 0);
        total += b.len_bytes;
        say(h, SYNC_UPDATE, buf_view(&b));
    }
    assert_int_equal(h->rows, 3000);
    assert_true(h->purse.peak_bytes < 64 * total + 262144);
    assert_true(h->purse.taken_bytes < 256 * total + 1048576);
    buf_deinit(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_an_end),
        CASE(counts_and_lengths_are_not_believed),
        CASE(a_collected_run_of_billions_is_one_block),
        CASE(orphans_cost_what_they_are),
        CASE(orphans_without_end_are_refused),
        CASE(types_nest_to_the_limit),
        CASE(values_nest_to_the_limit),
        CASE(json_nests_to_the_limit),
        CASE(presence_of_thousands_is_of_four),
        CASE(a_crowd_at_one_place_costs_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
