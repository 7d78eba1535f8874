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
#include "store/segment.h"
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
    static const char *const tails[] = {"", "-wal", "-shm", "-journal", "-lock"};
    for (size_t i = 0; i < 5; i++) {
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

/* ---------------------------------------------------------------------- history and upkeep --- */

#define ROW_MS 10

/* Rows first..last of room `id`: row n says "row n", by author n % 3, at n * ROW_MS. */
static void append_many(store *s, const char *id, uint64_t first, uint64_t last)
{
    enum { BATCH = 500 };
    static char text[BATCH][32];
    static store_row rows[BATCH];
    while (first <= last) {
        size_t n = 0;
        for (; n < BATCH && first <= last; n++, first++) {
            snprintf(text[n], sizeof text[n], "row %llu", (unsigned long long)first);
            rows[n] = (store_row){.room_id = id,
                                  .seq = first,
                                  .author = first % 3,
                                  .at_ms = (int64_t)first * ROW_MS,
                                  .update = bytes_of_str(text[n])};
        }
        assert_int_equal(store_append(s, rows, n), BASE_OK);
    }
}

/* Pages through history behind `after_seq` and compares each row; returns the number of the last.
 */
static uint64_t read_history(store *s, const char *id, uint64_t after_seq, size_t rows_max)
{
    store_history_query query = {after_seq, INT64_MIN, rows_max, 1 << 20};
    bool more = true;
    for (int pages = 0; more && pages < 100000; pages++) {
        store_page page;
        assert_int_equal(store_history(s, id, &query, &page), BASE_OK);
        assert_true(page.row_count <= rows_max);
        assert_true(page.row_count > 0 || !page.more);
        more = page.more;
        for (size_t i = 0; i < page.row_count; i++) {
            char text[32];
            query.after_seq++;
            snprintf(text, sizeof text, "row %llu", (unsigned long long)query.after_seq);
            assert_int_equal(page.rows[i].seq, query.after_seq);
            assert_int_equal(page.rows[i].author, query.after_seq % 3);
            assert_int_equal(page.rows[i].at_ms, (int64_t)query.after_seq * ROW_MS);
            assert_true(bytes_equal(page.rows[i].update, bytes_of_str(text)));
        }
        store_page_free(&page);
    }
    return query.after_seq;
}

/* Steps of one kind until there is nothing to do; returns what they counted. */
static uint64_t upkeep(store *s, store_work kind, int64_t drop_before_ms)
{
    store_upkeep_options options = {.drop_before_ms = drop_before_ms};
    store_upkept done;
    uint64_t sum = 0;
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(store_upkeep(s, &options, &done), BASE_OK);
        if (done.work == STORE_WORK_NONE)
            return sum;
        sum += done.work == kind ? done.count : 0;
    }
    fail_msg("upkeep does not end");
    return 0;
}

static void create_empty(store *s, const char *id)
{
    store_room room = record(id);
    assert_int_equal(store_room_create(s, &room, bytes_of_str("")), BASE_OK);
}

static void put_snapshot(store *s, const char *id, uint64_t upto_seq)
{
    store_snapshot snap = {.upto_seq = upto_seq, .at_ms = 1, .state = bytes_of_str("state")};
    assert_int_equal(store_snapshot_put(s, id, &snap), BASE_OK);
}

static void rows_of_a_snapshot_become_history(void **state)
{
    store *s = ((fixture *)*state)->s;
    create_empty(s, "a");
    create_empty(s, "b");
    append_many(s, "a", 1, 7000);
    append_many(s, "b", 1, 10);
    assert_int_equal(upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
    put_snapshot(s, "a", 6500);
    assert_int_equal(read_history(s, "a", 0, 999), 7000);
    assert_int_equal(upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 6500);
    assert_int_equal(upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
    assert_int_equal(read_history(s, "a", 0, 999), 7000);
    assert_int_equal(read_history(s, "a", 0, 7000), 7000);
    assert_int_equal(read_history(s, "a", 1999, 1), 7000);
    assert_int_equal(read_history(s, "a", 6499, 3), 7000);
    assert_int_equal(read_history(s, "b", 0, 3), 10);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), BASE_OK);
    assert_int_equal(l.snapshot_seq, 6500);
    assert_int_equal(l.row_count, 500);
    store_loaded_free(&l);

    append_many(s, "a", 7001, 7100);
    put_snapshot(s, "a", 7100);
    assert_int_equal(upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 600);
    assert_int_equal(read_history(s, "a", 0, 5000), 7100);
    expect(s, "a", "state|");
    store_row taken = {.room_id = "a", .seq = 7101, .update = bytes_of_str("next")};
    assert_int_equal(store_append(s, &taken, 1), BASE_OK);
    expect(s, "a", "state|next ");
    store_history_query query = {0, INT64_MIN, 1, 1};
    store_page page;
    assert_int_equal(store_history(s, "nobody", &query, &page), STORE_ENOTFOUND);
}

static uint64_t first_from(store *s, uint64_t after_seq, int64_t from_ms)
{
    store_history_query query = {after_seq, from_ms, 10, 1 << 20};
    store_page page;
    assert_int_equal(store_history(s, "a", &query, &page), BASE_OK);
    uint64_t first = page.row_count > 0 ? page.rows[0].seq : 0;
    store_page_free(&page);
    return first;
}

/* Every cut, and a flip of every byte, of a segment: refused, or it is the same rows. */
static void segments_refuse_what_they_are_not(void **state)
{
    (void)state;
    store_row rows[] = {
        {.seq = 7, .author = UINT64_MAX, .at_ms = INT64_MAX, .update = bytes_of_str("first")},
        {.seq = 8, .author = 0, .at_ms = INT64_MIN, .update = bytes_of_str("")},
        {.seq = 9, .author = 5, .at_ms = -1, .update = bytes_of_str("third")},
    };
    buf packed;
    uint64_t raw_bytes;
    segment s;
    const base_alloc *libc = base_alloc_libc();
    buf_init(&packed, libc, 10000);
    assert_int_equal(segment_pack(rows, 3, libc, &packed, &raw_bytes), BASE_OK);
    bytes whole = buf_view(&packed);
    assert_int_equal(segment_unpack(whole, raw_bytes, 7, 9, libc, &s), BASE_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(s.rows[i].seq, rows[i].seq);
        assert_int_equal(s.rows[i].author, rows[i].author);
        assert_int_equal(s.rows[i].at_ms, rows[i].at_ms);
        assert_true(bytes_equal(s.rows[i].update, rows[i].update));
    }
    segment_deinit(&s);
    assert_int_equal(segment_unpack(whole, raw_bytes, 7, 10, libc, &s), STORE_ECORRUPT);
    assert_int_equal(segment_unpack(whole, raw_bytes + 1, 7, 9, libc, &s), STORE_ECORRUPT);
    assert_int_equal(segment_unpack(whole, raw_bytes, 9, 7, libc, &s), STORE_ECORRUPT);
    for (size_t n = 0; n < whole.len_bytes; n++) {
        uint8_t *cut = malloc(n + 1); /* its own block, so that reading past it is seen */
        memcpy(cut, whole.ptr, n);
        assert_int_equal(segment_unpack(bytes_of(cut, n), raw_bytes, 7, 9, libc, &s),
                         STORE_ECORRUPT);
        free(cut);
        for (unsigned bit = 0; bit < 8; bit++) {
            packed.ptr[n] ^= (uint8_t)(1u << bit);
            if (segment_unpack(whole, raw_bytes, 7, 9, libc, &s) == BASE_OK)
                segment_deinit(&s);
            packed.ptr[n] ^= (uint8_t)(1u << bit);
        }
    }
    buf_deinit(&packed);
}

static void history_from_a_time(void **state)
{
    store *s = ((fixture *)*state)->s;
    create_empty(s, "a");
    append_many(s, "a", 1, 5000);
    put_snapshot(s, "a", 4800);
    for (int compacted = 0; compacted < 2; compacted++) {
        assert_int_equal(first_from(s, 0, 0), 1);
        assert_int_equal(first_from(s, 0, 11), 2);
        assert_int_equal(first_from(s, 0, 30000), 3000);
        assert_int_equal(first_from(s, 3500, 30000), 3501);
        assert_int_equal(first_from(s, 0, 48001), 4801);
        assert_int_equal(first_from(s, 0, 50000), 5000);
        assert_int_equal(first_from(s, 0, 50001), 0);
        upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    }
}

static void pages_are_bounded(void **state)
{
    store *s = ((fixture *)*state)->s;
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    create(s, "a", text);
    for (uint64_t i = 2; i <= 20; i++)
        assert_int_equal(append(s, "a", i, text), BASE_OK);
    put_snapshot(s, "a", 10);
    upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    store_history_query query = {0, INT64_MIN, 100, 2500};
    store_page page;
    assert_int_equal(store_history(s, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 2);
    assert_true(page.more);
    store_page_free(&page);
    query = (store_history_query){9, INT64_MIN, 100, 10};
    assert_int_equal(store_history(s, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 1);
    assert_int_equal(page.rows[0].seq, 10);
    assert_true(page.more);
    store_page_free(&page);
    query = (store_history_query){20, INT64_MIN, 100, 10};
    assert_int_equal(store_history(s, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 0);
    assert_false(page.more);
    store_page_free(&page);
}

static void old_history_goes(void **state)
{
    store *s = ((fixture *)*state)->s;
    create_empty(s, "a");
    append_many(s, "a", 1, 9000);
    put_snapshot(s, "a", 8000);
    upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    assert_true(upkeep(s, STORE_WORK_PRUNE, 4000 * ROW_MS + 1) > 0);
    store_history_query query = {0, INT64_MIN, 1, 1};
    store_page page;
    assert_int_equal(store_history(s, "a", &query, &page), BASE_OK);
    uint64_t first = page.rows[0].seq;
    store_page_free(&page);
    assert_int_equal(first, 4001); /* the memory store: to the row; segments end at 2000 rows */
    assert_int_equal(read_history(s, "a", first - 1, 1000), 9000);
    /* Rows of the log are never dropped for their age: the document needs them. */
    upkeep(s, STORE_WORK_PRUNE, INT64_MAX);
    assert_int_equal(read_history(s, "a", 8000, 1000), 9000);
}

static void deleted_rooms_go_in_steps(void **state)
{
    store *s = ((fixture *)*state)->s;
    create_empty(s, "a");
    create_empty(s, "b");
    append_many(s, "a", 1, 9000);
    append_many(s, "b", 1, 5);
    put_snapshot(s, "a", 5000);
    upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    assert_int_equal(store_room_delete(s, "a"), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(s, "a", &l), STORE_ENOTFOUND);
    store_row late = {.room_id = "a", .seq = 9001, .update = bytes_of_str("late")};
    assert_int_equal(store_append(s, &late, 1), BASE_OK);
    assert_true(late.gone);
    create(s, "a", "again"); /* while rows of the first are still there */
    expect(s, "a", "|again ");
    upkeep(s, STORE_WORK_REMOVE, INT64_MIN);
    expect(s, "a", "|again ");
    assert_int_equal(read_history(s, "b", 0, 10), 5);
    store_id ids[4];
    size_t count;
    assert_int_equal(store_rooms(s, "", ids, 4, &count), BASE_OK);
    assert_int_equal(count, 2);
}

static void rooms_in_order(void **state)
{
    store *s = ((fixture *)*state)->s;
    static const char *const made[] = {"m", "-z", "0", "Z", "a.b", "gone", "z"};
    for (size_t i = 0; i < 7; i++)
        create_empty(s, made[i]);
    assert_int_equal(store_room_delete(s, "gone"), BASE_OK);
    static const char *const sorted[] = {"-z", "0", "Z", "a.b", "m", "z"};
    store_id ids[7];
    size_t count;
    assert_int_equal(store_rooms(s, "", ids, 7, &count), BASE_OK);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(ids[i].text, sorted[i]);
    assert_int_equal(store_rooms(s, "Z", ids, 2, &count), BASE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(ids[0].text, "a.b");
    assert_int_equal(store_rooms(s, "z", ids, 2, &count), BASE_OK);
    assert_int_equal(count, 0);
}

static void a_snapshot_waits_for_its_rows(void **state)
{
    store *s = ((fixture *)*state)->s;
    create(s, "a", "1");
    store_snapshot snap = {.upto_seq = 2, .state = bytes_of_str("1+2")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), STORE_EBUSY);
    expect(s, "a", "|1 ");
    assert_int_equal(append(s, "a", 2, "2"), BASE_OK);
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    snap = (store_snapshot){.upto_seq = 2, .state = bytes_of_str("again")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    expect(s, "a", "again|");
    assert_int_equal(upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
}

static void salvage_of_a_gap(void **state)
{
    store *s = ((fixture *)*state)->s;
    create(s, "a", "1");
    assert_int_equal(append(s, "a", 2, "2"), BASE_OK);
    assert_int_equal(append(s, "a", 4, "4"), BASE_OK);
    store_loaded l;
    store_damage damage;
    assert_int_equal(store_salvage(s, "a", &l, &damage), BASE_OK);
    assert_int_equal(l.row_count, 2);
    assert_string_equal(damage.what, "missing row");
    assert_int_equal(damage.seq, 3);
    store_loaded_free(&l);
    assert_int_equal(store_salvage(s, "b", &l, &damage), STORE_ENOTFOUND);
    create(s, "whole", "1");
    assert_int_equal(store_salvage(s, "whole", &l, &damage), BASE_OK);
    assert_null(damage.what);
    store_loaded_free(&l);
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

static void reopen(fixture *f)
{
    assert_int_equal(store_sqlite_open(f->path, base_alloc_libc(), &f->s), BASE_OK);
}

static void damaged_history(void **state)
{
    fixture *f = *state;
    create_empty(f->s, "a");
    create_empty(f->s, "b");
    create_empty(f->s, "c");
    append_many(f->s, "a", 1, 4500);
    append_many(f->s, "b", 1, 4500);
    append_many(f->s, "c", 1, 100);
    put_snapshot(f->s, "a", 4000);
    upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN);
    put_snapshot(f->s, "b", 4000);
    put_snapshot(f->s, "c", 100);
    store_close(f->s);
    f->s = NULL;
    edit(f->path, "UPDATE segments SET bytes = zeroblob(100) WHERE room = 1 AND first_seq > 1;"
                  "UPDATE snapshots SET crc32c = crc32c + 1 WHERE room = 1;"
                  "UPDATE log SET bytes = x'32' WHERE room = 2 AND seq = 3000");
    reopen(f);
    /* A damaged snapshot is replaced by the history that is left. */
    store_loaded l;
    store_damage damage;
    assert_int_equal(store_load(f->s, "a", &l), STORE_ECORRUPT);
    assert_int_equal(store_salvage(f->s, "a", &l, &damage), BASE_OK);
    assert_string_equal(damage.what, "snapshot");
    assert_int_equal(l.snapshot.len_bytes, 0);
    assert_int_equal(l.row_count, 2000);
    store_loaded_free(&l);
    store_history_query query = {2000, INT64_MIN, 10, 1000};
    store_page page;
    assert_int_equal(store_history(f->s, "a", &query, &page), STORE_ECORRUPT);
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
    assert_int_equal(store_load(f->s, "b", &l), BASE_OK);
    assert_int_equal(l.row_count, 500);
    store_loaded_free(&l);
    assert_int_equal(read_history(f->s, "c", 0, 1000), 100);
    query = (store_history_query){2990, INT64_MIN, 8, 1000};
    assert_int_equal(store_history(f->s, "b", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 8);
    store_page_free(&page);
}

/* A file of the first schema, as the first release made it. */
static void the_first_schema_is_migrated(void **state)
{
    fixture *f = *state;
    create_empty(f->s, "a");
    append_many(f->s, "a", 1, 3000);
    put_snapshot(f->s, "a", 2500);
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
    assert_int_equal(upkeep(f->s, STORE_WORK_COMPACT, INT64_MIN), 2500);
    assert_int_equal(read_history(f->s, "a", 0, 1000), 3000);
}

static void space_is_given_back(void **state)
{
    fixture *f = *state;
    size_t n = 64 * 1024;
    char *big = malloc(n + 1);
    memset(big, 'x', n);
    big[n] = '\0';
    create(f->s, "a", big);
    create(f->s, "b", "small");
    for (uint64_t i = 2; i <= 200; i++)
        assert_int_equal(append(f->s, "a", i, big), BASE_OK);
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
    expect(f->s, "b", "|small ");
}

/* Somebody looks after the file with another program. */
static void another_writer_is_waited_for(void **state)
{
    fixture *f = *state;
    create(f->s, "a", "1");
    sqlite3 *other;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(append(f->s, "a", 2, "2"), STORE_EBUSY);
    expect(f->s, "a", "|1 ");
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(append(f->s, "a", 2, "2"), BASE_OK);
    expect(f->s, "a", "|1 2 ");
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
    create(f->s, "a", "1");
    create(f->s, "b", "1");
    uint64_t seq = 2;
    int err = BASE_OK;
    while (err == BASE_OK && seq < 100)
        err = append(f->s, "a", seq++, text);
    assert_int_equal(err, STORE_EFULL);
    assert_false(store_failed(f->s));
    store_loaded l;
    assert_int_equal(store_load(f->s, "a", &l), BASE_OK);
    assert_int_equal(l.last_seq, seq - 2);
    store_loaded_free(&l);
    assert_int_equal(store_room_delete(f->s, "a"), BASE_OK);
    upkeep(f->s, STORE_WORK_REMOVE, INT64_MIN);
    assert_int_equal(append(f->s, "b", 2, text), BASE_OK);
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
        cmocka_unit_test(segments_refuse_what_they_are_not),
        EACH(rows_of_a_snapshot_become_history),
        EACH(history_from_a_time),
        EACH(pages_are_bounded),
        EACH(old_history_goes),
        EACH(deleted_rooms_go_in_steps),
        EACH(rooms_in_order),
        EACH(a_snapshot_waits_for_its_rows),
        EACH(salvage_of_a_gap),
        cmocka_unit_test(the_known_checksum),
        FILE_ONLY(survives_reopening),
        FILE_ONLY(survives_a_crash),
        FILE_ONLY(damage_is_of_one_room),
        FILE_ONLY(damaged_history),
        FILE_ONLY(the_first_schema_is_migrated),
        FILE_ONLY(space_is_given_back),
        FILE_ONLY(another_writer_is_waited_for),
        FILE_ONLY(the_file_has_a_limit),
        FILE_ONLY(strange_files_are_refused),
        FILE_ONLY(one_process_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
