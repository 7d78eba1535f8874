/* tandem export DB ROOM - one room, out of the database. */
#include "cli/cmd.h"

#include "room/document.h"
#include "store/sqlite/tools.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 1000
#define PAGE_BYTES ((size_t)1 << 20)
#define OUT_BYTES_MAX ((size_t)1 << 31)

static const cmd export_cmd = {
    .name = "export",
    .help = "tandem export DB ROOM [--format text|update|json-history] [--file ID] [--salvage]\n\n"
            "Writes one room to standard output; a server may be using DB.\n\n"
            "  --format text          the text of a file of the room [default]\n"
            "  --format update        the whole document as one Yjs update (V1)\n"
            "  --format json-history  every update that is kept, one JSON object a line:\n"
            "                         {\"seq\", \"author\", \"at_ms\", \"update\": base64}\n"
            "  --file ID              which file, for text [main, else the first by name]\n"
            "  --salvage              of a damaged room, what comes before the damage\n\n"
            "Exit codes: 0 written, 1 not written or not whole (standard error says why),\n"
            "2 wrong arguments.\n",
    .argument_count = 2,
    .flags = {"format", "file", "salvage?"},
};

static bool put(bytes s)
{
    return s.len_bytes == 0 || fwrite(s.ptr, 1, s.len_bytes, stdout) == s.len_bytes;
}

static int put_history_line(const store_row *row)
{
    size_t cap = sodium_base64_ENCODED_LEN(row->update.len_bytes, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(cap);
    if (text == NULL)
        return BASE_ENOMEM;
    sodium_bin2base64(text, cap, row->update.ptr, row->update.len_bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    printf("{\"seq\":%llu,\"author\":%llu,\"at_ms\":%lld,\"update\":\"%s\"}\n",
           (unsigned long long)row->seq, (unsigned long long)row->author, (long long)row->at_ms,
           text);
    free(text);
    return BASE_OK;
}

static int put_history(store_reader *s, const char *id)
{
    store_history_query query = {0, INT64_MIN, PAGE_ROWS, PAGE_BYTES};
    for (bool more = true; more;) {
        store_page page;
        int err = store_history(s, id, &query, &page);
        if (err != BASE_OK)
            return err;
        for (size_t i = 0; i < page.row_count && err == BASE_OK; i++) {
            err = put_history_line(&page.rows[i]);
            query.after_seq = page.rows[i].seq;
        }
        more = page.more && err == BASE_OK;
        store_page_free(&page);
        if (err != BASE_OK)
            return err;
    }
    return BASE_OK;
}

/* Text or update of what was loaded; `file` NULL: the room's code. */
static int put_document(const store_loaded *loaded, const char *file, bool as_text)
{
    const base_alloc *libc = base_alloc_libc();
    const yoke_allocator alloc = {libc->ctx, libc->alloc, libc->resize, libc->release};
    yoke_doc *doc = NULL;
    yoke_err why = YOKE_OK;
    limits l;
    buf out;
    limits_init(&l);
    buf_init(&out, libc, OUT_BYTES_MAX);
    int err = room_document_new(&l, &alloc, &doc);
    if (err == BASE_OK)
        err = room_document_replay(doc, loaded, NULL, &why);
    if (err == STORE_ECORRUPT)
        fprintf(stderr, "tandem export: a stored update is refused: %s\n", yoke_err_text(why));
    int refused = err == STORE_ECORRUPT ? err : BASE_OK;
    if (err == BASE_OK || refused != BASE_OK)
        err = !as_text       ? room_document_state(doc, &alloc, &out)
              : file == NULL ? room_document_code(doc, &l, &alloc, &out)
                             : room_document_text(doc, &alloc, bytes_of_str(file), &out);
    if (err == BASE_OK && !put(buf_view(&out)))
        err = STORE_EIO;
    yoke_doc_free(doc);
    buf_deinit(&out);
    return err == BASE_OK ? refused : err;
}

static int put_room(store_reader *s, const char *id, const cmd_line *line, const char *format)
{
    store_loaded loaded;
    store_damage damage = {NULL, 0};
    bool salvage = line->values[2] != NULL;
    int err = salvage ? store_salvage(s, id, &loaded, &damage) : store_load(s, id, &loaded);
    if (damage.what != NULL)
        fprintf(stderr, "tandem export: %s: damaged (%s %llu); this is what comes before it\n", id,
                damage.what, (unsigned long long)damage.seq);
    if (err != BASE_OK)
        return err;
    err = put_document(&loaded, line->values[1], strcmp(format, "text") == 0);
    store_loaded_free(&loaded);
    return err == BASE_OK && damage.what != NULL ? STORE_ECORRUPT : err;
}

int cmd_export(int argc, char **argv)
{
    cmd_line line;
    int code;
    store_reader *s;
    if (!cmd_parse(&export_cmd, argc, argv, &line, &code))
        return code;
    const char *path = line.arguments[0], *id = line.arguments[1];
    const char *format = line.values[0] != NULL ? line.values[0] : "text";
    bool history = strcmp(format, "json-history") == 0;
    if (!history && strcmp(format, "text") != 0 && strcmp(format, "update") != 0) {
        fprintf(stderr, "tandem export: --format: '%s' is none of text|update|json-history\n",
                format);
        return CMD_USAGE;
    }
    int err = store_sqlite_open_reader(path, base_alloc_libc(), &s);
    if (err != BASE_OK)
        return cmd_store_failed(&export_cmd, path, err);
    err = history ? put_history(s, id) : put_room(s, id, &line, format);
    store_reader_close(s);
    if (fflush(stdout) != 0 || ferror(stdout))
        return cmd_fail(&export_cmd, "standard output", "cannot be written");
    if (err == STORE_ENOTFOUND)
        return cmd_fail(&export_cmd, id, "there is no such room, or no such file in it");
    if (err == STORE_ECORRUPT)
        return cmd_fail(&export_cmd, id,
                        "is damaged; `tandem check` says where, --salvage gives what can be read");
    return err == BASE_OK ? CMD_OK : cmd_store_failed(&export_cmd, path, err);
}
