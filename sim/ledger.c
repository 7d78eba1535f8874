/* ledger.c - see ledger.h. */
#include "sim/ledger.h"

#include "base/buf.h"
#include "base/varint.h"
#include "sim/client.h"
#include "sim/server.h"

#include <stdlib.h>

typedef struct room_ledger {
    buf updates; /* each with its length */
    buf tags;
    bool is_void;
    uint32_t valid_from;                   /* the first generation of epochs that counts */
    char epoch[2 * STORE_EPOCH_BYTES + 1]; /* of the promises */
} room_ledger;

typedef struct ledger {
    room_ledger rooms[PLAN_ROOMS_MAX];
    uint32_t generation; /* of epochs: written into each */
    uint64_t count;
} ledger;

ledger *ledger_new(void)
{
    ledger *l = calloc(1, sizeof *l);
    if (l == NULL)
        abort();
    for (size_t i = 0; i < PLAN_ROOMS_MAX; i++) {
        buf_init(&l->rooms[i].updates, base_alloc_libc(), SIZE_MAX / 4);
        buf_init(&l->rooms[i].tags, base_alloc_libc(), SIZE_MAX / 4);
    }
    return l;
}

void ledger_free(ledger *l)
{
    for (size_t i = 0; i < PLAN_ROOMS_MAX; i++) {
        buf_deinit(&l->rooms[i].updates);
        buf_deinit(&l->rooms[i].tags);
    }
    free(l);
}

void ledger_record(world *w, uint32_t number, store_room *out)
{
    ledger *l = w->ledger;
    *out = (store_room){.name = "Room", .language = "python"};
    snprintf(out->id, sizeof out->id, "r%u", number);
    out->created_at_ms = out->used_at_ms = world_wall_ms(w);
    uint32_t generation = ++l->generation;
    uint64_t noise = rng_hash(w->plan->seed, generation);
    for (size_t i = 0; i < 4; i++)
        out->epoch[i] = (uint8_t)(generation >> (24 - 8 * i));
    memcpy(out->epoch + 8, &noise, sizeof noise);
}

static bool is_valid(const room_ledger *r, const char *epoch)
{
    char head[9];
    snprintf(head, sizeof head, "%.8s", epoch);
    return !r->is_void && strtoul(head, NULL, 16) >= r->valid_from;
}

static void promise(world *w, uint32_t number, const char *epoch, buf *to, bytes what)
{
    ledger *l = w->ledger;
    room_ledger *r = &l->rooms[number];
    if (strlen(epoch) != sizeof r->epoch - 1) {
        law_broken(w, "an ack comes after a hello", "room %u", number);
        return;
    }
    if (!is_valid(r, epoch))
        return;
    snprintf(r->epoch, sizeof r->epoch, "%s", epoch);
    buf_put_varstring(to, what);
    l->count++;
}

void ledger_promise(world *w, uint32_t number, const char *epoch, uint64_t id, bytes update)
{
    buf both;
    buf_init(&both, base_alloc_libc(), SIZE_MAX / 4);
    buf_put_varuint(&both, id);
    buf_put_bytes(&both, update);
    promise(w, number, epoch, &w->ledger->rooms[number].updates, buf_view(&both));
    buf_deinit(&both);
}

void ledger_promise_tag(world *w, uint32_t number, const char *epoch, const char *tag)
{
    promise(w, number, epoch, &w->ledger->rooms[number].tags, bytes_of_str(tag));
}

void ledger_forget(world *w, uint32_t number)
{
    room_ledger *r = &w->ledger->rooms[number];
    buf_clear(&r->updates);
    buf_clear(&r->tags);
    r->valid_from = w->ledger->generation + 1;
}

void ledger_void(world *w, uint32_t number)
{
    ledger_forget(w, number);
    w->ledger->rooms[number].is_void = true;
}

bool ledger_is_void(const world *w, uint32_t number)
{
    return w->ledger->rooms[number].is_void;
}

uint64_t ledger_count(const world *w)
{
    return w->ledger->count;
}

/* ---------------------------------------------------------------------------------- checks --- */

static bool has_forger(const world *w)
{
    for (uint32_t i = 0; i < w->plan->client_count; i++)
        if (w->plan->clients[i].kind == CLIENT_FORGER)
            return true;
    return false;
}

typedef struct own_clocks {
    const yoke_doc *doc;
    uint64_t id;
    bool known;  /* what its writer made is in the document, and does not wait there */
    bool others; /* it carries structs of other writers too */
} own_clocks;

static bool see_range(void *ctx, uint64_t writer, uint64_t from, uint64_t to)
{
    own_clocks *own = ctx;
    (void)from;
    if (writer != own->id)
        own->others = true;
    else
        own->known = own->known && yoke_doc_state(own->doc, writer) >= to;
    return true;
}

/* A promise is of all the bytes.  Only where there are forgers it is less: what a client carries
 * for others may be theirs, and they may say something else under the same clocks. */
static bool is_kept(const world *w, yoke_doc *doc, uint64_t id, yoke_bytes update,
                    yoke_apply_result *got, yoke_err *err)
{
    own_clocks own = {.doc = doc, .id = id, .known = true};
    *err = yoke_update_visit(update, NULL, see_range, &own);
    if (*err == YOKE_OK)
        *err = yoke_doc_apply(doc, update, 0, got);
    if (has_forger(w))
        return (*err == YOKE_OK && got->integrated + got->deleted == 0) ||
               (*err == YOKE_ECONFLICT && own.others);
    return *err == YOKE_OK && own.known && got->integrated + got->deleted == 0;
}

static void check_updates(world *w, uint32_t number, yoke_doc *doc)
{
    reader in = reader_of(buf_view(&w->ledger->rooms[number].updates));
    bytes both;
    for (size_t n = 1; reader_varbytes(&in, &both) == BASE_OK; n++) {
        reader parts = reader_of(both);
        uint64_t id;
        if (reader_varuint(&parts, &id) != BASE_OK)
            abort();
        yoke_bytes update = {parts.pos, reader_left(&parts)};
        yoke_apply_result got = {0};
        yoke_err err = YOKE_OK;
        if (is_kept(w, doc, id, update, &got, &err))
            continue;
        law_broken(
            w, "acked edits are stored",
            "room %u: promise %zu of %zu bytes: %s, %llu clocks and %llu deletes are missing",
            number, n, update.len_bytes, yoke_err_name(err), (unsigned long long)got.integrated,
            (unsigned long long)got.deleted);
        return;
    }
}

static bool tag_is_there(const world *w, yoke_doc *doc, yoke_type map, const char *text,
                         const char *tag)
{
    yoke_value value;
    if (w->plan->tags == TAGS_MAP)
        return yoke_map_get(doc, map, YOKE_STR(tag), &value) == YOKE_OK;
    return strstr(text, tag) != NULL;
}

/* Not the engine's word for it, but the document's content.  Forgers may lawfully delete. */
static void check_tags(world *w, uint32_t number, yoke_doc *doc)
{
    room_ledger *r = &w->ledger->rooms[number];
    if (w->plan->tags == TAGS_NONE || has_forger(w) || r->tags.len_bytes == 0)
        return;
    yoke_type map = YOKE_TYPE_NONE, text = YOKE_TYPE_NONE;
    yoke_blob utf8 = YOKE_BLOB_INIT;
    if (yoke_doc_root(doc, YOKE_STR("tags"), YOKE_KIND_MAP, &map) != YOKE_OK ||
        yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &text) != YOKE_OK ||
        yoke_text_utf8(doc, text, 0, UINT64_MAX, &utf8) != YOKE_OK)
        abort();
    buf copy;
    buf_init(&copy, base_alloc_libc(), SIZE_MAX / 4);
    buf_put(&copy, utf8.ptr, utf8.len_bytes);
    buf_put_u8(&copy, 0);
    reader in = reader_of(buf_view(&r->tags));
    bytes tag;
    while (reader_varbytes(&in, &tag) == BASE_OK) {
        char name[TAG_BYTES];
        snprintf(name, sizeof name, "%.*s", (int)tag.len_bytes, (const char *)tag.ptr);
        if (!tag_is_there(w, doc, map, (const char *)copy.ptr, name)) {
            law_broken(w, "acked edits are in the text", "room %u: %s is not there", number, name);
            break;
        }
    }
    buf_deinit(&copy);
    yoke_blob_free(&utf8);
}

static void hex(const uint8_t *epoch, char *out)
{
    for (size_t i = 0; i < STORE_EPOCH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", epoch[i]);
}

void ledger_check(world *w, uint32_t number)
{
    room_ledger *r = &w->ledger->rooms[number];
    if (r->is_void || (r->updates.len_bytes == 0 && r->tags.len_bytes == 0))
        return;
    store_loaded loaded;
    int err = server_peek(w->server, number, &loaded);
    if (err != BASE_OK) {
        law_broken(w, "rooms with promises are there", "room %u: %s", number, store_err_text(err));
        return;
    }
    char epoch[2 * STORE_EPOCH_BYTES + 1];
    hex(loaded.room.epoch, epoch);
    if (strcmp(epoch, r->epoch) != 0)
        law_broken(w, "the epoch stays", "room %u: %s was %s", number, epoch, r->epoch);
    yoke_doc *doc = client_doc_of(&loaded);
    if (doc == NULL) {
        law_broken(w, "stored rooms load", "room %u", number);
    } else {
        check_updates(w, number, doc);
        check_tags(w, number, doc);
        yoke_doc_free(doc);
    }
    store_loaded_free(&loaded);
}

void ledger_closed(world *w, uint32_t who, unsigned code, const char *reason)
{
    world_note(w, "the server closes client %u: %u %s", who, code, reason);
    client_kind kind = w->plan->clients[who].kind;
    bool honest = kind == CLIENT_TANDEM || kind == CLIENT_STOCK;
    bool out_of_service = code == WS_CLOSE_INTERNAL && w->spoiled[w->plan->clients[who].room];
    bool blamed = code == WS_CLOSE_PROTOCOL || code == WS_CLOSE_UNSUPPORTED ||
                  code == WS_CLOSE_BAD_DATA || code == WS_CLOSE_TOO_BIG ||
                  code == WS_CLOSE_INTERNAL;
    w->counts[COUNT_BLAMED] += blamed || code == WS_CLOSE_POLICY;
    if (honest && blamed && !out_of_service)
        law_broken(w, "honest clients are not blamed", "client %u: %u %s", who, code, reason);
    if (honest && code == WS_CLOSE_POLICY && strncmp(reason, "client id", 9) == 0 && !has_forger(w))
        law_broken(w, "nobody is taken for another", "client %u: %s", who, reason);
}
