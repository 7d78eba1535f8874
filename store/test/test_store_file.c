/* What only a file can show: reopening, crashes, damage, versions, limits. */
#include "store/sqlite/open.h"
#include "store/test/fixture.h"

#include <sqlite3.h>

static void survives_reopening(void **state)
{
    fixture *f = *state;
    fixture_create(f->s, "a", "1");
    assert_int_equal(fixture_append(f->s, "a", 2, "2"), BASE_OK);
    store_close(f->s);
    f->s = NULL;
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    fixture_expect(store_reads(f->s), "a", "|1 2 ");
}

static void copy_file(const char *from, const char *to, const char *tail)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s%s", from, tail);
    snprintf(b, sizeof b, "%s%s", to, tail);
    FILE *in = fopen(a, "rb"), *out = fopen(b, "wb");
    assert_non_null(in);
    assert_non_null(out);
    char block[4096];
    size_t n;
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    fclose(out);
}

/* What is on the disk while the process still runs is what a killed process leaves. */
static void survives_a_crash(void **state)
{
    fixture *f = *state;
    fixture_create(f->s, "a", "1");
    assert_int_equal(fixture_append(f->s, "a", 2, "2"), BASE_OK);
    char copy[128];
    snprintf(copy, sizeof copy, "%s.crash", f->path);
    copy_file(f->path, copy, "");
    copy_file(f->path, copy, "-wal");
    assert_int_equal(fixture_append(f->s, "a", 3, "3"), BASE_OK);
    store *s;
    assert_int_equal(store_sqlite_open(copy, base_alloc_libc(), &s), BASE_OK);
    fixture_expect(store_reads(s), "a", "|1 2 ");
    assert_int_equal(fixture_append(s, "a", 3, "other"), BASE_OK);
    store_close(s);
    fixture_remove_files(copy);
}

static void edit(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void damage_is_of_one_room(void **state)
{
    fixture *f = *state;
    fixture_create(f->s, "a", "1");
    fixture_create(f->s, "b", "x");
    fixture_create(f->s, "c", "m");
    store_snapshot snap = {.upto_seq = 1, .state = bytes_of_str("snap")};
    assert_int_equal(store_snapshot_put(f->s, "c", &snap), BASE_OK);
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "UPDATE log SET bytes = x'32' WHERE room = 1;"
                  "UPDATE snapshots SET crc32c = crc32c + 1");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(store_reads(f->s), "a", &l), STORE_ECORRUPT);
    assert_int_equal(store_load(store_reads(f->s), "c", &l), STORE_ECORRUPT);
    fixture_expect(store_reads(f->s), "b", "|x ");
}

static void reopen(fixture *f)
{
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
}

static void damaged_history(void **state)
{
    fixture *f = *state;
    fixture_create_empty(f->s, "a");
    fixture_create_empty(f->s, "b");
    fixture_create_empty(f->s, "c");
    fixture_append_many(f->s, "a", 1, 4500);
    fixture_append_many(f->s, "b", 1, 4500);
    fixture_append_many(f->s, "c", 1, 100);
    fixture_put_snapshot(f->s, "a", 4000);
    fixture_upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN);
    fixture_put_snapshot(f->s, "b", 4000);
    fixture_put_snapshot(f->s, "c", 100);
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "UPDATE segments SET bytes = zeroblob(100) WHERE room = 1 AND first_seq > 1;"
                  "UPDATE snapshots SET crc32c = crc32c + 1 WHERE room = 1;"
                  "UPDATE log SET bytes = x'32' WHERE room = 2 AND seq = 3000");
    reopen(f);
    /* A damaged snapshot is replaced by the history that is left. */
    store_loaded l;
    store_damage damage;
    assert_int_equal(store_load(store_reads(f->s), "a", &l), STORE_ECORRUPT);
    assert_int_equal(store_salvage(store_reads(f->s), "a", &l, &damage), BASE_OK);
    assert_string_equal(damage.what, "snapshot");
    assert_int_equal(l.snapshot.len_bytes, 0);
    assert_int_equal(l.row_count, 2000);
    store_loaded_free(&l);
    store_history_query query = {2000, INT64_MIN, 10, 1000};
    store_page page;
    assert_int_equal(store_history(store_reads(f->s), "a", &query, &page), STORE_ECORRUPT);
    /* Rows before the damaged one are moved, the room still loads, others are not kept waiting. */
    store_upkeep_options options = {.drop_before_ms = INT64_MIN};
    store_upkept done = {.work = STORE_WORK_COMPACT};
    bool named = false;
    for (int i = 0; i < 100 && done.work != STORE_WORK_NONE; i++) {
        assert_int_equal(store_upkeep(f->s, &options, &done), BASE_OK);
        if (done.damaged) {
            assert_string_equal(done.room.text, "b");
            assert_false(named);
            named = true;
        }
    }
    assert_true(named);
    assert_int_equal(done.work, STORE_WORK_NONE);
    assert_int_equal(store_load(store_reads(f->s), "b", &l), BASE_OK);
    assert_int_equal(l.row_count, 500);
    store_loaded_free(&l);
    assert_int_equal(fixture_read_history(store_reads(f->s), "c", 0, 1000), 100);
    query = (store_history_query){2990, INT64_MIN, 8, 1000};
    assert_int_equal(store_history(store_reads(f->s), "b", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 8);
    store_page_free(&page);
}

/* A file of the first schema, as the first release made it. */
static void the_first_schema_is_migrated(void **state)
{
    fixture *f = *state;
    fixture_create_empty(f->s, "a");
    fixture_append_many(f->s, "a", 1, 3000);
    fixture_put_snapshot(f->s, "a", 2500);
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "DROP TABLE segments; DROP INDEX snapshots_to_compact;"
                  "DROP TABLE authors; DROP TABLE chat; DROP TABLE versions;"
                  "ALTER TABLE snapshots DROP COLUMN history_seq;"
                  "PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA user_version = 1");
    reopen(f);
    store_stats stats;
    assert_int_equal(store_stats_get(f->s, &stats), BASE_OK);
    assert_true(stats.shrinks);
    assert_int_equal(fixture_upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN), 2500);
    assert_int_equal(fixture_read_history(store_reads(f->s), "a", 0, 1000), 3000);
}

static void space_is_given_back(void **state)
{
    fixture *f = *state;
    size_t n = 64 * 1024;
    char *big = malloc(n + 1);
    memset(big, 'x', n);
    big[n] = '\0';
    fixture_create(f->s, "a", big);
    fixture_create(f->s, "b", "small");
    for (uint64_t i = 2; i <= 200; i++)
        assert_int_equal(fixture_append(f->s, "a", i, big), BASE_OK);
    free(big);
    store_upkeep_options options = {INT64_MIN, true};
    store_upkept done = {.work = STORE_WORK_CHECKPOINT};
    store_stats before, after;
    assert_int_equal(store_stats_get(f->s, &before), BASE_OK);
    assert_true(before.file_bytes > 200 * n);
    assert_true(before.wal_bytes > 0);
    assert_int_equal(store_room_delete(f->s, "a"), BASE_OK);
    for (int i = 0; i < 1000 && done.work != STORE_WORK_NONE; i++)
        assert_int_equal(store_upkeep(f->s, &options, &done), BASE_OK);
    assert_int_equal(store_stats_get(f->s, &after), BASE_OK);
    assert_int_equal(after.wal_bytes, 0);
    assert_true(after.file_bytes < 2 << 20);
    fixture_expect(store_reads(f->s), "b", "|small ");
}

/* Somebody looks after the file with another program. */
static void another_writer_is_waited_for(void **state)
{
    fixture *f = *state;
    fixture_create(f->s, "a", "1");
    sqlite3 *other;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(fixture_append(f->s, "a", 2, "2"), STORE_EBUSY);
    fixture_expect(store_reads(f->s), "a", "|1 ");
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(fixture_append(f->s, "a", 2, "2"), BASE_OK);
    fixture_expect(store_reads(f->s), "a", "|1 2 ");
    sqlite3_close(other);
}

static void the_file_has_a_limit(void **state)
{
    fixture *f = *state;
    store_close(f->s);
    store_sqlite_options options = {.path = f->path, .bytes_max = 256 * 1024};
    assert_int_equal(store_sqlite_open_with(&options, base_alloc_libc(), &f->s), BASE_OK);
    char text[8193];
    memset(text, 'x', 8192);
    text[8192] = '\0';
    fixture_create(f->s, "a", "1");
    fixture_create(f->s, "b", "1");
    uint64_t seq = 2;
    int err = BASE_OK;
    while (err == BASE_OK && seq < 100)
        err = fixture_append(f->s, "a", seq++, text);
    assert_int_equal(err, STORE_EFULL);
    assert_false(store_failed(f->s));
    store_loaded l;
    assert_int_equal(store_load(store_reads(f->s), "a", &l), BASE_OK);
    assert_int_equal(l.last_seq, seq - 2);
    store_loaded_free(&l);
    assert_int_equal(store_room_delete(f->s, "a"), BASE_OK);
    fixture_upkeep(f->s, STORE_WORK_REMOVE, INT64_MIN);
    assert_int_equal(fixture_append(f->s, "b", 2, text), BASE_OK);
}

static void strange_files_are_refused(void **state)
{
    fixture *f = *state;
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "PRAGMA user_version = 99");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), STORE_EVERSION);
    fixture_remove_files(f->path);
    edit(f->path, "CREATE TABLE theirs (x)");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), STORE_EVERSION);
    fixture_remove_files(f->path);
    FILE *text = fopen(f->path, "wb");
    for (int i = 0; i < 1000; i++)
        fputs("this is not a database\n", text);
    fclose(text);
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), STORE_EVERSION);
    assert_int_equal(store_sqlite_open("/nowhere/at/all.db", base_alloc_libc(), &f->s), STORE_EIO);
}

static void one_process_at_a_time(void **state)
{
    fixture *f = *state;
    fixture_create(f->s, "a", "1");
    store *second = NULL;
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &second), STORE_EBUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_FILE(survives_reopening),           FIXTURE_FILE(survives_a_crash),
        FIXTURE_FILE(damage_is_of_one_room),        FIXTURE_FILE(damaged_history),
        FIXTURE_FILE(the_first_schema_is_migrated), FIXTURE_FILE(space_is_given_back),
        FIXTURE_FILE(another_writer_is_waited_for), FIXTURE_FILE(the_file_has_a_limit),
        FIXTURE_FILE(strange_files_are_refused),    FIXTURE_FILE(one_process_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
