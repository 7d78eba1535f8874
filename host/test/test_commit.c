/* When rows are committed, and what happens when they cannot be, on a store that answers as told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/commit.h"
#include "host/limits.h"
#include "store/impl.h"

#define ROWS_MAX 64
#define MS_NS UINT64_C(1000000)

typedef struct fixture {
    store store; /* first */
    int answers[8];
    size_t appends;
    const char *bad_room;
    store_row stored[ROWS_MAX];
    size_t stored_count;
    store_batch *reported[8];
    size_t reports, refusals;
    bool space;
    commit_queue queue;
    commit commit;
    base_alloc alloc;
    size_t allocations_left, blocks;
} fixture;

static fixture f;

static int fake_append(store *s, store_row *rows, size_t count)
{
    (void)s;
    int err = f.appends < 8 ? f.answers[f.appends] : BASE_OK;
    f.appends++;
    for (size_t i = 0; i < count && err == BASE_OK; i++) {
        if (f.bad_room != NULL && strcmp(rows[i].room_id, f.bad_room) == 0)
            err = STORE_ECORRUPT;
    }
    for (size_t i = 0; i < count && err == BASE_OK; i++)
        f.stored[f.stored_count++] = rows[i];
    return err;
}

static void *counted_alloc(void *ctx, size_t size_bytes)
{
    (void)ctx;
    if (f.allocations_left == 0)
        return NULL;
    f.allocations_left--;
    f.blocks++;
    return malloc(size_bytes);
}

static void counted_release(void *ctx, void *ptr, size_t size_bytes)
{
    (void)ctx;
    (void)size_bytes;
    f.blocks -= ptr != NULL;
    free(ptr);
}

static void *counted_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    void *fresh = counted_alloc(ctx, new_bytes);
    if (fresh == NULL || ptr == NULL)
        return fresh;
    memcpy(fresh, ptr, old_bytes < new_bytes ? old_bytes : new_bytes);
    counted_release(ctx, ptr, old_bytes);
    return fresh;
}

static int start(void **state)
{
    static const store_ops ops = {.append = fake_append};
    (void)state;
    memset(&f, 0, sizeof f);
    f.store.ops = &ops;
    f.allocations_left = SIZE_MAX;
    f.alloc = (base_alloc){&f, counted_alloc, counted_resize, counted_release};
    commit_init(&f.commit, &f.alloc);
    return 0;
}

static void forget_reports(void)
{
    for (size_t i = 0; i < f.reports; i++)
        store_batch_free(f.reported[i]);
    f.reports = 0;
}

static int end(void **state)
{
    (void)state;
    forget_reports();
    commit_take(&f.commit, &f.queue);
    commit_deinit(&f.commit);
    assert_int_equal(f.blocks, 0);
    return 0;
}

static void on_report(void *ctx, store_batch *b)
{
    (void)ctx;
    f.reported[f.reports++] = b;
}

static bool on_full(void *ctx)
{
    (void)ctx;
    return f.space;
}

static void on_refused(void *ctx, const char *room_id, int err)
{
    (void)ctx;
    (void)room_id;
    assert_int_equal(err, STORE_ECORRUPT);
    f.refusals++;
}

/* A batch with a row of each room, that begins when `heard` reports are known. */
static void append(const char *rooms, uint64_t heard)
{
    static const char *const ids[] = {"a", "b", "c"};
    store_batch *b = store_batch_new(base_alloc_libc(), NULL);
    assert_non_null(b);
    b->heard = heard;
    for (; *rooms != '\0'; rooms++) {
        const char *id = ids[*rooms - 'a'];
        store_row row = {.room_id = id, .seq = 1, .update = bytes_of_str(id)};
        assert_true(store_batch_add(b, &row, (void *)(uintptr_t)id));
    }
    (void)commit_queue_put(&f.queue, b);
}

static int run(uint64_t now_ms)
{
    const commit_ops ops = {NULL, on_report, on_full, on_refused};
    commit_take(&f.commit, &f.queue);
    return commit_run(&f.commit, &f.store, &ops, now_ms * MS_NS);
}

static uint64_t wait_ms(uint64_t now_ms)
{
    uint64_t wait = commit_wait_ns(&f.commit, &f.queue, now_ms * MS_NS);
    return wait == COMMIT_NEVER ? COMMIT_NEVER : wait / MS_NS;
}

static void an_idle_store_commits_at_once_and_a_busy_one_gathers(void **state)
{
    (void)state;
    assert_true(wait_ms(1000) == COMMIT_NEVER);
    append("a", 0);
    assert_int_equal(wait_ms(1000), 0);
    assert_int_equal(run(1000), BASE_OK);
    append("a", 0);
    assert_int_equal(wait_ms(1001), LIMIT_COMMIT_MS - 2);
    append("b", 0);
    assert_int_equal(wait_ms(1004), 0);
    assert_int_equal(run(1004), BASE_OK);
    assert_int_equal(f.appends, 2); /* both in one */
    assert_int_equal(f.reports, 3);
    assert_int_equal(f.stored_count, 3);
    assert_memory_equal(f.stored[2].update.ptr, "b", 1);
}

static void much_does_not_wait(void **state)
{
    (void)state;
    append("a", 0);
    assert_int_equal(run(1000), BASE_OK);
    append("a", 0);
    f.queue.len_bytes = LIMIT_COMMIT_BYTES;
    assert_int_equal(wait_ms(1000), 0);
}

static void what_cannot_be_stored_now_is_tried_again(void **state)
{
    (void)state;
    f.answers[0] = STORE_EBUSY;
    append("a", 0);
    assert_int_equal(run(1000), STORE_EBUSY);
    assert_int_equal(f.reports, 0);
    append("b", 0); /* behind it */
    f.queue.len_bytes = LIMIT_COMMIT_BYTES;
    assert_int_equal(wait_ms(1001), LIMIT_COMMIT_RETRY_MS - 1);
    assert_int_equal(run(1250), BASE_OK);
    assert_int_equal(f.reports, 2);
    assert_string_equal(f.stored[0].room_id, "a");
}

static void a_full_disk_is_given_its_reserve_once(void **state)
{
    (void)state;
    f.answers[0] = STORE_EFULL;
    append("a", 0);
    assert_int_equal(run(1000), STORE_EFULL);
    f.answers[1] = STORE_EFULL;
    f.space = true;
    assert_int_equal(run(1250), BASE_OK);
    assert_int_equal(f.appends, 3);
}

static void a_room_that_cannot_be_written_harms_no_other(void **state)
{
    (void)state;
    f.bad_room = "b";
    append("abcb", 0);
    append("a", 0);
    assert_int_equal(run(1000), BASE_OK);
    assert_int_equal(f.refusals, 1);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(f.reported[0]->rows[i].gone, i == 1 || i == 3);
    assert_int_equal(f.reported[0]->err, STORE_ECORRUPT);
    assert_int_equal(f.reported[0]->report, 1);
    assert_int_equal(f.reported[1]->err, BASE_OK);
    assert_int_equal(f.stored_count, 3);
}

static void what_was_stored_room_by_room_is_not_tried_again(void **state)
{
    (void)state;
    f.bad_room = "b";
    f.answers[2] = STORE_EFULL; /* all; a; then c */
    append("acb", 0);
    assert_int_equal(run(1000), STORE_EFULL);
    assert_int_equal(f.stored_count, 1);
    assert_int_equal(run(1250), BASE_OK);
    assert_int_equal(f.stored_count, 2); /* c once, a not again */
    assert_false(f.reported[0]->rows[0].gone);
    assert_false(f.reported[0]->rows[1].gone);
    assert_true(f.reported[0]->rows[2].gone);
}

static void later_rows_of_a_refused_room_leave_no_gap(void **state)
{
    (void)state;
    f.bad_room = "b";
    append("b", 0);
    assert_int_equal(run(1000), BASE_OK);
    f.bad_room = NULL; /* it can be written again, but its next row was on its way */
    append("ab", 0);
    assert_int_equal(run(1010), BASE_OK);
    assert_int_equal(f.stored_count, 1);
    assert_true(f.reported[1]->rows[1].gone);
    append("b", 2); /* its loop has heard: this is a new life of the room */
    assert_int_equal(run(1020), BASE_OK);
    assert_int_equal(f.stored_count, 2);
    assert_int_equal(f.commit.refused_count, 0);
}

/* Whatever allocation fails, rows wait and nothing is reported twice. */
static void without_memory_rows_wait(void **state)
{
    for (size_t n = 0; n < 8; n++) {
        start(state);
        f.bad_room = "b";
        append("abc", 0);
        f.allocations_left = n;
        int err = run(1000);
        assert_true(err == BASE_OK || err == BASE_ENOMEM);
        assert_int_equal(f.reports, err == BASE_OK);
        f.allocations_left = SIZE_MAX;
        if (err != BASE_OK)
            assert_int_equal(run(1250), BASE_OK);
        assert_int_equal(f.reports, 1);
        assert_int_equal(f.stored_count, 2);
        end(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_idle_store_commits_at_once_and_a_busy_one_gathers, start,
                                        end),
        cmocka_unit_test_setup_teardown(much_does_not_wait, start, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_stored_now_is_tried_again, start, end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_given_its_reserve_once, start, end),
        cmocka_unit_test_setup_teardown(a_room_that_cannot_be_written_harms_no_other, start, end),
        cmocka_unit_test_setup_teardown(what_was_stored_room_by_room_is_not_tried_again, start,
                                        end),
        cmocka_unit_test_setup_teardown(later_rows_of_a_refused_room_leave_no_gap, start, end),
        cmocka_unit_test(without_memory_rows_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
