/* tandem - the program: finds out what is asked and does it. */
#include "base/nearest.h"
#include "cli/cmd.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

static void print_help(FILE *out)
{
    fprintf(out,
            "tandem - people write Python together\n\n"
            "  tandem serve [flags]      serve the web application, the HTTP API and the rooms\n"
            "  tandem check DB           verify every room of a database\n"
            "  tandem backup DB FILE     copy a database, while the server uses it\n"
            "  tandem restore FILE DB    make a database of a backup\n"
            "  tandem export DB ROOM     write one room to standard output\n"
            "  tandem --help             this text; each command has its own --help\n"
            "  tandem --help-limits      the flags of serve that few need, all limits among them\n"
            "  tandem --version          the version\n\n"
            "Flags of serve, with their defaults.  Each may also stand in the config file, or in\n"
            "the environment: --cors-origins is TANDEM_CORS_ORIGINS.  Flags win over the\n"
            "environment, which wins over the file.\n\n");
    config_print_flags(out, CONFIG_COMMON);
}

static int print_limits(void)
{
    printf("More flags of tandem serve, with their defaults; docs/operations.md says what happens "
           "when\n"
           "a limit is met.  0 is no limit from --sockets down.\n\n");
    config_print_flags(stdout, CONFIG_REST);
    return SERVE_OK;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], word) == 0)
            return true;
    }
    return false;
}

static int run_serve(int argc, char **argv)
{
    config c;
    if (has_word(argc, argv, "--help-limits"))
        return print_limits();
    if (has_word(argc, argv, "--help")) {
        print_help(stdout);
        return SERVE_OK;
    }
    config_error err;
    config_init(&c);
    const char *file = config_flag_value("config", argc, argv);
    if (file == NULL)
        file = getenv("TANDEM_CONFIG");
    bool ok = (file == NULL || config_load_file(&c, file, &err)) &&
              config_load_env(&c, environ, &err) && config_load_flags(&c, argc, argv, &err);
    if (!ok) {
        fprintf(stderr, "tandem: %s\n", err.text);
        config_deinit(&c);
        return SERVE_USAGE;
    }
    return serve_run(&c);
}

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
    {"serve", run_serve},     {"check", cmd_check},   {"backup", cmd_backup},
    {"restore", cmd_restore}, {"export", cmd_export},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static int unknown(const char *name)
{
    const char *words[COMMANDS + 3] = {"--help", "--version", "--help-limits"};
    for (size_t i = 0; i < COMMANDS; i++)
        words[i + 3] = commands[i].name;
    const char *near = nearest_word(name, words, COMMANDS + 3);
    fprintf(stderr, "tandem: unknown command '%s'%s%s%s\n", name,
            near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    return SERVE_USAGE;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (name[0] == '\0') {
        print_help(stderr);
        return SERVE_USAGE;
    }
    if (strcmp(name, "--version") == 0) {
        printf("tandem %s\n", TANDEM_VERSION);
        return SERVE_OK;
    }
    if (strcmp(name, "--help-limits") == 0)
        return print_limits();
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return SERVE_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    }
    return unknown(name);
}
