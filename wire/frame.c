/* frame.c - see frame.h. */
#include "wire/frame.h"

#include "wire/ws.h"

#include <assert.h>

frame *frame_new(const base_alloc *alloc, unsigned opcode, bytes head, bytes body)
{
    uint8_t header[WS_HEADER_BYTES_MAX];
    size_t header_bytes = ws_header_encode(header, opcode, head.len_bytes + body.len_bytes);
    size_t len_bytes = header_bytes + head.len_bytes + body.len_bytes;
    frame *f = base_alloc_get(alloc, sizeof *f + len_bytes);
    if (f == NULL)
        return NULL;
    f->alloc = alloc;
    f->refs = 1;
    f->header_bytes = (uint32_t)header_bytes;
    f->len_bytes = len_bytes;
    memcpy(f->data, header, header_bytes);
    if (head.len_bytes > 0)
        memcpy(f->data + header_bytes, head.ptr, head.len_bytes);
    if (body.len_bytes > 0)
        memcpy(f->data + header_bytes + head.len_bytes, body.ptr, body.len_bytes);
    return f;
}

frame *frame_ref(frame *f)
{
    assert(f->refs > 0 && f->refs < UINT32_MAX);
    f->refs++;
    return f;
}

void frame_unref(frame *f)
{
    if (f == NULL)
        return;
    assert(f->refs > 0);
    if (--f->refs == 0)
        base_alloc_put(f->alloc, f, sizeof *f + f->len_bytes);
}
