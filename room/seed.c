/* seed.c - see seed.h. */
#include "room/seed.h"

#include "base/utf.h"

#include <yoke/yoke.h>

#define SEED_CLIENT_ID 1
#define LIB0_OBJECT 118
#define LIB0_STRING 119

static void put_member(buf *out, const char *key, bytes value)
{
    buf_put_varstring(out, bytes_of_str(key));
    buf_put_u8(out, LIB0_STRING);
    buf_put_varstring(out, value);
}

/* {name, language} as a lib0 any. */
static void put_file(buf *out, const room_seed *seed)
{
    buf_put_u8(out, LIB0_OBJECT);
    buf_put_varuint(out, 2);
    put_member(out, "name", seed->name);
    put_member(out, "language", seed->language);
}

/* "\r\n" and a lone "\r" become "\n"; byte order marks go. */
static void put_text(buf *out, bytes text)
{
    static const uint8_t bom[] = {0xef, 0xbb, 0xbf};
    size_t from = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        if (text.len_bytes - i >= sizeof bom && memcmp(text.ptr + i, bom, sizeof bom) == 0) {
            buf_put(out, text.ptr + from, i - from);
            from = i + sizeof bom;
            i = from - 1;
            continue;
        }
        if (text.ptr[i] != '\r')
            continue;
        buf_put(out, text.ptr + from, i - from);
        from = i + 1;
        if (from == text.len_bytes || text.ptr[from] != '\n')
            buf_put_u8(out, '\n');
    }
    if (from < text.len_bytes)
        buf_put(out, text.ptr + from, text.len_bytes - from);
}

static yoke_bytes view(const buf *b)
{
    return (yoke_bytes){b->ptr, b->len_bytes};
}

static yoke_err write_document(yoke_doc *doc, const buf *file, const buf *text)
{
    yoke_type files, main_file;
    yoke_value value = {.tag = YOKE_VALUE_ANY, .data = view(file)};
    yoke_err err = yoke_doc_root(doc, YOKE_STR("files"), YOKE_KIND_MAP, &files);
    if (err == YOKE_OK)
        err = yoke_doc_root(doc, YOKE_STR("file:main"), YOKE_KIND_TEXT, &main_file);
    if (err == YOKE_OK)
        err = yoke_map_set(doc, files, YOKE_STR("main"), &value);
    if (err == YOKE_OK && text->len_bytes > 0)
        err = yoke_text_insert(doc, main_file, 0, view(text));
    return err;
}

static yoke_err encode_seed(const buf *file, const buf *text, const base_alloc *alloc,
                            yoke_blob *out)
{
    const yoke_allocator engine_alloc = {alloc->ctx, alloc->alloc, alloc->resize, alloc->release};
    yoke_options options = YOKE_OPTIONS_INIT;
    yoke_doc *doc;
    options.client_id = SEED_CLIENT_ID;
    options.alloc = &engine_alloc;
    yoke_err err = yoke_doc_new(&options, &doc);
    if (err != YOKE_OK)
        return err;
    err = write_document(doc, file, text);
    if (err == YOKE_OK)
        err = yoke_doc_encode(doc, YOKE_NONE, 0, out);
    yoke_doc_free(doc);
    return err;
}

int room_seed_update(const room_seed *seed, const base_alloc *alloc, buf *out)
{
    size_t units;
    if (utf_measure(seed->text, &units) != BASE_OK || utf_measure(seed->name, &units) != BASE_OK ||
        utf_measure(seed->language, &units) != BASE_OK)
        return BASE_EMALFORMED;
    buf file, text;
    yoke_blob update = YOKE_BLOB_INIT;
    buf_init(&file, alloc, SIZE_MAX / 4);
    buf_init(&text, alloc, SIZE_MAX / 4);
    put_file(&file, seed);
    put_text(&text, seed->text);
    int err = BASE_ENOMEM;
    if (buf_err(&file) == BASE_OK && buf_err(&text) == BASE_OK &&
        encode_seed(&file, &text, alloc, &update) == YOKE_OK) {
        buf_put(out, update.ptr, update.len_bytes);
        err = buf_err(out);
    }
    yoke_blob_free(&update);
    buf_deinit(&file);
    buf_deinit(&text);
    return err;
}
