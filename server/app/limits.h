/* limits.h - every ceiling of the process's edge: name, value, unit, reason.
 *
 * What the operator or a client may meet by name (frames, documents, heads, bodies, queues) is in
 * room/limits.h; this file holds what is left to the process itself.
 */
#ifndef SERVER_APP_LIMITS_H
#define SERVER_APP_LIMITS_H

#include "host/limits.h"

#define SERVER_LIMITS(X)                                                                           \
    X(HEADER_COUNT, 100, "headers", "bounds the search for one header")                            \
    X(HTTP_WRITE_MS, 30000, "ms", "a reply that nobody reads is given up")                         \
    X(REQUEST_WAIT_MS, 10000, "ms", "a room or the store must answer a request by then")           \
    X(TITLE_CHARS, 100, "characters", "display name of a room")                                    \
    X(EXPIRE_DAYS, 3650, "days", "longest life of an unused room")                                 \
    X(FD_RESERVE, 64, "files", "kept free for the store and for logs")                             \
    X(ACCEPT_BATCH, 64, "sockets", "accepted in one turn before others are served")                \
    X(TURN_EVENTS, 1024, "sockets", "looked at in one turn of the loop")                           \
    X(RECV_BYTES, 65536, "bytes", "read from one socket in one turn, within a message or request") \
    X(RECV_FRAMES_BYTES, 4096, "bytes", "the same where a WebSocket message begins")               \
    X(BUSY_TURN_US, 5000, "us", "of one turn for connections that send much")                      \
    X(RESUME_MS, 10, "ms", "between two looks at paused connections")                              \
    X(SEND_FRAMES, 64, "frames", "given to one sendmsg")                                           \
    X(WAL_ALARM_BYTES, 67108864, "bytes", "write-ahead log that is worth a warning")               \
    X(STATIC_FILE_BYTES, 33554432, "bytes", "one file of the web application")                     \
    X(STATIC_FILES, 4096, "files", "of the web application")                                       \
    X(STORE_READERS, 2, "threads", "read the store beside the one that writes it")                 \
    X(WORK_THREADS, 2, "threads", "for what takes long: a loop goes on with its sockets")          \
    X(WORK_QUEUE, 64, "pieces", "of such work that wait; who comes later is refused")              \
    X(SWEEP_ROOMS, 50, "rooms", "deleted in one batch, so that commits never wait long")

enum server_limit {
#define SERVER_LIMIT_ENUM_(name, value, unit, reason) LIMIT_##name = value,
    SERVER_LIMITS(SERVER_LIMIT_ENUM_)
#undef SERVER_LIMIT_ENUM_
};

#endif
