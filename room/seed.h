/* seed.h - the first update of a room: its initial text and file list.
 *
 * Written once, when the room is created, by client 1 from clock 0: a document is never built from
 * text again, so nothing can be doubled.
 */
#ifndef ROOM_SEED_H
#define ROOM_SEED_H

#include "base/buf.h"

typedef struct room_seed {
    bytes text;     /* UTF-8; "\r\n" and "\r" become "\n" */
    bytes name;     /* of the file, "main.py" */
    bytes language; /* "python" */
} room_seed;

/* room_seed_update - append the update to `out`: root map `files` {"main": {name, language}} and
 * root text `file:main`.
 * Returns BASE_EMALFORMED (not UTF-8), BASE_ENOMEM, BASE_ELIMIT (the ceiling of `out`). */
BASE_MUST_CHECK int room_seed_update(const room_seed *seed, const base_alloc *alloc, buf *out);

#endif
