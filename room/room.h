/* room.h - one room as a state machine: events in, actions out.  No I/O, no clock, no threads.
 *
 *   ABSENT -> LOADING -> LIVE -> (no members) LINGER 30 s -> FLUSHING -> ABSENT
 *
 * The server calls room_on_*; the room answers through its sink, within the call.  The sink must
 * not call back into the room.  `now_ms` is milliseconds since 1970, made so that it never runs
 * backwards.  A room belongs to one loop thread.
 *
 * What a room does
 *  - join: the first one asks for `load`.  Until room_on_loaded members and their messages wait.
 *    Then each member gets, in this order: event hello (tandem.v1), sync step 1 (not for viewers),
 *    all awareness.
 *  - update or step 2: role, limits, then the engine decodes all of it and applies all or nothing;
 *    fan-out at once; `append`; the ack goes out after room_on_stored.
 *  - a member that is closed by the room is forgotten by it in the same call; the later
 *    room_on_leave of that session is ignored.
 *  - a room is ABSENT again only when everything it was told is stored.  The server looks at
 *    room_state after room_tick and room_on_stored, and frees a room that is ABSENT.
 *
 * Life cycle of the store actions
 *    load(room)     -> room_on_loaded | room_on_load_failed           once per life of the room
 *    append(row)    -> room_on_stored(upto_seq)                       after COMMIT, in order
 *                   -> room_on_store_stalled(code) at each failed try; the server keeps the rows
 *                      and tries again (STORE_EBUSY, STORE_EFULL) or stops the process (STORE_EIO)
 *    snapshot(...)  -> room_on_snapshot_done(upto_seq, code)          one at a time
 *  Appends and snapshots of a room must reach the store in the order of the calls.
 */
/* Events (message 121, JSON) that a tandem.v1 member gets.  Unknown members of an object, and
 * unknown types, are to be ignored.  Member = {session, name, color_index, role, author}; role is
 * "viewer", "editor" or "owner"; color_index is 0..7; windows of one person share author and color.
 *
 *   hello          session, name, color_index, role, server_time (ms), epoch (32 hex digits),
 *                  room {id, name, language}, members [Member], limits {name: number}
 *                  (limits.h, LIMITS_ANNOUNCED)
 *   member_joined  member Member
 *   member_left    session
 *   role_changed   session, role
 *   room_renamed   name
 *   chat           message {n, at (ms), author, color_index, name, text, ref}; stored already
 *   version_added  version {n, seq, at (ms), author, name}
 *   notice         code, message      "store_recovered"; a limit that slows or cuts, but loses
 *                                     nothing
 *   error          code, message      a limit's name, "role", "client_id_conflict",
 *                                     "client_id_lease", "store_stalled" with a reason, "full" or
 *                                     "busy", "chat_not_stored", "event"
 *
 * A member says {"type": "chat", "text", "ref"} to have a message stored and told to everybody,
 * itself included; `ref` is a name it makes up, 1..64 bytes.
 *
 * Close codes: 1003 malformed, 1008 conflict, another's client id or too many refused writes, 1011
 * damaged room, 1012 drain, 1013 no memory or too much while loading, 4404 no such room, 4410
 * deleted.
 *
 * A refused write (denied message, for tandem.v1 an error event too) stops the acks of its
 * connection: the client shows "not saved" until it joins again.
 */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H

#include "auth/role.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "room/limits.h"
#include "store/store.h"
#include "wire/frame.h"

typedef struct room room;

typedef enum room_state_tag {
    ROOM_ABSENT, /* new, or done: may be freed */
    ROOM_LOADING,
    ROOM_LIVE,
    ROOM_LINGER,
    ROOM_FLUSHING,
} room_state_tag;

typedef enum room_log_level {
    ROOM_LOG_DEBUG,
    ROOM_LOG_INFO,
    ROOM_LOG_WARN,
    ROOM_LOG_ERROR,
} room_log_level;

/* Never holds text of the document, names or tokens. */
typedef struct room_log {
    room_log_level level;
    const char *event;  /* static, "update_refused" */
    const char *detail; /* static, or NULL; "YOKE_EMALFORMED" */
    uint64_t session;   /* 0: none */
    uint64_t number;    /* meaning depends on the event; 0 when unused */
} room_log;

typedef struct room_row {
    uint64_t seq;
    uint64_t author; /* who sent it: room_join.author */
    int64_t at_ms;
    bytes update; /* borrowed: copy it */
} room_row;

/* No member may be NULL.  Frames are lent: whoever keeps one calls frame_ref. */
typedef struct room_sink {
    void *ctx;

    /* Queue the frame on the session's connection. */
    void (*send)(void *ctx, uint64_t session, frame *f);

    /* The same, but it may replace a frame of the same key that still waits in the connection's
     * queue: only the newest matters (awareness; the key is the client id). */
    void (*send_coalescible)(void *ctx, uint64_t session, frame *f, uint64_t key);

    /* Send what is queued, then close the WebSocket.  `reason` is static, at most 123 bytes. */
    void (*close)(void *ctx, uint64_t session, unsigned code, const char *reason);

    void (*load)(void *ctx, room *r);
    void (*append)(void *ctx, room *r, const room_row *row);
    void (*snapshot)(void *ctx, room *r, uint64_t upto_seq, bytes state); /* copy `state` */

    /* Store who `author` is: called before the first row or message of a session. */
    void (*author)(void *ctx, room *r, const store_author *author);

    /* Store the message (copy it) -> room_on_chat_stored | room_on_chat_failed.  false: no
     * memory, and no answer will come. */
    bool (*chat)(void *ctx, room *r, uint64_t session, const store_chat *said);

    void (*log)(void *ctx, const room *r, const room_log *entry);
} room_sink;

/* Counters for /metrics; they only grow, except pending_* and *_bytes, which are of now. */
typedef struct room_stats {
    uint64_t members;
    uint64_t updates_in;      /* step 2 and update messages that were applied */
    uint64_t updates_refused; /* by role, limit, form or conflict */
    uint64_t deliveries;      /* frames given to `send*` */
    uint64_t acks;            /* ack frames sent */
    uint64_t last_seq;
    uint64_t stored_seq;
    uint64_t unstored_bytes;
    uint64_t awareness_held; /* awareness messages that were merged with later ones */
    uint64_t tail_rows;      /* log rows behind the last snapshot */
    uint64_t pending_structs;
    uint64_t pending_bytes;
    uint64_t engine_bytes;
} room_stats;

typedef struct room_options {
    const char *id;          /* copied; 1..STORE_ID_BYTES_MAX */
    const limits *limits;    /* borrowed for the life of the room */
    const room_sink *sink;   /* borrowed for the life of the room */
    const base_alloc *alloc; /* borrowed for the life of the room */
} room_options;

/* room_new - ABSENT, with no memory for a document yet.  NULL: no memory.
 * room_free - in any state; members are not told.  NULL is allowed. */
room *room_new(const room_options *options);
void room_free(room *r);

const char *room_id(const room *r);
room_state_tag room_state(const room *r);
const char *room_state_name(room_state_tag state); /* "LIVE" */
room_stats room_stats_get(const room *r);

/* room_open - have the room loaded without joining it (for GET .../code).  An ABSENT room starts
 * LOADING; with nobody in it it lingers and goes. */
void room_open(room *r, int64_t now_ms);

/* ------------------------------------------------------------------------- the store's answers */

/* room_on_loaded - build the document.  `loaded` is borrowed for the call.  Returns BASE_OK; or
 * STORE_ECORRUPT (stored updates that cannot be applied) or BASE_ENOMEM: members were closed as by
 * room_on_load_failed. */
int room_on_loaded(room *r, const store_loaded *loaded, int64_t now_ms);

/* room_on_load_failed - all members are closed (4404 for STORE_ENOTFOUND, else 1011 or 1013) and
 * the room is ABSENT. */
void room_on_load_failed(room *r, int err, int64_t now_ms);

void room_on_stored(room *r, uint64_t upto_seq, int64_t now_ms);
void room_on_store_stalled(room *r, int err, int64_t now_ms);
/* room_on_store_failed - rows of this room cannot be written: all members are closed with 1011 and
 * the room is ABSENT.  What was not acknowledged is still with its authors. */
void room_on_store_failed(room *r, int err);
void room_on_snapshot_done(room *r, uint64_t upto_seq, int err, int64_t now_ms);

/* room_on_chat_stored - tell the members; also of a message that came another way (HTTP).
 * room_on_chat_failed - tell the session that said it. */
void room_on_chat_stored(room *r, const store_chat *said);
void room_on_chat_failed(room *r, uint64_t session, int err);

/* room_chat_json - append the message as events and HTTP replies show it. */
void room_chat_json(buf *json, const store_chat *said);

/* room_version_added - a moment got a name; tell the members. */
void room_version_added(room *r, const store_version *version);
void room_version_json(buf *json, const store_version *version);

/* room_author_json - append who an author is, as HTTP replies show it. */
void room_author_json(buf *json, const store_author *author);

/* ------------------------------------------------------------------------- members ----------- */

typedef struct room_join {
    bool tandem_v1; /* offered the subprotocol: gets acks, events and stamped awareness */
    role role;
    const char *name; /* shown to others; control characters go, cut at limits.member_name_bytes.
                       * "", NULL or not UTF-8: "Guest" */
    uint64_t author;  /* who this is in the room's history, the same at every visit; below 2^53.
                       * 0: not known, this session is somebody new */
    uint64_t person;  /* who may come again, as a secret or an account tells; 0: nobody knows */
} room_join;

/* room_on_join - `session` is a number below 2^53 that the server gives once.
 * Returns BASE_OK; BASE_ELIMIT (room_members) or BASE_ENOMEM: the session is no member and nothing
 * was sent; close it with 1013 and a reason. */
BASE_MUST_CHECK int room_on_join(room *r, uint64_t session, const room_join *join, int64_t now_ms);

/* room_on_message - one whole binary WebSocket message; borrowed.  Of an unknown session: ignored.
 * (Text messages are refused by the server with 1003.) */
void room_on_message(room *r, uint64_t session, bytes message, int64_t now_ms);

/* room_on_leave - the socket is gone.  Nulls for its awareness go to the others. */
void room_on_leave(room *r, uint64_t session, int64_t now_ms);

/* room_backlogged - is so much of the room not stored yet that its writers should wait?  Half of
 * limits.unstored_bytes: a server that then stops reading from them never has to refuse a write. */
bool room_backlogged(const room *r);

/* room_notice - an event "notice" to one tandem.v1 member: a limit slows it.  Static texts. */
void room_notice(room *r, uint64_t session, const char *code, const char *message);

/* room_set_role - from the next message on.  Who may write now and could not before is asked what
 * it has, with a step 1: pages send nothing of their own before that. */
void room_set_role(room *r, uint64_t session, role now);

typedef struct room_member {
    uint64_t session;
    role role;
    bool tandem_v1;
    unsigned color_index; /* 0..7 */
    int64_t joined_at_ms;
    const char *name; /* borrowed until the next call that is not const */
} room_member;

/* room_member_count / room_member_at - in order of joining; i < count. */
size_t room_member_count(const room *r);
room_member room_member_at(const room *r, size_t i);

/* ------------------------------------------------------------------------- the rest ---------- */

/* room_tick - call about once a second while the room is not ABSENT, and within 50 ms when
 * room_tick_soon says that something waits for time to pass. */
bool room_tick_soon(const room *r);
void room_tick(room *r, int64_t now_ms);

/* room_files - the files of the live document: entries {name, language} of its root map "files",
 * at most limits.files; `*total` (or NULL) counts those above it too.  An entry without a usable
 * name goes by its id.  The room must be loaded.
 * Returns STORE_ENOTFOUND (not loaded), BASE_ENOMEM. */
typedef struct room_file {
    bytes id; /* borrowed for the call, as all */
    bytes name;
    bytes language; /* may be empty */
} room_file;
typedef void room_file_fn(void *ctx, const room_file *file);
BASE_MUST_CHECK int room_files(room *r, room_file_fn *visit, void *ctx, size_t *total);

/* room_code - append "the code" to `out`: the text of file "main" if room_files has it or has none
 * (clients that know of no files write there), else that of the first by name, without regard to
 * the case of ASCII letters.  The room must be loaded.  O(files + text).
 * Returns STORE_ENOTFOUND (not loaded), BASE_ENOMEM, BASE_ELIMIT. */
BASE_MUST_CHECK int room_code(room *r, buf *out);

/* room_loaded - is the document in memory? */
bool room_loaded(const room *r);

/* room_renamed - the record was changed in the store; tell the members.  While the room is loading
 * the name is newer than what is read. */
void room_renamed(room *r, const char *name);

/* room_close_all - close every member (1012 to drain, 4410 after deletion).  The room flushes at
 * once, without lingering; one that is loading, as soon as it is loaded and who waits was answered.
 * room_discard - the room was deleted: close members with 4410, forget the document; ABSENT at
 * once.
 */
void room_close_all(room *r, unsigned code, const char *reason, int64_t now_ms);
void room_discard(room *r);

/* room_check - verify invariants; for tests.  NULL, or the first sentence that is not true. */
const char *room_check(const room *r);

#endif
