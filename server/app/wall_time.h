/* wall_time.h - the calendar, for display and expiry; durations use the loop's monotonic clock. */
#ifndef SERVER_APP_WALL_TIME_H
#define SERVER_APP_WALL_TIME_H

#include <stdint.h>

#define WALL_TIME_BYTES 32

/* wall_time_now_ms - milliseconds since 1970, UTC. */
int64_t wall_time_now_ms(void);

/* wall_time_format - "2026-01-02T03:04:05.678Z". */
void wall_time_format(int64_t at_ms, char out[WALL_TIME_BYTES]);

#endif
