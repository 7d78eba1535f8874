#include "server/serve.h"

#include "host/host.h"
#include "server/api/router.h"
#include "server/app/limits.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/drain.h"
#include "server/http/static_files.h"
#include "server/net/address_book.h"
#include "server/net/listen.h"
#include "server/net/work.h"
#include "server/shard.h"
#include "server/store/reserve.h"
#include "server/store/store_thread.h"
#include "server/store/sweeper.h"
#include "store/memory/memory.h"
#include "store/sqlite/open.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct serve {
    app app;
    address_set proxies;
    uv_loop_t main; /* signals and the sweeper's clock only */
    uv_signal_t signals[2];
    uv_timer_t sweep;
    bool leaving;
} serve;

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "tandem: %s: %s\n", what, why);
    return SERVE_FAILED;
}

/* One file for each connection: take what the system gives. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_event(LOG_WARN, "file limit not raised", LOG_STR("reason", strerror(errno)));
}

/* As many as the limit says, but some files are kept for the store, logs and listening sockets, so
 * that a flood of connections cannot stop commits. */
static size_t sockets_max(const limits *max)
{
    struct rlimit files;
    uint64_t sockets = max->sockets;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return (size_t)sockets;
    uint64_t reserve = LIMIT_FD_RESERVE + 4 * (uint64_t)uv_available_parallelism();
    uint64_t left = files.rlim_cur > 2 * reserve ? files.rlim_cur - reserve : files.rlim_cur / 2;
    if (sockets == 0 || sockets > left) {
        if (sockets != 0)
            log_event(LOG_WARN, "limit sockets is lowered", LOG_STR("reason", "few files allowed"),
                      LOG_INT("sockets", left));
        sockets = left;
    }
    return (size_t)sockets;
}

static int make_parent(const char *path)
{
    char *dir = strdup(path);
    int err = dir != NULL ? SERVE_OK : complain(path, "out of memory");
    for (char *at = dir; err == SERVE_OK && *at != '\0' && (at = strchr(at + 1, '/')) != NULL;) {
        *at = '\0';
        if (mkdir(dir, 0700) != 0 && errno != EEXIST)
            err = complain(dir, strerror(errno));
        *at = '/';
    }
    free(dir);
    return err;
}

/* A disk so full that the database cannot even be opened: give the reserve, try once more. */
static int open_database(const config *c, store **out)
{
    store_sqlite_options options = {.path = c->data, .bytes_max = (uint64_t)c->size_mib_max << 20};
    store_reserve reserve;
    int err = store_sqlite_open_with(&options, base_alloc_libc(), out);
    store_reserve_init(&reserve, c->data, (uint64_t)c->reserve_mib << 20);
    if (err == STORE_EFULL && store_reserve_release(&reserve))
        err = store_sqlite_open_with(&options, base_alloc_libc(), out);
    return err;
}

static void on_stall(loop *l, int err)
{
    room_host_stalled(l->rooms, err);
}

static int open_store(serve *s)
{
    const char *data = s->app.config.data;
    store *st;
    int err;
    if (strcmp(data, ":memory:") == 0) {
        err = store_memory_open(base_alloc_libc(), &st);
    } else {
        if (make_parent(data) != SERVE_OK)
            return SERVE_FAILED;
        err = open_database(&s->app.config, &st);
    }
    if (err != BASE_OK)
        return complain(data, store_err_text(err));
    s->app.work = work_pool_start(LIMIT_WORK_THREADS, LIMIT_WORK_QUEUE);
    if (s->app.work == NULL)
        return complain("worker threads", "cannot be started");
    s->app.store = store_thread_start(&s->app, st, on_stall);
    return s->app.store != NULL ? SERVE_OK : complain("store thread", "cannot be started");
}

/* The web application: where the operator says, where this build put it, where it was installed. */
static void load_web(app *a)
{
    const char *const places[] = {a->config.web_root, TANDEM_WEB_BUILD, TANDEM_WEB_INSTALLED};
    for (size_t i = 0; i < 3 && a->files == NULL; i++) {
        if (places[i][0] == '\0')
            continue;
        a->files = static_files_load(places[i]);
        if (i == 0)
            break; /* the operator's word is the last */
    }
    const char *base = a->config.base_path;
    if (a->files != NULL && base[0] != '\0' && !static_files_rebase(a->files, base)) {
        static_files_free(a->files);
        a->files = NULL;
    }
    if (a->files == NULL)
        log_event(LOG_WARN, "the web application is not built", LOG_STR("path", places[0]));
}

static int start_loops(serve *s)
{
    app *a = &s->app;
    int fds[256];
    int64_t threads = a->config.threads;
    a->loop_count = threads > 0 ? (size_t)threads : (size_t)uv_available_parallelism();
    if (a->loop_count > 256)
        a->loop_count = 256;
    a->loops = calloc(a->loop_count, sizeof *a->loops);
    int err = a->loops == NULL ? -ENOMEM : listen_open(&a->config, fds, a->loop_count, &a->port);
    if (err != 0) {
        char where[300];
        snprintf(where, sizeof where, "%s port %lld", a->config.host, (long long)a->config.port);
        return complain(where, strerror(-err));
    }
    for (size_t i = 0; i < a->loop_count; i++) {
        if (!shard_init(&a->loops[i], a, i, fds[i]))
            return complain("event loop", "cannot be started");
    }
    for (size_t i = 0; i < a->loop_count; i++) {
        if (uv_thread_create(&a->loops[i].thread, shard_run, &a->loops[i]) != 0)
            return complain("loop thread", "cannot be started");
    }
    return SERVE_OK;
}

static void on_signal(uv_signal_t *handle, int number)
{
    serve *s = handle->data;
    if (s->leaving)
        return;
    s->leaving = true;
    log_event(LOG_INFO, "shutting down", LOG_INT("signal", number));
    drain_begin(&s->app);
    uv_stop(&s->main);
}

static void on_sweep(uv_timer_t *timer)
{
    app *a = &((serve *)timer->data)->app;
    sweeper_run(a);
    store_thread_tidy(a->store);
}

static int start_main(serve *s)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    if (uv_loop_init(&s->main) != 0 || uv_timer_init(&s->main, &s->sweep) != 0)
        return complain("main loop", "cannot be started");
    uint64_t every_ms = (uint64_t)s->app.config.sweep_ms;
    s->sweep.data = s;
    uv_timer_start(&s->sweep, on_sweep, every_ms / 10, every_ms);
    for (size_t i = 0; i < 2; i++) {
        s->signals[i].data = s;
        if (uv_signal_init(&s->main, &s->signals[i]) != 0 ||
            uv_signal_start(&s->signals[i], on_signal, numbers[i]) != 0)
            return complain("signals", "cannot be watched");
    }
    signal(SIGPIPE, SIG_IGN);
    return SERVE_OK;
}

static int init_app(serve *s, config *c)
{
    app *a = &s->app;
    a->config = *c;
    memset(c, 0, sizeof *c);
    if (sodium_init() < 0)
        return complain("libsodium", "no source of randomness");
    json_object_seed(0);
    randombytes_buf(&a->hash_seed, sizeof a->hash_seed);
    a->limits = a->config.limits;
    a->started_at_ms = wall_time_now_ms();
    a->proxies = &s->proxies;
    a->answer = router_dispatch;
    const char *bad = address_set_parse(&s->proxies, a->config.trusted_proxies);
    if (bad != NULL)
        return complain("http.trusted_proxies: neither an address nor a network", bad);
    a->addresses = address_book_new(&a->limits, sockets_max(&a->limits));
    return a->addresses != NULL ? SERVE_OK : complain("start", "out of memory");
}

static void announce(const app *a)
{
    bool v6 = strchr(a->config.host, ':') != NULL;
    printf("listening on http://%s%s%s:%d\n", v6 ? "[" : "", a->config.host, v6 ? "]" : "",
           a->port);
    (void)fflush(stdout); /* a reader that is gone is no reason to stop */
    log_event(LOG_INFO, "started", LOG_STR("version", TANDEM_VERSION), LOG_INT("port", a->port),
              LOG_INT("threads", a->loop_count), LOG_STR("data", a->config.data));
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void take_down(serve *s)
{
    app *a = &s->app;
    for (size_t i = 0; i < a->loop_count; i++)
        uv_thread_join(&a->loops[i].thread);
    work_pool_stop(a->work);
    store_thread_stop(a->store);
    for (size_t i = 0; i < a->loop_count; i++)
        shard_deinit(&a->loops[i]);
    uv_walk(&s->main, close_handle, NULL);
    uv_run(&s->main, UV_RUN_DEFAULT);
    uv_loop_close(&s->main);
    static_files_free(a->files);
    address_book_free(a->addresses);
    address_set_deinit(&s->proxies);
    free(a->loops);
    config_deinit(&a->config);
    log_event(LOG_INFO, "stopped", LOG_INT("code", 0));
}

int serve_run(config *c)
{
    static serve s;
    log_setup(c->log_format, c->log_level);
    raise_file_limit();
    int err = init_app(&s, c);
    if (err == SERVE_OK)
        err = open_store(&s);
    if (err != SERVE_OK)
        return err;
    load_web(&s.app);
    err = start_main(&s);
    if (err == SERVE_OK)
        err = start_loops(&s);
    if (err != SERVE_OK)
        return err;
    announce(&s.app);
    uv_run(&s.main, UV_RUN_DEFAULT);
    take_down(&s);
    return SERVE_OK;
}
