/* keeper.c - whose a client id is.
 *
 *   fresh: nothing was ever       whoever shows it first in its presence, as long as it does:
 *   written with it               nobody else can know a number just drawn
 *   written with                  whoever wrote: this connection and, where it is known who that
 *                                 is, every connection of the same person, also after this one is
 *                                 gone
 *
 * Presence gives no right over an id that was written with: everybody reads it in the document.
 * The keeper of an id is forgotten when its connection ends and nobody knows who it was; then the
 * id is kept by whoever brings new structs of it, which only their writer, or somebody who has them
 * of it, can.  Whoever passes on what others wrote keeps nothing: an update of several writers is
 * no evidence, nor is a step 2 of an id that its sender does not show, nor a second id beside one's
 * own.
 *
 * Nothing of this is stored.  A room that is loaded again knows no keepers, and the first who
 * writes with an id keeps it.
 */
#include "room/inner.h"

#include "base/varint.h"

/* Beyond it ids are nobody's; those who are here have a few each. */
#define KEEPERS_MAX 4096u

static keeper *find(const room *r, uint64_t client)
{
    for (size_t i = 0; i < r->keeper_count; i++)
        if (r->keepers[i].client == client)
            return &r->keepers[i];
    return NULL;
}

const keeper *room__keeper(const room *r, uint64_t client)
{
    return find(r, client);
}

bool room__keeps(const keeper *k, const member *m)
{
    return k->session == m->session || (k->person != 0 && k->person == m->person);
}

bool room__keeps_alone(const room *r, const keeper *k)
{
    const member *live = k->session != 0 ? room__find(r, k->session) : NULL;
    return k->person != 0 && k->wrote && (live != NULL ? live->told_all : k->told_all);
}

bool room__only_client(bytes update, uint64_t *client)
{
    reader in = reader_of(update);
    uint64_t clients, structs;
    return reader_varuint(&in, &clients) == BASE_OK && clients == 1 &&
           reader_varuint(&in, &structs) == BASE_OK && reader_varuint(&in, client) == BASE_OK;
}

/* Without memory for it the id is nobody's, and no writer is kept waiting for it. */
static void add(room *r, const member *m, uint64_t client, bool wrote)
{
    if (r->keeper_count == KEEPERS_MAX)
        return;
    if (r->keeper_count == r->keeper_cap) {
        uint32_t cap = r->keeper_cap == 0 ? 8 : 2 * r->keeper_cap;
        keeper *keepers = base_alloc_resize(r->alloc, r->keepers, r->keeper_cap * sizeof *keepers,
                                            cap * sizeof *keepers);
        if (keepers == NULL)
            return;
        r->keepers = keepers;
        r->keeper_cap = cap;
    }
    r->keepers[r->keeper_count++] =
        (keeper){.client = client, .session = m->session, .person = m->person, .wrote = wrote};
}

static void drop(room *r, keeper *k)
{
    *k = r->keepers[--r->keeper_count];
}

typedef struct showing {
    room *r;
    const member *m;
} showing;

static void on_shown(void *ctx, const awareness_entry *entry)
{
    const showing *s = ctx;
    keeper *k = find(s->r, entry->client);
    bool shown = entry->json.len_bytes > 0;
    if (k == NULL && shown && yoke_doc_state(s->r->doc, entry->client) == 0)
        add(s->r, s->m, entry->client, false);
    else if (k != NULL && !shown && !k->wrote && k->session == s->m->session)
        drop(s->r, k);
}

void room__keep_shown(room *r, const member *m)
{
    awareness_visit_owner(r->awareness, m->session, on_shown, &(showing){r, m});
}

void room__keep_written(room *r, member *m, const sync_msg *msg)
{
    uint64_t client;
    if (!room__only_client(msg->body, &client) || client == m->wrote)
        return;
    keeper *k = find(r, client);
    bool own = k != NULL && room__keeps(k, m);
    const member *live = k != NULL ? room__find(r, k->session) : NULL;
    bool passed_on = (m->wrote != 0 || msg->tag == SYNC_STEP2) &&
                     awareness_owner(r->awareness, client) != m->session;
    if (!own && (passed_on || (live != NULL && !live->lapsed)))
        return;
    m->wrote = client;
    if (k == NULL) {
        add(r, m, client, true);
        return;
    }
    k->session = m->session;
    k->person = m->person;
    k->wrote = true;
}

void room__keepers_leave(room *r, const member *m)
{
    for (size_t i = r->keeper_count; i-- > 0;) {
        keeper *k = &r->keepers[i];
        if (k->session != m->session)
            continue;
        k->told_all = m->told_all;
        if (k->person != 0 && k->wrote)
            k->session = 0;
        else
            drop(r, k);
    }
}

void room__keepers_forget(room *r)
{
    base_alloc_put(r->alloc, r->keepers, r->keeper_cap * sizeof *r->keepers);
    r->keepers = NULL;
    r->keeper_count = r->keeper_cap = 0;
}
