/* What rooms ask the store about people: who an author is, and what was said. */
#include "host/people.h"

#include <stdio.h>

/* -------------------------------------------------------------------------------- authors --- */

typedef struct author_job {
    store_job job; /* first */
    room_host *host;
    store_id room;
    store_author author;
    uint8_t name[];
} author_job;

static void author_write(store *s, store_job *job)
{
    author_job *j = (author_job *)job;
    int err = store_author_put(s, j->room.text, &j->author);
    if (err != BASE_OK && err != STORE_ENOTFOUND)
        host_log(j->host, LOG_WARN, "author not stored", LOG_STR("room", j->room.text),
                 LOG_STR("reason", store_err_text(err)));
}

static void author_done(loop *l, store_job *job)
{
    author_job *j = (author_job *)job;
    (void)l;
    base_alloc_put(j->host->alloc, j, sizeof *j + j->author.name.len_bytes);
}

void people_store_author(void *ctx, room *r, const store_author *author)
{
    room_host *h = ctx;
    author_job *j = host_new_job(h, sizeof *j + author->name.len_bytes, author_write, author_done);
    if (j == NULL) {
        host_log(h, LOG_WARN, "author not stored", LOG_STR("reason", "out of memory"));
        return;
    }
    j->job.home = NULL;
    j->job.room = j->room.text;
    j->host = h;
    snprintf(j->room.text, sizeof j->room.text, "%s", room_id(r));
    memcpy(j->name, author->name.ptr, author->name.len_bytes);
    j->author = *author;
    j->author.name.ptr = j->name;
    h->port.submit(h->port.ctx, &j->job);
}

/* ----------------------------------------------------------------------------------- chat --- */

typedef struct chat_job {
    store_job job; /* first */
    hosted *at;
    uint64_t session;
    uint64_t keep;
    store_chat said;
    int err;
    uint8_t data[]; /* name, text and ref */
} chat_job;

static bytes keep_bytes(uint8_t **to, bytes s)
{
    bytes kept = {*to, s.len_bytes};
    memcpy(*to, s.ptr, s.len_bytes);
    *to += s.len_bytes;
    return kept;
}

static void chat_write(store *s, store_job *job)
{
    chat_job *j = (chat_job *)job;
    j->err = store_chat_add(s, room_id(j->at->room), &j->said, j->keep);
}

static void chat_done(loop *l, store_job *job)
{
    chat_job *j = (chat_job *)job;
    hosted *at = j->at;
    (void)l;
    at->in_store--;
    if (!at->removed && j->err == BASE_OK)
        room_on_chat_stored(at->room, &j->said);
    else if (!at->removed)
        room_on_chat_failed(at->room, j->session, j->err);
    size_t n = j->said.name.len_bytes + j->said.text.len_bytes + j->said.ref.len_bytes;
    base_alloc_put(at->host->alloc, j, sizeof *j + n);
    hosted_maybe_free(at);
}

bool people_store_chat(void *ctx, room *r, uint64_t session, const store_chat *said)
{
    room_host *h = ctx;
    hosted *at = hosted_find(h, room_id(r));
    size_t n = said->name.len_bytes + said->text.len_bytes + said->ref.len_bytes;
    chat_job *j = host_new_job(h, sizeof *j + n, chat_write, chat_done);
    if (j == NULL)
        return false;
    uint8_t *to = j->data;
    j->job.room = room_id(r);
    j->at = at;
    j->session = session;
    j->keep = h->limits->chat_messages;
    j->said = *said;
    j->said.name = keep_bytes(&to, said->name);
    j->said.text = keep_bytes(&to, said->text);
    j->said.ref = keep_bytes(&to, said->ref);
    at->in_store++;
    h->port.submit(h->port.ctx, &j->job);
    return true;
}
