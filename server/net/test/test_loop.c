/* Turns and mailbox, with real threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/net/loop.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SENDERS 4
#define LETTERS 5000

static struct {
    app app;
    loop loop;
    atomic_size_t turns;
    size_t got[SENDERS]; /* the loop thread's */
    size_t total;
    bool in_order;
} f;

typedef struct letter {
    loop_msg msg; /* first */
    size_t from, number;
} letter;

static void on_turn(loop *l)
{
    (void)l;
    atomic_fetch_add(&f.turns, 1);
}

static void on_second(loop *l)
{
    (void)l;
}

static const loop_hooks hooks = {.turn = on_turn, .second = on_second};

static void receive(loop *l, loop_msg *msg)
{
    letter *a = (letter *)msg;
    f.in_order = f.in_order && f.got[a->from] == a->number;
    f.got[a->from]++;
    free(a);
    if (++f.total == (size_t)SENDERS * LETTERS)
        loop_stop(l);
}

static void post_letters(void *arg)
{
    for (size_t i = 0; i < LETTERS; i++) {
        letter *a = calloc(1, sizeof *a);
        if (a == NULL)
            abort();
        *a = (letter){.msg = {.run = receive}, .from = (size_t)(uintptr_t)arg, .number = i};
        loop_post(&f.loop, &a->msg);
    }
}

static void run(void *arg)
{
    loop_run(arg);
    loop_close(arg);
}

static void letters_of_each_sender_come_in_order(void **state)
{
    (void)state;
    uv_thread_t reader, senders[SENDERS];
    f.in_order = true;
    assert_true(loop_init(&f.loop, &f.app, 0, &hooks));
    assert_int_equal(uv_thread_create(&reader, run, &f.loop), 0);
    for (size_t i = 0; i < SENDERS; i++)
        assert_int_equal(uv_thread_create(&senders[i], post_letters, (void *)(uintptr_t)i), 0);
    for (size_t i = 0; i < SENDERS; i++)
        uv_thread_join(&senders[i]);
    uv_thread_join(&reader);
    assert_int_equal(f.total, SENDERS * LETTERS);
    assert_true(f.in_order);
    assert_true(atomic_load(&f.turns) > 0);
    /* It has stopped: what is posted now is kept and never run. */
    letter late = {.msg = {.run = receive}};
    loop_post(&f.loop, &late.msg);
    assert_int_equal(f.total, SENDERS * LETTERS);
    loop_deinit(&f.loop);
}

static void rooms_are_spread_and_stay_where_they_are(void **state)
{
    (void)state;
    enum { LOOPS = 4, ROOMS = 4000 };
    static loop loops[LOOPS];
    app a = {.loops = loops, .loop_count = LOOPS};
    size_t owned[LOOPS] = {0};
    char id[32];
    for (int i = 0; i < ROOMS; i++) {
        snprintf(id, sizeof id, "room-%d", i);
        loop *owner = loop_owner(&a, id);
        assert_ptr_equal(owner, loop_owner(&a, id));
        owned[owner - loops]++;
    }
    for (size_t i = 0; i < LOOPS; i++)
        assert_in_range(owned[i], ROOMS / LOOPS / 2, ROOMS / LOOPS * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_each_sender_come_in_order),
        cmocka_unit_test(rooms_are_spread_and_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
