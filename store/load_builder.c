#include "store/load_builder.h"

#include "store/impl.h"

#include <assert.h>

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

bool load_builder_take(void *builder, const store_row *row)
{
    load_builder_row(builder, row);
    return true;
}

size_t load_builder_row_count(const load_builder *b)
{
    return b->rows.len_bytes / sizeof(store_row);
}

bool load_builder_takes(const load_builder *b, const store_history_query *query, size_t len_bytes)
{
    size_t count = load_builder_row_count(b);
    return count == 0 ||
           (count < query->rows_max && b->data.len_bytes + len_bytes <= query->bytes_max);
}

/* Gives the rows their addresses, and looks whether one is missing behind `before_seq`. */
static int place_rows(load_builder *b, uint64_t before_seq)
{
    if (buf_err(&b->data) != BASE_OK || buf_err(&b->rows) != BASE_OK)
        return BASE_ENOMEM;
    store_row *rows = (store_row *)(void *)b->rows.ptr;
    size_t at = b->snapshot_bytes;
    for (size_t i = 0; i < load_builder_row_count(b); i++) {
        if (rows[i].seq != before_seq + 1 + i)
            return STORE_ECORRUPT;
        rows[i].update.ptr = b->data.ptr + at;
        at += rows[i].update.len_bytes;
    }
    return BASE_OK;
}

/* The memory goes over to a loaded_memory; NULL: there is none. */
static loaded_memory *hand_over(load_builder *b)
{
    loaded_memory *m = base_alloc_get(b->alloc, sizeof *m);
    if (m == NULL)
        return NULL;
    *m = (loaded_memory){b->data, b->rows};
    load_builder_init(b, b->alloc);
    return m;
}

int load_builder_finish(load_builder *b, const store_room *room, store_loaded *out)
{
    int err = place_rows(b, b->snapshot_seq);
    if (err != BASE_OK)
        return err;
    size_t count = load_builder_row_count(b);
    store_loaded made = {
        .room = *room,
        .snapshot = {b->data.ptr, b->snapshot_bytes},
        .snapshot_seq = b->snapshot_seq,
        .rows = (store_row *)(void *)b->rows.ptr,
        .row_count = count,
        .last_seq = b->snapshot_seq + count,
        .alloc = b->alloc,
    };
    made.memory = hand_over(b);
    if (made.memory == NULL)
        return BASE_ENOMEM;
    *out = made;
    return BASE_OK;
}

int load_builder_page(load_builder *b, bool more, store_page *out)
{
    store_row *rows = (store_row *)(void *)b->rows.ptr;
    size_t count = load_builder_row_count(b);
    int err = place_rows(b, count > 0 ? rows[0].seq - 1 : 0);
    if (err != BASE_OK)
        return err;
    store_page made = {.rows = rows, .row_count = count, .more = more, .alloc = b->alloc};
    made.memory = hand_over(b);
    if (made.memory == NULL)
        return BASE_ENOMEM;
    *out = made;
    return BASE_OK;
}
