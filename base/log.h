/* log.h - what a line of the log is made of.  Who writes it is an argument: floors below server/
 * have no log.
 *
 * Never logged: tokens, text of documents, bodies, query strings; a caller passes room ids, codes,
 * counts and reasons of our own making.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } log_level;

typedef struct log_field {
    const char *key;
    const char *text; /* NULL: a number */
    int64_t number;
} log_field;

#define LOG_STR(key, value) ((log_field){(key), (value), 0})
#define LOG_INT(key, value) ((log_field){(key), NULL, (int64_t)(value)})

/* log_fn - one line; safe from every thread that was handed it. */
typedef void log_fn(void *ctx, log_level level, const char *event, const log_field *fields,
                    size_t count);

#endif
