/* /rooms/ - creating, reading, changing and deleting rooms.
 *
 * Each request is a room_call with members of its own.
 */
#include "server/api/api.h"

#include "base/crash_point.h"
#include "host/host.h"
#include "host/record.h"
#include "room/seed.h"
#include "server/api/room_call.h"
#include "server/api/templates.h"
#include "server/app/log.h"
#include "server/app/wall_time.h"
#include "server/http/json_check.h"
#include "server/http/throttle.h"
#include "server/http/who.h"

#include <sodium.h>

#define SEED_BYTES_MAX (UINT64_C(1) << 21)

static const json_string_rule name_rule = {
    .nullable = true, .chars_min = 1, .chars_max = LIMIT_TITLE_CHARS};
static const json_number_rule days_rule = {.nullable = true, .min = 0, .max = LIMIT_EXPIRE_DAYS};

typedef struct rooms_call {
    room_call call;          /* first */
    char key[KEY_CHARS + 1]; /* given or made */
    role guest;              /* of who asks, without the key */
    store_room record;
    store_patch patch;
    char new_name[STORE_NAME_BYTES_MAX + 1];
    char host[256]; /* of the request, when it may stand in a URL; else empty */
} rooms_call;

static void forget_key(room_call *c)
{
    sodium_memzero(((rooms_call *)c)->key, KEY_CHARS + 1);
}

/* Is the Host header safe to put into a URL? */
static bool plain_host(const char *host)
{
    return host != NULL && host[0] != '\0' && strlen(host) < 256 &&
           host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             ".-:[]")] == '\0';
}

static rooms_call *call_new(exchange *x)
{
    rooms_call *c = (rooms_call *)room_call_new(x, sizeof *c, forget_key);
    if (c == NULL)
        return NULL;
    const char *host = exchange_header(x, "host");
    if (plain_host(host))
        snprintf(c->host, sizeof c->host, "%s", host);
    c->guest = x->who.role;
    return c;
}

/* ----------------------------------------------------------------------------- as JSON --- */

static json_t *time_json(int64_t at_ms)
{
    char text[WALL_TIME_BYTES];
    wall_time_format(at_ms, text);
    return at_ms == 0 ? json_null() : json_string(text);
}

static json_t *members_json(const room *r)
{
    json_t *all = json_array();
    for (size_t i = 0; r != NULL && i < room_member_count(r); i++) {
        room_member m = room_member_at(r, i);
        json_array_append_new(all, json_pack("{s:s, s:s, s:i, s:o}", "name", m.name, "role",
                                             role_name(m.role), "color_index", (int)m.color_index,
                                             "joined_at", time_json(m.joined_at_ms)));
    }
    return all;
}

static json_t *url_json(const rooms_call *c)
{
    const config *set = &c->call.from->app->config;
    if (set->public_url[0] != '\0') {
        size_t n = strlen(set->public_url);
        n -= set->public_url[n - 1] == '/';
        return json_sprintf("%.*s/r/%s", (int)n, set->public_url, c->record.id);
    }
    if (c->host[0] == '\0')
        return json_sprintf("%s/r/%s", set->base_path, c->record.id);
    return json_sprintf("http://%s%s/r/%s", c->host, set->base_path, c->record.id);
}

static void add_file(void *ctx, const room_file *file)
{
    json_t *id = json_stringn((const char *)file->id.ptr, file->id.len_bytes);
    json_t *name = json_stringn((const char *)file->name.ptr, file->name.len_bytes);
    json_t *language = json_stringn((const char *)file->language.ptr, file->language.len_bytes);
    json_t *entry = json_object();
    /* Text that is no UTF-8 (half a surrogate pair) is NULL here, and left out. */
    if (id != NULL && name != NULL) {
        json_object_set(entry, "id", id);
        json_object_set(entry, "name", name);
        json_object_set_new(entry, "language",
                            language != NULL ? json_incref(language) : json_string(""));
        json_array_append(ctx, entry);
    }
    json_decref(entry);
    json_decref(id);
    json_decref(name);
    json_decref(language);
}

/* NULL: a new room, which has its first file only.  `*total`: with those that are not listed. */
static json_t *files_json(const rooms_call *c, room *live, size_t *total)
{
    *total = 1;
    if (live == NULL)
        return json_pack("[{s:s, s:s, s:s}]", "id", "main", "name", "main.py", "language",
                         c->record.language);
    json_t *all = json_array();
    if (room_files(live, add_file, all, total) != BASE_OK)
        log_event(LOG_WARN, "files not listed", LOG_STR("room", c->call.id));
    return all;
}

static json_t *room_json(const rooms_call *c, room *live)
{
    const store_room *r = &c->record;
    char epoch[STORE_EPOCH_BYTES * 2 + 1];
    sodium_bin2hex(epoch, sizeof epoch, r->epoch, sizeof r->epoch);
    size_t total;
    json_t *files = files_json(c, live, &total);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o}", "room_id", r->id, "name",
                     r->name, "language", r->language, "epoch", epoch, "created_at",
                     time_json(r->created_at_ms), "expires_at", time_json(store_room_expires_at(r)),
                     "url", url_json(c), "files", files, "files_total", (json_int_t)total,
                     "members", members_json(live));
}

/* ------------------------------------------------------------------------------- creating --- */

static void create_write(store *s, room_call *base)
{
    rooms_call *c = (rooms_call *)base;
    c->call.err = store_room_create(s, &c->record, buf_view(&c->call.data));
    CRASH_POINT("create.stored");
}

static void create_step(room_call *base, loop *owner)
{
    rooms_call *c = (rooms_call *)base;
    (void)owner;
    if (c->call.err != BASE_OK) {
        room_call_fail_by_code(&c->call, c->call.err);
        return;
    }
    throttle_count(c->call.x, ADDRESS_ROOM);
    c->call.status = 201;
    c->call.reply = room_json(c, NULL);
    json_object_set_new(c->call.reply, "owner_key", json_string(c->key));
    room_call_reply(&c->call);
}

static void make_record(rooms_call *c, const char *id, const char *name, int64_t keep_ms)
{
    uint8_t random[KEY_RANDOM_BYTES];
    randombytes_buf(random, sizeof random);
    if (id != NULL)
        snprintf(c->call.id, sizeof c->call.id, "%.*s", STORE_ID_BYTES_MAX, id);
    else
        room_id_make(random, c->call.id);
    room_record_init(&c->record, c->call.id, wall_time_now_ms(), keep_ms);
    randombytes_buf(c->record.epoch, sizeof c->record.epoch);
    if (name != NULL)
        snprintf(c->record.name, sizeof c->record.name, "%.*s", STORE_NAME_BYTES_MAX, name);
    randombytes_buf(random, sizeof random);
    owner_key_make(random, c->key);
    owner_key_hash(bytes_of_str(c->key), c->record.owner_key_hash);
    c->record.has_owner_key = true;
    sodium_memzero(random, sizeof random);
}

/* As many bytes as the limit says, and as the store has room for. */
static void check_name_bytes(json_check *check, const char *name)
{
    uint64_t max = check->x->loop->app->limits.room_name_bytes;
    char msg[80];
    if (max > STORE_NAME_BYTES_MAX)
        max = STORE_NAME_BYTES_MAX;
    if (name == NULL || strlen(name) <= max)
        return;
    snprintf(msg, sizeof msg, "limit room_name_bytes: at most %llu bytes", (unsigned long long)max);
    metrics_refused(&check->x->loop->metrics, "room_name_bytes");
    json_check_fail(check, "name", "string_too_long", msg);
}

void api_room_create(exchange *x)
{
    static const char *const languages[] = {"python", NULL};
    json_check check;
    if (!throttle_allows(x, ADDRESS_ROOM))
        return;
    if (!json_check_begin(&check, x, JSON_CHECK_OPTIONAL))
        return;
    int64_t days = -1;
    const char *id = json_check_string(&check, "room_id", &(json_string_rule){.nullable = true});
    const char *name = json_check_string(&check, "name", &name_rule);
    const char *template = json_check_string(
        &check, "template", &(json_string_rule){.nullable = true, .one_of = template_names});
    json_check_string(&check, "language",
                      &(json_string_rule){.nullable = true, .one_of = languages});
    json_check_number(&check, "expires_in_days", &days_rule, &days);
    check_name_bytes(&check, name);
    if (id != NULL && !room_id_valid(bytes_of_str(id)))
        json_check_fail(&check, "room_id", "string_pattern_mismatch",
                        "1 to 128 of the characters A-Z a-z 0-9 . _ -, but not . or .. alone");
    if (!json_check_end(&check))
        return;
    rooms_call *c = call_new(x);
    if (c != NULL) {
        make_record(c, id, name, days < 0 ? x->loop->app->config.keep_ms : days * CONFIG_DAY_MS);
        const room_seed seed = {bytes_of_str(template_text(template != NULL ? template : "empty")),
                                bytes_of_str("main.py"), bytes_of_str("python")};
        int err = room_seed_update(&seed, base_alloc_libc(), &c->call.data);
        if (err == BASE_OK)
            room_call_write(&c->call, x->loop, create_write, create_step);
        else
            room_call_fail_by_code(&c->call, err);
    }
    json_check_free(&check);
}

/* -------------------------------------------------------------------------------- reading --- */

static void get_read(store_reader *r, room_call *base)
{
    rooms_call *c = (rooms_call *)base;
    c->call.err = store_room_get(r, c->call.id, &c->record);
}

/* The record is read; the files are in the document. */
static void room_ready(void *ctx, room *r, int err)
{
    rooms_call *c = ctx;
    if (err != BASE_OK) {
        room_call_fail_by_code(&c->call, err);
        return;
    }
    c->call.status = 200;
    c->call.reply = room_json(c, r);
    room_call_reply(&c->call);
}

static void get_step(room_call *base, loop *owner)
{
    rooms_call *c = (rooms_call *)base;
    if (c->call.err != BASE_OK)
        room_call_fail_by_code(&c->call, c->call.err);
    else
        room_host_with(owner->rooms, c->call.id, room_ready, c);
}

static void get_begin(loop *owner, loop_msg *msg)
{
    room_call_read((room_call *)msg, owner, get_read, get_step);
}

void api_room_get(exchange *x)
{
    rooms_call *c = call_new(x);
    if (c != NULL)
        room_call_go(&c->call, ACT_READ, get_begin);
}

static void code_ready(void *ctx, room *r, int err)
{
    rooms_call *c = ctx;
    if (err == BASE_OK)
        err = room_code(r, &c->call.data);
    if (err != BASE_OK) {
        room_call_fail_by_code(&c->call, err);
        return;
    }
    c->call.status = 200;
    room_call_reply(&c->call);
}

static void code_begin(loop *owner, loop_msg *msg)
{
    room_call *c = (room_call *)msg;
    room_host_with(owner->rooms, c->id, code_ready, c);
}

void api_room_code(exchange *x)
{
    rooms_call *c = call_new(x);
    if (c != NULL)
        room_call_go(&c->call, ACT_READ, code_begin);
}

/* -------------------------------------------------------------------- changing, deleting --- */

/* Fills the record and asks whether this guest with its key may manage the room.  false:
 * c->call.err or c->call.status says why not. */
static bool may_manage(store *s, rooms_call *c)
{
    c->call.err = store_room_get(store_reads(s), c->call.id, &c->record);
    if (c->call.err != BASE_OK)
        return false;
    const store_room *r = &c->record;
    role is = who_role(c->guest, c->key, r->has_owner_key ? r->owner_key_hash : NULL);
    if (!role_may(is, ACT_MANAGE))
        c->call.status = c->key[0] == '\0' ? 401 : 403;
    return c->call.status == 0;
}

static bool failed(rooms_call *c)
{
    if (c->call.err != BASE_OK)
        room_call_fail_by_code(&c->call, c->call.err);
    else if (c->call.status == 401)
        room_call_fail(&c->call, 401, "The owner key is missing");
    else if (c->call.status == 403)
        room_call_fail(&c->call, 403, "This is not the owner key of the room");
    else
        return false;
    return true;
}

static void patch_write(store *s, room_call *base)
{
    rooms_call *c = (rooms_call *)base;
    if (!may_manage(s, c))
        return;
    c->call.err = store_room_patch(s, c->call.id, &c->patch);
    CRASH_POINT("rename.stored");
    if (c->call.err == BASE_OK)
        c->call.err = store_room_get(store_reads(s), c->call.id, &c->record);
}

static void patch_step(room_call *base, loop *owner)
{
    rooms_call *c = (rooms_call *)base;
    if (failed(c))
        return;
    room *live = room_host_find(owner->rooms, c->call.id);
    if (live != NULL && c->patch.set_name)
        room_renamed(live, c->new_name);
    room_host_with(owner->rooms, c->call.id, room_ready, c);
}

static void patch_begin(loop *owner, loop_msg *msg)
{
    room_call_write((room_call *)msg, owner, patch_write, patch_step);
}

void api_room_patch(exchange *x)
{
    json_check check;
    if (!json_check_begin(&check, x, JSON_CHECK_REQUIRED))
        return;
    int64_t days = 0;
    json_string_rule rule = name_rule;
    json_number_rule days_wanted = days_rule;
    rule.nullable = days_wanted.nullable = false;
    const char *name = json_check_string(&check, "name", &rule);
    bool has_days = json_check_number(&check, "expires_in_days", &days_wanted, &days);
    check_name_bytes(&check, name);
    if (json_object_size(check.body) == 0)
        json_check_fail(&check, NULL, "value_error", "Give at least one of name, expires_in_days");
    if (!json_check_end(&check))
        return;
    rooms_call *c = call_new(x);
    if (c != NULL) {
        if (name != NULL)
            snprintf(c->new_name, sizeof c->new_name, "%.*s", STORE_NAME_BYTES_MAX, name);
        c->patch = (store_patch){.set_name = name != NULL,
                                 .name = c->new_name,
                                 .set_keep_ms = has_days,
                                 .keep_ms = days * CONFIG_DAY_MS};
        who_key(x, c->key);
        room_call_go(&c->call, ACT_READ, patch_begin);
    }
    json_check_free(&check);
}

static void delete_write(store *s, room_call *base)
{
    rooms_call *c = (rooms_call *)base;
    if (may_manage(s, c))
        c->call.err = store_room_delete(s, c->call.id);
    CRASH_POINT("delete.stored");
}

static void delete_step(room_call *base, loop *owner)
{
    rooms_call *c = (rooms_call *)base;
    if (failed(c))
        return;
    room_host_discard(owner->rooms, c->call.id);
    CRASH_POINT("delete.discarded");
    c->call.status = 204;
    room_call_reply(&c->call);
}

static void delete_begin(loop *owner, loop_msg *msg)
{
    room_call_write((room_call *)msg, owner, delete_write, delete_step);
}

void api_room_delete(exchange *x)
{
    rooms_call *c = call_new(x);
    if (c == NULL)
        return;
    who_key(x, c->key);
    room_call_go(&c->call, ACT_READ, delete_begin);
}
