/* ledger.h - what was promised, and whether it is kept.
 *
 * When an honest client is told that its frames are durable, their bytes are written down here.
 * A promise is kept when applying those bytes to what the disk holds changes nothing: that covers
 * inserts, deletes and map entries alike, and what others did to them since.  It is looked at after
 * every crash, from the disk alone, and at the end.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "sim/world.h"
#include "store/store.h"

struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* ledger_record - the record of a room that is made now, with an epoch of its own. */
void ledger_record(world *w, uint32_t number, store_room *out);

/* A forger spoke for the client: what carries its id may be the forger's, too. */
#define LEDGER_NOBODY ((UINT64_C(1) << 53) - 1)

/* ledger_promise - a client of the room with this epoch (32 hex digits), writing as `id` (or
 * LEDGER_NOBODY), was told that `update` is durable.  ledger_promise_tag - the same of an edit, by
 * its tag. */
void ledger_promise(world *w, uint32_t number, const char *epoch, uint64_t id, bytes update);
void ledger_promise_tag(world *w, uint32_t number, const char *epoch, const char *tag);

/* ledger_check - compare with the disk. */
void ledger_check(world *w, uint32_t number);

/* ledger_forget - the room was restored: what was promised under earlier epochs is void.
 * ledger_void - it is deleted: nothing is promised any more. */
void ledger_forget(world *w, uint32_t number);
void ledger_void(world *w, uint32_t number);
bool ledger_is_void(const world *w, uint32_t number);
uint64_t ledger_count(const world *w);

/* ledger_closed - the server closes a connection of this client. */
void ledger_closed(world *w, uint32_t who, unsigned code, const char *reason);

#endif
