/* misbehaving.h - an HTTP server in threads that does what its path says: stalls, drips, resets,
 * redirects, sends without end, lies about lengths.  Each connection is served once or more. */
#ifndef SERVER_OUT_TEST_MISBEHAVING_H
#define SERVER_OUT_TEST_MISBEHAVING_H

#include <stdatomic.h>
#include <stdint.h>

#define GIGA UINT64_C(1000000000)

/* Paths: /ok /echo /empty /stall /silent /drip /reset /reset-midway /loop /redirect (to `target`)
 * /giga /endless /early /longer /heads /garbage */
typedef struct misbehaving {
    int listener;
    int port;
    char target[128];
    _Atomic uint64_t sent_bytes; /* of /giga and /endless */
    atomic_int open;             /* connections that are served now */
    atomic_int served;           /* requests */
} misbehaving;

misbehaving *misbehaving_start(void); /* on 127.0.0.1; it lives as long as the process */

#endif
