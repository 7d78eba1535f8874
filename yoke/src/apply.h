/* apply.h - an update on its way into a document.  Private to apply.c, apply_one.c, plan.c and
 * nesting.c. */
#ifndef YOKE_APPLY_H
#define YOKE_APPLY_H

#include "yoke/src/doc.h"

typedef struct section {
    uint64_t id;
    uint64_t state;  /* of a group's first section: the client's state as planned so far */
    uint64_t judged; /* ... and as nesting.c has come to */
    uint32_t client;
    uint32_t begin; /* its structs in the scratch */
    uint32_t at;    /* the next to be planned */
    uint32_t end;
    uint32_t back;    /* section that waits for this one */
    uint32_t order;   /* the sections by id, then first clock: number of a section */
    uint32_t group;   /* where in that order its client begins */
    uint32_t next;    /* of a group's first section: place of the first that is not used up */
    uint32_t waiters; /* of a group's first section: those blocked for its client, a pairing heap */
    uint32_t child;   /* in such a heap, by the clock that is waited for */
    uint32_t sibling;
    uint64_t wait_clock;
    uint32_t ready_next;
    bool busy;    /* being planned, or waiting for one that is (`back`) */
    bool blocked; /* until its client's clock is planned, or for good */
    bool ready;   /* in the list of those to be looked at again */
} section;

/* The structs [from, to) of a section are integrated, or wait. */
typedef struct step {
    uint32_t section;
    uint32_t from;
    uint32_t to;
    bool park;
} step;

typedef struct incoming {
    yoke_doc *doc;
    bytes update;
    yoke__vec structs;      /* yoke__struct */
    yoke__vec section_list; /* section */
    yoke__vec plan;         /* step */
    yoke__struct *s;
    size_t n;
    section *sec;
    size_t sections;
    yoke__vec ranges;   /* yoke__range */
    size_t live;        /* blocks that they name, living or not */
    size_t structs_end; /* where the delete set begins */
    size_t fresh;       /* structs that bring something */
    size_t nested;      /* of them, those that bring a type */
    bool advances;      /* some client's state will move */
    bool joins_last;    /* blocks are joined when all is in */
    yoke__need need;
    uint32_t ready; /* sections that were blocked */
    size_t park_n;  /* what will wait: structs, their bytes, clients they name, ranges */
    size_t park_bytes;
    size_t park_refs;
    size_t park_ranges;
    size_t looks; /* at what waits already */
    yoke__segment *segment;
    size_t copied;
    yoke_apply_result result;
} incoming;

static inline uint64_t yoke__state_of(const yoke_doc *doc, uint64_t id)
{
    uint32_t c = yoke__client_find(doc, id);
    return c == YOKE__NONE ? 0 : yoke__cl(doc, c)->state;
}

static inline bool yoke__waits(const yoke__struct *s, uint64_t state)
{
    return s->ref != YOKE__SKIP && s->clock + s->len > state;
}

/* Where struct `i` begins in the update; of the one after the last: where the deletes do. */
static inline size_t yoke__wire_at(const incoming *in, uint32_t i)
{
    return i < in->n ? in->s[i].wire_at : in->structs_end;
}

/* ------------------------------------------------------------------ apply.c */
YOKE_MUST_CHECK yoke_err yoke__limit_clock(const yoke__struct *s);
bool yoke__bad_parent(const incoming *in, const yoke__struct *s);
void yoke__need_struct(yoke__need *need, const yoke__struct *s);
void yoke__count_range(incoming *in, const yoke__range *d);
uint64_t yoke__run_range(incoming *in, const yoke__range *d);
uint64_t yoke__clocks_gained(const yoke_doc *doc);

/* yoke__apply_one - apply the update if it is of the common kind; else `*done` stays false and
 * nothing was changed. */
YOKE_MUST_CHECK yoke_err yoke__apply_one(incoming *in, uint64_t origin, bool *done);

/* ------------------------------------------------------------------ plan.c */
/* An update looks this often at what waits already; beyond, what it brings counts as new. */
#define YOKE__LOOKS_MAX ((size_t)1 << 21)

/* yoke__delete_waits - what this range deletes behind `state` waits already. */
bool yoke__delete_waits(incoming *in, const yoke__range *d, uint64_t state);

void yoke__sections_group(incoming *in);
const yoke__struct *yoke__incoming_at(const incoming *in, yoke_id id);
uint64_t yoke__planned_state(const incoming *in, uint64_t id);
YOKE_MUST_CHECK yoke_err yoke__nesting_judge(incoming *in); /* nesting.c */
YOKE_MUST_CHECK yoke_err yoke__plan(incoming *in);

#endif
