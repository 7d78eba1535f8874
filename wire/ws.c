/* ws.c - see ws.h.  Source: RFC 6455, sections 4.2.2, 5 and 7.4. */
#include "wire/ws.h"

#include "base/utf.h"
#include "wire/sha1.h"

#include <assert.h>

#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static bool is_control(unsigned opcode)
{
    return (opcode & 0x8u) != 0;
}

/* A frame that is being read, and the message that it is part of.  While both begin and end in one
 * piece of input this lives on the stack. */
typedef struct ws_partial {
    buf gathered;           /* payload of a data message that came in pieces */
    uint8_t header[14];     /* a frame header in pieces */
    uint8_t header_len;     /* bytes of `header` that are here */
    uint8_t opcode;         /* of the frame being read */
    uint8_t message_opcode; /* of the fragmented message being gathered; 0: none */
    bool fin;               /* the frame being read ends its message */
    bool in_payload;        /* header done */
    bool failed;
    bool of_server; /* that of the decoder */
    bool lent;      /* the last event points into `gathered` or `control` */
    uint8_t mask[4];
    uint64_t payload_bytes;                /* of the frame being read */
    uint64_t payload_done;                 /* of it, bytes read */
    uint8_t control[WS_CONTROL_BYTES_MAX]; /* payload of a control frame that came in pieces */
} ws_partial;

void ws_decoder_init(ws_decoder *d, const base_alloc *alloc, size_t message_bytes_max)
{
    *d = (ws_decoder){.alloc = alloc, .message_bytes_max = message_bytes_max};
}

void ws_decoder_init_client(ws_decoder *d, const base_alloc *alloc, size_t message_bytes_max)
{
    ws_decoder_init(d, alloc, message_bytes_max);
    d->of_server = true;
}

void ws_decoder_deinit(ws_decoder *d)
{
    if (d->partial == NULL)
        return;
    buf_deinit(&d->partial->gathered);
    base_alloc_put(d->alloc, d->partial, sizeof *d->partial);
    d->partial = NULL;
}

static bool is_midway(const ws_partial *p)
{
    return p->in_payload || p->header_len > 0 || p->message_opcode != 0;
}

bool ws_decoder_midway(const ws_decoder *d)
{
    return d->partial != NULL && is_midway(d->partial);
}

uint64_t ws_decoder_wants(const ws_decoder *d)
{
    const ws_partial *p = d->partial;
    return p != NULL && p->in_payload ? p->payload_bytes - p->payload_done : 0;
}

size_t ws_decoder_memory_bytes(const ws_decoder *d)
{
    return d->partial != NULL ? sizeof *d->partial + d->partial->gathered.cap_bytes : 0;
}

static int fail(ws_partial *p, ws_event *event, int err, unsigned close_code, const char *reason)
{
    p->failed = true;
    buf_deinit(&p->gathered);
    *event = (ws_event){.tag = WS_EVENT_NONE, .close_code = close_code, .reason = reason};
    return err;
}

static int fail_protocol(ws_partial *p, ws_event *event, const char *reason)
{
    return fail(p, event, BASE_EMALFORMED, WS_CLOSE_PROTOCOL, reason);
}

/* Size of the header that starts with the first `have` (>= 2) bytes of `h`. */
static size_t header_size(const uint8_t *h)
{
    unsigned short_len = h[1] & 0x7Fu;
    unsigned mask_bytes = (h[1] & 0x80u) != 0 ? 4u : 0u;
    return 2u + (short_len == 126 ? 2u : short_len == 127 ? 8u : 0u) + mask_bytes;
}

/* What the first two bytes say about themselves; NULL when all is well. */
static const char *header_fault(const ws_partial *p, const uint8_t *h)
{
    unsigned opcode = h[0] & 0x0Fu;
    bool fin = (h[0] & 0x80u) != 0;
    if ((h[0] & 0x70u) != 0)
        return "reserved bit set";
    if (((h[1] & 0x80u) == 0) != p->of_server)
        return p->of_server ? "frame of a server is masked" : "frame is not masked";
    switch (opcode) {
    case WS_OP_CONTINUATION:
        return p->message_opcode == 0 ? "continuation of nothing" : NULL;
    case WS_OP_TEXT:
    case WS_OP_BINARY:
        return p->message_opcode != 0 ? "new message inside a fragmented one" : NULL;
    case WS_OP_CLOSE:
    case WS_OP_PING:
    case WS_OP_PONG:
        if (!fin)
            return "fragmented control frame";
        return (h[1] & 0x7Fu) > WS_CONTROL_BYTES_MAX ? "control frame too long" : NULL;
    default:
        return "unknown opcode";
    }
}

static int header_done(ws_partial *p, ws_event *event)
{
    const uint8_t *h = p->header;
    unsigned short_len = h[1] & 0x7Fu;
    uint64_t payload_bytes = short_len;
    size_t at = 2;
    if (short_len >= 126) {
        size_t n = short_len == 126 ? 2 : 8;
        payload_bytes = 0;
        for (; n > 0; n--)
            payload_bytes = payload_bytes << 8 | h[at++];
        if (payload_bytes < 126 || (short_len == 127 && payload_bytes <= UINT16_MAX))
            return fail_protocol(p, event, "length is not in its shortest form");
        if (payload_bytes >> 63 != 0)
            return fail_protocol(p, event, "length has its high bit set");
    }
    if (!p->of_server)
        memcpy(p->mask, h + at, sizeof p->mask);
    p->opcode = h[0] & 0x0Fu;
    p->fin = (h[0] & 0x80u) != 0;
    if (!is_control(p->opcode) && payload_bytes > p->gathered.max_bytes - p->gathered.len_bytes)
        return fail(p, event, BASE_ELIMIT, WS_CLOSE_TOO_BIG, "message over limit frame_bytes");
    p->payload_bytes = payload_bytes;
    p->payload_done = 0;
    p->header_len = 0;
    p->in_payload = true;
    return BASE_OK;
}

/* Reads header bytes; `*used` grows.  The header may or may not be complete afterwards. */
static int feed_header(ws_partial *p, const uint8_t *ptr, size_t len_bytes, size_t *used,
                       ws_event *event)
{
    while (*used < len_bytes) {
        p->header[p->header_len++] = ptr[(*used)++];
        if (p->header_len == 2) {
            const char *fault = header_fault(p, p->header);
            if (fault != NULL)
                return fail_protocol(p, event, fault);
        }
        if (p->header_len >= 2 && p->header_len == header_size(p->header))
            return header_done(p, event);
    }
    return BASE_OK;
}

void ws_mask(uint8_t *ptr, size_t len_bytes, const uint8_t mask[4], uint64_t offset)
{
    uint8_t turned[8];
    for (size_t i = 0; i < sizeof turned; i++)
        turned[i] = mask[(offset + i) & 3u];
    uint64_t wide;
    memcpy(&wide, turned, sizeof wide);
    size_t i = 0;
    for (; len_bytes - i >= sizeof wide; i += sizeof wide) {
        uint64_t word;
        memcpy(&word, ptr + i, sizeof word);
        word ^= wide;
        memcpy(ptr + i, &word, sizeof word);
    }
    for (; i < len_bytes; i++)
        ptr[i] ^= turned[i & 7u];
}

static bool close_code_allowed(unsigned code)
{
    if (code >= 3000 && code <= 4999)
        return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

static int control_done(ws_partial *p, bytes data, ws_event *event)
{
    p->in_payload = false;
    if (p->opcode != WS_OP_CLOSE) {
        ws_event_tag tag = p->opcode == WS_OP_PING ? WS_EVENT_PING : WS_EVENT_PONG;
        *event = (ws_event){.tag = tag, .data = data};
        return BASE_OK;
    }
    if (data.len_bytes == 1)
        return fail_protocol(p, event, "close frame of one byte");
    unsigned code = WS_CLOSE_NO_STATUS;
    if (data.len_bytes >= 2) {
        code = (unsigned)data.ptr[0] << 8 | data.ptr[1];
        data = bytes_of(data.ptr + 2, data.len_bytes - 2);
        size_t units;
        if (!close_code_allowed(code))
            return fail_protocol(p, event, "close code is not allowed");
        if (utf_measure(data, &units) != BASE_OK)
            return fail(p, event, BASE_EMALFORMED, WS_CLOSE_BAD_DATA, "close reason is not UTF-8");
    }
    p->failed = true;
    buf_deinit(&p->gathered);
    *event = (ws_event){.tag = WS_EVENT_CLOSE, .data = data, .close_code = code};
    return BASE_OK;
}

static int message_done(ws_partial *p, bytes data, unsigned opcode, ws_event *event)
{
    size_t units;
    p->message_opcode = 0;
    if (opcode == WS_OP_TEXT && utf_measure(data, &units) != BASE_OK)
        return fail(p, event, BASE_EMALFORMED, WS_CLOSE_BAD_DATA, "text is not UTF-8");
    *event = (ws_event){.tag = WS_EVENT_MESSAGE, .is_text = opcode == WS_OP_TEXT, .data = data};
    return BASE_OK;
}

/* The payload of a data frame, `part` of it just unmasked. */
static int feed_data(ws_partial *p, bytes part, ws_event *event)
{
    bool whole_frame = part.len_bytes == p->payload_bytes;
    bool frame_ends = p->payload_done == p->payload_bytes;
    if (whole_frame && p->fin && p->opcode != WS_OP_CONTINUATION) {
        p->in_payload = false;
        return message_done(p, part, p->opcode, event);
    }
    /* One server is trusted with the size of its message, many clients are not. */
    if (p->of_server && part.len_bytes == p->payload_done)
        (void)buf_reserve(&p->gathered, (size_t)p->payload_bytes); /* a failure shows below */
    buf_put_bytes(&p->gathered, part);
    if (buf_err(&p->gathered) != BASE_OK)
        return fail(p, event, buf_err(&p->gathered), WS_CLOSE_TRY_LATER, "no memory");
    if (!frame_ends)
        return BASE_OK;
    p->in_payload = false;
    if (p->opcode != WS_OP_CONTINUATION)
        p->message_opcode = p->opcode;
    if (!p->fin)
        return BASE_OK;
    p->lent = true;
    return message_done(p, buf_view(&p->gathered), p->message_opcode, event);
}

/* The payload of a control frame.  It may come in pieces inside a message in pieces, so it has a
 * place of its own. */
static int feed_control(ws_partial *p, bytes part, ws_event *event)
{
    if (part.len_bytes == p->payload_bytes)
        return control_done(p, part, event);
    memcpy(p->control + p->payload_done - part.len_bytes, part.ptr, part.len_bytes);
    if (p->payload_done < p->payload_bytes)
        return BASE_OK;
    p->lent = true;
    return control_done(p, bytes_of(p->control, (size_t)p->payload_bytes), event);
}

static int feed_payload(ws_partial *p, uint8_t *ptr, size_t len_bytes, size_t *used,
                        ws_event *event)
{
    uint64_t left = p->payload_bytes - p->payload_done;
    size_t n = len_bytes - *used < left ? len_bytes - *used : (size_t)left;
    uint8_t *part = ptr + *used;
    if (!p->of_server)
        ws_mask(part, n, p->mask, p->payload_done);
    p->payload_done += n;
    *used += n;
    return is_control(p->opcode) ? feed_control(p, bytes_of(part, n), event)
                                 : feed_data(p, bytes_of(part, n), event);
}

static int feed(ws_partial *p, uint8_t *ptr, size_t len_bytes, size_t *used, ws_event *event)
{
    int err = BASE_OK;
    while (err == BASE_OK && event->tag == WS_EVENT_NONE && *used < len_bytes) {
        if (!p->in_payload)
            err = feed_header(p, ptr, len_bytes, used, event);
        /* A frame without payload is complete with its header. */
        if (err == BASE_OK && p->in_payload && (*used < len_bytes || p->payload_bytes == 0))
            err = feed_payload(p, ptr, len_bytes, used, event);
    }
    return err;
}

/* What was lent with the last event is given back. */
static void end_loan(ws_partial *p)
{
    p->lent = false;
    if (p->message_opcode == 0)
        buf_deinit(&p->gathered);
}

int ws_decoder_feed(ws_decoder *d, uint8_t *ptr, size_t len_bytes, size_t *used_bytes,
                    ws_event *event)
{
    ws_partial fresh = {.of_server = d->of_server}, *p = d->partial != NULL ? d->partial : &fresh;
    *event = (ws_event){.tag = WS_EVENT_NONE};
    *used_bytes = d->failed ? len_bytes : 0;
    if (d->failed) {
        ws_decoder_deinit(d);
        return BASE_OK;
    }
    if (p == &fresh)
        buf_init(&fresh.gathered, d->alloc, d->message_bytes_max);
    else if (p->lent)
        end_loan(p);
    int err = feed(p, ptr, len_bytes, used_bytes, event);
    bool keep = err == BASE_OK && (is_midway(p) || p->lent);
    if (keep && p == &fresh) {
        d->partial = base_alloc_get(d->alloc, sizeof fresh);
        if (d->partial != NULL)
            *d->partial = fresh;
        else
            err = fail(p, event, BASE_ENOMEM, WS_CLOSE_TRY_LATER, "no memory");
    }
    d->failed = p->failed;
    if (!keep)
        ws_decoder_deinit(d);
    return err;
}

size_t ws_header_encode(uint8_t out[WS_HEADER_BYTES_MAX], unsigned opcode, uint64_t payload_bytes)
{
    out[0] = (uint8_t)(0x80u | opcode);
    if (payload_bytes < 126) {
        out[1] = (uint8_t)payload_bytes;
        return 2;
    }
    size_t n = payload_bytes <= UINT16_MAX ? 2 : 8;
    out[1] = n == 2 ? 126 : 127;
    for (size_t i = 0; i < n; i++)
        out[2 + i] = (uint8_t)(payload_bytes >> (8 * (n - 1 - i)));
    return 2 + n;
}

size_t ws_control_encode(uint8_t out[WS_CONTROL_FRAME_BYTES_MAX], unsigned opcode, bytes payload)
{
    assert(is_control(opcode));
    size_t n = payload.len_bytes < WS_CONTROL_BYTES_MAX ? payload.len_bytes : WS_CONTROL_BYTES_MAX;
    out[0] = (uint8_t)(0x80u | opcode);
    out[1] = (uint8_t)n;
    if (n > 0)
        memcpy(out + 2, payload.ptr, n);
    return 2 + n;
}

size_t ws_close_encode(uint8_t out[WS_CONTROL_FRAME_BYTES_MAX], unsigned code, const char *reason)
{
    uint8_t payload[WS_CONTROL_BYTES_MAX];
    if (code == WS_CLOSE_NO_STATUS)
        return ws_control_encode(out, WS_OP_CLOSE, (bytes){NULL, 0});
    size_t n = reason != NULL ? strlen(reason) : 0;
    if (n > sizeof payload - 2) {
        n = sizeof payload - 2;
        while (n > 0 && ((uint8_t)reason[n] & 0xC0u) == 0x80u)
            n--;
    }
    payload[0] = (uint8_t)(code >> 8);
    payload[1] = (uint8_t)code;
    if (n > 0)
        memcpy(payload + 2, reason, n);
    return ws_control_encode(out, WS_OP_CLOSE, bytes_of(payload, n + 2));
}

static const char base64_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_base64(uint8_t c)
{
    return c != 0 && strchr(base64_chars, c) != NULL;
}

/* 4 characters for each 3 bytes or less, and a NUL. */
static void put_base64(char *out, const uint8_t *in, size_t len_bytes)
{
    size_t at = 0;
    for (size_t i = 0; i < len_bytes; i += 3) {
        size_t n = len_bytes - i < 3 ? len_bytes - i : 3;
        uint32_t group = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0u) |
                         (n > 2 ? (uint32_t)in[i + 2] : 0u);
        for (size_t k = 0; k < 4; k++)
            out[at++] = k <= n ? base64_chars[group >> (18 - 6 * k) & 0x3Fu] : '=';
    }
    out[at] = '\0';
}

void ws_key_encode(const uint8_t nonce[WS_NONCE_BYTES], char out[WS_KEY_CHARS + 1])
{
    put_base64(out, nonce, WS_NONCE_BYTES);
}

int ws_accept_key(bytes key, char out[WS_ACCEPT_CHARS + 1])
{
    if (key.len_bytes != WS_KEY_CHARS || key.ptr[22] != '=' || key.ptr[23] != '=')
        return BASE_EMALFORMED;
    for (size_t i = 0; i < 22; i++)
        if (!is_base64(key.ptr[i]))
            return BASE_EMALFORMED;

    uint8_t message[WS_KEY_CHARS + sizeof ACCEPT_GUID - 1];
    memcpy(message, key.ptr, WS_KEY_CHARS);
    memcpy(message + WS_KEY_CHARS, ACCEPT_GUID, sizeof ACCEPT_GUID - 1);
    uint8_t digest[SHA1_BYTES];
    sha1_digest(bytes_of(message, sizeof message), digest);
    put_base64(out, digest, sizeof digest);
    return BASE_OK;
}
