/* watch.h - laws that hold around each call of a room and each commit.
 *
 * Calls that host/ makes of rooms, of batches and of the store go through here: the simulator is
 * linked with --wrap for each of them (sim/meson.build), so that nothing in host/ has to know.
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "host/port.h"
#include "sim/world.h"

struct conn;

/* A room in memory. */
typedef struct watched {
    struct watched *next;
    const room *room;
    uint32_t number;       /* of the plan */
    bool discarded;        /* deleted, or it cannot be written: its rows need not be stored */
    uint64_t appended_seq; /* newest row the room gave out */
    uint64_t passed_seq;   /* newest row of a commit that may be under way */
    uint64_t durable_seq;  /* newest row the disk holds */
} watched;

/* What a connection did. */
typedef struct conduct {
    watched *at; /* NULL: in no room */
    role role;
    bool tandem_v1;
    uint64_t author;
    /* The newest row when each sync frame came, or its own if it made one; 0 is not known. */
    uint64_t *frame_rows;
    size_t frame_count, frame_cap;
    uint64_t row_before; /* newest row of the room when the last frame came */
    uint64_t own_row;    /* newest row made of a frame of this connection */
    uint64_t drain_row;  /* the same when the process was asked to stop */
    int64_t opened_us;
    uint64_t messages, message_bytes;
    int64_t backlog_us; /* after its last message, then, its room had too much to store; 0: not */
    int64_t behind_us;  /* over the soft limit since then; 0: not */
} conduct;

/* watch_begin - rooms of this process are watched from now on.  watch_forget - it is dead. */
void watch_begin(struct loop *s);
void watch_end(void);
void watch_forget(struct loop *s);

/* watch_frame - a frame is sent to the connection.  watch_turn, watch_tick - of each that is open.
 * watch_closing - it is told to go. */
void watch_frame(const struct conn *c, const frame *f);
void watch_turn(const struct conn *c);
void watch_tick(struct conn *c);
void watch_closing(const struct conn *c, unsigned code);

/* watch_rows_passed - the store took these rows.  watch_call_done - its call has returned, so they
 * are durable. */
void watch_rows_passed(const store_row *rows, size_t count);
void watch_call_done(struct loop *s);

#endif
