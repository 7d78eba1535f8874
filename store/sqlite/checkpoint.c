/* checkpoint.c - the write-ahead log goes into the file here and not inside COMMIT, so that
 * acknowledgements are out before a checkpoint begins.
 */
#include "store/sqlite/checkpoint.h"

#include "base/crash_point.h"

/* A reader may keep pages in the write-ahead log; then there is no use in trying again before it
 * has grown. */
bool sqlite_checkpoint_due(const sqlite_store *s, bool wanted)
{
    int least = s->wal_tried_pages + (wanted ? 1 : STORE_CHECKPOINT_PAGES);
    return s->wal_pages >= least;
}

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    sqlite_store *s = arg;
    (void)db;
    (void)name;
    s->wal_pages = pages;
    s->base.wants_upkeep |= sqlite_checkpoint_due(s, false);
    return SQLITE_OK;
}

void sqlite_checkpoint_init(sqlite_store *s)
{
    sqlite3_wal_hook(s->db, on_commit, s);
}

int sqlite_checkpoint(sqlite_store *s, store_upkept *out)
{
    int all = 0, done = 0;
    CRASH_POINT("checkpoint.before");
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &done);
    *out = (store_upkept){.work = STORE_WORK_CHECKPOINT, .count = (uint64_t)(done > 0 ? done : 0)};
    CRASH_POINT("checkpoint.after");
    s->wal_tried_pages = all;
    if (rc == SQLITE_OK && all == done)
        s->wal_pages = s->wal_tried_pages = 0;
    return rc == SQLITE_BUSY ? BASE_OK : sqlite_err(rc);
}
