#include "server/app/config.h"

#include "base/nearest.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_STRING,
    KIND_NUMBER,
    KIND_SECONDS,
    KIND_DAYS,
    KIND_SWITCH,
    KIND_CHOICE,
    KIND_PREFIX,  /* of paths: "/tandem", kept without a slash behind; "" for "/" */
    KIND_SOURCES, /* origins as they stand in a Content-Security-Policy */
};

typedef struct option {
    const char *key;  /* section.key of the file */
    const char *flag; /* without the dashes in front; the environment's name is made of it */
    config_part part; /* --help, or --help-limits */
    enum kind kind;   /* KIND_SECONDS and KIND_DAYS are kept in milliseconds */
    size_t offset;
    const char *initial; /* NULL: limits_init has it */
    int64_t min, max;
    const char *hint; /* placeholder in the help, or the choices "a|b" */
    const char *help;
} option;

#define AT(field) offsetof(config, field)

static const option options[] = {
    {"server.host", "host", CONFIG_COMMON, KIND_STRING, AT(host), "127.0.0.1", 0, 0, "ADDRESS",
     "address to listen on; put a TLS proxy before any other than loopback"},
    {"server.port", "port", CONFIG_COMMON, KIND_NUMBER, AT(port), "8000", 0, 65535, "N",
     "0 takes a free port"},
    {"server.threads", "threads", CONFIG_COMMON, KIND_NUMBER, AT(threads), "0", 0, 256, "N",
     "loop threads; 0 is one for each core"},
    {"server.backlog", "backlog", CONFIG_REST, KIND_NUMBER, AT(backlog), "4096", 1, 65535, "N",
     "connections the kernel may hold before they are accepted"},
    {"server.public_url", "public-url", CONFIG_COMMON, KIND_STRING, AT(public_url), "", 0, 0, "URL",
     "start of the links to rooms; empty takes the Host header"},
    {"server.base_path", "base-path", CONFIG_COMMON, KIND_PREFIX, AT(base_path), "/", 0, 0, "PATH",
     "where a proxy shows this server, as in /tandem/; it may strip the path or pass it on"},
    {"server.web_root", "web-root", CONFIG_REST, KIND_STRING, AT(web_root), "", 0, 0, "DIR",
     "the built web application; empty takes the one of this build"},
    {"store.data", "data", CONFIG_COMMON, KIND_STRING, AT(data), "./data/tandem.db", 0, 0, "FILE",
     "SQLite database, made when missing; :memory: forgets all at exit"},
    {"store.history_days", "history-days", CONFIG_COMMON, KIND_NUMBER, AT(history_days), "0", 0,
     36500, "N", "how long a room's history is kept; 0 is as long as the room"},
    {"store.reserve_mib", "reserve-mib", CONFIG_REST, KIND_NUMBER, AT(reserve_mib), "64", 0, 65536,
     "N", "disk space kept aside for when the disk is full; 0 is none"},
    {"store.size_mib_max", "size-mib-max", CONFIG_COMMON, KIND_NUMBER, AT(size_mib_max), "0", 0,
     16777216, "N", "largest database; when it is reached nothing can be saved; 0 is no limit"},
    {"http.cors_origins", "cors-origins", CONFIG_COMMON, KIND_STRING, AT(cors_origins), "", 0, 0,
     "LIST", "other origins that may call, comma-separated; * is every origin"},
    {"http.check_origin", "check-origin", CONFIG_REST, KIND_SWITCH, AT(check_origin), "true", 0, 0,
     "", "refuse WebSockets and changes that a browser sends for a page of another origin"},
    {"http.origins", "origins", CONFIG_COMMON, KIND_STRING, AT(origins), "", 0, 0, "LIST",
     "origins of this server's own pages, exact; empty takes the Host header"},
    {"http.frame_ancestors", "frame-ancestors", CONFIG_REST, KIND_SOURCES, AT(frame_ancestors), "",
     0, 0, "LIST", "origins whose pages may show rooms in a frame; empty lets none"},
    {"http.trusted_proxies", "trusted-proxies", CONFIG_COMMON, KIND_STRING, AT(trusted_proxies), "",
     0, 0, "LIST", "addresses or networks whose X-Forwarded-For is believed"},
    {"rooms.create_on_join", "create-on-join", CONFIG_COMMON, KIND_SWITCH, AT(create_on_join),
     "false", 0, 0, "", "a WebSocket to an unknown room name makes the room"},
    {"rooms.expire_days", "expire-days", CONFIG_COMMON, KIND_DAYS, AT(keep_ms), "30", 0, 3650, "N",
     "an unused room is deleted after this; 0.5 is twelve hours, 0 is never"},
    {"rooms.sweep_ms", "sweep-ms", CONFIG_REST, KIND_NUMBER, AT(sweep_ms), "60000", 10, 86400000,
     "N", "between two looks for expired rooms"},
    {"rooms.linger_s", "linger-s", CONFIG_REST, KIND_SECONDS, AT(limits.linger_ms), "30", 0, 3600,
     "N", "seconds an empty room stays in memory"},
    {"log.format", "log-format", CONFIG_COMMON, KIND_CHOICE, AT(log_format), "auto", 0, 0,
     "auto|json|plain", "auto is plain on a terminal, else JSON"},
    {"log.level", "log-level", CONFIG_COMMON, KIND_CHOICE, AT(log_level), "info", 0, 0,
     "debug|info|warn|error", "the least important line to write"},
#define LIMIT_(name, unit, reason, min)                                                            \
    {"limits." #name, #name, CONFIG_REST,     KIND_NUMBER, AT(limits.name), NULL, min,             \
     INT32_MAX,       "N",   unit ": " reason},
#define CONTENT_LIMIT_(name, value, unit, reason) LIMIT_(name, unit, reason, 1)
#define TRAFFIC_LIMIT_(name, value, unit, reason) LIMIT_(name, unit, reason, 0)
    LIMITS_OF_CONTENT(CONTENT_LIMIT_) LIMITS_OF_TRAFFIC(TRAFFIC_LIMIT_)
#undef LIMIT_
#undef CONTENT_LIMIT_
#undef TRAFFIC_LIMIT_
};

#define OPTION_COUNT (sizeof options / sizeof options[0])
#define FLAG_BYTES 48

/* The flag as it is written: with dashes. */
static const char *flag_of(const option *o)
{
    static char flags[OPTION_COUNT][FLAG_BYTES];
    char *out = flags[o - options];
    for (size_t n = 0; n < FLAG_BYTES - 1 && o->flag[n] != '\0'; n++)
        out[n] = o->flag[n] == '_' ? '-' : o->flag[n];
    return out;
}

static bool fail(config_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool fail(config_error *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return false;
}

static bool parse_switch(const char *value, bool *out)
{
    static const char *const yes[] = {"true", "1", "yes", "on"};
    static const char *const no[] = {"false", "0", "no", "off"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *out = strcmp(value, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

bool config_list_has(const char *list, const char *item, size_t item_bytes)
{
    while (*list != '\0') {
        list += strspn(list, ", |");
        size_t n = strcspn(list, ", |");
        if (n > 0 && n == item_bytes && memcmp(list, item, n) == 0)
            return true;
        list += n;
    }
    return false;
}

/* Plain letters only, so that it stands in links as it is. */
static bool is_prefix(const char *value)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/";
    size_t n = strlen(value);
    return value[0] == '/' && n <= CONFIG_PREFIX_BYTES_MAX && strspn(value, letters) == n &&
           strstr(value, "//") == NULL && strstr(value, "/.") == NULL;
}

static bool is_sources(const char *value)
{
    size_t n = strlen(value);
    return n <= CONFIG_SOURCES_BYTES_MAX && strcspn(value, ";\"\r\n") == n;
}

static bool assign_number(char *field, const option *o, const char *value, const char *where,
                          config_error *err)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || n < o->min || n > o->max)
        return fail(err, "%s: '%s' is not a number from %lld to %lld", where, value,
                    (long long)o->min, (long long)o->max);
    int64_t number = o->kind == KIND_SECONDS ? n * 1000 : n;
    memcpy(field, &number, sizeof number);
    return true;
}

/* A part of a day counts: rooms may live for minutes. */
static bool assign_days(char *field, const option *o, const char *value, const char *where,
                        config_error *err)
{
    char *end;
    double days = strtod(value, &end);
    if (end == value || *end != '\0' || !(days >= (double)o->min && days <= (double)o->max))
        return fail(err, "%s: '%s' is not a number of days from %lld to %lld", where, value,
                    (long long)o->min, (long long)o->max);
    double ms = days * (double)CONFIG_DAY_MS;
    int64_t number = days > 0 && ms < 1 ? 1 : (int64_t)(ms + 0.5); /* 0 would be for ever */
    memcpy(field, &number, sizeof number);
    return true;
}

/* `where` names the setting as the operator wrote it. */
static bool assign(config *c, const option *o, const char *value, const char *where,
                   config_error *err)
{
    char *field = (char *)c + o->offset;
    if (o->kind == KIND_SWITCH) {
        if (!parse_switch(value, (bool *)field))
            return fail(err, "%s: '%s' is neither true nor false", where, value);
        return true;
    }
    if (o->kind == KIND_NUMBER || o->kind == KIND_SECONDS)
        return assign_number(field, o, value, where, err);
    if (o->kind == KIND_DAYS)
        return assign_days(field, o, value, where, err);
    if (o->kind == KIND_CHOICE && !config_list_has(o->hint, value, strlen(value)))
        return fail(err, "%s: '%s' is none of %s", where, value, o->hint);
    if (o->kind == KIND_PREFIX && !is_prefix(value))
        return fail(err, "%s: '%.80s' is no path like /tandem/", where, value);
    if (o->kind == KIND_SOURCES && !is_sources(value))
        return fail(err, "%s: '%.80s' is no list of origins", where, value);
    char *copy = strdup(value);
    if (copy != NULL && o->kind == KIND_PREFIX && copy[strlen(copy) - 1] == '/')
        copy[strlen(copy) - 1] = '\0';
    if (copy == NULL)
        return fail(err, "out of memory");
    char *old;
    memcpy(&old, field, sizeof old);
    free(old);
    memcpy(field, &copy, sizeof copy);
    return true;
}

void config_init(config *c)
{
    memset(c, 0, sizeof *c);
    config_error err;
    limits_init(&c->limits);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].initial != NULL &&
            !assign(c, &options[i], options[i].initial, options[i].key, &err))
            abort(); /* the table itself is wrong, or no memory before anything began */
    }
}

static bool is_text(enum kind kind)
{
    return kind == KIND_STRING || kind == KIND_CHOICE || kind == KIND_PREFIX ||
           kind == KIND_SOURCES;
}

void config_deinit(config *c)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (is_text(options[i].kind)) {
            char *s;
            memcpy(&s, (char *)c + options[i].offset, sizeof s);
            free(s);
        }
    }
    memset(c, 0, sizeof *c);
}

static const option *find_key(const char *key)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(options[i].key, key) == 0)
            return &options[i];
    }
    return NULL;
}

static const option *find_flag(const char *flag, size_t flag_bytes)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *name = flag_of(&options[i]);
        if (strlen(name) == flag_bytes && memcmp(name, flag, flag_bytes) == 0)
            return &options[i];
    }
    return NULL;
}

/* ------------------------------------------------------------------------------- the file --- */

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* Cuts a comment off and takes quotes away; a '#' inside quotes is a character. */
static char *value_of(char *s, bool *ok)
{
    *ok = true;
    s = trim(s);
    if (*s != '"') {
        char *hash = strstr(s, " #");
        if (hash != NULL)
            *hash = '\0';
        return trim(s);
    }
    char *end = strchr(s + 1, '"');
    if (end == NULL) {
        *ok = false;
        return s;
    }
    char *rest = trim(end + 1);
    *ok = *rest == '\0' || *rest == '#';
    *end = '\0';
    return s + 1;
}

static bool unknown_key(const char *where, const char *key, config_error *err)
{
    const char *words[OPTION_COUNT];
    for (size_t i = 0; i < OPTION_COUNT; i++)
        words[i] = options[i].key;
    const char *near = nearest_word(key, words, OPTION_COUNT);
    if (near == NULL)
        return fail(err, "%s: unknown key '%s'", where, key);
    return fail(err, "%s: unknown key '%s'; did you mean '%s'?", where, key, near);
}

static bool load_line(config *c, char *line, char section[64], const char *where, config_error *err)
{
    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';')
        return true;
    if (*line == '[') {
        char *end = strchr(line, ']');
        if (end == NULL || end - line > 60)
            return fail(err, "%s: a section is written [name]", where);
        *end = '\0';
        snprintf(section, 64, "%s", trim(line + 1));
        return true;
    }
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return fail(err, "%s: expected 'key = value'", where);
    *equals = '\0';
    char key[160];
    const char *name = trim(line);
    if (section[0] != '\0')
        snprintf(key, sizeof key, "%s.%.90s", section, name);
    else
        snprintf(key, sizeof key, "%.150s", name);
    const option *o = find_key(key);
    if (o == NULL)
        return unknown_key(where, key, err);
    bool ok;
    const char *value = value_of(equals + 1, &ok);
    if (!ok)
        return fail(err, "%s: the quotes of '%s' do not match", where, key);
    char place[300];
    snprintf(place, sizeof place, "%.130s: %.150s", where, key);
    return assign(c, o, value, place, err);
}

bool config_load_file(config *c, const char *path, config_error *err)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return fail(err, "%s: %s", path, strerror(errno));
    char line[2048], section[64] = "", where[200];
    bool ok = true;
    for (int number = 1; ok && fgets(line, sizeof line, f) != NULL; number++) {
        snprintf(where, sizeof where, "%.180s:%d", path, number);
        if (strchr(line, '\n') == NULL && !feof(f))
            ok = fail(err, "%s: the line is too long", where);
        else
            ok = load_line(c, line, section, where, err);
    }
    if (ok && ferror(f))
        ok = fail(err, "%s: cannot be read", path);
    (void)fclose(f); /* read only: nothing is lost */
    return ok;
}

/* ------------------------------------------------------------------------ the environment --- */

static void env_name(const option *o, char out[64])
{
    size_t n = (size_t)snprintf(out, 64, "TANDEM_%s", o->flag);
    for (size_t i = 7; i < n; i++)
        out[i] = out[i] == '-' ? '_' : (char)toupper((unsigned char)out[i]);
}

static bool load_env_one(config *c, const char *entry, config_error *err)
{
    static char names[OPTION_COUNT][64];
    const char *words[OPTION_COUNT];
    const char *equals = strchr(entry, '=');
    if (equals == NULL || (size_t)(equals - entry) >= 64)
        return true;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(equals - entry), entry);
    if (strcmp(name, "TANDEM_CONFIG") == 0)
        return true;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        env_name(&options[i], names[i]);
        words[i] = names[i];
        if (strcmp(names[i], name) == 0)
            return assign(c, &options[i], equals + 1, name, err);
    }
    const char *near = nearest_word(name, words, OPTION_COUNT);
    if (near == NULL)
        return fail(err, "environment: unknown setting %s", name);
    return fail(err, "environment: unknown setting %s; did you mean %s?", name, near);
}

bool config_load_env(config *c, char *const *envp, config_error *err)
{
    for (size_t i = 0; envp[i] != NULL; i++) {
        if (strncmp(envp[i], "TANDEM_", 7) == 0 && !load_env_one(c, envp[i], err))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------------------- flags --- */

static bool unknown_flag(const char *arg, config_error *err)
{
    const char *words[OPTION_COUNT + 4];
    size_t count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        words[count++] = flag_of(&options[i]);
    words[count++] = "config";
    words[count++] = "help";
    words[count++] = "help-limits";
    words[count++] = "version";
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(arg + 2, "="), arg + 2);
    const char *near = nearest_word(name, words, count);
    if (near == NULL)
        return fail(err, "unknown flag '--%s'", name);
    return fail(err, "unknown flag '--%s'; did you mean '--%s'?", name, near);
}

/* Applies the flag at argv[*i] and moves *i behind its value. */
static bool load_flag(config *c, int *i, int argc, char *const *argv, config_error *err)
{
    const char *arg = argv[*i];
    if (strncmp(arg, "--", 2) != 0)
        return fail(err, "unexpected argument '%s'", arg);
    const char *name = arg + 2;
    size_t name_bytes = strcspn(name, "=");
    const char *value = name[name_bytes] == '=' ? name + name_bytes + 1 : NULL;
    bool is_config = name_bytes == 6 && memcmp(name, "config", 6) == 0;
    const option *o = find_flag(name, name_bytes);
    if (o == NULL && value == NULL && strncmp(name, "no-", 3) == 0) {
        o = find_flag(name + 3, name_bytes - 3);
        if (o != NULL && o->kind == KIND_SWITCH)
            return assign(c, o, "false", arg, err);
        o = NULL;
    }
    if (o == NULL && !is_config)
        return unknown_flag(arg, err);
    if (value == NULL && !is_config && o->kind == KIND_SWITCH)
        return assign(c, o, "true", arg, err);
    if (value == NULL) {
        if (*i + 1 >= argc)
            return fail(err, "flag '%s' needs a value", arg);
        value = argv[++*i];
    }
    return is_config || assign(c, o, value, arg, err);
}

bool config_load_flags(config *c, int argc, char *const *argv, config_error *err)
{
    for (int i = 0; i < argc; i++) {
        if (!load_flag(c, &i, argc, argv, err))
            return false;
    }
    return true;
}

const char *config_flag_value(const char *name, int argc, char *const *argv)
{
    size_t n = strlen(name);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || strncmp(argv[i] + 2, name, n) != 0)
            continue;
        if (argv[i][2 + n] == '=')
            return argv[i] + 3 + n;
        if (argv[i][2 + n] == '\0' && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

void config_print_flags(FILE *out, config_part part)
{
    config c;
    config_init(&c);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const option *o = &options[i];
        char left[80];
        if (o->part != part)
            continue;
        snprintf(left, sizeof left, "--%s%s%s", flag_of(o), *o->hint != '\0' ? " " : "", o->hint);
        fprintf(out, "  %-34s %s", left, o->help);
        if (o->initial == NULL) {
            uint64_t value;
            memcpy(&value, (const char *)&c + o->offset, sizeof value);
            fprintf(out, " [%llu]", (unsigned long long)value);
        } else if (*o->initial != '\0') {
            fprintf(out, " [%s]", o->initial);
        }
        fputc('\n', out);
    }
    config_deinit(&c);
    if (part == CONFIG_COMMON)
        fprintf(out, "  %-34s %s\n", "--config FILE", "read settings from this file first");
}
