/* store_faults.c - what a store cannot have by itself: a locked file, a disk that is full or fails
 * under the store in memory, a room that cannot be written or read.  Each call that the store
 * thread makes goes through here, as in watch.c. */
#include "sim/store_faults.h"

#include "sim/server.h"
#include "sim/wrap.h"

// NOLINTBEGIN(bugprone-reserved-identifier)

static server *of;

void store_faults_begin(server *s)
{
    of = s;
}

/* What hits a call of the store thread; BASE_OK: nothing. */
static int fault(bool writes)
{
    if (of == NULL || !of->thread.calling)
        return BASE_OK;
    if (of->disk_busy)
        return STORE_EBUSY;
    if (of->w->plan->sqlite || !writes)
        return BASE_OK;
    if (of->w->disk.fail_in > 0) {
        of->thread.failed = true;
        return STORE_EIO;
    }
    return of->disk_full ? STORE_EFULL : BASE_OK;
}

static bool is_spoiled(const int64_t until_us[PLAN_ROOMS_MAX], const char *id)
{
    return of != NULL && of->thread.calling && of->w->clock.now_us < until_us[room_number_of(id)];
}

WRAPPED(int, store_append, store *s, store_row *rows, size_t count)
{
    int err = fault(true);
    for (size_t i = 0; i < count && err == BASE_OK; i++)
        err = is_spoiled(of->unwritable_until_us, rows[i].room_id) ? STORE_ECORRUPT : BASE_OK;
    if (err == BASE_OK)
        err = __real_store_append(s, rows, count);
    if (err == BASE_OK && of->thread.calling)
        watch_rows_passed(rows, count);
    return err;
}

WRAPPED(int, store_load, store_reader *r, const char *id, store_loaded *out)
{
    int err = fault(false);
    if (err == BASE_OK)
        err = __real_store_load(r, id, out);
    if (err != BASE_OK || of == NULL || !is_spoiled(of->damaged_until_us, id))
        return err;
    store_loaded_free(out);
    return STORE_ECORRUPT;
}

WRAPPED(int, store_snapshot_put, store *s, const char *id, const store_snapshot *snapshot)
{
    int err = fault(true);
    if (err == BASE_OK && is_spoiled(of->unwritable_until_us, id))
        err = STORE_ECORRUPT;
    return err != BASE_OK ? err : __real_store_snapshot_put(s, id, snapshot);
}

#define FAULTY_(name, params, args)                                                                \
    int __real_##name params;                                                                      \
    int __wrap_##name params;                                                                      \
    int __wrap_##name params                                                                       \
    {                                                                                              \
        int err = fault(true);                                                                     \
        return err != BASE_OK ? err : __real_##name args;                                          \
    }

FAULTY_(store_room_create, (store * s, const store_room *record, bytes first), (s, record, first))
FAULTY_(store_room_patch, (store * s, const char *id, const store_patch *patch), (s, id, patch))
FAULTY_(store_room_delete, (store * s, const char *id), (s, id))
FAULTY_(store_room_used, (store * s, const char *id, int64_t at_ms), (s, id, at_ms))
FAULTY_(store_author_put, (store * s, const char *id, const store_author *author), (s, id, author))
FAULTY_(store_chat_add, (store * s, const char *id, store_chat *said, uint64_t keep),
        (s, id, said, keep))
FAULTY_(store_upkeep, (store * s, const store_upkeep_options *options, store_upkept *out),
        (s, options, out))
// NOLINTEND(bugprone-reserved-identifier)
