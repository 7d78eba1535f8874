/* disk.h - files that remember which of their bytes are flushed.
 *
 * Every write stays apart until its file is flushed.  When the power goes, each one that was not
 * flushed is kept, lost or torn (some of its sectors are kept), independently of those before it:
 * that is reordering too.  When only the process dies, the operating system still has all of them.
 * A call of the store that is under way when the process dies has made only a first part of its
 * operations; which part is drawn by lot.
 *
 * Deleting a file is taken as flushed at once (SQLite flushes the folder when it matters), and a
 * flush that failed may be repeated.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "sim/random.h"

#define DISK_FILES_MAX 8
#define DISK_SECTOR_BYTES 512

typedef struct disk_bytes {
    uint8_t *ptr;
    size_t len_bytes;
    size_t cap_bytes;
} disk_bytes;

typedef struct disk_file {
    char name[64];   /* empty: free */
    disk_bytes now;  /* what a reader sees */
    disk_bytes safe; /* what is flushed */
} disk_file;

typedef enum disk_op_kind {
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_FLUSH,
} disk_op_kind;

typedef struct disk_op {
    disk_op_kind kind;
    disk_file *file;
    size_t at_bytes; /* or the new length */
    size_t len_bytes;
    uint8_t *data; /* of a write */
} disk_op;

typedef enum disk_result {
    DISK_OK,
    DISK_FULL,
    DISK_FAILED,
} disk_result;

typedef struct disk {
    disk_file files[DISK_FILES_MAX];
    disk_op *ops; /* not flushed, in order; with the flushes of the call under way */
    size_t op_count;
    size_t op_cap;
    size_t call_from; /* ops of the call under way; SIZE_MAX: none */
    bool dead;        /* the process is being taken down: everything fails */
    bool full;        /* no file grows */
    unsigned fail_in; /* the n-th operation from now fails, and all after it; 0: none */
    uint64_t writes;
    uint64_t flushes;
    rng luck;
} disk;

void disk_init(disk *d, uint64_t seed);
void disk_deinit(disk *d);

/* disk_call_begin / end - a call of the store starts; it has returned. */
void disk_call_begin(disk *d);
void disk_call_end(disk *d);

/* disk_crash - the process (power: the machine) is dead.  Unflushed writes go their way. */
void disk_crash(disk *d, bool power);

disk_file *disk_find(disk *d, const char *name);
disk_file *disk_create(disk *d, const char *name); /* or the one that is there */
void disk_delete(disk *d, const char *name);
disk_result disk_write(disk *d, disk_file *f, size_t at_bytes, const void *ptr, size_t len_bytes);
disk_result disk_truncate(disk *d, disk_file *f, size_t len_bytes);
disk_result disk_flush(disk *d, disk_file *f);

/* disk_vfs_install - make SQLite of this process work on `d` under the name, until _remove. */
#define DISK_VFS_NAME "sim"
void disk_vfs_install(disk *d);
void disk_vfs_remove(void);

#endif
