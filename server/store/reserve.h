/* store_reserve.h - disk space kept aside for the day when the disk is full.
 *
 * A file of zeros beside the database.  When a commit finds no space it is removed, so that saving
 * and compaction go on while the operator frees space; it is made again when there is plenty.
 */
#ifndef SERVER_STORE_RESERVE_H
#define SERVER_STORE_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct store_reserve {
    char path[4096]; /* "": there is none */
    uint64_t bytes;
    bool held;
} store_reserve;

/* store_reserve_init - for the database `data`; a file of an earlier run counts. */
void store_reserve_init(store_reserve *r, const char *data, uint64_t bytes);

/* store_reserve_keep - make the file when it is missing and the file system has twice its size
 * free. */
void store_reserve_keep(store_reserve *r);

/* store_reserve_release - remove it, if it is held and the file system really has less free than it
 * holds.  true: space was given. */
bool store_reserve_release(store_reserve *r);

#endif
