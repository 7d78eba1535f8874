#include "yoke/src/decode.h"

#include "base/utf.h"

/* The smallest struct is an info byte and a length. */
#define STRUCT_BYTES_MIN 2
/* The smallest section with a struct: count, client, clock, struct. */
#define SECTION_BYTES_MIN 3
/* A delete range is two numbers, a client of the delete set two as well. */
#define RANGE_BYTES_MIN 2

yoke_err yoke__update_open(yoke__update_reader *r, bytes update, size_t nesting)
{
    *r = (yoke__update_reader){.in = reader_of(update), .nesting = nesting};
    r->start = r->in.pos;
    if (reader_varuint(&r->in, &r->sections_left) != BASE_OK ||
        r->sections_left > reader_left(&r->in) / SECTION_BYTES_MIN)
        return YOKE_EMALFORMED;
    return YOKE_OK;
}

static yoke_err read_id(reader *in, yoke_id *out)
{
    if (reader_varuint(in, &out->client) != BASE_OK || reader_varuint(in, &out->clock) != BASE_OK)
        return YOKE_EMALFORMED;
    return YOKE_OK;
}

static uint64_t word_at(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

static yoke__written_id written_id(const reader *in, const uint8_t *from, uint64_t id)
{
    yoke__written_id w = {.id = id};
    size_t n = (size_t)(in->pos - from);
    if ((size_t)(in->end - from) < sizeof w.word || n > sizeof w.word)
        return w;
    uint8_t mask[sizeof w.mask] = {0};
    memset(mask, 0xff, n);
    w.len_bytes = n;
    w.mask = word_at(mask);
    w.word = word_at(from) & w.mask;
    return w;
}

static inline yoke_err read_ref(reader *in, const yoke__written_id *own, yoke_id *out)
{
    if (reader_left(in) < sizeof own->word || own->len_bytes == 0 ||
        (word_at(in->pos) & own->mask) != own->word)
        return read_id(in, out);
    in->pos += own->len_bytes;
    out->client = own->id;
    return reader_varuint(in, &out->clock) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
}

static yoke_err read_text(reader *in, bytes *out)
{
    size_t units;
    if (reader_varbytes(in, out) != BASE_OK || utf_measure(*out, &units) != BASE_OK)
        return YOKE_EMALFORMED;
    return YOKE_OK;
}

static yoke_err read_parent(reader *in, yoke__struct *s)
{
    uint64_t tag;
    if (reader_varuint(in, &tag) != BASE_OK || tag > 1)
        return YOKE_EMALFORMED;
    s->parent_is_root = tag == 1;
    yoke_err err = tag == 1 ? read_text(in, &s->parent_name) : read_id(in, &s->parent);
    if (err == YOKE_OK && (s->info & YOKE__INFO_SUB))
        err = read_text(in, &s->parent_sub);
    return err;
}

static yoke_err read_json(reader *in, size_t nesting)
{
    bytes text;
    yoke_err err = read_text(in, &text);
    return err == YOKE_OK ? yoke__json_check(text, nesting) : err;
}

static yoke_err read_elements(reader *in, size_t nesting, yoke__struct *s)
{
    if (reader_varuint(in, &s->len) != BASE_OK || s->len > reader_left(in))
        return YOKE_EMALFORMED;
    s->content.ptr = in->pos;
    for (uint64_t i = 0; i < s->len; i++) {
        yoke_err err = YOKE_OK;
        bytes text;
        if (s->ref == YOKE__ANY) {
            err = yoke__any_skip(in, nesting);
        } else {
            err = read_text(in, &text);
            if (err == YOKE_OK && !bytes_equal(text, bytes_of("undefined", 9)))
                err = yoke__json_check(text, nesting);
        }
        if (err != YOKE_OK)
            return err;
    }
    return YOKE_OK;
}

static yoke_err read_type(reader *in, yoke__struct *s)
{
    uint64_t type_ref;
    bytes name;
    if (reader_varuint(in, &type_ref) != BASE_OK || type_ref > YOKE__TYPE_XML_TEXT)
        return YOKE_EMALFORMED;
    s->type_ref = (uint8_t)type_ref;
    if (type_ref == YOKE__TYPE_XML_ELEMENT || type_ref == YOKE__TYPE_XML_HOOK)
        return read_text(in, &name);
    return YOKE_OK;
}

static yoke_err read_string(reader *in, yoke__struct *s)
{
    size_t units;
    if (reader_varbytes(in, &s->content) != BASE_OK || utf_measure(s->content, &units) != BASE_OK)
        return YOKE_EMALFORMED;
    s->len = units;
    s->ascii = units == s->content.len_bytes;
    return YOKE_OK;
}

static yoke_err read_content(reader *in, size_t nesting, yoke__struct *s)
{
    yoke_err err = YOKE_OK;
    bytes skipped;
    if (s->ref == YOKE__STRING)
        return read_string(in, s);
    s->content.ptr = in->pos;
    s->len = 1;
    switch (s->ref) {
    case YOKE__DELETED:
        err = reader_varuint(in, &s->len) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
        s->content = (bytes){NULL, 0};
        return err;
    case YOKE__JSON:
    case YOKE__ANY:
        err = read_elements(in, nesting, s);
        break;
    case YOKE__BINARY:
        err = reader_varbytes(in, &skipped) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
        break;
    case YOKE__EMBED:
        err = read_json(in, nesting);
        break;
    case YOKE__FORMAT:
        err = read_text(in, &skipped);
        if (err == YOKE_OK)
            err = read_json(in, nesting);
        break;
    case YOKE__TYPE:
        err = read_type(in, s);
        break;
    case YOKE__DOC:
        err = read_text(in, &skipped);
        if (err == YOKE_OK)
            err = yoke__any_skip(in, nesting);
        break;
    default:
        err = YOKE_EMALFORMED;
    }
    s->content.len_bytes = (size_t)(in->pos - s->content.ptr);
    return err;
}

/* Does `s` refer to itself or to a later clock of its own client? */
static bool refers_ahead(const yoke__struct *s)
{
    bool origin = s->info & YOKE__INFO_ORIGIN;
    bool right = s->info & YOKE__INFO_RIGHT;
    if (origin && s->origin.client == s->client && s->origin.clock >= s->clock)
        return true;
    if (right && s->right.client == s->client && s->right.clock >= s->clock)
        return true;
    return !origin && !right && !s->parent_is_root && s->parent.client == s->client &&
           s->parent.clock >= s->clock;
}

static yoke_err read_item(reader *in, const yoke__written_id *own, size_t nesting, yoke__struct *s)
{
    yoke_err err = YOKE_OK;
    if (s->info & YOKE__INFO_ORIGIN)
        err = read_ref(in, own, &s->origin);
    if (err == YOKE_OK && (s->info & YOKE__INFO_RIGHT))
        err = read_ref(in, own, &s->right);
    if (err == YOKE_OK && !(s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT)))
        err = read_parent(in, s);
    if (err == YOKE_OK)
        err = read_content(in, nesting, s);
    if (err == YOKE_OK && refers_ahead(s))
        err = YOKE_EMALFORMED;
    return err;
}

static yoke_err struct_read(reader *in, const yoke__written_id *own, uint64_t clock, size_t nesting,
                            yoke__struct *out)
{
    uint8_t info;
    if (reader_u8(in, &info) != BASE_OK)
        return YOKE_EMALFORMED;
    *out = (yoke__struct){.client = own->id, .clock = clock, .ref = info & 0x1f};
    yoke_err err;
    if (out->ref == YOKE__GC || out->ref == YOKE__SKIP) {
        err = reader_varuint(in, &out->len) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
    } else {
        out->info = info & 0xe0;
        err = read_item(in, own, nesting, out);
    }
    if (err == YOKE_OK && (out->len == 0 || out->len > VARINT_VALUE_MAX - clock))
        err = YOKE_EMALFORMED;
    return err;
}

yoke_err yoke__struct_read(reader *in, uint64_t client, uint64_t clock, size_t nesting,
                           yoke__struct *out)
{
    return struct_read(in, &(yoke__written_id){.id = client}, clock, nesting, out);
}

static yoke_err next_section(yoke__update_reader *r)
{
    r->sections_left--;
    if (reader_varuint(&r->in, &r->structs_left) != BASE_OK ||
        r->structs_left > reader_left(&r->in) / STRUCT_BYTES_MIN)
        return YOKE_EMALFORMED;
    const uint8_t *id = r->in.pos;
    if (reader_varuint(&r->in, &r->client) != BASE_OK)
        return YOKE_EMALFORMED;
    r->own = written_id(&r->in, id, r->client);
    return reader_varuint(&r->in, &r->clock) == BASE_OK ? YOKE_OK : YOKE_EMALFORMED;
}

static yoke_err open_deletes(yoke__update_reader *r)
{
    r->in_deletes = true;
    if (reader_varuint(&r->in, &r->sections_left) != BASE_OK ||
        r->sections_left > reader_left(&r->in) / RANGE_BYTES_MIN)
        return YOKE_EMALFORMED;
    return YOKE_OK;
}

yoke_err yoke__update_next(yoke__update_reader *r, yoke__struct *out, bool *more)
{
    yoke_err err;
    while (!r->in_deletes && r->structs_left == 0) {
        err = r->sections_left > 0 ? next_section(r) : open_deletes(r);
        if (err != YOKE_OK)
            return err;
    }
    *more = !r->in_deletes;
    if (r->in_deletes)
        return YOKE_OK;
    uint32_t at = (uint32_t)(r->in.pos - r->start);
    err = struct_read(&r->in, &r->own, r->clock, r->nesting, out);
    if (err != YOKE_OK)
        return err;
    out->wire_at = at;
    r->clock += out->len;
    r->structs_left--;
    return YOKE_OK;
}

yoke_err yoke__update_next_delete(yoke__update_reader *r, yoke__range *out, bool *more)
{
    for (;;) {
        while (r->structs_left == 0) {
            *more = false;
            if (r->sections_left == 0)
                return reader_left(&r->in) == 0 ? YOKE_OK : YOKE_EMALFORMED;
            r->sections_left--;
            if (reader_varuint(&r->in, &r->client) != BASE_OK ||
                reader_varuint(&r->in, &r->structs_left) != BASE_OK ||
                r->structs_left > reader_left(&r->in) / RANGE_BYTES_MIN)
                return YOKE_EMALFORMED;
        }
        r->structs_left--;
        out->client = r->client;
        if (reader_varuint(&r->in, &out->clock) != BASE_OK ||
            reader_varuint(&r->in, &out->len) != BASE_OK ||
            out->len > VARINT_VALUE_MAX - out->clock)
            return YOKE_EMALFORMED;
        *more = true;
        if (out->len > 0)
            return YOKE_OK;
    }
}

static void put_id(buf *out, yoke_id id)
{
    buf_put_varuint(out, id.client);
    buf_put_varuint(out, id.clock);
}

static void write_header(buf *out, const yoke__struct *s, uint64_t offset)
{
    uint8_t info = s->info | s->ref | (offset > 0 ? YOKE__INFO_ORIGIN : 0);
    /* Yjs does not know the key of a struct that was never integrated, and drops the bit too. */
    if (s->info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT))
        info &= (uint8_t)~YOKE__INFO_SUB;
    buf_put_u8(out, info);
    if (offset > 0)
        put_id(out, (yoke_id){s->client, s->clock + offset - 1});
    else if (info & YOKE__INFO_ORIGIN)
        put_id(out, s->origin);
    if (info & YOKE__INFO_RIGHT)
        put_id(out, s->right);
    if (info & (YOKE__INFO_ORIGIN | YOKE__INFO_RIGHT))
        return;
    buf_put_varuint(out, s->parent_is_root ? 1 : 0);
    if (s->parent_is_root)
        buf_put_varstring(out, s->parent_name);
    else
        put_id(out, s->parent);
    if (info & YOKE__INFO_SUB)
        buf_put_varstring(out, s->parent_sub);
}

static void write_string(buf *out, bytes text, uint64_t offset, uint64_t end)
{
    bool cut_first;
    bool cut_last;
    size_t from = utf_offset(text, (size_t)offset, &cut_first);
    size_t to = utf_offset(text, (size_t)end, &cut_last);
    if (cut_first)
        from += 4;
    /* One unit alone out of the middle of a pair is one half only. */
    size_t len = to > from ? to - from : 0;
    bool both_of_one = cut_first && cut_last && to < from;
    size_t extra = both_of_one ? 3 : (cut_first ? 3u : 0u) + (cut_last ? 3u : 0u);
    buf_put_varuint(out, len + extra);
    if (cut_first)
        buf_put(out, "\xef\xbf\xbd", 3);
    buf_put(out, text.ptr + from, len);
    if (cut_last && !both_of_one)
        buf_put(out, "\xef\xbf\xbd", 3);
}

void yoke__struct_write_part(buf *out, const yoke__struct *s, uint64_t offset, uint64_t end)
{
    if (s->ref == YOKE__GC || s->ref == YOKE__SKIP) {
        buf_put_u8(out, s->ref);
        buf_put_varuint(out, end - offset);
        return;
    }
    write_header(out, s, offset);
    if (s->ref == YOKE__DELETED) {
        buf_put_varuint(out, end - offset);
    } else if (s->ref == YOKE__STRING) {
        write_string(out, s->content, offset, end);
    } else if (s->ref == YOKE__JSON || s->ref == YOKE__ANY) {
        size_t from = yoke__elements_offset(s->content, s->ref, offset);
        size_t to =
            end == s->len ? s->content.len_bytes : yoke__elements_offset(s->content, s->ref, end);
        buf_put_varuint(out, end - offset);
        buf_put(out, s->content.ptr + from, to - from);
    } else {
        buf_put_bytes(out, s->content);
    }
}

void yoke__struct_write(buf *out, const yoke__struct *s, uint64_t offset)
{
    yoke__struct_write_part(out, s, offset, s->len);
}

yoke_err yoke__state_open(yoke__state_reader *r, bytes sv)
{
    r->in = reader_of(sv);
    if (reader_varuint(&r->in, &r->left) != BASE_OK || r->left > reader_left(&r->in) / 2)
        return YOKE_EMALFORMED;
    return YOKE_OK;
}

yoke_err yoke__state_next(yoke__state_reader *r, yoke_id *out, bool *more)
{
    *more = r->left > 0;
    if (r->left == 0)
        return reader_left(&r->in) == 0 ? YOKE_OK : YOKE_EMALFORMED;
    r->left--;
    return read_id(&r->in, out);
}
