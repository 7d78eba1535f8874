/* dispatch.c - the calls of store.h: arguments are checked, then the store at hand does it. */
#include "store/store.h"

#include "store/impl.h"

#include <assert.h>

const char *store_err_text(int err)
{
    switch (err) {
    case BASE_OK:
        return "all is well";
    case BASE_ENOMEM:
        return "no memory";
    case STORE_ENOTFOUND:
        return "no such room";
    case STORE_EEXISTS:
        return "the room, or a row of that number, is there already";
    case STORE_EVERSION:
        return "the file is of a newer program, or is not a Tandem database";
    case STORE_ECORRUPT:
        return "stored bytes are not what was written";
    case STORE_EBUSY:
        return "another process holds the database";
    case STORE_EFULL:
        return "no space left for the database";
    case STORE_EIO:
        return "the disk, or the database file on it, failed";
    case STORE_ENOWAL:
        return "the file system of the database cannot hold a write-ahead log";
    default:
        return "unknown error";
    }
}

/* ------------------------------------------------------------------------------- handles --- */

bool store_failed(const store *s)
{
    return s->reader.failed;
}

bool store_wants_upkeep(const store *s)
{
    return s->wants_upkeep;
}

void store_close(store *s)
{
    if (s != NULL)
        s->ops->close(s);
}

store_reader *store_reads(store *s)
{
    return &s->reader;
}

int store_reader_open(store *s, store_reader **out)
{
    return s->ops->reader_open(s, out);
}

void store_reader_close(store_reader *r)
{
    if (r != NULL)
        r->ops->close(r);
}

/* ------------------------------------------------------------------------------- writing --- */

static const store_ops *locked(store *s)
{
    if (s->ops->lock != NULL)
        s->ops->lock(s);
    return s->ops;
}

/* A failed flush must be known to whoever asks later: see store_failed. */
static int unlocked(store *s, int err)
{
    if (s->ops->unlock != NULL)
        s->ops->unlock(s);
    s->reader.failed |= err == STORE_EIO;
    return err;
}

int store_room_create(store *s, const store_room *room, bytes first_update)
{
    assert((unsigned char)room->id[0] >= 0x20 && room->keep_ms >= 0);
    return unlocked(s, locked(s)->room_create(s, room, first_update));
}

int store_room_patch(store *s, const char *id, const store_patch *patch)
{
    assert(!patch->set_name || strlen(patch->name) <= STORE_NAME_BYTES_MAX);
    assert(!patch->set_keep_ms || patch->keep_ms >= 0);
    return unlocked(s, locked(s)->room_patch(s, id, patch));
}

int store_room_delete(store *s, const char *id)
{
    int err = unlocked(s, locked(s)->room_delete(s, id));
    s->wants_upkeep |= err == BASE_OK;
    return err;
}

int store_room_used(store *s, const char *id, int64_t at_ms)
{
    return unlocked(s, locked(s)->room_used(s, id, at_ms));
}

int store_append(store *s, store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(rows[i].seq > 0 && rows[i].seq <= INT64_MAX && rows[i].author <= INT64_MAX);
        rows[i].gone = false;
    }
    return unlocked(s, locked(s)->append(s, rows, count));
}

int store_snapshot_put(store *s, const char *id, const store_snapshot *snapshot)
{
    assert(snapshot->upto_seq <= INT64_MAX);
    int err = unlocked(s, locked(s)->snapshot_put(s, id, snapshot));
    s->wants_upkeep |= err == BASE_OK;
    return err;
}

int store_author_put(store *s, const char *id, const store_author *author)
{
    assert(author->author <= INT64_MAX && author->name.len_bytes <= STORE_NAME_BYTES_MAX);
    return unlocked(s, locked(s)->author_put(s, id, author));
}

int store_chat_add(store *s, const char *id, store_chat *said, uint64_t keep)
{
    assert(said->author <= INT64_MAX && said->name.len_bytes <= STORE_NAME_BYTES_MAX);
    assert(said->ref.len_bytes <= STORE_REF_BYTES_MAX && keep > 0);
    return unlocked(s, locked(s)->chat_add(s, id, said, keep));
}

int store_version_add(store *s, const char *id, store_version *version, uint64_t max)
{
    assert(version->author <= INT64_MAX && version->name.len_bytes <= STORE_NAME_BYTES_MAX);
    return unlocked(s, locked(s)->version_add(s, id, version, max));
}

int store_upkeep(store *s, const store_upkeep_options *options, store_upkept *out)
{
    *out = (store_upkept){.work = STORE_WORK_NONE};
    s->wants_upkeep = false;
    int err = unlocked(s, locked(s)->upkeep(s, options, out));
    s->wants_upkeep |= err == BASE_OK && out->work != STORE_WORK_NONE;
    return err;
}

int store_stats_get(store *s, store_stats *out)
{
    *out = (store_stats){0};
    return unlocked(s, locked(s)->stats_get(s, out));
}

/* ------------------------------------------------------------------------------- reading --- */

static int begun(store_reader *r)
{
    int err = r->ops->begin != NULL ? r->ops->begin(r) : BASE_OK;
    r->failed |= err == STORE_EIO;
    return err;
}

static int ended(store_reader *r, int err)
{
    if (r->ops->end != NULL)
        r->ops->end(r);
    r->failed |= err == STORE_EIO;
    return err;
}

int store_room_get(store_reader *r, const char *id, store_room *out)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->room_get(r, id, out));
}

int store_load(store_reader *r, const char *id, store_loaded *out)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->load(r, id, out));
}

int store_authors(store_reader *r, const char *id, store_author_fn *visit, void *ctx)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->authors(r, id, visit, ctx));
}

int store_chat_read(store_reader *r, const char *id, uint64_t before_n, size_t max,
                    store_chat_fn *visit, void *ctx)
{
    int err = begun(r);
    before_n = before_n == 0 ? INT64_MAX : before_n;
    return err != BASE_OK ? err : ended(r, r->ops->chat_read(r, id, before_n, max, visit, ctx));
}

int store_versions(store_reader *r, const char *id, store_version_fn *visit, void *ctx)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->versions(r, id, visit, ctx));
}

int store_expired(store_reader *r, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->expired(r, now_ms, out, max, count));
}

int store_rooms(store_reader *r, const char *after, store_id *out, size_t max, size_t *count)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->rooms(r, after, out, max, count));
}

int store_history(store_reader *r, const char *id, const store_history_query *query,
                  store_page *out)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->history(r, id, query, out));
}

int store_salvage(store_reader *r, const char *id, store_loaded *out, store_damage *damage)
{
    int err = begun(r);
    *damage = (store_damage){NULL, 0};
    return err != BASE_OK ? err : ended(r, r->ops->salvage(r, id, out, damage));
}

int store_ping(store_reader *r)
{
    int err = begun(r);
    return err != BASE_OK ? err : ended(r, r->ops->ping(r));
}

/* ---------------------------------------------------------------------- what reading gave --- */

static void free_memory(const base_alloc *alloc, loaded_memory *m)
{
    if (m == NULL)
        return;
    buf_deinit(&m->data);
    buf_deinit(&m->rows);
    base_alloc_put(alloc, m, sizeof *m);
}

void store_loaded_free(store_loaded *loaded)
{
    free_memory(loaded->alloc, loaded->memory);
    *loaded = (store_loaded){.alloc = loaded->alloc};
}

void store_page_free(store_page *page)
{
    free_memory(page->alloc, page->memory);
    *page = (store_page){.alloc = page->alloc};
}
