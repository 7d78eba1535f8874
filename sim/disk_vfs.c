/* disk_vfs.c - SQLite on the simulated disk.
 *
 * Only what one connection to a database in WAL mode needs: shared memory that nobody shares, locks
 * that nobody else holds, time that stands still.  Without the shared memory SQLite would silently
 * keep a rollback journal instead, and another program would be tested than the one that runs.
 *
 * store/test/fault_vfs.c is SQLite on another disk: that one never makes safe what a failed flush
 * left, and may be without shared memory; this one cuts a call of the store in two when the process
 * dies, and draws from the world's luck.  What is alike are the calls that do nothing.
 */
#include "sim/disk.h"

#include <sqlite3.h>
#include <stdlib.h>

#define SHM_REGIONS_MAX 64

typedef struct vfs_file {
    sqlite3_file base; /* first */
    disk *disk;
    disk_file *file;
    bool temporary;
    void *regions[SHM_REGIONS_MAX]; /* the log's index: memory of the process, gone with it */
} vfs_file;

static int code_of(disk_result result, int failed)
{
    return result == DISK_OK ? SQLITE_OK : result == DISK_FULL ? SQLITE_FULL : failed;
}

static int file_close(sqlite3_file *f)
{
    vfs_file *v = (vfs_file *)f;
    if (v->temporary)
        disk_delete(v->disk, v->file->name);
    return SQLITE_OK;
}

static int file_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
    vfs_file *v = (vfs_file *)f;
    const disk_bytes *now = &v->file->now;
    if (v->disk->dead)
        return SQLITE_IOERR_READ;
    size_t from = (size_t)at < now->len_bytes ? (size_t)at : now->len_bytes;
    size_t n = now->len_bytes - from < (size_t)len ? now->len_bytes - from : (size_t)len;
    if (n > 0)
        memcpy(out, now->ptr + from, n);
    if (n == (size_t)len)
        return SQLITE_OK;
    memset((uint8_t *)out + n, 0, (size_t)len - n);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *f, const void *ptr, int len, sqlite3_int64 at)
{
    vfs_file *v = (vfs_file *)f;
    return code_of(disk_write(v->disk, v->file, (size_t)at, ptr, (size_t)len), SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 len)
{
    vfs_file *v = (vfs_file *)f;
    return code_of(disk_truncate(v->disk, v->file, (size_t)len), SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    vfs_file *v = (vfs_file *)f;
    return code_of(disk_flush(v->disk, v->file), SQLITE_IOERR_FSYNC);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((vfs_file *)f)->file->now.len_bytes;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level)
{
    (void)f;
    (void)level;
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *f, int *out)
{
    (void)f;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    (void)f;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *f)
{
    (void)f;
    return DISK_SECTOR_BYTES;
}

static int file_traits(sqlite3_file *f)
{
    (void)f;
    return 0; /* nothing is promised: no atomic writes, no order, no safe append */
}

static int shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
    vfs_file *v = (vfs_file *)f;
    *out = NULL;
    if (region >= SHM_REGIONS_MAX)
        return SQLITE_IOERR_SHMMAP;
    if (v->regions[region] == NULL && extend) {
        v->regions[region] = calloc(1, (size_t)size);
        if (v->regions[region] == NULL)
            return SQLITE_NOMEM;
    }
    *out = v->regions[region];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *f, int offset, int count, int flags)
{
    (void)f;
    (void)offset;
    (void)count;
    (void)flags;
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *f)
{
    (void)f;
}

static int shm_unmap(sqlite3_file *f, int delete_too)
{
    vfs_file *v = (vfs_file *)f;
    (void)delete_too;
    for (size_t i = 0; i < SHM_REGIONS_MAX; i++) {
        free(v->regions[i]);
        v->regions[i] = NULL;
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *out, int flags,
                    int *flags_out)
{
    disk *d = vfs->pAppData;
    vfs_file *v = (vfs_file *)out;
    *v = (vfs_file){.disk = d, .temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    char unnamed[16];
    for (unsigned i = 0; name == NULL && i < DISK_FILES_MAX; i++) {
        snprintf(unnamed, sizeof unnamed, "temporary-%u", i);
        name = disk_find(d, unnamed) == NULL ? unnamed : NULL;
    }
    v->file = flags & SQLITE_OPEN_CREATE ? disk_create(d, name) : disk_find(d, name);
    if (v->file == NULL || d->dead)
        return SQLITE_CANTOPEN;
    v->base.pMethods = &methods;
    if (flags_out != NULL)
        *flags_out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)sync_folder;
    disk *d = vfs->pAppData;
    if (d->dead)
        return SQLITE_IOERR_DELETE;
    disk_delete(d, name);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)flags;
    *out = disk_find(vfs->pAppData, name) != NULL;
    return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)cap, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
    disk *d = vfs->pAppData;
    for (int i = 0; i < len; i++)
        out[i] = (char)rng_next(&d->luck);
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2460000.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int cap, char *out)
{
    (void)vfs;
    (void)cap;
    (void)out;
    return 0;
}

static sqlite3_vfs sim_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(vfs_file),
    .mxPathname = 64,
    .zName = DISK_VFS_NAME,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_path,
    .xRandomness = vfs_random,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
};

void disk_vfs_install(disk *d)
{
    sim_vfs.pAppData = d;
    sqlite3_initialize();
    if (sqlite3_vfs_register(&sim_vfs, 0) != SQLITE_OK)
        abort();
    /* SQLite draws from a generator of its own; let it be seeded from here again. */
    sqlite3_randomness(0, NULL);
}

void disk_vfs_remove(void)
{
    sqlite3_vfs_unregister(&sim_vfs);
    sim_vfs.pAppData = NULL;
}
