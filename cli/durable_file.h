/* durable_file.h - giving a finished file its name, so that it is there whole or not at all. */
#ifndef CLI_DURABLE_FILE_H
#define CLI_DURABLE_FILE_H

/* durable_file_publish - flush `part`, give it the name `to`, which must be free, and flush the
 * folder. Returns NULL, or why not (static or of strerror). */
const char *durable_file_publish(const char *part, const char *to);

#endif
