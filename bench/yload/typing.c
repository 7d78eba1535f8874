/* typing.c - the bytes that are typed, and what is known of a document: clocks.
 *
 * Each room has one anchor text; writer w types between its characters w and w+1: the origin of a
 * character is the writer's last one, its right origin the next of the anchor.  Character k of a
 * writer is always the same, so a lost one can be written again.
 */
#include "yload.h"

#include "base/varint.h"

#include <yoke/yoke.h>

enum { STRING = 4, HAS_ORIGINS = 0xC0 };

void room_name(uint32_t room, char out[128])
{
    if (opt.room == NULL)
        snprintf(out, 128, "yl%x-%u", (unsigned)first_id, room);
    else if (opt.rooms == 1)
        snprintf(out, 128, "%s", opt.room);
    else
        snprintf(out, 128, "%s-%u", opt.room, room);
}

static uint64_t id_of(uint32_t room, uint64_t index)
{
    return first_id + (uint64_t)room * (uint64_t)opt.clients + index;
}

uint64_t anchor_of(uint32_t room)
{
    return first_id + (uint64_t)opt.rooms * (uint64_t)opt.clients + room;
}

size_t anchor_count(void)
{
    return opt.writers + 1 < ANCHORS_MAX ? (size_t)opt.writers + 1 : ANCHORS_MAX;
}

static uint8_t character(uint64_t k)
{
    return k % 41 == 40 ? '\n' : (uint8_t)('a' + k % 26);
}

static void put_id(buf *out, uint64_t client, uint64_t clock)
{
    buf_put_varuint(out, client);
    buf_put_varuint(out, clock);
}

void put_typed(buf *out, const conn *c, uint32_t from, uint32_t count_)
{
    uint64_t anchor = anchor_of(c->room);
    buf_put_varuint(out, 1);
    put_id(out, c->id, from);
    buf_put_u8(out, STRING | HAS_ORIGINS);
    if (from == 0)
        put_id(out, anchor, c->index);
    else
        put_id(out, c->id, from - 1);
    put_id(out, anchor, c->index + 1);
    buf_put_varuint(out, count_);
    for (uint32_t k = from; k < from + count_; k++)
        buf_put_u8(out, character(k));
}

/* The first item of a root text. */
static void put_first_item(buf *out, uint64_t client)
{
    buf_put_varuint(out, 1);
    put_id(out, client, 0);
    buf_put_u8(out, STRING);
    buf_put_varuint(out, 1);
    buf_put_varstring(out, bytes_of_str(opt.text));
}

void put_anchor(buf *out, uint32_t room)
{
    put_first_item(out, anchor_of(room));
    buf_put_varuint(out, anchor_count());
    for (size_t i = 0; i < anchor_count(); i++)
        buf_put_u8(out, '#');
}

void put_presence(buf *out, const conn *c, uint32_t clock, uint32_t at)
{
    char json[512], place[160];
    snprintf(
        place, sizeof place,
        "{\"type\":null,\"tname\":\"%.40s\",\"item\":{\"client\":%llu,\"clock\":%u},\"assoc\":0}",
        opt.text, (unsigned long long)c->id, at);
    snprintf(json, sizeof json,
             "{\"user\":{\"name\":\"user%u\",\"color\":\"#30bced\"},\"selection\":{\"anchor\":%s,"
             "\"head\":%s}}",
             c->index, place, place);
    buf_put_varuint(out, 1);
    put_id(out, c->id, clock);
    buf_put_varstring(out, bytes_of_str(json));
}

/* Of a client that keeps its document over a reconnect. */
void put_state_vector(buf *out, const conn *c)
{
    uint64_t known = c->anchored;
    for (int i = 0; i < opt.writers; i++)
        known += c->have[i] > 0;
    if (opt.cold || known == 0) {
        buf_put_varuint(out, 0);
        return;
    }
    buf_put_varuint(out, known);
    if (c->anchored)
        put_id(out, anchor_of(c->room), anchor_count());
    for (int i = 0; i < opt.writers; i++)
        if (c->have[i] > 0)
            put_id(out, id_of(c->room, (uint64_t)i), c->have[i]);
}

void put_lacking(buf *out, conn *c, bytes state_vector)
{
    reader r = reader_of(state_vector);
    uint64_t entries, id, clock, theirs = 0, mine = c->writer != NULL ? c->writer->clock : 0;
    bool anchor_lacks = c->index == 0 && c->anchored;
    if (reader_varuint(&r, &entries) != BASE_OK)
        entries = 0;
    while (entries-- > 0 && reader_varuint(&r, &id) == BASE_OK &&
           reader_varuint(&r, &clock) == BASE_OK) {
        theirs = id == c->id ? clock : theirs;
        anchor_lacks = anchor_lacks && id != anchor_of(c->room);
    }
    bool typed_lacks = mine > theirs && mine - theirs <= 4000;
    buf_put_varuint(out, (uint64_t)anchor_lacks + typed_lacks);
    if (anchor_lacks)
        put_anchor(out, c->room);
    if (typed_lacks)
        put_typed(out, c, (uint32_t)theirs, (uint32_t)(mine - theirs));
    buf_put_u8(out, 0);
}

static void type_json(conn *c, uint32_t k)
{
    buf *b = &c->loader->update;
    buf_clear(b);
    buf_put_fmt(b, "{\"type\":\"code_update\",\"m\":\"%llu:%u\",\"code\":\"",
                (unsigned long long)c->id, k);
    for (int i = 0; i < opt.jsonbytes; i++)
        buf_put_u8(b, 'x');
    buf_put_str(b, "\"}");
    conn_send(c, WS_OP_TEXT, buf_view(b));
}

static void say_edit(conn *c, bytes update)
{
    if (opt.dialect == DIALECT_RAW)
        conn_say(c, &(sync_msg){.tag = SYNC_UPDATE, .body = update});
    else
        client_session_edited(&c->session, update);
}

void conn_type(conn *c, uint64_t due_ns)
{
    loader *l = c->loader;
    writer *w = c->writer;
    if (c->state != CONN_SYNCED)
        return;
    uint32_t ring = (uint32_t)opt.ring, k = w->clock++;
    w->due_ns[k & (ring - 1)] = due_ns;
    c->have[c->index] = w->clock;
    count(&l->stats.n[N_OPS], 1);
    if (opt.dialect == DIALECT_JSON) {
        type_json(c, k);
        return;
    }
    buf_clear(&l->update);
    buf_put_u8(&l->update, 1);
    put_typed(&l->update, c, k, 1);
    buf_put_u8(&l->update, 0);
    l->due_ns = due_ns;
    say_edit(c, buf_view(&l->update));
    l->due_ns = 0;
    if (opt.aware > 0 && (opt.aware >= 1 || (double)(lot(l) & 0xffffff) / 16777216.0 < opt.aware)) {
        w->aware_due_ns[++c->shown & (ring - 1)] = due_ns;
        buf_clear(&l->update);
        put_presence(&l->update, c, c->shown, k);
        conn_say(c, &(sync_msg){.tag = SYNC_AWARENESS, .body = buf_view(&l->update)});
        count(&l->stats.n[N_AWARE], 1);
    }
}

void conn_anchor(conn *c)
{
    buf *b = &c->loader->update;
    c->anchored = true;
    count(&c->loader->stats.n[N_ANCHORED], 1);
    buf_clear(b);
    buf_put_u8(b, 1);
    put_anchor(b, c->room);
    buf_put_u8(b, 0);
    say_edit(c, buf_view(b));
}

/* ------------------------------------------------------------------------------- hearing --- */

static void delivered(conn *c, writer *w, uint32_t from, uint32_t to)
{
    stats *s = &c->loader->stats;
    uint32_t ring = (uint32_t)opt.ring;
    if (to > w->clock)
        return; /* not of this run */
    if (w->clock - from > ring) {
        count(&s->n[N_FORGOTTEN], w->clock - ring - from);
        from = w->clock - ring;
    }
    for (uint32_t k = from; k < to; k++) {
        uint64_t due_ns = w->due_ns[k & (ring - 1)], now = c->loader->now_ns;
        if (due_ns == 0)
            continue;
        count(&s->n[N_DELIVERED], 1);
        hist_add(&s->h[H_LATENCY], now > due_ns ? now - due_ns : 0);
    }
}

static writer *writer_of(const conn *c, uint64_t index)
{
    const loader *l = c->loader;
    return &l->writers[(size_t)((int)c->room - l->first_room) * (size_t)opt.writers + index];
}

static bool on_stretch(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    conn *c = ctx;
    stats *s = &c->loader->stats;
    uint64_t index = client - id_of(c->room, 0);
    if (client == anchor_of(c->room) && !c->anchored) {
        c->anchored = true;
        count(&s->n[N_ANCHORED], 1);
    }
    if (client < id_of(c->room, 0) || index >= (uint64_t)opt.writers)
        return true;
    uint32_t *have = &c->have[index];
    if (index == c->index) {
        count(&s->n[N_ECHO], to - from);
    } else if (to <= *have) {
        count(&s->n[N_DUPLICATES], to - from);
    } else {
        uint32_t first = from > *have ? (uint32_t)from : *have;
        count(&s->n[N_GAPS], first - *have);
        *have = (uint32_t)to;
        delivered(c, writer_of(c, index), first, (uint32_t)to);
    }
    return true;
}

void on_update(conn *c, bytes update)
{
    if (yoke_update_visit_stretches((yoke_bytes){update.ptr, update.len_bytes}, NULL, on_stretch,
                                    c) != YOKE_OK)
        count(&c->loader->stats.n[N_ERRORS], 1);
}

void on_presence(conn *c, bytes update)
{
    stats *s = &c->loader->stats;
    reader r = reader_of(update);
    uint64_t entries, id, clock;
    bytes json;
    if (reader_varuint(&r, &entries) != BASE_OK)
        return;
    while (entries-- > 0 && reader_varuint(&r, &id) == BASE_OK &&
           reader_varuint(&r, &clock) == BASE_OK && reader_varbytes(&r, &json) == BASE_OK) {
        uint64_t index = id - id_of(c->room, 0);
        if (id < id_of(c->room, 0) || index >= (uint64_t)opt.writers || index == c->index)
            continue;
        const writer *w = writer_of(c, index);
        if (clock > w->conn->shown || w->conn->shown - clock >= (uint64_t)opt.ring)
            continue;
        uint64_t due_ns = w->aware_due_ns[clock & ((uint64_t)opt.ring - 1)],
                 now = c->loader->now_ns;
        if (due_ns == 0)
            continue;
        count(&s->n[N_AWARE_DELIVERED], 1);
        hist_add(&s->h[H_AWARE], now > due_ns ? now - due_ns : 0);
    }
}

static bool add_units(void *ctx, uint64_t client, uint64_t from, uint64_t to)
{
    (void)client;
    *(uint64_t *)ctx += to - from;
    return true;
}

uint64_t update_units(bytes update)
{
    uint64_t units = 0;
    if (yoke_update_visit_stretches((yoke_bytes){update.ptr, update.len_bytes}, NULL, add_units,
                                    &units) != YOKE_OK)
        return 0;
    return units;
}

/* ---------------------------------------------------------------------------------- seeds --- */

static uint64_t seed_lot(uint64_t *luck)
{
    *luck ^= *luck << 13;
    *luck ^= *luck >> 7;
    return *luck ^= *luck << 17;
}

/* Runs typed in random order at random places of a base text, and some of them deleted but for
 * their last character: what a document looks like that people worked on. */
static void put_generated(buf *out)
{
    const uint64_t base = 0x7000000, writer_ = 0x7000001;
    uint64_t runs = (uint64_t)opt.gen_runs, len = (uint64_t)opt.gen_len, luck = 88172645463325252u,
             deleted = 0;
    uint32_t *place = must_alloc(runs * sizeof *place);
    buf deletes;
    buf_init(&deletes, base_alloc_libc(), SIZE_MAX / 4);
    for (uint64_t i = 0; i < runs; i++)
        place[i] = (uint32_t)i;
    for (uint64_t i = runs; i-- > 1;) {
        uint64_t k = seed_lot(&luck) % (i + 1);
        uint32_t other = place[i];
        place[i] = place[k];
        place[k] = other;
    }
    buf_put_varuint(out, 2);
    buf_put_varuint(out, runs);
    put_id(out, writer_, 0);
    for (uint64_t i = 0; i < runs; i++) {
        buf_put_u8(out, STRING | HAS_ORIGINS);
        put_id(out, base, place[i]);
        put_id(out, base, place[i] + 1);
        buf_put_varuint(out, len);
        for (uint64_t k = 0; k < len; k++)
            buf_put_u8(out, character(i * len + k));
    }
    put_first_item(out, base);
    buf_put_varuint(out, runs + 1);
    for (uint64_t i = 0; i <= runs; i++)
        buf_put_u8(out, character(i));
    for (uint64_t i = 0; i < runs; i++) {
        if (seed_lot(&luck) % 100 < (uint64_t)opt.gen_deleted) {
            put_id(&deletes, i * len, len > 1 ? len - 1 : 1);
            deleted++;
        }
    }
    buf_put_varuint(out, deleted > 0);
    if (deleted > 0)
        put_id(out, writer_, deleted);
    buf_put_bytes(out, buf_view(&deletes));
    buf_deinit(&deletes);
    free(place);
}

bytes seed_update(void)
{
    static buf seed; /* kept to the end */
    buf_init(&seed, base_alloc_libc(), SIZE_MAX / 4);
    FILE *f = opt.seed != NULL ? fopen(opt.seed, "rbe") : NULL;
    uint8_t piece[65536];
    if (opt.seed != NULL && f == NULL)
        die("cannot read %s", opt.seed);
    for (size_t n; f != NULL && (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_put(&seed, piece, n);
    if (f != NULL)
        (void)fclose(f); /* read only: nothing is lost */
    else
        put_generated(&seed);
    if (buf_err(&seed) != BASE_OK || update_units(buf_view(&seed)) == 0)
        die("the seed update cannot be read");
    return buf_view(&seed);
}
