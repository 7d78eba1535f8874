#include "cli/cmd.h"

#include "base/nearest.h"
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool wrong(const cmd *c, int *code, const char *sentence, const char *what, const char *near)
{
    fprintf(stderr, "tandem %s: %s", c->name, sentence);
    if (what != NULL)
        fprintf(stderr, " '%s'", what);
    if (near != NULL)
        fprintf(stderr, "; did you mean '--%s'?", near);
    fprintf(stderr, "\n`tandem %s --help` says how it is used.\n", c->name);
    *code = CMD_USAGE;
    return false;
}

/* The flag of that name (n characters), or CMD_FLAGS_MAX. */
static size_t find_flag(const cmd *c, const char *name, size_t n, bool *is_switch)
{
    for (size_t i = 0; i < CMD_FLAGS_MAX && c->flags[i] != NULL; i++) {
        size_t len = strcspn(c->flags[i], "?");
        if (len == n && memcmp(c->flags[i], name, n) == 0) {
            *is_switch = c->flags[i][len] == '?';
            return i;
        }
    }
    return CMD_FLAGS_MAX;
}

static bool unknown_flag(const cmd *c, const char *arg, int *code)
{
    char names[CMD_FLAGS_MAX][32];
    const char *words[CMD_FLAGS_MAX + 1];
    size_t count = 0;
    for (; count < CMD_FLAGS_MAX && c->flags[count] != NULL; count++) {
        snprintf(names[count], sizeof names[count], "%.*s", (int)strcspn(c->flags[count], "?"),
                 c->flags[count]);
        words[count] = names[count];
    }
    words[count++] = "help";
    return wrong(c, code, "unknown flag", arg, nearest_word(arg + 2, words, count));
}

static bool parse_flag(const cmd *c, int *i, int argc, char **argv, cmd_line *out, int *code)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    bool is_switch = false;
    size_t at = find_flag(c, name, n, &is_switch);
    if (at == CMD_FLAGS_MAX)
        return unknown_flag(c, argv[*i], code);
    if (is_switch && name[n] == '=')
        return wrong(c, code, "no value belongs to", argv[*i], NULL);
    if (is_switch)
        out->values[at] = "";
    else if (name[n] == '=')
        out->values[at] = name + n + 1;
    else if (*i + 1 < argc)
        out->values[at] = argv[++*i];
    else
        return wrong(c, code, "a value is missing after", argv[*i], NULL);
    return true;
}

bool cmd_parse(const cmd *c, int argc, char **argv, cmd_line *out, int *code)
{
    size_t count = 0;
    *out = (cmd_line){.arguments = {NULL}};
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(c->help, stdout);
            *code = CMD_OK;
            return false;
        }
    }
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!parse_flag(c, &i, argc, argv, out, code))
                return false;
        } else if (count == c->argument_count) {
            return wrong(c, code, "unexpected argument", argv[i], NULL);
        } else {
            out->arguments[count++] = argv[i];
        }
    }
    if (count < c->argument_count)
        return wrong(c, code, "an argument is missing", NULL, NULL);
    return true;
}

int cmd_fail(const cmd *c, const char *subject, const char *sentence)
{
    fprintf(stderr, "tandem %s: %s: %s\n", c->name, subject, sentence);
    return CMD_FAILED;
}

int cmd_store_failed(const cmd *c, const char *path, int err)
{
    if (access(path, R_OK) != 0)
        return cmd_fail(c, path, strerror(errno));
    if (err == STORE_EVERSION)
        return cmd_fail(c, path,
                        "not a Tandem database of this version; an older one is migrated by "
                        "`tandem serve`, a newer one needs its own program");
    if (err == STORE_EIO && access(path, W_OK) != 0)
        return cmd_fail(c, path, "to read it, this user must be able to write beside it");
    return cmd_fail(c, path, store_err_text(err));
}
