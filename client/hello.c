/* hello.c - see hello.h. */
#include "client/hello.h"

#include "wire/json.h"

static bytes string_of(bytes object, const char *key)
{
    bytes value;
    if (!json_member(object, key, &value) || value.len_bytes < 2 || value.ptr[0] != '"')
        return (bytes){NULL, 0};
    return value;
}

static bytes object_of(bytes object, const char *key)
{
    bytes value;
    if (!json_member(object, key, &value) || value.len_bytes < 2 || value.ptr[0] != '{')
        return (bytes){NULL, 0};
    return value;
}

static bytes without_quotes(bytes string)
{
    return string.len_bytes < 2 ? string : bytes_of(string.ptr + 1, string.len_bytes - 2);
}

/* A whole number as JSON writes it, below 2^53; false: it is none. */
static bool number_of(bytes object, const char *key, uint64_t *out)
{
    bytes value;
    if (object.len_bytes == 0 || !json_member(object, key, &value) || value.len_bytes > 16)
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < value.len_bytes; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9')
            return false;
        n = n * 10 + (value.ptr[i] - '0');
    }
    if (value.len_bytes == 0 || n > VARINT_VALUE_MAX)
        return false;
    *out = n;
    return true;
}

static bool is_hex(bytes s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
            return false;
    return true;
}

bool client_event_is(bytes json, const char *type)
{
    if (json_check_object(json) != BASE_OK)
        return false;
    bytes text = without_quotes(string_of(json, "type"));
    return bytes_equal(text, bytes_of_str(type));
}

int client_hello_decode(bytes json, client_hello *out)
{
    *out = (client_hello){.session = 0};
    if (!client_event_is(json, "hello"))
        return BASE_EMALFORMED;
    bytes epoch = without_quotes(string_of(json, "epoch"));
    if (epoch.len_bytes != CLIENT_EPOCH_CHARS || !is_hex(epoch))
        return BASE_EMALFORMED;
    memcpy(out->epoch, epoch.ptr, CLIENT_EPOCH_CHARS);
    out->role = without_quotes(string_of(json, "role"));
    out->name = string_of(json, "name");
    bytes room = object_of(json, "room");
    if (room.len_bytes > 0)
        out->room_name = string_of(room, "name");
    out->limits = object_of(json, "limits");
    if (!number_of(json, "session", &out->session))
        out->session = 0;
    return BASE_OK;
}

uint64_t client_hello_limit(const client_hello *hello, const char *name, uint64_t otherwise)
{
    uint64_t value;
    return number_of(hello->limits, name, &value) ? value : otherwise;
}
