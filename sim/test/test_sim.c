/* The simulator itself: what it claims of disks, time and replays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/farm.h"
#include "sim/heap.h"

static void events_of_one_moment_keep_their_order(void **state)
{
    (void)state;
    sim_clock c = {0};
    event e;
    for (uint32_t i = 0; i < 200; i++)
        clock_at(&c, (event){.at_us = 1000 - (i / 10) * 7, .who = i});
    int64_t last_us = -1;
    uint32_t last = 0;
    for (size_t i = 0; i < 200; i++) {
        assert_true(clock_next(&c, &e));
        assert_true(e.at_us > last_us || (e.at_us == last_us && e.who > last));
        last_us = e.at_us;
        last = e.who;
    }
    assert_false(clock_next(&c, &e));
    clock_at(&c, (event){.at_us = 0});
    assert_true(clock_next(&c, &e) && e.at_us == 1000); /* never before now */
    clock_deinit(&c);
}

static void what_was_flushed_stays(void **state)
{
    (void)state;
    size_t kept = 0, lost = 0, torn = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        disk d;
        uint8_t old[2048], fresh[2048];
        memset(old, 1, sizeof old);
        memset(fresh, 2, sizeof fresh);
        disk_init(&d, seed);
        disk_file *f = disk_create(&d, "a");
        assert_int_equal(disk_write(&d, f, 0, old, sizeof old), DISK_OK);
        assert_int_equal(disk_flush(&d, f), DISK_OK);
        assert_int_equal(disk_write(&d, f, 0, fresh, sizeof fresh), DISK_OK);
        assert_memory_equal(f->now.ptr, fresh, sizeof fresh);
        disk_crash(&d, true);
        size_t news = 0;
        for (size_t i = 0; i < sizeof fresh; i++) {
            assert_in_range(f->now.ptr[i], 1, 2);
            news += f->now.ptr[i] == 2;
        }
        assert_int_equal(news % DISK_SECTOR_BYTES, 0);
        kept += news == sizeof fresh;
        lost += news == 0;
        torn += news > 0 && news < sizeof fresh;
        disk_deinit(&d);
    }
    assert_true(kept > 20 && lost > 20 && torn > 20);
}

static void later_writes_may_outlive_earlier_ones(void **state)
{
    (void)state;
    size_t reordered = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        disk d;
        disk_init(&d, seed);
        disk_file *f = disk_create(&d, "a");
        assert_int_equal(disk_write(&d, f, 0, "x", 1), DISK_OK);
        assert_int_equal(disk_write(&d, f, 1, "y", 1), DISK_OK);
        disk_crash(&d, true);
        reordered += f->now.len_bytes == 2 && f->now.ptr[0] == 0 && f->now.ptr[1] == 'y';
        disk_deinit(&d);
    }
    assert_true(reordered > 10);
}

/* Of a call under way a first part was done; the system keeps what a dead process wrote. */
static void a_dead_process_has_done_the_first_part_of_its_call(void **state)
{
    (void)state;
    size_t seen[4] = {0};
    for (uint64_t seed = 0; seed < 300; seed++) {
        disk d;
        disk_init(&d, seed);
        disk_file *f = disk_create(&d, "a");
        assert_int_equal(disk_write(&d, f, 0, "0", 1), DISK_OK);
        disk_call_begin(&d);
        for (size_t i = 1; i <= 3; i++)
            assert_int_equal(disk_write(&d, f, i, "1", 1), DISK_OK);
        disk_crash(&d, false);
        assert_in_range(f->now.len_bytes, 1, 4);
        seen[f->now.len_bytes - 1]++;
        disk_deinit(&d);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(seen[i] > 20);
}

static void a_full_disk_takes_no_more_and_a_failing_one_nothing(void **state)
{
    (void)state;
    disk d;
    disk_init(&d, 1);
    disk_file *f = disk_create(&d, "a");
    assert_int_equal(disk_write(&d, f, 0, "ab", 2), DISK_OK);
    d.full = true;
    assert_int_equal(disk_write(&d, f, 1, "cd", 2), DISK_FULL);
    assert_int_equal(disk_write(&d, f, 0, "cd", 2), DISK_OK);
    d.full = false;
    d.fail_in = 3;
    assert_int_equal(disk_write(&d, f, 2, "e", 1), DISK_OK);
    assert_int_equal(disk_flush(&d, f), DISK_FAILED);
    assert_int_equal(disk_write(&d, f, 2, "f", 1), DISK_FAILED);
    disk_deinit(&d);
}

static void the_heap_counts_and_notices_wrong_sizes(void **state)
{
    (void)state;
    heap h;
    heap_init(&h, 1);
    void *a = base_alloc_get(&h.alloc, 10);
    void *b = base_alloc_resize(&h.alloc, NULL, 0, 20);
    b = base_alloc_resize(&h.alloc, b, 20, 30);
    assert_int_equal(h.live_blocks, 2);
    assert_int_equal(h.live_bytes, 40);
    base_alloc_put(&h.alloc, b, 30);
    assert_false(h.wrong_size);
    base_alloc_put(&h.alloc, a, 11);
    assert_true(h.wrong_size);
    assert_int_equal(h.live_blocks, 0);
    (void)base_alloc_get(&h.alloc, 10);
    heap_wipe(&h);
    assert_int_equal(h.live_bytes, 0);
    h.fail_one_in = 1;
    assert_null(base_alloc_get(&h.alloc, 10));
}

static void a_seed_replays_bit_for_bit(void **state)
{
    (void)state;
    uint64_t other = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        plan p;
        world_result first, second;
        plan_init(&p, seed);
        assert_true(world_run(&p, NULL, &first));
        assert_true(world_run(&p, NULL, &second));
        assert_int_equal(first.hash, second.hash);
        assert_int_equal(first.events, second.events);
        assert_memory_equal(first.counts, second.counts, sizeof first.counts);
        assert_int_not_equal(first.hash, other);
        other = first.hash;
        plan_deinit(&p);
    }
}

static bool has_both(void *ctx, const plan *p)
{
    const size_t *needed = ctx;
    return !p->happenings[needed[0]].left_out && !p->happenings[needed[1]].left_out;
}

static void a_failure_is_shrunk_to_what_it_needs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 40; seed++) {
        plan p;
        plan_init(&p, seed);
        size_t needed[2] = {p.count / 3, p.count - 1}, kept = 0;
        size_t runs = shrink(&p, has_both, needed, 500);
        for (size_t i = 0; i < p.count; i++)
            kept += !p.happenings[i].left_out;
        assert_int_equal(kept, 2);
        assert_true(has_both(needed, &p));
        assert_true(runs <= 500);
        plan_deinit(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_one_moment_keep_their_order),
        cmocka_unit_test(what_was_flushed_stays),
        cmocka_unit_test(later_writes_may_outlive_earlier_ones),
        cmocka_unit_test(a_dead_process_has_done_the_first_part_of_its_call),
        cmocka_unit_test(a_full_disk_takes_no_more_and_a_failing_one_nothing),
        cmocka_unit_test(the_heap_counts_and_notices_wrong_sizes),
        cmocka_unit_test(a_seed_replays_bit_for_bit),
        cmocka_unit_test(a_failure_is_shrunk_to_what_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
