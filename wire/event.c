/* event.c - see event.h. */
#include "wire/event.h"

#include "wire/json.h"

/* The text of a string member, appended to `scratch`; `*end` is where it ends there. */
static int take_text(bytes object, const char *key, buf *scratch, size_t *end)
{
    bytes value;
    if (!json_member(object, key, &value))
        return BASE_EMALFORMED;
    int err = json_put_text(scratch, value);
    *end = scratch->len_bytes;
    return err;
}

int event_decode(bytes json, buf *scratch, event_msg *out)
{
    bytes type;
    *out = (event_msg){.tag = EVENT_UNKNOWN};
    if (json_check_object(json) != BASE_OK || !json_member(json, "type", &type))
        return BASE_EMALFORMED;
    if (!bytes_equal(type, bytes_of_str("\"chat\"")))
        return BASE_OK;
    size_t text_end = 0, ref_end = 0;
    int err = take_text(json, "text", scratch, &text_end);
    if (err == BASE_OK)
        err = take_text(json, "ref", scratch, &ref_end);
    if (err != BASE_OK)
        return err;
    if (text_end == 0 || ref_end == text_end || ref_end - text_end > EVENT_REF_BYTES_MAX)
        return BASE_EMALFORMED;
    /* Only now: the buffer may have moved while it grew. */
    out->tag = EVENT_CHAT;
    out->text = bytes_of(scratch->ptr, text_end);
    out->ref = bytes_of(scratch->ptr + text_end, ref_end - text_end);
    return BASE_OK;
}
