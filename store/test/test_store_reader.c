/* Readers beside the one that writes: what they see, and that neither waits for the other. */
#include "store/test/fixture.h"

#include "store/sqlite/open.h"
#include "store/sqlite/tools.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

static store_author person(uint64_t author)
{
    return (store_author){.author = author, .at_ms = 1, .name = bytes_of_str("Ada")};
}

/* Everything that was written when the call begins, on whatever handle the room was read before. */
static void what_was_written_is_read(void **state)
{
    fixture *f = *state;
    store_reader *second;
    store_room room;
    assert_int_equal(store_reader_open(f->s, &second), BASE_OK);
    assert_int_equal(store_room_get(f->r, "a", &room), STORE_ENOTFOUND);
    fixture_create(f->s, "a", "1");
    for (uint64_t seq = 2; seq < 40; seq++) {
        store_loaded l;
        assert_int_equal(fixture_append(f->s, "a", seq, "x"), BASE_OK);
        assert_int_equal(store_load(seq % 2 ? f->r : second, "a", &l), BASE_OK);
        assert_int_equal(l.last_seq, seq);
        store_loaded_free(&l);
    }
    assert_int_equal(store_room_delete(f->s, "a"), BASE_OK);
    assert_int_equal(store_room_get(f->r, "a", &room), STORE_ENOTFOUND);
    assert_int_equal(store_room_get(second, "a", &room), STORE_ENOTFOUND);
    assert_int_equal(store_ping(second), BASE_OK);
    store_reader_close(second);
    store_reader_close(NULL);
}

/* ------------------------------------------------- a reader in the middle of its call ------ */

/* What is done while a reader stands between two rows. */
typedef struct meanwhile {
    fixture *f;
    void (*act)(fixture *f);
    size_t seen;
} meanwhile;

static void in_the_middle(void *ctx, const store_author *author)
{
    meanwhile *m = ctx;
    (void)author;
    if (m->seen++ == 0)
        m->act(m->f);
}

/* Three authors are there; after the first one is read `act` writes. */
static void read_while(fixture *f, void (*act)(fixture *f))
{
    meanwhile m = {f, act, 0};
    fixture_create(f->s, "a", "1");
    for (uint64_t n = 1; n <= 3; n++) {
        store_author author = person(n);
        assert_int_equal(store_author_put(f->s, "a", &author), BASE_OK);
    }
    assert_int_equal(store_authors(f->r, "a", in_the_middle, &m), BASE_OK);
    assert_int_equal(m.seen, 3); /* one moment: as if nothing had happened since it began */
}

static void add_author(fixture *f)
{
    static uint64_t n = 9;
    store_author author = person(n++);
    assert_int_equal(store_author_put(f->s, "a", &author), BASE_OK);
}

static void a_call_sees_one_moment(void **state)
{
    fixture *f = *state;
    meanwhile m = {f, add_author, 1};
    read_while(f, add_author);
    assert_int_equal(store_authors(f->r, "a", in_the_middle, &m), BASE_OK);
    assert_int_equal(m.seen, 1 + 4);
}

static void remove_room(fixture *f)
{
    assert_int_equal(store_room_delete(f->s, "a"), BASE_OK);
    (void)fixture_upkeep(f->s, STORE_WORK_REMOVE, INT64_MIN);
}

static void the_room_is_deleted_meanwhile(void **state)
{
    fixture *f = *state;
    store_loaded l;
    read_while(f, remove_room);
    assert_int_equal(store_load(f->r, "a", &l), STORE_ENOTFOUND);
}

static uint64_t wal_bytes(store *s)
{
    store_stats stats;
    assert_int_equal(store_stats_get(s, &stats), BASE_OK);
    return stats.wal_bytes;
}

static void checkpoint(fixture *f)
{
    store_upkeep_options now = {INT64_MIN, true};
    store_upkept done;
    add_author(f);
    for (done.work = STORE_WORK_VACUUM; done.work != STORE_WORK_NONE;)
        assert_int_equal(store_upkeep(f->s, &now, &done), BASE_OK);
    assert_true(wal_bytes(f->s) > 0); /* the reader keeps its moment in the log */
}

/* A reader only puts a checkpoint off: it is made when the reader has gone on. */
static void a_checkpoint_does_not_wait_for_it(void **state)
{
    fixture *f = *state;
    store_upkeep_options now = {INT64_MIN, true};
    store_upkept done;
    read_while(f, checkpoint);
    add_author(f);
    assert_int_equal(store_upkeep(f->s, &now, &done), BASE_OK);
    assert_int_equal(done.work, STORE_WORK_CHECKPOINT);
    assert_int_equal(wal_bytes(f->s), 0);
    fixture_expect(f->r, "a", "|1 ");
}

static void compact_and_vacuum(fixture *f)
{
    fixture_put_snapshot(f->s, "b", 3000);
    assert_int_equal(fixture_upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN), 3000);
    assert_int_equal(store_room_delete(f->s, "c"), BASE_OK);
    assert_true(fixture_upkeep(f->s, STORE_WORK_VACUUM, INT64_MIN) > 0);
}

/* Rows that a reader stands before move into segments, and pages that it stands on are given back.
 */
static void the_file_is_kept_meanwhile(void **state)
{
    fixture *f = *state;
    static char large[400000];
    memset(large, 'x', sizeof large - 1);
    fixture_create_empty(f->s, "b");
    fixture_append_many(f->s, "b", 1, 3000);
    fixture_create(f->s, "c", large);
    for (uint64_t seq = 2; seq <= 12; seq++)
        assert_int_equal(fixture_append(f->s, "c", seq, large), BASE_OK);
    read_while(f, compact_and_vacuum);
    assert_int_equal(fixture_read_history(f->r, "b", 0, 1000), 3000);
    store_loaded l;
    assert_int_equal(store_load(f->r, "b", &l), BASE_OK);
    assert_int_equal(l.snapshot_seq, 3000);
    assert_int_equal(l.row_count, 0);
    store_loaded_free(&l);
}

/* ------------------------------------------------------------------------- many threads ----- */

#define THREADS 3
#define ROWS 1500

typedef struct reading {
    store_reader *r;
    pthread_t thread;
    atomic_uint_fast64_t *written; /* rows that store_append has answered for */
    uint64_t loads;
} reading;

/* Rows follow each other from the first one on; the number of the last. */
static uint64_t last_of_history(store_reader *r)
{
    store_history_query query = {0, INT64_MIN, 700, 1 << 20};
    for (bool more = true; more;) {
        store_page page;
        if (store_history(r, "a", &query, &page) != BASE_OK)
            return 0;
        more = page.more;
        for (size_t i = 0; i < page.row_count; i++)
            query.after_seq += page.rows[i].seq == query.after_seq + 1;
        store_page_free(&page);
    }
    return query.after_seq;
}

/* No assertion here: cmocka knows one thread.  Returns NULL when all was right. */
static void *read_on(void *arg)
{
    reading *me = arg;
    for (uint64_t least = 0; least < ROWS; me->loads++) {
        store_loaded l;
        least = atomic_load(me->written);
        int err = store_load(me->r, "a", &l);
        if (err != BASE_OK || l.last_seq < least)
            return me; /* a row was not seen whose append had returned */
        store_loaded_free(&l);
        if (last_of_history(me->r) < least)
            return me;
    }
    return NULL;
}

/* Rows, snapshots and upkeep on one thread, loads and history on three others. */
static void they_read_while_rows_are_written(void **state)
{
    fixture *f = *state;
    reading readers[THREADS];
    atomic_uint_fast64_t written = 0;
    fixture_create_empty(f->s, "a");
    for (size_t i = 0; i < THREADS; i++) {
        readers[i] = (reading){.written = &written};
        assert_int_equal(store_reader_open(f->s, &readers[i].r), BASE_OK);
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (uint64_t seq = 1; seq <= ROWS; seq += 10) {
        uint64_t last = seq + 9 < ROWS ? seq + 9 : ROWS;
        fixture_append_many(f->s, "a", seq, last);
        atomic_store(&written, last);
        if (seq % 500 == 1) {
            fixture_put_snapshot(f->s, "a", last);
            (void)fixture_upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN);
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(readers[i].thread, &fault), 0);
        assert_null(fault);
        assert_true(readers[i].loads > 0);
        store_reader_close(readers[i].r);
    }
}

/* ----------------------------------------------------------------------------- refusals ----- */

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Damage is found by a reader as by the store itself, and what is good is salvaged by it. */
static void damage_is_told(void **state)
{
    fixture *f = *state;
    store_loaded l;
    store_damage damage;
    fixture_create(f->s, "a", "1");
    assert_int_equal(fixture_append(f->s, "a", 2, "2"), BASE_OK);
    assert_int_equal(fixture_append(f->s, "a", 3, "3"), BASE_OK);
    fixture_create(f->s, "b", "x");
    sql(f->path, "UPDATE log SET bytes = x'00' WHERE seq = 3");
    assert_int_equal(store_load(f->r, "a", &l), STORE_ECORRUPT);
    assert_int_equal(store_salvage(f->r, "a", &l, &damage), BASE_OK);
    assert_string_equal(damage.what, "log row");
    assert_int_equal(damage.seq, 3);
    assert_int_equal(l.last_seq, 2);
    store_loaded_free(&l);
    fixture_expect(f->r, "b", "|x ");
    assert_false(store_failed(f->s));
}

/* Whoever holds the file for itself is waited for, and then told of; nothing is broken by it. */
static void a_held_file_is_busy(void **state)
{
    fixture *f = *state;
    store_loaded l;
    sqlite3 *db;
    fixture_create(f->s, "a", "1");
    store_close(f->s); /* SQLite's exclusive mode wants nobody else there */
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;"
                                  "UPDATE rooms SET name = 'x'; COMMIT",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    int err = store_sqlite_open_reader(f->path, base_alloc_libc(), &f->r);
    assert_int_equal(err, STORE_EBUSY);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    assert_int_equal(store_reader_open(f->s, &f->r), BASE_OK);
    f->beside = true;
    assert_int_equal(store_load(f->r, "a", &l), BASE_OK);
    store_loaded_free(&l);
}

static void in_memory_of_sqlite_there_is_none(void **state)
{
    store *s;
    store_reader *r;
    (void)state;
    assert_int_equal(store_sqlite_open(":memory:", base_alloc_libc(), &s), BASE_OK);
    assert_int_equal(store_reader_open(s, &r), STORE_ENOWAL);
    store_close(s);
}

/* Readers leave, the store goes last: what it leaves is one file, as without them. */
static void a_reader_leaves_no_trace(void **state)
{
    fixture *f = *state;
    char wal[128];
    fixture_create(f->s, "a", "1");
    fixture_expect(f->r, "a", "|1 ");
    store_reader_close(f->r);
    store_close(f->s);
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    FILE *left = fopen(wal, "r");
    assert_null(left);
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    assert_int_equal(store_reader_open(f->s, &f->r), BASE_OK);
    fixture_expect(f->r, "a", "|1 ");
}

#define BESIDE_FILE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, fixture_open_sqlite_beside, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_BESIDE(what_was_written_is_read),
        FIXTURE_BESIDE(they_read_while_rows_are_written),
        BESIDE_FILE(a_call_sees_one_moment),
        BESIDE_FILE(the_room_is_deleted_meanwhile),
        BESIDE_FILE(a_checkpoint_does_not_wait_for_it),
        BESIDE_FILE(the_file_is_kept_meanwhile),
        BESIDE_FILE(damage_is_told),
        BESIDE_FILE(a_reader_leaves_no_trace),
        FIXTURE_FILE(a_held_file_is_busy),
        cmocka_unit_test(in_memory_of_sqlite_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
