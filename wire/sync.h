/* sync.h - the messages of y-websocket, and ours: one message in one WebSocket binary message.
 *
 *   0 sync       varUint 0 step 1 | 1 step 2 | 2 update, then varBuffer (state vector or update)
 *   1 awareness  varBuffer (see awareness.h)
 *   2 auth       varUint 0 = permission denied, varString reason
 *   3 query awareness, no body
 * 120 ack        varUint n: the first n step 2 and update messages of this connection are durable
 * 121 event      varString JSON {"type": ...}
 *
 * 120 and 121 go only to connections that offered the subprotocol tandem.v1: a stock client reports
 * an unknown type as an error.  Nothing here looks into updates.
 *
 * Source: y-protocols 1.0.7 (sync.js, auth.js), y-websocket 3.0.
 */
#ifndef WIRE_SYNC_H
#define WIRE_SYNC_H

#include "base/buf.h"
#include "wire/frame.h"

#define SYNC_SUBPROTOCOL "tandem.v1"

typedef enum sync_tag {
    SYNC_STEP1, /* body: state vector */
    SYNC_STEP2, /* body: update */
    SYNC_UPDATE,
    SYNC_AWARENESS,       /* body: awareness update */
    SYNC_DENIED,          /* body: reason, UTF-8 */
    SYNC_QUERY_AWARENESS, /* no body */
    SYNC_ACK,             /* count */
    SYNC_EVENT,           /* body: JSON, UTF-8, not checked */
    SYNC_UNKNOWN,         /* count: the type; body: the rest of the message */
} sync_tag;

typedef struct sync_msg {
    sync_tag tag;
    bytes body;     /* borrowed from the input */
    uint64_t count; /* SYNC_ACK, SYNC_UNKNOWN */
} sync_msg;

/* sync_decode - read one whole message.  Bytes behind it are ignored, as stock peers do.
 * Returns BASE_EMALFORMED when it is cut short, or is a sync or auth message of unknown kind; a
 * message of unknown type is SYNC_UNKNOWN and no error.  O(1). */
BASE_MUST_CHECK int sync_decode(bytes in, sync_msg *out);

/* sync_put - append the encoded message.  SYNC_UNKNOWN cannot be encoded. */
void sync_put(buf *out, const sync_msg *msg);

/* sync_put_masked - append the message as a client's frame (see ws_client.h). */
void sync_put_masked(buf *out, const sync_msg *msg, const uint8_t mask[4]);

/* sync_frame - the message as a WebSocket frame, its body copied once.  NULL: no memory. */
frame *sync_frame(const base_alloc *alloc, const sync_msg *msg);

#endif
