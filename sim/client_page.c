/* client_page.c - our page: what web/src/collab does, step by step.
 *
 * Nothing of ours is sent before hello said which history the server keeps, and step 1 what it
 * lacks of it.  Frames are counted; what was not acked when the connection drops is loose again and
 * travels in the next step 2.  The local copy belongs to an epoch and is never merged into another.
 */
#include "sim/client.h"
#include "sim/ledger.h"

#include "wire/ws.h"

#include <stdlib.h>

#define HELLO_WAIT_US (3 * SECOND)

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
    presence_init(&c->presence, c->id, c->w->clock.now_us);
    c->loose = false;
    c->save_due = false;
    c->ids = realloc(c->ids, (c->id_count + 1) * sizeof *c->ids);
    if (c->ids == NULL)
        abort();
    c->ids[c->id_count++] = c->id;
    c->epoch[0] = '\0';
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
    if (c->epoch[0] == '\0')
        return; /* it is not known yet whose history this is */
    if (yoke_doc_encode(c->doc, YOKE_NONE, YOKE_ENCODE_PENDING, &state) != YOKE_OK)
        abort();
    buf_clear(&c->copy);
    buf_put(&c->copy, state.ptr, state.len_bytes);
    yoke_blob_free(&state);
    memcpy(c->copy_epoch, c->epoch, sizeof c->epoch);
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].saved = true;
}

void page_load_copy(client *c)
{
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].frame = 0;
    if (c->copy_epoch[0] == '\0')
        return;
    memcpy(c->epoch, c->copy_epoch, sizeof c->epoch);
    if (client_apply(c, buf_view(&c->copy)))
        c->loose = true; /* perhaps: the next step 2 tells */
}

/* --------------------------------------------------------------------------------- sending --- */

static void send_sync(client *c, sync_tag tag, bytes body)
{
    if (!c->open)
        return;
    c->frames++;
    if (c->sent_count == c->sent_cap) {
        c->sent_cap = c->sent_cap == 0 ? 16 : 2 * c->sent_cap;
        c->sent = realloc(c->sent, c->sent_cap * sizeof *c->sent);
        if (c->sent == NULL)
            abort();
    }
    sent_frame *sent = &c->sent[c->sent_count++];
    sent->number = c->frames;
    buf_init(&sent->update, base_alloc_libc(), SIZE_MAX / 4);
    buf_put_bytes(&sent->update, body);
    for (size_t i = 0; i < c->tag_count; i++)
        if (c->tags[i].frame == 0)
            c->tags[i].frame = c->frames;
    c->loose = false;
    client_say(c, tag, body);
}

void page_local_update(client *c, bytes update)
{
    if (c->plan->kind != CLIENT_TANDEM) {
        client_say(c, SYNC_UPDATE, update);
        return;
    }
    /* Before step 2 has left, edits wait: it will carry them. */
    c->loose = true;
    if (c->answered)
        send_sync(c, SYNC_UPDATE, update);
}

/* ------------------------------------------------------------------------------- listening --- */

static void on_ack(client *c, uint64_t count)
{
    if (count <= c->acked || count > c->frames) {
        law_broken(c->w, "acks grow and count frames", "client %u: %llu after %llu, %llu were sent",
                   c->number, (unsigned long long)count, (unsigned long long)c->acked,
                   (unsigned long long)c->frames);
        return;
    }
    c->acked = count;
    size_t kept = 0;
    for (size_t i = 0; i < c->sent_count; i++) {
        sent_frame *sent = &c->sent[i];
        if (sent->number > count) {
            c->sent[kept++] = *sent;
            continue;
        }
        uint64_t writer = c->claimed ? LEDGER_NOBODY : c->id;
        ledger_promise(c->w, c->plan->room, c->epoch, writer, buf_view(&sent->update));
        buf_deinit(&sent->update);
    }
    c->sent_count = kept;
    kept = 0;
    for (size_t i = 0; i < c->tag_count; i++) {
        if (c->tags[i].frame == 0 || c->tags[i].frame > count)
            c->tags[kept++] = c->tags[i];
        else
            ledger_promise_tag(c->w, c->plan->room, c->epoch, c->tags[i].text);
    }
    c->tag_count = kept;
}

/* What the page looks for in hello; false: this is another history, it has to start over. */
static bool welcome(client *c, bytes json)
{
    static const char key[] = "\"epoch\":\"";
    char epoch[EPOCH_CHARS + 1] = "";
    for (size_t i = 0; i + sizeof key + EPOCH_CHARS <= json.len_bytes; i++) {
        if (memcmp(json.ptr + i, key, sizeof key - 1) == 0) {
            memcpy(epoch, json.ptr + i + sizeof key - 1, EPOCH_CHARS);
            break;
        }
    }
    if (epoch[0] == '\0')
        law_broken(c->w, "hello names the epoch", "client %u", c->number);
    if (c->demoted || (c->epoch[0] != '\0' && strcmp(c->epoch, epoch) != 0))
        return false;
    if (c->epoch[0] != '\0' && strcmp(c->epoch, epoch) != 0)
        law_broken(c->w, "a page never changes histories", "client %u: %s to %s", c->number,
                   c->epoch, epoch);
    memcpy(c->epoch, epoch, sizeof c->epoch);
    return true;
}

static void handle(client *c, const sync_msg *msg)
{
    yoke_blob diff = YOKE_BLOB_INIT;
    switch (msg->tag) {
    case SYNC_STEP1:
        c->answered = true;
        client_encode_since(c, msg->body, &diff);
        send_sync(c, SYNC_STEP2, bytes_of(diff.ptr, diff.len_bytes));
        yoke_blob_free(&diff);
        break;
    case SYNC_ACK:
        on_ack(c, msg->count);
        break;
    case SYNC_DENIED:
        world_note(c->w, "client %u is denied: %.*s", c->number, (int)msg->body.len_bytes,
                   (const char *)msg->body.ptr);
        client_hears(c, msg);
        break;
    case SYNC_STEP2:
    case SYNC_UPDATE:
    case SYNC_AWARENESS:
    case SYNC_QUERY_AWARENESS:
        client_hears(c, msg);
        break;
    case SYNC_EVENT:
    case SYNC_UNKNOWN:
        break;
    }
}

static void greet(client *c)
{
    if (c->greeted)
        return;
    c->greeted = true;
    /* The others may have heard that we left: only a newer clock brings us back. */
    presence_set(&c->presence, true, c->w->clock.now_us);
    client_say_awareness(c);
    uint32_t link_ = c->link;
    for (size_t i = 0; i < c->early_count && c->open && c->link == link_; i++) {
        sync_msg msg;
        if (sync_decode(buf_view(&c->early[i]), &msg) == BASE_OK)
            handle(c, &msg);
    }
    c->early_count = 0;
}

static bool is_hello(const sync_msg *msg)
{
    static const char head[] = "{\"type\":\"hello\"";
    return msg->tag == SYNC_EVENT && msg->body.len_bytes > sizeof head &&
           memcmp(msg->body.ptr, head, sizeof head - 1) == 0;
}

void page_message(client *c, const sync_msg *msg, bytes whole)
{
    if (is_hello(msg)) {
        if (welcome(c, msg->body)) {
            greet(c);
        } else {
            page_start_over(c);
            client_disconnect(c, true);
        }
    } else if (c->greeted || msg->tag == SYNC_EVENT) {
        handle(c, msg);
    } else if (c->early_count < sizeof c->early / sizeof *c->early) {
        buf_clear(&c->early[c->early_count]);
        buf_put_bytes(&c->early[c->early_count++], whole);
    } else {
        client_disconnect(c, true);
    }
}

void page_opened(client *c)
{
    client_say_step1(c);
    client_timer_in(c, TIMER_GREET, HELLO_WAIT_US);
}

void page_closed(client *c)
{
    for (size_t i = 0; i < c->tag_count; i++)
        c->tags[i].frame = 0;
    c->loose = c->loose || c->frames > c->acked;
    c->greeted = c->answered = c->synced = c->denied = false;
    c->frames = c->acked = 0;
    c->early_count = 0;
}

void page_timer(client *c, client_timer timer)
{
    if (timer == TIMER_SAVE)
        save_copy(c);
    else if (timer == TIMER_GREET)
        greet(c);
}
