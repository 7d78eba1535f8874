/* app.h - what all loop threads share.  Filled before they start, read-only afterwards, except for
 * the parts that guard themselves (store thread, addresses). */
#ifndef SERVER_APP_APP_H
#define SERVER_APP_APP_H

#include "room/limits.h"
#include "server/app/config.h"

struct address_set;
struct exchange;
struct loop;
typedef struct address_book address_book;
typedef struct static_files static_files;
typedef struct store_thread store_thread;
typedef struct work_pool work_pool;

typedef struct app {
    config config;
    limits limits;
    static_files *files; /* the web application; NULL when it was not built */
    static_files *docs;  /* the pages of /docs */
    store_thread *store;
    work_pool *work;
    address_book *addresses;
    struct address_set *proxies;        /* whose X-Forwarded-For is believed */
    void (*answer)(struct exchange *x); /* what requests are handed to: the router */
    struct loop *loops;
    size_t loop_count;
    int port;
    uint64_t hash_seed;
    int64_t started_at_ms;
} app;

#endif
