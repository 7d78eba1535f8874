#include "server/store/quarantine.h"

#include "room/document.h"
#include "server/app/log.h"
#include "server/net/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES_MAX ((size_t)1 << 30)
#define NAME_CHARS_MAX 60

typedef struct dump {
    work work; /* first */
    app *app;
    damaged_room *of;
    size_t applied;
    char path[4400]; /* without the ending */
    int err;         /* a base_err or store_err, or an errno */
} dump;

/* DATA-quarantine/ROOM-EPOCH; a room may be called anything, a file not. */
static int make_path(dump *q)
{
    const store_room *record = &q->of->loaded.room;
    char name[NAME_CHARS_MAX + 1], epoch[2 * STORE_EPOCH_BYTES + 1];
    size_t n = 0;
    for (const char *at = record->id; *at != '\0' && n < NAME_CHARS_MAX; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '-' || *at == '_';
        name[n++] = plain ? *at : '_';
    }
    name[n] = '\0';
    for (size_t i = 0; i < STORE_EPOCH_BYTES; i++)
        snprintf(epoch + 2 * i, 3, "%02x", record->epoch[i]);
    int len = snprintf(q->path, sizeof q->path, "%s-quarantine", q->app->config.data);
    if (mkdir(q->path, 0700) != 0 && errno != EEXIST)
        return errno;
    len += snprintf(q->path + len, sizeof q->path - (size_t)len, "/%s-%s", name, epoch);
    return len < (int)sizeof q->path - 10 ? 0 : ENAMETOOLONG;
}

static int write_file(const dump *q, const char *ending, bytes content)
{
    char path[sizeof q->path + 10];
    snprintf(path, sizeof path, "%s%s", q->path, ending);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    int err = 0;
    while (err == 0 && content.len_bytes > 0) {
        ssize_t n = write(fd, content.ptr, content.len_bytes);
        if (n < 0)
            err = errno == EINTR ? 0 : errno;
        else
            content = bytes_of(content.ptr + n, content.len_bytes - (size_t)n);
    }
    if (close(fd) != 0 && err == 0)
        err = errno;
    return err;
}

typedef struct text_list {
    yoke_doc *doc;
    const yoke_allocator *alloc;
    buf *out;
    int err;
} text_list;

static void put_file(void *ctx, const room_file *file)
{
    text_list *list = ctx;
    if (list->err != BASE_OK)
        return;
    buf_put_str(list->out, "# ---- ");
    buf_put_bytes(list->out, file->name);
    buf_put_str(list->out, "\n");
    int err = room_document_text(list->doc, list->alloc, file->id, list->out);
    buf_put_str(list->out, "\n");
    list->err = err == STORE_ENOTFOUND ? BASE_OK : err;
}

static int put_texts(yoke_doc *doc, const yoke_allocator *alloc, const limits *l, buf *out)
{
    text_list list = {doc, alloc, out, BASE_OK};
    size_t total;
    int err = room_document_files(doc, l, put_file, &list, &total);
    if (total > (size_t)l->files)
        buf_put_fmt(out, "# ---- %zu more files are only in the document\n",
                    total - (size_t)l->files);
    if (err == BASE_OK && list.err == BASE_OK && out->len_bytes == 0)
        err = room_document_text(doc, alloc, bytes_of_str("main"), out);
    return err != BASE_OK && err != STORE_ENOTFOUND ? err : list.err;
}

static void save(work *w)
{
    dump *q = (dump *)w;
    const base_alloc *libc = base_alloc_libc();
    yoke_allocator alloc = {libc->ctx, libc->alloc, libc->resize, libc->release};
    yoke_doc *doc = NULL;
    yoke_err why;
    buf state, text;
    buf_init(&state, libc, TEXT_BYTES_MAX);
    buf_init(&text, libc, TEXT_BYTES_MAX);
    int err = room_document_new(&q->app->limits, &alloc, &doc);
    if (err == BASE_OK) {
        err = room_document_replay(doc, &q->of->loaded, &q->applied, &why);
        err = err == STORE_ECORRUPT ? BASE_OK : err; /* the prefix is what we came for */
    }
    if (err == BASE_OK)
        err = room_document_state(doc, &alloc, &state);
    if (err == BASE_OK)
        err = put_texts(doc, &alloc, &q->app->limits, &text);
    if (err == BASE_OK)
        err = make_path(q);
    if (err == BASE_OK)
        err = write_file(q, ".update", buf_view(&state));
    if (err == BASE_OK && text.len_bytes > 0)
        err = write_file(q, ".txt", buf_view(&text));
    q->err = err;
    yoke_doc_free(doc);
    buf_deinit(&state);
    buf_deinit(&text);
}

static void tell_lost(const dump *q, const char *reason)
{
    const damaged_room *d = q->of;
    log_event(LOG_ERROR, "a damaged room is out of service, and could not be saved",
              LOG_STR("room", d->loaded.room.id), LOG_STR("damage", d->damage.what),
              LOG_INT("seq", d->damage.seq), LOG_STR("reason", reason));
}

static void dump_free(dump *q)
{
    damaged_free(q->of);
    free(q);
}

static void saved(loop *l, work *w, bool ran)
{
    dump *q = (dump *)w;
    const damaged_room *d = q->of;
    (void)l;
    (void)ran; /* it has no home, so it is done whatever comes */
    if (q->err == 0)
        log_event(LOG_ERROR, "a damaged room is out of service; what is readable was saved",
                  LOG_STR("room", d->loaded.room.id), LOG_STR("damage", d->damage.what),
                  LOG_INT("seq", d->damage.seq), LOG_INT("updates", q->applied),
                  LOG_STR("path", q->path));
    else
        tell_lost(q, q->err > 0 ? strerror(q->err) : store_err_text(q->err));
    dump_free(q);
}

void quarantine_save(loop *l, damaged_room *d)
{
    dump *q = strcmp(l->app->config.data, ":memory:") != 0 ? calloc(1, sizeof *q) : NULL;
    if (q == NULL) {
        damaged_free(d);
        return;
    }
    *q = (dump){.work = {.run = save, .done = saved}, .app = l->app, .of = d};
    if (work_submit(l->app->work, &q->work) != BASE_OK) {
        tell_lost(q, "too many are being saved");
        dump_free(q);
    }
}
