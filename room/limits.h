/* limits.h - every limit of the server: name, default, unit, reason.
 *
 * The names are the ones that `hello`, refusals, metrics and the documentation use.  Floors below
 * room/ get their limits as arguments.  Each is a setting of its name (`limits.files`, `--files`),
 * from 1 to 2^31-1; those of LIMITS_OF_TRAFFIC may also be 0, which is no limit.
 *
 * What comes faster than a rate is not refused but read later: the socket is left alone until the
 * rate allows more, and TCP makes the sender wait.  Only an address, which has no socket of its own
 * to be slowed, is told to come back later (HTTP 429).  A rate a second may be ahead by two
 * seconds, a rate a minute by its minute, so that nobody is slowed for a burst.
 */
#ifndef ROOM_LIMITS_H
#define ROOM_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define LIMITS_KIB UINT64_C(1024)
#define LIMITS_MIB (UINT64_C(1024) * 1024)

/* X(name, value, unit, reason) */
#define LIMITS_OF_CONTENT(X)                                                                       \
    /* documents */                                                                                \
    X(frame_bytes, 16 * LIMITS_MIB + 64, "bytes", "one WebSocket message, fragments together")     \
    X(update_bytes, 16 * LIMITS_MIB, "bytes", "one update: a whole document may come in one")      \
    X(document_bytes, 64 * LIMITS_MIB, "bytes", "memory of one document, deleted text included")   \
    X(document_structs, 2000000, "structs", "blocks of one document, waiting ones included")       \
    X(pending_bytes, 4 * LIMITS_MIB, "bytes", "updates that wait for others, in one document")     \
    X(pending_structs, 10000, "structs", "the same, counted")                                      \
    X(pending_bytes_per_connection, 256 * LIMITS_KIB, "bytes", "of them, sent by one connection")  \
    X(nesting, 32, "levels", "types in types and values in values")                                \
    X(files, 64, "files", "of one room that are listed")                                           \
    X(file_name_bytes, 255, "bytes", "id, name or language of a file; longer ones are not listed") \
    /* rooms */                                                                                    \
    X(room_members, 256, "connections", "in one room; each change is sent to all of them")         \
    X(room_name_bytes, 255, "bytes", "name of a room, UTF-8")                                      \
    X(member_name_bytes, 64, "bytes", "name of a member, UTF-8; fits under a cursor")              \
    X(loading_bytes, 1 * LIMITS_MIB, "bytes",                                                      \
      "messages of one connection kept while a room loads, or a client id is checked")             \
    X(unstored_bytes, 4 * LIMITS_MIB, "bytes",                                                     \
      "updates not yet stored before a room is read-only")                                         \
    X(lease_wait_ms, 3000, "ms", "for the word of the keeper of a client id that another writes")  \
    X(violations_per_minute, 10, "frames", "refused writes of one connection before it is closed") \
    X(compact_rows, 2000, "rows", "log tail that makes a new snapshot")                            \
    X(compact_bytes, 1 * LIMITS_MIB, "bytes", "the same, by size")                                 \
    X(unload_rows, 200, "rows", "log tail that makes a snapshot when the room is unloaded")        \
    /* awareness */                                                                                \
    X(awareness_ids, 4, "clients", "awareness clients of one connection")                          \
    X(awareness_bytes, 2 * LIMITS_KIB, "bytes", "JSON of one awareness state")                     \
    X(awareness_stale_ms, 20000, "ms", "silence after which a newer connection takes a client")    \
    X(event_bytes, 16 * LIMITS_KIB, "bytes", "one event of a client")                              \
    /* chat */                                                                                     \
    X(chat_bytes, 4 * LIMITS_KIB, "bytes", "one message; longer things are files")                 \
    X(chat_per_minute, 60, "messages", "of one connection")                                        \
    X(chat_messages, 10000, "messages", "kept of a room, the newest")                              \
    X(versions, 1000, "versions", "named moments of a room")                                       \
    /* connections */                                                                              \
    X(queue_soft_bytes, 1 * LIMITS_MIB, "bytes", "waiting for a slow reader, for queue_soft_ms")   \
    X(queue_soft_ms, 10000, "ms", "how long a reader may be behind by queue_soft_bytes")           \
    X(queue_hard_bytes, 8 * LIMITS_MIB, "bytes", "waiting for a slow reader, past the first sync") \
    X(sockets_bytes, 512 * LIMITS_MIB, "bytes", "queues and unfinished messages of all sockets")   \
    X(first_frame_ms, 30000, "ms", "to the first frame; what lives answers the first ping")        \
    X(message_ms, 120000, "ms", "from the first byte of a message to its last")                    \
    X(ping_ms, 20000, "ms", "between pings")                                                       \
    X(dead_ms, 45000, "ms", "silence after which a socket is dead")                                \
    X(unacked_ms, 20000, "ms", "bytes sent and not confirmed by the peer's TCP")                   \
    /* HTTP */                                                                                     \
    X(header_bytes, 16 * LIMITS_KIB, "bytes", "request line and headers")                          \
    X(header_ms, 5000, "ms", "to send them")                                                       \
    X(body_bytes, 4 * LIMITS_MIB, "bytes", "request body; a file and its JSON escapes")            \
    X(body_ms, 10000, "ms", "to send it")                                                          \
    X(idle_http_ms, 30000, "ms", "between two requests of one connection")                         \
    X(autocomplete_bytes, 1 * LIMITS_MIB, "bytes", "code in one request for suggestions")

#define LIMITS_OF_TRAFFIC(X)                                                                       \
    X(sockets, 20000, "connections", "of one process; fewer when the system allows fewer files")   \
    X(sockets_per_address, 1024, "connections", "one address may be a whole school")               \
    X(joins_per_minute, 6000, "joins", "WebSockets of one address; a school that comes back")      \
    X(misses_per_minute, 120, "lookups", "of rooms that are not there, by one address: guessing")  \
    X(rooms_per_minute, 120, "rooms", "made by one address; a class where each makes one")         \
    X(frames_per_second, 2000, "frames", "of one connection; many times a person who types")       \
    X(bytes_per_second, 4 * LIMITS_MIB, "bytes", "of one connection")                              \
    X(awareness_per_second, 20, "updates", "of one connection that are told; the newest wins")

/* Not a setting of [limits]: rooms.linger_s is its name there. */
#define LIMITS_OF_ROOMS(X)                                                                         \
    X(linger_ms, 30000, "ms", "a room without members stays in memory: reloads are cheap")

#define LIMITS(X) LIMITS_OF_CONTENT(X) LIMITS_OF_TRAFFIC(X) LIMITS_OF_ROOMS(X)

/* What `hello` announces: the limits that a client keeps to by itself, before it is refused.
 * X(name) */
#define LIMITS_ANNOUNCED(X)                                                                        \
    X(frame_bytes)                                                                                 \
    X(update_bytes)                                                                                \
    X(awareness_bytes)                                                                             \
    X(chat_bytes)                                                                                  \
    X(files)                                                                                       \
    X(file_name_bytes)

#define LIMITS_FIELD_(name, value, unit, reason) uint64_t name;
typedef struct limits {
    LIMITS(LIMITS_FIELD_)
} limits;
#undef LIMITS_FIELD_

/* limits_init - the defaults. */
static inline void limits_init(limits *l)
{
#define LIMITS_SET_(name, value, unit, reason) l->name = (value);
    LIMITS(LIMITS_SET_)
#undef LIMITS_SET_
}

#endif
