/* crash.h - crash points inside SQLite, in the middle of commits and checkpoints.
 *
 * Only with the build option `crash_points`.  Names: "wal.write", "wal.written", "file.write",
 * "file.written" (a checkpoint, since the file itself is written by nothing else), and
 * "wal.remove", "wal.removed" when a log is done with.
 */
#ifndef STORE_SQLITE_CRASH_H
#define STORE_SQLITE_CRASH_H

#ifdef TANDEM_CRASH_POINTS
/* crash_sqlite_watch - from here on, for the process.  Idempotent. */
void crash_sqlite_watch(void);
#else
#define crash_sqlite_watch() ((void)0)
#endif

#endif
