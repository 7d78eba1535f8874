/* loopback.h - for tests: one loop without threads, and the other ends of its HTTP connections.
 *
 * The loop is real and its sockets are pairs of the kernel's.  What answers requests is the test's
 * own, or the router.
 */
#ifndef SERVER_HTTP_TEST_LOOPBACK_H
#define SERVER_HTTP_TEST_LOOPBACK_H

#include "base/buf.h"
#include "server/http/exchange.h"

typedef struct loopback {
    app app;
    loop loop;
} loopback;

/* loopback_new - ready to be talked to; `answer` is given each request.  loopback_free - closes all
 * connections. */
loopback *loopback_new(void (*answer)(exchange *x));
void loopback_free(loopback *lb);

/* loopback_connect - a connection as from `from` (NULL: nobody in particular); returns the peer's
 * end, non-blocking, which the caller closes. */
int loopback_connect(loopback *lb, const peer *from);

/* loopback_connect_tcp - the same over TCP of the loopback interface, where a peer can be reset. */
int loopback_connect_tcp(loopback *lb);

/* loopback_until - turn until `*flag` is true; for what the kernel may take its time with.  false:
 * it did not become so in five seconds, half of what a request may wait. */
bool loopback_until(loopback *lb, const bool *flag);

/* loopback_turn - turn the loop until nothing happens any more. */
void loopback_turn(loopback *lb);

/* loopback_say - the peer sends, then the loop turns. */
void loopback_say(loopback *lb, int fd, const char *text);

/* loopback_hear - turn the loop and read what the peer gets until nothing more comes; as text, to
 * be freed.  `*ended`, if not NULL: the server has ended its side. */
char *loopback_hear(loopback *lb, int fd, bool *ended);

/* loopback_ask - all at once on a connection of its own: say, hear, close. */
char *loopback_ask(loopback *lb, const char *request);

/* loopback_pass - `ms` go by, and the second ticks once. */
void loopback_pass(loopback *lb, uint64_t ms);

/* loopback_count - of connections that are open. */
size_t loopback_count(const loopback *lb);

#endif
