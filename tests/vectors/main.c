/* yoke-vectors FILE-or-DIR... - run compatibility vectors through the engine.
 *
 * Files are .jsonl or .jsonl.gz, one vector a line, as tests/vectors/README.md describes them; of a
 * directory all such files are taken, in order of name.  Ends with "N passed, N failed, N skipped"
 * and an exit status that is true to it.  -v names every vector and prints bytes in full.
 */
#include "vectors.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <zlib.h>

typedef struct totals {
    unsigned passed, failed, skipped;
} totals;

static verdict run_one(vector *v)
{
    const json_t *o = v->json;
    if (json_object_get(o, "inputs") != NULL)
        run_merge(v);
    else if (json_object_get(o, "positions") != NULL)
        run_relpos(v);
    else if (json_object_get(o, "snapshots") != NULL)
        run_snapshot(v);
    else if (json_object_get(o, "ops") != NULL)
        run_local_text(v);
    else if (json_object_get(o, "yjs") != NULL)
        run_malformed(v);
    else if (json_object_get(o, "updates") != NULL && json_object_get(o, "expect") != NULL)
        run_apply(v);
    else if (strncmp(v->id, "protocol/", 9) == 0)
        return run_protocol(v);
    else if (strncmp(v->id, "lib0/", 5) == 0)
        return run_lib0(v);
    else
        return VERDICT_SKIPPED;
    return VERDICT_RUN;
}

static void run_line(char *line, const char *path, unsigned number, bool verbose, totals *sum)
{
    json_error_t error;
    json_t *json = parse_line(line, &error);
    if (json == NULL) {
        printf("%s:%u: not JSON: %s\n", path, number, error.text);
        sum->failed++;
        return;
    }
    const char *id = json_string_value(json_object_get(json, "id"));
    vector v = {id != NULL ? id : "(no id)", json, 0, verbose};
    verdict said = run_one(&v);
    if (said == VERDICT_SKIPPED)
        sum->skipped++;
    else if (v.failures > 0)
        sum->failed++;
    else
        sum->passed++;
    if (said == VERDICT_SKIPPED)
        printf("%s: skipped, its kind is unknown\n", v.id);
    else if (verbose)
        printf("%s: %s\n", v.id, v.failures > 0 ? "FAILED" : "passed");
    fflush(stdout);
    json_decref(json);
}

/* read_line - the next line without its end in a buffer that grows; false at the end. */
static bool read_line(gzFile file, char **line, size_t *cap_bytes)
{
    size_t len_bytes = 0;
    for (;;) {
        if (*cap_bytes - len_bytes < 4096) {
            *cap_bytes = *cap_bytes * 2 + 65536;
            *line = must_alloc(*line, *cap_bytes);
        }
        if (gzgets(file, *line + len_bytes, (int)(*cap_bytes - len_bytes)) == NULL)
            return len_bytes > 0;
        len_bytes += strlen(*line + len_bytes);
        if (len_bytes > 0 && (*line)[len_bytes - 1] == '\n') {
            (*line)[len_bytes - 1] = '\0';
            return true;
        }
    }
}

static void run_file(const char *path, bool verbose, totals *sum)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL) {
        printf("%s: %s\n", path, strerror(errno));
        sum->failed++;
        return;
    }
    totals before = *sum;
    char *line = NULL;
    size_t cap_bytes = 0;
    unsigned number = 0;
    while (read_line(file, &line, &cap_bytes)) {
        number++;
        if (line[0] != '\0')
            run_line(line, path, number, verbose, sum);
    }
    int status = Z_OK;
    const char *text = gzerror(file, &status);
    if (status != Z_OK && status != Z_STREAM_END) {
        printf("%s: %s\n", path, text);
        sum->failed++;
    }
    free(line);
    gzclose(file);
    printf("%s: %u passed, %u failed, %u skipped\n", path, sum->passed - before.passed,
           sum->failed - before.failed, sum->skipped - before.skipped);
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static int is_vector_file(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".jsonl") || ends_with(entry->d_name, ".jsonl.gz");
}

static void run_path(const char *path, bool verbose, totals *sum)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        run_file(path, verbose, sum);
        return;
    }
    struct dirent **entries;
    int n = scandir(path, &entries, is_vector_file, alphasort);
    if (n <= 0) {
        printf("%s: %s\n", path, n < 0 ? strerror(errno) : "no vector files");
        sum->failed++;
    }
    for (int i = 0; i < n; i++) {
        size_t size_bytes = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *child = must_alloc(NULL, size_bytes);
        snprintf(child, size_bytes, "%s/%s", path, entries[i]->d_name);
        run_file(child, verbose, sum);
        free(child);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    bool verbose = false;
    unsigned paths = 0;
    totals sum = {0, 0, 0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else
            paths++;
    }
    if (paths == 0) {
        fprintf(stderr, "usage: yoke-vectors [-v] FILE-or-DIR...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") != 0)
            run_path(argv[i], verbose, &sum);
    }
    printf("%u passed, %u failed, %u skipped\n", sum.passed, sum.failed, sum.skipped);
    return sum.failed > 0 ? 1 : 0;
}
