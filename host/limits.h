/* limits.h - every ceiling of a room's thread that no client meets by name: name, value, unit,
 * reason.
 *
 * What the operator or a client may meet by name is in room/limits.h; what belongs to sockets and
 * HTTP is in server/.
 */
#ifndef HOST_LIMITS_H
#define HOST_LIMITS_H

#define HOST_LIMITS(X)                                                                             \
    X(CLOSE_MS, 2000, "ms",                                                                        \
      "how long a closing socket may take to hear it and to end its own side")                     \
    X(BUSY_AHEAD_MS, 100, "ms", "by so much ahead of its rates a connection is one that waits")    \
    X(SLOW_INPUT_US, 50000, "us", "work for one read after which its connection rests")            \
    X(REST_MS, 5000, "ms", "the longest such rest; it is four times the work")                     \
    X(HURRY_MS, 50, "ms", "between two looks at rooms where something waits for time to pass")     \
    X(BACKLOG_MS, 50, "ms", "pause of a writer whose room has much to store")                      \
    X(NOTICE_MS, 60000, "ms", "between two notices to one connection that it is slowed")           \
    X(COMMIT_MS, 5, "ms", "the latest start of a commit after its first update")                   \
    X(COMMIT_BYTES, 262144, "bytes", "waiting updates that start a commit before that")            \
    X(COMMIT_RETRY_MS, 250, "ms", "between two tries of a commit that had to wait")                \
    X(SHUTDOWN_MS, 4000, "ms", "from SIGTERM to exit")

enum host_limit {
#define HOST_LIMIT_ENUM_(name, value, unit, reason) LIMIT_##name = value,
    HOST_LIMITS(HOST_LIMIT_ENUM_)
#undef HOST_LIMIT_ENUM_
};

#endif
