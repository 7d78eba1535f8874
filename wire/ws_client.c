/* ws_client.c - see ws_client.h.  Source: RFC 6455, sections 4.1, 5.3; RFC 9112, section 4. */
#include "wire/ws_client.h"

static bool is_word(bytes s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if (s.ptr[i] <= 0x20 || s.ptr[i] == 0x7F)
            return false;
    return true;
}

static void put_line(buf *out, const char *name, bytes value)
{
    if (value.len_bytes == 0)
        return;
    buf_put_str(out, name);
    buf_put_str(out, ": ");
    buf_put_bytes(out, value);
    buf_put_str(out, "\r\n");
}

int ws_request_put(buf *out, const ws_request *request)
{
    if (request->host.len_bytes == 0 || request->target.len_bytes == 0 || !is_word(request->host) ||
        !is_word(request->target) || !is_word(request->origin) || !is_word(request->subprotocol))
        return BASE_EMALFORMED;
    char key[WS_KEY_CHARS + 1];
    ws_key_encode(request->nonce, key);
    buf_put_str(out, "GET ");
    buf_put_bytes(out, request->target);
    buf_put_str(out, " HTTP/1.1\r\n");
    put_line(out, "Host", request->host);
    buf_put_str(out, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    put_line(out, "Sec-WebSocket-Key", bytes_of_str(key));
    put_line(out, "Origin", request->origin);
    put_line(out, "Sec-WebSocket-Protocol", request->subprotocol);
    buf_put_bytes(out, request->headers);
    buf_put_str(out, "\r\n");
    return buf_err(out);
}

/* ------------------------------------------------------------------------------- response --- */

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool same_word(bytes a, const char *b)
{
    size_t n = strlen(b);
    for (size_t i = 0; i < n && a.len_bytes == n; i++)
        if (lower(a.ptr[i]) != lower((uint8_t)b[i]))
            return false;
    return a.len_bytes == n;
}

static bytes trimmed(bytes s)
{
    while (s.len_bytes > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = bytes_of(s.ptr + 1, s.len_bytes - 1);
    while (s.len_bytes > 0 && (s.ptr[s.len_bytes - 1] == ' ' || s.ptr[s.len_bytes - 1] == '\t'))
        s.len_bytes--;
    return s;
}

/* The part of `*rest` before `end`, and `*rest` behind it. */
static bytes cut(bytes *rest, uint8_t end)
{
    const uint8_t *at = rest->len_bytes > 0 ? memchr(rest->ptr, end, rest->len_bytes) : NULL;
    bytes first = at == NULL ? *rest : bytes_of(rest->ptr, (size_t)(at - rest->ptr));
    size_t used = first.len_bytes + (at != NULL);
    *rest = bytes_of(used > 0 ? rest->ptr + used : rest->ptr, rest->len_bytes - used);
    return first;
}

static bool list_has(bytes list, const char *word)
{
    while (list.len_bytes > 0)
        if (same_word(trimmed(cut(&list, ',')), word))
            return true;
    return false;
}

/* Size of the head with its empty line; 0: it is not all there. */
static size_t head_bytes(bytes in)
{
    for (size_t i = 3; i < in.len_bytes; i++)
        if (in.ptr[i] == '\n' && memcmp(in.ptr + i - 3, "\r\n\r\n", 4) == 0)
            return i + 1;
    return 0;
}

static unsigned status_of(bytes line)
{
    static const char version[] = "HTTP/1.1 ";
    size_t at = sizeof version - 1;
    if (line.len_bytes < at + 3 || memcmp(line.ptr, version, at) != 0)
        return 0;
    unsigned status = 0;
    for (size_t i = at; i < at + 3; i++) {
        if (line.ptr[i] < '0' || line.ptr[i] > '9')
            return 0;
        status = status * 10 + (line.ptr[i] - '0');
    }
    return line.len_bytes == at + 3 || line.ptr[at + 3] == ' ' ? status : 0;
}

typedef struct answer {
    bool upgrade, connection, accepted, agreed;
} answer;

/* NULL, or what is wrong with the line. */
static const char *read_line(bytes line, const ws_request *request, answer *a)
{
    bytes value = line, name = cut(&value, ':');
    if (name.len_bytes == line.len_bytes || !is_word(name) || name.len_bytes == 0)
        return "a header of the answer cannot be read";
    value = trimmed(value);
    if (same_word(name, "upgrade")) {
        a->upgrade = same_word(value, "websocket");
    } else if (same_word(name, "connection")) {
        a->connection = a->connection || list_has(value, "upgrade");
    } else if (same_word(name, "sec-websocket-accept")) {
        char key[WS_KEY_CHARS + 1], accept[WS_ACCEPT_CHARS + 1];
        ws_key_encode(request->nonce, key);
        if (a->accepted || ws_accept_key(bytes_of_str(key), accept) != BASE_OK ||
            !bytes_equal(value, bytes_of_str(accept)))
            return "the answer is not to this key";
        a->accepted = true;
    } else if (same_word(name, "sec-websocket-protocol")) {
        if (a->agreed || request->subprotocol.len_bytes == 0 ||
            !bytes_equal(value, request->subprotocol))
            return "the answer names a subprotocol that was not offered";
        a->agreed = true;
    } else if (same_word(name, "sec-websocket-extensions") && value.len_bytes > 0) {
        return "the answer names an extension; none was offered";
    }
    return NULL;
}

static int refuse(ws_response *out, const char *reason)
{
    out->reason = reason;
    return BASE_EMALFORMED;
}

int ws_response_decode(bytes in, const ws_request *request, ws_response *out)
{
    *out = (ws_response){0};
    bytes rest = in;
    if (in.len_bytes > WS_RESPONSE_BYTES_MAX)
        rest.len_bytes = WS_RESPONSE_BYTES_MAX;
    size_t used_bytes = head_bytes(rest);
    if (used_bytes == 0 && in.len_bytes >= WS_RESPONSE_BYTES_MAX) {
        out->reason = "the head of the answer is too long";
        return BASE_ELIMIT;
    }
    if (used_bytes == 0)
        return BASE_OK;
    rest.len_bytes = used_bytes - 2;
    answer a = {0};
    for (bool first = true; rest.len_bytes > 0; first = false) {
        bytes line = cut(&rest, '\n');
        if (line.len_bytes == 0 || line.ptr[line.len_bytes - 1] != '\r')
            return refuse(out, "a line of the answer does not end with CRLF");
        line.len_bytes--;
        if (first) {
            out->status = status_of(line);
            if (out->status != 101)
                return refuse(out, out->status == 0 ? "the answer is not HTTP/1.1"
                                                    : "the server refused the WebSocket");
            continue;
        }
        const char *fault = read_line(line, request, &a);
        if (fault != NULL)
            return refuse(out, fault);
    }
    if (!a.upgrade || !a.connection || !a.accepted)
        return refuse(out, "the answer does not accept the WebSocket");
    out->used_bytes = used_bytes;
    out->agreed = a.agreed;
    return BASE_OK;
}

/* --------------------------------------------------------------------------------- frames --- */

void ws_frame_put(buf *out, unsigned opcode, bytes head, bytes body, const uint8_t mask[4])
{
    uint8_t header[WS_HEADER_BYTES_MAX];
    size_t header_bytes =
        ws_header_encode(header, opcode, (uint64_t)head.len_bytes + body.len_bytes);
    header[1] |= 0x80u;
    if (buf_reserve(out, header_bytes + 4 + head.len_bytes + body.len_bytes) != BASE_OK)
        return;
    buf_put(out, header, header_bytes);
    buf_put(out, mask, 4);
    size_t at = out->len_bytes;
    buf_put_bytes(out, head);
    buf_put_bytes(out, body);
    ws_mask(out->ptr + at, out->len_bytes - at, mask, 0);
}

void ws_close_put(buf *out, unsigned code, const char *reason, const uint8_t mask[4])
{
    uint8_t frame[WS_CONTROL_FRAME_BYTES_MAX];
    size_t n = ws_close_encode(frame, code, reason);
    ws_frame_put(out, WS_OP_CLOSE, bytes_of(frame + 2, n - 2), bytes_of(NULL, 0), mask);
}
