/* client_edit.c - random edits: inserts, deletes, replacements, pastes, map entries, list entries,
 * with text beyond the BMP and places inside surrogate pairs. */
#include "base/utf.h"
#include "sim/client.h"

#include <stdlib.h>

static yoke_type root(client *c, const char *name, yoke_kind kind)
{
    yoke_type type = YOKE_TYPE_NONE;
    if (yoke_doc_root(c->doc, YOKE_STR(name), kind, &type) != YOKE_OK)
        law_broken(c->w, "clients can edit", "client %u: root %s", c->number, name);
    return type;
}

static void must(client *c, yoke_err err)
{
    if (err != YOKE_OK)
        law_broken(c->w, "clients can edit", "client %u: %s", c->number, yoke_err_name(err));
}

/* A place that is not inside a tag: the start, the end, or before a tag's "<". */
static uint64_t place_between_tags(client *c, yoke_type text, rng *luck)
{
    yoke_blob utf8 = YOKE_BLOB_INIT;
    must(c, yoke_text_utf8(c->doc, text, 0, UINT64_MAX, &utf8));
    size_t from = (size_t)rng_below(luck, utf8.len_bytes + 1), units = 0;
    while (from < utf8.len_bytes && utf8.ptr[from] != '<')
        from++;
    if (utf_measure(bytes_of(utf8.ptr, from), &units) != BASE_OK)
        units = 0;
    yoke_blob_free(&utf8);
    return units;
}

static void put_words(buf *out, rng *luck, int64_t count)
{
    static const char *const words[] = {"def ",
                                        "\xf0\x9f\x98\x80",
                                        "x",
                                        "\n    ",
                                        "\xc3\xa9",
                                        "print",
                                        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
                                        "(a, b)",
                                        "\xe4\xb8\xad\xe6\x96\x87",
                                        " "};
    for (int64_t i = 0; i < count; i++)
        buf_put_str(out, words[rng_below(luck, sizeof words / sizeof *words)]);
}

static void add_tag(client *c, const char *text)
{
    if (c->plan->kind != CLIENT_TANDEM)
        return;
    if (c->tag_count == c->tag_cap) {
        c->tag_cap = c->tag_cap == 0 ? 16 : 2 * c->tag_cap;
        c->tags = realloc(c->tags, c->tag_cap * sizeof *c->tags);
        if (c->tags == NULL)
            abort();
    }
    edit_tag *tag = &c->tags[c->tag_count++];
    *tag = (edit_tag){.frame = 0};
    snprintf(tag->text, sizeof tag->text, "%s", text);
}

static void insert(client *c, yoke_type text, rng *luck, const char *tag)
{
    buf words;
    buf_init(&words, base_alloc_libc(), SIZE_MAX / 4);
    buf_put_str(&words, tag);
    put_words(&words, luck,
              rng_percent(luck, 5) ? rng_scale(luck, 50, 1500) : rng_scale(luck, 0, 6));
    uint64_t at = c->w->plan->tags == TAGS_TEXT ? place_between_tags(c, text, luck)
                                                : rng_below(luck, yoke_type_len(c->doc, text) + 1);
    must(c, yoke_text_insert(c->doc, text, at, (yoke_bytes){words.ptr, words.len_bytes}));
    buf_deinit(&words);
}

static void erase(client *c, yoke_type text, rng *luck)
{
    uint64_t len = yoke_type_len(c->doc, text);
    if (len == 0 || c->w->plan->tags == TAGS_TEXT)
        return;
    uint64_t at = rng_below(luck, len);
    uint64_t n = (uint64_t)rng_scale(luck, 1, 60);
    must(c, yoke_text_delete(c->doc, text, at, n < len - at ? n : len - at));
}

static void set_entry(client *c, rng *luck)
{
    char key[16];
    snprintf(key, sizeof key, "key%d", (int)rng_below(luck, 6));
    yoke_value value = {.tag = YOKE_VALUE_INT, .integer = rng_between(luck, -1000000, 1000000)};
    if (rng_percent(luck, 30))
        value = (yoke_value){.tag = YOKE_VALUE_TYPE, .kind = YOKE_KIND_TEXT};
    yoke_type map = root(c, "state", YOKE_KIND_MAP);
    if (rng_percent(luck, 20)) {
        yoke_err err = yoke_map_delete(c->doc, map, YOKE_STR(key));
        if (err != YOKE_ENOTFOUND)
            must(c, err);
        return;
    }
    must(c, yoke_map_set(c->doc, map, YOKE_STR(key), &value));
}

static void push_entry(client *c, rng *luck)
{
    yoke_type list = root(c, "list", YOKE_KIND_ARRAY);
    uint64_t len = yoke_type_len(c->doc, list);
    yoke_value values[3] = {{.tag = YOKE_VALUE_TRUE},
                            {.tag = YOKE_VALUE_NULL},
                            {.tag = YOKE_VALUE_STRING, .data = YOKE_STR("\xf0\x9f\x90\x8d")}};
    if (len > 4 && rng_percent(luck, 50))
        must(c, yoke_array_delete(c->doc, list, rng_below(luck, len - 2), 2));
    else
        must(c, yoke_array_insert(c->doc, list, rng_below(luck, len + 1), values,
                                  1 + (size_t)rng_below(luck, 3)));
}

void client_edit(client *c, uint64_t salt)
{
    rng luck = {salt};
    char tag[TAG_BYTES] = "";
    /* Of a document: its id is new in every page, so a tag is never used twice. */
    snprintf(tag, sizeof tag, "<%x.%x>", (unsigned)c->id, (unsigned)++c->edits);
    yoke_type text = root(c, "file:main", YOKE_KIND_TEXT);
    if (law_is_broken(c->w))
        return;
    must(c, yoke_txn_begin(c->doc, 0));
    int64_t steps = rng_scale(&luck, 1, 4);
    bool typed = false;
    for (int64_t i = 0; i < steps; i++) {
        uint64_t what = i == 0 && c->w->plan->tags == TAGS_TEXT ? 0 : rng_below(&luck, 10);
        if (what < 5) {
            insert(c, text, &luck, typed ? "" : tag);
            typed = true;
        } else if (what < 7) {
            erase(c, text, &luck);
        } else if (what < 9) {
            set_entry(c, &luck);
        } else {
            push_entry(c, &luck);
        }
    }
    if (c->w->plan->tags == TAGS_MAP) {
        yoke_value one = {.tag = YOKE_VALUE_INT, .integer = 1};
        must(c, yoke_map_set(c->doc, root(c, "tags", YOKE_KIND_MAP), YOKE_STR(tag), &one));
    }
    if (c->w->plan->tags != TAGS_NONE)
        add_tag(c, tag);
    must(c, yoke_txn_commit(c->doc));
}
