#include "yoke/src/same.h"

#include <assert.h>

#include "base/utf.h"
#include "yoke/src/js.h"
#include "yoke/src/read.h"
#include "yoke/src/sort.h"

/* A value is compared by its digest: 64 bits that its bytes, its place and the document's salt
 * decide, for an object in the order of its keys' digests.  Nobody who does not know the salt can
 * make two values that meet, and whoever did would have won nothing but that his own repeat is
 * passed over. */
enum {
    DIGEST_UNDEFINED = 1,
    DIGEST_WORD, /* null, true, false */
    DIGEST_NUMBER,
    DIGEST_STRING,
    DIGEST_BINARY,
    DIGEST_ARRAY,
    DIGEST_OBJECT,
};

/* A value, or a container that is still open; its members follow it. */
typedef struct entry {
    uint64_t key;    /* digest of its key in an object, or 0 */
    uint64_t digest; /* of a value; of an open container: how many members it still wants */
    uint32_t
        number; /* of a value: its place among the members; of a container: what is around it */
    bool object;
} entry;

typedef struct digester {
    yoke_doc *doc;
    yoke__vec entries;
    uint32_t open; /* the innermost open container, or YOKE__NONE */
    buf text;      /* a scalar in its one form */
    base_alloc alloc;
    yoke_err err; /* there was not enough memory */
} digester;

static uint64_t digest_bytes(const yoke_doc *doc, uint64_t kind, bytes s)
{
    uint64_t h = yoke__hash(doc, kind << 56 ^ s.len_bytes);
    for (size_t i = 0; i < s.len_bytes; i += 8) {
        uint64_t word = 0;
        memcpy(&word, s.ptr + i, s.len_bytes - i < 8 ? s.len_bytes - i : 8);
        h = yoke__hash(doc, h ^ word) + h;
    }
    return h;
}

/* The digest of what was written to the digester's text. */
static uint64_t digest_text(digester *d, uint64_t kind)
{
    if (d->text.err != BASE_OK)
        d->err = yoke__err(d->text.err);
    return digest_bytes(d->doc, kind, buf_view(&d->text));
}

static uint64_t digest_number(digester *d, double number)
{
    buf_clear(&d->text);
    yoke__js_number(&d->text, number);
    return digest_text(d, DIGEST_NUMBER);
}

static uint64_t digest_bigint(digester *d, int64_t integer)
{
    /* Beyond it no int64 is a double, and the cast would be undefined. */
    double number = (double)integer;
    if (number < 9223372036854775808.0 && (int64_t)number == integer)
        return digest_number(d, number);
    return digest_bytes(d->doc, DIGEST_NUMBER, bytes_of(&integer, sizeof integer));
}

static uint64_t digest_scalar(digester *d, const yoke_value *v)
{
    bytes data = bytes_of(v->data.ptr, v->data.len_bytes);
    switch (v->tag) {
    case YOKE_VALUE_NULL:
        return digest_bytes(d->doc, DIGEST_WORD, bytes_of_str("null"));
    case YOKE_VALUE_FALSE:
        return digest_bytes(d->doc, DIGEST_WORD, bytes_of_str("false"));
    case YOKE_VALUE_TRUE:
        return digest_bytes(d->doc, DIGEST_WORD, bytes_of_str("true"));
    case YOKE_VALUE_INT:
        return digest_number(d, (double)v->integer);
    case YOKE_VALUE_DOUBLE:
        return digest_number(d, v->number);
    case YOKE_VALUE_BIGINT:
        return digest_bigint(d, v->integer);
    case YOKE_VALUE_STRING:
        return digest_bytes(d->doc, DIGEST_STRING, data);
    case YOKE_VALUE_BINARY:
        return digest_bytes(d->doc, DIGEST_BINARY, data);
    case YOKE_VALUE_UNDEFINED:
    case YOKE_VALUE_ANY:
    case YOKE_VALUE_JSON:
    case YOKE_VALUE_TYPE:
    case YOKE_VALUE_DOC:
        break;
    }
    return DIGEST_UNDEFINED;
}

/* A number of a JSON text.  Beyond the integers that every engine reads exactly, its first 24 bits:
 * yrs reads decimals with an error in their last place. */
static double rounded(double number)
{
    uint64_t bits;
    if (number >= -9007199254740991.0 && number <= 9007199254740991.0 &&
        (double)(int64_t)number == number)
        return number;
    memcpy(&bits, &number, sizeof bits);
    bits = (bits + (UINT64_C(1) << 28)) & ~((UINT64_C(1) << 29) - 1);
    memcpy(&number, &bits, sizeof bits);
    return number;
}

/* A JSON string, number or word. */
static uint64_t digest_token(digester *d, bytes token)
{
    uint8_t first = *token.ptr;
    double number;
    if ((first == '-' || (first >= '0' && first <= '9')) && yoke__json_number(token, &number))
        return digest_number(d, rounded(number));
    buf_clear(&d->text);
    yoke__js_scalar(&d->text, token);
    return digest_text(d, first == '"' ? DIGEST_STRING : DIGEST_WORD);
}

static entry *entry_at(const digester *d, uint32_t i)
{
    return YOKE__AT(d->entries, entry, i);
}

static bool push(digester *d, entry e)
{
    if (!yoke__vec_reserve(d->doc, &d->entries, 1, sizeof e)) {
        d->err = d->doc->fault;
        return false;
    }
    *entry_at(d, d->entries.n++) = e;
    return true;
}

static bool push_value(digester *d, uint64_t key, uint64_t digest)
{
    return push(d, (entry){.key = key, .digest = digest, .number = d->entries.n});
}

static bool push_open(digester *d, uint64_t key, bool object, uint64_t wants)
{
    if (!push(d, (entry){.key = key, .digest = wants, .number = d->open, .object = object}))
        return false;
    d->open = d->entries.n - 1;
    return true;
}

static bool by_key(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    return x->key != y->key ? x->key < y->key : x->number < y->number;
}

/* The members of the innermost open container become its digest. */
static void close_one(digester *d)
{
    entry *e = entry_at(d, d->open);
    uint32_t first = d->open + 1;
    uint32_t n = d->entries.n - first;
    uint64_t h = yoke__hash(d->doc, e->object ? DIGEST_OBJECT : DIGEST_ARRAY);
    if (e->object)
        yoke__sort(e + 1, n, sizeof *e, by_key);
    for (uint32_t i = 0; i < n; i++) {
        const entry *m = e + 1 + i;
        bool again = e->object && i + 1 < n && m[1].key == m->key;
        if (!again && !(e->object && m->digest == DIGEST_UNDEFINED))
            h = yoke__hash(d->doc, yoke__hash(d->doc, h ^ m->key) ^ m->digest) + h;
    }
    uint32_t place = d->open;
    d->entries.n = first;
    d->open = e->number;
    *e = (entry){.key = e->key, .digest = h, .number = place};
}

/* One lib0 value at the front of `rest`, which was validated before. */
static bool digest_any(digester *d, yoke_bytes *rest, uint64_t *out)
{
    yoke_any token;
    yoke_bytes name;
    d->entries.n = 0;
    d->open = YOKE__NONE;
    do {
        uint64_t key = 0;
        if (d->open != YOKE__NONE) {
            entry_at(d, d->open)->digest--;
            if (entry_at(d, d->open)->object && yoke_any_key(rest, &name) == YOKE_OK)
                key = digest_bytes(d->doc, DIGEST_STRING, bytes_of(name.ptr, name.len_bytes));
        }
        if (yoke_any_next(rest, &token) != YOKE_OK)
            return false;
        bool pushed = token.tag == YOKE_ANY_VALUE
                          ? push_value(d, key, digest_scalar(d, &token.value))
                          : push_open(d, key, token.tag == YOKE_ANY_OBJECT, token.count);
        if (!pushed)
            return false;
        while (d->open != YOKE__NONE && entry_at(d, d->open)->digest == 0)
            close_one(d);
    } while (d->open != YOKE__NONE);
    *out = entry_at(d, 0)->digest;
    return true;
}

/* A JSON text, which was validated before. */
static bool digest_json(digester *d, bytes json, uint64_t *out)
{
    const uint8_t *p = json.ptr;
    const uint8_t *end = p + json.len_bytes;
    uint64_t key = 0;
    d->entries.n = 0;
    d->open = YOKE__NONE;
    for (bool named = false; p < end;) {
        const uint8_t *start = p;
        p = yoke__json_token_end(p, end);
        bytes token = bytes_of(start, (size_t)(p - start));
        bool pushed = true;
        switch (*start) {
        case ' ':
        case '\n':
        case '\r':
        case '\t':
        case ',':
        case ':':
            continue;
        case '{':
        case '[':
            pushed = push_open(d, key, *start == '{', 0);
            break;
        case '}':
        case ']':
            close_one(d);
            break;
        default:
            if (!named && d->open != YOKE__NONE && entry_at(d, d->open)->object) {
                key = digest_token(d, token);
                named = true;
                continue;
            }
            pushed = push_value(d, key, digest_token(d, token));
        }
        if (!pushed)
            return false;
        key = 0;
        named = false;
    }
    *out = entry_at(d, 0)->digest;
    return true;
}

static bytes next_bytes(reader *in)
{
    bytes s = {NULL, 0};
    return reader_varbytes(in, &s) == BASE_OK ? s : (bytes){NULL, 0};
}

static bool same_json(digester *d, bytes a, bytes b)
{
    uint64_t x = 0;
    uint64_t y = 0;
    bytes undefined = bytes_of_str("undefined"); /* as an element only, and no JSON */
    if (bytes_equal(a, b))
        return true;
    if (bytes_equal(a, undefined) || bytes_equal(b, undefined))
        return false;
    return digest_json(d, a, &x) && digest_json(d, b, &y) && x == y;
}

/* The first `n` elements of two runs. */
static bool same_elements(digester *d, uint8_t ref, bytes a, bytes b, uint64_t n)
{
    reader x = reader_of(a);
    reader y = reader_of(b);
    bool same = true;
    for (uint64_t i = 0; i < n && same; i++) {
        if (ref == YOKE__JSON) {
            bytes mine = next_bytes(&x);
            same = same_json(d, mine, next_bytes(&y));
            continue;
        }
        yoke_bytes mine = {x.pos, reader_left(&x)};
        yoke_bytes its = {y.pos, reader_left(&y)};
        uint64_t p = 0;
        uint64_t q = 0;
        if (yoke__any_skip(&x, YOKE__NESTING_MAX) != YOKE_OK ||
            yoke__any_skip(&y, YOKE__NESTING_MAX) != YOKE_OK)
            return false;
        if (bytes_equal(bytes_of(mine.ptr, (size_t)(x.pos - mine.ptr)),
                        bytes_of(its.ptr, (size_t)(y.pos - its.ptr))))
            continue;
        same = digest_any(d, &mine, &p) && digest_any(d, &its, &q) && p == q;
    }
    return same;
}

static bool same_text(bytes a, bytes b)
{
    /* A split pair reads as U+FFFD on one side only, and is 2 units where the pair is. */
    size_t i = 0;
    size_t k = 0;
    assert(a.ptr != NULL && b.ptr != NULL); /* a string is never empty */
    while (i < a.len_bytes && k < b.len_bytes) {
        bool fa = a.len_bytes - i >= 3 && memcmp(a.ptr + i, "\xef\xbf\xbd", 3) == 0;
        bool fb = b.len_bytes - k >= 3 && memcmp(b.ptr + k, "\xef\xbf\xbd", 3) == 0;
        if (fa != fb)
            return true; /* cannot be told from here on */
        if (a.ptr[i] != b.ptr[k])
            return false;
        i++;
        k++;
    }
    return true;
}

static bool same_strings(const yoke_doc *doc, const yoke__block *b, const yoke__struct *s,
                         uint64_t from)
{
    bytes mine = yoke__content(doc, b);
    bytes its = s->content;
    if (b->flags & (YOKE__F_LEAD | YOKE__F_TAIL))
        return true;
    bool inside;
    size_t i = utf_offset(mine, (size_t)(from - b->clock), &inside);
    if (inside)
        return true;
    size_t k = utf_offset(its, (size_t)(from - s->clock), &inside);
    return inside || same_text(bytes_of(mine.ptr + i, mine.len_bytes - i),
                               bytes_of(its.ptr + k, its.len_bytes - k));
}

static bool same_types(const yoke_doc *doc, const yoke__block *b, const yoke__struct *s)
{
    const yoke__type_rec *t = yoke__ty(doc, b->at);
    reader in = reader_of(s->content);
    uint64_t type_ref;
    bool named = s->type_ref == YOKE__TYPE_XML_ELEMENT || s->type_ref == YOKE__TYPE_XML_HOOK;
    if (t->type_ref != s->type_ref || reader_varuint(&in, &type_ref) != BASE_OK)
        return false;
    return !named || bytes_equal(yoke__name(doc, t->name_at, t->name_len), next_bytes(&in));
}

/* A key and a JSON text, of an embed the text alone. */
static bool same_pairs(digester *d, uint8_t ref, bytes a, bytes b)
{
    reader x = reader_of(a);
    reader y = reader_of(b);
    if (ref == YOKE__FORMAT && !bytes_equal(next_bytes(&x), next_bytes(&y)))
        return false;
    bytes mine = next_bytes(&x);
    return same_json(d, mine, next_bytes(&y));
}

static bool same_elements_from(digester *d, const yoke__block *b, const yoke__struct *s,
                               uint64_t from)
{
    bytes mine = yoke__content(d->doc, b);
    bytes its = s->content;
    uint64_t end = s->clock + s->len;
    end = end < (uint64_t)b->clock + b->len ? end : (uint64_t)b->clock + b->len;
    size_t i = yoke__elements_offset(mine, b->ref, from - b->clock);
    size_t k = yoke__elements_offset(its, s->ref, from - s->clock);
    return same_elements(d, s->ref, bytes_of(mine.ptr + i, mine.len_bytes - i),
                         bytes_of(its.ptr + k, its.len_bytes - k), end - from);
}

static bool same_content(digester *d, const yoke__block *b, const yoke__struct *s)
{
    bytes mine = yoke__content(d->doc, b);
    reader x = reader_of(mine);
    reader y = reader_of(s->content);
    uint64_t from = b->clock > s->clock ? b->clock : s->clock;
    switch (s->ref) {
    case YOKE__STRING:
        return same_strings(d->doc, b, s, from);
    case YOKE__ANY:
    case YOKE__JSON:
        return same_elements_from(d, b, s, from);
    case YOKE__EMBED:
    case YOKE__FORMAT:
        return same_pairs(d, s->ref, mine, s->content);
    case YOKE__TYPE:
        return same_types(d->doc, b, s);
    case YOKE__DOC:
        return bytes_equal(next_bytes(&x), next_bytes(&y));
    default:
        return bytes_equal(mine, s->content);
    }
}

yoke_err yoke__same(yoke_doc *doc, const yoke__block *b, const yoke__struct *s, bool *same)
{
    *same = true;
    if ((b->flags & YOKE__F_DELETED) || s->ref <= YOKE__DELETED)
        return YOKE_OK;
    *same = b->ref == s->ref;
    if (!*same)
        return YOKE_OK;
    digester d = {.doc = doc, .open = YOKE__NONE, .alloc = doc->alloc};
    buf_init(&d.text, &d.alloc, UINT32_MAX);
    *same = same_content(&d, b, s);
    buf_deinit(&d.text);
    yoke__vec_free(doc, &d.entries, sizeof(entry));
    return d.err;
}
