/* apply_one.c - the update of one keystroke: at most one struct and one range of deletes, all of
 * whose ground is there, into a document where nothing waits.  It needs no scratch and no plan, and
 * is what apply.c would do with it. */
#include "yoke/src/apply.h"

#include "yoke/src/event.h"

typedef struct one {
    yoke__struct s;
    yoke__range d;
    bool has_struct;
    bool has_range;
} one;

/* Read the update when it is that small.  False: it is not, or it is wrong, which apply.c says. */
static bool read_one(const incoming *in, one *u)
{
    yoke__update_reader r;
    yoke__struct none;
    yoke__range other;
    bool more;
    u->has_struct = u->has_range = false;
    if (yoke__update_open(&r, in->update, in->doc->limits.nesting) != YOKE_OK ||
        r.sections_left > 1 || yoke__update_next(&r, &u->s, &u->has_struct) != YOKE_OK)
        return false;
    if (u->has_struct &&
        (r.structs_left > 0 || yoke__update_next(&r, &none, &more) != YOKE_OK || more))
        return false;
    if (r.sections_left > 1 || yoke__update_next_delete(&r, &u->d, &u->has_range) != YOKE_OK)
        return false;
    return !u->has_range || (yoke__update_next_delete(&r, &other, &more) == YOKE_OK && !more);
}

static bool there(const yoke_doc *doc, yoke_id id, const yoke__struct *s)
{
    return id.client == s->client || id.clock < yoke__state_of(doc, id.client);
}

/* The next struct of its client, and all that it names is there. */
static bool has_ground(const incoming *in, const yoke__struct *s)
{
    const yoke_doc *doc = in->doc;
    /* How deep a type would nest is judged on the long way. */
    if (s->ref == YOKE__SKIP || s->ref == YOKE__TYPE || s->clock != yoke__state_of(doc, s->client))
        return false;
    if (s->ref == YOKE__GC)
        return true;
    if (((s->info & YOKE__INFO_ORIGIN) && !there(doc, s->origin, s)) ||
        ((s->info & YOKE__INFO_RIGHT) && !there(doc, s->right, s)))
        return false;
    return (s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT)) || s->parent_is_root ||
           (there(doc, s->parent, s) && !yoke__bad_parent(in, s));
}

static yoke_err reserve(incoming *in, const one *u)
{
    yoke_doc *doc = in->doc;
    yoke__need *need = &in->need;
    if (u->has_struct) {
        yoke__need_struct(need, &u->s);
        need->clients = yoke__client_find(doc, u->s.client) == YOKE__NONE ? 1 : 0;
        need->dels += doc->nested;
        if (yoke__blocks_live(doc) + 1 > doc->limits.structs)
            return YOKE_ELIMIT_STRUCTS;
    }
    if (u->has_range) {
        yoke__count_range(in, &u->d);
        need->blocks += 2;
        need->dels += in->live + need->blocks + doc->nested;
    }
    yoke_err err = yoke__reserve(doc, need);
    /* Without deletes the event is the update as it came. */
    if (err == YOKE_OK && u->has_range)
        err =
            yoke__emit_reserve(doc, 2 * in->update.len_bytes + 64 * need->blocks + 24 * need->dels);
    return err;
}

yoke_err yoke__apply_one(incoming *in, uint64_t origin, bool *done)
{
    yoke_doc *doc = in->doc;
    one u;
    if (doc->parked_n + doc->parked_dels > 0 || !read_one(in, &u))
        return YOKE_OK;
    if (u.has_struct && (!has_ground(in, &u.s) || yoke__limit_clock(&u.s) != YOKE_OK))
        return YOKE_OK;
    uint64_t state = u.has_range ? yoke__state_of(doc, u.d.client) : 0;
    state += u.has_struct && u.has_range && u.s.client == u.d.client ? u.s.len : 0;
    if (u.has_range && u.d.clock + u.d.len > state)
        return YOKE_OK;
    yoke_err err = reserve(in, &u);
    if (err != YOKE_OK)
        return err;
    in->result.exact = true;
    yoke__txn_start(doc, false, origin);
    if (u.has_struct) {
        (void)yoke__integrate(doc, &u.s, yoke__client_make(doc, u.s.client), 0);
        in->result.integrated = u.s.len;
    }
    if (u.has_range)
        in->result.exact = yoke__run_range(in, &u.d) == u.d.len;
    in->result.deleted = doc->txn_deleted;
    yoke__txn_finish(doc, in->result.exact ? &in->update : NULL);
    *done = true;
    return YOKE_OK;
}
