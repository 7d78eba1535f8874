/* encode.h - parts of encoded states, for snapshots and events.  Private to yoke/src. */
#ifndef YOKE_ENCODE_H
#define YOKE_ENCODE_H

#include "yoke/src/doc.h"

/* A number that is known only after what follows it. */
size_t yoke__hole_open(buf *out);
void yoke__hole_close(buf *out, size_t at, uint64_t value);

void yoke__write_delete_set(buf *out, const yoke_doc *doc, const uint32_t *order, bool pending);
void yoke__write_state(buf *out, const yoke_doc *doc, const uint32_t *order);

/* yoke__write_client - the section of one client's clocks [from, to). */
void yoke__write_client(buf *out, const yoke_doc *doc, uint32_t client, uint32_t from, uint32_t to);

/* yoke__read_state - a peer's state vector into `from`, by client index; unknown clients are left
 * out. `from` may be NULL: only check.  YOKE_EMALFORMED. */
yoke_err yoke__read_state(const yoke_doc *doc, yoke_bytes sv, uint64_t *from);

#endif
