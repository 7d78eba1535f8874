/* encode.h - parts of encoded states, for snapshots.  Private to yoke/src. */
#ifndef YOKE_ENCODE_H
#define YOKE_ENCODE_H

#include "yoke/src/doc.h"

void yoke__write_delete_set(buf *out, const yoke_doc *doc, const uint32_t *order, bool pending);
void yoke__write_state(buf *out, const yoke_doc *doc, const uint32_t *order);

/* yoke__write_client - the section of one client's clocks [from, to). */
void yoke__write_client(buf *out, const yoke_doc *doc, uint32_t client, uint32_t from, uint32_t to);

#endif
