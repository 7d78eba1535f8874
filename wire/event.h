/* event.h - what a client may say in an event message (type 121): JSON {"type": ...}.
 *
 *   chat    text: what is said; ref: a name the client made for it, so that sending it again after
 *           a lost connection says it only once
 *
 * Unknown types and members are no error: newer clients may have more to say.
 */
#ifndef WIRE_EVENT_H
#define WIRE_EVENT_H

#include "base/buf.h"

#define EVENT_REF_BYTES_MAX 64

typedef enum event_tag {
    EVENT_CHAT,
    EVENT_UNKNOWN,
} event_tag;

/* `text` and `ref` are UTF-8 and lie in the buffer given to event_decode. */
typedef struct event_msg {
    event_tag tag;
    bytes text;
    bytes ref;
} event_msg;

/* event_decode - `scratch` is an empty buffer that holds what the event refers to.
 * Returns BASE_EMALFORMED (no JSON object, no type, a chat without text, a ref that is empty or
 * longer than EVENT_REF_BYTES_MAX), or the buffer's error. */
BASE_MUST_CHECK int event_decode(bytes json, buf *scratch, event_msg *out);

#endif
