/* limits.h - every ceiling of the process's edge: name, value, unit, reason.
 *
 * What the operator or a client may meet by name (frames, documents, heads, bodies, queues) is in
 * room/limits.h; this file holds what is left to the process itself.
 */
#ifndef SERVER_APP_LIMITS_H
#define SERVER_APP_LIMITS_H

#define SERVER_LIMITS(X)                                                                           \
    X(HEADER_COUNT, 100, "headers", "bounds the search for one header")                            \
    X(HTTP_WRITE_MS, 30000, "ms", "a reply that nobody reads is given up")                         \
    X(REQUEST_WAIT_MS, 10000, "ms", "a room or the store must answer a request by then")           \
    X(CLOSE_MS, 2000, "ms",                                                                        \
      "how long a closing socket may take to hear it and to end its own side")                     \
    X(TITLE_CHARS, 100, "characters", "display name of a room")                                    \
    X(EXPIRE_DAYS, 3650, "days", "longest life of an unused room")                                 \
    X(FD_RESERVE, 64, "files", "kept free for the store and for logs")                             \
    X(ACCEPT_BATCH, 64, "sockets", "accepted in one turn before others are served")                \
    X(TURN_EVENTS, 1024, "sockets", "looked at in one turn of the loop")                           \
    X(RECV_BYTES, 65536, "bytes", "read from one socket in one turn, within a message or request") \
    X(RECV_FRAMES_BYTES, 4096, "bytes", "the same where a WebSocket message begins")               \
    X(BUSY_TURN_US, 5000, "us", "of one turn for connections that send much")                      \
    X(BUSY_AHEAD_MS, 100, "ms", "by so much ahead of its rates a connection is one of them")       \
    X(SLOW_INPUT_US, 50000, "us", "work for one read after which its connection rests")            \
    X(REST_MS, 5000, "ms", "the longest such rest; it is four times the work")                     \
    X(RESUME_MS, 10, "ms", "between two looks at paused connections")                              \
    X(HURRY_MS, 50, "ms", "between two looks at rooms where something waits for time to pass")     \
    X(BACKLOG_MS, 50, "ms", "pause of a writer whose room has much to store")                      \
    X(SEND_FRAMES, 64, "frames", "given to one sendmsg")                                           \
    X(COMMIT_MS, 5, "ms", "the latest start of a commit after its first update")                   \
    X(COMMIT_BYTES, 262144, "bytes", "waiting updates that start a commit before that")            \
    X(WAL_ALARM_BYTES, 67108864, "bytes", "write-ahead log that is worth a warning")               \
    X(SHUTDOWN_MS, 4000, "ms", "from SIGTERM to exit")                                             \
    X(STATIC_FILE_BYTES, 33554432, "bytes", "one file of the web application")                     \
    X(STATIC_FILES, 4096, "files", "of the web application")                                       \
    X(SWEEP_ROOMS, 50, "rooms", "deleted in one batch, so that commits never wait long")

enum server_limit {
#define SERVER_LIMIT_ENUM_(name, value, unit, reason) LIMIT_##name = value,
    SERVER_LIMITS(SERVER_LIMIT_ENUM_)
#undef SERVER_LIMIT_ENUM_
};

#endif
