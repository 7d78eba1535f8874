/* One contract, each store.  What only a file can show (reopening, crash, damage, versions) runs
 * for SQLite alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/impl.h"
#include "store/store.h"

typedef struct fixture {
    char path[96];
    store *s;
} fixture;

static int open_memory(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    return store_memory_open(base_alloc_libc(), &f->s);
}

static int open_sqlite(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    snprintf(f->path, sizeof f->path, "/tmp/store-test-%d-%p.db", (int)getpid(), (void *)f);
    return store_sqlite_open(f->path, base_alloc_libc(), &f->s);
}

static void remove_files(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < 4; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static int close_store(void **state)
{
    fixture *f = *state;
    store_close(f->s);
    if (f->path[0] != '\0')
        remove_files(f->path);
    free(f);
    return 0;
}

static store_room record(const char *id)
{
    store_room room = {.name = "Pairing",
                       .language = "python",
                       .created_at_ms = 1000,
                       .used_at_ms = 1000,
                       .keep_ms = 500,
                       .has_owner_key = true};
    snprintf(room.id, sizeof room.id, "%s", id);
    memset(room.epoch, 7, sizeof room.epoch);
    memset(room.owner_key_hash, 9, sizeof room.owner_key_hash);
    return room;
}

static void create(store *s, const char *id, const char *first)
{
    store_room room = record(id);
    assert_int_equal(store_room_create(s, &room, bytes_of_str(first)), BASE_OK);
}

static int append(store *s, const char *id, uint64_t seq, const char *update)
{
    store_row row = {
        .room_id = id, .seq = seq, .author = seq * 10, .at_ms = 5, .update = bytes_of_str(update)};
    return store_append(s, &row, 1);
}

/* Loads and writes "snapshot|row row " down. */
static void expect(store *s, const char *id, const char *content)
{
    store_loaded l;
    assert_int_equal(store_load(s, id, &l), BASE_OK);
    buf b;
    buf_init(&b, base_alloc_libc(), 10000);
    buf_put_bytes(&b, l.snapshot);
    buf_put_str(&b, "|");
    for (size_t i = 0; i < l.row_count; i++) {
        buf_put_bytes(&b, l.rows[i].update);
        buf_put_str(&b, " ");
        assert_int_equal(l.rows[i].seq, l.snapshot_seq + 1 + i);
    }
    buf_put_u8(&b, 0);
    assert_string_equal((const char *)b.ptr, content);
    assert_int_equal(l.last_seq, l.snapshot_seq + l.row_count);
    assert_string_equal(l.room.id, id);
    buf_deinit(&b);
    store_loaded_free(&l);
}

static void rooms(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_room room, got;
    assert_int_equal(store_room_get(s, "a", &got), STORE_ENOTFOUND);
    create(s, "a", "one");
    room = record("a");
    assert_int_equal(store_room_create(s, &room, bytes_of_str("two")), STORE_EEXISTS);
    assert_int_equal(store_room_get(s, "a", &got), BASE_OK);
    assert_string_equal(got.name, "Pairing");
    assert_string_equal(got.language, "python");
    assert_memory_equal(got.epoch, room.epoch, sizeof room.epoch);
    assert_true(got.has_owner_key);
    assert_memory_equal(got.owner_key_hash, room.owner_key_hash, sizeof room.owner_key_hash);
    assert_int_equal(got.created_at_ms, 1000);
    assert_int_equal(store_room_expires_at(&got), 1500);

    store_patch patch = {.set_name = true, .name = "Caf\xc3\xa9"};
    assert_int_equal(store_room_patch(s, "a", &patch), BASE_OK);
    patch = (store_patch){.set_keep_ms = true, .keep_ms = 0};
    assert_int_equal(store_room_patch(s, "a", &patch), BASE_OK);
    assert_int_equal(store_room_patch(s, "b", &patch), STORE_ENOTFOUND);
    assert_int_equal(store_room_used(s, "a", 2000), BASE_OK);
    assert_int_equal(store_room_used(s, "a", 1500), BASE_OK);
    assert_int_equal(store_room_used(s, "b", 1500), STORE_ENOTFOUND);
    assert_int_equal(store_room_get(s, "a", &got), BASE_OK);
    assert_string_equal(got.name, "Caf\xc3\xa9");
    assert_int_equal(got.used_at_ms, 2000);
    assert_int_equal(store_room_expires_at(&got), 0);
    expect(s, "a", "|one ");

    assert_int_equal(store_room_delete(s, "a"), BASE_OK);
    assert_int_equal(store_room_delete(s, "a"), STORE_ENOTFOUND);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), STORE_ENOTFOUND);
    create(s, "a", "");
    expect(s, "a", "|");
    assert_int_equal(store_ping(s), BASE_OK);
}

static void log_and_snapshots(void **state)
{
    store *s = ((fixture *)*state)->s;
    create(s, "a", "1");
    create(s, "b", "x");
    store_row rows[] = {
        {.room_id = "a", .seq = 2, .author = 5, .at_ms = 77, .update = bytes_of("2\0", 2)},
        {.room_id = "gone", .seq = 9, .update = bytes_of_str("?")},
        {.room_id = "b", .seq = 2, .update = bytes_of_str("y")},
        {.room_id = "a", .seq = 3, .update = bytes_of_str("3")},
    };
    assert_int_equal(store_append(s, rows, 4), BASE_OK);
    assert_false(rows[0].gone || rows[2].gone || rows[3].gone);
    assert_true(rows[1].gone);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), BASE_OK);
    assert_int_equal(l.row_count, 3);
    assert_int_equal(l.rows[1].author, 5);
    assert_int_equal(l.rows[1].at_ms, 77);
    assert_int_equal(l.rows[1].update.len_bytes, 2);
    store_loaded_free(&l);
    expect(s, "b", "|x y ");

    store_snapshot snap = {.upto_seq = 2, .at_ms = 80, .state = bytes_of_str("1+2")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    expect(s, "a", "1+2|3 ");
    assert_int_equal(append(s, "a", 4, "4"), BASE_OK);
    snap = (store_snapshot){.upto_seq = 4, .state = bytes_of_str("1+2+3+4")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    snap = (store_snapshot){.upto_seq = 3, .state = bytes_of_str("old")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), STORE_EEXISTS);
    assert_int_equal(store_snapshot_put(s, "gone", &snap), STORE_ENOTFOUND);
    expect(s, "a", "1+2+3+4|");
    assert_int_equal(append(s, "a", 5, "5"), BASE_OK);
    expect(s, "a", "1+2+3+4|5 ");
    expect(s, "b", "|x y ");
}

static void a_batch_is_all_or_nothing(void **state)
{
    store *s = ((fixture *)*state)->s;
    create(s, "a", "1");
    create(s, "b", "x");
    store_row rows[] = {
        {.room_id = "a", .seq = 2, .update = bytes_of_str("2")},
        {.room_id = "gone", .seq = 2, .update = bytes_of_str("?")},
        {.room_id = "b", .seq = 1, .update = bytes_of_str("again")},
    };
    assert_int_equal(store_append(s, rows, 3), STORE_EEXISTS);
    expect(s, "a", "|1 ");
    expect(s, "b", "|x ");
    assert_int_equal(append(s, "a", 2, "2"), BASE_OK);
    expect(s, "a", "|1 2 ");
}

static void a_gap_is_damage(void **state)
{
    store *s = ((fixture *)*state)->s;
    create(s, "a", "1");
    assert_int_equal(append(s, "a", 3, "3"), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), STORE_ECORRUPT);
}

static void expiry(void **state)
{
    store *s = ((fixture *)*state)->s;
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++) {
        store_room room = record(ids[i]);
        room.used_at_ms = 1000 + (int64_t)(i * 3 % 5) * 100;
        room.keep_ms = i == 1 ? 0 : 500;
        assert_int_equal(store_room_create(s, &room, bytes_of_str("")), BASE_OK);
    }
    /* a 1500, b never, c 1600, d 1900, e 1700 */
    store_id out[5];
    size_t count;
    assert_int_equal(store_expired(s, 1500, out, 5, &count), BASE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_expired(s, 1800, out, 5, &count), BASE_OK);
    assert_int_equal(count, 3);
    assert_string_equal(out[0].text, "a");
    assert_string_equal(out[1].text, "c");
    assert_string_equal(out[2].text, "e");
    assert_int_equal(store_expired(s, 9999, out, 2, &count), BASE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(out[0].text, "a");
    assert_string_equal(out[1].text, "c");
}

static void big_updates(void **state)
{
    store *s = ((fixture *)*state)->s;
    size_t n = 3 << 20;
    char *big = malloc(n + 1);
    memset(big, 'x', n);
    big[n] = '\0';
    create(s, "a", big);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), BASE_OK);
    assert_true(bytes_equal(l.rows[0].update, bytes_of_str(big)));
    store_loaded_free(&l);
    free(big);
}

static void the_known_checksum(void **state)
{
    (void)state;
    assert_int_equal(crc32c(bytes_of_str("123456789")), 0xE3069283);
    assert_int_equal(crc32c(bytes_of_str("")), 0);
}

static void survives_reopening(void **state)
{
    fixture *f = *state;
    create(f->s, "a", "1");
    assert_int_equal(append(f->s, "a", 2, "2"), BASE_OK);
    store_close(f->s);
    f->s = NULL;
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    expect(f->s, "a", "|1 2 ");
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
    create(f->s, "a", "1");
    assert_int_equal(append(f->s, "a", 2, "2"), BASE_OK);
    char copy[128];
    snprintf(copy, sizeof copy, "%s.crash", f->path);
    copy_file(f->path, copy, "");
    copy_file(f->path, copy, "-wal");
    assert_int_equal(append(f->s, "a", 3, "3"), BASE_OK);
    store *s;
    assert_int_equal(store_sqlite_open(copy, base_alloc_libc(), &s), BASE_OK);
    expect(s, "a", "|1 2 ");
    assert_int_equal(append(s, "a", 3, "other"), BASE_OK);
    store_close(s);
    remove_files(copy);
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
    create(f->s, "a", "1");
    create(f->s, "b", "x");
    create(f->s, "c", "m");
    store_snapshot snap = {.upto_seq = 1, .state = bytes_of_str("snap")};
    assert_int_equal(store_snapshot_put(f->s, "c", &snap), BASE_OK);
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "UPDATE log SET bytes = x'32' WHERE room = 1;"
                  "UPDATE snapshots SET crc32c = crc32c + 1");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(f->s, "a", &l), STORE_ECORRUPT);
    assert_int_equal(store_load(f->s, "c", &l), STORE_ECORRUPT);
    expect(f->s, "b", "|x ");
}

static void strange_files_are_refused(void **state)
{
    fixture *f = *state;
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "PRAGMA user_version = 99");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), STORE_EVERSION);
    remove_files(f->path);
    edit(f->path, "CREATE TABLE theirs (x)");
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), STORE_EVERSION);
    remove_files(f->path);
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
    create(f->s, "a", "1");
    store *second = NULL;
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &second), STORE_EBUSY);
}

#define EACH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, open_memory, close_store),                               \
        cmocka_unit_test_setup_teardown(test, open_sqlite, close_store)
#define FILE_ONLY(test) cmocka_unit_test_setup_teardown(test, open_sqlite, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(rooms),
        EACH(log_and_snapshots),
        EACH(a_batch_is_all_or_nothing),
        EACH(a_gap_is_damage),
        EACH(expiry),
        EACH(big_updates),
        cmocka_unit_test(the_known_checksum),
        FILE_ONLY(survives_reopening),
        FILE_ONLY(survives_a_crash),
        FILE_ONLY(damage_is_of_one_room),
        FILE_ONLY(strange_files_are_refused),
        FILE_ONLY(one_process_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
