/* state_vector.c - what a document has of each client. */
#include "yoke/src/encode.h"

void yoke__write_state(buf *out, const yoke_doc *doc, const uint32_t *order)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < doc->clients.n; i++)
        n += yoke__cl(doc, i)->state > 0 ? 1 : 0;
    buf_put_varuint(out, n);
    for (size_t i = 0; i < doc->clients.n; i++) {
        const yoke__client *c = yoke__cl(doc, order[i]);
        if (c->state == 0)
            continue;
        buf_put_varuint(out, c->id);
        buf_put_varuint(out, c->state);
    }
}

yoke_err yoke_doc_state_vector(const yoke_doc *doc, yoke_blob *out)
{
    base_alloc a;
    buf b;
    yoke__buf_over(&b, &a, out);
    out->len_bytes = 0;
    const uint32_t *order = yoke__client_order(doc);
    if (order == NULL)
        return doc->fault;
    yoke__write_state(&b, doc, order);
    return yoke__blob_from(out, &b);
}

uint64_t yoke_doc_state(const yoke_doc *doc, uint64_t client_id)
{
    uint32_t i = yoke__client_find(doc, client_id);
    return i == YOKE__NONE ? 0 : yoke__cl(doc, i)->state;
}

yoke_err yoke__read_state(const yoke_doc *doc, yoke_bytes sv, uint64_t *from)
{
    yoke__state_reader r;
    yoke_id id;
    bool more = true;
    yoke_err err = yoke__state_open(&r, bytes_of(sv.ptr, sv.len_bytes));
    while (err == YOKE_OK && (err = yoke__state_next(&r, &id, &more)) == YOKE_OK && more) {
        uint32_t client = yoke__client_find(doc, id.client);
        if (client != YOKE__NONE && from != NULL)
            from[client] = id.clock;
    }
    return err;
}
