/* yoke-vectors [-v] [--] FILE-or-DIR... - run compatibility vectors through the engine.
 *
 * Files hold one vector a line, as tests/vectors/README.md describes them, plain or gzipped; of a
 * directory all that end in .jsonl or .jsonl.gz are taken, of those below it too, in order of name.
 * Ends with "N passed, N failed, N skipped" and an exit status that is true to it: 0 when nothing
 * failed, 1 when something did (a file that cannot be read and a line that is not JSON count), 2
 * for wrong usage.  -v names every vector and prints bytes in full.
 */
#include "vectors.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <zlib.h>

/* Directories in directories; deeper ones are a loop of links. */
#define DEPTH_MAX 32

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
        printf("%s:%u: %s: skipped, its kind is unknown\n", path, number, v.id);
    else if (v.failures > 0)
        printf("%s:%u: %s: %u checks failed\n", path, number, v.id, v.failures);
    else if (verbose)
        printf("%s: passed\n", v.id);
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
        if (line[strspn(line, " \t\r")] != '\0')
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

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *join_path(const char *dir, const char *name)
{
    size_t size_bytes = strlen(dir) + strlen(name) + 2;
    char *path = must_alloc(NULL, size_bytes);
    snprintf(path, size_bytes, "%s/%s", dir, name);
    return path;
}

/* Whether there was a vector file in it. */
static bool run_directory(const char *dir, unsigned depth, bool verbose, totals *sum)
{
    struct dirent **entries;
    bool any = false;
    int n = depth <= DEPTH_MAX ? scandir(dir, &entries, NULL, alphasort) : -1;
    if (n < 0) {
        printf("%s: %s\n", dir, depth <= DEPTH_MAX ? strerror(errno) : "too many directories");
        sum->failed++;
        return true;
    }
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        char *path = join_path(dir, name);
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && is_directory(path)) {
            any = run_directory(path, depth + 1, verbose, sum) || any;
        } else if (ends_with(name, ".jsonl") || ends_with(name, ".jsonl.gz")) {
            run_file(path, verbose, sum);
            any = true;
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    return any;
}

static void run_path(const char *path, bool verbose, totals *sum)
{
    if (!is_directory(path)) {
        run_file(path, verbose, sum);
    } else if (!run_directory(path, 0, verbose, sum)) {
        printf("%s: no vector files\n", path);
        sum->failed++;
    }
}

static int usage(void)
{
    fprintf(stderr, "usage: yoke-vectors [-v] [--] FILE-or-DIR...\n");
    return 2;
}

int main(int argc, char **argv)
{
    bool verbose = false;
    bool options = true;
    int paths = 0;
    totals sum = {0, 0, 0};
    /* Paths move to the front, options may stand anywhere before "--". */
    for (int i = 1; i < argc; i++) {
        if (!options || argv[i][0] != '-')
            argv[paths++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            options = false;
        else if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else
            return usage();
    }
    if (paths == 0)
        return usage();
    for (int i = 0; i < paths; i++)
        run_path(argv[i], verbose, &sum);
    printf("%u passed, %u failed, %u skipped\n", sum.passed, sum.failed, sum.skipped);
    return sum.failed > 0 ? 1 : 0;
}
