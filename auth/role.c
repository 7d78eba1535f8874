#include "auth/role.h"

#define MAY(act) (1u << (act))

const unsigned char role_acts[ROLE_COUNT] = {
    [ROLE_NONE] = 0,
    [ROLE_VIEWER] = MAY(ACT_READ) | MAY(ACT_SAY),
    [ROLE_EDITOR] = MAY(ACT_READ) | MAY(ACT_SAY) | MAY(ACT_WRITE) | MAY(ACT_MARK),
    [ROLE_OWNER] = MAY(ACT_READ) | MAY(ACT_SAY) | MAY(ACT_WRITE) | MAY(ACT_MARK) | MAY(ACT_MANAGE),
};

const char *role_name(role r)
{
    static const char *const names[ROLE_COUNT] = {
        [ROLE_NONE] = "none",
        [ROLE_VIEWER] = "viewer",
        [ROLE_EDITOR] = "editor",
        [ROLE_OWNER] = "owner",
    };
    return names[r];
}
