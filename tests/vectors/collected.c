/* collected.c - updates compared apart from where collected runs are cut.
 *
 * Yjs joins runs only around what a transaction changed, so it may keep two that stand side by
 * side, and writes them so; for another order of delivery, or read again, it writes one.  Nothing
 * else is forgiven: the structs are taken apart here, without the engine, and all other bytes must
 * be equal.
 */
#include "vectors.h"

enum { REF_GC = 0, REF_SKIP = 10 };

static bool skip_bytes(yoke_bytes *rest)
{
    yoke_bytes skipped;
    return read_varbytes(rest, &skipped);
}

static bool skip_number(yoke_bytes *rest, unsigned count)
{
    uint64_t skipped;
    bool good = true;
    while (good && count-- > 0)
        good = read_varuint(rest, &skipped);
    return good;
}

static bool skip_any(yoke_bytes *rest)
{
    json_t *value = any_json(rest, 0);
    json_decref(value);
    return value != NULL;
}

static bool skip_content(yoke_bytes *rest, unsigned ref)
{
    uint64_t n = 0;
    bool good = true;
    switch (ref) {
    case 1:
        return skip_number(rest, 1);
    case 2:
    case 8:
        good = read_varuint(rest, &n);
        while (good && n-- > 0)
            good = ref == 2 ? skip_bytes(rest) : skip_any(rest);
        return good;
    case 6:
        return skip_bytes(rest) && skip_bytes(rest);
    case 7:
        return read_varuint(rest, &n) && ((n != 3 && n != 5) || skip_bytes(rest));
    case 9:
        return skip_bytes(rest) && skip_any(rest);
    default:
        return skip_bytes(rest);
    }
}

static bool skip_item(yoke_bytes *rest, uint8_t info)
{
    uint64_t root = 0;
    bool good = true;
    if (info & 0x80)
        good = skip_number(rest, 2);
    if (good && (info & 0x40))
        good = skip_number(rest, 2);
    if (good && !(info & 0xc0)) {
        good = read_varuint(rest, &root) && (root == 1 ? skip_bytes(rest) : skip_number(rest, 2)) &&
               (!(info & 0x20) || skip_bytes(rest));
    }
    return good && skip_content(rest, info & 31);
}

static void put(yoke_blob *out, const uint8_t *from, const uint8_t *to)
{
    size_t n = (size_t)(to - from);
    out->ptr = must_alloc(out->ptr, out->len_bytes + n);
    if (n > 0)
        memcpy(out->ptr + out->len_bytes, from, n);
    out->len_bytes += n;
}

static void put_number(yoke_blob *out, uint64_t v)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; v >= 128; v >>= 7)
        bytes[n++] = (uint8_t)(v | 128);
    bytes[n++] = (uint8_t)v;
    put(out, bytes, bytes + n);
}

static void put_run(yoke_blob *out, uint64_t *run)
{
    if (*run > 0) {
        put_number(out, REF_GC);
        put_number(out, *run);
    }
    *run = 0;
}

/* The structs of one client, neighbouring collected runs as one.  What is written has no count, for
 * it is compared only. */
static bool join_section(yoke_bytes *rest, yoke_blob *out)
{
    uint64_t n = 0, client = 0, clock = 0, run = 0;
    uint8_t info;
    bool good = read_varuint(rest, &n) && read_varuint(rest, &client) && read_varuint(rest, &clock);
    put_number(out, client);
    put_number(out, clock);
    while (good && n-- > 0) {
        const uint8_t *from = rest->ptr;
        uint64_t len = 0;
        good = read_u8(rest, &info);
        if (good && info == REF_GC) {
            good = read_varuint(rest, &len);
            run += len;
            continue;
        }
        put_run(out, &run);
        good = good && (info == REF_SKIP ? skip_number(rest, 1) : skip_item(rest, info));
        put(out, from, rest->ptr);
    }
    put_run(out, &run);
    return good;
}

static bool join_all(yoke_bytes update, yoke_blob *out)
{
    uint64_t n = 0;
    bool good = read_varuint(&update, &n);
    while (good && n-- > 0)
        good = join_section(&update, out);
    if (good)
        put(out, update.ptr, update.ptr + update.len_bytes);
    return good;
}

bool check_update(vector *v, const char *field, yoke_bytes got, yoke_bytes want)
{
    yoke_blob a = YOKE_BLOB_INIT, b = YOKE_BLOB_INIT;
    bool same = join_all(got, &a) && join_all(want, &b) && a.len_bytes == b.len_bytes &&
                memcmp(a.ptr, b.ptr, a.len_bytes) == 0;
    free(a.ptr);
    free(b.ptr);
    return same || check_bytes(v, field, got, want);
}
