#include "server/store/quarantine.h"

#include "room/document.h"
#include "server/app/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES_MAX ((size_t)1 << 30)
#define NAME_CHARS_MAX 60

struct quarantine {
    uv_work_t work; /* first */
    app *app;
    store_loaded loaded;
    store_damage damage;
    size_t applied;
    char path[4400]; /* without the ending */
    int err;         /* a base_err or store_err, or an errno */
};

/* A room that is out of service; the loop's list of them. */
struct quarantined {
    struct quarantined *next;
    store_id id;
};

static struct quarantined **place_of(loop *l, const char *id)
{
    struct quarantined **at = &l->quarantined;
    while (*at != NULL && strcmp((*at)->id.text, id) != 0)
        at = &(*at)->next;
    return at;
}

static bool put_down(loop *l, const char *id)
{
    struct quarantined **at = place_of(l, id);
    if (*at != NULL)
        return false;
    struct quarantined *q = calloc(1, sizeof *q);
    if (q == NULL)
        return true; /* it is written again at the next try, and not counted */
    snprintf(q->id.text, sizeof q->id.text, "%s", id);
    *at = q;
    metric_add(&l->metrics.quarantined_rooms, 1);
    return true;
}

void quarantine_lift(loop *l, const char *id)
{
    struct quarantined **at = place_of(l, id), *gone = *at;
    if (gone == NULL)
        return;
    *at = gone->next;
    free(gone);
    metric_set(&l->metrics.quarantined_rooms, metric_get(&l->metrics.quarantined_rooms) - 1);
}

bool quarantine_holds(loop *l, const char *id)
{
    return *place_of(l, id) != NULL;
}

void quarantine_forget_all(loop *l)
{
    while (l->quarantined != NULL)
        quarantine_lift(l, l->quarantined->id.text);
}

quarantine *quarantine_read(store *s, const char *id)
{
    quarantine *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    int err = store_salvage(s, id, &q->loaded, &q->damage);
    if (err == BASE_OK)
        return q;
    log_event(LOG_ERROR, "nothing of a damaged room can be read", LOG_STR("room", id),
              LOG_STR("reason", store_err_text(err)));
    free(q);
    return NULL;
}

quarantine *quarantine_of(store_loaded *loaded)
{
    quarantine *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    q->loaded = *loaded;
    q->damage = (store_damage){"update that the engine refuses", 0};
    *loaded = (store_loaded){.alloc = q->loaded.alloc};
    return q;
}

/* DATA-quarantine/ROOM-EPOCH; a room may be called anything, a file not. */
static int make_path(quarantine *q)
{
    const store_room *record = &q->loaded.room;
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

static int write_file(const quarantine *q, const char *ending, bytes content)
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
    int err = room_document_files(doc, l, put_file, &list);
    if (err == BASE_OK && list.err == BASE_OK && out->len_bytes == 0)
        err = room_document_text(doc, alloc, bytes_of_str("main"), out);
    return err != BASE_OK && err != STORE_ENOTFOUND ? err : list.err;
}

static void save(uv_work_t *work)
{
    quarantine *q = (quarantine *)work;
    const base_alloc *libc = base_alloc_libc();
    yoke_allocator alloc = {libc->ctx, libc->alloc, libc->resize, libc->release};
    yoke_doc *doc = NULL;
    yoke_err why;
    buf state, text;
    buf_init(&state, libc, TEXT_BYTES_MAX);
    buf_init(&text, libc, TEXT_BYTES_MAX);
    int err = room_document_new(&q->app->limits, &alloc, &doc);
    if (err == BASE_OK) {
        err = room_document_replay(doc, &q->loaded, &q->applied, &why);
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

static void free_quarantine(quarantine *q)
{
    store_loaded_free(&q->loaded);
    free(q);
}

static void saved(uv_work_t *work, int status)
{
    quarantine *q = (quarantine *)work;
    const char *reason = q->err > 0 ? strerror(q->err) : store_err_text(q->err);
    if (status == 0 && q->err == 0)
        log_event(LOG_ERROR, "a damaged room is out of service; what is readable was saved",
                  LOG_STR("room", q->loaded.room.id), LOG_STR("damage", q->damage.what),
                  LOG_INT("seq", q->damage.seq), LOG_INT("updates", q->applied),
                  LOG_STR("path", q->path));
    else
        log_event(LOG_ERROR, "a damaged room is out of service, and could not be saved",
                  LOG_STR("room", q->loaded.room.id), LOG_STR("damage", q->damage.what),
                  LOG_INT("seq", q->damage.seq), LOG_STR("reason", reason));
    free_quarantine(q);
}

void quarantine_save(loop *l, quarantine *q)
{
    if (q->damage.what == NULL)
        q->damage.what = "unknown";
    if (!put_down(l, q->loaded.room.id)) {
        free_quarantine(q);
        return;
    }
    q->app = l->app;
    if (strcmp(l->app->config.data, ":memory:") == 0 ||
        uv_queue_work(&l->uv, &q->work, save, saved) != 0)
        free_quarantine(q);
}
