/* The pool of threads for long work: order, bounds, cancelling, stopping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/net/work.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct piece {
    work work; /* first */
    size_t number;
    bool waits; /* for the gate */
    uv_thread_t ran_on;
    bool done, was_run, on_loop;
} piece;

static app the_app;
static loop home;
static uv_sem_t gate, at_gate;
static atomic_size_t running, most_running, next_number;
static size_t order[100];

static void turn(loop *l)
{
    (void)l;
}

static int start(void **state)
{
    static const loop_hooks hooks = {.turn = turn, .second = turn};
    (void)state;
    atomic_store(&running, 0);
    atomic_store(&most_running, 0);
    atomic_store(&next_number, 0);
    return !loop_init(&home, &the_app, 0, &hooks) || uv_sem_init(&gate, 0) ||
           uv_sem_init(&at_gate, 0);
}

static int stop(void **state)
{
    (void)state;
    loop_close(&home);
    loop_deinit(&home);
    uv_sem_destroy(&gate);
    uv_sem_destroy(&at_gate);
    return 0;
}

static void run_piece(work *w)
{
    piece *p = (piece *)w;
    size_t now = atomic_fetch_add(&running, 1) + 1, most = atomic_load(&most_running);
    while (now > most && !atomic_compare_exchange_weak(&most_running, &most, now))
        ;
    order[atomic_fetch_add(&next_number, 1)] = p->number;
    p->ran_on = uv_thread_self();
    if (p->waits) {
        uv_sem_post(&at_gate);
        uv_sem_wait(&gate);
    }
    atomic_fetch_sub(&running, 1);
}

static void piece_done(loop *l, work *w, bool ran)
{
    piece *p = (piece *)w;
    assert_false(p->done);
    p->done = true;
    p->was_run = ran;
    p->on_loop = l == &home;
}

static void make(piece *p, size_t number, bool waits)
{
    *p = (piece){.work = {.home = &home, .run = run_piece, .done = piece_done},
                 .number = number,
                 .waits = waits};
}

static void await(const piece *p)
{
    while (!p->done)
        uv_run(&home.uv, UV_RUN_ONCE);
}

static void results_come_to_the_loop_that_asked(void **state)
{
    (void)state;
    static piece pieces[50];
    work_pool *pool = work_pool_start(3, 100);
    assert_non_null(pool);
    for (size_t i = 0; i < 50; i++) {
        make(&pieces[i], i, false);
        assert_int_equal(work_submit(pool, &pieces[i].work), BASE_OK);
    }
    uv_thread_t self = uv_thread_self();
    for (size_t i = 0; i < 50; i++) {
        await(&pieces[i]);
        assert_true(pieces[i].was_run);
        assert_true(pieces[i].on_loop);
        assert_false(uv_thread_equal(&self, &pieces[i].ran_on));
    }
    work_pool_stop(pool);
}

static void as_many_run_at_once_as_there_are_threads(void **state)
{
    (void)state;
    static piece pieces[5];
    work_pool *pool = work_pool_start(2, 10);
    for (size_t i = 0; i < 5; i++) {
        make(&pieces[i], i, true);
        assert_int_equal(work_submit(pool, &pieces[i].work), BASE_OK);
    }
    uv_sem_wait(&at_gate);
    uv_sem_wait(&at_gate);
    for (size_t i = 0; i < 5; i++)
        uv_sem_post(&gate);
    for (size_t i = 0; i < 5; i++)
        await(&pieces[i]);
    assert_int_equal(atomic_load(&most_running), 2);
    work_pool_stop(pool);
}

static void one_thread_keeps_the_order_and_a_full_queue_refuses(void **state)
{
    (void)state;
    static piece pieces[8], late;
    work_pool *pool = work_pool_start(1, 7);
    make(&pieces[0], 0, true);
    assert_int_equal(work_submit(pool, &pieces[0].work), BASE_OK);
    uv_sem_wait(&at_gate); /* the queue is empty again */
    for (size_t i = 1; i < 8; i++) {
        make(&pieces[i], i, false);
        assert_int_equal(work_submit(pool, &pieces[i].work), BASE_OK);
    }
    make(&late, 99, false);
    assert_int_equal(work_submit(pool, &late.work), BASE_ELIMIT);
    uv_sem_post(&gate);
    for (size_t i = 0; i < 8; i++)
        await(&pieces[i]);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(order[i], i);
    assert_false(late.done);
    assert_int_equal(work_submit(pool, &late.work), BASE_OK); /* now there is room */
    await(&late);
    work_pool_stop(pool);
}

static void what_has_not_begun_can_be_cancelled(void **state)
{
    (void)state;
    static piece pieces[5];
    work_pool *pool = work_pool_start(1, 10);
    for (size_t i = 0; i < 5; i++)
        make(&pieces[i], i, i == 0);
    assert_int_equal(work_submit(pool, &pieces[0].work), BASE_OK);
    uv_sem_wait(&at_gate);
    for (size_t i = 1; i < 5; i++)
        assert_int_equal(work_submit(pool, &pieces[i].work), BASE_OK);
    assert_false(work_cancel(&pieces[0].work)); /* it runs */
    assert_true(work_cancel(&pieces[2].work));
    assert_true(work_cancel(&pieces[4].work));  /* the last */
    assert_true(work_cancel(&pieces[1].work));  /* the first */
    assert_false(work_cancel(&pieces[1].work)); /* not there any more */
    uv_sem_post(&gate);
    await(&pieces[0]);
    await(&pieces[3]);
    assert_int_equal(work_submit(pool, &pieces[4].work), BASE_OK); /* it is the caller's again */
    await(&pieces[4]);
    assert_false(pieces[1].done || pieces[2].done);
    work_pool_stop(pool);
}

static void open_gate(void *arg)
{
    (void)arg;
    uv_sem_post(&gate);
}

/* What is wanted for itself is done; what somebody waited for, who is gone, is given back. */
static void stopping_finishes_or_gives_back(void **state)
{
    (void)state;
    static piece runs, homed, own;
    uv_thread_t opener;
    work_pool *pool = work_pool_start(1, 10);
    make(&runs, 0, true);
    make(&homed, 1, false);
    make(&own, 2, false);
    runs.work.home = own.work.home = NULL;
    assert_int_equal(work_submit(pool, &runs.work), BASE_OK);
    uv_sem_wait(&at_gate);
    assert_int_equal(work_submit(pool, &homed.work), BASE_OK);
    assert_int_equal(work_submit(pool, &own.work), BASE_OK);
    assert_int_equal(uv_thread_create(&opener, open_gate, NULL), 0);
    work_pool_stop(pool);
    uv_thread_join(&opener);
    assert_true(runs.done && runs.was_run && !runs.on_loop);
    assert_true(own.done && own.was_run && !own.on_loop);
    assert_true(homed.done && !homed.was_run && !homed.on_loop);
    assert_int_equal(atomic_load(&next_number), 2);
    work_pool_stop(NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(results_come_to_the_loop_that_asked),
        CASE(as_many_run_at_once_as_there_are_threads),
        CASE(one_thread_keeps_the_order_and_a_full_queue_refuses),
        CASE(what_has_not_begun_can_be_cancelled),
        CASE(stopping_finishes_or_gives_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
