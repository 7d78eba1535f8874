/* cmd.h - the commands that are no server: each is a function of its arguments, in NAME.c.
 *
 * They return the exit code: 0 done, 1 it did not work or something is wrong with the data
 * (standard error says what), 2 the arguments are wrong.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>

#define CMD_OK 0
#define CMD_FAILED 1
#define CMD_USAGE 2
#define CMD_ARGUMENTS_MAX 2
#define CMD_FLAGS_MAX 3

typedef struct cmd {
    const char *name;
    const char *help; /* whole text of --help */
    size_t argument_count;
    const char *flags[CMD_FLAGS_MAX]; /* with a value; a name that ends with '?' has none */
} cmd;

typedef struct cmd_line {
    const char *arguments[CMD_ARGUMENTS_MAX];
    const char *values[CMD_FLAGS_MAX]; /* NULL: not given; of a switch "" */
} cmd_line;

/* cmd_parse - true: go on.  false: `*code` is the exit code; help or the mistake was printed. */
bool cmd_parse(const cmd *c, int argc, char **argv, cmd_line *out, int *code);

/* cmd_fail - "tandem NAME: SUBJECT: SENTENCE" on standard error; returns CMD_FAILED. */
int cmd_fail(const cmd *c, const char *subject, const char *sentence);

/* cmd_store_failed - the same for the error of a store, with what to do about it.  A file that is
 * not there is said to be so. */
int cmd_store_failed(const cmd *c, const char *path, int err);

int cmd_check(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_export(int argc, char **argv);

#endif
