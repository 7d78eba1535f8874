/* tandem check DB - is everything that is stored what was written? */
#include "cli/cmd.h"

#include "room/document.h"
#include "store/sqlite/tools.h"

#include <stdio.h>
#include <string.h>

#define IDS 256
#define PAGE_ROWS 2000
#define PAGE_BYTES ((size_t)4 << 20)
#define STATE_BYTES_MAX ((size_t)1 << 31)

static const cmd check = {
    .name = "check",
    .help = "tandem check DB - verify the database DB, or a backup\n\n"
            "Looks at the pages and indexes of the file, and for every room at the checksums and "
            "numbers\n"
            "of its snapshot, log and history, builds its document, and, where history goes back "
            "to the\n"
            "first update, compares the snapshot with a replay.  Changes nothing; a server may be "
            "using\n"
            "DB.  One line for each thing that is wrong, then a summary.\n\n"
            "Exit codes: 0 all is well, 1 something is wrong, or DB cannot be read, 2 wrong "
            "arguments.\n",
    .argument_count = 1,
};

typedef struct checker {
    store_reader *store;
    limits limits;
    yoke_allocator alloc;
    uint64_t rooms, updates, bad_rooms, faults;
    int failed; /* an error that is not of one room */
} checker;

static void on_fault(void *ctx, const char *sentence)
{
    checker *c = ctx;
    printf("file: %s\n", sentence);
    c->faults++;
}

static bool bad(checker *c, const char *id, const char *sentence, uint64_t seq)
{
    if (seq > 0)
        printf("room %s: %s %llu\n", id, sentence, (unsigned long long)seq);
    else
        printf("room %s: %s\n", id, sentence);
    c->bad_rooms++;
    return false;
}

/* An error of a call about one room: either the room's, or of the whole run. */
static bool bad_call(checker *c, const char *id, int err, const char *sentence)
{
    if (err == STORE_ECORRUPT)
        return bad(c, id, sentence, 0);
    c->failed = err;
    return false;
}

/* Two documents that were made differently: equal bytes, when nothing waits in them. */
static int same_state(checker *c, const yoke_doc *a, const yoke_doc *b, bool *same)
{
    buf x, y;
    buf_init(&x, base_alloc_libc(), STATE_BYTES_MAX);
    buf_init(&y, base_alloc_libc(), STATE_BYTES_MAX);
    int err = room_document_state(a, &c->alloc, &x);
    if (err == BASE_OK)
        err = room_document_state(b, &c->alloc, &y);
    /* Updates that wait for others may be packed differently: only how much waits is compared. */
    uint64_t waits_a = yoke_doc_stats(a).pending_structs;
    uint64_t waits_b = yoke_doc_stats(b).pending_structs;
    *same = waits_a > 0 ? waits_a == waits_b : bytes_equal(buf_view(&x), buf_view(&y));
    buf_deinit(&x);
    buf_deinit(&y);
    return err;
}

/* What the pages of history are held against. */
typedef struct replay {
    yoke_doc *doc; /* NULL: not from the first update on */
    uint64_t upto_seq;
} replay;

static bool replay_page(checker *c, const char *id, replay *r, const store_page *page)
{
    size_t n = 0;
    while (r->doc != NULL && n < page->row_count && page->rows[n].seq <= r->upto_seq)
        n++;
    if (n == 0)
        return true;
    store_loaded part = {.rows = page->rows, .row_count = n};
    yoke_err why = YOKE_OK;
    size_t applied = 0;
    int err = room_document_replay(r->doc, &part, &applied, &why);
    if (err == STORE_ECORRUPT) {
        char text[200];
        snprintf(text, sizeof text, "the engine refuses (%s) update", yoke_err_name(why));
        return bad(c, id, text, page->rows[applied].seq);
    }
    return err == BASE_OK || bad_call(c, id, err, "");
}

/* All of history: whole, without a gap, and ending where the log ends. */
static bool check_history(checker *c, const store_loaded *loaded, replay *r)
{
    const char *id = loaded->room.id;
    store_history_query query = {0, INT64_MIN, PAGE_ROWS, PAGE_BYTES};
    uint64_t last_seq = 0;
    for (bool more = true, first = true, ok; more; first = false) {
        store_page page;
        int err = store_history(c->store, id, &query, &page);
        if (err == STORE_ECORRUPT)
            return bad(c, id, "history cannot be read behind update", query.after_seq + 1);
        if (err != BASE_OK)
            return bad_call(c, id, err, "");
        if (first && (page.row_count == 0 || page.rows[0].seq != 1)) {
            yoke_doc_free(r->doc); /* retention dropped its beginning */
            r->doc = NULL;
        }
        ok = first || page.row_count == 0 || page.rows[0].seq == query.after_seq + 1;
        if (!ok)
            bad(c, id, "missing row", query.after_seq + 1);
        else
            ok = replay_page(c, id, r, &page);
        if (page.row_count > 0)
            last_seq = query.after_seq = page.rows[page.row_count - 1].seq;
        c->updates += page.row_count;
        more = page.more;
        store_page_free(&page);
        if (!ok)
            return false;
    }
    if (last_seq != loaded->last_seq && (last_seq != 0 || loaded->row_count > 0))
        return bad(c, id, "history ends before the log, at update", last_seq);
    return true;
}

static bool check_snapshot(checker *c, const store_loaded *loaded, const replay *r,
                           const yoke_doc *snapshot)
{
    bool same = true;
    if (r->doc == NULL || loaded->snapshot.len_bytes == 0)
        return true;
    int err = same_state(c, r->doc, snapshot, &same);
    if (err != BASE_OK)
        return bad_call(c, loaded->room.id, err, "the snapshot cannot be compared");
    return same || bad(c, loaded->room.id, "the snapshot is not what its updates make", 0);
}

/* The snapshot alone, then, after it was compared, the rows behind it. */
static bool check_documents(checker *c, const store_loaded *loaded, replay *r, yoke_doc *doc)
{
    const char *id = loaded->room.id;
    yoke_err why = YOKE_OK;
    size_t applied = 0;
    store_loaded part = {.snapshot = loaded->snapshot};
    int err = room_document_replay(doc, &part, NULL, &why);
    if (err != BASE_OK)
        return bad_call(c, id, err, "the engine refuses the snapshot");
    if (!check_history(c, loaded, r) || !check_snapshot(c, loaded, r, doc))
        return false;
    part = (store_loaded){.rows = loaded->rows, .row_count = loaded->row_count};
    err = room_document_replay(doc, &part, &applied, &why);
    if (err != BASE_OK && err != STORE_ECORRUPT)
        return bad_call(c, id, err, "");
    return err == BASE_OK || bad(c, id, "the engine refuses update", part.rows[applied].seq);
}

static bool check_damaged(checker *c, const char *id)
{
    store_loaded loaded;
    store_damage damage;
    char text[200];
    int err = store_salvage(c->store, id, &loaded, &damage);
    if (err == BASE_OK)
        snprintf(text, sizeof text, "damaged: %s (%llu updates before it can be read)",
                 damage.what != NULL ? damage.what : "unknown",
                 (unsigned long long)loaded.last_seq);
    else
        snprintf(text, sizeof text, "damaged: its record cannot be read");
    if (err == BASE_OK)
        store_loaded_free(&loaded);
    return bad(c, id, text, damage.seq);
}

static bool check_room(checker *c, const char *id)
{
    store_loaded loaded;
    replay r = {.doc = NULL};
    yoke_doc *doc = NULL;
    c->rooms++;
    int err = store_load(c->store, id, &loaded);
    if (err == STORE_ECORRUPT)
        return check_damaged(c, id);
    if (err != BASE_OK)
        return bad_call(c, id, err, "");
    r.upto_seq = loaded.snapshot_seq;
    err = room_document_new(&c->limits, &c->alloc, &doc);
    if (err == BASE_OK)
        err = room_document_new(&c->limits, &c->alloc, &r.doc);
    bool ok = err == BASE_OK ? check_documents(c, &loaded, &r, doc) : bad_call(c, id, err, "");
    yoke_doc_free(doc);
    yoke_doc_free(r.doc);
    store_loaded_free(&loaded);
    return ok;
}

static void check_rooms(checker *c)
{
    static store_id ids[IDS];
    store_id after = {""};
    for (size_t count = IDS; count == IDS && c->failed == BASE_OK;) {
        c->failed = store_rooms(c->store, after.text, ids, IDS, &count);
        for (size_t i = 0; i < count && c->failed == BASE_OK; i++) {
            (void)check_room(c, ids[i].text); /* it was printed and counted */
            after = ids[i];
        }
    }
}

int cmd_check(int argc, char **argv)
{
    cmd_line line;
    int code;
    const base_alloc *libc = base_alloc_libc();
    checker c = {.alloc = {libc->ctx, libc->alloc, libc->resize, libc->release}};
    if (!cmd_parse(&check, argc, argv, &line, &code))
        return code;
    const char *path = line.arguments[0];
    limits_init(&c.limits);
    int err = store_sqlite_open_reader(path, libc, &c.store);
    if (err != BASE_OK)
        return cmd_store_failed(&check, path, err);
    err = store_sqlite_verify(c.store, on_fault, &c);
    if (err == STORE_ECORRUPT)
        on_fault(&c, "pages are damaged so far that SQLite cannot go on");
    else
        c.failed = err;
    check_rooms(&c);
    store_reader_close(c.store);
    if (c.failed == STORE_ECORRUPT)
        on_fault(&c, "the list of rooms cannot be read to its end");
    else if (c.failed != BASE_OK)
        return cmd_store_failed(&check, path, c.failed);
    printf("%llu rooms, %llu updates: %llu rooms damaged, %llu faults of the file\n",
           (unsigned long long)c.rooms, (unsigned long long)c.updates,
           (unsigned long long)c.bad_rooms, (unsigned long long)c.faults);
    return c.bad_rooms == 0 && c.faults == 0 ? CMD_OK : CMD_FAILED;
}
