/* What several tests of the engine need: documents, bytes from hex, and comparing. */
#ifndef YOKE_TEST_HELPERS_H
#define YOKE_TEST_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yoke/yoke.h"

static inline void must(yoke_err err)
{
    assert_int_equal(err, YOKE_OK);
}

static inline yoke_doc *new_doc(bool keep_deleted)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.client_id = 1;
    options.keep_deleted = keep_deleted;
    must(yoke_doc_new(&options, &doc));
    return doc;
}

static inline uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The bytes of `hex`, in `out`, which is large enough. */
static inline yoke_bytes from_hex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return (yoke_bytes){out, n};
}

static inline void apply_hex(yoke_doc *doc, const char *hex)
{
    uint8_t bytes[2048];
    must(yoke_doc_apply(doc, from_hex(hex, bytes), 0, NULL));
    assert_null(yoke_doc_check(doc));
}

static inline void assert_bytes(yoke_bytes got, const char *want)
{
    assert_int_equal(got.len_bytes, strlen(want));
    if (got.len_bytes > 0)
        assert_memory_equal(got.ptr, want, got.len_bytes);
}

#endif
