/* inner.h - what the files of room/ share.  Private to room/.
 *
 *   room.c     states, the store's answers, time
 *   member.c   joining, leaving, events, awareness
 *   edit.c     messages: sync, updates, acks
 *   chat.c     messages: what members say
 *   document.c the engine behind the room, snapshots, text
 */
#ifndef ROOM_INNER_H
#define ROOM_INNER_H

#include "room/queue.h"
#include "room/room.h"
#include "wire/awareness.h"
#include "wire/sync.h"

#include <yoke/yoke.h>

#define ROOM_COLORS 8
#define ROOM_NAME_CAP 256

typedef struct member {
    uint64_t session;
    room_role role;
    bool tandem_v1;
    bool greeted;
    bool introduced;   /* the store knows who the author is */
    bool refused;      /* a write of this connection was refused: acks stop before it */
    bool lost;         /* memory lacked for something it must hear: it has to come back */
    bool told_unknown; /* one log line for unknown messages is enough */
    unsigned color_index;
    uint64_t author;
    int64_t joined_at_ms;
    char name[ROOM_NAME_CAP];
    uint64_t frames;    /* step 2 and update messages received */
    pair_queue unacked; /* (frame, row that must be stored first), both growing */
    unsigned violations;
    int64_t violations_since_ms;
    unsigned chat_count;
    int64_t chat_since_ms;
    buf waiting; /* messages that came while the room was loading, each with its length */
} member;

struct room {
    const base_alloc *alloc;
    const limits *limits;
    const room_sink *sink;
    room_state_tag state;
    bool some_lost; /* of the members; see room__close_lost */
    bool draining;  /* do not linger */
    bool stalled;   /* the store told that it cannot write; members know */
    char id[STORE_ID_BYTES_MAX + 1];
    store_room record;

    member **members; /* in order of joining */
    size_t member_count;
    size_t member_cap;
    awareness *awareness;

    yoke_doc *doc; /* NULL: not loaded */
    yoke_allocator engine_alloc;
    buf observed; /* what a step 2 really changed */
    uint64_t last_seq;
    uint64_t stored_seq;
    pair_queue unstored; /* (row, its bytes) */
    uint64_t unstored_bytes;
    uint64_t tail_rows; /* rows behind the last snapshot */
    uint64_t tail_bytes;
    bool snapshot_in_flight;
    uint64_t snapshot_rows; /* of the tail, what the snapshot in flight holds */
    uint64_t snapshot_bytes;
    int64_t snapshot_not_before_ms;

    int64_t idle_since_ms;
    room_stats stats;
};

/* room.c */
void room__log(room *r, room_log_level level, const char *event, const char *detail,
               uint64_t session);
void room__settle(room *r, int64_t now_ms);

/* member.c */
member *room__find(const room *r, uint64_t session);
void room__deliver(room *r, member *m, frame *f);
void room__send(room *r, member *m, const sync_msg *msg); /* to one */
void room__lose(room *r, member *m);                      /* close it at the end of this call */
void room__close_lost(room *r);
void room__greet(room *r, member *m, int64_t now_ms);
void room__close(room *r, member *m, unsigned code, const char *reason); /* and forget it */
void room__event(room *r, const member *except, bytes json);             /* to all tandem.v1 */
void room__error_event(room *r, member *m, const char *code, const char *message);
void room__on_awareness(room *r, member *m, bytes update, int64_t now_ms);
void room__send_awareness(room *r, member *m);
void room__introduce(room *r, member *m, int64_t now_ms); /* before its first row or message */

/* edit.c */
void room__on_message(room *r, member *m, bytes message, int64_t now_ms);
void room__send_step1(room *r, member *m);
void room__send_acks(room *r, member *m);

/* chat.c */
void room__on_event(room *r, member *m, bytes json, int64_t now_ms);

/* document.c */
int room__document_load(room *r, const store_loaded *loaded);
void room__document_drop(room *r);
void room__snapshot(room *r, uint64_t rows_min, int64_t now_ms);

static inline yoke_bytes to_yoke(bytes s)
{
    return (yoke_bytes){s.ptr, s.len_bytes};
}

static inline bytes from_yoke(yoke_bytes s)
{
    return (bytes){s.ptr, s.len_bytes};
}

#endif
