/* The store thread in front of a store that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/store/store_thread.h"
#include "store/impl.h"

#include <stdlib.h>
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
    bool no_readers;
    uv_sem_t *gate; /* an append waits for it, and says so by `at_gate` */
    uv_sem_t at_gate;
} fake_store;

typedef struct fake_reader {
    store_reader base; /* first */
    fake_store *of;
} fake_reader;

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
    if (fake->gate != NULL) {
        uv_sem_post(&fake->at_gate);
        uv_sem_wait(fake->gate);
    }
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

static int fake_ping(store_reader *r)
{
    return ((fake_store *)r)->ping;
}

/* Of a reader beside the store: how many rows there are, and whether the disk fails. */
static int fake_ping_beside(store_reader *r)
{
    const fake_store *fake = ((fake_reader *)r)->of;
    return fake->ping != BASE_OK ? fake->ping : (int)fake->stored_count;
}

static void fake_close_reader(store_reader *r)
{
    free(r);
}

static int fake_open_reader(store *s, store_reader **out)
{
    static const store_reader_ops ops = {.close = fake_close_reader, .ping = fake_ping_beside};
    fake_store *fake = (fake_store *)s;
    fake_reader *r = fake->no_readers ? NULL : calloc(1, sizeof *r);
    if (r == NULL)
        return STORE_ENOWAL;
    *r = (fake_reader){{&ops, base_alloc_libc(), false}, fake};
    *out = &r->base;
    return BASE_OK;
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
    static const store_ops ops = {.close = fake_close,
                                  .reader_open = fake_open_reader,
                                  .append = fake_append,
                                  .upkeep = fake_upkeep,
                                  .stats_get = fake_stats};
    (void)state;
    memset(&f, 0, sizeof f);
    config_init(&f.app.config);
    f.app.config.reserve_mib = 0;
    f.app.loops = &f.loop;
    f.app.loop_count = 1;
    f.loop.app = &f.app;
    f.store.base = (store){.reader = {&reader_ops, base_alloc_libc(), false}, .ops = &ops};
    f.loop.wake.data = &f.loop;
    return uv_sem_init(&f.store.at_gate, 0) || uv_loop_init(&f.loop.uv) ||
           uv_mutex_init(&f.loop.mailbox_lock) || uv_async_init(&f.loop.uv, &f.loop.wake, on_wake);
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
    uv_sem_destroy(&f.store.at_gate);
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
        assert_true(store_batch_add(b, &row, (void *)(uintptr_t)rooms[i]));
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

/* ------------------------------------------------------------------------------- reading --- */

typedef struct asking {
    store_job job; /* first */
    int answer;
    bool goes_on;
    bool written, done;
} asking;

static bool ask(store_reader *r, store_job *job)
{
    asking *a = (asking *)job;
    a->answer = store_ping(r);
    return !a->goes_on;
}

static void go_on(store *s, store_job *job)
{
    asking *a = (asking *)job;
    (void)s;
    a->written = true;
}

static void answered(loop *l, store_job *job)
{
    (void)l;
    ((asking *)job)->done = true;
}

static asking asking_of(const char *id)
{
    return (asking){
        .job = {.home = &f.loop, .room = id, .read = ask, .write = go_on, .done = answered}};
}

static void await_answer(const asking *a)
{
    while (!a->done)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
}

static const char *const room_a[] = {"a"};

static void a_read_sees_what_was_appended_for_its_room(void **state)
{
    (void)state;
    run_thread();
    for (int n = 1; n <= ROWS_MAX / 2; n++) {
        asking a = asking_of("a"), any = asking_of(NULL);
        append(room_a, 1);
        store_thread_submit(f.app.store, &a.job);
        store_thread_submit(f.app.store, &any.job);
        await_answer(&a);
        await_answer(&any);
        assert_int_equal(a.answer, n);
        assert_int_equal(any.answer, n);
    }
}

/* The commit stands still at the disk; who reads another room does not wait for it. */
static void a_read_of_another_room_does_not_wait(void **state)
{
    uv_sem_t gate;
    (void)state;
    assert_int_equal(uv_sem_init(&gate, 0), 0);
    f.store.gate = &gate;
    run_thread();
    asking own = asking_of("a"), other = asking_of("b");
    append(room_a, 1);
    uv_sem_wait(&f.store.at_gate);
    store_thread_submit(f.app.store, &own.job);
    store_thread_submit(f.app.store, &other.job);
    await_answer(&other);
    assert_int_equal(other.answer, 0);
    assert_false(own.done);
    uv_sem_post(&gate);
    await_answer(&own);
    assert_int_equal(own.answer, 1);
    assert_int_equal(f.done_count, 1); /* the read is answered behind the commit that it saw */
    uv_sem_destroy(&gate);
}

static void reading_goes_on_when_commits_have_to_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++)
        f.store.answers[i] = STORE_EFULL;
    run_thread();
    append(room_a, 1);
    asking a = asking_of("a");
    store_thread_submit(f.app.store, &a.job);
    await_answer(&a);
    assert_int_equal(a.answer, 0);
}

static void a_read_may_go_on_to_write(void **state)
{
    (void)state;
    run_thread();
    asking a = asking_of("a"), behind = asking_of("a");
    a.goes_on = true;
    store_thread_submit(f.app.store, &a.job);
    await_answer(&a);
    assert_true(a.written);
    store_thread_submit(f.app.store, &behind.job);
    await_answer(&behind);
    assert_false(behind.written);
}

static void without_readers_the_writer_reads(void **state)
{
    (void)state;
    f.store.no_readers = true;
    run_thread();
    asking a = asking_of("a"), b = asking_of("b");
    append(room_a, 1);
    b.goes_on = true;
    store_thread_submit(f.app.store, &a.job);
    store_thread_submit(f.app.store, &b.job);
    await_answer(&a);
    await_answer(&b);
    assert_int_equal(f.store.stored_count, 1); /* the job had to wait for it */
    assert_false(a.written);
    assert_true(b.written);
}

/* A reader flushes nothing: its error is an answer. */
static void a_reader_that_fails_ends_nothing(void **state)
{
    (void)state;
    f.store.ping = STORE_EIO;
    run_thread();
    asking a = asking_of("a");
    store_thread_submit(f.app.store, &a.job);
    await_answer(&a);
    assert_int_equal(a.answer, STORE_EIO);
    append(room_a, 1);
    await_batch(1);
    assert_int_equal(f.done->err, BASE_OK);
}

static void what_is_queued_is_read_before_it_stops(void **state)
{
    static asking many[200];
    (void)state;
    run_thread();
    append(room_a, 1);
    for (size_t i = 0; i < 200; i++) {
        many[i] = asking_of("a");
        many[i].goes_on = i % 7 == 0;
        store_thread_submit(f.app.store, &many[i].job);
    }
    store_thread_stop(f.app.store);
    f.app.store = NULL;
    on_wake(&f.loop.wake);
    for (size_t i = 0; i < 200; i++) {
        assert_true(many[i].done);
        assert_int_equal(many[i].answer, 1);
        assert_int_equal(many[i].written, i % 7 == 0);
    }
}

/* ------------------------------------------------------------------------------ failures --- */

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

static void ping_write(store *s, store_job *job)
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
    static store_job job = {.write = ping_write, .done = job_done};
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
        CASE(a_read_sees_what_was_appended_for_its_room),
        CASE(a_read_of_another_room_does_not_wait),
        CASE(reading_goes_on_when_commits_have_to_wait),
        CASE(a_read_may_go_on_to_write),
        CASE(without_readers_the_writer_reads),
        CASE(a_reader_that_fails_ends_nothing),
        CASE(what_is_queued_is_read_before_it_stops),
        CASE(a_failing_disk_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
