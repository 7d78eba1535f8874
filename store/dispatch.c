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

/* A failed flush must be known to whoever asks later: see store_failed. */
static int noted(store *s, int err)
{
    s->failed |= err == STORE_EIO;
    return err;
}

bool store_failed(const store *s)
{
    return s->failed;
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

int store_room_create(store *s, const store_room *room, bytes first_update)
{
    assert((unsigned char)room->id[0] >= 0x20 && room->keep_ms >= 0);
    return noted(s, s->ops->room_create(s, room, first_update));
}

int store_room_get(store *s, const char *id, store_room *out)
{
    return noted(s, s->ops->room_get(s, id, out));
}

int store_room_patch(store *s, const char *id, const store_patch *patch)
{
    assert(!patch->set_name || strlen(patch->name) <= STORE_NAME_BYTES_MAX);
    assert(!patch->set_keep_ms || patch->keep_ms >= 0);
    return noted(s, s->ops->room_patch(s, id, patch));
}

int store_room_delete(store *s, const char *id)
{
    int err = noted(s, s->ops->room_delete(s, id));
    s->wants_upkeep |= err == BASE_OK;
    return err;
}

int store_room_used(store *s, const char *id, int64_t at_ms)
{
    return noted(s, s->ops->room_used(s, id, at_ms));
}

int store_load(store *s, const char *id, store_loaded *out)
{
    return noted(s, s->ops->load(s, id, out));
}

int store_append(store *s, store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(rows[i].seq > 0 && rows[i].seq <= INT64_MAX && rows[i].author <= INT64_MAX);
        rows[i].gone = false;
    }
    return noted(s, s->ops->append(s, rows, count));
}

int store_snapshot_put(store *s, const char *id, const store_snapshot *snapshot)
{
    assert(snapshot->upto_seq <= INT64_MAX);
    int err = noted(s, s->ops->snapshot_put(s, id, snapshot));
    s->wants_upkeep |= err == BASE_OK;
    return err;
}

int store_author_put(store *s, const char *id, const store_author *author)
{
    assert(author->author <= INT64_MAX && author->name.len_bytes <= STORE_NAME_BYTES_MAX);
    return s->ops->author_put(s, id, author);
}

int store_authors(store *s, const char *id, store_author_fn *visit, void *ctx)
{
    return s->ops->authors(s, id, visit, ctx);
}

int store_chat_add(store *s, const char *id, store_chat *said, uint64_t keep)
{
    assert(said->author <= INT64_MAX && said->name.len_bytes <= STORE_NAME_BYTES_MAX);
    assert(said->ref.len_bytes <= STORE_REF_BYTES_MAX && keep > 0);
    return s->ops->chat_add(s, id, said, keep);
}

int store_chat_read(store *s, const char *id, uint64_t before_n, size_t max, store_chat_fn *visit,
                    void *ctx)
{
    return s->ops->chat_read(s, id, before_n == 0 ? INT64_MAX : before_n, max, visit, ctx);
}

int store_version_add(store *s, const char *id, store_version *version, uint64_t max)
{
    assert(version->author <= INT64_MAX && version->name.len_bytes <= STORE_NAME_BYTES_MAX);
    return s->ops->version_add(s, id, version, max);
}

int store_versions(store *s, const char *id, store_version_fn *visit, void *ctx)
{
    return s->ops->versions(s, id, visit, ctx);
}

int store_expired(store *s, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    return noted(s, s->ops->expired(s, now_ms, out, max, count));
}

int store_rooms(store *s, const char *after, store_id *out, size_t max, size_t *count)
{
    return noted(s, s->ops->rooms(s, after, out, max, count));
}

int store_history(store *s, const char *id, const store_history_query *query, store_page *out)
{
    return noted(s, s->ops->history(s, id, query, out));
}

int store_salvage(store *s, const char *id, store_loaded *out, store_damage *damage)
{
    *damage = (store_damage){NULL, 0};
    return noted(s, s->ops->salvage(s, id, out, damage));
}

int store_upkeep(store *s, const store_upkeep_options *options, store_upkept *out)
{
    *out = (store_upkept){.work = STORE_WORK_NONE};
    s->wants_upkeep = false;
    int err = noted(s, s->ops->upkeep(s, options, out));
    s->wants_upkeep |= err == BASE_OK && out->work != STORE_WORK_NONE;
    return err;
}

int store_stats_get(store *s, store_stats *out)
{
    *out = (store_stats){0};
    return noted(s, s->ops->stats_get(s, out));
}

int store_ping(store *s)
{
    return noted(s, s->ops->ping(s));
}

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
