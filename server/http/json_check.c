#include "server/http/json_check.h"

#include "base/utf.h"

#include <strings.h>

static void add_detail(json_t *detail, json_t *loc, const char *type, const char *msg)
{
    json_array_append_new(detail,
                          json_pack("{s:o, s:s, s:s}", "loc", loc, "msg", msg, "type", type));
}

void json_check_fail(json_check *c, const char *key, const char *type, const char *msg)
{
    json_t *loc = key != NULL ? json_pack("[s, s]", "body", key) : json_pack("[s]", "body");
    add_detail(c->detail, loc, type, msg);
}

static void reply_detail(exchange *x, json_t *detail)
{
    exchange_reply_json(x, 422, json_pack("{s:o}", "detail", detail));
}

/* A body without a type is refused too: a page of another site can send one unasked. */
static bool is_json_type(const char *type)
{
    return type != NULL && (strncasecmp(type, "application/json", 16) == 0 &&
                            (type[16] == '\0' || type[16] == ';' || type[16] == ' '));
}

bool json_check_begin(json_check *c, exchange *x, json_check_body wanted)
{
    memset(c, 0, sizeof *c);
    c->x = x;
    c->detail = json_array();
    if (x->body.len_bytes == 0) {
        c->body = json_object();
        if (wanted == JSON_CHECK_OPTIONAL)
            return true;
        json_check_fail(c, NULL, "missing", "Field required");
    } else if (!is_json_type(exchange_header(x, "content-type"))) {
        metrics_refused(&x->loop->metrics, "content_type");
        exchange_reply_error(x, 415, "the body must be application/json");
        json_decref(c->detail);
        return false;
    } else {
        json_error_t err;
        c->body = json_loadb((const char *)x->body.ptr, x->body.len_bytes,
                             JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
        if (c->body == NULL)
            add_detail(c->detail, json_pack("[s, i]", "body", err.position), "json_invalid",
                       "JSON decode error");
        else if (!json_is_object(c->body))
            json_check_fail(c, NULL, "model_attributes_type", "Input should be an object");
    }
    return json_array_size(c->detail) == 0 || json_check_end(c);
}

static json_t *member(json_check *c, const char *key, bool required, bool nullable)
{
    c->known[c->known_count++] = key;
    json_t *value = json_object_get(c->body, key);
    if (value == NULL && required)
        json_check_fail(c, key, "missing", "Field required");
    return json_is_null(value) && nullable ? NULL : value;
}

static bool listed(const char *const *one_of, const char *s)
{
    for (; *one_of != NULL; one_of++) {
        if (strcmp(*one_of, s) == 0)
            return true;
    }
    return false;
}

static void fail_one_of(json_check *c, const char *key, const char *const *one_of)
{
    buf msg;
    buf_init(&msg, base_alloc_libc(), 512);
    buf_put_str(&msg, "Input should be ");
    for (size_t i = 0; one_of[i] != NULL; i++)
        buf_put_fmt(&msg, "%s'%s'", i == 0 ? "" : one_of[i + 1] != NULL ? ", " : " or ", one_of[i]);
    buf_put_u8(&msg, 0);
    json_check_fail(c, key, "literal_error",
                    buf_err(&msg) == BASE_OK ? (const char *)msg.ptr : "Input is not allowed");
    buf_deinit(&msg);
}

static size_t count_chars(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

const char *json_check_string(json_check *c, const char *key, const json_string_rule *rule)
{
    char msg[96];
    json_t *value = member(c, key, rule->required, rule->nullable);
    if (value == NULL)
        return NULL;
    if (!json_is_string(value)) {
        json_check_fail(c, key, "string_type", "Input should be a valid string");
        return NULL;
    }
    const char *s = json_string_value(value);
    size_t chars = count_chars(s);
    if (rule->one_of != NULL && !listed(rule->one_of, s)) {
        fail_one_of(c, key, rule->one_of);
        return NULL;
    }
    if (chars < rule->chars_min) {
        snprintf(msg, sizeof msg, "String should have at least %zu characters", rule->chars_min);
        json_check_fail(c, key, "string_too_short", msg);
        return NULL;
    }
    if (rule->chars_max != 0 && chars > rule->chars_max) {
        snprintf(msg, sizeof msg, "String should have at most %zu characters", rule->chars_max);
        json_check_fail(c, key, "string_too_long", msg);
        return NULL;
    }
    return s;
}

bool json_check_number(json_check *c, const char *key, const json_number_rule *rule, int64_t *out)
{
    char msg[96];
    json_t *value = member(c, key, rule->required, rule->nullable);
    if (value == NULL)
        return false;
    if (!json_is_integer(value)) {
        json_check_fail(c, key, "int_type", "Input should be a valid integer");
        return false;
    }
    int64_t n = json_integer_value(value);
    if (n < rule->min) {
        snprintf(msg, sizeof msg, "Input should be greater than or equal to %lld",
                 (long long)rule->min);
        json_check_fail(c, key, "greater_than_equal", msg);
        return false;
    }
    if (n > rule->max) {
        snprintf(msg, sizeof msg, "Input should be less than or equal to %lld",
                 (long long)rule->max);
        json_check_fail(c, key, "less_than_equal", msg);
        return false;
    }
    *out = n;
    return true;
}

void json_check_bool(json_check *c, const char *key, bool *out)
{
    json_t *value = member(c, key, false, false);
    if (value == NULL)
        return;
    if (!json_is_boolean(value))
        json_check_fail(c, key, "bool_type", "Input should be a valid boolean");
    else
        *out = json_is_true(value);
}

bool json_check_has(const json_check *c, const char *key)
{
    return json_object_get(c->body, key) != NULL;
}

static void find_unknown(json_check *c)
{
    const char *key;
    json_t *value;
    json_object_foreach(c->body, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < c->known_count; i++)
            known = known || strcmp(c->known[i], key) == 0;
        if (!known)
            json_check_fail(c, key, "extra_forbidden", "Extra inputs are not permitted");
    }
}

bool json_check_end(json_check *c)
{
    if (c->known_count > 0)
        find_unknown(c);
    if (json_array_size(c->detail) == 0)
        return true;
    reply_detail(c->x, json_incref(c->detail));
    json_check_free(c);
    return false;
}

void json_check_free(json_check *c)
{
    json_decref(c->body);
    json_decref(c->detail);
}
