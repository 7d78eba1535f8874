/* nesting.c - how deep types stand in types, and the bound on it.
 *
 * A root is on level 1.  What an update would nest is worked out before anything changes: in the
 * order of the plan, so that what a struct stands beside or in is known when its turn comes. */
#include "yoke/src/apply.h"

/* Of what is in no type: collected, or becomes so. */
#define NOWHERE 0u

/* Levels down to the list of `type`; more than `most` is not counted. */
size_t yoke__type_level(const yoke_doc *doc, uint32_t type, size_t most)
{
    size_t level = 0;
    while (type != 0 && level <= most) {
        uint32_t item = yoke__ty(doc, type)->item;
        level++;
        type = item != 0 ? yoke__blk(doc, item)->parent : 0;
    }
    return level;
}

/* An update as it is judged: the level of the list that each of its structs will stand in. */
typedef struct levels {
    const yoke_doc *doc;
    const incoming *in; /* NULL: all is in the document */
    uint16_t *of;
    size_t most;
} levels;

static size_t level_of(const levels *l, yoke_id id)
{
    uint32_t client = yoke__client_find(l->doc, id.client);
    if (client != YOKE__NONE && id.clock < yoke__cl(l->doc, client)->state) {
        uint32_t b = yoke__block_at(l->doc, client, (uint32_t)id.clock);
        return yoke__type_level(l->doc, yoke__blk(l->doc, b)->parent, l->most);
    }
    const yoke__struct *s = l->in != NULL ? yoke__incoming_at(l->in, id) : NULL;
    /* Where it cannot be told, for a client has overlapping sections, it counts as too deep. */
    return s != NULL ? l->of[s - l->in->s] : l->most + 1;
}

/* The level of the list that `s`, whose client is known up to `state`, will stand in. */
static size_t level_for(const levels *l, const yoke__struct *s, uint64_t state)
{
    if (s->ref == YOKE__GC || s->ref == YOKE__SKIP)
        return NOWHERE;
    if (s->clock < state)
        return level_of(l, (yoke_id){s->client, state - 1});
    bool origin = s->info & YOKE__INFO_ORIGIN;
    bool right = s->info & YOKE__INFO_RIGHT;
    if (origin || right) {
        size_t left_level = origin ? level_of(l, s->origin) : level_of(l, s->right);
        size_t right_level = right ? level_of(l, s->right) : left_level;
        return right_level == NOWHERE ? NOWHERE : left_level;
    }
    if (s->parent_is_root)
        return 1;
    size_t level = level_of(l, s->parent);
    return level == NOWHERE ? NOWHERE : level + 1;
}

bool yoke__too_deep(const yoke_doc *doc, const yoke__struct *s, uint32_t client)
{
    const levels l = {.doc = doc, .most = doc->limits.nesting};
    return s->ref == YOKE__TYPE && level_for(&l, s, yoke__cl(doc, client)->state) >= l.most;
}

/* What the update says twice is integrated once: the second time stands nowhere that can be told.
 */
static yoke_err judge_step(levels *l, const step *p)
{
    const incoming *in = l->in;
    const section *c = &in->sec[p->section];
    section *group = &in->sec[in->sec[c->group].order];
    for (uint32_t i = p->from; i < p->to; i++) {
        const yoke__struct *s = &in->s[i];
        if (s->ref == YOKE__SKIP || s->clock + s->len <= group->judged)
            continue;
        size_t level = level_for(l, s, group->judged);
        if (s->ref == YOKE__TYPE && level >= l->most)
            return YOKE_ELIMIT_NESTING;
        l->of[i] = (uint16_t)(level < UINT16_MAX ? level : UINT16_MAX);
        group->judged = s->clock + s->len;
    }
    return YOKE_OK;
}

yoke_err yoke__nesting_judge(incoming *in)
{
    yoke_doc *doc = in->doc;
    yoke_err err = YOKE_OK;
    size_t size = in->n * sizeof(uint16_t);
    levels l = {.doc = doc, .in = in, .most = doc->limits.nesting};
    if (in->nested == 0)
        return YOKE_OK;
    l.of = yoke__get(doc, size);
    if (l.of == NULL)
        return doc->fault;
    memset(l.of, 0xff, size); /* too deep, until it is told */
    for (size_t k = 0; k < in->sections; k++)
        in->sec[k].judged = yoke__state_of(doc, in->sec[k].id);
    for (size_t i = 0; i < in->plan.n && err == YOKE_OK; i++) {
        const step *p = YOKE__AT(in->plan, step, i);
        if (!p->park)
            err = judge_step(&l, p);
    }
    yoke__put(doc, l.of, size);
    return err;
}
