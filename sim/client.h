/* client.h - those who use the server: a socket, a document, and manners good or bad.
 *
 *   client.c         the page as such (open, closed), socket, timers
 *   client_page.c    our page: client/session.h with a document, a local copy and edits by name
 *   client_stock.c   y-websocket 3: no acks, a watchdog
 *   client_edit.c    random edits
 *   client_hostile.c forgers, flooders, those who never read
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "base/buf.h"
#include "client/presence.h"
#include "client/session.h"
#include "room/room.h"
#include "sim/net.h"
#include "wire/ws_client.h"

#include <yoke/yoke.h>

#define TAG_BYTES 24

typedef enum client_timer {
    TIMER_CONNECT, /* try again */
    TIMER_WATCH,   /* every 3 s: silence, renewals */
    TIMER_GREET,   /* hello does not come */
    TIMER_READ,    /* go on reading */
    TIMER_REOPEN,  /* the tab */
    TIMER_SAVE,    /* the local copy */
    TIMER_REJOIN,  /* after a refused write */
} client_timer;

/* A sync frame that is not acked. */
typedef struct sent_frame {
    uint64_t number;
    buf update;
} sent_frame;

/* An edit that is not acked. */
typedef struct edit_tag {
    char text[TAG_BYTES];
    uint64_t frame; /* that carries it; 0: none yet */
    bool saved;     /* it is in the local copy */
} edit_tag;

typedef struct client {
    world *w;
    const plan_client *plan;
    uint32_t number;
    uint32_t life; /* of the page; timers of an earlier one are void */
    role role;
    bool here; /* the page is open */
    bool gone; /* closed for good by 4400-4499, or by its user */
    rng luck;
    /* socket */
    bool dialled, open;
    uint32_t link;
    unsigned attempt;
    ws_decoder in;
    int64_t heard_us;
    bool synced, denied; /* on this connection */
    /* document */
    yoke_doc *doc;
    uint64_t id;
    presence presence;
    uint64_t edits;
    bool demoted;  /* may only look now: what it wrote and was not stored has to go */
    uint64_t *ids; /* that its documents wrote under */
    size_t id_count;
    bool claimed;  /* a forger spoke for one of them */
    bool misled;   /* of what a forger said it may hold what the room does not, or other content */
    bool applying; /* what the observer sees comes from the server */
    buf last_update; /* of somebody; for those who forge */
    /* our page */
    client_session session;
    uint64_t acked; /* frames, by the latest ack of this connection */
    sent_frame *sent;
    size_t sent_count, sent_cap;
    edit_tag *tags;
    size_t tag_count, tag_cap;
    buf copy; /* what the browser keeps */
    char copy_epoch[CLIENT_EPOCH_CHARS + 1];
    bool save_due;
} client;

void client_init(client *c, world *w, uint32_t number);
void client_deinit(client *c);

/* client_joins - what the server learns at the door; `author`: who this connection is in the room's
 * history. */
void client_joins(const client *c, uint64_t author, room_join *join);

void client_on_opened(client *c, uint32_t link);
void client_on_bytes(client *c, uint32_t link); /* some have arrived */
void client_on_closed(client *c, uint32_t link);
void client_on_timer(client *c, uint32_t life, uint64_t arg);

/* client_happens - one happening of the plan that is about this client. */
void client_happens(client *c, const happening *h);

/* client_arrive - open the page.  client_leave - close it; `goodbye`: by the user, orderly. */
void client_arrive(client *c);
void client_leave(client *c, bool goodbye);

bool client_is_honest(const client *c);
bool client_counts(const client *c); /* at rest its document must equal all others */
bool client_is_saved(const client *c);

/* client_doc_of - a document of what is stored; NULL: it cannot be read. */
yoke_doc *client_doc_of(const store_loaded *loaded);

/* --------------------------------------------------------------- between the clients' files --- */

void client_say(client *c, sync_tag tag, bytes body);
void client_say_raw(client *c, unsigned opcode, bytes payload);
void client_send_bytes(client *c, bytes s); /* as they are, without a frame */
void client_put_presence(const client *c, buf *out);
void client_say_awareness(client *c);
void client_timer_in(client *c, client_timer timer, int64_t in_us);
void client_disconnect(client *c, bool orderly); /* and come back later */
void client_new_doc(client *c);
bool client_apply(client *c, bytes update); /* false: it could not be, and the page has acted */
void client_encode_since(client *c, bytes sv, yoke_blob *out);
void client_say_step1(client *c);
void client_hears(client *c, const sync_msg *msg); /* what all honest clients answer alike */

void page_init(client *c);
void page_opened(client *c);
void page_closed(client *c);
void page_local_update(client *c, bytes update);
void page_timer(client *c, client_timer timer);
void page_start_over(client *c); /* another document, nothing kept */
void page_forget_copy(client *c);
void page_load_copy(client *c);

void stock_opened(client *c);
void stock_message(client *c, const sync_msg *msg);

void client_edit(client *c, uint64_t salt);

void hostile_opened(client *c);
void hostile_message(client *c, const sync_msg *msg);
void hostile_act(client *c, uint64_t salt);
void hostile_viewer_writes(client *c, uint64_t salt);

#endif
