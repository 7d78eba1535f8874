/* server_store.c - the store thread of the simulated process, and the store behind it.
 *
 * One call is under way at a time: first the commit of all rows that wait, then the jobs in order,
 * as in server/store/store_thread.c.  With SQLite a call is made when it begins, and its disk
 * remembers the single operations until it is done; the memory store, whose calls are atomic, is
 * called when it is done, or by lot when the process dies meanwhile.
 */
#include "sim/ledger.h"
#include "sim/server.h"
#include "store/sqlite/open.h"

#include <assert.h>
#include <stdlib.h>

#define WINDOW_US (4 * MS)
#define RETRY_US (250 * MS)
#define BUSY_US (2 * SECOND)
#define POST_US 20
#define UPKEEP_US (5 * MS)
#define DATABASE "tandem.db"

int server_store_open(server *s)
{
    if (!s->w->plan->sqlite)
        return BASE_OK; /* it is the disk: it stays */
    store_sqlite_options options = {.path = DATABASE, .vfs = DISK_VFS_NAME};
    int err = store_sqlite_open_with(&options, base_alloc_libc(), &s->store);
    if (err == BASE_OK && disk_find(&s->w->disk, DATABASE "-wal") == NULL)
        law_broken(s->w, "the database has a write-ahead log", "there is no file of it");
    return err;
}

static void free_job(store_job *job)
{
    if (job->has_loaded)
        store_loaded_free(&job->loaded);
    free(job->state);
    free(job);
}

void row_list_free(row_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((void *)(uintptr_t)list->rows[i].row.room_id);
        free((void *)(uintptr_t)list->rows[i].row.update.ptr);
    }
    free(list->rows);
    *list = (row_list){0};
}

static void move_rows(row_list *to, row_list *from)
{
    if (to->count + from->count > to->cap) {
        to->cap = to->count + from->count;
        to->rows = realloc(to->rows, to->cap * sizeof *to->rows);
        if (to->rows == NULL)
            abort();
    }
    for (size_t i = 0; i < from->count; i++)
        to->rows[to->count++] = from->rows[i];
    free(from->rows);
    *from = (row_list){0};
}

/* ----------------------------------------------------------------------------------- calls --- */

static int append(server *s, row_list *list)
{
    store_row *rows = calloc(list->count, sizeof *rows);
    if (rows == NULL)
        abort();
    for (size_t i = 0; i < list->count; i++)
        rows[i] = list->rows[i].row;
    int err = store_append(s->store, rows, list->count);
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].row.gone = rows[i].gone;
    free(rows);
    return err;
}

static int load(server *s, store_job *job)
{
    int err = store_load(store_reads(s->store), job->id, &job->loaded);
    if (err == STORE_ENOTFOUND && job->create) {
        store_room record;
        ledger_record(s->w, job->at->number, &record);
        err = store_room_create(s->store, &record, bytes_of("", 0));
        if (err == BASE_OK || err == STORE_EEXISTS)
            err = store_load(store_reads(s->store), job->id, &job->loaded);
    }
    job->has_loaded = err == BASE_OK;
    if (err == BASE_OK && store_room_used(s->store, job->id, job->at_ms) != BASE_OK)
        world_note(s->w, "room %u: expiry not put off", job->at->number);
    return err;
}

static int run_job(server *s, store_job *job)
{
    store_snapshot snapshot = {job->upto_seq, job->at_ms, bytes_of(job->state, job->state_bytes)};
    store_patch patch = {.set_name = true, .name = "A new name"};
    store_upkeep_options upkeep = {.drop_before_ms = INT64_MIN, .checkpoint = job->upto_seq > 0};
    store_upkept upkept;
    store_author author = {.author = job->upto_seq, .at_ms = job->at_ms, .name = bytes_of_str("x")};
    store_chat said = {.author = 1, .at_ms = job->at_ms, .text = bytes_of_str("y")};
    switch (job->kind) {
    case JOB_LOAD:
        return load(s, job);
    case JOB_SNAPSHOT:
        return store_snapshot_put(s->store, job->id, &snapshot);
    case JOB_DELETE:
        return store_room_delete(s->store, job->id);
    case JOB_RENAME:
        return store_room_patch(s->store, job->id, &patch);
    case JOB_AUTHOR:
        return store_author_put(s->store, job->id, &author);
    case JOB_CHAT:
        return store_chat_add(s->store, job->id, &said, 100);
    case JOB_UPKEEP:
        return store_upkeep(s->store, &upkeep, &upkept);
    case JOB_BARRIER:
        break;
    }
    return BASE_OK;
}

/* Faults that a store in memory cannot have by itself. */
static int injected(const server *s, const store_job *job)
{
    bool writes = job == NULL || (job->kind != JOB_LOAD && job->kind != JOB_BARRIER);
    if (s->disk_busy && (job == NULL || job->kind != JOB_BARRIER))
        return STORE_EBUSY;
    if (s->w->plan->sqlite || !writes)
        return BASE_OK;
    if (s->w->disk.fail_in > 0)
        return STORE_EIO;
    return s->disk_full ? STORE_EFULL : BASE_OK;
}

static int call_store(server *s)
{
    store_thread *t = &s->thread;
    store_job *job = t->commit_next ? NULL : t->doing;
    int err = injected(s, job);
    t->may_fail = s->w->disk.fail_in > 0;
    if (err != BASE_OK)
        return err;
    s->w->disk.full = s->disk_full;
    err = job == NULL ? append(s, &t->taken) : run_job(s, job);
    s->w->disk.full = false;
    return err;
}

/* ------------------------------------------------------------------------------------ flow --- */

static void later(server *s, event_kind kind, int64_t in_us)
{
    clock_at(&s->w->clock,
             (event){.at_us = s->w->clock.now_us + in_us, .kind = kind, .life = s->life});
}

static void wake(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy)
        return;
    if (t->jobs == NULL && t->waiting.count == 0 && !t->stalled) {
        /* Nothing to do: a step of upkeep. */
        if (t->upkeep_wanted || store_wants_upkeep(s->store))
            later(s, EVENT_STORE_WORK, UPKEEP_US);
        return;
    }
    int64_t since_us = s->w->clock.now_us - t->last_commit_us;
    int64_t wait_us = t->stalled ? RETRY_US : WINDOW_US;
    bool at_once = t->jobs != NULL || since_us >= wait_us;
    later(s, EVENT_STORE_WORK, at_once ? 10 : wait_us - since_us);
}

static int64_t duration_us(server *s, rng *luck)
{
    int64_t us = rng_scale(luck, 50, s->w->plan->commit_us);
    if (s->w->clock.now_us < s->disk_slow_until_us)
        us += rng_between(luck, 0, 3 * SECOND);
    return s->disk_busy ? BUSY_US : us;
}

static void begin_next(server *s)
{
    store_thread *t = &s->thread;
    t->busy = t->commit_next || t->doing != NULL;
    if (!t->busy) {
        wake(s);
        return;
    }
    rng luck = rng_of(rng_hash(s->w->plan->seed, s->life), 0x73746F72 + t->calls++);
    int64_t us = duration_us(s, &luck);
    if (t->commit_next)
        t->last_commit_us = s->w->clock.now_us;
    if (s->w->plan->sqlite) {
        disk_call_begin(&s->w->disk);
        t->result = call_store(s);
    }
    later(s, EVENT_STORE_DONE, us);
    if (s->crash_in_calls > 0 && --s->crash_in_calls == 0) {
        /* Within the call, when it is done but not told, or when it was just told. */
        static const int64_t after_us[] = {-1, 1, POST_US + 1};
        uint64_t point = rng_below(&luck, 3);
        int64_t at_us = point == 0 ? rng_between(&luck, 0, us) : us + after_us[point];
        clock_at(&s->w->clock, (event){.at_us = s->w->clock.now_us + at_us,
                                       .kind = EVENT_FAULT_ENDS,
                                       .life = s->life,
                                       .arg = s->crash_power ? HAPPEN_POWER_AT : HAPPEN_CRASH_AT});
    }
}

static void post(server *s, store_post p)
{
    store_post *kept = malloc(sizeof *kept);
    if (kept == NULL)
        abort();
    *kept = p;
    store_post **at = &s->thread.posts;
    while (*at != NULL)
        at = &(*at)->next;
    *at = kept;
    later(s, EVENT_STORE_POST, POST_US);
}

static void rows_are_durable(server *s)
{
    store_thread *t = &s->thread;
    for (size_t i = 0; i < t->taken.count; i++) {
        hosted *at = t->taken.rows[i].at;
        if (t->taken.rows[i].row.seq > at->durable_seq)
            at->durable_seq = t->taken.rows[i].row.seq;
    }
}

static void commit_done(server *s, int err)
{
    store_thread *t = &s->thread;
    t->commit_next = false;
    world_mix(s->w, 0x636F6D, t->taken.count);
    if (err == STORE_EBUSY || err == STORE_EFULL || err == BASE_ENOMEM) {
        t->stalled = true;
        s->w->counts[COUNT_STALLS]++;
        post(s, (store_post){.stalled = err});
        return;
    }
    t->stalled = false;
    s->w->counts[COUNT_COMMITS]++;
    rows_are_durable(s);
    store_post p = {.rows = t->taken};
    t->taken = (row_list){0};
    post(s, p);
}

static void call_done(server *s)
{
    store_thread *t = &s->thread;
    if (s->w->plan->sqlite)
        disk_call_end(&s->w->disk);
    else
        t->result = call_store(s);
    int err = t->result;
    if (!t->commit_next && t->doing->kind == JOB_UPKEEP)
        t->upkeep_wanted = err == BASE_OK && store_wants_upkeep(s->store);
    bool fatal = t->commit_next && err != BASE_OK && err != STORE_EBUSY && err != STORE_EFULL &&
                 err != BASE_ENOMEM;
    if (fatal || err == STORE_EIO || store_failed(s->store)) {
        if (!t->may_fail)
            law_broken(s->w, "the store fails only when the disk does", "%s: %s",
                       t->commit_next ? "append" : "a job", store_err_text(err));
        server_kill(s, false, SECOND, "the store failed, the process stops itself");
        return;
    }
    if (t->commit_next) {
        commit_done(s, err);
    } else {
        store_job *job = t->doing;
        t->doing = job->next;
        job->next = NULL;
        job->err = err;
        post(s, (store_post){.job = job});
    }
    begin_next(s);
}

static void work(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy)
        return;
    int64_t since_us = s->w->clock.now_us - t->last_commit_us;
    bool nothing = t->jobs == NULL && t->waiting.count == 0 && !t->stalled;
    if (nothing && (t->upkeep_wanted || store_wants_upkeep(s->store)))
        t->jobs = server_new_job(s, JOB_UPKEEP, NULL, 0);
    if (t->jobs == NULL && (nothing || since_us < (t->stalled ? RETRY_US : WINDOW_US))) {
        wake(s);
        return;
    }
    move_rows(&t->taken, &t->waiting);
    t->doing = t->jobs;
    t->jobs = NULL;
    t->commit_next = t->taken.count > 0;
    begin_next(s);
}

void store_submit(server *s, store_job *job)
{
    store_job **at = &s->thread.jobs;
    while (*at != NULL)
        at = &(*at)->next;
    *at = job;
    if (job->at != NULL)
        job->at->in_store++;
    wake(s);
}

void store_hand_over(server *s)
{
    if (s->batch.count == 0)
        return;
    move_rows(&s->thread.waiting, &s->batch);
    wake(s);
}

bool store_is_idle(const server *s)
{
    const store_thread *t = &s->thread;
    return !t->busy && t->jobs == NULL && t->waiting.count == 0 && t->taken.count == 0 &&
           t->posts == NULL;
}

/* What is queued when the loops have ended: rows first, then jobs; a commit that fails is given up,
 * nobody was told that it was saved. */
static void finish_queued(server *s)
{
    store_thread *t = &s->thread;
    if (t->busy && s->w->plan->sqlite) {
        disk_call_end(&s->w->disk);
        if (!t->commit_next) {
            store_job *job = t->doing;
            t->doing = job->next;
            free_job(job);
        } else if (t->result == BASE_OK) {
            row_list_free(&t->taken);
        }
    }
    move_rows(&t->taken, &t->waiting);
    t->commit_next = true;
    if (t->taken.count > 0)
        (void)!call_store(s);
    t->commit_next = false;
    while (t->doing != NULL || t->jobs != NULL) {
        if (t->doing == NULL) {
            t->doing = t->jobs;
            t->jobs = NULL;
        }
        (void)!call_store(s);
        store_job *job = t->doing;
        t->doing = job->next;
        free_job(job);
    }
}

void server_store_close(server *s, bool dead)
{
    store_thread *t = &s->thread;
    if (dead && t->busy && !s->w->plan->sqlite && rng_percent(&s->w->disk.luck, 50))
        (void)!call_store(s);
    if (!dead)
        finish_queued(s);
    row_list_free(&t->waiting);
    row_list_free(&t->taken);
    for (store_job *job = t->doing, *next; job != NULL; job = next) {
        next = job->next;
        free_job(job);
    }
    for (store_job *job = t->jobs, *next; job != NULL; job = next) {
        next = job->next;
        free_job(job);
    }
    for (store_post *p = t->posts, *next; p != NULL; p = next) {
        next = p->next;
        row_list_free(&p->rows);
        if (p->job != NULL)
            free_job(p->job);
        free(p);
    }
    *t = (store_thread){0};
    if (s->w->plan->sqlite) {
        s->w->disk.dead = dead;
        store_close(s->store);
        s->store = NULL;
    }
}

/* -------------------------------------------------------------------------- back on the loop ---
 */

/* One call for each room, at its last row. */
static void tell_stored(server *s, row_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        hosted *at = list->rows[i].at;
        bool last = true;
        for (size_t k = i + 1; k < list->count && last; k++)
            last = list->rows[k].at != at;
        at->in_store--;
        if (!last)
            continue;
        uint64_t seq = list->rows[i].row.seq;
        if (!at->removed) {
            at->told_seq = seq;
            room_on_stored(at->room, seq, server_now_ms(s));
            hosted_check(at);
        }
        hosted_maybe_free(at);
    }
    row_list_free(list);
}

static void load_done(server *s, store_job *job)
{
    hosted *at = job->at;
    assert(at != NULL);
    at->loading = false;
    s->w->counts[COUNT_LOADS] += job->err == BASE_OK;
    if (job->err == BASE_OK && !at->removed) {
        at->appended_seq = at->durable_seq = at->told_seq = job->loaded.last_seq;
        int err = room_on_loaded(at->room, &job->loaded, server_now_ms(s));
        if (err != BASE_OK && err != BASE_ENOMEM)
            law_broken(s->w, "stored rooms load", "room %u: %s", at->number, store_err_text(err));
    } else if (!at->removed) {
        bool expected = job->err == STORE_ENOTFOUND || job->err == STORE_EBUSY ||
                        job->err == STORE_EFULL || s->w->disk.fail_in > 0;
        if (!expected)
            law_broken(s->w, "stored rooms load", "room %u: %s", at->number,
                       store_err_text(job->err));
        room_on_load_failed(at->room, job->err, server_now_ms(s));
    }
    hosted_check(at);
}

static void delete_done(server *s, store_job *job)
{
    hosted *at = server_hosted(s, (uint32_t)job->upto_seq);
    if (job->err != BASE_OK || at == NULL)
        return;
    at->discarded = true;
    room_discard(at->room);
    hosted_check(at);
    at->removed = true; /* also while it loads: a later room of that name is another one */
    hosted_maybe_free(at);
}

static void tell_job(server *s, store_job *job)
{
    hosted *at = job->at;
    if (at != NULL)
        at->in_store--;
    switch (job->kind) {
    case JOB_LOAD:
        load_done(s, job);
        break;
    case JOB_SNAPSHOT:
        assert(at != NULL);
        s->w->counts[COUNT_SNAPSHOTS] += job->err == BASE_OK;
        if (!at->removed) {
            room_on_snapshot_done(at->room, job->upto_seq, job->err, server_now_ms(s));
            hosted_check(at);
        }
        break;
    case JOB_DELETE:
        delete_done(s, job);
        break;
    case JOB_CHAT:
        assert(at != NULL);
        if (!at->removed && job->err == BASE_OK)
            room_on_chat_stored(at->room, &(store_chat){.n = 1, .text = bytes_of_str("y")});
        else if (!at->removed)
            room_on_chat_failed(at->room, job->upto_seq, job->err);
        break;
    case JOB_AUTHOR:
    case JOB_UPKEEP:
        break;
    case JOB_RENAME: {
        hosted *named = server_hosted(s, (uint32_t)job->upto_seq);
        if (job->err == BASE_OK && named != NULL)
            room_renamed(named->room, "A new name");
        break;
    }
    case JOB_BARRIER:
        s->drained_all = true;
        for (hosted *r = s->rooms, *next; r != NULL; r = next) {
            next = r->next;
            room_close_all(r->room, WS_CLOSE_RESTART, "the server restarts", server_now_ms(s));
            hosted_check(r);
            hosted_maybe_free(r);
        }
        break;
    }
    if (at != NULL)
        hosted_maybe_free(at);
    free_job(job);
}

static void on_post(server *s)
{
    store_post *p = s->thread.posts;
    s->thread.posts = p->next;
    if (p->stalled != 0) {
        for (hosted *at = s->rooms; at != NULL; at = at->next)
            if (at->in_store > 0)
                room_on_store_stalled(at->room, p->stalled, server_now_ms(s));
    } else if (p->job != NULL) {
        tell_job(s, p->job);
    } else {
        tell_stored(s, &p->rows);
    }
    free(p);
    server_turn_ends(s);
}

void store_on_event(server *s, const event *e)
{
    if (e->kind == EVENT_STORE_WORK)
        work(s);
    else if (e->kind == EVENT_STORE_DONE)
        call_done(s);
    else if (e->kind == EVENT_STORE_POST)
        on_post(s);
}
