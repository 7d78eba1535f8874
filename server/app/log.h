/* log.h - structured lines on standard error, one event each.
 *
 * Written as JSON objects, or as plain text on a terminal.  Never logged: tokens, text of
 * documents, bodies, query strings; a caller passes room ids, codes, counts and reasons of our own
 * making.
 *
 *   log_event(LOG_INFO, "room loaded", LOG_STR("room", id), LOG_INT("updates", n));
 */
#ifndef SERVER_APP_LOG_H
#define SERVER_APP_LOG_H

#include "base/log.h"

#include <stdbool.h>

/* log_setup - once, before threads.  `format` is auto, json or plain; `level` as in config.h. */
void log_setup(const char *format, const char *level);

bool log_enabled(log_level level);

/* log_write - one line, written with one write(2), so that threads do not mix. */
void log_write(log_level level, const char *event, const log_field *fields, size_t count);

#define log_event(level, event, ...)                                                               \
    do {                                                                                           \
        if (log_enabled(level)) {                                                                  \
            const log_field log_fields_[] = {__VA_ARGS__};                                         \
            log_write(level, event, log_fields_, sizeof log_fields_ / sizeof log_fields_[0]);      \
        }                                                                                          \
    } while (0)

#endif
