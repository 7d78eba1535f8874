#include "host/quarantine.h"

#include "host/table.h"

#include <stdio.h>

damaged_room *damaged_read(const base_alloc *alloc, store_reader *r, const char *id, int *err)
{
    damaged_room *d = base_alloc_get(alloc, sizeof *d);
    *err = BASE_ENOMEM;
    if (d == NULL)
        return NULL;
    *d = (damaged_room){.alloc = alloc};
    *err = store_salvage(r, id, &d->loaded, &d->damage);
    if (*err == BASE_OK && d->damage.what == NULL)
        d->damage.what = "unknown";
    if (*err == BASE_OK)
        return d;
    base_alloc_put(alloc, d, sizeof *d);
    return NULL;
}

damaged_room *damaged_of(const base_alloc *alloc, store_loaded *loaded)
{
    damaged_room *d = base_alloc_get(alloc, sizeof *d);
    if (d == NULL)
        return NULL;
    *d = (damaged_room){*loaded, {"update that the engine refuses", 0}, alloc};
    *loaded = (store_loaded){.alloc = d->loaded.alloc};
    return d;
}

void damaged_free(damaged_room *d)
{
    if (d == NULL)
        return;
    store_loaded_free(&d->loaded);
    base_alloc_put(d->alloc, d, sizeof *d);
}

/* The link that points to the entry of the room, or to the end of the list. */
static quarantined **place_of(room_host *h, const char *id)
{
    quarantined **at = &h->quarantined;
    while (*at != NULL && strcmp((*at)->id.text, id) != 0)
        at = &(*at)->next;
    return at;
}

bool quarantine_holds(const room_host *h, const char *id)
{
    const quarantined *q = h->quarantined;
    while (q != NULL && strcmp(q->id.text, id) != 0)
        q = q->next;
    return q != NULL;
}

void quarantine_put(room_host *h, damaged_room *d)
{
    quarantined **at = place_of(h, d->loaded.room.id);
    if (*at != NULL) {
        damaged_free(d);
        return;
    }
    quarantined *q = base_alloc_get(h->alloc, sizeof *q);
    if (q != NULL) { /* else it is written down again at the next try, and not counted */
        *q = (quarantined){.next = NULL};
        snprintf(q->id.text, sizeof q->id.text, "%s", d->loaded.room.id);
        *at = q;
        metric_add(&h->metrics->quarantined_rooms, 1);
    }
    h->port.keep_damaged(h->port.ctx, d);
}

void quarantine_lift(room_host *h, const char *id)
{
    quarantined **at = place_of(h, id), *gone = *at;
    if (gone == NULL)
        return;
    *at = gone->next;
    base_alloc_put(h->alloc, gone, sizeof *gone);
    metric_sub(&h->metrics->quarantined_rooms, 1);
}

void quarantine_forget_all(room_host *h)
{
    while (h->quarantined != NULL)
        quarantine_lift(h, h->quarantined->id.text);
}
