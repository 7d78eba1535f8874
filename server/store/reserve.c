#include "server/store/reserve.h"

#include "server/app/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void store_reserve_init(store_reserve *r, const char *data, uint64_t bytes)
{
    struct stat st;
    *r = (store_reserve){.bytes = bytes};
    if (bytes == 0 || strcmp(data, ":memory:") == 0 ||
        snprintf(r->path, sizeof r->path, "%s-reserve", data) >= (int)sizeof r->path) {
        r->path[0] = '\0';
        return;
    }
    r->held = stat(r->path, &st) == 0 && (uint64_t)st.st_size >= bytes;
}

/* Bytes that a write would find on the file system of the database. */
static uint64_t free_bytes(const store_reserve *r)
{
    char dir[sizeof r->path];
    struct statvfs fs;
    snprintf(dir, sizeof dir, "%s", r->path);
    char *slash = strrchr(dir, '/');
    if (slash == NULL)
        snprintf(dir, sizeof dir, ".");
    else
        slash[1] = '\0';
    return statvfs(dir, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
}

void store_reserve_keep(store_reserve *r)
{
    if (r->path[0] == '\0' || r->held || free_bytes(r) / 2 < r->bytes)
        return;
    int fd = open(r->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int err = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)r->bytes);
    if (fd >= 0)
        close(fd);
    if (err == 0) {
        r->held = true;
        log_event(LOG_INFO, "disk reserve made", LOG_STR("path", r->path));
        return;
    }
    unlink(r->path);
    log_event(LOG_WARN, "no disk reserve", LOG_STR("path", r->path),
              LOG_STR("reason", strerror(err)));
}

bool store_reserve_release(store_reserve *r)
{
    if (!r->held || free_bytes(r) >= r->bytes)
        return false;
    r->held = false;
    if (unlink(r->path) != 0) {
        log_event(LOG_ERROR, "disk reserve not released", LOG_STR("path", r->path),
                  LOG_STR("reason", strerror(errno)));
        return false;
    }
    log_event(LOG_ERROR, "the disk is full: its reserve was released, free space now",
              LOG_INT("bytes", r->bytes));
    return true;
}
