/* inner.h - what the files of room/ share.  Private to room/.
 *
 *   room.c     states, the store's answers, time
 *   member.c   joining, leaving, events, awareness
 *   edit.c     messages: sync, updates, acks
 *   keeper.c   whose a client id is
 *   lease.c    those who write with the client id of another
 *   chat.c     messages: what members say
 *   document.c the engine behind the room, snapshots, text
 */
#ifndef ROOM_INNER_H
#define ROOM_INNER_H

#include "base/meter.h"
#include "room/queue.h"
#include "room/room.h"
#include "wire/awareness.h"
#include "wire/sync.h"

#include <yoke/yoke.h>

#define ROOM_COLORS 8
#define SNAPSHOT_RETRY_MS 10000

/* Messages of a member that wait for the word of another; see lease.c. */
typedef struct hold {
    buf messages; /* each with its length */
    uint32_t no;  /* holds are counted, so that an answer is known to be later than a hold */
    bool forged;  /* says the word of a holder */
} hold;

/* Kept small, as the room is: there are as many as open tabs, and nearly all are idle. */
typedef struct member {
    uint64_t session;
    role role;
    uint32_t steps_owed;  /* step 1 messages that it has not answered */
    uint32_t asked_no;    /* holds up to this one its question is for */
    uint32_t answered_no; /* ... and its last answer */
    unsigned violations;
    uint8_t color_index;
    bool tandem_v1 : 1;
    bool greeted : 1;
    bool introduced : 1;    /* the store knows who the author is */
    bool refused : 1;       /* a write of this connection was refused: acks stop before it */
    bool lost : 1;          /* memory lacked for something it must hear: it has to come back */
    bool told_unknown : 1;  /* one log line for unknown messages is enough */
    bool told_presence : 1; /* one word about refused awareness is enough */
    bool presence_held : 1; /* its newest awareness is not told yet */
    bool told_all : 1;      /* it answered what it has; since then it sends what it writes */
    bool lapsed : 1;        /* asked for what it has, it said nothing: its client ids are free */
    int64_t violations_since_ms;
    int64_t joined_at_ms;
    uint64_t author;
    uint64_t person;       /* 0: nobody knows */
    uint64_t wrote;        /* the client id it keeps and wrote with last; 0: none */
    meter presence;        /* awareness that was told to the others */
    meter talk;            /* messages of the chat */
    uint64_t frames;       /* step 2 and update messages received */
    pair_queue unacked;    /* (frame, row that must be stored first), both growing */
    uint64_t parked_bytes; /* of what waits in the document, what this member sent */
    int64_t asked_ms;      /* since then a hold waits for its answer; 0: none does */
    hold *hold;            /* or NULL */
    buf *waiting;          /* messages that came while the room was loading, each with its length */
    char name[];
} member;

/* Whose a client id is; see keeper.c. */
typedef struct keeper {
    uint64_t client;
    uint64_t session; /* 0: its connection is gone */
    uint64_t person;  /* 0: nobody knows */
    bool wrote;       /* false: only shows it */
    bool told_all;    /* its connection had, before it went */
} keeper;

/* What room_stats_get cannot look up. */
typedef struct room_counters {
    uint64_t updates_in;
    uint64_t updates_refused;
    uint64_t deliveries;
    uint64_t acks;
    uint64_t awareness_held;
} room_counters;

struct room {
    const base_alloc *alloc;
    const limits *limits;
    const room_sink *sink;
    room_state_tag state;
    bool some_lost; /* of the members; see room__close_lost */
    bool draining;  /* do not linger */
    bool stalled;   /* the store told that it cannot write; members know */
    bool snapshot_in_flight;
    bool newcomer_asked; /* since the last tick */
    uint8_t epoch[STORE_EPOCH_BYTES];
    char *name; /* with `language` what a member is told of the record; NULL: not loaded */
    char *language;

    member **members; /* in order of joining */
    uint32_t member_count;
    uint32_t member_cap;
    awareness *awareness;   /* NULL: nobody told anything yet */
    uint32_t presence_held; /* members whose awareness is held */
    keeper *keepers;
    uint32_t keeper_count;
    uint32_t keeper_cap;
    uint32_t hold_count;
    uint32_t hold_no; /* of the last hold; no room lives for 2^32 of them */

    yoke_doc *doc; /* NULL: not loaded */
    yoke_allocator engine_alloc;
    frame *newcomer; /* step 2 of the whole document, for all who come before it changes; or NULL */
    uint64_t last_seq;
    uint64_t stored_seq;
    pair_queue unstored; /* (row, its bytes) */
    uint64_t unstored_bytes;
    uint64_t tail_rows; /* rows behind the last snapshot */
    uint64_t tail_bytes;
    uint64_t snapshot_rows; /* of the tail, what the snapshot in flight holds */
    uint64_t snapshot_bytes;
    uint64_t state_bytes; /* size of the newest snapshot */
    int64_t snapshot_not_before_ms;

    int64_t idle_since_ms;
    room_counters stats;
    char id[];
};

/* room.c */
void room__log(room *r, room_log_level level, const char *event, const char *detail,
               uint64_t session);
void room__settle(room *r, int64_t now_ms);

/* member.c */
member *room__find(const room *r, uint64_t session);
void room__member_free(room *r, member *m); /* it is in no list */
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

void room__presence_tick(room *r, int64_t now_ms);

/* keeper.c
 * room__keep_shown - after the presence of `m` changed.  room__keep_written - after an update of
 * `m` that brought something new.  room__keepers_leave - `m` goes.  room__keepers_forget - the
 * document does. */
void room__keep_shown(room *r, const member *m);
void room__keep_written(room *r, member *m, const sync_msg *msg);
void room__keepers_leave(room *r, const member *m);
void room__keepers_forget(room *r);
/* room__keeper - of a client id, or NULL; valid until one of the calls above.  O(keepers). */
const keeper *room__keeper(const room *r, uint64_t client);
bool room__keeps(const keeper *k, const member *m);
/* room__keeps_alone - all that its keeper wrote before was heard, and he comes again as the same:
 * nobody else can have more. */
bool room__keeps_alone(const room *r, const keeper *k);
/* room__only_client - the writer of an update with one writer, which nearly all are. */
bool room__only_client(bytes update, uint64_t *client);

/* lease.c
 * room__lease_holds - may this update of `m` not be looked at yet?  Then `message` is kept, or the
 * member was closed.  room__lease_heard - a message came.  room__lease_review - after messages, in
 * ticks, when somebody left: end what need not wait longer.  room__lease_forget - `m` goes. */
bool room__lease_holds(room *r, member *m, bytes message, bytes update, int64_t now_ms);
void room__lease_heard(room *r, member *m, const sync_msg *msg);
void room__lease_review(room *r, int64_t now_ms);
void room__lease_forget(room *r, member *m);

/* edit.c */
void room__on_message(room *r, member *m, bytes message, int64_t now_ms);
void room__on_update(room *r, member *m, const sync_msg *msg, int64_t now_ms);
void room__send_step1(room *r, member *m);
void room__send_acks(room *r, member *m);
void room__drop_newcomer(room *r);

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
