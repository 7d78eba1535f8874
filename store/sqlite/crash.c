/* crash.c - see crash.h.  SQLite lets each system call be replaced. */
#include "store/sqlite/crash.h"

#include "base/crash_point.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_log(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path);
    return n > 4 && memcmp(path + n - 4, "-wal", 4) == 0;
}

static ssize_t watched_pwrite(int fd, const void *ptr, size_t len_bytes, off_t at)
{
    bool log = is_log(fd);
    CRASH_POINT(log ? "wal.write" : "file.write");
    ssize_t n = pwrite(fd, ptr, len_bytes, at);
    CRASH_POINT(log ? "wal.written" : "file.written");
    return n;
}

static int watched_unlink(const char *path)
{
    CRASH_POINT("wal.remove");
    int rc = unlink(path);
    CRASH_POINT("wal.removed");
    return rc;
}

void crash_sqlite_watch(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)watched_pwrite);
    vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)watched_pwrite);
    vfs->xSetSystemCall(vfs, "unlink", (sqlite3_syscall_ptr)watched_unlink);
}
