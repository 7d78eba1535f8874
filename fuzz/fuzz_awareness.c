/* Any bytes as awareness updates of several connections: limits hold after each, what others are
 * told is an awareness update with the server's name in it, and nothing is left when all are gone.
 *
 *   input = { connection, milliseconds / 100, piece }
 */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "base/varint.h"
#include "wire/awareness.h"
#include "wire/json.h"

enum { OWNERS = 6 };

static const awareness_limits limits = {.ids_per_owner = 3, .json_bytes_max = 200, .stale_ms = 500};
static const char stamp_name[] = "N\xc3\xa9 \"q\"\\";

typedef struct told {
    const awareness *of;
    bool stamped;
} told;

static void hear(void *ctx, const awareness_entry *entry)
{
    const told *t = ctx;
    buf out;
    buf_init(&out, base_alloc_libc(), 4096);
    awareness_put_entry(&out, entry);
    fuzz_demand(buf_err(&out) == BASE_OK, "an entry is short");
    if (entry->json.len_bytes > 0 && t->stamped) {
        fuzz_demand(json_check_object(entry->json) == BASE_OK, "a stamped state is an object");
        static const char tail[] = ",\"color_index\":5}}";
        size_t n = sizeof tail - 1;
        fuzz_demand(entry->json.len_bytes > n &&
                        memcmp(entry->json.ptr + entry->json.len_bytes - n, tail, n) == 0,
                    "and ends with what the server says");
    }
    buf_deinit(&out);
}

static void check(const awareness *a)
{
    size_t owned[OWNERS] = {0};
    for (size_t i = 0; i < awareness_count(a); i++) {
        awareness_entry entry = awareness_at(a, i);
        fuzz_demand(entry.owner < OWNERS && entry.json.len_bytes > 0, "a state has an owner");
        fuzz_demand(++owned[entry.owner] <= limits.ids_per_owner, "ids_per_owner is kept");
        for (size_t k = 0; k < i; k++)
            fuzz_demand(awareness_at(a, k).client != entry.client, "a client is there once");
    }
}

/* What a newcomer is sent is what is there. */
static void check_all_is_told(const awareness *a)
{
    buf all;
    uint64_t count;
    buf_init(&all, base_alloc_libc(), 1 << 20);
    awareness_put_all(&all, a);
    reader r = reader_of(buf_view(&all));
    fuzz_demand(reader_varuint(&r, &count) == BASE_OK && count == awareness_count(a), "counted");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t client, clock;
        bytes json;
        fuzz_demand(reader_varuint(&r, &client) == BASE_OK &&
                        reader_varuint(&r, &clock) == BASE_OK &&
                        reader_varbytes(&r, &json) == BASE_OK && json_check_object(json) == BASE_OK,
                    "each is an entry with an object");
    }
    fuzz_demand(reader_left(&r) == 0, "and nothing behind");
    buf_deinit(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    uint64_t now_ms = 1000;
    fuzz_memory m;
    fuzz_memory_init(&m);
    awareness *a = awareness_new(&m.alloc, &limits);
    fuzz_demand(a != NULL, "there is memory");
    while (input_more(&in)) {
        uint64_t owner = input_u8(&in) % OWNERS;
        now_ms += (uint64_t)input_u8(&in) * 100;
        bytes update = input_piece(&in);
        /* Odd connections are stock clients: their states pass as they came. */
        awareness_stamp stamp = {owner, bytes_of_str(stamp_name), 5};
        awareness_from from = {owner, now_ms, owner % 2 == 0 ? &stamp : NULL};
        told t = {a, owner % 2 == 0};
        size_t before = awareness_count(a);
        if (awareness_apply(a, update, &from, hear, &t, NULL) != BASE_OK)
            fuzz_demand(awareness_count(a) == before, "a malformed update changes nothing");
        check(a);
    }
    check_all_is_told(a);
    told t = {a, false};
    for (uint64_t owner = 0; owner < OWNERS; owner++)
        awareness_leave(a, owner, hear, &t);
    fuzz_demand(awareness_count(a) == 0, "nobody is left");
    awareness_free(a);
    fuzz_memory_end(&m, 16384 + OWNERS * limits.ids_per_owner * 2 * (limits.json_bytes_max + 256));
    return 0;
}
