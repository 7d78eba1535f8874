#include "suggest/suggest.h"

#include "base/buf.h"
#include "base/utf.h"
#include "suggest/offer.h"

#define ITEMS_MAX_DEFAULT 50
#define CODE_BYTES_MAX_DEFAULT (UINT32_C(1) << 20)
#define DETAIL_BYTES_MAX 120
/* Offsets are 32 bits wide, with a little room above for sentinels. */
#define CODE_BYTES_MAX_EVER (UINT32_MAX - 16)

suggest_options suggest_options_default(void)
{
    return (suggest_options){.items_max = ITEMS_MAX_DEFAULT,
                             .code_bytes_max = CODE_BYTES_MAX_DEFAULT};
}

/* A piece of code on one line: runs of blanks become one, and what is too long is cut. */
static size_t put_detail(buf *out, bytes detail)
{
    size_t start = out->len_bytes;
    bool blank = false;
    for (size_t i = 0; i < detail.len_bytes; i++) {
        uint8_t b = detail.ptr[i];
        bool starts_code_point = (b & 0xc0) != 0x80;
        if (starts_code_point && out->len_bytes - start >= DETAIL_BYTES_MAX) {
            buf_put_str(out, "...");
            break;
        }
        bool space = b == ' ' || b == '\n' || b == '\t' || b == '\r';
        if (!space)
            buf_put_u8(out, b);
        else if (!blank)
            buf_put_u8(out, ' ');
        blank = space;
    }
    return out->len_bytes - start;
}

static size_t put_insert(buf *out, const candidate *c, size_t indent_spaces)
{
    size_t start = out->len_bytes;
    if (c->moves)
        buf_put_bytes(out, c->indent);
    for (size_t i = 0; i < c->insert.len_bytes; i++) {
        uint8_t b = c->insert.ptr[i];
        if (b == '\t' && indent_spaces > 0)
            for (size_t n = 0; n < indent_spaces; n++)
                buf_put_u8(out, ' ');
        else
            buf_put_u8(out, b);
        if (b == '\n' && c->moves)
            buf_put_bytes(out, c->indent);
    }
    return out->len_bytes - start;
}

static uint32_t line_start(bytes code, uint32_t at)
{
    while (at > 0 && code.ptr[at - 1] != '\n')
        at--;
    return at;
}

static size_t units_before(bytes code, uint32_t from, const place *at, size_t cursor_utf16)
{
    size_t units = 0;
    int err = utf_measure(bytes_of(code.ptr + from, at->cursor - from), &units);
    return err == BASE_OK ? cursor_utf16 - units : cursor_utf16;
}

/* Copy the winners out of the code and the tables into memory of their own. */
static int write_items(const offer *o, size_t cursor_utf16, const suggest_options *options,
                       suggest_list *out)
{
    size_t count = o->list.count;
    if (count == 0)
        return BASE_OK;
    buf text;
    buf_init(&text, out->alloc, SIZE_MAX / 2);
    out->items_bytes = count * sizeof *out->items;
    out->items = base_alloc_get(out->alloc, out->items_bytes);
    if (out->items == NULL)
        return BASE_ENOMEM;
    size_t word = units_before(o->code, o->at.word_start, &o->at, cursor_utf16);
    size_t line = units_before(o->code, line_start(o->code, o->at.cursor), &o->at, cursor_utf16);
    for (size_t i = 0; i < count; i++) {
        const candidate *c = &o->list.best[i];
        suggest_item *item = &out->items[i];
        *item = (suggest_item){.kind = c->kind, .score = c->score};
        item->replace = (suggest_range){c->moves ? line : word, cursor_utf16};
        item->label.len_bytes = c->label.len_bytes;
        buf_put_bytes(&text, c->label);
        item->insert_text.len_bytes = put_insert(&text, c, options->indent_spaces);
        item->detail.len_bytes = put_detail(&text, c->detail);
    }
    int err = buf_err(&text);
    if (err != BASE_OK) {
        buf_deinit(&text);
        return err;
    }
    size_t len_bytes;
    uint8_t *p = out->text = buf_detach(&text, &len_bytes, &out->text_bytes);
    for (size_t i = 0; i < count; i++) {
        bytes *slices[] = {&out->items[i].label, &out->items[i].insert_text, &out->items[i].detail};
        for (size_t k = 0; k < 3; k++) {
            slices[k]->ptr = p;
            p += slices[k]->len_bytes;
        }
    }
    out->count = count;
    return BASE_OK;
}

static int answer(offer *o, size_t cursor_utf16, const suggest_options *options, suggest_list *out)
{
    size_t best_bytes = options->items_max * sizeof *o->list.best;
    o->list.max = options->items_max;
    o->list.best = best_bytes > 0 ? base_alloc_get(out->alloc, best_bytes) : NULL;
    if (best_bytes > 0 && o->list.best == NULL)
        return BASE_ENOMEM;
    offer_all(o);
    int err = write_items(o, cursor_utf16, options, out);
    base_alloc_put(out->alloc, o->list.best, best_bytes);
    return err;
}

static int complete(bytes code, uint32_t cursor, size_t cursor_utf16,
                    const suggest_options *options, suggest_list *out)
{
    token_list tokens;
    int err = token_list_scan(code, out->alloc, &tokens);
    if (err != BASE_OK)
        return err;
    offer o = {.code = code, .tokens = &tokens, .explicit_request = options->explicit_request};
    o.at = place_find(code, &tokens, cursor);
    o.typed = bytes_of(code.ptr + o.at.word_start, cursor - o.at.word_start);
    symbol_table table;
    symbol_table_init(&table, out->alloc, options->hash_seed);
    if (o.at.kind != PLACE_NOTHING)
        err = scope_collect(code, &tokens, o.at.line, &table);
    if (err == BASE_OK)
        err = table.err;
    if (err == BASE_OK) {
        o.table = &table;
        o.scope = scope_find(&table, (scope_point){o.at.word_start, o.at.column});
        err = answer(&o, cursor_utf16, options, out);
    }
    symbol_table_deinit(&table);
    token_list_deinit(&tokens);
    return err;
}

int suggest_python(bytes code, size_t cursor_utf16, const suggest_options *options,
                   const base_alloc *alloc, suggest_list *out)
{
    static const uint8_t nothing[1];
    if (code.ptr == NULL)
        code = bytes_of(nothing, 0);
    if (code.len_bytes > options->code_bytes_max || code.len_bytes > CODE_BYTES_MAX_EVER)
        return BASE_ELIMIT;
    size_t len_utf16;
    int err = utf_measure(code, &len_utf16);
    if (err != BASE_OK)
        return err;
    if (cursor_utf16 > len_utf16)
        return SUGGEST_ECURSOR;
    bool inside_pair = false;
    size_t cursor = cursor_utf16;
    if (len_utf16 != code.len_bytes)
        cursor = utf_offset(code, cursor_utf16, &inside_pair);
    suggest_list list = {.alloc = alloc};
    err = complete(code, (uint32_t)cursor, cursor_utf16 - (inside_pair ? 1 : 0), options, &list);
    if (err != BASE_OK)
        suggest_list_deinit(&list);
    else
        *out = list;
    return err;
}

void suggest_list_deinit(suggest_list *list)
{
    if (list->alloc != NULL) {
        base_alloc_put(list->alloc, list->items, list->items_bytes);
        base_alloc_put(list->alloc, list->text, list->text_bytes);
    }
    *list = (suggest_list){0};
}

int suggest_cursor_at(bytes code, suggest_position at, size_t *cursor_utf16)
{
    size_t len_utf16;
    int err = utf_measure(code, &len_utf16);
    if (err != BASE_OK)
        return err;
    if (at.line < at.first)
        return SUGGEST_ELINE;
    if (at.column < at.first)
        return SUGGEST_ECOLUMN;
    size_t start = 0;
    for (uint64_t line = at.first; line < at.line; line++) {
        const uint8_t *end =
            start < code.len_bytes ? memchr(code.ptr + start, '\n', code.len_bytes - start) : NULL;
        if (end == NULL)
            return SUGGEST_ELINE;
        start = (size_t)(end - code.ptr) + 1;
    }
    size_t end = start;
    while (end < code.len_bytes && code.ptr[end] != '\n')
        end++;
    if (end > start && end < code.len_bytes && code.ptr[end - 1] == '\r')
        end--;
    size_t before_utf16 = 0;
    size_t line_utf16 = 0;
    if (start > 0)
        err = utf_measure(bytes_of(code.ptr, start), &before_utf16);
    if (err == BASE_OK && end > start)
        err = utf_measure(bytes_of(code.ptr + start, end - start), &line_utf16);
    if (err != BASE_OK)
        return err;
    if (at.column - at.first > line_utf16)
        return SUGGEST_ECOLUMN;
    *cursor_utf16 = before_utf16 + (size_t)(at.column - at.first);
    return BASE_OK;
}
