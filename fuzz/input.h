/* input.h - structured fuzz input: small numbers and pieces taken from the front of the bytes.
 * Behind the end everything is zero and empty, so every input means something. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include "base/bytes.h"

typedef struct input {
    const uint8_t *pos, *end;
} input;

static inline input input_of(const uint8_t *data, size_t size_bytes)
{
    return (input){data, data + size_bytes};
}

static inline bool input_more(const input *in)
{
    return in->pos < in->end;
}

static inline uint8_t input_u8(input *in)
{
    return in->pos < in->end ? *in->pos++ : 0;
}

/* A piece behind its length: one byte, or 255 and two bytes, little-endian. */
static inline bytes input_piece(input *in)
{
    size_t n = input_u8(in);
    if (n == 255) {
        n = input_u8(in);
        n |= (size_t)input_u8(in) << 8;
    }
    size_t left = (size_t)(in->end - in->pos);
    bytes piece = bytes_of(in->pos, n < left ? n : left);
    in->pos += piece.len_bytes;
    return piece;
}

static inline bytes input_rest(const input *in)
{
    return bytes_of(in->pos, (size_t)(in->end - in->pos));
}

#endif
