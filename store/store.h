/* store.h - where rooms live: a record per room, an append-only log of updates, a snapshot,
 * history.
 *
 *   loaded document = snapshot, then every log row with seq > snapshot's upto_seq, in order
 *   history         = every row ever appended: first those in segments, then those in the log
 *
 * The log is the truth.  A snapshot says which rows it holds by `upto_seq`: the room numbers its
 * updates 1, 2, 3 ... without gaps and takes the snapshot of exactly the first upto_seq of them.
 * store_upkeep moves exactly the rows that a snapshot holds into compressed segments of history,
 * where they stay until the room is deleted or they are older than the operator wants.
 *
 * Calls block.  One thread writes: it has the `store`.  Beside it others may read, each with a
 * `store_reader` of its own; none waits for another.  Different stores are independent.
 * Every call is one transaction: when it fails nothing has changed, when a writing one returns 0
 * its effect is flushed to the disk (the memory store excepted).  A reading one sees one moment:
 * all that had been written when it began, and nothing that is under way.  Times are milliseconds
 * since 1970.
 *
 *   store *s;
 *   int err = store_sqlite_open("data/tandem.db", base_alloc_libc(), &s); (store/sqlite/open.h)
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"

typedef struct store store;               /* writes, and reads */
typedef struct store_reader store_reader; /* reads */

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
    STORE_ENOWAL = -63,    /* where the file is there can be no write-ahead log */
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

/* store_close - NULL is allowed. */
void store_close(store *s);

/* store_reads - the store's own reader, for the thread that has the store; it goes with the store.
 *
 * store_reader_open - one more, for another thread.  From any thread, while the store is open.
 * store_reader_close - before store_close; NULL is allowed.
 * Returns what opening a store does; STORE_ENOWAL when the store can have none (":memory:").
 *
 * A reader meets what other connections do: STORE_EBUSY (retried for 2 s already) means to try
 * again. STORE_EIO from store_reader_open's readers is only the answer to that call: they flush
 * nothing, so nothing that was promised is in doubt. */
store_reader *store_reads(store *s);
BASE_MUST_CHECK int store_reader_open(store *s, store_reader **out);
void store_reader_close(store_reader *r);

/* store_failed - has a call of this store, or of its own reader, ever returned STORE_EIO?  Then
 * what the disk holds is not known any more, and the process has to stop without another try. */
bool store_failed(const store *s);

/* store_room_create - record and first update (row 1, author 0; empty: no row) in one transaction.
 * An id does not begin with a control character.  Returns STORE_EEXISTS. */
BASE_MUST_CHECK int store_room_create(store *s, const store_room *room, bytes first_update);

/* store_room_get / patch / delete - by id; STORE_ENOTFOUND.  After a delete the id is free at once;
 * the room's rows go in the steps of store_upkeep, for they may be many. */
BASE_MUST_CHECK int store_room_get(store_reader *r, const char *id, store_room *out);
BASE_MUST_CHECK int store_room_patch(store *s, const char *id, const store_patch *patch);
BASE_MUST_CHECK int store_room_delete(store *s, const char *id);

/* store_room_used - put the room's expiry off; an earlier time than the known one does nothing. */
BASE_MUST_CHECK int store_room_used(store *s, const char *id, int64_t at_ms);

/* store_load - record, snapshot and log tail, checksums verified.
 * Returns STORE_ENOTFOUND, STORE_ECORRUPT (this room only).  `out` is written on success. */
BASE_MUST_CHECK int store_load(store_reader *r, const char *id, store_loaded *out);
void store_loaded_free(store_loaded *loaded);

/* store_append - rows of any rooms in one transaction: the group commit.  Rows of rooms that were
 * deleted meanwhile are left out and marked `gone`.
 * Returns STORE_EEXISTS when a room has a row of that number. */
BASE_MUST_CHECK int store_append(store *s, store_row *rows, size_t count);

/* store_snapshot_put - replace the room's snapshot by one that holds exactly the rows with
 * seq <= upto_seq.  An older one than the stored is refused with STORE_EEXISTS, one whose rows are
 * not stored yet (their commit waits) with STORE_EBUSY. */
typedef struct store_snapshot {
    uint64_t upto_seq;
    int64_t at_ms;
    bytes state;
} store_snapshot;

BASE_MUST_CHECK int store_snapshot_put(store *s, const char *id, const store_snapshot *snapshot);

/* ------------------------------------------------------- people: authors, chat, versions ---
 *
 * What is said about a document beside its updates.  It goes with its room.  `author` is the number
 * of store_row.author.  Texts are UTF-8. */

#define STORE_REF_BYTES_MAX 64

/* Who an author is: the name and colour last used. */
typedef struct store_author {
    uint64_t author;
    uint32_t color_index;
    int64_t at_ms;
    bytes name; /* at most STORE_NAME_BYTES_MAX */
} store_author;

/* One message.  `ref` is the sender's own name for it; empty: none. */
typedef struct store_chat {
    uint64_t n; /* 1, 2, 3 ... in its room */
    uint64_t author;
    uint32_t color_index;
    int64_t at_ms;
    bytes name;
    bytes text;
    bytes ref; /* at most STORE_REF_BYTES_MAX */
} store_chat;

/* A moment of the history that got a name: the document after row `seq`. */
typedef struct store_version {
    uint64_t n; /* 1, 2, 3 ... in its room */
    uint64_t seq;
    uint64_t author;
    int64_t at_ms;
    bytes name;
} store_version;

/* What is read is visited one by one; the bytes are borrowed for the call, which must not call the
 * store. */
typedef void store_author_fn(void *ctx, const store_author *author);
typedef void store_chat_fn(void *ctx, const store_chat *said);
typedef void store_version_fn(void *ctx, const store_version *version);

/* store_author_put - a new one, or what changed of a known one.
 * store_authors - all of a room, by number.
 * Both return STORE_ENOTFOUND. */
BASE_MUST_CHECK int store_author_put(store *s, const char *id, const store_author *author);
BASE_MUST_CHECK int store_authors(store_reader *r, const char *id, store_author_fn *visit,
                                  void *ctx);

/* store_chat_add - `said->n` is given.  When its author has said something with that ref already,
 * nothing is added, and n and time are of what was said then.  Of more than `keep` messages the
 * oldest go.
 * store_chat_read - at most `max` messages with n < before_n (0: all), the newest first.
 * Both return STORE_ENOTFOUND. */
BASE_MUST_CHECK int store_chat_add(store *s, const char *id, store_chat *said, uint64_t keep);
BASE_MUST_CHECK int store_chat_read(store_reader *r, const char *id, uint64_t before_n, size_t max,
                                    store_chat_fn *visit, void *ctx);

/* store_version_add - `version->n` is given, and `seq` when it is 0: the last row's.
 * Returns STORE_ENOTFOUND (no such room, or no such row yet), BASE_ELIMIT (`max` are there).
 * store_versions - all of a room, by n; STORE_ENOTFOUND. */
BASE_MUST_CHECK int store_version_add(store *s, const char *id, store_version *version,
                                      uint64_t max);
BASE_MUST_CHECK int store_versions(store_reader *r, const char *id, store_version_fn *visit,
                                   void *ctx);

/* store_expired - ids of at most `max` rooms that expired before `now_ms`, longest first.
 * store_rooms - ids of at most `max` rooms, in the order of their bytes, behind `after` ("": from
 * the first). */
typedef struct store_id {
    char text[STORE_ID_BYTES_MAX + 1];
} store_id;

BASE_MUST_CHECK int store_rooms(store_reader *r, const char *after, store_id *out, size_t max,
                                size_t *count);

BASE_MUST_CHECK int store_expired(store_reader *r, int64_t now_ms, store_id *out, size_t max,
                                  size_t *count);

/* store_ping - does the store answer?  For /readyz. */
BASE_MUST_CHECK int store_ping(store_reader *r);

/* ------------------------------------------------------------------------------- history ----- */

/* store_history - one page of what was written, in order, checksums verified.  It begins behind row
 * `after_seq`, and at the first row that is not older than `from_ms`.  It ends before a row that
 * would make it larger than `bytes_max` or `rows_max`, but holds at least one row when there is
 * one. The rows follow each other without a gap; the first may be a later one than asked for, when
 * retention dropped what was before.  `more`: ask again behind the last row.
 * Cost: what is in the page, and at most one segment read twice.
 * Returns STORE_ENOTFOUND, STORE_ECORRUPT. */
typedef struct store_history_query {
    uint64_t after_seq;
    int64_t from_ms; /* INT64_MIN: any */
    size_t rows_max;
    size_t bytes_max;
} store_history_query;

typedef struct store_page {
    store_row *rows; /* room_id is NULL */
    size_t row_count;
    bool more;
    const base_alloc *alloc;
    void *memory; /* private */
} store_page;

BASE_MUST_CHECK int store_history(store_reader *r, const char *id, const store_history_query *query,
                                  store_page *out);
void store_page_free(store_page *page);

/* store_salvage - what can be read of a damaged room: as store_load, with the longest run of good
 * rows.  A damaged snapshot is replaced by the history before it, as far as that is whole.  A room
 * that is not damaged is given as store_load gives it; `damage->what` is then NULL. */
typedef struct store_damage {
    const char *what; /* static: "snapshot", "log row", "segment", "missing row", "record" */
    uint64_t seq;     /* of the row, or the segment's first; 0: unknown */
} store_damage;

BASE_MUST_CHECK int store_salvage(store_reader *r, const char *id, store_loaded *out,
                                  store_damage *damage);

/* ------------------------------------------------------------------------------- upkeep ------ */

/* What one step of store_upkeep does at most, so that a commit never waits long behind it.  One row
 * is moved whatever its size. */
#define STORE_COMPACT_ROWS_MAX 2000
#define STORE_COMPACT_BYTES_MAX ((size_t)256 * 1024)
#define STORE_REMOVE_ROWS_MAX 2000
#define STORE_REMOVE_BYTES_MAX ((size_t)2 * 1024 * 1024)
#define STORE_PRUNE_SEGMENTS_MAX 16
#define STORE_VACUUM_PAGES_MAX 128
#define STORE_CHECKPOINT_PAGES 1000 /* of the write-ahead log, before a checkpoint is due */

typedef enum store_work {
    STORE_WORK_NONE,       /* nothing was left to do */
    STORE_WORK_CHECKPOINT, /* the write-ahead log went into the database file */
    STORE_WORK_REMOVE,     /* rows of a deleted room */
    STORE_WORK_COMPACT,    /* rows that a snapshot holds became a segment of history */
    STORE_WORK_PRUNE,      /* segments that were too old */
    STORE_WORK_VACUUM,     /* free pages went back to the file system */
} store_work;

typedef struct store_upkeep_options {
    int64_t drop_before_ms; /* history that ended before this goes; INT64_MIN: none */
    bool checkpoint;        /* also when the write-ahead log is short: nobody is waiting */
} store_upkeep_options;

typedef struct store_upkept {
    store_work work;
    uint64_t count; /* rows, segments (prune) or pages */
    bool damaged;   /* `room` has rows that cannot become history; they stay where they are */
    store_id room;  /* of compaction */
} store_upkept;

/* store_upkeep - one bounded step of the most urgent of these.  Call it while store_wants_upkeep,
 * and once after opening: what a crash interrupted is still to be done. */
BASE_MUST_CHECK int store_upkeep(store *s, const store_upkeep_options *options, store_upkept *out);

/* store_wants_upkeep - is there work that a call made, or that the last step left?  Cheap. */
bool store_wants_upkeep(const store *s);

/* store_stats_get - for /metrics. */
typedef struct store_stats {
    uint64_t file_bytes;
    uint64_t free_bytes; /* of it, not used */
    uint64_t wal_bytes;  /* write-ahead log that waits for a checkpoint */
    bool shrinks;        /* free pages can be given back */
} store_stats;

BASE_MUST_CHECK int store_stats_get(store *s, store_stats *out);

#endif
