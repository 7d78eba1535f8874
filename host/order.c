#include "host/order.h"

#include "base/hash.h"

static size_t slot_of(const char *room_id)
{
    return (hash_text(room_id) >> 8) % ORDER_SLOTS; /* the low bits chose the loop's bucket */
}

void order_init(order *o)
{
    *o = (order){.read_count = 0};
}

void order_append(order *o, const store_batch *batch)
{
    const char *before = NULL;
    o->submitted.batches++;
    for (size_t i = 0; i < batch->count; i++) {
        const char *id = batch->rows[i].room_id;
        if (id != before) /* often one room for many rows */
            o->last[slot_of(id)].batches = o->submitted.batches;
        before = id;
    }
}

void order_write(order *o, store_job *job)
{
    o->submitted.writes++;
    job->after_batches = o->submitted.batches;
    if (job->room == NULL) {
        o->last_of_any = o->submitted.writes;
        return;
    }
    order_point *own = &o->last[slot_of(job->room)];
    own->writes = o->submitted.writes;
    job->after_batches = own->batches;
}

bool order_wants_rows(const order *o, const store_job *job)
{
    return job->after_batches > o->done.batches;
}

static void put(job_list *list, store_job *job)
{
    job->next = NULL;
    if (list->last != NULL)
        list->last->next = job;
    else
        list->first = job;
    list->last = job;
}

static bool may_begin(const order *o, const store_job *job)
{
    return job->after_batches <= o->done.batches && job->after_writes <= o->done.writes;
}

void order_read(order *o, store_job *job)
{
    order_point after = job->room != NULL ? o->last[slot_of(job->room)] : o->submitted;
    job->after_batches = after.batches;
    job->after_writes = after.writes > o->last_of_any ? after.writes : o->last_of_any;
    o->read_count++;
    put(may_begin(o, job) ? &o->ready : &o->blocked, job);
}

static size_t unblock(order *o)
{
    job_list still = {NULL, NULL};
    size_t count = 0;
    for (store_job *job = o->blocked.first, *next; job != NULL; job = next) {
        next = job->next;
        bool ready = may_begin(o, job);
        put(ready ? &o->ready : &still, job);
        count += ready;
    }
    o->blocked = still;
    return count;
}

size_t order_tried(order *o, uint64_t batches)
{
    o->done.batches = batches;
    return unblock(o);
}

size_t order_written(order *o)
{
    o->done.writes++;
    return unblock(o);
}

store_job *order_take(order *o)
{
    store_job *job = o->ready.first;
    if (job == NULL)
        return NULL;
    o->ready.first = job->next;
    if (job->next == NULL)
        o->ready.last = NULL;
    job->next = NULL;
    o->read_count--;
    return job;
}
