/* /rooms/{id}/history - what was written in a room, when and by whom, and the names that moments of
 * it were given.  docs/format.md describes the bytes of a page of rows. */
#include "server/api/api.h"

#include "host/host.h"
#include "room/room.h"
#include "server/api/room_call.h"
#include "server/app/wall_time.h"
#include "server/http/json_check.h"
#include "server/http/query.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE_BYTES (UINT64_C(1) << 20)
#define PIECE_BYTES (UINT64_C(1) << 18)
#define PAGE_ROWS 20000
#define ROWS_TYPE "application/octet-stream"

/* ------------------------------------------------------------------------------- overview --- */

typedef struct overview_call {
    room_call call; /* first */
    bool comma;     /* an entry was written to the list */
} overview_call;

static void begin_entry(overview_call *c)
{
    if (c->comma)
        buf_put_str(&c->call.data, ",");
    c->comma = true;
}

static void add_author(void *ctx, const store_author *author)
{
    overview_call *c = ctx;
    begin_entry(c);
    room_author_json(&c->call.data, author);
}

static void add_version(void *ctx, const store_version *version)
{
    overview_call *c = ctx;
    begin_entry(c);
    room_version_json(&c->call.data, version);
}

static void overview_read(store_reader *r, room_call *base)
{
    overview_call *c = (overview_call *)base;
    buf_put_str(&base->data, "{\"authors\":[");
    base->err = store_authors(r, base->id, add_author, c);
    c->comma = false;
    buf_put_str(&base->data, "],\"versions\":[");
    if (base->err == BASE_OK)
        base->err = store_versions(r, base->id, add_version, c);
    buf_put_str(&base->data, "]");
}

/* The last row is the live room's, whose later ones may not be stored yet. */
static void overview_ready(void *ctx, room *r, int err)
{
    room_call *base = ctx;
    if (err != BASE_OK) {
        room_call_fail_by_code(base, err);
        return;
    }
    buf_put_fmt(&base->data, ",\"last_seq\":%llu}",
                (unsigned long long)room_stats_get(r).stored_seq);
    room_call_reply_data(base, 200, "application/json");
}

static void overview_step(room_call *base, loop *owner)
{
    if (base->err != BASE_OK)
        room_call_fail_by_code(base, base->err);
    else
        room_host_with(owner->rooms, base->id, overview_ready, base);
}

static void overview_begin(loop *owner, loop_msg *msg)
{
    room_call_read((room_call *)msg, owner, overview_read, overview_step);
}

void api_history_overview(exchange *x)
{
    overview_call *c = (overview_call *)room_call_new(x, sizeof *c, NULL);
    if (c != NULL)
        room_call_go(&c->call, ACT_READ, overview_begin);
}

/* ----------------------------------------------------------------------------------- rows --- */

/* A page is answered whole.  With ?all=true everything that follows goes out as one reply in
 * pieces, each of which is read from the store when the one before it is on its way. */
typedef struct rows_call {
    room_call call; /* first */
    store_history_query query;
    bool all;
    bool more;
    bool reading; /* a reader of the store has it */
} rows_call;

static void rows_read(store_reader *r, room_call *base)
{
    rows_call *c = (rows_call *)base;
    store_page page;
    base->err = store_history(r, base->id, &c->query, &page);
    if (base->err != BASE_OK)
        return;
    for (size_t i = 0; i < page.row_count; i++) {
        const store_row *row = &page.rows[i];
        buf_put_varuint(&base->data, row->seq);
        buf_put_varuint(&base->data, row->author);
        buf_put_varuint(&base->data, row->at_ms > 0 ? (uint64_t)row->at_ms : 0);
        buf_put_varstring(&base->data, row->update);
        c->query.after_seq = row->seq;
    }
    if (page.row_count > 0)
        c->query.from_ms = INT64_MIN; /* times need not grow from row to row */
    c->more = page.more && page.row_count > 0;
    store_page_free(&page);
}

static void rows_step(room_call *base, loop *owner)
{
    (void)owner;
    if (base->err != BASE_OK)
        room_call_fail_by_code(base, base->err);
    else
        room_call_reply_data(base, 200, ROWS_TYPE);
}

static void rows_begin(loop *owner, loop_msg *msg)
{
    room_call_read((room_call *)msg, owner, rows_read, rows_step);
}

/* Puts what was read; ends when it was the last, or nobody wants more. */
static void put_piece(rows_call *c)
{
    room_call *base = &c->call;
    exchange *x = base->x;
    size_t len_bytes, cap_bytes;
    bool ok = base->err == BASE_OK && buf_err(&base->data) == BASE_OK;
    void *block = buf_detach(&base->data, &len_bytes, &cap_bytes);
    bool wanted = ok && exchange_put_heap(x, block, len_bytes);
    if (!ok)
        free(block);
    if (wanted && c->more)
        return; /* when it is written, the next */
    if (ok)
        exchange_end(x);
    else
        exchange_abort(x); /* it must not look like all */
    room_call_free(base);
}

static void piece_read(room_call *base, loop *home)
{
    rows_call *c = (rows_call *)base;
    (void)home;
    c->reading = false;
    put_piece(c);
}

static void rows_drained(exchange *x)
{
    rows_call *c = x->ctx;
    if (c->reading)
        return;
    c->reading = true;
    room_call_read(&c->call, x->loop, rows_read, piece_read);
}

/* Nobody waits for the rest.  What the store reads just now comes back to put_piece, which ends. */
static void rows_gone(exchange *x)
{
    rows_call *c = x->ctx;
    if (c->reading)
        return;
    exchange_end(x);
    room_call_free(&c->call);
}

static bool rows_finish(room_call *base)
{
    static const exchange_events events = {.gone = rows_gone, .drained = rows_drained};
    rows_call *c = (rows_call *)base;
    if (base->status != 200)
        return false;
    if (!c->all) {
        exchange_add_header(base->x, "Tandem-More", c->more ? "true" : "false");
        return false;
    }
    exchange_watch(base->x, &events, c);
    (void)exchange_begin(base->x, 200, ROWS_TYPE);
    put_piece(c);
    return true;
}

void api_history_rows(exchange *x)
{
    const char *target = (const char *)x->head.ptr;
    uint64_t after = 0, from_ms = 0;
    char all[8];
    bool has_all = query_get(target, "all", all, sizeof all);
    if (!query_number(target, "after", 0, INT64_MAX, &after) ||
        !query_number(target, "from", 0, INT64_MAX, &from_ms) ||
        (has_all && strcmp(all, "true") != 0)) {
        exchange_reply_error(
            x, 422, "after is the number of a row; from is a time in ms; all is true or left out");
        return;
    }
    rows_call *c = (rows_call *)room_call_new(x, sizeof *c, NULL);
    if (c == NULL)
        return;
    c->call.finish = rows_finish;
    c->all = has_all;
    c->query = (store_history_query){.after_seq = after,
                                     .from_ms = (int64_t)from_ms,
                                     .rows_max = PAGE_ROWS,
                                     .bytes_max = has_all ? PIECE_BYTES : PAGE_BYTES};
    room_call_go(&c->call, ACT_READ, rows_begin);
}

/* ------------------------------------------------------------------------------- versions --- */

typedef struct version_call {
    room_call call; /* first */
    store_version version;
    char name[STORE_NAME_BYTES_MAX + 1];
} version_call;

static void version_write(store *s, room_call *base)
{
    version_call *c = (version_call *)base;
    base->err = store_version_add(s, base->id, &c->version, base->from->app->limits.versions);
}

static void version_step(room_call *base, loop *owner)
{
    version_call *c = (version_call *)base;
    if (base->err == BASE_ELIMIT) {
        room_call_fail(base, 409, "limit versions: the room has too many named moments");
        return;
    }
    if (base->err == STORE_ENOTFOUND) {
        room_call_fail(base, 404, "Room not found, or nothing was written at that moment yet");
        return;
    }
    if (base->err != BASE_OK) {
        room_call_fail_by_code(base, base->err);
        return;
    }
    room *live = room_host_find(owner->rooms, base->id);
    if (live != NULL)
        room_version_added(live, &c->version);
    room_version_json(&base->data, &c->version);
    room_call_reply_data(base, 201, "application/json");
}

static void version_begin(loop *owner, loop_msg *msg)
{
    room_call_write((room_call *)msg, owner, version_write, version_step);
}

void api_version_add(exchange *x)
{
    json_check check;
    int64_t seq = 0;
    if (!json_check_begin(&check, x, JSON_CHECK_REQUIRED))
        return;
    const char *name = json_check_string(
        &check, "name", &(json_string_rule){.required = true, .chars_min = 1, .chars_max = 100});
    json_check_number(&check, "seq",
                      &(json_number_rule){.nullable = true, .min = 0, .max = INT64_MAX}, &seq);
    if (name != NULL && strlen(name) > STORE_NAME_BYTES_MAX)
        json_check_fail(&check, "name", "string_too_long", "at most 255 bytes");
    if (!json_check_end(&check))
        return;
    version_call *c = (version_call *)room_call_new(x, sizeof *c, NULL);
    if (c != NULL) {
        snprintf(c->name, sizeof c->name, "%s", name);
        c->version = (store_version){
            .seq = (uint64_t)seq, .at_ms = wall_time_now_ms(), .name = bytes_of_str(c->name)};
        room_call_go(&c->call, ACT_MARK, version_begin);
    }
    json_check_free(&check);
}
