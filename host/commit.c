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
    base_alloc_put(c->alloc, c->fates, c->cap);
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
    uint8_t *fates = base_alloc_get(c->alloc, cap);
    if (rows == NULL || fates == NULL) {
        base_alloc_put(c->alloc, rows, cap * sizeof *rows);
        base_alloc_put(c->alloc, fates, cap);
        return false;
    }
    if (c->known > 0)
        memcpy(fates, c->fates, c->known);
    base_alloc_put(c->alloc, c->rows, c->cap * sizeof *c->rows);
    base_alloc_put(c->alloc, c->fates, c->cap);
    c->rows = rows;
    c->fates = fates;
    c->cap = cap;
    return true;
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
        for (size_t i = 0; i < b->count; i++) {
            c->rows[at] = b->rows[i];
            c->rows[at++].update.ptr = ptr;
            ptr += b->rows[i].update.len_bytes;
        }
    }
    /* Later batches stand behind those of an earlier try, so what is known keeps its place. */
    memset(c->fates + c->known, COMMIT_OPEN, count - c->known);
    c->known = count;
    return count;
}

static bool is_of_one_room(int err)
{
    return err == STORE_ECORRUPT || err == STORE_EEXISTS;
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
        for (size_t k = i; k < count && c->fates[i] == COMMIT_OPEN; k++) {
            if (c->fates[k] == COMMIT_OPEN && strcmp(c->rows[k].room_id, id) == 0)
                part[n++] = c->rows[k];
        }
        if (n == 0)
            continue;
        err = store_append(s, part, n);
        bool refused = is_of_one_room(err);
        if (err != BASE_OK && !refused)
            break;
        for (size_t k = i; k < count; k++) {
            if (c->fates[k] == COMMIT_OPEN && strcmp(c->rows[k].room_id, id) == 0)
                c->fates[k] = refused ? COMMIT_REFUSED : COMMIT_STORED;
        }
        if (refused) {
            c->refusal = err;
            ops->refused(ops->ctx, id, err);
        }
        err = BASE_OK;
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
    store_batch *b = c->waiting;
    c->waiting = NULL;
    c->known = 0;
    c->by_room = false;
    for (store_batch *next; b != NULL; b = next) {
        next = b->next;
        size_t n = b->count; /* whoever gets the batch may free it at once */
        b->err = BASE_OK;
        for (size_t i = 0; i < n; i++) {
            b->rows[i].gone = c->fates[at + i] == COMMIT_REFUSED;
            if (b->rows[i].gone)
                b->err = c->refusal;
        }
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
