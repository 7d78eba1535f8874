/* Requests of ours against servers that behave in every way but well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "server/out/http_client.h"
#include "server/out/test/misbehaving.h"

#include <dirent.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static misbehaving *server, *other;

/* libcurl's thread asks us: a name server that does not answer. */
static atomic_int lookups;
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    (void)node, (void)service, (void)hints, (void)out;
    lookups++;
    (void)sleep(3);
    return EAI_AGAIN;
}

/* What a call has told. */
typedef struct heard {
    http_client *client;
    http_call *call;
    unsigned heads, status, parts, ends;
    http_outcome outcome;
    uint64_t bytes;
    buf text; /* the first of it */
    bool cancel_in_head, cancel_in_body, pause_in_body, again_in_end, close_in_end;
    struct heard *also_cancel;
} heard;

static void on_head(void *ctx, unsigned status)
{
    heard *h = ctx;
    assert_int_equal(h->ends, 0);
    h->heads++;
    h->status = status;
    if (h->cancel_in_head)
        http_call_cancel(h->call);
}

static void on_body(void *ctx, bytes part)
{
    heard *h = ctx;
    assert_int_equal(h->heads, 1);
    assert_false(h->cancel_in_head);
    h->parts++;
    h->bytes += part.len_bytes;
    if (h->text.len_bytes < 4096)
        buf_put_bytes(&h->text, part);
    if (h->pause_in_body)
        http_call_pause(h->call);
    if (h->also_cancel != NULL && h->also_cancel->ends == 0)
        http_call_cancel(h->also_cancel->call);
    h->also_cancel = NULL;
    if (h->cancel_in_body)
        http_call_cancel(h->call);
}

static http_call *ask(heard *h, misbehaving *m, const char *path);

static void on_done(void *ctx, http_outcome outcome, const char *why)
{
    heard *h = ctx;
    assert_true(why[0] != '\0');
    h->ends++;
    h->outcome = outcome;
    if (h->again_in_end) {
        h->again_in_end = false;
        h->heads = h->ends = 0;
        h->call = ask(h, server, "/ok");
        assert_non_null(h->call);
    }
    if (h->close_in_end)
        http_client_close(h->client);
}

static const http_sink sink = {on_head, on_body, on_done};

static http_request request_of(const char *url)
{
    return (http_request){.method = "GET",
                          .url = url,
                          .total_ms = 60000,
                          .connect_ms = 20000,
                          .head_bytes_max = 16384,
                          .body_bytes_max = 1 << 20};
}

static http_call *ask(heard *h, misbehaving *m, const char *path)
{
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", m->port, path);
    http_request r = request_of(url);
    return http_call_start(h->client, &r, &sink, h);
}

typedef struct bench {
    uv_loop_t loop;
    http_client *client;
} bench;

static void begin_at(bench *b, const http_client_options *options)
{
    assert_int_equal(uv_loop_init(&b->loop), 0);
    b->client = http_client_new(&b->loop, options);
    assert_non_null(b->client);
}

static heard heard_by(bench *b)
{
    heard h = {.client = b->client};
    buf_init(&h.text, base_alloc_libc(), 1 << 21);
    return h;
}

static void run_until_end(bench *b, const heard *h)
{
    while (h->ends == 0)
        uv_run(&b->loop, UV_RUN_ONCE);
}

static void end(bench *b)
{
    http_client_close(b->client);
    uv_run(&b->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&b->loop), 0);
}

#define BEGIN(name)                                                                                \
    bench name;                                                                                    \
    begin_at(&name, &(http_client_options){.calls_max = 64})

static size_t open_files(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* One call with `change` made to its request. */
static heard outcome_of(const char *path, const http_request *change)
{
    BEGIN(b);
    heard h = heard_by(&b);
    char url[128];
    http_request r = request_of(url);
    if (change != NULL)
        r = *change;
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
    r.url = url;
    h.call = http_call_start(b.client, &r, &sink, &h);
    assert_non_null(h.call);
    assert_int_equal(h.heads + h.ends, 0); /* nothing before it is known */
    run_until_end(&b, &h);
    assert_int_equal(h.ends, 1);
    assert_int_equal(http_client_calls(b.client), 0);
    end(&b);
    buf_deinit(&h.text);
    return h;
}

static void expect(const char *path, http_outcome outcome, unsigned status, uint64_t bytes_)
{
    heard h = outcome_of(path, NULL);
    assert_int_equal(h.outcome, outcome);
    assert_int_equal(h.status, status);
    assert_int_equal(h.bytes, bytes_);
}

static void whole_answers(void **state)
{
    (void)state;
    expect("/ok", HTTP_DONE, 200, 5);
    expect("/empty", HTTP_DONE, 204, 0);
    expect("/longer", HTTP_DONE, 200, 5); /* what is behind the length is not of the answer */
    expect("/loop", HTTP_DONE, 302, 0);   /* redirects are not followed by themselves */
}

static void what_is_sent(void **state)
{
    (void)state;
    BEGIN(b);
    heard h = heard_by(&b);
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/echo", server->port);
    static const char *const headers[] = {"Content-Type: application/json", "X-Mine: 1", NULL};
    http_request r = request_of(url);
    r.method = "POST";
    r.headers = headers;
    char body[] = "{\"a\":1}";
    r.body = bytes_of_str(body);
    h.call = http_call_start(b.client, &r, &sink, &h);
    memset(body, 'x', sizeof body - 1); /* it was copied */
    memset(url, 'x', sizeof url - 1);
    run_until_end(&b, &h);
    buf_put_u8(&h.text, 0);
    const char *text = (const char *)h.text.ptr;
    assert_ptr_equal(strstr(text, "POST /echo HTTP/1.1\r\n"), text);
    assert_non_null(strstr(text, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(text, "X-Mine: 1\r\n"));
    assert_null(strstr(text, "Expect"));
    assert_non_null(strstr(text, "\r\n\r\n{\"a\":1}"));
    end(&b);
    buf_deinit(&h.text);
}

static void broken_answers(void **state)
{
    (void)state;
    expect("/reset", HTTP_ECONNECT, 0, 0);
    expect("/reset-midway", HTTP_EANSWER, 200, 3);
    expect("/early", HTTP_EANSWER, 200, 5);
    expect("/garbage", HTTP_EANSWER, 0, 0);
}

static void time_is_limited(void **state)
{
    (void)state;
    http_request slow = request_of("");
    slow.slow_bytes_per_s = 100;
    slow.slow_s = 1;
    assert_int_equal(outcome_of("/stall", &slow).outcome, HTTP_ETIME);
    assert_int_equal(outcome_of("/drip", &slow).outcome, HTTP_ETIME);
    http_request total = request_of("");
    total.total_ms = 300;
    assert_int_equal(outcome_of("/silent", &total).outcome, HTTP_ETIME);
    assert_int_equal(outcome_of("/drip", &total).outcome, HTTP_ETIME);
}

static void size_is_limited(void **state)
{
    (void)state;
    assert_int_equal(outcome_of("/giga", NULL).outcome, HTTP_ELIMIT);
    heard h = outcome_of("/endless", NULL);
    assert_int_equal(h.outcome, HTTP_ELIMIT);
    assert_true(h.bytes <= 1 << 20);
    assert_int_equal(outcome_of("/heads", NULL).outcome, HTTP_ELIMIT);
    http_request none = request_of("");
    none.body_bytes_max = 0;
    assert_int_equal(outcome_of("/ok", &none).outcome, HTTP_ELIMIT);
    assert_int_equal(outcome_of("/empty", &none).outcome, HTTP_DONE);
}

static void redirects_are_limited(void **state)
{
    (void)state;
    static const char *const headers[] = {"Authorization: Bearer secret", "Cookie: a=secret",
                                          "X-Mine: 1", NULL};
    http_request r = request_of("");
    r.redirects_max = 5;
    assert_int_equal(outcome_of("/loop", &r).outcome, HTTP_EREDIRECT);
    snprintf(server->target, sizeof server->target, "file:///etc/passwd");
    assert_int_equal(outcome_of("/redirect", &r).outcome, HTTP_EREDIRECT);
    snprintf(server->target, sizeof server->target, "http://127.0.0.1:%d/echo", other->port);
    BEGIN(b);
    heard h = heard_by(&b);
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/redirect", server->port);
    r.url = url;
    r.headers = headers;
    h.call = http_call_start(b.client, &r, &sink, &h);
    run_until_end(&b, &h);
    assert_int_equal(h.outcome, HTTP_DONE);
    assert_int_equal(h.heads, 1);
    buf_put_u8(&h.text, 0);
    assert_non_null(strstr((const char *)h.text.ptr, "X-Mine: 1"));
    assert_null(strstr((const char *)h.text.ptr, "secret"));
    end(&b);
    buf_deinit(&h.text);
}

static void urls_that_cannot_be(void **state)
{
    (void)state;
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "", "http://",
                                       "dict://127.0.0.1:1/x"};
    BEGIN(b);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        heard h = heard_by(&b);
        http_request r = request_of(urls[i]);
        h.call = http_call_start(b.client, &r, &sink, &h);
        assert_non_null(h.call);
        run_until_end(&b, &h);
        assert_int_equal(h.outcome, HTTP_EURL);
        buf_deinit(&h.text);
    }
    heard h = heard_by(&b);
    http_request r = request_of("http://127.0.0.1:1/"); /* nobody listens */
    h.call = http_call_start(b.client, &r, &sink, &h);
    run_until_end(&b, &h);
    assert_int_equal(h.outcome, HTTP_ECONNECT);
    buf_deinit(&h.text);
    end(&b);
}

/* A thousand million bytes pass, and none of them is kept. */
static void a_long_stream(void **state)
{
    (void)state;
    http_request r = request_of("");
    r.total_ms = 0;
    r.body_bytes_max = UINT64_C(2) * GIGA;
    heard h = outcome_of("/giga", &r);
    assert_int_equal(h.outcome, HTTP_DONE);
    assert_int_equal(h.bytes, GIGA);
}

static void a_pause_reaches_the_other_side(void **state)
{
    (void)state;
    BEGIN(b);
    heard h = heard_by(&b);
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/giga", server->port);
    http_request r = request_of(url);
    r.body_bytes_max = UINT64_C(2) * GIGA;
    r.slow_bytes_per_s = 1000;
    r.slow_s = 1; /* a pause is not slowness */
    server->sent_bytes = 0;
    h.pause_in_body = true;
    h.call = http_call_start(b.client, &r, &sink, &h);
    while (h.parts == 0)
        uv_run(&b.loop, UV_RUN_ONCE);
    uint64_t sent = 0, before = UINT64_MAX;
    for (int quiet = 0; quiet < 8; quiet = sent == before ? quiet + 1 : 0) {
        before = sent;
        for (int i = 0; i < 25; i++) {
            uv_run(&b.loop, UV_RUN_NOWAIT);
            (void)usleep(10000);
        }
        sent = server->sent_bytes;
    }
    assert_int_equal(h.parts, 1);
    assert_int_equal(h.ends, 0);
    assert_true(sent < GIGA / 10);               /* what fits into the kernel */
    for (unsigned want = 2; want < 50; want++) { /* each time a part, and no more */
        http_call_resume(h.call);
        while (h.parts < want)
            uv_run(&b.loop, UV_RUN_ONCE);
        assert_int_equal(h.parts, want);
    }
    h.pause_in_body = false;
    http_call_resume(h.call);
    while (h.bytes < 100 << 20)
        uv_run(&b.loop, UV_RUN_ONCE);
    http_call_cancel(h.call);
    assert_int_equal(h.ends, 0);
    end(&b);
    while (server->open > 0) /* it hears of it at once */
        (void)usleep(1000);
    buf_deinit(&h.text);
}

/* After any number of turns, and in every callback. */
static void cancelled_at_any_moment(void **state)
{
    (void)state;
    static const char *const paths[] = {"/ok", "/giga", "/silent", "/reset", "/loop"};
    size_t files = open_files();
    for (size_t p = 0; p < 5; p++) {
        for (int turns = 0; turns < 12; turns++) {
            BEGIN(b);
            heard h = heard_by(&b);
            h.call = ask(&h, server, paths[p]);
            for (int i = 0; i < turns && h.ends == 0; i++) {
                uv_run(&b.loop, UV_RUN_NOWAIT);
                (void)usleep(500);
            }
            unsigned told = h.heads + h.parts;
            if (h.ends == 0) {
                http_call_cancel(h.call);
                assert_int_equal(http_client_calls(b.client), 0);
                uv_run(&b.loop, UV_RUN_NOWAIT);
                assert_int_equal(h.heads + h.parts, told);
                assert_int_equal(h.ends, 0);
            }
            end(&b);
            buf_deinit(&h.text);
        }
    }
    for (int how = 0; how < 3; how++) {
        BEGIN(b);
        heard h = heard_by(&b), victim = heard_by(&b);
        victim.call = ask(&victim, server, "/silent");
        h.cancel_in_head = how == 0;
        h.cancel_in_body = how > 0;
        h.also_cancel = how == 2 ? &victim : NULL;
        h.call = ask(&h, server, "/endless");
        while (h.heads == 0 || (how > 0 && h.parts == 0))
            uv_run(&b.loop, UV_RUN_ONCE);
        uv_run(&b.loop, UV_RUN_NOWAIT);
        assert_int_equal(http_client_calls(b.client), how == 2 ? 0 : 1);
        end(&b);
        assert_int_equal(h.ends + victim.ends, 0);
        buf_deinit(&h.text);
        buf_deinit(&victim.text);
    }
    /* The other ends are in this process, too, and close when they hear of it. */
    for (int i = 0; i < 20000 && open_files() != files; i++)
        (void)usleep(1000);
    assert_int_equal(open_files(), files);
}

static void the_end_may_begin_another(void **state)
{
    (void)state;
    BEGIN(b);
    heard h = heard_by(&b);
    h.again_in_end = true;
    int served = server->served;
    h.call = ask(&h, server, "/ok");
    run_until_end(&b, &h);
    assert_int_equal(server->served, served + 2);
    h.ends = 0;
    h.heads = 0;
    h.close_in_end = true;
    heard never = heard_by(&b);
    never.call = ask(&never, server, "/silent");
    h.call = ask(&h, server, "/ok");
    run_until_end(&b, &h);
    uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&b.loop), 0);
    assert_int_equal(never.ends, 0);
    buf_deinit(&h.text);
    buf_deinit(&never.text);
}

static void many_at_once_and_no_more(void **state)
{
    (void)state;
    enum { N = 40 };
    bench b;
    begin_at(&b, &(http_client_options){.calls_max = N});
    heard all[N], more = heard_by(&b);
    size_t done = 0;
    for (size_t i = 0; i < N; i++) {
        all[i] = heard_by(&b);
        all[i].call = ask(&all[i], server, i % 2 == 0 ? "/echo" : "/ok");
        assert_non_null(all[i].call);
    }
    assert_null(ask(&more, server, "/ok"));
    while (done < N) {
        uv_run(&b.loop, UV_RUN_ONCE);
        done = 0;
        for (size_t i = 0; i < N; i++)
            done += all[i].ends;
    }
    more.call = ask(&more, server, "/ok");
    assert_non_null(more.call);
    run_until_end(&b, &more);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(all[i].outcome, HTTP_DONE);
        buf_deinit(&all[i].text);
    }
    end(&b);
    buf_deinit(&more.text);
}

/* The loop does not wait for a name, and neither does a cancel. */
static void names_are_looked_up_elsewhere(void **state)
{
    (void)state;
    BEGIN(b);
    heard h = heard_by(&b), local = heard_by(&b), late = heard_by(&b);
    http_request r = request_of("http://slow.example/");
    int before = lookups;
    uint64_t begun_ns = uv_hrtime();
    h.call = http_call_start(b.client, &r, &sink, &h);
    while (lookups == before)
        uv_run(&b.loop, UV_RUN_NOWAIT);
    local.call = ask(&local, server, "/ok");
    run_until_end(&b, &local);
    assert_int_equal(local.outcome, HTTP_DONE);
    http_call_cancel(h.call);
    r.total_ms = 200;
    late.call = http_call_start(b.client, &r, &sink, &late);
    run_until_end(&b, &late);
    assert_int_equal(late.outcome, HTTP_ETIME);
    end(&b);
    assert_true(lookups > before);
    assert_int_equal(h.ends, 0);
    assert_true(uv_hrtime() - begun_ns < UINT64_C(2900000000)); /* the lookup takes 3 s */
    (void)sleep(4); /* its threads end, and leave nothing behind */
    buf_deinit(&h.text);
    buf_deinit(&local.text);
    buf_deinit(&late.text);
}

static void proxies_of_the_environment(void **state)
{
    (void)state;
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", other->port);
    assert_int_equal(setenv("http_proxy", proxy, 1), 0);
    expect("/ok", HTTP_DONE, 200, 5); /* not asked for: not used */
    bench b;
    begin_at(&b, &(http_client_options){.calls_max = 1, .proxy_from_environment = true});
    heard h = heard_by(&b);
    int served = other->served;
    h.call = ask(&h, server, "/ok");
    run_until_end(&b, &h);
    assert_int_equal(other->served, served + 1);
    end(&b);
    buf_deinit(&h.text);
    assert_int_equal(unsetenv("http_proxy"), 0);
}

/* ------------------------------------------------------------------------------------- TLS --- */

static char tls_dir[] = "/tmp/tandem-tls-XXXXXX";
static pid_t tls_pid;
static int tls_port;

static pid_t spawn(char *const argv[])
{
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(tls_dir) != 0 || freopen("/dev/null", "w", stdout) == NULL ||
            freopen("/dev/null", "w", stderr) == NULL)
            _exit(126);
        execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* A server whose certificate nobody has signed; it answers with whole files of its folder. */
static int start_tls(void **state)
{
    (void)state;
    char path[64], port[8], accept_[24];
    int status;
    assert_non_null(mkdtemp(tls_dir));
    char *const make[] = {"openssl",  "req",    "-x509",   "-newkey",
                          "rsa:2048", "-nodes", "-keyout", "key",
                          "-out",     "cert",   "-days",   "2",
                          "-subj",    "/CN=x",  "-addext", "subjectAltName=IP:127.0.0.1",
                          NULL};
    pid_t pid = spawn(make);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    snprintf(path, sizeof path, "%s/answer", tls_dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fprintf(f,
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/ok\r\nContent-Length: 0\r\n\r\n",
            server->port);
    assert_int_equal(fclose(f), 0);
    tls_port = free_port();
    snprintf(port, sizeof port, "%d", tls_port);
    snprintf(accept_, sizeof accept_, "127.0.0.1:%s", port);
    char *const serve[] = {"openssl", "s_server", "-accept", accept_, "-cert",
                           "cert",    "-key",     "key",     "-HTTP", NULL};
    tls_pid = spawn(serve);
    return 0;
}

static int stop_tls(void **state)
{
    (void)state;
    static const char *const files[] = {"key", "cert", "answer"};
    char path[64];
    int status;
    (void)kill(tls_pid, SIGKILL);
    (void)waitpid(tls_pid, &status, 0);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", tls_dir, files[i]);
        (void)unlink(path);
    }
    return rmdir(tls_dir);
}

static heard tls_call(const char *ca_file, unsigned redirects_max)
{
    char url[64];
    bench b;
    begin_at(&b, &(http_client_options){.calls_max = 1, .ca_file = ca_file});
    heard h = heard_by(&b);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/answer", tls_port);
    http_request r = request_of(url);
    r.redirects_max = redirects_max;
    do { /* until it listens */
        h.ends = 0;
        h.call = http_call_start(b.client, &r, &sink, &h);
        run_until_end(&b, &h);
    } while (h.outcome == HTTP_ECONNECT);
    end(&b);
    buf_deinit(&h.text);
    return h;
}

static void certificates_are_verified(void **state)
{
    (void)state;
    char ca[64];
    snprintf(ca, sizeof ca, "%s/cert", tls_dir);
    heard h = tls_call(NULL, 0);
    assert_int_equal(h.outcome, HTTP_ETLS);
    assert_int_equal(h.heads, 0);
    h = tls_call(ca, 0);
    assert_int_equal(h.outcome, HTTP_DONE);
    assert_int_equal(h.status, 302);
    int served = server->served;
    h = tls_call(ca, 5);
    assert_int_equal(h.outcome, HTTP_EREDIRECT); /* https never goes to http */
    assert_int_equal(server->served, served);
    h = tls_call("/nonexistent", 0);
    assert_int_equal(h.outcome, HTTP_ETLS);
}

static void no_tls_where_it_was_promised(void **state)
{
    (void)state;
    BEGIN(b);
    heard h = heard_by(&b);
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", server->port);
    http_request r = request_of(url);
    h.call = http_call_start(b.client, &r, &sink, &h);
    /* The server takes the hello for a request that does not end; it closes with the client. */
    r.total_ms = 500;
    heard other_ = heard_by(&b);
    other_.call = http_call_start(b.client, &r, &sink, &other_);
    run_until_end(&b, &other_);
    assert_true(other_.outcome == HTTP_ETIME || other_.outcome == HTTP_ETLS);
    end(&b);
    buf_deinit(&h.text);
    buf_deinit(&other_.text);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    server = misbehaving_start();
    other = misbehaving_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_answers),
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(broken_answers),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(redirects_are_limited),
        cmocka_unit_test(urls_that_cannot_be),
        cmocka_unit_test(a_long_stream),
        cmocka_unit_test(a_pause_reaches_the_other_side),
        cmocka_unit_test(cancelled_at_any_moment),
        cmocka_unit_test(the_end_may_begin_another),
        cmocka_unit_test(many_at_once_and_no_more),
        cmocka_unit_test(names_are_looked_up_elsewhere),
        cmocka_unit_test(proxies_of_the_environment),
        cmocka_unit_test_setup_teardown(certificates_are_verified, start_tls, stop_tls),
        cmocka_unit_test(no_tls_where_it_was_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
