/* file_class.h - with which headers a file of the web application is answered.
 *
 * One table in file_class.c; the first row that fits a path is its class.  A page with rights of
 * its own (one that may be framed, one that other origins may read) is a row more.
 */
#ifndef SERVER_HTTP_FILE_CLASS_H
#define SERVER_HTTP_FILE_CLASS_H

#include <stdbool.h>

typedef struct file_header {
    const char *name; /* NULL ends the list */
    const char *value;
} file_header;

typedef struct file_class {
    const char *name;
    bool (*fits)(const char *path);
    const char *cache_control;
    const file_header *headers;
} file_class;

/* file_class_of - never NULL; static. */
const file_class *file_class_of(const char *path);

/* file_class_hashed - does a name end like "-Xy12AbCd.js", so that its content never changes? */
bool file_class_hashed(const char *path);

#endif
