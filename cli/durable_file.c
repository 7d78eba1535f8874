#include "cli/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int flush(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int err = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return err;
}

static int flush_folder_of(const char *path)
{
    char dir[4096];
    if (snprintf(dir, sizeof dir, "%s", path) >= (int)sizeof dir)
        return ENAMETOOLONG;
    char *slash = strrchr(dir, '/');
    if (slash == NULL)
        snprintf(dir, sizeof dir, ".");
    else
        slash[slash == dir] = '\0';
    return flush(dir, O_RDONLY | O_DIRECTORY);
}

const char *durable_file_publish(const char *part, const char *to)
{
    int err = flush(part, O_RDWR);
    /* Unlike rename, link never replaces a file that came meanwhile. */
    if (err == 0 && link(part, to) != 0)
        err = errno;
    if (err == 0 && unlink(part) != 0)
        err = errno;
    if (err == 0)
        err = flush_folder_of(to);
    return err == 0 ? NULL : strerror(err);
}
