/* The SQLite store on a disk that fails: the n-th write or flush, for every n; no space; power cuts
 * at random moments with torn, lost and reordered writes; flipped bits.
 *
 * What must hold after each: the database opens, what was answered with 0 is there, what failed
 * either happened wholly or not at all, and the store goes on working. test_store_faults [power
 * cuts]     how many; 1000 without an argument
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/impl.h"
#include "store/sqlite/open.h"
#include "store/sqlite/tools.h"
#include "store/store.h"
#include "store/test/fault_vfs.h"

#define ROOMS 3
#define STEPS 40
#define STEP_LIMIT 1000
#define TEXT_MAX 7000

static uint64_t power_cuts = 1000;

/* What a room holds; its texts are made from these numbers alone. */
typedef struct model_room {
    bool exists;
    unsigned generation;
    uint64_t last_seq;
    uint64_t snapshot_seq;
} model_room;

typedef struct model {
    model_room rooms[ROOMS];
} model;

typedef struct script {
    uint64_t random;
    model now;   /* everything that was answered with 0 */
    model after; /* the same with the call that is under way */
    store *s;
    store_reader *r; /* beside it */
} script;

static const char *const ids[ROOMS] = {"r0", "r1", "r2"};

static uint64_t next(script *t)
{
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}

static bytes text_of(size_t room, unsigned generation, uint64_t seq, char out[TEXT_MAX])
{
    int n = snprintf(out, TEXT_MAX, "room %zu of %u, row %llu", room, generation,
                     (unsigned long long)seq);
    size_t len = (size_t)n;
    /* One in eight is long enough for pages of its own. */
    size_t more = seq % 8 == 5 ? 5000 : seq % 90;
    memset(out + len, (int)('a' + seq % 26), more);
    return bytes_of(out, len + more);
}

static bytes snapshot_text(size_t room, unsigned generation, uint64_t upto_seq, char out[TEXT_MAX])
{
    int n = snprintf(out, TEXT_MAX, "snapshot of %zu of %u upto %llu", room, generation,
                     (unsigned long long)upto_seq);
    memset(out + n, 's', upto_seq * 7 % 6000);
    return bytes_of(out, (size_t)n + upto_seq * 7 % 6000);
}

static int open_store(store **out)
{
    store_sqlite_options options = {.path = "disk.db", .vfs = FAULT_VFS_NAME};
    return store_sqlite_open_with(&options, base_alloc_libc(), out);
}

/* ------------------------------------------------------------------------- the calls --------- */

static int do_create(script *t, size_t i)
{
    char text[TEXT_MAX];
    model_room *m = &t->after.rooms[i];
    store_room room = {.name = "n", .language = "python", .created_at_ms = 1, .used_at_ms = 1};
    snprintf(room.id, sizeof room.id, "%s", ids[i]);
    *m = (model_room){true, m->generation + 1, 1, 0};
    return store_room_create(t->s, &room, text_of(i, m->generation, 1, text));
}

static int do_append(script *t, size_t i)
{
    static char texts[32][TEXT_MAX];
    store_row rows[32];
    size_t count = 0;
    for (size_t n = 0; n < 2; n++, i = (i + 1) % ROOMS) {
        model_room *m = &t->after.rooms[i];
        size_t more = m->exists ? 1 + next(t) % 15 : 0;
        for (; more > 0; more--, count++) {
            m->last_seq++;
            rows[count] =
                (store_row){.room_id = ids[i],
                            .seq = m->last_seq,
                            .at_ms = (int64_t)m->last_seq,
                            .update = text_of(i, m->generation, m->last_seq, texts[count])};
        }
    }
    return store_append(t->s, rows, count);
}

static int do_snapshot(script *t, size_t i)
{
    char text[TEXT_MAX];
    model_room *m = &t->after.rooms[i];
    m->snapshot_seq = m->last_seq;
    store_snapshot snap = {m->last_seq, 1, snapshot_text(i, m->generation, m->last_seq, text)};
    return store_snapshot_put(t->s, ids[i], &snap);
}

static int do_upkeep(script *t)
{
    store_upkeep_options options = {INT64_MIN, next(t) % 4 == 0};
    store_upkept done;
    int err = store_upkeep(t->s, &options, &done);
    assert_false(done.damaged);
    return err;
}

static int do_delete(script *t, size_t i)
{
    t->after.rooms[i].exists = false;
    return store_room_delete(t->s, ids[i]);
}

static int step(script *t)
{
    size_t i = next(t) % ROOMS;
    t->after = t->now;
    if (!t->now.rooms[i].exists)
        return do_create(t, i);
    switch (next(t) % 16) {
    case 0:
        return do_delete(t, i);
    case 1:
    case 2:
    case 3:
        return do_snapshot(t, i);
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        return do_upkeep(t);
    case 9:
        return store_room_used(t->s, ids[i], (int64_t)(next(t) % 1000));
    default:
        return do_append(t, i);
    }
}

/* --------------------------------------------------------------------------- the oracle ------ */

static bool history_is(store_reader *r, size_t i, const model_room *m)
{
    char text[TEXT_MAX];
    store_history_query query = {0, INT64_MIN, 100, 20000};
    for (bool more = true; more;) {
        store_page page;
        assert_int_equal(store_history(r, ids[i], &query, &page), BASE_OK);
        bool same = true;
        for (size_t k = 0; k < page.row_count && same; k++) {
            query.after_seq++;
            same =
                page.rows[k].seq == query.after_seq &&
                bytes_equal(page.rows[k].update, text_of(i, m->generation, query.after_seq, text));
        }
        more = page.more;
        store_page_free(&page);
        if (!same)
            return false;
    }
    return query.after_seq == m->last_seq;
}

static bool room_is(store_reader *r, size_t i, const model_room *m)
{
    char text[TEXT_MAX];
    store_loaded l;
    int err = store_load(r, ids[i], &l);
    if (!m->exists && err == BASE_OK)
        store_loaded_free(&l);
    if (!m->exists)
        return err == STORE_ENOTFOUND;
    if (err == STORE_ENOTFOUND)
        return false;
    assert_int_equal(err, BASE_OK);
    bytes snapshot = m->snapshot_seq > 0 ? snapshot_text(i, m->generation, m->snapshot_seq, text)
                                         : bytes_of("", 0);
    bool same = l.last_seq == m->last_seq && l.snapshot_seq == m->snapshot_seq &&
                bytes_equal(l.snapshot, snapshot);
    store_loaded_free(&l);
    return same && history_is(r, i, m);
}

static bool store_is(store *s, const model *m)
{
    for (size_t i = 0; i < ROOMS; i++) {
        if (!room_is(store_reads(s), i, &m->rooms[i]))
            return false;
    }
    return true;
}

/* A reader beside it sees all that was answered with 0, and of a call that failed nothing. */
static void reader_sees(const script *t)
{
    for (size_t i = 0; i < ROOMS; i++)
        assert_true(room_is(t->r, i, &t->now.rooms[i]));
}

/* The store goes on: all upkeep, then some calls of every kind. */
static void goes_on(script *t)
{
    store_upkept done = {.work = STORE_WORK_COMPACT};
    store_upkeep_options options = {INT64_MIN, true};
    for (int i = 0; i < STEP_LIMIT && done.work != STORE_WORK_NONE; i++) {
        assert_int_equal(store_upkeep(t->s, &options, &done), BASE_OK);
        assert_false(done.damaged);
    }
    assert_int_equal(done.work, STORE_WORK_NONE);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(step(t), BASE_OK);
        t->now = t->after;
    }
    assert_true(store_is(t->s, &t->now));
    if (t->r != NULL)
        reader_sees(t);
}

/* ----------------------------------------------------------------------------- tests --------- */

static void begin(script *t, uint64_t seed)
{
    fault_vfs_start(seed);
    *t = (script){.random = seed * 2 + 1};
}

/* Runs the script until a call fails that is not for want of space, or to its end.  A call for
 * which there was no space has changed nothing, and works when it is tried again. */
static int run(script *t)
{
    if (t->s == NULL) {
        int err = open_store(&t->s);
        if (err == STORE_EFULL)
            err = open_store(&t->s);
        if (err != BASE_OK)
            return err;
    }
    if (t->r == NULL)
        assert_int_equal(store_reader_open(t->s, &t->r), BASE_OK);
    for (int i = 0; i < STEPS; i++) {
        uint64_t random = t->random;
        int err = step(t);
        if (err == STORE_EFULL) {
            assert_true(fault_vfs_happened());
            assert_false(store_failed(t->s));
            assert_true(store_is(t->s, &t->now));
            reader_sees(t);
            t->random = random;
            err = step(t);
        }
        if (err == BASE_OK)
            t->now = t->after;
        if (err != BASE_OK || i % 8 == 0)
            reader_sees(t);
        if (err != BASE_OK)
            return err;
    }
    return BASE_OK;
}

static void shut(script *t)
{
    store_reader_close(t->r);
    store_close(t->s);
    t->r = NULL;
    t->s = NULL;
}

/* The process ended; what does the next one find? */
static void restart(script *t, bool power)
{
    fault_vfs_stop();
    shut(t);
    fault_vfs_restart(power);
    assert_int_equal(open_store(&t->s), BASE_OK);
    assert_int_equal(store_reader_open(t->s, &t->r), BASE_OK);
    if (!store_is(t->s, &t->now)) {
        assert_true(store_is(t->s, &t->after));
        t->now = t->after;
    }
    goes_on(t);
    shut(t);
}

static uint64_t operations_of(uint64_t seed)
{
    script t;
    begin(&t, seed);
    assert_int_equal(run(&t), BASE_OK);
    assert_true(store_is(t.s, &t.now));
    shut(&t);
    return fault_vfs_count();
}

/* All the tests below are about the journal that the server has. */
static void the_log_is_written_ahead(void **state)
{
    (void)state;
    script t;
    begin(&t, 7);
    assert_int_equal(run(&t), BASE_OK);
    assert_true(fault_vfs_has("disk.db-wal"));
    assert_false(fault_vfs_has("disk.db-journal"));
    shut(&t);
}

static void without_shared_memory_it_does_not_open(void **state)
{
    (void)state;
    store *s;
    fault_vfs_start(1);
    fault_vfs_share(false);
    assert_int_equal(open_store(&s), STORE_ENOWAL);
    assert_false(fault_vfs_has("disk.db-wal"));
    fault_vfs_share(true);
    assert_int_equal(open_store(&s), BASE_OK);
    store_close(s);
}

static void every_operation_fails_once(bool power)
{
    uint64_t count = operations_of(7);
    for (uint64_t n = 1; n <= count; n++) {
        script t;
        begin(&t, 7);
        fault_vfs_plan(FAULT_EIO, n);
        int err = run(&t);
        if (err != BASE_OK) {
            assert_int_equal(err, STORE_EIO);
            assert_true(t.s == NULL || store_failed(t.s));
        }
        restart(&t, power);
    }
}

static void a_failing_disk_then_a_restart(void **state)
{
    (void)state;
    every_operation_fails_once(false);
}

static void a_failing_disk_then_a_power_cut(void **state)
{
    (void)state;
    every_operation_fails_once(true);
}

/* A process may die after it wrote a row and before it flushed it, or because a flush failed.  The
 * next one reads the row and tells those who send it again that it is saved: so it has to be. */
static void what_is_read_outlives_the_power(void **state)
{
    (void)state;
    const fault_kind kinds[] = {FAULT_EIO, FAULT_POWER};
    uint64_t count = operations_of(7);
    for (uint64_t n = 0; n < 2 * count; n++) {
        script t;
        begin(&t, 7);
        fault_vfs_plan(kinds[n % 2], 1 + n / 2);
        (void)run(&t);
        fault_vfs_stop();
        shut(&t);
        fault_vfs_restart(false);
        assert_int_equal(open_store(&t.s), BASE_OK);
        const model *read = store_is(t.s, &t.now) ? &t.now : &t.after;
        assert_true(store_is(t.s, read));
        fault_vfs_stop();
        shut(&t);
        fault_vfs_restart(true);
        assert_int_equal(open_store(&t.s), BASE_OK);
        assert_true(store_is(t.s, read));
        shut(&t);
    }
}

static void no_space_once_at_every_write(void **state)
{
    (void)state;
    uint64_t count = operations_of(7);
    for (uint64_t n = 1; n <= count; n++) {
        script t;
        begin(&t, 7);
        fault_vfs_plan(FAULT_FULL, n);
        assert_int_equal(run(&t), BASE_OK);
        assert_true(store_is(t.s, &t.now));
        fault_vfs_plan(FAULT_NONE, 0); /* the last ones are no writes */
        restart(&t, true);
    }
}

static void power_is_cut_at_random(void **state)
{
    (void)state;
    uint64_t count = operations_of(1);
    for (uint64_t seed = 1; seed <= power_cuts; seed++) {
        script t;
        begin(&t, seed);
        fault_vfs_plan(FAULT_POWER, 1 + fault_vfs_random() % count);
        (void)run(&t); /* it ends where the power does */
        restart(&t, true);
    }
}

/* A kill at any moment, then another at any moment of what the next process does. */
static void killed_again_and_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= power_cuts / 10; seed++) {
        script t;
        begin(&t, seed);
        for (int life = 0; life < 5; life++) {
            fault_vfs_plan(FAULT_POWER, 1 + fault_vfs_random() % 150);
            (void)run(&t);
            fault_vfs_stop();
            shut(&t);
            fault_vfs_restart(life % 2 == 0);
            store *s;
            assert_int_equal(open_store(&s), BASE_OK);
            if (!store_is(s, &t.now)) {
                assert_true(store_is(s, &t.after));
                t.now = t.after;
            }
            t.s = s;
        }
        goes_on(&t);
        shut(&t);
    }
}

static void count_fault(void *ctx, const char *sentence)
{
    (void)sentence;
    ++*(int *)ctx;
}

/* What is read is right, or the damage is told: by the call; or, when a flip in SQLite's own pages
 * hides the end of the log, by the look at the whole file that `tandem check` takes. */
static void read_all(store_reader *r, const model *m)
{
    int faults = 0;
    int looked = store_sqlite_verify(r, count_fault, &faults);
    bool told = looked != BASE_OK || faults > 0;
    char text[TEXT_MAX];
    for (size_t i = 0; i < ROOMS; i++) {
        const model_room *room = &m->rooms[i];
        store_loaded l;
        store_damage damage;
        int err = store_load(r, ids[i], &l);
        if (err == BASE_OK) {
            assert_true(told || l.last_seq == room->last_seq);
            for (size_t k = 0; k < l.row_count; k++)
                assert_true(bytes_equal(l.rows[k].update,
                                        text_of(i, room->generation, l.rows[k].seq, text)));
            if (l.snapshot.len_bytes > 0)
                assert_true(bytes_equal(
                    l.snapshot, snapshot_text(i, room->generation, room->snapshot_seq, text)));
            store_loaded_free(&l);
        } else {
            assert_true(err == STORE_ECORRUPT || (told && err == STORE_ENOTFOUND));
        }
        err = store_salvage(r, ids[i], &l, &damage);
        if (err == BASE_OK)
            store_loaded_free(&l);
        store_history_query query = {0, INT64_MIN, 100000, 1 << 30};
        store_page page;
        err = store_history(r, ids[i], &query, &page);
        for (size_t k = 0; err == BASE_OK && k < page.row_count; k++)
            assert_true(bytes_equal(page.rows[k].update,
                                    text_of(i, room->generation, page.rows[k].seq, text)));
        if (err == BASE_OK)
            store_page_free(&page);
    }
}

static void flipped_bits_are_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= power_cuts / 2; seed++) {
        script t;
        begin(&t, 11);
        assert_int_equal(run(&t), BASE_OK);
        for (size_t i = 0; i < ROOMS; i++)
            assert_true(t.now.rooms[i].exists);
        shut(&t);
        /* The same disk each time, another bit. */
        uint64_t at = seed * 0x9E3779B97F4A7C15u >> 16;
        assert_true(fault_vfs_flip("disk.db", at));
        store *s;
        int err = open_store(&s);
        if (err != BASE_OK) {
            assert_true(err == STORE_ECORRUPT || err == STORE_EVERSION || err == STORE_EIO);
            continue;
        }
        store_reader *r;
        assert_int_equal(store_reader_open(s, &r), BASE_OK);
        read_all(store_reads(s), &t.now);
        read_all(r, &t.now);
        store_upkeep_options options = {INT64_MIN, true};
        store_upkept done = {.work = STORE_WORK_COMPACT};
        for (int i = 0; i < 100 && err == BASE_OK && done.work != STORE_WORK_NONE; i++)
            err = store_upkeep(s, &options, &done);
        read_all(store_reads(s), &t.now);
        read_all(r, &t.now);
        store_reader_close(r);
        store_close(s);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        power_cuts = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_is_written_ahead),
        cmocka_unit_test(without_shared_memory_it_does_not_open),
        cmocka_unit_test(a_failing_disk_then_a_restart),
        cmocka_unit_test(a_failing_disk_then_a_power_cut),
        cmocka_unit_test(what_is_read_outlives_the_power),
        cmocka_unit_test(no_space_once_at_every_write),
        cmocka_unit_test(power_is_cut_at_random),
        cmocka_unit_test(killed_again_and_again),
        cmocka_unit_test(flipped_bits_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
