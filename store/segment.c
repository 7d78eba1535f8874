#include "store/segment.h"

#include "base/varint.h"

#include <zstd.h>
#include <zstd_errors.h>

/* Level 3 is 300 MB/s here and within a tenth of the size of level 9, which is six times slower. */
#define LEVEL 3
/* No batch of rows is larger (a commit is at most 1 GiB), so no segment is. */
#define RAW_BYTES_MAX (UINT64_C(1) << 30)
#define NUMBER_BYTES 8

static void put_number(buf *out, uint64_t v)
{
    uint8_t le[NUMBER_BYTES];
    for (size_t i = 0; i < NUMBER_BYTES; i++)
        le[i] = (uint8_t)(v >> (8 * i));
    buf_put(out, le, sizeof le);
}

static uint64_t number_at(bytes column, size_t i)
{
    uint64_t v = 0;
    for (size_t k = 0; k < NUMBER_BYTES; k++)
        v |= (uint64_t)column.ptr[i * NUMBER_BYTES + k] << (8 * k);
    return v;
}

static int zstd_err(size_t result)
{
    return ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation ? BASE_ENOMEM : STORE_ECORRUPT;
}

static int compress(bytes raw, buf *packed)
{
    size_t bound = ZSTD_compressBound(raw.len_bytes);
    int err = buf_reserve(packed, bound);
    if (err != BASE_OK)
        return err;
    size_t n = ZSTD_compress(packed->ptr + packed->len_bytes, bound, raw.ptr, raw.len_bytes, LEVEL);
    if (ZSTD_isError(n))
        return zstd_err(n);
    packed->len_bytes += n;
    return BASE_OK;
}

int segment_pack(const store_row *rows, size_t count, const base_alloc *alloc, buf *packed,
                 uint64_t *raw_bytes)
{
    buf raw;
    buf_init(&raw, alloc, RAW_BYTES_MAX);
    buf_put_varuint(&raw, count);
    for (size_t i = 0; i < count; i++)
        put_number(&raw, rows[i].author);
    for (size_t i = 0; i < count; i++)
        put_number(&raw, (uint64_t)rows[i].at_ms - (i > 0 ? (uint64_t)rows[i - 1].at_ms : 0));
    for (size_t i = 0; i < count; i++)
        buf_put_varuint(&raw, rows[i].update.len_bytes);
    for (size_t i = 0; i < count; i++)
        buf_put_bytes(&raw, rows[i].update);
    int err = buf_err(&raw);
    if (err == BASE_OK)
        err = compress(buf_view(&raw), packed);
    *raw_bytes = raw.len_bytes;
    buf_deinit(&raw);
    return err;
}

static int decompress(bytes packed, uint64_t raw_bytes, buf *raw)
{
    if (raw_bytes == 0 || raw_bytes > RAW_BYTES_MAX)
        return STORE_ECORRUPT;
    if (ZSTD_getFrameContentSize(packed.ptr, packed.len_bytes) != raw_bytes)
        return STORE_ECORRUPT;
    if (buf_reserve(raw, (size_t)raw_bytes) != BASE_OK)
        return BASE_ENOMEM;
    size_t n = ZSTD_decompress(raw->ptr, (size_t)raw_bytes, packed.ptr, packed.len_bytes);
    if (ZSTD_isError(n))
        return zstd_err(n);
    raw->len_bytes = n;
    return n == raw_bytes ? BASE_OK : STORE_ECORRUPT;
}

static int read_rows(segment *s, uint64_t first_seq, uint64_t last_seq)
{
    reader in = reader_of(buf_view(&s->raw));
    uint64_t count;
    bytes authors, times;
    if (reader_varuint(&in, &count) != BASE_OK || count != last_seq - first_seq + 1 ||
        count > reader_left(&in) / NUMBER_BYTES ||
        reader_bytes(&in, count * NUMBER_BYTES, &authors) != BASE_OK ||
        reader_bytes(&in, count * NUMBER_BYTES, &times) != BASE_OK)
        return STORE_ECORRUPT;
    if (buf_reserve(&s->row_memory, (size_t)count * sizeof(store_row)) != BASE_OK)
        return BASE_ENOMEM;
    s->rows = (store_row *)(void *)s->row_memory.ptr;
    s->row_count = (size_t)count;
    uint64_t at_ms = 0;
    for (size_t i = 0; i < s->row_count; i++) {
        uint64_t len_bytes;
        if (reader_varuint(&in, &len_bytes) != BASE_OK || len_bytes > s->raw.len_bytes)
            return STORE_ECORRUPT;
        at_ms += number_at(times, i);
        s->rows[i] = (store_row){.seq = first_seq + i,
                                 .author = number_at(authors, i),
                                 .at_ms = (int64_t)at_ms,
                                 .update = {NULL, (size_t)len_bytes}};
    }
    for (size_t i = 0; i < s->row_count; i++) {
        if (reader_bytes(&in, s->rows[i].update.len_bytes, &s->rows[i].update) != BASE_OK)
            return STORE_ECORRUPT;
    }
    return reader_left(&in) == 0 ? BASE_OK : STORE_ECORRUPT;
}

int segment_unpack(bytes packed, uint64_t raw_bytes, uint64_t first_seq, uint64_t last_seq,
                   const base_alloc *alloc, segment *out)
{
    *out = (segment){.rows = NULL};
    buf_init(&out->raw, alloc, RAW_BYTES_MAX);
    buf_init(&out->row_memory, alloc, SIZE_MAX / 4);
    if (first_seq == 0 || last_seq < first_seq)
        return STORE_ECORRUPT;
    int err = decompress(packed, raw_bytes, &out->raw);
    if (err == BASE_OK)
        err = read_rows(out, first_seq, last_seq);
    if (err != BASE_OK)
        segment_deinit(out);
    return err;
}

void segment_deinit(segment *s)
{
    buf_deinit(&s->raw);
    buf_deinit(&s->row_memory);
    s->rows = NULL;
    s->row_count = 0;
}
