/* tandem restore FILE DB - a database of a backup. */
#include "cli/cmd.h"

#include "cli/durable_file.h"
#include "store/sqlite/open.h"
#include "store/sqlite/tools.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const cmd restore = {
    .name = "restore",
    .help =
        "tandem restore FILE DB - make the database DB of the backup FILE\n\n"
        "DB must not exist: move the old one (with DB-wal, if there is one) out of the way first.\n"
        "Every room gets a new epoch, so that no browser merges what it kept of the time after "
        "the\n"
        "backup into it without asking.  A backup of an older version is migrated.\n\n"
        "Exit codes: 0 restored, 1 not restored (standard error says why), 2 wrong arguments.\n",
    .argument_count = 2,
};

static void forget(const char *part)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-lock"};
    char path[4200];
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", part, tails[i]);
        unlink(path);
    }
}

/* Migrations, new epochs, everything in one file. */
static int renew(const char *part, uint64_t *rooms)
{
    store *s;
    int err = store_sqlite_open(part, base_alloc_libc(), &s);
    if (err != BASE_OK)
        return err;
    err = store_sqlite_renew_epochs(s, randombytes_buf, rooms);
    store_close(s);
    return err;
}

static bool is_there(const char *path, const char *tail)
{
    char name[4200];
    snprintf(name, sizeof name, "%s%s", path, tail);
    return access(name, F_OK) == 0;
}

int cmd_restore(int argc, char **argv)
{
    cmd_line line;
    int code;
    char part[4096];
    uint64_t rooms = 0;
    if (!cmd_parse(&restore, argc, argv, &line, &code))
        return code;
    const char *from = line.arguments[0], *to = line.arguments[1];
    if (snprintf(part, sizeof part, "%s.part", to) >= (int)sizeof part)
        return cmd_fail(&restore, to, "the name is too long");
    if (access(from, F_OK) != 0)
        return cmd_store_failed(&restore, from, STORE_ENOTFOUND);
    if (is_there(to, "") || is_there(to, "-wal"))
        return cmd_fail(&restore, to, "is there already; move it (and its -wal) away first");
    if (is_there(part, ""))
        return cmd_fail(&restore, part,
                        "is there already, from a restore that did not end; remove it");
    if (sodium_init() < 0)
        return cmd_fail(&restore, "libsodium", "no source of randomness");
    int err = store_sqlite_copy(from, part, base_alloc_libc());
    if (err == BASE_OK)
        err = renew(part, &rooms);
    const char *why = err == BASE_OK ? durable_file_publish(part, to) : NULL;
    forget(part);
    if (err == STORE_EFULL || why != NULL)
        return cmd_fail(&restore, to, why != NULL ? why : store_err_text(err));
    if (err != BASE_OK)
        return cmd_store_failed(&restore, from, err);
    printf("restored %llu rooms, each with a new epoch\n", (unsigned long long)rooms);
    return CMD_OK;
}
