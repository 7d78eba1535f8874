/* awareness.h - who is here and where their cursors are: the awareness states of one room.
 *
 *   update = varUint n, n x (varUint client, varUint clock, varString JSON | "null")
 *
 * Each client id belongs to the connection that introduced it, its owner.  An entry of an update is
 * accepted when its client is new or the sender's own, and
 *      known clock < clock, or known clock == clock, the state is null and one is present.
 * An unknown client's clock counts as 0.  Entries of other connections' clients are ignored without
 * a word, because stock clients repeat what they hear and send nulls for peers they lost; the one
 * exception is an owner that was silent for `stale_ms`: a half-open socket must not keep its user's
 * next connection invisible, so a newer, non-null state takes the client over.
 * When the owner goes all its entries are erased; what was present is told to the others as null
 * with its last clock.  Nothing remains of a client that is gone.
 *
 * Source: y-protocols 1.0.7, awareness.js.
 */
#ifndef WIRE_AWARENESS_H
#define WIRE_AWARENESS_H

#include "base/buf.h"

typedef struct awareness awareness;

typedef struct awareness_limits {
    size_t ids_per_owner;  /* 4 */
    size_t json_bytes_max; /* 2048, before the stamp */
    uint64_t stale_ms;     /* 20,000 */
} awareness_limits;

typedef struct awareness_entry {
    uint64_t client;
    uint64_t clock;
    uint64_t owner;
    bytes json; /* empty: no state (null) */
} awareness_entry;

/* What the server knows of the sender.  It is written over the member "user" of the state:
 * {"id": ..., "name": ..., "color_index": ...}. */
typedef struct awareness_stamp {
    uint64_t user_id;
    bytes name; /* well-formed UTF-8 */
    unsigned color_index;
} awareness_stamp;

typedef struct awareness_result {
    size_t accepted;
    size_t ignored; /* old news, or other connections' clients */
    size_t refused; /* over a limit, or not a JSON object */
} awareness_result;

/* Called for each accepted entry; borrowed for the call. */
typedef void awareness_fn(void *ctx, const awareness_entry *entry);

/* awareness_new - NULL: no memory.  Both arguments: `alloc` is borrowed, `limits` copied. */
awareness *awareness_new(const base_alloc *alloc, const awareness_limits *limits);
void awareness_free(awareness *a);

/* For free, leave, owner, count and put_all NULL is legal: nobody has told anything. */

typedef struct awareness_from {
    uint64_t owner;
    uint64_t now_ms;
    const awareness_stamp *stamp; /* NULL: the JSON passes as it came */
} awareness_from;

/* awareness_apply - take an untrusted update from connection `from->owner`.
 * Returns BASE_EMALFORMED when it is not an update (nothing changed), BASE_ENOMEM (entries before
 * the one that found no memory are applied and were visited).  `result` may be NULL.
 * O(bytes + entries). */
BASE_MUST_CHECK int awareness_apply(awareness *a, bytes update, const awareness_from *from,
                                    awareness_fn *accepted, void *ctx, awareness_result *result);

/* awareness_leave - the connection is gone: erase its entries and visit those that had a state, as
 * null.  O(entries). */
void awareness_leave(awareness *a, uint64_t owner, awareness_fn *removed, void *ctx);

/* awareness_owner - the connection that shows a state for this client; 0: none does.  O(entries).
 * awareness_visit_owner - all entries of one connection, removed ones as null.  O(entries). */
uint64_t awareness_owner(const awareness *a, uint64_t client);
void awareness_visit_owner(const awareness *a, uint64_t owner, awareness_fn *visit, void *ctx);

/* awareness_doubt - the connection seems to be dead: its clients may be taken over as if it had
 * been silent for stale_ms, until it is heard again.  O(entries). */
void awareness_doubt(awareness *a, uint64_t owner);

/* awareness_count - states present.  awareness_at - the i-th of them, i < awareness_count. */
size_t awareness_count(const awareness *a);
awareness_entry awareness_at(const awareness *a, size_t i);

/* awareness_put_entry - append an update of one entry.  awareness_put_all - of all states. */
void awareness_put_entry(buf *out, const awareness_entry *entry);
void awareness_put_all(buf *out, const awareness *a);

#endif
