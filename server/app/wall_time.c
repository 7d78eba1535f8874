#include "server/app/wall_time.h"

#include <stdio.h>
#include <time.h>

int64_t wall_time_now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail for this clock */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void wall_time_format(int64_t at_ms, char out[WALL_TIME_BYTES])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;
    char day[24];
    if (at_ms < 0 || gmtime_r(&seconds, &tm) == NULL ||
        strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
        snprintf(out, WALL_TIME_BYTES, "1970-01-01T00:00:00.000Z");
        return;
    }
    snprintf(out, WALL_TIME_BYTES, "%s.%03dZ", day, (int)(at_ms % 1000));
}
