/* event.h - what observers get at the end of a transaction.  Private to yoke/src.
 *
 *   event.c         calls the observer, update and deltas
 *   event_delta.c   the delta of one list: by the changes alone where an index finds their places
 *   event_format.c  the delta of a text with formats: a walk that keeps track of attributes
 */
#ifndef YOKE_EVENT_H
#define YOKE_EVENT_H

#include "yoke/src/doc.h"

/* yoke__emit - call the observer.  `exact`, when not NULL, is the update as it came and says all
 * that the transaction did. */
void yoke__emit(yoke_doc *doc, const bytes *exact);

/* yoke__emit_reserve - room for the event of what is about to happen. */
YOKE_MUST_CHECK yoke_err yoke__emit_reserve(yoke_doc *doc, size_t more_bytes);

/* One step while it grows: buffers move meanwhile, so it holds offsets. */
typedef struct yoke__step {
    uint64_t len;
    size_t text_at;
    size_t text_bytes;
    size_t value; /* number of the value, SIZE_MAX: a text */
    size_t attribute;
    size_t attributes;
    yoke_delta_tag tag;
} yoke__step;

/* A block that changed in this transaction, or a part of one, and where it stands now. */
typedef struct yoke__change {
    uint32_t type;
    uint32_t at; /* visible units before it */
    uint32_t block;
    uint32_t from; /* units of the block; only the length counts of what was deleted */
    uint32_t to;
    bool inserted;
} yoke__change;

/* A delta under work.  Errors latch in the buffers. */
typedef struct yoke__delta_maker {
    yoke_doc *doc;
    buf changes;    /* yoke__change[], of all types, in order */
    buf steps;      /* yoke__step[] */
    buf text;       /* UTF-8 of all inserts */
    buf values;     /* yoke_value[] */
    buf attributes; /* yoke_attribute[] */
    buf out;        /* yoke_delta[] */
    bool noted;     /* the changes were gathered */
    bool open;      /* the last step may grow */
} yoke__delta_maker;

void yoke__delta_init(yoke__delta_maker *m, yoke_doc *doc);
void yoke__delta_deinit(yoke__delta_maker *m);

/* yoke__delta_of - the delta of one list of the transaction that ends.  False: no memory. */
bool yoke__delta_of(yoke__delta_maker *m, uint32_t type, const yoke_delta **steps, size_t *count);

/* What both ways of making a delta share. */
uint32_t yoke__old_end(const yoke_doc *doc, uint32_t client);
size_t yoke__dels_from(const yoke_doc *doc, uint32_t client, uint32_t clock);
yoke__step *yoke__delta_step(yoke__delta_maker *m, yoke_delta_tag tag, uint64_t len);
void yoke__delta_insert(yoke__delta_maker *m, const yoke__block *b, uint32_t from, uint32_t to);

/* yoke__delta_formatted - the steps of a text with formats. */
void yoke__delta_formatted(yoke__delta_maker *m, uint32_t type);

#endif
