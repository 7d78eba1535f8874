/* config.h - what an operator may set, and from where.
 *
 * One table in config.c holds every setting.  Later sources win: built-in default, config file,
 * environment, flags.  The same setting is `server.port` in the file (key `port` in `[server]`),
 * TANDEM_PORT in the environment and `--port` on the command line.  A name that is not in the table
 * is an error that says which one was probably meant.
 */
#ifndef SERVER_APP_CONFIG_H
#define SERVER_APP_CONFIG_H

#include "room/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct config {
    char *host;
    int64_t port;    /* 0: any free one */
    int64_t threads; /* 0: one for each core */
    int64_t backlog;
    char *public_url;     /* empty: what the Host header says */
    char *base_path;      /* "" or like "/tandem": stands before every path of a link */
    char *web_root;       /* empty: where the build or the installation put it */
    char *data;           /* path of the database, or ":memory:" */
    int64_t history_days; /* 0: as long as the room */
    int64_t reserve_mib;  /* 0: none */
    int64_t size_mib_max; /* 0: no limit */
    char *cors_origins;
    bool check_origin;
    char *origins;         /* empty: what the Host header says */
    char *frame_ancestors; /* empty: none */
    char *trusted_proxies; /* see address.h */
    bool create_on_join;
    int64_t keep_ms; /* a room that says nothing, after its last use; 0: for ever */
    int64_t sweep_ms;
    char *log_format; /* auto, json, plain */
    char *log_level;  /* debug, info, warn, error */
    limits limits;
} config;

#define CONFIG_PREFIX_BYTES_MAX 100
#define CONFIG_SOURCES_BYTES_MAX 1000
#define CONFIG_DAY_MS (INT64_C(24) * 3600 * 1000)

typedef struct config_error {
    char text[512];
} config_error;

/* config_init - the defaults.  config_deinit releases the strings. */
void config_init(config *c);
void config_deinit(config *c);

/* config_load_file - apply a config file.  false: `*err` says what is wrong, with path and line. */
bool config_load_file(config *c, const char *path, config_error *err);

/* config_load_env - apply TANDEM_* of `envp` ("NAME=value", NULL at the end).  TANDEM_CONFIG names
 * the file and is the caller's business. */
bool config_load_env(config *c, char *const *envp, config_error *err);

/* config_load_flags - apply `--name value`, `--name=value` and, for switches, `--name` and
 * `--no-name`.  `--config PATH` is skipped here. */
bool config_load_flags(config *c, int argc, char *const *argv, config_error *err);

/* config_flag_value - value of `--name` in argv, or NULL; to find `--config` before all else. */
const char *config_flag_value(const char *name, int argc, char *const *argv);

/* config_print_flags - the table as help text: what people set, or all the rest. */
typedef enum config_part { CONFIG_COMMON, CONFIG_REST } config_part;
void config_print_flags(FILE *out, config_part part);

/* config_list_has - is `item` one of a comma-separated list?  Spaces around items are ignored. */
bool config_list_has(const char *list, const char *item, size_t item_bytes);

#endif
