/* encode_txn.c - the update of one transaction. */
#include "yoke/src/encode.h"

/* Ranges of one client stand together; they were sorted by client and clock. */
size_t yoke__dels_of(const yoke_doc *doc, uint32_t client, const yoke__drange **first)
{
    size_t lo = 0;
    size_t hi = doc->dels.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (YOKE__AT(doc->dels, yoke__drange, mid)->client < client)
            lo = mid + 1;
        else
            hi = mid;
    }
    *first = YOKE__AT(doc->dels, yoke__drange, lo);
    size_t n = 0;
    while (lo + n < doc->dels.n && (*first)[n].client == client)
        n++;
    return n;
}

static uint64_t write_txn_deletes(buf *out, const yoke_doc *doc, uint32_t client)
{
    const yoke__drange *d;
    size_t n = yoke__dels_of(doc, client, &d);
    if (n == 0)
        return 0;
    buf_put_varuint(out, yoke__cl(doc, client)->id);
    buf_put_varuint(out, n);
    for (size_t i = 0; i < n; i++) {
        buf_put_varuint(out, d[i].clock);
        buf_put_varuint(out, d[i].len);
    }
    return 1;
}

static void write_txn_section(buf *out, const yoke_doc *doc, uint32_t client)
{
    const yoke__client *c = yoke__cl(doc, client);
    yoke__write_client(out, doc, client, c->before, c->state);
}

static bool one_client_dels(const yoke_doc *doc)
{
    const yoke__drange *d = doc->dels.ptr;
    return doc->dels.n == 0 || d[0].client == d[doc->dels.n - 1].client;
}

void yoke__encode_txn(const yoke_doc *doc, buf *out)
{
    uint64_t sections = 0;
    uint32_t only = 0;
    for (uint32_t i = doc->touched; i != YOKE__NONE; i = yoke__cl(doc, i)->touched) {
        if (yoke__cl(doc, i)->state == yoke__cl(doc, i)->before)
            continue;
        sections++;
        only = i;
    }
    const uint32_t *order = NULL;
    if (sections > 1 || !one_client_dels(doc)) /* the room for it is reserved with the clients */
        order = yoke__client_order(doc);
    buf_put_varuint(out, sections);
    if (sections == 1)
        write_txn_section(out, doc, only);
    for (size_t i = 0; sections > 1 && order != NULL && i < doc->clients.n; i++) {
        const yoke__client *c = yoke__cl(doc, order[i]);
        if (c->txn == doc->txn && c->state != c->before)
            write_txn_section(out, doc, order[i]);
    }
    if (one_client_dels(doc)) {
        buf_put_varuint(out, doc->dels.n > 0 ? 1 : 0);
        if (doc->dels.n > 0)
            (void)write_txn_deletes(out, doc, YOKE__AT(doc->dels, yoke__drange, 0)->client);
        return;
    }
    size_t hole = yoke__hole_open(out);
    uint64_t n = 0;
    for (size_t i = 0; order != NULL && i < doc->clients.n; i++)
        n += write_txn_deletes(out, doc, order[i]);
    yoke__hole_close(out, hole, n);
}
