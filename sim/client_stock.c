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
        if (client_apply(c, msg->body)) {
            c->synced = true;
            c->attempt = 0;
        }
        break;
    case SYNC_UPDATE:
        (void)client_apply(c, msg->body);
        break;
    case SYNC_AWARENESS:
        client_hears_awareness(c, msg->body);
        break;
    case SYNC_QUERY_AWARENESS:
        client_say_awareness(c);
        break;
    case SYNC_DENIED:
        if (!c->denied)
            client_timer_in(c, TIMER_REJOIN, 2 * SECOND);
        c->denied = true;
        break;
    case SYNC_ACK:
    case SYNC_EVENT:
    case SYNC_UNKNOWN:
        law_broken(c->w, "stock clients get stock messages", "client %u got message %d", c->number,
                   (int)msg->tag);
        break;
    }
}
