/* client_page.c - our page: a session of client/ with a document, what a browser keeps of it, and
 * edits that are known by name.  web/src/collab does the same. */
#include "sim/client.h"
#include "sim/ledger.h"

#include "wire/ws.h"

#include <stdlib.h>

/* ------------------------------------------------------------------------------- documents --- */

static void on_update(void *ctx, const yoke_event *change)
{
    client *c = ctx;
    bytes update = bytes_of(change->update.ptr, change->update.len_bytes);
    if (change->local && !c->applying)
        page_local_update(c, update);
    if (!c->save_due && c->plan->kind == CLIENT_TANDEM) {
        c->save_due = true;
        client_timer_in(c, TIMER_SAVE, rng_scale(&c->luck, 1, 400 * MS));
    }
}

void client_new_doc(client *c)
{
    yoke_doc_free(c->doc);
    c->id = rng_next(&c->luck) & UINT32_MAX;
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = c->id;
    yoke_observer observer = {.ctx = c, .on_update = on_update};
    if (yoke_doc_new(&options, &c->doc) != YOKE_OK ||
        yoke_doc_observe(c->doc, &observer) != YOKE_OK)
        abort();
    presence_deinit(&c->presence);
    if (presence_init(&c->presence, base_alloc_libc(), c->id, c->w->clock.now_us) != BASE_OK)
        abort();
    client_session_start_over(&c->session);
    c->save_due = false;
    c->ids = realloc(c->ids, (c->id_count + 1) * sizeof *c->ids);
    if (c->ids == NULL)
        abort();
    c->ids[c->id_count++] = c->id;
}

static bool has_forger(const client *c)
{
    for (uint32_t i = 0; i < c->w->plan->client_count; i++)
        if (c->w->plan->clients[i].kind == CLIENT_FORGER)
            return true;
    return false;
}

void page_forget_copy(client *c)
{
    buf_clear(&c->copy);
    c->copy_epoch[0] = '\0';
    c->tag_count = 0;
}

void page_start_over(client *c)
{
    world_note(c->w, "client %u starts over with a new document", c->number);
    page_forget_copy(c);
    c->demoted = false;
    c->attempt = 0; /* a new session begins, which has never failed */
    client_new_doc(c);
}

bool client_apply(client *c, bytes update)
{
    c->applying = true;
    yoke_err err = yoke_doc_apply(c->doc, (yoke_bytes){update.ptr, update.len_bytes}, 1, NULL);
    c->applying = false;
    if (err == YOKE_OK)
        return true;
    if (err == YOKE_ECONFLICT && has_forger(c)) {
        /* Somebody wrote under this client's id: what was typed here cannot be told any more. */
        page_start_over(c);
        client_disconnect(c, true);
    } else {
        law_broken(c->w, "clients can apply what the server sends", "client %u: %s", c->number,
                   yoke_err_name(err));
    }
    return false;
}

void client_encode_since(client *c, bytes sv, yoke_blob *out)
{
    yoke_err err =
        yoke_doc_encode(c->doc, (yoke_bytes){sv.ptr, sv.len_bytes}, YOKE_ENCODE_PENDING, out);
    if (err != YOKE_OK)
        law_broken(c->w, "the server speaks the protocol", "client %u, state vector: %s", c->number,
                   yoke_err_name(err));
}

yoke_doc *client_doc_of(const store_loaded *loaded)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    if (yoke_doc_new(&options, &doc) != YOKE_OK)
        abort();
    yoke_err err = YOKE_OK;
    if (loaded->snapshot.len_bytes > 0)
        err = yoke_doc_apply(doc, (yoke_bytes){loaded->snapshot.ptr, loaded->snapshot.len_bytes}, 0,
                             NULL);
    for (size_t i = 0; i < loaded->row_count && err == YOKE_OK; i++) {
        bytes update = loaded->rows[i].update;
        err = yoke_doc_apply(doc, (yoke_bytes){update.ptr, update.len_bytes}, 0, NULL);
    }
    if (err == YOKE_OK)
        return doc;
    yoke_doc_free(doc);
    return NULL;
}

/* ------------------------------------------------------------------------------ local copy --- */

static void save_copy(client *c)
{
    yoke_blob state = YOKE_BLOB_INIT;
    c->save_due = false;
    if (c->session.epoch[0] == '\0')
        return; /* it is not known yet whose history this is */
    if (yoke_doc_encode(c->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &state) != YOKE_OK)
        abort();
    buf_clear(&c->copy);
    buf_put(&c->copy, state.ptr, state.len_bytes);
    yoke_blob_free(&state);
    memcpy(c->copy_epoch, c->session.epoch, sizeof c->copy_epoch);
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].saved = true;
}

void page_load_copy(client *c)
{
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].frame = 0;
    if (c->copy_epoch[0] == '\0')
        return;
    if (client_apply(c, buf_view(&c->copy)) &&
        client_session_resume(&c->session, c->copy_epoch) != BASE_OK)
        abort();
}

/* ------------------------------------------------------------------------------- the port --- */

static void remember_frame(client *c, bytes update)
{
    if (c->sent_count == c->sent_cap) {
        c->sent_cap = c->sent_cap == 0 ? 16 : 2 * c->sent_cap;
        c->sent = realloc(c->sent, c->sent_cap * sizeof *c->sent);
        if (c->sent == NULL)
            abort();
    }
    sent_frame *sent = &c->sent[c->sent_count++];
    sent->number = c->session.frames;
    buf_init(&sent->update, base_alloc_libc(), SIZE_MAX / 4);
    buf_put_bytes(&sent->update, update);
    for (size_t i = 0; i < c->tag_count; i++)
        if (c->tags[i].frame == 0)
            c->tags[i].frame = sent->number;
}

static void on_send(void *ctx, const sync_msg *msg)
{
    client *c = ctx;
    if (msg->tag == SYNC_STEP2 || msg->tag == SYNC_UPDATE)
        remember_frame(c, msg->body);
    client_say(c, msg->tag, msg->body);
}

static int put_state_vector(void *ctx, buf *out)
{
    client *c = ctx;
    yoke_blob sv = YOKE_BLOB_INIT;
    if (yoke_doc_state_vector(c->doc, &sv) != YOKE_OK)
        abort();
    buf_put(out, sv.ptr, sv.len_bytes);
    yoke_blob_free(&sv);
    return 0;
}

static int encode_since(void *ctx, bytes state_vector, buf *out)
{
    client *c = ctx;
    yoke_blob diff = YOKE_BLOB_INIT;
    client_encode_since(c, state_vector, &diff);
    buf_put(out, diff.ptr, diff.len_bytes);
    yoke_blob_free(&diff);
    return 0;
}

static int on_apply(void *ctx, sync_tag tag, bytes update)
{
    client_hears(ctx, &(sync_msg){.tag = tag, .body = update});
    return 0;
}

static void put_presence(void *ctx, client_presence which, buf *out)
{
    client *c = ctx;
    if (which == CLIENT_PRESENCE_NEWER)
        presence_renew(&c->presence, c->w->clock.now_us);
    client_put_presence(c, out);
}

static void on_presence(void *ctx, bytes update)
{
    client_hears(ctx, &(sync_msg){.tag = SYNC_AWARENESS, .body = update});
}

static bool on_welcome(void *ctx, const client_hello *hello)
{
    client *c = ctx;
    const char *epoch = c->session.epoch;
    if (epoch[0] != '\0' && strcmp(epoch, hello->epoch) != 0)
        law_broken(c->w, "a page never changes histories", "client %u: %s to %s", c->number, epoch,
                   hello->epoch);
    return !c->demoted;
}

static void on_event(void *ctx, bytes json)
{
    (void)ctx;
    (void)json;
}

static void on_acked(void *ctx, uint64_t count)
{
    client *c = ctx;
    if (count <= c->acked)
        law_broken(c->w, "acks grow and count frames", "client %u: %llu after %llu", c->number,
                   (unsigned long long)count, (unsigned long long)c->acked);
    c->acked = count;
    size_t kept = 0;
    for (size_t i = 0; i < c->sent_count; i++) {
        sent_frame *sent = &c->sent[i];
        if (sent->number > count) {
            c->sent[kept++] = *sent;
            continue;
        }
        uint64_t writer = c->claimed ? LEDGER_NOBODY : c->id;
        ledger_promise(c->w, c->plan->room, c->session.epoch, writer, buf_view(&sent->update));
        buf_deinit(&sent->update);
    }
    c->sent_count = kept;
    kept = 0;
    for (size_t i = 0; i < c->tag_count; i++) {
        if (c->tags[i].frame == 0 || c->tags[i].frame > count)
            c->tags[kept++] = c->tags[i];
        else
            ledger_promise_tag(c->w, c->plan->room, c->session.epoch, c->tags[i].text);
    }
    c->tag_count = kept;
}

static void on_denied(void *ctx, bytes reason)
{
    client *c = ctx;
    world_note(c->w, "client %u is denied: %.*s", c->number, (int)reason.len_bytes,
               (const char *)reason.ptr);
    client_hears(c, &(sync_msg){.tag = SYNC_DENIED, .body = reason});
}

static void on_end(void *ctx, client_end why)
{
    client *c = ctx;
    switch (why) {
    case CLIENT_END_HISTORY:
    case CLIENT_END_UNWELCOME:
        page_start_over(c);
        client_disconnect(c, true);
        break;
    case CLIENT_END_EARLY:
    case CLIENT_END_SILENCE:
        client_disconnect(c, true);
        break;
    case CLIENT_END_ACK:
        law_broken(c->w, "acks grow and count frames", "client %u: %llu were acked of %llu sent",
                   c->number, (unsigned long long)c->session.acked,
                   (unsigned long long)c->session.frames);
        break;
    case CLIENT_END_HELLO:
        law_broken(c->w, "hello names the epoch", "client %u", c->number);
        break;
    case CLIENT_END_MESSAGE:
    case CLIENT_END_DOCUMENT:
        law_broken(c->w, "the server speaks the protocol", "client %u: %s", c->number,
                   client_end_text(why));
        break;
    case CLIENT_END_NO_MEMORY:
        abort();
    }
}

void page_init(client *c)
{
    static const client_port port = {.send = on_send,
                                     .state_vector = put_state_vector,
                                     .encode_since = encode_since,
                                     .apply = on_apply,
                                     .put_presence = put_presence,
                                     .presence = on_presence,
                                     .welcome = on_welcome,
                                     .event = on_event,
                                     .acked = on_acked,
                                     .denied = on_denied,
                                     .end = on_end};
    client_session_init(&c->session, &(client_options){.port = &port,
                                                       .ctx = c,
                                                       .alloc = base_alloc_libc(),
                                                       .message_bytes_max = SIZE_MAX / 4});
}

/* ------------------------------------------------------------------------------- the page --- */

void page_local_update(client *c, bytes update)
{
    if (c->plan->kind == CLIENT_TANDEM)
        client_session_edited(&c->session, update);
    else
        client_say(c, SYNC_UPDATE, update);
}

void page_opened(client *c)
{
    client_session_opened(&c->session, CLIENT_TANDEM_V1, c->w->clock.now_us);
    client_timer_in(c, TIMER_GREET, CLIENT_HELLO_WAIT_US);
}

void page_closed(client *c)
{
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].frame = 0;
    c->acked = 0;
    client_session_closed(&c->session);
}

void page_timer(client *c, client_timer timer)
{
    if (timer == TIMER_SAVE)
        save_copy(c);
    else if (timer == TIMER_GREET)
        client_session_tick(&c->session, c->w->clock.now_us);
}
