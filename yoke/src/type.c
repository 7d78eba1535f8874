#include "yoke/src/doc.h"

#include "base/utf.h"

yoke_err yoke_doc_root(yoke_doc *doc, yoke_bytes name, yoke_kind kind, yoke_type *out)
{
    size_t units;
    bytes s = bytes_of(name.ptr, name.len_bytes);
    *out = YOKE_TYPE_NONE;
    uint32_t e = yoke__entry_find(doc, 0, s);
    uint32_t type = e != 0 ? yoke__en(doc, e)->last : 0;
    if (type == 0) {
        if (utf_measure(s, &units) != BASE_OK)
            return YOKE_EUTF8;
        if (yoke__is_observed(doc))
            return YOKE_ESTATE;
        yoke_err err =
            yoke__reserve(doc, &(yoke__need){.types = 1, .entries = 1, .name_bytes = s.len_bytes});
        if (err != YOKE_OK)
            return err;
        type = yoke__root_make(doc, s);
    }
    yoke__type_rec *t = yoke__ty(doc, type);
    if (kind != YOKE_KIND_UNKNOWN) {
        if (t->kind != YOKE_KIND_UNKNOWN && t->kind != kind)
            return YOKE_EKIND;
        t->kind = (uint8_t)kind;
    }
    *out = type;
    return YOKE_OK;
}

yoke_err yoke_doc_root_at(const yoke_doc *doc, size_t i, yoke_bytes *name, yoke_type *out)
{
    size_t seen = 0;
    for (uint32_t k = 1; k < doc->types.n; k++) {
        const yoke__type_rec *t = yoke__ty(doc, k);
        if (t->item != 0 || t->entry == 0 || seen++ != i)
            continue;
        *name = yoke_type_name(doc, k);
        *out = k;
        return YOKE_OK;
    }
    return YOKE_ENOTFOUND;
}

static const yoke__type_rec *record(const yoke_doc *doc, yoke_type type)
{
    return type == 0 || type >= doc->types.n ? NULL : yoke__ty(doc, type);
}

yoke_kind yoke_type_kind(const yoke_doc *doc, yoke_type type)
{
    const yoke__type_rec *t = record(doc, type);
    return t == NULL ? YOKE_KIND_UNKNOWN : (yoke_kind)t->kind;
}

yoke_bytes yoke_type_name(const yoke_doc *doc, yoke_type type)
{
    const yoke__type_rec *t = record(doc, type);
    if (t == NULL)
        return YOKE_NONE;
    uint32_t at = t->name_at;
    uint32_t len = t->name_len;
    if (t->entry != 0) {
        at = yoke__en(doc, t->entry)->key_at;
        len = yoke__en(doc, t->entry)->key_len;
    }
    bytes s = yoke__name(doc, at, len);
    return (yoke_bytes){s.ptr, s.len_bytes};
}

bool yoke_type_alive(const yoke_doc *doc, yoke_type type)
{
    const yoke__type_rec *t = record(doc, type);
    return t != NULL && !t->dead;
}

uint64_t yoke_type_len(const yoke_doc *doc, yoke_type type)
{
    const yoke__type_rec *t = record(doc, type);
    return t == NULL || t->dead ? 0 : t->len;
}
