#include "server/api/room_call.h"

#include "host/record.h"
#include "server/http/throttle.h"

#include <stdlib.h>

room_call *room_call_new(exchange *x, size_t size_bytes, void (*release)(room_call *c))
{
    room_call *c = calloc(1, size_bytes);
    if (c == NULL) {
        exchange_reply_error(x, 503, "out of memory");
        return NULL;
    }
    c->x = x;
    c->from = x->loop;
    c->release = release;
    buf_init(&c->data, base_alloc_libc(), x->loop->app->limits.document_bytes);
    return c;
}

void room_call_free(room_call *c)
{
    if (c->release != NULL)
        c->release(c);
    json_decref(c->reply);
    buf_deinit(&c->data);
    free(c);
}

/* Hands the bytes over: a text or a page may be large, and is not copied once more. */
static void reply_data(room_call *c)
{
    size_t len_bytes, cap_bytes;
    const char *type = c->type != NULL ? c->type : "text/plain; charset=utf-8";
    uint8_t *block = buf_detach(&c->data, &len_bytes, &cap_bytes);
    exchange_reply_heap(c->x, c->status, type, block, len_bytes);
}

static void reply_here(loop *l, loop_msg *msg)
{
    room_call *c = (room_call *)msg;
    (void)l;
    if (c->status == 404)
        throttle_count(c->x, ADDRESS_MISS);
    exchange_add_header(c->x, "Cache-Control", "no-store");
    if (c->status == 401)
        exchange_add_header(c->x, "WWW-Authenticate", "Bearer");
    if (c->finish != NULL && c->finish(c))
        return;
    if (c->status == 204)
        exchange_reply_empty(c->x, 204);
    else if (c->reply != NULL)
        exchange_reply_json(c->x, c->status, json_incref(c->reply));
    else
        reply_data(c);
    room_call_free(c);
}

void room_call_reply(room_call *c)
{
    c->msg.run = reply_here;
    loop_post(c->from, &c->msg);
}

void room_call_reply_data(room_call *c, int status, const char *type)
{
    if (buf_err(&c->data) != BASE_OK) {
        room_call_fail_by_code(c, buf_err(&c->data));
        return;
    }
    c->status = status;
    c->type = type;
    room_call_reply(c);
}

void room_call_fail(room_call *c, int status, const char *detail)
{
    c->status = status;
    c->reply = json_pack("{s:s}", "detail", detail);
    room_call_reply(c);
}

void room_call_fail_by_code(room_call *c, int err)
{
    if (err == STORE_ENOTFOUND)
        room_call_fail(c, 404, "Room not found");
    else if (err == STORE_EEXISTS)
        room_call_fail(c, 409, "A room with this id is there already");
    else
        room_call_fail(c, 503, err == BASE_ENOMEM ? "out of memory" : store_err_text(err));
}

void room_call_go(room_call *c, act wanted, void (*begin)(loop *owner, loop_msg *msg))
{
    if (!role_may(c->x->who.role, wanted)) {
        metrics_refused(&c->from->metrics, "role");
        room_call_fail(c, 403, "Your role does not allow this");
        return;
    }
    if (!throttle_allows(c->x, ADDRESS_MISS)) {
        room_call_free(c);
        return;
    }
    if (!room_name_valid(c->x->param)) {
        room_call_fail(c, 404, "Room not found");
        return;
    }
    snprintf(c->id, sizeof c->id, "%.128s", c->x->param);
    c->msg.run = begin;
    loop_post(loop_owner(c->from->app, c->id), &c->msg);
}

static room_call *call_of_job(store_job *job)
{
    return (room_call *)(void *)((char *)job - offsetof(room_call, job));
}

static bool read_in_store(store_reader *r, store_job *job)
{
    room_call *c = call_of_job(job);
    c->read(r, c);
    return true;
}

static void write_in_store(store *s, store_job *job)
{
    room_call *c = call_of_job(job);
    c->write(s, c);
}

static void done_in_store(loop *owner, store_job *job)
{
    room_call *c = call_of_job(job);
    c->step(c, owner);
}

static void submit(room_call *c, loop *owner, void (*step)(room_call *, loop *))
{
    c->step = step;
    c->job.home = owner;
    c->job.room = c->id;
    c->job.done = done_in_store;
    store_thread_submit(owner->app->store, &c->job);
}

void room_call_read(room_call *c, loop *owner, void (*read)(store_reader *, room_call *),
                    void (*step)(room_call *, loop *))
{
    c->read = read;
    c->job.read = read_in_store;
    c->job.write = NULL;
    submit(c, owner, step);
}

void room_call_write(room_call *c, loop *owner, void (*write)(store *, room_call *),
                     void (*step)(room_call *, loop *))
{
    c->write = write;
    c->job.read = NULL;
    c->job.write = write_in_store;
    submit(c, owner, step);
}
