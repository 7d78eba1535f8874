/* static_files.h - the files of one directory, read at start into a table.
 *
 * A request is looked up in the table and never becomes a path, so there is nothing to traverse.
 * `name.br` and `name.gz` beside `name` are other encodings of it.  Hidden files and symbolic links
 * are left out.
 */
#ifndef SERVER_HTTP_STATIC_FILES_H
#define SERVER_HTTP_STATIC_FILES_H

#include "base/bytes.h"
#include "server/http/file_class.h"

#define STATIC_ETAG_BYTES 32

typedef enum static_encoding { STATIC_IDENTITY, STATIC_GZIP, STATIC_BROTLI } static_encoding;

typedef struct static_file {
    char *path; /* "/assets/index-4f3a.js" */
    const char *type;
    bytes body[3]; /* by static_encoding; ptr is NULL where there is none */
    char etag[STATIC_ETAG_BYTES];
    const file_class *class; /* its headers */
} static_file;

typedef struct static_files static_files;

/* static_files_load - NULL when `dir` cannot be read or holds no index.html. */
static_files *static_files_load(const char *dir);
void static_files_free(static_files *s);

/* static_files_rebase - the page is shown under `base` ("/tandem"): its own addresses get it in
 * front.  All other files name each other by relative addresses.  false: no memory. */
bool static_files_rebase(static_files *s, const char *base);

const static_file *static_files_find(const static_files *s, const char *path);

/* static_files_encoding - the best encoding that the file has and Accept-Encoding (may be NULL)
 * allows; q=0 is "not this". */
static_encoding static_files_encoding(const static_file *f, const char *accept);

/* static_files_type - content type by the end of the name. */
const char *static_files_type(const char *path);

#endif
