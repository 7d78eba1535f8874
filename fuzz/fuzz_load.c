/* Any bytes as what a store gives back for a room: the room is refused and nothing of it is left,
 * or it is loaded and sound.  (Checksums were right: this is what a hostile or broken writer
 * stored.)
 *
 *   input = snapshot piece, { author, row piece }
 */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "room/inner.h"
#include "room/test/idle_sink.h"

enum { ROWS_MAX = 64 };

typedef struct heard {
    unsigned code; /* that its member was closed with; 0: not */
    unsigned frames;
    bool snapshot;
} heard;

static void on_send(void *ctx, uint64_t session, frame *f)
{
    sync_msg msg;
    (void)session;
    fuzz_demand(sync_decode(frame_payload(f), &msg) == BASE_OK, "what is sent can be read");
    if (msg.tag == SYNC_STEP2)
        fuzz_demand(yoke_update_check(to_yoke(msg.body), NULL) == YOKE_OK, "step 2 is an update");
    ((heard *)ctx)->frames++;
}

static void on_send_newest(void *ctx, uint64_t session, frame *f, uint64_t key)
{
    (void)key;
    on_send(ctx, session, f);
}

static void on_close(void *ctx, uint64_t session, unsigned code, const char *reason)
{
    (void)session;
    fuzz_demand(strlen(reason) <= 123, "a reason fits a close frame");
    ((heard *)ctx)->code = code;
}

static void on_append(void *ctx, room *r, const room_row *row)
{
    (void)ctx;
    (void)r;
    (void)row;
    fuzz_demand(false, "loading writes nothing");
}

static void on_snapshot(void *ctx, room *r, uint64_t upto_seq, bytes state)
{
    fuzz_demand(upto_seq == room_stats_get(r).last_seq, "a snapshot holds all rows");
    fuzz_demand(yoke_update_check(to_yoke(state), NULL) == YOKE_OK, "and is an update");
    ((heard *)ctx)->snapshot = true;
}

static void on_log(void *ctx, const room *r, const room_log *entry)
{
    (void)ctx;
    (void)r;
    fuzz_demand(entry->event != NULL, "a log entry has a name");
}

static store_loaded read_rows(input *in, store_row *rows)
{
    store_loaded loaded = {.room = {.id = "r", .name = "n", .language = "python"}, .rows = rows};
    loaded.snapshot = input_piece(in);
    loaded.snapshot_seq = loaded.snapshot.len_bytes > 0 ? 5 : 0;
    loaded.last_seq = loaded.snapshot_seq;
    while (input_more(in) && loaded.row_count < ROWS_MAX) {
        store_row *row = &rows[loaded.row_count++];
        *row = (store_row){.seq = ++loaded.last_seq, .author = input_u8(in)};
        row->update = input_piece(in);
    }
    return loaded;
}

static void check_loaded(room *r, heard *h)
{
    static const uint8_t step1[] = {0, 0, 1, 0};
    buf text;
    fuzz_demand(room_check(r) == NULL && yoke_doc_check(r->doc) == NULL, "it is sound");
    buf_init(&text, base_alloc_libc(), 1 << 24);
    fuzz_demand(room_code(r, &text) != BASE_OK || buf_err(&text) == BASE_OK, "its text");
    buf_deinit(&text);
    unsigned before = h->frames;
    room_on_message(r, 1, bytes_of(step1, sizeof step1), 2000);
    fuzz_demand(h->frames == before + 1, "a question is answered");
    room_tick(r, 2000);
    fuzz_demand(room_check(r) == NULL, "it stays sound");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    store_row rows[ROWS_MAX];
    input in = input_of(data, size_bytes);
    store_loaded loaded = read_rows(&in, rows);
    heard h = {0};
    limits max;
    fuzz_memory m;
    fuzz_memory_init(&m);
    limits_init(&max);
    max.document_bytes = 1 << 20;
    max.compact_rows = 8;
    room_sink sink = {&h,        on_send,     on_send_newest, on_close,  idle_load,
                      on_append, on_snapshot, idle_author,    idle_chat, on_log};
    room *r = room_new(&(room_options){"r", &max, &sink, &m.alloc});
    fuzz_demand(r != NULL, "there is memory");
    room_join join = {.tandem_v1 = true, .role = ROLE_EDITOR, .name = "n"};
    fuzz_demand(room_on_join(r, 1, &join, 1000) == BASE_OK, "somebody waits");
    int err = room_on_loaded(r, &loaded, 1000);
    if (err == BASE_OK) {
        fuzz_demand(h.code == 0, "nobody is sent away");
        check_loaded(r, &h);
    } else {
        fuzz_demand(err == STORE_ECORRUPT && h.code == 1011, "the room is called damaged");
        fuzz_demand(room_state(r) == ROOM_ABSENT && !room_loaded(r), "and nothing of it is left");
    }
    room_free(r);
    fuzz_memory_end(&m, (size_t)max.document_bytes + (1 << 20) + 64 * size_bytes);
    return 0;
}
