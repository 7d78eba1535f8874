/* Any bytes as what a stranger writes into a request: target, query, headers, room names, keys. */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"

#include "auth/key.h"
#include "base/utf.h"
#include "host/record.h"
#include "server/api/router.h"
#include "server/http/cors.h"
#include "server/http/query.h"
#include "server/http/static_files.h"
#include "server/ws/ws_upgrade.h"
#include "wire/ws.h"

#include <stdlib.h>
#include <string.h>

/* The piece up to its first NUL, on the heap and exactly as long, as headers never hold one. */
static char *text_of(bytes piece)
{
    size_t n = 0;
    while (n < piece.len_bytes && piece.ptr[n] != 0)
        n++;
    char *text = malloc(n + 1);
    fuzz_demand(text != NULL, "there is memory");
    if (n > 0)
        memcpy(text, piece.ptr, n);
    text[n] = '\0';
    return text;
}

static void read_target(const char *target)
{
    static const char *const patterns[] = {"/rooms/{id}", "/rooms/{id}/code", "/ws/{id...}",
                                           "/{id...}"};
    char path[512], value[65], param[160];
    size_t units;
    if (router_decode_path(target, path, sizeof path)) {
        fuzz_demand(path[0] == '/' && strlen(path) < sizeof path, "a path begins at the root");
        for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
            if (!router_match(patterns[i], path, param))
                continue;
            fuzz_demand(strlen(param) < sizeof param, "what stands for the id is short");
            fuzz_demand(i > 1 || strchr(param, '/') == NULL, "and one part of the path");
        }
    }
    if (query_get(target, "name", value, sizeof value))
        fuzz_demand(value[0] != '\0' && strlen(value) < sizeof value &&
                        utf_measure(bytes_of_str(value), &units) == BASE_OK,
                    "a name is text, and short");
    else
        fuzz_demand(value[0] == '\0', "no name is empty");
}

static void read_headers(const char *value, const char *host)
{
    static config c;
    static bool ready;
    if (!ready)
        config_init(&c);
    ready = true;
    if (cors_origin_allowed(&c, value, host)) {
        const char *rest = strstr(value, "://");
        fuzz_demand(rest != NULL && strcasecmp(rest + 3, host) == 0, "only the same host");
    }
    (void)ws_header_has(value, "upgrade");
    static_file f = {.body = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}, {NULL, 0}}};
    fuzz_demand(static_files_encoding(&f, value) != STATIC_BROTLI, "what is not there is not sent");
    (void)file_class_of(value);
    (void)static_files_type(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    char *target = text_of(input_piece(&in)), *host = text_of(input_piece(&in));
    bytes name = input_rest(&in);
    char *text = text_of(name);
    char accept[WS_ACCEPT_CHARS + 1];
    size_t units;
    read_target(target);
    read_headers(text, host);
    if (room_name_valid(text))
        fuzz_demand(utf_measure(bytes_of_str(text), &units) == BASE_OK && strlen(text) <= 128 &&
                        text[0] != '\0' && strpbrk(text, "\n\r\t") == NULL,
                    "a room's name is a line of text");
    if (room_id_valid(name))
        fuzz_demand(memchr(name.ptr, '/', name.len_bytes) == NULL, "an id is one part of a path");
    uint8_t hash[KEY_HASH_BYTES];
    owner_key_hash(name, hash);
    fuzz_demand(owner_key_verify(name, hash), "a key has its hash");
    hash[size_bytes % KEY_HASH_BYTES] ^= 1;
    fuzz_demand(!owner_key_verify(name, hash), "and no other");
    if (ws_accept_key(name, accept) == BASE_OK)
        fuzz_demand(name.len_bytes == 24 && strlen(accept) == WS_ACCEPT_CHARS, "16 bytes");
    free(target);
    free(host);
    free(text);
    return 0;
}
