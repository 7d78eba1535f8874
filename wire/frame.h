/* frame.h - one outgoing WebSocket frame, header and payload, shared by all who get it.
 *
 * A broadcast is encoded and framed once and then only counted.  The count is not atomic: a frame
 * stays on the loop thread that made it.  Its bytes never change once it was shared.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "base/alloc.h"
#include "base/bytes.h"

typedef struct frame {
    const base_alloc *alloc;
    uint32_t refs;
    uint32_t header_bytes; /* of `data`, the WebSocket header */
    size_t len_bytes;      /* header and payload: what goes on the socket */
    uint8_t data[];
} frame;

/* frame_new - a final frame whose payload is `head` and then `body` (either may be empty), with one
 * reference, owned by the caller.  `opcode` is a WS_OP_*.  NULL when there is no memory.  `alloc`
 * outlives the frame.  O(bytes). */
frame *frame_new(const base_alloc *alloc, unsigned opcode, bytes head, bytes body);
frame *frame_ref(frame *f);
void frame_unref(frame *f); /* NULL is allowed */

/* frame_view - all of it, as it goes on the socket.  frame_payload - without the header. */
static inline bytes frame_view(const frame *f)
{
    return (bytes){f->data, f->len_bytes};
}

static inline bytes frame_payload(const frame *f)
{
    return (bytes){f->data + f->header_bytes, f->len_bytes - f->header_bytes};
}

#endif
