#include "base/buf.h"

#include "base/varint.h"

#include <stdarg.h>
#include <stdio.h>

void buf_init(buf *b, const base_alloc *alloc, size_t max_bytes)
{
    *b = (buf){.alloc = alloc, .max_bytes = max_bytes};
}

void buf_deinit(buf *b)
{
    base_alloc_put(b->alloc, b->ptr, b->cap_bytes);
    *b = (buf){.alloc = b->alloc, .max_bytes = b->max_bytes};
}

void buf_clear(buf *b)
{
    b->len_bytes = 0;
    b->err = BASE_OK;
}

int buf_reserve(buf *b, size_t more_bytes)
{
    if (b->err != BASE_OK)
        return b->err;
    if (more_bytes <= b->cap_bytes - b->len_bytes)
        return BASE_OK;
    if (more_bytes > b->max_bytes - b->len_bytes)
        return b->err = BASE_ELIMIT;
    size_t need = b->len_bytes + more_bytes;
    size_t cap = b->cap_bytes < 64 ? 64 : b->cap_bytes;
    while (cap < need)
        cap = cap > b->max_bytes / 2 ? b->max_bytes : cap * 2;
    if (cap > b->max_bytes)
        cap = b->max_bytes;
    uint8_t *ptr = b->ptr == NULL ? base_alloc_get(b->alloc, cap)
                                  : base_alloc_resize(b->alloc, b->ptr, b->cap_bytes, cap);
    if (ptr == NULL)
        return b->err = BASE_ENOMEM;
    b->ptr = ptr;
    b->cap_bytes = cap;
    return BASE_OK;
}

void buf_put(buf *b, const void *ptr, size_t len_bytes)
{
    if (len_bytes == 0 || buf_reserve(b, len_bytes) != BASE_OK)
        return;
    memcpy(b->ptr + b->len_bytes, ptr, len_bytes);
    b->len_bytes += len_bytes;
}

void buf_put_bytes(buf *b, bytes s)
{
    buf_put(b, s.ptr, s.len_bytes);
}

void buf_put_str(buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_put_u8(buf *b, uint8_t v)
{
    buf_put(b, &v, 1);
}

void buf_put_varuint(buf *b, uint64_t v)
{
    uint8_t tmp[VARINT_BYTES_MAX];
    if (b->err == BASE_OK && b->cap_bytes - b->len_bytes >= VARINT_BYTES_MAX)
        b->len_bytes += varuint_write(b->ptr + b->len_bytes, v);
    else
        buf_put(b, tmp, varuint_write(tmp, v));
}

void buf_put_varstring(buf *b, bytes s)
{
    /* Reserve both parts first, so that a failure does not leave a length without its string. */
    if (buf_reserve(b, VARINT_BYTES_MAX + s.len_bytes) != BASE_OK)
        return;
    buf_put_varuint(b, s.len_bytes);
    buf_put_bytes(b, s);
}

void buf_put_fmt(buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n > 0 && buf_reserve(b, (size_t)n + 1) == BASE_OK) {
        (void)vsnprintf((char *)b->ptr + b->len_bytes, (size_t)n + 1, fmt, again);
        b->len_bytes += (size_t)n;
    }
    va_end(again);
}

uint8_t *buf_detach(buf *b, size_t *len_bytes, size_t *cap_bytes)
{
    uint8_t *ptr = b->ptr;
    *len_bytes = b->len_bytes;
    *cap_bytes = b->cap_bytes;
    b->ptr = NULL;
    b->len_bytes = b->cap_bytes = 0;
    b->err = BASE_OK;
    return ptr;
}
