/* sync.c - see sync.h. */
#include "wire/sync.h"

#include "base/varint.h"
#include "wire/ws_client.h"

#include <assert.h>

enum {
    TYPE_SYNC = 0,
    TYPE_AWARENESS = 1,
    TYPE_AUTH = 2,
    TYPE_QUERY_AWARENESS = 3,
    TYPE_ACK = 120,
    TYPE_EVENT = 121,
};

enum {
    KIND_STEP1 = 0,
    KIND_STEP2 = 1,
    KIND_UPDATE = 2,
    KIND_DENIED = 0,
};

static const struct {
    uint8_t type;
    bool has_kind;
    uint8_t kind;
    bool has_body;
} shapes[] = {
    [SYNC_STEP1] = {TYPE_SYNC, true, KIND_STEP1, true},
    [SYNC_STEP2] = {TYPE_SYNC, true, KIND_STEP2, true},
    [SYNC_UPDATE] = {TYPE_SYNC, true, KIND_UPDATE, true},
    [SYNC_AWARENESS] = {TYPE_AWARENESS, false, 0, true},
    [SYNC_DENIED] = {TYPE_AUTH, true, KIND_DENIED, true},
    [SYNC_QUERY_AWARENESS] = {TYPE_QUERY_AWARENESS, false, 0, false},
    [SYNC_ACK] = {TYPE_ACK, false, 0, false},
    [SYNC_EVENT] = {TYPE_EVENT, false, 0, true},
};

static int decode_kind(reader *r, uint64_t type, sync_tag *tag)
{
    uint64_t kind;
    if (reader_varuint(r, &kind) != BASE_OK)
        return BASE_EMALFORMED;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].has_kind && shapes[i].type == type && shapes[i].kind == kind) {
            *tag = (sync_tag)i;
            return BASE_OK;
        }
    }
    return BASE_EMALFORMED;
}

int sync_decode(bytes in, sync_msg *out)
{
    reader r = reader_of(in);
    sync_msg msg = {.tag = SYNC_UNKNOWN};
    uint64_t type;
    int err = reader_varuint(&r, &type);
    if (err != BASE_OK)
        return err;
    if (type == TYPE_SYNC || type == TYPE_AUTH) {
        err = decode_kind(&r, type, &msg.tag);
    } else if (type == TYPE_ACK) {
        msg.tag = SYNC_ACK;
        err = reader_varuint(&r, &msg.count);
    } else if (type == TYPE_AWARENESS) {
        msg.tag = SYNC_AWARENESS;
    } else if (type == TYPE_QUERY_AWARENESS) {
        msg.tag = SYNC_QUERY_AWARENESS;
    } else if (type == TYPE_EVENT) {
        msg.tag = SYNC_EVENT;
    } else {
        msg.count = type;
        msg.body = (bytes){r.pos, reader_left(&r)};
    }
    if (err == BASE_OK && msg.tag != SYNC_UNKNOWN && shapes[msg.tag].has_body)
        err = reader_varbytes(&r, &msg.body);
    if (err == BASE_OK)
        *out = msg;
    return err;
}

#define HEAD_BYTES_MAX (2 + VARINT_BYTES_MAX)

/* All of the message but its body. */
static size_t encode_head(uint8_t out[HEAD_BYTES_MAX], const sync_msg *msg)
{
    assert(msg->tag != SYNC_UNKNOWN);
    size_t n = 0;
    out[n++] = shapes[msg->tag].type;
    if (shapes[msg->tag].has_kind)
        out[n++] = shapes[msg->tag].kind;
    if (shapes[msg->tag].has_body)
        n += varuint_write(out + n, msg->body.len_bytes);
    if (msg->tag == SYNC_ACK)
        n += varuint_write(out + n, msg->count);
    return n;
}

static bytes encode_body(const sync_msg *msg)
{
    return shapes[msg->tag].has_body ? msg->body : (bytes){NULL, 0};
}

void sync_put(buf *out, const sync_msg *msg)
{
    uint8_t head[HEAD_BYTES_MAX];
    buf_put(out, head, encode_head(head, msg));
    buf_put_bytes(out, encode_body(msg));
}

void sync_put_masked(buf *out, const sync_msg *msg, const uint8_t mask[4])
{
    uint8_t head[HEAD_BYTES_MAX];
    size_t head_bytes = encode_head(head, msg);
    ws_frame_put(out, WS_OP_BINARY, bytes_of(head, head_bytes), encode_body(msg), mask);
}

frame *sync_frame(const base_alloc *alloc, const sync_msg *msg)
{
    uint8_t head[HEAD_BYTES_MAX];
    size_t head_bytes = encode_head(head, msg);
    return frame_new(alloc, WS_OP_BINARY, bytes_of(head, head_bytes), encode_body(msg));
}
