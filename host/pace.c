#include "host/pace.h"

#include "host/limits.h"

static rate per_second(uint64_t count)
{
    return (rate){count, 1000, 2 * count};
}

pace_stop pace_charge(pace *p, const limits *max, uint64_t frames, uint64_t len_bytes,
                      uint64_t now_ms)
{
    uint64_t frames_ms =
        meter_charge(&p->frames, per_second(max->frames_per_second), frames, now_ms);
    uint64_t bytes_ms =
        meter_charge(&p->bytes, per_second(max->bytes_per_second), len_bytes, now_ms);
    if (frames_ms > 0)
        return (pace_stop){"frames_per_second",
                           "limit frames_per_second: this connection is read more slowly",
                           frames_ms};
    if (bytes_ms > 0)
        return (pace_stop){"bytes_per_second",
                           "limit bytes_per_second: this connection is read more slowly", bytes_ms};
    return (pace_stop){NULL, NULL, 0};
}

pace_stop pace_backlog(void)
{
    return (pace_stop){"unstored_bytes",
                       "limit unstored_bytes: the server saves slowly, edits wait",
                       LIMIT_BACKLOG_MS};
}

bool pace_is_ahead(const pace *p, uint64_t now_ms)
{
    return meter_ahead_ms(&p->frames, now_ms) > LIMIT_BUSY_AHEAD_MS ||
           meter_ahead_ms(&p->bytes, now_ms) > LIMIT_BUSY_AHEAD_MS;
}

uint64_t pace_rest_ms(uint64_t work_us)
{
    uint64_t rest_ms = 4 * work_us / 1000;
    if (work_us < LIMIT_SLOW_INPUT_US)
        return 0;
    return rest_ms < LIMIT_REST_MS ? rest_ms : LIMIT_REST_MS;
}

bool pace_may_notice(pace *p, uint64_t now_ms)
{
    if (p->noticed_ms != 0 && now_ms - p->noticed_ms < LIMIT_NOTICE_MS)
        return false;
    p->noticed_ms = now_ms;
    return true;
}

void pace_heard(pace *p, uint64_t now_ms)
{
    p->heard_ms = now_ms;
}

void pace_read(pace *p, bool midway, uint64_t now_ms)
{
    if (!midway)
        p->message_ms = 0;
    else if (p->message_ms == 0)
        p->message_ms = now_ms;
}

void pace_resumed(pace *p, uint64_t now_ms)
{
    p->heard_ms = now_ms;
    if (p->message_ms != 0)
        p->message_ms = now_ms;
}

/* What a reader may have waiting beyond the limits: a document that it asked for may be larger than
 * they are, as long as it takes it at the pace that the soft limit means. */
static uint64_t allowance_bytes(const pace *p, const limits *max, uint64_t now_ms)
{
    uint64_t due_bytes = (now_ms - p->big_ms) * max->queue_soft_bytes / max->queue_soft_ms;
    return p->big_bytes > due_bytes ? p->big_bytes - due_bytes : 0;
}

bool pace_over_hard(const pace *p, const limits *max, size_t held_bytes, uint64_t now_ms)
{
    return held_bytes > max->queue_hard_bytes &&
           held_bytes > max->queue_hard_bytes + allowance_bytes(p, max, now_ms);
}

void pace_closing(pace *p, uint64_t now_ms)
{
    p->closing_ms = now_ms + 1;
}

static bool too_slow(pace *p, const limits *max, size_t held_bytes, uint64_t now_ms)
{
    if (held_bytes <= max->queue_soft_bytes + allowance_bytes(p, max, now_ms)) {
        p->soft_since_ms = 0;
        return false;
    }
    if (p->soft_since_ms == 0)
        p->soft_since_ms = now_ms;
    return now_ms - p->soft_since_ms > max->queue_soft_ms;
}

pace_due pace_tick(pace *p, const limits *max, const pace_seen *seen, uint64_t now_ms)
{
    if (p->closing_ms != 0)
        return now_ms > p->closing_ms + LIMIT_CLOSE_MS ? PACE_OVER : PACE_NOTHING;
    if (!seen->paused && now_ms > p->heard_ms + max->dead_ms)
        return PACE_DEAD;
    if (!p->spoke && now_ms > p->heard_ms + max->first_frame_ms)
        return PACE_SILENT;
    if (p->message_ms != 0 && !seen->paused && now_ms > p->message_ms + max->message_ms)
        return PACE_STUCK;
    if (too_slow(p, max, seen->held_bytes, now_ms))
        return PACE_SLOW;
    uint64_t quiet_since_ms = p->heard_ms > p->pinged_ms ? p->heard_ms : p->pinged_ms;
    if (seen->flowing || now_ms <= quiet_since_ms + max->ping_ms)
        return PACE_NOTHING;
    p->pinged_ms = now_ms;
    return PACE_PING;
}
