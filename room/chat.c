/* chat.c - what members say beside the text, and the names they give to moments of it.
 *
 * A message is told to nobody before it is stored: what was read stays readable.  It goes to the
 * store with who said it, and comes back with its number by room_on_chat_stored.
 */
#include "room/inner.h"

#include "wire/event.h"
#include "wire/json.h"

#define MINUTE_MS 60000

static void refuse(room *r, member *m, const char *limit, const char *message)
{
    room__log(r, ROOM_LOG_INFO, "event_refused", limit, m->session);
    room__error_event(r, m, limit, message);
}

static void on_chat(room *r, member *m, const event_msg *e, int64_t now_ms)
{
    if (!role_may(m->role, ACT_SAY)) {
        refuse(r, m, "role", "your role does not allow to say something here");
        return;
    }
    if (e->text.len_bytes > r->limits->chat_bytes) {
        refuse(r, m, "chat_bytes", "limit chat_bytes: the message is too long");
        return;
    }
    uint64_t a_minute = r->limits->chat_per_minute;
    rate talk = {a_minute, MINUTE_MS, a_minute};
    if (!meter_take(&m->talk, talk, 1, (uint64_t)now_ms)) {
        refuse(r, m, "chat_per_minute", "limit chat_per_minute: too many messages; wait a little");
        return;
    }
    store_chat said = {.author = m->author,
                       .color_index = m->color_index,
                       .at_ms = now_ms,
                       .name = bytes_of_str(m->name),
                       .text = e->text,
                       .ref = e->ref};
    room__introduce(r, m, now_ms);
    if (!r->sink->chat(r->sink->ctx, r, m->session, &said))
        room_on_chat_failed(r, m->session, BASE_ENOMEM);
}

void room__on_event(room *r, member *m, bytes json, int64_t now_ms)
{
    if (json.len_bytes > r->limits->event_bytes) {
        refuse(r, m, "event_bytes", "limit event_bytes: the event is too large");
        return;
    }
    buf scratch;
    event_msg e;
    buf_init(&scratch, r->alloc, (size_t)r->limits->event_bytes);
    int err = event_decode(json, &scratch, &e);
    if (err != BASE_OK) {
        room__log(r, ROOM_LOG_WARN, "event_refused", err == BASE_ENOMEM ? "no_memory" : "malformed",
                  m->session);
        room__error_event(r, m, "event", "the event is malformed");
    } else if (e.tag == EVENT_CHAT) {
        on_chat(r, m, &e, now_ms);
    }
    buf_deinit(&scratch);
}

void room_chat_json(buf *json, const store_chat *said)
{
    buf_put_fmt(json, "{\"n\":%llu,\"at\":%lld,\"author\":%llu,\"color_index\":%u,\"name\":",
                (unsigned long long)said->n, (long long)said->at_ms,
                (unsigned long long)said->author, said->color_index);
    json_put_string(json, said->name);
    buf_put_str(json, ",\"text\":");
    json_put_string(json, said->text);
    buf_put_str(json, ",\"ref\":");
    json_put_string(json, said->ref);
    buf_put_str(json, "}");
}

void room_version_json(buf *json, const store_version *version)
{
    buf_put_fmt(json, "{\"n\":%llu,\"seq\":%llu,\"at\":%lld,\"author\":%llu,\"name\":",
                (unsigned long long)version->n, (unsigned long long)version->seq,
                (long long)version->at_ms, (unsigned long long)version->author);
    json_put_string(json, version->name);
    buf_put_str(json, "}");
}

void room_author_json(buf *json, const store_author *author)
{
    buf_put_fmt(json, "{\"author\":%llu,\"color_index\":%u,\"at\":%lld,\"name\":",
                (unsigned long long)author->author, author->color_index, (long long)author->at_ms);
    json_put_string(json, author->name);
    buf_put_str(json, "}");
}

/* The event `json`, to which the closing brace is still to be added. */
static void tell(room *r, buf *json)
{
    buf_put_str(json, "}");
    if (buf_err(json) == BASE_OK)
        room__event(r, NULL, buf_view(json));
    else
        room__log(r, ROOM_LOG_ERROR, "no_memory", "event", 0);
    buf_deinit(json);
}

void room_on_chat_stored(room *r, const store_chat *said)
{
    if (r->doc == NULL)
        return;
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_str(&json, "{\"type\":\"chat\",\"message\":");
    room_chat_json(&json, said);
    tell(r, &json);
}

void room_version_added(room *r, const store_version *version)
{
    if (r->doc == NULL)
        return;
    buf json;
    buf_init(&json, r->alloc, SIZE_MAX / 4);
    buf_put_str(&json, "{\"type\":\"version_added\",\"version\":");
    room_version_json(&json, version);
    tell(r, &json);
}

void room_on_chat_failed(room *r, uint64_t session, int err)
{
    member *m = room__find(r, session);
    room__log(r, ROOM_LOG_ERROR, "chat_not_stored", store_err_text(err), session);
    if (m != NULL)
        room__error_event(r, m, "chat_not_stored",
                          "The message could not be saved; send it again.");
}
