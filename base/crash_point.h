/* crash_point.h - named places where a test build can be told to die as by `kill -9`.
 *
 *   CRASH_POINT("commit.before");
 *
 * Compiled in by the build option `crash_points` only; in every other build the macro is nothing.
 * There the environment decides: CRASH_AT=NAME:K kills the process when NAME is passed for the K-th
 * time, counted over all threads.  tests/crash/ is who asks.
 */
#ifndef BASE_CRASH_POINT_H
#define BASE_CRASH_POINT_H

#ifdef TANDEM_CRASH_POINTS
void crash_point(const char *name);
#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

#endif
