/* ws.h - WebSocket frames (RFC 6455, version 13), without I/O.  The client's handshake and its
 * masked frames are in ws_client.h.
 *
 *   ws_decoder d;
 *   ws_decoder_init(&d, alloc, limit_bytes);
 *   while (len > 0) {                               // `ptr` was just filled by recv()
 *       ws_event ev;
 *       size_t used;
 *       if (ws_decoder_feed(&d, ptr, len, &used, &ev) != BASE_OK) {
 *           queue ws_close_encode(ev.close_code, ev.reason); stop reading; break;
 *       }
 *       ptr += used, len -= used;
 *       switch (ev.tag) { ... }
 *   }
 *   ws_decoder_deinit(&d);
 *
 * The input is unmasked in place.  A message that lies whole in the input is handed out as a view
 * of it and nothing is copied; only messages that arrive in pieces are gathered in the decoder.
 * Extensions are not negotiated, so every reserved bit is an error.  An idle decoder owns no
 * memory.
 */
#ifndef WIRE_WS_H
#define WIRE_WS_H

#include "base/buf.h"

enum {
    WS_OP_CONTINUATION = 0x0,
    WS_OP_TEXT = 0x1,
    WS_OP_BINARY = 0x2,
    WS_OP_CLOSE = 0x8,
    WS_OP_PING = 0x9,
    WS_OP_PONG = 0xA,
};

/* Close codes.  4400-4499 make stock y-websocket 3.x stop reconnecting. */
enum {
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_GOING_AWAY = 1001,
    WS_CLOSE_PROTOCOL = 1002,    /* broken frames */
    WS_CLOSE_UNSUPPORTED = 1003, /* a message that we cannot read */
    WS_CLOSE_NO_STATUS = 1005,   /* never sent: a close frame without a code */
    WS_CLOSE_BAD_DATA = 1007,    /* text that is not UTF-8 */
    WS_CLOSE_POLICY = 1008,
    WS_CLOSE_TOO_BIG = 1009,
    WS_CLOSE_INTERNAL = 1011,
    WS_CLOSE_RESTART = 1012,   /* the server drains; come back */
    WS_CLOSE_TRY_LATER = 1013, /* too slow a reader, or no memory */
    WS_CLOSE_NO_ACCESS = 4403,
    WS_CLOSE_NO_ROOM = 4404,
    WS_CLOSE_DELETED = 4410,
};

#define WS_HEADER_BYTES_MAX 10   /* of a frame that we send */
#define WS_CONTROL_BYTES_MAX 125 /* payload of a control frame */
#define WS_CONTROL_FRAME_BYTES_MAX (2 + WS_CONTROL_BYTES_MAX)

typedef enum ws_event_tag {
    WS_EVENT_NONE,    /* the input is used up; more is needed */
    WS_EVENT_MESSAGE, /* a whole message: `data`, `is_text` (then it is well-formed UTF-8) */
    WS_EVENT_PING,    /* answer with a pong that carries `data` */
    WS_EVENT_PONG,    /* `data` */
    WS_EVENT_CLOSE, /* the peer closes: `close_code` (1005 when it gave none), `data` its reason */
} ws_event_tag;

/* `data` is borrowed: valid until the next feed, or until the input is overwritten. */
typedef struct ws_event {
    ws_event_tag tag;
    bool is_text;
    bytes data;
    unsigned close_code; /* with WS_EVENT_CLOSE, and after an error the code to close with */
    const char *reason;  /* after an error: a static sentence */
} ws_event;

typedef struct ws_decoder {
    const base_alloc *alloc;
    size_t message_bytes_max;
    struct ws_partial *partial; /* what is half here; NULL: nothing */
    bool failed;                /* after an error or a close frame nothing more is read */
    bool of_server;             /* its frames must not be masked */
} ws_decoder;

/* ws_decoder_init - reads what a client sends: every frame is masked.  `message_bytes_max` bounds a
 * whole message, over all its fragments.  `alloc` is borrowed.  No memory is taken yet.
 * ws_decoder_init_client - reads what a server sends: no frame is masked. */
void ws_decoder_init(ws_decoder *d, const base_alloc *alloc, size_t message_bytes_max);
void ws_decoder_init_client(ws_decoder *d, const base_alloc *alloc, size_t message_bytes_max);
void ws_decoder_deinit(ws_decoder *d);

/* ws_decoder_feed - read from the front of the input until one event is complete or all is used.
 *
 * ptr, len_bytes   the input; overwritten by its unmasked form
 * used_bytes       how much of it was read; at least 1 when len_bytes > 0 and the result is BASE_OK
 *
 * Returns BASE_OK          see event->tag
 *         BASE_EMALFORMED  close with event->close_code (1002, 1007) and event->reason
 *         BASE_ELIMIT      the message is longer than message_bytes_max; close with 1009
 *         BASE_ENOMEM      close with 1013
 * After an error, and after WS_EVENT_CLOSE, all further input is swallowed without events.
 * Cost    O(bytes). */
BASE_MUST_CHECK int ws_decoder_feed(ws_decoder *d, uint8_t *ptr, size_t len_bytes,
                                    size_t *used_bytes, ws_event *event);

/* ws_decoder_midway - is a frame or a message half here?
 * ws_decoder_wants - payload bytes of the frame being read that are still to come. */
bool ws_decoder_midway(const ws_decoder *d);
uint64_t ws_decoder_wants(const ws_decoder *d);

/* ws_decoder_memory_bytes - what the decoder holds for a message in pieces. */
size_t ws_decoder_memory_bytes(const ws_decoder *d);

/* ws_header_encode - header of one unmasked, final frame; returns its size. */
size_t ws_header_encode(uint8_t out[WS_HEADER_BYTES_MAX], unsigned opcode, uint64_t payload_bytes);

/* ws_control_encode - a whole control frame (ping, pong); `payload` is cut at 125 bytes.  Returns
 * its size. */
size_t ws_control_encode(uint8_t out[WS_CONTROL_FRAME_BYTES_MAX], unsigned opcode, bytes payload);

/* ws_close_encode - a whole close frame.  `reason` may be NULL; it is cut at 123 bytes, at a
 * character's start.  Code 1005 gives a frame without a code.  Returns its size. */
size_t ws_close_encode(uint8_t out[WS_CONTROL_FRAME_BYTES_MAX], unsigned code, const char *reason);

/* ws_mask - XOR with the mask, whose first byte belongs to payload byte 0; `offset` is that of
 * ptr[0].  Twice is nothing.  O(bytes), eight at a time. */
void ws_mask(uint8_t *ptr, size_t len_bytes, const uint8_t mask[4], uint64_t offset);

#define WS_NONCE_BYTES 16
#define WS_KEY_CHARS 24
#define WS_ACCEPT_CHARS 28

/* ws_accept_key - the value of Sec-WebSocket-Accept for a Sec-WebSocket-Key, with a final NUL.
 * Returns BASE_EMALFORMED when `key` is not base64 of 16 bytes (24 characters, "==" last). */
BASE_MUST_CHECK int ws_accept_key(bytes key, char out[WS_ACCEPT_CHARS + 1]);

/* ws_key_encode - a Sec-WebSocket-Key of 16 random bytes, with a final NUL. */
void ws_key_encode(const uint8_t nonce[WS_NONCE_BYTES], char out[WS_KEY_CHARS + 1]);

#endif
