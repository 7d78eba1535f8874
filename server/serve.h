/* serve.h - `tandem serve`: builds the process, runs it until a signal, takes it down again. */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include "server/app/config.h"

/* Exit codes beside STORE_THREAD_EXIT_CODE (store_thread.h). */
enum {
    SERVE_OK = 0,
    SERVE_FAILED = 1,
    SERVE_USAGE = 2,
};

/* serve_run - blocks; takes `c`.  Prints "listening on http://HOST:PORT" when it is ready. */
int serve_run(config *c);

#endif
