/* pace.h - how fast one WebSocket connection may go, and how long it may be silent or behind.
 *
 * Policy only: the connection says what happened and when, pace says what is due.  What comes
 * faster than a rate is read later, and TCP makes the sender wait; who reads too slowly is closed,
 * who says nothing is pinged and, in the end, dead.  Limits that are 0 are none (room/limits.h).
 * Times are milliseconds of one clock that never runs backwards.
 */
#ifndef HOST_PACE_H
#define HOST_PACE_H

#include "base/meter.h"
#include "room/limits.h"

typedef struct pace {
    meter frames;
    meter bytes;
    uint64_t heard_ms; /* the peer was heard, or it was we who did not listen */
    uint64_t pinged_ms;
    uint64_t message_ms;    /* a message is half here since then; 0: none */
    uint64_t noticed_ms;    /* the peer was told then that it is slowed; 0: never */
    uint64_t soft_since_ms; /* over the soft limit since then; 0: not */
    uint64_t closing_ms;    /* our close frame was queued before then; 0: not */
    uint64_t big_ms;        /* the largest frame was queued then */
    uint32_t big_bytes;     /* of it: a first sync may be larger than the limits */
    bool spoke;             /* a frame came */
} pace;

static inline void pace_init(pace *p, uint64_t now_ms)
{
    *p = (pace){.heard_ms = now_ms};
}

/* ----------------------------------------------------------------------------- reading ------ */

/* pace_stop - do not read for `ms`.  `limit` is NULL when it may go on; the texts are static. */
typedef struct pace_stop {
    const char *limit;
    const char *message;
    uint64_t ms;
} pace_stop;

/* pace_charge - so much was read: is that too far ahead of the rates? */
pace_stop pace_charge(pace *p, const limits *max, uint64_t frames, uint64_t len_bytes,
                      uint64_t now_ms);

/* pace_backlog - the stop of a writer whose room has much to store. */
pace_stop pace_backlog(void);

/* pace_is_ahead - does it send so much that others go first? */
bool pace_is_ahead(const pace *p, uint64_t now_ms);

/* pace_rest_ms - one read that took so much work is followed by a rest, so that one connection
 * cannot have the loop; 0: none. */
uint64_t pace_rest_ms(uint64_t work_us);

/* pace_may_notice - is it time to tell the peer that it is slowed?  Then it counts as told. */
bool pace_may_notice(pace *p, uint64_t now_ms);

/* pace_heard - bytes came.  pace_read - and were looked at; `midway`: a message is half here.
 * pace_resumed - a pause of ours is over, during which nothing could be heard. */
void pace_heard(pace *p, uint64_t now_ms);
void pace_read(pace *p, bool midway, uint64_t now_ms);
void pace_resumed(pace *p, uint64_t now_ms);

/* ----------------------------------------------------------------------------- sending ------ */

/* pace_queued - a frame of this size was queued that the peer is to read whole.  pace_drained - the
 * queue is empty. */
static inline void pace_queued(pace *p, const limits *max, size_t frame_bytes, uint64_t now_ms)
{
    if (frame_bytes > max->queue_soft_bytes && frame_bytes > p->big_bytes) {
        p->big_bytes = frame_bytes < UINT32_MAX ? (uint32_t)frame_bytes : UINT32_MAX;
        p->big_ms = now_ms;
    }
}

static inline void pace_drained(pace *p)
{
    p->big_bytes = 0;
}

/* pace_over_hard - does more wait than a reader may ever have waiting? */
bool pace_over_hard(const pace *p, const limits *max, size_t held_bytes, uint64_t now_ms);

/* pace_closing - our close frame is queued. */
void pace_closing(pace *p, uint64_t now_ms);

/* ----------------------------------------------------------------------------- once a second */

typedef enum pace_due {
    PACE_NOTHING,
    PACE_OVER,   /* the peer does not answer our close: end the socket */
    PACE_DEAD,   /* limit dead_ms: silent although it was pinged; end the socket */
    PACE_SILENT, /* limit first_frame_ms: close with 1008 */
    PACE_STUCK,  /* limit message_ms: close with 1008 */
    PACE_SLOW,   /* limit queue_soft_bytes: close as a slow reader */
    PACE_PING,   /* send a ping; pace takes it as sent */
} pace_due;

typedef struct pace_seen {
    size_t held_bytes; /* in the queue */
    bool paused;       /* we do not read from it */
    bool flowing;      /* something waits in the queue: a ping would tell nothing new */
} pace_seen;

pace_due pace_tick(pace *p, const limits *max, const pace_seen *seen, uint64_t now_ms);

#endif
