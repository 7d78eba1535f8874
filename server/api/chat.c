/* /rooms/{id}/chat - what was said in a room, by pages, and saying something from outside. */
#include "server/api/api.h"

#include "host/host.h"
#include "room/room.h"
#include "server/api/room_call.h"
#include "server/app/wall_time.h"
#include "server/http/json_check.h"
#include "server/http/query.h"

#include <assert.h>
#include <stdlib.h>

#define PAGE_MESSAGES 50
#define PAGE_MESSAGES_MAX 200

typedef struct chat_call {
    room_call call; /* first */
    uint64_t before_n;
    size_t max;
    size_t read;
    store_chat said;
    char name[STORE_NAME_BYTES_MAX + 1];
    char *text;
} chat_call;

static void release(room_call *base)
{
    free(((chat_call *)base)->text);
}

static void add_message(void *ctx, const store_chat *said)
{
    chat_call *c = ctx;
    if (c->read++ >= c->max) /* the one that shows that there are more */
        return;
    if (c->read > 1)
        buf_put_str(&c->call.data, ",");
    room_chat_json(&c->call.data, said);
}

static void page_read(store_reader *r, room_call *base)
{
    chat_call *c = (chat_call *)base;
    buf_put_str(&base->data, "{\"messages\":[");
    base->err = store_chat_read(r, base->id, c->before_n, c->max + 1, add_message, c);
    buf_put_fmt(&base->data, "],\"more\":%s}", c->read > c->max ? "true" : "false");
}

static void read_step(room_call *base, loop *owner)
{
    (void)owner;
    if (base->err != BASE_OK)
        room_call_fail_by_code(base, base->err);
    else
        room_call_reply_data(base, 200, "application/json");
}

static void read_begin(loop *owner, loop_msg *msg)
{
    room_call_read((room_call *)msg, owner, page_read, read_step);
}

void api_chat_read(exchange *x)
{
    const char *target = (const char *)x->head.ptr;
    uint64_t before_n = 0, max = PAGE_MESSAGES;
    if (!query_number(target, "before", 1, INT64_MAX, &before_n) ||
        !query_number(target, "limit", 1, PAGE_MESSAGES_MAX, &max)) {
        exchange_reply_error(x, 422, "before is the number of a message; limit is 1 to 200");
        return;
    }
    chat_call *c = (chat_call *)room_call_new(x, sizeof *c, release);
    if (c == NULL)
        return;
    c->before_n = before_n;
    c->max = (size_t)max;
    room_call_go(&c->call, ACT_READ, read_begin);
}

/* --------------------------------------------------------------------------------- saying --- */

static void say_write(store *s, room_call *base)
{
    chat_call *c = (chat_call *)base;
    base->err = store_chat_add(s, base->id, &c->said, base->from->app->limits.chat_messages);
}

static void say_step(room_call *base, loop *owner)
{
    chat_call *c = (chat_call *)base;
    if (base->err != BASE_OK) {
        room_call_fail_by_code(base, base->err);
        return;
    }
    room *live = room_host_find(owner->rooms, base->id);
    if (live != NULL)
        room_on_chat_stored(live, &c->said);
    room_chat_json(&base->data, &c->said);
    room_call_reply_data(base, 201, "application/json");
}

static void say_begin(loop *owner, loop_msg *msg)
{
    room_call_write((room_call *)msg, owner, say_write, say_step);
}

/* Copies what is to be stored out of the request's JSON. */
static bool take_message(chat_call *c, const char *name, const char *text)
{
    assert(name != NULL && text != NULL); /* both are required members */
    c->text = strdup(text);
    if (c->text == NULL) {
        room_call_fail(&c->call, 503, "out of memory");
        return false;
    }
    snprintf(c->name, sizeof c->name, "%s", name);
    c->said = (store_chat){
        .at_ms = wall_time_now_ms(), .name = bytes_of_str(c->name), .text = bytes_of_str(c->text)};
    return true;
}

void api_chat_say(exchange *x)
{
    const limits *max = &x->loop->app->limits;
    json_check check;
    if (!json_check_begin(&check, x, JSON_CHECK_REQUIRED))
        return;
    const char *name =
        json_check_string(&check, "name", &(json_string_rule){.required = true, .chars_min = 1});
    const char *text =
        json_check_string(&check, "text", &(json_string_rule){.required = true, .chars_min = 1});
    if (name != NULL && strlen(name) > max->member_name_bytes)
        json_check_fail(&check, "name", "string_too_long", "limit member_name_bytes");
    if (text != NULL && strlen(text) > max->chat_bytes)
        json_check_fail(&check, "text", "string_too_long", "limit chat_bytes");
    if (!json_check_end(&check))
        return;
    chat_call *c = (chat_call *)room_call_new(x, sizeof *c, release);
    if (c != NULL && take_message(c, name, text))
        room_call_go(&c->call, ACT_SAY, say_begin);
    json_check_free(&check);
}
