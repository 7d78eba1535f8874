/* Any bytes as a JSON body, held to rules like those of the API: it passes or is answered, and what
 * passes keeps the rules.  The two JSON readers agree on what a flat object is. */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"

#include "base/utf.h"
#include "server/http/json_check.h"
#include "wire/json.h"

static const char content_type[] = "content-type";
static const char json_media_type[] = "application/json";

/* Written over `x` by whoever sends a reply without a connection: the exchange is freed. */
static loop at_loop;

static exchange *request(bytes body)
{
    exchange *x = exchange_new(&at_loop, NULL, NULL, 1024, body.len_bytes + 1);
    fuzz_demand(x != NULL, "there is memory");
    buf_put_str(&x->head, "/");
    buf_put_u8(&x->head, 0);
    uint32_t name_at = (uint32_t)x->head.len_bytes;
    buf_put(&x->head, content_type, sizeof content_type);
    uint32_t value_at = (uint32_t)x->head.len_bytes;
    buf_put(&x->head, json_media_type, sizeof json_media_type);
    header *only = exchange_new_header(x);
    fuzz_demand(only != NULL, "there is memory");
    *only = (header){name_at, sizeof content_type - 1, value_at, sizeof json_media_type - 1};
    buf_put_bytes(&x->body, body);
    return x;
}

static void check_members(exchange *x)
{
    static const char *const words[] = {"python", "other", NULL};
    json_check c;
    int64_t days = -1;
    bool flag = false;
    size_t units;
    if (!json_check_begin(&c, x, JSON_CHECK_OPTIONAL))
        return;
    const char *name = json_check_string(
        &c, "name", &(json_string_rule){.required = true, .chars_min = 1, .chars_max = 10});
    const char *word =
        json_check_string(&c, "language", &(json_string_rule){.nullable = true, .one_of = words});
    bool has_days =
        json_check_number(&c, "days", &(json_number_rule){.min = 0, .max = 3650}, &days);
    json_check_bool(&c, "flag", &flag);
    if (!json_check_end(&c))
        return;
    fuzz_demand(name != NULL && name[0] != '\0' && strlen(name) <= 40, "a name, not too long");
    fuzz_demand(utf_measure(bytes_of_str(name), &units) == BASE_OK, "and text");
    fuzz_demand(word == NULL || strcmp(word, "python") == 0 || strcmp(word, "other") == 0,
                "one of the words");
    fuzz_demand(!has_days || (days >= 0 && days <= 3650), "a number in range");
    fuzz_demand(json_check_has(&c, "name"), "what was read is there");
    json_check_free(&c);
    exchange_free(x);
}

/* What jansson takes we take, but for depth, where only we have a limit, and for a NUL behind a
 * number, which jansson 2.14 reads over. */
static void compare(bytes body)
{
    if (memchr(body.ptr, 0, body.len_bytes) != NULL)
        return;
    json_error_t err;
    json_t *tree = json_loadb((const char *)body.ptr, body.len_bytes, JSON_ALLOW_NUL, &err);
    if (tree != NULL && json_is_object(tree) && json_object_size(tree) > 0) {
        bool deep = false;
        unsigned depth = 0;
        for (size_t i = 0; i < body.len_bytes; i++) {
            depth += body.ptr[i] == '{' || body.ptr[i] == '[';
            deep = deep || depth > JSON_DEPTH_MAX;
        }
        fuzz_demand(deep || json_check_object(body) == BASE_OK, "the small reader takes it too");
    }
    json_decref(tree);
}

/* Without a member, the object is still one. */
static void take_out(bytes body)
{
    if (json_check_object(body) != BASE_OK)
        return;
    buf out;
    size_t count;
    buf_init(&out, base_alloc_libc(), 2 * body.len_bytes + 16);
    json_put_without(&out, body, "user", &count);
    buf_put_str(&out, "}");
    fuzz_demand(buf_err(&out) == BASE_OK && json_check_object(buf_view(&out)) == BASE_OK,
                "an object without a member is an object");
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    bytes body = bytes_of(data, size_bytes);
    at_loop.app = NULL;
    check_members(request(body));
    if (size_bytes > 0) {
        compare(body);
        take_out(body);
    }
    return 0;
}
