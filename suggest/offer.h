/* offer.h - what fits a place: words, snippets, names of the code, members behind a dot. */
#ifndef SUGGEST_OFFER_H
#define SUGGEST_OFFER_H

#include "suggest/candidates.h"
#include "suggest/place.h"
#include "suggest/scope.h"

typedef struct offer {
    bytes code;
    const token_list *tokens;
    const symbol_table *table;
    place at;
    bytes typed;
    uint32_t scope;
    bool explicit_request;
    candidate_list list;
} offer;

/* offer_all - fill `o->list`, whose room is the caller's. */
void offer_all(offer *o);

/* offer_members - the same behind a dot; in a file of its own. */
void offer_members(offer *o);

/* offer_one - rank one thing and keep it if it is good enough; `rank.match` is filled in. */
void offer_one(offer *o, candidate c, candidate_rank rank);

/* offer_name_near - how near the uses of a name are, 0..400. */
uint32_t offer_name_near(const offer *o, uint32_t name);

#endif
