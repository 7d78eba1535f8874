/* session.c - see session.h. */
#include "client/session.h"

#include "base/varint.h"
#include "wire/json.h"
#include "wire/ws.h"

void client_session_init(client_session *s, const client_options *options)
{
    *s = (client_session){.options = *options};
    buf_init(&s->early, options->alloc, options->message_bytes_max);
}

void client_session_deinit(client_session *s)
{
    buf_deinit(&s->early);
}

int client_session_resume(client_session *s, const char *epoch)
{
    if (strlen(epoch) != CLIENT_EPOCH_CHARS)
        return BASE_EMALFORMED;
    memcpy(s->epoch, epoch, sizeof s->epoch);
    s->loose = true;
    return BASE_OK;
}

void client_session_start_over(client_session *s)
{
    s->epoch[0] = '\0';
    s->open = s->loose = false;
    s->frames = s->acked = 0;
}

static void end(client_session *s, client_end why)
{
    s->open = false;
    s->options.port->end(s->options.ctx, why);
}

/* --------------------------------------------------------------------------------- sending --- */

static void scratch_init(const client_session *s, buf *b)
{
    buf_init(b, s->options.alloc, s->options.message_bytes_max);
}

static void send_frame(client_session *s, sync_tag tag, bytes update)
{
    s->frames++;
    s->loose = false;
    s->options.port->send(s->options.ctx, &(sync_msg){.tag = tag, .body = update});
}

static void send_presence(client_session *s, client_presence which)
{
    buf b;
    scratch_init(s, &b);
    uint32_t connection = s->connection;
    s->options.port->put_presence(s->options.ctx, which, &b);
    if (s->open && s->connection == connection) {
        if (buf_err(&b) != BASE_OK)
            end(s, CLIENT_END_NO_MEMORY);
        else if (b.len_bytes > 0)
            s->options.port->send(s->options.ctx,
                                  &(sync_msg){.tag = SYNC_AWARENESS, .body = buf_view(&b)});
    }
    buf_deinit(&b);
}

/* What the document says of itself: the state vector in step 1, or what the other lacks in step 2.
 */
static void send_document(client_session *s, sync_tag tag, bytes state_vector)
{
    buf b;
    scratch_init(s, &b);
    const client_port *port = s->options.port;
    uint32_t connection = s->connection;
    int err = tag == SYNC_STEP1 ? port->state_vector(s->options.ctx, &b)
                                : port->encode_since(s->options.ctx, state_vector, &b);
    if (s->open && s->connection == connection) {
        if (buf_err(&b) != BASE_OK)
            end(s, CLIENT_END_NO_MEMORY);
        else if (err != 0)
            end(s, CLIENT_END_DOCUMENT);
        else if (tag == SYNC_STEP1)
            port->send(s->options.ctx, &(sync_msg){.tag = SYNC_STEP1, .body = buf_view(&b)});
        else
            send_frame(s, SYNC_STEP2, buf_view(&b));
    }
    buf_deinit(&b);
}

void client_session_edited(client_session *s, bytes update)
{
    s->loose = true;
    if (s->open && s->answered)
        send_frame(s, SYNC_UPDATE, update);
}

bool client_session_show(client_session *s)
{
    if (!s->open || !s->greeted)
        return false;
    send_presence(s, CLIENT_PRESENCE_AGAIN);
    return true;
}

bool client_session_say(client_session *s, bytes json)
{
    if (!s->open || !s->greeted || !s->tandem_v1)
        return false;
    s->options.port->send(s->options.ctx, &(sync_msg){.tag = SYNC_EVENT, .body = json});
    return true;
}

bool client_session_saved(const client_session *s)
{
    return s->tandem_v1 && !s->loose && !s->denied && s->acked == s->frames;
}

/* ------------------------------------------------------------------------------- listening --- */

static void on_ack(client_session *s, uint64_t frames)
{
    if (frames < s->acked || frames > s->frames) {
        end(s, CLIENT_END_ACK);
        return;
    }
    s->acked = frames;
    s->options.port->acked(s->options.ctx, frames);
}

static void on_update(client_session *s, const sync_msg *msg)
{
    uint32_t connection = s->connection;
    int err = s->options.port->apply(s->options.ctx, msg->tag, msg->body);
    if (!s->open || s->connection != connection)
        return;
    if (err != 0)
        end(s, CLIENT_END_DOCUMENT);
    else if (msg->tag == SYNC_STEP2)
        s->synced = true;
}

static void on_event(client_session *s, bytes json)
{
    if (json_check_object(json) != BASE_OK)
        end(s, CLIENT_END_MESSAGE);
    else
        s->options.port->event(s->options.ctx, json);
}

static void handle(client_session *s, const sync_msg *msg)
{
    switch (msg->tag) {
    case SYNC_STEP1:
        s->answered = true;
        send_document(s, SYNC_STEP2, msg->body);
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
        on_update(s, msg);
        break;
    case SYNC_AWARENESS:
        s->options.port->presence(s->options.ctx, msg->body);
        break;
    case SYNC_QUERY_AWARENESS:
        send_presence(s, CLIENT_PRESENCE_AGAIN);
        break;
    case SYNC_DENIED:
        s->denied = true;
        s->options.port->denied(s->options.ctx, msg->body);
        break;
    case SYNC_ACK:
        on_ack(s, msg->count);
        break;
    case SYNC_EVENT:
        on_event(s, msg->body);
        break;
    case SYNC_UNKNOWN: /* of a newer server */
        break;
    }
}

static void greet(client_session *s)
{
    uint32_t connection = s->connection;
    s->greeted = true;
    send_presence(s, CLIENT_PRESENCE_NEWER);
    buf early = s->early; /* its messages may end the connection, and open another */
    buf_init(&s->early, s->options.alloc, s->options.message_bytes_max);
    reader r = reader_of(buf_view(&early));
    bytes message;
    sync_msg msg;
    while (s->open && s->connection == connection && reader_varbytes(&r, &message) == BASE_OK &&
           sync_decode(message, &msg) == BASE_OK)
        handle(s, &msg);
    if (s->connection == connection)
        s->early_count = 0;
    buf_deinit(&early);
}

static void on_hello(client_session *s, bytes json)
{
    client_hello hello;
    uint32_t connection = s->connection;
    if (client_hello_decode(json, &hello) != BASE_OK) {
        end(s, CLIENT_END_HELLO);
        return;
    }
    if (s->epoch[0] != '\0' && strcmp(s->epoch, hello.epoch) != 0) {
        end(s, CLIENT_END_HISTORY);
        return;
    }
    bool welcome = s->options.port->welcome(s->options.ctx, &hello);
    if (!s->open || s->connection != connection)
        return;
    if (!welcome) {
        end(s, CLIENT_END_UNWELCOME);
        return;
    }
    memcpy(s->epoch, hello.epoch, sizeof s->epoch);
    if (!s->greeted)
        greet(s);
}

static void keep_early(client_session *s, bytes message)
{
    if (s->early_count == CLIENT_EARLY_MAX) {
        end(s, CLIENT_END_EARLY);
        return;
    }
    buf_put_varstring(&s->early, message);
    if (buf_err(&s->early) != BASE_OK)
        end(s, buf_err(&s->early) == BASE_ELIMIT ? CLIENT_END_EARLY : CLIENT_END_NO_MEMORY);
    else
        s->early_count++;
}

void client_session_message(client_session *s, bytes message, int64_t now_us)
{
    sync_msg msg;
    if (!s->open)
        return;
    client_session_heard(s, now_us);
    if (sync_decode(message, &msg) != BASE_OK)
        end(s, CLIENT_END_MESSAGE);
    else if (msg.tag == SYNC_EVENT && client_event_is(msg.body, "hello"))
        on_hello(s, msg.body);
    else if (s->greeted || msg.tag == SYNC_EVENT)
        handle(s, &msg);
    else
        keep_early(s, message);
}

/* ----------------------------------------------------------------------------- connections --- */

void client_session_opened(client_session *s, client_protocol protocol, int64_t now_us)
{
    s->connection++;
    s->open = true;
    s->tandem_v1 = protocol == CLIENT_TANDEM_V1;
    s->heard = false;
    s->opened_us = s->heard_us = now_us;
    s->probed_us = 0;
    uint32_t connection = s->connection;
    send_document(s, SYNC_STEP1, (bytes){NULL, 0});
    if (!s->tandem_v1 && s->open && s->connection == connection)
        greet(s);
}

void client_session_closed(client_session *s)
{
    s->open = false;
    s->loose = s->loose || s->frames > s->acked;
    s->greeted = s->answered = s->synced = s->denied = false;
    s->frames = s->acked = 0;
    buf_deinit(&s->early);
    s->early_count = 0;
}

void client_session_tick(client_session *s, int64_t now_us)
{
    if (!s->open)
        return;
    if (!s->greeted && now_us - s->opened_us >= CLIENT_HELLO_WAIT_US) {
        greet(s);
    } else if (!s->heard && now_us - s->heard_us > CLIENT_FIRST_WORD_US) {
        end(s, CLIENT_END_SILENCE);
    } else if (s->probed_us > 0 && now_us - s->probed_us > CLIENT_PROBE_US) {
        end(s, CLIENT_END_SILENCE);
    } else if (s->probed_us == 0 && now_us - s->heard_us > CLIENT_SILENCE_US) {
        s->probed_us = now_us;
        send_presence(s, CLIENT_PRESENCE_AGAIN);
    }
}

/* ----------------------------------------------------------------------------- coming back --- */

static bool starts_with(bytes s, const char *word)
{
    size_t n = strlen(word);
    return s.len_bytes >= n && memcmp(s.ptr, word, n) == 0;
}

client_next client_next_of(unsigned close_code, bytes reason)
{
    if (close_code >= 4400 && close_code <= 4499)
        return CLIENT_NEXT_NOT_ANY;
    if (close_code == WS_CLOSE_POLICY && starts_with(reason, "client id"))
        return CLIENT_NEXT_NEW_ID;
    if (close_code == WS_CLOSE_TRY_LATER && starts_with(reason, "room_members"))
        return CLIENT_NEXT_FULL;
    return CLIENT_NEXT_RETRY;
}

int64_t client_backoff_us(unsigned n)
{
    static const int64_t first_us = 300000, most_us = 10000000;
    int64_t us = first_us << (n < 8 ? n : 8);
    return us < most_us ? us : most_us;
}

const char *client_end_text(client_end why)
{
    static const char *const texts[] = {
        [CLIENT_END_MESSAGE] = "the server sent what is no message",
        [CLIENT_END_HELLO] = "the server did not say which history it keeps",
        [CLIENT_END_EARLY] = "the server sent too much before its hello",
        [CLIENT_END_ACK] = "the server acknowledged what was not sent",
        [CLIENT_END_HISTORY] = "the room has another history now",
        [CLIENT_END_UNWELCOME] = "the room is not the one that was wanted",
        [CLIENT_END_DOCUMENT] = "the document refused what the server sent",
        [CLIENT_END_SILENCE] = "the server is silent",
        [CLIENT_END_NO_MEMORY] = "out of memory",
    };
    return texts[why];
}

unsigned client_end_code(client_end why)
{
    switch (why) {
    case CLIENT_END_MESSAGE:
    case CLIENT_END_HELLO:
    case CLIENT_END_EARLY:
    case CLIENT_END_ACK:
        return WS_CLOSE_UNSUPPORTED;
    case CLIENT_END_NO_MEMORY:
        return WS_CLOSE_TRY_LATER;
    case CLIENT_END_HISTORY:
    case CLIENT_END_UNWELCOME:
    case CLIENT_END_DOCUMENT:
    case CLIENT_END_SILENCE:
        break;
    }
    return WS_CLOSE_NORMAL;
}
