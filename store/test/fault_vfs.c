#include "store/test/fault_vfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>

#define FILES 8
#define NAME_CHARS 128
#define SECTOR 512
#define SHM_REGIONS 16

/* A change that no flush has made safe yet; a truncation has no bytes. */
typedef struct change {
    struct change *next;
    bool poisoned; /* a flush of it failed */
    bool truncation;
    size_t at;
    size_t len;
    uint8_t bytes[];
} change;

typedef struct content {
    uint8_t *ptr;
    size_t len;
    size_t cap;
} content;

typedef struct disk_file {
    char name[NAME_CHARS]; /* "": free */
    bool flushed_once;
    content now;  /* what a reader sees */
    content safe; /* what is there after the power was lost, at least */
    change *first, **end;
    void *shm[SHM_REGIONS];
    int shm_locks[SQLITE_SHM_NLOCK]; /* how many share it; -1: one has it alone */
} disk_file;

typedef struct open_file {
    sqlite3_file base; /* first */
    disk_file *f;
    bool delete_on_close;
} open_file;

static struct {
    disk_file files[FILES];
    uint64_t random;
    uint64_t count;
    uint64_t fail_at;
    fault_kind kind;
    bool happened;
    bool dead;
    bool share;
} disk;

uint64_t fault_vfs_random(void)
{
    uint64_t x = disk.random += 0x9E3779B97F4A7C15u; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static void write_content(content *c, size_t at, const void *bytes, size_t len)
{
    if (at + len > c->cap) {
        c->cap = (at + len) * 2;
        c->ptr = realloc(c->ptr, c->cap);
        assert_non_null(c->ptr);
    }
    if (at + len > c->len) {
        memset(c->ptr + c->len, 0, at + len - c->len);
        c->len = at + len;
    }
    if (len > 0)
        memcpy(c->ptr + at, bytes, len);
}

static void apply_change(content *c, const change *ch)
{
    if (!ch->truncation)
        write_content(c, ch->at, ch->bytes, ch->len);
    else if (ch->at < c->len)
        c->len = ch->at;
}

static void note_change(disk_file *f, bool truncation, size_t at, const void *bytes, size_t len)
{
    change *ch = malloc(sizeof *ch + len);
    assert_non_null(ch);
    *ch = (change){NULL, false, truncation, at, len};
    if (len > 0)
        memcpy(ch->bytes, bytes, len);
    apply_change(&f->now, ch);
    *f->end = ch;
    f->end = &ch->next;
}

static void drop_changes(disk_file *f)
{
    for (change *ch = f->first, *next; ch != NULL; ch = next) {
        next = ch->next;
        free(ch);
    }
    f->first = NULL;
    f->end = &f->first;
}

static void clear_file(disk_file *f)
{
    drop_changes(f);
    free(f->now.ptr);
    free(f->safe.ptr);
    for (size_t i = 0; i < SHM_REGIONS; i++)
        free(f->shm[i]);
    *f = (disk_file){.name = ""};
    f->end = &f->first;
}

static disk_file *find(const char *name)
{
    for (size_t i = 0; i < FILES; i++) {
        if (disk.files[i].name[0] != '\0' && strcmp(disk.files[i].name, name) == 0)
            return &disk.files[i];
    }
    return NULL;
}

/* Counts an operation that changes the disk; the error it ends with. */
static int operation(bool is_write, int io_error)
{
    if (disk.dead)
        return io_error;
    disk.count++;
    if (disk.kind == FAULT_NONE || disk.count < disk.fail_at)
        return SQLITE_OK;
    if (disk.kind == FAULT_EIO) {
        disk.happened = true;
        return io_error;
    }
    if (disk.kind == FAULT_FULL) {
        if (!is_write)
            return SQLITE_OK; /* the next write, then */
        disk.happened = true;
        disk.kind = FAULT_NONE;
        return SQLITE_FULL;
    }
    disk.happened = disk.dead = true;
    return io_error;
}

/* ------------------------------------------------------------------------- one file ---------- */

static disk_file *file_of(sqlite3_file *file)
{
    return ((open_file *)(void *)file)->f;
}

/* What became of a change that was never made safe: lost, kept or torn. */
static void settle(disk_file *f, const change *ch)
{
    uint64_t fate = fault_vfs_random() % 3;
    if (fate == 0)
        return;
    if (fate == 1 || ch->truncation) {
        apply_change(&f->safe, ch);
        return;
    }
    for (size_t at = 0; at < ch->len;) {
        size_t n = SECTOR - (ch->at + at) % SECTOR;
        n = n < ch->len - at ? n : ch->len - at;
        if (fault_vfs_random() % 2 == 0)
            write_content(&f->safe, ch->at + at, ch->bytes + at, n);
        at += n;
    }
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    const disk_file *f = file_of(file);
    size_t have = (size_t)at < f->now.len ? f->now.len - (size_t)at : 0;
    size_t n = have < (size_t)len ? have : (size_t)len;
    if (n > 0)
        memcpy(out, f->now.ptr + at, n);
    memset((uint8_t *)out + n, 0, (size_t)len - n);
    return n == (size_t)len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    bool was_dead = disk.dead;
    int rc = operation(true, SQLITE_IOERR_WRITE);
    if (rc == SQLITE_OK || (disk.dead && !was_dead)) /* cut in the middle of it */
        note_change(file_of(file), false, (size_t)at, bytes, (size_t)len);
    return rc;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = operation(false, SQLITE_IOERR_TRUNCATE);
    if (rc == SQLITE_OK)
        note_change(file_of(file), true, (size_t)size, NULL, 0);
    return rc;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    disk_file *f = file_of(file);
    int rc = operation(false, SQLITE_IOERR_FSYNC);
    if (rc != SQLITE_OK) {
        for (change *ch = f->first; ch != NULL; ch = ch->next)
            ch->poisoned = true;
        return rc;
    }
    f->flushed_once = true;
    /* What an earlier flush should have made safe is not made so by this one. */
    for (change *ch = f->first; ch != NULL; ch = ch->next) {
        if (ch->poisoned)
            settle(f, ch);
        else
            apply_change(&f->safe, ch);
    }
    drop_changes(f);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)file_of(file)->now.len;
    return SQLITE_OK;
}

static int file_close(sqlite3_file *file)
{
    open_file *o = (open_file *)(void *)file;
    if (o->delete_on_close)
        clear_file(o->f);
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int file_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as the system's VFS says of every disk */
}

static int shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    disk_file *f = file_of(file);
    assert_true(region < SHM_REGIONS);
    if (f->shm[region] == NULL && extend)
        f->shm[region] = calloc(1, (size_t)size);
    *out = f->shm[region];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    int *locks = file_of(file)->shm_locks + at;
    bool alone = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (int i = 0; i < n; i++) {
        if ((flags & SQLITE_SHM_LOCK) != 0 && (alone ? locks[i] != 0 : locks[i] < 0))
            return SQLITE_BUSY;
    }
    for (int i = 0; i < n; i++) {
        if ((flags & SQLITE_SHM_LOCK) != 0)
            locks[i] = alone ? -1 : locks[i] + 1;
        else
            locks[i] = alone ? 0 : locks[i] - 1;
    }
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static int shm_unmap(sqlite3_file *file, int delete_it)
{
    disk_file *f = file_of(file);
    for (size_t i = 0; delete_it && i < SHM_REGIONS; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
    return SQLITE_OK;
}

#define PLAIN_METHODS                                                                              \
    .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate,    \
    .xSync = file_sync, .xFileSize = file_size, .xLock = file_lock, .xUnlock = file_lock,          \
    .xCheckReservedLock = file_reserved, .xFileControl = file_control, .xSectorSize = file_sector, \
    .xDeviceCharacteristics = file_traits

static const sqlite3_io_methods unshared = {.iVersion = 1, PLAIN_METHODS};

static const sqlite3_io_methods shared = {
    .iVersion = 2,
    PLAIN_METHODS,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ------------------------------------------------------------------------- the disk ---------- */

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    static unsigned temporary;
    char made[NAME_CHARS];
    open_file *o = (open_file *)(void *)file;
    (void)vfs;
    *o = (open_file){.delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    if (name == NULL)
        snprintf(made, sizeof made, "temporary-%u", ++temporary);
    o->f = find(name != NULL ? name : made);
    for (size_t i = 0; i < FILES && o->f == NULL; i++) {
        if (disk.files[i].name[0] != '\0')
            continue;
        if (name != NULL && (flags & SQLITE_OPEN_CREATE) == 0)
            return SQLITE_CANTOPEN;
        o->f = &disk.files[i];
        *o->f = (disk_file){.name = ""};
        o->f->end = &o->f->first;
        snprintf(o->f->name, sizeof o->f->name, "%s", name != NULL ? name : made);
    }
    assert_non_null(o->f);
    o->base.pMethods = disk.share ? &shared : &unshared;
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    disk_file *f = find(name);
    (void)vfs;
    (void)sync_folder;
    if (f == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    if (disk.dead)
        return SQLITE_IOERR_DELETE;
    clear_file(f);
    return SQLITE_OK;
}

bool fault_vfs_has(const char *name)
{
    const disk_file *f = find(name);
    return f != NULL && f->now.len > 0;
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    (void)flags;
    *out = fault_vfs_has(name);
    return SQLITE_OK;
}

static int disk_path(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)cap, "%s", name);
    return SQLITE_OK;
}

static int disk_randomness(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    for (int i = 0; i < len; i++)
        out[i] = (char)fault_vfs_random();
    return len;
}

static int disk_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int disk_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2460000.5;
    return SQLITE_OK;
}

static int disk_last_error(sqlite3_vfs *vfs, int cap, char *out)
{
    (void)vfs;
    (void)cap;
    (void)out;
    return 0;
}

void fault_vfs_start(uint64_t seed)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(open_file),
        .mxPathname = NAME_CHARS - 1,
        .zName = FAULT_VFS_NAME,
        .xOpen = disk_open,
        .xDelete = disk_delete,
        .xAccess = disk_access,
        .xFullPathname = disk_path,
        .xRandomness = disk_randomness,
        .xSleep = disk_sleep,
        .xCurrentTime = disk_time,
        .xGetLastError = disk_last_error,
    };
    for (size_t i = 0; i < FILES; i++)
        clear_file(&disk.files[i]);
    disk.random = seed;
    disk.count = 0;
    disk.kind = FAULT_NONE;
    disk.happened = disk.dead = false;
    disk.share = true;
    if (sqlite3_vfs_find(FAULT_VFS_NAME) == NULL)
        assert_int_equal(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
}

void fault_vfs_share(bool share)
{
    disk.share = share;
}

void fault_vfs_plan(fault_kind kind, uint64_t n)
{
    disk.kind = kind;
    disk.fail_at = disk.count + n;
    disk.happened = false;
}

uint64_t fault_vfs_count(void)
{
    return disk.count;
}

bool fault_vfs_happened(void)
{
    return disk.happened;
}

void fault_vfs_stop(void)
{
    disk.dead = true;
}

static void restart_file(disk_file *f, bool power)
{
    if (power) {
        if (!f->flushed_once && fault_vfs_random() % 2 == 0) {
            clear_file(f);
            return;
        }
        for (change *ch = f->first; ch != NULL; ch = ch->next)
            settle(f, ch);
        f->now.len = 0;
        write_content(&f->now, 0, f->safe.ptr, f->safe.len);
        drop_changes(f);
    }
    for (size_t i = 0; i < SHM_REGIONS; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
    memset(f->shm_locks, 0, sizeof f->shm_locks);
}

void fault_vfs_restart(bool power)
{
    for (size_t i = 0; i < FILES; i++) {
        if (disk.files[i].name[0] != '\0')
            restart_file(&disk.files[i], power);
    }
    disk.kind = FAULT_NONE;
    disk.happened = disk.dead = false;
}

bool fault_vfs_flip(const char *name, uint64_t at)
{
    disk_file *f = find(name);
    if (f == NULL || f->now.len == 0)
        return false;
    f->now.ptr[at % f->now.len] ^= (uint8_t)(1u << (at / f->now.len % 8));
    return true;
}
