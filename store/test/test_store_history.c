/* One contract, each store: history and what clears away.  And its segments. */
#include "store/test/fixture.h"

#include "store/segment.h"

#include <stdlib.h>

static void rows_of_a_snapshot_become_history(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create_empty(s, "a");
    fixture_create_empty(s, "b");
    fixture_append_many(s, "a", 1, 7000);
    fixture_append_many(s, "b", 1, 10);
    assert_int_equal(fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
    fixture_put_snapshot(s, "a", 6500);
    assert_int_equal(fixture_read_history(r, "a", 0, 999), 7000);
    assert_int_equal(fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 6500);
    assert_int_equal(fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 0);
    assert_int_equal(fixture_read_history(r, "a", 0, 999), 7000);
    assert_int_equal(fixture_read_history(r, "a", 0, 7000), 7000);
    assert_int_equal(fixture_read_history(r, "a", 1999, 1), 7000);
    assert_int_equal(fixture_read_history(r, "a", 6499, 3), 7000);
    assert_int_equal(fixture_read_history(r, "b", 0, 3), 10);
    store_loaded l;
    assert_int_equal(store_load(r, "a", &l), BASE_OK);
    assert_int_equal(l.snapshot_seq, 6500);
    assert_int_equal(l.row_count, 500);
    store_loaded_free(&l);

    fixture_append_many(s, "a", 7001, 7100);
    fixture_put_snapshot(s, "a", 7100);
    assert_int_equal(fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN), 600);
    assert_int_equal(fixture_read_history(r, "a", 0, 5000), 7100);
    fixture_expect(r, "a", "state|");
    store_row taken = {.room_id = "a", .seq = 7101, .update = bytes_of_str("next")};
    assert_int_equal(store_append(s, &taken, 1), BASE_OK);
    fixture_expect(r, "a", "state|next ");
    store_history_query query = {0, INT64_MIN, 1, 1};
    store_page page;
    assert_int_equal(store_history(r, "nobody", &query, &page), STORE_ENOTFOUND);
}

static uint64_t first_from(store_reader *r, uint64_t after_seq, int64_t from_ms)
{
    store_history_query query = {after_seq, from_ms, 10, 1 << 20};
    store_page page;
    assert_int_equal(store_history(r, "a", &query, &page), BASE_OK);
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
    store_reader *r = ((fixture *)*state)->r;
    fixture_create_empty(s, "a");
    fixture_append_many(s, "a", 1, 5000);
    fixture_put_snapshot(s, "a", 4800);
    for (int compacted = 0; compacted < 2; compacted++) {
        assert_int_equal(first_from(r, 0, 0), 1);
        assert_int_equal(first_from(r, 0, 11), 2);
        assert_int_equal(first_from(r, 0, 30000), 3000);
        assert_int_equal(first_from(r, 3500, 30000), 3501);
        assert_int_equal(first_from(r, 0, 48001), 4801);
        assert_int_equal(first_from(r, 0, 50000), 5000);
        assert_int_equal(first_from(r, 0, 50001), 0);
        fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    }
}

static void pages_are_bounded(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    fixture_create(s, "a", text);
    for (uint64_t i = 2; i <= 20; i++)
        assert_int_equal(fixture_append(s, "a", i, text), BASE_OK);
    fixture_put_snapshot(s, "a", 10);
    fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    store_history_query query = {0, INT64_MIN, 100, 2500};
    store_page page;
    assert_int_equal(store_history(r, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 2);
    assert_true(page.more);
    store_page_free(&page);
    query = (store_history_query){9, INT64_MIN, 100, 10};
    assert_int_equal(store_history(r, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 1);
    assert_int_equal(page.rows[0].seq, 10);
    assert_true(page.more);
    store_page_free(&page);
    query = (store_history_query){20, INT64_MIN, 100, 10};
    assert_int_equal(store_history(r, "a", &query, &page), BASE_OK);
    assert_int_equal(page.row_count, 0);
    assert_false(page.more);
    store_page_free(&page);
}

static void old_history_goes(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create_empty(s, "a");
    fixture_append_many(s, "a", 1, 9000);
    fixture_put_snapshot(s, "a", 8000);
    fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    assert_true(fixture_upkeep(s, STORE_WORK_PRUNE, 4000 * FIXTURE_ROW_MS + 1) > 0);
    store_history_query query = {0, INT64_MIN, 1, 1};
    store_page page;
    assert_int_equal(store_history(r, "a", &query, &page), BASE_OK);
    uint64_t first = page.rows[0].seq;
    store_page_free(&page);
    assert_int_equal(first, 4001); /* the memory store: to the row; segments end at 2000 rows */
    assert_int_equal(fixture_read_history(r, "a", first - 1, 1000), 9000);
    /* Rows of the log are never dropped for their age: the document needs them. */
    fixture_upkeep(s, STORE_WORK_PRUNE, INT64_MAX);
    assert_int_equal(fixture_read_history(r, "a", 8000, 1000), 9000);
}

static void deleted_rooms_go_in_steps(void **state)
{
    store *s = ((fixture *)*state)->s;
    store_reader *r = ((fixture *)*state)->r;
    fixture_create_empty(s, "a");
    fixture_create_empty(s, "b");
    fixture_append_many(s, "a", 1, 9000);
    fixture_append_many(s, "b", 1, 5);
    fixture_put_snapshot(s, "a", 5000);
    fixture_upkeep(s, STORE_WORK_COMPACT, INT64_MIN);
    assert_int_equal(store_room_delete(s, "a"), BASE_OK);
    store_loaded l;
    assert_int_equal(store_load(r, "a", &l), STORE_ENOTFOUND);
    store_row late = {.room_id = "a", .seq = 9001, .update = bytes_of_str("late")};
    assert_int_equal(store_append(s, &late, 1), BASE_OK);
    assert_true(late.gone);
    fixture_create(s, "a", "again"); /* while rows of the first are still there */
    fixture_expect(r, "a", "|again ");
    fixture_upkeep(s, STORE_WORK_REMOVE, INT64_MIN);
    fixture_expect(r, "a", "|again ");
    assert_int_equal(fixture_read_history(r, "b", 0, 10), 5);
    store_id ids[4];
    size_t count;
    assert_int_equal(store_rooms(r, "", ids, 4, &count), BASE_OK);
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_refuse_what_they_are_not),
        FIXTURE_EACH(rows_of_a_snapshot_become_history),
        FIXTURE_EACH(history_from_a_time),
        FIXTURE_EACH(pages_are_bounded),
        FIXTURE_EACH(old_history_goes),
        FIXTURE_EACH(deleted_rooms_go_in_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
