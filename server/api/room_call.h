/* room_call.h - an HTTP request about one room, on its round through the threads:
 *
 *   the request's loop -> the room's loop -> the store -> the room's loop -> the request's loop
 *
 * so that store and live room are looked at in order and the reply is written where its socket is.
 * Each handler embeds a room_call as the first member of what it carries along.  What it needs of
 * the request it takes along from the start: `x` is touched on the request's loop only.
 */
#ifndef SERVER_API_ROOM_CALL_H
#define SERVER_API_ROOM_CALL_H

#include "server/http/exchange.h"
#include "server/store/store_thread.h"

typedef struct room_call room_call;
struct room_call {
    loop_msg msg;  /* first; between loops */
    store_job job; /* to the store */
    exchange *x;
    loop *from;
    void (*read)(store_reader *r, room_call *c); /* one of both, where the store is called */
    void (*write)(store *s, room_call *c);
    void (*step)(room_call *c, loop *owner); /* on the room's loop, after the store */
    /* On the request's loop, before the reply; may be NULL.  true: it answers itself, now or later,
     * and ends with room_call_free. */
    bool (*finish)(room_call *c);
    void (*release)(room_call *c); /* of what the handler added; may be NULL */
    char id[STORE_ID_BYTES_MAX + 1];
    buf data;         /* body of a reply that was not built as a tree */
    const char *type; /* its content type; NULL: text */
    int err;
    int status;
    json_t *reply;
};

/* room_call_new - zeroed memory of `size_bytes` that begins with a room_call; NULL: 503 was
 * answered. */
room_call *room_call_new(exchange *x, size_t size_bytes, void (*release)(room_call *c));

/* room_call_go - begin on the loop that owns the room {id} of the path; 403 for whose role does not
 * allow the act, 404 for what cannot be a room's name, 429 for who looks for too many rooms that
 * are not there.
 *
 * room_call_read - `read` beside what is written, room_call_write - `write` in its order; then
 * `step` on `owner`. */
void room_call_go(room_call *c, act wanted, void (*begin)(loop *owner, loop_msg *msg));
void room_call_read(room_call *c, loop *owner, void (*read)(store_reader *, room_call *),
                    void (*step)(room_call *, loop *));
void room_call_write(room_call *c, loop *owner, void (*write)(store *, room_call *),
                     void (*step)(room_call *, loop *));

/* One of them ends the call: with `status` and `reply`, else `data` as text; with `data` of another
 * type (static), 503 when it could not be written; with {"detail": ...}; with 404 or 503 by an
 * error of the store. */
void room_call_reply(room_call *c);
void room_call_reply_data(room_call *c, int status, const char *type);
void room_call_fail(room_call *c, int status, const char *detail);
void room_call_fail_by_code(room_call *c, int err);

/* room_call_free - for `finish` that answers itself.  The exchange is not touched. */
void room_call_free(room_call *c);

#endif
