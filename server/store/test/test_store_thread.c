/* The store thread in front of a store that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/store/store_thread.h"
#include "store/impl.h"

#include <sys/wait.h>
#include <unistd.h>

#define ROWS_MAX 64

/* Written by the store thread, read by the test once it was told. */
typedef struct fake_store {
    store base;     /* first */
    int answers[8]; /* of the first appends; then BASE_OK */
    size_t appends;
    const char *bad_room; /* rows of it are refused with STORE_ECORRUPT */
    store_id stored[ROWS_MAX];
    size_t stored_count;
    int ping;
} fake_store;

typedef struct fixture {
    app app;
    loop loop;
    fake_store store;
    store_batch *done; /* the last that came back */
    size_t done_count;
    size_t stalls;
    int stall_err;
} fixture;

static fixture f;

static int fake_append(store *s, store_row *rows, size_t count)
{
    fake_store *fake = (fake_store *)s;
    size_t at = fake->appends++;
    int err = at < 8 ? fake->answers[at] : BASE_OK;
    for (size_t i = 0; i < count && err == BASE_OK; i++) {
        if (fake->bad_room != NULL && strcmp(rows[i].room_id, fake->bad_room) == 0)
            err = STORE_ECORRUPT;
    }
    for (size_t i = 0; i < count && err == BASE_OK; i++)
        snprintf(fake->stored[fake->stored_count++].text, sizeof fake->stored->text, "%s",
                 rows[i].room_id);
    return err;
}

static int fake_ping(store_reader *s)
{
    return ((fake_store *)s)->ping;
}

static int fake_upkeep(store *s, const store_upkeep_options *options, store_upkept *out)
{
    (void)s;
    (void)options;
    (void)out;
    return BASE_OK;
}

static int fake_stats(store *s, store_stats *out)
{
    (void)s;
    (void)out;
    return BASE_OK;
}

static void fake_close(store *s)
{
    (void)s;
}

static void on_wake(uv_async_t *wake)
{
    loop *l = wake->data;
    uv_mutex_lock(&l->mailbox_lock);
    loop_msg *msg = l->mailbox_first;
    l->mailbox_first = l->mailbox_last = NULL;
    uv_mutex_unlock(&l->mailbox_lock);
    for (loop_msg *next; msg != NULL; msg = next) {
        next = msg->next;
        msg->run(l, msg);
    }
}

static void on_stall(loop *l, int err)
{
    (void)l;
    f.stalls++;
    f.stall_err = err;
}

static void on_done(loop *l, store_batch *b)
{
    (void)l;
    store_batch_free(f.done);
    f.done = b;
    f.done_count++;
}

static int start(void **state)
{
    static const store_reader_ops reader_ops = {.ping = fake_ping};
    static const store_ops ops = {
        .close = fake_close, .append = fake_append, .upkeep = fake_upkeep, .stats_get = fake_stats};
    (void)state;
    memset(&f, 0, sizeof f);
    config_init(&f.app.config);
    f.app.config.reserve_mib = 0;
    f.app.loops = &f.loop;
    f.app.loop_count = 1;
    f.loop.app = &f.app;
    f.store.base = (store){.reader = {&reader_ops, base_alloc_libc(), false}, .ops = &ops};
    f.loop.wake.data = &f.loop;
    return uv_loop_init(&f.loop.uv) || uv_mutex_init(&f.loop.mailbox_lock) ||
           uv_async_init(&f.loop.uv, &f.loop.wake, on_wake);
}

static void run_thread(void)
{
    f.app.store = store_thread_start(&f.app, &f.store.base, on_stall);
    assert_non_null(f.app.store);
}

static int stop(void **state)
{
    (void)state;
    if (f.app.store != NULL)
        store_thread_stop(f.app.store);
    on_wake(&f.loop.wake); /* what nobody waited for */
    uv_close((uv_handle_t *)&f.loop.wake, NULL);
    uv_run(&f.loop.uv, UV_RUN_DEFAULT);
    store_batch_free(f.done);
    uv_mutex_destroy(&f.loop.mailbox_lock);
    config_deinit(&f.app.config);
    return uv_loop_close(&f.loop.uv);
}

static void append(const char *const *rooms, size_t count)
{
    store_batch *b = store_batch_new(base_alloc_libc(), &f.loop);
    assert_non_null(b);
    b->done = on_done;
    for (size_t i = 0; i < count; i++) {
        store_row row = {.room_id = rooms[i], .seq = i + 1, .update = bytes_of_str("update")};
        assert_true(store_batch_add(b, &row, NULL));
    }
    store_thread_append(f.app.store, b);
}

/* Runs the loop until a batch came back. */
static void await_batch(size_t count)
{
    while (f.done_count < count)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
}

static void a_batch_is_stored_and_reported(void **state)
{
    static const char *const rooms[] = {"a", "b", "a"};
    (void)state;
    run_thread();
    append(rooms, 3);
    await_batch(1);
    assert_int_equal(f.done->err, BASE_OK);
    assert_int_equal(f.store.stored_count, 3);
    assert_int_equal(f.stalls, 0);
}

static void no_space_is_waited_for(void **state)
{
    static const char *const rooms[] = {"a"};
    (void)state;
    f.store.answers[0] = f.store.answers[1] = STORE_EFULL;
    run_thread();
    append(rooms, 1);
    while (f.stalls == 0)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    assert_int_equal(f.stall_err, STORE_EFULL);
    assert_int_equal(f.done_count, 0);
    append(rooms, 1); /* what comes meanwhile waits in line */
    await_batch(2);
    assert_int_equal(f.store.stored_count, 2);
    assert_int_equal(metric_get(&store_thread_metrics(f.app.store)->stalled), 0);
}

static void a_room_that_cannot_be_written_harms_no_other(void **state)
{
    static const char *const rooms[] = {"a", "bad", "b", "bad", "a"};
    (void)state;
    f.store.bad_room = "bad";
    run_thread();
    append(rooms, 5);
    await_batch(1);
    assert_int_equal(f.done->err, STORE_ECORRUPT);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(f.done->rows[i].gone, i == 1 || i == 3);
    assert_int_equal(f.store.stored_count, 3);
    append(rooms, 1);
    await_batch(2);
    assert_int_equal(f.done->err, BASE_OK);
}

static void stopping_does_not_wait_for_space(void **state)
{
    static const char *const rooms[] = {"a"};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        f.store.answers[i] = STORE_EFULL;
    run_thread();
    append(rooms, 1);
    while (f.stalls == 0)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    store_thread_stop(f.app.store);
    f.app.store = NULL;
    assert_int_equal(f.done_count, 0);
    assert_int_equal(f.store.stored_count, 0);
}

/* The exit code of a process in which `work` runs; it must end by itself. */
static int exit_code_of(void (*work)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        (void)freopen("/dev/null", "w", stderr);
        work();
        for (;;)
            uv_run(&f.loop.uv, UV_RUN_ONCE);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void append_to_a_failing_disk(void)
{
    static const char *const rooms[] = {"a"};
    f.store.answers[0] = STORE_EIO;
    run_thread();
    append(rooms, 1);
}

static void ping_work(store *s, store_job *job)
{
    (void)job;
    assert_int_equal(store_ping(store_reads(s)), STORE_EIO);
}

static void job_done(loop *l, store_job *job)
{
    (void)l;
    (void)job;
}

static void read_from_a_failing_disk(void)
{
    static store_job job = {.work = ping_work, .done = job_done};
    f.store.ping = STORE_EIO;
    job.home = &f.loop;
    run_thread();
    store_thread_submit(f.app.store, &job);
}

static void a_failing_disk_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(append_to_a_failing_disk), STORE_THREAD_EXIT_CODE);
    assert_int_equal(exit_code_of(read_from_a_failing_disk), STORE_THREAD_EXIT_CODE);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_batch_is_stored_and_reported),
        CASE(no_space_is_waited_for),
        CASE(a_room_that_cannot_be_written_harms_no_other),
        CASE(stopping_does_not_wait_for_space),
        CASE(a_failing_disk_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
