/* session.h - the other end of the wire: one client's conversation with one room, over one
 * WebSocket after another.  No I/O, no clock, no threads, no global state.
 *
 *   client_session s;
 *   client_session_init(&s, &options);
 *   client_session_resume(&s, epoch);            // a copy was kept; else nothing
 *   ... connect (wire/ws_client.h), and then:
 *   client_session_opened(&s, CLIENT_TANDEM_V1, now_us);
 *   client_session_message(&s, payload, now_us); // each binary message
 *   client_session_heard(&s, now_us);            // each ping, pong
 *   client_session_edited(&s, update);           // each local change of the document
 *   client_session_tick(&s, now_us);             // every few seconds
 *   client_session_closed(&s);                   // the connection is gone; open another later
 *
 * It answers through its port, within the call.  The document, the presence and the socket are the
 * owner's; what the session knows is the order of things:
 *
 *  - Nothing of ours is sent before hello has said which history the server keeps, and no update
 *    before step 1 has said what it lacks of it: so what was written offline travels in one step 2,
 *    and later updates never arrive before what they build on.
 *  - A document belongs to one history, its epoch, and is never merged into another.
 *  - Each step 2 and update is a frame; the server acknowledges with one number how many of them
 *    are durable.  What was not when the connection drops is loose again, for the next step 2.
 *  - A server that does not speak tandem.v1 gets the same without hello, and confirms nothing.
 *
 * Every byte of the server is taken for hostile: what cannot be is reported with `end`, and what is
 * kept is bounded by message_bytes_max.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "base/buf.h"
#include "client/hello.h"
#include "wire/sync.h"

#define CLIENT_HELLO_WAIT_US (3 * INT64_C(1000000))  /* then it is greeted without one */
#define CLIENT_FIRST_WORD_US (15 * INT64_C(1000000)) /* of a new connection */
#define CLIENT_SILENCE_US (30 * INT64_C(1000000))    /* then the server is asked for a word */
#define CLIENT_PROBE_US (10 * INT64_C(1000000))      /* for that word */
#define CLIENT_EARLY_MAX 4                           /* messages that may come before hello */

typedef enum client_protocol {
    CLIENT_PLAIN,     /* y-websocket */
    CLIENT_TANDEM_V1, /* the server agreed to the subprotocol */
} client_protocol;

typedef enum client_presence {
    CLIENT_PRESENCE_NEWER, /* the others may have heard that we left: with a newer clock */
    CLIENT_PRESENCE_AGAIN, /* as it was told last */
} client_presence;

/* Why the session gives a connection up. */
typedef enum client_end {
    CLIENT_END_MESSAGE,   /* a message, or an event, that cannot be read */
    CLIENT_END_HELLO,     /* hello without an epoch */
    CLIENT_END_EARLY,     /* too much came before hello */
    CLIENT_END_ACK,       /* more than was sent, or less than before */
    CLIENT_END_HISTORY,   /* the room has another history now: begin with a new document */
    CLIENT_END_UNWELCOME, /* the owner does not want to go on with this hello */
    CLIENT_END_DOCUMENT,  /* the document refused what came */
    CLIENT_END_SILENCE,
    CLIENT_END_NO_MEMORY,
} client_end;

/* What the owner does for a session; one for all of them, each call names its `ctx`.  No member may
 * be NULL.  All may call client_session_closed, and those that return nothing also
 * client_session_edited and _show; then the rest of what was being done is dropped. */
typedef struct client_port {
    /* Put the message on the connection; borrowed for the call (sync_put_masked makes a frame). */
    void (*send)(void *ctx, const sync_msg *msg);

    /* The document: append its state vector; append what `state_vector` (untrusted) lacks; take the
     * update of a step 2 or update message (untrusted).  Anything but 0 ends the connection. */
    int (*state_vector)(void *ctx, buf *out);
    int (*encode_since)(void *ctx, bytes state_vector, buf *out);
    int (*apply)(void *ctx, sync_tag tag, bytes update);

    /* Append the own presence as an awareness update; nothing: there is none to show.
     * What others show, an awareness update (untrusted).  client/presence.h keeps both. */
    void (*put_presence)(void *ctx, client_presence which, buf *out);
    void (*presence)(void *ctx, bytes update);

    /* hello came, of the history that the document belongs to, or of the first one it hears of.
     * false: the owner wants none of it. */
    bool (*welcome)(void *ctx, const client_hello *hello);

    void (*event)(void *ctx, bytes json);      /* any other; a JSON object, `type` not looked at */
    void (*acked)(void *ctx, uint64_t frames); /* the first n frames of this connection */
    void (*denied)(void *ctx, bytes reason);   /* a write was refused; nothing is acked after it */
    void (*end)(void *ctx, client_end why);    /* close the connection */
} client_port;

typedef struct client_options {
    const client_port *port; /* borrowed for the life of the session, as `alloc` */
    void *ctx;
    const base_alloc *alloc;
    size_t message_bytes_max; /* of what is gathered to send or kept until hello */
} client_options;

/* In the owner's storage; fields are read by anybody and written here only. */
typedef struct client_session {
    client_options options;
    uint32_t connection; /* number of the latest; grows */
    bool open;           /* there is one, and it was not given up */
    bool tandem_v1;
    bool greeted;  /* own things may be sent */
    bool answered; /* step 2 has left: updates may follow */
    bool synced;   /* the server's step 2 is in the document */
    bool denied;   /* a write of this connection was refused */
    bool heard;    /* anything, on this connection */
    bool loose;    /* there may be edits that no frame of this connection carries */
    uint64_t frames, acked;
    int64_t opened_us, heard_us, probed_us;
    char epoch[CLIENT_EPOCH_CHARS + 1]; /* of the document; empty: not known */
    buf early;                          /* messages before hello, each behind its length */
    unsigned early_count;
} client_session;

/* client_session_init - of an empty document; no memory is taken. */
void client_session_init(client_session *s, const client_options *options);
void client_session_deinit(client_session *s);

/* client_session_resume - the document is a copy of the history `epoch` (CLIENT_EPOCH_CHARS
 * characters) and may hold what was never acknowledged.  While no connection is open.  Returns
 * BASE_EMALFORMED: no such name.
 * client_session_start_over - it is a new, empty document; a connection is given up: close it. */
BASE_MUST_CHECK int client_session_resume(client_session *s, const char *epoch);
void client_session_start_over(client_session *s);

/* client_session_opened - a WebSocket to the room is there; sends step 1.
 * client_session_closed - it is not any more, whoever closed it. */
void client_session_opened(client_session *s, client_protocol protocol, int64_t now_us);
void client_session_closed(client_session *s);

/* client_session_message - one whole binary message.  O(bytes) and what the port does. */
void client_session_message(client_session *s, bytes message, int64_t now_us);
static inline void client_session_heard(client_session *s, int64_t now_us)
{
    s->heard = true;
    s->heard_us = now_us;
    s->probed_us = 0;
}

/* client_session_tick - greets without a hello that does not come; asks for a word after silence
 * and gives up when none comes.  Call CLIENT_HELLO_WAIT_US after opening, and every few seconds. */
void client_session_tick(client_session *s, int64_t now_us);

/* client_session_edited - the document was changed here.  Sent at once, or loose until step 2. */
void client_session_edited(client_session *s, bytes update);

/* client_session_show - tell the own presence as it is.  client_session_say - an event.  false:
 * nobody would hear it now. */
bool client_session_show(client_session *s);
bool client_session_say(client_session *s, bytes json);

/* client_session_saved - is every edit of this document durable, as far as the server tells? */
bool client_session_saved(const client_session *s);

/* ------------------------------------------------------------------------- coming back ------- */

/* What a close frame means for the next connection. */
typedef enum client_next {
    CLIENT_NEXT_RETRY,
    CLIENT_NEXT_FULL,    /* room_members: retry, and say so */
    CLIENT_NEXT_NEW_ID,  /* another writes under our client id: begin with a new document */
    CLIENT_NEXT_NOT_ANY, /* 4400-4499: no such room, deleted, no access */
} client_next;
client_next client_next_of(unsigned close_code, bytes reason);

/* client_backoff_us - wait between half of this and all of it, by lot, before attempt `n` (from 0;
 * again 0 when step 2 came): 0.3 s, doubled up to 10 s. */
int64_t client_backoff_us(unsigned n);

/* client_end_text - a sentence, static.  client_end_code - the close code to send. */
const char *client_end_text(client_end why);
unsigned client_end_code(client_end why);

#endif
