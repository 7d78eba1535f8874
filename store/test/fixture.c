#include "store/test/fixture.h"

#include "base/buf.h"
#include "store/memory/memory.h"
#include "store/sqlite/open.h"

#include <stdlib.h>
#include <unistd.h>

int fixture_open_memory(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    int err = store_memory_open(base_alloc_libc(), &f->s);
    f->r = err == BASE_OK ? store_reads(f->s) : NULL;
    return err;
}

static int beside(int err, fixture *f)
{
    f->beside = true;
    return err == BASE_OK ? store_reader_open(f->s, &f->r) : err;
}

int fixture_open_memory_beside(void **state)
{
    int err = fixture_open_memory(state);
    return beside(err, *state);
}

int fixture_open_sqlite(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    snprintf(f->path, sizeof f->path, "/tmp/store-test-%d-%p.db", (int)getpid(), (void *)f);
    int err = store_sqlite_open(f->path, base_alloc_libc(), &f->s);
    f->r = err == BASE_OK ? store_reads(f->s) : NULL;
    return err;
}

int fixture_open_sqlite_beside(void **state)
{
    int err = fixture_open_sqlite(state);
    return beside(err, *state);
}

void fixture_remove_files(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal", "-lock"};
    for (size_t i = 0; i < 5; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

int fixture_close(void **state)
{
    fixture *f = *state;
    if (f->beside)
        store_reader_close(f->r);
    store_close(f->s);
    if (f->path[0] != '\0')
        fixture_remove_files(f->path);
    free(f);
    return 0;
}

store_room fixture_record(const char *id)
{
    store_room room = {.name = "Pairing",
                       .language = "python",
                       .created_at_ms = 1000,
                       .used_at_ms = 1000,
                       .keep_ms = 500,
                       .has_owner_key = true};
    snprintf(room.id, sizeof room.id, "%s", id);
    memset(room.epoch, 7, sizeof room.epoch);
    memset(room.owner_key_hash, 9, sizeof room.owner_key_hash);
    return room;
}

void fixture_create(store *s, const char *id, const char *first)
{
    store_room room = fixture_record(id);
    assert_int_equal(store_room_create(s, &room, bytes_of_str(first)), BASE_OK);
}

void fixture_create_empty(store *s, const char *id)
{
    store_room room = fixture_record(id);
    assert_int_equal(store_room_create(s, &room, bytes_of_str("")), BASE_OK);
}

int fixture_append(store *s, const char *id, uint64_t seq, const char *update)
{
    store_row row = {
        .room_id = id, .seq = seq, .author = seq * 10, .at_ms = 5, .update = bytes_of_str(update)};
    return store_append(s, &row, 1);
}

void fixture_put_snapshot(store *s, const char *id, uint64_t upto_seq)
{
    store_snapshot snap = {.upto_seq = upto_seq, .at_ms = 1, .state = bytes_of_str("state")};
    assert_int_equal(store_snapshot_put(s, id, &snap), BASE_OK);
}

void fixture_expect(store_reader *r, const char *id, const char *content)
{
    store_loaded l;
    assert_int_equal(store_load(r, id, &l), BASE_OK);
    buf b;
    buf_init(&b, base_alloc_libc(), 10000);
    buf_put_bytes(&b, l.snapshot);
    buf_put_str(&b, "|");
    for (size_t i = 0; i < l.row_count; i++) {
        buf_put_bytes(&b, l.rows[i].update);
        buf_put_str(&b, " ");
        assert_int_equal(l.rows[i].seq, l.snapshot_seq + 1 + i);
    }
    buf_put_u8(&b, 0);
    assert_string_equal((const char *)b.ptr, content);
    assert_int_equal(l.last_seq, l.snapshot_seq + l.row_count);
    assert_string_equal(l.room.id, id);
    buf_deinit(&b);
    store_loaded_free(&l);
}

void fixture_append_many(store *s, const char *id, uint64_t first, uint64_t last)
{
    enum { BATCH = 500 };
    static char text[BATCH][32];
    static store_row rows[BATCH];
    while (first <= last) {
        size_t n = 0;
        for (; n < BATCH && first <= last; n++, first++) {
            snprintf(text[n], sizeof text[n], "row %llu", (unsigned long long)first);
            rows[n] = (store_row){.room_id = id,
                                  .seq = first,
                                  .author = first % 3,
                                  .at_ms = (int64_t)first * FIXTURE_ROW_MS,
                                  .update = bytes_of_str(text[n])};
        }
        assert_int_equal(store_append(s, rows, n), BASE_OK);
    }
}

uint64_t fixture_read_history(store_reader *r, const char *id, uint64_t after_seq, size_t rows_max)
{
    store_history_query query = {after_seq, INT64_MIN, rows_max, 1 << 20};
    bool more = true;
    for (int pages = 0; more && pages < 100000; pages++) {
        store_page page;
        assert_int_equal(store_history(r, id, &query, &page), BASE_OK);
        assert_true(page.row_count <= rows_max);
        assert_true(page.row_count > 0 || !page.more);
        more = page.more;
        for (size_t i = 0; i < page.row_count; i++) {
            char text[32];
            query.after_seq++;
            snprintf(text, sizeof text, "row %llu", (unsigned long long)query.after_seq);
            assert_int_equal(page.rows[i].seq, query.after_seq);
            assert_int_equal(page.rows[i].author, query.after_seq % 3);
            assert_int_equal(page.rows[i].at_ms, (int64_t)query.after_seq * FIXTURE_ROW_MS);
            assert_true(bytes_equal(page.rows[i].update, bytes_of_str(text)));
        }
        store_page_free(&page);
    }
    return query.after_seq;
}

uint64_t fixture_upkeep(store *s, store_work kind, int64_t drop_before_ms)
{
    store_upkeep_options options = {.drop_before_ms = drop_before_ms};
    store_upkept done;
    uint64_t sum = 0;
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(store_upkeep(s, &options, &done), BASE_OK);
        if (done.work == STORE_WORK_NONE)
            return sum;
        sum += done.work == kind ? done.count : 0;
    }
    fail_msg("upkeep does not end");
    return 0;
}
