/* sessions.h - who is in which room of a host.  Private to host/.
 *
 * A session is a number that is given once: a counter, then the slot in the table of sessions.
 */
#ifndef HOST_SESSIONS_H
#define HOST_SESSIONS_H

#include "host/table.h"

#define SESSION_SLOT_BITS 20
#define SESSION_SLOT_MASK ((UINT64_C(1) << SESSION_SLOT_BITS) - 1)
#define NO_SLOT UINT32_MAX

/* session_new - 0: no memory.  session_forget - free its slot; the room knows it no more. */
uint64_t session_new(room_host *h, host_member *m, hosted *at);
void session_forget(room_host *h, uint64_t session);

/* session_member - NULL: it is gone.  O(1). */
host_member *session_member(const room_host *h, uint64_t session);

/* session_message / leave - to its room; of one that is gone: nothing. */
void session_message(room_host *h, uint64_t session, bytes message);
void session_leave(room_host *h, uint64_t session);

/* session_backlogged - has its room so much to store that its writers should wait? */
bool session_backlogged(const room_host *h, uint64_t session);

/* session_notice - tell one tandem.v1 member something; the texts are static. */
void session_notice(room_host *h, uint64_t session, const char *code, const char *message);

/* session_doom - a reader that is too slow: room_host_flush closes it.  false: not noted. */
bool session_doom(room_host *h, uint64_t session);

#endif
