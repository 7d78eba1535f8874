/* store.h - where rooms live: a record per room, an append-only log of updates, a snapshot.
 *
 *   loaded document = snapshot, then every log row with seq > snapshot's upto_seq, in order
 *
 * The log is the truth.  A snapshot says which rows it holds by `upto_seq`: the room numbers its
 * updates 1, 2, 3 ... without gaps and takes the snapshot of exactly the first upto_seq of them.
 * Rows that a snapshot holds stay, as history, until the room is deleted.
 *
 * Calls block, and are made by one thread (the store thread); different stores are independent.
 * Every call is one transaction: when it fails nothing has changed, when it returns 0 its effect
 * is flushed to the disk (the memory store excepted).  Times are milliseconds since 1970.
 *
 *   store *s;
 *   int err = store_sqlite_open("data/tandem.db", base_alloc_libc(), &s);
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"

typedef struct store store;

/* Beside BASE_ENOMEM. */
enum store_err {
    STORE_ENOTFOUND = -50, /* no such room */
    STORE_EEXISTS = -51,   /* room id, or row number, is taken */
    STORE_EVERSION = -52,  /* the file is of a newer program, or not ours */
    STORE_ECORRUPT = -53,  /* stored bytes are not what was written; of this room only, when the
                              call names one */
    STORE_EBUSY = -60,     /* another process holds the file; retried for 2 s already.  Try again */
    STORE_EFULL = -61,     /* no space.  Try again when there is some */
    STORE_EIO = -62,       /* the disk failed.  Stop the process: never retry a failed flush */
};

/* store_err_text - a sentence for any code of a store, static. */
const char *store_err_text(int err);

#define STORE_ID_BYTES_MAX 128
#define STORE_NAME_BYTES_MAX 255
#define STORE_LANGUAGE_BYTES_MAX 31
#define STORE_EPOCH_BYTES 16
#define STORE_KEY_HASH_BYTES 32

/* The strings end with NUL. */
typedef struct store_room {
    char id[STORE_ID_BYTES_MAX + 1];
    char name[STORE_NAME_BYTES_MAX + 1];
    char language[STORE_LANGUAGE_BYTES_MAX + 1];
    uint8_t epoch[STORE_EPOCH_BYTES];
    bool has_owner_key; /* false: nobody can change or delete the room over HTTP */
    uint8_t owner_key_hash[STORE_KEY_HASH_BYTES];
    int64_t created_at_ms;
    int64_t used_at_ms;
    int64_t keep_ms; /* the room expires this long after its last use; 0: never */
} store_room;

/* store_room_expires_at - 0: never. */
static inline int64_t store_room_expires_at(const store_room *room)
{
    return room->keep_ms == 0 ? 0 : room->used_at_ms + room->keep_ms;
}

/* One update of the log.  `author` is opaque here (0: the server). */
typedef struct store_row {
    const char *room_id; /* when appending */
    uint64_t seq;
    uint64_t author;
    int64_t at_ms;
    bytes update;
    bool gone; /* out of store_append: the room is not there any more, the row was left out */
} store_row;

/* What store_load gives; all of it is freed by store_loaded_free. */
typedef struct store_loaded {
    store_room room;
    bytes snapshot; /* empty: none yet */
    uint64_t snapshot_seq;
    store_row *rows; /* the tail, by seq; room_id is NULL */
    size_t row_count;
    uint64_t last_seq; /* of the last row, or of the snapshot */
    const base_alloc *alloc;
    void *memory; /* private */
} store_loaded;

/* Members that are not wanted stay out by their flag. */
typedef struct store_patch {
    bool set_name;
    const char *name; /* at most STORE_NAME_BYTES_MAX */
    bool set_keep_ms;
    int64_t keep_ms;
} store_patch;

/* store_sqlite_open - open or create the file; migrates an older schema first.  WAL, synchronous =
 * FULL, and the file is locked for this process, so that no second server writes into it.
 * Returns STORE_EVERSION, STORE_ECORRUPT, STORE_EBUSY, STORE_EFULL, STORE_EIO, BASE_ENOMEM.
 * store_memory_open - a store that ends with the process. */
BASE_MUST_CHECK int store_sqlite_open(const char *path, const base_alloc *alloc, store **out);
BASE_MUST_CHECK int store_memory_open(const base_alloc *alloc, store **out);

/* store_close - NULL is allowed. */
void store_close(store *s);

/* store_room_create - record and first update (row 1, author 0; empty: no row) in one transaction.
 * Returns STORE_EEXISTS. */
BASE_MUST_CHECK int store_room_create(store *s, const store_room *room, bytes first_update);

/* store_room_get / patch / delete - by id; STORE_ENOTFOUND.  Delete takes log and snapshot along.
 */
BASE_MUST_CHECK int store_room_get(store *s, const char *id, store_room *out);
BASE_MUST_CHECK int store_room_patch(store *s, const char *id, const store_patch *patch);
BASE_MUST_CHECK int store_room_delete(store *s, const char *id);

/* store_room_used - put the room's expiry off; an earlier time than the known one does nothing. */
BASE_MUST_CHECK int store_room_used(store *s, const char *id, int64_t at_ms);

/* store_load - record, snapshot and log tail, checksums verified.
 * Returns STORE_ENOTFOUND, STORE_ECORRUPT (this room only).  `out` is written on success. */
BASE_MUST_CHECK int store_load(store *s, const char *id, store_loaded *out);
void store_loaded_free(store_loaded *loaded);

/* store_append - rows of any rooms in one transaction: the group commit.  Rows of rooms that were
 * deleted meanwhile are left out and marked `gone`.
 * Returns STORE_EEXISTS when a room has a row of that number. */
BASE_MUST_CHECK int store_append(store *s, store_row *rows, size_t count);

/* store_snapshot_put - replace the room's snapshot by one that holds exactly the rows with
 * seq <= upto_seq, all of which were appended.  An older one than the stored is refused with
 * STORE_EEXISTS. */
typedef struct store_snapshot {
    uint64_t upto_seq;
    int64_t at_ms;
    bytes state;
} store_snapshot;

BASE_MUST_CHECK int store_snapshot_put(store *s, const char *id, const store_snapshot *snapshot);

/* store_expired - ids of at most `max` rooms that expired before `now_ms`, longest first. */
typedef struct store_id {
    char text[STORE_ID_BYTES_MAX + 1];
} store_id;

BASE_MUST_CHECK int store_expired(store *s, int64_t now_ms, store_id *out, size_t max,
                                  size_t *count);

/* store_ping - does the store answer?  For /readyz. */
BASE_MUST_CHECK int store_ping(store *s);

#endif
