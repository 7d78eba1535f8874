#include "server/http/static_files.h"

#include "server/app/limits.h"
#include "server/app/log.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 8
#define PATH_BYTES 1024

struct static_files {
    static_file *files;
    size_t count;
    size_t cap;
};

const char *static_files_type(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".webp", "image/webp"},
        {".jpg", "image/jpeg"},
        {".ttf", "font/ttf"},
        {".woff", "font/woff"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
        {".py", "text/x-python; charset=utf-8"},
        {".pyi", "text/x-python; charset=utf-8"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    }
    return "application/octet-stream";
}

static bool read_file(int dir, const char *name, bytes *out)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    uint8_t *ptr = NULL;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > LIMIT_STATIC_FILE_BYTES)
        goto fail;
    size_t size = (size_t)st.st_size, at = 0;
    ptr = malloc(size + 1);
    if (ptr == NULL)
        goto fail;
    while (at < size) {
        ssize_t n = read(fd, ptr + at, size - at);
        if (n <= 0)
            goto fail;
        at += (size_t)n;
    }
    close(fd);
    *out = bytes_of(ptr, size);
    return true;
fail:
    free(ptr);
    if (fd >= 0)
        close(fd);
    return false;
}

static void set_etag(static_file *f)
{
    bytes body = f->body[STATIC_IDENTITY];
    uint8_t full[crypto_generichash_BYTES], hash[12];
    crypto_generichash(full, sizeof full, body.ptr, body.len_bytes, NULL, 0);
    memcpy(hash, full, sizeof hash);
    char hex[sizeof hash * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(f->etag, sizeof f->etag, "\"%s\"", hex);
}

static bool add_file(static_files *s, int dir, const char *path, const char *name)
{
    bytes body;
    if (s->count == LIMIT_STATIC_FILES || !read_file(dir, name, &body))
        return false;
    if (s->count == s->cap) {
        size_t cap = s->cap == 0 ? 64 : s->cap * 2;
        static_file *files = realloc(s->files, cap * sizeof *files);
        if (files == NULL)
            goto fail;
        s->files = files;
        s->cap = cap;
    }
    static_file f = {.path = strdup(path), .type = static_files_type(path)};
    if (f.path == NULL)
        goto fail;
    f.body[STATIC_IDENTITY] = body;
    set_etag(&f);
    f.class = file_class_of(path);
    s->files[s->count++] = f;
    return true;
fail:
    free((void *)(uintptr_t)body.ptr);
    return false;
}

static void add_dir(static_files *s, int fd, const char *prefix, int depth)
{
    DIR *d = fdopendir(fd);
    if (d == NULL) {
        close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[PATH_BYTES];
        struct stat st;
        if (e->d_name[0] == '.' || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", prefix, e->d_name) >= (int)sizeof path) {
            log_event(LOG_WARN, "file left out: its path is too long", LOG_STR("below", prefix));
            continue;
        }
        if (S_ISREG(st.st_mode)) {
            add_file(s, dirfd(d), path, e->d_name);
        } else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
            int sub = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            if (sub >= 0)
                add_dir(s, sub, path, depth + 1);
        }
    }
    closedir(d);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const static_file *)a)->path, ((const static_file *)b)->path);
}

const static_file *static_files_find(const static_files *s, const char *path)
{
    static_file wanted = {.path = (char *)(uintptr_t)path};
    return s == NULL || s->count == 0
               ? NULL
               : bsearch(&wanted, s->files, s->count, sizeof *s->files, by_path);
}

/* Moves the bodies of name.br and name.gz to name, where there is one. */
static void join_encodings(static_files *s)
{
    static const char *const ends[] = {[STATIC_GZIP] = ".gz", [STATIC_BROTLI] = ".br"};
    for (size_t i = 0; i < s->count; i++) {
        for (size_t e = STATIC_GZIP; e <= STATIC_BROTLI; e++) {
            char path[PATH_BYTES + 4];
            snprintf(path, sizeof path, "%s%s", s->files[i].path, ends[e]);
            const static_file *other = static_files_find(s, path);
            if (other != NULL)
                s->files[i].body[e] = other->body[STATIC_IDENTITY];
        }
    }
}

static_files *static_files_load(const char *dir)
{
    static_files *s = calloc(1, sizeof *s);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s == NULL || fd < 0) {
        free(s);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    add_dir(s, fd, "", 0);
    if (s->count > 0)
        qsort(s->files, s->count, sizeof *s->files, by_path);
    join_encodings(s);
    if (static_files_find(s, "/index.html") == NULL) {
        static_files_free(s);
        return NULL;
    }
    return s;
}

bool static_files_rebase(static_files *s, const char *base)
{
    static const char mark[] = "=\"/"; /* how addresses of our own begin in the page */
    const size_t mark_bytes = sizeof mark - 1, base_bytes = strlen(base);
    static_file *f = (static_file *)(uintptr_t)static_files_find(s, "/index.html");
    if (f == NULL)
        return false;
    bytes page = f->body[STATIC_IDENTITY];
    uint8_t *out = malloc(page.len_bytes * (1 + base_bytes) + 1);
    size_t n = 0;
    if (out == NULL)
        return false;
    for (size_t at = 0; at < page.len_bytes; at++) {
        bool found =
            at + mark_bytes <= page.len_bytes && memcmp(page.ptr + at, mark, mark_bytes) == 0;
        out[n++] = page.ptr[at];
        if (!found)
            continue;
        out[n++] = '"';
        memcpy(out + n, base, base_bytes);
        n += base_bytes;
        at++;
    }
    free((void *)(uintptr_t)page.ptr);
    /* What was compressed in advance is another page. */
    memset(f->body, 0, sizeof f->body);
    f->body[STATIC_IDENTITY] = bytes_of(out, n);
    set_etag(f);
    return true;
}

void static_files_free(static_files *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++) {
        free(s->files[i].path);
        free((void *)(uintptr_t)s->files[i].body[STATIC_IDENTITY].ptr);
    }
    free(s->files);
    free(s);
}

/* Does the list name `coding` (or *) with a q that is not 0? */
static bool accepts(const char *accept, const char *coding)
{
    size_t n = strlen(coding);
    bool star = false;
    for (const char *at = accept; *at != '\0';) {
        at += strspn(at, ", \t");
        size_t item = strcspn(at, ",");
        size_t name = strcspn(at, ",; \t");
        const char *q = memchr(at, '=', item);
        bool wanted = q == NULL || strtod(q + 1, NULL) > 0;
        if (name == n && strncasecmp(at, coding, n) == 0)
            return wanted;
        if (name == 1 && *at == '*')
            star = wanted;
        at += item;
    }
    return star;
}

static_encoding static_files_encoding(const static_file *f, const char *accept)
{
    if (accept == NULL)
        return STATIC_IDENTITY;
    if (f->body[STATIC_BROTLI].ptr != NULL && accepts(accept, "br"))
        return STATIC_BROTLI;
    if (f->body[STATIC_GZIP].ptr != NULL && accepts(accept, "gzip"))
        return STATIC_GZIP;
    return STATIC_IDENTITY;
}
