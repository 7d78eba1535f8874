/* idle_sink.h - members of a room_sink that do nothing, for those who look at the others. */
#ifndef ROOM_TEST_IDLE_SINK_H
#define ROOM_TEST_IDLE_SINK_H

#include "room/room.h"

static inline void idle_load(void *ctx, room *r)
{
    (void)ctx;
    (void)r;
}

static inline void idle_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    (void)ctx;
    (void)r;
    (void)upto_seq;
    (void)state;
}

static inline void idle_author(void *ctx, room *r, const store_author *author)
{
    (void)ctx;
    (void)r;
    (void)author;
}

static inline bool idle_chat(void *ctx, room *r, uint64_t session, const store_chat *said)
{
    (void)ctx;
    (void)r;
    (void)session;
    (void)said;
    return false;
}

static inline void idle_log(void *ctx, const room *r, const room_log *entry)
{
    (void)ctx;
    (void)r;
    (void)entry;
}

#endif
