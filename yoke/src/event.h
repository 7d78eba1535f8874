/* event.h - what observers get at the end of a transaction.  Private to yoke/src. */
#ifndef YOKE_EVENT_H
#define YOKE_EVENT_H

#include "yoke/src/doc.h"

/* yoke__emit - call the observer.  `exact`, when not NULL, is the update as it came and says all
 * that the transaction did. */
void yoke__emit(yoke_doc *doc, const bytes *exact);

/* yoke__emit_reserve - room for the event of what is about to happen. */
YOKE_MUST_CHECK yoke_err yoke__emit_reserve(yoke_doc *doc, size_t more_bytes);

#endif
