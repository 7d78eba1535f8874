/* ws_client.h - the client's side of a WebSocket (RFC 6455): the upgrade and masked frames, no I/O.
 *
 *   ws_request_put(&out, &request);                    // send `out`
 *   ws_response_decode(gathered, &request, &res);      // as more comes, until res.used_bytes > 0
 *   ws_decoder_init_client(&d, alloc, max);            // frames come behind the head; see ws.h
 *   ws_frame_put(&out, WS_OP_BINARY, head, body, mask);
 *
 * Randomness is an argument: the nonce of the request and the mask of each frame.  A mask has to be
 * one that nobody can foretell, or a page could have a proxy between read its bytes as HTTP.
 */
#ifndef WIRE_WS_CLIENT_H
#define WIRE_WS_CLIENT_H

#include "base/buf.h"
#include "wire/ws.h"

#define WS_RESPONSE_BYTES_MAX 16384 /* of its head */

typedef struct ws_request {
    bytes host;        /* as the header wants it: with the port, unless it is the usual one */
    bytes target;      /* path and query, percent-encoded */
    bytes origin;      /* empty: none is sent */
    bytes subprotocol; /* the one that is offered; empty: none */
    bytes headers;     /* further lines, each with its CRLF; trusted */
    uint8_t nonce[WS_NONCE_BYTES];
} ws_request;

/* ws_request_put - append the request.  Returns BASE_EMALFORMED when host, target, origin or
 * subprotocol holds a space or control character, or one of the first two is empty (nothing is
 * appended); else the buffer's error. */
BASE_MUST_CHECK int ws_request_put(buf *out, const ws_request *request);

typedef struct ws_response {
    size_t used_bytes;  /* of the head; 0: it is not all here */
    unsigned status;    /* 101, or what the server said instead; 0: not known yet */
    bool agreed;        /* to the subprotocol that was offered */
    const char *reason; /* after an error: a static sentence */
} ws_response;

/* ws_response_decode - `in` is all that came since the request.
 * Returns BASE_OK          the WebSocket is open, or used_bytes is 0 and more is needed
 *         BASE_EMALFORMED  no answer to this request; `status` other than 101: it was refused
 *         BASE_ELIMIT      the head is longer than WS_RESPONSE_BYTES_MAX
 * O(bytes), no memory. */
BASE_MUST_CHECK int ws_response_decode(bytes in, const ws_request *request, ws_response *out);

/* ws_frame_put - append one final, masked frame whose payload is `head` and then `body`; either may
 * be empty. */
void ws_frame_put(buf *out, unsigned opcode, bytes head, bytes body, const uint8_t mask[4]);

/* ws_close_put - append a close frame, its reason cut as ws_close_encode does. */
void ws_close_put(buf *out, unsigned code, const char *reason, const uint8_t mask[4]);

#endif
