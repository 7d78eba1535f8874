/* One contract, each store: rooms, log, snapshots, expiry. */
#include "store/test/fixture.h"

#include "store/crc32c.h"

static void rooms(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    store_room room, got;
    assert_int_equal(store_room_get(r, "a", &got), STORE_ENOTFOUND);
    fixture_create(s, "a", "one");
    room = fixture_record("a");
    assert_int_equal(store_room_create(s, &room, bytes_of_str("two")), STORE_EEXISTS);
    assert_int_equal(store_room_get(r, "a", &got), BASE_OK);
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
    assert_int_equal(store_room_get(r, "a", &got), BASE_OK);
    assert_string_equal(got.name, "Caf\xc3\xa9");
    assert_int_equal(got.used_at_ms, 2000);
    assert_int_equal(store_room_expires_at(&got), 0);
    fixture_expect(r, "a", "|one ");

    assert_int_equal(store_room_delete(s, "a"), BASE_OK);
    assert_int_equal(store_room_delete(s, "a"), STORE_ENOTFOUND);
    store_loaded l;
    assert_int_equal(store_load(r, "a", &l), STORE_ENOTFOUND);
    fixture_create(s, "a", "");
    fixture_expect(r, "a", "|");
    assert_int_equal(store_ping(r), BASE_OK);
}

static void log_and_snapshots(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create(s, "a", "1");
    fixture_create(s, "b", "x");
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
    assert_int_equal(store_load(r, "a", &l), BASE_OK);
    assert_int_equal(l.row_count, 3);
    assert_int_equal(l.rows[1].author, 5);
    assert_int_equal(l.rows[1].at_ms, 77);
    assert_int_equal(l.rows[1].update.len_bytes, 2);
    store_loaded_free(&l);
    fixture_expect(r, "b", "|x y ");

    store_snapshot snap = {.upto_seq = 2, .at_ms = 80, .state = bytes_of_str("1+2")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    fixture_expect(r, "a", "1+2|3 ");
    assert_int_equal(fixture_append(s, "a", 4, "4"), BASE_OK);
    snap = (store_snapshot){.upto_seq = 4, .state = bytes_of_str("1+2+3+4")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    snap = (store_snapshot){.upto_seq = 3, .state = bytes_of_str("old")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), STORE_EEXISTS);
    assert_int_equal(store_snapshot_put(s, "gone", &snap), STORE_ENOTFOUND);
    fixture_expect(r, "a", "1+2+3+4|");
    assert_int_equal(fixture_append(s, "a", 5, "5"), BASE_OK);
    fixture_expect(r, "a", "1+2+3+4|5 ");
    fixture_expect(r, "b", "|x y ");
}

static void a_batch_is_all_or_nothing(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create(s, "a", "1");
    fixture_create(s, "b", "x");
    store_row rows[] = {
        {.room_id = "a", .seq = 2, .update = bytes_of_str("2")},
        {.room_id = "gone", .seq = 2, .update = bytes_of_str("?")},
        {.room_id = "b", .seq = 1, .update = bytes_of_str("again")},
    };
    assert_int_equal(store_append(s, rows, 3), STORE_EEXISTS);
    fixture_expect(r, "a", "|1 ");
    fixture_expect(r, "b", "|x ");
    assert_int_equal(fixture_append(s, "a", 2, "2"), BASE_OK);
    fixture_expect(r, "a", "|1 2 ");
}

static void a_gap_is_damage(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create(s, "a", "1");
    assert_int_equal(fixture_append(s, "a", 3, "3"), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(r, "a", &l), STORE_ECORRUPT);
}

static void expiry(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++) {
        store_room room = fixture_record(ids[i]);
        room.used_at_ms = 1000 + (int64_t)(i * 3 % 5) * 100;
        room.keep_ms = i == 1 ? 0 : 500;
        assert_int_equal(store_room_create(s, &room, bytes_of_str("")), BASE_OK);
    }
    /* a 1500, b never, c 1600, d 1900, e 1700 */
    store_id out[5];
    size_t count;
    assert_int_equal(store_expired(r, 1500, out, 5, &count), BASE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_expired(r, 1800, out, 5, &count), BASE_OK);
    assert_int_equal(count, 3);
    assert_string_equal(out[0].text, "a");
    assert_string_equal(out[1].text, "c");
    assert_string_equal(out[2].text, "e");
    assert_int_equal(store_expired(r, 9999, out, 2, &count), BASE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(out[0].text, "a");
    assert_string_equal(out[1].text, "c");
}

static void big_updates(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    size_t n = 3 << 20;
    char *big = malloc(n + 1);
    memset(big, 'x', n);
    big[n] = '\0';
    fixture_create(s, "a", big);
    store_loaded l;
    assert_int_equal(store_load(r, "a", &l), BASE_OK);
    assert_true(bytes_equal(l.rows[0].update, bytes_of_str(big)));
    store_loaded_free(&l);
    free(big);
}

static void rooms_in_order(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    static const char *const made[] = {"m", "-z", "0", "Z", "a.b", "gone", "z"};
    for (size_t i = 0; i < 7; i++)
        fixture_create_empty(s, made[i]);
    assert_int_equal(store_room_delete(s, "gone"), BASE_OK);
    static const char *const sorted[] = {"-z", "0", "Z", "a.b", "m", "z"};
    store_id ids[7];
    size_t count;
    assert_int_equal(store_rooms(r, "", ids, 7, &count), BASE_OK);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(ids[i].text, sorted[i]);
    assert_int_equal(store_rooms(r, "Z", ids, 2, &count), BASE_OK);
    assert_int_equal(count, 2);
    assert_string_equal(ids[0].text, "a.b");
    assert_int_equal(store_rooms(r, "z", ids, 2, &count), BASE_OK);
    assert_int_equal(count, 0);
}

static void a_snapshot_waits_for_its_rows(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create(s, "a", "1");
    store_snapshot snap = {.upto_seq = 2, .state = bytes_of_str("1+2")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), STORE_EBUSY);
    fixture_expect(r, "a", "|1 ");
    assert_int_equal(fixture_append(s, "a", 2, "2"), BASE_OK);
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    snap = (store_snapshot){.upto_seq = 2, .state = bytes_of_str("again")};
    assert_int_equal(store_snapshot_put(s, "a", &snap), BASE_OK);
    fixture_expect(r, "a", "again|");
    assert_int_equal(fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
}

static void salvage_of_a_gap(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create(s, "a", "1");
    assert_int_equal(fixture_append(s, "a", 2, "2"), BASE_OK);
    assert_int_equal(fixture_append(s, "a", 4, "4"), BASE_OK);
    store_loaded l;
    store_damage damage;
    assert_int_equal(store_salvage(r, "a", &l, &damage), BASE_OK);
    assert_int_equal(l.row_count, 2);
    assert_string_equal(damage.what, "missing row");
    assert_int_equal(damage.seq, 3);
    store_loaded_free(&l);
    assert_int_equal(store_salvage(r, "b", &l, &damage), STORE_ENOTFOUND);
    fixture_create(s, "whole", "1");
    assert_int_equal(store_salvage(r, "whole", &l, &damage), BASE_OK);
    assert_null(damage.what);
    store_loaded_free(&l);
}

static void the_known_checksum(void **state)
{
    (void)state;
    assert_int_equal(crc32c(bytes_of_str("123456789")), 0xE3069283);
    assert_int_equal(crc32c(bytes_of_str("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_EACH(rooms),
        FIXTURE_EACH(log_and_snapshots),
        FIXTURE_EACH(a_batch_is_all_or_nothing),
        FIXTURE_EACH(a_gap_is_damage),
        FIXTURE_EACH(expiry),
        FIXTURE_EACH(big_updates),
        FIXTURE_EACH(rooms_in_order),
        FIXTURE_EACH(a_snapshot_waits_for_its_rows),
        FIXTURE_EACH(salvage_of_a_gap),
        cmocka_unit_test(the_known_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
