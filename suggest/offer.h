/* offer.h - what fits a place: words, snippets, names of the code, members behind a dot. */
#ifndef SUGGEST_OFFER_H
#define SUGGEST_OFFER_H

#include "suggest/candidates.h"

/* offer_all - fill `o->list`, whose room is the caller's. */
void offer_all(offer *o);

#endif
