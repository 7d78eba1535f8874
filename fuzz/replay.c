/* replay.c - run a fuzz target over files, and over the files of directories. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_BYTES_MAX = 1 << 20 };

static unsigned replayed;

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    fuzz_demand(file != NULL, path);
    uint8_t *data = malloc(FILE_BYTES_MAX);
    fuzz_demand(data != NULL, "there is memory");
    size_t size_bytes = fread(data, 1, FILE_BYTES_MAX, file);
    fclose(file);
    /* Exactly as many bytes as there are, so that a read past them is seen. */
    uint8_t *exact = malloc(size_bytes > 0 ? size_bytes : 1);
    fuzz_demand(exact != NULL, "there is memory");
    memcpy(exact, data, size_bytes);
    free(data);
    (void)LLVMFuzzerTestOneInput(exact, size_bytes);
    free(exact);
    replayed++;
}

static void replay_directory(const char *path)
{
    DIR *dir = opendir(path);
    fuzz_demand(dir != NULL, path);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char child[4096];
        if (entry->d_name[0] == '.')
            continue;
        int n = snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        fuzz_demand(n > 0 && (size_t)n < sizeof child, "the path is not too long");
        replay_file(child);
    }
    closedir(dir);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            replay_directory(argv[i]);
        else
            replay_file(argv[i]);
    }
    printf("%u replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}
