/* store.c - argument checks, dispatch, and what the implementations share. */
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
    default:
        return "unknown error";
    }
}

void store_close(store *s)
{
    if (s != NULL)
        s->ops->close(s);
}

int store_room_create(store *s, const store_room *room, bytes first_update)
{
    assert(room->id[0] != '\0' && room->keep_ms >= 0);
    return s->ops->room_create(s, room, first_update);
}

int store_room_get(store *s, const char *id, store_room *out)
{
    return s->ops->room_get(s, id, out);
}

int store_room_patch(store *s, const char *id, const store_patch *patch)
{
    assert(!patch->set_name || strlen(patch->name) <= STORE_NAME_BYTES_MAX);
    assert(!patch->set_keep_ms || patch->keep_ms >= 0);
    return s->ops->room_patch(s, id, patch);
}

int store_room_delete(store *s, const char *id)
{
    return s->ops->room_delete(s, id);
}

int store_room_used(store *s, const char *id, int64_t at_ms)
{
    return s->ops->room_used(s, id, at_ms);
}

int store_load(store *s, const char *id, store_loaded *out)
{
    return s->ops->load(s, id, out);
}

int store_append(store *s, store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(rows[i].seq > 0 && rows[i].seq <= INT64_MAX && rows[i].author <= INT64_MAX);
        rows[i].gone = false;
    }
    return s->ops->append(s, rows, count);
}

int store_snapshot_put(store *s, const char *id, const store_snapshot *snapshot)
{
    assert(snapshot->upto_seq <= INT64_MAX);
    return s->ops->snapshot_put(s, id, snapshot);
}

int store_expired(store *s, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    return s->ops->expired(s, now_ms, out, max, count);
}

int store_ping(store *s)
{
    return s->ops->ping(s);
}

/* What a store_loaded keeps alive. */
typedef struct loaded_memory {
    buf data;
    buf rows;
} loaded_memory;

void store_loaded_free(store_loaded *loaded)
{
    loaded_memory *m = loaded->memory;
    if (m != NULL) {
        buf_deinit(&m->data);
        buf_deinit(&m->rows);
        base_alloc_put(loaded->alloc, m, sizeof *m);
    }
    *loaded = (store_loaded){.alloc = loaded->alloc};
}

void load_builder_init(load_builder *b, const base_alloc *alloc)
{
    *b = (load_builder){.alloc = alloc};
    buf_init(&b->data, alloc, SIZE_MAX / 4);
    buf_init(&b->rows, alloc, SIZE_MAX / 4);
}

void load_builder_deinit(load_builder *b)
{
    buf_deinit(&b->data);
    buf_deinit(&b->rows);
}

void load_builder_snapshot(load_builder *b, uint64_t upto_seq, bytes state)
{
    assert(b->data.len_bytes == 0);
    buf_put_bytes(&b->data, state);
    b->snapshot_bytes = state.len_bytes;
    b->snapshot_seq = upto_seq;
}

void load_builder_row(load_builder *b, const store_row *row)
{
    store_row kept = *row;
    kept.room_id = NULL;
    kept.gone = false;
    buf_put_bytes(&b->data, row->update);
    buf_put(&b->rows, &kept, sizeof kept);
}

int load_builder_finish(load_builder *b, const store_room *room, store_loaded *out)
{
    if (buf_err(&b->data) != BASE_OK || buf_err(&b->rows) != BASE_OK)
        return BASE_ENOMEM;
    store_row *rows = (store_row *)(void *)b->rows.ptr;
    size_t count = b->rows.len_bytes / sizeof *rows;
    size_t at = b->snapshot_bytes;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].seq != b->snapshot_seq + 1 + i)
            return STORE_ECORRUPT;
        rows[i].update.ptr = b->data.ptr + at;
        at += rows[i].update.len_bytes;
    }
    loaded_memory *m = base_alloc_get(b->alloc, sizeof *m);
    if (m == NULL)
        return BASE_ENOMEM;
    *m = (loaded_memory){b->data, b->rows};
    *out = (store_loaded){
        .room = *room,
        .snapshot = {b->data.ptr, b->snapshot_bytes},
        .snapshot_seq = b->snapshot_seq,
        .rows = rows,
        .row_count = count,
        .last_seq = b->snapshot_seq + count,
        .alloc = b->alloc,
        .memory = m,
    };
    load_builder_init(b, b->alloc);
    return BASE_OK;
}
