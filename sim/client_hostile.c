/* client_hostile.c - clients that know the protocol and break it, and viewers that write. */
#include "base/varint.h"
#include "sim/client.h"
#include "wire/ws.h"

#include <stdlib.h>

void hostile_opened(client *c)
{
    client_say_step1(c);
    if (c->plan->kind == CLIENT_DEAF)
        net_link(c->w, c->link)->paused = true;
}

/* It follows the document as far as it can, to be able to forge what fits. */
void hostile_message(client *c, const sync_msg *msg)
{
    if (msg->tag == SYNC_STEP2 || msg->tag == SYNC_UPDATE) {
        c->applying = true;
        (void)!yoke_doc_apply(c->doc, (yoke_bytes){msg->body.ptr, msg->body.len_bytes}, 1, NULL);
        c->applying = false;
        c->synced = true;
        c->attempt = 0;
    }
}

/* An update that inserts text under `id`, right behind what is known of that writer. */
static void forged_update(client *c, uint64_t id, const char *text, buf *out)
{
    yoke_blob state = YOKE_BLOB_INIT, sv = YOKE_BLOB_INIT, update = YOKE_BLOB_INIT;
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    yoke_type type;
    options.client_id = id;
    if (yoke_doc_new(&options, &doc) != YOKE_OK ||
        yoke_doc_encode(c->doc, YOKE_NONE, 0, &state) != YOKE_OK ||
        yoke_doc_apply(doc, yoke_blob_view(&state), 0, NULL) != YOKE_OK ||
        yoke_doc_state_vector(doc, &sv) != YOKE_OK)
        abort();
    if (yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &type) == YOKE_OK &&
        yoke_text_insert(doc, type, 0, YOKE_STR(text)) == YOKE_OK &&
        yoke_doc_encode(doc, yoke_blob_view(&sv), 0, &update) == YOKE_OK)
        buf_put(out, update.ptr, update.len_bytes);
    yoke_blob_free(&state);
    yoke_blob_free(&sv);
    yoke_blob_free(&update);
    yoke_doc_free(doc);
}

static uint64_t somebody(client *c, rng *luck)
{
    const client *other = &c->w->clients[rng_below(luck, c->w->plan->client_count)];
    return other->id != 0 ? other->id : rng_next(luck) & UINT32_MAX;
}

static void mutate(buf *b, rng *luck)
{
    for (int64_t n = rng_scale(luck, 1, 6); n > 0 && b->len_bytes > 0; n--) {
        uint8_t *at = b->ptr + rng_below(luck, b->len_bytes);
        switch (rng_below(luck, 4)) {
        case 0:
            *at = (uint8_t)rng_next(luck);
            break;
        case 1:
            *at ^= (uint8_t)(1u << rng_below(luck, 8));
            break;
        case 2:
            *at = 0xff;
            break;
        default:
            b->len_bytes = (size_t)rng_below(luck, b->len_bytes + 1);
        }
    }
}

/* An id that a forger speaks for: what its owner wrote meanwhile may be taken for known, and clocks
 * of its awareness may be used up.  Only a lease on ids could tell; without one the owner's page
 * has to be loaded anew. */
static void claim(client *c, uint64_t id)
{
    for (uint32_t i = 0; i < c->w->plan->client_count; i++) {
        client *other = &c->w->clients[i];
        /* Stock clients know of no epochs and bring back what a restore took away: under the same
         * clocks they have something else than the room now. */
        if (other->plan->kind == CLIENT_STOCK && other->plan->room == c->plan->room &&
            other->doc != NULL && yoke_doc_state(other->doc, id) > yoke_doc_state(c->doc, id))
            other->misled = true;
        for (size_t k = 0; k < other->id_count && other != c; k++)
            if (other->ids[k] == id)
                other->claimed = c->w->forged[c->plan->room] = true;
    }
}

/* All whose ids stand somewhere in the bytes, as writers, neighbours or in deletes. */
static void claim_named(client *c, bytes update)
{
    for (uint32_t i = 0; i < c->w->plan->client_count; i++) {
        const client *other = &c->w->clients[i];
        for (size_t k = 0; k < other->id_count; k++) {
            uint8_t id[VARINT_BYTES_MAX];
            size_t n = varuint_write(id, other->ids[k]);
            if (memmem(update.ptr, update.len_bytes, id, n) != NULL)
                claim(c, other->ids[k]);
        }
    }
}

static void say_update(client *c, rng *luck, const buf *b)
{
    claim_named(c, buf_view(b));
    client_say(c, rng_percent(luck, 30) ? SYNC_STEP2 : SYNC_UPDATE, buf_view(b));
}

static void say_mutated(client *c, rng *luck)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    if (c->last_update.len_bytes > 0 && rng_percent(luck, 50))
        buf_put_bytes(&b, buf_view(&c->last_update));
    else
        forged_update(c, c->id, "forged", &b);
    mutate(&b, luck);
    say_update(c, luck, &b);
    buf_deinit(&b);
}

/* Structs that claim much: a run of 2^31 clocks, 2^40 clients, a string longer than the update. */
static void say_claims(client *c, rng *luck)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    bool fits = rng_percent(luck, 50);
    buf_put_varuint(&b, fits ? 1 : UINT64_C(1) << 40);
    buf_put_varuint(&b, fits ? 1 : UINT64_C(1) << 33);
    buf_put_varuint(&b, rng_next(luck) & UINT32_MAX);
    buf_put_varuint(&b, rng_percent(luck, 50) ? 0 : 77);
    buf_put_u8(&b, rng_percent(luck, 70) ? 0 : 4);
    buf_put_varuint(&b, UINT64_C(1) << rng_between(luck, 3, 40));
    buf_put_varuint(&b, 0);
    say_update(c, luck, &b);
    buf_deinit(&b);
}

/* Clocks that nobody has yet, so that it waits: the pending bomb. */
static void say_future(client *c, rng *luck)
{
    for (int64_t n = rng_scale(luck, 1, 60); n > 0; n--) {
        buf b;
        buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
        buf_put_varuint(&b, 1);
        buf_put_varuint(&b, 1);
        buf_put_varuint(&b, somebody(c, luck));
        buf_put_varuint(&b, 1000 + rng_below(luck, 100000));
        buf_put_u8(&b, 0); /* collected */
        buf_put_varuint(&b, 1 + rng_below(luck, 5));
        buf_put_varuint(&b, 0);
        say_update(c, luck, &b);
        buf_deinit(&b);
    }
}

static void say_presence(client *c, rng *luck)
{
    buf b;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    uint64_t count = rng_below(luck, 12);
    buf_put_varuint(&b, rng_percent(luck, 10) ? UINT64_C(1) << 50 : count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t id = rng_percent(luck, 60) ? somebody(c, luck) : 5000 + i;
        claim(c, id);
        buf_put_varuint(&b, id);
        buf_put_varuint(&b, rng_next(luck) >> rng_between(luck, 12, 63));
        buf_put_varstring(&b, bytes_of_str(rng_percent(luck, 50) ? "null" : "{\"user\":{}}"));
    }
    client_say(c, SYNC_AWARENESS, buf_view(&b));
    buf_deinit(&b);
}

/* Bytes that are no frames, or frames that must not be. */
static void say_noise(client *c, rng *luck)
{
    uint8_t noise[64];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)rng_next(luck);
    bytes some = bytes_of(noise, (size_t)rng_below(luck, sizeof noise + 1));
    switch (rng_below(luck, 5)) {
    case 0:
        client_send_bytes(c, some);
        break;
    case 1:
        client_say_raw(c, WS_OP_TEXT, some);
        break;
    case 2:
        client_say_raw(c, WS_OP_PING, some);
        break;
    case 3:
        client_say_raw(c, WS_OP_CONTINUATION, some);
        break;
    default:
        client_say_raw(c, WS_OP_BINARY, some);
    }
}

static void flood(client *c, rng *luck)
{
    for (int64_t n = rng_scale(luck, 20, 400); n > 0 && c->open; n--) {
        if (rng_percent(luck, 30)) {
            presence_renew(&c->presence, c->w->clock.now_us);
            client_say_awareness(c);
        } else {
            client_edit(c, rng_next(luck));
        }
    }
}

void hostile_act(client *c, uint64_t salt)
{
    rng luck = {salt};
    buf b;
    if (!c->open)
        return;
    if (c->plan->kind == CLIENT_FLOODER) {
        flood(c, &luck);
        return;
    }
    if (c->plan->kind == CLIENT_DEAF) {
        client_edit(c, rng_next(&luck));
        client_say_step1(c);
        return;
    }
    switch (rng_below(&luck, 7)) {
    case 0:
        say_claims(c, &luck);
        break;
    case 1:
        say_future(c, &luck);
        break;
    case 2:
        say_presence(c, &luck);
        break;
    case 3:
        say_noise(c, &luck);
        break;
    case 4: /* under another's id, at its next clocks */
        buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
        forged_update(c, somebody(c, &luck), "captured", &b);
        say_update(c, &luck, &b);
        buf_deinit(&b);
        break;
    default:
        say_mutated(c, &luck);
    }
}

void hostile_viewer_writes(client *c, uint64_t salt)
{
    rng luck = {salt};
    buf b;
    if (!c->open)
        return;
    buf_init(&b, base_alloc_libc(), SIZE_MAX / 4);
    /* Not under the id of its document: it may be an editor when this arrives, and go on there. */
    forged_update(c, 1 + (rng_next(&luck) >> 32), "a viewer was here", &b);
    say_update(c, &luck, &b);
    buf_deinit(&b);
}
