#include "server/app/log.h"

#include "server/app/wall_time.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Set once before the threads start, only read afterwards. */
static bool as_json;
static log_level least = LOG_INFO;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

typedef struct line {
    char text[2048];
    size_t len_bytes;
} line;

void log_setup(const char *format, const char *level)
{
    as_json =
        strcmp(format, "json") == 0 || (strcmp(format, "auto") == 0 && !isatty(STDERR_FILENO));
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(level, level_names[i]) == 0)
            least = (log_level)i;
    }
}

bool log_enabled(log_level level)
{
    return level >= least;
}

static void put(line *l, const char *s)
{
    size_t n = strlen(s), room = sizeof l->text - 2 - l->len_bytes;
    n = n < room ? n : room;
    memcpy(l->text + l->len_bytes, s, n);
    l->len_bytes += n;
}

/* Escapes what JSON must escape and what a terminal must not see. */
static void put_escaped(line *l, const char *s)
{
    for (; *s != '\0' && l->len_bytes + 16 < sizeof l->text; s++) {
        unsigned char c = (unsigned char)*s;
        char e[8] = {(char)c, '\0'};
        if (c == '"' || c == '\\')
            snprintf(e, sizeof e, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            snprintf(e, sizeof e, "\\u%04x", c);
        put(l, e);
    }
}

static void put_field(line *l, const log_field *f)
{
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)f->number);
    put(l, as_json ? ",\"" : "  ");
    put(l, f->key);
    put(l, as_json ? "\":" : "=");
    if (f->text == NULL) {
        put(l, number);
        return;
    }
    put(l, as_json ? "\"" : "");
    put_escaped(l, f->text);
    put(l, as_json ? "\"" : "");
}

void log_write(log_level level, const char *event, const log_field *fields, size_t count)
{
    line l = {.len_bytes = 0};
    char at[WALL_TIME_BYTES];
    wall_time_format(wall_time_now_ms(), at);
    put(&l, as_json ? "{\"at\":\"" : "");
    put(&l, at);
    put(&l, as_json ? "\",\"level\":\"" : " ");
    put(&l, level_names[level]);
    put(&l, as_json ? "\",\"event\":\"" : "  ");
    put_escaped(&l, event);
    put(&l, as_json ? "\"" : "");
    for (size_t i = 0; i < count; i++)
        put_field(&l, &fields[i]);
    put(&l, as_json ? "}" : "");
    l.text[l.len_bytes++] = '\n';
    ssize_t written = write(STDERR_FILENO, l.text, l.len_bytes);
    (void)written; /* there is nowhere left to complain */
}
