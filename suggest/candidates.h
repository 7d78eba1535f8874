/* candidates.h - what is offered, ranked: the best few of it, ordered and without doubles. */
#ifndef SUGGEST_CANDIDATES_H
#define SUGGEST_CANDIDATES_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "suggest/kind.h"
#include "suggest/place.h"
#include "suggest/scope.h"

typedef struct candidate {
    bytes label;
    bytes insert;
    bytes detail;
    suggest_kind kind;
    uint32_t score;
    bool moves;   /* takes the place of its whole line so far ... */
    bytes indent; /* ... with this indentation */
} candidate;

typedef struct candidate_list {
    candidate *best; /* by score, the best first */
    size_t count;
    size_t max;
} candidate_list;

/* What orders candidates, the first field first. */
typedef struct candidate_rank {
    uint32_t match; /* of candidates_match */
    uint32_t group; /* 0..99: how well the kind fits the place */
    uint32_t near;  /* 0..999 */
    uint32_t uses;  /* capped at 99 */
} candidate_rank;

uint32_t candidates_score(candidate_rank rank);

/* candidates_match - how `typed` fits `label`: 5 the same, 4 its beginning, 3 its beginning but for
 * case, 2 in order through the starts of its words (`gcn` in get_camel_name and getCamelName), 0
 * not at all.  Nothing typed fits everything: 1. */
uint32_t candidates_match(bytes typed, bytes label);

/* What is asked, what the code holds, and the best of what was offered so far. */
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

/* candidates_offer - keep it if it is good enough.  Of two with one label the better stays. */
void candidates_offer(candidate_list *list, candidate c);

/* offer_one - rank one thing and keep it if it is good enough; `rank.match` is filled in. */
void offer_one(offer *o, candidate c, candidate_rank rank);

/* offer_name_near - how near the uses of a name are, 0..400. */
uint32_t offer_name_near(const offer *o, uint32_t name);

#endif
