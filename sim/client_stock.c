/* client_stock.c - y-websocket 3: sends its step 1 and awareness when it opens, its edits when they
 * are made, knows no acks, and counts as synced at the first step 2. */
#include "sim/client.h"

void stock_opened(client *c)
{
    client_say_step1(c);
    client_say_awareness(c);
}

void stock_message(client *c, const sync_msg *msg)
{
    yoke_blob diff = YOKE_BLOB_INIT;
    switch (msg->tag) {
    case SYNC_STEP1:
        client_encode_since(c, msg->body, &diff);
        client_say(c, SYNC_STEP2, bytes_of(diff.ptr, diff.len_bytes));
        yoke_blob_free(&diff);
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
    case SYNC_AWARENESS:
    case SYNC_QUERY_AWARENESS:
    case SYNC_DENIED:
        client_hears(c, msg);
        break;
    case SYNC_ACK:
    case SYNC_EVENT:
    case SYNC_UNKNOWN:
        law_broken(c->w, "stock clients get stock messages", "client %u got message %d", c->number,
                   (int)msg->tag);
        break;
    }
}
