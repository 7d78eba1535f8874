#include "host/commit.h"

#include "base/crash_point.h"
#include "host/limits.h"

bool commit_queue_put(commit_queue *q, store_batch *batch)
{
    bool was_empty = q->last == NULL;
    batch->next = NULL;
    if (was_empty)
        q->first = batch;
    else
        q->last->next = batch;
    q->last = batch;
    q->len_bytes += batch->updates.len_bytes;
    return was_empty || q->len_bytes >= LIMIT_COMMIT_BYTES;
}

void commit_init(commit *c, const base_alloc *alloc)
{
    *c = (commit){.alloc = alloc};
}

void commit_deinit(commit *c)
{
    for (store_batch *b = c->waiting, *next; b != NULL; b = next) {
        next = b->next;
        store_batch_free(b);
    }
    base_alloc_put(c->alloc, c->rows, c->cap * sizeof *c->rows);
    base_alloc_put(c->alloc, c->notes, c->cap * sizeof *c->notes);
    base_alloc_put(c->alloc, c->refused, c->refused_cap * sizeof *c->refused);
    *c = (commit){.alloc = c->alloc};
}

uint64_t commit_wait_ns(const commit *c, const commit_queue *q, uint64_t now_ns)
{
    const uint64_t ms_ns = 1000000;
    if (c->waiting == NULL && q->first == NULL)
        return COMMIT_NEVER;
    if (!c->stalled && q->len_bytes >= LIMIT_COMMIT_BYTES)
        return 0;
    uint64_t window_ns = (c->stalled ? LIMIT_COMMIT_RETRY_MS : LIMIT_COMMIT_MS - 1) * ms_ns;
    uint64_t since_ns = now_ns - c->tried_ns;
    return since_ns >= window_ns ? 0 : window_ns - since_ns;
}

void commit_take(commit *c, commit_queue *q)
{
    store_batch **end = &c->waiting;
    while (*end != NULL)
        end = &(*end)->next;
    *end = q->first;
    *q = (commit_queue){NULL, NULL, 0};
}

static bool reserve(commit *c, size_t count)
{
    if (count <= c->cap)
        return true;
    size_t cap = count < 2 * c->cap ? 2 * c->cap : count;
    store_row *rows = base_alloc_get(c->alloc, cap * sizeof *rows);
    commit_note *notes = base_alloc_get(c->alloc, cap * sizeof *notes);
    if (rows == NULL || notes == NULL) {
        base_alloc_put(c->alloc, rows, cap * sizeof *rows);
        base_alloc_put(c->alloc, notes, cap * sizeof *notes);
        return false;
    }
    if (c->known > 0)
        memcpy(notes, c->notes, c->known * sizeof *notes);
    base_alloc_put(c->alloc, c->rows, c->cap * sizeof *c->rows);
    base_alloc_put(c->alloc, c->notes, c->cap * sizeof *c->notes);
    c->rows = rows;
    c->notes = notes;
    c->cap = cap;
    return true;
}

static bool is_refused(const commit *c, const loop *home, const void *owner)
{
    for (size_t i = 0; i < c->refused_count; i++) {
        if (c->refused[i].home == home && c->refused[i].owner == owner)
            return true;
    }
    return false;
}

/* false: no memory. */
static bool note_refused(commit *c, const commit_note *note)
{
    if (is_refused(c, note->home, note->owner))
        return true;
    if (c->refused_count == c->refused_cap) {
        size_t cap = c->refused_cap == 0 ? 4 : 2 * c->refused_cap;
        commit_refusal *list = base_alloc_resize(c->alloc, c->refused,
                                                 c->refused_cap * sizeof *list, cap * sizeof *list);
        if (list == NULL)
            return false;
        c->refused = list;
        c->refused_cap = cap;
    }
    c->refused[c->refused_count++] = (commit_refusal){note->home, note->owner, c->reports + 1};
    return true;
}

/* The loop of this batch knew of these refusals when it began: their owners send no more, and may
 * be gone. */
static void forget_heard(commit *c, const store_batch *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->refused_count; i++) {
        if (c->refused[i].home != b->home || c->refused[i].number > b->heard)
            c->refused[kept++] = c->refused[i];
    }
    c->refused_count = kept;
}

/* A batch that no try has seen yet. */
static void note_batch(commit *c, const store_batch *b, size_t at)
{
    forget_heard(c, b);
    for (size_t i = 0; i < b->count; i++) {
        bool refused = is_refused(c, b->home, b->owners[i]);
        c->notes[at + i] =
            (commit_note){b->home, b->owners[i], refused ? COMMIT_REFUSED : COMMIT_OPEN};
        c->by_room = c->by_room || refused;
    }
}

/* Copies the rows of all batches into one array with their final addresses; 0: no memory. */
static size_t gather(commit *c)
{
    size_t count = 0, at = 0;
    for (const store_batch *b = c->waiting; b != NULL; b = b->next)
        count += b->count;
    if (!reserve(c, count))
        return 0;
    for (const store_batch *b = c->waiting; b != NULL; b = b->next) {
        const uint8_t *ptr = b->updates.ptr;
        if (at >= c->known) /* later batches stand behind those of an earlier try */
            note_batch(c, b, at);
        for (size_t i = 0; i < b->count; i++) {
            c->rows[at] = b->rows[i];
            c->rows[at++].update.ptr = ptr;
            ptr += b->rows[i].update.len_bytes;
        }
    }
    c->known = count;
    return count;
}

static bool is_of_one_room(int err)
{
    return err == STORE_ECORRUPT || err == STORE_EEXISTS;
}

/* All open rows of the room of row `i`.  false: no memory; it is tried again. */
static bool decide(commit *c, size_t i, size_t count, bool refused)
{
    for (size_t k = i; k < count; k++) {
        if (c->notes[k].fate != COMMIT_OPEN || strcmp(c->rows[k].room_id, c->rows[i].room_id) != 0)
            continue;
        if (refused && !note_refused(c, &c->notes[k]))
            return false;
        c->notes[k].fate = refused ? COMMIT_REFUSED : COMMIT_STORED;
    }
    return true;
}

/* Some room cannot be written, so each gets a transaction of its own.  Returns the error of a
 * failure that is not of one room; what was stored until then is not tried again. */
static int commit_by_room(commit *c, store *s, const commit_ops *ops, size_t count)
{
    store_row *part = base_alloc_get(c->alloc, count * sizeof *part);
    c->by_room = true;
    int err = part == NULL ? BASE_ENOMEM : BASE_OK;
    for (size_t i = 0; i < count && err == BASE_OK; i++) {
        const char *id = c->rows[i].room_id;
        size_t n = 0;
        for (size_t k = i; k < count && c->notes[i].fate == COMMIT_OPEN; k++) {
            if (c->notes[k].fate == COMMIT_OPEN && strcmp(c->rows[k].room_id, id) == 0)
                part[n++] = c->rows[k];
        }
        if (n == 0)
            continue;
        err = store_append(s, part, n);
        bool refused = is_of_one_room(err);
        if (err != BASE_OK && !refused)
            break;
        if (refused) {
            c->refusal = err;
            ops->refused(ops->ctx, id, err);
        }
        err = decide(c, i, count, refused) ? BASE_OK : BASE_ENOMEM;
    }
    base_alloc_put(c->alloc, part, count * sizeof *part);
    return err;
}

static int commit_rows(commit *c, store *s, const commit_ops *ops, size_t count)
{
    if (count == 0)
        return BASE_ENOMEM;
    if (c->by_room)
        return commit_by_room(c, s, ops, count);
    int err = store_append(s, c->rows, count);
    if (err == STORE_EFULL && ops->make_space(ops->ctx))
        err = store_append(s, c->rows, count);
    if (is_of_one_room(err))
        err = commit_by_room(c, s, ops, count);
    return err;
}

static void report(commit *c, const commit_ops *ops)
{
    size_t at = 0;
    uint64_t number = c->reports + 1;
    store_batch *b = c->waiting;
    c->waiting = NULL;
    c->known = 0;
    c->by_room = false;
    for (store_batch *next; b != NULL; b = next) {
        next = b->next;
        size_t n = b->count; /* whoever gets the batch may free it at once */
        bool any = false;
        for (size_t i = 0; i < n; i++) {
            b->rows[i].gone = c->notes[at + i].fate == COMMIT_REFUSED;
            any = any || b->rows[i].gone;
        }
        b->err = any ? c->refusal : BASE_OK;
        b->report = any ? number : 0;
        c->reports = any ? number : c->reports;
        CRASH_POINT("batch.committed");
        ops->report(ops->ctx, b);
        at += n;
    }
    CRASH_POINT("batch.told");
}

int commit_run(commit *c, store *s, const commit_ops *ops, uint64_t now_ns)
{
    if (c->waiting == NULL)
        return BASE_OK;
    size_t count = gather(c);
    CRASH_POINT("batch.gathered");
    int err = commit_rows(c, s, ops, count);
    c->tried_ns = now_ns;
    c->stalled = err != BASE_OK;
    if (err == BASE_OK)
        report(c, ops);
    return err;
}
