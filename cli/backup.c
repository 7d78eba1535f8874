/* tandem backup DB FILE - a copy of one moment, while the server goes on. */
#include "cli/cmd.h"

#include "cli/durable_file.h"
#include "store/sqlite/tools.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const cmd backup = {
    .name = "backup",
    .help = "tandem backup DB FILE - copy the database DB to FILE\n\n"
            "The copy is of one moment, compact, flushed to the disk, and is made while a server "
            "may be\n"
            "using DB.  FILE must not exist; it appears under its name only when it is whole.\n"
            "`tandem check FILE` verifies every room of it, `tandem restore FILE DB` makes a "
            "database of\n"
            "it again.\n\n"
            "Exit codes: 0 copied, 1 not copied (standard error says why), 2 wrong arguments.\n",
    .argument_count = 2,
};

int cmd_backup(int argc, char **argv)
{
    cmd_line line;
    int code;
    char part[4096];
    if (!cmd_parse(&backup, argc, argv, &line, &code))
        return code;
    const char *from = line.arguments[0], *to = line.arguments[1];
    if (snprintf(part, sizeof part, "%s.part", to) >= (int)sizeof part)
        return cmd_fail(&backup, to, "the name is too long");
    if (access(from, F_OK) != 0)
        return cmd_store_failed(&backup, from, STORE_ENOTFOUND);
    if (access(to, F_OK) == 0)
        return cmd_fail(&backup, to, "is there already; a backup never overwrites");
    int err = store_sqlite_copy(from, part, base_alloc_libc());
    if (err == STORE_EEXISTS)
        return cmd_fail(&backup, part,
                        "is there already: another backup is under way, or one was interrupted; "
                        "remove it in that case");
    if (err != BASE_OK) {
        unlink(part);
        return err == STORE_EFULL ? cmd_fail(&backup, to, store_err_text(err))
                                  : cmd_store_failed(&backup, from, err);
    }
    const char *why = durable_file_publish(part, to);
    if (why != NULL) {
        unlink(part);
        return cmd_fail(&backup, to, why);
    }
    return CMD_OK;
}
