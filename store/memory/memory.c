/* memory.c - see memory.h.
 *
 * Rooms are a list, rows of a room an array.  Everything that can fail is prepared before anything
 * is changed.
 */
#include "store/memory/memory.h"

#include "store/crc32c.h"
#include "store/impl.h"
#include "store/load_builder.h"
#include "store/memory/people.h"

#include <pthread.h>

typedef struct kept_row {
    uint64_t seq;
    uint64_t author;
    int64_t at_ms;
    uint32_t crc32c;
    uint8_t *ptr;
    size_t len_bytes;
} kept_row;

typedef struct kept_room {
    store_room record;
    buf rows; /* of kept_row */
    buf snapshot;
    uint64_t snapshot_seq;
    uint64_t history_seq; /* rows up to here were moved into history: here, only a number */
    memory_people people;
    struct kept_room *next;
} kept_room;

typedef struct memory_core {
    pthread_mutex_t lock; /* held for each call, of the store and of its readers */
    kept_room *rooms;
} memory_core;

/* The store, or one of its readers: that is known by its first member alone, and `base.ops` is
 * NULL. */
typedef struct memory_store {
    store base;
    memory_core *core;
} memory_store;

static memory_core *core_of(const store_reader *r)
{
    return ((const memory_store *)(const void *)r)->core;
}

static kept_room *find(const store_reader *r, const char *id)
{
    kept_room *room = core_of(r)->rooms;
    while (room != NULL && strcmp(room->record.id, id) != 0)
        room = room->next;
    return room;
}

static kept_row *rows_of(const kept_room *room, size_t *count)
{
    *count = room->rows.len_bytes / sizeof(kept_row);
    return (kept_row *)(void *)room->rows.ptr;
}

static void free_room(store *s, kept_room *room)
{
    size_t count;
    kept_row *rows = rows_of(room, &count);
    for (size_t i = 0; i < count; i++)
        base_alloc_put(s->reader.alloc, rows[i].ptr, rows[i].len_bytes);
    buf_deinit(&room->rows);
    buf_deinit(&room->snapshot);
    memory_people_deinit(&room->people);
    base_alloc_put(s->reader.alloc, room, sizeof *room);
}

static void memory_close(store *s)
{
    memory_core *core = core_of(&s->reader);
    kept_room *next;
    for (kept_room *room = core->rooms; room != NULL; room = next) {
        next = room->next;
        free_room(s, room);
    }
    pthread_mutex_destroy(&core->lock);
    base_alloc_put(s->reader.alloc, core, sizeof *core);
    base_alloc_put(s->reader.alloc, s, sizeof(memory_store));
}

/* The last row's number; rows are always a run that ends with the newest. */
static uint64_t last_seq(const kept_room *room)
{
    size_t count;
    const kept_row *rows = rows_of(room, &count);
    return count > 0 ? rows[count - 1].seq : room->snapshot_seq;
}

static int add_row(store *s, kept_room *room, const store_row *row)
{
    if (row->seq <= last_seq(room))
        return STORE_EEXISTS;
    if (buf_reserve(&room->rows, sizeof(kept_row)) != BASE_OK)
        return BASE_ENOMEM;
    kept_row kept = {row->seq, row->author,          row->at_ms, crc32c(row->update),
                     NULL,     row->update.len_bytes};
    kept.ptr = base_alloc_get(s->reader.alloc, kept.len_bytes > 0 ? kept.len_bytes : 1);
    if (kept.ptr == NULL)
        return BASE_ENOMEM;
    if (kept.len_bytes > 0)
        memcpy(kept.ptr, row->update.ptr, kept.len_bytes);
    buf_put(&room->rows, &kept, sizeof kept);
    return BASE_OK;
}

static void drop_last_row(store *s, kept_room *room)
{
    size_t count;
    kept_row *rows = rows_of(room, &count);
    if (count == 0)
        return;
    base_alloc_put(s->reader.alloc, rows[count - 1].ptr, rows[count - 1].len_bytes);
    room->rows.len_bytes -= sizeof *rows;
}

static int memory_room_create(store *s, const store_room *record, bytes first_update)
{
    if (find(&s->reader, record->id) != NULL)
        return STORE_EEXISTS;
    kept_room *room = base_alloc_get(s->reader.alloc, sizeof *room);
    if (room == NULL)
        return BASE_ENOMEM;
    *room = (kept_room){.record = *record};
    buf_init(&room->rows, s->reader.alloc, SIZE_MAX / 4);
    buf_init(&room->snapshot, s->reader.alloc, SIZE_MAX / 4);
    memory_people_init(&room->people, s->reader.alloc);
    store_row row = {.seq = 1, .at_ms = record->created_at_ms, .update = first_update};
    int err = first_update.len_bytes > 0 ? add_row(s, room, &row) : BASE_OK;
    if (err != BASE_OK) {
        free_room(s, room);
        return err;
    }
    room->next = core_of(&s->reader)->rooms;
    core_of(&s->reader)->rooms = room;
    return BASE_OK;
}

static int memory_room_get(store_reader *r, const char *id, store_room *out)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    *out = room->record;
    return BASE_OK;
}

static int memory_room_patch(store *s, const char *id, const store_patch *patch)
{
    kept_room *room = find(&s->reader, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    if (patch->set_name)
        snprintf(room->record.name, sizeof room->record.name, "%s", patch->name);
    if (patch->set_keep_ms)
        room->record.keep_ms = patch->keep_ms;
    return BASE_OK;
}

static int memory_room_delete(store *s, const char *id)
{
    kept_room **link = &core_of(&s->reader)->rooms;
    while (*link != NULL && strcmp((*link)->record.id, id) != 0)
        link = &(*link)->next;
    kept_room *room = *link;
    if (room == NULL)
        return STORE_ENOTFOUND;
    *link = room->next;
    free_room(s, room);
    return BASE_OK;
}

static int memory_room_used(store *s, const char *id, int64_t at_ms)
{
    kept_room *room = find(&s->reader, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    if (at_ms > room->record.used_at_ms)
        room->record.used_at_ms = at_ms;
    return BASE_OK;
}

static store_row row_of(const kept_row *kept)
{
    return (store_row){.seq = kept->seq,
                       .author = kept->author,
                       .at_ms = kept->at_ms,
                       .update = {kept->ptr, kept->len_bytes}};
}

static int memory_load(store_reader *r, const char *id, store_loaded *out)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    load_builder b;
    load_builder_init(&b, r->alloc);
    load_builder_snapshot(&b, room->snapshot_seq, buf_view(&room->snapshot));
    size_t count;
    const kept_row *rows = rows_of(room, &count);
    int err = BASE_OK;
    for (size_t i = 0; i < count && err == BASE_OK; i++) {
        store_row row = row_of(&rows[i]);
        if (crc32c(row.update) != rows[i].crc32c)
            err = STORE_ECORRUPT;
        else if (row.seq > room->snapshot_seq)
            load_builder_row(&b, &row);
    }
    if (err == BASE_OK)
        err = load_builder_finish(&b, &room->record, out);
    load_builder_deinit(&b);
    return err;
}

static int memory_append(store *s, store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kept_room *room = find(&s->reader, rows[i].room_id);
        rows[i].gone = room == NULL;
        int err = room != NULL ? add_row(s, room, &rows[i]) : BASE_OK;
        if (err == BASE_OK)
            continue;
        while (i-- > 0) {
            room = find(&s->reader, rows[i].room_id);
            if (room != NULL)
                drop_last_row(s, room);
        }
        return err;
    }
    return BASE_OK;
}

static int memory_snapshot_put(store *s, const char *id, const store_snapshot *snapshot)
{
    kept_room *room = find(&s->reader, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    if (snapshot->upto_seq < room->snapshot_seq)
        return STORE_EEXISTS;
    if (snapshot->upto_seq > last_seq(room))
        return STORE_EBUSY;
    buf copy;
    buf_init(&copy, s->reader.alloc, SIZE_MAX / 4);
    buf_put_bytes(&copy, snapshot->state);
    if (buf_err(&copy) != BASE_OK) {
        buf_deinit(&copy);
        return BASE_ENOMEM;
    }
    buf_deinit(&room->snapshot);
    room->snapshot = copy;
    room->snapshot_seq = snapshot->upto_seq;
    return BASE_OK;
}

static int author_put(store *s, const char *id, const store_author *author)
{
    kept_room *room = find(&s->reader, id);
    return room == NULL ? STORE_ENOTFOUND : memory_author_put(&room->people, author);
}

static int authors(store_reader *r, const char *id, store_author_fn *visit, void *ctx)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    memory_authors(&room->people, visit, ctx);
    return BASE_OK;
}

static int chat_add(store *s, const char *id, store_chat *said, uint64_t keep)
{
    kept_room *room = find(&s->reader, id);
    return room == NULL ? STORE_ENOTFOUND : memory_chat_add(&room->people, said, keep);
}

static int chat_read(store_reader *r, const char *id, uint64_t before_n, size_t max,
                     store_chat_fn *visit, void *ctx)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    memory_chat_read(&room->people, before_n, max, visit, ctx);
    return BASE_OK;
}

static int version_add(store *s, const char *id, store_version *version, uint64_t max)
{
    kept_room *room = find(&s->reader, id);
    return room == NULL ? STORE_ENOTFOUND
                        : memory_version_add(&room->people, version, max, last_seq(room));
}

static int versions(store_reader *r, const char *id, store_version_fn *visit, void *ctx)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    memory_versions(&room->people, visit, ctx);
    return BASE_OK;
}

static int memory_expired(store_reader *r, int64_t now_ms, store_id *out, size_t max, size_t *count)
{
    *count = 0;
    for (const kept_room *room = core_of(r)->rooms; room != NULL; room = room->next) {
        int64_t at_ms = store_room_expires_at(&room->record);
        if (at_ms == 0 || at_ms >= now_ms)
            continue;
        /* Insertion by expiry; the longest expired stay when there are more than fit. */
        size_t i = *count < max ? (*count)++ : max;
        for (; i > 0; i--) {
            const kept_room *before = find(r, out[i - 1].text);
            if (before == NULL || store_room_expires_at(&before->record) <= at_ms)
                break;
            if (i < max)
                out[i] = out[i - 1];
        }
        if (i < max)
            memcpy(out[i].text, room->record.id, sizeof out[i].text);
    }
    return BASE_OK;
}

static int memory_rooms(store_reader *r, const char *after, store_id *out, size_t max,
                        size_t *count)
{
    *count = 0;
    for (;;) {
        const kept_room *next = NULL;
        for (const kept_room *room = core_of(r)->rooms; room != NULL; room = room->next) {
            if (strcmp(room->record.id, after) > 0 &&
                (next == NULL || strcmp(room->record.id, next->record.id) < 0))
                next = room;
        }
        if (next == NULL || *count == max)
            return BASE_OK;
        memcpy(out[(*count)++].text, next->record.id, sizeof out->text);
        after = next->record.id;
    }
}

static int memory_history(store_reader *r, const char *id, const store_history_query *query,
                          store_page *out)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    load_builder b;
    load_builder_init(&b, r->alloc);
    size_t count;
    const kept_row *rows = rows_of(room, &count);
    bool more = false;
    for (size_t i = 0; i < count && !more; i++) {
        bool begun = load_builder_row_count(&b) > 0;
        if (rows[i].seq <= query->after_seq || (!begun && rows[i].at_ms < query->from_ms))
            continue;
        store_row row = row_of(&rows[i]);
        more = !load_builder_takes(&b, query, row.update.len_bytes);
        if (!more)
            load_builder_row(&b, &row);
    }
    int err = load_builder_page(&b, more, out);
    load_builder_deinit(&b);
    return err;
}

/* Memory is not damaged by itself: a test that makes a gap gets the rows before it. */
static int memory_salvage(store_reader *r, const char *id, store_loaded *out, store_damage *damage)
{
    const kept_room *room = find(r, id);
    if (room == NULL)
        return STORE_ENOTFOUND;
    load_builder b;
    load_builder_init(&b, r->alloc);
    load_builder_snapshot(&b, room->snapshot_seq, buf_view(&room->snapshot));
    size_t count;
    const kept_row *rows = rows_of(room, &count);
    uint64_t next = room->snapshot_seq + 1;
    for (size_t i = 0; i < count; i++) {
        store_row row = row_of(&rows[i]);
        if (row.seq < next)
            continue;
        if (row.seq != next) {
            *damage = (store_damage){"missing row", next};
            break;
        }
        load_builder_row(&b, &row);
        next++;
    }
    int err = load_builder_finish(&b, &room->record, out);
    load_builder_deinit(&b);
    return err;
}

/* The oldest rows of history that are older than `before_ms` go. */
static uint64_t prune(store *s, kept_room *room, int64_t before_ms)
{
    size_t count, gone = 0;
    kept_row *rows = rows_of(room, &count);
    while (gone < count && gone < STORE_COMPACT_ROWS_MAX && rows[gone].seq <= room->history_seq &&
           rows[gone].at_ms < before_ms) {
        base_alloc_put(s->reader.alloc, rows[gone].ptr, rows[gone].len_bytes);
        gone++;
    }
    if (gone > 0) {
        memmove(rows, rows + gone, (count - gone) * sizeof *rows);
        room->rows.len_bytes -= gone * sizeof *rows;
    }
    return gone;
}

static int memory_upkeep(store *s, const store_upkeep_options *options, store_upkept *out)
{
    for (kept_room *room = core_of(&s->reader)->rooms; room != NULL; room = room->next) {
        if (room->history_seq == room->snapshot_seq)
            continue;
        uint64_t rows = room->snapshot_seq - room->history_seq;
        rows = rows < STORE_COMPACT_ROWS_MAX ? rows : STORE_COMPACT_ROWS_MAX;
        room->history_seq += rows;
        *out = (store_upkept){.work = STORE_WORK_COMPACT, .count = rows};
        memcpy(out->room.text, room->record.id, sizeof out->room.text);
        return BASE_OK;
    }
    for (kept_room *room = core_of(&s->reader)->rooms; room != NULL; room = room->next) {
        out->count = prune(s, room, options->drop_before_ms);
        if (out->count > 0) {
            out->work = STORE_WORK_PRUNE;
            return BASE_OK;
        }
    }
    return BASE_OK;
}

static int memory_stats_get(store *s, store_stats *out)
{
    (void)s;
    out->shrinks = true;
    return BASE_OK;
}

static int memory_ping(store_reader *r)
{
    (void)r;
    return BASE_OK;
}

/* ------------------------------------------------------------------------------- handles --- */

static void lock(store *s)
{
    pthread_mutex_lock(&core_of(&s->reader)->lock);
}

static void unlock(store *s)
{
    pthread_mutex_unlock(&core_of(&s->reader)->lock);
}

static int begin(store_reader *r)
{
    pthread_mutex_lock(&core_of(r)->lock);
    return BASE_OK;
}

static void end(store_reader *r)
{
    pthread_mutex_unlock(&core_of(r)->lock);
}

static void close_reader(store_reader *r)
{
    base_alloc_put(r->alloc, r, sizeof(memory_store));
}

static int open_reader(store *s, store_reader **out);

static const store_reader_ops reader_ops = {
    .close = close_reader,
    .begin = begin,
    .end = end,
    .room_get = memory_room_get,
    .load = memory_load,
    .authors = authors,
    .chat_read = chat_read,
    .versions = versions,
    .expired = memory_expired,
    .rooms = memory_rooms,
    .history = memory_history,
    .salvage = memory_salvage,
    .ping = memory_ping,
};

static const store_ops ops = {
    .close = memory_close,
    .reader_open = open_reader,
    .lock = lock,
    .unlock = unlock,
    .room_create = memory_room_create,
    .room_patch = memory_room_patch,
    .room_delete = memory_room_delete,
    .room_used = memory_room_used,
    .append = memory_append,
    .snapshot_put = memory_snapshot_put,
    .author_put = author_put,
    .chat_add = chat_add,
    .version_add = version_add,
    .upkeep = memory_upkeep,
    .stats_get = memory_stats_get,
};

static memory_store *handle_new(const base_alloc *alloc, const store_ops *writes, memory_core *core)
{
    memory_store *m = base_alloc_get(alloc, sizeof *m);
    if (m != NULL)
        *m = (memory_store){{{&reader_ops, alloc, false}, writes, false}, core};
    return m;
}

static int open_reader(store *s, store_reader **out)
{
    memory_store *m = handle_new(s->reader.alloc, NULL, core_of(&s->reader));
    if (m == NULL)
        return BASE_ENOMEM;
    *out = &m->base.reader;
    return BASE_OK;
}

int store_memory_open(const base_alloc *alloc, store **out)
{
    memory_core *core = base_alloc_get(alloc, sizeof *core);
    if (core == NULL)
        return BASE_ENOMEM;
    memory_store *m = handle_new(alloc, &ops, core);
    core->rooms = NULL;
    if (m == NULL || pthread_mutex_init(&core->lock, NULL) != 0) {
        base_alloc_put(alloc, m, sizeof *m);
        base_alloc_put(alloc, core, sizeof *core);
        return BASE_ENOMEM;
    }
    *out = &m->base;
    return BASE_OK;
}
