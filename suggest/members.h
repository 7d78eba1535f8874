/* members.h - what fits behind a dot. */
#ifndef SUGGEST_MEMBERS_H
#define SUGGEST_MEMBERS_H

#include "suggest/candidates.h"

/* offer_members - fill `o->list` with the members of what stands before the dot. */
void offer_members(offer *o);

#endif
