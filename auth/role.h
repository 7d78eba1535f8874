/* role.h - what somebody is in a room, and what that allows: the one table that decides.
 *
 * Everything that a room or the server does for somebody is one of these acts; who does it asks
 * role_may, and nobody compares roles.
 */
#ifndef AUTH_ROLE_H
#define AUTH_ROLE_H

#include <stdbool.h>

typedef enum role {
    ROLE_NONE, /* nobody here: nothing is allowed, and memory that was zeroed says so */
    ROLE_VIEWER,
    ROLE_EDITOR,
    ROLE_OWNER,
} role;

#define ROLE_COUNT (ROLE_OWNER + 1)

typedef enum act {
    ACT_READ,   /* the document and its files, its history, the chat, who is there */
    ACT_WRITE,  /* change the document */
    ACT_SAY,    /* in the chat */
    ACT_MARK,   /* give a moment of the history a name */
    ACT_MANAGE, /* rename the room, say how long it is kept, delete it */
} act;

#define ACT_COUNT (ACT_MANAGE + 1)

/* role_acts - the table: for each role the set of its acts, one bit each. */
extern const unsigned char role_acts[ROLE_COUNT];

/* role_may - is the act allowed? */
static inline bool role_may(role r, act a)
{
    return (role_acts[r] >> a & 1) != 0;
}

/* role_name - "viewer", "editor", "owner", as on the wire; "none" for nobody. */
const char *role_name(role r);

#endif
