/* embedded.h - files of server/api/docs/ that are part of the program, so that /docs works
 * anywhere. embedded.c is written by embed.py at build time. */
#ifndef SERVER_API_EMBEDDED_H
#define SERVER_API_EMBEDDED_H

#include "base/bytes.h"

typedef struct embedded_file {
    const char *path;
    const uint8_t *ptr;
    size_t len_bytes;
} embedded_file;

extern const embedded_file embedded_files[]; /* ends with a NULL path */

static inline const embedded_file *embedded_find(const char *path)
{
    for (const embedded_file *f = embedded_files; f->path != NULL; f++) {
        if (strcmp(f->path, path) == 0)
            return f;
    }
    return NULL;
}

static inline bytes embedded_view(const embedded_file *f)
{
    return f != NULL ? bytes_of(f->ptr, f->len_bytes) : bytes_of("", 0);
}

#endif
