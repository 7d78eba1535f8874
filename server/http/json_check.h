/* json_check.h - reading a JSON body member by member, and saying exactly what is wrong with it.
 *
 * The first mistakes of all members are gathered and answered together, as FastAPI does:
 *   422 {"detail": [{"loc": ["body", "name"], "msg": "...", "type": "string_type"}]}
 *
 *   json_check c;
 *   if (!json_check_begin(&c, x, JSON_CHECK_OPTIONAL))
 *       return;                                        // answered
 *   const char *name = json_check_string(&c, "name", &(json_string_rule){.chars_max = 100});
 *   if (!json_check_end(&c))                           // unknown members are mistakes too
 *       return;                                        // answered
 *   ... use, then json_check_free(&c)
 */
#ifndef SERVER_HTTP_JSON_CHECK_H
#define SERVER_HTTP_JSON_CHECK_H

#include "server/http/exchange.h"

typedef struct json_check {
    exchange *x;
    json_t *body;   /* an object */
    json_t *detail; /* an array of mistakes */
    const char *known[16];
    size_t known_count;
} json_check;

typedef enum json_check_body { JSON_CHECK_OPTIONAL, JSON_CHECK_REQUIRED } json_check_body;

/* json_check_begin - parse the body.  false: answered with 415 or 422, nothing to free. */
bool json_check_begin(json_check *c, exchange *x, json_check_body wanted);

typedef struct json_string_rule {
    bool required;
    bool nullable;
    size_t chars_min;
    size_t chars_max;          /* 0: no limit */
    const char *const *one_of; /* NULL-terminated, or NULL */
} json_string_rule;

typedef struct json_number_rule {
    bool required;
    bool nullable;
    int64_t min, max;
} json_number_rule;

/* json_check_string - the member, borrowed; NULL when it is absent, null or wrong. */
const char *json_check_string(json_check *c, const char *key, const json_string_rule *rule);

/* json_check_number - false when it is absent, null or wrong. */
bool json_check_number(json_check *c, const char *key, const json_number_rule *rule, int64_t *out);

/* json_check_bool - `*out` stays as it is when the member is absent or wrong. */
void json_check_bool(json_check *c, const char *key, bool *out);

/* json_check_has - is the member there (null counts)? */
bool json_check_has(const json_check *c, const char *key);

/* json_check_fail - add a mistake; `key` NULL means the body as a whole. */
void json_check_fail(json_check *c, const char *key, const char *type, const char *msg);

/* json_check_end - false: answered with 422 and freed. */
bool json_check_end(json_check *c);
void json_check_free(json_check *c);

#endif
