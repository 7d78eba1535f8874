/* house.h - a room with a store behind it and yoke clients before it, all in the test's hands.
 *
 * Nothing happens by itself: house_load, house_commit and house_deliver are what a server does.
 */
#ifndef ROOM_TEST_HOUSE_H
#define ROOM_TEST_HOUSE_H

#include "room/room.h"
#include "wire/sync.h"

#include <yoke/yoke.h>

#define HOUSE_CLIENTS 12
#define HOUSE_MESSAGES 4000

typedef struct message {
    uint8_t *ptr;
    size_t len_bytes;
} message;

typedef struct client {
    uint64_t session;
    yoke_doc *doc;
    message inbox[HOUSE_MESSAGES]; /* payloads, in order */
    size_t received;
    size_t read; /* of them, worked on by house_deliver */
    unsigned close_code;
    uint64_t acked; /* n of the last ack */
    char text[512]; /* of the last house_text */
} client;

typedef struct house {
    limits limits;
    room_sink sink;
    store *store;
    room *room;
    int64_t now_ms;
    client clients[HOUSE_CLIENTS];
    bool load_wanted;
    store_row rows[HOUSE_MESSAGES]; /* appended, not committed */
    size_t row_count;
    bool snapshot_wanted;
    store_snapshot snapshot;
    size_t snapshots; /* how many were asked for */
    uint64_t said_by; /* session; 0: nothing is said that is not stored */
    store_chat said;
    bool chat_refused; /* the server has no memory for it */
    size_t introduced; /* authors */
    char last_log[64];
    base_alloc alloc;        /* of the room */
    size_t allocations_left; /* until the room is told that there is no memory */
    size_t bytes_in_use;     /* what the room asked for and has not given back */
} house;

/* house_new - room "r" with the seed text "seed\n" in a memory store, not loaded. */
house *house_new(void);
house *house_new_empty(void); /* without the seed */
void house_free(house *h);

/* house_load / house_commit - the store answers.  Commit stores rows, the snapshot, what was said.
 */
void house_load(house *h);
void house_commit(house *h);

/* house_join - client i joins as editor of tandem.v1 and sends its step 1, as clients do. */
void house_join(house *h, size_t i, const room_join *join);
void house_join_editor(house *h, size_t i);

/* house_type - client i inserts text at the start, and sends it. */
void house_type(house *h, size_t i, const char *text);

/* house_say - client i sends a message. */
void house_say(house *h, size_t i, sync_tag tag, bytes body);
void house_say_raw(house *h, size_t i, bytes payload);

/* house_deliver - clients work on what they received, answers included, until all is quiet. */
void house_deliver(house *h);

/* house_text - of client i; house_room_text - of the room. */
const char *house_text(house *h, size_t i);
const char *house_room_text(house *h);

/* house_count - messages of the kind that client i received.  house_last - the last of them. */
size_t house_count(const house *h, size_t i, sync_tag tag);
sync_msg house_last(const house *h, size_t i, sync_tag tag);

/* house_heard - did client i receive an event that contains `part`? */
bool house_heard(const house *h, size_t i, const char *part);

#endif
