/* tandem - the program: finds out what is asked and does it. */
#include "server/nearest.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

static void print_help(FILE *out)
{
    fprintf(out,
            "tandem - people write Python together\n\n"
            "  tandem serve [flags]    serve the web application, the HTTP API and the rooms\n"
            "  tandem --help           this text\n"
            "  tandem --version        the version\n\n"
            "Flags of serve, with their defaults.  Each may also stand in the config file, or in\n"
            "the environment: --cors-origins is TANDEM_CORS_ORIGINS.  Flags win over the\n"
            "environment, which wins over the file.\n\n");
    config_print_flags(out);
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

int main(int argc, char **argv)
{
    static const char *const commands[] = {"serve", "--help", "--version"};
    const char *command = argc > 1 ? argv[1] : "";
    if (has_word(argc - 1, argv + 1, "--help") || strcmp(command, "help") == 0) {
        print_help(stdout);
        return SERVE_OK;
    }
    if (strcmp(command, "--version") == 0) {
        printf("tandem %s\n", TANDEM_VERSION);
        return SERVE_OK;
    }
    if (strcmp(command, "serve") == 0)
        return run_serve(argc - 2, argv + 2);
    if (command[0] == '\0') {
        print_help(stderr);
        return SERVE_USAGE;
    }
    const char *near = nearest_word(command, commands, 3);
    fprintf(stderr, "tandem: unknown command '%s'%s%s%s\n", command,
            near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    return SERVE_USAGE;
}
