/* POST /autocomplete/ - suggestions for a place in a text that the client sends along. */
#include "server/api/api.h"

#include "server/http/json_check.h"
#include "suggest/suggest.h"

#define CURSOR_MAX (INT64_C(1) << 31)

static json_t *slice(bytes s)
{
    return json_stringn((const char *)s.ptr, s.len_bytes);
}

static json_t *suggestion(const suggest_item *item)
{
    return json_pack("{s:o, s:o, s:s, s:o, s:{s:I, s:I}}", "label", slice(item->label),
                     "insert_text", slice(item->insert_text), "kind", suggest_kind_name(item->kind),
                     "detail", slice(item->detail), "replace", "start",
                     (json_int_t)item->replace.start_utf16, "end",
                     (json_int_t)item->replace.end_utf16);
}

/* The cursor as an offset, or as line and column, both from 1.  false: a mistake was noted. */
static bool read_cursor(json_check *c, bytes code, size_t *cursor_utf16)
{
    int64_t cursor, line, column;
    const json_number_rule offset = {.min = 0, .max = CURSOR_MAX};
    bool by_offset = json_check_has(c, "cursor");
    const json_number_rule place = {.required = !by_offset, .min = 1, .max = CURSOR_MAX};
    bool has_cursor = json_check_number(c, "cursor", &offset, &cursor);
    bool has_line = json_check_number(c, "line", &place, &line);
    bool has_column = json_check_number(c, "column", &place, &column);
    if (has_cursor) {
        *cursor_utf16 = (size_t)cursor;
        return true;
    }
    if (by_offset || !has_line || !has_column || code.ptr == NULL)
        return false;
    suggest_position at = {(uint64_t)line, (uint64_t)column, 1};
    int err = suggest_cursor_at(code, at, cursor_utf16);
    if (err == SUGGEST_ELINE)
        json_check_fail(c, "line", "value_error", "The code has fewer lines");
    else if (err == SUGGEST_ECOLUMN)
        json_check_fail(c, "column", "value_error", "The line is shorter");
    return err == BASE_OK;
}

static void reply_list(exchange *x, suggest_list *list)
{
    json_t *all = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(all, suggestion(&list->items[i]));
    suggest_list_deinit(list);
    exchange_reply_json(x, 200, json_pack("{s:o}", "suggestions", all));
}

void api_autocomplete(exchange *x)
{
    json_check c;
    if (!json_check_begin(&c, x, JSON_CHECK_REQUIRED))
        return;
    suggest_options options = suggest_options_default();
    options.hash_seed = x->loop->app->hash_seed;
    options.code_bytes_max = x->loop->app->limits.autocomplete_bytes;
    const char *text = json_check_string(&c, "code", &(json_string_rule){.required = true});
    bytes code = text != NULL ? bytes_of_str(text) : bytes_of(NULL, 0);
    size_t cursor_utf16 = 0;
    read_cursor(&c, code, &cursor_utf16);
    int64_t limit = (int64_t)options.items_max;
    json_check_number(&c, "limit", &(json_number_rule){.min = 1, .max = 200}, &limit);
    options.items_max = (size_t)limit;
    json_check_bool(&c, "explicit", &options.explicit_request);
    json_check_string(&c, "room_id", &(json_string_rule){.nullable = true, .chars_max = 128});
    if (!json_check_end(&c))
        return;
    suggest_list list;
    int err = suggest_python(code, cursor_utf16, &options, base_alloc_libc(), &list);
    if (err == SUGGEST_ECURSOR) {
        json_check_fail(&c, "cursor", "value_error", "The cursor is behind the end of the code");
        json_check_end(&c);
        return;
    }
    json_check_free(&c);
    if (err == BASE_OK) {
        reply_list(x, &list);
    } else if (err == BASE_ELIMIT) {
        metrics_refused(&x->loop->metrics, "autocomplete_bytes");
        exchange_reply_error(x, 413, "limit autocomplete_bytes: the code is too long");
    } else {
        exchange_reply_error(x, 503, "out of memory");
    }
}
