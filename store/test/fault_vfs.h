/* fault_vfs.h - a disk in memory that fails and loses power as the test says.
 *
 * What was written since the last successful flush of a file is not safe: when the power is cut,
 * each such write is kept, lost or torn (only some of its 512-byte sectors are kept), each for
 * itself, so later ones may be there and earlier ones not.  After a flush that failed, what it
 * should have made safe is not made so by a later one: it is kept, lost or torn.  A file that was
 * never flushed may be gone.
 */
#ifndef STORE_TEST_FAULT_VFS_H
#define STORE_TEST_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_VFS_NAME "fault"

typedef enum fault_kind {
    FAULT_NONE,
    FAULT_EIO,   /* the n-th operation fails, and so do all after it */
    FAULT_FULL,  /* the n-th write finds no space; later ones do */
    FAULT_POWER, /* at the n-th operation the power is cut */
} fault_kind;

/* fault_vfs_start - register with SQLite once, and begin with an empty disk.  All that is random
 * comes of `seed`. */
void fault_vfs_start(uint64_t seed);

/* fault_vfs_share - with false, files opened from now on have no shared memory, as on a file system
 * that has none; SQLite can keep no write-ahead log there.  fault_vfs_start makes it true. */
void fault_vfs_share(bool share);

/* fault_vfs_has - is there a file of this name with at least one byte in it? */
bool fault_vfs_has(const char *name);

/* fault_vfs_plan - what fails at the n-th write, flush or truncation from now (1 is the next).
 * fault_vfs_count - operations so far.  fault_vfs_happened - did it? */
void fault_vfs_plan(fault_kind kind, uint64_t n);
uint64_t fault_vfs_count(void);
bool fault_vfs_happened(void);

/* fault_vfs_stop - from now on nothing reaches the disk: the process is dead.  Close the store
 * after it.  fault_vfs_restart - then, the disk as a start finds it: `power`, after the power was
 * lost; else after the process was killed, when all it wrote is there, but no safer than before. */
void fault_vfs_stop(void);
void fault_vfs_restart(bool power);

/* fault_vfs_flip - change one bit of a file, at a place that `at` chooses; false: there is no byte.
 */
bool fault_vfs_flip(const char *name, uint64_t at);

/* fault_vfs_random - the next number of the seed. */
uint64_t fault_vfs_random(void);

#endif
