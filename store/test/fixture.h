/* fixture.h - a store in memory or in a file of its own, and what its tests put into it.
 *
 * A cmocka state is a `fixture *`. */
#ifndef STORE_TEST_FIXTURE_H
#define STORE_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

typedef struct fixture {
    char path[96]; /* empty: in memory */
    store *s;
    store_reader *r; /* the store's own, or one beside it */
    bool beside;
} fixture;

int fixture_open_memory(void **state);
int fixture_open_memory_beside(void **state);
int fixture_open_sqlite(void **state);
int fixture_open_sqlite_beside(void **state);
int fixture_close(void **state);
void fixture_remove_files(const char *path);

/* FIXTURE_EACH - a test of the contract, run on each store, read by its own reader and by one
 * beside it.  FIXTURE_FILE - of the file alone.  FIXTURE_BESIDE - of readers beside the store. */
#define FIXTURE_BESIDE(test)                                                                       \
    cmocka_unit_test_setup_teardown(test, fixture_open_memory_beside, fixture_close),              \
        cmocka_unit_test_setup_teardown(test, fixture_open_sqlite_beside, fixture_close)
#define FIXTURE_EACH(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_open_memory, fixture_close),                     \
        cmocka_unit_test_setup_teardown(test, fixture_open_sqlite, fixture_close),                 \
        FIXTURE_BESIDE(test)
#define FIXTURE_FILE(test) cmocka_unit_test_setup_teardown(test, fixture_open_sqlite, fixture_close)

/* fixture_create - a room whose first row is `first`.  fixture_append - returns what the store
 * does. */
store_room fixture_record(const char *id);
void fixture_create(store *s, const char *id, const char *first);
void fixture_create_empty(store *s, const char *id);
int fixture_append(store *s, const char *id, uint64_t seq, const char *update);
void fixture_put_snapshot(store *s, const char *id, uint64_t upto_seq);

/* fixture_expect - the room loads, and is "snapshot|row row ". */
void fixture_expect(store_reader *r, const char *id, const char *content);

/* fixture_append_many - rows first..last: row n says "row n", by author n % 3, at
 * n * FIXTURE_ROW_MS.
 * fixture_read_history - pages through them behind `after_seq` and compares each; returns the
 * number of the last. */
#define FIXTURE_ROW_MS 10
void fixture_append_many(store *s, const char *id, uint64_t first, uint64_t last);
uint64_t fixture_read_history(store_reader *r, const char *id, uint64_t after_seq, size_t rows_max);

/* fixture_upkeep - steps until there is nothing to do; returns what those of `kind` counted. */
uint64_t fixture_upkeep(store *s, store_work kind, int64_t drop_before_ms);

#endif
