/* options.c - the command line.  README.md says what each is for. */
#include "yload.h"

#include <arpa/inet.h>
#include <getopt.h>

options opt = {.rooms = 10,
               .clients = 4,
               .writers = 1,
               .threads = 1,
               .inflight = 256,
               .ring = 4096,
               .rate = 10,
               .secs = 10,
               .warm = 1,
               .jsonbytes = 2000,
               .p99_ms = 100,
               .start = 500,
               .max = 4e6,
               .joins = 20,
               .conc = 1,
               .text = "monaco",
               .token = "t",
               .query = "",
               .gen_runs = 20000,
               .gen_len = 8,
               .gen_deleted = 30,
               .window = 4};

static _Noreturn void usage_and_exit(void)
{
    fputs("yload run|ack|sat|flood|join|storm|idle --url ws://127.0.0.1:PORT/PREFIX [options]\n"
          "  --url may be repeated; a room's name is appended.  --proto y|hocus|raw|json\n"
          "  --rooms N --clients N --writers N --threads N --inflight N --window N\n"
          "  --rate R --aware F --poisson --secs S --warm S --settle S --ring N --jsonbytes N\n"
          "  --joins N --conc N --seed FILE --gen RUNS,LEN,DELETED% --p99 MS --start R --max R\n"
          "  --room NAME --text NAME --query ?a=b --subproto P --cookie C --token T --srcips N\n"
          "  --cold --rst --verify --quiet --pid P --json FILE\n"
          "bench/yload/README.md says what they mean.\n",
          stderr);
    exit(2);
}

typedef enum kind { KIND_INT, KIND_REAL, KIND_TEXT, KIND_SWITCH, KIND_OTHER } kind;

typedef struct setting {
    const char *name;
    kind kind;
    size_t offset;
} setting;

#define AT(field) offsetof(options, field)
static const setting settings[] = {
    {"url", KIND_OTHER, 0},
    {"proto", KIND_OTHER, 0},
    {"pid", KIND_OTHER, 0},
    {"gen", KIND_OTHER, 0},
    {"help", KIND_OTHER, 0},
    {"rooms", KIND_INT, AT(rooms)},
    {"clients", KIND_INT, AT(clients)},
    {"writers", KIND_INT, AT(writers)},
    {"threads", KIND_INT, AT(threads)},
    {"inflight", KIND_INT, AT(inflight)},
    {"window", KIND_INT, AT(window)},
    {"ring", KIND_INT, AT(ring)},
    {"jsonbytes", KIND_INT, AT(jsonbytes)},
    {"joins", KIND_INT, AT(joins)},
    {"conc", KIND_INT, AT(conc)},
    {"srcips", KIND_INT, AT(srcips)},
    {"rate", KIND_REAL, AT(rate)},
    {"aware", KIND_REAL, AT(aware)},
    {"secs", KIND_REAL, AT(secs)},
    {"warm", KIND_REAL, AT(warm)},
    {"settle", KIND_REAL, AT(settle)},
    {"p99", KIND_REAL, AT(p99_ms)},
    {"start", KIND_REAL, AT(start)},
    {"max", KIND_REAL, AT(max)},
    {"json", KIND_TEXT, AT(json)},
    {"seed", KIND_TEXT, AT(seed)},
    {"room", KIND_TEXT, AT(room)},
    {"text", KIND_TEXT, AT(text)},
    {"query", KIND_TEXT, AT(query)},
    {"subproto", KIND_TEXT, AT(subproto)},
    {"cookie", KIND_TEXT, AT(cookie)},
    {"token", KIND_TEXT, AT(token)},
    {"poisson", KIND_SWITCH, AT(poisson)},
    {"cold", KIND_SWITCH, AT(cold)},
    {"rst", KIND_SWITCH, AT(rst)},
    {"verify", KIND_SWITCH, AT(verify)},
    {"quiet", KIND_SWITCH, AT(quiet)},
};
#define SETTINGS (sizeof settings / sizeof *settings)

static double number_of(const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0')
        die("--%s: '%s' is no number", name, text);
    return value;
}

static void read_url(const char *url)
{
    endpoint *e = &opt.urls[opt.url_count];
    char address[64];
    if (opt.url_count == URLS_MAX || strncmp(url, "ws://", 5) != 0)
        usage_and_exit();
    const char *host = url + 5;
    size_t n = strcspn(host, "/");
    if (n >= sizeof e->host)
        usage_and_exit();
    snprintf(e->host, sizeof e->host, "%.*s", (int)n, host);
    snprintf(e->prefix, sizeof e->prefix, "%s", host[n] == '/' ? host + n : "/");
    snprintf(address, sizeof address, "%.*s", (int)strcspn(e->host, ":"), e->host);
    const char *port = strchr(e->host, ':');
    e->at.sin_family = AF_INET;
    e->at.sin_port = htons(port == NULL ? 80 : (uint16_t)number_of("url", port + 1));
    if (inet_pton(AF_INET, strcmp(address, "localhost") == 0 ? "127.0.0.1" : address,
                  &e->at.sin_addr) != 1)
        die("give the host as an IPv4 address");
    if (ntohl(e->at.sin_addr.s_addr) >> 24 != 127)
        die("only loopback targets are allowed");
    opt.url_count++;
}

static void read_other(const char *name, const char *value)
{
    static const char *const dialects[] = {"y", "hocus", "raw", "json"};
    if (strcmp(name, "url") == 0) {
        read_url(value);
    } else if (strcmp(name, "pid") == 0 && opt.pid_count < PIDS_MAX) {
        opt.pids[opt.pid_count++] = (int)number_of(name, value);
    } else if (strcmp(name, "gen") == 0) {
        if (sscanf(value, "%d,%d,%d", &opt.gen_runs, &opt.gen_len, &opt.gen_deleted) < 1)
            usage_and_exit();
    } else if (strcmp(name, "proto") == 0) {
        for (unsigned i = 0; i < 4; i++) {
            if (strcmp(value, dialects[i]) == 0) {
                opt.dialect = (dialect)i;
                return;
            }
        }
        usage_and_exit();
    } else {
        usage_and_exit();
    }
}

static void read_setting(const setting *s, const char *value)
{
    char *field = (char *)&opt + s->offset;
    if (s->kind == KIND_OTHER)
        read_other(s->name, value);
    else if (s->kind == KIND_SWITCH)
        *(bool *)field = true;
    else if (s->kind == KIND_TEXT)
        memcpy(field, &value, sizeof value);
    else if (s->kind == KIND_INT)
        memcpy(field, &(int){(int)number_of(s->name, value)}, sizeof(int));
    else
        memcpy(field, &(double){number_of(s->name, value)}, sizeof(double));
}

void options_read(int argc, char **argv)
{
    struct option known[SETTINGS + 1] = {{0}};
    for (size_t i = 0; i < SETTINGS; i++) {
        bool has_value = settings[i].kind != KIND_SWITCH && strcmp(settings[i].name, "help") != 0;
        known[i] = (struct option){settings[i].name, has_value, NULL, (int)i + 1};
    }
    if (argc < 2 || argv[1][0] == '-')
        usage_and_exit();
    opt.mode = argv[1];
    optind = 2;
    for (int found; (found = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (found < 1 || (size_t)found > SETTINGS)
            usage_and_exit();
        read_setting(&settings[found - 1], optarg);
    }
    if (opt.url_count == 0 || opt.rooms < 1 || opt.clients < 1 || optind < argc)
        usage_and_exit();
    if (opt.ring < 1 || (opt.ring & (opt.ring - 1)) != 0)
        die("--ring must be a power of two");
    if (strcmp(opt.mode, "ack") == 0) {
        opt.acks = true;
        opt.subproto = SYNC_SUBPROTOCOL;
    }
    opt.writers = opt.writers < opt.clients ? opt.writers : opt.clients;
    opt.threads = opt.threads < opt.rooms ? opt.threads : opt.rooms;
    opt.threads = opt.threads < THREADS_MAX ? opt.threads : THREADS_MAX;
}
